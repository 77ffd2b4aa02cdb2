"""What a raster says of one tile: its cells at the tile's pixels, bilinear between cell centres; unknown beside unknown."""

import numpy as np

from gis.elevation.grid import TILE_PX, Floats, Tile, degrees_at, metres_per_pixel
from gis.elevation.heights import Heights
from gis.elevation.raster import Raster
from spine.errors import Refused

_CONTROL = 16
"""Pixels between points that are converted exactly; between them a straight line errs by less than a hundredth of a cell."""
_MOST_CELLS = 64_000_000


def step_at(raster: Raster, z: int) -> int:
    """How many cells of the raster, along one side, make one pixel of a zoom; 1 when they are as large or larger."""
    return max(1, int(metres_per_pixel(z, raster.centre[1]) / raster.resolution_m))


def sample(raster: Raster, tile: Tile, step: int) -> Heights | None:
    """None where the raster knows nothing of the tile. Raises Refused `raster_distorted`, `raster_broken`."""
    columns, rows = _cells_of(raster, tile)
    inside = np.isfinite(columns) & np.isfinite(rows)
    inside &= (columns >= 0) & (columns <= raster.width) & (rows >= 0) & (rows <= raster.height)
    if not bool(inside.any()):
        return None
    # Squares are counted from the raster's corner, so that two tiles see the same ones along their border.
    left = max(0, int(columns[inside].min() / step) - 1)
    top = max(0, int(rows[inside].min() / step) - 1)
    right = min(-(-raster.width // step), int(columns[inside].max() / step) + 2)
    bottom = min(-(-raster.height // step), int(rows[inside].max() / step) + 2)
    if (right - left) * (bottom - top) * step * step > _MOST_CELLS:
        raise Refused(
            "raster_distorted",
            zh="栅格像元的长宽相差过大，不能作为高程导入。",
            en="The raster's cells are far too long for their width to be taken as heights.",
            field="file",
            final=False,
        )
    cells = raster.cells(left * step, top * step, right - left, bottom - top, step)
    if not bool(np.isfinite(cells).any()):
        return None
    heights = _bilinear(cells, columns / step - 0.5 - left, rows / step - 0.5 - top, inside)
    return heights if bool(np.isfinite(heights).any()) else None


def _cells_of(raster: Raster, tile: Tile) -> tuple[Floats, Floats]:
    """Where the centres of the tile's pixels lie among the raster's cells, TILE_PX × TILE_PX each."""
    control = np.arange(0, TILE_PX + 1, _CONTROL, dtype=float)
    lon, lat = degrees_at(tile, control, control)
    columns, rows = raster.to_cells(*(part.ravel() for part in np.meshgrid(lon, lat)))
    if bool(np.isfinite(columns).all() and np.isfinite(rows).all()):
        shape = (len(control), len(control))
        return _spread(columns.reshape(shape)), _spread(rows.reshape(shape))
    centres = np.arange(TILE_PX, dtype=np.float64) + 0.5
    lon, lat = degrees_at(tile, centres, centres)
    columns, rows = raster.to_cells(*(part.ravel() for part in np.meshgrid(lon, lat)))
    return columns.reshape(TILE_PX, TILE_PX), rows.reshape(TILE_PX, TILE_PX)


def _spread(control: Floats) -> Floats:
    at = (np.arange(TILE_PX) + 0.5) / _CONTROL
    first = at.astype(int)
    part = at - first
    down = control[first] * (1 - part)[:, None] + control[first + 1] * part[:, None]
    return down[:, first] * (1 - part) + down[:, first + 1] * part


def _bilinear(
    cells: Floats, columns: Floats, rows: Floats, inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Heights:
    """Within half a cell of the raster's edge its outermost cell counts, so that rasters that touch leave no gap."""
    columns = np.clip(np.where(inside, columns, 0), 0, cells.shape[1] - 1)
    rows = np.clip(np.where(inside, rows, 0), 0, cells.shape[0] - 1)
    left = np.minimum(columns.astype(np.int32), max(0, cells.shape[1] - 2))
    top = np.minimum(rows.astype(np.int32), max(0, cells.shape[0] - 2))
    right, bottom = np.minimum(left + 1, cells.shape[1] - 1), np.minimum(top + 1, cells.shape[0] - 1)
    east, south = columns - left, rows - top
    # A neighbour that has no weight must not make unknown what is known.
    right, bottom = np.where(east == 0, left, right), np.where(south == 0, top, bottom)
    upper = cells[top, left] * (1 - east) + cells[top, right] * east
    lower = cells[bottom, left] * (1 - east) + cells[bottom, right] * east
    return np.where(inside, upper * (1 - south) + lower * south, np.nan).astype(np.float32)
