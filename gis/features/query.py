"""Pages of features, one feature, counts and extents of a collection, made by the database as GeoJSON text.

Bounded: a page ends when it has the features that were asked for or `MOST_BYTES`, whichever comes first; the database stops
after `STATEMENT_MS`. What is asked is a `Wish`; a wish holds only what was checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import DataError, InternalError, sql
from psycopg.errors import QueryCanceled, UndefinedTable

from gis.features.area import Area
from gis.features.collection import Collection, Column
from gis.features.moments import Period
from gis.features.reference_systems import CRS84, ReferenceSystem
from spine.db import Connection
from spine.errors import Refused

MOST_BYTES = 4 * 1024 * 1024
STATEMENT_MS = 15_000
_CHUNK_BYTES = 1024 * 1024
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. `conditions`: from a filter, with the parameters they name."""

    area: Area | None = None
    period: Period | None = None
    equals: Sequence[tuple[Column, Any]] = ()
    conditions: Sequence[sql.Composable] = ()
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_everything(self) -> bool:
        return self.area is None and self.period is None and not self.equals and not self.conditions


@dataclass(frozen=True, slots=True)
class Page:
    """`features`: GeoJSON objects as text. `matched`: how many there are on all pages."""

    features: Sequence[str]
    matched: int


async def bound_statement(conn: Connection) -> None:
    """For the transaction: a question that takes too long is given up."""
    await conn.execute(
        "SELECT set_config('statement_timeout', %(ms)s, true), set_config('jit', 'off', true)",
        {"ms": str(STATEMENT_MS)},
    )


def _feature(collection: Collection, system: ReferenceSystem) -> sql.Composed:
    properties = collection.properties
    if properties is None:
        pairs = sql.SQL(", ").join(
            sql.SQL("({}, to_jsonb({}))").format(sql.Literal(one.name), one.expression) for one in collection.columns
        )
        # As pairs, not as arguments: a function takes a hundred, a layer may have more attributes.
        properties = sql.SQL("'{{}}'::json")
        if collection.columns:
            properties = sql.SQL("(SELECT json_object_agg(k, v) FROM (VALUES {}) AS p (k, v))").format(pairs)
    return sql.SQL(
        "json_build_object('type', 'Feature', 'id', {key}, 'geometry', ST_AsGeoJSON({shape}, {digits}, 0)::json, "
        "'properties', {properties})::text"
    ).format(
        key=collection.key,
        shape=system.shown(collection.geometry),
        digits=sql.Literal(system.digits),
        properties=properties,
    )


def _where(collection: Collection, wish: Wish) -> tuple[sql.Composable, dict[str, Any]]:
    parameters: dict[str, Any] = {**collection.parameters, **wish.parameters}
    conditions = list(wish.conditions)
    if wish.area is not None:
        # What has no place is in every answer: OGC 17-069r4, requirement 24 C.
        boxes: list[sql.Composable] = [] if collection.placed else [sql.SQL("{} IS NULL").format(collection.geometry)]
        for index, wkb in enumerate(wish.area.wkbs()):
            parameters[f"box_{index}"] = wkb
            boxes.append(
                sql.SQL("ST_Intersects({}, ST_GeomFromWKB({}::bytea, 4326))").format(
                    collection.geometry, sql.Placeholder(f"box_{index}")
                )
            )
        conditions.append(sql.SQL("({})").format(sql.SQL(" OR ").join(boxes)))
    if wish.period is not None and collection.time is not None:
        if wish.period.end is not None:
            parameters["until"] = wish.period.end
            conditions.append(sql.SQL("coalesce({}, '-infinity') <= %(until)s").format(collection.time.start))
        if wish.period.start is not None:
            parameters["since"] = wish.period.start
            conditions.append(sql.SQL("coalesce({}, 'infinity') >= %(since)s").format(collection.time.end))
    for index, (column, value) in enumerate(wish.equals):
        parameters[f"equal_{index}"] = value
        conditions.append(sql.SQL("{} = {}").format(column.expression, sql.Placeholder(f"equal_{index}")))
    where = sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")
    return where, parameters


async def read_page(
    conn: Connection, collection: Collection, wish: Wish, limit: int, offset: int, system: ReferenceSystem = CRS84
) -> Page:
    """In a transaction. Raises Refused `too_slow`, `filter_failed`; psycopg's UndefinedTable when a version has gone."""
    where, parameters = _where(collection, wish)
    try:
        matched = collection.features if wish.is_everything else None
        if matched is None:
            counting = sql.SQL("SELECT count(*) FROM {} AS f WHERE {}").format(collection.source, where)
            row = await (await conn.execute(counting, parameters)).fetchone()
            matched = 0 if row is None else int(row[0])
        features: list[str] = []
        if offset < matched:
            # The rows first, their JSON after: what is skipped by the offset is not made.
            statement = sql.SQL(
                "SELECT {feature} FROM (SELECT f.* FROM {source} AS f WHERE {where} ORDER BY {key} "
                "LIMIT %(limit)s OFFSET %(offset)s) AS f ORDER BY {key}"
            ).format(feature=_feature(collection, system), source=collection.source, where=where, key=collection.key)
            features = await _read(conn, statement, {**parameters, "limit": limit, "offset": offset})
    except UndefinedTable:
        raise
    except QueryCanceled:
        raise Refused(
            "too_slow",
            zh="查询用时过长，已停止；请缩小范围或简化条件。",
            en="The question took too long and was given up; ask for a smaller area or with a simpler filter.",
            status=503,
            final=False,
        ) from None
    except (DataError, InternalError) as error:
        raise Refused(
            "filter_failed",
            zh="数据库无法按这些条件计算，请检查过滤条件中的几何和数值。",
            en="The database could not compute these conditions; check geometries and values of the filter.",
            field="filter",
            status=400,
            reason=error.sqlstate,
        ) from None
    return Page(features, matched)


async def _read(conn: Connection, statement: sql.Composed, parameters: dict[str, Any]) -> list[str]:
    """Row after row from the database, until there are enough bytes: the page is then shorter than was asked, never empty."""
    features: list[str] = []
    size, rows_next = 0, 1
    async with conn.cursor(name="page") as cursor:
        await cursor.execute(statement, parameters)
        while rows := await cursor.fetchmany(rows_next):
            for (text,) in rows:
                size += len(text)
                if features and size > MOST_BYTES:
                    return features
                features.append(str(text))
            # As many as make a megabyte, by those that came: one feature may have a point or a million.
            rows_next = max(1, min(_MOST_ROWS, _CHUNK_BYTES * len(features) // max(size, 1)))
    return features


async def read_one(conn: Connection, collection: Collection, key: str, system: ReferenceSystem = CRS84) -> str | None:
    """One feature, None when there is none of this id (or none that the asker's `source` holds)."""
    value: int | str = key
    if collection.key_kind == "integer":
        if not key.isascii() or not key.isdigit() or len(key) > 18:
            return None
        value = int(key)
    if "\x00" in key:
        return None
    statement = sql.SQL("SELECT {} FROM {} AS f WHERE {} = %(key)s").format(
        _feature(collection, system), collection.source, collection.key
    )
    row = await (await conn.execute(statement, {**collection.parameters, "key": value})).fetchone()
    return None if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Extent:
    """None where nothing has a place, or a time."""

    box: tuple[float, float, float, float] | None
    times: tuple[datetime | None, datetime | None] | None


async def read_extent(conn: Connection, collection: Collection) -> Extent:
    """Of what the asker may see."""
    box = collection.extent
    if box is not None and collection.time is None:
        return Extent(box, None)
    times: sql.Composable = sql.SQL("NULL::timestamptz, NULL::timestamptz, false")
    if collection.time is not None:
        times = sql.SQL("min({start}), max({end}), bool_or({end} IS NULL)").format(
            start=collection.time.start, end=collection.time.end
        )
    shape = sql.SQL("NULL::box2d") if box is not None else sql.SQL("ST_Extent({})").format(collection.geometry)
    statement = sql.SQL(
        "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e), first, last, lasting "
        "FROM (SELECT {}, {} FROM {} AS f) AS x (e, first, last, lasting)"
    ).format(shape, times, collection.source)
    row = await (await conn.execute(statement, collection.parameters)).fetchone()
    if row is None:
        return Extent(box, None)
    west, south, east, north, first, last, lasting = row
    if box is None and west is not None:
        box = (float(west), float(south), float(east), float(north))
    return Extent(box, None if first is None else (first, None if lasting else last))
