"""What stands inside areas: schools, hospitals, shelters, hazardous sites, reservoirs, and how much road; by township."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import Bools, Floats, Ints, weighed
from gis.geodesic import length_m
from spine.canonical import Json

_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of facility that are counted together; `size`: the property that adds up (people, beds), if any."""

    key: str
    zh: str
    en: str
    kinds: tuple[str, ...]
    size: str | None = None


GROUPS: tuple[Group, ...] = (
    Group("schools", "学校", "Schools", ("school",), "students"),
    Group("hospitals", "医院与卫生院", "Hospitals and health centres", ("hospital", "tcm_hospital", "clinic"), "beds"),
    Group("shelters", "避难场所", "Shelters", ("shelter",), "capacity"),
    Group("hazardous_sites", "危险源", "Hazardous sites", ("hazardous_site",)),
    Group("reservoirs", "水库与大坝", "Reservoirs and dams", ("reservoir", "dam")),
)
_GROUP_OF = {kind: index for index, group in enumerate(GROUPS) for kind in group.kinds}


@dataclass(frozen=True, slots=True)
class ThingRow:
    """A facility; `area` (WKB) is a reservoir's water."""

    kind: str
    township: str
    lon: float
    lat: float
    area: bytes | None
    properties: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Counted:
    """(groups, townships) numbers and sizes; sizes count only what is known, `size_unknown` says of how many it is not."""

    numbers: Ints
    sizes: Floats
    size_unknown: Ints
    road_km: Floats


class Things:
    """Immutable. Townships by number, the last one being "none"."""

    def __init__(
        self,
        codes: Sequence[str],
        areas: Sequence[BaseGeometry],
        rows: Sequence[ThingRow],
        roads: Sequence[BaseGeometry],
    ) -> None:
        self.townships = len(codes)
        number = {code: index for index, code in enumerate(codes)}
        known = [row for row in rows if row.kind in _GROUP_OF]
        self.has_facilities, self.has_roads = bool(rows), bool(roads)
        shapes = [shapely.Point(row.lon, row.lat) if row.area is None else _vector.from_wkb(row.area) for row in known]
        self._tree: Any = _vector.STRtree(shapes)
        self._group: Ints = np.asarray([_GROUP_OF[row.kind] for row in known], dtype=np.int64)
        self._township: Ints = np.asarray([number.get(row.township, len(codes)) for row in known], dtype=np.int64)
        self._size: Floats = np.asarray([_size(row) for row in known], dtype=np.float64)
        self._split(list(areas), list(roads))

    def _split(self, areas: list[BaseGeometry], roads: list[BaseGeometry]) -> None:
        """Roads cut at the townships' borders, so that a length belongs to one of them."""
        lines: list[BaseGeometry] = []
        owners: list[int] = []
        if roads:
            tree: Any = _vector.STRtree(roads)
            left: list[BaseGeometry] = list(roads)
            for township, area in enumerate(areas):
                for line in tree.query(area, predicate="intersects").tolist():
                    part: BaseGeometry = _vector.intersection(left[line], area)
                    if not part.is_empty and part.length > 0:
                        lines.append(part)
                        owners.append(township)
                        left[line] = _vector.difference(left[line], area)
            outside = [line for line in left if not line.is_empty and line.length > 1e-7]
            lines += outside
            owners += [len(areas)] * len(outside)
        self._lines: Any = np.asarray(lines, dtype=object)
        self._road_tree: Any = _vector.STRtree(lines)
        self._road_township: Ints = np.asarray(owners, dtype=np.int64)
        self._road_km: Floats = np.asarray([length_m(line) / 1000 for line in lines], dtype=np.float64)

    def each(self, areas: Sequence[BaseGeometry]) -> list[Counted]:
        return [self._count(self._met(area), area) for area in areas]

    def bands(self, areas: Sequence[BaseGeometry]) -> list[Counted]:
        """In areas that follow on each other: each thing, and each metre of road, in the first that holds it."""
        taken = np.zeros(len(self._group), dtype=np.bool_)
        before: BaseGeometry | None = None
        found: list[Counted] = []
        for area in areas:
            met = self._met(area)
            rest: BaseGeometry = area if before is None else _vector.difference(area, before)
            found.append(self._count(met & ~taken, rest))
            taken |= met
            before = area if before is None else _vector.union(before, area)
        return found

    def road_km(self, area: BaseGeometry) -> Floats:
        """Kilometres of road in the area, by township."""
        return self._roads(area)

    def _met(self, area: BaseGeometry) -> Bools:
        met = np.zeros(len(self._group), dtype=np.bool_)
        if len(met):
            met[self._tree.query(area, predicate="intersects")] = True
        return met

    def _count(self, met: Bools, ground: BaseGeometry) -> Counted:
        least = self.townships + 1
        shape = len(GROUPS), least
        place = self._group[met] * least + self._township[met]
        size, cells = self._size[met], shape[0] * shape[1]
        known = np.isfinite(size)
        return Counted(
            np.bincount(place, minlength=cells).reshape(shape).astype(np.int64),
            weighed(place[known], size[known], cells).reshape(shape),
            np.bincount(place[~known], minlength=cells).reshape(shape).astype(np.int64),
            self._roads(ground),
        )

    def _roads(self, area: BaseGeometry) -> Floats:
        """Kilometres by township. A part of a road counts by its share of the road's length in degrees."""
        least = self.townships + 1
        if area.is_empty or not len(self._road_km):
            return np.zeros(least)
        shapely.prepare(area)
        near: Ints = np.asarray(self._road_tree.query(area, predicate="intersects"), dtype=np.int64)
        whole = np.asarray(_vector.covers(area, self._lines[near]), dtype=np.bool_)
        share = np.ones(len(near))
        cut = self._lines[near[~whole]]
        share[~whole] = _vector.length(_vector.intersection(cut, area)) / _vector.length(cut)
        return weighed(self._road_township[near], self._road_km[near] * share, least)


def _size(row: ThingRow) -> float:
    """The facility's size; NaN where it is not known, or its kind has none."""
    name = GROUPS[_GROUP_OF[row.kind]].size
    value = None if name is None else row.properties.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")
