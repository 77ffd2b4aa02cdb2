"""Orders made of others (分解、联合任务) and orders that wait for others. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from command.orders.task import Act, Task
from command.transitions import time_limits
from spine.canonical import Json
from spine.errors import Refused, not_found

DEEPEST = 3
"""How often an order may be split: the whole, its parts, theirs."""


def shares(task: Task) -> list[Task]:
    """The parts of a joint order: one for each supporting department, with the same clocks to begin and sign, and less time
    than the whole so that the lead can merge what comes in. Their ids follow from the order's, so that they are made once."""
    if not task.joint:
        return []
    minutes = max(1, round(task.due_minutes * time_limits().joint_share))
    others = [code for code in dict.fromkeys(task.support) if code != task.department]
    return [_share(task, code, number, minutes) for number, code in enumerate(others, 1)]


def _share(task: Task, department: str, number: int, minutes: int) -> Task:
    sign_minutes = min(task.sign_minutes, minutes)
    return replace(
        task,
        id=uuid5(task.id, f"share:{department}"),
        no=f"{task.no}-{number}",
        code=None,
        department=department,
        support=(),
        unit_id=None,
        parent_id=task.id,
        joint=False,
        sign_minutes=sign_minutes,
        due_minutes=minutes,
        sign_due=task.due_from + timedelta(minutes=sign_minutes),
        due=task.due_from + timedelta(minutes=minutes),
    )


def begun(task: Task, act: Act) -> Task:
    """A waiting order as it is issued: its clocks run in full from now."""
    return replace(
        task,
        state="issued",
        state_at=act.at,
        issued_at=act.at,
        due_from=act.at,
        sign_due=act.at + timedelta(minutes=task.sign_minutes),
        due=act.at + timedelta(minutes=task.due_minutes),
        version=task.version + 1,
        updated_at=act.at,
    )


def can_begin(task: Task, act: Act, before: Iterable[Task]) -> bool:
    """Whether its time has come and everything that it waits for is closed. A cancelled one never is: a person decides."""
    if task.start_at is not None and task.start_at > act.at:
        return False
    return all(one.state == "closed" for one in before)


def check_plan(new: Sequence[Task], known: Mapping[UUID, Task]) -> None:
    """New orders among the incident's other ones. `known` holds those too.

    Raises Refused `not_found` (no such predecessor here), `after_cancelled`, `after_cycle`, `part_of_closed`, `part_after_whole`,
    `split_too_deep`.
    """
    all_of_them = {**known, **{task.id: task for task in new}}
    for task in new:
        for before in task.after:
            if before not in all_of_them:
                raise not_found("前置任务", "order to wait for", str(before), field="data.after")
            if all_of_them[before].state == "cancelled":
                raise _cancelled(all_of_them[before])
        _check_part(task, all_of_them)
    for task in new:
        _check_cycle(task, all_of_them)


def _cancelled(task: Task) -> Refused:
    return Refused(
        "after_cancelled",
        zh=f"前置任务 {task.no} 已撤销，不会再办结，请另选。",
        en=f"Order {task.no} was cancelled and will never be closed; wait for another one.",
        field="data.after",
        status=409,
    )


def _check_part(task: Task, known: Mapping[UUID, Task]) -> None:
    if task.parent_id is None:
        return
    whole = known.get(task.parent_id)
    if whole is None or whole.incident_id != task.incident_id:
        raise not_found("上级任务", "order to be a part of", str(task.parent_id), field="data.parent_id")
    if not whole.is_open or whole.state == "submitted":
        raise closed_whole(whole)
    if len(_line(task, known)) >= DEEPEST:
        raise Refused(
            "split_too_deep",
            zh=f"任务最多分解 {DEEPEST - 1} 层。",
            en=f"An order is split at most {DEEPEST - 1} times.",
            field="data.task_id",
        )
    if task.due > max(whole.due, task.issued_at + timedelta(minutes=time_limits().send_back_minutes)):
        raise Refused(
            "part_after_whole",
            zh="子任务的办结时限不能晚于总任务的时限。",
            en="A part cannot be due later than the whole order.",
            field="data.due_minutes",
        )


def closed_whole(whole: Task) -> Refused:
    return Refused(
        "part_of_closed",
        zh=f"任务 {whole.no} 已提交或已结束，不能再分解。",
        en=f"Order {whole.no} has been handed in or is over; it cannot be split.",
        field="data.task_id",
        status=409,
    )


def _line(task: Task, known: Mapping[UUID, Task]) -> list[Task]:
    """The orders above this one, the nearest first."""
    line: list[Task] = []
    above = task.parent_id
    while above is not None and above in known and len(line) <= DEEPEST:
        line.append(known[above])
        above = known[above].parent_id
    return line


def _check_cycle(task: Task, known: Mapping[UUID, Task]) -> None:
    """An order needs those it waits for, and a whole needs its parts: whoever is reached from itself never ends."""
    parts: dict[UUID, list[UUID]] = {}
    for one in known.values():
        if one.parent_id is not None:
            parts.setdefault(one.parent_id, []).append(one.id)
    targets = {task.id, *(above.id for above in _line(task, known))}
    todo = list(task.after)
    seen: set[UUID] = set()
    while todo:
        here = todo.pop()
        if here in targets:
            raise Refused(
                "after_cycle",
                zh=f"任务 {task.no} 与 {known[here].no} 互相等待，都无法办结。",
                en=f"Orders {task.no} and {known[here].no} would wait for each other and never end.",
                field="data.after",
            )
        if here not in seen and here in known:
            seen.add(here)
            todo += [*known[here].after, *parts.get(here, [])]


def need_no_open_parts(task: Task, parts: Iterable[Task], what: tuple[str, str]) -> None:
    """Raises Refused `open_parts`. `what`: what cannot be done yet, in both languages."""
    still = [part for part in parts if part.is_open]
    if still:
        raise Refused(
            "open_parts",
            zh=f"任务 {task.no} 还有 {len(still)} 项子任务未办结（{'、'.join(p.no.rpartition('-R')[2] for p in still[:5])}），不能{what[0]}。",
            en=f"Order {task.no} has {len(still)} open part(s); you cannot {what[1]} yet.",
            field="data.task_id",
            status=409,
            parts=list[Json]([str(part.id) for part in still]),
        )
