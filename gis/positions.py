"""Positions of units: telemetry. Newest wins; one that arrives late never moves a unit back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84; `accuracy_m` is the radius of the 68 % circle as the device says; `at` is the device's time."""

    unit_id: UUID
    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime
    received_at: datetime
    source: str


async def upsert_positions(conn: Connection, batch: Sequence[Position]) -> list[Position]:
    """Keep the newest position of each unit. Returns those that were newer than what was known."""
    newest: dict[UUID, Position] = {}
    for position in batch:
        known = newest.get(position.unit_id)
        if known is None or position.at > known.at:
            newest[position.unit_id] = position
    # One order for all writers, so that two batches never wait for each other in a circle.
    ordered = sorted(newest.values(), key=lambda p: p.unit_id)
    async with conn.cursor(row_factory=class_row(Position)) as cur:
        await cur.execute(
            """
            INSERT INTO gis.position AS known (unit_id, lon, lat, accuracy_m, at, received_at, source)
            SELECT * FROM unnest(%(units)s::uuid[], %(lons)s::float8[], %(lats)s::float8[], %(accuracies)s::float8[],
                %(ats)s::timestamptz[], %(received)s::timestamptz[], %(sources)s::text[])
            ON CONFLICT (unit_id) DO UPDATE SET lon = EXCLUDED.lon, lat = EXCLUDED.lat, accuracy_m = EXCLUDED.accuracy_m,
                at = EXCLUDED.at, received_at = EXCLUDED.received_at, source = EXCLUDED.source
            WHERE EXCLUDED.at > known.at
            RETURNING unit_id, lon, lat, accuracy_m, at, received_at, source
            """,
            {
                "units": [p.unit_id for p in ordered],
                "lons": [p.lon for p in ordered],
                "lats": [p.lat for p in ordered],
                "accuracies": [p.accuracy_m for p in ordered],
                "ats": [p.at for p in ordered],
                "received": [p.received_at for p in ordered],
                "sources": [p.source for p in ordered],
            },
        )
        return await cur.fetchall()
