"""Small GeoTIFFs of made-up ground, written with rasterio; what a test wants wrong with them is said as a keyword."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import Affine

_gdal: Any = rasterio
_affine: Any = Affine

Ground = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
WEST, NORTH = 99.0, 24.0
CELL = 0.0005
"""Degrees: about 53 m."""


def slope(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """A plane: bilinear reading of it is exact but for the bend of the projection."""
    return 1500.0 + (lon - 99.0) * 2000.0 + (lat - 24.0) * 1000.0


def hills(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1500.0 + 400.0 * np.sin((lon - 99.0) * 25.0) * np.cos((lat - 24.0) * 21.0)


def geotiff(
    path: Path,
    *,
    ground: Ground = hills,
    size: tuple[int, int] = (300, 240),
    at: tuple[float, float] = (WEST, NORTH),
    cell: float = CELL,
    crs: str | None = "EPSG:4326",
    turned: float = 0.0,
    kind: str = "float32",
    change: Callable[[NDArray[Any]], None] | None = None,
    bands: int = 1,
    placed: bool = True,
    **profile: Any,
) -> Path:
    """`at`: the north-western corner, in the units of `crs` as `cell` is; `turned`: degrees the rows rise; `change`: of the values."""
    width, height = size
    cosine, sine = math.cos(math.radians(turned)) * cell, math.sin(math.radians(turned)) * cell
    matrix = _affine(cosine, sine, at[0], sine, -cosine, at[1])
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x = matrix.a * columns + matrix.b * rows + matrix.c
    y = matrix.d * columns + matrix.e * rows + matrix.f
    lon, lat = x, y
    if crs is not None and crs != "EPSG:4326":
        lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    values = ground(np.asarray(lon), np.asarray(lat))
    told = {"transform": matrix} if placed else {}
    stored = values.astype(kind)
    if change is not None:
        change(stored)
    tags = profile.pop("tags", {})
    units, scales, offsets = profile.pop("units", None), profile.pop("scales", None), profile.pop("offsets", None)
    with _gdal.open(
        path, "w", driver="GTiff", width=width, height=height, count=bands, dtype=kind, crs=crs, **told, **profile
    ) as file:
        for band in range(1, bands + 1):
            file.write(stored, band)
        if units:
            file.units = (units,) * bands
        if scales:
            file.scales = scales
        if offsets:
            file.offsets = offsets
        file.update_tags(**tags)
    return path
