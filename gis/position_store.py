"""Newest positions and sampled tracks in the database. Positions come as one JSON text for a batch: it is the cheapest way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from spine.db import Connection

SLOT_S = 10
"""A track keeps at most one position of a unit in each slot of this many seconds, counted from 1970."""
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class NewestRow:
    """`age_s`: how long before the asking time the unit was there."""

    unit_id: str
    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime
    received_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class TrackRow:
    unit_id: str
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


async def keep_newest(conn: Connection, texts: Sequence[str], now: datetime, source: str) -> set[str]:
    """Keep each unit's newest position where it is newer than the one held; returns the units for which it was kept.

    `texts`: one JSON object for each position, {id, lon, lat, accuracy_m, at}, checked by the caller.
    """
    rows = await (
        await conn.execute(
            """
            WITH sent AS (
                SELECT DISTINCT ON (id) id, lon, lat, accuracy_m, at
                FROM json_to_recordset(%(positions)s::json)
                    AS p (id uuid, lon float8, lat float8, accuracy_m float8, at timestamptz)
                ORDER BY id, at DESC
            )
            INSERT INTO gis.position AS held (unit_id, lon, lat, accuracy_m, at, received_at, source)
            SELECT id, lon, lat, accuracy_m, at, %(now)s, %(source)s FROM sent
            ON CONFLICT (unit_id) DO UPDATE
            SET lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m, at = excluded.at,
                received_at = excluded.received_at, source = excluded.source
            WHERE held.at < excluded.at
            RETURNING unit_id::text
            """,
            {"positions": f"[{','.join(texts)}]", "now": now, "source": source},
        )
    ).fetchall()
    return {str(unit) for (unit,) in rows}


async def add_to_tracks(conn: Connection, texts: Sequence[str]) -> None:
    """Positions of the same shape into the tracks; a slot that is taken stays as it is."""
    await conn.execute(
        """
        INSERT INTO gis.track_point (unit_id, slot, at, lon, lat, accuracy_m)
        SELECT DISTINCT ON (id, slot) id, slot, at, lon, lat, accuracy_m
        FROM json_to_recordset(%(positions)s::json) AS p (id uuid, lon float8, lat float8, accuracy_m float8, at timestamptz),
             LATERAL (SELECT floor(extract(epoch FROM at) / %(slot_s)s)::bigint) AS s (slot)
        ORDER BY id, slot, at
        ON CONFLICT (unit_id, slot) DO NOTHING
        """,
        {"positions": f"[{','.join(texts)}]", "slot_s": SLOT_S},
    )


async def newest(conn: Connection, units: Sequence[str] | None) -> list[NewestRow]:
    """The newest position of all units or of these."""
    async with conn.cursor(row_factory=class_row(NewestRow)) as cursor:
        await cursor.execute(
            """
            SELECT unit_id::text, lon, lat, accuracy_m, at, received_at, source FROM gis.position
            WHERE %(units)s::uuid[] IS NULL OR unit_id = ANY (%(units)s::uuid[]) ORDER BY unit_id
            """,
            {"units": None if units is None else list(units)},
        )
        return await cursor.fetchall()


async def tracks(
    conn: Connection, since: datetime, until: datetime, units: Sequence[str] | None, every_slots: int, most: int
) -> list[TrackRow]:
    """Positions between two times, by unit and time; `every_slots` thins them out to one in so many slots. At most `most` rows:
    the caller sees by their number that there were more."""
    async with conn.cursor(row_factory=class_row(TrackRow)) as cursor:
        await cursor.execute(
            """
            SELECT unit_id::text, at, lon, lat, accuracy_m FROM (
                SELECT DISTINCT ON (unit_id, slot / %(every)s) unit_id, at, lon, lat, accuracy_m
                FROM gis.track_point
                WHERE slot BETWEEN %(first)s AND %(last)s AND (%(units)s::uuid[] IS NULL OR unit_id = ANY (%(units)s::uuid[]))
                ORDER BY unit_id, slot / %(every)s, slot
            ) AS thinned
            WHERE at BETWEEN %(since)s AND %(until)s
            ORDER BY unit_id, at LIMIT %(most)s
            """,
            {
                "every": every_slots, "first": int(since.timestamp()) // SLOT_S, "last": int(until.timestamp()) // SLOT_S,
                "units": None if units is None else list(units), "since": since, "until": until, "most": most,
            },
        )  # fmt: skip
        return await cursor.fetchall()


async def forget_tracks(conn: Connection, now: datetime, keep: timedelta) -> int:
    """Remove what is older than `keep`, at most ten thousand rows at a time. Returns how many were removed."""
    answer = await conn.execute(
        """
        DELETE FROM gis.track_point WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM gis.track_point WHERE slot < %(oldest)s LIMIT %(batch)s))
        """,
        {"oldest": int((now - keep).timestamp()) // SLOT_S, "batch": _BATCH},
    )
    return answer.rowcount
