"""Side streams without names: where the terrain says that enough land drains through a line of cells."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from shapely import LineString, Point

from gis.region.noise import Warp
from gis.region.plane import Floats, Ints
from gis.region.polyline import points_on
from gis.region.rivers import Course, smooth_curve
from gis.region.terrain import Terrain

_LEAST_KM2 = 24.0
_LEAST_CELLS = 7
_STEP_KM = 0.18


@dataclass(frozen=True, slots=True)
class Stream:
    """From its head to where it meets a larger water: line (n, 2) km, drained area at the mouth km²."""

    line: Floats
    drained_km2: float


def _paths(terrain: Terrain) -> list[list[int]]:
    """Cells from head to mouth, longest first; the last cell belongs to a river or to a longer stream."""
    drained = terrain.drained_km2.ravel()
    receiver = terrain.receiver
    flows = (drained >= _LEAST_KM2) & (receiver != np.arange(receiver.size))
    fed = np.zeros(receiver.size, dtype=bool)
    fed[receiver[flows]] = True
    to = receiver.tolist()
    whole: list[list[int]] = []
    for head in np.flatnonzero(flows & ~fed).tolist():
        path = [head]
        while to[path[-1]] != path[-1]:
            path.append(to[path[-1]])
        whole.append(path)
    whole.sort(key=lambda path: (-len(path), path[0]))
    taken: set[int] = set()
    kept: list[list[int]] = []
    for path in whole:
        own: list[int] = []
        for cell in path:
            own.append(cell)
            if cell in taken:
                break
        if len(own) >= _LEAST_CELLS:
            taken.update(own)
            kept.append(own)
    return kept


def draw_streams(terrain: Terrain, courses: list[Course], seed: int) -> list[Stream]:
    warp = Warp(seed, 71, 2.2, 0.3, 2)
    rivers = [course.shape for course in courses]
    end_of_cell: dict[int, Floats] = {}
    found: list[Stream] = []
    drained = terrain.drained_km2.ravel()
    for path in _paths(terrain):
        cells: Ints = np.asarray(path, dtype=np.int64)
        rough = gaussian_filter1d(terrain.centre_of(cells), 1.6, axis=0, mode="nearest")
        line = warp.moved(smooth_curve(np.vstack((rough[:-1:2], rough[-1:])), _STEP_KM))
        mouth = end_of_cell.get(path[-1])
        if mouth is None:
            nearest = min(rivers, key=lambda river, at=line[-1]: river.distance(Point(at)))
            meeting = nearest.interpolate(nearest.project(Point(line[-1])))
            mouth = np.asarray([meeting.x, meeting.y])
        ease = np.linspace(0, 1, min(len(line), 8))[:, None]
        line[-len(ease) :] += ease * (mouth - line[-1])
        for cell, at in zip(path[:-1], _nearest_on(line, terrain.centre_of(cells[:-1])), strict=True):
            end_of_cell.setdefault(cell, at)
        found.append(Stream(line, float(drained[path[-2]])))
    return found


def _nearest_on(line: Floats, points: Floats) -> Floats:
    shape = LineString(line)
    return points_on(shape, np.asarray([shape.project(Point(xy)) for xy in points]))
