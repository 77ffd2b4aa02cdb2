"""From rain to flow, and from flow to depth: small closed forms of hydrology (pure).

Sources: SCS/NRCS National Engineering Handbook part 630, chapter 10 (runoff) and 16 (triangular unit hydrograph, metric form);
Kirpich 1940 (time of concentration); the rational formula; Manning's equation; Leopold & Maddock, USGS PP 252, 1953 (depth
grows downstream with the 0.4th power of the flow).
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

GRAVITY_M_S2 = 9.81
DEPTH_EXPONENT = 0.4
"""Leopold & Maddock 1953, downstream: depth ∝ Q^0.40."""
INITIAL_ABSTRACTION = 0.2


def retention_mm(curve_number: Floats) -> Floats:
    """S = 25400 / CN − 254, mm; CN above 0 and up to 100."""
    return 25400.0 / curve_number - 254.0


def runoff_mm(rain_mm: Floats, curve_number: Floats) -> Floats:
    """SCS: Q = (P − 0.2 S)² / (P + 0.8 S), 0 while the rain is below the initial abstraction 0.2 S."""
    retained = retention_mm(curve_number)
    excess = np.maximum(rain_mm - INITIAL_ABSTRACTION * retained, 0.0)
    below = rain_mm + (1 - INITIAL_ABSTRACTION) * retained
    return np.divide(excess**2, below, out=np.zeros_like(excess * below), where=below > 0)


def rational_m3_s(coefficient: Floats, intensity_mm_h: Floats, area_km2: Floats) -> Floats:
    """Q = 0.278 C i A: for catchments of a few km² under a steady intensity."""
    return 0.278 * coefficient * intensity_mm_h * area_km2


def kirpich_h(length_m: float, slope: float) -> float:
    """Time of concentration, Tc = 0.0195 L^0.77 S^−0.385 minutes, in hours. Longest way of water (m) and its mean slope (m/m)."""
    return 0.0195 * length_m**0.77 * max(slope, 1e-5) ** -0.385 / 60.0


def peak_flow_m3_s(runoff: Floats, area_km2: Floats, rain_h: Floats, concentration_h: Floats) -> Floats:
    """SCS triangular unit hydrograph: q = 0.208 A Q / Tp, Tp = D/2 + 0.6 Tc (km², mm, h)."""
    return 0.208 * area_km2 * runoff / (rain_h / 2 + 0.6 * concentration_h)


def triangular_depth_m(flow_m3_s: Floats, slope: Floats, roughness: Floats, side: Floats) -> Floats:
    """Normal depth in a V-shaped valley whose sides rise 1 in `side` (horizontal to vertical), by Manning in closed form.

    A = side y², P = 2 y √(1 + side²), Q = A R^(2/3) √S / n, so y = (Q n / (√S · side · (side / (2 √(1 + side²)))^(2/3)))^(3/8).
    """
    shape = side * (side / (2 * np.sqrt(1 + side**2))) ** (2 / 3)
    return (flow_m3_s * roughness / (np.sqrt(slope) * shape)) ** 0.375


def triangular_velocity_m_s(flow_m3_s: Floats, depth_m: Floats, side: Floats) -> Floats:
    """Mean velocity Q / (side y²)."""
    return flow_m3_s / np.maximum(side * depth_m**2, 1e-9)


def froude_velocity_m_s(depth_m: Floats, froude: Floats) -> Floats:
    """v = Fr √(g d): how fast water of this depth runs where only a Froude number is supposed."""
    return froude * np.sqrt(GRAVITY_M_S2 * np.maximum(depth_m, 0.0))


def manning_velocity_m_s(radius_m: float, slope: float, roughness: float) -> float:
    """v = R^(2/3) √S / n."""
    return radius_m ** (2 / 3) * math.sqrt(slope) / roughness
