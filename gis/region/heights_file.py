"""The training region's terrain as a GeoTIFF, for import like any city's heights: synthetic, and said to be."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio import transform

from gis.region.facts import read_facts
from gis.region.generate import DEFAULT_SEED
from gis.region.plane import Floats, to_plane
from gis.region.rivers import draw_rivers
from gis.region.terrain import EAST, NORTH, SOUTH, WEST, shape_terrain

CELL_DEG = 0.0008
"""About 85 m; what is between the terrain's cells of 550 m is smooth."""
SOURCE_ZH, SOURCE_EN = "合成地形，只供训练", "synthetic terrain, for training only"
_INSET = 0.03  # degrees: the terrain's rim is left out, as in the hillshade
_rasterio: Any = rasterio


def write_heights(
    path: Path, seed: int = DEFAULT_SEED, bounds: tuple[float, float, float, float] | None = None
) -> None:
    """Metres on WGS 84 degrees. `bounds`: west, south, east, north; None: the whole region."""
    facts = read_facts()
    terrain = shape_terrain(facts, draw_rivers(facts, seed), seed)
    west, south, east, north = bounds or (WEST + _INSET, SOUTH + _INSET, EAST - _INSET, NORTH - _INSET)
    columns, rows = round((east - west) / CELL_DEG), round((north - south) / CELL_DEG)
    lon: Floats = np.asarray(west + (np.arange(columns) + 0.5) * CELL_DEG, dtype=np.float64)
    corner: Any = transform
    with _rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", crs="EPSG:4326",
        transform=corner.from_origin(west, north, CELL_DEG, CELL_DEG), compress="deflate", tiled=True, nodata=-9999,
    ) as writer:  # fmt: skip
        # In strips: the whole region is ten million cells.
        for top in range(0, rows, 256):
            count = min(256, rows - top)
            lat = north - (top + np.arange(count) + 0.5) * CELL_DEG
            places = np.column_stack((np.tile(lon, count), np.repeat(lat, columns)))
            strip = terrain.at(to_plane(places), order=3).reshape(count, columns).astype(np.float32)
            writer.write(strip, 1, window=((top, top + count), (0, columns)))
        writer.update_tags(1, unit="metre")
        writer.units = ("metre",)
