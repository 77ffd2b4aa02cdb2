"""A collapsed building: who was in it, how many are buried, and how many of those live, by how soon they are reached.

Occupants from a count or from use, area and hour (`occupancy.py`). Deaths by the chain of Coburn & Spence, of which the last link is
time: K = M1·M2·M3·(M4 + M5·(1 − M4)), M5 = λ/(λ + 1/T), where the buried die at the rate λ and are reached after T on average.
`docs/risk/building_collapse.md`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.distribution import Floats, exact, lognormal, triangle, triangular, uniform
from gis.hazards.ground import Ground
from gis.hazards.hospitals_near import hospitals_near
from gis.hazards.inputs import Choice, ChoiceInput, NumberInput, Prior
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    ModelSpec,
    Note,
    Parameter,
    Prepared,
    Sample,
    Source,
    Zone,
)
from gis.hazards.occupancy import SPREAD_LN, USE, USES, Use, people_in
from spine.clock import hour_in_beijing

_STOREY_M = 3.0
_JUDGED = ("判断值", "judgement")


@dataclass(frozen=True, slots=True)
class Structure:
    """`buried`: M3 (low, most likely, high), `instant`: M4, shares of the buried who die at once (low, most likely, high).
    `half_life_h`: in what time half of the others die; short under earth, which leaves no air."""

    key: str
    zh: str
    en: str
    buried: tuple[float, float, float]
    instant: tuple[float, float, float]
    half_life_h: float


STRUCTURES: tuple[Structure, ...] = (
    Structure("masonry", "砖混", "masonry", (0.15, 0.30, 0.70), (0.10, 0.20, 0.40), 24.0),
    Structure("rc", "钢筋混凝土", "reinforced concrete", (0.30, 0.50, 0.80), (0.20, 0.40, 0.60), 24.0),
    Structure("earth", "土坯、土木", "adobe or earth and timber", (0.10, 0.30, 0.60), (0.05, 0.15, 0.40), 4.0),
    Structure("steel", "钢结构、轻型屋面", "steel or light roof", (0.05, 0.20, 0.50), (0.05, 0.15, 0.40), 36.0),
)
STRUCTURE = {structure.key: structure for structure in STRUCTURES}
_USE_OF_CLASS = {"ac.build": "site"}


def deaths_per_building(people: float, present: float, buried: float, instant: float, later: float) -> float:
    """K = M1·M2·M3·(M4 + M5·(1 − M4)): deaths in one collapsed building (Coburn & Spence 2002)."""
    return people * present * buried * (instant + later * (1 - instant))


def death_rate_per_h(half_life_h: Floats | float) -> Floats:
    """λ of the buried, from the time in which half of those still buried alive die."""
    return np.asarray(math.log(2) / np.asarray(half_life_h, dtype=np.float64), dtype=np.float64)


def alive_share(hours: Floats | float, half_life_h: Floats | float) -> Floats:
    """Share of the buried who survived the collapse and are still alive after so many hours without rescue."""
    return np.exp(-death_rate_per_h(half_life_h) * np.asarray(hours, dtype=np.float64))


def later_deaths(half_life_h: Floats | float, reach_h: Floats | float) -> Floats:
    """M5: share of the survivors of the collapse who die before they are reached, times to reach them being exponential."""
    dying = death_rate_per_h(half_life_h)
    return dying / (dying + 1 / np.asarray(reach_h, dtype=np.float64))


USE_INPUT = ChoiceInput(
    "use", "用途", "use", tuple(Choice(use.key, use.zh, use.en) for use in USES), "exposure", prior="dwelling",
    prior_zh="未说明时按住宅；施工事故按在建工地", prior_en="a dwelling while nobody says so; a building site for construction accidents",
)  # fmt: skip
STRUCTURE_INPUT = ChoiceInput(
    "structure", "结构", "structure", tuple(Choice(s.key, s.zh, s.en) for s in STRUCTURES), "vulnerability", prior="masonry",
    prior_zh="未说明时按砖混（县乡多见）", prior_en="masonry while nobody says so (most common in counties)",
)  # fmt: skip
BUILDINGS = NumberInput(
    "collapsed_buildings", "倒塌栋数", "buildings collapsed", "栋", "buildings", 1.0, 100_000.0, "source",
    prior=Prior(exact(1.0), "按一栋估计，有更多请填写", "taken as one; say so if there are more"), severe=1,
)  # fmt: skip
FLOORS = NumberInput(
    "floors", "层数", "floors", "层", "", 1.0, 120.0, "exposure",
    prior=Prior(lognormal(3.0, 0.5), "县乡房屋多为 1–6 层，判断值", "most houses of counties have one to six floors, judgement"), calibrated=(1.0, 33.0), severe=1,
)  # fmt: skip
FLOOR_AREA = NumberInput(
    "floor_area_m2", "每层建筑面积", "area of each floor", "平方米", "m²", 5.0, 100_000.0, "exposure",
    prior=Prior(lognormal(150.0, 0.6), "判断值", "judgement"), severe=1,
)  # fmt: skip
OCCUPANTS = NumberInput(
    "occupants", "事发时楼内人数", "people inside when it fell", "人", "people", 0.0, 100_000.0, "exposure", optional=True,
    given_spread=("lognormal", 0.1), severe=1,
)  # fmt: skip
TRAPPED = NumberInput(
    "trapped", "已知被埋压人数", "people known to be buried", "人", "people", 0.0, 100_000.0, "source", optional=True,
    given_spread=("lognormal", 0.1), fed_by="trapped", severe=1,
)  # fmt: skip
FRACTION = NumberInput(
    "collapsed_share", "倒塌部分占比", "share of the building that fell", "", "", 0.0, 1.0, "source",
    prior=Prior(triangular(0.2, 0.7, 1.0), "判断值", "judgement"), severe=1,
)  # fmt: skip
REACH = NumberInput(
    "reach_h", "埋压人员平均获救用时", "mean time until the buried are reached", "小时", "h", 0.5, 240.0, "vulnerability",
    prior=Prior(lognormal(12.0, 0.6), "单栋倒塌有专业队伍时约 4–24 小时，判断值", "about 4 to 24 h for one building with trained teams, judgement"), severe=1,
)  # fmt: skip
_PARAMETERS = (
    Parameter("occupancy_factor", "实际人数与用途表之比", "people against the table of uses", "倍", "times", lognormal(1.0, SPREAD_LN), "exposure", *_JUDGED),
    Parameter("buried_place", "埋压比例（范围内位置）", "share buried (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", "Coburn 和 Spence 2002（未核对）", "Coburn & Spence 2002 (not read)"),
    Parameter("instant_place", "即时死亡比例（范围内位置）", "killed at once (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", "Coburn 和 Spence 2002（未核对）", "Coburn & Spence 2002 (not read)"),
    Parameter("survival_factor", "被埋压者存活时间相对结构取值", "survival of the buried against the structure's", "倍", "times", lognormal(1.0, 0.5), "vulnerability", "判断值：坎帕尼亚 1980 年 93% 的获救者在 24 小时内救出；土坯房 2–6 小时内过半死亡（Noji）", "judgement: 93 % of those saved in Campania 1980 were freed within 24 h; under earthen houses half die within 2 to 6 h (Noji)"),
    Parameter("hurt_share", "未被埋压者受伤比例", "share hurt of those not buried", "", "", triangular(0.05, 0.25, 0.6), "vulnerability", *_JUDGED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CollapseCore:
    structure: Structure
    use: Use
    hour: float


class BuildingCollapseModel(HazardModel[CollapseCore]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="building_collapse",
        version="1.0",
        zh="建筑倒塌（在室人数与埋压）",
        en="building collapse (occupancy and burial)",
        classes=("ac.infra.building", "ac.build"),
        inputs=(USE_INPUT, STRUCTURE_INPUT, BUILDINGS, FLOORS, FLOOR_AREA, OCCUPANTS, TRAPPED, FRACTION, REACH),
        parameters=_PARAMETERS,
        sources=(
            Source("Coburn 和 Spence 2002《地震防护》", "Coburn & Spence 2002, Earthquake Protection", "K = M1 M2 M3 (M4 + M5 (1 − M4))", False),
            Source("Noji 综述（Supercourse）：获救者 93% 在 24 小时内救出", "Noji (Supercourse): 93 % of those saved were freed within 24 h", "", True),
            Source("FEMA Hazus 地震手册：昼夜在室", "FEMA Hazus earthquake manual: occupancy by time of day", "", False),
        ),
        outcomes=("dead", "trapped", "injured", "collapsed_buildings"),
        casualties="estimated",
        affected_zh="倒塌部分内的人",
        affected_en="people in the part that fell",
        weaknesses_zh=("系数来自地震倒塌，单栋突然倒塌的样本很少。", "用途人数表为粗略值：现场点名最可靠。"),
        weaknesses_en=(
            "The coefficients come from earthquakes; there are few cases of single buildings that fell suddenly.",
            "The table of uses is rough: a roll call on the spot is best.",
        ),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[CollapseCore]:
        inputs = case.inputs
        use, noted = use_of(case, _USE_OF_CLASS)
        structure = STRUCTURE[inputs.choice("structure") or "masonry"]
        drawn = case.footprint is not None
        floors = inputs.median("floors")
        debris_m = max(0.5 * floors * _STOREY_M + math.sqrt(inputs.median("floor_area_m2") / math.pi), 15.0)
        cordon_m = debris_m + 1.5 * floors * _STOREY_M
        place: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, debris_m)
        cordon = place if drawn else circle(case.lon, case.lat, cordon_m)
        limits: list[Limit] = []
        if not inputs.is_given("occupants") and not inputs.is_given("trapped"):
            limits.append(
                Limit(
                    "occupants_assumed",
                    "楼内人数未知，按用途、面积和时刻估计：请点名核实。",
                    "How many were inside is not known: estimated from use, area and hour; take a roll call.",
                )
            )
        if not drawn:
            limits.append(
                Limit("debris_assumed", "倒塌范围按层高估计。", "The reach of the debris is estimated from the height.")
            )
        zone = Zone("debris", "倒塌及瓦砾范围", "collapse and debris", 2.0, place, 0.0)
        zones = (zone,) if drawn else (zone, Zone("cordon", "警戒范围", "cordon", 1.0, cordon, 0.0))
        return Prepared(
            zones=zones,
            footprints=(
                Footprint("debris", zone.zh, zone.en, 2.0, "zone", place, basis="drawn" if drawn else "model"),
                Footprint("cordon", "警戒范围（防二次倒塌）", "cordon (further collapse)", 1.0, "isolation", cordon, basis="drawn" if drawn else "model"),
            ),
            core=CollapseCore(structure, use, hour_in_beijing(case.at)),
            lists=hospitals_near(case, ground),
            limits=tuple(limits),
            assumptions=tuple(noted),
            notes=tuple(_notes(structure)),
        )  # fmt: skip

    def losses(self, prepared: Prepared[CollapseCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        share = sample["collapsed_share"]
        by_use = people_in(core.use, sample["floor_area_m2"], sample["floors"], core.hour)
        inside = sample.get("occupants", by_use * sample["collapsed_buildings"] * sample["occupancy_factor"])
        fallen = inside * share
        buried = fallen * triangle(sample["buried_place"], core.structure.buried)
        if "trapped" in sample:
            buried = sample["trapped"]
            fallen = np.maximum(fallen, buried)
        instant = triangle(sample["instant_place"], core.structure.instant)
        later = later_deaths(core.structure.half_life_h * sample["survival_factor"], sample["reach_h"])
        dead = buried * (instant + later * (1 - instant))
        hurt = (fallen - buried) * sample["hurt_share"] + (buried - dead)
        return {
            "dead": dead,
            "trapped": buried,
            "injured": hurt,
            "collapsed_buildings": sample["collapsed_buildings"],
        }


def use_of(case: Case, by_class: Mapping[str, str]) -> tuple[Use, list[Note]]:
    """As given, else as the class of event says (the longest family), else as assumed; with what was assumed."""
    chosen = case.inputs.choice("use") or "dwelling"
    if case.inputs.is_given("use"):
        return USE[chosen], []
    fitting = [family for family in by_class if case.class_key == family or case.class_key.startswith(family + ".")]
    use = USE[by_class[max(fitting, key=len)]] if fitting else USE[chosen]
    return use, [Note("use", f"用途按{use.zh}估计。", f"The use is taken as {use.en}.")]


def _notes(structure: Structure) -> list[Note]:
    shares = [round(100 * float(alive_share(hours, structure.half_life_h)), -1) for hours in (6, 24, 48, 72)]
    zh, en = "、".join(f"{share:.0f}%" for share in shares), ", ".join(f"{share:.0f} %" for share in shares)
    return [
        Note("survival", f"被埋压而未即时死亡者，6、24、48、72 小时后仍存活约 {zh}（{structure.zh}：约每 {structure.half_life_h:.0f} 小时减半）。", f"Of the buried who survive the fall about {en} are alive after 6, 24, 48 and 72 h ({structure.en}: half die in about {structure.half_life_h:.0f} h)."),
        Note("structure", f"{structure.zh}：埋压比例 {structure.buried[0]:.0%}–{structure.buried[2]:.0%}。", f"{structure.en.capitalize()}: {structure.buried[0]:.0%} to {structure.buried[2]:.0%} are buried."),
        Note("roll_call", "先断电断气，静默搜听，按住户或班组逐一点名核对失联人数。", "Cut power and gas, keep silence to listen, and call the roll by household or work team."),
    ]  # fmt: skip
