"""Atmospheric stability by Pasquill's table, and the wind at another height.

Sources: F. Pasquill, Meteorological Magazine 90 (1961), as tabulated by D. B. Turner, Workbook of Atmospheric Dispersion Estimates
(US EPA AP-26, 1970), table 3-1; power-law exponents: AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999).
"""

import math
from typing import Literal, TypeAlias, get_args

from spine.errors import Refused

Stability: TypeAlias = Literal["A", "B", "C", "D", "E", "F"]
"""A: very unstable (strong sun, light wind) … D: neutral … F: stable (clear, calm night)."""
Sky: TypeAlias = Literal["strong_sun", "moderate_sun", "slight_sun", "overcast", "night_cloudy", "night_clear"]
"""Sun by day; overcast by day or night; at night cloudy means 4/8 of low cloud or more."""
CLASSES: tuple[Stability, ...] = get_args(Stability)
SKIES: tuple[Sky, ...] = get_args(Sky)
WIND_EXPONENT: dict[Stability, float] = {"A": 0.108, "B": 0.112, "C": 0.120, "D": 0.142, "E": 0.203, "F": 0.253}
_EDGES_MS = (2.0, 3.0, 5.0, 6.0)
# One letter for each range of wind: below 2, 2-3, 3-5, 5-6, above 6 m/s. Pasquill gives two letters in some cells (A-B, B-C, C-D):
# the more stable one is taken, under which a cloud reaches farther. He leaves calm nights open; F is the usual choice.
_TABLE: dict[Sky, tuple[Stability, Stability, Stability, Stability, Stability]] = {
    "strong_sun": ("A", "B", "B", "C", "C"),
    "moderate_sun": ("B", "B", "C", "D", "D"),
    "slight_sun": ("B", "C", "C", "D", "D"),
    "overcast": ("D", "D", "D", "D", "D"),
    "night_cloudy": ("E", "E", "D", "D", "D"),
    "night_clear": ("F", "F", "E", "D", "D"),
}


def pasquill_class(wind_ms: float, sky: Sky) -> Stability:
    """The class for a wind at 10 m (m/s) and a state of the sky. Raises Refused for a wind that cannot be."""
    if not (math.isfinite(wind_ms) and 0 <= wind_ms <= 60):
        raise Refused(
            "hazard_input",
            zh=f"风速应在 0 到 60 m/s 之间，收到 {wind_ms:g}。",
            en=f"The wind must be between 0 and 60 m/s, not {wind_ms:g}.",
            field="wind_ms",
        )
    return _TABLE[sky][sum(wind_ms >= edge for edge in _EDGES_MS)]


def wind_at(wind_ms: float, height_m: float, stability: Stability, measured_at_m: float = 10.0) -> float:
    """Wind at another height: u(z) = u(z0) (z/z0)^p."""
    return wind_ms * (height_m / measured_at_m) ** WIND_EXPONENT[stability]
