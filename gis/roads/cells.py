"""Which stretches of road run near a place, for many places at once: square cells over the plane, each with what crosses it."""

import math

import numpy as np

from gis.roads.snaps import Bools, Floats, Ints

_WANTED = 8  # segments beside a place, on average where roads are
_WIDEST_M = 400.0
_COARSE_M = 1000.0
_MOST_CELLS = 4_000_000
_MOST_BESIDE = 256  # of a place with more beside it nothing is said: memory stays bounded


class Cells:
    """`reach_m`: what is told beside a place holds every segment nearer than this. Segments go from a coordinate to the next."""

    def __init__(self, xy: Floats, segments: Ints) -> None:
        step: Floats = xy[1:] - xy[:-1]
        # One row a segment: begin, step, and the square of its length, so that one is fetched at once.
        self._table = np.column_stack((xy[:-1], step, np.maximum((step**2).sum(axis=1), 1e-12)))
        low: Floats = xy.min(axis=0)
        high: Floats = xy.max(axis=0)
        self.reach_m = _width(xy[segments], float(np.prod(high - low)))
        self._low = low - 2 * self.reach_m
        self._columns, self._rows = (
            int(value) for value in np.ceil((high - self._low) / self.reach_m).astype(np.int64) + 2
        )
        self._fill(xy, segments)

    def _fill(self, xy: Floats, segments: Ints) -> None:
        """Cut to the width of a cell, a piece of a segment lies in at most two columns and two rows."""
        pieces = np.ceil(np.sqrt(self._table[segments, 4]) / self.reach_m).astype(np.int64).clip(1)
        segment = np.repeat(segments, pieces)
        order = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = 1.0 / np.repeat(pieces, pieces)
        step = xy[segment + 1] - xy[segment]
        ends = [xy[segment] + step * ((order + extra) * share)[:, None] for extra in (0, 1)]
        first, last = (np.floor((end - self._low) / self.reach_m).astype(np.int64) for end in ends)
        column, row = (np.stack((first[:, axis], last[:, axis])) for axis in (0, 1))
        corners = [(row[i] * self._columns + column[j], segment) for i in (0, 1) for j in (0, 1)]
        cell, inside = (np.concatenate([corner[part] for corner in corners]) for part in (0, 1))
        crossed, self._segment = np.divmod(np.unique(cell * len(xy) + inside), len(xy))
        counts = np.bincount(crossed, minlength=self._columns * self._rows)
        self._pointer = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)

    def nearest(self, points: Floats) -> tuple[Ints, Floats, Floats]:
        """(segment, part of it, distance) of the nearest segment, exact where the distance is at most `reach_m`.

        Where it is farther nothing certain is said: the distance is infinite.
        """
        at = np.floor((points - self._low) / self.reach_m).astype(np.int64)
        inside: Bools = np.all((at >= 1) & (at <= (self._columns - 2, self._rows - 2)), axis=1)
        cell = np.where(inside, at[:, 1] * self._columns + at[:, 0], self._columns + 1)
        rows = cell[:, None] + np.asarray((-self._columns, 0, self._columns))
        low = self._pointer[rows - 1].astype(np.int64)
        counts = np.where(inside[:, None], self._pointer[rows + 2] - low, 0)
        counts[counts.sum(axis=1) > _MOST_BESIDE] = 0
        many = counts.sum(axis=1)
        segment, part, distance = (
            np.zeros(len(points), dtype=np.int64),
            np.zeros(len(points)),
            np.full(len(points), np.inf),
        )
        there = np.flatnonzero(many)
        if not len(there):
            return segment, part, distance
        each, flat = many[there], counts.ravel()
        entries = np.arange(int(each.sum())) + np.repeat(low.ravel() - (np.cumsum(flat) - flat), flat)
        beside = self._segment[entries]
        begin_x, begin_y, step_x, step_y, length = self._table.take(beside, axis=0).T
        away_x, away_y = (np.repeat(points[there, axis], each) for axis in (0, 1))
        away_x -= begin_x
        away_y -= begin_y
        parts = np.minimum(np.maximum((away_x * step_x + away_y * step_y) / length, 0.0), 1.0)
        away_x -= step_x * parts
        away_y -= step_y * parts
        square = away_x * away_x + away_y * away_y
        best = np.minimum.reduceat(square, np.cumsum(each) - each)
        equal = np.flatnonzero(square == np.repeat(best, each))[::-1]
        chosen = np.empty(len(there), dtype=np.int64)
        chosen[np.repeat(np.arange(len(there)), each)[equal]] = equal
        sure = best <= self.reach_m**2
        segment[there], part[there] = beside[chosen], parts[chosen]
        distance[there] = np.where(sure, np.sqrt(best), np.inf)
        return segment, part, distance


def _width(begins: Floats, area_m2: float) -> float:
    """Such that a place where roads are has about `_WANTED` segments in its cell and the eight around it."""
    coarse = np.floor((begins - begins.min(axis=0)) / _COARSE_M).astype(np.int64)
    _, inside = np.unique(coarse[:, 1] * (coarse[:, 0].max() + 1) + coarse[:, 0], return_counts=True)
    per_m2 = float((inside.astype(np.float64) ** 2).sum() / inside.sum()) / _COARSE_M**2
    return max(min(math.sqrt(_WANTED / 9 / per_m2), _WIDEST_M), math.sqrt(area_m2 / _MOST_CELLS), 10.0)
