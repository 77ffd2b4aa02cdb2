"""The head of the fire by two formulas, Rothermel's and Wang's, for every draw; and what the ground's slope is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.geodesic import bearings_and_km
from gis.hazards import rothermel
from gis.hazards.fire_behaviour import intensity_kw_m
from gis.hazards.fire_ellipse import Growth, length_to_width
from gis.hazards.fire_weather import equilibrium_moisture_pct, moisture_of_ffmc
from gis.hazards.fuel_models import Fuel
from gis.hazards.ground import Heights
from gis.hazards.wang_zhengfei import beaufort, fuel_factor, initial_ros, wang_spread
from gis.hazards.wildfire_inputs import LIVE_HERB_PCT, WOODY_ABOVE_HERB_PCT, under_trees

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
_CANOPY_M = 15.0
_FIT_KM = 1.5
_LEAST_CELLS = 12
_WETTER_10H, _WETTER_100H = 0.01, 0.02  # as in BEHAVE's moisture scenarios: 6, 7 and 8 %


@dataclass(frozen=True, slots=True)
class Terrain:
    """Degrees. The plane that fits the ground around the fire best: what a run of some kilometres feels, not what a gully does."""

    slope_deg: float
    upslope_deg: float


@dataclass(frozen=True, slots=True)
class Site:
    """What does not change from draw to draw. `terrain` None: no heights."""

    fuels: tuple[tuple[Fuel, float], ...]
    month: int
    terrain: Terrain | None
    cover_given: bool


@dataclass(frozen=True, slots=True)
class Heads:
    """Both formulas, (n,) each. `heat_kj_m2` is Rothermel's. `wang_limited`, `wind_limited`: the formula stands at its limit."""

    rothermel: Growth
    wang: Growth
    heat_kj_m2: Floats
    midflame_ms: Floats
    dead_moisture_pct: Floats
    wang_limited: Bools
    wind_limited: Bools

    def picked(self, model_pick: Floats, factor: Floats) -> Growth:
        """One formula for each draw, its spread times a factor."""
        first = model_pick < 0.5
        return Growth(
            np.where(first, self.rothermel.ros_m_min, self.wang.ros_m_min) * factor,
            np.where(first, self.rothermel.heading_deg, self.wang.heading_deg),
            np.where(first, self.rothermel.length_to_width, self.wang.length_to_width),
        )

    def middle(self, factor: float = 1.0) -> Growth:
        """Between the two at the first draw: the geometric mean of the spread, the mean of the directions weighted by it. Scalars."""
        a, b = float(self.rothermel.ros_m_min[0]), float(self.wang.ros_m_min[0])
        ros = (a * b) ** 0.5 if a > 0 and b > 0 else (a + b) / 2
        x, y = 0.0, 0.0
        for speed, heading in ((a, self.rothermel.heading_deg[0]), (b, self.wang.heading_deg[0])):
            x, y = x + speed * np.sin(np.radians(heading)), y + speed * np.cos(np.radians(heading))
        heading = float(np.degrees(np.arctan2(x, y)) % 360)
        return Growth(
            np.asarray(ros * factor), np.asarray(heading), np.asarray(float(self.rothermel.length_to_width[0]))
        )

    def intensity_kw_m(self, growth: Growth) -> Floats:
        return intensity_kw_m(growth.ros_m_min, self.heat_kj_m2)


def terrain(heights: Heights | None, lon: float, lat: float) -> Terrain | None:
    """None where too few heights are known around the place."""
    if heights is None:
        return None
    rows, columns = heights.metres.shape
    lons: Floats = heights.west + (np.arange(columns, dtype=np.float64) + 0.5) * heights.step_lon
    lats: Floats = heights.north - (np.arange(rows, dtype=np.float64) + 0.5) * heights.step_lat
    near_lon = np.flatnonzero(np.abs(lons - lon) < _FIT_KM / 111.0 / max(np.cos(np.radians(lat)), 0.05))
    near_lat = np.flatnonzero(np.abs(lats - lat) < _FIT_KM / 111.0)
    if not len(near_lon) or not len(near_lat):
        return None
    grid_lon, grid_lat = np.meshgrid(lons[near_lon], lats[near_lat])
    metres = heights.metres[np.ix_(near_lat, near_lon)].ravel()
    bearing, km = bearings_and_km(lon, lat, grid_lon.ravel(), grid_lat.ravel())
    known = np.isfinite(metres) & (km <= _FIT_KM)
    if int(known.sum()) < _LEAST_CELLS:
        return None
    east, north = km * 1000 * np.sin(np.radians(bearing)), km * 1000 * np.cos(np.radians(bearing))
    plane = np.stack((east[known], north[known], np.ones(int(known.sum()))), axis=1)
    (rise_east, rise_north, _), *_ = np.linalg.lstsq(plane, metres[known], rcond=None)
    return Terrain(
        float(np.degrees(np.arctan(np.hypot(rise_east, rise_north)))),
        float(np.degrees(np.arctan2(rise_east, rise_north)) % 360),
    )


def heads(site: Site, drawn: Mapping[str, Floats], n: int) -> Heads:
    """`drawn`: inputs and parameters by name; what is absent is derived from the weather, the month and the ground."""
    wind, temperature, humidity = drawn["wind_ms"], drawn["temperature_c"], drawn["humidity_pct"]
    wind_to = (drawn["wind_from_deg"] + drawn["wind_turn_deg"] + 180.0) % 360.0
    slope, upslope = _slope(site, drawn, wind_to, n)
    dead = _dead_moisture_pct(drawn, temperature, humidity)
    herb = drawn.get("live_moisture_pct")
    if herb is None:
        herb = np.maximum(LIVE_HERB_PCT[site.month - 1] * drawn["live_moisture_factor"], 30.0)
    fine = dead / 100
    moisture = rothermel.Moisture(
        fine, fine + _WETTER_10H, fine + _WETTER_100H, herb / 100, (herb + WOODY_ABOVE_HERB_PCT) / 100
    )
    turned = (wind_to - upslope) % 360.0
    which = np.searchsorted(np.asarray([share for _, share in site.fuels]), drawn["fuel_pick"], side="left")
    which = np.minimum(which, len(site.fuels) - 1)
    ros, direction, effective, heat, midflame, ks = (np.zeros(n) for _ in range(6))
    limited = np.zeros(n, dtype=np.bool_)
    for index, (fuel, _) in enumerate(site.fuels):
        at = which == index
        if not bool(at.any()):
            continue
        cover = (
            drawn["canopy_cover_pct"][at] / 100 if under_trees(fuel) or site.cover_given else np.zeros(int(at.sum()))
        )
        share = rothermel.wind_adjustment(fuel, cover, np.full(cover.shape, _CANOPY_M))
        midflame[at] = share * wind[at] * rothermel.TWENTY_FEET
        own = rothermel.Moisture(*(part[at] for part in (moisture.dead_1h, moisture.dead_10h, moisture.dead_100h, moisture.live_herb, moisture.live_woody)))  # fmt: skip
        found = rothermel.spread(fuel, own, midflame[at], slope[at], turned[at])
        ros[at], direction[at], effective[at], heat[at] = (
            found.ros_m_min,
            found.direction_deg,
            found.effective_wind_ms,
            found.heat_kj_m2,
        )
        limited[at], ks[at] = found.wind_limited, fuel_factor(fuel.code)
    ratio = length_to_width(effective)
    wang = wang_spread(initial_ros(temperature, beaufort(wind), humidity), ks, wind, slope, turned)
    return Heads(
        Growth(ros, (direction + upslope) % 360.0, ratio),
        Growth(wang.ros_m_min, (wang.direction_deg + upslope) % 360.0, ratio),
        heat,
        midflame,
        dead,
        wang.limited,
        limited,
    )


def _slope(site: Site, drawn: Mapping[str, Floats], wind_to: Floats, n: int) -> tuple[Floats, Floats]:
    """(slope, direction upslope): given, else of the ground, else assumed. Where the direction is not known the ground
    is taken to rise where the wind blows to, which is the worst."""
    given, direction = drawn.get("slope_deg"), drawn.get("upslope_deg")
    if given is not None:
        if direction is None and site.terrain is not None:
            direction = np.full(n, site.terrain.upslope_deg)
        return given, wind_to if direction is None else direction
    if site.terrain is not None:
        return np.full(n, site.terrain.slope_deg), np.full(n, site.terrain.upslope_deg)
    return drawn["unknown_slope_deg"], wind_to if direction is None else direction


def _dead_moisture_pct(drawn: Mapping[str, Floats], temperature: Floats, humidity: Floats) -> Floats:
    """Given, else from the fine fuel moisture code, else in balance with the air."""
    if "dead_moisture_pct" in drawn:
        return drawn["dead_moisture_pct"]
    if "fine_fuel_code" in drawn:
        moisture = moisture_of_ffmc(drawn["fine_fuel_code"])
    else:
        moisture = equilibrium_moisture_pct(temperature, humidity)
    return np.maximum(moisture * drawn["dead_moisture_factor"], 1.0)
