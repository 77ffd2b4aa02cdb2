"""What a fire of given spread does: Byram's intensity, flame length, scorch height, the distance crews keep. SI units, arrays (n,)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Number: TypeAlias = Floats | float
KW_M_PER_BTU_FT_S = 3.46165
_M_PER_FT = 0.3048
_MPH_PER_MS = 1 / 0.44704


def intensity_kw_m(ros_m_min: Number, heat_kj_m2: Number) -> Floats:
    """Byram's (1959) fireline intensity: heat released per area times rate of spread."""
    return np.asarray(heat_kj_m2) * np.asarray(ros_m_min) / 60.0


def flame_length_m(intensity: Number) -> Floats:
    """Byram (1959): 0.0775·I^0.46, I in kW/m."""
    return 0.0775 * np.asarray(intensity, dtype=np.float64) ** 0.46


def scorch_height_m(intensity: Number, temperature_c: Number, wind_ms: Number) -> Floats:
    """How high leaves die (Van Wagner 1973), lethal temperature 60 °C; wind at the middle of the flame.

    Above 59 °C of air there is nothing to warm: the caller refuses such air before.
    """
    i = np.asarray(intensity, dtype=np.float64) / KW_M_PER_BTU_FT_S
    fahrenheit = np.asarray(temperature_c, dtype=np.float64) * 9.0 / 5.0 + 32.0
    wind = np.asarray(wind_ms, dtype=np.float64) * _MPH_PER_MS
    safe = np.where(i > 0, i, 1.0)
    feet = 63.0 / (140.0 - fahrenheit) * safe**1.166667 / np.sqrt(safe + wind**3)
    return np.where(i > 0, feet * _M_PER_FT, 0.0)


def safety_separation_m(flame_height_m: Number) -> Floats:
    """Between the flames and people in the open on level ground: four times the flame's height (Butler & Cohen 1998)."""
    return 4.0 * np.asarray(flame_height_m, dtype=np.float64)


def safety_zone_radius_m(flame_height_m: float, people: int, vehicles: int) -> float:
    """Radius of a safety zone that holds so many people (50 ft² each) and machines (300 ft² each) and keeps the separation."""
    occupied = (50.0 * people + 300.0 * vehicles) * _M_PER_FT**2
    return float(safety_separation_m(flame_height_m)) + float(np.sqrt(occupied / np.pi))


ATTACK_LIMITS_KW_M = (500.0, 2000.0, 4000.0)
"""Above: hand tools at the head fail; machines and pumps fail; nothing at the head succeeds (Andrews & Rothermel 1982; NWCG)."""
