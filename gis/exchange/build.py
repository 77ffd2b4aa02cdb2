"""A file becomes the shown version of a layer, in one transaction: whatever breaks, nothing of it is left behind.

The features go into a table of their own beside the version that is shown; the swap is one row, and the old version stays for
a roll-back. Reading happens in a process of its own (`reading.py`); its rows pass through here in blocks and are never held.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from psycopg import sql

from gis import catalogue_store as store
from gis.catalogue import Description, no_such_layer
from gis.exchange import child
from gis.exchange.attributes import COLUMN_TYPES
from gis.exchange.options import Options
from spine.canonical import JsonObject
from spine.db import APP_ROLE, Connection, owner_connection
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm

INDEXED_ZOOMS = (6, 8, 10, 12)
"""Zooms with an index of their own over what is drawn so far out: a tile of a whole province must not visit every feature."""
_MANY = 20_000
_LOCK = 7_203_612  # any constant; with the layer's hash: two imports of one layer take turns


@dataclass(frozen=True, slots=True)
class Imported:
    layer: str
    version: int
    number: int
    report: JsonObject


async def import_layer(
    realm: Realm,
    path: Path,
    file_name: str,
    told: Description,
    options: Options,
    by: Principal,
    hear: child.Hear,
    workplace: Path,
) -> Imported:
    """Import a file as the next version of the layer, and show it. The caller has checked that `by` may.

    Raises Refused: everything that `reading.py` finds wrong, `layer_name_taken`.
    """
    digest = await asyncio.to_thread(_sha256, path)
    async with owner_connection(realm.database_url) as conn:
        if await store.is_built_in(conn, told.name):
            raise _name_taken(told.name)
        options = replace(options, city=await store.city_extent(conn))
        version = await store.new_version_id(conn)
        async with child.rows(path, file_name, options, workplace, hear) as rows:
            attributes = await rows.attributes()
            _check_label(told, attributes)
            await _make_incoming(conn, attributes)
            async with conn.cursor() as cursor, cursor.copy("COPY incoming FROM STDIN") as copy:
                async for block in rows.blocks():
                    await copy.write(block)
            report = await rows.report()
        await hear({"step": "indexing", "done": report["read"], "total": report["total"]})
        await _settle(conn, version, attributes, int(report["kept"]))
        await _lock(conn, told.name)
        await store.save_description(conn, told)
        at = realm.clock.now()
        number = await store.save_version(
            conn, version, told.name, report, file_name=file_name, file_sha256=digest, at=at, by=by.name
        )
        await store.show_version(conn, told.name, version)
        await store.drop_versions(conn, told.name, store.KEPT_VERSIONS)
        await store.say_changed(conn, told.name, "imported", number, at=at, by=by.name)
        await conn.commit()
    return Imported(told.name, version, number, cast(JsonObject, report))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name_taken(name: str) -> Refused:
    return Refused(
        "layer_name_taken",
        zh=f"“{name}”是内置图层的名称，请换一个。",
        en=f"'{name}' is the name of a built-in layer; choose another.",
        field="name",
        status=409,
        final=False,
    )


def _check_label(told: Description, attributes: list[dict[str, Any]]) -> None:
    if told.label is not None and told.label not in [attribute["name"] for attribute in attributes]:
        listed = [str(attribute["name"]) for attribute in attributes]
        raise Refused(
            "label_unknown",
            zh=f"没有名为“{told.label}”的属性，不能用作标注；有：{'、'.join(listed)[:400]}。",
            en=f"No attribute is named '{told.label}'; there are {', '.join(listed)[:400]}.",
            field="label",
            final=False,
        )


async def _make_incoming(conn: Connection, attributes: list[dict[str, Any]]) -> None:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(attribute["name"]), sql.SQL(COLUMN_TYPES[attribute["type"]]))  # pyright: ignore[reportArgumentType]
        for attribute in attributes
    ]
    own = sql.SQL("fid bigint, geom geometry, mercator geometry, span real, min_zoom smallint")
    await conn.execute(
        sql.SQL("CREATE TEMP TABLE incoming ({}) ON COMMIT DROP").format(sql.SQL(", ").join([own, *columns]))
    )


async def _settle(conn: Connection, version: int, attributes: list[dict[str, Any]], features: int) -> None:
    """The table as it stays: what is drawn far out lies together, the rest by place, so that a tile reads few pages."""
    table = store.feature_table(version)
    columns = sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(attribute["name"])) for attribute in attributes)
    await conn.execute(
        sql.SQL(
            """
            CREATE TABLE {table} AS SELECT fid, geom::geometry(Geometry, 4326) AS geom,
                mercator::geometry(Geometry, 3857) AS mercator, span, min_zoom{columns}
            FROM incoming ORDER BY width_bucket(min_zoom, {zooms}), mercator
            """
        ).format(table=table, columns=columns, zooms=sql.Literal([zoom + 1 for zoom in INDEXED_ZOOMS]))
    )
    await finish_table(conn, version, features)


async def finish_table(conn: Connection, version: int, features: int) -> None:
    """Key, indexes, rights and statistics of a filled feature table."""
    table = store.feature_table(version)
    await conn.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (fid)").format(table))
    for column in ("geom", "mercator"):
        await conn.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(table, sql.Identifier(column)))
        await conn.execute(sql.SQL("ALTER TABLE {} ALTER {} SET NOT NULL").format(table, sql.Identifier(column)))
    if features > _MANY:
        for zoom in INDEXED_ZOOMS:
            await conn.execute(
                sql.SQL("CREATE INDEX ON {} USING gist (mercator) WHERE min_zoom <= {}").format(
                    table, sql.Literal(zoom)
                )
            )
    await conn.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.Identifier(APP_ROLE)))
    await conn.execute(sql.SQL("ANALYZE {}").format(table))


async def _lock(conn: Connection, layer: str) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock(%(lock)s, hashtext(%(layer)s))", {"lock": _LOCK, "layer": layer})


async def roll_back(realm: Realm, layer: str, by: Principal, to: int | None = None) -> int:
    """Show the version before the one that is shown, or number `to`. Returns its number. Raises Refused `no_such_version`."""
    async with owner_connection(realm.database_url) as conn:
        await _lock(conn, layer)
        if await store.lock_description(conn, layer) is None:
            raise no_such_layer(layer)
        versions = await store.versions_of(conn, layer)
        shown = next((int(cast(int, row["number"])) for row in versions if row["shown"]), 0)
        numbers: Mapping[int, int] = {int(cast(int, row["number"])): int(cast(int, row["id"])) for row in versions}
        wanted = to if to is not None else max((number for number in numbers if number < shown), default=None)
        if wanted is None or wanted not in numbers or wanted == shown:
            kept = "、".join(str(number) for number in sorted(numbers))
            raise Refused(
                "no_such_version",
                zh=f"没有可以回退的版本；保留着的版本：{kept}，正在显示第 {shown} 版。",
                en=f"There is no such version to go back to; kept are {kept.replace('、', ', ')}, shown is {shown}.",
                field="to",
                final=False,
                versions=sorted(numbers),
            )
        await store.show_version(conn, layer, numbers[wanted])
        await store.say_changed(conn, layer, "rolled_back", wanted, at=realm.clock.now(), by=by.name)
        await conn.commit()
    return wanted


async def describe_layer(realm: Realm, told: Description, by: Principal) -> None:
    """Change what is said of a layer, and who may see it. Raises Refused `not_found`, `label_unknown`."""
    async with owner_connection(realm.database_url) as conn:
        await _lock(conn, told.name)
        layer = await store.read_city_layer(conn, told.name)
        if layer is None:
            raise no_such_layer(told.name)
        _check_label(told, [dict(attribute) for attribute in layer.attributes])
        await store.save_description(conn, told)
        await store.say_changed(conn, told.name, "described", layer.number, at=realm.clock.now(), by=by.name)
        await conn.commit()


async def remove_layer(realm: Realm, layer: str, by: Principal) -> None:
    """The layer with all its versions. Raises Refused `not_found`."""
    async with owner_connection(realm.database_url) as conn:
        await _lock(conn, layer)
        if await store.lock_description(conn, layer) is None:
            raise no_such_layer(layer)
        await store.remove_layer(conn, layer)
        await store.say_changed(conn, layer, "removed", None, at=realm.clock.now(), by=by.name)
        await conn.commit()
