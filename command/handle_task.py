"""How orders are carried out: issue, sign, return, reissue, start, assign, progress, submit, accept, send back, cancel."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command import store, unit_store
from command import task_actions as rules
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
from command.issue import new_orders
from command.order_form import ordered
from command.publish import Publication
from command.task import Step
from command.task_steps import HeldTask, act_of, hold_task, release_unit, save_step, save_unit, told
from command.transitions import task_transitions
from command.unit import dispatch
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


async def _load(tx: Transaction, command: Command[Any]) -> HeldTask:
    data: _NamesTask = command.data
    return await hold_task(tx, data.task_id)


def _scope(held: HeldTask) -> Scope:
    return held.scope()


async def _carry(
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


def _publication(kind: str, step: Step, **more: Json) -> Publication:
    return Publication(kind, told(step.task, late=step.late, moved=step.moved, **more))


async def _sign(tx: Transaction, command: Command[SignTask], held: HeldTask) -> Outcome:
    step = rules.sign(held.task, act_of(tx, command))
    return await _carry(tx, held, step, _publication("task.signed", step))


async def _start(tx: Transaction, command: Command[StartTask], held: HeldTask) -> Outcome:
    step = rules.start(held.task, act_of(tx, command))
    return await _carry(tx, held, step, _publication("task.started", step))


async def _return(tx: Transaction, command: Command[ReturnTask], held: HeldTask) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    step = rules.send_return(held.task, act, reason)
    publication = _publication("task.returned", step, reason=reason)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    return await _carry(tx, held, step, publication)


async def _reissue(tx: Transaction, command: Command[ReissueTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    act, data = act_of(tx, command), command.data
    await unit_store.need_department(tx.conn, data.department)
    step = rules.reissue(held.task, act, data.department, data.reason)
    publication = _publication("task.reissued", step, reason=data.reason, before=held.task.department)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    incident = await involve(tx, held.held, department=data.department)
    return await _carry(tx, replace(held, held=incident), step, publication)


async def _assign(tx: Transaction, command: Command[AssignTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    act, unit_id = act_of(tx, command), command.data.unit_id
    step = rules.assign(held.task, act, unit_id)
    publication = _publication("task.assigned", step)
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
    return await _carry(tx, replace(held, held=incident), step, publication)


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
    publication = _publication("task.progressed", step, text=command.data.text)
    return await _carry(tx, held, step, publication, await _report(tx, command, held))


async def _submit(tx: Transaction, command: Command[SubmitTask], held: HeldTask) -> Outcome:
    step = rules.submit(held.task, act_of(tx, command), command.data.text)
    publication = _publication("task.submitted", step, text=command.data.text)
    return await _carry(tx, held, step, publication, await _report(tx, command, held))


async def _accept(tx: Transaction, command: Command[AcceptTask], held: HeldTask) -> Outcome:
    act = act_of(tx, command)
    step = rules.accept(held.task, act)
    publication = _publication("task.closed", step, note=command.data.note)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    return await _carry(tx, held, step, publication)


async def _send_back(tx: Transaction, command: Command[SendBackTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    step = rules.send_back(held.task, act_of(tx, command), command.data.reason)
    return await _carry(tx, held, step, _publication("task.sent_back", step, reason=command.data.reason))


async def _cancel(tx: Transaction, command: Command[CancelTask], held: HeldTask) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    step = rules.cancel(held.task, act, reason)
    publication = _publication("task.cancelled", step, reason=reason)
    await release_unit(tx, held.task.id, held.task.unit_id, act, publication)
    return await _carry(tx, held, step, publication)


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
            held = await save_step(tx, held, task, step, publication)
    return Outcome(publication.facts())


def _step(
    data: type[D], action: str, run: Callable[[Transaction, Command[D], HeldTask], Awaitable[Outcome]]
) -> AnyHandling:
    """A step's handling; who may take it stands in the transitions file (invariant 15)."""
    return Handling(data, Allow(task_transitions().actions[action].who), _load, _scope, run)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(IssueTask, allow(Role.DUTY_OFFICER, Role.LEADER), _load_issue, _scope_issue, _issue),
    Handling(ResumeClocks, allow(Role.SYSTEM), _load_resume, _scope_issue, _resume),
    _step(SignTask, "sign", _sign),
    _step(ReturnTask, "return", _return),
    _step(ReissueTask, "reissue", _reissue),
    _step(StartTask, "start", _start),
    _step(AssignTask, "assign", _assign),
    _step(ReportProgress, "progress", _progress),
    _step(SubmitTask, "submit", _submit),
    _step(AcceptTask, "accept", _accept),
    _step(SendBackTask, "send_back", _send_back),
    _step(CancelTask, "cancel", _cancel),
)
