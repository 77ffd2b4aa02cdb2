"""How much gets out of a vessel, and what of it is in the air. SI units.

Sources: AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999), pp. 40 and 47 (orifices);
40 CFR 68.25 (US EPA risk management plans): the worst case empties a vessel in ten minutes; flash by the heat balance.
"""

import math
from typing import Final

from gis.hazards.substances import Substance
from spine.errors import Refused

AIR_PRESSURE_PA: Final = 101_325.0
EMPTIES_IN_S: Final = 600.0
"""40 CFR 68.25(c): a toxic gas is taken to be released within ten minutes."""
_AIR_CP_KJ_KG_K = 1.005
_AIR_G_MOL = 28.96
_SPRAY_COOLS_K = 40.0
_GAS_CONSTANT = 8314.462618  # J/(kmol K)


def liquid_orifice_kg_s(
    diameter_m: float,
    density_kg_m3: float,
    pressure_pa: float,
    discharge: float = 0.63,
    outside_pa: float = AIR_PRESSURE_PA,
) -> float:
    """Liquid through a hole: Cd A √(2 ρ ΔP). `pressure_pa` is absolute. Raises Refused when nothing can flow out."""
    _check(diameter_m, "diameter_m", "孔径", "hole diameter")
    _check(pressure_pa - outside_pa, "pressure_pa", "容器表压", "vessel gauge pressure")
    area = math.pi / 4 * diameter_m**2
    return discharge * area * math.sqrt(2 * density_kg_m3 * (pressure_pa - outside_pa))


def gas_orifice_kg_s(
    diameter_m: float,
    density_kg_m3: float,
    pressure_pa: float,
    gamma: float,
    discharge: float = 0.85,
    outside_pa: float = AIR_PRESSURE_PA,
) -> float:
    """Ideal gas through a hole, isentropic, choked where the pressure is enough; `density_kg_m3` inside the vessel."""
    _check(diameter_m, "diameter_m", "孔径", "hole diameter")
    _check(pressure_pa - outside_pa, "pressure_pa", "容器表压", "vessel gauge pressure")
    area = math.pi / 4 * diameter_m**2
    ratio = max(outside_pa / pressure_pa, (2 / (gamma + 1)) ** (gamma / (gamma - 1)))
    flux = 2 * gamma / (gamma - 1) * (ratio ** (2 / gamma) - ratio ** ((gamma + 1) / gamma))
    return discharge * area * math.sqrt(density_kg_m3 * pressure_pa * flux)


def flash_share(substance: Substance, temperature_k: float) -> float:
    """Share of a liquefied gas that boils off at once: cp (T − Tb) / hv, 0 when it is colder than its boiling point, at most 1."""
    share = substance.liquid_cp_kj_kg_k * (temperature_k - substance.boiling_k) / substance.vaporisation_kj_kg
    return min(max(share, 0.0), 1.0)


def gas_density_kg_m3(molar_g: float, temperature_k: float) -> float:
    """Of an ideal gas at one atmosphere."""
    return molar_g * AIR_PRESSURE_PA / (_GAS_CONSTANT * temperature_k)


def air_density_kg_m3(temperature_k: float) -> float:
    return gas_density_kg_m3(_AIR_G_MOL, temperature_k)


def first_cloud(substance: Substance, temperature_k: float) -> tuple[float, float, float]:
    """(density, kg of the substance per m³, temperature K) of what a dense-gas model starts from.

    A liquefied gas flashes, and its spray is taken to stay in the air and evaporate by the heat of the air it draws in, so that the
    first cloud is a mixture at the boiling point (Britter & McQuaid 1988, as for the ammonia of Potchefstroom: 1.434 kg/m³). It is
    conservative: some of the spray rains out. Evaporating spray is colder than the boiling point, as a wet bulb is: the mixture is taken
    at least 40 K below the air, a working rule that matters for what boils near the temperature of the air. What is not above its
    boiling point evaporates from a pool as pure vapour.
    """
    if substance.stored != "liquefied" or temperature_k <= substance.boiling_k:
        density = gas_density_kg_m3(substance.molar_g, temperature_k)
        return density, density, temperature_k
    cold = min(substance.boiling_k, temperature_k - _SPRAY_COOLS_K)
    heat = (1 - flash_share(substance, temperature_k)) * substance.vaporisation_kj_kg
    air = heat / (_AIR_CP_KJ_KG_K * (temperature_k - cold))
    volume = (1 / substance.molar_g + air / _AIR_G_MOL) * _GAS_CONSTANT * cold / AIR_PRESSURE_PA
    return (1 + air) / volume, 1 / volume, cold


def _check(value: float, field: str, zh: str, en: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise Refused(
            "hazard_input",
            zh=f"{zh}应大于 0，收到 {value:g}。",
            en=f"The {en} must be above 0, not {value:g}.",
            field=field,
        )
