"""The valley below a dam, in stretches: from heights where they are loaded, from a line and stated priors where they are not (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

from gis.hazards.dam_break_wave import Valley
from gis.hazards.hand import Drainage, Ints, way_down

Floats: TypeAlias = NDArray[np.float64]
STRETCH_M = 1000.0
LEAST_SLOPE, MOST_SLOPE = 1e-4, 0.2
"""Slopes for which Manning's equation is used; steeper ground counts as this steep, since the section cannot hold more speed."""
LEAST_SIDE, MOST_SIDE = 1.0, 400.0
_FIRST_M = 10.0
_BARRIERS_M = (1.0, 2.0, 4.0, 6.0, 8.0, 11.0, 16.0, 23.0, 32.0, 45.0, 64.0, 90.0, 128.0, 180.0)
_NARROW_M = 3.0
"""The least depth at which a section's width is measured: below it a cell of 30 m decides."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Where no heights are loaded: fall of the valley, horizontal to vertical of its sides, and v·K of the attenuation.

    A judgement (ln-sd of slope and side 0.7 each), wide on purpose; v·K from Chinese dam-break practice.
    """

    key: str
    zh: str
    en: str
    slope: float
    side: float


TERRAINS: Mapping[str, Terrain] = {
    terrain.key: terrain
    for terrain in (
        Terrain("mountain", "山区", "mountains", 0.015, 4.0),
        Terrain("hills", "丘陵", "hills", 0.004, 15.0),
        Terrain("plain", "平原", "plain", 0.0006, 100.0),
    )
}
MOUNTAIN_SLOPE, HILLS_SLOPE = 0.008, 0.0015
"""Mean fall of a valley from which it counts as one in mountains, or in hills (between the priors above)."""


def terrain_of(slope: float) -> str:
    return "mountain" if slope >= MOUNTAIN_SLOPE else "hills" if slope >= HILLS_SLOPE else "plain"


@dataclass(frozen=True, slots=True)
class Course:
    """The way down on the grid. `cells`: from the dam; `stretch`: the stretch that each of them belongs to; `nearest`: for every cell of
    the grid the place in `cells` that lies nearest (−1: the flood does not come there); `above_m`: how high water must stand over the
    bed of that place to reach the cell (NaN: not at all)."""

    cells: Ints
    stretch: Ints
    nearest: Ints
    above_m: Floats
    along_m: Floats


def course(drained: Drainage, heights_m: Floats, dam: int, most_m: float) -> Course | None:
    """The water's way from the dam's cell; None where it leaves the box within two cells."""
    cells = way_down(drained, dam, most_m)
    if len(cells) < 3:
        return None
    columns = drained.shape[1]
    across, down = drained.cell_m
    steps = np.hypot(np.diff(cells // columns) * down, np.diff(cells % columns) * across)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    stretch = np.minimum(along // STRETCH_M, max(0, int(along[-1] // STRETCH_M))).astype(np.int64)
    nearest = _nearest(drained, cells)
    bed = drained.bed_m[cells]
    above = np.maximum(heights_m.ravel() - bed[nearest], 0.0)
    above = _reached(np.where(drained.known, above, np.inf).reshape(drained.shape), cells)
    # What lies nearest to the dam itself is beside or above it: it is not downstream, and the reservoir lies there.
    outside = (nearest == 0) | ~np.isfinite(above)
    return Course(cells, stretch, np.where(outside, -1, nearest), np.where(outside, np.nan, above), along)


def _nearest(drained: Drainage, cells: Ints) -> Ints:
    """For every cell of the grid the place in `cells` that lies nearest to it."""
    away = np.ones(drained.shape, dtype=np.bool_)
    away.ravel()[cells] = False
    across, down = drained.cell_m
    found = cast(Any, distance_transform_edt)(
        away, sampling=(down, across), return_distances=False, return_indices=True
    )
    row, column = np.asarray(found, dtype=np.int64)
    place = np.zeros(len(drained.next), dtype=np.int64)
    place[cells] = np.arange(len(cells))
    return place[(row * drained.shape[1] + column).ravel()]


def _reached(above_m: Floats, cells: Ints) -> Floats:
    """How high water over the bed must stand to come to each cell, flat: its own height, or what parts it from the way, whichever is
    more, in steps of `_BARRIERS_M`; infinite behind what is higher than all of them."""
    reached = np.full(above_m.shape, np.inf)
    before = 0.0
    for level in _BARRIERS_M:
        patch, _ = cast(Any, label)(above_m <= level, structure=np.ones((3, 3)))
        wet = np.zeros(int(patch.max()) + 1, dtype=np.bool_)
        wet[np.asarray(patch).ravel()[cells]] = True
        wet[0] = False
        here = wet[patch] & ~np.isfinite(reached)
        reached[here] = np.maximum(above_m[here], before)
        before = level
    return reached.ravel()


def measured(drained: Drainage, way: Course) -> Valley:
    """Stretches of a kilometre: fall of the carved bed, and the side slope of the V that is as wide as the ground 10 m up."""
    count = int(way.stretch[-1]) + 1
    ends = np.searchsorted(way.stretch, np.arange(count), side="right") - 1
    starts = np.concatenate(([0], ends[:-1]))
    length = np.maximum(way.along_m[ends] - way.along_m[starts], 1.0)
    bed = drained.bed_m[way.cells]
    slope = np.clip((bed[starts] - bed[ends]) / length, LEAST_SLOPE, MOST_SLOPE)
    return Valley(way.along_m[ends], slope, sides(drained.cell_m, way, length, np.full(count, _FIRST_M)))


def sides(cell_m: tuple[float, float], way: Course, length_m: Floats, depths_m: Floats) -> Floats:
    """Horizontal to vertical of the V-shaped section that holds as much water as the ground at these depths, one per stretch."""
    count = len(length_m)
    depths = np.maximum(depths_m, _NARROW_M)
    stretch = way.stretch[np.maximum(way.nearest, 0)]
    under = (way.nearest >= 0) & (np.nan_to_num(way.above_m, nan=np.inf) <= depths[stretch])
    water = (depths[stretch] - np.nan_to_num(way.above_m))[under] * cell_m[0] * cell_m[1]
    volume = np.bincount(stretch[under], water, minlength=count)[:count]
    return np.clip(volume / np.maximum(length_m, 1.0) / depths**2, LEAST_SIDE, MOST_SIDE)


def assumed(length_m: float, terrain: str) -> Valley:
    """Stretches of a kilometre, all alike, from the prior of a terrain."""
    along = np.arange(STRETCH_M, max(length_m, STRETCH_M) + 1e-6, STRETCH_M)
    told = TERRAINS[terrain]
    return Valley(along, np.full(len(along), told.slope), np.full(len(along), told.side))


def under_water(way: Course, depths_m: Floats) -> NDArray[np.bool_]:
    """Cells (flat) that lie below the flood, one depth per stretch."""
    mine = way.nearest >= 0
    stretch = way.stretch[np.maximum(way.nearest, 0)]
    return mine & (np.nan_to_num(way.above_m, nan=np.inf) < depths_m[stretch])
