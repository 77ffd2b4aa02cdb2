"""A fire in a building: whether everybody gets out before the way out is lost, and what becomes of those who do not.

Time needed to leave (noticing, walking, passing the exits: `egress.py`) against the time until smoke closes the way (ISO/TR 16738: required
and available safe egress time). Occupants from a count or from use, area and hour. `docs/risk/building_collapse.md`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.building_collapse import USE_INPUT, use_of
from gis.hazards.distribution import Floats, lognormal, triangular
from gis.hazards.egress import PLANNED_FLOW, effective_width_m, travel_time_s
from gis.hazards.ground import Ground
from gis.hazards.hospitals_near import hospitals_near
from gis.hazards.inputs import NumberInput, Prior
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
from gis.hazards.occupancy import SPREAD_LN, Use, people_in
from spine.clock import hour_in_beijing

_STOREY_M = 3.0
_USE_OF_CLASS = {
    "ac.fire.industrial": "factory",
    "ac.fire.special_industrial": "factory",
    "ac.fire.dwelling": "dwelling",
    "ac.fire.highrise": "dwelling",
    "ac.fire.underground": "market",
    "ac.fire.public": "market",
}
_HIGH_RISE_FLOORS = 18.0
_JUDGED = ("判断值", "judgement")

FLOORS = NumberInput(
    "floors", "层数", "floors", "层", "", 1.0, 120.0, "exposure",
    prior=Prior(lognormal(4.0, 0.6), "判断值；高层火灾请填写实际层数", "judgement; give the real number for a high-rise"), severe=1,
)  # fmt: skip
FLOOR_AREA = NumberInput(
    "floor_area_m2", "每层建筑面积", "area of each floor", "平方米", "m²", 5.0, 200_000.0, "exposure",
    prior=Prior(lognormal(200.0, 0.7), "判断值", "judgement"), severe=1,
)  # fmt: skip
OCCUPANTS = NumberInput(
    "occupants", "着火时楼内人数", "people inside when it began", "人", "people", 0.0, 100_000.0, "exposure", optional=True,
    given_spread=("lognormal", 0.1), severe=1,
)  # fmt: skip
TRAPPED = NumberInput(
    "trapped", "已知被困人数", "people known to be trapped", "人", "people", 0.0, 100_000.0, "source", optional=True,
    given_spread=("lognormal", 0.1), fed_by="trapped", severe=1,
)  # fmt: skip
AVAILABLE = NumberInput(
    "available_s", "烟气封路前可用时间", "time until smoke closes the way out", "秒", "s", 30.0, 7200.0, "source",
    prior=Prior(lognormal(300.0, 0.5), "判断值：室内火灾约 2–10 分钟", "judgement: about 2 to 10 minutes for fires in rooms"), severe=-1,
)  # fmt: skip
NOTICE = NumberInput(
    "premovement_s", "发现和开始行动所需时间", "time to notice and set out", "秒", "s", 0.0, 3600.0, "exposure",
    prior=Prior(lognormal(120.0, 0.7), "判断值：有报警 1–2 分钟，夜间睡眠更久", "judgement: one or two minutes with an alarm, longer asleep"), severe=1,
)  # fmt: skip
EXIT_WIDTH = NumberInput(
    "exit_width_m", "每个楼梯或出口净宽", "clear width of each stair or exit", "米", "m", 0.5, 50.0, "footprint",
    prior=Prior(lognormal(1.1, 0.15), "建筑设计防火规范：疏散楼梯净宽不小于 1.1 米（未核对）", "fire code: stairs of 1.1 m or more (not checked)"), severe=-1,
)  # fmt: skip
EXITS = NumberInput(
    "exits", "可用楼梯或出口数", "stairs or exits in use", "个", "", 1.0, 100.0, "footprint",
    prior=Prior(triangular(1.0, 1.5, 3.0), "判断值：县乡楼房多为 1–2 部楼梯", "judgement: one or two stairs in counties"), severe=-1,
)  # fmt: skip
_PARAMETERS = (
    Parameter("occupancy_factor", "实际人数与用途表之比", "people against the table of uses", "倍", "times", lognormal(1.0, SPREAD_LN), "exposure", *_JUDGED),
    Parameter("smoke_share", "未能撤出者中处于烟气内的比例", "share of those left who are in smoke", "", "", triangular(0.05, 0.25, 0.9), "source", *_JUDGED),
    Parameter("smoke_lethality", "烟气内者死亡比例", "share of those in smoke who die", "", "", triangular(0.03, 0.15, 0.5), "vulnerability", *_JUDGED),
    Parameter("smoke_injury", "烟气内存活者受伤比例", "share of survivors of the smoke who are hurt", "", "", triangular(0.3, 0.7, 1.0), "vulnerability", *_JUDGED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FireCore:
    use: Use
    hour: float


class BuildingFireModel(HazardModel[FireCore]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="building_fire",
        version="1.0",
        zh="建筑火灾（疏散时间对可用时间）",
        en="building fire (egress time against time left)",
        classes=("ac.fire",),
        inputs=(USE_INPUT, FLOORS, FLOOR_AREA, OCCUPANTS, TRAPPED, AVAILABLE, NOTICE, EXIT_WIDTH, EXITS),
        parameters=_PARAMETERS,
        sources=(
            Source("ISO/TR 16738：必需与可用安全疏散时间", "ISO/TR 16738: required and available safe egress time", "left = N · [1 − (t_a − t_pre − t_walk)/t_flow]", False),
            Source("SFPE 手册第 5 版第 59 章（水力学模型）", "SFPE Handbook, 5th ed., ch. 59 (hydraulic model)", "F = 1.3 W_e", False),
        ),
        outcomes=("dead", "trapped", "injured"),
        casualties="estimated",
        affected_zh="楼内人员",
        affected_en="people inside",
        weaknesses_zh=("不模拟火灾发展、楼层和烟气蔓延；可用时间是最主要的不确定。",),
        weaknesses_en=("Growth, storey and spread of smoke are not modelled; the time left is the main unknown.",),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[FireCore]:
        inputs = case.inputs
        use, noted = use_of(case, _USE_OF_CLASS)
        drawn = case.footprint is not None
        height = inputs.median("floors") * _STOREY_M
        around = max(math.sqrt(inputs.median("floor_area_m2") / math.pi) + max(height, 15.0), 30.0)
        place: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, around)
        zone = Zone("fire", "火场及警戒范围", "fire and cordon", 1.0, place, 0.0)
        limits: list[Limit] = []
        if not inputs.is_given("occupants") and not inputs.is_given("trapped"):
            limits.append(
                Limit(
                    "occupants_assumed",
                    "楼内人数未知，按用途、面积和时刻估计。",
                    "How many are inside is not known: estimated from use, area and hour.",
                )
            )
        if case.class_key.startswith("ac.fire.highrise") and not inputs.is_given("floors"):
            limits.append(
                Limit(
                    "height_assumed",
                    "高层建筑的层数未给出，结果会偏低。",
                    "The number of floors of the high-rise is not given: the result is too low.",
                    outside=True,
                )
            )
        if inputs.median("floors") > _HIGH_RISE_FLOORS:
            limits.append(
                Limit(
                    "tall",
                    "超过 18 层：全楼疏散时间由楼梯汇流决定，模型偏乐观。",
                    "Above 18 floors stairs fill up: the model is optimistic.",
                )
            )
        return Prepared(
            zones=(zone,),
            footprints=(Footprint("fire", zone.zh, zone.en, 1.0, "isolation", place, basis="drawn" if drawn else "model"),),
            core=FireCore(use, hour_in_beijing(case.at)),
            lists=hospitals_near(case, ground),
            limits=tuple(limits),
            assumptions=tuple(noted),
            notes=(Note("account", "到场先问：还有谁没出来、在几层；消防、物业、社区三方核对名单。", "Ask first who is still inside and on which floor; check the names with the wardens and the neighbourhood."),),
        )  # fmt: skip

    def losses(self, prepared: Prepared[FireCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        by_use = people_in(core.use, sample["floor_area_m2"], sample["floors"], core.hour) * sample["occupancy_factor"]
        inside = sample.get("occupants", by_use)
        left = sample.get("trapped", inside * left_share(inside, sample))
        in_smoke = left * sample["smoke_share"]
        dead = in_smoke * sample["smoke_lethality"]
        return {"dead": dead, "trapped": left, "injured": (in_smoke - dead) * sample["smoke_injury"]}


def left_share(inside: Floats, sample: Mapping[str, Floats]) -> Floats:
    """Share of the people who are not out when the way is lost."""
    walk = travel_time_s(np.sqrt(sample["floor_area_m2"]) + 1.7 * _STOREY_M * (sample["floors"] - 1))
    rate = PLANNED_FLOW * effective_width_m(sample["exit_width_m"]) * sample["exits"]
    time = sample["available_s"] - sample["premovement_s"] - walk
    passed = np.maximum(time, 0.0) * rate
    return np.clip(1 - passed / np.maximum(inside, 1e-9), 0.0, 1.0)
