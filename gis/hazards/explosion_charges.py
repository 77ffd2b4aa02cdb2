"""What explodes: how it does so by kind of event and substance, how much when nobody has said, and how it compares with TNT."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gis.hazards.substances import SUBSTANCES

Mechanism: TypeAlias = Literal["explosive", "vapour_cloud", "bleve", "gas_vessel", "boiler"]


@dataclass(frozen=True, slots=True)
class Charge:
    """`tnt`: kg of TNT that do what one kg does. Sources: UN and Chinese practice, recalled; fireworks vary widely with their mixture."""

    key: str
    zh: str
    en: str
    tnt: float
    verified: bool = False


CHARGES: Final[dict[str, Charge]] = {
    one.key: one
    for one in (
        Charge("explosive", "工业炸药（乳化、铵油等）", "industrial explosive (emulsion, ANFO)", 0.75),
        Charge("tnt", "TNT", "TNT", 1.0),
        Charge("black_powder", "黑火药", "black powder", 0.4),
        Charge("fireworks", "烟花爆竹药物", "fireworks composition", 0.4),
        Charge("ammonium_nitrate", "硝酸铵", "ammonium nitrate", 0.32),
    )
}
FUELS: Final = ("lpg", "natural_gas", "hydrogen", "acetylene", "ethylene_oxide", "petrol")
UNKNOWN: Final = "unknown"
_LIQUEFIED: Final = ("lpg", "ethylene_oxide")
# By family of the catalogue, the most particular first.
_BY_CLASS: Final[tuple[tuple[str, Mechanism], ...]] = (
    ("ac.special.boiler", "boiler"),
    ("ac.special.vessel", "gas_vessel"),
    ("ac.special.pipe", "gas_vessel"),
    ("ac.firework", "explosive"),
    ("ac.mine", "explosive"),
    ("ac.infra.oil_gas", "vapour_cloud"),
    ("ac.chem.fire", "bleve"),
    ("ac.chem", "vapour_cloud"),
)
# Mass (kg) that takes part while nobody has said: judgement.
ASSUMED_KG: Final[dict[Mechanism, tuple[float, str, str]]] = {
    "explosive": (
        500.0,
        "未给药量：按一间工房或一车次约 0.5 吨",
        "no mass is given: about 0.5 t, a workshop or a small load",
    ),
    "vapour_cloud": (1_000.0, "未给泄漏量：按成云约 1 吨", "no mass is given: a cloud of about 1 t"),
    "bleve": (20_000.0, "未给储量：按一辆液化气槽车约 20 吨", "no mass is given: a tanker of about 20 t"),
}
ASSUMED_GAS: Final = (10.0, 1.0)
ASSUMED_BOILER: Final = (5.0, 1.0)
"""Volume (m³) and gauge pressure (MPa) of a vessel of which nothing is said: judgement."""
# Metres to isolate and to clear, and around a fire that may reach it: ERG 2024 guides 112 (explosives) and 115 (flammable gases), recalled.
STANDOFF_M: Final[dict[Mechanism, tuple[float, float]]] = {
    "explosive": (500.0, 1600.0),
    "vapour_cloud": (100.0, 800.0),
    "bleve": (800.0, 1600.0),
    "gas_vessel": (100.0, 500.0),
    "boiler": (100.0, 300.0),
}


def mechanism_of(class_key: str, substance: str) -> Mechanism:
    """What happens most likely, from what it is and what kind of event: stated as an assumption wherever it is used."""
    if substance in CHARGES:
        return "explosive"
    found: Mechanism = "vapour_cloud"
    for family, mechanism in _BY_CLASS:
        if class_key == family or class_key.startswith(f"{family}."):
            found = mechanism
            break
    if found == "bleve" and substance in FUELS and substance not in _LIQUEFIED:
        return "vapour_cloud"
    if found in ("gas_vessel", "explosive") and substance in FUELS:
        return "bleve" if substance in _LIQUEFIED else "vapour_cloud"
    return found


def heat_mj_kg(substance: str) -> float:
    """Lower heat of combustion; that of LPG while the fuel is not known, for most fuel gases are close to it."""
    heat = SUBSTANCES[substance].heat_mj_kg if substance in SUBSTANCES else None
    return heat if heat is not None else (SUBSTANCES["lpg"].heat_mj_kg or 46.4)


def tnt_of(substance: str) -> float:
    """TNT per kg of an explosive; that of industrial explosive while it is not known."""
    return CHARGES[substance].tnt if substance in CHARGES else CHARGES["explosive"].tnt
