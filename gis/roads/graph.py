"""The road layer in memory: nodes, edges, and where the nearest road to a point is. Built once, never changed.

Lengths are geodesic metres as stored; the plane below serves only to find what is near. `share` is a place on an edge, 0 at its
first node, 1 at its last.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.roads.cells import Cells
from gis.roads.snaps import Bools, Floats, Ints, Remembered, Snaps

__all__ = ["MOST_OFF_ROAD_M", "Bools", "EdgeRow", "Floats", "Ints", "Plane", "RoadGraph", "Snaps"]

MOST_OFF_ROAD_M = 3000.0
"""Farther from every road than this, a travel time by road would be pretended."""
_PIECE_M = 150.0
_NEAREST = 12
_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A stretch of road as stored. `line` is WKB in degrees; `rescue_both_ways`: one way for all but rescue traffic."""

    id: int
    from_node: int
    to_node: int
    road_class: str
    ref: str
    name_zh: str
    name_en: str
    length_m: float
    speed_kmh: float
    oneway: bool
    line: bytes
    open_to: Literal["all", "rescue", "public"] = "all"
    rescue_both_ways: bool = False


class Plane:
    """Metres around a middle latitude: true near it, a per cent or two off at a city's edge."""

    def __init__(self, lon0: float, lat0: float) -> None:
        self.lon0, self.lat0 = lon0, lat0
        self.per_lat = 111_132.0
        self.per_lon = 111_320.0 * math.cos(math.radians(lat0))

    def xy(self, lonlat: Floats) -> Floats:
        return (lonlat - (self.lon0, self.lat0)) * (self.per_lon, self.per_lat)

    def lonlat(self, xy: Floats) -> Floats:
        return xy / (self.per_lon, self.per_lat) + (self.lon0, self.lat0)


class RoadGraph:
    """Edges by number 0…; `edge_ids` are the ids in the database. Raises ValueError for a layer without edges."""

    def __init__(self, version: int, node_ids: Sequence[int], rows: Sequence[EdgeRow]) -> None:
        if not rows:
            raise ValueError("a road graph needs an edge")
        self.version = version
        self.rows = tuple(rows)
        number = {node: index for index, node in enumerate(node_ids)}
        self.node_number = number
        self.nodes = len(number)
        self.edge_ids: Ints = np.asarray([row.id for row in rows], dtype=np.int64)
        self.number_of: dict[int, int] = {int(edge): index for index, edge in enumerate(self.edge_ids)}
        self.start: Ints = np.asarray([number[row.from_node] for row in rows], dtype=np.int64)
        self.end: Ints = np.asarray([number[row.to_node] for row in rows], dtype=np.int64)
        self.length_m: Floats = np.asarray([row.length_m for row in rows], dtype=np.float64)
        self.seconds: Floats = self.length_m / np.asarray([row.speed_kmh for row in rows], dtype=np.float64) * 3.6
        self.oneway: Bools = np.asarray([row.oneway for row in rows], dtype=np.bool_)
        self.lines: Any = _vector.from_wkb([row.line for row in rows])
        self._kept = Remembered()
        self._index()

    def _index(self) -> None:
        from scipy.spatial import cKDTree  # takes long to import: not before a graph is built

        lonlat, edge = _vector.get_coordinates(self.lines, return_index=True)
        self.lonlat: Floats = np.asarray(lonlat, dtype=np.float64)
        edges: Ints = np.asarray(edge, dtype=np.int64)
        self.plane = Plane(*(float(v) for v in self.lonlat.mean(axis=0)))
        self.xy = self.plane.xy(self.lonlat)
        first: Ints = np.searchsorted(edges, np.arange(len(self.rows) + 1)).astype(np.int64)
        self.first = first  # where each edge's coordinates begin
        step: Floats = np.hypot(*np.diff(self.xy, axis=0).T)
        inner = edges[1:] == edges[:-1]
        along = np.concatenate(([0.0], np.cumsum(np.where(inner, step, 0.0))))
        self.along: Floats = along - along[first[edges]]  # metres from the edge's first node, in the plane
        self._whole: Floats = np.maximum(self.along[first[1:] - 1], 1e-9)
        segments: Ints = np.flatnonzero(inner).astype(np.int64)  # a segment goes from its coordinate to the next
        self._cells = Cells(self.xy, segments)
        pieces = np.maximum(np.ceil(step[segments] / _PIECE_M).astype(np.int64), 1)
        self._piece_of: Ints = np.repeat(segments, pieces)
        order = np.arange(len(self._piece_of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        middle = (order + 0.5) / np.repeat(pieces, pieces)
        begin = self.xy[self._piece_of]
        self._tree: Any = cKDTree(begin + (self.xy[self._piece_of + 1] - begin) * middle[:, None])
        self._edge_of_coordinate = edges
        self._lines_tree: Any = _vector.STRtree(self.lines)
        self.shares: Floats = self.along / self._whole[edges]

    def edges_at(self) -> Callable[[int], list[tuple[int, int]]]:
        """A question: the edges that meet at a node, each with the end (0 or 1) that lies there."""
        ends = np.concatenate((self.start, self.end))
        order = np.argsort(ends, kind="stable")
        pointer = np.searchsorted(ends[order], np.arange(self.nodes + 1))
        count = len(self.rows)

        def at(node: int) -> list[tuple[int, int]]:
            return [(end % count, end // count) for end in order[pointer[node] : pointer[node + 1]].tolist()]

        return at

    def snap(self, lons: Floats, lats: Floats, open_edges: Bools | None = None) -> Snaps:
        """The nearest place on any road within `MOST_OFF_ROAD_M`, for each point. What was asked before is remembered.

        `open_edges`: on these roads only.
        """
        found = self._kept.look_up(lons, lats, lambda lons, lats: self.snap_within(lons, lats, MOST_OFF_ROAD_M))
        if open_edges is None:
            return found
        for index in np.flatnonzero((found.edge >= 0) & ~open_edges[found.edge]).tolist():
            other = self._snap_open(self.plane.xy(np.asarray([[lons[index], lats[index]]])), open_edges)
            found.edge[index], found.share[index], found.off_m[index] = other.edge[0], other.share[0], other.off_m[0]
            found.lon[index], found.lat[index] = other.lon[0], other.lat[0]
        return found

    def _snap_open(self, point: Floats, open_edges: Bools) -> Snaps:
        """For the few points whose nearest road is not open to all."""
        for most_m in (100.0, 500.0, MOST_OFF_ROAD_M):
            pieces: Any = self._tree.query_ball_point(point[0], most_m + _PIECE_M / 2)
            segments = self._piece_of[np.asarray(pieces, dtype=np.int64)]
            segments = segments[open_edges[self._edge_of_coordinate[segments]]]
            if len(segments):
                segment, part, distance = self._nearest(point, segments[None, :])
                if distance[0] <= most_m:
                    return self._placed(segment, part, distance)
        nowhere = np.zeros(1, dtype=np.int64)
        return self._placed(nowhere, np.zeros(1), np.full(1, np.inf))

    def snap_within(self, lons: Floats, lats: Floats, most_m: float) -> Snaps:
        """The nearest place on any road, for each point. Exact in the plane."""
        points = self.plane.xy(np.column_stack((lons, lats)).astype(np.float64))
        segment, part, distance = self._cells.nearest(points)
        far = np.flatnonzero(~np.isfinite(distance))
        if len(far):
            segment[far], part[far], distance[far] = self._farther(points[far], most_m)
        return self._placed(segment, part, np.where(distance <= most_m, distance, np.inf))

    def _farther(self, points: Floats, most_m: float) -> tuple[Ints, Floats, Floats]:
        """(segment, part of it, distance) of the nearest, for points beside no road."""
        segment, part, distance, sure = self._nearest_of(points, most_m)
        # A piece whose middle was not among the nearest may still come nearer with its end.
        for index in np.flatnonzero(~sure).tolist():
            near: Any = self._tree.query_ball_point(points[index], float(distance[index]) + _PIECE_M / 2 + 1e-6)
            candidates = self._piece_of[np.asarray(near, dtype=np.int64)][None, :]
            one, at, off = self._nearest(points[index : index + 1], candidates)
            segment[index], part[index], distance[index] = one[0], at[0], off[0]
        return segment, part, distance

    def _nearest_of(self, points: Floats, most_m: float) -> tuple[Ints, Floats, Floats, Bools]:
        """(segment, part of it, distance, whether no other can be nearer), of the pieces with the nearest middles."""
        count = min(_NEAREST, len(self._piece_of))
        away, piece = self._tree.query(points, k=count, distance_upper_bound=most_m + _PIECE_M)
        away, piece = np.reshape(away, (len(points), count)), np.reshape(piece, (len(points), count))
        found: Any = np.where(np.isfinite(away), self._piece_of[np.minimum(piece, len(self._piece_of) - 1)], -1)
        segment, part, distance = self._nearest(points, np.asarray(found, dtype=np.int64))
        sure: Bools = ~(np.isfinite(away[:, -1]) & (away[:, -1] < distance + _PIECE_M / 2))
        return segment, part, distance, sure

    def _nearest(self, points: Floats, segments: Ints) -> tuple[Ints, Floats, Floats]:
        """(segment, part of it, distance) for (n,) points, of (n, k) segments; -1 is none."""
        known = np.maximum(segments, 0)
        begin = self.xy[known]
        step = self.xy[known + 1] - begin
        square = np.maximum((step**2).sum(axis=2), 1e-12)
        part = np.clip(((points[:, None, :] - begin) * step).sum(axis=2) / square, 0.0, 1.0)
        foot = begin + step * part[:, :, None]
        distance = np.hypot(*np.moveaxis(points[:, None, :] - foot, 2, 0))
        distance = np.where(segments >= 0, distance, np.inf)
        rows, best = np.arange(len(points)), np.argmin(distance, axis=1)
        return (
            np.asarray(segments[rows, best], dtype=np.int64),
            np.asarray(part[rows, best], dtype=np.float64),
            np.asarray(distance[rows, best], dtype=np.float64),
        )

    def _placed(self, segment: Ints, part: Floats, distance: Floats) -> Snaps:
        there = np.isfinite(distance)
        known = np.where(there, segment, 0)
        edge = np.where(there, self._edge_of_coordinate[known], -1)
        share = self.shares[known] + (self.shares[known + 1] - self.shares[known]) * part
        foot = self.lonlat[known] + (self.lonlat[known + 1] - self.lonlat[known]) * part[:, None]
        return Snaps(edge, np.clip(share, 0.0, 1.0), distance, foot[:, 0], foot[:, 1])

    def locate(self, edge: int, lon: float, lat: float) -> tuple[float, float]:
        """(share, metres away) of a point on this one edge."""
        segments: Ints = np.arange(self.first[edge], self.first[edge + 1] - 1, dtype=np.int64)
        segment, part, distance = self._nearest(self.plane.xy(np.asarray([[lon, lat]])), segments[None, :])
        begin, end = self.shares[segment[0]], self.shares[segment[0] + 1]
        return float(begin + (end - begin) * part[0]), float(distance[0])

    def touching(self, shape: BaseGeometry) -> Ints:
        """Numbers of the edges that meet a shape in degrees."""
        found: Ints = np.asarray(self._lines_tree.query(shape, predicate="intersects"), dtype=np.int64)
        return np.sort(found)

    def cut(self, edge: int, begin: float, end: float) -> Floats:
        """The (n, 2) degrees of the edge from one share to another, in that direction."""
        low, high = min(begin, end), max(begin, end)
        first, last = int(self.first[edge]), int(self.first[edge + 1])
        shares, line = self.shares[first:last], self.lonlat[first:last]
        inside = line[(shares > low + 1e-9) & (shares < high - 1e-9)]
        ends = np.column_stack([np.interp([low, high], shares, line[:, axis]) for axis in (0, 1)])
        whole: Floats = np.vstack((ends[:1], inside, ends[1:]))
        return whole if begin <= end else whole[::-1]
