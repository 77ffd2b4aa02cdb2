"""The commands with which an evacuation goes on to the next shelter."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from command.commands import Reason
from spine.command import CommandData

_People = Annotated[int, Field(ge=1, le=5_000_000)]


class MoveIn(BaseModel):
    """So many people to this shelter. `minutes`: by road, None: not known; `distance_m`: by straight line."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    shelter_id: UUID
    people: _People
    distance_m: Annotated[int, Field(ge=0, le=2_000_000)] | None = None
    minutes: Annotated[float, Field(ge=0, le=60 * 24)] | None = None


class ProposeNextShelter(CommandData):
    """Sent by the system: people of this incident find no room in `shelter_id`. `moves`: where there is room, the nearest first."""

    kind: ClassVar[str] = "proposal.next_shelter"
    incident_id: UUID
    shelter_id: UUID
    moves: Annotated[tuple[MoveIn, ...], Field(max_length=40)]


class RedirectEvacuation(CommandData):
    """What accepts the proposal. `expect`: its version that was seen; `moves`: as proposed, or otherwise with a reason."""

    kind: ClassVar[str] = "evacuation.redirect"
    proposal_id: UUID
    expect: int
    moves: Annotated[tuple[MoveIn, ...], Field(min_length=1, max_length=40)]
    reason: Reason | None = None


class ReleasePlaces(CommandData):
    """`brought`: the order is done, the next count has whoever came. `stood_down`: nobody comes for this order any more."""

    kind: ClassVar[str] = "evacuation.release"
    incident_id: UUID
    task_id: UUID | None = None
    how: Literal["brought", "stood_down"]
    reason: Reason | None = None
