"""Ground motion and what it means in degrees: the law of PGA and PGV behind GB 18306-2015, conversions to intensity, a global law.

PGA in gal (cm/s²), PGV in cm/s unless the name says otherwise; distances in kilometres; magnitudes Ms (the global law: Mw).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
AxisName: TypeAlias = Literal["long", "short"]
MAGNITUDE_BREAK = 6.5
SIGMA_LG_PGA, SIGMA_LG_PGV = 0.236, 0.271


@dataclass(frozen=True, slots=True)
class MotionAxis:
    """lg Y = A + B·Ms + C·lg(R + D·e^(E·Ms)); A1, B1 up to Ms 6.5, A2, B2 above."""

    a1: float
    b1: float
    a2: float
    b2: float
    c: float
    d: float
    e: float

    def value(self, ms: float, r_km: float) -> float:
        a, b = (self.a1, self.b1) if ms <= MAGNITUDE_BREAK else (self.a2, self.b2)
        return 10 ** (a + b * ms + self.c * math.log10(r_km + self.d * math.exp(self.e * ms)))


def _from_ln(a1: float, b1: float, a2: float, b2: float, c: float, d: float, e: float) -> MotionAxis:
    """Coefficients of ln Y, as OpenQuake's `yu_2013` has them: A and B divide by ln 10, C is the same in both."""
    return MotionAxis(a1 / math.log(10), b1 / math.log(10), a2 / math.log(10), b2 / math.log(10), c, d, e)


# GB 18306-2015 table 4 (Yu, Li & Xiao 2013), PGA in gal.
PGA: Mapping[str, Mapping[AxisName, MotionAxis]] = {
    "east_strong": {
        "long": MotionAxis(1.979, 0.671, 3.533, 0.432, -2.315, 2.088, 0.399),
        "short": MotionAxis(1.176, 0.660, 2.753, 0.418, -2.004, 0.944, 0.447),
    },
    "moderate_central": {
        "long": MotionAxis(2.417, 0.498, 3.706, 0.298, -2.079, 2.802, 0.295),
        "short": MotionAxis(1.715, 0.471, 2.690, 0.321, -1.723, 1.295, 0.331),
    },
    "xinjiang": {
        "long": MotionAxis(1.791, 0.720, 3.403, 0.472, -2.389, 1.772, 0.424),
        "short": MotionAxis(0.983, 0.713, 2.610, 0.463, -2.118, 0.825, 0.465),
    },
    "qingzang": {
        "long": MotionAxis(2.387, 0.645, 3.807, 0.411, -2.416, 2.647, 0.366),
        "short": MotionAxis(1.003, 0.609, 2.457, 0.388, -1.854, 0.612, 0.457),
    },
}
# The same source, PGV in cm/s, from the natural-log coefficients. Central China, short axis: C = −1.559, with which both axes agree at R = 0
# within 6 %; with the −1.599 that some tables print they differ by 15 %.
PGV: Mapping[str, Mapping[AxisName, MotionAxis]] = {
    "xinjiang": {
        "long": _from_ln(-1.2581, 1.932, 3.013, 1.2742, -2.181, 1.772, 0.424),
        "short": _from_ln(-3.1073, 1.9389, 1.3087, 1.2627, -1.945, 0.825, 0.465),
    },
    "qingzang": {
        "long": _from_ln(-0.1472, 1.7618, 3.9422, 1.1293, -2.205, 2.647, 0.366),
        "short": _from_ln(-2.9923, 1.7043, 1.0189, 1.0902, -1.696, 0.612, 0.457),
    },
    "east_strong": {
        "long": _from_ln(-0.8349, 1.8193, 3.3051, 1.1799, -2.103, 2.088, 0.399),
        "short": _from_ln(-2.6381, 1.8124, 1.6376, 1.1546, -1.825, 0.944, 0.447),
    },
    "moderate_central": {
        "long": _from_ln(0.2139, 1.4283, 3.772, 0.8786, -1.889, 2.802, 0.295),
        "short": _from_ln(-1.3547, 1.3823, 1.5433, 0.9361, -1.559, 1.295, 0.331),
    },
}


def pga_gal(zone: str, axis: AxisName, ms: float, r_km: float) -> float:
    """Median on rock-like ground. Zones without a table of their own (Sichuan basin) take Qinghai-Tibet's."""
    return PGA.get(zone, PGA["qingzang"])[axis].value(ms, r_km)


def pgv_cms(zone: str, axis: AxisName, ms: float, r_km: float) -> float:
    return PGV.get(zone, PGV["qingzang"])[axis].value(ms, r_km)


def _clip(value: float, high: float) -> float:
    return min(max(value, 1.0), high)


def wald_1999_from_pga(pga_cms2: float) -> float:
    """Wald et al. (1999) Earthquake Spectra 15(3): 3.66 lg − 1.66 from V up, 2.20 lg + 1.00 below. Modified Mercalli, 1–10. σ 1.08."""
    strong = 3.66 * math.log10(pga_cms2) - 1.66
    return _clip(strong if strong >= 5 else 2.20 * math.log10(pga_cms2) + 1.00, 10.0)


def wald_1999_from_pgv(pgv_cms: float) -> float:
    """3.47 lg + 2.35 from V up, 2.10 lg + 3.40 below. σ 0.98."""
    strong = 3.47 * math.log10(pgv_cms) + 2.35
    return _clip(strong if strong >= 5 else 2.10 * math.log10(pgv_cms) + 3.40, 10.0)


def worden_2012_from_pga(pga_cms2: float) -> float:
    """Worden et al. (2012) BSSA 102(1): three straight lines in lg PGA. σ 0.66."""
    lg = math.log10(pga_cms2)
    if lg <= 0.14:
        return _clip(1.71 + 2.08 * lg, 10.0)
    return _clip(1.78 + 1.55 * lg if lg <= 1.57 else -1.60 + 3.70 * lg, 10.0)


def worden_2012_from_pgv(pgv_cms: float) -> float:
    """Three straight lines in lg PGV. σ 0.63."""
    lg = math.log10(pgv_cms)
    if lg <= -1.21:
        return _clip(4.62 + 2.17 * lg, 10.0)
    return _clip(3.78 + 1.47 * lg if lg <= 0.53 else 2.89 + 3.16 * lg, 10.0)


def instrument_intensity(pga_cms2: float, pgv_cms: float) -> float:
    """GB/T 17742-2020, annex: I_A = 3.17 lg PGA + 6.59 (m/s²), I_V = 3.00 lg PGV + 9.77 (m/s); I_V where both reach VI, else the mean; 1–12."""
    by_a = 3.17 * math.log10(pga_cms2 / 100) + 6.59
    by_v = 3.00 * math.log10(pgv_cms / 100) + 9.77
    return _clip(by_v if by_a >= 6 and by_v >= 6 else (by_a + by_v) / 2, 12.0)


def allen_2012_rupture(mw: float, rupture_km: Floats) -> Floats:
    """Allen, Wald & Worden (2012) J. Seismology 16, rupture distance: 3.950 + 0.913 M − 1.107 ln √(R² + (1 + 0.813 e^(M−5))²)."""
    near = 1 + 0.813 * math.exp(mw - 5)
    return 3.950 + 0.913 * mw - 1.107 * np.log(np.sqrt(rupture_km**2 + near**2))


def allen_2012_rupture_sigma(rupture_km: Floats) -> Floats:
    return 0.72 + 0.23 / (1 + (rupture_km / 44.7) ** 2)


def allen_2012_hypocentre(mw: float, hypocentre_km: Floats) -> Floats:
    """The same, hypocentral distance: 2.085 + 1.428 M − 1.402 ln √(R² + Rm²) + 0.078 ln(R/50) beyond 50 km, Rm = −0.209 + 2.042 e^(M−5)."""
    near = -0.209 + 2.042 * math.exp(mw - 5)
    far = np.where(hypocentre_km > 50, 0.078 * np.log(np.maximum(hypocentre_km, 50) / 50), 0.0)
    return 2.085 + 1.428 * mw - 1.402 * np.log(np.sqrt(hypocentre_km**2 + near**2)) + far


def allen_2012_hypocentre_sigma(hypocentre_km: Floats) -> Floats:
    return 0.82 + 0.37 / (1 + (hypocentre_km / 22.9) ** 2)
