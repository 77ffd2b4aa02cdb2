"""How intensity falls off with distance in China: elliptical laws by seismic zone, the rupture's length, and which zone a place lies in.

I = A + B·Ms + C·lg(R + R0), one set of coefficients along the long axis and one along the short (kilometres, degrees of GB/T 17742).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    a: float
    b: float
    c: float
    r0_km: float

    def intensity(self, ms: float, r_km: float) -> float:
        return self.a + self.b * ms + self.c * math.log10(r_km + self.r0_km)

    def reach_km(self, ms: float, intensity: float) -> float:
        """How far this intensity reaches; 0 where it is nowhere reached."""
        return max(10 ** ((intensity - self.a - self.b * ms) / self.c) - self.r0_km, 0.0)


@dataclass(frozen=True, slots=True)
class Law:
    """`sigma`: standard deviation of intensity about the law. Both axes grow alike with magnitude (the same B)."""

    key: str
    zh: str
    en: str
    long: Axis
    short: Axis
    sigma: float


# Xiao Liang & Yu Yanxiang, fifth-generation zoning map; explanatory textbook to GB 18306-2015, p. 172. Both axes agree at R = 0 within 0.001.
QINGZANG = Law(
    "qingzang", "青藏区（含川滇西部、甘肃）", "Qinghai-Tibet (western Sichuan and Yunnan, Gansu)",
    Axis(6.4580, 1.2746, -4.4709, 25), Axis(3.3682, 1.2746, -3.3119, 9), 0.6636,
)  # fmt: skip
XINJIANG = Law(
    "xinjiang", "新疆区", "Xinjiang", Axis(5.6018, 1.4347, -4.4899, 25), Axis(3.6113, 1.4347, -3.8477, 13), 0.5924
)
EAST_STRONG = Law(
    "east_strong", "东部强震区", "eastern China, strong earthquakes",
    Axis(5.7123, 1.3626, -4.2903, 25), Axis(3.6588, 1.3626, -3.5406, 13), 0.5826,
)  # fmt: skip
MODERATE = Law(
    "moderate_central", "中强地震区（华南、东北等）", "moderate earthquakes (southern and north-eastern China)",
    Axis(5.8410, 1.0710, -3.6570, 15), Axis(3.9440, 1.0710, -2.8450, 7), 0.5200,
)  # fmt: skip
# Lei Jiancheng et al. (2007), read only where others quote it. It gives no sigma: the largest of the others is taken.
SICHUAN_BASIN = Law(
    "sichuan_basin", "四川盆地", "Sichuan basin",
    Axis(4.0293, 1.3003, -3.6404, 10), Axis(2.3816, 1.3003, -2.8573, 5), 0.6636,
)  # fmt: skip
LAWS: Mapping[str, Law] = {law.key: law for law in (QINGZANG, XINJIANG, EAST_STRONG, MODERATE, SICHUAN_BASIN)}

# GB 18306-2001, fourth generation: for comparison, not used for answers.
WEST_2001 = Law(
    "west_2001", "西部（2001）", "west (2001)", Axis(5.253, 1.398, -4.164, 26), Axis(2.019, 1.398, -2.943, 8), 0.632
)
EAST_2001 = Law(
    "east_2001", "东部（2001）", "east (2001)", Axis(5.019, 1.446, -4.136, 24), Axis(2.240, 1.446, -3.070, 9), 0.517
)

RUPTURE_FROM_MS = 7.0


def rupture_length_km(ms: float) -> float:
    """Surface rupture length, all types of fault: Wells & Coppersmith (1994), lg L = −3.22 + 0.69 M; 0 below Ms 7, where a point will do."""
    return 10 ** (-3.22 + 0.69 * ms) if ms >= RUPTURE_FROM_MS else 0.0


def subsurface_rupture_length_km(ms: float) -> float:
    """lg RLD = −2.44 + 0.59 M, the same source."""
    return 10 ** (-2.44 + 0.59 * ms)


def rupture_width_km(ms: float) -> float:
    """Down-dip width: lg W = −1.01 + 0.32 M, the same source."""
    return 10 ** (-1.01 + 0.32 * ms)


_BASIN = (104.2, 28.6, 107.6, 31.9)
_NEIGHBOURS = (97.0, 20.0, 104.5, 28.0)
"""Beyond the south-western border the crust does not change at the line on the map: near it the law of Qinghai-Tibet is used."""


def zone_at(lon: float, lat: float) -> str | None:
    """The zone of the law at a place, by coarse boxes after the map of the textbook; None outside, where a global law is used."""
    if _within(_BASIN, lon, lat):
        return SICHUAN_BASIN.key
    if 73 <= lon < 96.5 and 36 <= lat <= 50:
        return XINJIANG.key
    if _within(_NEIGHBOURS, lon, lat) or (78 <= lon <= 104.5 and 27.5 <= lat <= 40):
        return QINGZANG.key
    if 104.5 < lon <= 123 and 34.5 <= lat <= 42:
        return EAST_STRONG.key
    if (
        (104.5 < lon <= 123 and 20 <= lat < 34.5)
        or (118 <= lon <= 135 and 42 < lat <= 54)
        or (96.5 <= lon < 118 and 40 < lat <= 50)
    ):
        return MODERATE.key
    return None


def _within(box: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north
