"""Crowds: how dense, how long it takes them to leave, and, where people were crushed, how many.

Two models: a crush that has happened (accidents), and a gathering (social security), of which exposure and resources are told but no
casualties. Density, flow and egress: `egress.py`. `docs/risk/crowd.md`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import Sums
from gis.geodesic import area_km2, circle
from gis.hazards.crowd_inputs import (
    AREA,
    CAUGHT,
    DENSITY,
    EXIT_WIDTH,
    EXITS,
    MOST_DENSE,
    PARAMETERS,
    PARTICIPANTS,
    PRESENT,
    SOURCES,
    TRAVEL,
)
from gis.hazards.distribution import Floats
from gis.hazards.egress import (
    PLANNED_FLOW,
    QUEUE,
    effective_width_m,
    flow_time_s,
    level_of,
    travel_time_s,
)
from gis.hazards.ground import Ground
from gis.hazards.hospitals_near import hospitals_near
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    ModelSpec,
    Note,
    Prepared,
    Sample,
    Zone,
)

ACT, DANGER, STOP = 4.0, 5.0, 6.0
"""Persons/m² standing at which a crowd is thinned out, is in danger, is stopped and led away."""


@dataclass(frozen=True, slots=True)
class Alarm:
    density: float
    zh: str
    en: str


ALARMS = (
    Alarm(STOP, "立即停止进入并疏散", "stop everybody coming in and lead people away"),
    Alarm(DANGER, "危险：限流分流", "danger: hold the inflow and divert"),
    Alarm(ACT, "预警：开始疏导", "warning: begin to thin out"),
    Alarm(0.0, "尚可", "acceptable"),
)


def alarm_of(density: float) -> Alarm:
    return next(alarm for alarm in ALARMS if density >= alarm.density)


@dataclass(frozen=True, slots=True)
class CrowdCore:
    """`day`, `night`: people who live or work within the area; None: not known. `standing_m2`: what the crowd stands on; infinite
    where it is not known."""

    standing_m2: float
    day: float | None
    night: float | None


class CrushModel(HazardModel[CrowdCore]):
    """A crush or stampede that has happened."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        id="crowd_crush",
        version="1.0",
        zh="踩踏（挤压密度与疏散）",
        en="crowd crush (density and egress)",
        classes=("ac.crowd",),
        inputs=(PRESENT, AREA, DENSITY, CAUGHT, EXIT_WIDTH, EXITS, TRAVEL),
        parameters=PARAMETERS,
        sources=SOURCES,
        outcomes=("dead", "injured", "serious_injured", "participants"),
        casualties="estimated",
        affected_zh="现场人群",
        affected_en="the people present",
        weaknesses_zh=(
            "死亡取决于挤压持续时间和救援速度，模型没有时间过程。",
            "挤压区面积事前不可知，结果跨一个数量级以上。",
        ),
        weaknesses_en=(
            "How many die depends on how long the crush lasts and how soon help comes; the model has no course of time.",
            "The area of a crush cannot be known beforehand; the result spans more than an order of magnitude.",
        ),
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[CrowdCore]:
        return _prepared(case, ground, crushed=True)

    def losses(self, prepared: Prepared[CrowdCore], sample: Sample) -> Mapping[str, Floats]:
        present = sample["participants"]
        crushed_m2 = np.minimum(sample["crush_area_m2"], prepared.core.standing_m2)
        caught = np.minimum(sample.get("caught_people", crushed_m2 * sample["crush_density_m2"]), present)
        dead = caught * sample["crush_lethality"]
        injured = caught - dead
        return {
            "dead": dead,
            "injured": injured,
            "serious_injured": injured * sample["serious_share"],
            "participants": present,
        }


class GatheringModel(HazardModel[CrowdCore]):
    """Social-security gatherings: who is there, and what it takes; no casualties are forecast."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        id="gathering",
        version="1.0",
        zh="聚集（密度与疏散时间）",
        en="gathering (density and egress time)",
        classes=("ss.mass",),
        inputs=(PARTICIPANTS, AREA, EXIT_WIDTH, EXITS, TRAVEL),
        parameters=(),
        sources=SOURCES,
        outcomes=("participants", "affected"),
        casualties="not_estimated",
        affected_zh="现场范围内的常住或在场人口",
        affected_en="people who live or work within the area",
        weaknesses_zh=("人的行为不作预测；人数未报告时未知。",),
        weaknesses_en=("How people will behave is not forecast; without a report their number is not known.",),
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[CrowdCore]:
        return _prepared(case, ground, crushed=False)

    def losses(self, prepared: Prepared[CrowdCore], sample: Sample) -> Mapping[str, Floats]:
        found: dict[str, Floats] = {}
        if "participants" in sample:
            found["participants"] = sample["participants"]
        core = prepared.core
        if core.day is not None and core.night is not None:
            found["affected"] = sample.people(core.day, core.night)
        return found


def _prepared(case: Case, ground: Ground, *, crushed: bool) -> Prepared[CrowdCore]:
    drawn = case.footprint is not None
    metres = _standing_m2(case)
    place: BaseGeometry = (
        case.footprint if case.footprint is not None else circle(case.lon, case.lat, _radius_m(case, metres))
    )
    density = _density(case, metres)
    level = 1.0 if density is None else density
    sums: Sums | None = None if ground.points is None else ground.points.each([place])[0]
    zone = Zone("crowd", "聚集现场", "place of the crowd", level, place, 0.0)
    return Prepared(
        zones=(zone,),
        footprints=(Footprint("crowd", zone.zh, zone.en, level, "zone", place, basis="drawn" if drawn else "model"),),
        core=CrowdCore(
            math.inf if metres is None else metres,
            None if sums is None else float(sums.people_day.sum()),
            None if sums is None else float(sums.people_night.sum()),
        ),
        lists=hospitals_near(case, ground) if crushed else (),
        limits=tuple(_limits(case, metres, density, drawn=drawn, crushed=crushed)),
        notes=tuple(_notes(case, density)),
    )


def _standing_m2(case: Case) -> float | None:
    """As given, else what was drawn; None: not known."""
    if case.inputs.is_known("standing_area_m2"):
        return case.inputs.median("standing_area_m2")
    return None if case.footprint is None else area_km2(case.footprint) * 1e6


def _radius_m(case: Case, metres: float | None) -> float:
    """Of a circle as large as the crowd stands on, at least 30 m; 100 m where that is not known."""
    return 100.0 if metres is None else max(math.sqrt(metres / math.pi), 30.0)


def _density(case: Case, metres: float | None) -> float | None:
    if metres is None or not case.inputs.is_given("participants"):
        return None
    return case.inputs.median("participants") / metres


def _limits(case: Case, metres: float | None, density: float | None, *, drawn: bool, crushed: bool) -> list[Limit]:
    found: list[Limit] = []
    if not case.inputs.is_given("participants"):
        found.append(
            Limit("participants_unknown", "现场人数尚未报告。", "The number of people present is not reported.")
        )
    if metres is None:
        found.append(
            Limit(
                "area_unknown",
                "人群所占面积未知，无法计算密度：请画出范围。",
                "The area they stand on is not known, and so is their density: draw it.",
            )
        )
    elif not drawn and not case.inputs.is_given("standing_area_m2"):
        found.append(Limit("area_assumed", "面积为假定。", "The area is assumed."))
    if density is not None and density > MOST_DENSE:
        found.append(
            Limit(
                "impossible_density",
                f"人数与面积相除为 {density:.0f} 人/平方米，不可能：其中之一有误。",
                f"People over area is {density:.0f} persons/m², which cannot be: one of them is wrong.",
                outside=True,
            )
        )
    if crushed and not case.inputs.is_given("caught_people"):
        found.append(
            Limit(
                "caught_unknown",
                "被挤压人数未知，按挤压区面积和密度估计。",
                "How many were caught is not known: it is estimated from the area and density of a crush.",
            )
        )
    return found  # fmt: skip


def _notes(case: Case, density: float | None) -> list[Note]:
    found: list[Note] = []
    if density is not None:
        alarm, walk, queue = alarm_of(density), level_of(density), level_of(density, QUEUE)
        found.append(
            Note(
                "density",
                f"平均密度 {density:.1f} 人/平方米（服务水平 {walk.key}：{walk.zh}；排队 {queue.key}）：{alarm.zh}。局部可高一倍。",
                f"Mean density {density:.1f} persons/m² (level of service {walk.key}: {walk.en}; queueing {queue.key}): {alarm.en}. In places it may be double.",
            )
        )
        people = case.inputs.median("participants")
        found.append(
            Note(
                "thresholds",
                f"同一范围内 {ACT:.0f}/{DANGER:.0f}/{STOP:.0f} 人/平方米分别对应 {people / density * ACT:,.0f}/{people / density * DANGER:,.0f}/{people / density * STOP:,.0f} 人。",
                f"In the same area {ACT:.0f}/{DANGER:.0f}/{STOP:.0f} persons/m² are {people / density * ACT:,.0f}/{people / density * DANGER:,.0f}/{people / density * STOP:,.0f} people.",
            )
        )
    egress = _egress_s(case)
    if egress is not None:
        flowing, walking = egress
        slow = flowing + walking
        found.append(
            Note(
                "egress",
                f"经出口全部离开约需 {_minutes(slow)} 分钟（通过 {_minutes(flowing)}，行走 {_minutes(walking)}；每米每秒 {PLANNED_FLOW} 人，门边各减 0.15 米）；恐慌或逆行时更久。",
                f"Everybody leaves through the exits in about {_minutes(slow)} min (passing {_minutes(flowing)}, walking {_minutes(walking)}; {PLANNED_FLOW} persons/(s·m), doors lose 0.15 m on each side); panic or counterflow takes longer.",
            )
        )
    return found  # fmt: skip


def _egress_s(case: Case) -> tuple[float, float] | None:
    """(seconds to pass the exits, seconds to walk to them); None where people or exits are not known."""
    inputs = case.inputs
    if not (inputs.is_known("participants") and inputs.is_known("exit_width_m")):
        return None
    exits = inputs.median("exits") if inputs.is_known("exits") else 1.0
    width = effective_width_m(inputs.median("exit_width_m"))
    travel = inputs.median("travel_m") if inputs.is_known("travel_m") else 0.0
    return float(flow_time_s(inputs.median("participants"), width, exits)), float(travel_time_s(travel))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f}" if seconds >= 600 else f"{seconds / 60:.1f}"
