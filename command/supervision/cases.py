"""The list behind every figure of the supervision board: orders, entries of the log, opinions, instructions or incidents."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from command.supervision.rules import CAUSES
from command.supervision.store import (
    COUNTED,
    DONE_MISSED,
    OPEN_ORDERS,
    SIGN_MISSED,
    Clauses,
    Seen,
    event_clauses,
    incident_clauses,
    inner_open_clauses,
    instruction_clauses,
    open_clauses,
    opinion_clauses,
    parameters,
    task_clauses,
    where,
)
from command.supervision.supervision import STANDINGS, Filter
from spine.canonical import Json, JsonObject
from spine.clock import iso, parse_iso
from spine.db import Connection
from spine.errors import Refused

_ORDER: LiteralString = """t.id AS task_id, t.no, t.title AS title_zh, coalesce(t.title_en, t.title) AS title_en, t.incident_id,
    t.incident_title, t.state, t.priority, t.issued_at, t.sign_due, t.signed_at, t.due, t.submitted_at, t.closed_at, t.arrived_at"""
_OPEN_ORDER: LiteralString = """o.id AS task_id, o.no, o.title AS title_zh, coalesce(o.title_en, o.title) AS title_en,
    o.incident_id, o.incident_title, o.state, o.priority, o.issued_at, o.sign_due, o.signed_at, o.due, o.submitted_at, o.closed_at,
    o.arrived_at"""
_LOG: LiteralString = """'event' AS case, e.at, e.id::text AS key, e.department, e.kind, e.clock, e.level, e.cause, e.minutes,
    e.ended_at, e.reason, e.by"""


@dataclass(frozen=True, slots=True)
class Cases:
    """Which figure, whose (None: everybody's that the reader sees), and where the page begins."""

    metric: str
    department: str | None
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Source:
    """A query of cases. `columns` name `case`, `at` and `key`, by which pages go; `owner`: whose each is, None: nobody's."""

    columns: LiteralString
    tables: LiteralString
    clauses: Clauses
    at: LiteralString
    key: LiteralString
    owner: LiteralString | None


def _orders(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        f"'order' AS case, t.issued_at AS at, t.id::text AS key, t.department, {_ORDER}",
        "command.task t JOIN incidents.incident i ON i.id = t.incident_id",
        [*task_clauses(seen, asked), COUNTED, *more],
        "t.issued_at",
        "t.id::text",
        "t.department",
    )


def _open(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        f"'order' AS case, o.issued_at AS at, o.id::text AS key, o.owner AS department, o.standing, o.pause, o.supervised, {_OPEN_ORDER}",
        f"({OPEN_ORDERS} {where(inner_open_clauses(seen, asked))}) o",
        [*open_clauses(seen, asked), *more],
        "o.issued_at",
        "o.id::text",
        "o.owner",
    )


def _events(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        f"{_LOG}, {_ORDER}",
        "command.task_event e JOIN command.task t ON t.id = e.task_id",
        [*event_clauses(seen, asked), *more],
        "e.at",
        "e.id::text",
        "e.department",
    )


def _opinions(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        """'opinion' AS case, o.asked_at AS at, o.id::text AS key, o.department, c.id AS consultation_id, c.no, c.title AS title_zh,
        c.title AS title_en, c.incident_id, c.incident_title, o.state, o.due, o.escalated, o.given""",
        "command.opinion o JOIN command.consultation c ON c.id = o.consultation_id",
        [*opinion_clauses(seen, asked), *more],
        "o.asked_at",
        "o.id::text",
        "o.department",
    )


def _instructions(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        """'instruction' AS case, n.captured_at AS at, n.id::text AS key, NULL AS department, n.id AS instruction_id, n.no,
        n.text AS title_zh, n.text AS title_en, n.incident_id, n.incident_title, n.state, n.feedback_due AS due, n.escalated""",
        "command.instruction n",
        [*instruction_clauses(seen, asked), *more],
        "n.captured_at",
        "n.id::text",
        None,
    )


def _incidents(seen: Seen, asked: Filter, *more: LiteralString) -> Source:
    return Source(
        """'incident' AS case, i.opened_at AS at, i.id::text AS key, NULL AS department, i.no, i.title AS title_zh,
        i.title AS title_en, i.id AS incident_id, i.title AS incident_title, i.status AS state, d.due_at AS due,
        d.settled_at AS submitted_at, d.outcome""",
        """incidents.incident i LEFT JOIN spine.deadline d
            ON d.subject_id = i.id AND d.incident_id = i.id AND d.kind = 'first_report_written'""",
        [*incident_clauses(seen, asked), *more],
        "i.opened_at",
        "i.id::text",
        None,
    )


_REPORT_MISSED: LiteralString = (
    "(d.outcome = 'late' OR (coalesce(d.outcome, 'void') = 'void' AND d.due_at <= coalesce(d.settled_at, %(now)s)))"
)
_BY_KIND: Mapping[str, LiteralString] = {
    "returns": "e.kind = 'return'",
    "send_backs": "e.kind = 'send_back'",
    "pauses": "e.kind = 'pause'",
    "pauses_running": "e.kind = 'pause' AND e.ended_at IS NULL",
    "pauses_refused": "e.kind = 'pause_refused'",
    "extensions": "e.kind = 'extension'",
    "extensions_refused": "e.kind = 'extension_refused'",
    "urgings": "e.kind = 'urge'",
    "cards": "e.kind = 'card'",
    "overdue_step": "e.ran_over AND e.clock <> 'task_due'",
    "overdue_total": "e.ran_over AND e.clock = 'task_due'",
}
_OF_ORDERS: Mapping[str, LiteralString] = {
    "closed": "t.state = 'closed'",
    "sign_on_time": "t.signed_at <= t.sign_due",
    "sign_late": f"(t.signed_at > t.sign_due OR {SIGN_MISSED})",
    "sign_time": "t.signed_at IS NOT NULL",
    "done_on_time": "t.submitted_at <= t.due",
    "done_late": f"(t.submitted_at > t.due OR (t.submitted_at IS NULL AND {DONE_MISSED}))",
    "done_time": "t.submitted_at IS NOT NULL",
    "close_time": "t.closed_at IS NOT NULL",
    "arrive_time": "t.arrived_at IS NOT NULL",
}
_NOW: Mapping[str, LiteralString] = {
    "open": "true",
    "unsigned": "o.state = 'issued'",
    "supervised": "o.supervised IS NOT NULL",
}
_OF_OPINIONS: Mapping[str, LiteralString] = {
    "opinions_in_time": "o.state = 'given' AND o.escalated = '[]'",
    "opinions_escalated": "o.escalated <> '[]'",
    "opinions_tacit": "o.state = 'tacit'",
    "opinions_waiting": "o.state = 'asked'",
}
_OF_INSTRUCTIONS: Mapping[str, LiteralString] = {
    "instructions": "true",
    "instructions_open": "n.state <> 'closed'",
    "instructions_unanswered": "n.answers = '[]'",
    "instructions_escalated": "n.escalated <> '[]'",
    "instructions_overdue": "n.state NOT IN ('answered', 'closed') AND n.feedback_due <= %(now)s",
}
_OF_INCIDENTS: Mapping[str, LiteralString] = {"incidents": "true", "first_report_late": _REPORT_MISSED}


def sources(metric: str, seen: Seen, asked: Filter) -> list[Source]:
    """Where the cases of a figure are. Raises Refused `unknown_metric`."""
    name, _, part = metric.partition(":")
    if metric == "received":
        return [_orders(seen, asked), _events(seen, asked, "e.kind = 'reissue'")]
    if metric == "cancelled":
        cancelled = _orders(seen, asked)
        kept: Clauses = [clause for clause in cancelled.clauses if clause is not COUNTED]
        return [Source(cancelled.columns, cancelled.tables, [*kept, "t.state = 'cancelled'"], cancelled.at, cancelled.key, cancelled.owner)]  # fmt: skip
    if name == "open" and part in STANDINGS:
        return [_open(seen, asked, "o.standing = %(part)s")]
    if name == "cards" and part in {"yellow", "red", "severe"}:
        return [_events(seen, asked, "e.kind = 'card' AND e.level = %(part)s")]
    if name == "cause" and part in CAUSES:
        return [_events(seen, asked, "e.kind = 'card' AND e.cause = %(part)s")]
    if not part:
        for table, make in (
            (_NOW, _open),
            (_OF_ORDERS, _orders),
            (_BY_KIND, _events),
            (_OF_OPINIONS, _opinions),
            (_OF_INSTRUCTIONS, _instructions),
            (_OF_INCIDENTS, _incidents),
        ):
            if metric in table:
                if make in (_instructions, _incidents) and not seen.oversees:
                    return []
                return [make(seen, asked, table[metric])]
    raise Refused(
        "unknown_metric",
        zh=f"没有“{metric}”这个指标的明细。",
        en=f"There is no list behind a metric '{metric}'.",
        field="metric",
        status=422,
    )


def _place(after: str | None) -> tuple[datetime, str] | None:
    """The time and key that the page before ended with. Raises Refused `invalid_field`."""
    if after is None:
        return None
    time, mark, key = after.partition("~")
    try:
        at = parse_iso(time)
    except ValueError:
        at = None
    if at is None or not mark or not key:
        raise Refused(
            "invalid_field",
            zh="翻页位置无法识别，请从第一页重新打开。",
            en="This place in the list cannot be read; begin at the first page.",
            field="after",
            status=422,
        )
    return at, key


async def cases_of(conn: Connection, seen: Seen, asked: Filter, now: datetime, wanted: Cases) -> JsonObject:
    """A page of cases, the newest first. Raises Refused `unknown_metric`, `invalid_field`."""
    place = _place(wanted.after)
    found: list[list[dict[str, Any]]] = []
    for source in sources(wanted.metric, seen, asked):
        if wanted.department is not None and source.owner is None:
            continue
        found.append(await _page(conn, source, seen, asked, now, wanted, place))
    merged = list(heapq.merge(*found, key=lambda row: (row["at"], row["key"]), reverse=True))
    page, more = merged[: wanted.limit], len(merged) > wanted.limit
    end = f"{iso(page[-1]['at'])}~{page[-1]['key']}" if more else None
    return {"at": iso(now), "metric": wanted.metric, "cases": [case_object(row) for row in page], "next": end}


async def _page(
    conn: Connection,
    source: Source,
    seen: Seen,
    asked: Filter,
    now: datetime,
    wanted: Cases,
    place: tuple[datetime, str] | None,
) -> list[dict[str, Any]]:
    clauses: Clauses = list(source.clauses)
    if wanted.department is not None and source.owner is not None:
        clauses.append(f"{source.owner} = %(department)s")
    if place is not None:
        clauses.append(f'({source.at}, {source.key} COLLATE "C") < (%(place_at)s, %(place_key)s)')
    given = {
        **parameters(seen, asked, now),
        "part": wanted.metric.partition(":")[2],
        "department": wanted.department,
        "place_at": None if place is None else place[0],
        "place_key": None if place is None else place[1],
        "limit": wanted.limit + 1,
    }
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"""
            SELECT {source.columns} FROM {source.tables} {where(clauses)}
            ORDER BY {source.at} DESC, {source.key} COLLATE "C" DESC LIMIT %(limit)s
            """,
            given,
        )
        return await cur.fetchall()


def _plain(value: Any) -> Json:
    if isinstance(value, datetime):
        return iso(value)
    return str(value) if isinstance(value, UUID) else value


def case_object(row: Mapping[str, Any]) -> JsonObject:
    return {name: _plain(value) for name, value in row.items()}
