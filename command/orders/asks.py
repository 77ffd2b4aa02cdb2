"""What is asked of and said about an order besides doing it: more time, a pause, urging, supervision. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from command.orders.actions import change, go_on, need_reason, next_state
from command.orders.clock import with_step
from command.orders.task import Act, Step, Task
from command.transitions import PauseCause, task_transitions, time_limits
from spine.canonical import JsonObject
from spine.clock import iso, parse_iso
from spine.errors import Refused


def _possible(task: Task, action: str, act: Act) -> Task:
    """A newer version of the order in the same state. Raises Refused `task_transition`."""
    next_state(task, action, act)
    return change(task, act, task.state)


def _need_words(action: str, granted: bool, reason: str) -> str:
    if not granted and not reason.strip():
        rule = task_transitions().actions[action]
        raise Refused(
            "reason_required",
            zh=f"“{rule.zh}”不同意时必须写明理由。",
            en=f"To refuse ({rule.en}) you must give a reason.",
            field="data.reason",
        )
    return reason.strip()


def _nothing_asked(task: Task) -> Refused:
    return Refused(
        "nothing_asked",
        zh=f"任务 {task.no} 没有待批复的申请（可能已批复或已撤回）。",
        en=f"Nothing is asked for on order {task.no} (it may have been decided already).",
        field="data.task_id",
        status=409,
        version=task.version,
    )


def _already_asked(task: Task) -> Refused:
    return Refused(
        "already_asked",
        zh=f"任务 {task.no} 已有同类申请待批复。",
        en=f"The same has been asked for on order {task.no} and waits for a decision.",
        field="data.task_id",
        status=409,
    )


# --- more time -----------------------------------------------------------------------------------------------------------


def ask_extension(task: Task, act: Act, minutes: int, reason: str) -> Step:
    """延期申请: nothing moves until it is granted. Raises Refused `reason_required`, `already_asked`."""
    why = need_reason("ask_extension", reason)
    newer = _possible(task, "ask_extension", act)
    if task.extension_ask is not None:
        raise _already_asked(task)
    asked: JsonObject = {"minutes": minutes, "reason": why, "by": act.by, "at": iso(act.at)}
    return Step(replace(newer, extension_ask=asked), True, False)


def decide_extension(
    task: Task, act: Act, granted: bool, minutes: int | None, reason: str, whole: Task | None = None
) -> Step:
    """批复延期: `minutes` more after the due time (those asked for when None). `whole`: the order that this is a part of.

    Raises Refused `nothing_asked`, `reason_required`, `extension_too_short`, `part_after_whole`.
    """
    newer = _possible(task, "decide_extension", act)
    if task.extension_ask is None:
        raise _nothing_asked(task)
    why = _need_words("decide_extension", granted, reason)
    given = (minutes or _minutes(task.extension_ask)) if granted else None
    decided: JsonObject = {"granted": granted, "minutes": given, "reason": why or None, "by": act.by, "at": iso(act.at)}
    newer = replace(newer, extension_ask=None, extension=decided)
    if given is None:
        return Step(newer, True, False)
    due = task.due + timedelta(minutes=given)
    _check_due(task, act, due, whole)
    longer = replace(newer, due=due)
    return Step(longer if task.step_due is not None or task.is_paused else with_step(longer, act.at), True, False)


def _minutes(asked: JsonObject) -> int:
    return int(str(asked["minutes"]))


def _check_due(task: Task, act: Act, due: datetime, whole: Task | None) -> None:
    if due <= act.at and not task.is_paused:
        late = int((act.at - due).total_seconds() // 60) + 1
        raise Refused(
            "extension_too_short",
            zh=f"延长后仍已超时，至少还要多给 {late} 分钟。",
            en=f"It would still be overdue; give at least {late} minutes more.",
            field="data.minutes",
        )
    if whole is not None and due > whole.due:
        raise Refused(
            "part_after_whole",
            zh=f"延长后会晚于总任务 {whole.no} 的时限，请先延长总任务。",
            en=f"It would be due later than the whole order {whole.no}; extend that first.",
            field="data.minutes",
        )


# --- a pause -------------------------------------------------------------------------------------------------------------


def ask_pause(task: Task, act: Act, cause: PauseCause, text: str, minutes: int) -> Step:
    """申请暂停计时, or to renew the one that runs. Raises Refused `reason_required`, `already_asked`, `pause_too_long`."""
    why = need_reason("ask_pause", text)
    newer = _possible(task, "ask_pause", act)
    if task.pause_ask is not None:
        raise _already_asked(task)
    _check_pause(minutes)
    asked: JsonObject = {"cause": cause, "text": why, "minutes": minutes, "by": act.by, "at": iso(act.at)}
    return Step(replace(newer, pause_ask=asked), True, False)


def _check_pause(minutes: int) -> None:
    longest = time_limits().pause.max_minutes
    if minutes > longest:
        raise Refused(
            "pause_too_long",
            zh=f"一次暂停最多 {longest} 分钟，到期可再申请。",
            en=f"A pause lasts at most {longest} minutes; ask again when it ends.",
            field="data.minutes",
        )


def decide_pause(task: Task, act: Act, granted: bool, minutes: int | None, reason: str) -> Step:
    """批复暂停计时: both clocks stand still from now until somebody goes on, at the latest until the pause ends.

    Raises Refused `nothing_asked`, `own_request`, `reason_required`, `pause_too_long`.
    """
    newer = _possible(task, "decide_pause", act)
    asked = task.pause_ask
    if asked is None:
        raise _nothing_asked(task)
    if asked["by"] == act.by:
        raise Refused(
            "own_request",
            zh="申请人不能批复自己的申请，请由值班长或带班领导批复。",
            en="Whoever asks cannot decide; the watch commander or a leader must.",
            field="data.task_id",
            status=403,
        )
    _need_words("decide_pause", granted, reason)
    newer = replace(newer, pause_ask=None)
    if not granted:
        return Step(newer, True, False)
    length = minutes or _minutes(asked)
    _check_pause(length)
    since = iso(act.at) if task.pause is None else task.pause["since"]
    pause: JsonObject = {
        "cause": asked["cause"],
        "text": asked["text"],
        "since": since,
        "until": iso(act.at + timedelta(minutes=length)),
        "asked": asked["by"],
        "granted": act.by,
    }
    return Step(replace(newer, pause=pause), True, False)


def still_paused(task: Task, at: datetime) -> bool:
    """Whether its pause was renewed beyond `at`."""
    return task.pause is not None and parse_iso(str(task.pause["until"])) > at


def end_pause(task: Task, act: Act) -> Step:
    """恢复计时: every clock gets back the time that it stood still. Raises Refused `not_paused`."""
    newer = _possible(task, "go_on", act)
    if not task.is_paused:
        raise Refused(
            "not_paused",
            zh=f"任务 {task.no} 没有暂停计时。",
            en=f"Order {task.no} is not paused.",
            field="data.task_id",
            status=409,
        )
    return Step(go_on(newer, act.at), True, False)


# --- urging and supervision ----------------------------------------------------------------------------------------------


def urge(task: Task, act: Act, text: str) -> Step:
    """催办: counted. Raises Refused `urged_just_now` when somebody has only just urged it."""
    newer = _possible(task, "urge", act)
    gap = timedelta(minutes=time_limits().urge_gap_minutes)
    if task.urged is not None and act.at - parse_iso(str(task.urged["at"])) < gap:
        raise Refused(
            "urged_just_now",
            zh=f"{time_limits().urge_gap_minutes} 分钟内刚催办过，请先等部门回应或直接电话联系。",
            en=f"It was urged less than {time_limits().urge_gap_minutes} minutes ago; wait for the answer or telephone.",
            field="data.task_id",
            status=409,
        )
    count = 1 if task.urged is None else int(str(task.urged["count"])) + 1
    urged: JsonObject = {"count": count, "text": text.strip() or None, "by": act.by, "at": iso(act.at)}
    return Step(replace(newer, urged=urged), True, False)


def supervise(task: Task, act: Act, reason: str) -> Step:
    """列入督办. Raises Refused `reason_required`, `already_supervised`."""
    why = need_reason("supervise", reason)
    newer = _possible(task, "supervise", act)
    if task.supervised is not None:
        raise Refused(
            "already_supervised",
            zh=f"任务 {task.no} 已在督办。",
            en=f"Order {task.no} is under supervision already.",
            field="data.task_id",
            status=409,
        )
    return Step(replace(newer, supervised={"reason": why, "by": act.by, "at": iso(act.at)}), True, False)


def release(task: Task, act: Act, reason: str) -> Step:
    """解除督办. Raises Refused `reason_required`, `not_supervised`."""
    need_reason("release", reason)
    newer = _possible(task, "release", act)
    if task.supervised is None:
        raise Refused(
            "not_supervised",
            zh=f"任务 {task.no} 没有列入督办。",
            en=f"Order {task.no} is not under supervision.",
            field="data.task_id",
            status=409,
        )
    return Step(replace(newer, supervised=None), True, False)
