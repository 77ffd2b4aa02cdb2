"""Query parameters of `/items` as a checked `Wish`: each is refused with its name, nothing is guessed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gis.features.area import area_of_text
from gis.features.collection import Collection, Column
from gis.features.filter_sql import FilterSql
from gis.features.filter_terms import Terms
from gis.features.filter_text import LANGUAGES, read_filter
from gis.features.moments import read_date, read_moment, read_period
from gis.features.query import Wish
from gis.features.reference_systems import CRS84, ReferenceSystem, system_named
from spine.errors import Refused

DEFAULT_LIMIT = 100
MOST_LIMIT = 1000
MOST_OFFSET = 1_000_000_000
OWN = ("limit", "offset", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs")
_RESERVED = frozenset({"f", *OWN})


@dataclass(frozen=True, slots=True)
class Wanted:
    wish: Wish
    limit: int
    offset: int
    system: ReferenceSystem


def asked_by_name(collection: Collection) -> list[Column]:
    """Attributes that can be asked as `?name=value`; one with the name of another parameter needs a filter."""
    return [column for column in collection.queryables if column.name not in _RESERVED]


def read_wanted(collection: Collection, parameters: dict[str, str]) -> Wanted:
    """Raises Refused (400)."""
    limit = _whole(parameters, "limit", DEFAULT_LIMIT, 1)
    offset = _whole(parameters, "offset", 0, 0)
    if offset > MOST_OFFSET:
        raise _bad("offset", f"最大为 {MOST_OFFSET}。", f"it is at most {MOST_OFFSET}.")
    box_system = _system(parameters, "bbox-crs")
    area = area_of_text(parameters["bbox"], box_system) if "bbox" in parameters else None
    period = read_period(parameters["datetime"]) if "datetime" in parameters else None
    equals = [
        (column, _value(column, parameters[column.name]))
        for column in asked_by_name(collection)
        if column.name in parameters
    ]
    terms = Terms(collection, _system(parameters, "filter-crs"))
    language = parameters.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise _bad("filter-lang", f"应为 {'、'.join(LANGUAGES)} 之一。", f"it must be one of {', '.join(LANGUAGES)}.")
    conditions = []
    if "filter" in parameters:
        conditions = [FilterSql(terms).condition(read_filter(parameters["filter"], language))]
    wish = Wish(area, period, equals, conditions, terms.parameters)
    return Wanted(wish, min(limit, MOST_LIMIT), offset, system_of(parameters))


def system_of(parameters: dict[str, str]) -> ReferenceSystem:
    return _system(parameters, "crs")


def _system(parameters: dict[str, str], name: str) -> ReferenceSystem:
    return system_named(parameters[name], name) if name in parameters else CRS84


def _bad(name: str, zh: str, en: str) -> Refused:
    return Refused("bad_parameter", zh=f"{name}：{zh}", en=f"{name}: {en}", field=name, status=400)


def _whole(parameters: dict[str, str], name: str, default: int, least: int) -> int:
    text = parameters.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 30 or int(text) < least:
        raise _bad(name, f"应为不小于 {least} 的整数。", f"a whole number of at least {least} is expected.")
    return int(text)


def _value(column: Column, text: str) -> Any:
    name = column.name
    if "\x00" in text:
        raise _bad(name, "不能有空字符。", "it must hold no NUL character.")
    match column.kind:
        case "integer":
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
                raise _bad(name, "应为整数。", "a whole number is expected.")
            return int(text)
        case "number":
            try:
                number = float(text)
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise _bad(name, "应为有限的数字。", "a finite number is expected.")
            return number
        case "boolean":
            if text not in ("true", "false"):
                raise _bad(name, "应为 true 或 false。", "true or false is expected.")
            return text == "true"
        case "date":
            return read_date(text, name)
        case "datetime":
            return read_moment(text, name)
        case _:
            return text


def names_of(collection: Collection) -> Sequence[str]:
    return [*OWN, *(column.name for column in asked_by_name(collection))]
