"""The geometry of many features at once: converted, checked, repaired where that is possible, always reported.

A feature that cannot be repaired is left out; one that nobody could draw (too many vertices) refuses the whole file.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.exchange.coordinates import Placing, check_degrees, to_mercator
from gis.exchange.findings import Findings
from gis.exchange.options import MOST_VERTICES
from spine.errors import Refused

Shapes = NDArray[np.object_]
_vector: Any = shapely  # its stubs leave the types of arrays open
_COLLECTION = 7
_FAR_DEG = 1.0
_NAMES = {
    0: "Point",
    1: "LineString",
    2: "LinearRing",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Features that may be kept. `keep`: their places among those given; `shapes`: WGS 84; `mercator`: the same, metres."""

    keep: NDArray[np.intp]
    shapes: Shapes
    mercator: Shapes
    kinds: dict[str, int]


class Shaper:
    """Carries what must be known across the chunks of one file."""

    def __init__(self, where: Placing, findings: Findings, city: tuple[float, float, float, float] | None) -> None:
        self._where, self._findings, self._city = where, findings, city
        self._looked = False
        self.extent: list[float] | None = None

    def place(self, shapes: Shapes, numbers: NDArray[np.int64]) -> Placed:
        """`numbers`: of the features in the file, from 1. Raises Refused `too_many_vertices` and questions of the coordinates."""
        missing = np.asarray(_vector.is_missing(shapes) | _vector.is_empty(shapes))
        unread = np.isin(numbers, list(self._findings.unread))
        self._leave_out(missing & ~unread, "no_geometry", numbers, None)
        kept = np.flatnonzero(~missing)
        shapes = shapes[kept]
        self._count_vertices(shapes, numbers[kept])
        shapes = self._flat(shapes, numbers[kept])
        shapes, kept = self._finite(shapes, numbers, kept)
        if not self._looked and len(shapes):
            self._looked = True
            check_degrees(np.asarray(_vector.get_coordinates(shapes)), self._where)
        shapes = self._moved(shapes)
        shapes, kept = self._in_range(shapes, numbers, kept)
        shapes, kept = self._repaired(shapes, numbers, kept)
        self._grow(shapes, numbers[kept])
        kinds: dict[str, int] = {}
        for kind, count in zip(*np.unique(_vector.get_type_id(shapes), return_counts=True), strict=True):
            kinds[_NAMES.get(int(kind), "Geometry")] = int(count)
        mercator = _vector.transform(shapes, to_mercator)
        return Placed(kept, shapes, np.asarray(mercator, dtype=object), kinds)

    def _leave_out(
        self, bad: NDArray[np.bool_], code: str, numbers: NDArray[np.int64], said: list[str] | None
    ) -> NDArray[np.intp]:
        """Report those that are bad; the places of the others."""
        for index in np.flatnonzero(bad)[:5]:
            self._findings.add(code, 0, feature=int(numbers[index]), say=said[int(index)] if said else "")
        if bad.any():
            self._findings.add(code, int(bad.sum()))
        return np.flatnonzero(~bad)

    def _count_vertices(self, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        counts = np.asarray(_vector.get_num_coordinates(shapes))
        if len(counts) and int(counts.max()) > MOST_VERTICES:
            index = int(counts.argmax())
            raise Refused(
                "too_many_vertices",
                zh=f"第 {numbers[index]} 个要素有 {counts[index]:,} 个顶点，最多 {MOST_VERTICES:,} 个；请先简化或切分。",
                en=f"Feature {numbers[index]} has {counts[index]:,} vertices, {MOST_VERTICES:,} at most; simplify or split it first.",
                field="file",
                feature=int(numbers[index]),
                vertices=int(counts[index]),
                most=MOST_VERTICES,
            )

    def _flat(self, shapes: Shapes, numbers: NDArray[np.int64]) -> Shapes:
        high = np.asarray(_vector.has_z(shapes))
        if high.any():
            self._findings.add("has_height", int(high.sum()), feature=int(numbers[np.flatnonzero(high)[0]]))
        return np.asarray(_vector.force_2d(shapes), dtype=object)

    def _finite(
        self, shapes: Shapes, numbers: NDArray[np.int64], kept: NDArray[np.intp]
    ) -> tuple[Shapes, NDArray[np.intp]]:
        coordinates, owner = _vector.get_coordinates(shapes, return_index=True)
        bad = np.zeros(len(shapes), dtype=bool)
        bad[owner[~np.isfinite(coordinates).all(axis=1)]] = True
        good = self._leave_out(bad, "not_finite", numbers[kept], None)
        return shapes[good], kept[good]

    def _moved(self, shapes: Shapes) -> Shapes:
        if self._where.transformer is None and not self._where.swap and self._where.origin in ("WGS84", "CGCS2000"):
            return shapes
        return np.asarray(_vector.transform(shapes, self._where.to_wgs84), dtype=object)

    def _in_range(
        self, shapes: Shapes, numbers: NDArray[np.int64], kept: NDArray[np.intp]
    ) -> tuple[Shapes, NDArray[np.intp]]:
        bounds = np.asarray(_vector.bounds(shapes)).reshape(-1, 4)
        with np.errstate(invalid="ignore"):
            inside = (bounds[:, 0] >= -180) & (bounds[:, 2] <= 180) & (bounds[:, 1] >= -90) & (bounds[:, 3] <= 90)
            wide = inside & (bounds[:, 2] - bounds[:, 0] > 180)
        said = None if inside.all() else [f"{west:g}, {south:g}" for west, south in bounds[:, :2].tolist()]
        good = self._leave_out(~inside, "out_of_range", numbers[kept], said)
        shapes, kept, wide = shapes[good], kept[good], wide[good]
        good = self._leave_out(wide, "antimeridian", numbers[kept], None)
        return shapes[good], kept[good]

    def _repaired(
        self, shapes: Shapes, numbers: NDArray[np.int64], kept: NDArray[np.intp]
    ) -> tuple[Shapes, NDArray[np.intp]]:
        shapes = shapes.copy()
        invalid = np.flatnonzero(~np.asarray(_vector.is_valid(shapes)))
        for index in invalid[:5]:
            reason, place = _said(str(_vector.is_valid_reason(shapes[index])))
            self._findings.add("crosses_itself", 0, feature=int(numbers[kept[index]]), say=reason, at=place)
        if len(invalid):
            self._findings.add("crosses_itself", len(invalid))
            dimensions = np.asarray(_vector.get_dimensions(shapes[invalid]))
            made = _vector.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
            for index, shape, dimension in zip(invalid, made, dimensions, strict=True):
                shapes[index] = _parts_of(shape, int(dimension))
        mixed = np.flatnonzero(np.asarray(_vector.get_type_id(shapes)) == _COLLECTION)
        for index in mixed:
            self._findings.add("collection", feature=int(numbers[kept[index]]))
            shapes[index] = _parts_of(shapes[index], int(_vector.get_dimensions(shapes[index])))
        gone = np.asarray(_vector.is_missing(shapes) | _vector.is_empty(shapes))
        good = self._leave_out(gone, "collapsed", numbers[kept], None)
        return shapes[good], kept[good]

    def _grow(self, shapes: Shapes, numbers: NDArray[np.int64]) -> None:
        if len(shapes) == 0:
            return
        bounds = np.asarray(_vector.bounds(shapes)).reshape(-1, 4)
        now = [
            float(bounds[:, 0].min()),
            float(bounds[:, 1].min()),
            float(bounds[:, 2].max()),
            float(bounds[:, 3].max()),
        ]
        was = self.extent
        self.extent = now if was is None else [*map(min, was[:2], now[:2]), *map(max, was[2:], now[2:])]
        if self._city is None:
            return
        west, south, east, north = self._city
        far = (bounds[:, 2] < west - _FAR_DEG) | (bounds[:, 0] > east + _FAR_DEG)
        far |= (bounds[:, 3] < south - _FAR_DEG) | (bounds[:, 1] > north + _FAR_DEG)
        for index in np.flatnonzero(far)[:5]:
            place = [float(bounds[index, 0]), float(bounds[index, 1])]
            self._findings.add("far_from_city", 0, feature=int(numbers[index]), at=place)
        if far.any():
            self._findings.add("far_from_city", int(far.sum()))


def _parts_of(shape: Any, dimension: int) -> Any:
    """What a repair or a collection leaves of this dimension, as one geometry; None for nothing."""
    if shape.geom_type != "GeometryCollection":
        return shape if _vector.get_dimensions(shape) == dimension else None
    parts = [part for part in _flattened(shape) if _vector.get_dimensions(part) == dimension and not part.is_empty]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    together: Any = (_vector.multipoints, _vector.multilinestrings, _vector.multipolygons)[dimension]
    return _vector.make_valid(together(parts)) if dimension == 2 else together(parts)


def _flattened(shape: Any) -> list[Any]:
    if not hasattr(shape, "geoms"):
        return [shape]
    return [leaf for part in shape.geoms for leaf in _flattened(part)]


def _said(reason: str) -> tuple[str, list[float] | None]:
    """GEOS says `Self-intersection[99.1 23.2]`."""
    what, _, place = reason.partition("[")
    try:
        return what.strip(), [float(value) for value in place.rstrip("]").split()[:2]] or None
    except ValueError:
        return what.strip(), None
