"""How far and which way a slide runs: the line of energy on the terrain where heights are known, a ratio of fall to length where not.

A slide keeps to a straight sector; a flow follows the steepest way down, its gully, and takes a corridor along it.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle, destination
from gis.hazards.ground import Heights

Floats: TypeAlias = NDArray[np.float64]
_vector: Any = shapely  # its stubs leave the types of arrays open
SPREAD_DEG = 20.0
"""Either side of the way down: what slides leave their straight line by. Judgement, as usual in quick assessments."""
_STEP_M = 15.0
_NEAR_STEPS = 8  # 120 m: a slope, not a bank
_AZIMUTHS = 72
_SOURCE_M = 30.0
_LEAST_M = 20.0
_LOWEST_FALL_M = 3.0
_ARC = 24
_NORTH_M = 110_750.0
_STRIDE_M = 45.0  # one and a half cells: shorter steps see only the noise of the heights
_TURN_DEG = 75.0
_MOST_STEPS, _LEAST_STEPS, _MOST_CLIMBS = 400, 4, 4


@dataclass(frozen=True, slots=True)
class Way:
    """`lengths` for falling `ratios` of H/L: the horizontal travel. `azimuth_deg` None: it may go any way. `gully`: (n, 2) metres east and
    north of the place along the way of a flow; None: it keeps to a sector."""

    azimuth_deg: float | None
    ratios: Floats
    lengths: Floats
    from_terrain: bool
    slope_deg: float | None
    gully: Floats | None = None
    half_width_m: float = 0.0

    def length_m(self, ratio: Floats) -> Floats:
        """Longer for a smaller ratio; beyond the table its ends."""
        return np.interp(-ratio, -self.ratios, self.lengths)


RATIOS = np.geomspace(2.0, 0.02, 60)


def by_fall(height_m: float, azimuth_deg: float | None) -> Way:
    """L = H / (H/L), where only the height of fall is known."""
    return Way(azimuth_deg, RATIOS, np.maximum(height_m / RATIOS, _LEAST_M), False, None)


def on_terrain(heights: Heights, lon: float, lat: float, azimuth_deg: float | None) -> Way | None:
    """Along the direction given, or else the steepest way down from the place. None where heights there are not known, or nothing falls."""
    azimuths = np.arange(_AZIMUTHS) * (360 / _AZIMUTHS) if azimuth_deg is None else np.asarray([azimuth_deg])
    best: tuple[float, float, Floats] | None = None
    for azimuth in azimuths.tolist():
        drop = _drops(heights, lon, lat, azimuth)
        if drop is None:
            return None
        fallen = float(drop[min(_NEAR_STEPS, len(drop) - 1)])
        if best is None or fallen > best[0] + 1e-9:
            best = (fallen, azimuth, drop)
    if best is None or best[0] < _LOWEST_FALL_M:
        return None
    fallen, azimuth, drop = best
    slope = math.degrees(math.atan2(fallen, _NEAR_STEPS * _STEP_M))
    return Way(azimuth, RATIOS, np.maximum(_lengths(drop, RATIOS), _LEAST_M), True, slope)


def _drops(heights: Heights, lon: float, lat: float, azimuth: float) -> Floats | None:
    """How far below its start a straight line lies at every step, until heights end; None where the start is not known."""
    rows, columns = heights.metres.shape
    reach = (
        math.hypot(
            rows * heights.step_lat * 111_000, columns * heights.step_lon * 111_000 * math.cos(math.radians(lat))
        )
        / 2
    )
    count = max(int(reach / _STEP_M), 2)
    end = destination(lon, lat, azimuth, count * _STEP_M)
    share = np.arange(count + 1) / count
    found = heights.at(lon + (end[0] - lon) * share, lat + (end[1] - lat) * share)
    if math.isnan(float(found[0])):
        return None
    unknown = np.flatnonzero(np.isnan(found))
    known = found[: int(unknown[0])] if len(unknown) else found
    return known[0] - known


def _lengths(drop: Floats, ratios: Floats) -> Floats:
    """Where a line that falls with each ratio from the start comes to the ground: there the slide has spent its energy."""
    metres = np.arange(len(drop)) * _STEP_M
    found = np.empty(len(ratios))
    for index, ratio in enumerate(ratios.tolist()):
        # The first stretch over the scarp itself may be flatter than the line: the slide has begun all the same.
        under = np.flatnonzero((drop < ratio * metres) & (metres > _SOURCE_M))
        found[index] = metres[under[0] - 1] if len(under) else metres[-1]
    return np.maximum.accumulate(found)


def along_the_gully(heights: Heights, lon: float, lat: float, azimuth_deg: float | None) -> Way | None:
    """The steepest way down, step by step; `azimuth_deg`: into which it begins. None where it does not get far enough to be a way."""
    begun = on_terrain(heights, lon, lat, None) if azimuth_deg is None else None
    heading = azimuth_deg if begun is None else begun.azimuth_deg
    if heading is None:
        return None
    path, metres = _descent(heights, lon, lat, heading)
    if len(path) < _LEAST_STEPS or metres[0] - metres[-1] < _LOWEST_FALL_M:
        return None
    reached = np.concatenate(([0.0], np.hypot(np.diff(path[:, 0]), np.diff(path[:, 1])).cumsum()))
    along = np.arange(0.0, float(reached[-1]), _STEP_M)
    drop = metres[0] - np.interp(along, reached, metres)
    near = min(_NEAR_STEPS, len(drop) - 1)
    slope = max(math.degrees(math.atan2(float(drop[near]), near * _STEP_M)), 0.0)
    return Way(heading, RATIOS, np.maximum(_lengths(drop, RATIOS), _LEAST_M), True, slope, path)


def _descent(heights: Heights, lon: float, lat: float, azimuth: float) -> tuple[Floats, Floats]:
    """((n, 2) metres east and north, heights): each step to the lowest point a stride away, never turning back; ends where it would climb
    for more than a few strides (a basin), meets its own track, or leaves the heights."""
    east_m = 111_320 * math.cos(math.radians(lat))
    here, heading = np.zeros(2), math.radians(azimuth)
    path, metres = [here], [float(heights.at(np.asarray([lon]), np.asarray([lat]))[0])]
    if math.isnan(metres[0]):
        return np.asarray(path), np.asarray(metres)
    lowest, climbed = metres[0], 0
    while len(path) < _MOST_STEPS:
        turns = heading + np.radians(np.linspace(-_TURN_DEG, _TURN_DEG, 31))
        around = here + _STRIDE_M * np.stack((np.sin(turns), np.cos(turns)), axis=1)
        found = heights.at(lon + around[:, 0] / east_m, lat + around[:, 1] / _NORTH_M)
        if np.isnan(found).all():
            break
        best = int(np.nanargmin(found))
        here, heading = around[best], float(turns[best])
        before = np.asarray(path[:-3])
        if len(before) and float(np.hypot(*(before - here).T).min()) < _STRIDE_M:
            break
        climbed = climbed + 1 if found[best] >= lowest else 0
        if climbed > _MOST_CLIMBS:
            return np.asarray(path[:-_MOST_CLIMBS]), np.asarray(metres[:-_MOST_CLIMBS])
        lowest = min(lowest, float(found[best]))
        path.append(here)
        metres.append(float(found[best]))
    return np.asarray(path), np.asarray(metres)


def outline(way: Way, lon: float, lat: float, length_m: float, source_m: float) -> BaseGeometry:
    """The area to a length: a corridor along the gully; ±20° down the way and a circle about the source; a circle where it may go any way."""
    if way.gully is not None:
        line = shapely.ops.substring(LineString(way.gully), 0.0, length_m)
        east_m = 111_320 * math.cos(math.radians(lat))
        wide = line.buffer(way.half_width_m, quad_segs=6)
        return shapely.transform(
            wide, lambda xy: np.stack((lon + xy[:, 0] / east_m, lat + xy[:, 1] / _NORTH_M), axis=1)
        )
    if way.azimuth_deg is None:
        return circle(lon, lat, length_m)
    rim = [
        destination(lon, lat, way.azimuth_deg + turn, length_m)
        for turn in np.linspace(-SPREAD_DEG, SPREAD_DEG, _ARC).tolist()
    ]
    return Polygon([(lon, lat), *rim]).union(circle(lon, lat, min(source_m, length_m)))


def outline_m2(way: Way, length_m: Floats, source_m: float) -> Floats:
    """Its area: that of the corridor with its ends; of the sector and the part of the source's circle outside it; of the circle."""
    if way.gully is not None:
        return 2 * way.half_width_m * length_m + math.pi * way.half_width_m**2
    if way.azimuth_deg is None:
        return math.pi * length_m**2
    share = 2 * SPREAD_DEG / 360
    return math.pi * (share * length_m**2 + (1 - share) * np.minimum(source_m, length_m) ** 2)


def entered_at_m(way: Way, east_km: Floats, north_km: Floats, source_m: float) -> Floats:
    """From which length on each point lies inside; infinite for those beside the way."""
    if way.gully is not None:
        line, low, high = LineString(way.gully), way.gully.min(axis=0), way.gully.max(axis=0)
        x, y, wide = east_km * 1000, north_km * 1000, way.half_width_m
        near = np.flatnonzero(
            (x >= low[0] - wide) & (x <= high[0] + wide) & (y >= low[1] - wide) & (y <= high[1] + wide)
        )
        points = _vector.points(x[near], y[near])
        along = np.asarray(_vector.line_locate_point(line, points), dtype=np.float64)
        found = np.full(x.shape, np.inf)
        found[near] = np.where(np.asarray(_vector.distance(line, points)) <= wide, along, np.inf)
        return found
    metres = np.hypot(east_km, north_km) * 1000
    if way.azimuth_deg is None:
        return metres
    turn = np.abs((np.degrees(np.arctan2(east_km, north_km)) - way.azimuth_deg + 180) % 360 - 180)
    return np.where((turn <= SPREAD_DEG) | (metres <= source_m), metres, np.inf)
