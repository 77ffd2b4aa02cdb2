"""Rows of the catalogue. Written only in the transaction of an import, a roll-back, a description or a removal."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from gis.catalogue import CityLayer, Description, no_such_layer
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.db import Connection

KEPT_VERSIONS = 3
"""Versions of one layer that stay, the current one among them; older ones go with the next import."""

_DESCRIBED: LiteralString = """
    l.name, l.title_zh, l.title_en, l.owner, l.department, l.readers, l.source, l.source_en, l.licence, l.date,
    l.illustrative, l.sensitivity, l.label
"""
_LAYER: LiteralString = (
    "SELECT "
    + _DESCRIBED
    + """, l.ordinal, v.id, v.number, v.features, v.geometries, v.attributes, v.zooms, v.west, v.south, v.east, v.north,
    v.crs, v.origin, v.format, v.file_name, v.imported_at, v.imported_by
    FROM gis.city_layer AS l JOIN gis.layer_version AS v ON v.id = l.current
"""
)


def feature_table(version: int) -> sql.Composable:
    """The table that holds a version's features."""
    return sql.Identifier("gis_layers", f"v{version}")


def _description(row: Mapping[str, Any]) -> Description:
    return Description(
        row["name"], row["title_zh"], row["title_en"], row["owner"], row["department"], tuple(row["readers"]), row["source"],
        row["source_en"], row["licence"], row["date"], row["illustrative"], row["sensitivity"], row["label"],
    )  # fmt: skip


def _layer(row: Mapping[str, Any]) -> CityLayer:
    return CityLayer(
        description=_description(row),
        ordinal=row["ordinal"],
        version=row["id"],
        number=row["number"],
        features=row["features"],
        geometries=row["geometries"],
        attributes=row["attributes"],
        zooms=row["zooms"],
        extent=(row["west"], row["south"], row["east"], row["north"]),
        crs=row["crs"],
        origin=row["origin"],
        format=row["format"],
        file_name=row["file_name"],
        imported_at=row["imported_at"],
        imported_by=row["imported_by"],
    )


async def read_city_layers(conn: Connection) -> list[CityLayer]:
    """In the order of the layer panel."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LAYER + "ORDER BY l.ordinal, l.name")
        return [_layer(row) for row in await cursor.fetchall()]


async def read_city_layer(conn: Connection, name: str) -> CityLayer | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LAYER + "WHERE l.name = %(name)s", {"name": name})
        row = await cursor.fetchone()
    return None if row is None else _layer(row)


async def changes_so_far(conn: Connection) -> int:
    """Grows with every change of the catalogue; 0 before the first. A count, not the highest id: ids are given before the
    commit, so that one which commits late would be overlooked."""
    row = await (await conn.execute("SELECT count(*) FROM gis.layer_change")).fetchone()
    return 0 if row is None else int(row[0])


async def lock_description(conn: Connection, name: str) -> Description | None:
    """The layer's row, locked until the end of the transaction."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT " + _DESCRIBED + " FROM gis.city_layer AS l WHERE l.name = %(name)s FOR NO KEY UPDATE",
            {"name": name},
        )
        row = await cursor.fetchone()
    return None if row is None else _description(row)


async def save_description(conn: Connection, told: Description) -> None:
    fields = {**asdict(told), "readers": list(told.readers)}
    await conn.execute(
        """
        INSERT INTO gis.city_layer (name, ordinal, title_zh, title_en, owner, department, readers, source, source_en, licence,
            date, illustrative, sensitivity, label)
        VALUES (%(name)s, (SELECT coalesce(max(ordinal), 0) + 1 FROM gis.city_layer), %(title_zh)s, %(title_en)s, %(owner)s,
            %(department)s, %(readers)s, %(source)s, %(source_en)s, %(licence)s, %(date)s, %(illustrative)s, %(sensitivity)s,
            %(label)s)
        ON CONFLICT (name) DO UPDATE SET title_zh = %(title_zh)s, title_en = %(title_en)s, owner = %(owner)s,
            department = %(department)s, readers = %(readers)s, source = %(source)s, source_en = %(source_en)s,
            licence = %(licence)s, date = %(date)s, illustrative = %(illustrative)s, sensitivity = %(sensitivity)s,
            label = %(label)s
        """,
        fields,
    )


async def is_built_in(conn: Connection, name: str) -> bool:
    if name == "elevation":  # its changes are in gis.layer_change under this name
        return True
    row = await (await conn.execute("SELECT 1 FROM gis.layer WHERE name = %(name)s", {"name": name})).fetchone()
    return row is not None


async def new_version_id(conn: Connection) -> int:
    row = await (await conn.execute("SELECT nextval(pg_get_serial_sequence('gis.layer_version', 'id'))")).fetchone()
    return int(cast(Any, row)[0])


async def save_version(
    conn: Connection,
    version: int,
    layer: str,
    report: Mapping[str, Any],
    *,
    file_name: str,
    file_sha256: str,
    at: datetime,
    by: str,
) -> int:
    """The next version of a layer, from the report of its reading. Returns its number."""
    west, south, east, north = cast(list[float], report["extent"])
    row = await (
        await conn.execute(
            """
            INSERT INTO gis.layer_version (id, layer, number, features, geometries, attributes, zooms, west, south, east, north,
                crs, origin, format, file_name, file_sha256, report, imported_at, imported_by)
            OVERRIDING SYSTEM VALUE
            VALUES (%(id)s, %(layer)s, (SELECT coalesce(max(number), 0) + 1 FROM gis.layer_version WHERE layer = %(layer)s),
                %(features)s, %(geometries)s, %(attributes)s, %(zooms)s, %(west)s, %(south)s, %(east)s, %(north)s, %(crs)s,
                %(origin)s, %(format)s, %(file_name)s, %(file_sha256)s, %(report)s, %(at)s, %(by)s)
            RETURNING number
            """,
            {
                "id": version,
                "layer": layer,
                "features": report["kept"],
                "geometries": Jsonb(report["geometries"]),
                "attributes": Jsonb(report["attributes"]),
                "zooms": report["zooms"],
                "west": west,
                "south": south,
                "east": east,
                "north": north,
                "crs": report["crs"],
                "origin": report["origin"],
                "format": report["format"],
                "file_name": file_name,
                "file_sha256": file_sha256,
                "report": Jsonb({key: report[key] for key in ("read", "repaired", "left_out", "encoding", "problems")}),
                "at": at,
                "by": by,
            },
        )
    ).fetchone()
    return int(cast(Any, row)[0])


async def show_version(conn: Connection, layer: str, version: int) -> None:
    await conn.execute(
        "UPDATE gis.city_layer SET current = %(version)s WHERE name = %(layer)s", {"layer": layer, "version": version}
    )


async def say_changed(conn: Connection, layer: str, what: str, number: int | None, *, at: datetime, by: str) -> None:
    await conn.execute(
        "INSERT INTO gis.layer_change (layer, what, number, at, by) VALUES (%(layer)s, %(what)s, %(number)s, %(at)s, %(by)s)",
        {"layer": layer, "what": what, "number": number, "at": at, "by": by},
    )


async def versions_of(conn: Connection, layer: str) -> list[JsonObject]:
    """Newest first. Raises Refused `not_found`."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT v.id, v.number, v.features, v.crs, v.origin, v.format, v.file_name, v.file_sha256, v.report, v.imported_at,
                v.imported_by, v.id = l.current AS shown
            FROM gis.layer_version AS v JOIN gis.city_layer AS l ON l.name = v.layer
            WHERE v.layer = %(layer)s ORDER BY v.number DESC
            """,
            {"layer": layer},
        )
        found = await cursor.fetchall()
    if not found:
        raise no_such_layer(layer)
    return [cast(JsonObject, {**row, "imported_at": iso(row["imported_at"])}) for row in found]


async def changes_of(conn: Connection, layer: str, limit: int = 20) -> list[JsonObject]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT what, number, at, by FROM gis.layer_change WHERE layer = %(layer)s ORDER BY id DESC LIMIT %(limit)s",
            {"layer": layer, "limit": limit},
        )
        return [cast(JsonObject, {**row, "at": iso(row["at"])}) for row in await cursor.fetchall()]


async def drop_versions(conn: Connection, layer: str, keep: int) -> list[int]:
    """Drop all but the newest `keep` versions and the one that is shown. Returns the ids of those that went."""
    rows = await (
        await conn.execute(
            """
            DELETE FROM gis.layer_version WHERE layer = %(layer)s
                AND id <> coalesce((SELECT current FROM gis.city_layer WHERE name = %(layer)s), 0)
                AND number <= (SELECT max(number) FROM gis.layer_version WHERE layer = %(layer)s) - %(keep)s
            RETURNING id
            """,
            {"layer": layer, "keep": keep},
        )
    ).fetchall()
    gone = [int(row[0]) for row in rows]
    for version in gone:
        await conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(feature_table(version)))
    return gone


async def remove_layer(conn: Connection, layer: str) -> None:
    rows = await (
        await conn.execute("SELECT id FROM gis.layer_version WHERE layer = %(layer)s", {"layer": layer})
    ).fetchall()
    await conn.execute("UPDATE gis.city_layer SET current = NULL WHERE name = %(layer)s", {"layer": layer})
    await conn.execute("DELETE FROM gis.city_layer WHERE name = %(layer)s", {"layer": layer})
    for (version,) in rows:
        await conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(feature_table(int(version))))


async def city_extent(conn: Connection) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the region, None while none is loaded."""
    row = await (
        await conn.execute(
            """
            SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
            FROM (SELECT ST_Extent(area) AS e FROM gis.place WHERE level = 'county') AS x WHERE e IS NOT NULL
            """
        )
    ).fetchone()
    return None if row is None else (float(row[0]), float(row[1]), float(row[2]), float(row[3]))


# --- imports asked for in a browser -----------------------------------------------------------------------------------


async def begin_import(conn: Connection, job: UUID, layer: str, *, at: datetime, by: str) -> None:
    await conn.execute(
        "DELETE FROM gis.layer_import WHERE heard_at < %(at)s::timestamptz - interval '7 days'", {"at": at}
    )
    await conn.execute(
        """
        INSERT INTO gis.layer_import (id, layer, state, done, started_at, heard_at, by)
        VALUES (%(id)s, %(layer)s, 'running', 0, %(at)s, %(at)s, %(by)s)
        """,
        {"id": job, "layer": layer, "at": at, "by": by},
    )


async def hear_import(conn: Connection, job: UUID, done: int, total: int | None, at: datetime) -> None:
    await conn.execute(
        "UPDATE gis.layer_import SET done = %(done)s, total = %(total)s, heard_at = %(at)s WHERE id = %(id)s",
        {"id": job, "done": done, "total": total, "at": at},
    )


async def end_import(
    conn: Connection,
    job: UUID,
    state: str,
    *,
    problem: JsonObject | None,
    report: Mapping[str, Json] | None,
    at: datetime,
) -> None:
    await conn.execute(
        """
        UPDATE gis.layer_import SET state = %(state)s, problem = %(problem)s, report = %(report)s, heard_at = %(at)s
        WHERE id = %(id)s
        """,
        {
            "id": job,
            "state": state,
            "problem": None if problem is None else Jsonb(problem),
            "report": None if report is None else Jsonb(dict(report)),
            "at": at,
        },
    )


async def read_import(conn: Connection, job: UUID) -> dict[str, Any] | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT id, layer, state, done, total, problem, report, started_at, heard_at, by FROM gis.layer_import
            WHERE id = %(id)s
            """,
            {"id": job},
        )
        return await cursor.fetchone()
