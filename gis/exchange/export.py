"""Layers as files for other systems: GeoPackage, GeoJSON, CSV, Shapefile. Rows are streamed; nothing is held whole.

What a format cannot hold is said in `notes`, never dropped in silence.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from psycopg import sql

from gis.catalogue import CityLayer
from gis.catalogue_store import feature_table
from gis.exchange.attributes import Attribute, Kind
from gis.exchange.writers import GeoJsonWriter, OgrWriter, TableWriter
from gis.layers import layer_geojson
from spine.db import Connection
from spine.errors import Refused

Form = Literal["gpkg", "geojson", "csv", "shp"]
FORMS: Mapping[Form, tuple[str, str]] = {
    "gpkg": (".gpkg", "application/geopackage+sqlite3"),
    "geojson": (".geojson", "application/geo+json"),
    "csv": (".csv", "text/csv; charset=utf-8"),
    "shp": (".zip", "application/zip"),
}
"""Ending and media type."""
_STEP = 5000


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    features: int
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(Chinese, English): what the format could not hold."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported. `head`: what is known about the layer, for formats that can carry it."""

    name: str
    attributes: Sequence[Attribute]
    geometries: frozenset[str]
    head: Mapping[str, Any]


def form_of(name: str) -> Form:
    """By the ending of a file name, or the form's own name. Raises Refused `export_format`."""
    plain = name.lower()
    for form, (ending, _) in FORMS.items():
        if plain == form or plain.endswith((f".{form}", ending)):
            return form
    if plain.endswith(".json"):
        return "geojson"
    raise Refused(
        "export_format",
        zh="导出格式应为 gpkg、geojson、csv 或 shp（zip）。",
        en="The format is one of gpkg, geojson, csv and shp (zip).",
        field="format",
        final=False,
    )


async def export_city_layer(
    conn: Connection, layer: CityLayer, form: Form, target: Path, workplace: Path, encoding: str = "UTF-8"
) -> Made:
    """In the caller's transaction, so that all rows are of one version. Raises Refused `export_mixed`, `export_encoding`."""
    attributes = [Attribute(a["name"], a["name"], a["title"], cast(Kind, a["type"])) for a in layer.attributes]
    table = Table(layer.name, attributes, frozenset(layer.geometries), _head(layer))
    return await _write(table, _city_rows(conn, layer.version, attributes), form, target, workplace, encoding)


async def export_built_in(
    conn: Connection, name: str, form: Form, target: Path, workplace: Path, encoding: str = "UTF-8"
) -> Made | None:
    """A layer of the platform itself; None when there is none of this name."""
    text = await layer_geojson(conn, name)
    if text is None:
        return None
    document: dict[str, Any] = json.loads(text)
    features: list[dict[str, Any]] = document.pop("features")
    attributes = _guessed([feature["properties"] for feature in features])
    geometries = frozenset(str(feature["geometry"]["type"]) for feature in features)
    head = {key: value for key, value in document.items() if key not in ("type", "image")}
    table = Table(name, attributes, geometries, head)
    return await _write(table, _built_in_rows(conn, features, attributes), form, target, workplace, encoding)


def _head(layer: CityLayer) -> dict[str, Any]:
    told = layer.to_json()
    keys = (
        "name",
        "title_zh",
        "title_en",
        "source",
        "source_en",
        "licence",
        "date",
        "illustrative",
        "sensitivity",
        "number",
    )
    return {key: told[key] for key in keys}


async def _city_rows(
    conn: Connection, version: int, attributes: Sequence[Attribute]
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    columns = sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(one.name)) for one in attributes)
    statement = sql.SQL("SELECT fid, ST_AsBinary(geom){} FROM {} ORDER BY fid").format(columns, feature_table(version))
    async with conn.cursor(name="export") as cursor:
        await cursor.execute(statement)
        while rows := await cursor.fetchmany(_STEP):
            yield rows


async def _built_in_rows(
    conn: Connection, features: list[dict[str, Any]], attributes: Sequence[Attribute]
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    for start in range(0, len(features), _STEP):
        part = features[start : start + _STEP]
        shapes = await (
            await conn.execute(
                "SELECT ST_AsBinary(ST_GeomFromGeoJSON(g)) FROM unnest(%(shapes)s::text[]) WITH ORDINALITY AS x (g, n) ORDER BY n",
                {"shapes": [json.dumps(feature["geometry"]) for feature in part]},
            )
        ).fetchall()
        yield [
            (start + index, wkb, *(_flat(feature["properties"].get(one.name)) for one in attributes))
            for index, (feature, (wkb,)) in enumerate(zip(part, shapes, strict=True), 1)
        ]


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _guessed(properties: list[dict[str, Any]]) -> list[Attribute]:
    kinds: dict[str, set[str]] = {}
    for row in properties:
        for key, value in row.items():
            kinds.setdefault(key, set()).update([] if value is None else [type(value).__name__])
    return [Attribute(key, key, key, _kind(found)) for key, found in kinds.items()]


def _kind(found: set[str]) -> Kind:
    if found == {"int"}:
        return "integer"
    if found and found <= {"int", "float"}:
        return "number"
    return "boolean" if found == {"bool"} else "text"


async def _write(
    table: Table, rows: AsyncGenerator[list[tuple[Any, ...]]], form: Form, target: Path, workplace: Path, encoding: str
) -> Made:
    match form:
        case "geojson":
            writer = GeoJsonWriter(target, table.attributes, table.head)
        case "csv":
            writer = TableWriter(target, table.attributes, table.geometries)
        case _:
            writer = OgrWriter(target, form, table.name, table.attributes, table.geometries, workplace, encoding)
    count = 0
    try:
        async for part in rows:
            await asyncio.to_thread(writer.write, part)
            count += len(part)
        notes = await asyncio.to_thread(writer.finish)
    except BaseException:
        await asyncio.to_thread(writer.abandon)
        raise
    return Made(target, count, notes)
