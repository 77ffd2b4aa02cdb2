"""Who and what is where, as hazard models see it: one immutable view, made from the database or from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import Bools, ExposurePoints, Floats, Ints
from gis.exposure.things import GROUPS, Things
from spine.canonical import Json

_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class Township:
    code: str
    county: str | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Facility:
    """`properties` as loaded (beds, students, capacity, storage …): what is absent is not known."""

    id: str
    kind: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    township: str | None = None
    properties: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class Settlement:
    """A village or town by its name. `people` None: not known."""

    id: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    township: str | None = None
    people: float | None = None


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A river or a road; `name` may be empty."""

    name_zh: str
    name_en: str
    line: BaseGeometry


@dataclass(frozen=True, slots=True)
class Heights:
    """Metres above sea level on a regular grid of degrees, rows from the north; NaN where it is not known."""

    west: float
    north: float
    step_lon: float
    step_lat: float
    metres: Floats
    source: str

    def at(self, lon: Floats, lat: Floats) -> Floats:
        """Bilinear between the centres of cells; NaN outside."""
        column = (lon - self.west) / self.step_lon - 0.5
        row = (self.north - lat) / self.step_lat - 0.5
        rows, columns = self.metres.shape
        left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
        outside = (left < 0) | (top < 0) | (left >= columns - 1) | (top >= rows - 1)
        left, top = np.clip(left, 0, columns - 2), np.clip(top, 0, rows - 2)
        x, y = column - left, row - top
        upper = self.metres[top, left] * (1 - x) + self.metres[top, left + 1] * x
        lower = self.metres[top + 1, left] * (1 - x) + self.metres[top + 1, left + 1] * x
        return np.where(outside, np.nan, upper * (1 - y) + lower * y)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where the counts are from. `key` changes whenever the data does; `date` is ISO, None: not known."""

    key: str
    source_zh: str
    source_en: str
    date: str | None
    synthetic: bool
    limits_zh: tuple[str, ...] = ()
    limits_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies in one area, by township (numbers; the last is "none"). None: not known."""

    people_day: Floats | None
    people_night: Floats | None
    buildings: Floats | None
    points: Ints | None
    groups: Mapping[str, Ints] | None
    road_km: Floats | None


@dataclass(frozen=True, slots=True)
class Ground:
    """`points` None: no exposure is loaded, so numbers of people are not known. `city`: the area that the data speaks for.
    `has_buildings`: whether buildings were counted at all. `rivers`, `roads`, `settlements`: empty where none are loaded."""

    basis: Basis
    points: ExposurePoints | None
    townships: tuple[Township, ...]
    facilities: tuple[Facility, ...]
    things: Things | None
    settlements: tuple[Settlement, ...] = ()
    rivers: tuple[NamedLine, ...] = ()
    roads: tuple[NamedLine, ...] = ()
    city: BaseGeometry | None = None
    national_border: BaseGeometry | None = None
    heights: Heights | None = None
    has_buildings: bool = True
    has_facilities: bool = True

    def without(self, excluded: frozenset[str]) -> "Ground":
        """The same without facilities that a person has taken out, by id."""
        if not excluded:
            return self
        return replace(self, facilities=tuple(f for f in self.facilities if f.id not in excluded))

    def near(self, west: float, south: float, east: float, north: float) -> Ints:
        """The numbers of the exposure points in this box; empty where none are loaded. Use them on `points.lon` and so on."""
        if self.points is None:
            return np.empty(0, dtype=np.int64)
        return self.points.in_box(west, south, east, north)

    def facilities_in(self, area: BaseGeometry, kinds: Sequence[str] | None = None) -> list[Facility]:
        """Facilities (of these kinds) that stand in the area, in the order of their ids."""
        chosen = [f for f in self.facilities if kinds is None or f.kind in kinds]
        shapely.prepare(area)
        inside = self._inside(area, chosen)
        return sorted((f for f, there in zip(chosen, inside.tolist(), strict=True) if there), key=lambda f: f.id)

    def settlements_in(self, area: BaseGeometry) -> list[Settlement]:
        shapely.prepare(area)
        inside = self._inside(area, self.settlements)
        return [s for s, there in zip(self.settlements, inside.tolist(), strict=True) if there]

    def each(self, areas: Sequence[BaseGeometry]) -> list[Inside]:
        """What lies in each area by itself: what lies in two counts in both."""
        sums = [None] * len(areas) if self.points is None else self.points.each(areas)
        return [self._one(area, one) for area, one in zip(areas, sums, strict=True)]

    def bands(self, areas: Sequence[BaseGeometry]) -> list[Floats | None]:
        """People (0: day, 1: night; by township) in areas that follow on each other, each person in the first that holds them."""
        if self.points is None:
            return [None] * len(areas)
        return [np.stack((s.people_day, s.people_night)) for s in self.points.bands(areas)]

    def outside_share(self, area: BaseGeometry) -> float | None:
        """How much of the area lies where nobody has counted, 0–1; None where the city's outline is not known."""
        if self.city is None or area.area == 0:
            return None
        return max(0.0, 1.0 - float(_vector.area(_vector.intersection(area, self.city)) / area.area))

    def _one(self, area: BaseGeometry, sums: Any) -> Inside:
        known = sums is not None
        return Inside(
            people_day=sums.people_day if known else None,
            people_night=sums.people_night if known else None,
            buildings=sums.buildings if known and self.has_buildings else None,
            points=sums.points if known else None,
            groups=self._groups(area) if self.has_facilities else None,
            road_km=self.things.road_km(area) if self.things is not None and self.things.has_roads else None,
        )

    def _groups(self, area: BaseGeometry) -> dict[str, Ints]:
        number = {township.code: index for index, township in enumerate(self.townships)}
        found = {group.key: np.zeros(len(self.townships) + 1, dtype=np.int64) for group in GROUPS}
        group_of = {kind: group.key for group in GROUPS for kind in group.kinds}
        for facility in self.facilities_in(area):
            if facility.kind in group_of:
                at = number.get(facility.township or "", len(self.townships))
                found[group_of[facility.kind]][at] += 1
        return found

    @staticmethod
    def _inside(area: BaseGeometry, things: Sequence[Facility | Settlement]) -> Bools:
        if not things:
            return np.zeros(0, dtype=np.bool_)
        lon, lat = np.asarray([t.lon for t in things]), np.asarray([t.lat for t in things])
        return np.asarray(_vector.intersects_xy(area, lon, lat), dtype=np.bool_)


NOTHING = Basis(
    key="none",
    source_zh="未加载人口数据",
    source_en="no exposure is loaded",
    date=None,
    synthetic=False,
    limits_zh=("没有加载人口与建筑数据：人数未知，不是零。",),
    limits_en=("No exposure is loaded: how many people there are is not known; it is not zero.",),
)


def empty_ground() -> Ground:
    """Nothing is loaded: counts are not known."""
    return Ground(NOTHING, None, (), (), None, has_buildings=False, has_facilities=False)


def nearest(lines: Sequence[NamedLine], lon: float, lat: float) -> NamedLine | None:
    """The line that passes closest, by degrees."""
    if not lines:
        return None
    tree = STRtree([line.line for line in lines])
    return lines[int(tree.nearest(shapely.Point(lon, lat)))]
