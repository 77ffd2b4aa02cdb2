"""Rows of handovers."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.handover.handover import Handover
from spine.canonical import Json
from spine.command import Connection
from spine.errors import not_found

_HANDOVER: LiteralString = """h.id, h.post, h.from_id, h.from_name, h.to_person, h.state, h.sheet, h.digest, h.checks, h.words, h.signed_out,
    h.signed_in, h.ended, h.version"""


async def need_handover(conn: Connection, key: UUID, *, lock: bool = False) -> Handover:
    """Raises Refused `not_found`."""
    locking: LiteralString = "FOR NO KEY UPDATE" if lock else ""
    async with conn.cursor(row_factory=class_row(Handover)) as cur:
        await cur.execute(f"SELECT {_HANDOVER} FROM command.handover h WHERE id = %s {locking}", (key,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("交接班", "handover", str(key), field="data.handover_id")
    return row


async def open_handover(conn: Connection, post: str) -> Handover | None:
    async with conn.cursor(row_factory=class_row(Handover)) as cur:
        await cur.execute(
            f"SELECT {_HANDOVER} FROM command.handover h WHERE post = %s AND state = 'offered' FOR NO KEY UPDATE",
            (post,),
        )
        return await cur.fetchone()


async def open_of_area(conn: Connection, area: str) -> list[Handover]:
    async with conn.cursor(row_factory=class_row(Handover)) as cur:
        await cur.execute(
            f"""
            SELECT {_HANDOVER} FROM command.handover h JOIN command.duty d ON d.post = h.post
            WHERE h.state = 'offered' AND d.area_code LIKE %s || '%%' ORDER BY h.id
            """,
            (area,),
        )
        return await cur.fetchall()


async def handovers_between(conn: Connection, since: datetime, until: datetime, area: str) -> list[Handover]:
    """Those signed out in this time, the newest first."""
    async with conn.cursor(row_factory=class_row(Handover)) as cur:
        await cur.execute(
            f"""
            SELECT {_HANDOVER} FROM command.handover h JOIN command.duty d ON d.post = h.post
            WHERE (h.signed_out ->> 'at')::timestamptz >= %(since)s AND (h.signed_out ->> 'at')::timestamptz < %(until)s
                AND d.area_code LIKE %(area)s || '%%'
            ORDER BY h.signed_out ->> 'at' DESC LIMIT 200
            """,
            {"since": since, "until": until, "area": area},
        )
        return await cur.fetchall()


async def save_handover(conn: Connection, one: Handover) -> None:
    await conn.execute(
        """
        INSERT INTO command.handover (id, post, from_id, from_name, to_person, state, sheet, digest, checks, words, signed_out,
            signed_in, ended, version)
        VALUES (%(id)s, %(post)s, %(from_id)s, %(from_name)s, %(to_person)s, %(state)s, %(sheet)s, %(digest)s, %(checks)s,
            %(words)s, %(signed_out)s, %(signed_in)s, %(ended)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, signed_in = EXCLUDED.signed_in, ended = EXCLUDED.ended,
            version = EXCLUDED.version
        """,
        {
            "id": one.id,
            "post": one.post,
            "from_id": one.from_id,
            "from_name": one.from_name,
            "to_person": one.to_person,
            "state": one.state,
            "sheet": Jsonb(one.sheet),
            "digest": one.digest,
            "checks": Jsonb(one.checks),
            "words": one.words,
            "signed_out": Jsonb(one.signed_out),
            "signed_in": _jsonb(one.signed_in),
            "ended": _jsonb(one.ended),
            "version": one.version,
        },
    )


def _jsonb(value: Json) -> Jsonb | None:
    return None if value is None else Jsonb(value)
