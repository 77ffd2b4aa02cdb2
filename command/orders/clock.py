"""The clocks of an order (任务时限): which run in its present state, since when, until when, and who owes them. Pure.

Nothing here is stored twice: the rows of `spine.deadlines` follow from the order, so that whoever changes an order cannot forget
one of its clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from command.orders.escalation import escalation_levels
from command.orders.task import Task
from command.transitions import time_limits
from spine.canonical import JsonObject
from spine.clock import iso, parse_iso

ClockKind = Literal[
    "task_sign", "task_step", "task_due", "task_extension", "task_pause_ask", "task_pause", "task_start", "task_watch"
]
OwedBy = Literal["department", "desk", "lead"]
CARDED: tuple[ClockKind, ...] = ("task_sign", "task_step", "task_due")
"""The clocks that give cards. Of the others two are the duty desk's own, one ends a pause, two are silent."""
SILENT = frozenset[ClockKind]({"task_start", "task_watch"})
"""Times at which something is looked at; nobody owes them."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock that runs: `desk` owes it when the duty desk does, `lead` the department that leads the whole order."""

    kind: ClockKind
    started: datetime
    due: datetime
    owed_by: OwedBy = "department"


def clocks_of(task: Task) -> dict[ClockKind, Clock]:
    """Every clock of the order as it stands."""
    found: dict[ClockKind, Clock] = {clock.kind: clock for clock in _clocks(task)}
    watch = next_watch(task)
    if watch is not None:
        found["task_watch"] = Clock("task_watch", task.due_from, watch)
    return found


def _clocks(task: Task) -> Iterator[Clock]:
    if not task.is_open:
        return
    if task.state == "waiting":
        if task.start_at is not None:
            yield Clock("task_start", task.issued_at, task.start_at)
        return
    yield from _asked(task)
    if task.pause is not None:
        yield Clock("task_pause", parse_iso(str(task.pause["since"])), parse_iso(str(task.pause["until"])))
        return
    yield from running(task)


def _asked(task: Task) -> Iterator[Clock]:
    """What the duty desk must decide; for a part, the department that leads the whole."""
    owed_by: OwedBy = "desk" if task.parent_id is None else "lead"
    limit = timedelta(minutes=time_limits().decide_minutes)
    if task.extension_ask is not None:
        at = parse_iso(str(task.extension_ask["at"]))
        yield Clock("task_extension", at, at + limit, owed_by)
    if task.pause_ask is not None:
        at = parse_iso(str(task.pause_ask["at"]))
        yield Clock("task_pause_ask", at, at + limit, "desk")


def running(task: Task) -> Iterator[Clock]:
    """The clocks that give cards. None runs while the order waits, stands still or is over."""
    if not task.is_open or task.state == "waiting" or task.pause is not None:
        return
    step = (task.step_from, task.step_due)
    if task.state == "returned":
        if step[0] is not None and step[1] is not None:
            yield Clock("task_sign", step[0], step[1], "desk")
        return
    if task.state == "issued":
        yield Clock("task_sign", task.due_from, task.sign_due)
    elif step[0] is not None and step[1] is not None:
        reviewer: OwedBy = "desk" if task.parent_id is None else "lead"
        yield Clock("task_step", step[0], step[1], reviewer if task.state == "submitted" else "department")
    if task.state != "submitted":
        yield Clock("task_due", task.due_from, task.due)


def with_step(task: Task, at: datetime) -> Task:
    """The order with the clock of its present step begun at `at`; none when the total one ends sooner."""
    if task.state == "returned":
        return replace(task, step_from=at, step_due=at + timedelta(minutes=time_limits().reissue_minutes))
    limit = time_limits().steps.get(task.state)
    if limit is None:
        return replace(task, step_from=None, step_due=None)
    due = at + timedelta(minutes=limit.minutes[task.priority])
    if task.state != "submitted" and due >= task.due:
        return replace(task, step_from=None, step_due=None)
    return replace(task, step_from=at, step_due=due)


def shifted(task: Task, by: timedelta) -> Task:
    """The order with the time given back to every clock that stood still; the cards that they gave stay theirs.

    The signing clock of a signed order stands no more: moving it would make a late signature look timely.
    """
    dues: dict[str, datetime | None] = {"task_sign": task.sign_due, "task_step": task.step_due, "task_due": task.due}
    cards: JsonObject = {}
    for kind, card in task.cards.items():
        due = dues.get(kind)
        if isinstance(card, dict) and due is not None and card.get("due") == iso(due):
            card = {**card, "due": iso(due + by)}
        cards[kind] = card
    return replace(
        task,
        sign_due=task.sign_due + by if task.signed_at is None else task.sign_due,
        due_from=task.due_from + by,
        due=task.due + by,
        step_from=None if task.step_from is None else task.step_from + by,
        step_due=None if task.step_due is None else task.step_due + by,
        cards=cards,
    )


# --- cards ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A clock has reached a level of rules/escalation.yaml that it had not reached before. `rank`: 0 yellow, 1 red, 2 severe."""

    clock: Clock
    level: str
    rank: int
    at: datetime
    ran_over: bool = False
    """Whether the clock ran over with this card: the first red or severe one of this run."""


def _rank(task: Task, clock: Clock) -> int:
    """How far this clock has been escalated: -1 not at all. A card of a clock that was set anew since does not count."""
    given = task.cards.get(clock.kind)
    if not isinstance(given, dict) or given.get("due") != iso(clock.due):
        return -1
    return [level.level for level in escalation_levels()].index(str(given["level"]))


def _thresholds(clock: Clock) -> list[datetime]:
    """When the clock reaches each level."""
    allowed = clock.due - clock.started
    return [clock.started + allowed * level.at_share for level in escalation_levels()]


def cards_due(task: Task, at: datetime) -> list[Card]:
    """The levels that the clocks have reached by `at` without anybody having been told: the highest of each clock."""
    found: list[Card] = []
    for clock in running(task):
        passed = [rank for rank, when in enumerate(_thresholds(clock)) if when <= at]
        if passed and passed[-1] > _rank(task, clock):
            rank = passed[-1]
            ran_over = rank >= 1 > _rank(task, clock)
            found.append(Card(clock, escalation_levels()[rank].level, rank, at, ran_over))
    return found


def next_watch(task: Task) -> datetime | None:
    """When somebody must next be told because a clock goes too far; None when no clock can."""
    coming = [when for clock in running(task) for when in _thresholds(clock)[_rank(task, clock) + 1 :][:1]]
    return min(coming, default=None)


def with_cards(task: Task, cards: list[Card]) -> Task:
    """The order with these cards on it."""
    given: JsonObject = {
        **task.cards,
        **{c.clock.kind: {"level": c.level, "due": iso(c.clock.due), "at": iso(c.at)} for c in cards},
    }
    mine = [card for card in cards if card.clock.owed_by == "department"]
    return replace(
        task,
        cards=given,
        yellow_cards=task.yellow_cards + sum(card.rank == 0 for card in mine),
        red_cards=task.red_cards + sum(card.rank >= 1 > _rank(task, card.clock) for card in mine),
        version=task.version + 1,
        updated_at=cards[0].at if cards else task.updated_at,
    )
