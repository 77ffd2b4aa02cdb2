"""Elevation: the land that its rivers would have left.

A landscape in balance with its rivers has, at every point, a slope that falls with the area that drains through it. So height
above the named rivers' beds is the shortest path to them, where a step costs distance × steepness(drained area). Three rounds:
first with noise alone, then with the drainage that the round before gave. The result is valleys, ridges and side streams that fit
the rivers, and never a cliff: neighbouring cells differ by at most the cost of the step between them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.sparse import csr_array

from gis.region.facts import RegionFacts
from gis.region.noise import Noise
from gis.region.paths import from_one
from gis.region.plane import KM_PER_LAT, KM_PER_LON, LAT0, LON0, Floats, Ints, to_plane
from gis.region.rivers import Course

CELL_KM = 0.55
WEST, EAST, SOUTH, NORTH = 98.42, 100.72, 22.88, 25.20
_STEEPNESS_M_PER_KM = 300.0
_AREA_POWER = 0.46
_NEIGHBOURS = ((1, 0), (0, 1), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True)
class Terrain:
    """A grid in the plane: rows northwards, columns eastwards. `receiver[i]`: the cell that cell i drains to (itself: a river)."""

    x0: float
    y0: float
    height_m: Floats
    drained_km2: Floats
    receiver: Ints

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.height_m.shape
        return int(rows), int(columns)

    def at(self, xy: Floats, order: Literal[1, 3] = 1) -> Floats:
        """Heights in metres at (n, 2) km."""
        rows, columns = (xy[:, 1] - self.y0) / CELL_KM, (xy[:, 0] - self.x0) / CELL_KM
        return np.asarray(
            map_coordinates(self.height_m, [rows, columns], order=order, mode="nearest"), dtype=np.float64
        )

    def cell_of(self, xy: Floats) -> Ints:
        rows = np.clip(np.rint((xy[:, 1] - self.y0) / CELL_KM), 0, self.shape[0] - 1).astype(np.int64)
        columns = np.clip(np.rint((xy[:, 0] - self.x0) / CELL_KM), 0, self.shape[1] - 1).astype(np.int64)
        return rows * self.shape[1] + columns

    def centre_of(self, cells: Ints) -> Floats:
        rows, columns = np.divmod(cells, self.shape[1])
        return np.column_stack((self.x0 + columns * CELL_KM, self.y0 + rows * CELL_KM))


def _uplift(facts: RegionFacts, x: Floats, y: Floats, seed: int) -> Floats:
    """How steep the land wants to be: ranges run north-south here, named massifs stand out, basins are flat."""
    ranges = Noise(seed, 21).layered(x * 1.6 + y * 0.35, y * 0.75, 34.0, 3)
    uplift = np.exp(0.42 * ranges)
    for peak in facts.peaks:
        (px, py), *_ = to_plane([peak.at])
        reach2 = (x - px) ** 2 + ((y - py) * 0.7) ** 2
        uplift *= 1 + 0.55 * (peak.elevation_m / 3000) ** 2 * np.exp(-reach2 / 11.0**2)
    wobble = 1 + 0.5 * Noise(seed, 22).layered(x, y, 5.0, 2)
    for lon, lat, radius in facts.basins:
        (bx, by), *_ = to_plane([(lon, lat)])
        reach2 = ((x - bx) ** 2 + (y - by) ** 2) * wobble**2
        uplift *= 1 - 0.88 * np.exp(-((reach2 / (radius * 0.8) ** 2) ** 2))
    return uplift


def _steps(shape: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
    """The grid's steps, both ways: from, to, length in km."""
    rows, columns = shape
    index = np.arange(rows * columns).reshape(shape)
    starts: list[Ints] = []
    ends: list[Ints] = []
    lengths: list[Floats] = []
    for dr, dc in _NEIGHBOURS:
        a = index[: rows - dr, max(0, -dc) : columns - max(0, dc)].ravel()
        b = index[dr:, max(0, dc) : columns - max(0, -dc)].ravel()
        starts += [a, b]
        ends += [b, a]
        lengths += [np.full(a.size * 2, CELL_KM * np.hypot(dr, dc))]
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(lengths)


def _climb(steps: tuple[Ints, Ints, Floats], slope: Floats, beds: dict[int, float]) -> tuple[Floats, Ints]:
    """Heights and receivers of all cells, given the slope (m/km) at each cell and the beds' cells with their heights."""
    start, end, length = steps
    n = slope.size
    bed_cells = np.fromiter(beds.keys(), dtype=np.int64)
    rows = np.concatenate((start, np.full(bed_cells.size, n)))
    columns = np.concatenate((end, bed_cells))
    costs = np.concatenate((length * slope[end], np.fromiter(beds.values(), dtype=np.float64)))
    graph = csr_array((costs, (rows, columns)), shape=(n + 1, n + 1))
    height, before = from_one(graph, n)
    receiver = before[:n].copy()
    own = receiver >= n
    receiver[own] = np.flatnonzero(own)
    return height[:n], receiver


def _drained(height: Floats, receiver: Ints) -> Floats:
    """Square kilometres that drain through each cell, itself included."""
    area = [CELL_KM**2] * height.size
    to = receiver.tolist()
    for cell in np.argsort(-height, kind="stable").tolist():
        if to[cell] != cell:
            area[to[cell]] += area[cell]
    return np.asarray(area)


def shape_terrain(facts: RegionFacts, courses: list[Course], seed: int) -> Terrain:
    """The elevation grid, scaled so that the highest point within reach of the named summits is the known one."""
    x = np.arange((WEST - LON0) * KM_PER_LON, (EAST - LON0) * KM_PER_LON, CELL_KM)
    y = np.arange((SOUTH - LAT0) * KM_PER_LAT, (NORTH - LAT0) * KM_PER_LAT, CELL_KM)
    gx, gy = (grid.astype(np.float64) for grid in np.meshgrid(x, y))
    shape = (y.size, x.size)
    blank = Terrain(float(x[0]), float(y[0]), np.zeros(shape), np.zeros(shape), np.zeros(0, dtype=np.int64))
    beds: dict[int, float] = {}
    for course in courses:
        for cell, bed in zip(blank.cell_of(course.line).tolist(), course.bed_m.tolist(), strict=True):
            beds[cell] = min(bed, beds.get(cell, bed))
    roughness = np.exp(0.55 * Noise(seed, 23).layered(gx, gy, 9.0, 5, 0.7)) * _uplift(facts, gx, gy, seed)
    grain = np.exp(0.3 * np.random.default_rng([seed, 24]).standard_normal(shape))
    steps = _steps(shape)
    drained = np.full(shape[0] * shape[1], 1.5)
    height, receiver = np.zeros(0), np.zeros(0, dtype=np.int64)
    for _ in range(3):
        slope = _STEEPNESS_M_PER_KM * (roughness * grain).ravel() * (drained + 0.4) ** -_AREA_POWER
        height, receiver = _climb(steps, slope, beds)
        drained = _drained(height, receiver)
    grid = gaussian_filter(height.reshape(shape), 0.8)
    return Terrain(blank.x0, blank.y0, _to_known_heights(facts, grid), drained.reshape(shape), receiver)


def _to_known_heights(facts: RegionFacts, grid: Floats) -> Floats:
    low, high = float(facts.city["lowest_m"]), float(facts.city["highest_m"])
    top = float(np.quantile(grid, 0.9998))
    scaled = low + (grid - low) * (high - low) / (top - low)
    return np.where(scaled > low, scaled, low + (grid - low) * 0.2)
