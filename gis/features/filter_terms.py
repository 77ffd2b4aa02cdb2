"""The leaves of a CQL2 filter as SQL: attributes by name, literals as bound parameters, geometries checked, times read.

Nothing the asker wrote becomes SQL text: a name is looked up and gives the collection's own expression, a value a placeholder.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from psycopg import sql
from shapely import from_wkb, to_wkb
from shapely.geometry import GeometryCollection

from gis.features.area import area_of
from gis.features.collection import SQL_TYPES, Collection, ColumnKind
from gis.features.filter_text import refuse_filter
from gis.features.moments import read_date, read_moment
from gis.features.reference_systems import CRS84, ReferenceSystem
from gis.geometry import parse_geometry
from spine.errors import Refused

GEOMETRY_NAMES = ("geom", "geometry")
_MOST_BIGINT = 2**63
_MOST_PARTS = 100
_T = TypeVar("_T")
TermKind = Literal["text", "integer", "number", "boolean", "date", "datetime", "geometry"]
_WORDS: Mapping[str, tuple[str, str]] = {
    "text": ("文字", "text"),
    "integer": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "boolean": ("true 或 false", "true or false"),
    "date": ("日期 DATE('…')", "a date, DATE('…')"),
    "datetime": ("时刻 TIMESTAMP('…')", "an instant, TIMESTAMP('…')"),
    "geometry": ("几何", "a geometry"),
}


@dataclass(frozen=True, slots=True)
class Term:
    kind: TermKind
    expression: sql.Composable


def words_for(kind: str) -> tuple[str, str]:
    return _WORDS[kind]


@dataclass(slots=True)
class Terms:
    """Makes terms and keeps the parameters they need. `system`: that of coordinates in the filter."""

    collection: Collection
    system: ReferenceSystem = CRS84
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])

    def bound(self, value: Any, kind: ColumnKind) -> sql.Composable:
        return sql.SQL("{}::{}").format(self._placeholder(value), SQL_TYPES[kind])

    def _placeholder(self, value: Any) -> sql.Composable:
        name = f"filter_{len(self.parameters)}"
        self.parameters[name] = value
        return sql.Placeholder(name)

    def property(self, name: Any, at: str) -> Term:
        if not isinstance(name, str):
            raise refuse_filter("filter_syntax", "属性名应为文字。", "a property is named by text.", at)
        column = self.collection.column(name)
        if column is None and name in GEOMETRY_NAMES:
            return Term("geometry", self.collection.geometry)
        if column is None or column.kind == "json":
            known = [one.name for one in self.collection.queryables]
            raise refuse_filter(
                "unknown_property",
                f"没有可查询的属性“{name[:80]}”；有：{'、'.join(known)[:400]}。",
                f"there is no queryable property '{name[:80]}'; there are {', '.join(known)[:400]}.",
                at,
            )
        return Term(column.kind, column.expression)

    def literal(self, value: Any, at: str) -> Term:
        """A scalar, a date, a timestamp, a geometry or a box."""
        match value:
            case bool():
                return Term("boolean", self.bound(value, "boolean"))
            case str():
                _no_nul(value, at)
                return Term("text", self.bound(value, "text"))
            case int() if abs(value) < _MOST_BIGINT:
                return Term("integer", self.bound(value, "integer"))
            case int() | float():
                return Term("number", self.bound(_finite(value, at), "number"))
            case {"date": str(text), **rest} if not rest:
                return Term("date", self.bound(_placed(lambda: read_date(text, "filter"), at), "date"))
            case {"timestamp": str(text), **rest} if not rest:
                return Term("datetime", self.bound(_placed(lambda: read_moment(text, "filter"), at), "datetime"))
            case {"bbox": [*numbers], **rest} if not rest:
                return self._geometry(self._box(numbers, at))
            case {"type": str(), "coordinates": [*_]}:
                return self._geometry(self._shape(value, at))
            case {"type": "GeometryCollection", "geometries": [*parts], **rest} if (
                not rest and 0 < len(parts) <= _MOST_PARTS
            ):
                shapes = [from_wkb(self._shape(part, f"{at}/geometries/{i}")) for i, part in enumerate(parts)]
                return self._geometry(to_wkb(GeometryCollection(shapes)))
            case _:
                raise refuse_filter("filter_syntax", "这不是 CQL2 的值。", "this is no value of CQL2.", at)

    def _geometry(self, wkb: bytes) -> Term:
        return Term("geometry", sql.SQL("ST_GeomFromWKB({}::bytea, 4326)").format(self._placeholder(wkb)))

    def _box(self, numbers: Sequence[Any], at: str) -> bytes:
        plain = [_finite(number, f"{at}/bbox/{index}") for index, number in enumerate(numbers)]
        shapes = _placed(lambda: area_of(plain, self.system, "filter"), at).shapes()
        return to_wkb(shapes[0] if len(shapes) == 1 else GeometryCollection(shapes))

    def _shape(self, value: Any, at: str) -> bytes:
        match value:
            case {"type": str(kind), "coordinates": [*_]}:
                pass
            case _:
                raise refuse_filter("filter_syntax", "应为几何。", "a geometry is expected.", at)
        moved = {"type": kind, "coordinates": self._moved(value["coordinates"], 0, f"{at}/coordinates")}
        return to_wkb(_placed(lambda: parse_geometry(cast(Any, moved), "geometry", china=False), at))

    def _moved(self, value: Any, depth: int, at: str) -> Any:
        """Coordinates of whatever depth, in WGS 84, longitude first."""
        if not isinstance(value, list) or depth > 4:
            raise refuse_filter("filter_syntax", "应为坐标数组。", "an array of coordinates is expected.", at)
        items = cast(list[Any], value)
        if items and not isinstance(items[0], list):
            numbers = [_finite(item, f"{at}/{index}") for index, item in enumerate(items)]
            if len(numbers) not in (2, 3):
                raise refuse_filter("filter_syntax", "坐标应有两个数字。", "a position has two numbers.", at)
            return list(self.system.to_wgs84(numbers[0], numbers[1]))
        return [self._moved(item, depth + 1, f"{at}/{index}") for index, item in enumerate(items)]


def _no_nul(text: str, at: str) -> None:
    if "\x00" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise refuse_filter("filter_syntax", "文字里有不能用的字符。", "the text holds a character that cannot be.", at)


def _finite(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse_filter("filter_wrong_type", "应为数字。", "a number is expected.", at)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise refuse_filter("filter_wrong_type", "数字过大。", "the number is too large.", at)
    return number


def _placed(make: Callable[[], _T], at: str) -> _T:
    """What is refused inside a filter is the filter's fault, and says where in it."""
    try:
        return make()
    except Refused as error:
        zh, en = f"filter（{at}）：{error.zh}", f"filter ({at}): {error.en}"
        raise Refused(error.code, zh=zh, en=en, field="filter", status=400, at=at) from None
