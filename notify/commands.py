"""What the notify room can be asked for."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from spine.command import CommandData


class Addressee(BaseModel):
    """One person to be told, with the words in his language."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    account_id: UUID
    name: str
    email: str | None
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    text: Annotated[str, Field(max_length=8000)]


class QueueMessage(CommandData):
    """Say that people must be told. A row per person and channel; a worker does the telling."""

    kind: ClassVar[str] = "message.queue"
    incident_id: UUID | None
    task_id: UUID | None
    message_kind: Literal["order", "notice"]
    subject: str
    text: str
    to: Annotated[list[Addressee], Field(max_length=500)]


class MarkDelivery(CommandData):
    """The recipient's own screen has it, or he opened it."""

    kind: ClassVar[str] = "delivery.mark"
    delivery_id: UUID
    state: Literal["delivered", "read"]


class SettleDelivery(CommandData):
    """What came of an attempt on an outside channel."""

    kind: ClassVar[str] = "delivery.settle"
    delivery_id: UUID
    sent: bool
    retryable: bool = False
    error: str | None = None


class AnswerMessages(CommandData):
    """An order was signed: whoever was told of it in that department or unit has answered."""

    kind: ClassVar[str] = "message.answer"
    task_id: UUID
    account_id: UUID
