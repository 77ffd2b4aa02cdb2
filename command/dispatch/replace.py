"""When a unit cannot go on: which ones closed roads cut off, the need that its order leaves, and the words of the proposal. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from command.dispatch.shape import Need
from command.orders.task import Task
from command.units.unit import Unit
from gis.roads.closure import Closure
from gis.roads.travel import Networks, Spot, snap, travel_table
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.errors import Refused

ON_THE_WAY = frozenset({"dispatched", "en_route"})
Cause = Literal["closure", "report"]
"""A closed road that the map shows, or the unit's own word."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A unit with an order and where it is going, WGS 84."""

    unit_id: str
    task_id: str
    lon: float
    lat: float
    to_lon: float
    to_lat: float


@dataclass(frozen=True, slots=True)
class CutOff:
    """`reason`: as the road graph says (`cut_off`, `in_closure`). `edges`: the stretches of the way that there would be were nothing
    closed, by their number in the road layer; empty where it starts or ends inside what is closed."""

    under_way: UnderWay
    reason: str
    edges: frozenset[int] = frozenset()


def cut_off(units: Sequence[UnderWay], networks: Networks | None) -> list[CutOff]:
    """The units that what is closed now keeps from where they go, though a way would be there were nothing closed.

    With no road data nothing is known and nothing is said. One search for each place that units go to.
    """
    if networks is None:
        return []
    found: list[CutOff] = []
    for place, group in groupby(sorted(units, key=_place), key=_place):
        going = list(group)
        spots = [Spot(one.unit_id, one.lon, one.lat) for one in going]
        target = Spot(going[0].task_id, *place)
        table = travel_table(networks, spots, [target], "rescue")
        for row, one in enumerate(going):
            reason = table.reason(row, 0)
            if reason in ("cut_off", "in_closure"):
                found.append(CutOff(one, reason, _free_way(networks, spots[row], target)))
    return found


def _place(one: UnderWay) -> tuple[float, float]:
    return one.to_lon, one.to_lat


def _free_way(networks: Networks, here: Spot, there: Spot) -> frozenset[int]:
    free = networks.free_of("rescue")
    (way,) = free.ways(snap(free, [here]), snap(free, [there]))
    return frozenset(networks.graph.rows[part.edge].id for part in way or ())


def to_blame(one: CutOff, closures: Sequence[Closure]) -> list[Closure]:
    """The closures that bar the rescue traffic's own way; when none lies on it (an area around either end), the newest."""
    barring = [closure for closure in closures if closure.bars == "all"]
    on_it = [closure for closure in barring if one.edges.intersection(closure.edge_ids)]
    return on_it or sorted(barring, key=lambda closure: (closure.closed_at, closure.id))[-1:]


def closure_words(closure: Closure) -> JsonObject:
    """What a proposal says of a closure: {id, zh, en, reason}."""
    zh = "、".join(closure.names_zh[:3]) or "封闭区域"
    en = ", ".join(closure.names_en[:3]) or "a closed area"
    return {"id": str(closure.id), "zh": zh, "en": en, "reason": closure.reason}


def rule_of(task_id: object, unit_id: object) -> str:
    """What names the proposal: this unit on this order is proposed to be replaced once."""
    return f"replace_unit:{task_id}:{unit_id}"


def why(
    unit: Unit, task: Task, cause: Cause, closures: Sequence[Mapping[str, Json]], said: str
) -> tuple[tuple[str, str], list[JsonObject]]:
    """(what is proposed, reasons). `said`: the unit's own words."""
    place = task.place or "任务地点"
    name_en = unit.name_en or unit.call_sign
    title = (
        f"为任务 {task.no} 另派力量，替换 {unit.call_sign}",
        f"Send another unit for order {task.no} in place of {name_en}",
    )
    if cause == "closure":
        reasons: list[JsonObject] = [
            {
                "zh": f"{one['zh']}封闭（{one['reason']}）：{unit.call_sign} 到不了{place}。",
                "en": f"{one['en']} closed ({one['reason']}): {name_en} cannot reach {task.place or 'the place'}.",
            }
            for one in closures
        ]
    else:
        words = f"“{said.strip()}”" if said.strip() else ""
        reasons = [
            {
                "zh": f"{unit.call_sign} 报告道路不通{words}，到不了{place}。",
                "en": f"{name_en} reports that it cannot get through{words and ': ' + words}.",
            }
        ]
    return title, reasons


def not_replaced(no: str, state: str, reason: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """(subject, text) for a crew that waits since the proposal was told: it was `withdrawn`, or `rejected` by a person."""
    if state == "withdrawn":
        return (
            (f"请继续前往：任务 {no}", f"Go on: order {no}"),
            (f"{reason[0]}。请继续前往，途中注意安全。", f"{reason[1][:1].upper()}{reason[1][1:]}. Go on with care."),
        )
    return (
        (f"不另派力量：任务 {no}", f"No other unit is sent: order {no}"),
        (
            f"值班席决定：{reason[0]}。任务仍由您承担，请与值班席联系，确认怎么走。",
            f"The duty desk decided: {reason[1]}. The order stays yours; ask the desk which way to take.",
        ),
    )


def ignored(unit: Unit, task: Task) -> tuple[str, str]:
    return (
        f"任务 {task.no}（{task.title}）没有力量能到场，仍记在 {unit.call_sign} 名下。",
        f"Nobody reaches order {task.no} ({task.title_en or task.title}); it stays with {unit.name_en or unit.call_sign}.",
    )


def need_of_order(task: Task, incident: Incident, stuck: Unit, minutes_left: float) -> Need:
    """What another unit must do in place of the one that is stuck: the first capability of that one, where the order is.

    Raises Refused `place_unknown`.
    """
    place = place_of(task, incident)
    if place is None:
        raise Refused(
            "place_unknown",
            zh=f"任务 {task.no} 没有地点，无法推荐替换力量。",
            en=f"Order {task.no} has no place; no replacement can be recommended.",
            field="replace",
        )
    return Need(
        id=f"replace:{task.id}",
        incident_id=str(incident.id),
        zh=task.title,
        en=task.title_en or task.title,
        capability=stuck.capabilities[0],
        amount=1,
        measure="units",
        lon=place[0],
        lat=place[1],
        priority=task.priority,
        by_minutes=max(1.0, minutes_left),
        task_id=str(task.id),
        source={
            "kind": "replace",
            "unit_id": str(stuck.id),
            "task_no": task.no,
            "zh": f"替换 {stuck.call_sign}（任务 {task.no}）",
            "en": f"In place of {stuck.name_en or stuck.call_sign} (order {task.no})",
        },
    )


def place_of(task: Task, incident: Incident) -> tuple[float, float] | None:
    """Where an order is carried out, WGS 84: its own place, else its incident's; None: nobody knows."""
    lon, lat = (task.lon, task.lat) if task.lon is not None and task.lat is not None else (incident.lon, incident.lat)
    return None if lon is None or lat is None else (lon, lat)
