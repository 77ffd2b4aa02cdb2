"""Whether another engine's way may be believed: between the right places, on our roads, through nothing that is closed."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geodesic import bearing_deg, distance_m, length_m
from gis.roads.barriers import Closed
from gis.roads.engines.engine import EngineTrouble, Said
from gis.roads.graph import EdgeRow, Floats, RoadGraph, Snaps
from gis.roads.route import Step

_vector: Any = shapely  # its stubs leave the types of arrays open
MOST_AWAY_M = 300.0
"""How far a way may begin or end from where the place lies on our road."""
_FASTEST_M_S = 60.0
_SAMPLE_M, _BESIDE_M, _LEAST_ON_ROADS = 40.0, 25.0, 0.95
_CLOSED_POINT_M = 8.0
_CLOSED_ROAD_M, _LEAST_ALONG_M = 8.0, 30.0
_LOOK_M = 40.0


def check(said: Said, graph: RoadGraph, start: Snaps, end: Snaps, closed: Sequence[Closed]) -> None:
    """Raises EngineTrouble. A way that only seems to touch what is closed (a bridge above it) is not believed either."""
    line = said.line
    numbers = (
        said.seconds,
        said.distance_m,
        *(value for step in said.steps for value in (step.distance_m, step.seconds)),
    )
    if not all(math.isfinite(value) and value >= 0 for value in numbers):
        raise EngineTrouble("nonsense", "numbers")
    if line.ndim != 2 or line.shape[1] != 2 or len(line) < 2 or not bool(np.isfinite(line).all()):
        raise EngineTrouble("nonsense", "line")
    if bool((np.abs(line) > (180, 90)).any()) or not said.steps or said.steps[0].turn != "depart":
        raise EngineTrouble("nonsense", "line or steps")
    begins = [step.begin for step in said.steps]
    if begins[0] != 0 or begins[-1] >= len(line) or any(one > other for one, other in pairwise(begins)):
        raise EngineTrouble("nonsense", "steps")
    for place, snapped in ((line[0], start), (line[-1], end)):
        if distance_m(float(place[0]), float(place[1]), float(snapped.lon[0]), float(snapped.lat[0])) > MOST_AWAY_M:
            raise EngineTrouble("wrong_place")
    metres = length_m(shapely.LineString(line))
    if abs(metres - said.distance_m) > 0.1 * metres + 50 or metres > said.seconds * _FASTEST_M_S + 50:
        raise EngineTrouble("nonsense", "length")
    way = shapely.LineString(graph.plane.xy(line))
    samples = _along(way)
    degrees = graph.plane.lonlat(samples)
    on_roads = graph.snap_within(degrees[:, 0], degrees[:, 1], _BESIDE_M).edge >= 0
    if float(on_roads.mean()) < _LEAST_ON_ROADS:
        raise EngineTrouble("off_our_roads", f"{on_roads.mean():.2f}")
    for one in closed:
        if _meets(way, one, graph):
            raise EngineTrouble("closed", str(one.id))


def _along(way: BaseGeometry) -> Floats:
    places = np.linspace(0.0, way.length, max(int(way.length / _SAMPLE_M), 1) + 1)
    found: Floats = _vector.get_coordinates(_vector.line_interpolate_point(way, places))
    return found


def _meets(way: BaseGeometry, closed: Closed, graph: RoadGraph) -> bool:
    shape = shapely.transform(closed.shape, graph.plane.xy)
    if closed.kind == "area":
        return way.intersects(shape)
    if closed.kind == "point":
        return way.distance(shape) <= _CLOSED_POINT_M
    beside = way.intersection(shape.buffer(_CLOSED_ROAD_M, quad_segs=4)).length
    return beside > min(_LEAST_ALONG_M, 0.5 * shape.length)


def steps_on_our_roads(said: Said, graph: RoadGraph) -> tuple[Step, ...]:
    """The engine's steps with our roads' names, so that they are told in both languages as our own are."""
    ends = [*(step.begin for step in said.steps[1:]), len(said.line) - 1]
    steps: list[Step] = []
    for step, last in zip(said.steps, ends, strict=True):
        part = said.line[step.begin : max(last, step.begin + 1) + 1]
        if len(part) < 2:
            continue
        way = shapely.LineString(graph.plane.xy(part))
        middle, ahead = (
            graph.plane.lonlat(_vector.get_coordinates(way.interpolate(metres)))
            for metres in (way.length / 2, min(_LOOK_M, way.length))
        )
        snapped = graph.snap(middle[:, 0], middle[:, 1])
        road = None if snapped.edge[0] < 0 else graph.rows[int(snapped.edge[0])]
        lon, lat = (float(value) for value in part[0])
        before = steps[-1] if steps else None
        if before is not None and step.turn == "straight" and road is not None and _named(before.road) == _named(road):
            steps[-1] = Step(
                before.turn, before.road, before.distance_m + step.distance_m, before.seconds + step.seconds,
                before.bearing, before.at, before.exit,
            )  # fmt: skip
            continue
        bearing = bearing_deg(lon, lat, float(ahead[0, 0]), float(ahead[0, 1]))
        steps.append(Step(step.turn, road, step.distance_m, step.seconds, bearing, (lon, lat), step.exit))
    lon, lat = (float(value) for value in said.line[-1])
    return (*steps, Step("arrive", None, 0.0, 0.0, None, (lon, lat)))


def _named(road: EdgeRow | None) -> tuple[str, str] | None:
    return None if road is None else (road.ref, road.name_zh)
