"""What may happen to an order (任务). Pure: the order and the deed come in, the step comes out or Refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from command.orders.clock import shifted, with_step
from command.orders.task import Act, Step, Task
from command.transitions import task_transitions, time_limits
from spine.canonical import Json, JsonObject
from spine.clock import iso, parse_iso
from spine.errors import Refused

_WORKING = frozenset({"issued", "signed", "in_progress"})


def _words(state: str) -> tuple[str, str]:
    found = task_transitions().states[state]
    return found.zh, found.en


def refuse(task: Task, action: str) -> Refused:
    """`task_transition`: what cannot be done with an order as it stands."""
    rule = task_transitions().actions[action]
    zh, en = _words(task.state)
    return Refused(
        "task_transition",
        zh=f"任务 {task.no}“{task.title}”{zh}，不能再“{rule.zh}”。",
        en=f"Order {task.no} is {en}; '{rule.en}' is not possible now.",
        field="data.task_id",
        status=409,
        state=task.state,
        version=task.version,
    )


def need_reason(action: str, reason: str) -> str:
    """The reason without blanks. Raises Refused `reason_required` when the action asks for one."""
    if task_transitions().actions[action].reason and not reason.strip():
        rule = task_transitions().actions[action]
        raise Refused(
            "reason_required",
            zh=f"“{rule.zh}”必须写明理由。",
            en=f"To {rule.en} you must give a reason.",
            field="data.reason",
        )
    return reason.strip()


def _done_at(task: Task, act: Act) -> datetime:
    """When it was done: never before the order was issued nor after the centre heard of it."""
    return min(max(act.occurred_at, task.issued_at), act.at)


def next_state(task: Task, action: str, act: Act) -> str | None:
    """The state after the action; None for a late entry that moves nothing. Raises Refused `task_transition`."""
    rule = task_transitions().actions[action]
    if task.state in rule.moves:
        return rule.moves[task.state]
    if task.state in rule.late and act.occurred_at < task.state_at:
        return None
    raise refuse(task, action)


def change(task: Task, act: Act, state: str) -> Task:
    """The order in its next state, with that step's clock begun; `state` the same: only a newer version of it.

    A move ends a pause: whoever goes on works again. What was asked for and not decided lapses when the order leaves the
    department's hands.
    """
    newer = replace(task, version=task.version + 1, updated_at=act.at)
    if state == task.state:
        return newer
    changed = replace(go_on(newer, act.at), state=state, state_at=act.at)
    if state not in _WORKING:
        changed = replace(changed, pause_ask=None, extension_ask=None)
    return with_step(changed, act.at)


def go_on(task: Task, at: datetime) -> Task:
    """The order with its clocks running again and the time of the pause given back; unchanged when it was not paused."""
    if task.pause is None:
        return task
    stood = max(timedelta(0), at - parse_iso(str(task.pause["since"])))
    return replace(shifted(task, stood), pause=None)


def _late(act: Act) -> bool:
    return time_limits().is_late(act.occurred_at, act.at)


def _signed(task: Task, act: Act) -> Task:
    return task if task.signed_at is not None else replace(task, signed_at=_done_at(task, act))


def sign(task: Task, act: Act) -> Step:
    """签收: starts nothing yet, but stops the signing clock."""
    state = next_state(task, "sign", act)
    if state is None:
        return Step(task, moved=False, late=True)
    return Step(_signed(change(task, act, state), act), True, _late(act))


def send_return(task: Task, act: Act, reason: str) -> Step:
    """退回: the order goes back to the duty desk with its reason, which now has a clock of its own to send it on."""
    why = need_reason("return", reason)
    state = next_state(task, "return", act)
    if state is None:
        raise refuse(task, "return")
    returned: JsonObject = {"reason": why, "by": act.by, "at": iso(_done_at(task, act))}
    return Step(replace(change(task, act, state), returned=returned), True, _late(act))


def reissue(task: Task, act: Act, department: str, reason: str) -> Step:
    """转办: another department gets the order with full time limits; the field unit of the first one is released."""
    need_reason("reissue", reason)
    state = next_state(task, "reissue", act)
    if state is None:
        raise refuse(task, "reissue")
    if department == task.department and task.state != "returned":
        raise Refused(
            "same_department",
            zh="任务已在该部门，请选择其他部门。",
            en="The order is already with this department; choose another one.",
            field="data.department",
        )
    changed = replace(
        change(task, act, state),
        department=department,
        unit_id=None,
        state_at=act.at,
        issued_at=act.at,
        sign_due=act.at + timedelta(minutes=task.sign_minutes),
        due=act.at + timedelta(minutes=task.due_minutes),
        due_from=act.at,
        signed_at=None,
        arrived_at=None,
        progress=None,
        need_help=None,
        pause=None,
        pause_ask=None,
        extension_ask=None,
        extension=None,
        urged=None,
        cards={},
    )
    return Step(changed, True, False)


def start(task: Task, act: Act) -> Step:
    """开始办理; whoever starts has signed."""
    state = next_state(task, "start", act)
    if state is None:
        return Step(task, moved=False, late=True)
    return Step(_signed(change(task, act, state), act), True, _late(act))


def assign(task: Task, act: Act, unit_id: UUID) -> Step:
    """指派力量: a field unit gets the order; the state stays."""
    state = next_state(task, "assign", act)
    if state is None or task.unit_id == unit_id:
        raise Refused(
            "unit_already_assigned",
            zh="该力量已承担此任务。",
            en="This unit already has the order.",
            field="data.unit_id",
            status=409,
        )
    return Step(replace(change(task, act, state), unit_id=unit_id, arrived_at=None), True, False)


def _reported(task: Task, act: Act, text: str) -> JsonObject:
    """The newest report counts, whichever reaches the centre last."""
    told: JsonObject = {"text": text, "by": act.by, "at": iso(_done_at(task, act))}
    held = task.progress
    return held if held is not None and str(held["at"]) > str(told["at"]) else told


def progress(task: Task, act: Act, text: str) -> Step:
    """报告进展. After the end it is kept as a late entry."""
    state = next_state(task, "progress", act)
    if state is None:
        return Step(task, moved=False, late=True)
    changed = replace(_signed(change(task, act, state), act), progress=_reported(task, act, text))
    if state == task.state == "in_progress" and not task.is_paused:
        changed = with_step(changed, act.at)
    return Step(changed, True, _late(act))


def submit(task: Task, act: Act, text: str) -> Step:
    """提交办结: the total clock stops here; what the reviewer takes is not the department's time."""
    state = next_state(task, "submit", act)
    if state is None:
        return Step(task, moved=False, late=True)
    changed = replace(
        _signed(change(task, act, state), act),
        progress=_reported(task, act, text),
        submitted_at=_done_at(task, act),
    )
    return Step(changed, True, _late(act))


def accept(task: Task, act: Act) -> Step:
    state = next_state(task, "accept", act)
    if state is None:
        raise refuse(task, "accept")
    return Step(replace(change(task, act, state), closed_at=act.at, need_help=None), True, False)


def send_back(task: Task, act: Act, reason: str) -> Step:
    """退回补办: the total clock runs again, with at least the minutes that more work needs."""
    why = need_reason("send_back", reason)
    state = next_state(task, "send_back", act)
    if state is None:
        raise refuse(task, "send_back")
    due = max(task.due, act.at + timedelta(minutes=time_limits().send_back_minutes))
    returned: JsonObject = {"reason": why, "by": act.by, "at": iso(act.at)}
    run_from = task.due_from if due == task.due else act.at
    again = replace(task, due=due, due_from=run_from, submitted_at=None, returned=returned)
    return Step(change(again, act, state), True, False)


def cancel(task: Task, act: Act, reason: str) -> Step:
    why = need_reason("cancel", reason)
    state = next_state(task, "cancel", act)
    if state is None:
        raise refuse(task, "cancel")
    returned: JsonObject = {"reason": why, "by": act.by, "at": iso(act.at)}
    changed = replace(change(task, act, state), closed_at=act.at, need_help=None, returned=returned)
    return Step(changed, True, False)


def arrive(task: Task, act: Act) -> Step:
    """到场: starts an order that was only issued or signed; later states keep theirs."""
    moves = task_transitions().actions["start"].moves
    if task.arrived_at is not None or not task.is_open:
        return Step(task, moved=False, late=_late(act))
    changed = change(task, act, moves.get(task.state, task.state))
    return Step(replace(_signed(changed, act), arrived_at=_done_at(task, act)), True, _late(act))


def ask_for_help(task: Task, act: Act, kinds: Sequence[str], text: str | None) -> Step:
    """请求支援. The newest request stands; one for a finished order is kept as a note only."""
    asked: JsonObject = {"kinds": list[Json](kinds), "text": text, "at": iso(_done_at(task, act))}
    held = task.need_help
    if not task.is_open or (held is not None and str(held["at"]) > str(asked["at"])):
        return Step(task, moved=False, late=_late(act))
    return Step(replace(change(task, act, task.state), need_help=asked), True, _late(act))


def resume(task: Task, act: Act) -> Step:
    """The clocks of an open order run again after its incident was reopened: what was past gets its full time anew.

    A pause goes on; the time that its order was closed counts as standing still.
    """
    if not task.is_open:
        return Step(task, moved=False, late=False)
    if task.state not in _WORKING:
        again = task if task.state == "waiting" else with_step(task, act.at)
        return Step(change(again, act, task.state), True, False)
    missed = task.signed_at is None and task.sign_due <= act.at
    sign_due = act.at + timedelta(minutes=task.sign_minutes) if missed else task.sign_due
    late = task.due <= act.at and not task.is_paused
    due = act.at + timedelta(minutes=task.due_minutes) if late else task.due
    changed = replace(
        change(task, act, task.state), sign_due=sign_due, due=due, due_from=act.at if late else task.due_from
    )
    return Step(changed if task.is_paused else with_step(changed, act.at), True, False)
