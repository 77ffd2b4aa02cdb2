"""GeoJSON in and out at the edge. What comes in is checked before anything believes it; what is wrong is named with its place.

Inside the platform geometry is Shapely, WGS 84, x = longitude, y = latitude, two dimensions. Nothing is repaired silently.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import cast

from shapely import is_valid_reason, to_geojson, transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from spine.canonical import Json, JsonObject, decode_object
from spine.errors import Refused

MOST_VERTICES = 20_000
AREAS = frozenset({"Polygon", "MultiPolygon"})
ALL = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})
# A box around China: lon, lat. A pair that lies outside it, but inside it when exchanged, was most likely exchanged.
CHINA = (73.0, 136.0, 3.0, 54.0)
# Depth of the coordinates array, and the least number of positions in each line.
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_REASONS = {
    "Self-intersection": ("图形自相交", "the outline crosses itself"),
    "Ring Self-intersection": ("边界与自身相接", "the outline touches itself"),
    "Hole lies outside shell": ("内环在外环之外", "a hole lies outside its outline"),
    "Holes are nested": ("内环互相嵌套", "holes lie inside each other"),
    "Interior is disconnected": ("内部被隔断", "the inside is cut into pieces"),
    "Nested shells": ("多个外环互相嵌套", "outlines lie inside each other"),
    "Duplicate Rings": ("有重复的环", "a ring is given twice"),
    "Too few points in geometry component": ("点数不足", "a ring has too few different points"),
}
_PLACE = re.compile(r"^(?P<reason>[^\[]+)(?:\[(?P<x>\S+) (?P<y>\S+)\])?$")


def in_china(lon: float, lat: float) -> bool:
    west, east, south, north = CHINA
    return west <= lon <= east and south <= lat <= north


def looks_swapped(lon: float, lat: float) -> bool:
    return not in_china(lon, lat) and in_china(lat, lon)


def check_point(lon: float, lat: float, field: str = "point", *, china: bool = True) -> tuple[float, float]:
    """The point, if it can be one. `china`: also question a pair that looks exchanged.

    Raises Refused `coordinates_not_finite`, `coordinates_swapped` (with `suggestion`) or `coordinates_impossible`.
    """
    for name, value in (("lon", lon), ("lat", lat)):
        if not math.isfinite(value):
            raise Refused(
                "coordinates_not_finite",
                zh=f"{field}.{name} 不是有限的数字。",
                en=f"{field}.{name} is not a finite number.",
                field=f"{field}.{name}",
            )
    if (china or abs(lat) > 90) and looks_swapped(lon, lat):
        raise Refused(
            "coordinates_swapped",
            zh=f"经纬度可能写反了：经度 {lon:g}、纬度 {lat:g} 不在境内；是否为经度 {lat:g}、纬度 {lon:g}？",
            en=f"Longitude and latitude look exchanged: did you mean longitude {lat:g}, latitude {lon:g}?",
            field=field,
            suggestion={"lon": lat, "lat": lon},
        )
    for name, value, most, zh in (("lon", lon, 180, "经度"), ("lat", lat, 90, "纬度")):
        if abs(value) > most:
            raise Refused(
                "coordinates_impossible",
                zh=f"{zh}应在 -{most} 到 {most} 之间，收到 {value:g}。",
                en=f"{field}.{name} must be between -{most} and {most}, not {value:g}.",
                field=f"{field}.{name}",
                value=value,
            )
    return lon, lat


def _refuse_shape(zh: str, en: str, field: str, code: str = "geometry_not_geojson") -> Refused:
    return Refused(code, zh=zh, en=en, field=field)


class _Reader:
    """Walks a coordinates array, counting; refuses at the first wrong value, naming where it is."""

    def __init__(self, kind: str, china: bool) -> None:
        self._kind, self._china, self._seen = kind, china, 0

    def read(self, value: Json, depth: int, field: str) -> object:
        if depth == 0:
            return self._position(value, field)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise _refuse_shape(f"{field} 应为坐标数组。", f"{field} must be an array of coordinates.", field)
        if not value:
            raise _refuse_shape(f"{field} 是空的。", f"{field} is empty.", field, "geometry_empty")
        items = [self.read(item, depth - 1, f"{field}[{index}]") for index, item in enumerate(value)]
        if depth == 1 and self._kind in _LEAST:
            self._line(cast(list[tuple[float, float]], items), field)
        return items

    def _position(self, value: Json, field: str) -> tuple[float, float]:
        self._seen += 1
        if self._seen > MOST_VERTICES:
            raise Refused(
                "too_many_vertices",
                zh=f"图形顶点超过 {MOST_VERTICES} 个，请先简化。",
                en=f"The geometry has more than {MOST_VERTICES} vertices; simplify it first.",
                field=field.split("[")[0],
                most=MOST_VERTICES,
            )
        numbers: Sequence[Json] = [] if isinstance(value, str) or not isinstance(value, Sequence) else value
        if len(numbers) not in (2, 3) or any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
            raise _refuse_shape(
                f"{field} 应为 [经度, 纬度] 两个数字。", f"{field} must be two numbers, [longitude, latitude].", field
            )
        return check_point(_number(numbers[0]), _number(numbers[1]), field, china=self._china)

    def _line(self, line: list[tuple[float, float]], field: str) -> None:
        polygon = self._kind in AREAS
        if polygon and line[0] != line[-1]:
            raise _refuse_shape(
                f"{field} 没有闭合：首尾两点应相同。", f"{field} is not closed: its first and last points must be equal.",
                field, "ring_not_closed",
            )  # fmt: skip
        if len(line) < _LEAST[self._kind]:
            raise _refuse_shape(
                f"{field} 至少要有 {_LEAST[self._kind]} 个点。",
                f"{field} needs at least {_LEAST[self._kind]} points.",
                field,
                "geometry_too_few_points",
            )


def _number(value: Json) -> float:
    """As a float; an integer too long for one is as impossible as infinity."""
    try:
        return float(cast(float, value))
    except OverflowError:
        return math.inf


def parse_geometry(
    value: Json, field: str = "geometry", *, kinds: frozenset[str] = ALL, china: bool = True
) -> BaseGeometry:
    """A valid geometry from a GeoJSON geometry object. `china`: question exchanged coordinates (not for foreign feeds).

    Raises Refused: `geometry_not_geojson`, `geometry_kind`, `geometry_empty`, `coordinates_not_finite`, `coordinates_swapped`,
    `coordinates_impossible`, `ring_not_closed`, `geometry_too_few_points`, `too_many_vertices`, `geometry_crosses_itself`.
    """
    if not isinstance(value, Mapping):
        raise _refuse_shape(f"{field} 应为 GeoJSON 几何对象。", f"{field} must be a GeoJSON geometry object.", field)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        allowed = "、".join(sorted(kinds))
        raise Refused(
            "geometry_kind",
            zh=f"{field}.type 应为 {allowed} 之一。",
            en=f"{field}.type must be one of {', '.join(sorted(kinds))}.",
            field=f"{field}.type",
        )
    if value.get("coordinates") is None:
        raise _refuse_shape(f"{field} 缺少 coordinates。", f"{field} has no coordinates.", f"{field}.coordinates")
    coordinates = _Reader(kind, china).read(value["coordinates"], _DEPTH[kind], f"{field}.coordinates")
    geometry: BaseGeometry = shape({"type": kind, "coordinates": coordinates})
    check_valid(geometry, field)
    return geometry


def check_geometry(
    value: Json, field: str = "geometry", *, kinds: frozenset[str] = ALL, china: bool = False
) -> JsonObject:
    """Like `parse_geometry`, for those who keep GeoJSON: the checked geometry object, two dimensions."""
    return _as_json(parse_geometry(value, field, kinds=kinds, china=china))


def check_valid(geometry: BaseGeometry, field: str = "geometry") -> None:
    """Raises Refused `geometry_empty` or `geometry_crosses_itself` with the place (`at`: [lon, lat]) of the fault."""
    if geometry.is_empty:
        raise _refuse_shape(f"{field} 是空的。", f"{field} is empty.", field, "geometry_empty")
    if geometry.is_valid:
        return
    said = _PLACE.match(str(is_valid_reason(geometry)))
    reason = said["reason"].strip() if said else ""
    zh, en = _REASONS.get(reason, ("图形无效", reason.lower() or "the geometry is not valid"))
    at = None if said is None or said["x"] is None else [round(float(said["x"]), 6), round(float(said["y"]), 6)]
    where_zh = "" if at is None else f"，位置 {at[0]:g}, {at[1]:g}"
    where_en = "" if at is None else f" at {at[0]:g}, {at[1]:g}"
    raise Refused(
        "geometry_crosses_itself",
        zh=f"{zh}{where_zh}。",
        en=f"{field}: {en}{where_en}.",
        field=field,
        reason=reason,
        at=at,
    )


def _as_json(geometry: BaseGeometry) -> JsonObject:
    flat = transform(geometry, lambda xy: xy, include_z=False) if geometry.has_z else geometry
    return decode_object(str(to_geojson(flat)))


def geometry_json(geometry: BaseGeometry | None) -> JsonObject | None:
    """A GeoJSON geometry object, two dimensions."""
    return None if geometry is None else _as_json(geometry)
