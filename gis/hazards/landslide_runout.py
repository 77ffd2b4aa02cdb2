"""How far and which way a slide runs: the line of energy on the terrain where heights are known, a ratio of fall to length where not."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis.geodesic import destination
from gis.hazards.area import circle
from gis.hazards.ground import Heights

Floats: TypeAlias = NDArray[np.float64]
SPREAD_DEG = 20.0
"""Either side of the way down: what slides leave their straight line by. Judgement, as usual in quick assessments."""
_STEP_M = 15.0
_NEAR_STEPS = 8  # 120 m: a slope, not a bank
_AZIMUTHS = 72
_SOURCE_M = 30.0
_LEAST_M = 20.0
_LOWEST_FALL_M = 3.0
_ARC = 24


@dataclass(frozen=True, slots=True)
class Way:
    """`lengths` for falling `ratios` of H/L: the horizontal travel. `azimuth_deg` None: it may go any way."""

    azimuth_deg: float | None
    ratios: Floats
    lengths: Floats
    from_terrain: bool
    slope_deg: float | None

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


def sector(lon: float, lat: float, azimuth_deg: float | None, length_m: float, source_m: float) -> BaseGeometry:
    """±20° down the way and a circle about the source itself; a circle where the direction is not known."""
    if azimuth_deg is None:
        return circle(lon, lat, length_m)
    rim = [
        destination(lon, lat, azimuth_deg + turn, length_m)
        for turn in np.linspace(-SPREAD_DEG, SPREAD_DEG, _ARC).tolist()
    ]
    return Polygon([(lon, lat), *rim]).union(circle(lon, lat, min(source_m, length_m)))


def sector_m2(azimuth_deg: float | None, length_m: Floats, source_m: Floats) -> Floats:
    """Its area: that of the sector, and of the part of the source's circle outside it."""
    if azimuth_deg is None:
        return math.pi * length_m**2
    share = 2 * SPREAD_DEG / 360
    return math.pi * (share * length_m**2 + (1 - share) * np.minimum(source_m, length_m) ** 2)


def entered_at_m(azimuth_deg: float | None, east_km: Floats, north_km: Floats, source_m: float) -> Floats:
    """From which length on each point lies inside; infinite for those beside the way."""
    metres = np.hypot(east_km, north_km) * 1000
    if azimuth_deg is None:
        return metres
    turn = np.abs((np.degrees(np.arctan2(east_km, north_km)) - azimuth_deg + 180) % 360 - 180)
    return np.where((turn <= SPREAD_DEG) | (metres <= source_m), metres, np.inf)
