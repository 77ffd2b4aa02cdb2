"""The room's tables as rows. Written by the region loader (`gis/region/load.py`) and by positions; read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from gis.region.load import TABLES as REGION_TABLES
from spine.db import Connection

REFERENCE_TABLES: tuple[LiteralString, ...] = (*REGION_TABLES, "gis.exposure_set", "gis.exposure_point")
"""What a sealed copy needs of this room, referenced tables first."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """Anything with a name and a place on the map. `kind`: a place's level, a facility's kind, river, summit."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    area_code: str | None
    lon: float
    lat: float
    score: float
    match: str
    distance_m: float | None


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
    """A township's place near a point."""

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


_NAMED: LiteralString = """
    SELECT code, level AS kind, name_zh, name_en, short_zh, short_en, code AS area_code, point, pinyin, initials, other_codes,
           CASE level WHEN 'city' THEN 3 WHEN 'county' THEN 4 ELSE 5 END AS weight
    FROM gis.place
    UNION ALL
    SELECT code, kind, name_zh, name_en, name_zh, name_en, area_code, point, pinyin, initials, '{}', 0
    FROM gis.facility
    UNION ALL
    SELECT code, 'river', name_zh, name_en, name_zh, name_en, NULL, ST_PointOnSurface(line),
           lower(split_part(name_en, ' ', 1)), '', '{}', 2
    FROM gis.river WHERE name_zh IS NOT NULL
    UNION ALL
    SELECT name_zh, 'summit', name_zh, name_en, name_zh, name_en, NULL, point, lower(replace(name_en, ' ', '')), '', '{}', 1
    FROM gis.summit
"""
_SEARCH = sql.SQL(
    """
    WITH named AS ({named}), matched AS (
        SELECT n.*,
            CASE
                WHEN code = %(text)s OR %(text)s = ANY (other_codes) THEN 100
                WHEN name_zh = %(text)s OR short_zh = %(text)s THEN 95
                WHEN lower(name_en) = %(text)s OR lower(short_en) = %(text)s THEN 93
                WHEN name_zh LIKE %(head)s OR short_zh LIKE %(head)s THEN 85
                WHEN pinyin = %(pinyin)s THEN 84
                WHEN pinyin LIKE %(pinyin_head)s THEN 76
                WHEN initials = nullif(%(latin)s, '') THEN 72
                WHEN name_zh LIKE %(inside)s THEN 66
                WHEN lower(name_en) LIKE %(inside)s THEN 62
                WHEN initials LIKE %(latin_head)s THEN 52
                WHEN code LIKE %(code_head)s THEN 50
                WHEN similarity(pinyin, %(pinyin)s) >= {alike} THEN 45 * similarity(pinyin, %(pinyin)s)
            END::float8 AS rank,
            CASE
                WHEN code LIKE %(code_head)s OR %(text)s = ANY (other_codes) THEN 'code'
                WHEN name_zh LIKE %(inside)s OR short_zh LIKE %(inside)s OR lower(name_en) LIKE %(inside)s THEN 'name'
                WHEN pinyin LIKE %(pinyin_head)s THEN 'pinyin'
                WHEN initials LIKE %(latin_head)s THEN 'initials'
                ELSE 'alike'
            END AS match,
            ST_DistanceSphere(point, ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)) AS distance_m
        FROM named AS n
        WHERE %(within)s::text IS NULL OR starts_with(area_code, %(within)s)
    )
    SELECT code, kind, name_zh, name_en, short_zh, short_en, area_code, ST_X(point) AS lon, ST_Y(point) AS lat,
           rank + weight - least(coalesce(distance_m, 0) / 20000.0, 12) AS score, match, distance_m
    FROM matched WHERE rank IS NOT NULL
    ORDER BY score DESC, length(name_zh), code
    LIMIT %(limit)s
    """
).format(named=sql.SQL(_NAMED), alike=sql.Literal(0.5))


def _like(text: str) -> str:
    """The text as it stands within a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def search_named(
    conn: Connection,
    text: str,
    pinyin: str,
    latin: str,
    *,
    near: tuple[float, float] | None,
    within: str | None,
    limit: int,
) -> list[NamedRow]:
    """Named things, best first. `text` lower case; `pinyin` the text's pinyin; `latin` its letters if it is typed in letters,
    else empty; `within` an area code's beginning."""
    never = "\\_\\_none"  # no name looks like this
    async with conn.cursor(row_factory=class_row(NamedRow)) as cursor:
        await cursor.execute(
            _SEARCH,
            {
                "text": text,
                "head": f"{_like(text)}%",
                "inside": f"%{_like(text)}%",
                "pinyin": pinyin,
                "pinyin_head": f"{_like(pinyin)}%" if len(pinyin) >= 2 else never,
                "latin": latin,
                "latin_head": f"{_like(latin)}%" if len(latin) >= 2 else never,
                "code_head": f"{text}%" if text.isdigit() and len(text) >= 4 else never,
                "lon": None if near is None else near[0],
                "lat": None if near is None else near[1],
                "within": within,
                "limit": limit,
            },
        )
        return await cursor.fetchall()


async def areas(conn: Connection, codes: Sequence[str]) -> dict[str, AreaRow]:
    async with conn.cursor(row_factory=class_row(AreaRow)) as cursor:
        await cursor.execute(
            """
            SELECT code, parent, level, name_zh, name_en, short_zh, short_en FROM gis.place WHERE code = ANY (%(codes)s)
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
    """The areas that hold the point, the smallest first. On a common boundary the smallest code wins."""
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
            )
            SELECT code, parent, level, name_zh, name_en, short_zh, short_en FROM here ORDER BY up
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
