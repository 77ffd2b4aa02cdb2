"""Rows of exposure, read whole for keeping in memory."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg.rows import class_row
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import ExposurePoints
from gis.exposure.things import ThingRow
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open
_HEAD = 19  # bytes before the first row of COPY's binary format
_ROW = np.dtype(
    [
        ("n", ">i2"), ("a", ">i4"), ("lon", ">f8"), ("b", ">i4"), ("lat", ">f8"), ("c", ">i4"), ("township", ">i4"),
        ("d", ">i4"), ("day", ">f4"), ("e", ">i4"), ("night", ">f4"), ("f", ">i4"), ("buildings", ">f4"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """Names everything that the answers are made of: when one part changes, it is another value."""

    points: UUID | None
    ground: str
    roads: int


@dataclass(frozen=True, slots=True)
class SetRow:
    version: UUID
    title_zh: str
    title_en: str
    source: str
    source_en: str
    date: date
    synthetic: bool
    points: int
    people_day: int
    people_night: int
    buildings: int | None


@dataclass(frozen=True, slots=True)
class TownshipRow:
    code: str
    county: str | None
    name_zh: str
    name_en: str
    area: bytes

    @property
    def shape(self) -> BaseGeometry:
        return _vector.from_wkb(self.area)


@dataclass(frozen=True, slots=True)
class LayerRow:
    name: str
    source: str
    source_en: str
    date: date | None
    illustrative: bool


async def state(conn: Connection) -> State:
    row = await (
        await conn.execute(
            """
            SELECT (SELECT version FROM gis.exposure_set),
                concat_ws(',', (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM gis.facility),
                    (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM gis.place),
                    (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM gis.layer)),
                (SELECT version FROM gis.road_layer_state)
            """
        )
    ).fetchone()
    if row is None:
        raise AssertionError("a row of subqueries is a row")
    return State(row[0], str(row[1]), int(row[2]))


async def read_set(conn: Connection) -> SetRow | None:
    async with conn.cursor(row_factory=class_row(SetRow)) as cur:
        await cur.execute(
            """
            SELECT version, title_zh, title_en, source, source_en, date, synthetic, points, people_day, people_night, buildings
            FROM gis.exposure_set
            """
        )
        return await cur.fetchone()


async def read_townships(conn: Connection) -> list[TownshipRow]:
    async with conn.cursor(row_factory=class_row(TownshipRow), binary=True) as cur:
        await cur.execute(
            """
            SELECT code, parent AS county, short_zh AS name_zh, short_en AS name_en, ST_AsBinary(area) AS area
            FROM gis.place WHERE level = 'township' ORDER BY code
            """
        )
        return await cur.fetchall()


async def read_city(conn: Connection) -> BaseGeometry | None:
    """The area for which this city's data speaks."""
    row = await (
        await conn.execute("SELECT ST_AsBinary(ST_Union(area)) FROM gis.place WHERE level = 'county'")
    ).fetchone()
    return None if row is None or row[0] is None else _vector.from_wkb(row[0])


async def read_things(conn: Connection) -> list[ThingRow]:
    async with conn.cursor(row_factory=class_row(ThingRow), binary=True) as cur:
        await cur.execute(
            """
            SELECT kind, area_code AS township, ST_X(point) AS lon, ST_Y(point) AS lat, ST_AsBinary(area) AS area, properties
            FROM gis.facility ORDER BY code
            """
        )
        return await cur.fetchall()


async def read_roads(conn: Connection) -> list[BaseGeometry]:
    rows = await (await conn.execute("SELECT ST_AsBinary(line) FROM gis.road_edge ORDER BY id")).fetchall()
    return [_vector.from_wkb(line) for (line,) in rows]


async def read_layers(conn: Connection) -> dict[str, LayerRow]:
    async with conn.cursor(row_factory=class_row(LayerRow)) as cur:
        await cur.execute(
            """
            SELECT name, source, source_en, date, illustrative FROM gis.layer
            WHERE name IN ('roads', 'facilities', 'townships')
            """
        )
        return {row.name: row for row in await cur.fetchall()}


async def copy_points(conn: Connection) -> bytes:
    """All points as COPY's binary rows; townships by number in the order of `read_townships`, past the last: none."""
    parts: list[bytes] = []
    async with (
        conn.cursor() as cursor,
        cursor.copy(
            """
            COPY (
                WITH t AS (SELECT code, (row_number() OVER (ORDER BY code) - 1)::integer AS n FROM gis.place
                           WHERE level = 'township')
                SELECT p.lon, p.lat, coalesce(t.n, (SELECT count(*)::integer FROM t)), p.people_day, p.people_night, p.buildings
                FROM gis.exposure_point AS p LEFT JOIN t ON t.code = p.township
            ) TO STDOUT (FORMAT BINARY)
            """
        ) as copy,
    ):
        async for block in copy:
            parts.append(bytes(block))
    return b"".join(parts)


def points_from(copied: bytes, townships: int) -> ExposurePoints | None:
    """None for a set without points."""
    count = (len(copied) - _HEAD - 2) // _ROW.itemsize
    if count <= 0:
        return None
    rows = np.frombuffer(copied, dtype=_ROW, count=count, offset=_HEAD)

    def column(name: str) -> Any:
        return rows[name].astype(np.float64)

    return ExposurePoints(
        column("lon"),
        column("lat"),
        rows["township"].astype(np.int64),
        column("day"),
        column("night"),
        column("buildings"),
        townships,
    )
