"""From cells to areas: the lines between cells of different owners become arcs, smoothed and roughened once, shared by both sides.

Every area is built from the same arcs, so neighbours share each vertex, townships fill their county and counties the city
exactly. Smoothing could make two arcs touch; that is checked, and smoothing is weakened until nothing does.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import (
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    build_area,
    is_valid,
    multilinestrings,
    points,
    simplify,
)
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from gis.region.facts import RegionFacts
from gis.region.mesh import Mesh
from gis.region.noise import Warp
from gis.region.plane import Bools, Floats, Ints, geometry_to_plane, to_lonlat, to_plane
from gis.region.polyline import coordinates, smoothed, spaced

_vector: Any = shapely  # its stubs leave the types of arrays open
_SPACING_KM = 0.22
_SMOOTH_KM = (0.75, 0.45, 0.25, 0.0)
_SIMPLIFY_KM = 0.02


@dataclass(frozen=True, slots=True)
class Arc:
    """A line between two areas. Sides are township indices, -1 outside."""

    left: int
    right: int
    lonlat: Floats


@dataclass(frozen=True, slots=True)
class Areas:
    """Polygons in degrees: townships and counties in the facts' order, and the city."""

    townships: tuple[Polygon, ...]
    counties: tuple[Polygon, ...]
    city: Polygon


def cell_areas(mesh: Mesh) -> Floats:
    """Square kilometres of each cell inside the region; 0 outside."""
    cells = [cell for cell in np.flatnonzero(mesh.inside).tolist() if -1 not in mesh.corners_of(cell)]
    rings = [mesh.corners_of(cell) for cell in cells]
    starts = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])[:-1]))
    here = mesh.voronoi.vertices[np.concatenate(rings)]
    after = mesh.voronoi.vertices[np.concatenate([ring[1:] + ring[:1] for ring in rings])]
    crossed = here[:, 0] * after[:, 1] - after[:, 0] * here[:, 1]
    areas = np.zeros(mesh.size)
    areas[cells] = np.abs(np.add.reduceat(crossed, starts)) / 2
    return areas


def _chains(mesh: Mesh, owner: Ints) -> list[tuple[int, int, list[int]]]:
    """Boundary edges strung together between meeting points: (owner, owner, corner numbers)."""
    sides = owner[mesh.links]
    between = np.flatnonzero(sides[:, 0] != sides[:, 1])
    at_corner: dict[int, list[tuple[int, int, int, int]]] = {}
    for link in between.tolist():
        first, second = (int(corner) for corner in mesh.voronoi.ridge_vertices[link])
        low, high = sorted((int(sides[link, 0]), int(sides[link, 1])))
        at_corner.setdefault(first, []).append((second, low, high, link))
        at_corner.setdefault(second, []).append((first, low, high, link))
    done: set[int] = set()
    found: list[tuple[int, int, list[int]]] = []
    meetings = [corner for corner, ways in at_corner.items() if len(ways) != 2]
    for start in (*meetings, *at_corner):
        for after, low, high, link in at_corner[start]:
            if link in done:
                continue
            chain, here, via = [start], after, link
            done.add(link)
            while True:
                chain.append(here)
                ways = at_corner[here]
                onward = [way for way in ways if way[3] != via]
                if len(ways) != 2 or here == start or onward[0][3] in done:
                    break
                here, via = onward[0][0], onward[0][3]
                done.add(via)
            found.append((low, high, chain))
    return found


def _follows_river(mesh: Mesh, line: Floats, rivers: BaseGeometry) -> bool:
    return bool(np.all(_to_rivers(line[:: max(len(line) // 7, 1)], rivers) < 0.35))


def _to_rivers(line: Floats, rivers: BaseGeometry) -> Floats:
    return np.asarray(_vector.distance(points(line), rivers), dtype=np.float64)


def _arcs(mesh: Mesh, owner: Ints, rivers: BaseGeometry, sigma_km: float, seed: int) -> list[Arc]:
    warps = Warp(seed, 61, 5.5, 0.9, 3, 0.5), Warp(seed, 63, 0.9, 0.12, 2, 0.45)
    found: list[Arc] = []
    for low, high, chain in _chains(mesh, owner):
        line = mesh.voronoi.vertices[chain]
        along_river = low == -1 and _follows_river(mesh, line, rivers)
        line = smoothed(spaced(line, _SPACING_KM), sigma_km / _SPACING_KM * (0.2 if along_river else 1.0))
        near = _to_rivers(line, rivers)  # of the point alone: arcs that meet are moved alike
        share = np.clip((near - 0.3) / 3.0, 0.0, 1.0)
        for warp in warps:
            line = warp.moved(line, share)
        slim = coordinates(simplify(LineString(line), _SIMPLIFY_KM))
        found.append(Arc(low, high, to_lonlat(slim)))
    return found


def _area_from(arcs: list[Arc], chosen: Bools) -> Polygon | None:
    """The area enclosed by the arcs that have exactly one side chosen (the last entry of `chosen` stands for outside)."""
    lines = [LineString(arc.lonlat) for arc in arcs if chosen[arc.left] != chosen[arc.right]]
    shape = build_area(multilinestrings(lines))
    if isinstance(shape, MultiPolygon):
        shape = max(shape.geoms, key=lambda part: part.area)
    return shape if isinstance(shape, Polygon) and not shape.is_empty else None


def _build(facts: RegionFacts, arcs: list[Arc]) -> Areas | None:
    count = len(facts.townships)
    county_of = np.repeat(np.arange(len(facts.counties)), [len(c.townships) for c in facts.counties])

    def chosen(which: Bools) -> Polygon | None:
        return _area_from(arcs, np.concatenate((which, [False])))

    townships = [chosen(np.arange(count) == index) for index in range(count)]
    counties = [chosen(county_of == index) for index in range(len(facts.counties))]
    city = chosen(np.ones(count, dtype=bool))
    if city is None or None in townships or None in counties:
        return None
    return Areas(tuple(filter(None, townships)), tuple(filter(None, counties)), city)


def _sound(facts: RegionFacts, areas: Areas) -> bool:
    """No area crosses itself, none overlaps, none is missing, each holds its place."""
    shapes = [geometry_to_plane(shape) for shape in (*areas.townships, *areas.counties, areas.city)]
    if not bool(np.all(is_valid(shapes))):
        return False
    count = len(areas.townships)
    whole = shapes[-1].area
    sums = (sum(shape.area for shape in shapes[:count]), sum(shape.area for shape in shapes[count:-1]))
    if any(abs(total / whole - 1) > 1e-7 for total in sums):
        return False
    if abs(unary_union(shapes[:count]).area / whole - 1) > 1e-7:
        return False
    places = to_plane([t.at for t in facts.townships])
    return all(shape.contains(Point(xy)) for shape, xy in zip(shapes[:count], places, strict=True))


def outline_areas(facts: RegionFacts, mesh: Mesh, owner: Ints, rivers: BaseGeometry, seed: int) -> Areas:
    """Township, county and city polygons. Raises ValueError when no smoothing gives a sound coverage."""
    for sigma in _SMOOTH_KM:
        areas = _build(facts, _arcs(mesh, owner, rivers, sigma, seed))
        if areas is not None and _sound(facts, areas):
            return areas
    raise ValueError("the areas cannot be drawn without overlaps")
