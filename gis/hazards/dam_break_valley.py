"""The valley below a dam, in stretches: from heights where they are loaded, from a line and stated priors where they are not (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards.dam_break_wave import Valley
from gis.hazards.hand import Drainage, Ints, hand_m, nearest_drain, way_down

Floats: TypeAlias = NDArray[np.float64]
STRETCH_M = 1000.0
LEAST_SLOPE, MOST_SLOPE = 1e-4, 0.2
"""Slopes for which Manning's equation is used; steeper ground counts as this steep, since the section cannot hold more speed."""
LEAST_SIDE, MOST_SIDE = 1.0, 400.0
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
    """The way down on the grid. `cells`: from the dam; `stretch`: the stretch that each of them belongs to; `drain`: for every cell of
    the grid the place in `cells` that its water meets first (−1: none); `above_m`: how high it lies above it."""

    cells: Ints
    stretch: Ints
    drain: Ints
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
    on_way = np.zeros(len(drained.next), dtype=np.bool_)
    on_way[cells] = True
    drain = nearest_drain(drained, on_way)
    above = hand_m(drained, drain, heights_m)
    # Ground above the dam drains to the dam's own cell: it is not downstream, and the reservoir lies there.
    place = np.full(len(drained.next), -1, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    where = np.where(drain >= 0, place[np.maximum(drain, 0)], -1)
    where[where == 0] = -1
    return Course(
        cells, np.minimum(along // STRETCH_M, max(0, int(along[-1] // STRETCH_M))).astype(np.int64), where, above, along
    )


def measured(drained: Drainage, way: Course, depths_m: Floats | None = None) -> Valley:
    """Stretches of a kilometre: fall of the carved bed, and the side slope of the V that is as wide as the ground at these depths
    (one per stretch; 10 m where none is given)."""
    count = int(way.stretch[-1]) + 1
    depths = np.full(count, 10.0) if depths_m is None else np.maximum(depths_m, _NARROW_M)
    ends = np.searchsorted(way.stretch, np.arange(count), side="right") - 1
    starts = np.concatenate(([0], ends[:-1]))
    length = np.maximum(way.along_m[ends] - way.along_m[starts], 1.0)
    bed = drained.bed_m[way.cells]
    slope = np.clip((bed[starts] - bed[ends]) / length, LEAST_SLOPE, MOST_SLOPE)
    mine = way.drain >= 0
    stretch = way.stretch[np.maximum(way.drain, 0)]
    under = mine & (np.nan_to_num(way.above_m, nan=np.inf) <= depths[stretch])
    flooded_m2 = np.bincount(stretch[under], minlength=count)[:count] * drained.cell_km2 * 1e6
    side = np.clip(flooded_m2 / length / (2 * depths), LEAST_SIDE, MOST_SIDE)
    return Valley(way.along_m[ends], slope, side)


def assumed(length_m: float, terrain: str) -> Valley:
    """Stretches of a kilometre, all alike, from the prior of a terrain."""
    along = np.arange(STRETCH_M, max(length_m, STRETCH_M) + 1e-6, STRETCH_M)
    told = TERRAINS[terrain]
    return Valley(along, np.full(len(along), told.slope), np.full(len(along), told.side))


def under_water(way: Course, depths_m: Floats) -> NDArray[np.bool_]:
    """Cells (flat) that lie below the flood, one depth per stretch."""
    mine = way.drain >= 0
    stretch = way.stretch[np.maximum(way.drain, 0)]
    return mine & (np.nan_to_num(way.above_m, nan=np.inf) < depths_m[stretch])
