"""Closures laid on the road graph: which parts of which edges nobody, or only rescue traffic, may pass."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.roads.graph import Bools, RoadGraph

Bars: TypeAlias = Literal["all", "public"]
Who: TypeAlias = Literal["rescue", "public"]
WHO: tuple[Who, Who] = ("rescue", "public")
_vector: Any = shapely  # its stubs leave the types of arrays open
_POINT_M = 1.0  # a closed point of a road is this long to each side
_AGAIN_M = 25.0  # how far a new road layer may draw the same road beside the old one
_AGAIN_LEAST_M = 60.0


@dataclass(frozen=True, slots=True)
class Closed:
    """A standing closure as the graph needs it. `edge_ids` are of the road layer in the state `layer_version`."""

    id: UUID
    kind: Literal["point", "roads", "area"]
    bars: Bars
    shape: BaseGeometry
    edge_ids: tuple[int, ...]
    layer_version: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed part of an edge, by share."""

    begin: float
    end: float
    closure: UUID

    def meets(self, begin: float, end: float) -> bool:
        return self.begin <= end and begin <= self.end


@dataclass(slots=True)
class Barriers:
    """What is closed for one kind of traffic. `unmatched`: closures whose road the loaded layer does not have."""

    passable: Bools
    intervals: dict[int, list[Interval]] = field(default_factory=dict[int, list[Interval]])
    closures: int = 0
    unmatched: list[UUID] = field(default_factory=list[UUID])

    def within(self, edge: int, begin: float, end: float) -> list[Interval]:
        """The closed parts that one meets between two shares of an edge."""
        low, high = min(begin, end), max(begin, end)
        return [part for part in self.intervals.get(edge, ()) if part.meets(low, high)]


def lay_barriers(graph: RoadGraph, closures: Iterable[Closed], who: Who) -> Barriers:
    """Rescue traffic passes what is closed to the public only."""
    barriers = Barriers(np.ones(len(graph.rows), dtype=np.bool_))
    for closed in closures:
        if who == "rescue" and closed.bars == "public":
            continue
        barriers.closures += 1
        parts = _parts(graph, closed)
        if not parts and closed.kind != "area":  # an area may hold no road
            barriers.unmatched.append(closed.id)
        for edge, begin, end in parts:
            barriers.intervals.setdefault(edge, []).append(Interval(begin, end, closed.id))
            barriers.passable[edge] = False
    return barriers


def _parts(graph: RoadGraph, closed: Closed) -> list[tuple[int, float, float]]:
    if closed.kind == "area":
        return _crossing(graph, closed.shape)
    same_layer = closed.layer_version == graph.version
    if closed.kind == "point":
        return _around_point(graph, closed, same_layer)
    if same_layer:
        return [(graph.number_of[edge], 0.0, 1.0) for edge in closed.edge_ids if edge in graph.number_of]
    # Another road layer: the same roads are found by where they run.
    ribbon = _ribbon(graph, closed.shape)
    return [
        (edge, begin, end)
        for edge, begin, end in _crossing(graph, ribbon)
        if (end - begin) * graph.length_m[edge] >= min(_AGAIN_LEAST_M, 0.8 * float(graph.length_m[edge]))
    ]


def _ribbon(graph: RoadGraph, shape: BaseGeometry) -> BaseGeometry:
    plane = graph.plane
    return shapely.transform(shapely.transform(shape, plane.xy).buffer(_AGAIN_M, quad_segs=4), plane.lonlat)


def _around_point(graph: RoadGraph, closed: Closed, same_layer: bool) -> list[tuple[int, float, float]]:
    at: Any = closed.shape
    lon, lat = float(at.x), float(at.y)
    if same_layer:
        edges = [graph.number_of[edge] for edge in closed.edge_ids if edge in graph.number_of]
    else:
        snapped = graph.snap_within(np.asarray([lon]), np.asarray([lat]), _AGAIN_M)
        edges = [int(edge) for edge in snapped.edge if edge >= 0]
    found: list[tuple[int, float, float]] = []
    for edge in edges:
        share, _ = graph.locate(edge, lon, lat)
        reach = _POINT_M / max(float(graph.length_m[edge]), _POINT_M)
        found.append((edge, max(share - reach, 0.0), min(share + reach, 1.0)))
    return found


def _crossing(graph: RoadGraph, shape: BaseGeometry) -> list[tuple[int, float, float]]:
    """Every part of every edge that lies in an area."""
    shapely.prepare(shape)
    found: list[tuple[int, float, float]] = []
    for edge in graph.touching(shape).tolist():
        line = graph.lines[edge]
        if shape.contains(line):
            found.append((edge, 0.0, 1.0))
            continue
        for part in _vector.get_parts(_vector.intersection(line, shape)).tolist():
            corners = _vector.get_coordinates(part)
            shares = [graph.locate(edge, float(x), float(y))[0] for x, y in (corners[0], corners[-1])]
            found.append((edge, min(shares), max(shares)))
    return found
