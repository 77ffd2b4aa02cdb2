"""An incident (突发事件) and what is decided about it (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from incidents.call import point_object
from incidents.classification import catalogue
from incidents.grading import is_worse
from incidents.grading_rules import Grade
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused, forbidden, stale_version


@dataclass(frozen=True, slots=True)
class Incident:
    id: UUID
    no: str
    title: str
    class_key: str
    status: str
    place: str
    lon: float | None
    lat: float | None
    origin: str | None
    area_code: str
    occurred_at: datetime
    opened_at: datetime
    description: str | None
    incident_area: dict[str, Json] | None
    impact_area: dict[str, Json] | None
    sensitive: bool
    from_alert: UUID | None
    from_call: UUID | None
    opened_by: dict[str, Json]
    closed: dict[str, Json] | None
    grade_suggested: dict[str, Json] | None
    grade_decided: dict[str, Json] | None
    response: dict[str, Json] | None
    tasks_open: int
    tasks_closed: int
    tasks_total: int
    version: int
    updated_at: datetime
    assessment: dict[str, Json] | None = None

    @property
    def decided_grade(self) -> Grade | None:
        return None if self.grade_decided is None else cast(Grade, self.grade_decided["grade"])

    @property
    def suggested_grade(self) -> Grade | None:
        return None if self.grade_suggested is None else cast(Grade, self.grade_suggested["grade"])


@dataclass(frozen=True, slots=True)
class Figure:
    """The newest value of a metric; None: withdrawn, not known."""

    metric: str
    value: float | None
    source: str
    observed_at: datetime
    by: dict[str, Json]
    at: datetime


def require_open(incident: Incident) -> None:
    if incident.status != "open":
        raise Refused(
            "incident_closed",
            zh=f"事件“{incident.title}”已办结，不能再登记内容；如情况有变，请先重新启动。",
            en=f"The incident '{incident.title}' is closed. Reopen it first if the situation has changed.",
            field="data.incident_id",
            status=409,
            final=False,
        )


def require_version(incident: Incident, expect: int | None) -> None:
    if expect is not None and expect != incident.version:
        raise stale_version(expect, incident.version, field="data.expect")


def require_may_lower(incident: Incident, grade: Grade, by_leader: bool) -> None:
    """Raising is anybody's who may decide; a decided grade is lowered by a leader only (invariant 10)."""
    decided = incident.decided_grade
    if decided is not None and is_worse(decided, grade) and not by_leader:
        raise forbidden(
            f"已核定为{decided}级，降低等级须由领导决定。",
            f"It has been decided as grade {decided}; only a leader may lower it.",
            field="data.grade",
        )


def suggestion_object(
    suggestion: tuple[Grade, Sequence[Json]] | None, incident: Incident, at: datetime
) -> dict[str, Json] | None:
    """What figures and models suggest now: the grade, and its reasons. `lowered`: less than was suggested before and nobody has decided since (invariant 10)."""
    if suggestion is None:
        return None
    grade, reasons = suggestion
    before = incident.suggested_grade
    lowered = before is not None and is_worse(before, grade)
    if not lowered and before == grade and incident.grade_suggested is not None:
        decided = "" if incident.grade_decided is None else str(incident.grade_decided["at"])
        lowered = bool(incident.grade_suggested.get("lowered")) and decided < str(incident.grade_suggested["at"])
    return {"grade": grade, "reasons": list(reasons), "at": iso(at), "lowered": lowered}


def head_object(incident: Incident) -> JsonObject:
    """What lists show."""
    event_class = catalogue().find(incident.class_key)
    return {
        "id": str(incident.id),
        "no": incident.no,
        "title": incident.title,
        "class_key": incident.class_key,
        "class_zh": incident.class_key if event_class is None else event_class.zh,
        "class_en": incident.class_key if event_class is None else event_class.en,
        "category": incident.class_key.partition(".")[0],
        "status": incident.status,
        "place": incident.place,
        "point": point_object(incident.lon, incident.lat, incident.origin),
        "area_code": incident.area_code,
        "occurred_at": iso(incident.occurred_at),
        "opened_at": iso(incident.opened_at),
        "grade": {"suggested": incident.grade_suggested, "decided": incident.grade_decided},
        "assessment": incident.assessment,
        "response": incident.response,
        "tasks": {
            "open": incident.tasks_open,
            "closed": incident.tasks_closed,
            "total": incident.tasks_total,
        },
        "sensitive": incident.sensitive,
        "version": incident.version,
        "updated_at": iso(incident.updated_at),
    }


def incident_object(incident: Incident) -> JsonObject:
    """The whole incident."""
    origin: Json = None
    if incident.from_alert is not None:
        origin = {"alert_id": str(incident.from_alert)}
    elif incident.from_call is not None:
        origin = {"call_id": str(incident.from_call)}
    return {
        **head_object(incident),
        "description": incident.description,
        "incident_area": incident.incident_area,
        "impact_area": incident.impact_area,
        "opened_by": incident.opened_by,
        "from": origin,
        "closed": incident.closed,
    }


def figure_object(figure: Figure, unit: Mapping[str, str]) -> JsonObject:
    """`unit`: {zh, en} of the metric."""
    return {
        "id": figure.metric,
        "metric": figure.metric,
        "value": figure.value,
        "unit": unit["zh"],
        "unit_en": unit["en"],
        "source": figure.source,
        "observed_at": iso(figure.observed_at),
        "by": figure.by,
        "at": iso(figure.at),
    }
