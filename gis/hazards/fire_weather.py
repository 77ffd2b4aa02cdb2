"""Fire weather: the Canadian Fire Weather Index (Van Wagner 1987, Forestry Technical Report 35) and dead fuel moisture from the air.

Equation numbers are those of Van Wagner & Pickett (1985), Forestry Technical Report 33. Noon values; wind in km/h at 10 m, rain in
mm over 24 h. Every function takes floats or arrays and is pure; yesterday's codes are arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Number: TypeAlias = Floats | float
Code = TypeVar("Code", float, NDArray[np.float64])
KMH_PER_MS = 3.6
STARTUP = (85.0, 6.0, 15.0)
"""FFMC, DMC and DC three days after snow has gone or, without snow, after three days of noon at 12 °C and more (FTR 35)."""
_DMC_DAY_LENGTH = (6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0)
_DC_DAY_FACTOR = (-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6)


@dataclass(frozen=True, slots=True)
class Noon:
    """One day's weather at noon. `month` 1–12; for latitudes above 30° N (the published table of day lengths)."""

    month: int
    temperature_c: float
    humidity_pct: float
    wind_kmh: float
    rain_mm: float


@dataclass(frozen=True, slots=True)
class FireWeather:
    """Fine fuel moisture code, duff moisture code, drought code, initial spread index, build-up index, fire weather index, daily severity."""

    ffmc: float
    dmc: float
    dc: float
    isi: float
    bui: float
    fwi: float
    dsr: float


def ffmc(yesterday: float, day: Noon) -> float:
    """Fine fuel moisture code, 0–101 (eq. 1–10)."""
    m = moisture_of_ffmc(yesterday)
    if day.rain_mm > 0.5:
        rain = day.rain_mm - 0.5
        wet = 42.5 * rain * np.exp(-100.0 / (251.0 - m)) * (1.0 - np.exp(-6.93 / rain))
        if m > 150.0:
            wet += 0.0015 * (m - 150.0) ** 2 * rain**0.5
        m = min(m + wet, 250.0)
    h, t, w = min(day.humidity_pct, 99.9999), day.temperature_c, day.wind_kmh
    shift = 0.18 * (21.1 - t) * (1.0 - np.exp(-0.115 * h))
    dry = 0.942 * h**0.679 + 11.0 * np.exp((h - 100.0) / 10.0) + shift
    wet = 0.618 * h**0.753 + 10.0 * np.exp((h - 100.0) / 10.0) + shift
    if m > dry:
        k = 0.424 * (1.0 - (h / 100.0) ** 1.7) + 0.0694 * w**0.5 * (1.0 - (h / 100.0) ** 8)
        m = dry + (m - dry) * 10.0 ** (-k * 0.581 * np.exp(0.0365 * t))
    elif m < wet:
        k = 0.424 * (1.0 - (1.0 - h / 100.0) ** 1.7) + 0.0694 * w**0.5 * (1.0 - (1.0 - h / 100.0) ** 8)
        m = wet - (wet - m) * 10.0 ** (-k * 0.581 * np.exp(0.0365 * t))
    return float(np.clip(59.5 * (250.0 - m) / (147.27723 + m), 0.0, 101.0))


def moisture_of_ffmc(code: Code) -> Code:
    """Water in fine dead fuel, % of dry mass (eq. 1, with the constant as revised in 1987)."""
    return 147.27723 * (101.0 - code) / (59.5 + code)


def dmc(yesterday: float, day: Noon) -> float:
    """Duff moisture code, ≥ 0 (eq. 11–17)."""
    t = max(day.temperature_c, -1.1)
    dried = 1.894 * (t + 1.1) * (100.0 - day.humidity_pct) * _DMC_DAY_LENGTH[day.month - 1] * 1e-4
    code = yesterday
    if day.rain_mm > 1.5:
        rain = 0.92 * day.rain_mm - 1.27
        moisture = 20.0 + 280.0 / np.exp(0.023 * yesterday)
        if yesterday <= 33.0:
            b = 100.0 / (0.5 + 0.3 * yesterday)
        elif yesterday <= 65.0:
            b = 14.0 - 1.3 * np.log(yesterday)
        else:
            b = 6.2 * np.log(yesterday) - 17.2
        moisture += 1000.0 * rain / (48.77 + b * rain)
        code = max(43.43 * (5.6348 - np.log(moisture - 20.0)), 0.0)
    return float(max(code + dried, 0.0))


def dc(yesterday: float, day: Noon) -> float:
    """Drought code, ≥ 0 (eq. 18–23)."""
    t = max(day.temperature_c, -2.8)
    dried = max((0.36 * (t + 2.8) + _DC_DAY_FACTOR[day.month - 1]) / 2.0, 0.0)
    code = yesterday
    if day.rain_mm > 2.8:
        rain = 0.83 * day.rain_mm - 1.27
        stored = 800.0 * np.exp(-yesterday / 400.0)
        code = max(yesterday - 400.0 * np.log(1.0 + 3.937 * rain / stored), 0.0)
    return float(code + dried)


def isi(fine_code: Number, wind_kmh: Number) -> Floats:
    """Initial spread index (eq. 24–26), shapes broadcast."""
    m = 147.27723 * (101.0 - np.asarray(fine_code)) / (59.5 + np.asarray(fine_code))
    fine = 91.9 * np.exp(-0.1386 * m) * (1.0 + m**5.31 / 4.93e7)
    return np.asarray(0.208 * np.exp(0.05039 * np.asarray(wind_kmh)) * fine)


def bui(duff: float, drought: float) -> float:
    """Build-up index (eq. 27)."""
    if duff == 0 and drought == 0:
        return 0.0
    if duff <= 0.4 * drought:
        return 0.8 * duff * drought / (duff + 0.4 * drought)
    return max(duff - (1.0 - 0.8 * drought / (duff + 0.4 * drought)) * (0.92 + (0.0114 * duff) ** 1.7), 0.0)


def fwi(spread_index: float, build_up: float) -> float:
    """Fire weather index (eq. 28–30)."""
    if build_up <= 80.0:
        duff = 0.626 * build_up**0.809 + 2.0
    else:
        duff = 1000.0 / (25.0 + 108.64 * float(np.exp(-0.023 * build_up)))
    b = 0.1 * spread_index * duff
    return float(np.exp(2.72 * (0.434 * np.log(b)) ** 0.647)) if b > 1.0 else b


def fire_weather(day: Noon, codes: tuple[float, float, float]) -> FireWeather:
    """One day's indices from yesterday's (FFMC, DMC, DC)."""
    fine, duff, drought = ffmc(codes[0], day), dmc(codes[1], day), dc(codes[2], day)
    spread_index, build_up = float(isi(fine, day.wind_kmh)), bui(duff, drought)
    index = fwi(spread_index, build_up)
    return FireWeather(fine, duff, drought, spread_index, build_up, index, 0.0272 * index**1.77)


def fire_weather_series(days: Iterable[Noon], codes: tuple[float, float, float] = STARTUP) -> list[FireWeather]:
    """Day after day."""
    found: list[FireWeather] = []
    for day in days:
        today = fire_weather(day, codes)
        codes = (today.ffmc, today.dmc, today.dc)
        found.append(today)
    return found


def equilibrium_moisture_pct(temperature_c: Number, humidity_pct: Number) -> Floats:
    """Moisture of fine dead fuel in balance with the air, % of dry mass (Simard 1968, as in Deeming et al. 1977, INT-39).

    Its three branches meet within 0.7 % moisture at 10 % and 50 % humidity.
    """
    t = np.asarray(temperature_c, dtype=np.float64) * 9.0 / 5.0 + 32.0
    h = np.asarray(humidity_pct, dtype=np.float64)
    dry = 0.03229 + 0.281073 * h - 0.000578 * h * t
    middle = 2.22749 + 0.160107 * h - 0.01478 * t
    humid = 21.0606 + 0.005565 * h**2 - 0.00035 * h * t - 0.483199 * h
    return np.asarray(np.where(h < 10.0, dry, np.where(h <= 50.0, middle, humid)), dtype=np.float64)
