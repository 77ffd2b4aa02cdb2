"""What a briefing says of the incident's assessment: for whoever reads for ten seconds and must not be misled. Pure.

An estimate is never one number: the most likely band with how likely it is, all five bands, the interval, every grade with its
probability, the largest source of error. What-ifs are named as such and nothing of theirs is told as the situation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, cast

from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from spine.fold import Picture

State = Literal["none", "asking", "failed", "answered", "outdated"]
"""No model has spoken; it asks for something first; it could not answer; it has; it could not answer since."""

MOST_PLACES = 5
NEARLY = 0.08
"""Bands whose probabilities differ by less are told together: neither is the most likely one alone."""
_LIVE = "live"


def briefed_assessment(picture: Picture, at: datetime) -> JsonObject:
    """{state, estimate: {…}|null, refusal: {code, zh, en, asks, at}|null, supposed: [{title, by, at}]}.

    `cut` of the estimate names the lists that a picture carries only in part.
    """
    live = picture.get("assessments", {}).get(_LIVE)
    one = None if live is None else cast(Mapping[str, Json], live)
    answer = None if one is None else cast(Mapping[str, Json] | None, one.get("answer"))
    refusal = None if one is None else cast(Mapping[str, Json] | None, one.get("refusal"))
    return {
        "state": _state(answer, refusal),
        "estimate": None if one is None or answer is None else _estimate(one, answer, at),
        "refusal": None if refusal is None else _some(refusal, ("code", "zh", "en", "asks", "at")),
        "supposed": [
            _some(cast(Mapping[str, Json], what_if), ("title", "by", "at"))
            for what_if in picture.get("what_ifs", {}).values()
        ],
    }


def _state(answer: Mapping[str, Json] | None, refusal: Mapping[str, Json] | None) -> State:
    if answer is not None:
        return "answered" if refusal is None else "outdated"
    if refusal is None:
        return "none"
    return "asking" if refusal.get("asks") else "failed"


def _some(value: Mapping[str, Json], names: Sequence[str]) -> JsonObject:
    return {name: value.get(name) for name in names}


def _estimate(one: Mapping[str, Json], answer: Mapping[str, Json], at: datetime) -> JsonObject:
    outcomes = cast(Mapping[str, Mapping[str, Json]], answer.get("outcomes") or {})
    primary = str(answer.get("primary"))
    places = cast(Sequence[Json], answer.get("priority") or [])
    filed = parse_iso(str(one["at"]))
    return {
        "no": one.get("no"),
        "model": answer.get("model"),
        "at": one.get("at"),
        "age_minutes": max(0, int((at - filed).total_seconds() // 60)),
        "casualties": answer.get("casualties"),
        "primary": primary,
        "outcomes": [_outcome(name, told) for name, told in _primary_first(outcomes, primary)],
        "grade": answer.get("grade"),
        "largest_error": _some(
            cast(Mapping[str, Json], answer.get("errors") or {}), ("largest", "largest_zh", "largest_en")
        ),
        "confidence": answer.get("confidence"),
        "exposure": _some(
            cast(Mapping[str, Json], answer.get("exposure") or {}),
            ("loaded", "source_zh", "source_en", "date", "synthetic"),
        ),
        "limits": answer.get("limits"),
        "places": list(places[:MOST_PLACES]),
        "more_places": max(0, len(places) - MOST_PLACES),
        "needs": answer.get("needs"),
        "cut": answer.get("cut") or [],
    }


def _primary_first(outcomes: Mapping[str, Mapping[str, Json]], primary: str) -> list[tuple[str, Mapping[str, Json]]]:
    return sorted(outcomes.items(), key=lambda item: item[0] != primary)


def _outcome(name: str, told: Mapping[str, Json]) -> JsonObject:
    """`known` false: there is nothing to count from, and no number is given. `rival`: the band that is nearly as likely."""
    shares = cast(Sequence[float] | None, told.get("band_probabilities"))
    words = _some(told, ("zh", "en", "unit_zh", "unit_en", "best_zh", "best_en", "often_zh", "often_en", "p10", "p90"))
    if shares is None:
        return {"name": name, "known": False, **words, "bands": [], "best": None, "rival": None}
    bands = [str(band) for band in cast(Sequence[Json], told["bands"])]
    order = sorted(range(len(bands)), key=lambda index: -shares[index])
    best, second = order[0], order[1]
    rival = second if shares[best] - shares[second] < NEARLY else None
    return {
        "name": name,
        "known": True,
        **words,
        "bands": [{"band": band, "probability": share} for band, share in zip(bands, shares, strict=True)],
        "best": bands[best],
        "rival": None if rival is None else bands[rival],
    }
