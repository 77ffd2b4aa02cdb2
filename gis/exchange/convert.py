"""One value of an attribute as another type, as whoever imports has asked: "1,234" as a number, 是 as true, 2026年3月1日 as a date.

What is not of the wanted type raises ValueError; the feature stays, its value is empty, and the report counts it.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from gis.exchange.attributes import Kind

_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_WHOLE = re.compile(r"^[+-]?\d{1,18}(\.0+)?$")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]+(.*))?$")
_CLOCK = re.compile(r"^(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2}(?:\.\d+)?)秒?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_YES = frozenset({"是", "有", "true", "t", "yes", "y", "1", "1.0", "真"})
_NO = frozenset({"否", "无", "没有", "false", "f", "no", "n", "0", "0.0", "假"})


def converted(value: Any, given: Kind, wanted: Kind) -> Any:
    """None stays None, and so does empty text. Raises ValueError."""
    if value is None or given == wanted or (isinstance(value, float) and math.isnan(value)):
        return value
    if wanted == "text":
        return _as_text(value, given)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text:
        return None
    match wanted:
        case "integer":
            return _whole(value, text)
        case "number":
            number = float(text.replace(",", "") if _THOUSANDS.match(text) else text)
            if not math.isfinite(number):
                raise ValueError(text)
            return number
        case "boolean":
            if text.lower() in _YES:
                return True
            if text.lower() in _NO:
                return False
            raise ValueError(text)
        case _:
            return _moment(text, wanted)


def _as_text(value: Any, given: Kind) -> str:
    if given == "integer":
        return str(int(value))
    if given == "number":
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if given == "boolean":
        return "true" if value else "false"
    return str(value)


def _whole(value: Any, text: str) -> int:
    if isinstance(value, bool):
        return int(value)
    plain = text.replace(",", "") if _THOUSANDS.match(text) else text
    if not _WHOLE.match(plain):
        raise ValueError(text)
    return int(plain.partition(".")[0])


def _moment(text: str, wanted: Kind) -> str:
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    found = _DAY.match(text)
    if found is None:
        raise ValueError(text)
    day = date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    rest = (found[4] or "").strip()
    if not rest:
        return day
    clock = _CLOCK.match(rest)
    if clock is None:
        raise ValueError(text)
    moment = f"{int(clock[1]):02}:{int(clock[2]):02}:{float(clock[3] or 0):02.0f}"
    datetime.fromisoformat(f"{day}T{moment}")
    return day if wanted == "date" else f"{day}T{moment}{clock[4] or ''}"
