"""How orders are carried out: issue, sign, return, reissue, start, assign, progress, submit, accept, send back, cancel."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command import store
from command.commands import (
    AcceptTask,
    AssignTask,
    CancelTask,
    IssueTask,
    ReissueTask,
    ReportProgress,
    ResumeClocks,
    ReturnTask,
    SendBackTask,
    SignTask,
    StartTask,
    SubmitTask,
)
from command.notice import Notice
from command.orders import actions as rules
from command.orders import notices as task_notices
from command.orders.evidence import need_evidence
from command.orders.form import ordered
from command.orders.issue import new_orders
from command.orders.log import log_event
from command.orders.parts import need_no_open_parts
from command.orders.steps import HeldTask, act_of, hold_task, release_unit, save_step, save_unit, told
from command.orders.task import Step, Task
from command.publish import Publication
from command.transitions import task_transitions
from command.units import store as unit_store
from command.units.unit import dispatch
from incidents.entry_store import media_types_of_task
from incidents.incident import require_open
from incidents.summary import Held, Now, add_note, hold, involve
from spine.authority import Allow, Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.files import find_files
from spine.principal import Role

D = TypeVar("D", bound=CommandData)


# --- issuing -------------------------------------------------------------------------------------------------------------


async def _load_issue(tx: Transaction, command: Command[IssueTask]) -> Held:
    return await hold(tx, command.data.incident_id)


def _scope_issue(held: Held) -> Scope:
    return Scope(held.incident.area_code)


async def _issue(tx: Transaction, command: Command[IssueTask], held: Held) -> Outcome:
    require_open(held.incident)
    act = act_of(tx, command)
    task = await ordered(tx, command, held, act)
    sent = None if task.unit_id is None else dispatch(await unit_store.lock_unit(tx.conn, task.unit_id), act, task.id)
    held, (first, *shares) = await new_orders(tx, held, [task], act)
    if sent is not None:
        held = await involve(tx, held, unit_id=sent.id)
        await save_unit(tx, sent, first)
    facts = [*first.facts(held), *(fact for share in shares for fact in share.facts())]
    return Outcome(facts, {"task_id": str(task.id), "no": task.no})


# --- the steps of an order -----------------------------------------------------------------------------------------------


class _NamesTask(Protocol):
    @property
    def task_id(self) -> UUID: ...


async def load_task(tx: Transaction, command: Command[Any]) -> HeldTask:
    data: _NamesTask = command.data
    return await hold_task(tx, data.task_id)


def _scope(held: HeldTask) -> Scope:
    return held.scope()


def _scope_of_giver(held: HeldTask) -> Scope:
    return held.lead_scope()


async def carry(
    tx: Transaction, held: HeldTask, step: Step, publication: Publication, note: Now | None = None
) -> Outcome:
    """Save a step and publish it; a late entry that moves nothing is told to the incident alone."""
    own = f"incident:{held.task.incident_id}"
    incident = held.held
    if step.moved:
        incident = await save_step(tx, incident, held.task, step, publication)
    if note is not None:
        publication.lay(own, note)
    publication.tell(own)
    result: JsonObject = {
        "task_id": str(step.task.id),
        "state": step.task.state,
        "late": step.late,
        "moved": step.moved,
    }
    return Outcome(publication.facts(incident if step.moved else None), result)


def publication_of(kind: str, step: Step, notices: Sequence[Notice] = (), **more: Json) -> Publication:
    """The fact of a step, with what people are told of it in words."""
    publication = Publication(kind, told(step.task, late=step.late, moved=step.moved, **more))
    for notice in notices:
        publication.give(notice)
    return publication


async def _sign(tx: Transaction, command: Command[SignTask], held: HeldTask) -> Outcome:
    step = rules.sign(held.task, act_of(tx, command))
    return await carry(tx, held, step, publication_of("task.signed", step))


async def _start(tx: Transaction, command: Command[StartTask], held: HeldTask) -> Outcome:
    step = rules.start(held.task, act_of(tx, command))
    return await carry(tx, held, step, publication_of("task.started", step))


async def _return(tx: Transaction, command: Command[ReturnTask], held: HeldTask) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    step = rules.send_return(held.task, act, reason)
    if (
        not held.task.joint
    ):  # who gave parts of it must take them back first; a joint order's shares go on with the next lead
        need_no_open_parts(held.task, await store.parts_of(tx.conn, held.task.id), ("退回", "return it"))
    publication = publication_of(
        "task.returned", step, [task_notices.returned(step.task, reason.strip())], reason=reason
    )
    await log_event(tx, held.task, "return", act.by, reason=reason)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    return await carry(tx, held, step, publication)


async def _reissue(tx: Transaction, command: Command[ReissueTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    act, data = act_of(tx, command), command.data
    await unit_store.need_department(tx.conn, data.department)
    step = rules.reissue(held.task, act, data.department, data.reason)
    publication = publication_of("task.reissued", step, reason=data.reason, before=held.task.department)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    await log_event(tx, held.task, "reissue", act.by, reason=data.reason)
    incident = await involve(tx, held.held, department=data.department)
    return await carry(tx, replace(held, held=incident), step, publication)


async def _assign(tx: Transaction, command: Command[AssignTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    act, unit_id = act_of(tx, command), command.data.unit_id
    step = rules.assign(held.task, act, unit_id)
    publication = publication_of("task.assigned", step)
    unit = await unit_store.lock_unit(tx.conn, unit_id)
    if unit.department != held.task.department and not command.by.has(Role.DUTY_OFFICER):
        raise Refused(
            "unit_of_other_department",
            zh=f"{unit.call_sign} 不属于本部门，请由值班席协调调用。",
            en=f"{unit.call_sign} is not your department's; ask the duty desk to send it.",
            field="data.unit_id",
            status=403,
        )
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    await save_unit(tx, dispatch(unit, act, held.task.id), publication)
    incident = await involve(tx, held.held, unit_id=unit_id)
    return await carry(tx, replace(held, held=incident), step, publication)


async def _report(tx: Transaction, command: Command[ReportProgress] | Command[SubmitTask], held: HeldTask) -> Now:
    data = command.data
    return await add_note(
        tx,
        held.held,
        note_id=command.id,
        kind="progress",
        text=data.text,
        by=command.by,
        occurred_at=command.occurred_at,
        files=await find_files(tx.conn, list(data.files)),
        task_id=held.task.id,
    )


async def _progress(tx: Transaction, command: Command[ReportProgress], held: HeldTask) -> Outcome:
    step = rules.progress(held.task, act_of(tx, command), command.data.text)
    publication = publication_of("task.progressed", step, text=command.data.text)
    return await carry(tx, held, step, publication, await _report(tx, command, held))


async def _submit(tx: Transaction, command: Command[SubmitTask], held: HeldTask) -> Outcome:
    step = rules.submit(held.task, act_of(tx, command), command.data.text)
    publication = publication_of("task.submitted", step, text=command.data.text)
    note = await _report(tx, command, held)
    if step.moved:
        need_no_open_parts(held.task, await store.parts_of(tx.conn, held.task.id), ("提交办结", "hand it in"))
        need_evidence(held.task, await media_types_of_task(tx.conn, held.task.id))
        if held.lead is not None:
            publication.give(task_notices.part_submitted(step.task, held.lead))
    return await carry(tx, held, step, publication, note)


async def _accept(tx: Transaction, command: Command[AcceptTask], held: HeldTask) -> Outcome:
    act = act_of(tx, command)
    step = rules.accept(held.task, act)
    need_no_open_parts(held.task, await store.parts_of(tx.conn, held.task.id), ("办结", "close it"))
    publication = publication_of("task.closed", step, note=command.data.note)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    if held.task.parent_id is not None:
        await _tell_whole(tx, held.task, held.task.parent_id, publication)
    return await carry(tx, held, step, publication)


async def _tell_whole(tx: Transaction, part: Task, whole_id: UUID, publication: Publication) -> None:
    """The last part is closed: whoever leads the whole can merge and hand it in."""
    others = [one for one in await store.parts_of(tx.conn, whole_id) if one.id != part.id]
    if not any(one.is_open for one in others):
        publication.give(task_notices.parts_closed(await store.lock_task(tx.conn, whole_id)))


async def _send_back(tx: Transaction, command: Command[SendBackTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    act, reason = act_of(tx, command), command.data.reason
    step = rules.send_back(held.task, act, reason)
    publication = publication_of(
        "task.sent_back", step, task_notices.sent_back(step.task, reason.strip()), reason=reason
    )
    await log_event(tx, held.task, "send_back", act.by, reason=reason)
    return await carry(tx, held, step, publication)


async def _cancel(tx: Transaction, command: Command[CancelTask], held: HeldTask) -> Outcome:
    """The order with every part of it that is still open. What waits for any of them is for a person to decide."""
    act, reason = act_of(tx, command), command.data.reason
    step = rules.cancel(held.task, act, reason)
    parts = [part for part in await _all_parts(tx, held.task) if part.is_open]
    listed = list[Json]([str(part.id) for part in parts])
    notices = await _cancellation(tx, [held.task, *parts], reason.strip())
    publication = publication_of("task.cancelled", step, notices, reason=reason, parts=listed)
    incident = held.held
    for part in parts:
        incident = await save_step(tx, incident, part, rules.cancel(part, act, reason), publication)
        await release_unit(tx, part.id, part.unit_id, act, publication)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    return await carry(tx, replace(held, held=incident), step, publication)


async def _cancellation(tx: Transaction, gone: Sequence[Task], reason: str) -> list[Notice]:
    """Who had them is told, and so is whoever waits for one of them."""
    ids = {task.id for task in gone}
    notices: list[Notice] = []
    for task in gone:
        notices += task_notices.cancelled(task, reason)
        for waiting in await store.waiting_for(tx.conn, task.id):
            notices += [] if waiting.id in ids else task_notices.predecessor_cancelled(waiting, task)
    return notices


async def _all_parts(tx: Transaction, task: Task) -> list[Task]:
    """Its parts and theirs, the deepest first: a part is over before its whole is."""
    found: list[Task] = []
    for part in await store.parts_of(tx.conn, task.id):
        found += [*await _all_parts(tx, part), part]
    return found


# --- after an incident was reopened --------------------------------------------------------------------------------------


async def _load_resume(tx: Transaction, command: Command[ResumeClocks]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _resume(tx: Transaction, command: Command[ResumeClocks], held: Held) -> Outcome:
    if held.incident.status != "open":
        return Outcome(())
    act = act_of(tx, command)
    publication = Publication("task.clocks_resumed", {})
    for task in await store.tasks_of_incident(tx.conn, held.incident.id):
        step = rules.resume(task, act)
        if step.moved:
            held = await save_step(tx, held, task, step, publication, anew=True)
    return Outcome(publication.facts())


def step_handling(
    data: type[D],
    action: str,
    run: Callable[[Transaction, Command[D], HeldTask], Awaitable[Outcome]],
    load: Callable[[Transaction, Command[Any]], Awaitable[HeldTask]] = load_task,
    scope: Callable[[HeldTask], Scope] = _scope,
) -> AnyHandling:
    """A step's handling; who may take it stands in the transitions file (invariant 15)."""
    return Handling(data, Allow(task_transitions().actions[action].who), load, scope, run)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(IssueTask, allow(Role.DUTY_OFFICER, Role.LEADER), _load_issue, _scope_issue, _issue),
    Handling(ResumeClocks, allow(Role.SYSTEM), _load_resume, _scope_issue, _resume),
    step_handling(SignTask, "sign", _sign),
    step_handling(ReturnTask, "return", _return),
    step_handling(ReissueTask, "reissue", _reissue),
    step_handling(StartTask, "start", _start),
    step_handling(AssignTask, "assign", _assign),
    step_handling(ReportProgress, "progress", _progress),
    step_handling(SubmitTask, "submit", _submit),
    step_handling(AcceptTask, "accept", _accept, scope=_scope_of_giver),
    step_handling(SendBackTask, "send_back", _send_back, scope=_scope_of_giver),
    step_handling(CancelTask, "cancel", _cancel, scope=_scope_of_giver),
)
