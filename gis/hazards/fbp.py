"""The Canadian Forest Fire Behavior Prediction System, head fire only: a second opinion for plantations and grass.

ST-X-3 (Forestry Canada Fire Danger Group 1992) with the changes of GLC-X-10 (Wotton, Alexander & Taylor 2009); equation numbers are theirs.
Its fuel types are Canadian: none was fitted to a Chinese forest, so it stands beside the models and never in the draws. Floats.
"""

import math
from dataclasses import dataclass

from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class FuelType:
    """a, b, c of eq. 26; BUI0 and q of eq. 54; crown base height m; crown fuel load kg/m²."""

    a: float
    b: float
    c: float
    bui0: float
    q: float
    crown_base_m: float
    crown_load: float


FUEL_TYPES = {
    "C1": FuelType(90, 0.0649, 4.5, 72, 0.90, 2, 0.75),
    "C2": FuelType(110, 0.0282, 1.5, 64, 0.70, 3, 0.80),
    "C3": FuelType(110, 0.0444, 3.0, 62, 0.75, 8, 1.15),
    "C4": FuelType(110, 0.0293, 1.5, 66, 0.80, 4, 1.20),
    "C5": FuelType(30, 0.0697, 4.0, 56, 0.80, 18, 1.20),
    "C6": FuelType(30, 0.0800, 3.0, 62, 0.80, 7, 1.80),
    "C7": FuelType(45, 0.0305, 2.0, 106, 0.85, 10, 0.50),
    "D1": FuelType(30, 0.0232, 1.6, 32, 0.90, 0, 0.0),
    "M1": FuelType(0, 0, 0, 50, 0.80, 6, 0.80),
    "M2": FuelType(0, 0, 0, 50, 0.80, 6, 0.80),
    "M3": FuelType(120, 0.0572, 1.4, 50, 0.80, 6, 0.80),
    "M4": FuelType(100, 0.0404, 1.48, 50, 0.80, 6, 0.80),
    "O1A": FuelType(190, 0.0310, 1.4, 1, 1.00, 0, 0.0),
    "O1B": FuelType(250, 0.0350, 1.7, 1, 1.00, 0, 0.0),
    "S1": FuelType(75, 0.0297, 1.3, 38, 0.75, 0, 0.0),
    "S2": FuelType(40, 0.0438, 1.7, 63, 0.75, 0, 0.0),
    "S3": FuelType(55, 0.0829, 3.2, 31, 0.75, 0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """What the fire burns in. Percentages 0–100; `grass_load` kg/m²; `foliar_moisture` % (ignored where there is no crown)."""

    fuel_type: str
    foliar_moisture: float = 97.0
    conifer_pct: float = 50.0
    dead_fir_pct: float = 35.0
    curing_pct: float = 80.0
    grass_load: float = 0.35


@dataclass(frozen=True, slots=True)
class Weather:
    """`wind_to_deg`: where the wind blows to; `upslope_deg`: where the ground rises to, both clockwise from north. Slope in %."""

    ffmc: float
    bui: float
    wind_kmh: float
    wind_to_deg: float
    slope_pct: float
    upslope_deg: float


@dataclass(frozen=True, slots=True)
class Head:
    """m/min, degrees clockwise from north, kg/m², kW/m, share of crowns burnt."""

    ros_m_min: float
    heading_deg: float
    surface_load: float
    total_load: float
    intensity_kw_m: float
    crown_fraction: float


def foliar_moisture_pct(
    lat: float, lon_west: float, elevation_m: float, day: int, least_day: float | None = None
) -> float:
    """Water in needles by the day of the year (eq. 1–8), for Canadian latitudes and longitudes."""
    if least_day is None:
        if elevation_m <= 0:
            least_day = 151.0 * lat / (46.0 + 23.4 * math.exp(-0.0360 * (150.0 - lon_west)))
        else:
            least_day = 142.1 * lat / (43.0 + 33.7 * math.exp(-0.0351 * (150.0 - lon_west))) + 0.0172 * elevation_m
        least_day = round(least_day)
    apart = abs(day - least_day)
    if apart < 30:
        return 85.0 + 0.0189 * apart**2
    return 32.9 + 3.17 * apart - 0.0288 * apart**2 if apart < 50 else 120.0


def surface_consumption(stand: Stand, ffmc: float, bui: float) -> float:
    """Fuel burnt on the ground, kg/m² (eq. 9–25)."""
    kind, e = stand.fuel_type, math.exp
    if kind == "C1":
        part = 0.75 * math.sqrt(1 - e(-0.23 * abs(ffmc - 84)))
        return 0.75 + part if ffmc > 84 else 0.75 - part
    if kind in ("C2", "M3", "M4"):
        return 5.0 * (1 - e(-0.0115 * bui))
    if kind in ("C3", "C4"):
        return 5.0 * (1 - e(-0.0164 * bui)) ** 2.24
    if kind in ("C5", "C6"):
        return 5.0 * (1 - e(-0.0149 * bui)) ** 2.48
    if kind == "C7":
        return (2 * (1 - e(-0.104 * (ffmc - 70))) if ffmc > 70 else 0.0) + 1.5 * (1 - e(-0.0201 * bui))
    deciduous = 1.5 * (1 - e(-0.0183 * bui))
    if kind == "D1":
        return deciduous
    if kind in ("M1", "M2"):
        share = stand.conifer_pct / 100
        return share * 5.0 * (1 - e(-0.0115 * bui)) + (1 - share) * deciduous
    if kind == "S1":
        return 4.0 * (1 - e(-0.025 * bui)) + 4.0 * (1 - e(-0.034 * bui))
    if kind == "S2":
        return 10.0 * (1 - e(-0.013 * bui)) + 6.0 * (1 - e(-0.060 * bui))
    if kind == "S3":
        return 12.0 * (1 - e(-0.0166 * bui)) + 20.0 * (1 - e(-0.0210 * bui))
    return stand.grass_load


def head_fire(stand: Stand, weather: Weather) -> Head:
    """Raises Refused: `hazard_input` for a fuel type that the system does not have."""
    fuel = FUEL_TYPES.get(stand.fuel_type)
    if fuel is None:
        raise Refused(
            "hazard_input",
            zh=f"加拿大 FBP 系统没有可燃物类型“{stand.fuel_type}”。",
            en=f"The Canadian FBP system has no fuel type '{stand.fuel_type}'.",
            field="fuel_type",
        )
    load = surface_consumption(stand, weather.ffmc, weather.bui)
    wind, heading = _net_wind(stand, weather)
    index = _isi(weather.ffmc, wind)
    buildup = math.exp(50 * math.log(fuel.q) * (1 / weather.bui - 1 / fuel.bui0)) if weather.bui > 0 else 1.0
    ros = _basic(stand, index) * buildup
    has_crown = fuel.crown_load > 0
    heat = 0.001 * fuel.crown_base_m**1.5 * (460 + 25.9 * stand.foliar_moisture) ** 1.5
    critical = heat / (300 * load) if load > 0 else math.inf  # eq. 56–57
    crowned = 1 - math.exp(-0.23 * (ros - critical)) if has_crown and ros > critical else 0.0  # eq. 58
    if stand.fuel_type == "C6":
        effect = (1.5 - 0.00275 * stand.foliar_moisture) ** 4 / (460 + 25.9 * stand.foliar_moisture) * 1000  # eq. 61
        crown_ros = 60 * (1 - math.exp(-0.0497 * index)) * effect / 0.778  # eq. 64
        crowned = crowned if crown_ros > ros else 0.0
        ros += crowned * max(crown_ros - ros, 0.0)  # eq. 65
    share = {"M1": stand.conifer_pct, "M2": stand.conifer_pct, "M3": stand.dead_fir_pct, "M4": stand.dead_fir_pct}
    crown_burnt = fuel.crown_load * crowned * share.get(stand.fuel_type, 100.0) / 100
    total = load + crown_burnt
    return Head(ros, heading, load, total, 300 * total * ros, crowned)


def _isi(ffmc: float, wind_kmh: float) -> float:
    m = 147.27723 * (101 - ffmc) / (59.5 + ffmc)
    fine = 91.9 * math.exp(-0.1386 * m) * (1 + m**5.31 / 4.93e7)
    # Eq. 53a: in the FBP system strong wind counts less than in the fire weather index.
    wind = 12 * (1 - math.exp(-0.0818 * (wind_kmh - 28))) if wind_kmh >= 40 else math.exp(0.05039 * wind_kmh)
    return 0.208 * wind * fine


def _curve(kind: str, index: float) -> float:
    fuel = FUEL_TYPES[kind]
    return fuel.a * (1 - math.exp(-fuel.b * index)) ** fuel.c


def _curing(pct: float) -> float:
    return 0.005 * (math.exp(0.061 * pct) - 1) if pct < 58.8 else 0.176 + 0.02 * (pct - 58.8)


def _basic(stand: Stand, index: float) -> float:
    """Spread without the build-up effect (eq. 26–36, 62)."""
    kind, conifer, fir = stand.fuel_type, stand.conifer_pct / 100, stand.dead_fir_pct / 100
    if kind in ("M1", "M2"):
        return conifer * _curve("C2", index) + (1.0 if kind == "M1" else 0.2) * (1 - conifer) * _curve("D1", index)
    if kind in ("M3", "M4"):
        return fir * _curve(kind, index) + (1.0 if kind == "M3" else 0.2) * (1 - fir) * _curve("D1", index)
    return _curve(kind, index) * (_curing(stand.curing_pct) if kind in ("O1A", "O1B") else 1.0)


def _slope_isi(kind: str, index: float, factor: float) -> float:
    """The index that spreads as fast on level ground as no wind does on the slope (eq. 41, 43)."""
    fuel = FUEL_TYPES[kind]
    spread = (_curve(kind, index) * factor / fuel.a) ** (1 / fuel.c)
    return math.log1p(-min(spread, 0.99)) / -fuel.b


def _net_wind(stand: Stand, weather: Weather) -> tuple[float, float]:
    """(km/h, degrees to which it blows) of wind and slope together (eq. 39–51)."""
    if weather.slope_pct <= 0:
        return weather.wind_kmh, weather.wind_to_deg % 360
    factor = 10.0 if weather.slope_pct >= 70 else math.exp(3.533 * (weather.slope_pct / 100) ** 1.2)
    kind, still = stand.fuel_type, _isi(weather.ffmc, 0.0)
    if kind in ("M1", "M2"):
        conifer = stand.conifer_pct / 100
        equal = conifer * _slope_isi("C2", still, factor) + (1 - conifer) * _slope_isi("D1", still, factor)
    elif kind in ("M3", "M4"):
        fir = stand.dead_fir_pct / 100
        equal = fir * _slope_isi(kind, still, factor) + (1 - fir) * _slope_isi("D1", still, factor)
    else:
        equal = _slope_isi(kind, still, factor)
    calm = still / 0.208
    wind = math.log(equal / (0.208 * calm)) / 0.05039
    if wind > 40:  # eq. 44b–44e
        most = 2.496 * calm
        wind = 28 - math.log(1 - equal / most) / 0.0818 if equal < 0.999 * most else 112.45
    to, up = math.radians(weather.wind_to_deg), math.radians(weather.upslope_deg)
    x = weather.wind_kmh * math.sin(to) + wind * math.sin(up)
    y = weather.wind_kmh * math.cos(to) + wind * math.cos(up)
    return math.hypot(x, y), math.degrees(math.atan2(x, y)) % 360
