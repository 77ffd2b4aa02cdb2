"""The grid of tiles that heights are kept on: Web Mercator, 512 × 512 pixels, the same as the map asks for (pure)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.exchange.coordinates import EARTH_M, MERCATOR_LAT

Floats = NDArray[np.float64]

TILE_PX = 512
LEAST_ZOOM = 4
"""The coarsest tile kept: the map never goes further out."""
MOST_ZOOM = 15
"""2.4 m on the ground at the equator; finer rasters are averaged."""
_FINER = 0.3
"""A raster may be this much of a zoom finer than its tiles: 30 m heights are kept at 35 m, not at 17 m."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    z: int
    x: int
    y: int

    def parent(self) -> "Tile":
        return Tile(self.z - 1, self.x // 2, self.y // 2)

    def children(self) -> tuple["Tile", "Tile", "Tile", "Tile"]:
        """North-west, north-east, south-west, south-east."""
        z, x, y = self.z + 1, 2 * self.x, 2 * self.y
        return Tile(z, x, y), Tile(z, x + 1, y), Tile(z, x, y + 1), Tile(z, x + 1, y + 1)

    def ancestor(self, z: int) -> "Tile":
        return Tile(z, self.x >> (self.z - z), self.y >> (self.z - z))


def metres_per_pixel(z: int, lat: float) -> float:
    return 2 * EARTH_M / TILE_PX / (1 << z) * math.cos(math.radians(lat))


def zoom_for(metres: float, lat: float) -> int:
    """The zoom whose pixels are about as large on the ground as a raster's cells of this many metres."""
    exact = math.log2(metres_per_pixel(0, lat) / metres)
    return max(LEAST_ZOOM, min(MOST_ZOOM, math.ceil(exact - _FINER)))


def pixel_of(lon: float, lat: float, z: int) -> tuple[float, float]:
    """Column and row of a point among all pixels of a zoom, counted from the world's north-west corner; centres are at .5."""
    size = TILE_PX << z
    sine = math.sin(math.radians(max(-MERCATOR_LAT, min(MERCATOR_LAT, lat))))
    return (lon + 180) / 360 * size, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size


def tile_of(lon: float, lat: float, z: int) -> Tile:
    column, row = pixel_of(lon, lat, z)
    most = (1 << z) - 1
    return Tile(z, min(most, max(0, int(column // TILE_PX))), min(most, max(0, int(row // TILE_PX))))


def degrees_at(tile: Tile, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Longitude of columns and latitude of rows inside a tile, in pixels from its north-west corner."""
    size = TILE_PX << tile.z
    lon = (tile.x * TILE_PX + columns) / size * 360 - 180
    turn = np.pi * (1 - 2 * (tile.y * TILE_PX + rows) / size)
    return lon, np.degrees(np.arctan(np.sinh(turn)))


def bounds(tile: Tile) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    edge = np.array([0.0, float(TILE_PX)])
    lon, lat = degrees_at(tile, edge, edge)
    return float(lon[0]), float(lat[1]), float(lon[1]), float(lat[0])


def touches(tile: Tile, extent: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds(tile)
    return west < extent[2] and east > extent[0] and south < extent[3] and north > extent[1]
