"""Final geometry of roads and waters: smoothed, bent to the ground's measure, clipped, in degrees."""

import numpy as np
from scipy.spatial import cKDTree
from shapely import LineString, MultiLineString, Polygon, get_parts, simplify
from shapely.geometry.base import BaseGeometry

from gis.geodesic import length_m
from gis.region.facts import RegionFacts
from gis.region.mesh import Mesh
from gis.region.model import River, RoadEdge, RoadNode
from gis.region.noise import Warp
from gis.region.plane import Floats, to_lonlat, to_plane
from gis.region.polyline import coordinates, smoothed, spaced
from gis.region.rivers import Course
from gis.region.roads import SPEED_KMH, Way
from gis.region.streams import Stream

_STEP_KM = 0.1
_SIMPLIFY_KM = 0.009
_BEND = {"expressway": 0.3, "national": 0.8, "provincial": 0.9, "county": 1.0, "township": 1.0}
_SMOOTH_KM = {"expressway": 1.1, "national": 0.5, "provincial": 0.45, "county": 0.4, "township": 0.4}
_CLASS_ZH = {
    "expressway": "高速公路",
    "national": "国道",
    "provincial": "省道",
    "county": "县道",
    "township": "乡村道路",
}
_CLASS_EN = {
    "expressway": "Expressway", "national": "National Road", "provincial": "Provincial Road", "county": "County Road",
    "township": "Village Road",
}  # fmt: skip
_GREAT_RIVERS_BEYOND_KM = 14.0


def _eased(points: Floats, sigma_km: float) -> Floats:
    line = spaced(points, _STEP_KM, least=3)
    return smoothed(line, min(sigma_km / _STEP_KM, (len(line) - 1) / 3))


def finish_roads(facts: RegionFacts, mesh: Mesh, ways: list[Way], seed: int) -> tuple[list[RoadNode], list[RoadEdge]]:
    """Nodes and edges. Lines that meet in a node end in the very same point."""
    warps = Warp(seed, 101, 3.2, 0.62, 2, 0.5), Warp(seed, 103, 0.8, 0.13, 2, 0.45)
    places = to_plane([t.at for t in facts.townships])
    near_place = cKDTree(places)
    names = {route.ref: route.name_en for route in facts.routes}

    def bent(line: Floats, share: Floats | float) -> Floats:
        still = np.clip(near_place.query(line)[0] / 0.8, 0.0, 1.0)
        for warp in warps:
            line = warp.moved(line, share * still)
        return line

    place_of_cell = {int(c): facts.townships[int(mesh.place[c])].code for c in np.flatnonzero(mesh.place >= 0)}
    cells = sorted({cell for way in ways for cell in (way.cells[0], way.cells[-1])})
    degree = np.bincount(np.searchsorted(cells, [c for w in ways for c in (w.cells[0], w.cells[-1])]))
    spots = to_lonlat(bent(mesh.seeds[cells], 1.0))
    node_of = {cell: number for number, cell in enumerate(cells, 1)}
    nodes = [
        RoadNode(
            node_of[cell],
            "place" if cell in place_of_cell else "end" if degree[index] == 1 else "junction",
            float(spots[index, 0]),
            float(spots[index, 1]),
            place_of_cell.get(cell),
        )
        for index, cell in enumerate(cells)
    ]
    edges: list[RoadEdge] = []
    for number, way in enumerate(ways, 1):
        line = _eased(mesh.seeds[list(way.cells)], _SMOOTH_KM[way.road_class])
        to_end = np.minimum(np.arange(len(line)), np.arange(len(line))[::-1]) * _STEP_KM
        share = 1 + (_BEND[way.road_class] - 1) * np.clip(to_end / 1.5, 0.0, 1.0)
        shape = LineString(to_lonlat(coordinates(simplify(LineString(bent(line, share)), _SIMPLIFY_KM))))
        edges.append(_edge(number, way, node_of, names, shape))
    return nodes, edges


def _edge(number: int, way: Way, node_of: dict[int, int], names: dict[str, str], shape: LineString) -> RoadEdge:
    named = way.road_class == "expressway"
    return RoadEdge(
        id=number,
        from_node=node_of[way.cells[0]],
        to_node=node_of[way.cells[-1]],
        road_class=way.road_class,
        ref=way.ref,
        name_zh=way.ref if named else f"{way.ref} {_CLASS_ZH[way.road_class]}",
        name_en=names[way.ref] if named else f"{_CLASS_EN[way.road_class]} {way.ref}",
        length_m=round(length_m(shape), 1),
        speed_kmh=SPEED_KMH[way.road_class],
        line=shape,
        mark="I",
    )


def _clipped(line: Floats, within: BaseGeometry) -> MultiLineString | None:
    shape = simplify(LineString(line), _SIMPLIFY_KM).intersection(within)
    parts = [part for part in get_parts(shape) if isinstance(part, LineString) and part.length > 0.4]
    return MultiLineString([LineString(to_lonlat(coordinates(part))) for part in parts]) if parts else None


def finish_rivers(courses: list[Course], streams: list[Stream], city: Polygon) -> list[River]:
    """The named rivers, the great ones also a little beyond the region, and the streams inside it. `city` in km."""
    beyond, near = city.buffer(_GREAT_RIVERS_BEYOND_KM), city.buffer(1.2)
    found: list[River] = []
    for course in courses:
        fact = course.fact
        line = _clipped(course.line, beyond if fact.order <= 2 else near)
        if line is not None:
            found.append(River(f"river-{len(found) + 1:03d}", fact.name_zh, fact.name_en, fact.order, line, "I"))
    for stream in streams:
        line = _clipped(stream.line, city)
        if line is not None:
            order = 5 if stream.drained_km2 > 90 else 6
            found.append(River(f"stream-{len(found) + 1:03d}", None, None, order, line, "I"))
    return found
