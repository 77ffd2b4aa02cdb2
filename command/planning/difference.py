"""What is different between two contents of a plan: by task, level, trigger and clause, not by line. Pure; contents may be half done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from spine.canonical import Json, JsonObject, encode

_KEYED = {
    "tasks": ("code",),
    "groups": ("id",),
    "watch": ("id",),
    "triggers": ("level", "grade", "metric", "colour"),
    "legal_basis": ("source", "clause"),
}
"""Lists whose rows have names: a row that moved is the same row."""
_NOT_COMPARED = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`part`: tasks, levels, …, or "head"; `key`: of the row in it, "" for none; `name`: the field, None when the whole row
    came or went."""

    part: str
    key: str
    zh: str
    en: str
    change: str  # added | removed | changed | moved
    name: str | None
    before: Json
    after: Json

    def to_json(self) -> JsonObject:
        return {
            "part": self.part, "key": self.key, "zh": self.zh, "en": self.en, "change": self.change, "name": self.name,
            "before": self.before, "after": self.after,
        }  # fmt: skip


def differences(before: JsonObject, after: JsonObject) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if name in _NOT_COMPARED or _same(name, one, other):
            continue
        if name in _KEYED and _rows(one) is not None and _rows(other) is not None:
            found += _in_rows(name, _rows(one) or [], _rows(other) or [])
        elif name in ("levels", "sign_minutes", "termination"):
            found += _in_object(name, one, other)
        else:
            found.append(_one("head", "", {}, name, one, other))
    return tuple(found)


_USUAL: Mapping[str, Json] = {"start_minutes": 0, "priority": "normal", "kind": "special"}


def _same(name: str, one: Json, other: Json) -> bool:
    """Whether two values say the same: what is left out, empty, or written as it usually is, is one and the same."""
    return encode(_said(name, one)) == encode(_said(name, other))


def _said(name: str, value: Json) -> Json:
    if value is None or value is False or value == _USUAL.get(name):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_said("", one) for one in cast(Sequence[Json], value)] or None
    if isinstance(value, Mapping):
        told = {key: _said(key, inner) for key, inner in _object(value).items()}
        return {key: inner for key, inner in told.items() if inner is not None}
    return value


_Row = Mapping[str, Json]


def _object(value: Json) -> _Row:
    """The value when it is an object, else an empty one: a content may be half done."""
    return cast(_Row, value) if isinstance(value, Mapping) else {}


def _rows(value: Json) -> list[_Row] | None:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        return None
    rows = cast(Sequence[Json], value)
    return [_object(row) for row in rows] if all(isinstance(row, Mapping) for row in rows) else None


def _by_key(part: str, rows: Sequence[_Row]) -> dict[str, _Row]:
    """Rows by their names; a name that stands there again is counted, so that no row is lost."""
    found: dict[str, _Row] = {}
    for row in rows:
        key = " ".join(str(row[name]) for name in _KEYED[part] if row.get(name) is not None)
        number, unique = 1, key
        while unique in found:
            number += 1
            unique = f"{key} ({number})"
        found[unique] = row
    return found


def _in_rows(part: str, before: Sequence[_Row], after: Sequence[_Row]) -> list[Difference]:
    olds, news = _by_key(part, before), _by_key(part, after)
    found: list[Difference] = []
    for key in dict.fromkeys((*news, *olds)):
        old, new = olds.get(key), news.get(key)
        if old is None or new is None:
            there = new or old or {}
            found.append(_row(part, key, there, "added" if old is None else "removed", old, new))
        else:
            for name in dict.fromkeys((*old, *new)):
                if not _same(name, old.get(name), new.get(name)):
                    found.append(_one(part, key, new, name, old.get(name), new.get(name)))
    kept_before, kept_after = [key for key in olds if key in news], [key for key in news if key in olds]
    if kept_before != kept_after:
        found.append(Difference(part, "", "", "", "moved", None, list(kept_before), list(kept_after)))
    return found


def _in_object(part: str, before: Json, after: Json) -> list[Difference]:
    olds, news = _object(before), _object(after)
    found: list[Difference] = []
    for key in dict.fromkeys((*olds, *news)):
        old, new = olds.get(key), news.get(key)
        if _same(key, old, new):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            row, was = _object(new), _object(old)
            for name in dict.fromkeys((*was, *row)):
                if not _same(name, was.get(name), row.get(name)):
                    found.append(_one(part, key, row, name, was.get(name), row.get(name)))
        elif part == "levels":
            there = _object(new) or _object(old)
            found.append(_row(part, key, there, "added" if key not in olds else "removed", old, new))
        else:
            found.append(_one(part, "", {}, key, old, new))
    return found


def _words(row: _Row) -> tuple[str, str]:
    zh, en = row.get("zh"), row.get("en")
    return (zh if isinstance(zh, str) else ""), (en if isinstance(en, str) else "")


def _row(part: str, key: str, row: _Row, change: str, old: Json, new: Json) -> Difference:
    zh, en = _words(row)
    return Difference(part, key, zh, en, change, None, old, new)


def _one(part: str, key: str, row: _Row, name: str, old: Json, new: Json) -> Difference:
    zh, en = _words(row)
    return Difference(part, key, zh, en, "changed", name, old, new)
