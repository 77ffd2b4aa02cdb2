"""What another level of a response would change in its orders (提级、降级的任务差异): shown before it is confirmed, then carried
out. Pure, and the same function for both: what was seen is what is done.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from command.orders.task import Task
from command.planning.plan import Plan, PlanTask, owner_of
from command.responses.response import Response
from command.transitions import Level, at_least
from spine.canonical import Json, JsonObject, encode
from spine.clock import iso
from spine.errors import Refused

What = Literal["added", "retimed", "cancelled", "kept", "elsewhere"]
WHATS: tuple[What, ...] = ("added", "retimed", "cancelled", "kept", "elsewhere")
_NOT_STARTED = frozenset({"waiting", "issued"})


@dataclass(frozen=True, slots=True)
class Line:
    """One order. `task`: the one that there is; `listed`: the plan's, where the level has it; `other`: the plan that gave it."""

    what: What
    code: str
    title_zh: str
    title_en: str
    department: str
    listed: PlanTask | None = None
    task: Task | None = None
    sign_due: datetime | None = None
    other: JsonObject | None = None
    why: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Difference:
    """`stamp` names what would happen, without its times: a decision that names another one is refused. `area`: the incident's."""

    response_id: UUID
    version: int
    before: Level | None
    level: Level
    lines: tuple[Line, ...]
    stamp: str
    area: str

    def of(self, what: What) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.what == what)

    def counts(self) -> dict[str, Json]:
        return {what: len(self.of(what)) for what in WHATS}


@dataclass(frozen=True, slots=True)
class _Purposes:
    """Which orders serve which purpose of which desk: by the plan's shared name, else by title."""

    held: dict[tuple[str, str, str], tuple[Task, JsonObject | None]] = field(
        default_factory=dict[tuple[str, str, str], tuple[Task, JsonObject | None]]
    )

    def put(self, owners: set[str], shared: str | None, title: str, task: Task, other: JsonObject | None) -> None:
        for owner in owners:
            for key in _keys(owner, shared, title):
                self.held.setdefault(key, (task, other))

    def find(self, owner: str, listed: PlanTask) -> tuple[Task, JsonObject | None] | None:
        return next((self.held[key] for key in _keys(owner, listed.shared, listed.zh) if key in self.held), None)


def _keys(owner: str, shared: str | None, title: str) -> list[tuple[str, str, str]]:
    by_title = (owner, "title", "".join(title.split()))
    return [by_title] if shared is None else [(owner, "shared", shared), by_title]


def difference(
    plan: Plan,
    area_code: str | None,
    response: Response,
    level: Level,
    tasks: Sequence[Task],
    others: Sequence[Response],
    at: datetime,
) -> Difference:
    """`tasks`: all orders of the incident; `others`: its other responses; `at`: when it would be done.

    Raising adds the level's orders that nobody gave yet and shortens the signing time of those not yet signed; lowering
    cancels only what has not begun and what no other response needs.
    """
    by_id = {str(task.id): task for task in tasks}
    given = _given(response, tasks, others)
    before = response.level if response.state == "active" else None
    lines = [
        _wanted(plan, listed, level, area_code or "", response, by_id, given, at) for listed in plan.tasks_at(level)
    ]
    codes = {line.code for line in lines}
    lines += [
        line
        for code, order in response.orders.items()
        if code not in codes and (line := _not_wanted(code, _object(order), tasks, by_id, others)) is not None
    ]
    return Difference(
        response.id, response.version, before, level, tuple(lines), _stamp(response, level, lines), area_code or ""
    )


def check_seen(seen: str | None, now: Difference) -> None:
    """Raises Refused `stale_version` when what was shown is not what would be done now."""
    if seen is None or seen == now.stamp:
        return
    raise Refused(
        "stale_version",
        zh="核对之后情况有变（有任务被签收或下达，或级别已调整），请看新的变动清单再确认。",
        en="Something changed since you looked (an order was signed or given, or the level changed); look at the new list first.",
        field="data.against",
        status=409,
        final=False,
        version=now.version,
        against=now.stamp,
    )


def _object(value: Json) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], value)


def _given(response: Response, tasks: Sequence[Task], others: Sequence[Response]) -> _Purposes:
    """What other plans and the desk itself have ordered. Of an ended response only what still goes on."""
    by_id = {str(task.id): task for task in tasks}
    found, named = _Purposes(), set[str]()
    for other in sorted(others, key=lambda r: (r.state != "active", r.proposed_at)):
        about: JsonObject = {"response_id": str(other.id), "plan_zh": other.plan_zh, "plan_en": other.plan_en}
        for order in other.orders.values():
            one = _object(order)
            named.add(str(one["task_id"]))
            task = by_id.get(str(one["task_id"]))
            if task is None or task.state == "cancelled" or (other.state != "active" and not task.is_open):
                continue
            owners = {str(one["owner"]), task.department}
            found.put(owners, cast(str | None, one["purpose"]), str(one["title"]), task, about)
    own = {str(_object(order)["task_id"]) for order in response.orders.values()}
    for task in tasks:
        if str(task.id) not in named | own and task.parent_id is None and task.is_open:
            found.put({task.department}, None, task.title, task, None)
    return found


def _wanted(
    plan: Plan,
    listed: PlanTask,
    level: Level,
    area: str,
    response: Response,
    by_id: Mapping[str, Task],
    given: _Purposes,
    at: datetime,
) -> Line:
    owner = owner_of(listed.owner, area)
    order = response.orders.get(listed.code)
    task = None if order is None else by_id.get(str(_object(order)["task_id"]))
    if order is not None and task is not None and task.state != "cancelled":
        other = cast(JsonObject | None, _object(order)["other"])
        if other is not None:
            return _elsewhere(listed, task, other)
        return _ours(plan, listed, level, response, task, at)
    found = given.find(owner, listed)
    if found is not None:
        return _elsewhere(listed, *found)
    return Line("added", listed.code, listed.zh, listed.en, owner, listed)


def _elsewhere(listed: PlanTask, task: Task, other: JsonObject | None) -> Line:
    if other is None:
        why = (f"值班席已下达（{task.no}）", f"given by the duty desk ({task.no})")
    else:
        why = (f"已由《{other['plan_zh']}》下达（{task.no}）", f"given under '{other['plan_en']}' ({task.no})")
    return Line("elsewhere", listed.code, listed.zh, listed.en, task.department, listed, task, other=other, why=why)


def _ours(plan: Plan, listed: PlanTask, level: Level, response: Response, task: Task, at: datetime) -> Line:
    """An order of this response that the level has too. Its signing time follows the level while nobody has signed; one that
    is late already stays late."""
    minutes = plan.sign_minutes_of(listed, level)
    line = Line("kept", listed.code, listed.zh, listed.en, task.department, listed, task, why=_standing(task))
    if task.state not in _NOT_STARTED or task.signed_at is not None or task.sign_due <= at:
        return line
    span = timedelta(minutes=minutes)
    begins = task.start_at if task.start_at is not None and task.start_at > at else None
    if at_least(level, response.level):
        due = min(task.sign_due, (begins or at) + span)
    else:
        due = max(task.sign_due, (begins or task.issued_at) + span)
    if due == task.sign_due:
        return line
    return Line(
        "retimed",
        listed.code,
        listed.zh,
        listed.en,
        task.department,
        listed,
        task,
        sign_due=due,
        why=(f"签收时限改为 {minutes} 分钟", f"to be signed within {minutes} minutes"),
    )


def _standing(task: Task) -> tuple[str, str]:
    if not task.is_open:
        return ("已办结", "finished")
    if task.state in _NOT_STARTED and task.signed_at is None:
        return ("不变", "unchanged")
    return ("已签收或在办，继续", "signed or being done: goes on")


def _not_wanted(
    code: str,
    order: Mapping[str, Json],
    tasks: Sequence[Task],
    by_id: Mapping[str, Task],
    others: Sequence[Response],
) -> Line | None:
    """An order of this response that the level does not have: cancelled when it has not begun; nothing that began is."""
    task = by_id.get(str(order["task_id"]))
    if task is None or task.state == "cancelled" or order["other"] is not None:
        return None
    line = Line("kept", code, task.title, task.title_en or task.title, task.department, None, task, why=_standing(task))
    if not task.is_open or any(not _not_started(one) for one in (task, *_parts(task, tasks))):
        return line
    for other in others:
        needs = any(_object(one)["task_id"] == str(task.id) for one in other.orders.values())
        if other.state == "active" and needs:
            words = (f"《{other.plan_zh}》仍需要", f"still needed by '{other.plan_en}'")
            return Line("kept", code, line.title_zh, line.title_en, task.department, None, task, why=words)
    why = ("尚未签收，撤销", "not signed yet: cancelled")
    return Line("cancelled", code, line.title_zh, line.title_en, task.department, None, task, why=why)


def _not_started(task: Task) -> bool:
    return task.state == "cancelled" or (task.state in _NOT_STARTED and task.signed_at is None)


def _parts(task: Task, tasks: Sequence[Task]) -> list[Task]:
    """The parts of an order, with theirs."""
    found = [one for one in tasks if one.parent_id == task.id]
    return [*found, *(part for one in found for part in _parts(one, tasks))]


def parts_to_cancel(line: Line, tasks: Sequence[Task]) -> list[Task]:
    """The open parts of an order that is cancelled, the innermost first, then itself."""
    if line.task is None:
        return []
    return [*(part for part in reversed(_parts(line.task, tasks)) if part.is_open), line.task]


def _stamp(response: Response, level: Level, lines: Sequence[Line]) -> str:
    said: list[Json] = [[line.what, line.code, None if line.task is None else str(line.task.id)] for line in lines]
    named: JsonObject = {"response": str(response.id), "version": response.version, "level": level, "lines": said}
    return hashlib.sha256(encode(named).encode()).hexdigest()[:16]


def difference_object(one: Difference, plan: Plan) -> JsonObject:
    """As screens show it. `against` is what the decision must name."""
    lines: list[Json] = [_line_object(line, plan, one.level, one.area) for line in one.lines]
    added = list[Json](sorted({line.department for line in one.of("added")}))
    return {
        "response_id": str(one.response_id),
        "version": one.version,
        "before": one.before,
        "level": one.level,
        "against": one.stamp,
        "counts": one.counts(),
        "departments": added,
        "lines": lines,
    }


def _line_object(line: Line, plan: Plan, level: Level, area: str) -> JsonObject:
    listed, task = line.listed, line.task
    return {
        "what": line.what,
        "code": line.code,
        "title_zh": line.title_zh,
        "title_en": line.title_en,
        "department": line.department,
        "support": [] if listed is None else [owner_of(code, area) for code in listed.support],
        "sign_minutes": None if listed is None else plan.sign_minutes_of(listed, level),
        "start_minutes": None if listed is None else listed.start_minutes,
        "due_minutes": None if listed is None else listed.due_minutes,
        "priority": task.priority if task is not None else None if listed is None else listed.priority,
        "deliverable": None if listed is None else listed.deliverable,
        "clause": None if listed is None else listed.clause,
        "source": None if listed is None else listed.source,
        "precondition_zh": None if listed is None else listed.precondition_zh,
        "precondition_en": None if listed is None else listed.precondition_en,
        "task_id": None if task is None else str(task.id),
        "no": None if task is None else task.no,
        "state": None if task is None else task.state,
        "sign_due": None if task is None else iso(task.sign_due),
        "new_sign_due": None if line.sign_due is None else iso(line.sign_due),
        "other": line.other,
        "why_zh": line.why[0],
        "why_en": line.why[1],
    }
