"""Reading a Ground from the database: exposure, facilities, settlements, rivers, roads; and heights around a place."""

import asyncio
import hashlib
import math
from typing import Any

import numpy as np
import shapely

from gis.elevation.grid import LEAST_ZOOM, TILE_PX, Tile, metres_per_pixel, pixel_of
from gis.elevation.heights import Ground as Part
from gis.elevation.heights import enlarged, unpack
from gis.elevation.store import Elevation, read_elevation, read_tiles
from gis.exposure import store
from gis.exposure.current import CurrentExposure, Exposure
from gis.hazards.distribution import Floats
from gis.hazards.ground import NOTHING, Basis, Facility, Ground, Heights, NamedLine, Settlement, Township
from gis.national_border import national_border
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open

# A road's name with its number before it, unless the name says the number itself.
_WITH_NUMBER = (
    "CASE WHEN position(coalesce(ref, '') in coalesce({0}, '')) > 0 THEN {0} "
    "ELSE concat_ws(' ', nullif(ref, ''), nullif({0}, '')) END"
)
MOST_CELLS = 4_000_000
"""Of heights around one place; a wider request gets coarser cells."""
_MOST_TILES = 100


async def ground_state(conn: Connection) -> str:
    """Names everything that a Ground is made of: another text when a part of it changed."""
    exposure = await store.state(conn)
    row = await (
        await conn.execute(
            """
            SELECT concat_ws(',', (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM gis.village),
                (SELECT concat_ws(':', count(*), sum(xmin::text::bigint)) FROM gis.river))
            """
        )
    ).fetchone()
    elevation = await read_elevation(conn)
    told = f"{exposure} {None if row is None else row[0]} {None if elevation is None else elevation.key}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]


async def read_ground(conn: Connection, exposure: CurrentExposure | None = None) -> Ground:
    """Everything but heights. In a repeatable-read transaction all of it is of one moment. `exposure`: kept from before."""
    key = await ground_state(conn)
    known = await (exposure or CurrentExposure()).get(conn)
    facilities = await _facilities(conn)
    return Ground(
        basis=_basis(known, key),
        points=known.points,
        townships=tuple(Township(row.code, row.county, row.name_zh, row.name_en) for row in known.townships),
        facilities=facilities,
        things=known.things,
        settlements=await _settlements(conn),
        rivers=await _lines(
            conn, "SELECT coalesce(name_zh, ''), coalesce(name_en, ''), ST_AsBinary(line) FROM gis.river ORDER BY code"
        ),
        roads=await _lines(
            conn,
            f"SELECT {_WITH_NUMBER.format('name_zh')}, {_WITH_NUMBER.format('name_en')}, ST_AsBinary(line) FROM gis.road_edge ORDER BY id",
        ),
        city=known.city,
        national_border=national_border(await _city_code(conn), known.city),
        has_buildings=known.set is not None and known.set.buildings is not None,
        has_facilities=bool(facilities),
    )


def _basis(known: Exposure, key: str) -> Basis:
    chosen = known.set
    if chosen is None or known.points is None:
        return Basis(key, NOTHING.source_zh, NOTHING.source_en, None, False, NOTHING.limits_zh, NOTHING.limits_en)
    zh, en = ["白天人数只考虑县（区）内的往来。"], ["By day only movement within a county is in the numbers."]
    if chosen.buildings is None:
        zh.append("数据中没有建筑数。")
        en.append("The data does not say how many buildings there are.")
    if chosen.synthetic:
        zh.append("合成数据，只供训练，不能用于真实决策。")
        en.append("Synthetic data, for training only, never for a real decision.")
    return Basis(
        key, chosen.source, chosen.source_en, chosen.date.isoformat(), chosen.synthetic, tuple(zh), tuple(en)
    )  # fmt: skip


async def _city_code(conn: Connection) -> str:
    row = await (await conn.execute("SELECT code FROM gis.place WHERE level = 'city' ORDER BY code LIMIT 1")).fetchone()
    return "" if row is None else str(row[0])


async def _facilities(conn: Connection) -> tuple[Facility, ...]:
    rows = await (
        await conn.execute(
            "SELECT code, kind, name_zh, name_en, ST_X(point), ST_Y(point), area_code, properties FROM gis.facility ORDER BY code"
        )
    ).fetchall()
    return tuple(
        Facility(str(code), str(kind), str(zh), str(en), float(lon), float(lat), township, properties)
        for code, kind, zh, en, lon, lat, township, properties in rows
    )


async def _settlements(conn: Connection) -> tuple[Settlement, ...]:
    """Villages, and the seats of townships."""
    rows = await (
        await conn.execute(
            """
            SELECT code, name_zh, name_en, ST_X(point), ST_Y(point), left(code, 9) FROM gis.village
            UNION ALL
            SELECT code, short_zh, short_en, ST_X(point), ST_Y(point), code FROM gis.place WHERE level = 'township'
            ORDER BY 1
            """
        )
    ).fetchall()
    return tuple(
        Settlement(str(code), str(zh), str(en), float(lon), float(lat), township)
        for code, zh, en, lon, lat, township in rows
    )


async def _lines(conn: Connection, query: str) -> tuple[NamedLine, ...]:
    rows = await (await conn.execute(query.encode())).fetchall()
    shapes = _vector.from_wkb([row[2] for row in rows])
    return tuple(NamedLine(str(zh), str(en), line) for (zh, en, _), line in zip(rows, shapes, strict=True))


# --- heights -----------------------------------------------------------------------------------------------------


async def read_heights(conn: Connection, lon: float, lat: float, km: float, cell_m: float) -> Heights | None:
    """Heights within `km` of a place on cells of about `cell_m` metres (coarser where that would be too many). None: none known."""
    elevation = await read_elevation(conn)
    if elevation is None or km <= 0:
        return None
    side = 2 * km * 1000
    cell_m = max(cell_m, side / math.sqrt(MOST_CELLS))
    step_lat = math.degrees(cell_m / 6_371_008.8)
    step_lon = step_lat / max(math.cos(math.radians(lat)), 0.01)
    count = math.ceil(side / cell_m)
    west, north = lon - step_lon * count / 2, lat + step_lat * count / 2
    zoom = _zoom(elevation, lon, lat, km, cell_m)
    first = _tile_at(west, north, zoom)
    last = _tile_at(west + step_lon * count, north - step_lat * count, zoom)
    wanted = [Tile(zoom, x, y) for y in range(first.y, last.y + 1) for x in range(first.x, last.x + 1)]
    grounds = await _grounds(conn, elevation, wanted)
    if not grounds:
        return None
    mosaic = np.full(((last.y - first.y + 1) * TILE_PX, (last.x - first.x + 1) * TILE_PX), np.nan, dtype=np.float32)
    for tile, ground in grounds.items():
        top, left = (tile.y - first.y) * TILE_PX, (tile.x - first.x) * TILE_PX
        mosaic[top : top + TILE_PX, left : left + TILE_PX] = ground.heights
    centres: Floats = np.arange(count, dtype=np.float64) + 0.5
    lons: Floats = np.asarray(west + centres * step_lon, dtype=np.float64)
    lats: Floats = np.asarray(north - centres * step_lat, dtype=np.float64)
    metres = _sampled(mosaic, first, zoom, lons, lats)
    if not bool(np.isfinite(metres).any()):
        return None
    return Heights(west, north, step_lon, step_lat, metres, elevation.key)


async def _grounds(conn: Connection, elevation: Elevation, wanted: list[Tile]) -> dict[Tile, Part]:
    """What is known of each tile; where there is none so fine, what the finest one above it knows."""
    kin = {above for tile in wanted for above in (tile.ancestor(z) for z in range(LEAST_ZOOM, tile.z + 1))}
    rows = {row.tile: row for row in await read_tiles(conn, elevation.lineage, sorted(kin))}
    found: dict[Tile, Part] = {}
    for tile in wanted:
        depth = next((d for d in range(tile.z - LEAST_ZOOM + 1) if tile.ancestor(tile.z - d) in rows), None)
        if depth is not None:
            above = rows[tile.ancestor(tile.z - depth)]
            known = await asyncio.to_thread(unpack, above.png, above.origin, above.plane)
            size = 1 << depth
            found[tile] = enlarged(known, tile.x % size, tile.y % size, depth) if depth else known
    return found


def _zoom(elevation: Elevation, lon: float, lat: float, km: float, cell_m: float) -> int:
    """The coarsest zoom whose pixels are no larger than the cells, as far as there are any, and few enough tiles."""
    zoom = LEAST_ZOOM
    while zoom < elevation.zoom and metres_per_pixel(zoom, lat) > cell_m:
        zoom += 1
    while zoom > LEAST_ZOOM and (2 * km * 1000 / (metres_per_pixel(zoom, lat) * TILE_PX) + 1) ** 2 > _MOST_TILES:
        zoom -= 1
    return zoom


def _tile_at(lon: float, lat: float, zoom: int) -> Tile:
    column, row = pixel_of(lon, lat, zoom)
    most = (1 << zoom) - 1
    return Tile(zoom, min(most, max(0, int(column // TILE_PX))), min(most, max(0, int(row // TILE_PX))))


def _sampled(mosaic: Any, first: Tile, zoom: int, lons: Floats, lats: Floats) -> Floats:
    """Bilinear between the centres of pixels; unknown beside unknown."""
    size = TILE_PX << zoom
    sine = np.sin(np.radians(lats))
    columns = (lons + 180) / 360 * size - first.x * TILE_PX - 0.5
    rows = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * size - first.y * TILE_PX - 0.5
    columns = np.clip(columns, 0, mosaic.shape[1] - 1.001)
    rows = np.clip(rows, 0, mosaic.shape[0] - 1.001)
    left, top = columns.astype(np.int64), rows.astype(np.int64)
    east, south = (columns - left)[None, :], (rows - top)[:, None]
    upper = mosaic[np.ix_(top, left)] * (1 - east) + mosaic[np.ix_(top, left + 1)] * east
    lower = mosaic[np.ix_(top + 1, left)] * (1 - east) + mosaic[np.ix_(top + 1, left + 1)] * east
    return np.asarray(upper * (1 - south) + lower * south, dtype=np.float64)
