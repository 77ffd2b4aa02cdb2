"""The commands of this room: what a sender may ask for. Strict; nothing unknown passes."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from spine.command import CommandData

Words = Annotated[str, Field(min_length=1, max_length=4000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=1000)]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 30)]
LevelName = Literal["I", "II", "III", "IV"]
FileHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Files = Annotated[tuple[FileHash, ...], Field(max_length=20)]
HelpKind = Literal["people", "vehicle", "medical", "equipment"]


class PointData(BaseModel):
    """A position in the coordinates it was read in; they are converted to WGS 84 before anything is stored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    origin: Literal["WGS84", "CGCS2000", "GCJ02", "BD09"] = "WGS84"


class ReasonData(BaseModel):
    """One reason for a level, in both languages where both are known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    zh: Words
    en: Words | None = None
    clause: str | None = None
    source: str | None = None


class ProposeResponse(CommandData):
    kind: ClassVar[str] = "response.propose"
    incident_id: UUID
    plan_id: Short
    level: LevelName
    reasons: Annotated[tuple[ReasonData, ...], Field(min_length=1, max_length=20)]


class SuggestResponse(CommandData):
    """The plan follower's question: does a plan call for a (higher) response now?"""

    kind: ClassVar[str] = "response.suggest"
    incident_id: UUID


class ActivateResponse(CommandData):
    kind: ClassVar[str] = "response.activate"
    response_id: UUID
    level: LevelName
    tasks: Annotated[tuple[Short, ...], Field(max_length=200)]
    reason: Reason | None = None


class DeclineResponse(CommandData):
    kind: ClassVar[str] = "response.decline"
    response_id: UUID
    reason: Reason


class EndResponse(CommandData):
    kind: ClassVar[str] = "response.end"
    response_id: UUID
    reason: Reason


class IssueTask(CommandData):
    kind: ClassVar[str] = "task.issue"
    incident_id: UUID
    title: Short
    text: Words
    department: Short
    unit_id: UUID | None = None
    sign_minutes: Minutes | None = None
    due_minutes: Minutes
    deliverable: Short | None = None


class SignTask(CommandData):
    kind: ClassVar[str] = "task.sign"
    task_id: UUID


class ReturnTask(CommandData):
    kind: ClassVar[str] = "task.return"
    task_id: UUID
    reason: Reason


class ReissueTask(CommandData):
    kind: ClassVar[str] = "task.reissue"
    task_id: UUID
    department: Short
    reason: Reason


class StartTask(CommandData):
    kind: ClassVar[str] = "task.start"
    task_id: UUID


class AssignTask(CommandData):
    kind: ClassVar[str] = "task.assign"
    task_id: UUID
    unit_id: UUID


class ReportProgress(CommandData):
    kind: ClassVar[str] = "task.progress"
    task_id: UUID
    text: Words
    files: Files = ()


class SubmitTask(CommandData):
    kind: ClassVar[str] = "task.submit"
    task_id: UUID
    text: Words
    files: Files = ()


class AcceptTask(CommandData):
    kind: ClassVar[str] = "task.accept"
    task_id: UUID
    note: Reason | None = None


class SendBackTask(CommandData):
    kind: ClassVar[str] = "task.send_back"
    task_id: UUID
    reason: Reason


class CancelTask(CommandData):
    kind: ClassVar[str] = "task.cancel"
    task_id: UUID
    reason: Reason


class CountOverdue(CommandData):
    """Sent by the system when a clock of an order has passed: the incident's head counts it from then on."""

    kind: ClassVar[str] = "task.overdue"
    task_id: UUID


class SetUnitStatus(CommandData):
    kind: ClassVar[str] = "unit.status"
    unit_id: UUID
    status: Short


class UnitArrive(CommandData):
    kind: ClassVar[str] = "unit.arrive"
    unit_id: UUID
    task_id: UUID | None = None
    point: PointData | None = None


class UnitNeedHelp(CommandData):
    kind: ClassVar[str] = "unit.need_help"
    unit_id: UUID
    task_id: UUID | None = None
    kinds: Annotated[tuple[HelpKind, ...], Field(min_length=1, max_length=4)]
    text: Words | None = None
    point: PointData | None = None


class UnitNote(CommandData):
    kind: ClassVar[str] = "unit.note"
    unit_id: UUID
    task_id: UUID | None = None
    text: Annotated[str, Field(max_length=4000)] = ""
    files: Files = ()
    point: PointData | None = None


class TakeDuty(CommandData):
    kind: ClassVar[str] = "duty.take"
    post: Short
