"""How deep a flow runs in a reach of a river: a rating made from the ground itself (pure).

Source: Zheng, Tarboton, Maidment, Liu & Passalacqua, River channel geometry and rating curve estimation using height above the
nearest drainage, JAWRA 54 (2018) 785–806: volume, surface and bed of the water that stands at a stage over all cells draining into a
reach give a mean section, Manning's equation its flow. The bed below the water that the heights were measured over is not in it,
so the stage counts from the river's surface on that day and the flow is what comes on top.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards.hand import Bools, Drainage, Ints

Floats: TypeAlias = NDArray[np.float64]
STAGES_M = np.concatenate((np.arange(0.0, 5.0, 0.1), np.arange(5.0, 60.01, 0.5)))
"""At which the section is measured."""
LEAST_SLOPE = 1e-4


@dataclass(frozen=True, slots=True)
class Reach:
    """The stem of a river around a place: its cells from the top downwards, length, fall, catchment at the place, and which one of
    the grid's cells lies nearest to the place."""

    cells: Ints
    length_m: float
    slope: float
    area_km2: float
    at: int


@dataclass(frozen=True, slots=True)
class Rating:
    """By `STAGES_M`: conveyance A R^(2/3) √S (flow for a roughness of 1, m³/s), and width at the surface (m)."""

    conveyance: Floats
    width_m: Floats

    def flow_m3_s(self, stage_m: Floats, roughness: Floats) -> Floats:
        return np.interp(stage_m, STAGES_M, self.conveyance) / roughness

    def stage_m(self, flow_m3_s: Floats, roughness: Floats) -> Floats:
        """Stage at which so much flows; the highest of the table where even that carries less (see `reaches`)."""
        return np.interp(flow_m3_s * roughness, self.conveyance, STAGES_M)

    def reaches(self, flow_m3_s: float, roughness: float) -> bool:
        """Whether the table is high enough for this flow."""
        return flow_m3_s * roughness <= float(self.conveyance[-1])


def main_stem(drained: Drainage, stream: Bools, place: int, snap_m: float, half_m: float) -> Reach | None:
    """The largest stream within `snap_m` of a cell, `half_m` along it either way; None where there is no stream so near.

    Upstream the way of the largest catchment is followed.
    """
    rows, columns = drained.shape
    across, down = drained.cell_m
    row, column = divmod(place, columns)
    high, wide = int(snap_m // down) + 1, int(snap_m // across) + 1
    near_rows = np.arange(max(0, row - high), min(rows, row + high + 1))
    near_columns = np.arange(max(0, column - wide), min(columns, column + wide + 1))
    cells = (near_rows[:, None] * columns + near_columns[None, :]).ravel()
    metres = np.hypot((cells // columns - row) * down, (cells % columns - column) * across)
    candidates = cells[stream[cells] & (metres <= snap_m)]
    if len(candidates) == 0:
        return None
    # The largest river counts; of its cells, which differ little in catchment, the nearest.
    area = drained.area_km2[candidates]
    of_river = candidates[area >= 0.7 * float(area.max())]
    away = np.hypot((of_river // columns - row) * down, (of_river % columns - column) * across)
    at = int(of_river[int(away.argmin())])
    below = _walk(drained, at, half_m)
    above = climb(drained, stream, at, half_m)
    stem = np.asarray([*reversed(above), *below], dtype=np.int64)
    length = run_length_m(drained, stem)
    fall = float(drained.bed_m[stem[0]] - drained.bed_m[stem[-1]])
    slope = max(fall / length, LEAST_SLOPE) if length > 0 else LEAST_SLOPE
    return Reach(stem, length, slope, float(drained.area_km2[at]), at)


def _walk(drained: Drainage, start: int, most_m: float) -> list[int]:
    found, gone = [start], 0.0
    while True:
        there = int(drained.next[found[-1]])
        if there < 0:
            return found
        gone += _step_m(drained, found[-1], there)
        if gone > most_m:
            return found
        found.append(there)


def climb(drained: Drainage, stream: Bools, start: int, most_m: float) -> list[int]:
    """Upstream along the largest catchment, without the start, nearest first; at most so far."""
    rows, columns = drained.shape
    found: list[int] = []
    here, gone = start, 0.0
    while True:
        row, column = divmod(here, columns)
        feeders = [
            near
            for r in range(max(0, row - 1), min(rows, row + 2))
            for c in range(max(0, column - 1), min(columns, column + 2))
            if (near := r * columns + c) != here and int(drained.next[near]) == here and bool(stream[near])
        ]
        if not feeders:
            return found
        best = max(feeders, key=lambda cell: (int(drained.cells[cell]), -cell))
        gone += _step_m(drained, best, here)
        if gone > most_m:
            return found
        found.append(best)
        here = best


def run_length_m(drained: Drainage, cells: Ints) -> float:
    """Of cells that follow each other, metres."""
    columns = drained.shape[1]
    across, down = drained.cell_m
    return float(np.hypot(np.diff(cells // columns) * down, np.diff(cells % columns) * across).sum())


def _step_m(drained: Drainage, one: int, other: int) -> float:
    columns = drained.shape[1]
    across, down = drained.cell_m
    return float(np.hypot((other // columns - one // columns) * down, (other % columns - one % columns) * across))


def rating(drained: Drainage, reach: Reach, drain: Ints, above_m: Floats) -> Rating:
    """From the heights above the drain (`above_m`, flat) of the cells whose water meets the reach first."""
    here = np.zeros(len(above_m), dtype=np.bool_)
    here[reach.cells] = True
    mine = (drain >= 0) & here[np.maximum(drain, 0)] & np.isfinite(above_m)
    heights = np.sort(above_m[mine & (above_m < STAGES_M[-1])])
    cell_m2 = drained.cell_km2 * 1e6
    count = np.searchsorted(heights, STAGES_M, side="right")
    summed = np.concatenate(([0.0], np.cumsum(heights)))[count]
    bed_m2 = count * cell_m2
    volume_m3 = (STAGES_M * count - summed) * cell_m2
    length = max(reach.length_m, 1.0)
    area, perimeter = volume_m3 / length, bed_m2 / length
    radius = np.divide(area, perimeter, out=np.zeros_like(area), where=perimeter > 0)
    conveyance = area * radius ** (2 / 3) * np.sqrt(reach.slope)
    return Rating(np.maximum.accumulate(conveyance), perimeter.astype(np.float64))
