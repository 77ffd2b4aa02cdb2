"""Fire spread after Wang Zhengfei (王正非 1983, 1992), the formula that Chinese forest fire tools use; vectorised over draws.

R = R0·Ks·Kw·Kφ, m/min. R0 = 0.03·T + 0.05·W + 0.01·(100 − h) − 0.3 (T °C, W wind force on Beaufort's scale, h relative
humidity %); Kw = exp(0.1783·V) (V m/s); Kφ = exp(3.533·tan^1.2 φ) (φ slope). Fitted to fires on the Greater Khingan; not
validated for Yunnan. Read in secondary sources only; the constant −0.3 and the table of Ks are recalled, not read.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
MOST_WIND_MS, MOST_SLOPE_DEG = 12.0, 45.0
"""Above these the exponentials run away (Kφ is 34 at 45°): the formula is evaluated at the limit, and says so."""
FUEL_FACTORS = {
    "primary_conifer": (0.4, "针叶原始林", "primary conifer forest"),
    "secondary_forest": (0.7, "次生林", "secondary forest"),
    "needle_litter": (0.8, "平铺针叶", "flat needle litter"),
    "pine": (1.0, "红松、华山松、云南松林地", "pine forest"),
    "leaf_litter": (1.2, "枯枝落叶", "leaf litter"),
    "grass": (1.6, "茅草、杂草", "grass"),
    "shrub": (1.8, "莎草、矮桦灌丛", "sedge and shrub"),
    "pasture": (2.0, "牧场草原", "pasture"),
}
"""Ks by cover: secondary sources, which agree with each other."""
KIND_OF_FUEL = {
    "FM1": "grass",
    "FM2": "pine",
    "FM3": "grass",
    "FM4": "shrub",
    "FM5": "shrub",
    "FM6": "shrub",
    "FM7": "shrub",
    "FM8": "needle_litter",
    "FM9": "leaf_litter",
    "GR": "grass",
    "GS": "grass",
    "SH": "shrub",
    "TU": "pine",
    "TL1": "needle_litter",
    "TL2": "leaf_litter",
    "TL6": "leaf_litter",
    "TL9": "leaf_litter",
    "TL8": "pine",
    "TL": "needle_litter",
    "SB": "secondary_forest",
    "FM": "secondary_forest",
}
"""Which Ks stands for which standard fuel model: by code, else by the letters of the code. Our own pairing of the two tables."""
_BEAUFORT_MS_PER_B15 = 0.836
_BEARINGS = np.radians(np.arange(0.0, 360.0, 5.0))


@dataclass(frozen=True, slots=True)
class WangSpread:
    """The head of the fire. `direction_deg`: clockwise from upslope; `limited`: wind or slope above the limit; (n,) each."""

    ros_m_min: Floats
    direction_deg: Floats
    limited: Bools


def beaufort(wind_ms: Floats) -> Floats:
    """Wind force, not rounded: V = 0.836·B^1.5 (WMO Code 1100). Rounding would make the spread jump between two winds."""
    return (np.maximum(wind_ms, 0.0) / _BEAUFORT_MS_PER_B15) ** (2.0 / 3.0)


def initial_ros(temperature_c: Floats, force: Floats, humidity_pct: Floats) -> Floats:
    """R0, m/min, of a fire without wind factor on level ground; 0 where the weather is too cold and wet for the formula."""
    return np.maximum(0.03 * temperature_c + 0.05 * force + 0.01 * (100.0 - humidity_pct) - 0.3, 0.0)


def wind_factor(wind_ms: Floats) -> Floats:
    """Kw for the component of the wind along the direction of spread; below 1 against the wind."""
    return np.exp(0.1783 * wind_ms)


def slope_factor(tangent: Floats) -> Floats:
    """Kφ for the tangent of the slope along the direction of spread; below 1 downslope (Mao Xianmin 1993)."""
    return np.exp(3.533 * np.sign(tangent) * np.abs(tangent) ** 1.2)


def fuel_factor(code: str) -> float:
    """Ks for a standard fuel model."""
    kind = KIND_OF_FUEL.get(code) or KIND_OF_FUEL[code.rstrip("0123456789")]
    return FUEL_FACTORS[kind][0]


def wang_spread(r0: Floats, ks: Floats | float, wind_ms: Floats, slope_deg: Floats, wind_to_deg: Floats) -> WangSpread:
    """The direction in which the product of Kw and Kφ is greatest, and the spread there.

    `wind_to_deg`: where the wind blows to, clockwise from upslope. Wind and slope above the limits count as the limits.
    """
    limited = (wind_ms > MOST_WIND_MS) | (slope_deg > MOST_SLOPE_DEG)
    wind = np.minimum(wind_ms, MOST_WIND_MS)[..., None]
    tangent = np.tan(np.radians(np.minimum(slope_deg, MOST_SLOPE_DEG)))[..., None]
    to = np.radians(wind_to_deg)[..., None]
    # Two passes of the compass: every 5°, then every ¼° about the best of them.
    coarse = np.broadcast_to(_BEARINGS, (*wind.shape[:-1], len(_BEARINGS)))
    best = _greatest(wind, tangent, to, coarse)
    fine = best[..., None] + np.radians(np.arange(-5.0, 5.01, 0.25))
    best = _greatest(wind, tangent, to, fine)
    log_k = _log_factor(wind, tangent, to, best[..., None])[..., 0]
    return WangSpread(r0 * ks * np.exp(log_k), np.degrees(best) % 360.0, limited)


def _log_factor(wind: Floats, tangent: Floats, to: Floats, bearing: Floats) -> Floats:
    along = tangent * np.cos(bearing)
    return 0.1783 * wind * np.cos(bearing - to) + 3.533 * np.sign(along) * np.abs(along) ** 1.2


def _greatest(wind: Floats, tangent: Floats, to: Floats, bearing: Floats) -> Floats:
    at = np.argmax(_log_factor(wind, tangent, to, bearing), axis=-1)
    return np.take_along_axis(bearing, at[..., None], axis=-1)[..., 0]
