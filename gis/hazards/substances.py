"""Dangerous substances the models know: what they are, how they are kept, and how they burn.

Properties at the normal boiling point: NIST Chemistry WebBook (SRD 69) and Perry's Chemical Engineers' Handbook, 8th ed., chapter 2,
recalled and rounded to what the models need; deposition velocities: J. H. Seinfeld and S. N. Pandis, Atmospheric Chemistry and Physics,
chapter 19, for reactive and soluble gases 0.5 to 5 cm/s, recalled; UN numbers: UN Model Regulations. `verified` is False until read there.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Stored: TypeAlias = Literal["liquefied", "gas", "liquid"]
"""Under pressure above its boiling point; compressed; as a liquid near or below its boiling point."""


@dataclass(frozen=True, slots=True)
class Substance:
    """`heat_mj_kg`: lower heat of combustion, where it burns in air as a cloud or fireball; None where that is not its danger.
    `deposits_m_s`: velocity at which ground and leaves take it up; the lower end of what is reported."""

    key: str
    zh: str
    en: str
    un: str
    molar_g: float
    boiling_k: float
    liquid_kg_m3: float
    vaporisation_kj_kg: float
    liquid_cp_kj_kg_k: float
    stored: Stored
    toxic: bool
    heat_mj_kg: float | None = None
    deposits_m_s: float = 0.0
    verified: bool = False


SUBSTANCES: Final[dict[str, Substance]] = {
    one.key: one
    for one in (
        Substance("chlorine", "氯", "chlorine", "1017", 70.906, 239.1, 1562, 288, 0.95, "liquefied", True, deposits_m_s=0.005),
        Substance("ammonia", "氨", "ammonia", "1005", 17.031, 239.8, 682, 1371, 4.45, "liquefied", True, deposits_m_s=0.005),
        Substance("sulfur_dioxide", "二氧化硫", "sulfur dioxide", "1079", 64.066, 263.1, 1461, 389, 1.36, "liquefied", True, deposits_m_s=0.005),
        Substance("hydrogen_sulfide", "硫化氢", "hydrogen sulfide", "1053", 34.08, 212.8, 949, 548, 2.01, "gas", True, deposits_m_s=0.001),
        Substance("carbon_monoxide", "一氧化碳（煤气）", "carbon monoxide (town gas)", "1016", 28.01, 81.6, 789, 216, 2.15, "gas", True),
        Substance("hydrogen_fluoride", "氟化氢", "hydrogen fluoride", "1052", 20.006, 292.7, 967, 374, 2.56, "liquefied", True, deposits_m_s=0.005),
        Substance("hydrogen_cyanide", "氰化氢", "hydrogen cyanide", "1051", 27.025, 298.8, 687, 933, 2.61, "liquid", True, deposits_m_s=0.001),
        Substance("phosgene", "光气", "phosgene", "1076", 98.916, 280.7, 1410, 247, 1.02, "liquefied", True, deposits_m_s=0.001),
        Substance("hydrogen_chloride", "氯化氢", "hydrogen chloride", "1050", 36.461, 188.1, 1191, 443, 1.60, "liquefied", True, deposits_m_s=0.005),
        Substance("ethylene_oxide", "环氧乙烷", "ethylene oxide", "1040", 44.053, 283.6, 883, 580, 1.96, "liquefied", True, 27.7),
        Substance("lpg", "液化石油气", "liquefied petroleum gas", "1075", 44.096, 231.1, 581, 426, 2.25, "liquefied", False, 46.4),
        Substance("natural_gas", "天然气", "natural gas", "1971", 16.043, 111.6, 422, 510, 3.48, "gas", False, 50.0),
        Substance("hydrogen", "氢气", "hydrogen", "1049", 2.016, 20.3, 71, 446, 9.7, "gas", False, 120.0),
        Substance("acetylene", "乙炔", "acetylene", "1001", 26.038, 189.0, 613, 580, 3.0, "gas", False, 48.2),
        Substance("petrol", "汽油", "petrol", "1203", 100.0, 330.0, 740, 350, 2.2, "liquid", False, 43.5),
    )
}  # fmt: skip
UNKNOWN: Final = "unknown"
