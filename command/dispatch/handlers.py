"""How an officer's choice among recommended units is carried out: kept whole, and turned into orders in the same transaction."""

from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID, uuid5

from command import store
from command.dispatch import store as dispatch_store
from command.dispatch.asked import NeedIn, need_of
from command.dispatch.choose import (
    changes,
    check_shape,
    check_units,
    due_minutes,
    kept,
    key_figures,
    order_words,
    require_reason,
)
from command.dispatch.commands import ChooseDispatch, PickIn
from command.dispatch.recommendation import Recommendation, head_object
from command.dispatch.replace import rule_of
from command.dispatch.rules import dispatch_rules
from command.notice import Notice
from command.orders import actions as task_rules
from command.orders.issue import new_orders
from command.orders.steps import act_of, counted, release_unit, save_step, save_unit, told
from command.orders.task import Act, Task, new_task
from command.proposals import store as proposal_store
from command.proposals.steps import fulfil
from command.publish import Publication
from command.units import store as unit_store
from command.units.unit import Unit, dispatch, recall
from incidents.incident import require_open
from incidents.summary import Held, hold, involve
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Principal, Role
from spine.seal import require_seal


@dataclass(frozen=True, slots=True)
class _HeldChoice:
    """The incident, the orders that the needs are for, and the chosen units, locked in this order."""

    held: Held
    tasks: dict[UUID, Task]
    units: dict[str, Unit]


async def _load(tx: Transaction, command: Command[ChooseDispatch]) -> _HeldChoice:
    held = await hold(tx, command.data.incident_id)
    tasks: dict[UUID, Task] = {}
    for task_id in sorted({need.task_id for need in command.data.needs if need.task_id is not None}):
        task = await store.lock_task(tx.conn, task_id)
        if task.incident_id != held.incident.id:
            raise Refused(
                "need_of_other_incident",
                zh=f"任务 {task.no} 属于另一起事件。",
                en=f"Order {task.no} is another incident's.",
                field="data.needs",
            )
        tasks[task_id] = task
    wanted = sorted({pick.unit_id for pick in command.data.picks})
    return _HeldChoice(held, tasks, {str(unit): await unit_store.lock_unit(tx.conn, unit) for unit in wanted})


async def _choose(tx: Transaction, command: Command[ChooseDispatch], choice: _HeldChoice) -> Outcome:
    """One fact that it was chosen, then one for every order, which stands in it exactly once."""
    data, act = command.data, act_of(tx, command)
    require_open(choice.held.incident)
    seen = kept(cast(JsonObject, data.recommendation))
    await require_seal(tx.conn, "dispatch", seen, field="data.recommendation")
    needs = check_shape(data)
    for index, need in enumerate(data.needs):
        need_of(need, choice.held.incident, f"data.needs.{index}")
    changed = changes(data)
    require_reason(changed, data.reason)
    check_units(data.picks, needs, choice.units)
    held, facts, orders = await _orders(tx, command.id, choice, data, needs, act, command.by)
    chosen = _chosen(command, seen, changed, orders, tx)
    await dispatch_store.insert_recommendation(tx.conn, chosen)
    head = Publication("dispatch.chosen", _about(chosen))
    head.put([f"incident:{held.incident.id}"], "recommendations", str(chosen.id), head_object(chosen))
    result: JsonObject = {"recommendation_id": str(chosen.id), "orders": orders}
    return Outcome([*head.facts(await counted(tx, held)), *facts], result)


def _chosen(
    command: Command[ChooseDispatch], seen: JsonObject, changed: list[Json], orders: list[Json], tx: Transaction
) -> Recommendation:
    data = command.data
    return Recommendation(
        id=command.id,
        incident_id=data.incident_id,
        kind="dispatch",
        course=data.course,
        head={**key_figures(data), "picks": len(data.picks)},
        changed=changed,
        reason=data.reason.strip(),
        inputs_hash=str(seen.get("inputs_hash", "")),
        chosen={
            "needs": [cast(Json, need.model_dump(mode="json")) for need in data.needs],
            "picks": [cast(Json, pick.model_dump(mode="json")) for pick in data.picks],
        },
        answer=seen,
        orders=orders,
        by=command.by.as_by(),
        at=tx.at,
    )


def _about(chosen: Recommendation) -> JsonObject:
    return {
        "recommendation_id": str(chosen.id),
        "course": chosen.course,
        "course_zh": chosen.head.get("zh"),
        "course_en": chosen.head.get("en"),
        "changed": len(chosen.changed),
        "reason": chosen.reason,
        "orders": len(chosen.orders),
    }


async def _orders(
    tx: Transaction,
    command_id: UUID,
    choice: _HeldChoice,
    data: ChooseDispatch,
    needs: dict[str, NeedIn],
    act: Act,
    by: Principal,
) -> tuple[Held, list[NewFact], list[Json]]:
    """The first unit of a need that has an order gets that order; every other one an order of its own."""
    held, facts, listed = choice.held, list[NewFact](), list[Json]()
    number = await store.count_tasks(tx.conn, held.incident.id)
    given: set[UUID] = set()
    for pick in data.picks:
        need, unit = needs[pick.need_id], choice.units[str(pick.unit_id)]
        whole = None if need.task_id is None else choice.tasks[need.task_id]
        if whole is not None and whole.id not in given and _takes(whole, need):
            given.add(whole.id)
            if need.source.get("kind") == "replace":
                held, task, publication, more = await _replace(tx, held, whole, unit, act, by, data.reason)
                facts += more
            else:
                held, task, publication = await _give(tx, held, whole, unit, act)
        else:
            number += 1
            task = _new(held, need, pick, unit, whole, act, number, uuid5(command_id, f"{need.id}:{unit.id}"))
            held, publication = await _issue(tx, held, task, unit, act)
        facts += publication.facts()
        listed.append(
            {
                "task_id": str(task.id),
                "no": task.no,
                "unit_id": str(unit.id),
                "call_sign": unit.call_sign,
                "need_id": need.id,
            }
        )
    return held, facts, listed


def _takes(task: Task, need: NeedIn) -> bool:
    """Whether an existing order goes to a unit itself: it has none yet, or the one it has is being replaced."""
    return task.unit_id is None or need.source.get("kind") == "replace"


async def _replace(
    tx: Transaction, held: Held, task: Task, unit: Unit, act: Act, by: Principal, reason: str
) -> tuple[Held, Task, Publication, list[NewFact]]:
    """The order goes to `unit`; the one that could not go on is recalled and told, and the proposal that asked for it is accepted."""
    step = task_rules.assign(task, act, unit.id)
    stuck = None if task.unit_id is None else await unit_store.lock_unit(tx.conn, task.unit_id)
    replaced = None if stuck is None else {"unit_id": str(stuck.id), "call_sign": stuck.call_sign}
    publication = Publication("task.assigned", told(step.task, late=step.late, moved=step.moved, replaced=replaced))
    await release_unit(tx, task.id, task.unit_id, act, publication, recall)
    held = await involve(tx, held, unit_id=unit.id)
    await save_unit(tx, dispatch(unit, act, task.id), publication)
    held = await save_step(tx, held, task, step, publication)
    facts: list[NewFact] = []
    if stuck is not None:
        for notice in _recalled(task, stuck, unit):
            publication.give(notice)
        rule = rule_of(task.id, stuck.id)
        for one in await proposal_store.on_the_spot(tx.conn, kind="replace_unit", unit_id=stuck.id):
            if one.rule == rule and one.state == "open":
                done: JsonObject = {
                    "task_id": str(task.id),
                    "no": task.no,
                    "unit_id": str(unit.id),
                    "call_sign": unit.call_sign,
                }
                facts += await fulfil(tx, one, by, act, reason.strip() or None, {}, done)
    return held, step.task, publication, facts


def _recalled(task: Task, stuck: Unit, unit: Unit) -> list[Notice]:
    name, other = stuck.name_en or stuck.call_sign, unit.name_en or unit.call_sign
    subject = (f"任务 {task.no} 已由 {unit.call_sign} 接替", f"Order {task.no} has gone to {other}")
    text = (
        f"{stuck.call_sign} 不再承担任务 {task.no}（{task.title}），请停止前往，注意安全返回或就地待命。",
        f"{name} no longer has order {task.no} ({task.title_en or task.title}): stop, and return safely or stand by.",
    )
    about = ("task", task.id)
    return [
        Notice(("unit", str(stuck.id)), subject, text, about, task.incident_id),
        Notice(("department", stuck.department), subject, text, about, task.incident_id),
    ]


async def _give(tx: Transaction, held: Held, task: Task, unit: Unit, act: Act) -> tuple[Held, Task, Publication]:
    step = task_rules.assign(task, act, unit.id)
    publication = Publication("task.assigned", told(step.task, late=step.late, moved=step.moved))
    await release_unit(tx, task.id, task.unit_id, act, publication)
    held = await involve(tx, held, unit_id=unit.id)
    await save_unit(tx, dispatch(unit, act, task.id), publication)
    return await save_step(tx, held, task, step, publication), step.task, publication


def _new(
    held: Held, need: NeedIn, pick: PickIn, unit: Unit, whole: Task | None, act: Act, number: int, task_id: UUID
) -> Task:
    rules = dispatch_rules()
    zh, en = order_words(need, unit, pick.minutes, held.incident.place)
    due = due_minutes(need, pick.minutes, rules)
    if whole is not None:  # a part is due with its whole at the latest
        due = max(1, min(due, int((whole.due - act.at).total_seconds() // 60)))
    task = new_task(
        task_id,
        held.incident,
        act,
        number=number,
        department=unit.department,
        title=need.title,
        title_en=need.title_en,
        text=zh,
        text_en=en,
        sign_minutes=min(rules.order.sign_minutes, due),
        due_minutes=due,
        unit_id=unit.id,
        parent_id=None if whole is None else whole.id,
        priority=need.priority,
    )
    if need.point is None:
        return task
    lon, lat = need_of(need, held.incident, "data.needs").lon, need_of(need, held.incident, "data.needs").lat
    return replace(task, lon=round(lon, 7), lat=round(lat, 7), origin=need.point.origin)


async def _issue(tx: Transaction, held: Held, task: Task, unit: Unit, act: Act) -> tuple[Held, Publication]:
    held = await involve(tx, held, unit_id=unit.id)
    held, (publication,) = await new_orders(tx, held, [task], act)
    await save_unit(tx, dispatch(unit, act, task.id), publication)
    return held, publication


def _scope(choice: _HeldChoice) -> Scope:
    return Scope(choice.held.incident.area_code)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(ChooseDispatch, allow(Role.DUTY_OFFICER, Role.LEADER), _load, _scope, _choose),
)
