"""Heights of one tile as they are kept: a picture in Mapbox's encoding (steps of 0.1 m), and which import gave each pixel.

height = −10,000 m + (red · 65,536 + green · 256 + blue) · 0.1 m, see https://docs.mapbox.com/data/tilesets/reference/mapbox-terrain-dem-v1/.
A picture has a height in every pixel, since a map that shades needs one; where none is known it is a soft run-out of those around,
and `origins` is 0 there. Only `origins` says what is known.
"""

import io
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gis.elevation.grid import TILE_PX

Heights = NDArray[np.float32]
"""TILE_PX × TILE_PX metres, rows from the north; NaN: not known."""
Origins = NDArray[np.int32]
"""TILE_PX × TILE_PX: the version that gave each height; 0: not known."""

LOWEST_M = -10_000.0
STEP_M = 0.1
_HIGHEST = (1 << 24) - 1
_LEVEL = 4
"""Of packing: more effort takes three times as long and saves a tenth."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of one tile."""

    heights: Heights
    origins: Origins

    @property
    def whole(self) -> bool:
        return bool((self.origins > 0).all())

    @property
    def empty(self) -> bool:
        return not bool((self.origins > 0).any())


def nothing() -> Ground:
    return Ground(np.full((TILE_PX, TILE_PX), np.nan, np.float32), np.zeros((TILE_PX, TILE_PX), np.int32))


def to_png(heights: Heights) -> bytes:
    """Every pixel must have a height."""
    steps = np.clip(np.rint((heights.astype(np.float64) - LOWEST_M) / STEP_M), 0, _HIGHEST).astype(np.uint32)
    colours = np.empty((*heights.shape, 3), np.uint8)
    colours[..., 0], colours[..., 1], colours[..., 2] = steps >> 16, (steps >> 8) & 255, steps & 255
    out = io.BytesIO()
    Image.fromarray(colours, "RGB").save(out, "PNG", compress_level=_LEVEL)
    return out.getvalue()


def from_png(png: bytes) -> Heights:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        colours = np.asarray(picture.convert("RGB"), np.uint32)
    steps = (colours[..., 0] << 16) | (colours[..., 1] << 8) | colours[..., 2]
    return (steps * STEP_M + LOWEST_M).astype(np.float32)


def pack_origins(origins: Origins) -> tuple[int | None, bytes | None]:
    """(the one version, None) where there is but one, else (None, packed plane)."""
    first = int(origins.flat[0])
    if bool((origins == first).all()):
        return first, None
    return None, zlib.compress(origins.astype("<i4").tobytes(), 6)


def unpack_origins(one: int | None, plane: bytes | None) -> Origins:
    if plane is None:
        return np.full((TILE_PX, TILE_PX), one or 0, np.int32)
    return np.frombuffer(zlib.decompress(plane), "<i4").reshape(TILE_PX, TILE_PX).astype(np.int32)


def unpack(png: bytes, one: int | None, plane: bytes | None) -> Ground:
    origins = unpack_origins(one, plane)
    return Ground(np.where(origins > 0, from_png(png), np.nan).astype(np.float32), origins)


def laid_over(upper: Ground, lower: Ground) -> Ground:
    """Where the upper one knows nothing, the lower one."""
    known = upper.origins > 0
    return Ground(
        np.where(known, upper.heights, lower.heights).astype(np.float32),
        np.where(known, upper.origins, lower.origins).astype(np.int32),
    )


def quarter(ground: Ground) -> Ground:
    """The tile at half its size: means of 2 × 2 known heights; the newest origin of the four."""
    blocks = ground.heights.reshape(TILE_PX // 2, 2, TILE_PX // 2, 2)
    heights = _known_mean(blocks)
    origins = ground.origins.reshape(TILE_PX // 2, 2, TILE_PX // 2, 2).max(axis=(1, 3))
    return Ground(heights, origins)


def _known_mean(blocks: NDArray[np.float32]) -> Heights:
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0).sum(axis=(1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def enlarged(ground: Ground, right: int, down: int, depth: int) -> Ground:
    """A descendant `depth` zooms further in, `right` and `down` among its 2^depth × 2^depth kin: heights between pixels are bilinear."""
    at = (np.arange(TILE_PX) + 0.5) / (1 << depth) - 0.5
    columns, rows = at + right * TILE_PX / (1 << depth), at + down * TILE_PX / (1 << depth)
    near_column = np.clip(np.rint(columns), 0, TILE_PX - 1).astype(int)
    near_row = np.clip(np.rint(rows), 0, TILE_PX - 1).astype(int)
    origins = ground.origins[np.ix_(near_row, near_column)]
    between = _between(ground.heights, columns, rows)
    nearest = ground.heights[np.ix_(near_row, near_column)]
    heights = np.where(np.isfinite(between), between, nearest)
    return Ground(np.where(origins > 0, heights, np.nan).astype(np.float32), origins)


def _between(heights: Heights, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    columns, rows = np.clip(columns, 0, TILE_PX - 1), np.clip(rows, 0, TILE_PX - 1)
    left, top = columns.astype(int), rows.astype(int)
    right, bottom = np.minimum(left + 1, TILE_PX - 1), np.minimum(top + 1, TILE_PX - 1)
    east, south = (columns - left)[None, :], (rows - top)[:, None]
    upper = heights[np.ix_(top, left)] * (1 - east) + heights[np.ix_(top, right)] * east
    lower = heights[np.ix_(bottom, left)] * (1 - east) + heights[np.ix_(bottom, right)] * east
    return upper * (1 - south) + lower * south


def run_out(heights: Heights) -> Heights:
    """Unknown pixels get the mean of ever larger squares around them, so that a map shades no cliff where knowledge ends.

    At least one pixel must be known.
    """
    levels = [heights]
    while levels[-1].shape[0] > 1:
        half = levels[-1].shape[0] // 2
        levels.append(_known_mean(levels[-1].reshape(half, 2, half, 2)))
    filled = levels.pop()
    while levels:
        finer = levels.pop()
        filled = np.where(np.isfinite(finer), finer, filled.repeat(2, axis=0).repeat(2, axis=1)).astype(np.float32)
    return filled
