"""Rows of the elevation. Written only in the transaction of an import, a roll-back or a removal."""

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString, cast

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from gis.catalogue import SENSITIVITIES
from gis.elevation.grid import LEAST_ZOOM, Tile
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.db import Connection

NAME = "elevation"
"""In the record of changes of the catalogue, and therefore no city layer's name."""
KEPT_VERSIONS = 3

_PART: LiteralString = """
    v.id, v.lineage, v.source, v.source_en, v.licence, v.date, v.sensitivity, v.west, v.south, v.east, v.north, v.resolution_m,
    v.zoom, v.lowest_m, v.highest_m, v.tiles, v.crs, v.file_name, v.file_sha256, v.imported_at, v.imported_by
"""


@dataclass(frozen=True, slots=True)
class About:
    """What people say of the heights of one file."""

    source: str
    source_en: str
    licence: str
    date: date | None
    sensitivity: str


@dataclass(frozen=True, slots=True)
class Part:
    """One import. `id` is its version."""

    id: int
    about: About
    extent: tuple[float, float, float, float]
    resolution_m: float
    zoom: int
    lowest_m: float
    highest_m: float
    tiles: int
    crs: str
    file_name: str
    imported_at: datetime
    imported_by: str

    def to_json(self) -> JsonObject:
        told = self.about
        return {
            "version": self.id,
            "source": told.source,
            "source_en": told.source_en,
            "licence": told.licence,
            "date": None if told.date is None else told.date.isoformat(),
            "sensitivity": told.sensitivity,
            "extent": list(self.extent),
            "resolution_m": round(self.resolution_m, 2),
            "zoom": self.zoom,
            "lowest_m": round(self.lowest_m, 1),
            "highest_m": round(self.highest_m, 1),
            "tiles": self.tiles,
            "crs": self.crs,
            "file_name": self.file_name,
            "imported_at": iso(self.imported_at),
            "imported_by": self.imported_by,
        }


@dataclass(frozen=True, slots=True)
class Elevation:
    """What is shown: the parts in the order in which they lie over each other, the uppermost (which names the version) first."""

    key: str
    """Names everything made from this state: addresses of tiles, entity tags."""
    parts: tuple[Part, ...]

    @property
    def version(self) -> int:
        return self.parts[0].id

    @property
    def lineage(self) -> list[int]:
        return [part.id for part in self.parts]

    @property
    def sensitivity(self) -> str:
        """The strictest of its parts': a tile may hold heights of all."""
        return max((part.about.sensitivity for part in self.parts), key=SENSITIVITIES.index)

    @property
    def zoom(self) -> int:
        return max(part.zoom for part in self.parts)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        west, south, east, north = zip(*(part.extent for part in self.parts), strict=True)
        return min(west), min(south), max(east), max(north)

    def to_json(self) -> JsonObject:
        parts: list[Json] = [part.to_json() for part in self.parts]
        return {
            "version": self.version,
            "sensitivity": self.sensitivity,
            "extent": list(self.extent),
            "least_zoom": LEAST_ZOOM,
            "most_zoom": self.zoom,
            "lowest_m": round(min(part.lowest_m for part in self.parts), 1),
            "highest_m": round(max(part.highest_m for part in self.parts), 1),
            "parts": parts,
        }


def _part(row: Mapping[str, Any]) -> Part:
    about = About(row["source"], row["source_en"], row["licence"], row["date"], row["sensitivity"])
    extent = (row["west"], row["south"], row["east"], row["north"])
    return Part(
        row["id"], about, extent, row["resolution_m"], row["zoom"], row["lowest_m"], row["highest_m"], row["tiles"], row["crs"],
        row["file_name"], row["imported_at"], row["imported_by"],
    )  # fmt: skip


async def read_elevation(conn: Connection) -> Elevation | None:
    """None while nothing is imported."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT "
            + _PART
            + """
            FROM gis.elevation AS e JOIN gis.elevation_version AS shown ON shown.id = e.current
                JOIN gis.elevation_version AS v ON v.id = ANY (shown.lineage)
            ORDER BY array_position(shown.lineage, v.id)
            """
        )
        rows = await cursor.fetchall()
    if not rows:
        return None
    return Elevation(f"e{rows[0]['id']}-{_digest(rows)}", tuple(_part(row) for row in rows))


def _digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """Of all that lies over each other: after a restore the same numbers may come to mean other files."""
    told = "\n".join(f"{row['id']} {row['file_sha256']} {iso(row['imported_at'])}" for row in rows)
    return f"{zlib.crc32(told.encode()):08x}"


async def read_tile(conn: Connection, lineage: Sequence[int], tile: Tile) -> bytes | None:
    """The picture of a tile as it is shown, None where there is none."""
    row = await (
        await conn.execute(
            """
            SELECT png FROM gis.elevation_tile WHERE z = %(z)s AND x = %(x)s AND y = %(y)s AND version = ANY (%(lineage)s::integer[])
            ORDER BY array_position(%(lineage)s::integer[], version) LIMIT 1
            """,
            {"z": tile.z, "x": tile.x, "y": tile.y, "lineage": list(lineage)},
            binary=True,
        )
    ).fetchone()
    return None if row is None else bytes(row[0])


@dataclass(frozen=True, slots=True)
class TileRow:
    tile: Tile
    origin: int | None
    plane: bytes | None
    png: bytes


async def read_tiles(conn: Connection, lineage: Sequence[int], tiles: Sequence[Tile]) -> list[TileRow]:
    """Those of the tiles that there are, as they are shown."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT ON (t.z, t.x, t.y) t.z, t.x, t.y, t.origin, t.plane, t.png
            FROM unnest(%(zs)s::smallint[], %(xs)s::integer[], %(ys)s::integer[]) AS asked (z, x, y)
                JOIN gis.elevation_tile AS t ON (t.z, t.x, t.y) = (asked.z, asked.x, asked.y) AND t.version = ANY (%(lineage)s::integer[])
            ORDER BY t.z, t.x, t.y, array_position(%(lineage)s::integer[], t.version)
            """,
            {
                "zs": [tile.z for tile in tiles],
                "xs": [tile.x for tile in tiles],
                "ys": [tile.y for tile in tiles],
                "lineage": list(lineage),
            },
            binary=True,
        )
    ).fetchall()
    return [TileRow(Tile(z, x, y), origin, plane, png) for z, x, y, origin, plane, png in rows]


async def tiles_within(
    conn: Connection, lineage: Sequence[int], corners: Mapping[int, tuple[Tile, Tile]]
) -> AsyncIterator[TileRow]:
    """Every tile as it is shown between the north-west and the south-east one of each zoom, a few at a time."""
    for z, (first, last) in corners.items():
        async with conn.cursor(name=f"before_{z}", binary=True) as cursor:
            await cursor.execute(
                """
                SELECT DISTINCT ON (x, y) x, y, origin, plane, png FROM gis.elevation_tile
                WHERE z = %(z)s AND x BETWEEN %(west)s AND %(east)s AND y BETWEEN %(north)s AND %(south)s
                    AND version = ANY (%(lineage)s::integer[])
                ORDER BY x, y, array_position(%(lineage)s::integer[], version)
                """,
                {"z": z, "west": first.x, "east": last.x, "north": first.y, "south": last.y, "lineage": list(lineage)},
            )
            cursor.itersize = 20
            async for x, y, origin, plane, png in cursor:
                yield TileRow(Tile(z, x, y), origin, plane, png)


async def next_version(conn: Connection) -> int:
    """Never given before. The row stays locked until the end of the transaction: one import at a time."""
    row = await (
        await conn.execute(
            """
            INSERT INTO gis.elevation AS e (current, last) VALUES (NULL, 1)
            ON CONFLICT (only_one) DO UPDATE SET last = e.last + 1 RETURNING last
            """
        )
    ).fetchone()
    return int(cast(Any, row)[0])


async def save_version(
    conn: Connection,
    version: int,
    lineage: Sequence[int],
    about: About,
    report: Mapping[str, Any],
    *,
    file_name: str,
    file_sha256: str,
    at: datetime,
    by: str,
) -> None:
    """From the report of its reading; its tiles come afterwards."""
    west, south, east, north = cast(list[float], report["extent"])
    await conn.execute(
        """
        INSERT INTO gis.elevation_version (id, lineage, source, source_en, licence, date, sensitivity, west, south, east, north,
            resolution_m, zoom, lowest_m, highest_m, tiles, crs, file_name, file_sha256, report, imported_at, imported_by)
        VALUES (%(id)s, %(lineage)s, %(source)s, %(source_en)s, %(licence)s, %(date)s, %(sensitivity)s, %(west)s, %(south)s,
            %(east)s, %(north)s, %(resolution)s, %(zoom)s, %(lowest)s, %(highest)s, %(tiles)s, %(crs)s, %(file_name)s,
            %(file_sha256)s, %(report)s, %(at)s, %(by)s)
        """,
        {
            "id": version,
            "lineage": list(lineage),
            "source": about.source,
            "source_en": about.source_en,
            "licence": about.licence,
            "date": about.date,
            "sensitivity": about.sensitivity,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "resolution": report["resolution_m"],
            "zoom": report["zoom"],
            "lowest": report["lowest_m"],
            "highest": report["highest_m"],
            "tiles": report["tiles"],
            "crs": report["crs"],
            "file_name": file_name,
            "file_sha256": file_sha256,
            "report": Jsonb({key: report[key] for key in _REPORTED}),
            "at": at,
            "by": by,
        },
    )


_REPORTED = ("width", "height", "unit", "nodata", "known_share", "left_out", "repaired", "problems")


async def show_version(conn: Connection, version: int | None) -> None:
    await conn.execute("UPDATE gis.elevation SET current = %(version)s", {"version": version})


async def versions(conn: Connection) -> list[JsonObject]:
    """Those that can be shown, newest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT "
            + _PART
            + """, v.report, v.id = e.current AS shown
            FROM gis.elevation_version AS v CROSS JOIN gis.elevation AS e ORDER BY v.id DESC
            """
        )
        return [
            {
                **_part(row).to_json(),
                "lineage": list(row["lineage"]),
                "report": row["report"],
                "file_sha256": row["file_sha256"],
                "shown": bool(row["shown"]),
            }
            for row in await cursor.fetchall()
        ]


async def drop_versions(conn: Connection, keep: int) -> None:
    """All but the newest `keep`, the one that is shown, and what these lie over."""
    await conn.execute(
        """
        WITH kept AS (
            SELECT id, lineage FROM gis.elevation_version WHERE id = (SELECT current FROM gis.elevation)
            UNION
            (SELECT id, lineage FROM gis.elevation_version ORDER BY id DESC LIMIT %(keep)s)
        )
        DELETE FROM gis.elevation_version WHERE id NOT IN (SELECT unnest(lineage) FROM kept)
        """,
        {"keep": keep},
    )


async def drop_all(conn: Connection) -> None:
    await show_version(conn, None)
    await conn.execute("DELETE FROM gis.elevation_version")
