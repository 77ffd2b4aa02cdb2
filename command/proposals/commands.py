"""The commands about proposals while a response runs (动态决策)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from command.commands import Codes, HandOver, Hours, LevelName, Minutes, Reason, ReasonData, Short, Stamp, Words
from spine.command import CommandData


class NumberedReason(ReasonData):
    """A reason with what it rests on: orders, the interval around a model's middle, the model, since when."""

    at: Short | None = None
    tasks: Annotated[tuple[Short, ...], Field(max_length=500)] = ()
    low: float | None = None
    high: float | None = None
    model: Short | None = None


class MakeProposal(CommandData):
    """Made by the machine for a rule of the plan, or by the desk without one."""

    kind: ClassVar[str] = "proposal.make"
    response_id: UUID
    what: Literal["raise", "lower", "add_task", "move_unit", "extend_zone", "stand_down"]
    level: LevelName | None = None
    task: Short | None = None
    zh: Short | None = None
    en: Short | None = None
    reasons: Annotated[tuple[NumberedReason, ...], Field(min_length=1, max_length=20)]
    if_ignored_zh: Words | None = None
    if_ignored_en: Words | None = None
    rule: Short | None = None
    automatic: bool = False


class AcceptProposal(CommandData):
    """`expect`: the proposal's version that was seen. What else is needed goes by its kind: `against` for a level;
    `handover` for standing down; `fulfilled_by`, the command that did it, for moving a unit or extending a zone.
    `level`, `due_minutes`, `text`, `department`: what is decided otherwise than proposed, with a reason."""

    kind: ClassVar[str] = "proposal.accept"
    proposal_id: UUID
    expect: int
    reason: Reason | None = None
    level: LevelName | None = None
    against: Stamp | None = None
    without: Codes = ()
    expected_hours: Hours | None = None
    department: Short | None = None
    due_minutes: Minutes | None = None
    text: Words | None = None
    handover: Annotated[tuple[HandOver, ...], Field(max_length=500)] = ()
    fulfilled_by: UUID | None = None


class RejectProposal(CommandData):
    kind: ClassVar[str] = "proposal.reject"
    proposal_id: UUID
    expect: int
    reason: Reason


class WithdrawProposal(CommandData):
    """Sent by the system: the reason for it is gone."""

    kind: ClassVar[str] = "proposal.withdraw"
    proposal_id: UUID
    reason: Reason
    reason_en: Reason


class AskNextForProposal(CommandData):
    """Sent by the system when the post that was asked let its time pass."""

    kind: ClassVar[str] = "proposal.ask_next"
    proposal_id: UUID
