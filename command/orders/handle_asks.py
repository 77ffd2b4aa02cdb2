"""How more time, a pause, urging and supervision are asked for and decided on an order."""

from typing import Any

from command import store
from command.orders import asks as rules
from command.orders import notices as task_notices
from command.orders.commands import (
    AskExtension,
    AskPause,
    DecideExtension,
    DecidePause,
    GoOn,
    ReleaseTask,
    SuperviseTask,
    UrgeTask,
)
from command.orders.handlers import carry, load_task, publication_of, step_handling
from command.orders.log import log_event
from command.orders.steps import HeldTask, act_of
from command.orders.task import Task
from incidents.incident import require_open
from spine.authority import Scope
from spine.canonical import Json
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.principal import Role


async def _load(tx: Transaction, command: Command[Any]) -> HeldTask:
    held = await load_task(tx, command)
    require_open(held.held.incident)
    return held


def _own(held: HeldTask) -> Scope:
    return held.scope()


def _given(held: HeldTask) -> Scope:
    return held.lead_scope()


async def _whole(tx: Transaction, task: Task) -> Task | None:
    return None if task.parent_id is None else await store.lock_task(tx.conn, task.parent_id)


# --- more time -----------------------------------------------------------------------------------------------------------


async def _ask_extension(tx: Transaction, command: Command[AskExtension], held: HeldTask) -> Outcome:
    data = command.data
    step = rules.ask_extension(held.task, act_of(tx, command), data.minutes, data.reason)
    notice = task_notices.asked_for_time(step.task, held.lead, data.minutes, data.reason)
    words: dict[str, Json] = {"minutes": data.minutes, "reason": data.reason}
    return await carry(tx, held, step, publication_of("task.extension_asked", step, [notice], **words))


async def _decide_extension(tx: Transaction, command: Command[DecideExtension], held: HeldTask) -> Outcome:
    data, act = command.data, act_of(tx, command)
    whole = await _whole(tx, held.task)
    step = rules.decide_extension(held.task, act, data.granted, data.minutes, data.reason, whole)
    decided = step.task.extension or {}
    minutes = int(str(decided["minutes"])) if data.granted else None
    kind = "extension" if data.granted else "extension_refused"
    await log_event(tx, held.task, kind, act.by, minutes=minutes, reason=data.reason or None)
    notices = task_notices.time_decided(step.task, minutes, data.reason)
    words: dict[str, Json] = {"granted": data.granted, "minutes": minutes, "reason": data.reason}
    return await carry(tx, held, step, publication_of("task.extension_decided", step, notices, **words))


# --- a pause -------------------------------------------------------------------------------------------------------------


async def _ask_pause(tx: Transaction, command: Command[AskPause], held: HeldTask) -> Outcome:
    data = command.data
    step = rules.ask_pause(held.task, act_of(tx, command), data.cause, data.text, data.minutes)
    notice = task_notices.asked_for_pause(step.task, data.cause, data.minutes, data.text)
    words: dict[str, Json] = {"cause": data.cause, "minutes": data.minutes, "text": data.text}
    return await carry(tx, held, step, publication_of("task.pause_asked", step, [notice], **words))


async def _decide_pause(tx: Transaction, command: Command[DecidePause], held: HeldTask) -> Outcome:
    data, act = command.data, act_of(tx, command)
    step = rules.decide_pause(held.task, act, data.granted, data.minutes, data.reason)
    asked = held.task.pause_ask or {}
    minutes, cause = data.minutes or int(str(asked["minutes"])), str(asked["cause"])
    if not data.granted:
        await log_event(tx, held.task, "pause_refused", act.by, minutes=minutes, cause=cause, reason=data.reason)
    elif not held.task.is_paused:  # a renewal goes on with the pause that stands in the log
        await log_event(tx, held.task, "pause", act.by, minutes=minutes, cause=cause, reason=str(asked["text"]))
    until = None if step.task.pause is None or not data.granted else step.task.pause["until"]
    notices = task_notices.pause_decided(step.task, data.granted, data.reason)
    words: dict[str, Json] = {"granted": data.granted, "cause": cause, "until": until, "reason": data.reason}
    return await carry(tx, held, step, publication_of("task.pause_decided", step, notices, **words))


async def _go_on(tx: Transaction, command: Command[GoOn], held: HeldTask) -> Outcome:
    lapsed = command.by.has(Role.SYSTEM)
    if lapsed and (not held.task.is_paused or rules.still_paused(held.task, tx.at)):
        return Outcome(())
    step = rules.end_pause(held.task, act_of(tx, command))
    notices = task_notices.pause_over(step.task) if lapsed else []
    return await carry(tx, held, step, publication_of("task.went_on", step, notices, lapsed=lapsed))


# --- urging and supervision ----------------------------------------------------------------------------------------------


async def _urge(tx: Transaction, command: Command[UrgeTask], held: HeldTask) -> Outcome:
    act, text = act_of(tx, command), command.data.text.strip()
    step = rules.urge(held.task, act, text)
    count = int(str((step.task.urged or {})["count"]))
    await log_event(tx, held.task, "urge", act.by, reason=text or None)
    notices = task_notices.urged(step.task, count, command.by.name, text)
    return await carry(tx, held, step, publication_of("task.urged", step, notices, count=count, text=text or None))


async def _supervise(tx: Transaction, command: Command[SuperviseTask], held: HeldTask) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    step = rules.supervise(held.task, act, reason)
    await log_event(tx, held.task, "supervise", act.by, reason=reason)
    notices = task_notices.supervised(step.task, reason)
    return await carry(tx, held, step, publication_of("task.supervised", step, notices, reason=reason))


async def _release(tx: Transaction, command: Command[ReleaseTask], held: HeldTask) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    step = rules.release(held.task, act, reason)
    await log_event(tx, held.task, "release", act.by, reason=reason)
    notices = task_notices.released(step.task, reason)
    return await carry(tx, held, step, publication_of("task.released", step, notices, reason=reason))


HANDLINGS: tuple[AnyHandling, ...] = (
    step_handling(AskExtension, "ask_extension", _ask_extension, _load, _own),
    step_handling(DecideExtension, "decide_extension", _decide_extension, _load, _given),
    step_handling(AskPause, "ask_pause", _ask_pause, _load, _own),
    step_handling(DecidePause, "decide_pause", _decide_pause, _load, _given),
    step_handling(GoOn, "go_on", _go_on, load_task, _own),
    step_handling(UrgeTask, "urge", _urge, _load, _given),
    step_handling(SuperviseTask, "supervise", _supervise, _load, _given),
    step_handling(ReleaseTask, "release", _release, _load, _given),
)
