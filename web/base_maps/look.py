"""A look at a base map for the administrator: one tile is fetched, past the cache, and what came is said in words."""

import io
import math
import time

from PIL import Image

from gis.base_maps.base_map import Bounds
from gis.crs import LonLat
from spine.canonical import JsonObject
from web.base_maps.tiles import BaseTile, MapTiles, media_type_of
from web.base_maps.upstream import NoTile, Trouble

_LOOK_ZOOM = 10


def middle_tile(bounds: Bounds | None, centre: LonLat, low: int, high: int) -> tuple[int, int, int]:
    """A tile in the midst of what the map is for: of its own bounds, or of the city."""
    lon, lat = centre if bounds is None else ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    if bounds is not None and bounds[0] <= centre[0] <= bounds[2] and bounds[1] <= centre[1] <= bounds[3]:
        lon, lat = centre
    z = max(low, min(high, _LOOK_ZOOM))
    side = 1 << z
    phi = math.radians(max(-85.0, min(85.0, lat)))
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * side)
    return z, min(side - 1, max(0, x)), min(side - 1, max(0, y))


async def look_at(one: MapTiles, centre: LonLat) -> JsonObject:
    """`{good, zh, en, said, z, x, y, ms, bytes, media_type, sheets}`; every sheet is asked for."""
    told = one.kept.map
    z, x, y = middle_tile(told.bounds, centre, told.min_zoom, told.max_zoom)
    began = time.monotonic()
    came: JsonObject = {"z": z, "x": x, "y": y, "bytes": None, "media_type": None, "said": ""}
    try:
        tiles = [await _one_tile(one, part, z, x, y) for part in range(told.parts)]
    except NoTile:
        zh = f"服务正常答复，但在第 {z} 级、本市中心没有瓦片：请核对范围和缩放级别。"
        en = f"It answers, but has no tile at zoom {z} in the middle of the city: check bounds and zooms."
        return {**came, "good": False, "zh": zh, "en": en, "ms": _ms(began)}
    except Trouble as trouble:
        return {**came, "good": False, "zh": trouble.zh, "en": trouble.en, "said": trouble.said, "ms": _ms(began)}
    size = sum(len(tile.content) for tile in tiles)
    kinds = sorted({tile.media_type for tile in tiles})
    pixels = _pixels(tiles[0])
    zh = f"取到第 {z} 级瓦片{f' {len(tiles)} 张' if len(tiles) > 1 else ''}：{'、'.join(kinds)}{pixels}，{size / 1024:.1f} KB，用时 {_ms(began)} 毫秒。"
    en = f"Tile at zoom {z} came{f' ({len(tiles)} sheets)' if len(tiles) > 1 else ''}: {', '.join(kinds)}{pixels}, {size / 1024:.1f} KB in {_ms(began)} ms."
    wrong_width = _width(tiles[0]) not in (None, told.tile_px, 2 * told.tile_px) and told.grid is None
    if wrong_width:
        zh += f"瓦片宽度不是所设的 {told.tile_px} 像素，请核对。"
        en += f" Its width is not the {told.tile_px} pixels that were set; check."
    return {**came, "good": True, "zh": zh, "en": en, "bytes": size, "media_type": kinds[0], "ms": _ms(began)}


async def _one_tile(one: MapTiles, part: int, z: int, x: int, y: int) -> BaseTile:
    if one.kept.map.kind == "pmtiles":
        return await one.tile(part, z, x, y)
    at = one.level_of(z, x, y)
    if at is None:
        raise NoTile
    level, (column, row) = at
    content = await one.look(part, level, column, row)
    if not content:
        raise NoTile
    return BaseTile(content, media_type_of(content))


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _width(tile: BaseTile) -> int | None:
    if not tile.media_type.startswith("image/"):
        return None
    with Image.open(io.BytesIO(tile.content)) as picture:
        return picture.size[0]


def _pixels(tile: BaseTile) -> str:
    width = _width(tile)
    return "" if width is None else f" {width} px"
