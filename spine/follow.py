"""Followers: parts of the platform that react to facts, each with its own durable cursor per stream.

A follower gets every fact at least once and in order per stream; what it does must bear repetition, which it gets for
nothing by sending commands whose id is made from the fact's position.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

from spine import measures
from spine.db import Connection
from spine.logs import log_context
from spine.presence import is_away
from spine.realm import Realm
from spine.record import Fact, read_since

log = logging.getLogger("fengsui.follow")

_NAMESPACE = UUID("0b1de1cf-51fb-5c31-a0a1-3a6a1b2d9d11")
_BATCH = 200
_GIVE_UP_AFTER = 8  # a fact that fails this often is left behind, loudly: it must not stop the stream for ever


@dataclass(frozen=True, slots=True)
class Follower:
    """`kinds`: the kinds of fact it wants; `streams`: prefix of the streams it reads (each fact once: pick one)."""

    name: str
    stream_prefix: str
    kinds: frozenset[str]
    handle: Callable[[Realm, Fact], Awaitable[None]]


def reaction_id(follower: str, fact: Fact, what: str = "") -> UUID:
    """The id of the command with which a follower answers a fact: the same however often it sees it."""
    return uuid5(_NAMESPACE, f"{follower}:{fact.stream}:{fact.seq}:{what}")


async def lagging(conn: Connection, follower: Follower) -> list[str]:
    """Streams of this follower with facts that it has not seen."""
    rows = await (
        await conn.execute(
            """
            SELECT h.stream FROM spine.stream_head h
            LEFT JOIN spine.cursor c ON c.follower = %(name)s AND c.stream = h.stream
            WHERE h.stream LIKE %(prefix)s || '%%' AND h.seq > coalesce(c.seq, 0) ORDER BY h.stream
            """,
            {"name": follower.name, "prefix": follower.stream_prefix},
        )
    ).fetchall()
    return [str(stream) for (stream,) in rows]


async def catch_up(realm: Realm, follower: Follower) -> int:
    """Handle everything that is there for this follower. Returns how many facts it passed."""
    async with realm.pool.connection() as conn:
        streams = await lagging(conn, follower)
    passed = 0
    for stream in streams:
        passed += await _catch_up_stream(realm, follower, stream)
    return passed


async def _catch_up_stream(realm: Realm, follower: Follower, stream: str) -> int:
    async with realm.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO spine.cursor (follower, stream) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (follower.name, stream),
        )
        await conn.commit()
        # The lock makes one process at a time the reader of this stream; the others pass it by.
        row = await (
            await conn.execute(
                """
                SELECT seq, failures FROM spine.cursor WHERE follower = %s AND stream = %s
                FOR NO KEY UPDATE SKIP LOCKED
                """,
                (follower.name, stream),
            )
        ).fetchone()
        if row is None:
            return 0
        start, failures = int(row[0]), int(row[1])
        seq = start
        error: str | None = None
        for fact in await read_since(conn, stream, start, _BATCH):
            if fact.kind in follower.kinds:
                try:
                    with log_context(follower=follower.name, stream=stream, command=fact.command_id, kind=fact.kind):
                        await follower.handle(realm, fact)
                except Exception as trouble:
                    if is_away(trouble):
                        raise  # no fault of the fact: it comes again when the database is back
                    failures, error = failures + 1, f"{type(trouble).__name__}: {trouble}"
                    log.exception("follower %s failed on %s %d: %s", follower.name, stream, fact.seq, trouble)
                    measures.follower_failed(follower.name)
                    if failures < _GIVE_UP_AFTER:
                        break
                    log.error(
                        "follower %s leaves %s %d behind after %d tries, the last: %s",
                        *(follower.name, stream, fact.seq, failures, error),
                    )
                    measures.follower_failed(follower.name, left_behind=True)
            failures = 0
            seq = fact.seq
        await conn.execute(
            """
            UPDATE spine.cursor SET seq = %(seq)s, failures = %(failures)s, last_error = %(error)s
            WHERE follower = %(name)s AND stream = %(stream)s
            """,
            {"seq": seq, "failures": failures, "error": error, "name": follower.name, "stream": stream},
        )
        measures.follower_passed(follower.name, seq - start)
        return seq - start


async def run_follower(realm: Realm, follower: Follower, *, poll_s: float = 1.0) -> None:
    """For ever: drain, then wait for a nudge or the poll interval, whichever comes first."""
    async with realm.nudges.listening() as ear:
        while True:
            try:
                while await catch_up(realm, follower):
                    pass
            except Exception as trouble:
                if is_away(trouble):
                    log.info("follower %s waits, the database is away: %s", follower.name, trouble)
                else:
                    log.exception("follower %s could not read: %s", follower.name, trouble)
                await asyncio.sleep(poll_s)
            await ear.wait(poll_s)
