"""An assessment (风险评估): one answer of a hazard model about an incident, or the refusal of one to answer (pure).

Versions are never edited: a newer one supersedes them. The picture carries, for each scenario ("live" or a what-if), the
newest answer without its geometries; everything else is fetched, for it never changes.
"""

from collections.abc import Mapping, Sequence
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

MOST_BRIEF_BYTES = 21 * 1024
"""Of an answer in a picture: it goes to every desk with every version."""


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

# What is cut first can be fetched with the whole answer or is declared by the model; what a leader looks for goes last.
_STEPS: Sequence[tuple[str, int]] = (
    ("weaknesses_zh", 0),
    ("weaknesses_en", 0),
    ("sources", 0),
    ("lists.rows", 10),
    ("grade.reasons", 6),
    ("changes", 6),
    ("priority", 12),
    ("lists.rows", 4),
    ("assumptions", 0),
    ("notes", 4),
    ("grade.reasons", 4),
    ("needs", 10),
    ("priority", 8),
    ("notes", 0),
    ("lists.rows", 0),
    ("grade.reasons", 2),
    ("changes", 3),
    ("priority", 5),
    ("needs", 5),
    ("asks", 6),
    ("footprints", 0),
    ("needs", 0),
    ("priority", 0),
)


def brief_of(answer: Mapping[str, Json], most_bytes: int = MOST_BRIEF_BYTES) -> dict[str, Json]:
    """The answer without geometries, and with long lists cut until it is small enough to go to every desk.

    `cut` names what was cut, so that a screen says that there is more (`lists.rows`: each list keeps its `total`).
    """
    brief: dict[str, Json] = {name: value for name, value in answer.items() if name not in ("timings", "footprints")}
    brief["footprints"] = [_without_shape(f) for f in _objects(answer.get("footprints"))]
    cut: list[str] = []
    brief["cut"] = list[Json](cut)
    left = _size(brief)
    for path, most in _STEPS:
        if left <= most_bytes:
            break
        shorter = _cut(brief, path, most)
        if shorter is not None:
            cut += [path] if path not in cut else []
            brief = {**shorter, "cut": list[Json](cut)}
            left = _size(brief)
    return brief


def _size(brief: Mapping[str, Json]) -> int:
    return len(encode(brief).encode())


def _objects(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in cast(Sequence[Json], value or []) if isinstance(one, Mapping)]


def _without_shape(footprint: Mapping[str, Json]) -> JsonObject:
    return {name: value for name, value in footprint.items() if name not in ("geometry", "inner", "outer")}


def _cut(brief: Mapping[str, Json], path: str, most: int) -> dict[str, Json] | None:
    """The brief with what is named cut to so many; None when it is no longer than that."""
    name, _, inner = path.partition(".")
    if path == "lists.rows":
        lists = _objects(brief.get(name))
        if all(len(_listed(one, inner)) <= most for one in lists):
            return None
        return {**brief, name: [{**one, inner: _listed(one, inner)[:most]} for one in lists]}
    held = brief.get(name) if inner else brief
    if not isinstance(held, Mapping) or len(_listed(held, inner or name)) <= most:
        return None
    shorter = {**held, inner or name: _listed(held, inner or name)[:most]}
    return {**brief, name: shorter} if inner else shorter


def _listed(holder: Mapping[str, Json], name: str) -> list[Json]:
    return list(cast(Sequence[Json], holder.get(name) or []))
