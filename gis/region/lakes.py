"""Water held back by dams: a lake as long and wide as told, along the valley above the dam."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import LineString, Point, Polygon, get_parts, simplify, union_all

from gis.region.facts import LonLat, Mark, RegionFacts
from gis.region.names import NameMaker, spelled
from gis.region.noise import Noise
from gis.region.plane import Floats, to_lonlat, to_plane
from gis.region.polyline import coordinates
from gis.region.rivers import Course
from gis.region.streams import Stream

_PIECE_KM = 0.12
_MADE_UP = 23
_APART_KM = 6.0


@dataclass(frozen=True, slots=True)
class Lake:
    """A reservoir: `shape` in degrees, `name_mark` K when the name is a real one."""

    name_zh: str
    name_en: str
    name_mark: Mark
    dam: LonLat
    shape: Polygon
    area_km2: float


def flooded_valley(line: Floats, dam_km: float, length_km: float, width_m: float, noise: Noise) -> Polygon:
    """Lake (in km) above the point `dam_km` along a line that runs downstream; narrowing and irregular upstream."""
    course = LineString(line)
    reach = min(length_km, dam_km)
    steps = max(int(reach / _PIECE_KM), 3)
    pieces: list[Polygon] = []
    before = course.interpolate(dam_km)
    for step in range(1, steps + 1):
        part = step / steps
        here = course.interpolate(dam_km - reach * part)
        wave = float(noise.at(np.asarray([here.x * 1.7]), np.asarray([here.y * 1.7]))[0])
        radius = max(width_m / 2000 * (1 - part) ** 0.55 * (1 + 0.55 * wave), 0.012)
        piece = LineString([(before.x, before.y), (here.x, here.y)])
        pieces.append(piece.buffer(radius, quad_segs=4, cap_style="flat" if step == 1 else "round"))
        before = here
    parts = get_parts(simplify(union_all(pieces), 0.012))
    return Polygon(max((part for part in parts if isinstance(part, Polygon)), key=lambda part: part.area).exterior)


def _in_degrees(shape: Polygon) -> Polygon:
    return Polygon(to_lonlat(coordinates(shape.exterior)))


def dam_lake(courses: list[Course], dam: Mapping[str, Any], seed: int) -> tuple[Polygon, float]:
    """The lake above one of the known dams, in degrees, and its area in km²."""
    river = next(course for course in courses if course.fact.name_zh == dam["river"])
    at = river.shape.project(Point(to_plane([(dam["lon"], dam["lat"])])[0]))
    lake = flooded_valley(river.line, at, dam["lake_km"], dam["lake_width_m"], Noise(seed, 121))
    return _in_degrees(lake), lake.area


def _dam_site(
    lines: list[LineString], place: Point, inner: Polygon, taken: list[Point]
) -> tuple[LineString, float] | None:
    """The nearest fit spot on a small stream: (stream, km along it), or None."""
    best: tuple[float, LineString, float] | None = None
    for line in lines:
        at = min(max(line.project(place), min(2.2, line.length * 0.6)), line.length * 0.95)
        dam = line.interpolate(at)
        distance = dam.distance(place)
        if distance < 1.6 or (best is not None and distance >= best[0]) or not inner.contains(dam):
            continue
        if all(dam.distance(other) >= _APART_KM for other in taken):
            best = (distance, line, at)
    return best[1:] if best is not None else None


def draw_lakes(
    facts: RegionFacts, courses: list[Course], streams: list[Stream], city: Polygon, names: NameMaker, seed: int
) -> list[Lake]:
    """The named reservoirs near their townships, then made-up ones near others. `city` in km."""
    rng = np.random.default_rng([seed, 122])
    noise = Noise(seed, 123)
    lines = [s.line for s in streams if s.drained_km2 < 160] + [c.line for c in courses if c.fact.order == 4]
    shapes = [LineString(line) for line in lines if len(line) > 12]
    wanted: list[tuple[str, str, str, Mark]] = [
        (row["name_zh"], row["name_en"], row["township"], row["mark"]) for row in facts.reservoirs
    ]
    others = [t.code for t in facts.townships if t.code not in {row[2] for row in wanted}]
    for code in rng.choice(others, _MADE_UP, replace=False).tolist():
        name = names.next()
        wanted.append((f"{name}水库", f"{spelled(name)} Reservoir", str(code), "I"))
    place = {t.code: Point(to_plane([t.at])[0]) for t in facts.townships}
    inner = city.buffer(-1.5)
    taken: list[Point] = []
    found: list[Lake] = []
    for name_zh, name_en, township, mark in wanted:
        site = _dam_site(shapes, place[township], inner, taken)
        if site is None:
            continue
        line, at = site
        length, width = 1.4 + 2.6 * rng.random(), 260 + 420 * rng.random()
        lake = flooded_valley(coordinates(line), at, length, width, noise)
        dam = line.interpolate(at)
        taken.append(dam)
        (lon, lat), *_ = to_lonlat([(dam.x, dam.y)]).tolist()
        found.append(Lake(name_zh, name_en, mark, (lon, lat), _in_degrees(lake), lake.area))
    return found
