"""The evacuation as an answer: people, shelters, ways, how long until everybody is out, who has no place, and what all that assumes. Pure.

Clearance of a flow = until people leave + the way + what the busiest stretch of it takes to let all its vehicles pass (of all flows that
use that stretch). The low end goes with few people, full vehicles and a good road; the high end with the opposite.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from shapely import to_wkb
from shapely.geometry.base import BaseGeometry

from command.evacuation import ways
from command.evacuation.assign import assign
from command.evacuation.rules import EvacuationRules, When
from command.evacuation.shape import Flow, Origin, People, Place, Route, sentence
from gis.hazards.egress import flow_time_s
from gis.roads.travel import RANGE, Networks
from spine.canonical import Json, JsonObject, encode
from spine.clock import iso

MODEL, MODEL_VERSION = "evacuation", "2"


@dataclass(frozen=True, slots=True)
class Asked:
    """`hazard`: all zones together, degrees; `places`: outside it already."""

    at: datetime
    when: When
    zones: Sequence[JsonObject]
    origins: tuple[Origin, ...]
    places: tuple[Place, ...]
    hazard: BaseGeometry
    networks: Networks | None
    inside: int
    """Shelters left out because they lie in or too near the zones."""


@dataclass(frozen=True, slots=True)
class _Moving:
    """A flow with its way and its times (least, best, most)."""

    flow: Flow
    route: Route
    clear: tuple[float, float, float] | None


def plan(asked: Asked, rules: EvacuationRules) -> JsonObject:
    """The answer as docs/decisions/0029 shapes it."""
    weighed = None if asked.networks is None else ways.shunning(asked.networks, asked.hazard, rules)
    known = [number for number, one in enumerate(asked.origins) if one.people is not None]
    flows, reached, minutes = list[Flow](), {}, np.zeros((len(asked.origins), len(asked.places)))
    left: dict[str, list[int]] = {end: [0] * len(asked.origins) for end in ("low", "value", "high")}
    if known and asked.places:
        found = ways.table(weighed, asked.origins, asked.places)
        minutes = ways.order_minutes(found, rules, asked.places)
        room = [place.free for place in asked.places]
        for end in left:
            people = [0 if one.people is None else getattr(one.people, end) for one in asked.origins]
            given, left[end] = assign(people, room, minutes)
            flows = given if end == "value" else flows
        reached = _routes(asked, weighed, found, flows, rules)
    else:
        for end in left:
            left[end] = [0 if one.people is None else getattr(one.people, end) for one in asked.origins]
    moving = _timed(asked, flows, reached, rules)
    return {
        "model": MODEL,
        "version": MODEL_VERSION,
        "rules_version": rules.version,
        "at": iso(asked.at),
        "when": asked.when,
        "zones": list(asked.zones),
        "origins": [_origin(one, left["value"][number]) for number, one in enumerate(asked.origins)],
        "shelters": _shelters(asked, flows),
        "flows": [_flow(asked, one, minutes, flows) for one in moving],
        "overflow": {end: sum(numbers) for end, numbers in left.items()},
        "overflow_words": _overflow(asked, left["value"]),
        "unknown": [_unknown(one) for one in asked.origins if one.people is None],
        "clearance": _whole(moving, asked),
        "bottleneck": _bottleneck(asked, moving, rules),
        "assumptions": _assumptions(asked, rules, flows),
        "inputs_hash": inputs_hash(asked, rules),
    }


def _routes(
    asked: Asked, weighed: Networks | None, found: ways.Table, flows: Sequence[Flow], rules: EvacuationRules
) -> dict[tuple[int, int], Route]:
    reached: dict[tuple[int, int], Route] = {}
    for number in sorted({flow.origin for flow in flows}):
        to = [flow.shelter for flow in flows if flow.origin == number]
        told = ways.routes(
            asked.networks, weighed, asked.origins[number], [asked.places[s] for s in to],
            [float(found.straight_m[number, s]) for s in to], [found.reason(number, s) for s in to], asked.hazard, rules,
        )  # fmt: skip
        reached |= {(number, s): route for s, route in zip(to, told, strict=True)}
    return reached


def _vehicles(people: float, per_vehicle: float) -> float:
    return people / per_vehicle


def _loads(asked: Asked, flows: Sequence[Flow], reached: Mapping[tuple[int, int], Route]) -> dict[int, int]:
    """People who drive over each stretch, of all flows."""
    loads: dict[int, int] = {}
    for flow in flows:
        route = reached[flow.origin, flow.shelter]
        for edge in () if route.walk else route.edges:
            loads[edge] = loads.get(edge, 0) + flow.people
    return loads


def _timed(
    asked: Asked, flows: Sequence[Flow], reached: Mapping[tuple[int, int], Route], rules: EvacuationRules
) -> list[_Moving]:
    loads = _loads(asked, flows, reached)
    return [
        _Moving(flow, reached[flow.origin, flow.shelter], _clear(asked, flow, reached, loads, rules)) for flow in flows
    ]


def _clear(
    asked: Asked, flow: Flow, reached: Mapping[tuple[int, int], Route], loads: Mapping[int, int], rules: EvacuationRules
) -> tuple[float, float, float] | None:
    """(least, best, most) minutes until all of a flow are there; None where the way's time is not known."""
    route, people = reached[flow.origin, flow.shelter], asked.origins[flow.origin].people
    if route.minutes is None or people is None:
        return None
    few, many = (end / max(1, people.value) for end in (people.low, people.high))
    early, late = rules.start_minutes[asked.when]
    if route.walk:
        slow, fast = rules.walk_ms
        pass_min = float(flow_time_s(flow.people, rules.walk_width_m)) / 60
        return (
            early + route.metres / fast / 60 + pass_min * few,
            (early + late) / 2 + route.minutes + pass_min,
            late + route.metres / slow / 60 + pass_min * many,
        )
    queues = [_queue(asked, edge, loads[edge], rules) for edge in route.edges]
    least, best, most = (max((queue[end] for queue in queues), default=0.0) for end in range(3))
    return (
        early + route.minutes * RANGE[0] + least * few,
        (early + late) / 2 + route.minutes + best,
        late + route.minutes * RANGE[1] + most * many,
    )


def _queue(asked: Asked, edge: int, people: int, rules: EvacuationRules) -> tuple[float, float, float]:
    """(least, best, most) minutes that a stretch takes to let so many people's vehicles pass."""
    if asked.networks is None:
        return 0.0, 0.0, 0.0
    low, high = rules.vehicles_per_hour[asked.networks.graph.rows[edge].road_class]
    few, many = rules.people_per_vehicle
    return (
        _vehicles(people, many) / high * 60,
        _vehicles(people, (few + many) / 2) / ((low + high) / 2) * 60,
        _vehicles(people, few) / low * 60,
    )


def _rounded(times: tuple[float, float, float] | None) -> Json:
    return None if times is None else {"low": round(times[0]), "value": round(times[1]), "high": round(times[2])}


def _whole(moving: Sequence[_Moving], asked: Asked) -> Json:
    """Until the last flow is out; None where one's time is not known, or nobody knows how many people there are."""
    known = [one.clear for one in moving if one.clear is not None]
    if not known or len(known) < len(moving) or any(one.people is None for one in asked.origins):
        return None
    return _rounded((max(t[0] for t in known), max(t[1] for t in known), max(t[2] for t in known)))


def _bottleneck(asked: Asked, moving: Sequence[_Moving], rules: EvacuationRules) -> Json:
    """The stretch that takes longest to pass."""
    if asked.networks is None:
        return None
    loads = _loads(asked, [one.flow for one in moving], {(m.flow.origin, m.flow.shelter): m.route for m in moving})
    if not loads:
        return None
    worst = max(loads, key=lambda edge: _queue(asked, edge, loads[edge], rules)[1])
    row = asked.networks.graph.rows[worst]
    low, high = rules.vehicles_per_hour[row.road_class]
    least, best, most = _queue(asked, worst, loads[worst], rules)
    return {
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "people": loads[worst],
        "vehicles_per_hour": [low, high],
        "minutes": {"low": round(least), "value": round(best), "high": round(most)},
    }


def _origin(one: Origin, left: int) -> JsonObject:
    return {
        "id": one.id,
        "zone_id": one.zone_id,
        "code": one.code,
        "county": one.county,
        "name_zh": one.zh,
        "name_en": one.en,
        "point": {"lon": one.lon, "lat": one.lat, "origin": "WGS84"},
        "people": None if one.people is None else one.people.to_json(),
        "without_place": None if one.people is None else left,
        "desk": one.desk,
    }


def _shelters(asked: Asked, flows: Sequence[Flow]) -> list[Json]:
    """Those that are used, and those that are full already and stood nearer."""
    got: dict[int, int] = {}
    for flow in flows:
        got[flow.shelter] = got.get(flow.shelter, 0) + flow.people
    found: list[Json] = []
    for number, place in enumerate(asked.places):
        if number not in got and place.free > 0:
            continue
        assigned = got.get(number, 0)
        found.append(
            {
                "id": place.id,
                "name_zh": place.zh,
                "name_en": place.en,
                "point": {"lon": place.lon, "lat": place.lat, "origin": "WGS84"},
                "area_code": place.area_code,
                "capacity": place.capacity,
                "occupied": place.occupied,
                "taken": place.taken,
                "open": place.open,
                "free": place.free,
                "assigned": assigned,
                "left": place.free - assigned,
                "full": place.free - assigned == 0,
            }
        )
    return found


def _flow(asked: Asked, one: _Moving, minutes: np.ndarray, flows: Sequence[Flow]) -> JsonObject:
    origin, place, route = asked.origins[one.flow.origin], asked.places[one.flow.shelter], one.route
    nearer_zh, nearer_en = _nearer(asked, one.flow, minutes, flows)
    way_zh = "步行" if route.walk else "乘车"
    way_en = "on foot" if route.walk else "by vehicle"
    time_zh = "时间未知" if route.minutes is None else f"约 {route.minutes:.0f} 分钟"
    time_en = "time not known" if route.minutes is None else f"about {route.minutes:.0f} min"
    return {
        "origin_id": origin.id,
        "zone_id": origin.zone_id,
        "code": origin.code,
        "desk": origin.desk,
        "from_zh": origin.zh,
        "from_en": origin.en,
        "shelter_id": place.id,
        "shelter_zh": place.zh,
        "shelter_en": place.en,
        "people": one.flow.people,
        "mode": "walk" if route.walk else "vehicle",
        "minutes": None if route.minutes is None else round(route.minutes, 1),
        "distance_m": round(route.metres),
        "reason": route.reason,
        "in_hazard_minutes": round(route.in_hazard, 1),
        "roads_zh": list(route.roads_zh),
        "roads_en": list(route.roads_en),
        "clearance": _rounded(one.clear),
        "line": [[x, y] for x, y in route.line] or None,
        "why_zh": f"{way_zh}{time_zh}。{nearer_zh}",
        "why_en": f"{way_en.capitalize()}, {time_en}. {nearer_en}".strip(),
    }


def _nearer(asked: Asked, flow: Flow, minutes: np.ndarray, flows: Sequence[Flow]) -> tuple[str, str]:
    """Which nearer shelters are full, so that these people go on to the next."""
    got: dict[int, int] = {}
    for one in flows:
        got[one.shelter] = got.get(one.shelter, 0) + one.people
    here = minutes[flow.origin]
    full = [
        place
        for number, place in enumerate(asked.places)
        if here[number] < here[flow.shelter] and place.free - got.get(number, 0) <= 0
    ]
    if not full:
        return "", ""
    return (
        f"较近的{'、'.join(place.zh for place in full[:3])}已满，转下一处。",
        f"Nearer ones are full ({', '.join(place.en for place in full[:3])}), so these go on to the next.",
    )


def _overflow(asked: Asked, left: Sequence[int]) -> list[Json]:
    room = sum(place.free for place in asked.places)
    return [
        sentence(
            f"{one.zh}有 {left[number]} 人没有安置去处（可用容量共 {room}）：请开设新的安置点，或向邻近县（区）求援。",
            f"{left[number]} people of {one.en} have no place ({room} places in all): open another shelter, or ask a neighbour.",
        )
        for number, one in enumerate(asked.origins)
        if left[number] > 0
    ]


def _unknown(one: Origin) -> JsonObject:
    return sentence(
        f"{one.zh}有多少人未知，没有计入：请填写人数。",
        f"How many people are in {one.en} is not known; not counted: give a number.",
    )


def _assumptions(asked: Asked, rules: EvacuationRules, flows: Sequence[Flow]) -> list[Json]:
    early, late = rules.start_minutes[asked.when]
    few, many = rules.people_per_vehicle
    when = ("白天", "by day") if asked.when == "day" else ("夜间", "by night")
    found: list[Json] = [
        sentence(
            f"{when[0]}人口；下令后 {early:.0f}–{late:.0f} 分钟出发；每车 {few:.0f}–{many:.0f} 人；{rules.walk_within_m / 1000:g} 公里以内步行。均为示意数据。",
            f"People {when[1]}; they leave {early:.0f}–{late:.0f} min after the order; {few:.0f}–{many:.0f} a vehicle; on foot within {rules.walk_within_m / 1000:g} km. All illustrative.",
        ),
        sentence(
            "清空时间＝出发准备＋路程＋最拥挤路段放行时间；不含路上事故和逆行救援车辆。",
            "Clearance is getting ready, the way, and the passing of the busiest stretch; accidents and rescue traffic the other way are not in it.",
        ),
        sentence(
            "先离开危险区，之后不再进入；车队可通过社会车辆禁行的警戒线。",
            "Out of the hazard first, and not in again; convoys are let through cordons that bar the public only.",
        ),
    ]
    unsaid = sum(asked.places[s].occupied is None for s in {flow.shelter for flow in flows})
    if unsaid:
        found.append(
            sentence(
                f"{unsaid} 处安置点没有上报在住人数，按全部空置计算，请先核实。",
                f"{unsaid} shelter(s) have not said how many are in them; taken as empty: ask first.",
            )
        )
    shut = sum(not asked.places[s].open for s in {flow.shelter for flow in flows})
    if shut:
        found.append(
            sentence(
                f"{shut} 处安置点尚未开放，须先开设。", f"{shut} shelter(s) are not open yet and must be opened first."
            )
        )
    if asked.inside:
        found.append(
            sentence(
                f"{asked.inside} 处安置点在疏散区内或离得太近，未使用。",
                f"{asked.inside} shelter(s) lie in the zones or too near to them and are not used.",
            )
        )
    if asked.networks is None:
        found.append(
            sentence(
                "没有道路数据：按直线距离分配，不给时间。",
                "No road data: assigned by straight distance, no times given.",
            )
        )
    return found


def inputs_hash(asked: Asked, rules: EvacuationRules) -> str:
    """Of all that the answer rests on."""
    content: JsonObject = {
        "origins": [
            [o.id, o.lon, o.lat, None if o.people is None else [o.people.low, o.people.value, o.people.high]]
            for o in asked.origins
        ],
        "places": [[p.id, p.capacity, p.occupied, p.taken, p.open] for p in asked.places],
        "hazard": hashlib.sha256(to_wkb(asked.hazard)).hexdigest(),
        "roads": None if asked.networks is None else asked.networks.graph.version,
        "closures": 0 if asked.networks is None else asked.networks.rescue.barriers.closures,
        "when": asked.when,
        "rules": rules.version,
        "model": f"{MODEL}@{MODEL_VERSION}",
    }
    return hashlib.sha256(encode(content).encode()).hexdigest()


__all__ = ["Asked", "People", "inputs_hash", "plan"]
