"""The ground around a place as floods need it: a box of heights, polygons of its cells, corridors along lines (pure)."""

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import features
from rasterio.transform import Affine
from scipy.ndimage import label
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground, Heights, NamedLine
from gis.hazards.hand import Bools, Ints

_vector: Any = shapely  # its stubs leave the types of arrays open
METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6371 km: within half a per cent, far below what floods are known to."""
MOST_CELLS = 450_000
_LEAST_PATCH = 3
_SMOOTH = 0.35


@dataclass(frozen=True, slots=True)
class HeightBox:
    """Heights (rows from the north, metres; NaN: not known) in degrees, with the size of a cell (across, down) in metres."""

    west: float
    north: float
    step_lon: float
    step_lat: float
    metres: Floats
    cell_m: tuple[float, float]

    def cells_of(self, lon: Floats, lat: Floats) -> Ints:
        """Flat number of the cell that holds each point; −1 outside the box."""
        rows, columns = self.metres.shape
        column = np.floor((lon - self.west) / self.step_lon).astype(np.int64)
        row = np.floor((self.north - lat) / self.step_lat).astype(np.int64)
        outside = (column < 0) | (row < 0) | (column >= columns) | (row >= rows)
        return np.where(outside, -1, row * columns + column)

    def centres(self) -> tuple[Floats, Floats]:
        """(longitude, latitude) of every cell, flat."""
        rows, columns = self.metres.shape
        lon: Floats = self.west + (np.arange(columns, dtype=np.float64) + 0.5) * self.step_lon
        lat: Floats = self.north - (np.arange(rows, dtype=np.float64) + 0.5) * self.step_lat
        return np.tile(lon, rows), np.repeat(lat, columns)

    def metres_from(self, lon: float, lat: float) -> Floats:
        """Distance of every cell's centre from a point, flat."""
        there_lon, there_lat = self.centres()
        across, down = self.cell_m
        return np.hypot((there_lon - lon) / self.step_lon * across, (there_lat - lat) / self.step_lat * down)

    def polygon(self, cells: Bools) -> BaseGeometry:
        """The cells (flat) as polygons in degrees, corners a little smoothed; patches of one or two cells are left out where there are
        larger ones. Empty where there are none."""
        grid = _without_specks(cells.reshape(self.metres.shape))
        if not bool(grid.any()):
            return Polygon()
        transform = Affine(self.step_lon, 0.0, self.west, 0.0, -self.step_lat, self.north)
        found: Any = cast(Any, features).shapes(grid.astype(np.uint8), mask=grid, transform=transform)
        # Patches of one raster touch at corners at most: together they are a valid multipolygon without a union.
        patches = MultiPolygon([Polygon(told["coordinates"][0], told["coordinates"][1:]) for told, _ in found])
        smooth: BaseGeometry = _vector.simplify(patches, _SMOOTH * self.step_lat)
        if smooth.is_valid and not smooth.is_empty:
            return smooth
        return patches if patches.is_valid else cast(BaseGeometry, _vector.make_valid(patches))


def _without_specks(cells: Bools) -> Bools:
    """The same without patches of one or two cells, unless there are no others."""
    patch, _ = cast(Any, label)(cells)
    size = np.bincount(np.asarray(patch).ravel())
    large = size >= _LEAST_PATCH
    large[0] = False
    return large[patch] if bool(large.any()) else cells


def height_box(heights: Heights, lon: float, lat: float, half_km: float) -> HeightBox | None:
    """The part within `half_km` of a place either way, made coarser (means) until it has at most `MOST_CELLS`; None where the place
    lies outside the heights, or on ground whose height is not known."""
    rows, columns = heights.metres.shape
    narrow = math.cos(math.radians(lat))
    wide, high = half_km * 1000 / (METRES_PER_DEGREE * narrow), half_km * 1000 / METRES_PER_DEGREE
    left = max(0, math.floor((lon - wide - heights.west) / heights.step_lon))
    right = min(columns, math.ceil((lon + wide - heights.west) / heights.step_lon))
    top = max(0, math.floor((heights.north - lat - high) / heights.step_lat))
    bottom = min(rows, math.ceil((heights.north - lat + high) / heights.step_lat))
    if right - left < 3 or bottom - top < 3:
        return None
    step = max(1, math.ceil(math.sqrt((right - left) * (bottom - top) / MOST_CELLS)))
    down, across = (bottom - top) // step, (right - left) // step
    if down < 3 or across < 3:
        return None
    cut = heights.metres[top : top + down * step, left : left + across * step]
    made = HeightBox(
        heights.west + left * heights.step_lon,
        heights.north - top * heights.step_lat,
        heights.step_lon * step,
        heights.step_lat * step,
        _coarser(cut, step),
        (heights.step_lon * step * METRES_PER_DEGREE * narrow, heights.step_lat * step * METRES_PER_DEGREE),
    )
    here = int(made.cells_of(np.asarray([lon]), np.asarray([lat]))[0])
    return made if here >= 0 and bool(np.isfinite(made.metres.ravel()[here])) else None


def _coarser(metres: Floats, step: int) -> Floats:
    if step == 1:
        return np.asarray(metres, dtype=np.float64)
    blocks = metres.reshape(metres.shape[0] // step, step, metres.shape[1] // step, step)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


# --- without heights --------------------------------------------------------------------------------------------------


def to_plane(geometry: BaseGeometry, lon: float, lat: float) -> BaseGeometry:
    """Degrees → metres east and north of a place, on a sphere's tangent: for tens of kilometres."""
    narrow = math.cos(math.radians(lat))

    def metres(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(((xy[:, 0] - lon) * METRES_PER_DEGREE * narrow, (xy[:, 1] - lat) * METRES_PER_DEGREE))

    return cast(BaseGeometry, _vector.transform(geometry, metres))


def from_plane(geometry: BaseGeometry, lon: float, lat: float) -> BaseGeometry:
    """Back to degrees."""
    narrow = math.cos(math.radians(lat))

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((xy[:, 0] / (METRES_PER_DEGREE * narrow) + lon, xy[:, 1] / METRES_PER_DEGREE + lat))

    return cast(BaseGeometry, _vector.transform(geometry, degrees))


def corridor(
    rivers: tuple[NamedLine, ...], lon: float, lat: float, reach_m: float, half_m: float
) -> BaseGeometry | None:
    """Strips of `half_m` to either side of the rivers within reach of a place; None where no river is so near."""
    around = circle(lon, lat, reach_m)
    near = [river.line for river in rivers if river.line.intersects(around)]
    if not near:
        return None
    cut: BaseGeometry = _vector.intersection(_vector.union_all(near), around)
    if cut.is_empty:
        return None
    return from_plane(to_plane(cut, lon, lat).buffer(half_m, quad_segs=4), lon, lat)


def road_pieces(ground: Ground, area: BaseGeometry, step_m: float = 60.0) -> tuple[Floats, Floats, Floats] | None:
    """Roads inside an area in pieces of at most `step_m`: (longitude, latitude of their middles, kilometres); None where none are
    loaded."""
    if not ground.roads:
        return None
    lines = np.asarray([road.line for road in ground.roads], dtype=object)
    near = _vector.STRtree(lines).query(area, predicate="intersects")
    nothing = np.zeros(0)
    if len(near) == 0:
        return nothing, nothing, nothing
    cut = _vector.intersection(lines[near], area)
    pieces = _vector.get_parts(_vector.segmentize(cut, step_m / METRES_PER_DEGREE))
    coordinates, owner = _vector.get_coordinates(pieces, return_index=True)
    together = owner[1:] == owner[:-1]
    start, end = coordinates[:-1][together], coordinates[1:][together]
    middle = (start + end) / 2
    narrow = np.cos(np.radians(middle[:, 1]))
    km = np.hypot((end[:, 0] - start[:, 0]) * narrow, end[:, 1] - start[:, 1]) * METRES_PER_DEGREE / 1000
    return middle[:, 0], middle[:, 1], np.asarray(km, dtype=np.float64)
