"""When a unit cannot go on: the need that its order leaves, and which dispatched units closed roads cut off. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from command.dispatch.shape import Need
from command.task import Task
from command.unit import Unit
from gis.roads.travel import Networks, Spot, travel_table
from incidents.incident import Incident
from spine.errors import Refused

ON_THE_WAY = frozenset({"dispatched", "en_route"})


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
    """`reason`: as the road graph says (`cut_off`, `in_closure`)."""

    under_way: UnderWay
    reason: str


def cut_off(units: Sequence[UnderWay], networks: Networks | None) -> list[CutOff]:
    """The units that what is closed now keeps from where they go, though a way would be there were nothing closed.

    Whoever owns proposals asks this when `road.closed` is told, and proposes a replacement (`POST /api/dispatch/recommend`
    with `replace`). With no road data nothing is known and nothing is said.
    """
    if networks is None:
        return []
    found: list[CutOff] = []
    for one in units:
        table = travel_table(
            networks, [Spot(one.unit_id, one.lon, one.lat)], [Spot(one.task_id, one.to_lon, one.to_lat)], "rescue"
        )
        reason = table.reason(0, 0)
        if reason in ("cut_off", "in_closure"):
            found.append(CutOff(one, reason))
    return found


def need_of_order(task: Task, incident: Incident, stuck: Unit, minutes_left: float) -> Need:
    """What another unit must do in place of the one that is stuck: the first capability of that one, where the order is.

    Raises Refused `place_unknown`.
    """
    lon, lat = (task.lon, task.lat) if task.lon is not None and task.lat is not None else (incident.lon, incident.lat)
    if lon is None or lat is None:
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
        lon=lon,
        lat=lat,
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
