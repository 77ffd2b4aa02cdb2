"""An exercise, its injects and its ratings as stored, and what may happen to them. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from spine.canonical import JsonObject
from spine.clock import iso, iso_or_none
from spine.errors import Refused

RatingMark = Literal["P", "S", "M", "U"]
RATING_WORDS: dict[RatingMark, tuple[str, str]] = {
    "P": ("优", "performed without challenges"),
    "S": ("良", "performed with some challenges"),
    "M": ("中", "performed with major challenges"),
    "U": ("差", "unable to be performed"),
}
"""HSEEP exercise evaluation marks and the words of the 2009 Chinese exercise guide that they are mapped to."""


@dataclass(frozen=True, slots=True)
class Exercise:
    id: UUID
    scenario: str
    title_zh: str
    title_en: str
    starts_at: datetime
    state: str
    ended: JsonObject | None
    version: int


@dataclass(frozen=True, slots=True)
class InjectRow:
    """`outcome`: what its commands came to; `done`: nothing more will be tried."""

    id: UUID
    exercise_id: UUID
    no: str
    due_at: datetime
    state: str
    delivered_at: datetime | None
    delivered_by: JsonObject | None
    reason: str | None
    outcome: JsonObject | None
    done: bool
    version: int


@dataclass(frozen=True, slots=True)
class Rating:
    id: UUID
    exercise_id: UUID
    inject_id: UUID | None
    criterion: str
    rating: str
    text: str
    by: JsonObject
    at: datetime


def require_running(exercise: Exercise) -> None:
    if exercise.state != "running":
        raise Refused(
            "exercise_ended",
            zh="演练已结束，不能再导调。",
            en="The exercise has ended; nothing can be injected any more.",
            status=409,
        )


def _not_planned(inject: InjectRow) -> Refused:
    zh, en = ("已投放", "delivered") if inject.state == "delivered" else ("已跳过", "skipped")
    return Refused(
        "inject_transition",
        zh=f"注入 {inject.no} {zh}，不能重复处理。",
        en=f"Inject {inject.no} is {en} already.",
        field="data.inject_id",
        status=409,
        state=inject.state,
    )


def deliver(inject: InjectRow, by: JsonObject, at: datetime, reason: str | None) -> InjectRow:
    """投放: from now on the director's runner carries its commands out."""
    if inject.state != "planned":
        raise _not_planned(inject)
    return replace(
        inject, state="delivered", delivered_at=at, delivered_by=by, reason=reason, version=inject.version + 1
    )


def skip(inject: InjectRow, reason: str | None) -> InjectRow:
    if inject.state != "planned":
        raise _not_planned(inject)
    if reason is None or not reason.strip():
        raise Refused(
            "reason_required",
            zh="跳过注入必须写明理由。",
            en="To skip an inject you must give a reason.",
            field="data.reason",
        )
    return replace(inject, state="skipped", reason=reason.strip(), done=True, version=inject.version + 1)


def record(inject: InjectRow, outcome: JsonObject, done: bool) -> InjectRow:
    if inject.done or inject.state != "delivered":
        return inject
    return replace(inject, outcome=outcome, done=done, version=inject.version + 1)


def end(exercise: Exercise, by: JsonObject, at: datetime, reason: str) -> Exercise:
    require_running(exercise)
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="结束演练必须写明理由。",
            en="To end the exercise you must give a reason.",
            field="data.reason",
        )
    ended: JsonObject = {"by": by, "at": iso(at), "reason": reason.strip()}
    return replace(exercise, state="ended", ended=ended, version=exercise.version + 1)


def exercise_object(exercise: Exercise, words: JsonObject) -> JsonObject:
    """`words`: the scenario's purpose, duration and objectives."""
    return {
        "id": str(exercise.id),
        "scenario": exercise.scenario,
        "title_zh": exercise.title_zh,
        "title_en": exercise.title_en,
        "starts_at": iso(exercise.starts_at),
        "state": exercise.state,
        "ended": exercise.ended,
        "version": exercise.version,
        **words,
    }


def inject_state(inject: InjectRow) -> JsonObject:
    return {
        "id": str(inject.id),
        "no": inject.no,
        "due_at": iso(inject.due_at),
        "state": inject.state,
        "delivered_at": iso_or_none(inject.delivered_at),
        "delivered_by": inject.delivered_by,
        "reason": inject.reason,
        "outcome": inject.outcome,
        "done": inject.done,
        "version": inject.version,
    }


def rating_object(rating: Rating) -> JsonObject:
    return {
        "id": str(rating.id),
        "criterion": rating.criterion,
        "rating": rating.rating,
        "text": rating.text,
        "inject_id": None if rating.inject_id is None else str(rating.inject_id),
        "by": rating.by,
        "at": iso(rating.at),
    }
