"""The room's tables as rows. Written by the region loader (`gis/region/load.py`) and by positions; read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row

from gis.region.load import TABLES as REGION_TABLES
from spine.db import Connection

REFERENCE_TABLES: tuple[LiteralString, ...] = (
    *REGION_TABLES,
    "gis.road_turn",
    "gis.village",
    "gis.named",
    "gis.exposure_set",
    "gis.exposure_point",
    "gis.elevation_version",
    "gis.elevation_tile",
    "gis.elevation",
)
"""What a sealed copy of the city needs of this room, referenced tables first."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    code: str
    parent: str | None
    level: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str


@dataclass(frozen=True, slots=True)
class NearRow:
    """A township's or a village's place near a point."""

    code: str
    short_zh: str
    short_en: str
    lon: float
    lat: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class PositionRow:
    unit_id: UUID
    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime
    received_at: datetime
    source: str


async def areas(conn: Connection, codes: Sequence[str]) -> dict[str, AreaRow]:
    async with conn.cursor(row_factory=class_row(AreaRow)) as cursor:
        await cursor.execute(
            """
            SELECT code, parent, level, name_zh, name_en, short_zh, short_en FROM gis.place WHERE code = ANY (%(codes)s)
            UNION ALL
            SELECT code, left(code, 9), 'village', name_zh, name_en, name_zh, name_en FROM gis.village WHERE code = ANY (%(codes)s)
            """,
            {"codes": list(codes)},
        )
        return {row.code: row for row in await cursor.fetchall()}


async def areas_by_name(conn: Connection) -> list[AreaRow]:
    """City and counties: what may stand before a place's name."""
    async with conn.cursor(row_factory=class_row(AreaRow)) as cursor:
        await cursor.execute(
            """
            SELECT code, parent, level, name_zh, name_en, short_zh, short_en FROM gis.place
            WHERE level IN ('city', 'county') ORDER BY length(name_zh) DESC, code
            """
        )
        return await cursor.fetchall()


async def areas_holding(conn: Connection, lon: float, lat: float) -> list[AreaRow]:
    """The areas that hold the point, the smallest first: village where its area is known, township, county, city. On a common
    boundary the smallest code wins."""
    async with conn.cursor(row_factory=class_row(AreaRow)) as cursor:
        await cursor.execute(
            """
            WITH RECURSIVE here AS (
                (SELECT code, parent, level, name_zh, name_en, short_zh, short_en, 0 AS up FROM gis.place
                 WHERE level = 'township' AND ST_Covers(area, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
                 ORDER BY code LIMIT 1)
                UNION ALL
                SELECT p.code, p.parent, p.level, p.name_zh, p.name_en, p.short_zh, p.short_en, here.up + 1
                FROM gis.place AS p JOIN here ON p.code = here.parent
            ), village AS (
                SELECT v.code, left(v.code, 9), 'village', v.name_zh, v.name_en, v.name_zh, v.name_en, -1
                FROM gis.village AS v JOIN here ON here.up = 0 AND left(v.code, 9) = here.code
                WHERE ST_Covers(v.area, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) ORDER BY v.code LIMIT 1
            )
            SELECT code, parent, level, name_zh, name_en, short_zh, short_en
            FROM (SELECT * FROM here UNION ALL SELECT * FROM village) AS held ORDER BY up
            """,
            {"lon": lon, "lat": lat},
        )
        return await cursor.fetchall()


async def nearest_township(conn: Connection, lon: float, lat: float) -> NearRow | None:
    """The township whose place is nearest."""
    async with conn.cursor(row_factory=class_row(NearRow)) as cursor:
        await cursor.execute(
            """
            SELECT code, short_zh, short_en, ST_X(point) AS lon, ST_Y(point) AS lat,
                   ST_Distance(point::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS distance_m
            FROM gis.place WHERE level = 'township' ORDER BY distance_m, code LIMIT 1
            """,
            {"lon": lon, "lat": lat},
        )
        return await cursor.fetchone()


async def nearest_village(conn: Connection, lon: float, lat: float) -> NearRow | None:
    """The village whose place is nearest; None where no village is known."""
    async with conn.cursor(row_factory=class_row(NearRow)) as cursor:
        await cursor.execute(
            """
            SELECT code, short_zh, short_en, ST_X(point) AS lon, ST_Y(point) AS lat,
                   ST_Distance(point::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS distance_m
            FROM (SELECT code, name_zh AS short_zh, name_en AS short_en, point FROM gis.village
                  ORDER BY point <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT 8) AS near
            ORDER BY distance_m, code LIMIT 1
            """,
            {"lon": lon, "lat": lat},
        )
        return await cursor.fetchone()


async def from_city(conn: Connection, lon: float, lat: float) -> tuple[bool | None, float | None]:
    """(inside the city's area, km from it; 0 inside). None, None while no area is known."""
    row = await (
        await conn.execute(
            """
            SELECT ST_Covers(area, p), ST_Distance(area::geography, p::geography) / 1000
            FROM gis.place, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
            WHERE level = 'city'
            """,
            {"lon": lon, "lat": lat},
        )
    ).fetchone()
    return (None, None) if row is None else (bool(row[0]), round(float(row[1]), 1))


async def city_place(conn: Connection) -> tuple[str, str, float, float] | None:
    """(short name, in English, lon, lat) of the city."""
    row = await (
        await conn.execute("SELECT short_zh, short_en, ST_X(point), ST_Y(point) FROM gis.place WHERE level = 'city'")
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), float(row[2]), float(row[3]))


async def upsert_positions(conn: Connection, rows: Sequence[PositionRow]) -> list[PositionRow]:
    """Keep what is newer than the position held; returns the rows kept. One row per unit."""
    async with conn.cursor(row_factory=class_row(PositionRow)) as cursor:
        await cursor.execute(
            """
            INSERT INTO gis.position AS held (unit_id, lon, lat, accuracy_m, at, received_at, source)
            SELECT unit_id, lon, lat, accuracy_m, at, received_at, source
            FROM unnest(%(units)s::uuid[], %(lons)s::float8[], %(lats)s::float8[], %(accuracies)s::float8[],
                        %(ats)s::timestamptz[], %(received)s::timestamptz[], %(sources)s::text[])
                 AS new (unit_id, lon, lat, accuracy_m, at, received_at, source)
            ORDER BY unit_id
            ON CONFLICT (unit_id) DO UPDATE
            SET lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m, at = excluded.at,
                received_at = excluded.received_at, source = excluded.source
            WHERE held.at < excluded.at
            RETURNING unit_id, lon, lat, accuracy_m, at, received_at, source
            """,
            {
                "units": [row.unit_id for row in rows],
                "lons": [row.lon for row in rows],
                "lats": [row.lat for row in rows],
                "accuracies": [row.accuracy_m for row in rows],
                "ats": [row.at for row in rows],
                "received": [row.received_at for row in rows],
                "sources": [row.source for row in rows],
            },
        )
        return await cursor.fetchall()


async def read_positions(conn: Connection, unit_ids: Sequence[UUID] | None) -> list[PositionRow]:
    """Newest positions, of all units or of these."""
    async with conn.cursor(row_factory=class_row(PositionRow)) as cursor:
        await cursor.execute(
            """
            SELECT unit_id, lon, lat, accuracy_m, at, received_at, source FROM gis.position
            WHERE %(units)s::uuid[] IS NULL OR unit_id = ANY (%(units)s) ORDER BY unit_id
            """,
            {"units": None if unit_ids is None else list(unit_ids)},
        )
        return await cursor.fetchall()
