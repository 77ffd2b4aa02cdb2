"""The commands of a headquarters. `person`: by his post, or from the address book. `word`: how somebody gave the answer that the
duty desk writes down for him (such as "by telephone at 14:05")."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from command.commands import LevelName, Reason, Short, Words
from command.headquarters.rules import SeatRole
from incidents.commands import PointIn
from spine.command import CommandData

Word = Annotated[str, Field(max_length=200)]
Members = Annotated[tuple[Short, ...], Field(max_length=40)]


class PersonIn(BaseModel):
    """Exactly one of the two."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    post: Short | None = None
    person_id: Short | None = None


class PlaceIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    name: Short
    point: PointIn | None = None


class EstablishHeadquarters(CommandData):
    """成立 by hand. `level` with a plan that is proposed or active would do it by itself; here the commander is named."""

    kind: ClassVar[str] = "headquarters.establish"
    incident_id: UUID
    commander: PersonIn
    deputies: Annotated[tuple[PersonIn, ...], Field(max_length=8)] = ()
    reason: Reason


class DissolveHeadquarters(CommandData):
    kind: ClassVar[str] = "headquarters.dissolve"
    incident_id: UUID
    reason: Reason
    reason_en: Reason | None = None


class NameSeat(CommandData):
    """指定. `seat_id`: the seat that is filled anew; `place` for a forward or rear headquarters."""

    kind: ClassVar[str] = "headquarters.name"
    incident_id: UUID
    role: SeatRole
    person: PersonIn
    seat_id: UUID | None = None
    place: PlaceIn | None = None


class TakeSeat(CommandData):
    kind: ClassVar[str] = "headquarters.take_seat"
    incident_id: UUID
    seat_id: UUID
    word: Word | None = None


class DeclineSeat(CommandData):
    kind: ClassVar[str] = "headquarters.decline_seat"
    incident_id: UUID
    seat_id: UUID
    reason: Reason
    word: Word | None = None


class RelieveSeat(CommandData):
    kind: ClassVar[str] = "headquarters.relieve"
    incident_id: UUID
    seat_id: UUID
    reason: Reason


class MoveSeat(CommandData):
    kind: ClassVar[str] = "headquarters.move"
    incident_id: UUID
    seat_id: UUID
    place: PlaceIn


class CallSeat(CommandData):
    kind: ClassVar[str] = "headquarters.call"
    incident_id: UUID
    seat_id: UUID


class AnswerCall(CommandData):
    kind: ClassVar[str] = "headquarters.answer"
    incident_id: UUID
    seat_id: UUID
    word: Word | None = None


class StepIn(CommandData):
    """代行. `reason` may be left out by whoever was asked."""

    kind: ClassVar[str] = "headquarters.step_in"
    incident_id: UUID
    seat_id: UUID
    reason: Reason | None = None
    word: Word | None = None


class TransferCommand(CommandData):
    """移交. `summary`: situation and open matters in words; `stays`: the old commander becomes the first deputy."""

    kind: ClassVar[str] = "headquarters.transfer"
    incident_id: UUID
    to: PersonIn
    summary: Words
    reason: Reason
    stays: bool = True
    word: Word | None = None


class TakeCommand(CommandData):
    kind: ClassVar[str] = "headquarters.take_command"
    incident_id: UUID
    word: Word | None = None


class RefuseCommand(CommandData):
    kind: ClassVar[str] = "headquarters.refuse_command"
    incident_id: UUID
    reason: Reason
    word: Word | None = None


class WithdrawTransfer(CommandData):
    kind: ClassVar[str] = "headquarters.withdraw_transfer"
    incident_id: UUID
    reason: Reason
    word: Word | None = None


class Delegate(CommandData):
    kind: ClassVar[str] = "headquarters.delegate"
    incident_id: UUID
    seat_id: UUID
    matter: Short
    up_to: LevelName | None = None
    until: AwareDatetime
    reason: Reason


class RevokeDelegation(CommandData):
    kind: ClassVar[str] = "headquarters.revoke"
    incident_id: UUID
    delegation_id: UUID
    reason: Reason


class SetGroup(CommandData):
    """A group, new without `group_id`. `head`: who leads it in person."""

    kind: ClassVar[str] = "headquarters.set_group"
    incident_id: UUID
    group_id: Short | None = None
    zh: Short
    en: Short | None = None
    lead: Short
    members: Members = ()
    duty_zh: Reason
    duty_en: Reason | None = None
    head: PersonIn | None = None


class DissolveGroup(CommandData):
    kind: ClassVar[str] = "headquarters.dissolve_group"
    incident_id: UUID
    group_id: Short
    reason: Reason


class MeetSilence(CommandData):
    """Sent by the system: a clock of the headquarters has passed."""

    kind: ClassVar[str] = "headquarters.meet_silence"
    incident_id: UUID
    clock: Literal[
        "headquarters_seat", "headquarters_act", "headquarters_call", "headquarters_transfer", "headquarters_delegation"
    ]
    subject_id: UUID


class ResumeHeadquarters(CommandData):
    """Sent by the system when its incident is reopened."""

    kind: ClassVar[str] = "headquarters.resume_clocks"
    incident_id: UUID
