"""How leaders' instructions are carried out: captured, given out as orders, urged, escalated, answered back, closed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

from command import store
from command.instructions import instruction as rules
from command.instructions import store as rows
from command.instructions.commands import (
    AnswerInstruction,
    AttachInstruction,
    CancelInstruction,
    CaptureInstruction,
    CloseInstruction,
    DecomposeInstruction,
    EscalateInstruction,
    FollowOrders,
    OrderData,
    ResumeInstructions,
    SendBackInstruction,
    UrgeInstruction,
)
from command.instructions.instruction import Instruction, Step
from command.instructions.rules import instruction_limits, instruction_transitions
from command.instructions.steps import (
    HeldInstruction,
    NamesInstruction,
    hold_instruction,
    post_name,
    save_step,
    tell,
    told,
    with_its_orders,
)
from command.orders.issue import issue_orders
from command.orders.steps import act_of
from command.orders.task import Act, Task, new_task
from command.publish import Publication
from command.transitions import time_limits
from command.units import store as unit_store
from incidents.incident import require_open
from incidents.summary import Held, add_note, hold
from spine.accounts import recipient
from spine.authority import Allow, Scope, allow
from spine.canonical import Json
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.files import StoredFile, find_files
from spine.principal import CITY, Principal, Role

D = TypeVar("D", bound=CommandData)


# --- capturing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new one belongs: an incident, or an area."""

    held: Held | None
    area: str | None


async def _load_capture(tx: Transaction, command: Command[CaptureInstruction]) -> _Place:
    if command.data.incident_id is None:
        return _Place(None, _own_area(command.by))
    return _Place(await hold(tx, command.data.incident_id), None)


def _own_area(principal: Principal) -> str | None:
    areas = sorted(g.area for g in principal.grants if g.role in {Role.DUTY_OFFICER, Role.LEADER})
    return None if not areas or areas[0] == CITY else areas[0]


def _scope_place(place: _Place) -> Scope:
    return Scope(place.area if place.held is None else place.held.incident.area_code)


async def _capture(tx: Transaction, command: Command[CaptureInstruction], place: _Place) -> Outcome:
    data, held = command.data, place.held
    if held is not None:
        require_open(held.incident)
    if data.leader_account is not None and not await recipient(tx.conn, data.leader_account):
        raise not_found("账户", "account", str(data.leader_account), field="data.leader_account")
    files = await find_files(tx.conn, list(data.files))
    step = rules.capture(
        command.id,
        await _number(tx, held),
        act_of(tx, command),
        incident=None if held is None else _of(held),
        area_code=place.area,
        leader=(data.leader_name, data.leader_post, data.leader_account),
        channel=data.channel,
        urgency=data.urgency,
        text=data.text,
        files=[{"hash": f.sha256, "media_type": f.media_type, "name": f.name, "size": f.size} for f in files],
        feedback_minutes=data.feedback_minutes,
    )
    publication = Publication("instruction.captured", told(step.instruction, channel=data.channel))
    made = await save_step(tx, HeldInstruction(held, step.instruction), step, publication)
    if held is not None and files:
        await _keep_files(tx, command, held, made, files, publication)
    if command.by.has(Role.LEADER) and not command.by.has(Role.DUTY_OFFICER):
        post = instruction_limits().captured_by_leader_tells
        tell(
            made,
            ("post", post),
            ("领导批示待办理", "A leader's instruction to carry out"),
            ("请分解任务。", "Give it out."),
            publication,
        )
    return Outcome(publication.facts(), {"instruction_id": str(made.id), "no": made.no})


def _of(held: Held) -> tuple[UUID, str, str | None]:
    return held.incident.id, held.incident.title, held.incident.area_code


async def _number(tx: Transaction, held: Held | None) -> str:
    day = tx.at.astimezone(BEIJING).strftime("%Y%m%d")
    incident = None if held is None else held.incident
    return await rows.next_number(
        tx.conn, None if incident is None else incident.no, None if incident is None else incident.id, day
    )


async def _keep_files(
    tx: Transaction,
    command: Command[CaptureInstruction],
    held: Held,
    made: Instruction,
    files: list[StoredFile],
    publication: Publication,
) -> None:
    """The photo of the written one is a note of the incident, so that whoever sees the incident may open it."""
    text = f"{made.no} {made.leader}批示件"
    note = await add_note(
        tx,
        held,
        note_id=command.id,
        kind="note",
        text=text,
        by=command.by,
        occurred_at=command.occurred_at,
        files=files,
    )
    publication.lay(f"incident:{held.incident.id}", note)


# --- the steps of an instruction -----------------------------------------------------------------------------------------


async def _load(tx: Transaction, command: Command[Any]) -> HeldInstruction:
    data: NamesInstruction = command.data
    return await hold_instruction(tx, data.instruction_id)


async def _carry(
    tx: Transaction, held: HeldInstruction, step: Step, kind: str, **more: Json
) -> tuple[Instruction, Publication]:
    publication = Publication(kind, told(step.instruction, **more))
    return await save_step(tx, held, step, publication), publication


def _outcome(instruction: Instruction, publication: Publication) -> Outcome:
    return Outcome(publication.facts(), {"instruction_id": str(instruction.id), "state": instruction.state})


async def _decompose(tx: Transaction, command: Command[DecomposeInstruction], held: HeldInstruction) -> Outcome:
    act, data = act_of(tx, command), command.data
    incident = held.held
    if incident is not None:
        require_open(incident.incident)
    current = await with_its_orders(tx, held, act)
    orders = await rows.orders_of(tx.conn, current.id)
    grown = replace(orders, open=orders.open + len(data.orders), total=orders.total + len(data.orders))
    step = rules.decompose(current, act, grown)
    if incident is None:
        raise AssertionError("an instruction of no incident is refused by its rules")
    tasks = await _orders(tx, command, incident, current)
    publication = Publication("instruction.decomposed", told(step.instruction, orders=len(tasks)))
    await save_step(tx, held, step, publication)
    incident, issued = await issue_orders(tx, incident, tasks, act)
    result = {"instruction_id": str(current.id), "tasks": [str(task.id) for task in tasks]}
    return Outcome([*publication.facts(incident), *issued], {**result, "state": step.instruction.state})


async def _orders(
    tx: Transaction, command: Command[DecomposeInstruction], held: Held, instruction: Instruction
) -> list[Task]:
    number = await store.count_tasks(tx.conn, held.incident.id)
    tasks: list[Task] = []
    for place, order in enumerate(command.data.orders):
        field = f"data.orders.{place}"
        await unit_store.need_department(tx.conn, order.department, field=f"{field}.department")
        for code in order.support:
            await unit_store.need_department(tx.conn, code, field=f"{field}.support")
        task = new_task(
            uuid5(command.id, str(place)),
            held.incident,
            act_of(tx, command),
            number=number + place + 1,
            department=order.department,
            title=order.title,
            text=order.text,
            sign_minutes=_sign_minutes(order, field),
            due_minutes=order.due_minutes,
            support=[code for code in order.support if code != order.department],
            deliverable=order.deliverable,
            source=f"{instruction.leader}批示（{instruction.no}）",
            instruction_id=instruction.id,
            joint=order.joint and bool(order.support),
            priority=order.priority,
        )
        tasks.append(task)
    return tasks


def _sign_minutes(order: OrderData, field: str) -> int:
    minutes = order.sign_minutes or min(time_limits().sign_minutes["none"], order.due_minutes)
    if minutes > order.due_minutes:
        raise Refused(
            "sign_after_due",
            zh="签收时限不能晚于办结时限。",
            en="The time to sign cannot be longer than the time to finish.",
            field=f"{field}.sign_minutes",
        )
    return minutes


@dataclass(frozen=True, slots=True)
class _Attaching:
    general: HeldInstruction
    held: Held


async def _load_attach(tx: Transaction, command: Command[AttachInstruction]) -> _Attaching:
    """The incident's lock first, then the instruction's, as everywhere. One that has an incident is refused by its rules."""
    held = await hold(tx, command.data.incident_id)
    has = await rows.incident_of_instruction(tx.conn, command.data.instruction_id)
    locked = await rows.lock_instruction(tx.conn, command.data.instruction_id, has)
    return _Attaching(HeldInstruction(None, locked), held)


async def _attach(tx: Transaction, command: Command[AttachInstruction], both: _Attaching) -> Outcome:
    require_open(both.held.incident)
    step = rules.attach(both.general.instruction, act_of(tx, command), await _number(tx, both.held), _of(both.held))
    held = HeldInstruction(both.held, both.general.instruction)
    return _outcome(*await _carry(tx, held, step, "instruction.attached", before=both.general.instruction.no))


async def _urge(tx: Transaction, command: Command[UrgeInstruction], held: HeldInstruction) -> Outcome:
    act = act_of(tx, command)
    step = rules.urge(await with_its_orders(tx, held, act), act, command.data.text)
    instruction, publication = await _carry(tx, held, step, "instruction.urged", words=command.data.text)
    owing = await rows.departments_owing(tx.conn, instruction.id)
    said = (command.data.text or "请尽快办理并反馈。", command.data.text or "Please finish it and report back.")
    for code in owing:
        tell(instruction, ("department", code), ("催办：领导批示", "Urged: a leader's instruction"), said, publication)
    if not owing:
        post = instruction_limits().captured_by_leader_tells
        tell(instruction, ("post", post), ("催办：领导批示待反馈", "Urged: answer back"), said, publication)
    return _outcome(instruction, publication)


async def _answer(tx: Transaction, command: Command[AnswerInstruction], held: HeldInstruction) -> Outcome:
    act, data = act_of(tx, command), command.data
    current = await with_its_orders(tx, held, act)
    step = rules.answer(
        current,
        act,
        text=data.text,
        channel=data.channel,
        final=data.final,
        reason=data.reason,
        by_leader_himself=current.leader_account is not None and current.leader_account == command.by.account_id,
    )
    kind = "instruction.answered" if data.final else "instruction.reported"
    instruction, publication = await _carry(tx, held, step, kind, answer=data.text, channel=data.channel)
    if instruction.leader_account is not None:
        subject = (
            ("批示办理结果反馈", "Your instruction was carried out")
            if data.final
            else ("批示办理进展", "Word on your instruction")
        )
        tell(instruction, ("account", str(instruction.leader_account)), subject, (data.text, data.text), publication)
    return _outcome(instruction, publication)


async def _send_back(tx: Transaction, command: Command[SendBackInstruction], held: HeldInstruction) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    orders = await rows.orders_of(tx.conn, held.instruction.id)
    step = rules.send_back(held.instruction, act, reason, orders)
    instruction, publication = await _carry(tx, held, step, "instruction.sent_back", reason=reason)
    post = instruction_limits().captured_by_leader_tells
    tell(instruction, ("post", post), ("批示退回续办", "The leader asks for more"), (reason, reason), publication)
    return _outcome(instruction, publication)


async def _close(tx: Transaction, command: Command[CloseInstruction], held: HeldInstruction) -> Outcome:
    act = act_of(tx, command)
    step = rules.close(await with_its_orders(tx, held, act), act, command.data.note)
    return _outcome(*await _carry(tx, held, step, "instruction.closed", note=command.data.note))


async def _cancel(tx: Transaction, command: Command[CancelInstruction], held: HeldInstruction) -> Outcome:
    act = act_of(tx, command)
    step = rules.cancel(await with_its_orders(tx, held, act), act, command.data.reason)
    return _outcome(*await _carry(tx, held, step, "instruction.cancelled", reason=command.data.reason))


# --- what the platform does by itself ------------------------------------------------------------------------------------


async def _follow(tx: Transaction, command: Command[FollowOrders], held: HeldInstruction) -> Outcome:
    step = rules.follow(held.instruction, act_of(tx, command), await rows.orders_of(tx.conn, held.instruction.id))
    if not step.moved:
        return Outcome(())
    instruction, publication = await _carry(tx, held, step, "instruction.followed", before=held.instruction.state)
    if instruction.state == "fulfilled" and held.instruction.state != "fulfilled":
        post = instruction_limits().captured_by_leader_tells
        subject = ("批示任务已办结，请反馈", "Orders done: answer back")
        tell(instruction, ("post", post), subject, ("请向领导反馈。", "Answer back to the leader."), publication)
    return _outcome(instruction, publication)


async def _escalate(tx: Transaction, command: Command[EscalateInstruction], held: HeldInstruction) -> Outcome:
    act = act_of(tx, command)
    step = rules.escalate(held.instruction, act)
    if not step.moved:
        return Outcome(())
    post = instruction_limits().escalation[len(step.instruction.escalated) - 1].post
    zh, en = post_name(post)
    instruction, publication = await _carry(tx, held, step, "instruction.escalated", post_zh=zh, post_en=en)
    since = _minutes(instruction.feedback_due, act)
    more = (f"已超时 {since} 分钟未反馈，请督促办理。", f"Overdue by {since} minutes without word back.")
    tell(instruction, ("post", post), ("领导批示超时未反馈", "A leader's instruction is overdue"), more, publication)
    return _outcome(instruction, publication)


def _minutes(since: datetime, act: Act) -> int:
    return int((act.at - since).total_seconds() // 60)


async def _load_resume(tx: Transaction, command: Command[ResumeInstructions]) -> Held:
    return await hold(tx, command.data.incident_id)


def _scope_incident(held: Held) -> Scope:
    return Scope(held.incident.area_code)


async def _resume(tx: Transaction, command: Command[ResumeInstructions], held: Held) -> Outcome:
    if held.incident.status != "open":
        return Outcome(())
    publication = Publication("instruction.clocks_resumed", {})
    for listed in await rows.instructions_of(tx.conn, held.incident.id):
        instruction = await rows.lock_instruction(tx.conn, listed.id, held.incident.id)
        step = rules.resume(instruction, act_of(tx, command))
        if step.moved:
            await save_step(tx, HeldInstruction(held, instruction), step, publication)
    return Outcome(publication.facts())


def _step(
    data: type[D], action: str, run: Callable[[Transaction, Command[D], HeldInstruction], Awaitable[Outcome]]
) -> AnyHandling:
    """A step's handling; who may take it stands in the transitions file (invariant 15)."""
    return Handling(data, Allow(instruction_transitions().actions[action].who), _load, HeldInstruction.scope, run)


def _scope_attach(both: _Attaching) -> Scope:
    """Both must be his: the wider of the two areas when one holds the other, else the city."""
    general, incident = both.general.instruction.area_code, both.held.incident.area_code
    return Scope(general if general is not None and (incident or CITY).startswith(general) else None)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(CaptureInstruction, allow(Role.DUTY_OFFICER, Role.LEADER), _load_capture, _scope_place, _capture),
    Handling(
        AttachInstruction, Allow(instruction_transitions().actions["attach"].who), _load_attach, _scope_attach, _attach
    ),
    Handling(ResumeInstructions, allow(Role.SYSTEM), _load_resume, _scope_incident, _resume),
    _step(DecomposeInstruction, "decompose", _decompose),
    _step(UrgeInstruction, "urge", _urge),
    _step(AnswerInstruction, "answer", _answer),
    _step(SendBackInstruction, "send_back", _send_back),
    _step(CloseInstruction, "close", _close),
    _step(CancelInstruction, "cancel", _cancel),
    _step(FollowOrders, "follow", _follow),
    _step(EscalateInstruction, "escalate", _escalate),
)
