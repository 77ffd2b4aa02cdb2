"""The commands of the roster and of handovers: what a sender may ask for. Strict; nothing unknown passes."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from command.commands import Reason, Short
from spine.command import CommandData

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Seat = Annotated[int, Field(ge=1, le=20)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
MOST_DAYS = 92
MOST_ROWS = 2000


class RotateRoster(CommandData):
    """Fill what is free on these days, in turn; what stands is kept."""

    kind: ClassVar[str] = "roster.rotate"
    posts: Annotated[tuple[Short, ...], Field(min_length=1, max_length=100)]
    first: Day
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]


class AddShift(CommandData):
    kind: ClassVar[str] = "roster.add"
    post: Short
    seat: Seat = 1
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    person_id: Short | None = None
    note: Short | None = None


class ChangeShift(CommandData):
    """Another person, other times, another note: only what is named changes. `empty`: nobody sits there."""

    kind: ClassVar[str] = "roster.change"
    shift_id: UUID
    expect: int
    person_id: Short | None = None
    empty: bool = False
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    note: Short | None = None
    reason: Reason


class RemoveShift(CommandData):
    kind: ClassVar[str] = "roster.remove"
    shift_id: UUID
    expect: int
    reason: Reason


class ImportedShift(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    post: Short
    seat: Seat = 1
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    person_id: Short


class ImportRoster(CommandData):
    """What was seen in the preview of a calendar file, all of it or nothing. `sha256`: of the file."""

    kind: ClassVar[str] = "roster.import"
    name: Short
    sha256: Digest
    shifts: Annotated[tuple[ImportedShift, ...], Field(min_length=1, max_length=MOST_ROWS)]
    replace: bool = False


class AskSwap(CommandData):
    kind: ClassVar[str] = "roster.ask_swap"
    shift_id: UUID
    to_person: Short
    in_return_id: UUID | None = None
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class AnswerSwap(CommandData):
    kind: ClassVar[str] = "roster.answer_swap"
    swap_id: UUID
    agree: bool
    reason: Reason = ""


class DecideSwap(CommandData):
    kind: ClassVar[str] = "roster.decide_swap"
    swap_id: UUID
    approve: bool
    reason: Reason = ""


class WithdrawSwap(CommandData):
    kind: ClassVar[str] = "roster.withdraw_swap"
    swap_id: UUID


class EnterLeave(CommandData):
    kind: ClassVar[str] = "roster.enter_leave"
    person_id: Short
    from_at: AwareDatetime
    to_at: AwareDatetime
    leave_kind: Short
    reason: Reason | None = None


class CancelLeave(CommandData):
    kind: ClassVar[str] = "roster.cancel_leave"
    leave_id: UUID
    reason: Reason


class SpotCheck(CommandData):
    """查岗: whether who should be there is there."""

    kind: ClassVar[str] = "roster.spot_check"
    post: Short
    means: Literal["video", "phone", "visit"]
    result: Literal["present", "replaced", "absent", "no_answer"]
    note: Annotated[str, Field(max_length=1000)] = ""


class ShareCalendar(CommandData):
    """A link that a calendar program reads. Its secret is made by the sender and never comes here: only its hash does."""

    kind: ClassVar[str] = "roster.share_calendar"
    subject: Literal["person", "post"]
    key: Short
    token_sha256: Digest


class RevokeCalendar(CommandData):
    kind: ClassVar[str] = "roster.revoke_calendar"
    calendar_id: UUID


class CheckAnswer(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    state: Literal["ok", "fault"]
    note: Annotated[str, Field(max_length=500)] = ""


class SignOut(CommandData):
    """交班: the outgoing one signs the sheet that he has read (`digest`)."""

    kind: ClassVar[str] = "handover.sign_out"
    post: Short
    digest: Digest
    checks: dict[Short, CheckAnswer]
    words: Annotated[str, Field(max_length=4000)] = ""


class SignIn(CommandData):
    """接班: the incoming one signs the sheet as it is now (`digest`), changes since the other's signature read."""

    kind: ClassVar[str] = "handover.sign_in"
    handover_id: UUID
    digest: Digest
    note: Annotated[str, Field(max_length=1000)] = ""


class RefuseHandover(CommandData):
    kind: ClassVar[str] = "handover.refuse"
    handover_id: UUID
    reason: Reason


class WithdrawHandover(CommandData):
    kind: ClassVar[str] = "handover.withdraw"
    handover_id: UUID
    reason: Reason = ""


class EscalateHandover(CommandData):
    """Sent by the system: a shift has ended and both have not signed."""

    kind: ClassVar[str] = "handover.escalate"
    post: Short


class PositionData(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    department: Short
    title_zh: Short
    title_en: Short


class PutPerson(CommandData):
    """Enter somebody (without `person_id`) or correct him. `account`: the login that is his; "" for none."""

    kind: ClassVar[str] = "person.put"
    person_id: Short | None = None
    expect: int | None = None
    name: Short
    title_zh: Short
    title_en: Short
    department: Short
    place: Short | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    mobile: Annotated[str, Field(max_length=40)] | None = None
    duties: Annotated[tuple[Short, ...], Field(max_length=30)] = ()
    also: Annotated[tuple[PositionData, ...], Field(max_length=20)] = ()
    account: Annotated[str, Field(max_length=64)] | None = None


class RetirePerson(CommandData):
    """He serves no more: later shifts of his become empty seats, and that is said."""

    kind: ClassVar[str] = "person.retire"
    person_id: Short
    expect: int
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
