"""Whether the record is what was written: every chain walked, every head, receipt and column compared with it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import DataError
from psycopg.rows import class_row

from spine.canonical import Json, decode_object
from spine.clock import iso
from spine.db import Connection
from spine.record import START, chain


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place in a stream where the record is not what was written."""

    stream: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class _Link:
    seq: int
    kind: str
    at: datetime
    occurred_at: datetime
    by_id: str
    command_id: UUID
    body: str
    hash: bytes


async def _links(conn: Connection, stream: str) -> AsyncGenerator[_Link]:
    async with conn.cursor(name="verify", row_factory=class_row(_Link)) as cur:
        await cur.execute(
            """
            SELECT seq, kind, at, occurred_at, by_id, command_id, body, hash FROM spine.fact
            WHERE stream = %s ORDER BY seq
            """,
            (stream,),
        )
        async for link in cur:
            yield link


def _column_trouble(stream: str, link: _Link) -> str | None:
    try:
        content = decode_object(link.body)
    except ValueError:
        return "the body is no JSON object"
    by = content.get("by")
    columns: dict[str, Json] = {
        "stream": stream,
        "seq": link.seq,
        "kind": link.kind,
        "at": iso(link.at),
        "occurred_at": iso(link.occurred_at),
        "command": str(link.command_id),
    }
    for name, value in columns.items():
        if content.get(name) != value:
            return f"column {name} does not agree with the body"
    if not isinstance(by, dict) or by.get("id") != link.by_id:
        return "column by_id does not agree with the body"
    return None


async def verify_stream(conn: Connection, stream: str, head: tuple[int, bytes]) -> BrokenLink | None:
    """Walk one stream from its first fact. Returns the first broken link, or None when the chain holds."""
    previous, expected = START, 1
    async with aclosing(_links(conn, stream)) as links:
        async for link in links:
            if link.seq < expected:
                return BrokenLink(stream, link.seq, "inserted: a stream begins with 1")
            if link.seq > head[0]:
                return BrokenLink(stream, link.seq, f"beyond the head, which says {head[0]}")
            if link.seq > expected:
                return BrokenLink(stream, expected, f"missing: the next fact is {link.seq}")
            if chain(previous, link.body) != link.hash:
                return BrokenLink(stream, link.seq, "hash does not follow from the fact before and the body")
            trouble = _column_trouble(stream, link)
            if trouble is not None:
                return BrokenLink(stream, link.seq, trouble)
            previous, expected = link.hash, expected + 1
    if expected <= head[0]:
        return BrokenLink(stream, expected, f"missing: the head says {head[0]}, the last fact is {expected - 1}")
    if previous != bytes(head[1]):
        return BrokenLink(stream, head[0], "the head's hash is not that of the last fact")
    return None


async def _receipt_trouble(conn: Connection) -> list[BrokenLink]:
    """Facts and receipts name each other: the first place of each stream where one is without the other.

    A chain cannot show that its end, or all of it, is gone when its head was set back to match; the receipts still can.
    """
    try:
        async with conn.transaction():
            rows = await (
                await conn.execute(
                    """
                    SELECT DISTINCT ON (1) coalesce(n.stream, f.stream), coalesce(n.seq, f.seq) AS seq, f.seq IS NULL
                    FROM (
                        SELECT r.command_id, p.stream, p.seq
                        FROM spine.receipt r, json_to_recordset(r.answer::json -> 'facts') AS p (stream text, seq bigint)
                        WHERE r.answer IS NOT NULL
                    ) n
                    FULL JOIN spine.fact f ON (f.stream, f.seq, f.command_id) = (n.stream, n.seq, n.command_id)
                    WHERE f.seq IS NULL OR n.seq IS NULL
                    ORDER BY 1, 2
                    """
                )
            ).fetchall()
    except DataError as trouble:
        return [BrokenLink("receipts", 0, f"a receipt cannot be read: {trouble.diag.message_primary}")]
    said = {True: "a receipt names this fact, which is not there", False: "no receipt names this fact"}
    return [BrokenLink(str(stream), int(seq), said[bool(gone)]) for stream, seq, gone in rows]


@dataclass(frozen=True, slots=True)
class Verification:
    streams: int
    facts: int
    broken: list[BrokenLink]


async def verify(conn: Connection) -> Verification:
    """Check every chain, and facts against receipts (call inside a repeatable-read transaction).

    `broken`: at most one link per stream, its first.
    """
    rows = await (await conn.execute("SELECT stream, seq, hash FROM spine.stream_head ORDER BY stream")).fetchall()
    broken: list[BrokenLink] = []
    facts = 0
    for stream, seq, hashed in rows:
        facts += int(seq)
        link = await verify_stream(conn, str(stream), (int(seq), bytes(hashed)))
        if link is not None:
            broken.append(link)
    orphans = await (
        await conn.execute(
            """
            SELECT f.stream, min(f.seq) FROM spine.fact f LEFT JOIN spine.stream_head h USING (stream)
            WHERE h.stream IS NULL GROUP BY f.stream ORDER BY f.stream
            """
        )
    ).fetchall()
    broken += [BrokenLink(str(stream), int(seq), "facts without a head") for stream, seq in orphans]
    named = {link.stream for link in broken}
    broken += [link for link in await _receipt_trouble(conn) if link.stream not in named]
    return Verification(len(rows), facts, broken)
