"""Blast on the ground: overpressure of a TNT charge by Kingery's curve and by the forms used in Chinese risk assessments.

Sources: M. M. Swisdak, Simplified Kingery Airblast Calculations (1994, ADA526744), hemispherical surface burst, metric; the Chinese
forms as used in 安全评价 practice (Henrych-type serious 44 kPa and light 17 kPa injury radii, R0.5, property radius), coefficients
read in public source code. At 1 t of TNT the radius of 44 kPa is 49.5 m by Kingery and 39.5 m by the Chinese form: the larger is shown.
"""

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from spine.errors import Refused

Floats: TypeAlias = NDArray[np.float64]
SCALED_RANGE: Final = (0.2, 198.5)
"""m/kg^(1/3): where the curve is fitted."""
TNT_MJ_KG: Final = 4.6
_PIECES: Final = (
    (0.2, 2.9, (7.2106, -2.1069, -0.3229, 0.1117, 0.0685)),
    (2.9, 23.8, (7.5938, -3.0523, 0.40977, 0.0261, -0.01267)),
    (23.8, 198.5, (6.0536, -1.4066)),
)
MOST_TNT_KG: Final = 1e8
"""100 kt: beyond it no accident on the ground has been."""


def _ln_kpa(ln_z: float) -> float:
    z = math.exp(ln_z)
    coefficients = next(
        (c for low, high, c in _PIECES if low <= z < high), _PIECES[-1][2] if z >= 23.8 else _PIECES[0][2]
    )
    return sum(c * ln_z**power for power, c in enumerate(coefficients))


def overpressure_kpa(scaled_m: Floats) -> Floats:
    """Incident peak overpressure at scaled distances Z = R / W^(1/3), m/kg^(1/3).

    Closer than the curve (Z < 0.2, 17 000 kPa) the value at its beginning stands, a lower bound; beyond it the last line is continued.
    `outside_range` says so.
    """
    z = np.maximum(np.asarray(scaled_m, dtype=np.float64), SCALED_RANGE[0])
    ln_z = np.log(z)
    found = np.polyval(_PIECES[0][2][::-1], ln_z)
    for low, _, coefficients in _PIECES[1:]:
        found = np.where(z >= low, np.polyval(coefficients[::-1], ln_z), found)
    return np.asarray(np.exp(found), dtype=np.float64)


def outside_range(scaled_m: float) -> bool:
    return not SCALED_RANGE[0] <= scaled_m <= SCALED_RANGE[1]


def check_tnt(tnt_kg: float, field: str = "tnt_kg") -> None:
    """Raises Refused for a charge that cannot be."""
    if not (math.isfinite(tnt_kg) and 0 < tnt_kg <= MOST_TNT_KG):
        raise Refused(
            "hazard_input",
            zh=f"TNT 当量应大于 0、不超过 {MOST_TNT_KG:g} kg，收到 {tnt_kg:g}。",
            en=f"The TNT equivalent must be above 0 and at most {MOST_TNT_KG:g} kg, not {tnt_kg:g}.",
            field=field,
        )


def kingery_radius_m(tnt_kg: float, kpa: float) -> float:
    """How far this overpressure reaches by Kingery's curve. Raises Refused outside the curve (0.27 to 17 000 kPa)."""
    check_tnt(tnt_kg)
    low, high = (math.log(z) for z in SCALED_RANGE)
    if not _ln_kpa(high) <= math.log(kpa) <= _ln_kpa(low):
        raise Refused(
            "hazard_input",
            zh=f"超压 {kpa:g} kPa 超出曲线范围。",
            en=f"An overpressure of {kpa:g} kPa lies outside the curve.",
            field="kpa",
        )
    ln_z = float(brentq(lambda v: _ln_kpa(v) - math.log(kpa), low, high, xtol=1e-12))
    return math.exp(ln_z) * tnt_kg ** (1 / 3)


def chinese_radius_m(tnt_kg: float, kpa: float) -> float:
    """R = 0.3967 W^(1/3) exp(3.5031 − 0.7241 ln(ΔP/6900) + 0.0398 ln²(ΔP/6900)), ΔP in Pa."""
    check_tnt(tnt_kg)
    ratio = math.log(kpa * 1000 / 6900)
    return 0.3967 * tnt_kg ** (1 / 3) * math.exp(3.5031 - 0.7241 * ratio + 0.0398 * ratio**2)


def radius_m(tnt_kg: float, kpa: float) -> float:
    """The larger of the two."""
    return max(kingery_radius_m(tnt_kg, kpa), chinese_radius_m(tnt_kg, kpa))


def half_die_radius_m(tnt_kg: float) -> float:
    """R0.5 = 13.6 (W/1000)^0.37: inside, half of those in the open die of the blast (Chinese form)."""
    check_tnt(tnt_kg)
    return 13.6 * (tnt_kg / 1000) ** 0.37


def property_radius_m(tnt_kg: float) -> float:
    """4.6 W^(1/3) / (1 + (3175/W)²)^(1/6): serious damage to buildings (Chinese form)."""
    check_tnt(tnt_kg)
    return 4.6 * tnt_kg ** (1 / 3) / (1 + (3175 / tnt_kg) ** 2) ** (1 / 6)


def cloud_tnt_kg(mass_kg: float, heat_mj_kg: float, yield_share: float) -> float:
    """TNT equivalent of a cloud of vapour: yield × mass × heat of combustion / 4.6 MJ/kg."""
    return yield_share * mass_kg * heat_mj_kg / TNT_MJ_KG


def gas_burst_tnt_kg(gauge_mpa: float, volume_m3: float, gamma: float = 1.4) -> float:
    """TNT equivalent of a vessel of compressed gas that bursts (Brode 1959): (p1 − p0) V / (γ − 1)."""
    return gauge_mpa * volume_m3 / (gamma - 1) / TNT_MJ_KG


_BOILER_MPA: Final = (0.3, 0.5, 0.8, 1.3, 2.5, 3.0)
_BOILER_MJ_M3: Final = (23.8, 32.5, 45.6, 63.5, 95.6, 106.0)


def boiler_tnt_kg(gauge_mpa: float, water_m3: float) -> float:
    """TNT equivalent of saturated water that flashes: tabulated energy per m³ of water (Chinese textbooks of boiler safety; recalled).
    Raises Refused outside 0.3 to 3.0 MPa."""
    if not _BOILER_MPA[0] <= gauge_mpa <= _BOILER_MPA[-1]:
        raise Refused(
            "hazard_input",
            zh=f"饱和水爆破能量表只到 0.3–3.0 MPa，收到 {gauge_mpa:g}。",
            en=f"The energy of saturated water is tabulated from 0.3 to 3.0 MPa, not at {gauge_mpa:g}.",
            field="vessel_mpa",
        )
    return float(np.interp(gauge_mpa, _BOILER_MPA, _BOILER_MJ_M3)) * water_m3 / TNT_MJ_KG
