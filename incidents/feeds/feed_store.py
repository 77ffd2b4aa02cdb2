"""Rows of feeds: refused documents, kept as they came, and watched addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from spine.command import Connection


@dataclass(frozen=True, slots=True)
class Source:
    """A watched address. `sha256`: of the document last dealt with; `failures`: how often in a row it went wrong."""

    address: str
    feed: str | None
    every_s: int
    next_at: datetime
    etag: str | None
    last_modified: str | None
    sha256: str | None
    last_ok_at: datetime | None
    last_error: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Rejection:
    feed: str
    sha256: str
    element: str
    reason_zh: str
    reason_en: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class FeedTally:
    """What came by one feed: alerts, the newest of them, refused documents and entries."""

    feed: str
    alerts: int
    last_at: datetime | None
    rejected: int


async def keep_document(conn: Connection, sha256: str, feed: str, raw: bytes, at: datetime) -> None:
    """Keep a document that could not be taken, for inspection; once, however often it comes."""
    await conn.execute(
        """
        INSERT INTO incidents.feed_document (sha256, feed, size, content, received_at)
        VALUES (%(sha256)s, %(feed)s, %(size)s, %(content)s, %(at)s) ON CONFLICT (sha256) DO NOTHING
        """,
        {"sha256": sha256, "feed": feed, "size": len(raw), "content": raw, "at": at},
    )


async def read_document(conn: Connection, sha256: str) -> bytes | None:
    row = await (
        await conn.execute("SELECT content FROM incidents.feed_document WHERE sha256 = %s", (sha256,))
    ).fetchone()
    return None if row is None else bytes(row[0])


async def answered(conn: Connection, command_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these commands have been carried out already."""
    rows = await (
        await conn.execute(
            "SELECT command_id FROM spine.receipt WHERE command_id = ANY(%s) AND answer IS NOT NULL",
            (list(command_ids),),
        )
    ).fetchall()
    return {row[0] for row in rows}


async def add_source(conn: Connection, address: str, *, feed: str | None, every_s: int, first_at: datetime) -> None:
    """Watch an address from now on; what was known of it is forgotten, so that it is read at once."""
    await conn.execute(
        """
        INSERT INTO incidents.feed_source (address, feed, every_s, next_at)
        VALUES (%(address)s, %(feed)s, %(every_s)s, %(first_at)s)
        ON CONFLICT (address) DO UPDATE SET feed = EXCLUDED.feed, every_s = EXCLUDED.every_s,
            next_at = EXCLUDED.next_at, etag = NULL, last_modified = NULL, sha256 = NULL, failures = 0
        """,
        {"address": address, "feed": feed, "every_s": every_s, "first_at": first_at},
    )


async def remove_source(conn: Connection, address: str) -> bool:
    done = await conn.execute("DELETE FROM incidents.feed_source WHERE address = %s", (address,))
    return done.rowcount == 1


async def claim_due(conn: Connection, at: datetime, until: datetime, limit: int) -> list[Source]:
    """Addresses whose time has come. They are put off until `until` at once, so that no other worker reads them too."""
    async with conn.cursor(row_factory=class_row(Source)) as cur:
        await cur.execute(
            """
            UPDATE incidents.feed_source SET next_at = %(until)s
            WHERE address IN (
                SELECT address FROM incidents.feed_source WHERE next_at <= %(at)s
                ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
            RETURNING address, feed, every_s, next_at, etag, last_modified, sha256, last_ok_at, last_error, failures
            """,
            {"at": at, "until": until, "limit": limit},
        )
        return await cur.fetchall()


async def save_visit(conn: Connection, source: Source) -> None:
    """What is known of an address after a visit."""
    await conn.execute(
        """
        UPDATE incidents.feed_source SET next_at = %(next_at)s, etag = %(etag)s, last_modified = %(last_modified)s,
            sha256 = %(sha256)s, last_ok_at = %(last_ok_at)s, last_error = %(last_error)s, failures = %(failures)s
        WHERE address = %(address)s
        """,
        {
            "address": source.address,
            "next_at": source.next_at,
            "etag": source.etag,
            "last_modified": source.last_modified,
            "sha256": source.sha256,
            "last_ok_at": source.last_ok_at,
            "last_error": source.last_error,
            "failures": source.failures,
        },
    )


async def sources(conn: Connection) -> list[Source]:
    async with conn.cursor(row_factory=class_row(Source)) as cur:
        await cur.execute(
            """
            SELECT address, feed, every_s, next_at, etag, last_modified, sha256, last_ok_at, last_error, failures
            FROM incidents.feed_source ORDER BY address
            """
        )
        return await cur.fetchall()


async def tallies(conn: Connection) -> list[FeedTally]:
    async with conn.cursor(row_factory=class_row(FeedTally)) as cur:
        await cur.execute(
            """
            SELECT feed, coalesce(a.alerts, 0) AS alerts, a.last_at, coalesce(r.rejected, 0) AS rejected
            FROM (SELECT feed, count(*) AS alerts, max(received_at) AS last_at FROM incidents.alert GROUP BY feed) a
            FULL JOIN (SELECT feed, count(*) AS rejected FROM incidents.feed_rejection GROUP BY feed) r USING (feed)
            ORDER BY feed
            """
        )
        return await cur.fetchall()


async def newest_rejections(conn: Connection, limit: int) -> list[Rejection]:
    async with conn.cursor(row_factory=class_row(Rejection)) as cur:
        await cur.execute(
            """
            SELECT r.feed, r.sha256, r.element, r.reason_zh, r.reason_en, r.at, coalesce(d.size, 0) AS size
            FROM incidents.feed_rejection r LEFT JOIN incidents.feed_document d ON d.sha256 = r.sha256
            ORDER BY r.at DESC, r.element LIMIT %(limit)s
            """,
            {"limit": limit},
        )
        return await cur.fetchall()
