"""What is reached by road within so many minutes: the roads themselves with a strip beside them, not a guess at the land between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from gis.geodesic import area_km2
from gis.roads.graph import Floats, Ints, Snaps
from gis.roads.network import Network

STRIP_M = 400.0
"""Half the width of the strip along a reached road."""
MOST_MINUTES = 240
_SIMPLER_M = 60.0
_HOLE_KM2 = 1.5
_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class Reach:
    """`shape` in degrees: where one is near a road that is reached in time; `road_km`: how much road that is."""

    minutes: int
    shape: BaseGeometry
    area_km2: float
    road_km: float


def isochrones(network: Network, origin: Snaps, minutes: Sequence[int], *, toward: bool = False) -> list[Reach]:
    """For each number of minutes, the shortest first. The origin must be on a road; empty when it lies in a closed part."""
    most_s = max(minutes) * 60.0
    seconds = network.node_seconds(origin, toward=toward, most_s=most_s)[0]
    access = network.access(origin, leaving=not toward)
    if bool(access.closed[0]):
        return []
    found: list[Reach] = []
    for limit in sorted(set(minutes)):
        parts, metres = _reached(network, origin, seconds, limit * 60.0, toward)
        if not parts:
            continue
        shape = _strip(network, parts)
        found.append(Reach(limit, shape, area_km2(shape), metres / 1000))
    return found


def _reached(
    network: Network, origin: Snaps, seconds: Floats, limit_s: float, toward: bool
) -> tuple[list[Floats], float]:
    """The reached parts of roads in the plane, and their length in metres."""
    graph = network.graph
    everywhere: Ints = np.arange(len(graph.rows), dtype=np.int64)
    at_start, at_end = network.turns.at_ends(seconds[None, :], everywhere, toward=toward)
    from_start = np.maximum(limit_s - at_start[0], 0.0) / graph.seconds
    from_end = np.maximum(limit_s - at_end[0], 0.0) / graph.seconds
    if toward:  # on a one-way road one comes to its end, not to its start
        from_start = np.where(network.oneway, 0.0, from_start)
    else:
        from_end = np.where(network.oneway, 0.0, from_end)
    if network.permit.open_edges is not None:
        from_start, from_end = (np.where(network.permit.open_edges, one, 0.0) for one in (from_start, from_end))
    full = network.passable & (from_start + from_end >= 1.0)
    parts: dict[int, list[tuple[float, float]]] = {edge: [(0.0, 1.0)] for edge in np.flatnonzero(full).tolist()}
    for edge in np.flatnonzero(~full & ((from_start > 0) | (from_end > 0))).tolist():
        closed = network.barriers.intervals.get(edge, ())
        upto = min([float(from_start[edge]), 1.0, *(part.begin for part in closed)])
        down = max([1.0 - float(from_end[edge]), 0.0, *(part.end for part in closed)])
        parts[edge] = [part for part in ((0.0, upto), (down, 1.0)) if part[1] > part[0]]
    parts.setdefault(int(origin.edge[0]), []).append(_own_edge(network, origin, limit_s, toward))
    lines: list[Floats] = []
    metres = 0.0
    for edge, pieces in parts.items():
        for begin, end in _merged(pieces):
            length = (end - begin) * float(graph.length_m[edge])
            if length >= 1.0:
                metres += length
                lines.append(graph.plane.xy(graph.cut(edge, begin, end)))
    return lines, metres


def _merged(pieces: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(pieces):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _own_edge(network: Network, origin: Snaps, limit_s: float, toward: bool) -> tuple[float, float]:
    """Along the edge on which one stands, up to what is closed on it."""
    graph, edge, share = network.graph, int(origin.edge[0]), float(origin.share[0])
    reach = limit_s / float(graph.seconds[edge])
    low, high = max(share - reach, 0.0), min(share + reach, 1.0)
    for part in network.barriers.intervals.get(edge, ()):
        if part.end < share:
            low = max(low, part.end)
        elif part.begin > share:
            high = min(high, part.begin)
    if network.oneway[edge]:
        return (low, share) if toward else (share, high)
    return low, high


def _strip(network: Network, lines: list[Floats]) -> BaseGeometry:
    simpler = shapely.simplify(MultiLineString(lines), _SIMPLER_M / 2)
    strip = shapely.buffer(simpler, STRIP_M, quad_segs=3)
    shape = shapely.simplify(_without_small_holes(strip), _SIMPLER_M)
    return shapely.transform(shape, network.graph.plane.lonlat)


def _without_small_holes(shape: BaseGeometry) -> BaseGeometry:
    parts: list[shapely.Polygon] = []
    for part in _vector.get_parts(shape).tolist():
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= _HOLE_KM2 * 1e6]
        parts.append(shapely.Polygon(part.exterior, holes))
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]
