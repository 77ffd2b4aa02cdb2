"""Poisoning from one source (a meal, wild mushrooms, gas): who is still to fall ill, and what care it takes. Nobody passes it on.

Of those who will fall ill the share F(t) has done so t hours after the exposure (log-normal incubation: Sartwell 1950); with n ill so far
and a flat prior those still to come are negative binomial, NB(n + 1, F). `docs/risk/epidemic.md`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaincinv, ndtr
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.diseases import DISEASE, POISONINGS, Disease, disease_of, facts_of
from gis.hazards.distribution import Floats, lognormal, triangular
from gis.hazards.epidemic_inputs import ELDERLY, JUDGED, unit_parameter
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
from gis.hazards.outbreak import between, by_age

_LEAST_SHARE = 0.05
"""However early, so much of the ill is taken to have shown: otherwise the first case would stand for any number."""

CAUSE = ChoiceInput(
    "disease", "原因", "cause", tuple(Choice(d.key, d.zh, d.en) for d in POISONINGS), "source", prior="food_poisoning",
    prior_zh="未指明：按事件类别，否则按细菌性食物中毒", prior_en="not named: as the class of event says, else bacterial food poisoning",
)  # fmt: skip
POISONED = NumberInput(
    "poisoned", "已发病（中毒）人数", "people ill so far", "人", "people", 0.0, 100_000.0, "source",
    prior=Prior(lognormal(5.0, 1.0), "未报告人数：食物中毒首次报告多为数人至十余人，判断值", "no count is reported: first reports name a few people to a dozen, judgement"),
    fed_by="poisoned", severe=1,
)  # fmt: skip
CASES = NumberInput(
    "cases", "已报告病例（未填中毒人数时用）", "cases reported (used where people ill are not given)", "例", "cases", 0.0, 100_000.0, "source",
    optional=True, fed_by="cases", severe=1,
)  # fmt: skip
EXPOSED = NumberInput(
    "exposed_people", "共同暴露人数（同餐、同场所）", "people exposed to the source", "人", "people", 1.0, 1_000_000.0, "exposure",
    optional=True, severe=1,
)  # fmt: skip
HOURS_SINCE = NumberInput(
    "hours_since_exposure",
    "距共同暴露的时间",
    "time since the exposure",
    "小时",
    "h",
    0.0,
    2000.0,
    "source",
    optional=True,
)
RADIUS = NumberInput(
    "radius_m", "现场半径", "radius of the place", "米", "m", 10.0, 20_000.0, "footprint",
    prior=Prior(lognormal(200.0, 0.6), "判断值：一所单位或一处聚餐", "judgement: one institution or one meal"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PoisoningCore:
    """`counted`: the input that tells how many are ill. `onset_share`: None where the time of the exposure is not known."""

    cause: Disease
    counted: str
    onset_share: float | None
    day: float | None
    night: float | None


def onset_by(hours: float, cause: Disease) -> float:
    """Share of those who will fall ill that have done so this long after the exposure."""
    median, spread = cause.incubation_h
    return 0.0 if hours <= 0 else float(ndtr(math.log(hours / median) / math.log(spread)))


class PoisoningModel(HazardModel[PoisoningCore]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="poisoning",
        version="1.0",
        zh="群体性中毒（共同暴露）",
        en="poisoning from one source",
        classes=("ph.food", "ph.poison"),
        inputs=(CAUSE, POISONED, CASES, EXPOSED, HOURS_SINCE, ELDERLY, RADIUS),
        parameters=(
            unit_parameter("severity_place", "病情严重程度（范围内位置）", "severity (place in its range)", "vulnerability", ("病种表", "table of diseases")),
            unit_parameter("still_to_come", "尚未发病者（分位）", "those still to fall ill (place in their distribution)", "source", ("负二项分布", "negative binomial")),
            Parameter("complete_share", "中毒者中已发病并被发现的比例", "share of the poisoned who are ill and found", "", "", triangular(0.3, 0.7, 1.0), "source", *JUDGED),
        ),
        sources=(
            Source("Sartwell 1950：潜伏期服从对数正态分布", "Sartwell 1950: incubation periods are log-normal", "F(t) = Φ(ln(t/m)/ln s)", False),
            Source("Lawless 1994：右截断校正", "Lawless 1994: correction for right truncation", "N − n | n ~ NB(n + 1, F)", False),
            Source("中国疾控中心周报 2021：野生菌中毒 2010–2020", "China CDC Weekly 2021: mushroom poisoning 2010–2020", "788/38 676", True),
        ),
        outcomes=("poisoned", "dead", "hospitalised", "critical", "affected"),
        casualties="estimated",
        affected_zh="现场范围内的人；中毒为最终累计数",
        affected_en="people within the place; poisoned is the final number",
        weaknesses_zh=("潜伏期和病情比例按大类取值，查明毒物后差别很大。", "暴露人数未知时没有上限。"),
        weaknesses_en=(
            "Incubation and severity are those of broad groups; the real agent may differ much.",
            "Without the number of people exposed there is no upper bound.",
        ),
        turns=("hours_since_exposure",),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[PoisoningCore]:
        inputs = case.inputs
        cause, told = _cause(case)
        drawn = case.footprint is not None
        place: BaseGeometry = (
            case.footprint if case.footprint is not None else circle(case.lon, case.lat, inputs.median("radius_m"))
        )
        hours = inputs.dist("hours_since_exposure")
        sums = None if ground.points is None else ground.points.each([place])[0]
        counted = "cases" if inputs.is_given("cases") and not inputs.is_given("poisoned") else "poisoned"
        zone = Zone("place", "共同暴露场所", "place of the exposure", 1.0, place, 0.0)
        return Prepared(
            zones=(zone,),
            footprints=(Footprint("place", zone.zh, zone.en, 1.0, "zone", place, basis="drawn" if drawn else "model"),),
            core=PoisoningCore(
                cause,
                counted,
                None if hours is None else onset_by(hours.centre, cause),
                None if sums is None else float(sums.people_day.sum()),
                None if sums is None else float(sums.people_night.sum()),
            ),
            lists=hospitals_near(case, ground),
            limits=tuple(_limits(case, counted)),
            assumptions=tuple(told),
            notes=tuple(facts_of(cause)),
        )

    def losses(self, prepared: Prepared[PoisoningCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        ill = sample[core.counted]
        share = sample["complete_share"]
        if core.onset_share is not None:
            share = np.full(sample.n, max(core.onset_share, _LEAST_SHARE))
        coming = gammaincinv(ill + 1.0, sample["still_to_come"]) * (1 - share) / share
        if "exposed_people" in sample:
            coming = np.minimum(coming, np.maximum(sample["exposed_people"] - ill, 0.0))
        total = ill + coming
        place, elderly = sample["severity_place"], sample["share_60"]
        beds = total * by_age(core.cause.hospital, place, elderly)
        found = {
            "poisoned": total,
            "dead": total * by_age(core.cause.fatal, place, elderly),
            "hospitalised": beds,
            "critical": beds * between(core.cause.critical, place),
        }
        if core.day is not None and core.night is not None:
            found["affected"] = sample.people(core.day, core.night)
        return found


def _cause(case: Case) -> tuple[Disease, list[Note]]:
    """As given, else as the class names it, else as assumed; with what was assumed."""
    chosen = case.inputs.choice("disease") or "food_poisoning"
    if case.inputs.is_given("disease"):
        return DISEASE[chosen], []
    cause = DISEASE[disease_of(case.class_key) or chosen]
    return cause, [Note("disease", f"原因按{cause.zh}估计。", f"The cause is taken as: {cause.en}.")]


def _limits(case: Case, counted: str) -> list[Limit]:
    found: list[Limit] = []
    if not case.inputs.is_given(counted):
        found.append(
            Limit(
                "cases_assumed",
                "发病人数尚未报告，按假定数估计。",
                "The number of people ill is not reported: an assumed one is used.",
                outside=True,
            )
        )
    if not case.inputs.is_given("hours_since_exposure"):
        found.append(
            Limit(
                "exposure_time_unknown",
                "共同暴露时间未知，尚未发病的人数只能粗略估计。",
                "When the exposure was is not known: how many are still to fall ill is a rough guess.",
            )
        )
    if not case.inputs.is_given("exposed_people"):
        found.append(
            Limit(
                "exposed_unknown",
                "共同暴露人数未知，没有上限。",
                "How many were exposed is not known: there is no upper bound.",
            )
        )
    return found  # fmt: skip
