"""The commands of this room: what a sender may ask for. Strict; nothing unknown passes."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from command.orders.task import Priority
from incidents.commands import AreaCode, PointIn
from spine.command import CommandData

Words = Annotated[str, Field(min_length=1, max_length=4000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=1000)]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 30)]
LevelName = Literal["I", "II", "III", "IV"]
FileHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Files = Annotated[tuple[FileHash, ...], Field(max_length=20)]
EvidenceKind = Literal["text", "photo", "file"]
HelpKind = Literal["people", "vehicle", "medical", "equipment", "road"]
"""`road`: the way is not passable; the unit cannot get through to where it is ordered."""


Hours = Annotated[int, Field(ge=1, le=24 * 90)]
Stamp = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Codes = Annotated[tuple[Short, ...], Field(max_length=200)]


class ReasonData(BaseModel):
    """One reason for a level, in both languages where both are known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    zh: Words
    en: Words | None = None
    clause: str | None = None
    source: str | None = None
    basis: str | None = None
    level: LevelName | None = None
    metric: str | None = None
    value: float | str | None = None
    threshold: float | str | None = None


class ProposeResponse(CommandData):
    kind: ClassVar[str] = "response.propose"
    incident_id: UUID
    plan_id: Short
    level: LevelName
    reasons: Annotated[tuple[ReasonData, ...], Field(min_length=1, max_length=20)]


class ActivateResponse(CommandData):
    """`expected_hours`: the expected period that the decision states; `against`: the difference that was looked at."""

    kind: ClassVar[str] = "response.activate"
    response_id: UUID
    level: LevelName
    tasks: Codes
    reason: Reason | None = None
    expected_hours: Hours | None = None
    against: Stamp | None = None


class AdjustResponse(CommandData):
    """提级、降级. `against`: the difference that was looked at; `without`: codes of added orders that are not to be given."""

    kind: ClassVar[str] = "response.adjust"
    response_id: UUID
    level: LevelName
    reason: Reason
    against: Stamp
    without: Codes = ()
    expected_hours: Hours | None = None


class ExtendResponse(CommandData):
    """The same level for so many hours more, from now."""

    kind: ClassVar[str] = "response.extend"
    response_id: UUID
    expected_hours: Hours
    reason: Reason


class AskNextForResponse(CommandData):
    """Sent by the system when the post that was asked let its time pass."""

    kind: ClassVar[str] = "response.ask_next"
    response_id: UUID


class WatchResponse(CommandData):
    """Sent by the system: when the plan's rules about time must be looked at again; null: not at all."""

    kind: ClassVar[str] = "response.watch"
    response_id: UUID
    at: AwareDatetime | None


class DeclineResponse(CommandData):
    kind: ClassVar[str] = "response.decline"
    response_id: UUID
    reason: Reason


class HandOver(BaseModel):
    """What is said of something open when a response ends: why it may be left, or that it goes on as aftercare."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    item: Short
    reason: Reason | None = None
    aftercare: bool = False


class EndResponse(CommandData):
    kind: ClassVar[str] = "response.end"
    response_id: UUID
    reason: Reason
    handover: Annotated[tuple[HandOver, ...], Field(max_length=500)] = ()


class IssueTask(CommandData):
    """An order. By when: `due_minutes` from its beginning, or `due_at`. It begins at once unless `start_at` or `after` says later.
    `parent_id`: the order it is a part of; `joint`: each department in `support` gets a share of its own."""

    kind: ClassVar[str] = "task.issue"
    incident_id: UUID
    title: Short
    text: Words
    department: Short
    unit_id: UUID | None = None
    sign_minutes: Minutes | None = None
    due_minutes: Minutes | None = None
    due_at: datetime | None = None
    deliverable: Short | None = None
    support: Annotated[tuple[Short, ...], Field(max_length=40)] = ()
    joint: bool = False
    parent_id: UUID | None = None
    after: Annotated[tuple[UUID, ...], Field(max_length=20)] = ()
    start_at: datetime | None = None
    evidence: Annotated[tuple[EvidenceKind, ...], Field(max_length=3)] = ()
    priority: Priority = "normal"
    instruction_id: UUID | None = None


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


class ResumeClocks(CommandData):
    """Sent by the system when an incident was reopened: what is owed in it is owed again."""

    kind: ClassVar[str] = "task.resume_clocks"
    incident_id: UUID


class SetUnitStatus(CommandData):
    kind: ClassVar[str] = "unit.status"
    unit_id: UUID
    status: Short


class UnitArrive(CommandData):
    kind: ClassVar[str] = "unit.arrive"
    unit_id: UUID
    task_id: UUID | None = None
    point: PointIn | None = None


class UnitNeedHelp(CommandData):
    kind: ClassVar[str] = "unit.need_help"
    unit_id: UUID
    task_id: UUID | None = None
    kinds: Annotated[tuple[HelpKind, ...], Field(min_length=1, max_length=5)]
    text: Words | None = None
    point: PointIn | None = None


class UnitNote(CommandData):
    kind: ClassVar[str] = "unit.note"
    unit_id: UUID
    task_id: UUID | None = None
    text: Annotated[str, Field(max_length=4000)] = ""
    files: Files = ()
    point: PointIn | None = None


class DrawFence(CommandData):
    """A line whose crossing by units is told. Its area is drawn, or a district's. A fence of an incident's own area takes the
    place of the one before."""

    kind: ClassVar[str] = "fence.draw"
    name: Annotated[str, Field(max_length=200)] = ""
    name_en: Short | None = None
    purpose: Literal["hazard", "cordon", "evacuation", "district", "other"]
    basis: Literal["drawn", "incident_area", "impact_area"] = "drawn"
    geometry: dict[str, JsonValue] | None = None
    district: AreaCode | None = None
    incident_id: UUID | None = None
    margin_m: Annotated[float, Field(ge=0, le=5000)] = 30.0


class LiftFence(CommandData):
    """One fence, or those of an incident."""

    kind: ClassVar[str] = "fence.lift"
    fence_id: UUID | None = None
    incident_id: UUID | None = None
    basis: Literal["drawn", "incident_area", "impact_area"] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    reason_en: Annotated[str, Field(max_length=1000)] | None = None


class CrossFence(CommandData):
    """Sent by the system: a unit entered, left, or was found inside; `occurred_at` of the command is the position's time."""

    kind: ClassVar[str] = "fence.cross"
    fence_id: UUID
    unit_id: UUID
    what: Literal["enter", "leave", "inside"]
    late: bool = False
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class TakeDuty(CommandData):
    """A post that nobody holds; or, with a reason, one whose holder cannot hand it over."""

    kind: ClassVar[str] = "duty.take"
    post: Short
    reason: Reason | None = None
