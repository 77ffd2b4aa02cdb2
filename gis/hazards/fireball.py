"""The fireball of a bursting vessel of liquefied flammable gas (BLEVE): size, duration, heat. kg, m, s, W/m².

Sources: AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999): D = 5.8 M^(1/3), t = 0.45 M^(1/3) up to 30 t,
2.6 M^(1/6) above; radiated share 0.27 P^0.32 (A. F. Roberts, 1981; P in MPa); air lets 2.02 (pw x)^−0.09 of the heat through.
TNO Yellow Book: D = 6.48 M^0.325, t = 0.852 M^0.26, for comparison. All recalled.
"""

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from spine.errors import Refused

Floats: TypeAlias = NDArray[np.float64]
MOST_KG: Final = 1e7
_LONG_FROM_KG = 30_000.0
_MOST_EMISSIVE_W_M2 = 400_000.0
LEVELS_W_M2: Final = (37_500.0, 12_500.0, 4_000.0)
"""Damage to equipment and death within a minute; wood ignites with a pilot flame; pain within twenty seconds."""


def check_mass(mass_kg: float) -> None:
    if not (math.isfinite(mass_kg) and 0 < mass_kg <= MOST_KG):
        raise Refused(
            "hazard_input",
            zh=f"火球质量应大于 0、不超过 {MOST_KG:g} kg，收到 {mass_kg:g}。",
            en=f"The mass of a fireball must be above 0 and at most {MOST_KG:g} kg, not {mass_kg:g}.",
            field="mass_kg",
        )


def diameter_m(mass_kg: float) -> float:
    check_mass(mass_kg)
    return 5.8 * mass_kg ** (1 / 3)


def duration_s(mass_kg: float) -> float:
    check_mass(mass_kg)
    return 0.45 * mass_kg ** (1 / 3) if mass_kg <= _LONG_FROM_KG else 2.6 * mass_kg ** (1 / 6)


def tno_diameter_m(mass_kg: float) -> float:
    check_mass(mass_kg)
    return 6.48 * mass_kg**0.325


def tno_duration_s(mass_kg: float) -> float:
    check_mass(mass_kg)
    return 0.852 * mass_kg**0.26


def radiated_share(burst_mpa: float) -> float:
    """Share of the heat of combustion that is radiated, for a burst at this gauge pressure; 0.4 at most."""
    return min(0.27 * burst_mpa**0.32, 0.4)


def emissive_w_m2(mass_kg: float, heat_mj_kg: float, burst_mpa: float) -> float:
    """Heat sent out per m² of the fireball's surface; real ones have not been measured above 400 kW/m²."""
    surface = math.pi * diameter_m(mass_kg) ** 2
    sent = radiated_share(burst_mpa) * mass_kg * heat_mj_kg * 1e6 / (surface * duration_s(mass_kg))
    return min(sent, _MOST_EMISSIVE_W_M2)


def heat_w_m2(x_m: Floats, mass_kg: float, heat_mj_kg: float, burst_mpa: float, vapour_pa: float = 1800.0) -> Floats:
    """Heat on the ground at distances from the point below the fireball, whose centre stands 0.75 D high.

    `vapour_pa`: partial pressure of water in the air. View factor of a sphere for a surface turned to it: (D/2)² / L².
    """
    across = diameter_m(mass_kg)
    slant = np.sqrt(np.asarray(x_m, dtype=np.float64) ** 2 + (0.75 * across) ** 2)
    through = np.minimum(2.02 * (vapour_pa * np.maximum(slant - across / 2, 1.0)) ** -0.09, 1.0)
    return np.asarray(
        emissive_w_m2(mass_kg, heat_mj_kg, burst_mpa) * (across / 2) ** 2 / slant**2 * through, dtype=np.float64
    )


def reach_m(level_w_m2: float, mass_kg: float, heat_mj_kg: float, burst_mpa: float, vapour_pa: float = 1800.0) -> float:
    """How far from the point below this heat reaches; 0 where it is nowhere reached. By bisection: heat falls with distance."""
    low, high = 0.0, 100 * diameter_m(mass_kg)
    if heat_w_m2(np.asarray([0.0]), mass_kg, heat_mj_kg, burst_mpa, vapour_pa)[0] < level_w_m2:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = heat_w_m2(np.asarray([middle]), mass_kg, heat_mj_kg, burst_mpa, vapour_pa)[0] >= level_w_m2
        low, high = (middle, high) if reached else (low, middle)
    return low
