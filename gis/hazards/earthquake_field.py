"""Where an earthquake reaches which intensity: lines on the ground, and the continuous intensity of many points at once.

Coordinates: kilometres along and across the rupture from the epicentre, both taken as positive; where the rupture has a length, along counts
from its end. A line of intensity I is then an ellipse with the law's two semi-axes at I; without a known strike, a circle of equal area.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from gis.geodesic import destination, east_north_km
from gis.hazards.earthquake_laws import Law, rupture_width_km
from gis.hazards.shaking import allen_2012_rupture, allen_2012_rupture_sigma

Floats: TypeAlias = NDArray[np.float64]
FELT_FROM = 1.0
_LEVEL_STEP = 0.02
_CORNERS = 72
_NODES = 120
_FARTHEST_KM = 800.0
_SCALE_KM = 8.0  # the table's nodes lie close together within a few of these and farther apart beyond
_BISECTIONS = 26
_GROWTH_GLOBAL = 0.913
_SIGMA_AT_KM = 30.0


@dataclass(frozen=True, slots=True)
class Source:
    """Degrees WGS 84, kilometres, degrees clockwise from north. `azimuth_deg` None: the strike is not known."""

    lon: float
    lat: float
    ms: float
    depth_km: float
    length_km: float
    azimuth_deg: float | None


class Field:
    """`law` None: the global law of Allen, Wald & Worden (2012), by distance to the rupture."""

    def __init__(self, source: Source, law: Law | None) -> None:
        self.source, self.law = source, law
        self._global = _global_by_distance(source) if law is None else None
        self._levels, self._along, self._across = self._lines()
        self._radii = np.sqrt(self._along * self._across + 2 * source.length_km * self._across / math.pi)
        self._table = self._tabulate() if law is not None and source.azimuth_deg is not None else None

    @property
    def growth(self) -> float:
        """How much intensity grows with one unit of magnitude, everywhere."""
        return _GROWTH_GLOBAL if self.law is None else self.law.long.b

    @property
    def sigma(self) -> float:
        if self.law is not None:
            return self.law.sigma
        return float(allen_2012_rupture_sigma(np.asarray([_SIGMA_AT_KM]))[0])

    @property
    def greatest(self) -> float:
        """At the epicentre."""
        return float(self._levels[0])

    def semi_axes_km(self, intensity: float) -> tuple[float, float]:
        """(along, across) from the rupture. Where a law's short axis would overtake its long one, far away, both are as long as that."""
        if self._global is not None:
            km, felt = self._global
            reach = float(np.interp(-intensity, -felt, km)) if intensity < felt[0] else 0.0
            return reach, reach
        if self.law is None:
            return 0.0, 0.0
        along, across = (axis.reach_km(self.source.ms, intensity) for axis in (self.law.long, self.law.short))
        return along, min(across, along)

    def radius_km(self, intensity: float) -> float:
        """Of the circle with the area of the line; the rupture's length is in it."""
        along, across = self.semi_axes_km(intensity)
        return math.sqrt(along * across + 2 * self.source.length_km * across / math.pi)

    def outline(self, intensity: float) -> Polygon | None:
        """The line of this intensity, or None where it is nowhere reached."""
        along, across = self.semi_axes_km(intensity)
        if along <= 0 or across <= 0:
            return None
        azimuth, half = self.source.azimuth_deg, self.source.length_km / 2
        if azimuth is None:
            azimuth, half = 0.0, 0.0
            along = across = self.radius_km(intensity)
        ring: list[tuple[float, float]] = []
        for corner in range(_CORNERS):
            # The two halves of the ellipse stand at the two ends of the rupture.
            angle = 2 * math.pi * (corner + 0.5) / _CORNERS
            x, y = along * math.cos(angle), across * math.sin(angle)
            x += math.copysign(half, x)
            bearing = azimuth + math.degrees(math.atan2(y, x))
            lon, lat = destination(self.source.lon, self.source.lat, bearing, math.hypot(x, y) * 1000)
            ring.append((round(lon, 6), round(lat, 6)))
        return Polygon(ring)

    def at(self, lon: Floats, lat: Floats) -> Floats:
        """Continuous intensity at places (degrees), at least `FELT_FROM`."""
        return self.at_km(*east_north_km(self.source.lon, self.source.lat, lon, lat))

    def at_km(self, east: Floats, north: Floats) -> Floats:
        """The same for kilometres east and north of the epicentre."""
        azimuth = self.source.azimuth_deg
        if azimuth is None:
            return np.maximum(np.interp(np.hypot(east, north), self._radii, self._levels), FELT_FROM)
        turn = math.radians(azimuth)
        along = np.maximum(np.abs(north * math.cos(turn) + east * math.sin(turn)) - self.source.length_km / 2, 0.0)
        across = np.abs(east * math.cos(turn) - north * math.sin(turn))
        if self._global is not None:
            return np.maximum(np.interp(np.hypot(along, across), *self._global), FELT_FROM)
        return np.full(east.shape, FELT_FROM) if self._table is None else _bilinear(self._table, along, across)

    def _lines(self) -> tuple[Floats, Floats, Floats]:
        """(intensity from the strongest, along, across): the two semi-axes at close steps."""
        law, found = self.law, self._global
        top = (
            law.long.intensity(self.source.ms, 0.0)
            if law is not None
            else float(found[1][0])
            if found is not None
            else 0.0
        )
        levels = np.arange(max(top, FELT_FROM + _LEVEL_STEP), FELT_FROM - _LEVEL_STEP, -_LEVEL_STEP)
        pairs = np.asarray([self.semi_axes_km(level) for level in levels.tolist()])
        return levels, pairs[:, 0], pairs[:, 1]

    def _tabulate(self) -> Floats:
        """Intensity at node × node: found by bisection on the line that passes through each node."""
        nodes = np.expm1(np.linspace(0, math.log1p(_FARTHEST_KM / _SCALE_KM), _NODES)) * _SCALE_KM
        x, y = (v.ravel() for v in np.meshgrid(nodes, nodes, indexing="ij"))
        low, high = np.full(x.shape, FELT_FROM), np.full(x.shape, float(self._levels[0]))
        # Rising intensity for np.interp; an axis of no length is given a hair's breadth, so that the epicentre itself lies in it.
        rising, a, b = self._levels[::-1], np.maximum(self._along[::-1], 1e-6), np.maximum(self._across[::-1], 1e-6)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            inside = (x / np.interp(middle, rising, a)) ** 2 + (y / np.interp(middle, rising, b)) ** 2 <= 1
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return low


def _bilinear(table: Floats, along: Floats, across: Floats) -> Floats:
    """In a table of node × node, on its stretched axes."""
    step = math.log1p(_FARTHEST_KM / _SCALE_KM) / (_NODES - 1)
    column = np.minimum(np.log1p(along / _SCALE_KM) / step, _NODES - 1.0001)
    row = np.minimum(np.log1p(across / _SCALE_KM) / step, _NODES - 1.0001)
    i, j = column.astype(np.int64), row.astype(np.int64)
    u, v = column - i, row - j
    at = i * _NODES + j
    near = table[at] * (1 - v) + table[at + 1] * v
    far = table[at + _NODES] * (1 - v) + table[at + _NODES + 1] * v
    return near * (1 - u) + far * u


def _global_by_distance(source: Source) -> tuple[Floats, Floats]:
    """(km from the rupture's line, intensity), for a rupture whose top lies half its width above the focus.

    Very near the largest earthquakes the law gives less than for smaller ones: the greatest of all smaller magnitudes is taken there, for a
    larger earthquake shakes no place less."""
    km = np.expm1(np.linspace(0, math.log1p(_FARTHEST_KM / _SCALE_KM), 4 * _NODES)) * _SCALE_KM
    felt = np.full(km.shape, -np.inf)
    for mw in (*np.arange(6.0, source.ms, 0.01).tolist(), source.ms):
        top = max(source.depth_km - rupture_width_km(mw) / 2, 0.0)
        felt = np.maximum(felt, allen_2012_rupture(mw, np.hypot(km, top)))
    return km, np.minimum(felt, 12.0)
