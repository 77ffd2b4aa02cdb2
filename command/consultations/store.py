"""Rows of consultations with their opinions. Whoever changes one has locked its incident first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from command.consultations.consultation import Consultation, Opinion
from spine.command import Connection
from spine.errors import not_found

_COLUMNS: LiteralString = """id, no, incident_id, incident_title, area_code, subject, title, question, safety, mode, asker,
    asker_department, lead, state, merge_minutes, merge_due, merge_escalated, requested_at, answer, withdrawn, ended_at,
    version, updated_at"""
_OPINION: LiteralString = """id, consultation_id, department, question, minutes, asked_at, due, state, stance, text, decision_mode,
    given, escalated, late"""
RECENT = 20
"""So many finished ones stay on a department's desk; the rest is in the incident's own picture."""


async def incident_of_consultation(conn: Connection, consultation_id: UUID) -> UUID:
    """Whose it is, so that the incident can be locked first. Raises Refused `not_found`."""
    row = await (
        await conn.execute("SELECT incident_id FROM command.consultation WHERE id = %s", (consultation_id,))
    ).fetchone()
    if row is None:
        raise not_found("会签", "consultation", str(consultation_id), field="data.consultation_id")
    return row[0]


async def lock_consultation(conn: Connection, consultation_id: UUID) -> Consultation:
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.consultation WHERE id = %s FOR NO KEY UPDATE", (consultation_id,)
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("会签", "consultation", str(consultation_id), field="data.consultation_id")
    return (await _with_opinions(conn, [row]))[0]


async def consultations_of(conn: Connection, incident_id: UUID) -> list[Consultation]:
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.consultation WHERE incident_id = %s ORDER BY requested_at, no",
            (incident_id,),
        )
        return await _with_opinions(conn, await cur.fetchall())


async def consultations_by_ids(conn: Connection, ids: Sequence[UUID]) -> list[Consultation]:
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.consultation WHERE id = ANY(%s) ORDER BY requested_at, no", (list(ids),)
        )
        return await _with_opinions(conn, await cur.fetchall())


async def _with_opinions(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Consultation]:
    async with conn.cursor(row_factory=class_row(Opinion)) as cur:
        await cur.execute(
            f"SELECT {_OPINION} FROM command.opinion WHERE consultation_id = ANY(%s) ORDER BY place",
            ([row["id"] for row in rows],),
        )
        opinions = await cur.fetchall()
    return [
        replace(
            Consultation(**dict(row)),
            opinions=tuple(o for o in opinions if o.consultation_id == row["id"]),
        )
        for row in rows
    ]


async def desk_consultation_ids(conn: Connection, department: str) -> frozenset[UUID]:
    """Those in a department's picture: all open ones that it was asked, leads or asked itself, and the last RECENT others."""
    rows = await (
        await conn.execute(
            """
            WITH mine AS (
                SELECT c.id, c.state, c.ended_at FROM command.consultation c
                WHERE c.lead = %(department)s OR c.asker_department = %(department)s
                    OR EXISTS (SELECT FROM command.opinion o WHERE o.consultation_id = c.id AND o.department = %(department)s)
            )
            SELECT id FROM mine WHERE state IN ('asked', 'ready')
            UNION ALL
            (SELECT id FROM mine WHERE state IN ('answered', 'withdrawn') ORDER BY ended_at DESC, id LIMIT %(recent)s)
            """,
            {"department": department, "recent": RECENT},
        )
    ).fetchall()
    return frozenset(consultation_id for (consultation_id,) in rows)


async def count_consultations(conn: Connection, incident_id: UUID) -> int:
    row = await (
        await conn.execute("SELECT count(*) FROM command.consultation WHERE incident_id = %s", (incident_id,))
    ).fetchone()
    return 0 if row is None else int(row[0])


async def save_consultation(conn: Connection, consultation: Consultation) -> None:
    await conn.execute(
        """
        INSERT INTO command.consultation (id, no, incident_id, incident_title, area_code, subject, title, question, safety,
            mode, asker, asker_department, lead, state, merge_minutes, merge_due, merge_escalated, requested_at, answer,
            withdrawn, ended_at, version, updated_at)
        VALUES (%(id)s, %(no)s, %(incident_id)s, %(incident_title)s, %(area_code)s, %(subject)s, %(title)s, %(question)s,
            %(safety)s, %(mode)s, %(asker)s, %(asker_department)s, %(lead)s, %(state)s, %(merge_minutes)s, %(merge_due)s,
            %(merge_escalated)s, %(requested_at)s, %(answer)s, %(withdrawn)s, %(ended_at)s, %(version)s, %(updated_at)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, merge_due = EXCLUDED.merge_due,
            merge_escalated = EXCLUDED.merge_escalated, answer = EXCLUDED.answer, withdrawn = EXCLUDED.withdrawn,
            ended_at = EXCLUDED.ended_at, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
        """,
        {
            "id": consultation.id,
            "no": consultation.no,
            "incident_id": consultation.incident_id,
            "incident_title": consultation.incident_title,
            "area_code": consultation.area_code,
            "subject": consultation.subject,
            "title": consultation.title,
            "question": consultation.question,
            "safety": consultation.safety,
            "mode": consultation.mode,
            "asker": Jsonb(consultation.asker),
            "asker_department": consultation.asker_department,
            "lead": consultation.lead,
            "state": consultation.state,
            "merge_minutes": consultation.merge_minutes,
            "merge_due": consultation.merge_due,
            "merge_escalated": Jsonb(list(consultation.merge_escalated)),
            "requested_at": consultation.requested_at,
            "answer": None if consultation.answer is None else Jsonb(consultation.answer),
            "withdrawn": None if consultation.withdrawn is None else Jsonb(consultation.withdrawn),
            "ended_at": consultation.ended_at,
            "version": consultation.version,
            "updated_at": consultation.updated_at,
        },
    )
    for place, opinion in enumerate(consultation.opinions):
        await _save_opinion(conn, opinion, place)


async def _save_opinion(conn: Connection, opinion: Opinion, place: int) -> None:
    await conn.execute(
        """
        INSERT INTO command.opinion (id, consultation_id, place, department, question, minutes, asked_at, due, state, stance,
            text, decision_mode, given, escalated, late)
        VALUES (%(id)s, %(consultation_id)s, %(place)s, %(department)s, %(question)s, %(minutes)s, %(asked_at)s, %(due)s,
            %(state)s, %(stance)s, %(text)s, %(decision_mode)s, %(given)s, %(escalated)s, %(late)s)
        ON CONFLICT (id) DO UPDATE SET due = EXCLUDED.due, state = EXCLUDED.state, stance = EXCLUDED.stance,
            text = EXCLUDED.text, decision_mode = EXCLUDED.decision_mode, given = EXCLUDED.given,
            escalated = EXCLUDED.escalated, late = EXCLUDED.late
        """,
        {
            "id": opinion.id,
            "consultation_id": opinion.consultation_id,
            "place": place,
            "department": opinion.department,
            "question": opinion.question,
            "minutes": opinion.minutes,
            "asked_at": opinion.asked_at,
            "due": opinion.due,
            "state": opinion.state,
            "stance": opinion.stance,
            "text": opinion.text,
            "decision_mode": opinion.decision_mode,
            "given": None if opinion.given is None else Jsonb(opinion.given),
            "escalated": Jsonb(list(opinion.escalated)),
            "late": Jsonb(list(opinion.late)),
        },
    )


async def consultation_of_opinion(conn: Connection, opinion_id: UUID) -> UUID | None:
    """Where an opinion belongs, for a clock that names only the opinion."""
    row = await (
        await conn.execute("SELECT consultation_id FROM command.opinion WHERE id = %s", (opinion_id,))
    ).fetchone()
    return None if row is None else row[0]
