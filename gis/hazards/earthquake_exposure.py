"""People by intensity, reduced so that a draw costs nothing: how many are at or above each fine step, for nine places of the epicentre.

The nine are the nodes of a Gauss-Hermite rule (−√3 σ, 0, √3 σ east and north): with their weights 1/6, 2/3, 1/6 they have the mean and
the variance of a normal error of the place. Magnitude and the law's residual shift all intensities alike, so they need no places of their own.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.exposure.points import ExposurePoints, weighed
from gis.geodesic import east_north_km
from gis.hazards.earthquake_field import Field

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
LEVELS = (5, 6, 7, 8, 9)
_STEP, _LOWEST, _HIGHEST = 0.02, 0.0, 13.0
STEPS = np.arange(_LOWEST, _HIGHEST + _STEP / 2, _STEP)
_NODE = math.sqrt(3.0)
_NODE_FROM = 0.967421566  # normal quantile of 5/6: beyond it lies the weight of an outer node
_WEAKEST = 3.0  # what is shaken less at the medians does not come to V within the errors
_REACH_KM = 500.0


@dataclass(frozen=True, slots=True)
class Shaken:
    """`day`, `night`: (9 places, steps) persons at or above each of `STEPS`; place 3·i + j is the i-th east and the j-th north."""

    day: Floats
    night: Floats

    def people(self, place: Ints, day_share: Floats, shift: Floats, least: float | None) -> Floats:
        """(draws, 5): persons at each of `LEVELS` (to the nearest whole degree, 9 and above together) when all intensities move by `shift`.

        `least`: inside an outline drawn by a person everybody feels at least this, whatever the shift."""
        edges = np.asarray(LEVELS, dtype=np.float64) - 0.5
        above = np.stack([self.above(edge, place, day_share, shift, least) for edge in edges.tolist()], axis=1)
        above[:, :-1] -= above[:, 1:]
        return np.maximum(above, 0.0)

    def above(self, edge: float, place: Ints, day_share: Floats, shift: Floats, least: float | None) -> Floats:
        """(draws,): persons at or above this intensity."""
        asked = np.full(shift.shape, _LOWEST) if least is not None and edge <= least else edge - shift
        found = np.empty(shift.shape)
        for number in np.unique(place).tolist():
            drawn = np.flatnonzero(place == number)
            by_day = np.interp(asked[drawn], STEPS, self.day[number])
            by_night = np.interp(asked[drawn], STEPS, self.night[number])
            found[drawn] = by_night + (by_day - by_night) * day_share[drawn]
        return found


def place_of(east: Floats, north: Floats) -> Ints:
    """Which of the nine places, for standard normal draws."""
    return 3 * _node(east) + _node(north)


def _node(z: Floats) -> Ints:
    return np.where(z < -_NODE_FROM, 0, np.where(z > _NODE_FROM, 2, 1)).astype(np.int64)


def shaken_by(
    field: Field, points: ExposurePoints, error_km: float, inside: NDArray[np.bool_] | None, near: Ints
) -> Shaken:
    """`near`: numbers of the exposure points that count; `inside`: which of these lie in the outline drawn by a person, if one is."""
    source = field.source
    if inside is not None:
        near = near[inside]
    east, north = east_north_km(source.lon, source.lat, points.lon[near], points.lat[near])
    x, y, day, night = _cells(east, north, points.day[near], points.night[near])
    rows_day, rows_night = np.zeros((9, len(STEPS))), np.zeros((9, len(STEPS)))
    for i in range(3):
        for j in range(3):
            felt = field.at_km(x - (i - 1) * _NODE * error_km, y - (j - 1) * _NODE * error_km)
            rows_day[3 * i + j], rows_night[3 * i + j] = _at_or_above(felt, day), _at_or_above(felt, night)
    return Shaken(rows_day, rows_night)


def observed(felt: Floats, day: Floats, night: Floats) -> Shaken:
    """Intensities that were observed: the place of the epicentre no longer matters."""
    return Shaken(np.tile(_at_or_above(felt, day), (9, 1)), np.tile(_at_or_above(felt, night), (9, 1)))


def reach_km(field: Field, error_km: float) -> float:
    return min(field.radius_km(_WEAKEST) * 1.3 + field.source.length_km / 2 + 2 * error_km, _REACH_KM)


def _at_or_above(felt: Floats, people: Floats) -> Floats:
    """(steps,): persons at or above each step. A step's own share is spread over it, so that sums move without jumps."""
    bins = np.clip(((felt - _LOWEST) / _STEP).astype(np.int64), 0, len(STEPS) - 2)
    counted = weighed(bins, people, len(STEPS) - 1)
    return np.append(np.cumsum(counted[::-1])[::-1], 0.0)


def _cells(east: Floats, north: Floats, day: Floats, night: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(east, north, day, night) of cells of a kilometre, each at the middle of its people: as exact as points, and far fewer."""
    if not len(east):
        return east, north, day, night
    column = np.floor(east - east.min()).astype(np.int64)
    row = np.floor(north - north.min()).astype(np.int64)
    width = int(column.max()) + 1
    cell = row * width + column
    most = int(cell.max()) + 1
    weight = day + night
    total = weighed(cell, weight, most)
    kept = total > 0
    safe = total[kept]
    return (
        weighed(cell, weight * east, most)[kept] / safe,
        weighed(cell, weight * north, most)[kept] / safe,
        weighed(cell, day, most)[kept],
        weighed(cell, night, most)[kept],
    )
