"""Gaussian plume and puff over flat ground. Metres, seconds, kilograms; concentrations in kg/m³.

Sources: G. A. Briggs, Diffusion Estimation for Small Emissions (ATDL-106, 1973): sigmas over open country and towns, fitted from
100 m to 10 km; AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999), pp. 97–101: plume, puff and the sigmas of
puffs; E. Palazzi et al., Atmospheric Environment 16 (1982) 2785–2790: a steady source of short duration.
CCPS prints σy = 6.1 m for its puff example (F, 500 m); the book's own formula gives 5.05 m, which is what is used here.
"""

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from gis.hazards.stability import Stability

Floats: TypeAlias = NDArray[np.float64]
Terrain: TypeAlias = Literal["rural", "urban"]
BRIGGS_RANGE_M = (100.0, 10_000.0)
LEAST_WIND_MS = 1.0
"""Below this the plume formula is not valid: it divides by the wind, and along-wind spreading is no longer small."""
# σ = a x (1 + b x)^c, as (a, b, c).
_Row: TypeAlias = tuple[float, float, float]
_RURAL_Y: dict[Stability, float] = {"A": 0.22, "B": 0.16, "C": 0.11, "D": 0.08, "E": 0.06, "F": 0.04}
_URBAN_Y: dict[Stability, float] = {"A": 0.32, "B": 0.32, "C": 0.22, "D": 0.16, "E": 0.11, "F": 0.11}
_RURAL_Z: dict[Stability, _Row] = {
    "A": (0.20, 0.0, 0.0),
    "B": (0.12, 0.0, 0.0),
    "C": (0.08, 2e-4, -0.5),
    "D": (0.06, 1.5e-3, -0.5),
    "E": (0.03, 3e-4, -1.0),
    "F": (0.016, 3e-4, -1.0),
}
_URBAN_Z: dict[Stability, _Row] = {
    "A": (0.24, 1e-3, 0.5),
    "B": (0.24, 1e-3, 0.5),
    "C": (0.20, 0.0, 0.0),
    "D": (0.14, 3e-4, -0.5),
    "E": (0.08, 1.5e-3, -0.5),
    "F": (0.08, 1.5e-3, -0.5),
}
# σ = a x^b, as (a, b).
_PUFF_Y: dict[Stability, tuple[float, float]] = {
    "A": (0.18, 0.92), "B": (0.14, 0.92), "C": (0.10, 0.92), "D": (0.06, 0.92), "E": (0.04, 0.92), "F": (0.02, 0.89),
}  # fmt: skip
_PUFF_Z: dict[Stability, tuple[float, float]] = {
    "A": (0.60, 0.75), "B": (0.53, 0.73), "C": (0.34, 0.71), "D": (0.15, 0.70), "E": (0.10, 0.65), "F": (0.05, 0.61),
}  # fmt: skip


def plume_sigmas(x_m: Floats, stability: Stability, terrain: Terrain = "rural") -> tuple[Floats, Floats]:
    """(σy, σz) of a plume at these distances downwind (> 0), Briggs 1973."""
    if terrain == "rural":
        across = _RURAL_Y[stability] * x_m / np.sqrt(1 + 1e-4 * x_m)
        a, b, c = _RURAL_Z[stability]
    else:
        across = _URBAN_Y[stability] * x_m / np.sqrt(1 + 4e-4 * x_m)
        a, b, c = _URBAN_Z[stability]
    return across, a * x_m * (1 + b * x_m) ** c


def puff_sigmas(x_m: Floats, stability: Stability) -> tuple[Floats, Floats]:
    """(σx = σy, σz) of a puff that has travelled so far (> 0), CCPS 1999."""
    (a, b), (c, d) = _PUFF_Y[stability], _PUFF_Z[stability]
    return a * x_m**b, c * x_m**d


def reflected(z_m: float, height_m: float, sigma_z: Floats) -> Floats:
    """The vertical term of a source at a height, reflected by the ground; 2 at the ground for a source on it."""
    below, above = (
        np.exp(-((z_m - height_m) ** 2) / (2 * sigma_z**2)),
        np.exp(-((z_m + height_m) ** 2) / (2 * sigma_z**2)),
    )
    return below + above


def plume(
    rate_kg_s: float,
    wind_ms: float,
    y_m: Floats,
    sigma_y: Floats,
    sigma_z: Floats,
    z_m: float = 0.0,
    height_m: float = 0.0,
) -> Floats:
    """Steady concentration: Q / (2π u σy σz) · exp(−y²/2σy²) · [ground reflection]."""
    axis = rate_kg_s / (2 * math.pi * wind_ms * sigma_y * sigma_z) * reflected(z_m, height_m, sigma_z)
    return np.asarray(axis * np.exp(-(y_m**2) / (2 * sigma_y**2)), dtype=np.float64)


def puff(
    mass_kg: float,
    ahead_m: Floats,
    y_m: Floats,
    sigma_y: Floats,
    sigma_z: Floats,
    z_m: float = 0.0,
    height_m: float = 0.0,
) -> Floats:
    """Concentration of an instantaneous release; `ahead_m`: distance ahead of its centre (x − u t), spreading there as across."""
    peak = mass_kg / ((2 * math.pi) ** 1.5 * sigma_y**2 * sigma_z) * reflected(z_m, height_m, sigma_z)
    return np.asarray(peak * np.exp(-(ahead_m**2 + y_m**2) / (2 * sigma_y**2)), dtype=np.float64)


def short_release(duration_s: float, wind_ms: float, sigma_x: Floats) -> Floats:
    """Peak of a release of finite duration as a share of the steady plume (Palazzi 1982): erf(uT / 2√2σx); near 1 for a long one."""
    return np.asarray(erf(wind_ms * duration_s / (2 * math.sqrt(2) * sigma_x)), dtype=np.float64)
