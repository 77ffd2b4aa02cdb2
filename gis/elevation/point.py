"""The height of the ground at a point: bilinear between the four nearest pixels, with who says so; unknown where nobody does."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass

from gis.elevation.grid import LEAST_ZOOM, TILE_PX, Tile, metres_per_pixel, pixel_of, tile_of
from gis.elevation.heights import Ground, unpack
from gis.elevation.store import Elevation, Part, read_tiles
from gis.exchange.coordinates import MERCATOR_LAT
from spine.canonical import JsonObject
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Height:
    """`metres`: above the datum of the file, mostly mean sea level. `part`: the import that gave it. `pixel_m`: of its grid."""

    metres: float
    part: Part
    pixel_m: float


async def height_at(conn: Connection, elevation: Elevation, lon: float, lat: float) -> Height | None:
    """None where no height is known. The finest tile that there is at the point decides, also that nothing is known."""
    if abs(lat) > MERCATOR_LAT:
        return None
    zooms = range(LEAST_ZOOM, elevation.zoom + 1)
    asked = {tile for z in zooms for tile in _around(lon, lat, z)}
    rows = await read_tiles(conn, elevation.lineage, sorted(asked))
    here = [row.tile for row in rows if row.tile == tile_of(lon, lat, row.tile.z)]
    if not here:
        return None
    z = max(tile.z for tile in here)
    grounds = {
        row.tile: await asyncio.to_thread(unpack, row.png, row.origin, row.plane) for row in rows if row.tile.z == z
    }
    measured = _measure(grounds, lon, lat, z)
    if measured is None:
        return None
    metres, version = measured
    part = next((part for part in elevation.parts if part.id == version), None)
    return None if part is None else Height(metres, part, metres_per_pixel(z, lat))


def _corner(lon: float, lat: float, z: int) -> tuple[int, int, float, float]:
    """Column and row of the north-western one of the four nearest pixels, and how far the point is from its centre (0 to 1)."""
    column, row = pixel_of(lon, lat, z)
    left, top = math.floor(column - 0.5), math.floor(row - 0.5)
    return left, top, column - 0.5 - left, row - 0.5 - top


def _around(lon: float, lat: float, z: int) -> set[Tile]:
    """The tiles that hold the four nearest pixels: mostly one."""
    left, top, _, _ = _corner(lon, lat, z)
    size = 1 << z
    return {
        Tile(z, (column // TILE_PX) % size, min(size - 1, max(0, row // TILE_PX)))
        for column in (left, left + 1)
        for row in (top, top + 1)
    } | {tile_of(lon, lat, z)}


def _measure(grounds: Mapping[Tile, Ground], lon: float, lat: float, z: int) -> tuple[float, int] | None:
    """(metres, origin of the nearest pixel); None where the nearest pixel is not known. Unknown neighbours have no weight."""
    left, top, east, south = _corner(lon, lat, z)
    total, weights, nearest, heaviest = 0.0, 0.0, 0, -1.0
    for column, row, weight in (
        (left, top, (1 - east) * (1 - south)),
        (left + 1, top, east * (1 - south)),
        (left, top + 1, (1 - east) * south),
        (left + 1, top + 1, east * south),
    ):
        metres, origin = _pixel(grounds, column, row, z)
        if weight > heaviest:
            heaviest, nearest = weight, origin
        if origin > 0:
            total, weights = total + weight * metres, weights + weight
    return (total / weights, nearest) if nearest > 0 and weights > 0 else None


def _pixel(grounds: Mapping[Tile, Ground], column: int, row: int, z: int) -> tuple[float, int]:
    size = 1 << z
    ground = grounds.get(Tile(z, (column // TILE_PX) % size, row // TILE_PX))
    if ground is None:
        return 0.0, 0
    at = (row % TILE_PX, column % TILE_PX)
    return float(ground.heights[at]), int(ground.origins[at])


def height_json(height: Height | None) -> JsonObject:
    """`height_m` is null, never 0, where no height is known."""
    if height is None:
        return {"known": False, "height_m": None, "zh": "高程不知道", "en": "height not known"}
    told = height.part.about
    when = None if told.date is None else told.date.isoformat()
    return {
        "known": True,
        "height_m": round(height.metres, 1),
        "pixel_m": round(height.pixel_m, 1),
        "resolution_m": round(height.part.resolution_m, 1),
        "source": told.source,
        "source_en": told.source_en,
        "licence": told.licence,
        "date": when,
        "version": height.part.id,
        "zh": f"高程 {height.metres:,.0f} 米（{told.source}，{when or '日期未知'}）",
        "en": f"height {height.metres:,.0f} m ({told.source_en}, {when or 'date not known'})",
    }
