"""A traffic accident: people aboard, what the crash does to them, the closed road and who waits behind it, and dangerous loads.

People aboard are counted or come from seats (`vehicles.py`). With a dangerous load the guide's first distances are drawn at once, and the
answer says which model to run next. `docs/risk/traffic.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle, distance_m
from gis.hazards.distribution import Floats, exact, lognormal, triangle, triangular, uniform
from gis.hazards.ground import Ground, NamedLine
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
from gis.hazards.vehicles import CRASH, CRASHES, VEHICLE, VEHICLES, Crash, Vehicle, of_class

_ON_ROAD_M = 300.0
_DETOUR_M = 20_000.0
_LOOKED_AT = 200  # of all roads those nearest by degrees
_vector: Any = shapely  # its stubs leave the types of arrays open
_JUDGED = ("判断值", "judgement")


@dataclass(frozen=True, slots=True)
class Load:
    """`keep_off_m`: first isolation distance; `model`: what to run next, None: nothing."""

    key: str
    zh: str
    en: str
    keep_off_m: float
    model: str | None
    advice_zh: str
    advice_en: str


LOADS: tuple[Load, ...] = (
    Load("none", "无危险货物", "no dangerous load", 0.0, None, "", ""),
    Load("unknown", "尚未查明", "not known yet", 100.0, None, "从上风向用望远镜看危险货物标志和 UN 编号，查明前至少隔离 100 米。", "Read placards and UN number with field glasses from upwind; keep 100 m off until it is known."),
    Load("flammable", "易燃液体或气体（汽油、液化气）", "flammable liquid or gas (petrol, LPG)", 800.0, "explosion", "罐车着火：四周隔离 800 米；火焰直烧罐体时防沸腾爆炸，运行爆炸模型。", "Tank on fire: keep 800 m off on all sides; a tank heated by flame may burst (BLEVE): run the explosion model."),
    Load("toxic", "有毒气体（液氯、液氨等）", "toxic gas (chlorine, ammonia …)", 600.0, "toxic_release", "下风向人员就地关窗或横风转移，立即运行有毒气体泄漏模型。", "People downwind close windows or leave across the wind; run the toxic release model at once."),
    Load("explosive", "爆炸品", "explosives", 1600.0, "explosion", "着火时不得灭火，四周撤离 1600 米，运行爆炸模型。", "Do not fight a fire; clear 1,600 m on all sides; run the explosion model."),
    Load("corrosive", "腐蚀或其他危险品", "corrosive or other", 100.0, None, "隔离 100 米，防流入河流水源，通知生态环境和水务部门。", "Keep 100 m off; keep it out of rivers; tell the environment and water bureaus."),
)  # fmt: skip
LOAD = {load.key: load for load in LOADS}

VEHICLE_INPUT = ChoiceInput(
    "vehicle", "主要车辆（船、机）类型", "main vehicle", tuple(Choice(v.key, v.zh, v.en) for v in VEHICLES), "exposure", prior="car",
    prior_zh="按事件类别", prior_en="as the class of event says",
)  # fmt: skip
CRASH_INPUT = ChoiceInput(
    "crash", "事故形态", "kind of crash", tuple(Choice(c.key, c.zh, c.en) for c in CRASHES), "source", prior="unknown",
    prior_zh="按事件类别；未指明时按尚未查明", prior_en="as the class of event says; else not known yet",
)  # fmt: skip
VEHICLES_INPUT = NumberInput(
    "vehicles", "车辆（船、机）数", "vehicles", "辆", "", 1.0, 500.0, "source",
    prior=Prior(exact(1.0), "按一辆估计，多车相撞请填写", "taken as one; give the number in a pile-up"), severe=1,
)  # fmt: skip
ABOARD = NumberInput(
    "aboard_people", "车（船、机）上人数", "people aboard", "人", "people", 0.0, 20_000.0, "exposure", optional=True,
    given_spread=("lognormal", 0.05), severe=1,
)  # fmt: skip
LOAD_INPUT = ChoiceInput(
    "load", "危险货物", "dangerous load", tuple(Choice(load.key, load.zh, load.en) for load in LOADS), "source", prior="none",
    prior_zh="未报告危险货物；罐车按尚未查明", prior_en="none reported; for a tanker: not known yet",
)  # fmt: skip
FLOW = NumberInput(
    "flow_per_h", "封闭方向交通量", "traffic on the closed road", "辆/小时", "vehicles/h", 0.0, 20_000.0, "exposure", optional=True,
    given_spread=("lognormal", 0.3), severe=1,
)  # fmt: skip
CLOSED = NumberInput(
    "closed_h", "预计封闭时间", "road closed for", "小时", "h", 0.0, 240.0, "source",
    prior=Prior(lognormal(3.0, 0.7), "判断值：一般事故 1–8 小时", "judgement: 1 to 8 h for ordinary accidents"), severe=1,
)  # fmt: skip
CORDON = NumberInput(
    "radius_m", "现场封闭半径", "closure around the place", "米", "m", 20.0, 5000.0, "footprint",
    prior=Prior(lognormal(150.0, 0.4), "判断值；危险货物另按指南隔离距离", "judgement; dangerous loads have their own distances"),
)  # fmt: skip
_PARAMETERS = (
    Parameter("load_place", "载客率（范围内位置）", "seats taken (place in their range)", "", "", uniform(0.0, 1.0), "exposure", *_JUDGED),
    Parameter("lethal_place", "死亡比例（范围内位置）", "share killed (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", *_JUDGED),
    Parameter("hurt_place", "受伤比例（范围内位置）", "share hurt (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", *_JUDGED),
    Parameter("stuck_place", "被困比例（范围内位置）", "share trapped (place in its range)", "", "", uniform(0.0, 1.0), "vulnerability", *_JUDGED),
    Parameter("per_vehicle", "滞留车辆平均载人", "people in each waiting vehicle", "人", "people", triangular(1.2, 2.0, 4.0), "exposure", *_JUDGED),
    Parameter("stay_share", "未绕行而滞留的比例", "share that waits instead of turning round", "", "", triangular(0.05, 0.3, 0.9), "exposure", *_JUDGED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrafficCore:
    vehicle: Vehicle
    crash: Crash


class TrafficModel(HazardModel[TrafficCore]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="traffic",
        version="1.0",
        zh="交通事故（载客与事故形态）",
        en="traffic accident (people aboard and kind of crash)",
        classes=("ac.road", "ac.rail", "ac.metro", "ac.water", "ac.air", "ac.farm"),
        inputs=(VEHICLE_INPUT, CRASH_INPUT, VEHICLES_INPUT, ABOARD, LOAD_INPUT, FLOW, CLOSED, CORDON),
        parameters=_PARAMETERS,
        sources=(
            Source("车辆核定人数与判断比例", "seats and judged shares", "dead = vehicles · seats · load · lethality", False),
            Source("《应急响应指南》2024 初始隔离距离（橙页，火灾）", "Emergency Response Guidebook 2024, first isolation (orange pages, fire)", "800 m; 1600 m", False),
        ),
        outcomes=("dead", "injured", "trapped", "stranded"),
        casualties="estimated",
        affected_zh="车上人员；滞留为封路期间等候的人",
        affected_en="people aboard; stranded are those who wait while the road is closed",
        weaknesses_zh=("比例跨一个数量级以上，乘客名单和现场清点优先。", "绕行只看附近有无道路，不算拥堵。"),
        weaknesses_en=(
            "The shares span more than an order of magnitude; a passenger list and a count come first.",
            "For detours it only looks whether there are roads; congestion is not computed.",
        ),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[TrafficCore]:
        vehicle, crash, told = _what(case)
        load = _load(case, vehicle)
        drawn = case.footprint is not None
        radius = case.inputs.median("radius_m")
        cordon: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, radius)
        zones = [Zone("closure", "现场封闭范围", "closure", 1.0, cordon, 0.0)]
        footprints = [
            Footprint("closure", "现场封闭范围", "closure", 1.0, "zone", cordon, basis="drawn" if drawn else "model")
        ]
        if load.keep_off_m > 0 and not drawn:
            off = circle(case.lon, case.lat, max(load.keep_off_m, radius))
            zh, en = (
                f"危险货物隔离范围（{load.keep_off_m:.0f} 米）",
                f"isolation for the dangerous load ({load.keep_off_m:.0f} m)",
            )
            zones.append(Zone("isolation", zh, en, 0.5, off, 0.0))
            footprints.append(Footprint("isolation", zh, en, 0.5, "isolation", off))
        limits: list[Limit] = []
        if not case.inputs.is_given("aboard_people"):
            limits.append(
                Limit(
                    "aboard_assumed",
                    "车上人数未知，按核定人数和载客率估计。",
                    "How many were aboard is not known: estimated from seats and load.",
                )
            )
        return Prepared(
            zones=tuple(zones),
            footprints=tuple(footprints),
            core=TrafficCore(vehicle, crash),
            lists=hospitals_near(case, ground),
            limits=tuple(limits),
            assumptions=tuple(told),
            notes=(*_load_notes(load), *_detour(case, ground)),
        )  # fmt: skip

    def losses(self, prepared: Prepared[TrafficCore], sample: Sample) -> Mapping[str, Floats]:
        vehicle, crash = prepared.core.vehicle, prepared.core.crash
        by_seats = sample["vehicles"] * vehicle.seats * triangle(sample["load_place"], vehicle.load)
        aboard = sample.get("aboard_people", by_seats)
        dead = aboard * triangle(sample["lethal_place"], crash.lethal)
        alive = aboard - dead
        found = {
            "dead": dead,
            "injured": alive * triangle(sample["hurt_place"], crash.hurt),
            "trapped": alive * triangle(sample["stuck_place"], crash.stuck),
        }
        if "flow_per_h" in sample:
            waiting = sample["flow_per_h"] * sample["closed_h"] * sample["stay_share"]
            found["stranded"] = waiting * sample["per_vehicle"]
        return found


def _what(case: Case) -> tuple[Vehicle, Crash, list[Note]]:
    vehicle, crash = case.inputs.choice("vehicle") or "car", case.inputs.choice("crash") or "unknown"
    said = of_class(case.class_key)
    told: list[Note] = []
    if said is not None and not case.inputs.is_given("vehicle"):
        vehicle = said[0]
    if said is not None and not case.inputs.is_given("crash"):
        crash = said[1]
    chosen, kind = VEHICLE[vehicle], CRASH[crash]
    if not case.inputs.is_given("vehicle"):
        told.append(Note("vehicle", f"车辆类型按{chosen.zh}估计。", f"The vehicle is taken as: {chosen.en}."))
    if not case.inputs.is_given("crash"):
        told.append(Note("crash", f"事故形态按{kind.zh}估计。", f"The kind of crash is taken as: {kind.en}."))
    return chosen, kind, told


def _load(case: Case, vehicle: Vehicle) -> Load:
    if not case.inputs.is_given("load") and vehicle.key in ("tanker", "freight_train"):
        return LOAD["unknown"]
    return LOAD[case.inputs.choice("load") or "none"]


def _load_notes(load: Load) -> list[Note]:
    found: list[Note] = []
    if load.advice_zh:
        found.append(Note("load", load.advice_zh, load.advice_en))
    if load.model is not None:
        found.append(
            Note(
                f"run_{load.model}",
                f"请接着运行模型“{load.model}”：本模型不算泄漏和爆炸的伤亡。",
                f"Run the model '{load.model}' next: casualties of release or explosion are not in this one.",
            )
        )
    return found  # fmt: skip


def _detour(case: Case, ground: Ground) -> list[Note]:
    """Whether another road is near: named roads within reach that do not pass the place."""
    if not ground.roads:
        return [Note("detour_unknown", "没有道路数据，绕行未知。", "No roads are loaded: detours are not known.")]
    here, others = _roads_by_distance(case, ground.roads)
    name_zh = f"“{here.name_zh}”" if here is not None and here.name_zh else "事发道路"
    name_en = here.name_en if here is not None and here.name_en else "the road"
    if not others:
        return [
            Note(
                "detour_none",
                f"{name_zh}附近 {_DETOUR_M / 1000:.0f} 公里内没有其他道路可绕行（按已载入路网）。",
                f"No other road within {_DETOUR_M / 1000:.0f} km of {name_en} to go round by (of those loaded).",
            )
        ]
    zh = "、".join(road.name_zh or "无名道路" for road in others[:3])
    en = ", ".join(road.name_en or "unnamed road" for road in others[:3])
    return [
        Note(
            "detour",
            f"封闭{name_zh}后可考虑绕行：{zh}（是否通行请核实）。",
            f"With {name_en} closed, consider: {en} (check that they are open).",
        )
    ]


def _roads_by_distance(case: Case, roads: tuple[NamedLine, ...]) -> tuple[NamedLine | None, list[NamedLine]]:
    """(the road of the accident, other named roads near it, the nearest first)."""
    place = shapely.Point(case.lon, case.lat)
    degrees: Floats = np.asarray(_vector.distance(np.asarray([road.line for road in roads], dtype=object), place))
    near: list[int] = np.argsort(degrees, kind="stable")[:_LOOKED_AT].tolist()
    far: dict[str, tuple[float, NamedLine]] = {}
    for index in near:
        (lon, lat), _ = _vector.shortest_line(roads[index].line, place).coords
        metres = distance_m(case.lon, case.lat, lon, lat)
        known = far.get(roads[index].name_zh)
        if known is None or metres < known[0]:
            far[roads[index].name_zh] = (metres, roads[index])
    ranked = sorted(far.values(), key=lambda pair: (pair[0], pair[1].name_zh))
    here = ranked[0][1] if ranked and ranked[0][0] <= _ON_ROAD_M else None
    return here, [road for metres, road in ranked if road is not here and metres <= _DETOUR_M]
