"""Where the flood runs below a dam, and who is how high above its bed: on heights, or along a line where none are loaded.

Either way the ground is stretches of a kilometre, and each thing lies in a stretch, so many metres above its bed.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from gis.geodesic import destination
from gis.hazards.dam_break_valley import STRETCH_M, Course, assumed, course, measured, sides, terrain_of
from gis.hazards.dam_break_wave import Valley
from gis.hazards.distribution import Floats
from gis.hazards.flood_ground import METRES_PER_DEGREE, HeightBox, from_plane, height_box, to_plane
from gis.hazards.ground import Ground, NamedLine
from gis.hazards.hand import Bools, Ints, drainage
from gis.hazards.model import Case

_vector: Any = shapely  # its stubs leave the types of arrays open
SNAP_M = 500.0
_RIVER_M = 1500.0
_JOIN_M = 250.0
_MOST_JOINS = 12


@dataclass(frozen=True, slots=True)
class Path:
    """`line`: the way down in degrees. `basis`: heights, river or azimuth. `short`: ended before the distance asked for."""

    valley: Valley
    terrain: str
    basis: str
    line: BaseGeometry
    place: tuple[float, float]
    box: HeightBox | None = None
    way: Course | None = None
    short: bool = False

    @property
    def supposed(self) -> bool:
        """Whether fall and width of the valley are suppositions."""
        return self.way is None

    def where(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
        """(stretch, metres above its bed) of places; stretch −1 where they do not lie along the valley."""
        return self._on_heights(lon, lat) if self.way is not None else self._along(lon, lat)

    def _on_heights(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
        box, way = cast(HeightBox, self.box), cast(Course, self.way)
        cell = box.cells_of(lon, lat)
        nearest = np.where(cell >= 0, way.nearest[np.maximum(cell, 0)], -1)
        stretch = np.where(nearest >= 0, way.stretch[np.maximum(nearest, 0)], -1)
        above = np.where(nearest >= 0, way.above_m[np.maximum(cell, 0)], np.nan)
        known = (stretch >= 0) & np.isfinite(above)
        return np.where(known, stretch, -1), np.where(known, above, 0.0)

    def _along(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
        line = to_plane(self.line, *self.place)
        narrow = np.cos(np.radians(self.place[1]))
        x, y = (lon - self.place[0]) * METRES_PER_DEGREE * narrow, (lat - self.place[1]) * METRES_PER_DEGREE
        points = _vector.points(x, y)
        along = np.asarray(_vector.line_locate_point(line, points), dtype=np.float64)
        away = np.asarray(_vector.distance(line, points), dtype=np.float64)
        stretch = np.minimum((along // STRETCH_M).astype(np.int64), len(self.valley.along_m) - 1)
        # Behind the dam the nearest place of the line is its beginning.
        behind = (along <= 0) & (away > 0)
        return np.where(behind, -1, stretch), away / self.valley.side[stretch]

    def nearest_stretch(self, lon: Floats, lat: Floats) -> Ints:
        """The stretch that passes closest, for what a person drew into the flood."""
        bounds = np.linspace(0.0, 1.0, 400)
        xy = np.asarray(shapely.get_coordinates(_vector.line_interpolate_point(self.line, bounds, normalized=True)))
        _, nearest = cKDTree(xy).query(np.column_stack((lon, lat)))
        share = bounds[np.asarray(nearest, dtype=np.int64)]
        count = len(self.valley.along_m)
        return np.minimum((share * count).astype(np.int64), count - 1)

    def flooded(self, depths_m: Floats, stretches: Bools) -> BaseGeometry:
        """What lies below these depths (one per stretch) in some of the stretches."""
        if self.way is not None:
            box, way = cast(HeightBox, self.box), self.way
            stretch = way.stretch[np.maximum(way.nearest, 0)]
            wet = (way.nearest >= 0) & (np.nan_to_num(way.above_m, nan=np.inf) < depths_m[stretch]) & stretches[stretch]
            return box.polygon(wet)
        line = cast(LineString, to_plane(self.line, *self.place))
        pieces: list[BaseGeometry] = []
        for index in np.flatnonzero(stretches).tolist():
            piece = substring(line, index * STRETCH_M, min((index + 1) * STRETCH_M, line.length))
            pieces.append(piece.buffer(max(float(depths_m[index] * self.valley.side[index]), 1.0), quad_segs=4))
        union: BaseGeometry = _vector.union_all(pieces) if pieces else Polygon()
        return from_plane(union, *self.place)


def on_heights(case: Case, ground: Ground, half_km: float, run_m: float) -> Path | None:
    """None where there are no heights at the place, or its water leaves them at once."""
    box = None if ground.heights is None else height_box(ground.heights, case.lon, case.lat, half_km)
    if box is None:
        return None
    drained = drainage(box.metres, box.cell_m)
    near = np.flatnonzero(box.metres_from(case.lon, case.lat) <= max(SNAP_M, 1.5 * max(box.cell_m)))
    dam = int(near[int(drained.cells[near].argmax())])
    way = course(drained, box.metres, dam, run_m)
    if way is None or way.along_m[-1] < STRETCH_M / 2:
        return None
    lon, lat = box.centres()
    line = LineString(np.column_stack((lon[way.cells], lat[way.cells])))
    valley = measured(drained, way)
    mean = float(np.average(valley.slope, weights=np.maximum(valley.lengths_m, 1.0)))
    short = bool(way.along_m[-1] < 0.97 * run_m)
    return Path(valley, terrain_of(mean), "heights", line, (case.lon, case.lat), box, way, short)


def along_line(case: Case, ground: Ground, run_m: float, terrain: str) -> Path | None:
    """Down the river that passes within 1.5 km, by the direction in which its line was drawn; or along a told direction; or None."""
    line = _downriver(ground.rivers, case.lon, case.lat, run_m)
    basis = "river"
    if line is None and case.inputs.is_known("azimuth_deg"):
        line = _straight(case, run_m)
        basis = "azimuth"
    if line is None:
        return None
    plane = to_plane(line, case.lon, case.lat)
    valley = assumed(plane.length, terrain)
    if plane.length < STRETCH_M:
        return None
    cut = substring(cast(LineString, plane), 0.0, float(valley.along_m[-1]))
    short = bool(valley.along_m[-1] < 0.97 * run_m - STRETCH_M)
    there = (case.lon, case.lat)
    return Path(valley, terrain, basis, from_plane(cut, *there), there, short=short)


def _straight(case: Case, run_m: float) -> LineString:
    azimuth = case.inputs.median("azimuth_deg")
    steps = np.linspace(0.0, run_m, max(2, int(run_m // STRETCH_M) + 1)).tolist()
    return LineString([destination(case.lon, case.lat, azimuth, metres) for metres in steps])


def _downriver(rivers: tuple[NamedLine, ...], lon: float, lat: float, run_m: float) -> LineString | None:
    """From the place on the nearest river to its mouth, and on along the rivers that it flows into."""
    lines = [part for river in rivers for part in _lines(to_plane(river.line, lon, lat))]
    here = Point(0.0, 0.0)
    near = [(line.distance(here), index) for index, line in enumerate(lines)]
    if not near or min(near)[0] > _RIVER_M:
        return None
    index = min(near)[1]
    at = lines[index].project(here)
    found: list[tuple[float, float]] = []
    used: set[int] = set()
    gone = 0.0
    for _ in range(_MOST_JOINS):
        piece = substring(lines[index], at, lines[index].length)
        if isinstance(piece, LineString) and piece.length > 0:
            found += [(float(x), float(y)) for x, y in piece.coords]
            gone += piece.length
        used.add(index)
        if gone >= run_m or not found:
            break
        end = Point(found[-1])
        onward = [(line.distance(end), i) for i, line in enumerate(lines) if i not in used]
        if not onward or min(onward)[0] > _JOIN_M:
            break
        index = min(onward)[1]
        at = lines[index].project(end)
    if len(found) < 2:
        return None
    whole = LineString(found)
    cut = substring(whole, 0.0, min(run_m, whole.length))
    return cast(LineString, from_plane(cut, lon, lat))


def _lines(geometry: BaseGeometry) -> list[LineString]:
    parts: list[BaseGeometry] = list(getattr(geometry, "geoms", [geometry]))
    return [part for part in parts if isinstance(part, LineString) and part.length > 0]


def fitted(path: Path, depths_m: Floats) -> Path:
    """The same with its sections measured anew at these depths (one per stretch); unchanged along a line."""
    if path.way is None or path.box is None:
        return path
    valley = path.valley
    found = sides(path.box.cell_m, path.way, valley.lengths_m, depths_m)
    return replace(path, valley=Valley(valley.along_m, valley.slope, found))
