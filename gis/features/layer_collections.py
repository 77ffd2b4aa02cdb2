"""Layers of the map as collections: those that a city loaded, and the built-in ones."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from psycopg import sql

from gis.catalogue import CityLayer
from gis.catalogue_store import feature_table
from gis.features.collection import Collection, Column, ColumnKind, Span, column
from gis.layers import FEATURES, LayerRow
from spine.db import Connection

_FID = sql.SQL("f.fid")
_ID = sql.SQL("f.id")


def city_collection(layer: CityLayer, collection_id: str) -> Collection:
    """A version of a city's layer. Its time is its one attribute that is a date or an instant, if it has just one."""
    told = layer.description
    columns = [
        column(str(one["name"]), cast(ColumnKind, one["type"]), str(one["title"]), str(one["title"]))
        for one in layer.attributes
    ]
    return Collection(
        id=collection_id,
        title_zh=told.title_zh,
        title_en=told.title_en,
        description_zh=f"来源：{told.source}；归属：{told.owner}；许可：{told.licence}。",
        description_en=f"Source: {told.source_en}; owner: {told.owner}; licence: {told.licence}.",
        source=feature_table(layer.version),
        columns=columns,
        key=_FID,
        key_kind="integer",
        placed=True,
        time=_only_time(columns),
        features=layer.features,
        extent=layer.extent,
        attribution_zh=told.source,
        attribution_en=told.source_en,
        licence=told.licence,
        illustrative=told.illustrative,
        fixed=f"{layer.name}-{layer.version}",
    )


def _only_time(columns: Sequence[Column]) -> Span | None:
    times = [one for one in columns if one.kind in ("date", "datetime")]
    if len(times) != 1:
        return None
    (one,) = times
    if one.kind == "datetime":
        return Span(one.expression, one.expression)
    return Span(
        sql.SQL("({}::timestamp AT TIME ZONE 'UTC')").format(one.expression),
        sql.SQL("(({} + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond')").format(one.expression),
    )


async def read_built_in_columns(conn: Connection, name: str) -> list[Column]:
    """What the properties of a built-in layer are, read from its features: a layer is added in one place (`layers.FEATURES`)."""
    rows = await (
        await conn.execute(
            sql.SQL(
                """
                SELECT p.key, array_agg(DISTINCT jsonb_typeof(p.value)),
                    bool_and(jsonb_typeof(p.value) <> 'number' OR (p.value #>> '{{}}') ~ '^-?[0-9]{{1,15}}$')
                FROM ({}) AS f, jsonb_each(f.properties::jsonb) AS p (key, value)
                GROUP BY p.key ORDER BY p.key
                """
            ).format(sql.SQL(FEATURES[name]))
        )
    ).fetchall()
    columns: list[Column] = []
    for key, types, whole in rows:
        kind = _kind(set(types), bool(whole))
        if kind is not None:
            columns.append(Column(str(key), kind, str(key), str(key), _property(str(key), kind)))
    return columns


def _kind(types: set[str], whole: bool) -> ColumnKind | None:
    """None where there is nothing but nulls: what it would be nobody knows."""
    types = types - {"null"}
    match sorted(types):
        case []:
            return None
        case ["string"]:
            return "text"
        case ["number"]:
            return "integer" if whole else "number"
        case ["boolean"]:
            return "boolean"
        case _:
            return "json"


def _property(name: str, kind: ColumnKind) -> sql.Composable:
    if kind == "json":
        return sql.SQL("(f.properties::jsonb -> {})").format(sql.Literal(name))
    casts: Mapping[str, sql.SQL] = {
        "text": sql.SQL(""),
        "integer": sql.SQL("::bigint"),
        "number": sql.SQL("::double precision"),
        "boolean": sql.SQL("::boolean"),
    }
    return sql.SQL("(f.properties ->> {}){}").format(sql.Literal(name), casts[kind])


def built_in_collection(row: LayerRow, columns: Sequence[Column], region: str, **more: Any) -> Collection:
    """A layer of the platform itself. `region`: names what it was made from; `more`: features and extent, where known."""
    return Collection(
        id=row.name,
        title_zh=row.title_zh,
        title_en=row.title_en,
        description_zh=f"来源：{row.source}；许可：{row.licence}。",
        description_en=f"Source: {row.source_en}; licence: {row.licence}.",
        source=sql.SQL("({})").format(sql.SQL(FEATURES[row.name])),
        columns=columns,
        key=_ID,
        key_kind="text",
        properties=sql.SQL("f.properties"),
        attribution_zh=row.source,
        attribution_en=row.source_en,
        licence=row.licence,
        illustrative=row.illustrative,
        fixed=f"{row.name}-{region[:12]}",
        **more,
    )
