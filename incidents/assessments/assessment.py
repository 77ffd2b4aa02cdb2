"""An assessment (风险评估): one answer of a hazard model about an incident, or the refusal of one to answer (pure).

Versions are never edited: a newer one supersedes them. The picture carries, for each scenario ("live" or a what-if), the
newest answer without its geometries; everything else is fetched, for it never changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from spine.canonical import Json, JsonObject, encode
from spine.clock import iso
from spine.principal import Grant, Principal, Role

LIVE = "live"
"""The scenario of what is so; every other is the id of a what-if."""

State = Literal["answered", "refused"]

MOST_BRIEF_BYTES = 24 * 1024
"""Of an answer in a picture: it goes to every desk with every version."""
_LONG = (("priority", 12), ("priority", 6), ("sources", 8))
_ROWS = (10, 5, 2, 0)


@dataclass(frozen=True, slots=True)
class Assessment:
    """`brief` and `answer` are None for a refusal, `refusal` is None for an answer. `asked_hash` is of all that was asked."""

    id: UUID
    incident_id: UUID
    no: int
    scenario: str
    state: State
    model: str
    model_version: str
    author: str
    class_key: str
    asked_hash: str
    caused_by: dict[str, Json]
    at: datetime
    supersedes: UUID | None
    wanted: dict[str, Json] | None
    refusal: dict[str, Json] | None
    brief: dict[str, Json] | None
    differences: list[Json]

    @property
    def grade(self) -> str | None:
        """The grade that this answer suggests."""
        grade = (self.brief or {}).get("grade")
        return cast(str | None, grade.get("suggested")) if isinstance(grade, Mapping) else None


def model_author(model: str, version: str, name: str) -> Principal:
    """Who files an answer: the model itself, in the version that gave it."""
    return Principal(id=f"model:{model}@{version}", name=f"模型·{name}", grants=(Grant(Role.SYSTEM),))


def assessment_object(answered: Assessment | None, refused: Assessment | None) -> JsonObject | None:
    """What a picture shows of a scenario: its newest answer, and the refusal that came after it, if one did.

    Never silent: a model that could not answer stands beside the older answer, or alone.
    """
    if refused is not None and answered is not None and answered.no > refused.no:
        refused = None
    shown = answered or refused
    if shown is None:
        return None
    return {
        **version_object(shown),
        "answer": None if answered is None else answered.brief,
        "refusal": None if refused is None else _refusal_object(refused),
    }


def version_object(one: Assessment) -> JsonObject:
    """One version without its answer, as lists of versions show it."""
    return {
        "id": str(one.id),
        "incident_id": str(one.incident_id),
        "no": one.no,
        "scenario": one.scenario,
        "state": one.state,
        "model": {"id": one.model, "version": one.model_version},
        "author": one.author,
        "class_key": one.class_key,
        "caused_by": one.caused_by,
        "at": iso(one.at),
        "supersedes": None if one.supersedes is None else str(one.supersedes),
        "wanted": one.wanted,
        "differences": one.differences,
        "refusal": one.refusal,
        **said_of(one.brief),
    }


def whole_object(one: Assessment, answer: JsonObject | None) -> JsonObject:
    """A version with everything, geometries too."""
    return {**version_object(one), "answer": answer}


def said_of(brief: Mapping[str, Json] | None) -> JsonObject:
    """The answer in a word: the best band of the primary outcome, and the grade it suggests."""
    outcome = primary_outcome(brief)
    grade = (brief or {}).get("grade")
    return {
        "best_zh": None if outcome is None else outcome.get("best_zh"),
        "best_en": None if outcome is None else outcome.get("best_en"),
        "grade": grade.get("suggested") if isinstance(grade, Mapping) else None,
    }


def head_summary(brief: Mapping[str, Json], at: datetime) -> dict[str, Json]:
    """What the head of the incident says of its newest live answer."""
    return {**said_of(brief), "at": iso(at)}


def primary_outcome(brief: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
    outcomes = (brief or {}).get("outcomes")
    primary = (brief or {}).get("primary")
    if not isinstance(outcomes, Mapping) or not isinstance(primary, str):
        return None
    found = outcomes.get(primary)
    return found if isinstance(found, Mapping) else None


def _refusal_object(one: Assessment) -> JsonObject:
    return {
        **(one.refusal or {}),
        "id": str(one.id),
        "no": one.no,
        "model": {"id": one.model, "version": one.model_version},
        "caused_by": one.caused_by,
        "at": iso(one.at),
    }


# --- what a picture carries of an answer ----------------------------------------------------------------------------


def brief_of(answer: Mapping[str, Json], most_bytes: int = MOST_BRIEF_BYTES) -> dict[str, Json]:
    """The answer without geometries, and with long lists cut until it is small enough to go to every desk.

    A cut list keeps its `total`; `cut` names what was cut, so that a screen says that there is more.
    """
    brief: dict[str, Json] = {name: value for name, value in answer.items() if name not in ("timings", "footprints")}
    brief["footprints"] = [_without_shape(f) for f in _objects(answer.get("footprints"))]
    brief["cut"] = []
    for rows in _ROWS:
        brief = _cut_rows(brief, rows)
        if _size(brief) <= most_bytes:
            return brief
    for name, most in _LONG:
        brief = _cut(brief, name, most)
        if _size(brief) <= most_bytes:
            return brief
    for name, keep in _LAST:
        value = brief.get(name)
        if value:
            brief[name] = keep(value)
            brief["cut"] = [*cast(Sequence[Json], brief["cut"]), name]
        if _size(brief) <= most_bytes:
            return brief
    return brief


def _nothing(_value: Json) -> Json:
    return []


_LAST: Sequence[tuple[str, Callable[[Json], Json]]] = (
    ("sources", _nothing),
    ("notes", _nothing),
    ("priority", _nothing),
    ("assumptions", _nothing),
    ("footprints", _nothing),
    ("lists", _nothing),
    ("needs", _nothing),
)


def _size(brief: Mapping[str, Json]) -> int:
    return len(encode(brief).encode())


def _objects(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in cast(Sequence[Json], value or []) if isinstance(one, Mapping)]


def _without_shape(footprint: Mapping[str, Json]) -> JsonObject:
    return {name: value for name, value in footprint.items() if name not in ("geometry", "inner", "outer")}


def _cut(brief: Mapping[str, Json], name: str, most: int) -> dict[str, Json]:
    value = cast(Sequence[Json], brief.get(name) or [])
    if len(value) <= most:
        return dict(brief)
    said = cast(Sequence[Json], brief["cut"])
    return {**brief, name: list(value[:most]), "cut": [*said, *([] if name in said else [name])]}


def _cut_rows(brief: Mapping[str, Json], most: int) -> dict[str, Json]:
    lists: list[Json] = []
    cut = False
    for one in _objects(brief.get("lists")):
        rows = cast(Sequence[Json], one.get("rows") or [])
        cut = cut or len(rows) > most
        lists.append({**one, "rows": list(rows[:most])})
    said = cast(Sequence[Json], brief["cut"])
    return {**brief, "lists": lists, "cut": [*said, *(["lists"] if cut and "lists" not in said else [])]}
