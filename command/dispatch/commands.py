"""The commands of dispatch and evacuation: what an officer chose among what the platform recommended."""

from typing import Annotated, ClassVar, Literal
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
    """One incident's part of a recommendation. `recommendation`: the answer as the officer saw it, without drawn lines, with its
    seal; `picks` may differ from the course's, then `reason` says why."""

    kind: ClassVar[str] = "dispatch.choose"
    incident_id: UUID
    course: CourseKey
    needs: Annotated[tuple[NeedIn, ...], Field(min_length=1, max_length=MOST_PICKS)]
    picks: Annotated[tuple[PickIn, ...], Field(min_length=1, max_length=MOST_PICKS)]
    reason: Reason = ""
    recommendation: dict[str, JsonValue]


class FlowIn(BaseModel):
    """So many people of one township's part of a zone to one shelter, as the plan said or as the officer changed it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    origin_id: Id
    from_zh: Annotated[str, Field(min_length=1, max_length=120)]
    from_en: Annotated[str, Field(min_length=1, max_length=120)]
    desk: Annotated[str, Field(min_length=1, max_length=40)]
    shelter_id: Annotated[str, Field(min_length=1, max_length=80)]
    people: Annotated[int, Field(ge=1, le=5_000_000)]
    mode: Literal["walk", "vehicle"]
    minutes: Annotated[float, Field(ge=0, le=60 * 24 * 7)] | None = None
    clear_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] | None = None
    roads_zh: Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=5)] = ()
    roads_en: Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=5)] = ()


class AdoptEvacuation(CommandData):
    """`plan`: the answer as the officer saw it, with its seal, or {} for one made by hand; `flows`: what is ordered. One order for each township, to its desk. `reason` is
    always given: an evacuation is decided by a person, never by silence (invariant 16)."""

    kind: ClassVar[str] = "evacuation.adopt"
    incident_id: UUID
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    flows: Annotated[tuple[FlowIn, ...], Field(min_length=1, max_length=500)]
    plan: dict[str, JsonValue]
