"""Where the water is: three grounds to stand on, the best of which is taken, and what of the exposure each can wet.

Heights: the rise is led over the height above nearest drainage. An observed outline: its depth is told or supposed. Neither: a strip
along the rivers near the place, or a circle, which only says where to look.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.distribution import Floats
from gis.hazards.flood_ground import HeightBox, corridor, height_box, road_pieces
from gis.hazards.flood_inputs import WET_M
from gis.hazards.flood_rating import STAGES_M, Rating, Reach, climb, main_stem, rating, run_length_m
from gis.hazards.flood_runoff import DEPTH_EXPONENT, kirpich_h
from gis.hazards.ground import Ground
from gis.hazards.hand import Bools, Drainage, drainage, hand_m, nearest_drain, streams, upstream
from gis.hazards.model import Case

STREAM_KM2 = 1.0
"""Catchment from which water runs in a stream: with 30 to 40 m cells and this, HAND follows mapped headwaters (judgement)."""
TRIBUTARY = 0.02
"""Streams that drain less than this share of the river's catchment do not rise with it (a tenth to a fifth of its depth otherwise, on
every rill): judgement. Waterlogging stands beside all of them."""
SNAP_M = 1500.0
_RATED_M = 3000.0
_WHERE_M = 2000.0
_STRIP_M = 250.0
_MOST_CLIMB_M = 60_000.0
LAYERS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where only a typical depth is known, people stand at these shares of twice that depth: even from the edge to the deepest."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Things that water may reach, by m bins: depth = `share` · rise − `above`, and at least `least` (drawn by a person, wet in any
    case). `values`: k rows of what adds up (people by day, by night, buildings; or kilometres)."""

    share: Floats
    above: Floats
    least: Floats
    values: Floats

    def depths_m(self, rise_m: Floats, error_m: Floats) -> Floats:
        """By draw and bin. `error_m`: how much too high the ground is taken; it moves edges, not the water over the bed."""
        above = np.maximum(self.above[None, :] - error_m[:, None], 0.0)
        above = np.where(self.above[None, :] > 0, above, self.above[None, :])
        return np.maximum(self.share[None, :] * rise_m[:, None] - above, self.least[None, :])


@dataclass(frozen=True, slots=True)
class Drained:
    """Heights around the place with their drainage: `share`, how much of the rise at the place each cell's drain has, `above_m`
    its height over it (flat; NaN: not in reach). `volumes_mm`: for ground that fills, mm of water over it at each stage."""

    box: HeightBox
    reach: Reach
    table: Rating
    share: Floats
    above_m: Floats
    concentration_h: float
    cut: bool
    volumes_mm: Floats


def drained_ground(case: Case, ground: Ground, half_km: float, reach_km: float, *, fills: bool) -> Drained | None:
    """None where there are no heights at the place, or no stream within 1.5 km of it."""
    if ground.heights is None:
        return None
    box = height_box(ground.heights, case.lon, case.lat, half_km)
    if box is None:
        return None
    drained = drainage(box.metres, box.cell_m)
    stream = streams(drained, STREAM_KM2)
    place = int(box.cells_of(np.asarray([case.lon]), np.asarray([case.lat]))[0])
    reach = main_stem(drained, stream, place, SNAP_M, _RATED_M)
    if reach is None:
        return None
    drain = nearest_drain(drained, stream)
    above = hand_m(drained, drain, box.metres)
    table = rating(drained, reach, drain, above)
    away = box.metres_from(case.lon, case.lat)
    in_reach = np.isfinite(above) & (away <= reach_km * 1000)
    at_drain = drained.area_km2[np.maximum(drain, 0)] / max(reach.area_km2, 1e-9)
    # Waterlogging stands at one height above every drain; a river's rise is less on the smaller streams that join it.
    rising = np.where(at_drain >= TRIBUTARY, np.minimum(at_drain, 1.0) ** DEPTH_EXPONENT, 0.0)
    share = np.ones(len(above)) if fills else rising
    concentration, cut = _catchment(drained, stream, reach, box)
    return Drained(
        box, reach, table, np.where(in_reach, share, np.nan), np.where(in_reach, above, np.nan), concentration, cut,
        _volumes_mm(above[in_reach]),
    )  # fmt: skip


def _catchment(drained: Drainage, stream: Bools, reach: Reach, box: HeightBox) -> tuple[float, bool]:
    """(time of concentration in hours, whether the river comes from beyond the box)."""
    above = climb(drained, stream, reach.at, _MOST_CLIMB_M)
    if not above:
        return kirpich_h(500.0, 0.05), False
    stem = np.asarray([*reversed(above), reach.at], dtype=np.int64)
    length = max(run_length_m(drained, stem), 100.0)
    slope = float(drained.bed_m[stem[0]] - drained.bed_m[stem[-1]]) / length
    return kirpich_h(length, slope), _comes_from_beyond(drained, reach, box)


def _comes_from_beyond(drained: Drainage, reach: Reach, box: HeightBox) -> bool:
    """Whether the catchment, as far as it lies in the box, runs along its rim for more than a fifth of its own width."""
    catchment = upstream(drained, reach.at).reshape(box.metres.shape)
    rim = int(catchment[[0, -1], :].sum() + catchment[1:-1, [0, -1]].sum())
    return rim > 0.2 * float(np.sqrt(catchment.sum()))


def _volumes_mm(above: Floats) -> Floats:
    """Mean depth (mm) over all of the ground of water that stands at each stage; rising."""
    if len(above) == 0:
        return np.linspace(0.0, 1.0, len(STAGES_M))
    heights = np.sort(above)
    count = np.searchsorted(heights, STAGES_M, side="right")
    summed = np.concatenate(([0.0], np.cumsum(heights)))[count]
    return 1000 * (STAGES_M * count - summed) / len(above) + np.arange(len(STAGES_M)) * 1e-9


# --- what water may reach ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Things:
    """People (three rows: day, night, buildings) and roads (km) by bins; None where none are loaded."""

    people: Bins | None
    roads: Bins | None
    has_buildings: bool


def on_heights(case: Case, ground: Ground, water: Drained, most_m: float) -> Things:
    """`most_m`: the highest rise that is drawn; what lies higher is left out."""
    rows, columns = water.box.metres.shape
    west, north = water.box.west, water.box.north
    south, east = north - rows * water.box.step_lat, west + columns * water.box.step_lon
    near = ground.near(west, south, east, north)
    people = None
    if ground.points is not None:
        points = ground.points
        values = np.stack((points.day[near], points.night[near], points.buildings[near]))
        people = _binned(case, water, points.lon[near], points.lat[near], values, most_m)
    pieces = road_pieces(ground, circle(case.lon, case.lat, _reach_m(water)))
    roads = None if pieces is None else _binned(case, water, pieces[0], pieces[1], pieces[2][None, :], most_m)
    return Things(people, roads, ground.has_buildings)


def _reach_m(water: Drained) -> float:
    rows, columns = water.box.metres.shape
    return 0.5 * float(np.hypot(rows * water.box.cell_m[1], columns * water.box.cell_m[0]))


def _binned(case: Case, water: Drained, lon: Floats, lat: Floats, values: Floats, most_m: float) -> Bins:
    cell = water.box.cells_of(lon, lat)
    at = np.maximum(cell, 0)
    share = np.where(cell >= 0, water.share[at], np.nan)
    above = np.where(cell >= 0, water.above_m[at], np.nan)
    if case.footprint is None:
        kept = np.isfinite(above) & (np.nan_to_num(above, nan=np.inf) <= np.nan_to_num(share) * most_m)
        least = np.zeros(len(lon))
    else:
        kept = inside(case.footprint, lon, lat)
        least = np.full(len(lon), WET_M)
        above, share = np.nan_to_num(above, nan=0.0), np.nan_to_num(share, nan=0.0)
    return _gathered(share[kept], above[kept], least[kept], values[:, kept])


def inside(area: BaseGeometry, lon: Floats, lat: Floats) -> Bools:
    shapely.prepare(area)
    return np.asarray(shapely.intersects_xy(area, lon, lat), dtype=np.bool_)


def _gathered(share: Floats, above: Floats, least: Floats, values: Floats) -> Bins:
    """Steps of 0.05 of the share and 0.1 m of height (0.5 m from 3 m, 2 m from 10 m up), at the mean of what each holds."""
    if len(share) == 0:
        return Bins(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros((len(values), 0)))
    step = np.where(
        above < 3, np.ceil(above / 0.1), np.where(above < 10, 24 + np.ceil(above / 0.5), 39 + np.ceil(above / 2))
    )
    key = np.rint(share * 20).astype(np.int64) * 1000 + step.astype(np.int64)
    _, which = np.unique(key, return_inverse=True)
    count = np.bincount(which)

    def mean(of: Floats) -> Floats:
        return np.bincount(which, of) / count

    summed = np.stack([np.asarray(np.bincount(which, row, minlength=len(count)), dtype=np.float64) for row in values])
    return Bins(mean(share), mean(above), mean(least), summed)


def in_area(ground: Ground, area: BaseGeometry, factor: float, least: float) -> Things:
    """Everything in an area at the five shares of its typical depth; `factor`: of what depth the shares are."""
    layers = np.asarray(LAYERS) * factor
    nothing = np.zeros(len(layers))

    def spread(values: list[float]) -> Bins:
        return Bins(
            layers,
            nothing,
            np.full(len(layers), least),
            np.asarray(values)[:, None] * np.full((1, len(layers)), 1 / len(layers)),
        )

    people = None
    if ground.points is not None:
        sums = ground.points.each([area])[0]
        people = spread([float(sums.people_day.sum()), float(sums.people_night.sum()), float(sums.buildings.sum())])
    pieces = road_pieces(ground, area)
    roads = None if pieces is None else spread([float(pieces[2].sum())])
    return Things(people, roads, ground.has_buildings)


def where_to_look(case: Case, ground: Ground, reach_km: float) -> tuple[BaseGeometry, bool]:
    """(strip along the rivers near the place, True), or (a circle, False)."""
    strip = corridor(ground.rivers, case.lon, case.lat, min(reach_km * 1000, 6000.0), _STRIP_M)
    return (circle(case.lon, case.lat, _WHERE_M), False) if strip is None else (strip, True)


DepthAt = Callable[[Floats, Floats], Floats]
"""Depth at places (longitudes, latitudes), metres at the medians; NaN where it is not known."""


def depth_on_heights(water: Drained, rise_m: float) -> DepthAt:
    def depth(lon: Floats, lat: Floats) -> Floats:
        cell = water.box.cells_of(lon, lat)
        at = np.maximum(cell, 0)
        found = water.share[at] * rise_m - water.above_m[at]
        return np.where(cell >= 0, np.maximum(found, 0.0), np.nan)

    return depth


def wet_cells(water: Drained, rise_m: float, from_m: float) -> Bools:
    return np.nan_to_num(water.share * rise_m - water.above_m, nan=-1.0) >= from_m
