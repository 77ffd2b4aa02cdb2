"""SQL of notes, reports, links and refused documents."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.entries import Link, Note, Report
from spine.db import Connection

Row = TypeVar("Row")


def _one(row: Row | None) -> Row:
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return row


async def insert_note(conn: Connection, note: Note) -> Note:
    async with conn.cursor(row_factory=class_row(Note)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.note (id, incident_id, task_id, unit_id, kind, text, files, lon, lat, origin,
                occurred_at, at, by, late)
            VALUES (%(id)s, %(incident_id)s, %(task_id)s, %(unit_id)s, %(kind)s, %(text)s, %(files)s, %(lon)s, %(lat)s,
                %(origin)s, %(occurred_at)s, %(at)s, %(by)s, %(late)s)
            RETURNING id, incident_id, task_id, unit_id, kind, text, files, lon, lat, origin, occurred_at, at, by, late
            """,
            {
                "id": note.id,
                "incident_id": note.incident_id,
                "task_id": note.task_id,
                "unit_id": note.unit_id,
                "kind": note.kind,
                "text": note.text,
                "files": Jsonb(note.files),
                "lon": note.lon,
                "lat": note.lat,
                "origin": note.origin,
                "occurred_at": note.occurred_at,
                "at": note.at,
                "by": Jsonb(note.by),
                "late": note.late,
            },
        )
        return _one(await cur.fetchone())


async def notes_of(conn: Connection, incident_id: UUID) -> list[Note]:
    async with conn.cursor(row_factory=class_row(Note)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, task_id, unit_id, kind, text, files, lon, lat, origin, occurred_at, at, by, late
            FROM incidents.note WHERE incident_id = %s
            """,
            (incident_id,),
        )
        return await cur.fetchall()


async def media_types_of_task(conn: Connection, task_id: UUID) -> list[str]:
    """The media types of everything that was attached to the notes of an order."""
    rows = await (
        await conn.execute(
            """
            SELECT file->>'media_type' FROM incidents.note, jsonb_array_elements(files) AS file WHERE task_id = %s
            """,
            (task_id,),
        )
    ).fetchall()
    return [str(media_type) for (media_type,) in rows]


async def insert_report(conn: Connection, report: Report) -> Report:
    async with conn.cursor(row_factory=class_row(Report)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.report (id, incident_id, form, channel, no, recipient, text, signed_by, sent_at, by, late)
            VALUES (%(id)s, %(incident_id)s, %(form)s, %(channel)s, %(no)s, %(recipient)s, %(text)s, %(signed_by)s,
                %(sent_at)s, %(by)s, %(late)s)
            RETURNING id, incident_id, form, channel, no, recipient, text, signed_by, sent_at, by, late
            """,
            {
                "id": report.id,
                "incident_id": report.incident_id,
                "form": report.form,
                "channel": report.channel,
                "no": report.no,
                "recipient": report.recipient,
                "text": report.text,
                "signed_by": report.signed_by,
                "sent_at": report.sent_at,
                "by": Jsonb(report.by),
                "late": report.late,
            },
        )
        return _one(await cur.fetchone())


async def reports_of(conn: Connection, incident_id: UUID) -> list[Report]:
    async with conn.cursor(row_factory=class_row(Report)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, form, channel, no, recipient, text, signed_by, sent_at, by, late
            FROM incidents.report WHERE incident_id = %s ORDER BY sent_at, no
            """,
            (incident_id,),
        )
        return await cur.fetchall()


async def insert_link(conn: Connection, link: Link) -> Link | None:
    """None when the two are linked already."""
    async with conn.cursor(row_factory=class_row(Link)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.link (id, incident_id, other_id, relation, at, by)
            VALUES (%(id)s, %(incident_id)s, %(other_id)s, %(relation)s, %(at)s, %(by)s)
            ON CONFLICT (incident_id, other_id) DO NOTHING
            RETURNING id, incident_id, other_id, relation, at, by
            """,
            {
                "id": link.id,
                "incident_id": link.incident_id,
                "other_id": link.other_id,
                "relation": link.relation,
                "at": link.at,
                "by": Jsonb(link.by),
            },
        )
        return await cur.fetchone()


async def links_of(conn: Connection, incident_id: UUID) -> list[Link]:
    """Links from and to the incident."""
    async with conn.cursor(row_factory=class_row(Link)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, other_id, relation, at, by FROM incidents.link
            WHERE incident_id = %(id)s OR other_id = %(id)s
            """,
            {"id": incident_id},
        )
        return await cur.fetchall()


async def insert_rejection(
    conn: Connection,
    rejection_id: UUID,
    *,
    sha256: str,
    feed: str,
    element: str,
    reason_zh: str,
    reason_en: str,
    at: datetime,
) -> None:
    await conn.execute(
        """
        INSERT INTO incidents.feed_rejection (id, sha256, feed, element, reason_zh, reason_en, at)
        VALUES (%(id)s, %(sha256)s, %(feed)s, %(element)s, %(zh)s, %(en)s, %(at)s)
        """,
        {
            "id": rejection_id,
            "sha256": sha256,
            "feed": feed,
            "element": element,
            "zh": reason_zh,
            "en": reason_en,
            "at": at,
        },
    )
