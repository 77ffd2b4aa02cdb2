"""A GeoTIFF becomes heights of the ground, over or beside what was there, in one transaction: whatever breaks, nothing is left behind.

The file is looked into first; the tiles that lie where it lies are laid down for the reading process, which answers with every tile as
it is from now on (`pyramid.py`). Tiles that the file does not touch are not copied: a version shows those it was laid over.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from gis.catalogue_store import city_extent, say_changed
from gis.describe import check_lengths, date_told, sensitivity_told
from gis.elevation import store
from gis.elevation.before import Before, Made
from gis.elevation.grid import LEAST_ZOOM, MOST_ZOOM, tile_of
from gis.elevation.store import About
from gis.exchange import child
from gis.exchange.options import Options
from spine.canonical import JsonObject
from spine.db import Connection, owner_connection
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm


@dataclass(frozen=True, slots=True)
class ImportedHeights:
    version: int
    report: JsonObject


def tell_about(told: Mapping[str, Any]) -> About:
    """`told`: source, licence (both needed), source_en, date, sensitivity. Raises Refused `elevation_not_described`, `layer_date`,
    `layer_sensitivity`, `layer_description_long`."""
    texts = {field: str(told.get(field) or "").strip() for field in ("source", "source_en", "licence")}
    for field, (zh, en) in {"source": ("来源", "a source"), "licence": ("许可或使用范围", "a licence")}.items():
        if not texts[field]:
            raise Refused(
                "elevation_not_described",
                zh=f"请写明高程数据的{zh}。",
                en=f"The heights need {en}.",
                field=field,
                final=False,
            )
    check_lengths(texts)
    return About(
        texts["source"],
        texts["source_en"] or texts["source"],
        texts["licence"],
        date_told(str(told.get("date") or "").strip()),
        sensitivity_told(told.get("sensitivity")),
    )


async def import_heights(
    realm: Realm,
    path: Path,
    file_name: str,
    about: About,
    options: Options,
    by: Principal,
    hear: child.Hear,
    workplace: Path,
    *,
    alone: bool = False,
) -> ImportedHeights:
    """Import a file as the next version, and show it. `alone`: instead of what was there, not over it. The caller has checked that
    `by` may. Raises Refused: everything that the reading finds wrong, its questions among them."""
    digest = await asyncio.to_thread(_sha256, path)
    async with owner_connection(realm.database_url) as conn:
        options = replace(options, city=await city_extent(conn))
        found = await child.look(path, file_name, options, workplace)
        _check_format(found)
        version = await store.next_version(conn)
        under = None if alone else await store.read_elevation(conn)
        lineage = [version, *([] if under is None else under.lineage)]
        with tempfile.TemporaryDirectory(prefix="before-", dir=workplace) as folder:
            before = None
            if under is not None:
                before = Path(folder)
                await _lay_down(conn, under.lineage, cast(list[float], found["extent"]), before)
            report = await _tiles(conn, path, file_name, options, workplace, version, before, hear)
        at = realm.clock.now()
        await store.save_version(
            conn, version, lineage, about, report, file_name=file_name, file_sha256=digest, at=at, by=by.name
        )
        await conn.execute(
            """
            INSERT INTO gis.elevation_tile (z, x, y, version, origin, plane, png)
            SELECT z, x, y, %(version)s, origin, plane, png FROM incoming ORDER BY z, x, y
            """,
            {"version": version},
        )
        await store.show_version(conn, version)
        await store.drop_versions(conn, store.KEPT_VERSIONS)
        await say_changed(conn, store.NAME, "imported", version, at=at, by=by.name)
        await conn.commit()
    return ImportedHeights(version, cast(JsonObject, {key: report[key] for key in report if key != "preview"}))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_format(found: Mapping[str, Any]) -> None:
    if found["format"] != "geotiff":
        raise Refused(
            "not_heights",
            zh="高程只能从 GeoTIFF 导入；矢量图层请用 fengsui import。",
            en="Heights are imported from GeoTIFF; for layers of features use fengsui import.",
            field="file",
            final=False,
        )


async def _lay_down(conn: Connection, lineage: list[int], extent: list[float], folder: Path) -> None:
    west, south, east, north = extent
    corners = {z: (tile_of(west, north, z), tile_of(east, south, z)) for z in range(LEAST_ZOOM, MOST_ZOOM + 1)}
    async for row in store.tiles_within(conn, lineage, corners):
        await asyncio.to_thread(Before.write, folder, Made(row.tile, row.origin, row.plane, row.png))


async def _tiles(
    conn: Connection,
    path: Path,
    file_name: str,
    options: Options,
    workplace: Path,
    version: int,
    before: Path | None,
    hear: child.Hear,
) -> dict[str, Any]:
    """The tiles into the table `incoming`. Returns the report."""
    await conn.execute(
        """
        CREATE TEMP TABLE incoming (z smallint, x integer, y integer, origin integer, plane bytea, png bytea) ON COMMIT DROP
        """
    )
    async with child.tiles(path, file_name, options, workplace, version, before, hear) as coming:
        await coming.attributes()
        async with conn.cursor() as cursor, cursor.copy("COPY incoming FROM STDIN") as copy:
            async for block in coming.blocks():
                await copy.write(block)
        report = await coming.report()
    await hear({"step": "indexing", "done": report["tiles"], "total": report["tiles"]})
    return report


async def roll_back(realm: Realm, by: Principal, to: int | None = None) -> int:
    """Show what the version that is shown was made after, or version `to`. Raises Refused `no_such_version`, `not_found`."""
    async with owner_connection(realm.database_url) as conn:
        shown = await _lock(conn)
        kept = [int(cast(int, row["version"])) for row in await store.versions(conn)]
        wanted = to if to is not None else max((one for one in kept if one < shown), default=None)
        if wanted is None or wanted not in kept or wanted == shown:
            listed = "、".join(str(one) for one in sorted(kept))
            raise Refused(
                "no_such_version",
                zh=f"没有可以回退的版本；保留着的版本：{listed}，正在显示第 {shown} 版。",
                en=f"There is no such version to go back to; kept are {listed.replace('、', ', ')}, shown is {shown}.",
                field="to",
                final=False,
                versions=sorted(kept),
            )
        await store.show_version(conn, wanted)
        await say_changed(conn, store.NAME, "rolled_back", wanted, at=realm.clock.now(), by=by.name)
        await conn.commit()
    return wanted


async def remove(realm: Realm, by: Principal) -> None:
    """All of it, with every version. Raises Refused `not_found`."""
    async with owner_connection(realm.database_url) as conn:
        await _lock(conn)
        await store.drop_all(conn)
        await say_changed(conn, store.NAME, "removed", None, at=realm.clock.now(), by=by.name)
        await conn.commit()


async def _lock(conn: Connection) -> int:
    row = await (await conn.execute("SELECT current FROM gis.elevation FOR UPDATE")).fetchone()
    if row is None or row[0] is None:
        raise no_elevation()
    return int(row[0])


def no_elevation() -> Refused:
    return Refused(
        "not_found",
        zh="还没有导入高程数据。",
        en="No heights have been imported.",
        status=404,
        final=False,
    )
