"""The commands of dispatch and evacuation: what an officer chose among what the platform recommended."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from command.dispatch.asked import Id, NeedIn
from command.dispatch.rules import CourseKey
from spine.command import CommandData

MOST_PICKS = 200
Reason = Annotated[str, Field(max_length=1000)]


class PickIn(BaseModel):
    """`minutes`: when the recommendation expects the unit, None: not known; it stands in the order's text."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    need_id: Id
    unit_id: UUID
    minutes: Annotated[float, Field(ge=0, le=60 * 24 * 7)] | None = None


class ChooseDispatch(CommandData):
    """One incident's part of a recommendation. `recommendation`: the answer as the officer saw it, without drawn lines; `picks` may
    differ from the course's, then `reason` says why."""

    kind: ClassVar[str] = "dispatch.choose"
    incident_id: UUID
    course: CourseKey
    needs: Annotated[tuple[NeedIn, ...], Field(min_length=1, max_length=MOST_PICKS)]
    picks: Annotated[tuple[PickIn, ...], Field(min_length=1, max_length=MOST_PICKS)]
    reason: Reason = ""
    recommendation: dict[str, JsonValue]


class AdoptEvacuation(CommandData):
    """`plan`: the answer as the officer saw it, without drawn lines; `flows`: those of its rows that are ordered, by number."""

    kind: ClassVar[str] = "evacuation.adopt"
    incident_id: UUID
    reason: Reason
    sign_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    flows: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=500)]
    plan: dict[str, JsonValue]
