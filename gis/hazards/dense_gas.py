"""Dense gas close to the ground: the nomograms of Britter & McQuaid, as fitted by CCPS.

Sources: R. E. Britter and J. McQuaid, Workbook on the Dispersion of Dense Gases (HSE Contract Research Report 17/1988); AIChE/CCPS,
Guidelines for Consequence Analysis of Chemical Releases (1999), pp. 112–122. The curves are for open, level ground and do not know
stability; they end at 0.2 % (plume) and 0.1 % (puff) of the first concentration, beyond which a cloud is no longer dense.
"""

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
GRAVITY: Final = 9.80616
ALPHA_MOST: Final = 1.0
"""The curves end here: beyond it the last line is continued, which the answer says."""
_Piece: TypeAlias = tuple[float, float, float]  # up to α, slope, intercept of β = slope α + intercept
PLUME_SHARES: Final = (0.10, 0.05, 0.02, 0.01, 0.005, 0.002)
_PLUME: Final[tuple[tuple[_Piece, ...], ...]] = (
    ((-0.55, 0.0, 1.75), (-0.14, 0.24, 1.88), (math.inf, -0.50, 1.78)),
    ((-0.68, 0.0, 1.92), (-0.29, 0.36, 2.16), (-0.18, 0.0, 2.06), (math.inf, -0.56, 1.96)),
    ((-0.69, 0.0, 2.08), (-0.31, 0.45, 2.39), (-0.16, 0.0, 2.25), (math.inf, -0.54, 2.16)),
    ((-0.70, 0.0, 2.25), (-0.29, 0.49, 2.59), (-0.20, 0.0, 2.45), (math.inf, -0.52, 2.35)),
    ((-0.67, 0.0, 2.40), (-0.28, 0.59, 2.80), (-0.15, 0.0, 2.63), (math.inf, -0.48, 2.56)),
    ((-0.69, 0.0, 2.60), (-0.25, 0.39, 2.87), (-0.13, 0.0, 2.77), (math.inf, -0.50, 2.71)),
)
PUFF_SHARES: Final = (0.10, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_PUFF: Final[tuple[tuple[_Piece, ...], ...]] = (
    ((-0.44, 0.0, 0.70), (0.43, 0.26, 0.81), (math.inf, 0.0, 0.93)),
    ((-0.56, 0.0, 0.85), (0.31, 0.26, 1.00), (math.inf, -0.12, 1.12)),
    ((-0.66, 0.0, 0.95), (0.32, 0.36, 1.19), (math.inf, -0.26, 1.38)),
    ((-0.71, 0.0, 1.15), (0.37, 0.34, 1.39), (math.inf, -0.38, 1.66)),
    ((-0.52, 0.0, 1.48), (0.24, 0.26, 1.62), (math.inf, -0.30, 1.75)),
    ((0.27, 0.0, 1.83), (math.inf, -0.32, 1.92)),
    ((-0.10, 0.0, 2.075), (math.inf, -0.27, 2.05)),
)
_NEAR_PLUME, _NEAR_PUFF = 306.0, 3.24
_NEAR_PLUME_ENDS = 30.0


def reduced_gravity(density_kg_m3: float, air_kg_m3: float) -> float:
    """g (ρ − ρa) / ρa, m/s²; negative for what is lighter than air."""
    return GRAVITY * (density_kg_m3 - air_kg_m3) / air_kg_m3


def plume_is_dense(gravity: float, flow_m3_s: float, wind_ms: float) -> bool:
    """(g0' q0 / (u³ D))^(1/3) ≥ 0.15 with D = √(q0/u): the criterion of the workbook."""
    if gravity <= 0:
        return False
    return bool((gravity * flow_m3_s / (wind_ms**3 * math.sqrt(flow_m3_s / wind_ms))) ** (1 / 3) >= 0.15)


def puff_is_dense(gravity: float, volume_m3: float, wind_ms: float) -> bool:
    """√(g0' V0) / (u D) ≥ 0.20 with D = V0^(1/3)."""
    return gravity > 0 and math.sqrt(gravity * volume_m3) / (wind_ms * volume_m3 ** (1 / 3)) >= 0.20


def plume_alpha(gravity: float, flow_m3_s: float, wind_ms: float) -> float:
    return 0.2 * math.log10(gravity**2 * flow_m3_s / wind_ms**5)


def puff_alpha(gravity: float, volume_m3: float, wind_ms: float) -> float:
    return 0.5 * math.log10(gravity * volume_m3 ** (1 / 3) / wind_ms**2)


def _betas(curves: Sequence[Sequence[_Piece]], alpha: float) -> Floats:
    found: list[float] = []
    for pieces in curves:
        _, slope, intercept = next(piece for piece in pieces if alpha <= piece[0])
        found.append(slope * alpha + intercept)
    return np.asarray(found)


def plume_betas(alpha: float) -> Floats:
    """log10 of the scaled distance at which each of `PLUME_SHARES` is reached."""
    return _betas(_PLUME, alpha)


def puff_betas(alpha: float) -> Floats:
    """log10 of the scaled distance at which each of `PUFF_SHARES` is reached."""
    return _betas(_PUFF, alpha)


def plume_share(scaled: Floats, alpha: float) -> Floats:
    """Highest concentration on the axis as a share of the first one, at x / √(q0/u). Decays as x⁻² beyond the last curve."""
    betas, shares = plume_betas(alpha), np.asarray(PLUME_SHARES)
    first = 10 ** betas[0]
    if first > _NEAR_PLUME_ENDS:
        ends = _NEAR_PLUME_ENDS
        betas = np.insert(betas, 0, math.log10(ends))
        shares = np.insert(shares, 0, _NEAR_PLUME / (ends**2 + _NEAR_PLUME))
    else:
        ends = first
    return _along(scaled, ends, _NEAR_PLUME, betas, shares)


def puff_share(scaled: Floats, alpha: float) -> Floats:
    """The same for an instantaneous release, at x / V0^(1/3); near the source never below the first curve."""
    betas, shares = puff_betas(alpha), np.asarray(PUFF_SHARES)
    found = _along(scaled, 10 ** betas[0], _NEAR_PUFF, betas, shares)
    return np.where(scaled <= 10 ** betas[0], np.maximum(found, shares[0]), found)


def _along(scaled: Floats, near_ends: float, near: float, betas: Floats, shares: Floats) -> Floats:
    x = np.maximum(np.asarray(scaled, dtype=np.float64), 1e-9)
    order = np.argsort(betas)
    last = 10 ** betas[order[-1]]
    between = np.interp(np.log10(x), betas[order], shares[order])
    far = shares[order[-1]] * (last / x) ** 2
    return np.where(x <= near_ends, near / (near + x**2), np.where(x < last, between, far))


def warmed(share: Floats, cold_k: float, air_k: float) -> Floats:
    """Correction for a release colder than the air: c / (c + (1 − c) T0/Ta)."""
    return np.asarray(share / (share + (1 - share) * cold_k / air_k), dtype=np.float64)


def plume_half_width_m(x_m: Floats, gravity: float, flow_m3_s: float, wind_ms: float) -> Floats:
    """√(q0/u) + 8 lb + 2.5 lb^(1/3) x^(2/3), lb = q0 g0' / u³."""
    buoyancy = flow_m3_s * gravity / wind_ms**3
    return math.sqrt(flow_m3_s / wind_ms) + 8 * buoyancy + 2.5 * np.cbrt(buoyancy * np.maximum(x_m, 0.0) ** 2)


def plume_upwind_m(gravity: float, flow_m3_s: float, wind_ms: float) -> float:
    """How far the cloud creeps against the wind: 0.5 √(q0/u) + 2 lb."""
    return 0.5 * math.sqrt(flow_m3_s / wind_ms) + 2 * flow_m3_s * gravity / wind_ms**3


def puff_radius_m(seconds: Floats, gravity: float, volume_m3: float) -> Floats:
    """√(R0² + 1.2 t √(g0' V0)), R0 that of a sphere of the first volume."""
    first = (3 * volume_m3 / (4 * math.pi)) ** (2 / 3)
    return np.sqrt(first + 1.2 * math.sqrt(gravity * volume_m3) * seconds)
