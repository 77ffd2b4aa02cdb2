"""What may be asked for on an order besides the steps of doing it: begin, split, more time, a pause, urging, supervision."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from command.commands import EvidenceKind, Minutes, Reason, Short, Words
from command.transitions import PauseCause
from spine.command import CommandData


class BeginTask(CommandData):
    """A waiting order begins. The system sends it when its time has come; a person sends it to begin earlier, with a reason."""

    kind: ClassVar[str] = "task.begin"
    task_id: UUID
    reason: Reason = ""


class PartData(BaseModel):
    """One part of an order that is split. `department` None: the same; `due_minutes` None: the rest of the whole's time."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    title: Short
    text: Words | None = None
    department: Short | None = None
    due_minutes: Minutes | None = None
    evidence: Annotated[tuple[EvidenceKind, ...], Field(max_length=3)] = ()


class SplitTask(CommandData):
    kind: ClassVar[str] = "task.split"
    task_id: UUID
    parts: Annotated[tuple[PartData, ...], Field(min_length=1, max_length=20)]


class AskExtension(CommandData):
    kind: ClassVar[str] = "task.ask_extension"
    task_id: UUID
    minutes: Minutes
    reason: Reason


class DecideExtension(CommandData):
    kind: ClassVar[str] = "task.decide_extension"
    task_id: UUID
    granted: bool
    minutes: Minutes | None = None
    reason: Reason = ""


class AskPause(CommandData):
    kind: ClassVar[str] = "task.ask_pause"
    task_id: UUID
    cause: PauseCause
    text: Reason
    minutes: Minutes


class DecidePause(CommandData):
    kind: ClassVar[str] = "task.decide_pause"
    task_id: UUID
    granted: bool
    minutes: Minutes | None = None
    reason: Reason = ""


class GoOn(CommandData):
    kind: ClassVar[str] = "task.go_on"
    task_id: UUID


class UrgeTask(CommandData):
    kind: ClassVar[str] = "task.urge"
    task_id: UUID
    text: Reason = ""


class SuperviseTask(CommandData):
    kind: ClassVar[str] = "task.supervise"
    task_id: UUID
    reason: Reason


class ReleaseTask(CommandData):
    kind: ClassVar[str] = "task.release"
    task_id: UUID
    reason: Reason


class EscalateTask(CommandData):
    """Sent by the system when a clock of the order has reached a threshold of `rules/escalation.yaml`."""

    kind: ClassVar[str] = "task.escalate"
    task_id: UUID
