"""The record: facts, append-only, contiguous per stream, each chained to the one before by hash."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from spine.canonical import Json, Spelling, decode_object, encode
from spine.clock import iso
from spine.command import NewFact
from spine.db import Connection
from spine.nudge import Appended
from spine.principal import Principal

START = bytes(32)
"""The hash before a stream's first fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as stored. `body` is the JSON text of the wire's `fact` frame."""

    stream: str
    seq: int
    kind: str
    at: datetime
    occurred_at: datetime
    by_id: str
    command_id: UUID
    body: str

    def content(self) -> dict[str, Json]:
        return dict(decode_object(self.body))


@dataclass(frozen=True, slots=True)
class Position:
    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class _Head:
    stream: str
    seq: int
    hash: bytes


def chain(previous: bytes, body: str) -> bytes:
    return hashlib.sha256(previous + body.encode()).digest()


@dataclass(frozen=True, slots=True)
class Batch:
    """The facts of one command, on their way into the record."""

    facts: Sequence[NewFact]
    at: datetime
    occurred_at: datetime
    by: Principal
    command_id: UUID


async def append(
    conn: Connection,
    facts: Sequence[NewFact],
    *,
    at: datetime,
    occurred_at: datetime,
    by: Principal,
    command_id: UUID,
) -> list[Position]:
    """Append one command's facts to their streams inside the caller's transaction. See `append_batches`."""
    (appended,) = await append_batches(conn, [Batch(facts, at, occurred_at, by, command_id)])
    return [Position(fact.stream, fact.seq) for fact in appended]


async def append_batches(conn: Connection, batches: Sequence[Batch]) -> list[list[Appended]]:
    """Append the facts of several commands, in their order, inside the caller's transaction. Returns them per command.

    Heads are locked in name order, all at once, so that two transactions never wait for each other in a circle, and stay
    locked until the commit, so that positions are in commit order (invariant 4).
    """
    streams = sorted({fact.stream for batch in batches for fact in batch.facts})
    if not streams:
        return [[] for _ in batches]
    heads = await _lock_heads(conn, streams)
    rows: list[tuple[str, int, str, datetime, datetime, str, UUID, str, bytes]] = []
    appended: list[list[Appended]] = []
    spelling = Spelling()
    for batch in batches:
        own: list[Appended] = []
        for fact in batch.facts:
            row = _next_row(batch, fact, heads[fact.stream], spelling)
            heads[fact.stream] = _Head(fact.stream, row[1], row[8])
            rows.append(row)
            own.append(Appended(fact.stream, row[1], row[7]))
        appended.append(own)
    await _write(conn, rows, [heads[stream] for stream in streams])
    return appended


async def _lock_heads(conn: Connection, streams: Sequence[str]) -> dict[str, _Head]:
    """Locked without being written; a stream that begins now gets its head first."""
    heads: dict[str, _Head] = {}
    wanted: list[str] = list(streams)
    async with conn.cursor(row_factory=class_row(_Head)) as cur:
        while wanted:
            await cur.execute(
                """
                SELECT stream, seq, hash FROM spine.stream_head WHERE stream = ANY(%(streams)s)
                ORDER BY stream FOR NO KEY UPDATE
                """,
                {"streams": wanted},
            )
            heads |= {head.stream: head for head in await cur.fetchall()}
            wanted = [stream for stream in wanted if stream not in heads]
            if wanted:
                await cur.execute(
                    """
                    INSERT INTO spine.stream_head (stream, seq, hash)
                    SELECT name, 0, %(start)s FROM unnest(%(streams)s::text[]) WITH ORDINALITY AS s (name, n) ORDER BY n
                    ON CONFLICT (stream) DO NOTHING
                    """,
                    {"start": START, "streams": wanted},
                )
    return heads


def _next_row(
    batch: Batch, fact: NewFact, head: _Head, spelling: Spelling
) -> tuple[str, int, str, datetime, datetime, str, UUID, str, bytes]:
    seq = head.seq + 1
    happened = fact.occurred_at or batch.occurred_at
    body = _body(batch, fact, seq, happened, spelling)
    return (
        fact.stream,
        seq,
        fact.kind,
        batch.at,
        happened,
        batch.by.id,
        batch.command_id,
        body,
        chain(head.hash, body),
    )


def _body(batch: Batch, fact: NewFact, seq: int, happened: datetime, spelling: Spelling) -> str:
    """The wire's `fact` frame in the one JSON spelling; members stand in the order of their names."""
    now = spelling.of_members(
        {
            collection: spelling.of_members({key: spelling.of(value) for key, value in objects.items()})
            for collection, objects in fact.now.items()
        }
    )
    return (
        f'{{"at":"{iso(batch.at)}","by":{encode(batch.by.as_by())},"command":"{batch.command_id}",'
        f'"data":{spelling.of(fact.data)},"kind":{encode(fact.kind)},"now":{now},"occurred_at":"{iso(happened)}",'
        f'"op":"fact","seq":{seq},"stream":{encode(fact.stream)},"v":{fact.v}}}'
    )


async def _write(
    conn: Connection,
    rows: Sequence[tuple[str, int, str, datetime, datetime, str, UUID, str, bytes]],
    heads: Sequence[_Head],
) -> None:
    """Facts and heads in one statement: one way to the server however many there are."""
    columns = list(zip(*rows, strict=True))
    names = ("stream", "seq", "kind", "at", "occurred_at", "by_id", "command_id", "body", "hash")
    await conn.execute(
        """
        WITH written AS (
            INSERT INTO spine.fact (stream, seq, kind, at, occurred_at, by_id, command_id, body, hash)
            SELECT stream, seq, kind, at, occurred_at, by_id, command_id, body, hash
            FROM unnest(%(stream)b::text[], %(seq)b::bigint[], %(kind)b::text[], %(at)b::timestamptz[],
                %(occurred_at)b::timestamptz[], %(by_id)b::text[], %(command_id)b::uuid[], %(body)b::text[],
                %(hash)b::bytea[]) AS f (stream, seq, kind, at, occurred_at, by_id, command_id, body, hash)
        )
        UPDATE spine.stream_head AS h SET seq = n.seq, hash = n.hash
        FROM unnest(%(heads)b::text[], %(head_seqs)b::bigint[], %(head_hashes)b::bytea[]) AS n (stream, seq, hash)
        WHERE h.stream = n.stream
        """,
        {
            **{name: list(column) for name, column in zip(names, columns, strict=True)},
            "heads": [head.stream for head in heads],
            "head_seqs": [head.seq for head in heads],
            "head_hashes": [head.hash for head in heads],
        },
    )


async def head_seq(conn: Connection, stream: str) -> int:
    """The last position of a stream, 0 when nothing was ever appended."""
    row = await (await conn.execute("SELECT seq FROM spine.stream_head WHERE stream = %s", (stream,))).fetchone()
    return 0 if row is None else int(row[0])


async def head_seqs(conn: Connection, streams: Sequence[str]) -> dict[str, int]:
    rows = await (
        await conn.execute("SELECT stream, seq FROM spine.stream_head WHERE stream = ANY(%s)", (list(streams),))
    ).fetchall()
    return {str(stream): int(seq) for stream, seq in rows}


async def read_since(conn: Connection, stream: str, since: int, limit: int = 1000) -> list[Fact]:
    """Facts after position `since`, oldest first."""
    async with conn.cursor(row_factory=class_row(Fact)) as cur:
        await cur.execute(
            """
            SELECT stream, seq, kind, at, occurred_at, by_id, command_id, body FROM spine.fact
            WHERE stream = %(stream)b AND seq > %(since)s ORDER BY seq LIMIT %(limit)s
            """,
            {"stream": stream, "since": since, "limit": limit},
        )
        return await cur.fetchall()


@dataclass(frozen=True, slots=True)
class FactText:
    """A fact as the gateway needs it: where it stands, when it was decided, and its frame's text."""

    stream: str
    seq: int
    at: datetime
    body: str


async def read_bodies(conn: Connection, stream: str, since: int, limit: int) -> list[tuple[int, str]]:
    """(position, frame text) of facts after `since`, oldest first."""
    cur = await conn.execute(
        """
        SELECT seq, body FROM spine.fact
        WHERE stream = %(stream)b AND seq > %(since)s ORDER BY seq LIMIT %(limit)s
        """,
        {"stream": stream, "since": since, "limit": limit},
    )
    return [(int(seq), str(body)) for seq, body in await cur.fetchall()]


async def read_after(conn: Connection, positions: Mapping[str, int], limit: int = 2000) -> tuple[list[FactText], bool]:
    """What is new in many streams at once: facts after each stream's position, and whether that is all there is.

    One statement for however many streams: the heads are compared by their index, facts are read only where they moved.
    """
    async with conn.cursor(row_factory=class_row(FactText)) as cur:
        await cur.execute(
            """
            SELECT f.stream, f.seq, f.at, f.body
            FROM unnest(%(streams)s::text[], %(seqs)s::bigint[]) AS held (stream, seq)
            JOIN spine.stream_head h ON h.stream = held.stream AND h.seq > held.seq
            JOIN spine.fact f ON f.stream = held.stream AND f.seq > held.seq
            ORDER BY f.stream, f.seq LIMIT %(limit)s
            """,
            {"streams": list(positions), "seqs": list(positions.values()), "limit": limit},
        )
        facts = await cur.fetchall()
    return facts, len(facts) < limit


async def read_before(conn: Connection, stream: str, before: int, limit: int) -> list[Fact]:
    """The last `limit` facts before position `before`, oldest first."""
    async with conn.cursor(row_factory=class_row(Fact)) as cur:
        await cur.execute(
            """
            SELECT stream, seq, kind, at, occurred_at, by_id, command_id, body FROM spine.fact
            WHERE stream = %(stream)s AND seq < %(before)s ORDER BY seq DESC LIMIT %(limit)s
            """,
            {"stream": stream, "before": before, "limit": limit},
        )
        return list(reversed(await cur.fetchall()))
