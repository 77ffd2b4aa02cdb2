"""How an evacuation that an officer adopted is carried out: kept whole, and one order for each township in the same transaction."""

from typing import cast
from uuid import UUID, uuid5

from command import dispatch_store, store, unit_store
from command.dispatch.recommendation import Recommendation, head_object
from command.dispatch_commands import AdoptEvacuation, FlowIn
from command.evacuation.adopt import by_township, check_room, due_minutes, kept, order_words
from command.evacuation.places import shelter_places
from command.evacuation.rules import evacuation_rules
from command.evacuation.shape import Place
from command.issue import issue_orders
from command.publish import Publication
from command.task import Act, Task, new_task
from command.task_steps import act_of, counted
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.principal import Role


async def _load(tx: Transaction, command: Command[AdoptEvacuation]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _adopt(tx: Transaction, command: Command[AdoptEvacuation], held: Held) -> Outcome:
    """One fact that it was adopted, then one for every order, which stands in it exactly once."""
    require_open(held.incident)
    data, act = command.data, act_of(tx, command)
    for index, flow in enumerate(data.flows):
        await unit_store.need_department(tx.conn, flow.desk, f"data.flows.{index}.desk")
    places = {place.id: place for place in await shelter_places(tx.conn, "")}
    check_room(data.flows, places)
    held, facts, orders = await _orders(tx, command.id, held, data.flows, places, act)
    adopted = _adopted(command, orders, tx)
    await dispatch_store.insert_recommendation(tx.conn, adopted)
    head = Publication("evacuation.adopted", _about(adopted))
    head.put([f"incident:{held.incident.id}"], "recommendations", str(adopted.id), head_object(adopted))
    result: JsonObject = {"recommendation_id": str(adopted.id), "orders": orders}
    return Outcome([*head.facts(await counted(tx, held)), *facts], result)


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


def _adopted(command: Command[AdoptEvacuation], orders: list[Json], tx: Transaction) -> Recommendation:
    data = command.data
    seen = cast(JsonObject, data.plan)
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
        answer=kept(seen),
        orders=orders,
        by=command.by.as_by(),
        at=tx.at,
    )


def _about(adopted: Recommendation) -> JsonObject:
    return {
        "recommendation_id": str(adopted.id),
        "people": adopted.head["people"],
        "shelters": adopted.head["shelters"],
        "orders": len(adopted.orders),
        "reason": adopted.reason,
    }


def _scope(held: Held) -> Scope:
    return Scope(held.incident.area_code)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(AdoptEvacuation, allow(Role.DUTY_OFFICER, Role.LEADER), _load, _scope, _adopt),
)
