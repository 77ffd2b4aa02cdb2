"""Attributes of a layer: names that can be columns, types, and their values as the database's COPY text."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from gis.exchange.findings import Findings
from gis.exchange.options import MOST_ATTRIBUTES, Options, question
from spine.canonical import JsonObject
from spine.errors import Refused

Kind = Literal["text", "integer", "number", "boolean", "date", "datetime"]

COLUMN_TYPES: Mapping[Kind, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamptz",
}
OWN = frozenset({"fid", "geom", "mercator", "span", "min_zoom"})
"""Columns of every feature table; an attribute of such a name gets another."""
_MOST_BYTES = 60
_MOST_TEXT = 100_000
_NOT_A_NAME = re.compile(r"[^\w]+")
_MOMENT = re.compile(
    r"^(?P<year>\d{4})[-/](?P<month>\d{2})[-/](?P<day>\d{2})(?:[T ](?P<time>\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


@dataclass(frozen=True, slots=True)
class Attribute:
    """`source`: its name in the file; `name`: the column; `title`: what people read. `kind`: what is kept; `given`: what the file has, if
    that is another."""

    source: str
    name: str
    title: str
    kind: Kind
    given: Kind | None = None

    def to_json(self) -> JsonObject:
        return {"source": self.source, "name": self.name, "title": self.title, "type": self.kind}


def _fitting(text: str) -> str:
    """A column's name out of any text: letters of any script, digits and `_`, short enough for the database."""
    name = _NOT_A_NAME.sub("_", text.strip()).strip("_") or "attribute"
    while len(name.encode()) > _MOST_BYTES:
        name = name[:-1]
    return name


def attributes_of(fields: Iterable[tuple[str, Kind]], options: Options, findings: Findings) -> list[Attribute]:
    """What to keep of the file's attributes, in its order.

    Raises Refused `attribute_unknown`, `attribute_type`, `too_many_attributes`.
    """
    listed: list[tuple[str, Kind]] = list(fields)
    known = {name for name, _ in listed}
    for name in (*options.rename, *options.drop, *options.types):
        if name not in known:
            raise Refused(
                "attribute_unknown",
                zh=f"文件里没有属性“{name}”；有：{'、'.join(sorted(known))[:400]}。",
                en=f"The file has no attribute '{name}'; it has {', '.join(sorted(known))[:400]}.",
                field="rename",
                final=False,
            )
    for name, wanted in options.types.items():
        if wanted not in COLUMN_TYPES:
            raise Refused(
                "attribute_type",
                zh=f"属性“{name[:80]}”的类型应为 {'、'.join(COLUMN_TYPES)} 之一，收到“{wanted[:40]}”。",
                en=f"The type of '{name[:80]}' must be one of {', '.join(COLUMN_TYPES)}, not '{wanted[:40]}'.",
                field="types",
                final=False,
            )
    kept: list[tuple[str, Kind]] = [(name, kind) for name, kind in listed if name not in options.drop]
    if len(kept) > MOST_ATTRIBUTES:
        raise question(
            "too_many_attributes",
            zh=f"属性有 {len(kept)} 个，最多 {MOST_ATTRIBUTES} 个，请去掉不用的。",
            en=f"There are {len(kept)} attributes, {MOST_ATTRIBUTES} at most; drop those that are not needed.",
            field="drop",
            choices=[name for name, _ in listed[:2000]],
        )
    taken = set(OWN)
    attributes: list[Attribute] = []
    for source, kind in kept:
        title = options.rename.get(source, source).strip() or source
        name = base = _fitting(title)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name.lower())
        if name != title:
            findings.add("renamed", say=f"{title} → {name}")
        wanted = cast(Kind, options.types.get(source, kind))
        attributes.append(Attribute(source, name, title, wanted, None if wanted == kind else kind))
    return attributes


def copy_text(value: Any, kind: Kind) -> str:
    r"""One value as COPY text; `\N` for what is not there."""
    if value is None:
        return "\\N"
    match kind:
        case "text":
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            return text[:_MOST_TEXT].translate(_ESCAPED)
        case "boolean":
            return "t" if value else "f"
        case "integer":
            number = float(value) if isinstance(value, float) else int(value)
            return "\\N" if isinstance(number, float) and not math.isfinite(number) else str(int(number))
        case "number":
            number = float(value)
            return repr(number) if math.isfinite(number) else "\\N"
        case "date" | "datetime":
            text = _moment(str(value), kind)
            return "\\N" if text is None else text


def _moment(text: str, kind: Kind) -> str | None:
    """ISO 8601; a time that names no zone is Beijing time, as files here are written. None for what is no date."""
    found = _MOMENT.match(text)
    if found is None or found["year"] == "0000" or found["month"] == "00" or found["day"] == "00":
        return None
    day = f"{found['year']}-{found['month']}-{found['day']}"
    if kind == "date":
        return day
    zone = found["zone"] or "+08:00"
    return f"{day}T{found['time'] or '00:00:00'}{'+00:00' if zone == 'Z' else zone}"


def plain(value: Any, kind: Kind) -> Any:
    """One value as JSON, for a preview."""
    if value is None:
        return None
    if kind == "text":
        return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))[:200]
    if kind == "boolean":
        return bool(value)
    if kind in ("integer", "number"):
        number = float(value)
        if not math.isfinite(number):
            return None
        return int(value) if kind == "integer" else number
    return _moment(str(value), kind)
