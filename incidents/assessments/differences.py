"""What changed between two answers, and what made it change (pure). Works on answers as pictures carry them (`brief_of`)."""

from collections.abc import Mapping, Sequence
from typing import cast

from incidents.grading_rules import GRADE_WORDS, Grade
from spine.canonical import Json, JsonObject

MOST_PLACES = 10
_NONE = ("无", "none")
_NOT_GIVEN = ("未给出", "not given")


def differences(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> list[Json]:
    """Model, inputs, excluded facilities, outcomes, grade, people by zone, places to look first; in this order.

    Each: {kind, name, zh, en, before: {value, zh, en}, after: {value, zh, en}, because_zh, because_en}; `because`: where the
    new value of an input comes from. Nothing for a first answer.
    """
    if before is None:
        return []
    found: list[JsonObject] = []
    found += _model(before, after)
    found += _inputs(before, after)
    found += _outcomes(before, after)
    found += _grade(before, after)
    found += _zones(before, after)
    found += _places(before, after)
    return list(found)


def _entry(
    kind: str,
    name: str,
    words: tuple[str, str],
    before: JsonObject,
    after: JsonObject,
    because: tuple[str, str] | None = None,
) -> JsonObject:
    return {
        "kind": kind,
        "name": name,
        "zh": words[0],
        "en": words[1],
        "before": before,
        "after": after,
        "because_zh": None if because is None else because[0],
        "because_en": None if because is None else because[1],
    }


def _said(value: Json, zh: str, en: str) -> JsonObject:
    return {"value": value, "zh": zh, "en": en}


def _text(one: Mapping[str, Json], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _named(answer: Mapping[str, Json], name: str) -> dict[str, Mapping[str, Json]]:
    """The objects of a list by their name."""
    key = "key" if name == "zones" else "name"
    listed = cast(Sequence[Json], answer.get(name) or [])
    return {str(one[key]): one for one in listed if isinstance(one, Mapping)}


def _model(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    old, new = (cast(Mapping[str, Json], one.get("model") or {}) for one in (before, after))
    if (old.get("id"), old.get("version")) == (new.get("id"), new.get("version")):
        return []
    told = [
        _said(
            f"{m.get('id')}@{m.get('version')}",
            f"{_text(m, 'zh')} {m.get('version')}",
            f"{_text(m, 'en')} {m.get('version')}",
        )
        for m in (old, new)
    ]
    return [_entry("model", "model", ("模型", "model"), told[0], told[1])]


def _inputs(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    old, new = _named(before, "inputs"), _named(after, "inputs")
    found: list[JsonObject] = []
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name), new.get(name)
        told = [
            _said(None, *_NOT_GIVEN)
            if one is None or one.get("origin") == "absent"
            else _said(one.get("median"), _text(one, "value_zh"), _text(one, "value_en"))
            for one in (was, now)
        ]
        if told[0] == told[1]:
            continue
        shown = now or was or {}
        because = None if now is None else (_text(now, "source_zh"), _text(now, "source_en"))
        found.append(_entry("input", name, (_text(shown, "zh"), _text(shown, "en")), told[0], told[1], because))
    return found


def _outcomes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    old, new = (cast(Mapping[str, Mapping[str, Json]], one.get("outcomes") or {}) for one in (before, after))
    found: list[JsonObject] = []
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name), new.get(name)
        told = [_said(None, *_NOT_GIVEN) if one is None else _outcome(one) for one in (was, now)]
        if told[0] != told[1]:
            shown = now or was or {}
            found.append(_entry("outcome", name, (_text(shown, "zh"), _text(shown, "en")), told[0], told[1]))
    return found


def _outcome(one: Mapping[str, Json]) -> JsonObject:
    """The median; where the medians are equal the most likely band in words tells a difference."""
    count = one.get("p50")
    best_zh, best_en = _text(one, "best_zh"), _text(one, "best_en")
    if not isinstance(count, int | float):
        return _said(None, best_zh or "未知", best_en or "not known")
    zh, en = f"{count:,.0f}{_text(one, 'unit_zh')}", f"{count:,.0f} {_text(one, 'unit_en')}".rstrip()
    return _said(count, f"{zh}（{best_zh}）" if best_zh else zh, f"{en} ({best_en})" if best_en else en)


def grade_words(grade: Json) -> tuple[str, str]:
    return GRADE_WORDS[cast(Grade, grade)] if grade in GRADE_WORDS else _NONE


def _grade(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    grades = [cast(Mapping[str, Json], one.get("grade") or {}).get("suggested") for one in (before, after)]
    if grades[0] == grades[1]:
        return []
    told = [_said(grade, *grade_words(grade)) for grade in grades]
    return [_entry("grade", "grade", ("建议等级", "suggested grade"), told[0], told[1])]


def _zones(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    old, new = _named(before, "zones"), _named(after, "zones")
    found: list[JsonObject] = []
    for key in [*new, *(key for key in old if key not in new)]:
        told = [_people(one) for one in (old.get(key), new.get(key))]
        if told[0] != told[1]:
            shown = new.get(key) or old[key]
            words = (f"{_text(shown, 'zh')}内人口", f"people inside {_text(shown, 'en')}")
            found.append(_entry("zone", key, words, told[0], told[1]))
    return found


def _people(zone: Mapping[str, Json] | None) -> JsonObject:
    if zone is None:
        return _said(None, "无此区", "no such zone")
    people = zone.get("people")
    count = people.get("p50") if isinstance(people, Mapping) else None
    if not isinstance(count, int | float):
        return _said(None, "不详", "not known")
    return _said(count, f"{count:,.0f}人", f"{count:,.0f} people")


def _places(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[JsonObject]:
    """Places that came to the first ten of the list or left them."""
    old, new = (_first(one) for one in (before, after))
    found: list[JsonObject] = []
    for code in [*new, *(code for code in old if code not in new)]:
        if (code in old) == (code in new):
            continue
        told = [_said(None, *_NONE) if one is None else _ranked(one) for one in (old.get(code), new.get(code))]
        shown = new.get(code) or old[code]
        found.append(_entry("place", code, (_text(shown, "name_zh"), _text(shown, "name_en")), told[0], told[1]))
    return found[:MOST_PLACES]


def _first(answer: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    listed = cast(Sequence[Json], answer.get("priority") or [])
    return {str(one["code"]): one for one in listed[:10] if isinstance(one, Mapping)}


def _ranked(one: Mapping[str, Json]) -> JsonObject:
    rank = one.get("rank")
    return _said(rank, f"重点第{rank}位", f"no. {rank} of the places to look first")
