"""How many people the fire reaches and how much it burns, in every draw: the exposure put together in cells, and the ellipse's area."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import weighed
from gis.geodesic import east_north_km
from gis.hazards.fire_ellipse import Growth, edge_points, perimeters_m
from gis.hazards.ground import Ground
from gis.hazards.model import Case, Sample
from gis.hazards.sampling import Uncertain
from gis.hazards.wildfire_spread import Site, heads

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
HORIZON_MIN = 360.0
OUTER = 1.5
"""Times the rate of spread: the outer edge that is drawn, and by which people are moved."""
HA = 10_000.0
_SECTORS = 72
_GRID = 300  # points along a side of the ground within reach
_FIRST_RING_M, _RING = 20.0, 1.1
_MOST_CELLS, _AT_ONCE = 2500, 125  # so many draws at once stay in the processor's cache
_LEAST_REACH_M, _MOST_REACH_M = 2_000.0, 80_000.0
_TRIAL_DRAWS, _TRIAL_SEED = 256, 7
_shapes: Any = shapely


@dataclass(frozen=True, slots=True)
class Cells:
    """People put together: persons by day and night, whether the cell has burnt, (c,) each; `way` (c, 2, 2): metres east and north
    from the two places on the burnt edge from which the fire comes first, without wind and with the middle one."""

    way: Floats
    day: Floats
    night: Floats
    burnt: Bools


@dataclass(frozen=True, slots=True)
class FireCore:
    """What `losses` needs. `cells` None: no exposure is loaded. `drawn_m2`: the area that a person drew, which then is what burns.
    `ours`: hectares on our side of the border, of a fire abroad."""

    site: Site
    burnt_m2: float
    burnt_edge_m: float
    cells: Cells | None
    drawn_m2: float | None
    is_grass: bool
    ours: Cells | None = None


def people_cells(
    case: Case, ground: Ground, site: Site, burnt: BaseGeometry, middle: Growth, uncertain: Uncertain
) -> Cells | None:
    """People within reach. In an area that a person drew everybody is reached and nobody outside it: one cell, as if burnt."""
    points = ground.points
    if points is None:
        return None
    if case.footprint is not None:
        sums = points.each([case.footprint])[0]
        day, night = np.asarray([float(sums.people_day.sum())]), np.asarray([float(sums.people_night.sum())])
        return Cells(np.zeros((1, 2, 2)), day, night, np.ones(1, dtype=np.bool_))
    reach = _reach_m(site, uncertain, burnt)
    tall = reach / 110_000
    wide = tall / max(math.cos(math.radians(case.lat)), 0.05)
    near = ground.near(case.lon - wide, case.lat - tall, case.lon + wide, case.lat + tall)
    east, north = east_north_km(case.lon, case.lat, points.lon[near], points.lat[near])
    return _together(east * 1000, north * 1000, points.day[near], points.night[near], burnt, middle)


def ground_cells(
    case: Case, city: BaseGeometry, site: Site, burnt: BaseGeometry, middle: Growth, uncertain: Uncertain
) -> Cells:
    """Hectares of our own ground within reach of a fire abroad, as points of a grid."""
    reach = _reach_m(site, uncertain, burnt)
    side = 2 * reach / _GRID
    along = (np.arange(_GRID, dtype=np.float64) + 0.5) * side - reach
    east, north = (axis.ravel() for axis in np.meshgrid(along, along))
    lat = case.lat + np.degrees(north / 6_371_008.8)
    lon = case.lon + np.degrees(east / 6_371_008.8 / np.cos(np.radians(lat)))
    shapely.prepare(city)
    ours = np.asarray(_shapes.intersects_xy(city, lon, lat), dtype=np.bool_)
    hectares = np.full(int(ours.sum()), side * side / HA)
    return _together(east[ours], north[ours], hectares, hectares, burnt, middle)


def _reach_m(site: Site, uncertain: Uncertain, burnt: BaseGeometry) -> float:
    """As far as the fastest of a few hundred draws runs at the outer edge's speed, with room to spare."""
    trial = uncertain.draw(_TRIAL_DRAWS, _TRIAL_SEED)
    growth = heads(site, trial, trial.n).picked(trial["model_pick"], trial["ros_factor"])
    size = max(abs(edge) for edge in burnt.bounds)
    return min(max(float(growth.ros_m_min.max()) * OUTER * HORIZON_MIN * 1.2, _LEAST_REACH_M), _MOST_REACH_M) + size


def _together(east: Floats, north: Floats, day: Floats, night: Floats, burnt: BaseGeometry, middle: Growth) -> Cells:
    """In cells of a bearing and a distance from the burnt edge, small near the fire and larger far from it, each at its people's centre."""
    inside = np.zeros(len(east), dtype=np.bool_)
    starts = edge_points(burnt, _SECTORS)
    bearing = np.arctan2(east, north) % (2 * np.pi)
    away = np.hypot(east, north)
    if not isinstance(burnt, Point):
        west, south, right, top = burnt.bounds
        close = np.flatnonzero((east >= west) & (east <= right) & (north >= south) & (north <= top))
        inside[close] = _shapes.intersects_xy(burnt, east[close], north[close])
        edge_bearing = np.arctan2(starts[:, 0], starts[:, 1]) % (2 * np.pi)
        away = np.maximum(
            away - np.interp(bearing, *_sorted(edge_bearing, np.hypot(starts[:, 0], starts[:, 1])), period=2 * np.pi),
            0.0,
        )
    sectors, ring = _SECTORS, _RING
    while True:
        step = np.log(np.maximum(away, _FIRST_RING_M) / _FIRST_RING_M) / math.log(ring)
        sector = np.minimum((bearing / (2 * np.pi) * sectors).astype(np.int64), sectors - 1)
        name = (step.astype(np.int64) * sectors + sector) * 2 + inside
        used = np.flatnonzero(np.bincount(name))
        if len(used) <= _MOST_CELLS:
            break
        sectors, ring = sectors * 3 // 4, ring**1.4
    which = np.searchsorted(used, name)
    count = len(used)
    weight = day + night + 1e-9  # a point without people still has its place
    total = weighed(which, weight, count)
    centre = np.stack(
        (weighed(which, weight * east, count) / total, weighed(which, weight * north, count) / total), axis=1
    )
    return Cells(
        _ways(centre, starts, middle),
        weighed(which, day, count),
        weighed(which, night, count),
        np.asarray(used % 2 == 1, dtype=np.bool_),
    )


def _sorted(by: Floats, values: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(by, kind="stable")
    return by[order], values[order]


def _ways(places: Floats, starts: Floats, middle: Growth) -> Floats:
    """(c, 2, 2). Of all places on the edge two stand for the rest, so that thousands of draws stay cheap."""
    apart = places[:, None, :] - starts[None, :, :]
    nearest = np.argmin(np.hypot(apart[:, :, 0], apart[:, :, 1]), axis=1)
    usual = np.argmin(middle.minutes_to(apart[:, :, 0], apart[:, :, 1]), axis=1)
    row = np.arange(len(places))
    return np.stack((apart[row, nearest], apart[row, usual]), axis=1)


def people_reached(cells: Cells, growth: Growth, minutes: Sequence[Floats], sample: Sample) -> list[Floats]:
    """Persons whom the fire reaches within each of these times, in each draw."""
    found: list[Floats] = []
    for day, night in _reached(cells, growth, minutes):
        found.append((night + (day - night) * sample["day_share"]) * sample["exposure_factor"])
    return found


def hectares_reached(cells: Cells, growth: Growth, minutes: Floats) -> Floats:
    """Of the ground that the cells stand for, in each draw."""
    return _reached(cells, growth, [minutes])[0][0]


def _reached(cells: Cells, growth: Growth, minutes: Sequence[Floats]) -> list[Floats]:
    """(2, n) for each of the times: what is counted by day and by night."""
    n = len(growth.ros_m_min)
    ways = cells.way.astype(np.float32)
    away = np.hypot(ways[:, :, 0], ways[:, :, 1])
    counts = np.stack((cells.day, cells.night)).astype(np.float32)
    found = [np.zeros((2, n)) for _ in minutes]
    for begin in range(0, n, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        e, turned = growth.eccentricity[part], np.radians(growth.heading_deg[part])
        # The arrival time is (r − e·along)/(R·(1 − e)) about the rear focus; only whether it is in time is asked.
        head = np.stack((e * np.sin(turned), e * np.cos(turned))).astype(np.float32)
        first, second = (away[:, k, None] - ways[:, k] @ head for k in (0, 1))
        least = np.minimum(first, second, out=first)
        least[cells.burnt] = -1.0
        for index, time in enumerate(minutes):
            reached = least <= (growth.ros_m_min[part] * (1.0 - e) * time[part]).astype(np.float32)
            found[index][:, part] = counts @ reached.astype(np.float32)
    return found


def burnt_hectares(core: FireCore, growth: Growth, minutes: Floats, sample: Sample) -> Floats:
    """The burnt area grown by the ellipse: A + A_e + P·P_e/2π, exact for a circle (Steiner), close for what is not long."""
    if core.drawn_m2 is not None:
        return np.full(sample.n, core.drawn_m2 / HA)
    before = core.burnt_m2
    scale = np.ones(sample.n)
    if "burnt_ha" in sample and before > 0:
        scale = sample["burnt_ha"] * HA / before
    edge = perimeters_m(growth.half_length_m_min * minutes, growth.half_width_m_min * minutes)
    both = core.burnt_edge_m * np.sqrt(scale) * edge / (2 * np.pi)
    return (before * scale + growth.area_m2(minutes) + both) / HA
