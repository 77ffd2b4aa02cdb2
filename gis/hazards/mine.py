"""A mine accident: people underground by the attendance record less those brought out, and what the kind of accident does to them.

Nothing goes beyond the record: without it the model asks for it and gives no number. `docs/risk/mine.md`.
"""

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

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Accident:
    """Shares (low, most likely, high): of those still underground who are in the part it reaches, and of these who die."""

    key: str
    zh: str
    en: str
    reached: Triple
    lethal: Triple
    advice_zh: str
    advice_en: str


ACCIDENTS: tuple[Accident, ...] = (
    Accident("gas", "瓦斯或煤尘爆炸", "gas or dust explosion", (0.10, 0.35, 0.90), (0.30, 0.60, 0.95), "先测气体，防二次爆炸，恢复通风须经指挥部批准。", "Measure gas first; a second explosion threatens; ventilation is restored only by order."),
    Accident("outburst", "煤与瓦斯突出", "coal and gas outburst", (0.05, 0.20, 0.60), (0.30, 0.65, 0.95), "切断灾区电源，控制风流，防瓦斯逆流引爆。", "Cut power in the area and control the air: gas flows back."),
    Accident("fire", "井下火灾", "underground fire", (0.10, 0.40, 0.90), (0.05, 0.30, 0.80), "控制风流方向，防一氧化碳扩散；组织佩戴自救器撤离。", "Control the direction of air against carbon monoxide; lead people out with self-rescuers."),
    Accident("water", "透水", "water inrush", (0.10, 0.40, 0.90), (0.05, 0.25, 0.80), "查高处避灾地点，尽快排水和钻孔通风送养。", "Look for high refuges; pump, and drill a hole for air and food, at once."),
    Accident("roof", "冒顶坍塌", "roof fall", (0.02, 0.08, 0.30), (0.20, 0.50, 0.90), "加固后方支护，防二次冒顶，保持对埋压者喊话供风。", "Secure the support behind; keep air and talk to those cut off."),
    Accident("asphyxia", "中毒窒息", "poisoning or asphyxia", (0.03, 0.12, 0.40), (0.20, 0.50, 0.90), "未佩戴呼吸器严禁入内施救，防盲目施救扩大伤亡。", "Nobody goes in without breathing apparatus: rescuers die of it."),
    Accident("haulage", "提升运输", "haulage", (0.02, 0.08, 0.30), (0.05, 0.25, 0.70), "锁定提升设备，核对同罐同车人数。", "Lock the hoist; count who was on the same cage or train."),
    Accident("blasting", "放炮、炸药", "blasting or explosives", (0.02, 0.08, 0.30), (0.20, 0.50, 0.90), "排除盲炮，测炮烟后再进入。", "Clear misfires and measure the fumes before going in."),
    Accident("unknown", "尚未查明", "not known yet", (0.03, 0.20, 0.80), (0.10, 0.40, 0.90), "先按瓦斯事故防护，查明后更正。", "Protect as for gas until the kind is known."),
)  # fmt: skip
ACCIDENT = {accident.key: accident for accident in ACCIDENTS}
_OF_CLASS = {
    "ac.coal.gas": "gas", "ac.coal.fire": "fire", "ac.mine.fire": "fire", "ac.coal.water": "water", "ac.mine.water": "water",
    "ac.coal.roof": "roof", "ac.mine.roof": "roof", "ac.mine.asphyxia": "asphyxia", "ac.coal.transport": "haulage",
    "ac.mine.transport": "haulage", "ac.coal.blasting": "blasting", "ac.mine.blasting": "blasting", "ac.mine.explosives": "blasting",
}  # fmt: skip
_JUDGED = ("判断值", "judgement")

UNDERGROUND = NumberInput(
    "underground_people", "事发时井下人数（考勤或人员定位记录）", "people underground by the attendance record", "人", "people",
    0.0, 5000.0, "exposure", severe=1,
)  # fmt: skip
OUT = NumberInput(
    "out_people", "已升井人数", "people brought out", "人", "people", 0.0, 5000.0, "exposure",
    prior=Prior(exact(0.0), "未报告升井人数：按无人升井估计", "nobody is reported out: taken as none"), severe=-1,
)  # fmt: skip
KIND = ChoiceInput(
    "accident", "事故类型", "kind of accident", tuple(Choice(a.key, a.zh, a.en) for a in ACCIDENTS), "source", prior="unknown",
    prior_zh="按事件类别；类别未指明时按尚未查明", prior_en="as the class of event says; else not known yet",
)  # fmt: skip
SURFACE = NumberInput(
    "surface_radius_m", "井口警戒半径", "cordon around the mine mouth", "米", "m", 20.0, 5000.0, "footprint",
    prior=Prior(lognormal(300.0, 0.5), "判断值", "judgement"),
)  # fmt: skip
_PARAMETERS = (
    Parameter("reached_place", "波及比例（范围内位置）", "share reached (place in its range)", "", "", uniform(0.0, 1.0), "source", *_JUDGED),
    Parameter("lethal_place", "死亡比例（范围内位置）", "share killed (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", *_JUDGED),
    Parameter("hurt_share", "波及而存活者受伤比例", "share of survivors of it who are hurt", "", "", triangular(0.1, 0.4, 0.9), "vulnerability", *_JUDGED),
)  # fmt: skip


class MineModel(HazardModel[Accident]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="mine",
        version="1.0",
        zh="矿山事故（考勤记录与事故类型）",
        en="mine accident (attendance record and kind)",
        classes=("ac.coal", "ac.mine"),
        inputs=(UNDERGROUND, OUT, KIND, SURFACE),
        parameters=_PARAMETERS,
        sources=(
            Source("考勤与人员定位记录（煤矿安全规程要求）", "attendance and positioning record (Coal Mine Safety Regulations)", "N = record − out", False),
            Source("比例为判断值；以新兴矿 2009、王家岭 2010 作叙事检验", "shares are judgement; checked against Xinxing 2009 and Wangjialing 2010 as narratives", "", False),
        ),
        outcomes=("dead", "trapped", "injured"),
        casualties="estimated",
        affected_zh="仍在井下的人",
        affected_en="people still underground",
        weaknesses_zh=("比例来自少数重大事故，轻事故会被高估。", "不模拟瓦斯、烟流和水位，须以矿图和监测为准。"),
        weaknesses_en=(
            "The shares come from a few great accidents; small ones are overestimated.",
            "Gas, smoke and water are not modelled: mine plans and sensors come first.",
        ),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[Accident]:
        inputs = case.inputs
        accident, told = _accident(case)
        drawn = case.footprint is not None
        radius = inputs.median("surface_radius_m")
        place: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, radius)
        zone = Zone("surface", "井口警戒范围", "cordon at the mine mouth", 1.0, place, 0.0)
        limits: list[Limit] = []
        if not inputs.is_given("out_people"):
            limits.append(
                Limit(
                    "out_unknown",
                    "升井人数未报告，按无人升井估计。",
                    "How many came out is not reported: taken as none.",
                )
            )
        if inputs.median("out_people") > inputs.median("underground_people"):
            limits.append(
                Limit(
                    "record_contradicts",
                    "升井人数多于考勤记录：记录有误，按无人滞留计。",
                    "More came out than the record has: it is wrong; nobody is counted as left.",
                    outside=True,
                )
            )
        return Prepared(
            zones=(zone,),
            footprints=(Footprint("surface", zone.zh, zone.en, 1.0, "isolation", place, basis="drawn" if drawn else "model"),),
            core=accident,
            lists=hospitals_near(case, ground),
            limits=tuple(limits),
            assumptions=tuple(told),
            notes=(
                Note("record", "人数只到考勤记录为止；请同时核对人员定位、矿灯和自救器领用记录，查有无未登记下井人员。", "Numbers end with the attendance record; check positions, lamps and self-rescuers too, and ask for people who went down unregistered."),
                Note("advice", accident.advice_zh, accident.advice_en),
            ),
        )  # fmt: skip

    def losses(self, prepared: Prepared[Accident], sample: Sample) -> Mapping[str, Floats]:
        left = np.maximum(sample["underground_people"] - sample["out_people"], 0.0)
        reached = left * triangle(sample["reached_place"], prepared.core.reached)
        dead = reached * triangle(sample["lethal_place"], prepared.core.lethal)
        return {"dead": dead, "trapped": left, "injured": (reached - dead) * sample["hurt_share"]}


def _accident(case: Case) -> tuple[Accident, list[Note]]:
    key = case.inputs.choice("accident") or "unknown"
    if case.inputs.is_given("accident"):
        return ACCIDENT[key], []
    accident = ACCIDENT[_OF_CLASS.get(case.class_key, key)]
    return accident, [Note("accident", f"事故类型按{accident.zh}估计。", f"The kind is taken as: {accident.en}.")]
