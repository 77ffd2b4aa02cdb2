"""Peak outflow of a failing dam, and the breach it fails through: six regressions with their measured scatter (pure).

All in SI units: Vw, volume of water above the breach's bottom when it fails (m³); hw, its depth (m); S, storage (m³); hd, height
of the dam (m); hb, height of the breach (m).

Sources: the formulas as collected, and their 95 % intervals (factors on the prediction) as measured on 108 embankment failures, in
Wahl, The uncertainty of embankment dam breach parameter predictions, 2001/2004 (J. Hydraulic Engineering 130, 389–397): Froehlich
1995a and 1995b; MacDonald & Langridge-Monopolis 1984; USBR 1982; SCS 1981; Costa 1985; Evans 1986. Froehlich 2008: J. Hydraulic
Engineering 134, 1708–1721. Landslide dams: Costa 1985, USGS OFR 85-560, and Costa & Schuster 1988, GSA Bulletin 100, 1054–1068.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

GRAVITY_M_S2 = 9.81
_TWO_SIDED_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Factors on a prediction between which the real value lies in 95 of 100 failures: its bias and scatter."""

    low: float
    high: float

    @property
    def bias(self) -> float:
        """Real value over prediction, median."""
        return math.sqrt(self.low * self.high)

    @property
    def sigma_ln(self) -> float:
        return math.log(self.high / self.low) / (2 * _TWO_SIDED_95)


@dataclass(frozen=True, slots=True)
class Reservoir:
    """What the formulas need: one value or as many as there are draws. `storage_m3` and `dam_m` are of the whole dam."""

    water_m3: Floats
    water_m: Floats
    storage_m3: Floats
    dam_m: Floats


@dataclass(frozen=True, slots=True)
class PeakLaw:
    """A regression of the peak outflow. `verified`: its published example values were recomputed."""

    key: str
    name: str
    equation: str
    interval: Interval
    verified: bool

    def m3_s(self, reservoir: Reservoir) -> Floats:
        return _PEAKS[self.key](reservoir)


def _froehlich_1995a(r: Reservoir) -> Floats:
    return 0.607 * r.water_m3**0.295 * r.water_m**1.24


def _mlm_1984(r: Reservoir) -> Floats:
    return 1.154 * (r.water_m3 * r.water_m) ** 0.412


def _usbr_1982(r: Reservoir) -> Floats:
    return 19.1 * r.water_m**1.85


def _scs_1981(r: Reservoir) -> Floats:
    return 16.6 * r.water_m**1.85


def _costa_1985(r: Reservoir) -> Floats:
    return 0.981 * (r.storage_m3 * r.dam_m) ** 0.42


def _evans_1986(r: Reservoir) -> Floats:
    return 0.72 * r.water_m3**0.53


def _costa_landslide(r: Reservoir) -> Floats:
    return 181.0 * (r.dam_m * r.water_m3 / 1e6) ** 0.43


def _costa_schuster(r: Reservoir) -> Floats:
    return 0.0158 * (9810.0 * r.dam_m * r.water_m3) ** 0.41


_PEAKS = {
    "froehlich_1995a": _froehlich_1995a,
    "mlm_1984": _mlm_1984,
    "usbr_1982": _usbr_1982,
    "scs_1981": _scs_1981,
    "costa_1985": _costa_1985,
    "evans_1986": _evans_1986,
    "costa_landslide": _costa_landslide,
    "costa_schuster": _costa_schuster,
}

EMBANKMENT: tuple[PeakLaw, ...] = (
    PeakLaw("froehlich_1995a", "Froehlich 1995a", "Qp = 0.607 Vw^0.295 hw^1.24", Interval(0.53, 2.3), True),
    PeakLaw("mlm_1984", "MacDonald & Langridge-Monopolis 1984", "Qp = 1.154 (Vw hw)^0.412", Interval(0.15, 3.7), True),
    PeakLaw("usbr_1982", "USBR 1982", "Qp = 19.1 hw^1.85", Interval(0.20, 2.1), True),
    PeakLaw("scs_1981", "SCS 1981", "Qp = 16.6 hw^1.85", Interval(0.23, 2.4), True),
    PeakLaw("costa_1985", "Costa 1985", "Qp = 0.981 (S hd)^0.42", Interval(0.17, 4.7), True),
    PeakLaw("evans_1986", "Evans 1986", "Qp = 0.72 Vw^0.53", Interval(0.06, 4.4), True),
)
"""The estimate first, then second opinions."""
LANDSLIDE: tuple[PeakLaw, ...] = (
    PeakLaw(
        "costa_landslide",
        "Costa 1985, landslide dams",
        "Qp = 181 (hd V)^0.43, V in million m³",
        Interval(0.1, 6.0),
        False,
    ),
    PeakLaw("costa_schuster", "Costa & Schuster 1988", "Qp = 0.0158 (9810 hd V)^0.41", Interval(0.1, 6.0), False),
    PeakLaw("evans_1986", "Evans 1986", "Qp = 0.72 Vw^0.53", Interval(0.06, 4.4), True),
)
"""For a natural dam. The interval of the first two is a judgement: published scatter is for built dams only."""


def second_opinions(laws: tuple[PeakLaw, ...], reservoir: Reservoir) -> Mapping[str, tuple[float, float, float]]:
    """By law: (prediction, low, high of its 95 % interval), m³/s, of the first value of the reservoir's arrays."""
    found: dict[str, tuple[float, float, float]] = {}
    for law in laws:
        peak = float(np.ravel(law.m3_s(reservoir))[0])
        found[law.key] = (peak, peak * law.interval.low, peak * law.interval.high)
    return found


# --- the breach -------------------------------------------------------------------------------------------------------

WIDTH_1995B = Interval(0.40, 2.4)
TIME_1995B = Interval(0.38, 7.3)


def breach_width_1995b_m(water_m3: Floats, breach_m: Floats, *, overtopping: bool) -> Floats:
    """Froehlich 1995b, mean width: B = 0.1803 Ko Vw^0.32 hb^0.19, Ko = 1.4 by overtopping, 1 otherwise."""
    return 0.1803 * (1.4 if overtopping else 1.0) * water_m3**0.32 * breach_m**0.19


def breach_time_1995b_h(water_m3: Floats, breach_m: Floats) -> Floats:
    """Froehlich 1995b: tf = 0.00254 Vw^0.53 hb^−0.90, hours."""
    return 0.00254 * water_m3**0.53 * breach_m**-0.90


def breach_width_2008_m(water_m3: Floats, breach_m: Floats, *, overtopping: bool) -> Floats:
    """Froehlich 2008, mean width: B = 0.27 Ko Vw^0.32 hb^0.04, Ko = 1.3 by overtopping, 1 otherwise."""
    return 0.27 * (1.3 if overtopping else 1.0) * water_m3**0.32 * breach_m**0.04


def breach_time_2008_h(water_m3: Floats, breach_m: Floats) -> Floats:
    """Froehlich 2008: tf = 63.2 √(Vw / (g hb²)) seconds, in hours."""
    return 63.2 * np.sqrt(water_m3 / (GRAVITY_M_S2 * breach_m**2)) / 3600.0


def instantaneous_m3_s(width_m: Floats, depth_m: Floats) -> Floats:
    """A whole dam gone at once (arch, gravity): Q = 8/27 √g B H^1.5 for a rectangular valley (Ritter 1892)."""
    return 8.0 / 27.0 * math.sqrt(GRAVITY_M_S2) * width_m * depth_m**1.5
