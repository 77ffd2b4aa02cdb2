"""The commands of leaders' instructions and of consultations: what a sender may ask for. Strict; nothing unknown passes."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from command.commands import Files, Minutes, Reason, Short, Words
from command.consultations.consultation import Result, Stance
from command.instructions.rules import Channel, Urgency
from spine.command import CommandData

Priority = Literal["life", "urgent", "normal"]


class CaptureInstruction(CommandData):
    """`occurred_at` of the command is when the leader said it. Without `incident_id` it is of no incident."""

    kind: ClassVar[str] = "instruction.capture"
    incident_id: UUID | None = None
    leader_name: Short
    leader_post: Short | None = None
    leader_account: UUID | None = None
    channel: Channel
    urgency: Urgency
    text: Words
    files: Files = ()
    feedback_minutes: Minutes | None = None


class OrderData(BaseModel):
    """One order that an instruction is given out as. `joint`: every supporting department gets a part of its own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    department: Short
    title: Short
    text: Words
    due_minutes: Minutes
    sign_minutes: Minutes | None = None
    support: Annotated[tuple[Short, ...], Field(max_length=20)] = ()
    joint: bool = False
    deliverable: Short | None = None
    priority: Priority = "normal"


class DecomposeInstruction(CommandData):
    kind: ClassVar[str] = "instruction.decompose"
    instruction_id: UUID
    orders: Annotated[tuple[OrderData, ...], Field(min_length=1, max_length=20)]


class AttachInstruction(CommandData):
    kind: ClassVar[str] = "instruction.attach"
    instruction_id: UUID
    incident_id: UUID


class UrgeInstruction(CommandData):
    kind: ClassVar[str] = "instruction.urge"
    instruction_id: UUID
    text: Reason | None = None


class AnswerInstruction(CommandData):
    """`final`: it is done; otherwise word on the way. `reason`: why no order was needed, where none was carried out."""

    kind: ClassVar[str] = "instruction.answer"
    instruction_id: UUID
    text: Words
    channel: Channel
    final: bool
    reason: Reason | None = None


class SendBackInstruction(CommandData):
    kind: ClassVar[str] = "instruction.send_back"
    instruction_id: UUID
    reason: Reason


class CloseInstruction(CommandData):
    kind: ClassVar[str] = "instruction.close"
    instruction_id: UUID
    note: Reason | None = None


class CancelInstruction(CommandData):
    kind: ClassVar[str] = "instruction.cancel"
    instruction_id: UUID
    reason: Reason


class FollowOrders(CommandData):
    """Sent by the system when an order of the instruction took a step."""

    kind: ClassVar[str] = "instruction.follow"
    instruction_id: UUID


class EscalateInstruction(CommandData):
    """Sent by the system when the time for word back has passed."""

    kind: ClassVar[str] = "instruction.escalate"
    instruction_id: UUID


class ResumeInstructions(CommandData):
    """Sent by the system when an incident was reopened: what is owed in it is owed again."""

    kind: ClassVar[str] = "instruction.resume_clocks"
    incident_id: UUID


# --- consultations -------------------------------------------------------------------------------------------------------


class AskedData(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    department: Short
    question: Annotated[str, Field(max_length=1000)] | None = None
    minutes: Minutes | None = None


class RequestConsultation(CommandData):
    """What is left out is as the subject's rule says: whom, the question, the lead, the time, whether silence counts."""

    kind: ClassVar[str] = "consultation.request"
    incident_id: UUID
    subject: Short
    title: Annotated[str, Field(max_length=200)]
    question: Annotated[str, Field(max_length=4000)] | None = None
    ask: Annotated[tuple[AskedData, ...], Field(max_length=20)] | None = None
    lead: Short | None = None
    mode: Literal["explicit", "tacit"] | None = None
    merge_minutes: Minutes | None = None


class GiveOpinion(CommandData):
    kind: ClassVar[str] = "opinion.give"
    consultation_id: UUID
    department: Short
    stance: Stance
    text: Annotated[str, Field(max_length=4000)] | None = None


class MeetSilence(CommandData):
    """Sent by the system when the time of an opinion (or, without one, the lead's) has passed."""

    kind: ClassVar[str] = "consultation.meet_silence"
    consultation_id: UUID
    opinion_id: UUID | None = None


class AddressedData(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    department: Short
    text: Annotated[str, Field(max_length=2000)]


class MergeOpinions(CommandData):
    kind: ClassVar[str] = "consultation.merge"
    consultation_id: UUID
    result: Result
    text: Annotated[str, Field(max_length=4000)]
    addressed: Annotated[tuple[AddressedData, ...], Field(max_length=20)] = ()


class WithdrawConsultation(CommandData):
    kind: ClassVar[str] = "consultation.withdraw"
    consultation_id: UUID
    reason: Reason


class ResumeConsultations(CommandData):
    kind: ClassVar[str] = "consultation.resume_clocks"
    incident_id: UUID
