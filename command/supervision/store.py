"""Supervision's figures from the tables: one grouped query each for orders, open orders, the log, opinions, instructions, incidents.

Every condition on whose rows are read is made here, on the server: a department's account never gets another's (`Seen`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from command.supervision.supervision import DESK, LIGHTS, Filter, Incidents, Instructions, Line, Seconds, add
from command.transitions import time_limits
from spine.db import Connection
from spine.principal import CITY, Principal
from spine.reach import reach_of

Clauses = list[LiteralString]


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose lines somebody sees: everything in these areas (prefixes of GB/T 2260), and these departments' own."""

    areas: tuple[str, ...]
    departments: tuple[str, ...]

    @property
    def is_all(self) -> bool:
        """The whole city: no condition is needed."""
        return any(CITY.startswith(area) for area in self.areas)

    @property
    def oversees(self) -> bool:
        return bool(self.areas)

    @property
    def is_nothing(self) -> bool:
        return not self.areas and not self.departments


def seen_by(principal: Principal) -> Seen:
    reach = reach_of(principal)
    return Seen(reach.areas, reach.departments)


def parameters(seen: Seen, asked: Filter, now: datetime) -> dict[str, Any]:
    return {
        "areas": [f"{area}%" for area in seen.areas],
        "departments": list(seen.departments),
        "city": CITY,
        "since": asked.since,
        "until": asked.until,
        "incident": asked.incident,
        "level": asked.level,
        "priority": asked.priority,
        "now": now,
        "lights": [light.at_share for light in time_limits().lights],
        "standings": list(LIGHTS),
    }


def where(clauses: Clauses) -> LiteralString:
    return "WHERE " + " AND ".join(clauses) if clauses else ""


def _reached(seen: Seen, area: LiteralString, owner: LiteralString) -> Clauses:
    if seen.is_all:
        return []
    if not seen.areas:
        return [f"{owner} = ANY(%(departments)s)"]
    return [f"(coalesce({area}, %(city)s) LIKE ANY(%(areas)s) OR {owner} = ANY(%(departments)s))"]


def _between(asked: Filter, time: LiteralString) -> Clauses:
    clauses: Clauses = []
    if asked.since is not None:
        clauses.append(f"{time} >= %(since)s")
    if asked.until is not None:
        clauses.append(f"{time} < %(until)s")
    return clauses


_OF_LEVEL: LiteralString = """t.response_id IN (SELECT id FROM command.response
    WHERE coalesce(decided->>'level', suggested->>'level') = %(level)s)"""


def _of_orders(asked: Filter) -> Clauses:
    clauses: Clauses = []
    if asked.priority is not None:
        clauses.append("t.priority = %(priority)s")
    if asked.level is not None:
        clauses.append(_OF_LEVEL)
    return clauses


def task_clauses(seen: Seen, asked: Filter) -> Clauses:
    """Conditions on `t` (orders): seen, issued in the period, of the incident, level and priority."""
    of: Clauses = [] if asked.incident is None else ["t.incident_id = %(incident)s"]
    return [
        *_reached(seen, "t.area_code", "t.department"),
        *_between(asked, "t.issued_at"),
        *of,
        *_of_orders(asked),
    ]


def open_clauses(seen: Seen, asked: Filter) -> Clauses:
    """Conditions on `o` (open orders with `owner`): whatever the period, because they are owed now."""
    return _reached(seen, "o.area_code", "o.owner")


def inner_open_clauses(seen: Seen, asked: Filter) -> Clauses:
    """Conditions on `t` before owners are known: only a part's lead owes what another department has, once it was handed in."""
    of: Clauses = [] if asked.incident is None else ["t.incident_id = %(incident)s"]
    own: Clauses = [] if seen.oversees else ["(t.department = ANY(%(departments)s) OR t.state = 'submitted')"]
    return ["t.closed_at IS NULL", *of, *own, *_of_orders(asked)]


def event_clauses(seen: Seen, asked: Filter) -> Clauses:
    """Conditions on `e` (the log): seen, happened in the period, of the incident, level and priority."""
    of: Clauses = [] if asked.incident is None else ["e.incident_id = %(incident)s"]
    orders = _of_orders(asked)
    if orders:
        of.append("e.task_id IN (SELECT t.id FROM command.task t WHERE " + " AND ".join(orders) + ")")
    return [*_reached(seen, "e.area_code", "e.department"), *_between(asked, "e.at"), *of]


# Until when an order's clocks could run: its incident's end, or now.
_LIMIT: LiteralString = (
    "CASE WHEN i.status = 'open' THEN %(now)s ELSE coalesce((i.closed->>'at')::timestamptz, %(now)s) END"
)
SIGN_MISSED: LiteralString = f"(t.state = 'issued' AND t.sign_due <= {_LIMIT})"
DONE_MISSED: LiteralString = (
    f"(t.state IN ('issued', 'signed', 'in_progress') AND t.pause IS NULL AND t.due <= {_LIMIT})"
)
COUNTED: LiteralString = "t.state NOT IN ('waiting', 'cancelled')"


_CLOSED, _CANCELLED, _WAITING, _SIGNED_IN_TIME, _DONE_IN_TIME = 1, 2, 3, 16, 32
"""The first number of `command.task.measured` (migration 0027): a state, and two marks."""
_MEASURED_BYTES = 20


async def _orders(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any], lines: dict[str, Line]) -> None:
    """What each department's orders of the period came to; those that were missed and are open still: `_open`."""
    rows = await (
        await conn.execute(
            f"""
            SELECT t.department, string_agg(t.measured, ''::bytea) FROM command.task t
            {where(task_clauses(seen, asked))}
            GROUP BY t.department
            """,
            given,
            binary=True,
        )
    ).fetchall()
    if rows:
        _take_measured([lines[department] for department, _ in rows], [measured for _, measured in rows])


def _take_measured(lines: Sequence[Line], measured: Sequence[bytes]) -> None:
    """Each line's orders as in migration 0027, none of them empty. Cancelled ones count as such alone, waiting ones not at all.
    All lines at once: a dozen calls of numpy a department cost more than the reckoning."""
    counts = np.asarray([len(one) // _MEASURED_BYTES for one in measured])
    starts = np.cumsum(counts) - counts
    marks, *times = (
        np.frombuffer(b"".join(measured), dtype=">i4").reshape(-1, _MEASURED_BYTES // 4).T.astype(np.int32, order="C")
    )
    states = marks & 15
    cancelled = states == _CANCELLED
    counted = ~cancelled & (states != _WAITING)
    told = (
        counted,
        cancelled,
        states == _CLOSED,
        counted & (marks & _SIGNED_IN_TIME > 0),
        counted & (marks & _DONE_IN_TIME > 0),
    )
    numbers = zip(*(np.add.reduceat(one, starts, dtype=np.int64).tolist() for one in told), strict=True)
    columns = zip(*(_apart(column, counted & (column >= 0), starts) for column in times), strict=True)
    for line, number, column in zip(lines, numbers, columns, strict=True):
        received, line.cancelled, line.closed, line.signed_in_time, line.done_in_time = number
        line.sign_time, line.done_time, line.close_time, line.arrive_time = column
        line.received += received
        line.sign_of += len(line.sign_time)
        line.done_of += len(line.done_time)


def _apart(column: Seconds, taken: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]) -> list[Seconds]:
    """What is taken of a column, line by line."""
    ends = np.cumsum(np.add.reduceat(taken, starts, dtype=np.int64)).tolist()
    values = column[taken]
    return [values[begin:end] for begin, end in pairwise([0, *ends])]


# The open orders with who owes the next step and how they stand; the same as `supervision.standing_of`.
OPEN_ORDERS: LiteralString = f"""
    SELECT t.id, t.no, t.title, t.title_en, t.incident_id, t.incident_title, t.area_code, t.state, t.priority, t.issued_at,
        t.sign_due, t.signed_at, t.due, t.submitted_at, t.closed_at, t.arrived_at, t.pause, t.supervised,
        {SIGN_MISSED} AS sign_missed, {DONE_MISSED} AS done_missed,
        CASE t.state WHEN 'returned' THEN 'desk' WHEN 'submitted' THEN coalesce(
            (SELECT p.department FROM command.task p WHERE p.id = t.parent_id), 'desk') ELSE t.department END
            AS owner,
        CASE WHEN t.state = 'waiting' THEN 'waiting' WHEN i.status <> 'open' THEN 'stopped' WHEN t.pause IS NOT NULL THEN 'paused'
        ELSE (%(standings)s::text[])[greatest(1, width_bucket(coalesce(greatest(
            CASE WHEN t.state = 'issued' THEN coalesce(date_part('epoch', %(now)s - t.due_from)
                / nullif(date_part('epoch', t.sign_due - t.due_from), 0), 'Infinity') END,
            CASE WHEN t.state <> 'issued' AND t.step_due IS NOT NULL THEN coalesce(date_part('epoch', %(now)s - t.step_from)
                / nullif(date_part('epoch', t.step_due - t.step_from), 0), 'Infinity') END,
            CASE WHEN t.state NOT IN ('submitted', 'returned') THEN coalesce(date_part('epoch', %(now)s - t.due_from)
                / nullif(date_part('epoch', t.due - t.due_from), 0), 'Infinity') END
        ), 0)::float8, %(lights)s::float8[]))] END AS standing
    FROM command.task t JOIN incidents.incident i ON i.id = t.incident_id
"""


async def _open(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any], lines: dict[str, Line]) -> None:
    """How open orders stand, and what the open ones of the period have missed; who owes a missed one is who has it."""
    period: LiteralString = " AND ".join(_between(asked, "o.issued_at")) or "true"
    rows = await (
        await conn.execute(
            f"""
            SELECT o.owner, o.standing, count(*), count(*) FILTER (WHERE o.state = 'issued'),
                count(*) FILTER (WHERE o.supervised IS NOT NULL), count(*) FILTER (WHERE o.sign_missed AND {period}),
                count(*) FILTER (WHERE o.done_missed AND {period})
            FROM ({OPEN_ORDERS} {where(inner_open_clauses(seen, asked))}) o
            {where(open_clauses(seen, asked))}
            GROUP BY o.owner, o.standing
            """,
            given,
        )
    ).fetchall()
    for owner, standing, number, unsigned, supervised, sign_missed, done_missed in rows:
        line = lines[owner]
        add(line.open, standing, number)
        line.unsigned += unsigned
        line.supervised += supervised
        line.sign_of += sign_missed
        line.done_of += done_missed


async def _events(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any], lines: dict[str, Line]) -> None:
    """What the log says against each department."""
    conditions = event_clauses(seen, asked)
    # The index lies in the order of the groups; a hash over four texts takes three times as long, and the planner prefers it.
    await conn.execute("SET LOCAL enable_hashagg = off")
    rows = await (
        await conn.execute(
            f"""
            SELECT e.department, e.kind, e.level, e.cause, count(*), coalesce(sum(e.minutes), 0), count(*) FILTER (WHERE e.ran_over)
            FROM command.task_event e {where(conditions)}
            GROUP BY e.department, e.kind, e.level, e.cause
            """,
            given,
        )
    ).fetchall()
    await conn.execute("SET LOCAL enable_hashagg = on")
    for department, kind, level, cause, number, minutes, ran_over in rows:
        line = lines[department]
        _take(line, (str(kind), level, cause), int(number), int(minutes))
        if str(cause).startswith("task_due"):
            line.overdue_total += ran_over
        else:
            line.overdue_step += ran_over
    rows = await (
        await conn.execute(
            f"""
            SELECT e.department, count(*) FILTER (WHERE e.ended_at IS NULL),
                sum(floor(extract(epoch FROM coalesce(e.ended_at, %(now)s) - e.at)))
            FROM command.task_event e {where([*conditions, "e.kind = 'pause'"])}
            GROUP BY e.department
            """,
            given,
        )
    ).fetchall()
    for department, running, seconds in rows:
        lines[department].pauses_running, lines[department].pause_seconds = running, int(seconds)


def _take(line: Line, what: tuple[str, str | None, str | None], number: int, minutes: int) -> None:
    kind, level, cause = what
    match kind:
        case "card":
            add(line.cards, level or "", number)
            add(line.causes, cause or "", number)
        case "return":
            line.returns += number
        case "reissue":
            line.received += number
        case "send_back":
            line.send_backs += number
        case "pause":
            line.pauses += number
            add(line.pause_causes, cause or "", number)
        case "pause_refused":
            line.pauses_refused += number
        case "extension":
            line.extensions += number
            line.extension_minutes += minutes
        case "extension_refused":
            line.extensions_refused += number
        case "urge":
            line.urgings += number
        case _:
            pass


def opinion_clauses(seen: Seen, asked: Filter) -> Clauses:
    """Conditions on `o` (opinions) of `c` (consultations). An order's level and priority are not theirs."""
    of: Clauses = [] if asked.incident is None else ["c.incident_id = %(incident)s"]
    return [
        "c.state <> 'withdrawn'", *_reached(seen, "c.area_code", "o.department"), *_between(asked, "o.asked_at"), *of,
    ]  # fmt: skip


async def _opinions(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any], lines: dict[str, Line]) -> None:
    rows = await (
        await conn.execute(
            f"""
            SELECT o.department,
                count(*) FILTER (WHERE o.state = 'given' AND o.escalated = '[]'),
                count(*) FILTER (WHERE o.escalated <> '[]'),
                count(*) FILTER (WHERE o.state = 'tacit'),
                count(*) FILTER (WHERE o.state = 'asked')
            FROM command.opinion o JOIN command.consultation c ON c.id = o.consultation_id
            {where(opinion_clauses(seen, asked))}
            GROUP BY o.department
            """,
            given,
        )
    ).fetchall()
    for department, in_time, escalated, tacit, waiting in rows:
        line = lines[department]
        line.opinions_in_time, line.opinions_escalated = in_time, escalated
        line.opinions_tacit, line.opinions_waiting = tacit, waiting


def instruction_clauses(seen: Seen, asked: Filter) -> Clauses:
    of: Clauses = [] if asked.incident is None else ["n.incident_id = %(incident)s"]
    return ["n.state <> 'cancelled'", *_reached(seen, "n.area_code", "NULL"), *_between(asked, "n.captured_at"), *of]


async def _instructions(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any]) -> Instructions:
    row = await (
        await conn.execute(
            f"""
            SELECT count(*), count(*) FILTER (WHERE n.answers <> '[]'), count(*) FILTER (WHERE n.state = 'closed'),
                count(*) FILTER (WHERE n.escalated <> '[]'),
                count(*) FILTER (WHERE n.state NOT IN ('answered', 'closed') AND n.feedback_due <= %(now)s)
            FROM command.instruction n {where(instruction_clauses(seen, asked))}
            """,
            given,
        )
    ).fetchone()
    return Instructions() if row is None else Instructions(*row)


def incident_clauses(seen: Seen, asked: Filter) -> Clauses:
    of: Clauses = [] if asked.incident is None else ["i.id = %(incident)s"]
    return [*_reached(seen, "i.area_code", "NULL"), *_between(asked, "i.opened_at"), *of]


async def _incidents(conn: Connection, seen: Seen, asked: Filter, given: dict[str, Any]) -> Incidents:
    """Times from the opening of an incident (or the warning it came from) to what was first done about it."""
    rows = await (
        await conn.execute(
            f"""
            SELECT d.outcome, d.settled_at IS NULL, d.due_at <= coalesce(d.settled_at, %(now)s),
                floor(extract(epoch FROM r.at - i.opened_at))::int, floor(extract(epoch FROM f.at - i.opened_at))::int,
                floor(extract(epoch FROM r.at - a.received_at))::int
            FROM incidents.incident i
            LEFT JOIN spine.deadline d ON d.subject_id = i.id AND d.incident_id = i.id AND d.kind = 'first_report_written'
            LEFT JOIN incidents.alert a ON a.id = i.from_alert
            LEFT JOIN LATERAL (
                SELECT min((h->>'at')::timestamptz) AS at FROM command.response r, jsonb_array_elements(r.history) h
                WHERE r.incident_id = i.id AND h->>'what' = 'activated'
            ) r ON true
            LEFT JOIN LATERAL (
                SELECT f.at FROM spine.fact f WHERE f.stream = 'incident:' || i.id::text AND f.kind = 'task.issued'
                    AND i.tasks_total > 0
                ORDER BY f.seq LIMIT 1
            ) f ON true
            {where(incident_clauses(seen, asked))}
            """,
            given,
        )
    ).fetchall()
    found = Incidents(opened=len(rows))
    respond, order, warning = list[int](), list[int](), list[int]()
    for outcome, running, past, responded, ordered, warned in rows:
        found.reported_in_time += outcome == "met"
        # Closed after its time without a report is as little in time as a late one.
        found.report_of += outcome in ("met", "late") or ((running or outcome == "void") and bool(past))
        respond += [] if responded is None else [responded]
        order += [] if ordered is None else [ordered]
        warning += [] if warned is None else [warned]
    found.respond_time, found.order_time, found.warning_time = respond, order, warning
    return found


def _none_yet(seen: Seen) -> defaultdict[str, Line]:
    """The departments of an account that oversees nothing stand there even with nothing to count."""
    lines = defaultdict[str, Line](Line)
    if not seen.oversees:
        for code in seen.departments:
            lines[code] = Line()
    return lines


def _shown(seen: Seen, lines: dict[str, Line]) -> dict[str, Line]:
    """An area's clause never holds for an account without areas; the desk's line is not a department's."""
    return {code: line for code, line in lines.items() if seen.oversees or code != DESK}


async def lines_of(conn: Connection, seen: Seen, asked: Filter, now: datetime) -> dict[str, Line]:
    """Every department's line."""
    given, lines = parameters(seen, asked, now), _none_yet(seen)
    await _orders(conn, seen, asked, given, lines)
    await _open(conn, seen, asked, given, lines)
    await _events(conn, seen, asked, given, lines)
    await _opinions(conn, seen, asked, given, lines)
    return _shown(seen, lines)


async def heads_of(
    conn: Connection, seen: Seen, asked: Filter, now: datetime
) -> tuple[Instructions | None, Incidents | None]:
    """What is nobody's department: instructions and incidents. (None, None) for whoever oversees nothing."""
    if not seen.oversees:
        return None, None
    given = parameters(seen, asked, now)
    return await _instructions(conn, seen, asked, given), await _incidents(conn, seen, asked, given)


Board = tuple[dict[str, Line], Instructions | None, Incidents | None]


async def figures_of(conn: Connection, beside: Connection | None, seen: Seen, asked: Filter, now: datetime) -> Board:
    """`lines_of` and `heads_of`. `beside`: a second connection in the same snapshot, that reads open orders and the log while the
    first reads orders; None: one after the other."""
    if beside is None:
        return await lines_of(conn, seen, asked, now), *await heads_of(conn, seen, asked, now)
    given, lines = parameters(seen, asked, now), _none_yet(seen)

    async def owed_and_logged() -> None:
        await _events(beside, seen, asked, given, lines)
        await _open(beside, seen, asked, given, lines)

    meanwhile = asyncio.ensure_future(owed_and_logged())
    try:
        await _orders(conn, seen, asked, given, lines)
        await _opinions(conn, seen, asked, given, lines)
        heads = await heads_of(conn, seen, asked, now)
        await meanwhile
    finally:
        # Ended before the connection goes back to the pool: another may have it next.
        meanwhile.cancel()
        await asyncio.gather(meanwhile, return_exceptions=True)
    return _shown(seen, lines), *heads
