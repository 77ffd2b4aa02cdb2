"""Deadlines: every obligation with a time limit is one row of one kind of thing.

A worker asks SQL what is due; nothing sleeps in memory, so a restart loses nothing. Lights are computed from
`started_at` and `due_at` by whoever draws them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from psycopg.rows import class_row

from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, CommandData, Connection, Handling, NewFact, Outcome, Transaction
from spine.errors import not_found
from spine.fold import Picture
from spine.picture import PictureSource, boards
from spine.principal import CITY, Role

_NAMESPACE = UUID("6a2a4f0e-9a1c-5b0e-8b1f-0d5a5c1e7a10")


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    id: UUID
    kind: str
    incident_id: UUID | None
    subject_kind: str
    subject_id: UUID
    department: str | None
    area: str
    title_zh: str
    title_en: str
    to_zh: str
    to_en: str
    started_at: datetime
    due_at: datetime
    passed_at: datetime | None
    settled_at: datetime | None
    outcome: str | None
    silent: bool


def deadline_id(kind: str, subject_id: UUID) -> UUID:
    """One clock of a kind per subject: setting it again restarts the same clock."""
    return uuid5(_NAMESPACE, f"{kind}:{subject_id}")


def deadline_object(row: DeadlineRow) -> JsonObject:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "incident_id": None if row.incident_id is None else str(row.incident_id),
        "subject_kind": row.subject_kind,
        "subject_id": str(row.subject_id),
        "department": row.department,
        "title_zh": row.title_zh,
        "title_en": row.title_en,
        "to_zh": row.to_zh,
        "to_en": row.to_en,
        "started_at": iso(row.started_at),
        "due_at": iso(row.due_at),
        "passed": row.passed_at is not None,
    }


async def set_deadline(
    tx: Transaction,
    *,
    kind: str,
    incident_id: UUID | None,
    subject_kind: str,
    subject_id: UUID,
    department: str | None,
    title_zh: str,
    title_en: str,
    to_zh: str,
    to_en: str,
    due_at: datetime,
    area: str | None,
    started_at: datetime | None = None,
    silent: bool = False,
) -> DeadlineRow:
    """Start a clock, or start it anew when this subject's clock of this kind ran before.

    `silent`: a time at which something must be looked at, owed by nobody; it stands in no picture and needs an incident.
    """
    async with tx.conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            INSERT INTO spine.deadline (id, kind, incident_id, subject_kind, subject_id, department, area,
                title_zh, title_en, to_zh, to_en, started_at, due_at, silent)
            VALUES (%(id)s, %(kind)s, %(incident_id)s, %(subject_kind)s, %(subject_id)s, %(department)s, %(area)s,
                %(title_zh)s, %(title_en)s, %(to_zh)s, %(to_en)s, %(started_at)s, %(due_at)s,
                %(silent)s)
            ON CONFLICT (id) DO UPDATE SET incident_id = EXCLUDED.incident_id, department = EXCLUDED.department,
                area = EXCLUDED.area, title_zh = EXCLUDED.title_zh, title_en = EXCLUDED.title_en,
                to_zh = EXCLUDED.to_zh, to_en = EXCLUDED.to_en, started_at = EXCLUDED.started_at,
                due_at = EXCLUDED.due_at, silent = EXCLUDED.silent, passed_at = NULL, settled_at = NULL,
                outcome = NULL
            RETURNING id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            """,
            {
                "id": deadline_id(kind, subject_id),
                "kind": kind,
                "incident_id": incident_id,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "department": department,
                "area": area or CITY,
                "title_zh": title_zh,
                "title_en": title_en,
                "to_zh": to_zh,
                "to_en": to_en,
                "started_at": started_at or tx.at,
                "due_at": due_at,
                "silent": silent,
            },
        )
        row = await cur.fetchone()
    if row is None:
        raise AssertionError("an upsert with RETURNING always returns its row")
    return row


async def settle_deadline(tx: Transaction, *, subject_id: UUID, kind: str, void: bool = False) -> DeadlineRow | None:
    """Stop a clock: `met` or `late` by the time, `void` when it no longer matters. None when none was running."""
    async with tx.conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            UPDATE spine.deadline SET settled_at = %(at)s,
                outcome = CASE WHEN %(void)s THEN 'void' WHEN due_at >= %(at)s THEN 'met' ELSE 'late' END
            WHERE id = %(id)s AND settled_at IS NULL
            RETURNING id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            """,
            {"at": tx.at, "void": void, "id": deadline_id(kind, subject_id)},
        )
        return await cur.fetchone()


async def settle_incident_deadlines(tx: Transaction, incident_id: UUID) -> list[DeadlineRow]:
    """Stop every clock of an incident that is closed: what was still open no longer matters. Returns those that stand in pictures."""
    async with tx.conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            UPDATE spine.deadline SET settled_at = %(at)s, outcome = 'void'
            WHERE incident_id = %(incident)s AND settled_at IS NULL
            RETURNING id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            """,
            {"at": tx.at, "incident": incident_id},
        )
        return [row for row in await cur.fetchall() if not row.silent]


async def move_incident_deadlines(tx: Transaction, incident_id: UUID, area: str) -> list[DeadlineRow]:
    """Take an incident's running clocks along to the area that it has been corrected to. Returns those that stand in pictures."""
    async with tx.conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            UPDATE spine.deadline SET area = %(area)s WHERE incident_id = %(incident)s AND settled_at IS NULL
            RETURNING id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            """,
            {"area": area, "incident": incident_id},
        )
        return [row for row in await cur.fetchall() if not row.silent]


def deadline_streams(row: DeadlineRow) -> tuple[str, ...]:
    """Every stream in whose picture this deadline stands; none for a silent one."""
    if row.silent:
        return ()
    streams = list(boards(row.area))
    if row.incident_id is not None:
        streams.append(f"incident:{row.incident_id}")
    if row.department is not None:
        streams.append(f"department:{row.department}")
    return tuple(streams)


# --- passing -----------------------------------------------------------------------------------------------------


class PassDeadline(CommandData):
    kind: ClassVar[str] = "deadline.pass"
    deadline_id: UUID


async def _load(tx: Transaction, command: Command[PassDeadline]) -> DeadlineRow:
    async with tx.conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            SELECT id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            FROM spine.deadline WHERE id = %s FOR NO KEY UPDATE
            """,
            (command.data.deadline_id,),
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("期限", "deadline", str(command.data.deadline_id), field="data.deadline_id")
    return row


async def _run(tx: Transaction, command: Command[PassDeadline], row: DeadlineRow) -> Outcome:
    if row.settled_at is not None or row.passed_at is not None or row.due_at > tx.at:
        return Outcome(facts=(), result={"passed": False})
    await tx.conn.execute("UPDATE spine.deadline SET passed_at = %s WHERE id = %s", (tx.at, row.id))
    shown: JsonObject = {**deadline_object(row), "passed": True}
    data: JsonObject = {
        "deadline_id": str(row.id),
        "kind": row.kind,
        "due_at": iso(row.due_at),
        "subject_kind": row.subject_kind,
        "subject_id": str(row.subject_id),
    }
    if row.silent:
        return Outcome([NewFact(f"incident:{row.incident_id}", "deadline.passed", data)], {"passed": True})
    return Outcome(
        facts=[
            NewFact(stream, "deadline.passed", data, now={"deadlines": {str(row.id): shown}})
            for stream in deadline_streams(row)
        ],
        result={"passed": True},
    )


HANDLINGS = (Handling(PassDeadline, allow(Role.SYSTEM), _load, lambda row: Scope(area=row.area), _run),)


@dataclass(frozen=True, slots=True)
class Due:
    id: UUID
    started_at: datetime
    due_at: datetime


async def what_is_due(conn: Connection, at: datetime, limit: int = 100) -> list[Due]:
    """Running clocks whose time has come and whose passing is not yet in the record."""
    async with conn.cursor(row_factory=class_row(Due)) as cur:
        await cur.execute(
            """
            SELECT id, started_at, due_at FROM spine.deadline
            WHERE settled_at IS NULL AND passed_at IS NULL AND due_at <= %(at)s ORDER BY due_at LIMIT %(limit)s
            """,
            {"at": at, "limit": limit},
        )
        return await cur.fetchall()


def pass_id(due: Due) -> UUID:
    """The id of the command that passes this deadline: the same from every worker, another after a restart of the clock."""
    return uuid5(_NAMESPACE, f"pass:{due.id}:{iso(due.started_at)}:{iso(due.due_at)}")


# --- pictures ----------------------------------------------------------------------------------------------------


async def _open(conn: Connection, *, area: str = "", incident: UUID | None = None, department: str = "") -> Picture:
    async with conn.cursor(row_factory=class_row(DeadlineRow)) as cur:
        await cur.execute(
            """
            SELECT id, kind, incident_id, subject_kind, subject_id, department, area, title_zh, title_en,
                to_zh, to_en, started_at, due_at, passed_at, settled_at, outcome, silent
            FROM spine.deadline
            WHERE settled_at IS NULL AND NOT silent AND area LIKE %(area)s || '%%'
                AND (%(incident)s::uuid IS NULL OR incident_id = %(incident)s)
                AND (%(department)s = '' OR department = %(department)s)
            """,
            {"area": area, "incident": incident, "department": department},
        )
        rows = await cur.fetchall()
    objects: dict[str, Json] = {str(row.id): deadline_object(row) for row in rows}
    return {"deadlines": objects}


async def _board(conn: Connection, key: str) -> Picture:
    return await _open(conn, area=key)


async def _incident(conn: Connection, key: str) -> Picture:
    return await _open(conn, incident=UUID(key))


async def _department(conn: Connection, key: str) -> Picture:
    return await _open(conn, department=key)


SOURCES = (
    PictureSource("board", _board),
    PictureSource("incident", _incident),
    PictureSource("department", _department),
)
