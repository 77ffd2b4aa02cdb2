"""Followers: parts of the platform that react to facts, each with its own durable cursor per stream.

A follower gets every fact at least once and in order per stream; what it does must bear repetition, which it gets for
nothing by sending commands whose id is made from the fact's position.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
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


@dataclass(frozen=True, slots=True)
class SlowFollower:
    """One whose work takes long. It gets all new facts of its kinds on a stream together (what comes in a burst is one piece of
    work), and while it works no transaction is open and no row is locked.

    One process at a time works on a stream: it holds an advisory lock on a connection of its own, which goes with the process.
    `quiet_s`: after a fact it waits so long for more that belong to it, `quiet_s` × 4 at most. `at_once`: streams side by side.
    """

    name: str
    stream_prefix: str
    kinds: frozenset[str]
    handle: Callable[[Realm, Sequence[Fact]], Awaitable[None]]
    quiet_s: float = 0.1
    at_once: int = 1


AnyFollower = Follower | SlowFollower


@dataclass(frozen=True, slots=True)
class ReaderName:
    """A follower as its cursors name it."""

    name: str
    stream_prefix: str


class Reader(Protocol):
    """Whatever reads streams with durable cursors."""

    @property
    def name(self) -> str: ...

    @property
    def stream_prefix(self) -> str: ...


def reaction_id(follower: str, fact: Fact, what: str = "") -> UUID:
    """The id of the command with which a follower answers a fact: the same however often it sees it."""
    return uuid5(_NAMESPACE, f"{follower}:{fact.stream}:{fact.seq}:{what}")


async def lagging(conn: Connection, follower: AnyFollower) -> list[str]:
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


async def catch_up(realm: Realm, follower: AnyFollower) -> int:
    """Handle everything that is there for this follower. Returns how many facts it passed."""
    async with realm.pool.connection() as conn:
        streams = await lagging(conn, follower)
    if isinstance(follower, SlowFollower):
        return await _catch_up_slowly(realm, follower, streams)
    passed = 0
    for stream in streams:
        async with realm.following:
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


async def _catch_up_slowly(realm: Realm, follower: SlowFollower, streams: Sequence[str]) -> int:
    places = asyncio.Semaphore(follower.at_once)

    async def one(stream: str) -> int:
        async with places:
            return await _pass_slowly(realm, follower, stream)

    return sum(await asyncio.gather(*(one(stream) for stream in streams)))


async def _pass_slowly(realm: Realm, follower: SlowFollower, stream: str) -> int:
    start, _ = await _cursor(realm, follower.name, stream)
    facts = await _read(realm, stream, start)
    if not any(fact.kind in follower.kinds for fact in facts):
        # Nothing of it is anybody's work: whoever gets here first passes them.
        await _move(realm, follower.name, stream, facts[-1].seq if facts else start)
        return len(facts)
    own = await realm.connect()
    try:
        if not await _lock(own, f"{follower.name} {stream}"):
            return 0
        start, failures = await _cursor(realm, follower.name, stream)
        facts = await _gathered(realm, follower, stream, start)
        wanted = [fact for fact in facts if fact.kind in follower.kinds]
        if wanted:
            try:
                with log_context(
                    follower=follower.name, stream=stream, command=wanted[-1].command_id, kind=wanted[-1].kind
                ):
                    await follower.handle(realm, wanted)
            except Exception as trouble:
                if is_away(trouble):
                    raise
                failures, error = failures + 1, f"{type(trouble).__name__}: {trouble}"
                log.exception("follower %s failed on %s %d: %s", follower.name, stream, wanted[-1].seq, trouble)
                measures.follower_failed(follower.name, left_behind=failures >= _GIVE_UP_AFTER)
                if failures < _GIVE_UP_AFTER:
                    await _move(realm, follower.name, stream, start, failures, error)
                    return 0
                log.error("follower %s leaves %s %d behind: %s", follower.name, stream, wanted[-1].seq, error)
        if not facts:
            return 0
        await _move(realm, follower.name, stream, facts[-1].seq)
        measures.follower_passed(follower.name, len(facts))
        return len(facts)
    finally:
        await own.close()


async def _gathered(realm: Realm, follower: SlowFollower, stream: str, start: int) -> list[Fact]:
    """What is new, and what comes while more keeps coming, for a short while."""
    facts = await _read(realm, stream, start)
    for _ in range(4):
        await asyncio.sleep(follower.quiet_s)
        more = await _read(realm, stream, facts[-1].seq if facts else start)
        if not any(fact.kind in follower.kinds for fact in more):
            return facts
        facts += more
    return facts


async def _lock(conn: Connection, name: str) -> bool:
    row = await (
        await conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"follower {name}",))
    ).fetchone()
    return row is not None and bool(row[0])


async def _read(realm: Realm, stream: str, since: int) -> list[Fact]:
    async with realm.pool.connection() as conn:
        return await read_since(conn, stream, since, _BATCH)


async def _cursor(realm: Realm, name: str, stream: str) -> tuple[int, int]:
    """Position and failures."""
    async with realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT seq, failures FROM spine.cursor WHERE follower = %s AND stream = %s", (name, stream)
            )
        ).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def _move(realm: Realm, name: str, stream: str, seq: int, failures: int = 0, error: str | None = None) -> None:
    """Forward only: somebody else may have passed these facts meanwhile."""
    async with realm.pool.connection() as conn:
        await conn.execute(
            """
            INSERT INTO spine.cursor AS c (follower, stream, seq, failures, last_error)
            VALUES (%(name)s, %(stream)s, %(seq)s, %(failures)s, %(error)s)
            ON CONFLICT (follower, stream) DO UPDATE SET seq = greatest(c.seq, EXCLUDED.seq),
                failures = EXCLUDED.failures, last_error = EXCLUDED.last_error
            """,
            {"seq": seq, "failures": failures, "error": error, "name": name, "stream": stream},
        )


async def run_follower(realm: Realm, follower: AnyFollower, *, poll_s: float = 1.0) -> None:
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
