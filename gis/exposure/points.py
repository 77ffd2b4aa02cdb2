"""Exposure points in memory, sorted into cells of a grid, and their sums inside areas.

A cell that lies wholly in an area counts by its own sums; only points in cells on the area's border are looked at one by one. The
result is exactly that of looking at every point (`tests/gis/test_exposure_points.py`). A point on the border line counts as inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_vector: Any = shapely  # its stubs leave the types of arrays open
_PER_CELL = 40.0  # points in a cell if they lay evenly: testing a cell costs about as much as testing so many points
_MOST_CELLS = 1_000_000
_BLOCK = 8  # cells along a side of a block, which is tested before its cells are
_FEW = 4000  # points in an area's extent below which blocks and cells are not worth testing


def weighed(places: Ints, weights: Floats, least: int) -> Floats:
    """The weights of each place added up, from 0 to `least`."""
    return np.asarray(np.bincount(places, weights, least), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Sums:
    """For each township (by number; the last is "none"): people, buildings, and how many points they come from."""

    people_day: Floats
    people_night: Floats
    buildings: Floats
    points: Ints


@dataclass(frozen=True, slots=True)
class _Inside:
    """What of the points lies in an area: whole cells (by row of the cell table), and single points of other cells."""

    cells: Ints
    points: Ints


class ExposurePoints:
    """Immutable. `township` numbers run to `townships` inclusive, the last one being for points in none."""

    def __init__(
        self, lon: Floats, lat: Floats, township: Ints, day: Floats, night: Floats, buildings: Floats, townships: int
    ) -> None:
        self.townships = townships
        self._west, self._south = float(lon.min()), float(lat.min())
        width, height = max(float(lon.max()) - self._west, 1e-6), max(float(lat.max()) - self._south, 1e-6)
        cells = min(max(len(lon) / _PER_CELL, 1.0), _MOST_CELLS)
        self._size = max((width * height / cells) ** 0.5, width / 30_000, height / 30_000) * (1 + 1e-9)
        self._columns = int(width / self._size) + 1
        column = ((lon - self._west) / self._size).astype(np.int64)
        row = ((lat - self._south) / self._size).astype(np.int64)
        cell = row * self._columns + column
        order = np.lexsort((township, cell))
        self.lon, self.lat = lon[order], lat[order]
        self._township = township[order]
        self._values = day[order], night[order], buildings[order]
        cell = cell[order]
        self._cells, first = np.unique(cell, return_index=True)
        self._first: Ints = np.append(first, len(lon)).astype(np.int64)
        self._column, self._row = self._cells % self._columns, self._cells // self._columns
        self._cell_of_point: Ints = np.repeat(np.arange(len(self._cells)), np.diff(self._first))
        # Runs of one township within a cell: what a whole cell adds up to.
        change = np.ones(len(lon), dtype=np.bool_)
        change[1:] = (cell[1:] != cell[:-1]) | (self._township[1:] != self._township[:-1])
        run: Ints = np.flatnonzero(change).astype(np.int64)
        self._run_cell, self._run_township = self._cell_of_point[run], self._township[run]
        self._run_values = tuple(np.add.reduceat(values, run) for values in self._values)
        self._run_points: Ints = np.diff(np.append(run, len(lon)))

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def township(self) -> Ints:
        """Township numbers, in the order of `lon` and `lat`."""
        return self._township

    @property
    def day(self) -> Floats:
        return self._values[0]

    @property
    def night(self) -> Floats:
        return self._values[1]

    @property
    def buildings(self) -> Floats:
        return self._values[2]

    def in_box(self, west: float, south: float, east: float, north: float) -> Ints:
        """The numbers of the points in a box of degrees, its borders included."""
        low, high = self._index(south, self._south), self._index(north, self._south)
        left, right = self._index(west, self._west), self._index(east, self._west)
        cells: Ints = np.arange(
            np.searchsorted(self._cells, low * self._columns), np.searchsorted(self._cells, (high + 1) * self._columns)
        ).astype(np.int64)
        cells = cells[(self._column[cells] >= left) & (self._column[cells] <= right)]
        points = self._points_of(cells)
        lon, lat = self.lon[points], self.lat[points]
        return points[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]

    def each(self, areas: Sequence[BaseGeometry]) -> list[Sums]:
        """The sums in each area by itself: what lies in two counts in both."""
        return [self._sums(inside.cells, inside.points) for inside in map(self._inside, areas)]

    def bands(self, areas: Sequence[BaseGeometry]) -> list[Sums]:
        """The sums in areas that follow on each other: a point counts in the first that holds it, so that nothing counts twice."""
        taken_cells = np.zeros(len(self._cells), dtype=np.bool_)
        begun_cells = np.zeros(len(self._cells), dtype=np.bool_)
        taken_points = np.zeros(len(self.lon), dtype=np.bool_)
        found: list[Sums] = []
        for area in areas:
            inside = self._inside(area)
            cells = inside.cells[~taken_cells[inside.cells]]
            begun = cells[begun_cells[cells]]
            points = np.concatenate((inside.points, self._points_of(begun)))
            points = points[~taken_points[points] & ~taken_cells[self._cell_of_point[points]]]
            found.append(self._sums(cells[~begun_cells[cells]], points))
            taken_points[points] = True
            begun_cells[self._cell_of_point[points]] = True
            taken_cells[inside.cells] = True
        return found

    def _sums(self, cells: Ints, points: Ints) -> Sums:
        whole = np.zeros(len(self._cells), dtype=np.bool_)
        whole[cells] = True
        runs: Ints = np.flatnonzero(whole[self._run_cell]).astype(np.int64)
        of_runs, of_points = self._run_township[runs], self._township[points]
        least = self.townships + 1

        def add(run_values: Floats, values: Floats) -> Floats:
            return weighed(of_runs, run_values[runs], least) + weighed(of_points, values[points], least)

        day, night, buildings = (add(r, v) for r, v in zip(self._run_values, self._values, strict=True))
        counts = np.bincount(of_runs, self._run_points[runs], least) + np.bincount(of_points, minlength=least)
        return Sums(day, night, buildings, counts.astype(np.int64))

    def _points_of(self, cells: Ints) -> Ints:
        """The numbers of all points of these cells."""
        first, count = self._first[cells], self._first[cells + 1] - self._first[cells]
        skipped = np.cumsum(count) - count
        return np.arange(int(count.sum()), dtype=np.int64) + np.repeat(first - skipped, count)

    def _inside(self, area: BaseGeometry) -> _Inside:
        shapely.prepare(area)
        west, south, east, north = area.bounds
        low_column, high_column = self._index(west, self._west), self._index(east, self._west)
        low_row, high_row = self._index(south, self._south), self._index(north, self._south)
        rows: Ints = np.arange(
            np.searchsorted(self._cells, low_row * self._columns),
            np.searchsorted(self._cells, (high_row + 1) * self._columns),
        ).astype(np.int64)
        rows = rows[(self._column[rows] >= low_column) & (self._column[rows] <= high_column)]
        nothing: Ints = np.empty(0, dtype=np.int64)
        if int((self._first[rows + 1] - self._first[rows]).sum()) <= _FEW:
            return _Inside(nothing, self._tested(area, rows))
        whole, partly = self._sorted_out(area, rows)
        return _Inside(whole, self._tested(area, partly))

    def _index(self, value: float, origin: float) -> int:
        return int(np.clip((value - origin) / self._size, -1, 2**31))

    def _tested(self, area: BaseGeometry, cells: Ints) -> Ints:
        points = self._points_of(cells)
        return points[np.asarray(_vector.intersects_xy(area, self.lon[points], self.lat[points]), dtype=np.bool_)]

    def _sorted_out(self, area: BaseGeometry, cells: Ints) -> tuple[Ints, Ints]:
        """(cells wholly in the area, cells on its border), by testing blocks first."""
        blocks = (self._row[cells] // _BLOCK) * (self._columns // _BLOCK + 1) + self._column[cells] // _BLOCK
        names, block = np.unique(blocks, return_inverse=True)
        across = self._columns // _BLOCK + 1
        whole, partly = self._tell(area, (names % across) * _BLOCK, (names // across) * _BLOCK, _BLOCK)
        found = cells[whole[block]]
        border = cells[partly[block]]
        inside, edge = self._tell(area, self._column[border], self._row[border], 1)
        return np.concatenate((found, border[inside])), border[edge]

    def _tell(self, area: BaseGeometry, column: Ints, row: Ints, side: int) -> tuple[Bools, Bools]:
        """(wholly inside, partly inside) of squares of cells. A cell is a hair larger than its points need: rounding decides nothing."""
        hair = self._size * 1e-6
        west, south = self._west + column * self._size - hair, self._south + row * self._size - hair
        boxes = _vector.box(west, south, west + side * self._size + 2 * hair, south + side * self._size + 2 * hair)
        meets = np.asarray(_vector.intersects(area, boxes), dtype=np.bool_)
        whole = np.zeros(len(boxes), dtype=np.bool_)
        whole[meets] = _vector.covers(area, boxes[meets])
        return whole, meets & ~whole
