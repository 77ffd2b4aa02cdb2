"""What the database knows about the state of the house, asked when `/metrics` or `/readyz` is: lag, ages, deliveries.

Seconds are of the realm's clock. What cannot be known has no sample: an empty table counts 0, a feed that was never read
has no age, and a part whose query failed is left out and said to be (`fengsui_database_part_read`).
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString, TypeVar, get_args
from urllib.parse import urlsplit

from psycopg import Error
from psycopg.rows import class_row

from incidents.assessments.causes import READER as ASSESS
from incidents.feeds.feed_store import sources
from notify.delivery import Channel, State
from spine.db import Connection
from spine.follow import Reader
from web.house import House

log = logging.getLogger("fengsui.measures")

CONNECT_S = 1.0
_PART_TIMEOUT: LiteralString = "SET LOCAL statement_timeout = 700"  # milliseconds
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    facts: int
    streams: int


@dataclass(frozen=True, slots=True)
class Lag:
    """`facts` not yet seen by a follower, `oldest_at` the time of the oldest of them."""

    follower: str
    facts: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deadlines:
    open: int
    passed: int


@dataclass(frozen=True, slots=True)
class Feed:
    """A watched address, `source` without what may be secret in it. `limit_s`: older than this it is stale."""

    feed: str
    source: str
    last_ok_at: datetime | None
    limit_s: int
    failures: int


@dataclass(frozen=True, slots=True)
class Deliveries:
    channel: str
    state: str
    count: int
    oldest_queued_at: datetime | None


@dataclass(slots=True)
class Figures:
    """Every part that could be read, all as of `at` (realm time); None for one that could not."""

    at: datetime
    record: Record | None = None
    lag: list[Lag] | None = None
    deadlines: Deadlines | None = None
    feeds: list[Feed] | None = None
    deliveries: list[Deliveries] | None = None
    unread: set[str] = field(default_factory=set[str])


async def ask_house(house: House) -> Figures:
    """Raises psycopg.Error or PoolTimeout when the database is away; a part that is too slow is only left out."""
    async with house.realm.pool.connection(timeout=CONNECT_S) as conn:
        figures = Figures(house.realm.clock.now())
        figures.record = await _part(conn, figures, "record", _record)
        figures.lag = await _part(conn, figures, "lag", lambda c: follower_lag(c, (*house.followers, ASSESS)))
        figures.deadlines = await _part(conn, figures, "deadlines", _deadlines)
        figures.feeds = await _part(conn, figures, "feeds", _feeds)
        figures.deliveries = await _part(conn, figures, "deliveries", _deliveries)
    return figures


async def _part(conn: Connection, figures: Figures, name: str, read: Callable[[Connection], Awaitable[T]]) -> T | None:
    try:
        async with conn.transaction():
            await conn.execute(_PART_TIMEOUT)
            return await read(conn)
    except Error as error:
        if conn.closed:
            raise
        log.warning("the figures of %s could not be read: %s", name, error)
        figures.unread.add(name)
        return None


async def _record(conn: Connection) -> Record:
    async with conn.cursor(row_factory=class_row(Record)) as cur:
        await cur.execute("SELECT coalesce(sum(seq), 0)::bigint AS facts, count(*) AS streams FROM spine.stream_head")
        return await cur.fetchone() or Record(0, 0)


async def follower_lag(conn: Connection, followers: Iterable[Reader]) -> list[Lag]:
    """One for each follower, also one that has never run: streams it has no cursor in are unseen from their start."""
    reading = list(followers)
    async with conn.cursor(row_factory=class_row(Lag)) as cur:
        await cur.execute(
            """
            SELECT f.name AS follower, coalesce(sum(u.behind), 0)::bigint AS facts, min(u.at) AS oldest_at
            FROM unnest(%(names)s::text[], %(prefixes)s::text[]) AS f (name, prefix)
            LEFT JOIN LATERAL (
                SELECT h.seq - coalesce(c.seq, 0) AS behind, fact.at
                FROM spine.stream_head h
                LEFT JOIN spine.cursor c ON c.follower = f.name AND c.stream = h.stream
                LEFT JOIN spine.fact fact ON fact.stream = h.stream AND fact.seq = coalesce(c.seq, 0) + 1
                WHERE starts_with(h.stream, f.prefix) AND h.seq > coalesce(c.seq, 0)
            ) AS u ON true
            GROUP BY f.name ORDER BY f.name
            """,
            {"names": [f.name for f in reading], "prefixes": [f.stream_prefix for f in reading]},
        )
        return await cur.fetchall()


async def _deadlines(conn: Connection) -> Deadlines:
    async with conn.cursor(row_factory=class_row(Deadlines)) as cur:
        await cur.execute(
            """
            SELECT count(*) AS open, count(passed_at) AS passed FROM spine.deadline WHERE settled_at IS NULL AND NOT silent
            """
        )
        return await cur.fetchone() or Deadlines(0, 0)


async def _feeds(conn: Connection) -> list[Feed]:
    return [
        Feed(s.feed or "", shown_address(s.address), s.last_ok_at, s.every_s * 3, s.failures)
        for s in await sources(conn)
    ]


def shown_address(address: str) -> str:
    """Without user and query, which may hold a key; addresses that differ only there stay different."""
    parts = urlsplit(address)
    shown = f"{parts.scheme}://{(parts.netloc or '').rpartition('@')[2]}{parts.path}"
    return shown if shown == address else f"{shown}#{hashlib.sha256(address.encode()).hexdigest()[:8]}"


async def _deliveries(conn: Connection) -> list[Deliveries]:
    async with conn.cursor(row_factory=class_row(Deliveries)) as cur:
        await cur.execute(
            """
            SELECT channel, state, count(*) AS count, min(queued_at) FILTER (WHERE state = 'queued') AS oldest_queued_at
            FROM notify.delivery GROUP BY channel, state
            """
        )
        found = {(row.channel, row.state): row for row in await cur.fetchall()}
    # The table was read: a state that no row has is a true zero.
    for channel in get_args(Channel):
        for state in get_args(State):
            found.setdefault((channel, state), Deliveries(channel, state, 0, None))
    return [found[key] for key in sorted(found)]
