"""Landslides and debris flows: the published formulas, pure, each with its units, its source and its range."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
WATER_KN_M3 = 9.81


# -- rain --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Threshold:
    """I = α·D^−β: mean intensity (mm/h) over the duration (h) from which slopes have failed. `hours`: range of the data."""

    zh: str
    en: str
    alpha: float
    beta: float
    hours: tuple[float, float]

    def intensity_mm_h(self, duration_h: float) -> float:
        return self.alpha * duration_h**-self.beta

    def total_mm(self, duration_h: float) -> float:
        return self.intensity_mm_h(duration_h) * duration_h


CAINE_1980 = Threshold("Caine（1980）", "Caine (1980)", 14.82, 0.39, (0.167, 240.0))
"""Geografiska Annaler A 62: lower envelope of 73 shallow slides and debris flows worldwide."""
GUZZETTI_2008 = Threshold(
    "Guzzetti 等（2008）全球下限", "Guzzetti et al. (2008), global minimum", 2.20, 0.44, (0.1, 1000.0)
)
"""Landslides 5: below it hardly any of 2,626 events began."""


# -- slopes ------------------------------------------------------------------------------------------------------------------------


def safety_factor(
    cohesion_kpa: Floats,
    friction_deg: Floats,
    slope_deg: Floats,
    depth_m: Floats,
    weight_kn_m3: Floats,
    wetness: Floats,
) -> Floats:
    """Infinite slope: FS = [c + (γ − m·γw)·z·cos²β·tan φ] / (γ·z·sin β·cos β). `wetness` m: height of the water table over the slip
    surface as a share of its depth, 0–1. It fails below 1."""
    slope, friction = np.radians(slope_deg), np.radians(friction_deg)
    holding = cohesion_kpa + (weight_kn_m3 - wetness * WATER_KN_M3) * depth_m * np.cos(slope) ** 2 * np.tan(friction)
    return np.asarray(holding / (weight_kn_m3 * depth_m * np.sin(slope) * np.cos(slope)), dtype=np.float64)


def critical_acceleration_g(safety: Floats, slope_deg: Floats) -> Floats:
    """Newmark (1965): a_c = (FS − 1)·sin β, in g; 0 where the slope does not stand by itself."""
    return np.maximum((safety - 1) * np.sin(np.radians(slope_deg)), 0.0)


JIBSON_SIGMA_LG = 0.510


def newmark_displacement_cm(ratio: Floats) -> Floats:
    """Jibson (2007) Engineering Geology 91, eq. 6: lg D = 0.215 + lg[(1 − r)^2.341 · r^−1.438], r = a_c/a_max, σ 0.510. 0 where r ≥ 1."""
    r = np.clip(ratio, 1e-6, 1.0)
    return 10**0.215 * (1 - r) ** 2.341 * r**-1.438


def failure_probability_of(displacement_cm: Floats) -> Floats:
    """Jibson, Harp & Michael (2000) eq. 5, Northridge 1994: P = 0.335·(1 − e^(−0.048·D^1.565)); at most one third of all slopes."""
    return 0.335 * (1 - np.exp(-0.048 * displacement_cm**1.565))


# -- runout ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """lg(H/L) = a + b·lg V: height of fall over horizontal travel. `volume_m3`: range of the data."""

    key: str
    zh: str
    en: str
    a: float
    b: float
    volume_m3: tuple[float, float]
    verified: bool

    def ratio(self, volume_m3: Floats) -> Floats:
        return np.asarray(10**self.a * volume_m3**self.b, dtype=np.float64)


# Corominas (1996) Canadian Geotechnical Journal 33, table 3. Debris and mud flows read where the table is reproduced; the others recalled.
# Fill: Shenzhen 2015 had H/L 0.10 where the law of landslides gives 0.26; such heaps of loose wet soil run so much farther.
REACHES: Mapping[str, Reach] = {
    reach.key: reach
    for reach in (
        Reach("landslide", "滑坡", "landslide", -0.047, -0.085, (10.0, 1e9), False),
        Reach("debris_flow", "泥石流", "debris flow", -0.012, -0.105, (100.0, 1e8), True),
        Reach("mudflow", "泥流（黏土、粉土）", "mud flow (clay, silt)", -0.214, -0.070, (100.0, 1e7), True),
        Reach("rockfall", "崩塌", "rockfall", 0.210, -0.109, (10.0, 1e7), False),
        Reach(
            "fill", "渣土、尾矿、弃土堆", "fill, tailings, spoil", -0.047 + math.log10(0.4), -0.085, (1e3, 1e8), False
        ),
    )
}


def rickenmann_length_m(volume_m3: float, height_m: float) -> float:
    """Rickenmann (1999) Natural Hazards 19: L = 1.9·V^0.16·H^0.83 for debris flows; 700–10⁶ m³, 110–1,820 m."""
    return 1.9 * volume_m3**0.16 * height_m**0.83


def rickenmann_envelope_m(volume_m3: float, height_m: float) -> float:
    """The upper envelope of the same data: 5.0·V^0.16·H^0.83."""
    return 5.0 * volume_m3**0.16 * height_m**0.83


def covered_m2(volume_m3: Floats) -> Floats:
    """Ground covered: Griswold & Iverson (2008) USGS SIR 2007-5276, debris flows and rock avalanches: B = 20·V^(2/3)."""
    return 20 * volume_m3 ** (2 / 3)
