"""A response's orders: made, re-timed and cancelled as a level's difference says, and which order serves which task of the plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid5

from command import store
from command.notice import Notice
from command.orders.actions import cancel
from command.orders.issue import issue_orders
from command.orders.steps import counted, release_unit, save_step, told
from command.orders.task import Act, Step, Task, new_task
from command.planning.plan import Plan, PlanTask, owner_of
from command.publish import Publication
from command.responses.difference import Line, parts_to_cancel
from command.responses.response import LEVEL_WORDS, Response
from command.responses.standing import Standing
from command.transitions import Level
from incidents.summary import Held
from spine.canonical import Json
from spine.clock import BEIJING
from spine.command import NewFact, Transaction


def new_id(now: Standing, response: Response, code: str) -> UUID:
    """Given again after it was cancelled, an order is another one."""
    before = sum(task.code == code and task.response_id == response.id for task in now.tasks)
    return uuid5(response.id, f"{code}:{before}" if before else code)


def served_by(now: Standing, response: Response, lines: Sequence[Line]) -> dict[str, Json]:
    """Which order serves which of the plan's tasks (`Response.orders`); those that another plan gave with its name."""
    found: dict[str, Json] = {}
    for line in lines:
        if line.listed is None or line.what not in {"added", "elsewhere"}:
            continue
        task_id = new_id(now, response, line.code) if line.task is None else line.task.id
        other: Json = line.other
        if line.what == "elsewhere" and line.other is None:
            other = {"response_id": None, "plan_zh": "值班席", "plan_en": "the duty desk"}
        found[line.code] = {
            "task_id": str(task_id),
            "owner": line.department,
            "purpose": line.listed.shared,
            "title": line.listed.zh,
            "other": other,
        }
    return found


def new_tasks(
    now: Standing, held: Held, response: Response, lines: Sequence[Line], act: Act, number: int
) -> list[Task]:
    """The orders of the added lines, in the plan's order, each waiting for those that the plan names before it."""
    by_id = {str(task.id): task for task in now.tasks}
    added = [(line, line.listed) for line in lines if line.what == "added" and line.listed is not None]
    fresh = {str(new_id(now, response, line.code)) for line, _ in added}
    made: list[Task] = []
    for offset, (line, listed) in enumerate(added, 1):
        before = [_order_id(response, code) for code in listed.after]
        after = [UUID(one) for one in before if one is not None and _still_to_do(one, by_id, fresh)]
        made.append(_order(now, held, response, line, listed, act, number + offset, after))
    return made


def _order_id(response: Response, code: str) -> str | None:
    order = response.orders.get(code)
    return None if order is None else str(cast(Mapping[str, Json], order)["task_id"])


def _still_to_do(task_id: str, by_id: Mapping[str, Task], fresh: Collection[str]) -> bool:
    return task_id in fresh or (task_id in by_id and by_id[task_id].is_open)


def _order(
    now: Standing,
    held: Held,
    response: Response,
    line: Line,
    listed: PlanTask,
    act: Act,
    number: int,
    after: list[UUID],
) -> Task:
    area = held.incident.area_code
    return new_task(
        new_id(now, response, listed.code),
        held.incident,
        act,
        number=number,
        department=line.department,
        title=listed.zh,
        title_en=listed.en,
        text=listed.text_zh,
        text_en=listed.text_en,
        support=[owner_of(code, area or "") for code in listed.support],
        sign_minutes=now.plan.sign_minutes_of(listed, response.level),
        due_minutes=listed.due_minutes,
        deliverable=listed.deliverable,
        code=listed.code,
        response_id=response.id,
        clause=listed.clause,
        source=listed.source,
        joint=listed.joint,
        after=after,
        start_minutes=listed.start_minutes,
        evidence=listed.evidence,
        priority=listed.priority,
    )


async def cancel_orders(
    tx: Transaction, held: Held, now: Standing, lines: Sequence[Line], why: str, act: Act
) -> tuple[Held, list[NewFact]]:
    """Orders that have not begun and that the level does not have, with their parts; each desk is told."""
    facts: list[NewFact] = []
    for line in lines:
        for task in parts_to_cancel(line, now.tasks) if line.what == "cancelled" else ():
            step = cancel(task, act, why)
            order = Publication("task.cancelled", told(step.task, reason=why))
            await release_unit(tx, task.id, task.unit_id, act, order)
            held = await save_step(tx, held, task, step, order)
            order.give(_cancelled_notice(task, why))
            facts += order.facts()
    return held, facts


def _cancelled_notice(task: Task, why: str) -> Notice:
    return Notice(
        ("department", task.department),
        (f"任务撤销：{task.no} {task.title}", f"Order cancelled: {task.no} {task.title_en or task.title}"),
        (
            f"{why}，该任务尚未签收，不再执行。",
            "The level was lowered; this order had not been signed and is not to be done.",
        ),
        ("task", task.id),
        task.incident_id,
    )


async def retime_orders(
    tx: Transaction, held: Held, plan: Plan, level: Level, lines: Sequence[Line], act: Act, publication: Publication
) -> Held:
    for line in lines:
        if line.what != "retimed" or line.task is None or line.sign_due is None or line.listed is None:
            continue
        minutes = plan.sign_minutes_of(line.listed, level)
        task = replace(
            line.task, sign_minutes=minutes, sign_due=line.sign_due, version=line.task.version + 1, updated_at=act.at
        )
        held = await save_step(tx, held, line.task, Step(task, True, False), publication)
        local = line.sign_due.astimezone(BEIJING).strftime("%H:%M")
        publication.give(
            Notice(
                ("department", task.department),
                (f"签收时限调整：{task.no} {task.title}", f"To be signed earlier or later: {task.no}"),
                (
                    f"响应调整为{LEVEL_WORDS[level][0]}，请于 {local} 前签收。",
                    f"The response is {LEVEL_WORDS[level][1]} now; please sign by {local}.",
                ),
                ("task", task.id),
                task.incident_id,
            )
        )
    return held


async def give_order(
    tx: Transaction,
    held: Held,
    now: Standing,
    listed: PlanTask,
    act: Act,
    *,
    department: str | None,
    due_minutes: int | None,
    text: str | None,
) -> tuple[list[NewFact], Task]:
    """One more of the plan's tasks as an order of the running response, as a person changed it. The plan's level stays."""
    owner = department or owner_of(listed.owner, held.incident.area_code or "")
    line = Line("added", listed.code, listed.zh, listed.en, owner, listed)
    orders = {**now.response.orders, **served_by(now, now.response, [line])}
    response = replace(now.response, orders=orders, version=now.response.version + 1)
    number = await store.count_tasks(tx.conn, held.incident.id)
    (task,) = new_tasks(now, held, response, [line], act, number)
    if due_minutes is not None:
        task = replace(task, due_minutes=due_minutes, due=task.due + timedelta(minutes=due_minutes - task.due_minutes))
    if text is not None:
        task = replace(task, text=text, text_en=None)
    await store.save_response(tx.conn, response)
    held, issued = await issue_orders(tx, held, [task], act)
    head = Publication("response.order_added", {"response_id": str(response.id), "code": listed.code, "no": task.no})
    head.response(response)
    return [*head.facts(await counted(tx, held)), *issued], task
