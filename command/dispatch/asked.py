"""A question for a recommendation as it comes in: needs, whom to leave out, which order to find a replacement for. Strict."""

from collections.abc import Mapping
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from command.dispatch.rules import COURSES, CourseKey, Measure
from command.dispatch.shape import Need
from command.orders.task import Priority
from command.organisation.book import organisation
from gis.crs import Origin, to_wgs84
from gis.geometry import check_point
from incidents.commands import PointIn
from incidents.incident import Incident
from spine.canonical import Json
from spine.errors import Refused

MOST_NEEDS = 200
MOST_AMOUNT = 2000
Id = Annotated[str, Field(min_length=1, max_length=80)]


class NeedIn(BaseModel):
    """One need. Without `point` it is where the incident is; `by_minutes`: from now, None: as soon as possible."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    incident_id: UUID
    title: Annotated[str, Field(min_length=1, max_length=200)]
    title_en: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    capability: Annotated[str, Field(min_length=1, max_length=60)]
    amount: Annotated[int, Field(ge=1, le=MOST_AMOUNT)]
    measure: Measure = "units"
    priority: Priority = "urgent"
    by_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 7)] | None = None
    point: PointIn | None = None
    task_id: UUID | None = None
    source: dict[str, JsonValue] = {}


class RecommendIn(BaseModel):
    """`exclude`: units that the officer leaves out. `replace`: find another unit for this order in place of the one it has."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    needs: Annotated[tuple[NeedIn, ...], Field(max_length=MOST_NEEDS)] = ()
    exclude: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()
    courses: Annotated[tuple[CourseKey, ...], Field(min_length=1, max_length=3)] = COURSES
    replace: UUID | None = None
    avoid_hazard: Literal["impact_or_model", "none"] = "impact_or_model"


def need_of(given: NeedIn, incident: Incident, field: str) -> Need:
    """Raises Refused `unknown_capability`, `place_unknown`, and what `check_point` raises."""
    named = organisation().capabilities
    if given.capability not in named:
        raise Refused(
            "unknown_capability",
            zh=f"没有“{given.capability}”这种能力。",
            en=f"There is no capability '{given.capability}'.",
            field=f"{field}.capability",
        )
    lon, lat = place_of(given.point, incident, field)
    return Need(
        given.id,
        str(incident.id),
        given.title,
        given.title_en or given.title,
        given.capability,
        given.amount,
        given.measure,
        lon,
        lat,
        given.priority,
        None if given.by_minutes is None else float(given.by_minutes),
        None if given.task_id is None else str(given.task_id),
        cast(Mapping[str, Json], given.source),
    )


def place_of(point: PointIn | None, incident: Incident, field: str) -> tuple[float, float]:
    """WGS 84. Raises Refused `place_unknown` where neither the need nor its incident says where."""
    if point is not None:
        lon, lat = check_point(point.lon, point.lat, f"{field}.point")
        return to_wgs84(lon, lat, Origin(point.origin))
    if incident.lon is None or incident.lat is None:
        raise Refused(
            "place_unknown",
            zh=f"事件“{incident.title}”没有位置，无法推荐：请先在地图上定位，或为该需求指定地点。",
            en=f"Nobody knows where '{incident.title}' is: place it on the map first, or give the need a place.",
            field=f"{field}.point",
        )
    return incident.lon, incident.lat
