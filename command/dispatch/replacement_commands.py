"""The command that asks whether a unit which cannot get through shall be replaced."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from command.commands import Short, Words
from spine.command import CommandData


class ClosureIn(BaseModel):
    """A standing closure as the proposal names it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Short
    zh: Annotated[str, Field(max_length=500)]
    en: Annotated[str, Field(max_length=500)]
    reason: Annotated[str, Field(max_length=1000)]


class ProposeReplacement(CommandData):
    """Sent by the system. `closures`: what bars the way (`cause` closure); `said`: the unit's own words (`cause` report)."""

    kind: ClassVar[str] = "proposal.replace_unit"
    task_id: UUID
    unit_id: UUID
    cause: Literal["closure", "report"]
    closures: Annotated[tuple[ClosureIn, ...], Field(max_length=20)] = ()
    said: Words | None = None
