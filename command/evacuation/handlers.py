"""How an evacuation that an officer adopted is carried out: kept whole, and one order for each township in the same transaction."""

from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID, uuid5

from command import store
from command.dispatch import store as dispatch_store
from command.dispatch.commands import AdoptEvacuation, FlowIn
from command.dispatch.recommendation import Recommendation, head_object
from command.evacuation import reservation_store
from command.evacuation.adopt import by_township, check_room, due_minutes, kept, order_words
from command.evacuation.places import given_back
from command.evacuation.reservation import Reservation, own_places, total
from command.evacuation.reservation_steps import lock_shelters, save_all
from command.evacuation.rules import evacuation_rules
from command.evacuation.shape import Place
from command.notice import Notice
from command.orders.issue import issue_orders
from command.orders.steps import act_of, counted
from command.orders.task import Act, Task, new_task
from command.publish import Publication
from command.resources.shelter import Shelter
from command.units import store as unit_store
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import not_found
from spine.principal import Role
from spine.seal import require_seal


async def _load(tx: Transaction, command: Command[AdoptEvacuation]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _adopt(tx: Transaction, command: Command[AdoptEvacuation], held: Held) -> Outcome:
    """One fact that it was adopted, then one for every order, which stands in it exactly once."""
    require_open(held.incident)
    data, act = command.data, act_of(tx, command)
    seen = kept(cast(JsonObject, data.plan))
    if seen:
        await require_seal(tx.conn, "evacuation", seen, field="data.plan")
    for index, flow in enumerate(data.flows):
        await unit_store.need_department(tx.conn, flow.desk, f"data.flows.{index}.desk")
    locked, before = await _lock(tx, held, data)
    places = {place.id: place for place in given_back([_place(one) for one in locked.values()], before.kept)}
    check_room(data.flows, places)
    held, facts, orders = await _orders(tx, command.id, held, data.flows, places, act)
    adopted = _adopted(command, seen, orders, tx)
    await dispatch_store.insert_recommendation(tx.conn, adopted)
    head = Publication("evacuation.adopted", _about(adopted))
    head.put([f"incident:{held.incident.id}"], "recommendations", str(adopted.id), head_object(adopted))
    gone = [replace(one, expected=0) for one in before.reservations]
    reserved = _reservations(command, orders, tx)
    shelters = await save_all(tx, locked, [*gone, *reserved], head)
    for shelter in shelters.values():
        _tell(head, held, shelter, [one for one in reserved if one.shelter_id == shelter.id])
    result: JsonObject = {"recommendation_id": str(adopted.id), "orders": orders}
    return Outcome([*head.facts(await counted(tx, held)), *facts], result)


@dataclass(frozen=True, slots=True)
class _Before:
    """What this incident's earlier plans keep for the same people: the new plan takes its place. `kept`: by shelter."""

    reservations: list[Reservation]
    kept: dict[str, int]


async def _lock(tx: Transaction, held: Held, data: AdoptEvacuation) -> tuple[dict[UUID, Shelter], _Before]:
    """Every shelter that the plan names or an earlier one kept places in. Raises Refused `not_found`."""
    origins = {flow.origin_id for flow in data.flows}
    before = [
        one for one in await reservation_store.kept(tx.conn, incident_id=held.incident.id) if one.origin_id in origins
    ]
    wanted: list[UUID] = []
    for index, flow in enumerate(data.flows):
        try:
            wanted.append(UUID(flow.shelter_id))
        except ValueError as error:
            field = f"data.flows.{index}.shelter_id"
            raise not_found("避难场所", "shelter", flow.shelter_id, field=field) from error
    locked = await lock_shelters(tx, [*wanted, *(one.shelter_id for one in before)], "data.flows")
    # Under the shelters' locks, for people may have been counted in meanwhile.
    still = [
        one for one in await reservation_store.kept(tx.conn, incident_id=held.incident.id) if one.origin_id in origins
    ]
    own = own_places(await reservation_store.kept_by_origin(tx.conn, held.incident.id), origins)
    return locked, _Before(still, own)


def _place(one: Shelter) -> Place:
    capacity = 0 if one.state == "unusable" else one.capacity
    taken = one.promised + one.reserved
    return Place(
        str(one.id), one.zh, one.en, one.lon, one.lat, capacity, one.occupied, one.state == "open", one.area_code, taken
    )


def _reservations(command: Command[AdoptEvacuation], orders: list[Json], tx: Transaction) -> list[Reservation]:
    tasks = {str(order["origin_id"]): UUID(str(order["task_id"])) for order in cast(list[JsonObject], orders)}
    return [
        Reservation(
            id=uuid5(command.id, f"{index}:{flow.shelter_id}"),
            shelter_id=UUID(flow.shelter_id),
            incident_id=command.data.incident_id,
            plan_id=command.id,
            task_id=tasks[flow.origin_id],
            origin_id=flow.origin_id,
            from_zh=flow.from_zh,
            from_en=flow.from_en,
            people=flow.people,
            expected=flow.people,
            made_at=tx.at,
            brought_at=None,
        )
        for index, flow in enumerate(command.data.flows)
    ]


def _tell(publication: Publication, held: Held, shelter: Shelter, kept: list[Reservation]) -> None:
    """Whoever runs the shelter hears how many are coming from where, and that it must be opened if it is not."""
    if not kept:
        return
    people = total(kept)
    zh = "、".join(f"{one.from_zh} {one.people} 人" for one in kept)
    en = ", ".join(f"{one.people} of {one.from_en}" for one in kept)
    shut = shelter.state != "open"
    publication.give(
        Notice(
            ("department", shelter.department),
            (f"{shelter.zh}准备接收 {people} 人", f"{shelter.en}: make ready for {people} people"),
            (
                f"{held.incident.title}：{zh}将转移到{shelter.zh}，已保留 {people} 个位置。{'请立即启用，' if shut else ''}到达后清点并报告在住人数。",
                f"{held.incident.title}: {en} are coming to {shelter.en}; {people} places are kept. {'Open it now; ' if shut else ''}count them as they arrive and report.",
            ),
            ("shelter", shelter.id),
            held.incident.id,
        )
    )


async def _orders(
    tx: Transaction, command_id: UUID, held: Held, flows: tuple[FlowIn, ...], places: dict[str, Place], act: Act
) -> tuple[Held, list[NewFact], list[Json]]:
    tasks, listed = list[Task](), list[Json]()
    number = await store.count_tasks(tx.conn, held.incident.id)
    for offset, (origin, own) in enumerate(by_township(flows).items(), 1):
        task = _order(held, own, places, act, number + offset, uuid5(command_id, origin))
        tasks.append(task)
        listed.append(
            {"task_id": str(task.id), "no": task.no, "origin_id": origin, "people": sum(flow.people for flow in own)}
        )
    held, facts = await issue_orders(tx, held, tasks, act)
    return held, facts, listed


def _order(held: Held, flows: list[FlowIn], places: dict[str, Place], act: Act, number: int, task_id: UUID) -> Task:
    title_zh, title_en, text_zh, text_en = order_words(flows, places)
    return new_task(
        task_id,
        held.incident,
        act,
        number=number,
        department=flows[0].desk,
        title=title_zh,
        title_en=title_en,
        text=text_zh,
        text_en=text_en,
        sign_minutes=evacuation_rules().sign_minutes,
        due_minutes=due_minutes(flows),
        deliverable="到达人数、未转移人员名单",
        priority="life",
    )


def _adopted(
    command: Command[AdoptEvacuation], seen: JsonObject, orders: list[Json], tx: Transaction
) -> Recommendation:
    data = command.data
    people = sum(flow.people for flow in data.flows)
    return Recommendation(
        id=command.id,
        incident_id=data.incident_id,
        kind="evacuation",
        course="evacuation",
        head={
            "people": people,
            "shelters": len({flow.shelter_id for flow in data.flows}),
            "clearance": seen.get("clearance"),
            "overflow": seen.get("overflow"),
        },
        changed=[],
        reason=data.reason.strip(),
        inputs_hash=str(seen.get("inputs_hash", "")),
        chosen={"flows": [cast(Json, flow.model_dump(mode="json")) for flow in data.flows]},
        answer=seen,
        orders=orders,
        by=command.by.as_by(),
        at=tx.at,
    )


def _about(adopted: Recommendation) -> JsonObject:
    return {
        "recommendation_id": str(adopted.id),
        "people": adopted.head["people"],
        "shelters": adopted.head["shelters"],
        "shelter_ids": sorted({str(row["shelter_id"]) for row in cast(list[JsonObject], adopted.chosen["flows"])}),
        "orders": len(adopted.orders),
        "reason": adopted.reason,
    }


def _scope(held: Held) -> Scope:
    return Scope(held.incident.area_code)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(AdoptEvacuation, allow(Role.DUTY_OFFICER, Role.LEADER), _load, _scope, _adopt),
)
