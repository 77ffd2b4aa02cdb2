"""Any event: who and what is inside a radius or a drawn area. It covers every type of event that has no model of its own.

Its losses are shares of the people inside with very wide priors, so that it says little more than who is there. Social-security
events get exposure only: how people will behave is not forecast.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle, east_north_km
from gis.hazards.distribution import Dist, Floats, lognormal, triangular
from gis.hazards.ground import Facility, Ground
from gis.hazards.inputs import Choice, ChoiceInput, NumberInput, Prior
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    Listed,
    ListedRow,
    ModelSpec,
    Note,
    Parameter,
    Prepared,
    Sample,
    Source,
    Zone,
)

_DROUGHTS = ("nd.flood.farm_drought", "nd.flood.town_shortage", "nd.flood.eco_drought", "nd.flood.rural_water")
"""The catalogue keeps them with the floods, which have models of their own."""
_JUDGEMENT = ("判断值，待本市以历史事件校正", "judgement, to be corrected by the city from past events")


@dataclass(frozen=True, slots=True)
class AreaCore:
    """People inside by day and night at the medians of the radius, and how they grow with it: a small table of radii."""

    radii_m: Floats
    day: Floats | None
    night: Floats | None
    fixed: bool


RADIUS = NumberInput(
    "radius_m", "影响半径", "radius affected", "米", "m", 10.0, 100_000.0, "footprint",
    prior=Prior(lognormal(500.0, 0.7), "一般事故影响半径，判断值", "radius of an ordinary accident, judgement"),
    given_spread=("lognormal", 0.2), fed_by="radius_m", severe=1,
)  # fmt: skip
SEVERITY = ChoiceInput(
    "severity",
    "严重程度",
    "severity",
    (
        Choice("none", "未伤人", "nobody hurt"),
        Choice("minor", "轻微", "minor"),
        Choice("serious", "严重", "serious"),
        Choice("extreme", "极严重", "extreme"),
    ),
    "vulnerability",
    prior="minor",
    prior_zh="未报告伤亡时按轻微估计",
    prior_en="taken as minor while nothing is reported",
)
# Share of the people inside who are hurt, by severity: nobody has measured it across types of event, so it spans decades.
_HURT = {"none": 0.0, "minor": 1e-4, "serious": 3e-3, "extreme": 5e-2}
_HURT_SPREAD = Parameter(
    "hurt_factor", "受伤比例", "share hurt", "倍", "times", lognormal(1.0, 1.6), "vulnerability", *_JUDGEMENT
)
_DEAD_SHARE = Parameter(
    "dead_share", "伤亡中死亡比例", "share of the hurt who die", "", "", triangular(0.02, 0.08, 0.35), "vulnerability",
    *_JUDGEMENT,
)  # fmt: skip
_LEAVE_SHARE = Parameter(
    "leave_share",
    "需疏散比例",
    "share to be evacuated",
    "",
    "",
    triangular(0.05, 0.4, 1.0),
    "vulnerability",
    *_JUDGEMENT,
)
_SOURCE = Source(
    "统计口径：点位人口与多边形叠加", "Counting: exposure points inside a polygon", "Σ n_i · 1[x_i ∈ A]", verified=True
)
_WEAKNESSES = (
    ("只回答范围内有谁、有什么；伤亡比例为跨数量级的判断值。",),
    ("It answers who and what is inside; the shares of hurt are judgements that span decades.",),
)


def _spec(
    id_: str, zh: str, en: str, classes: tuple[str, ...], casualties: Literal["estimated", "not_estimated"]
) -> ModelSpec:
    estimated = casualties == "estimated"
    return ModelSpec(
        id=id_,
        version="1.0",
        zh=zh,
        en=en,
        classes=classes,
        inputs=(RADIUS, SEVERITY) if estimated else (RADIUS,),
        parameters=(_HURT_SPREAD, _DEAD_SHARE, _LEAVE_SHARE) if estimated else (_LEAVE_SHARE,),
        sources=(_SOURCE,),
        outcomes=("affected", "dead", "injured", "evacuated") if estimated else ("affected", "evacuated"),
        casualties=casualties,
        affected_zh="影响范围内的人",
        affected_en="people inside the area",
        weaknesses_zh=_WEAKNESSES[0],
        weaknesses_en=_WEAKNESSES[1],
    )


class AreaModel(HazardModel[AreaCore]):
    """Natural disasters, accidents and public-health events without a model of their own."""

    spec: ClassVar[ModelSpec] = _spec(
        "area",
        "范围暴露估计（通用）",
        "exposure of an area (generic)",
        ("nd", "ac", "ph", "ot", *_DROUGHTS),
        "estimated",
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[AreaCore]:
        return prepare_area(case, ground, self.spec)

    def losses(self, prepared: Prepared[AreaCore], sample: Sample) -> Mapping[str, Floats]:
        people = people_inside(prepared.core, sample)
        if people is None:
            return {}
        severity = prepared.zones[0].harm
        hurt = np.minimum(people * severity * sample["hurt_factor"], people)
        dead = hurt * sample["dead_share"]
        return {
            "affected": people,
            "dead": dead,
            "injured": hurt - dead,
            "evacuated": people * sample["leave_share"],
        }


class SecurityAreaModel(HazardModel[AreaCore]):
    """Social-security events: exposure and resources, no casualty forecast."""

    spec: ClassVar[ModelSpec] = _spec(
        "area_security", "范围暴露估计（社会安全）", "exposure of an area (social security)", ("ss",), "not_estimated"
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[AreaCore]:
        return prepare_area(case, ground, self.spec)

    def losses(self, prepared: Prepared[AreaCore], sample: Sample) -> Mapping[str, Floats]:
        people = people_inside(prepared.core, sample)
        return {} if people is None else {"affected": people, "evacuated": people * sample["leave_share"]}


def people_inside(core: AreaCore, sample: Sample) -> Floats | None:
    """Persons inside in each draw; None where no exposure is loaded."""
    if core.day is None or core.night is None:
        return None
    if core.fixed:
        day, night = np.full(sample.n, core.day[0]), np.full(sample.n, core.night[0])
    else:
        day = np.interp(sample["radius_m"], core.radii_m, core.day)
        night = np.interp(sample["radius_m"], core.radii_m, core.night)
    return (night + (day - night) * sample["day_share"]) * sample["exposure_factor"]


def prepare_area(case: Case, ground: Ground, spec: ModelSpec) -> Prepared[AreaCore]:
    dist = case.inputs.dist("radius_m") or lognormal(500.0, 0.7)
    drawn = case.footprint is not None
    area: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, dist.centre)
    severity = case.inputs.choice("severity") if spec.casualties == "estimated" else None
    harm = _HURT[severity] if severity is not None else 0.0
    zone = Zone("inside", "影响范围", "area affected", 1.0, area, harm)
    limits: list[Limit] = []
    if not drawn and not case.inputs.is_given("radius_m"):
        limits.append(
            Limit(
                "radius_assumed",
                "影响半径尚未给出，按假定半径统计。",
                "The radius is not given: an assumed one is counted.",
            )
        )
    notes = (Note("generic", "本类事件没有专门模型，只统计范围内的人和设施。", "There is no model for this type of event: only who and what is inside is counted."),)  # fmt: skip
    return Prepared(
        zones=(zone,),
        footprints=(
            Footprint(
                "inside",
                "影响范围",
                "area affected",
                1.0,
                "zone",
                area,
                None if drawn else circle(case.lon, case.lat, dist.at(0.16)),
                None if drawn else circle(case.lon, case.lat, dist.at(0.84)),
                basis="drawn" if drawn else "model",
            ),
        ),
        core=_core(case, ground, area, dist, drawn),
        lists=_facilities(ground, area, case),
        limits=tuple(limits),
        notes=notes,
    )


def _core(case: Case, ground: Ground, area: BaseGeometry, dist: Dist, drawn: bool) -> AreaCore:
    if ground.points is None:
        return AreaCore(np.asarray([0.0]), None, None, drawn)
    if drawn:
        sums = ground.points.each([area])[0]
        day, night = np.asarray([sums.people_day.sum()]), np.asarray([sums.people_night.sum()])
        return AreaCore(np.asarray([0.0]), day, night, fixed=True)
    reach = dist.at(0.9999)
    degrees = reach / 110_000
    wide = degrees / max(math.cos(math.radians(case.lat)), 0.01)
    near = ground.near(case.lon - wide, case.lat - degrees, case.lon + wide, case.lat + degrees)
    metres = _metres(case, ground.points.lon[near], ground.points.lat[near])
    radii = np.concatenate(([0.0], np.geomspace(max(dist.at(0.0001), 1.0), max(reach, 2.0), 40)))
    order = np.argsort(metres, kind="stable")
    at = np.searchsorted(metres[order], radii, side="right")
    day = np.concatenate(([0.0], np.cumsum(ground.points.day[near][order])))[at]
    night = np.concatenate(([0.0], np.cumsum(ground.points.night[near][order])))[at]
    return AreaCore(radii, day, night, fixed=False)


def _metres(case: Case, lon: Floats, lat: Floats) -> Floats:
    east, north = east_north_km(case.lon, case.lat, lon, lat)
    return np.asarray(np.hypot(east, north) * 1000, dtype=np.float64)


def _facilities(ground: Ground, area: BaseGeometry, case: Case) -> tuple[Listed, ...]:
    inside = ground.facilities_in(
        area, ("hospital", "tcm_hospital", "clinic", "school", "hazardous_site", "reservoir", "dam")
    )
    if not inside:
        return ()
    lon, lat = np.asarray([f.lon for f in inside]), np.asarray([f.lat for f in inside])
    metres = _metres(case, lon, lat)
    nearest_first: list[int] = np.argsort(metres, kind="stable").tolist()
    rows = tuple(_row(inside[index], float(metres[index])) for index in nearest_first)
    return (Listed("facilities", "范围内的重点设施", "facilities inside", rows),)


def _row(facility: Facility, metres: float) -> ListedRow:
    return ListedRow(
        facility.id,
        facility.kind,
        facility.name_zh,
        facility.name_en,
        facility.lon,
        facility.lat,
        f"距 {metres / 1000:.1f} 公里",
        f"{metres / 1000:.1f} km away",
    )
