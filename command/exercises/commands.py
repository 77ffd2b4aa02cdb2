"""The commands of exercise control and evaluation. In the live realm every one of them is refused."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from spine.command import CommandData


class DeliverInject(CommandData):
    kind: ClassVar[str] = "inject.deliver"
    inject_id: UUID
    reason: Annotated[str, Field(max_length=1000)] | None = None


class SkipInject(CommandData):
    kind: ClassVar[str] = "inject.skip"
    inject_id: UUID
    reason: Annotated[str, Field(max_length=1000)] | None = None


class RecordInject(CommandData):
    """What the commands of a delivered inject came to; sent by the runner."""

    kind: ClassVar[str] = "inject.record"
    inject_id: UUID
    outcome: dict[str, JsonValue]
    done: bool


class RateExercise(CommandData):
    kind: ClassVar[str] = "exercise.rate"
    criterion: Annotated[str, Field(min_length=1, max_length=200)]
    rating: Literal["P", "S", "M", "U"]
    text: Annotated[str, Field(max_length=4000)]
    inject_id: UUID | None = None


class EndExercise(CommandData):
    kind: ClassVar[str] = "exercise.end"
    reason: Annotated[str, Field(max_length=1000)]
