"""Which dangerous substance, in what container and how much of it: read from what people say, in Chinese and English.

「一辆载有25吨液氯的槽车侧翻泄漏」 → chlorine, truck, 25 000 kg. What is not said stays None: it is asked for, not guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from gis.hazards.explosion_inputs import MASS as EXPLODING
from gis.hazards.explosion_inputs import SUBSTANCE as EXPLOSIVE_SUBSTANCE
from gis.hazards.guide_distances import Container
from gis.hazards.toxic_inputs import RELEASED
from gis.hazards.toxic_inputs import SUBSTANCE as TOXIC_SUBSTANCE
from spine.canonical import Json

Key = TypeVar("Key", bound=str)


@dataclass(frozen=True, slots=True)
class SubstanceRead:
    """`substance`: a key of `substances.SUBSTANCES`, or of `explosion_charges.CHARGES`; `mass_kg`: what the text says is loaded or lost."""

    substance: str | None
    container: Container | None
    mass_kg: float | None


# Longer words first where one holds another. A word that begins a compound which is something else is cut out before (`_NOT`).
_NOT: Final = re.compile(
    r"聚氯乙烯|氯化[钠钾钙镁铝铁锌]|氯碱|三聚氰胺|聚氨酯|氨基酸|氨纶|煤矿|天然气公司|燃气公司|液化气站址|硫酸|polyvinyl chloride|sodium chloride|amino acid",
    re.IGNORECASE,
)
_SUBSTANCES: Final[tuple[tuple[str, str], ...]] = (
    (r"氯化氢|盐酸气|hydrogen chloride", "hydrogen_chloride"),
    (r"氰化氢|氢氰酸|hydrogen cyanide|hydrocyanic", "hydrogen_cyanide"),
    (r"氟化氢|氢氟酸|hydrogen fluoride|hydrofluoric", "hydrogen_fluoride"),
    (r"光气|碳酰氯|phosgene", "phosgene"),
    (r"硫化氢|hydrogen sul(?:f|ph)ide|\bh2s\b", "hydrogen_sulfide"),
    (r"二氧化硫|sul(?:f|ph)ur dioxide|\bso2\b", "sulfur_dioxide"),
    (r"环氧乙烷|ethylene oxide", "ethylene_oxide"),
    (r"液氨|氨气|氨水|漏氨|氨泄|ammonia|\bnh3\b", "ammonia"),
    (r"液氯|氯气|漏氯|氯泄|氯瓶|\bchlorine\b|\bcl2\b", "chlorine"),
    (r"液化石油气|液化气|丙烷|丁烷|\blpg\b|liquefied petroleum|propane|butane", "lpg"),
    (r"天然气|液化天然气|压缩天然气|\blng\b|\bcng\b|瓦斯|甲烷|natural gas|methane|firedamp", "natural_gas"),
    (r"一氧化碳|煤气|carbon monoxide|town gas", "carbon_monoxide"),
    (r"氢气|\bhydrogen gas\b|\bhydrogen\b(?! )", "hydrogen"),
    (r"乙炔|acetylene", "acetylene"),
    (r"汽油|petrol|gasoline", "petrol"),
    (r"烟花|爆竹|鞭炮|烟火药|fireworks?|firecrackers?", "fireworks"),
    (r"硝酸铵|硝铵|ammonium nitrate", "ammonium_nitrate"),
    (r"乳化炸药|炸药|雷管|民爆|explosives?|dynamite|\btnt\b", "explosive"),
    (r"黑火药|火药|black powder|gunpowder", "black_powder"),
    (r"燃气|\bfuel gas\b", "natural_gas"),
)
_CONTAINERS: Final[tuple[tuple[str, Container], ...]] = (
    (r"铁路罐车|铁路槽车|火车罐|罐车脱轨|rail (?:tank )?car|tank wagon", "rail"),
    (r"槽罐车|槽车|罐车|运输车|货车|tank(?:er)? truck|road tanker|\btanker\b|lorry", "truck"),
    (r"吨瓶|吨级钢瓶|ton cylinders?|tonne containers?", "ton_cylinders"),
    (r"钢瓶|气瓶|氯瓶|煤气罐|cylinders?", "small_cylinders"),
    (r"储罐|贮罐|球罐|罐区|冷库|制冷|storage tank|tank farm|cold store|refrigeration", "tank"),
    (r"管道|管线|输气管|pipeline|pipe\b", "pipeline"),
)
_MASS: Final = re.compile(
    r"(\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)\s*(?:余|多)?\s*(吨|公斤|千克|kg|tonnes?|tons?|t(?![a-z]))",
    re.IGNORECASE,
)
_DIGITS: Final = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NEAR_CHARACTERS: Final = 14


def read_substance(text: str) -> SubstanceRead:
    """The first substance named; its container; the mass that stands nearest to it. Raises nothing: an empty text says nothing."""
    told = _NOT.sub("　", text)
    substance, at = _first(_SUBSTANCES, told)
    container, _ = _first(_CONTAINERS, told)
    return SubstanceRead(substance, container, None if at is None else _mass(told, at))


def inputs_from_words(model: str, text: str) -> dict[str, Json]:
    """What the text says of the inputs of the model with this id (`toxic_release`, `explosion`); empty for others and where it says
    nothing. A mass that the model would refuse is left out: words are no figure."""
    read = read_substance(text)
    if model == "toxic_release":
        substance, mass, container = TOXIC_SUBSTANCE, RELEASED, read.container
    elif model == "explosion":
        substance, mass, container = EXPLOSIVE_SUBSTANCE, EXPLODING, None
    else:
        return {}
    found: dict[str, Json] = {}
    if read.substance in {one.key for one in substance.choices}:
        found[substance.name] = read.substance
        if read.mass_kg is not None and mass.low <= read.mass_kg <= mass.high:
            found[mass.name] = read.mass_kg
    if container is not None:
        found["container"] = container
    return found


def _first(words: Sequence[tuple[str, Key]], text: str) -> tuple[Key | None, int | None]:
    """The key whose word stands first in the text; of two at one place the one listed earlier."""
    best: Key | None = None
    place: int | None = None
    for pattern, key in words:
        found = re.search(pattern, text, re.IGNORECASE)
        if found is not None and (place is None or found.start() < place):
            best, place = key, found.start()
    return best, place


def _mass(text: str, at: int) -> float | None:
    """Mass in kg that stands within a few characters of the substance; the nearest."""
    nearest: tuple[int, float] | None = None
    for found in _MASS.finditer(text):
        away = min(abs(found.start() - at), abs(found.end() - at))
        if away > _NEAR_CHARACTERS or (nearest is not None and away >= nearest[0]):
            continue
        number = _number(found.group(1))
        if number > 0:
            nearest = (away, number * (1.0 if found.group(2).lower() in ("公斤", "千克", "kg") else 1000.0))
    return None if nearest is None else nearest[1]


def _number(text: str) -> float:
    """25, 二十五, 一百二十; 0 for what is no number."""
    if text[0].isdigit():
        return float(text)
    total, digit = 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            unit = 100 if character == "百" else 10
            total += max(digit, 1) * unit
            digit = 0
    return float(total + digit)
