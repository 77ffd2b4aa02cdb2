"""A tile of our map made from tiles that do not fit it: pictures drawn in GCJ-02, or on a grid in degrees.

For every pixel of our tile its place on the earth is found, then where that place lies in the service's pictures; the colour
is taken between the four pixels around it (bilinear). So the picture is right to a pixel, wherever in the tile: the offset of
GCJ-02 is not the same at its two ends. Pure but for the decoding of pictures; one tile costs a few tens of milliseconds.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gis.base_maps.grid import TILE_PX, Grid, Level, level_for
from gis.crs import Origin
from gis.exchange.coordinates import EARTH_M, MERCATOR_LAT, put_offset

Floats = NDArray[np.float64]
Place = tuple[int, int]
"""Column and row of a source tile."""

MOST_TILES = 16
_NOTHING = 1e-3


@dataclass(frozen=True, slots=True)
class Sampling:
    """Where each pixel of our tile lies in the source's level, in pixels from its corner, and the tiles needed for it."""

    level: Level
    x: Floats
    y: Floats
    tiles: tuple[Place, ...]


def sampling(grid: Grid, origin: Origin, z: int, x: int, y: int) -> Sampling | None:
    """None: the grid has no level for this zoom, or no tile here."""
    level = level_for(grid, z)
    if level is None:
        return None
    lon, lat = _places(z, x, y)
    if origin is Origin.GCJ02:
        lon, lat = put_offset(lon, lat)
    if grid.units == "degrees":
        across, down = lon, lat
    else:
        inside = np.clip(lat, -MERCATOR_LAT, MERCATOR_LAT)
        across = lon * (EARTH_M / 180.0)
        down = np.log(np.tan(np.pi / 4 + np.radians(inside) / 2)) * (EARTH_M / np.pi)
    # The half: a colour belongs to the middle of its pixel.
    at_x = (across - level.left) / level.resolution - 0.5
    at_y = (level.top - down) / level.resolution - 0.5
    columns = _range(at_x, level.tile_width, level.columns)
    rows = _range(at_y, level.tile_height, level.rows)
    tiles = tuple((column, row) for row in rows for column in columns)
    if not tiles or len(tiles) > MOST_TILES:
        return None
    return Sampling(level, at_x, at_y, tiles)


def _places(z: int, x: int, y: int) -> tuple[Floats, Floats]:
    """Degrees of the middle of every pixel of a tile, as two squares of numbers."""
    size = TILE_PX * (1 << z)
    middle = np.arange(TILE_PX) + 0.5
    lon = (x * TILE_PX + middle) / size * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y * TILE_PX + middle) / size))))
    across, down = np.meshgrid(lon, lat)
    return across, down


def _range(pixels: Floats, width: int, count: int) -> range:
    # A neighbour that would lend less than a thousandth of a colour is not asked for.
    first = int(np.floor((pixels.min() + _NOTHING) / width))
    last = int(np.floor((pixels.max() + 1 - _NOTHING) / width))
    return range(max(0, first), min(count - 1, last) + 1)


def recompose(made: Sampling, tiles: Mapping[Place, bytes]) -> tuple[bytes, str]:
    """The picture and its media type. Tiles that are missing stay transparent. Raises OSError for what is no picture."""
    columns = sorted({place[0] for place in made.tiles})
    rows = sorted({place[1] for place in made.tiles})
    width, height = made.level.tile_width, made.level.tile_height
    sheet = Image.new("RGBA", (width * len(columns), height * len(rows)))
    opaque = len(tiles) == len(made.tiles)
    jpeg = bool(tiles)
    for (column, row), content in tiles.items():
        with Image.open(io.BytesIO(content)) as picture:
            jpeg = jpeg and picture.format == "JPEG"
            picture = picture.convert("RGBA")
            if picture.size != (width, height):
                picture = picture.resize((width, height), Image.Resampling.BILINEAR)
            sheet.paste(picture, (width * (column - columns[0]), height * (row - rows[0])))
    outside = _outside(made)
    sampled = _bilinear(np.asarray(sheet), made.x - columns[0] * width, made.y - rows[0] * height)
    sampled[outside] = 0
    result = Image.fromarray(sampled, "RGBA")
    written = io.BytesIO()
    if jpeg and opaque and not outside.any():
        result.convert("RGB").save(written, "JPEG", quality=88)
        return written.getvalue(), "image/jpeg"
    result.save(written, "PNG", compress_level=3)
    return written.getvalue(), "image/png"


def _outside(made: Sampling) -> NDArray[np.bool_]:
    """Pixels that lie beyond the service's own edge, by more than half a pixel."""
    across, down = made.level.columns * made.level.tile_width, made.level.rows * made.level.tile_height
    return (made.x < -1) | (made.y < -1) | (made.x > across) | (made.y > down)


def _bilinear(sheet: NDArray[np.uint8], x: Floats, y: Floats) -> NDArray[np.uint8]:
    """Colours at fractional places; with premultiplied alpha, so that what is transparent lends no colour to its neighbour."""
    height, width = sheet.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(np.intp), width - 2), np.minimum(y.astype(np.intp), height - 2)
    right_share, low_share = (x - left)[..., None].astype(np.float32), (y - top)[..., None].astype(np.float32)
    colours = sheet.astype(np.float32)
    colours[..., :3] *= colours[..., 3:] / 255.0
    upper = colours[top, left] * (1 - right_share) + colours[top, left + 1] * right_share
    lower = colours[top + 1, left] * (1 - right_share) + colours[top + 1, left + 1] * right_share
    mixed = upper * (1 - low_share) + lower * low_share
    alpha = mixed[..., 3:]
    mixed[..., :3] = np.where(alpha > 0, mixed[..., :3] * 255.0 / np.maximum(alpha, 1e-3), 0)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
