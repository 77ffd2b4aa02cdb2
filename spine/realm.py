"""A realm is a database, a clock and an outbound policy. Everything that needs one of them gets the realm."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast
from uuid import UUID, uuid4

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from spine.canonical import Json, JsonObject
from spine.clock import Clock, Pace, PacedClock, WallClock, iso
from spine.db import Connection, Pool, connect_as_app, make_pool, owner_connection
from spine.lane import Lane
from spine.nudge import Nudges
from spine.presence import Presence

log = logging.getLogger("fengsui.realm")

RealmKind = Literal["live", "exercise", "test"]


@dataclass(frozen=True, slots=True)
class RealmRow:
    name: str
    kind: RealmKind
    title_zh: str
    title_en: str
    epoch: UUID
    base_at: datetime | None
    base_wall: datetime | None
    speed: float
    paused: bool
    outbound: dict[str, Json]


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """Whom this realm may reach outside the platform: everybody, or from an exercise the people on its list."""

    everybody: bool
    addresses: frozenset[str] = frozenset()

    def permits(self, address: str) -> bool:
        return self.everybody or address.lower() in self.addresses


@dataclass(slots=True)
class Realm:
    row: RealmRow
    pool: Pool
    clock: Clock
    nudges: Nudges
    data_dir: Path
    database_url: str
    outbound: OutboundPolicy = field(default_factory=lambda: OutboundPolicy(everybody=True))
    presence: Presence = field(default_factory=Presence)
    lane: Lane = field(init=False)
    following: asyncio.Semaphore = field(init=False)
    """Places for followers at work: each holds a connection and asks for another, so half of the pool is never theirs."""
    _exchanged: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def is_exercise(self) -> bool:
        return self.row.kind == "exercise"

    def mark(self, text: str, locale: str = "zh") -> str:
        """The text as it may leave this realm: what comes from an exercise says so first (invariant 9)."""
        if not self.is_exercise:
            return text
        return f"【演练】{text}" if locale.startswith("zh") else f"[EXERCISE] {text}"

    def wall_now(self) -> datetime:
        """The time on the wall, for what exercises do not bend: sessions and tokens."""
        return self.clock.wall.now() if isinstance(self.clock, PacedClock) else self.clock.now()

    async def refresh(self) -> None:
        """Read the realm's row again: its clock and epoch may have been changed by another process."""
        async with self.pool.connection() as conn:
            self.adopt(await read_row(conn))

    def when_exchanged(self, listener: Callable[[], None]) -> None:
        """Be called when the record was exchanged for another (a restore): nothing kept in memory holds any more."""
        self._exchanged.append(listener)

    def adopt(self, row: RealmRow) -> None:
        """What the database says of itself. Called for every new connection before anything is read through it, so
        that nothing of a restored record is taken for a continuation of the one before."""
        before, self.row = self.row, row
        self._follow_row()
        if row.epoch != before.epoch:
            log.warning("the record was exchanged: epoch %s follows %s", row.epoch, before.epoch)
            for listener in tuple(self._exchanged):
                listener()

    def _follow_row(self) -> None:
        pace = pace_of(self.row)
        if pace is not None and isinstance(self.clock, PacedClock):
            self.clock.pace = pace

    def clock_object(self) -> JsonObject:
        """The `clock` object: what time it is here and how it runs."""
        return {
            "id": "now",
            "realm": self.row.name,
            "kind": "exercise" if self.is_exercise else "live",
            "at": iso(self.clock.now()),
            "wall_at": iso(self.wall_now()),
            "speed": self.row.speed,
            "paused": self.row.paused,
        }

    async def greet(self, conn: Connection) -> None:
        """Ask a new connection which record it leads to, before anything is read through it."""
        self.adopt(await read_row(conn))

    async def connect(self) -> Connection:
        """A connection beside the pool, each statement by itself. Raises OperationalError at once when there is none."""
        conn = await connect_as_app(self.database_url, autocommit=True)
        try:
            await self.greet(conn)
        except BaseException:
            await conn.close()
            raise
        return conn

    async def close(self) -> None:
        await self.lane.close()
        await self.nudges.close()
        await self.pool.close()


def pace_of(row: RealmRow) -> Pace | None:
    if row.base_at is None or row.base_wall is None:
        return None
    return Pace(row.base_at, row.base_wall, row.speed, row.paused)


async def read_row(conn: Connection) -> RealmRow:
    async with conn.cursor(row_factory=class_row(RealmRow)) as cur:
        await cur.execute(
            "SELECT name, kind, title_zh, title_en, epoch, base_at, base_wall, speed, paused, outbound FROM spine.realm"
        )
        row = await cur.fetchone()
    if row is None:
        raise LookupError("this database holds no realm: run migrate and seed first")
    return row


async def create_realm(
    database_url: str,
    *,
    name: str,
    kind: RealmKind,
    title_zh: str,
    title_en: str,
    starts_at: datetime | None = None,
    speed: float = 1.0,
    addresses: Sequence[str] = (),
) -> None:
    """Say which realm this (migrated) database is. An exercise gets its own time, starting at `starts_at`.

    Repeating it for a database that already is a realm changes nothing.
    """
    outbound: Mapping[str, Json] = {"addresses": [a.lower() for a in addresses]}
    async with owner_connection(database_url) as conn:
        await conn.execute(
            """
            INSERT INTO spine.realm (name, kind, title_zh, title_en, epoch, base_at, base_wall, speed, paused, outbound)
            VALUES (%(name)s, %(kind)s, %(zh)s, %(en)s, %(epoch)s, %(base_at)s, %(base_wall)s, %(speed)s, false, %(out)s)
            ON CONFLICT (only_one) DO NOTHING
            """,
            {
                "name": name,
                "kind": kind,
                "zh": title_zh,
                "en": title_en,
                "epoch": uuid4(),
                "base_at": starts_at,
                "base_wall": datetime.now(UTC) if starts_at else None,
                "speed": speed,
                "out": Jsonb(outbound),
            },
        )
        await conn.commit()


async def open_realm(
    database_url: str, *, nudges: Nudges, data_dir: Path, clock: Clock | None = None, most_connections: int = 12
) -> Realm:
    """Open the realm that lives in this database. Raises LookupError when the database is no realm yet."""
    opened: list[Realm] = []

    async def greet(conn: Connection) -> None:
        for realm in opened:
            await realm.greet(conn)

    pool = make_pool(database_url, most=most_connections, greet=greet)
    await pool.open(wait=True, timeout=15)
    try:
        async with pool.connection() as conn:
            row = await read_row(conn)
    except BaseException:
        await pool.close()
        raise
    pace = pace_of(row)
    own: Clock = clock or (PacedClock(pace) if pace is not None else WallClock())
    listed = row.outbound.get("addresses", [])
    addresses = frozenset(str(a) for a in cast(Sequence[Json], listed))
    outbound = OutboundPolicy(everybody=row.kind != "exercise", addresses=addresses)
    realm = Realm(
        row=row, pool=pool, clock=own, nudges=nudges, data_dir=data_dir, database_url=database_url, outbound=outbound
    )
    realm.lane = Lane(realm)
    realm.following = asyncio.Semaphore(max(1, most_connections // 2))
    opened.append(realm)
    return realm


async def set_clock(conn: Connection, *, at: datetime, wall: datetime, speed: float, paused: bool) -> None:
    """Change how the exercise's time runs from now on: it is `at` when the wall shows `wall`."""
    await conn.execute(
        """
        UPDATE spine.realm SET base_at = %(at)s, base_wall = %(wall)s, speed = %(speed)s, paused = %(paused)s
        """,
        {"at": at, "wall": wall, "speed": speed, "paused": paused},
    )
