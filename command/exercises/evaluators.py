"""The exercise's score, computed from the record alone: what the players did, when, against the scenario's objectives.

Only accounts count as players: what exercise control did in their place is no merit of theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from command.exercises import store
from command.exercises.exercise import RATING_WORDS, RatingMark, rating_object
from command.exercises.scenario import SHARES, Objective, Scenario, load_scenario
from incidents.classification import is_within
from spine.canonical import Json, JsonObject, decode_object
from spine.clock import iso_or_none
from spine.command import Connection
from spine.realm_clock import exercise_only

_KINDS = (
    "alert.received",
    "alert.acknowledged",
    "incident.opened",
    "incident.attached",
    "incident.graded",
    "response.activated",
    "report.filed",
    "task.issued",
    "task.reissued",
    "task.assigned",
    "task.signed",
    "task.started",
    "task.progressed",
    "task.submitted",
    "unit.needs_help",
    "inject.delivered",
)
_SIGNS = frozenset({"task.signed", "task.started", "task.progressed", "task.submitted"})


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as the evaluator reads it. `player`: whether an account did it."""

    kind: str
    at: datetime
    occurred_at: datetime
    player: bool
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: UUID
    sign_due: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """From its cause to its answer, or a share; None where the cause has not come or nothing can be counted yet."""

    cause_at: datetime | None = None
    answer_at: datetime | None = None
    share: float | None = None
    counted: int = 0


def measure(
    objective: Objective,
    scenario: Scenario,
    starts_at: datetime,
    events: Sequence[Event],
    orders: Sequence[OrderRow],
    at: datetime,
) -> Measured:
    """One objective's measure, from events in their order."""

    def after(kinds: set[str], since: datetime | None, **data: str) -> datetime | None:
        """When a player first did one of these at or after `since`."""
        if since is None:
            return None
        for event in events:
            fits = all(event.data.get(name) == value for name, value in data.items())
            if event.player and event.kind in kinds and event.at >= since and fits:
                return event.at
        return None

    def first(kind: str) -> datetime | None:
        return next((event.at for event in events if event.kind == kind), None)

    match objective.measure:
        case "alert_acknowledged":
            cause = first("alert.received")
            return Measured(cause, after({"alert.acknowledged", "incident.attached", "incident.opened"}, cause))
        case "incident_opened":
            cause = first("alert.received")
            return Measured(cause, after({"incident.opened"}, cause))
        case "grade_decided":
            return Measured(starts_at, after({"incident.graded"}, starts_at))
        case "response_activated":
            return Measured(starts_at, after({"response.activated"}, starts_at))
        case "first_report":
            cause = first("incident.opened")
            return Measured(cause, after({"report.filed"}, cause, form="first", channel="written"))
        case "help_answered":
            cause = first("unit.needs_help")
            return Measured(cause, after({"task.issued", "task.assigned", "task.reissued"}, cause))
        case "second_incident_opened":
            return _second_incident(scenario, events)
        case "tasks_signed_in_time":
            return _share(orders, events, _SIGNS, "sign_due", at)
        case "tasks_submitted_in_time":
            return _share(orders, events, frozenset({"task.submitted"}), "due", at)


def _second_incident(scenario: Scenario, events: Sequence[Event]) -> Measured:
    """From the delivery of the first inject whose call is of another class to the incident that a player opens for it."""
    numbers = {
        inject.number
        for inject in scenario.injects
        for command in inject.commands
        if command.kind == "call.register"
        and not is_within(str(command.data.get("class_key", scenario.main_class)), scenario.main_class)
    }
    cause = next((e.at for e in events if e.kind == "inject.delivered" and e.data.get("no") in numbers), None)
    if cause is None:
        return Measured()
    answer = next(
        (
            e.at
            for e in events
            if e.kind == "incident.opened"
            and e.player
            and e.at >= cause
            and not is_within(str(e.data.get("class_key", "")), scenario.main_class)
        ),
        None,
    )
    return Measured(cause, answer)


def _share(
    orders: Sequence[OrderRow], events: Sequence[Event], kinds: frozenset[str], limit: str, at: datetime
) -> Measured:
    """Which part of the orders a player answered in time; orders whose time still runs are not counted yet."""
    done: dict[str, datetime] = {}
    for event in events:
        if event.player and event.kind in kinds:
            done.setdefault(str(event.data.get("task_id")), event.occurred_at)
    counted = in_time = 0
    for order in orders:
        due = order.sign_due if limit == "sign_due" else order.due
        answered = done.get(str(order.id))
        if answered is None and due > at:
            continue
        counted += 1
        in_time += answered is not None and answered <= due
    return Measured(share=in_time / counted if counted else None, counted=counted)


def rate(objective: Objective, found: Measured, at: datetime) -> RatingMark | None:
    """P within the target, S within half as much again, M later, U not done; None while it can still be met."""
    if objective.measure in SHARES:
        if found.share is None or objective.target_share is None:
            return None
        reached = found.share / objective.target_share
        return "P" if reached >= 1 else "S" if reached >= 0.75 else "M" if reached >= 0.5 else "U"
    if found.cause_at is None or objective.target_minutes is None:
        return None
    limit = timedelta(minutes=objective.target_minutes)
    if found.answer_at is None:
        return "U" if at - found.cause_at > limit else None
    took = found.answer_at - found.cause_at
    return "P" if took <= limit else "S" if took <= limit * 1.5 else "M"


def _line(objective: Objective, found: Measured, at: datetime) -> JsonObject:
    mark = rate(objective, found, at)
    minutes = None
    if found.cause_at is not None and found.answer_at is not None:
        minutes = round((found.answer_at - found.cause_at).total_seconds() / 60, 1)
    return {
        "id": objective.id,
        "zh": objective.zh,
        "en": objective.en,
        "measure": objective.measure,
        "target_minutes": objective.target_minutes,
        "target_share": objective.target_share,
        "minutes": minutes,
        "share": found.share,
        "counted": found.counted,
        "cause_at": iso_or_none(found.cause_at),
        "answer_at": iso_or_none(found.answer_at),
        "rating": mark,
        "rating_zh": None if mark is None else RATING_WORDS[mark][0],
        "rating_en": None if mark is None else RATING_WORDS[mark][1],
    }


async def score(conn: Connection, at: datetime) -> JsonObject:
    """The score so far, or at the end when the exercise has ended. Raises Refused `exercise_only`."""
    exercise = await store.find_exercise(conn)
    if exercise is None:
        raise exercise_only()
    scenario = load_scenario(exercise.scenario)
    events, orders = await _events(conn), await _orders(conn)
    lines = [_line(o, measure(o, scenario, exercise.starts_at, events, orders, at), at) for o in scenario.objectives]
    marks: dict[str, Json] = {mark: sum(line["rating"] == mark for line in lines) for mark in RATING_WORDS}
    return {
        "exercise_id": str(exercise.id),
        "scenario": exercise.scenario,
        "title_zh": exercise.title_zh,
        "title_en": exercise.title_en,
        "state": exercise.state,
        "objectives": list[Json](lines),
        "marks": marks,
        "pending": sum(line["rating"] is None for line in lines),
        "ratings": [rating_object(rating) for rating in await store.ratings(conn)],
    }


@dataclass(frozen=True, slots=True)
class _FactRow:
    kind: str
    at: datetime
    occurred_at: datetime
    by_id: str
    command_id: UUID
    body: str


async def _events(conn: Connection) -> list[Event]:
    """Each deed once, however many streams it was told to; the incident's own stream says most about it."""
    async with conn.cursor(row_factory=class_row(_FactRow)) as cur:
        await cur.execute(
            """
            SELECT DISTINCT ON (kind, command_id, body::jsonb -> 'data' ->> 'task_id')
                kind, at, occurred_at, by_id, command_id, body
            FROM spine.fact WHERE kind = ANY(%s)
            ORDER BY kind, command_id, body::jsonb -> 'data' ->> 'task_id', (stream NOT LIKE 'incident:%%'), stream, seq
            """,
            (list(_KINDS),),
        )
        rows = await cur.fetchall()
    events: list[Event] = []
    for row in rows:
        data = decode_object(row.body).get("data")
        held: Mapping[str, Json] = data if isinstance(data, Mapping) else {}
        events.append(Event(row.kind, row.at, row.occurred_at, row.by_id.startswith("account:"), held))
    return sorted(events, key=lambda event: event.at)


async def _orders(conn: Connection) -> list[OrderRow]:
    async with conn.cursor(row_factory=class_row(OrderRow)) as cur:
        await cur.execute("SELECT id, sign_due, due FROM command.task WHERE state <> 'cancelled' ORDER BY no")
        return await cur.fetchall()
