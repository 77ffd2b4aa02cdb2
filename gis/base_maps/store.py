"""Rows of base maps. Keys are read by the one function that hands them to whoever calls a service, and by nothing else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from gis.base_maps.base_map import BaseMap, Kept, VectorLayer
from gis.base_maps.grid import grid_from
from gis.crs import Origin
from spine.canonical import Json
from spine.db import Connection

REFERENCE_TABLES: tuple[LiteralString, ...] = ("gis.base_map", "gis.base_map_key")
"""What a sealed copy of the city needs of them. Its files are copied beside (`web/base_maps/files.py`)."""
MOST_MAPS = 50

_MAP: LiteralString = """
    SELECT m.name, m.ordinal, m.kind, m.title_zh, m.title_en, m.attribution, m.format, m.min_zoom, m.max_zoom, m.tile_px, m.origin,
        m.bounds, m.source, m.sheets, m.subdomains, m.flipped, m.grid, m.file_sha256, m.file_size, m.vector_layers, m.revision,
        m.is_default, m.added_at, m.added_by, k.name IS NOT NULL AS has_key
    FROM gis.base_map AS m LEFT JOIN gis.base_map_key AS k ON k.name = m.name
"""


def _kept(row: Mapping[str, Any]) -> Kept:
    told = BaseMap(
        name=row["name"], kind=row["kind"], title_zh=row["title_zh"], title_en=row["title_en"], attribution=row["attribution"],
        format=row["format"], min_zoom=row["min_zoom"], max_zoom=row["max_zoom"], tile_px=row["tile_px"],
        origin=Origin(row["origin"]), bounds=None if row["bounds"] is None else tuple(row["bounds"]), source=row["source"],
        sheets=tuple(row["sheets"]), subdomains=tuple(row["subdomains"]), flipped=row["flipped"],
        grid=None if row["grid"] is None else grid_from(row["grid"]), file_sha256=row["file_sha256"], file_size=row["file_size"],
        vector_layers=tuple(VectorLayer(one["id"], tuple(one["fields"])) for one in row["vector_layers"]),
    )  # fmt: skip
    return Kept(
        told, row["ordinal"], row["revision"], row["is_default"], row["has_key"], row["added_at"], row["added_by"]
    )


async def read_base_maps(conn: Connection) -> list[Kept]:
    """In the order of the chooser."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_MAP + "ORDER BY m.ordinal, m.name")
        return [_kept(row) for row in await cursor.fetchall()]


async def read_base_map(conn: Connection, name: str) -> Kept | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_MAP + "WHERE m.name = %(name)s", {"name": name})
        row = await cursor.fetchone()
    return None if row is None else _kept(row)


async def read_key(conn: Connection, name: str) -> str | None:
    """The secret itself: for the address of a tile, and for nothing that is shown."""
    row = await (
        await conn.execute("SELECT key FROM gis.base_map_key WHERE name = %(name)s", {"name": name})
    ).fetchone()
    return None if row is None else str(row[0])


async def changes_so_far(conn: Connection) -> int:
    """A count, not the highest id: see `catalogue_store.changes_so_far`."""
    row = await (await conn.execute("SELECT count(*) FROM gis.base_map_change")).fetchone()
    return 0 if row is None else int(row[0])


async def lock(conn: Connection) -> None:
    """Changes of base maps take turns: order and default concern them all."""
    await conn.execute("LOCK TABLE gis.base_map IN SHARE ROW EXCLUSIVE MODE")


async def say_changed(conn: Connection, name: str, what: str, *, at: datetime, by: str) -> int:
    """Returns the number of the change."""
    row = await (
        await conn.execute(
            "INSERT INTO gis.base_map_change (name, what, at, by) VALUES (%(name)s, %(what)s, %(at)s, %(by)s) RETURNING id",
            {"name": name, "what": what, "at": at, "by": by},
        )
    ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING returns
    return int(row[0])


async def save(conn: Connection, told: BaseMap, key: str | None, *, revision: int, at: datetime, by: str) -> None:
    """A new base map, or another in the place of the one so named: it keeps its place in the order, and being the default."""
    layers: list[Json] = [layer.to_json() for layer in told.vector_layers]
    await conn.execute(
        """
        INSERT INTO gis.base_map (name, ordinal, kind, title_zh, title_en, attribution, format, min_zoom, max_zoom, tile_px, origin,
            bounds, source, sheets, subdomains, flipped, grid, file_sha256, file_size, vector_layers, revision, is_default, added_at,
            added_by)
        VALUES (%(name)s, (SELECT coalesce(max(ordinal), 0) + 1 FROM gis.base_map), %(kind)s, %(title_zh)s, %(title_en)s,
            %(attribution)s, %(format)s, %(min_zoom)s, %(max_zoom)s, %(tile_px)s, %(origin)s, %(bounds)s, %(source)s, %(sheets)s,
            %(subdomains)s, %(flipped)s, %(grid)s, %(file_sha256)s, %(file_size)s, %(vector_layers)s, %(revision)s, false, %(at)s,
            %(by)s)
        ON CONFLICT (name) DO UPDATE SET kind = %(kind)s, title_zh = %(title_zh)s, title_en = %(title_en)s,
            attribution = %(attribution)s, format = %(format)s, min_zoom = %(min_zoom)s, max_zoom = %(max_zoom)s,
            tile_px = %(tile_px)s, origin = %(origin)s, bounds = %(bounds)s, source = %(source)s, sheets = %(sheets)s,
            subdomains = %(subdomains)s, flipped = %(flipped)s, grid = %(grid)s, file_sha256 = %(file_sha256)s,
            file_size = %(file_size)s, vector_layers = %(vector_layers)s, revision = %(revision)s, added_at = %(at)s,
            added_by = %(by)s
        """,
        {
            "name": told.name, "kind": told.kind, "title_zh": told.title_zh, "title_en": told.title_en,
            "attribution": told.attribution, "format": told.format, "min_zoom": told.min_zoom, "max_zoom": told.max_zoom,
            "tile_px": told.tile_px, "origin": told.origin.value, "bounds": None if told.bounds is None else list(told.bounds),
            "source": told.source, "sheets": list(told.sheets), "subdomains": list(told.subdomains), "flipped": told.flipped,
            "grid": None if told.grid is None else Jsonb(told.grid.to_json()), "file_sha256": told.file_sha256,
            "file_size": told.file_size, "vector_layers": Jsonb(layers), "revision": revision, "at": at, "by": by,
        },
    )  # fmt: skip
    await conn.execute("DELETE FROM gis.base_map_key WHERE name = %(name)s", {"name": told.name})
    if key is not None:
        await conn.execute(
            "INSERT INTO gis.base_map_key (name, key) VALUES (%(name)s, %(key)s)", {"name": told.name, "key": key}
        )


async def remove(conn: Connection, name: str) -> None:
    await conn.execute("DELETE FROM gis.base_map WHERE name = %(name)s", {"name": name})


async def set_default(conn: Connection, name: str | None) -> None:
    """None: our own map."""
    await conn.execute("UPDATE gis.base_map SET is_default = false WHERE is_default")
    if name is not None:
        await conn.execute("UPDATE gis.base_map SET is_default = true WHERE name = %(name)s", {"name": name})


async def set_order(conn: Connection, names: Sequence[str]) -> None:
    await conn.execute(
        """
        UPDATE gis.base_map AS m SET ordinal = o.place
        FROM unnest(%(names)s::text[]) WITH ORDINALITY AS o (name, place) WHERE o.name = m.name
        """,
        {"names": list(names)},
    )


async def files_used(conn: Connection) -> set[str]:
    """Hashes of the archives that some base map is made from."""
    rows = await (await conn.execute("SELECT file_sha256 FROM gis.base_map WHERE file_sha256 IS NOT NULL")).fetchall()
    return {str(sha256) for (sha256,) in rows}
