"""The mesh that areas and roads grow on: irregular cells about a kilometre wide, with places and border rivers built in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.spatial import Voronoi, cKDTree
from shapely import LineString, MultiPoint, Polygon, STRtree, contains_xy, get_parts, prepare, union_all

from gis.region.facts import RegionFacts
from gis.region.noise import Warp
from gis.region.plane import Bools, Floats, Ints, to_plane
from gis.region.polyline import points_on
from gis.region.rivers import Course, smooth_curve
from gis.region.terrain import Terrain

_vector: Any = shapely  # its stubs leave the types of arrays open
CELL_KM = 1.15
_MARGIN_KM = 9.0
_RIVER_STEP_KM, _RIVER_SIDE_KM = 0.36, 0.16
_CORE_KM = 0.8  # around a place: cells that certainly belong to it


@dataclass(frozen=True, slots=True)
class Outline:
    shape: Polygon
    border_rivers: tuple[LineString, ...]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Cells with their neighbours. Indices of townships or -1: `place` whose place the cell is, `core` place and ring around it,
    `site` whose known port or airport stands there."""

    seeds: Floats
    voronoi: Voronoi
    inside: Bools
    place: Ints
    core: Ints
    site: Ints
    height_m: Floats
    links: Ints  # (m, 2) neighbouring cells
    length_km: Floats
    crosses_river: Bools
    frame: csr_array  # both ways; the values are numbers of links

    @property
    def size(self) -> int:
        return len(self.seeds)

    def corners_of(self, cell: int) -> list[int]:
        """Numbers of the cell's corners, in order around it; -1 stands for one at infinity."""
        return self.voronoi.regions[int(self.voronoi.point_region[cell])]

    def graph(self, cost: Floats) -> csr_array:
        """Both ways, one cost per link."""
        return csr_array((cost[self.frame.data], self.frame.indices, self.frame.indptr), shape=self.frame.shape)


def draw_outline(facts: RegionFacts, courses: list[Course], seed: int) -> Outline:
    """The region's outer line: guide points roughened by noise, and stretches of rivers as they were drawn."""
    named = {course.fact.name_zh: course for course in courses}
    warp = Warp(seed, 31, 15.0, 4.2, 4, 0.55)
    stretches: list[tuple[Floats, bool]] = []
    rivers: list[LineString] = []
    for part in facts.outline:
        ends = to_plane(part.points)
        if part.river is None:
            stretches.append((ends, False))
            continue
        line = named[part.river].line
        first, last = (int(np.argmin(np.hypot(*(line - end).T))) for end in (ends[0], ends[-1]))
        stretch = line[first : last + 1] if first <= last else line[last : first + 1][::-1]
        stretches.append((stretch, True))
        rivers.append(LineString(stretch))
    ring: list[Floats] = []
    for index, (stretch, is_river) in enumerate(stretches):
        if is_river:
            ring.append(stretch)
            continue
        before, after = stretches[index - 1][0][-1], stretches[(index + 1) % len(stretches)][0][0]
        curve = smooth_curve(np.vstack((before, stretch, after)), 0.3)
        to_end = np.minimum(np.hypot(*(curve - before).T), np.hypot(*(curve - after).T))
        ring.append(warp.moved(curve, np.clip(to_end / 8.0, 0.0, 1.0)))
    shape = max(get_parts(Polygon(np.vstack(ring)).buffer(0)), key=lambda part: part.area)  # without loops of the noise
    known = MultiPoint(to_plane([t.at for t in facts.townships])).buffer(2.2)
    sites = MultiPoint(to_plane([(row["lon"], row["lat"]) for row in (*facts.ports, *facts.airports)])).buffer(1.6)
    shape = union_all([shape, known, sites], grid_size=1e-4)
    if not isinstance(shape, Polygon):
        raise ValueError("the outline's guide points do not make one polygon")
    return Outline(Polygon(shape.exterior), tuple(rivers))


def _scattered(outline: Outline, seed: int) -> Floats:
    """Evenly irregular points: a hexagonal grid, each point moved at random."""
    west, south, east, north = outline.shape.buffer(_MARGIN_KM).bounds
    rows = int((north - south) / (CELL_KM * 0.866)) + 1
    columns = int((east - west) / CELL_KM) + 1
    row, column = np.divmod(np.arange(rows * columns), columns)
    grid = np.column_stack((west + (column + 0.5 * (row % 2)) * CELL_KM, south + row * CELL_KM * 0.866))
    shift = np.random.default_rng([seed, 41]).random(grid.shape) - 0.5
    points = grid + shift * CELL_KM * 0.95
    near = outline.shape.buffer(_MARGIN_KM)
    prepare(near)
    return points[contains_xy(near, points[:, 0], points[:, 1])]


def _pairs_along(line: LineString) -> Floats:
    """Mirrored points on both sides of a river, so that the cells' common edges are the river."""
    at: Floats = np.linspace(0.0, line.length, max(int(line.length / _RIVER_STEP_KM), 2), dtype=np.float64)
    points = points_on(line, at)
    tangent = points_on(line, np.minimum(at + 0.05, line.length)) - points_on(line, np.maximum(at - 0.05, 0.0))
    normal = np.column_stack((-tangent[:, 1], tangent[:, 0])) / np.hypot(*tangent.T)[:, None] * _RIVER_SIDE_KM
    return np.vstack((points + normal, points - normal))


def make_mesh(facts: RegionFacts, courses: list[Course], terrain: Terrain, outline: Outline, seed: int) -> Mesh:
    places = to_plane([t.at for t in facts.townships])
    turns = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    ring = np.column_stack((np.cos(turns), np.sin(turns))) * _CORE_KM
    closest = np.sort(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)), axis=1)[:, 1]
    size = np.minimum(1.0, closest * 0.36 / _CORE_KM)
    cores = (places[:, None, :] + ring[None] * size[:, None, None]).reshape(-1, 2)
    rivers = np.vstack([_pairs_along(line) for line in outline.border_rivers])
    codes = [t.code for t in facts.townships]
    known = (*facts.ports, *facts.airports)
    sites = to_plane([(row["lon"], row["lat"]) for row in known])
    kept = np.vstack((places, cores, sites))
    for more in (rivers, _scattered(outline, seed)):
        gap = _RIVER_SIDE_KM * 1.2 if more is rivers else CELL_KM * 0.55
        far = cKDTree(kept).query(more)[0] > gap
        kept = np.vstack((kept, more[far]))
    voronoi = Voronoi(kept)
    links = np.asarray(voronoi.ridge_points, dtype=np.int64)
    n, count = len(kept), len(places)
    place, core = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    place[:count] = core[:count] = np.arange(count)
    core[count : count * 7] = np.repeat(np.arange(count), 6)
    site = np.full(n, -1, dtype=np.int64)
    site[count * 7 : count * 7 + len(known)] = [codes.index(row["area_code"]) for row in known]
    prepare(outline.shape)
    inside = np.asarray(contains_xy(outline.shape, kept[:, 0], kept[:, 1])) | (core >= 0) | (site >= 0)
    crossing = STRtree(_vector.linestrings(kept[links])).query(
        [c.shape for c in courses if c.fact.order <= 2], "intersects"
    )
    crosses = np.zeros(len(links), dtype=bool)
    crosses[crossing[1]] = True
    length = np.hypot(*(kept[links[:, 0]] - kept[links[:, 1]]).T)
    ends = (np.concatenate((links[:, 0], links[:, 1])), np.concatenate((links[:, 1], links[:, 0])))
    frame = csr_array((np.tile(np.arange(len(links)), 2), ends), shape=(n, n))
    return Mesh(kept, voronoi, inside, place, core, site, terrain.at(kept), links, length, crosses, frame)
