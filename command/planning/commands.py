"""What may be asked for about versions of plans."""

from typing import Annotated, ClassVar

from pydantic import Field, JsonValue

from command.commands import Short
from spine.command import CommandData

PlanId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
Why = Annotated[str, Field(max_length=1000)]


class DraftPlan(CommandData):
    """A new draft: from a version (`from_version`), or with a content of its own. A plan that is not known needs a content."""

    kind: ClassVar[str] = "plan.draft"
    plan_id: PlanId
    from_version: Number | None = None
    content: dict[str, JsonValue] | None = None
    reason: Why | None = None


class SavePlan(CommandData):
    """The whole content of a draft; it may still have faults, which keep it from being reviewed."""

    kind: ClassVar[str] = "plan.save"
    plan_id: PlanId
    version: Number
    expect: int
    content: dict[str, JsonValue]


class _Step(CommandData):
    plan_id: PlanId
    version: Number
    expect: int
    reason: Why | None = None


class ReviewPlan(_Step):
    kind: ClassVar[str] = "plan.review"


class SendBackPlan(_Step):
    kind: ClassVar[str] = "plan.send_back"


class ApprovePlan(_Step):
    kind: ClassVar[str] = "plan.approve"


class FilePlan(_Step):
    """备案: with whom it was filed, and under which number."""

    kind: ClassVar[str] = "plan.file"
    filed_with: Short
    filing_no: Short | None = None


class PutPlanInForce(_Step):
    kind: ClassVar[str] = "plan.put_in_force"


class WithdrawPlan(_Step):
    """Of a version that never came in force."""

    kind: ClassVar[str] = "plan.withdraw"


class RepealPlan(_Step):
    """废止: the plan proposes nothing any more, until another version is put in force."""

    kind: ClassVar[str] = "plan.repeal"


class TakeInPlans(CommandData):
    """Sent by the system when it starts: the shipped plans that this realm does not know yet."""

    kind: ClassVar[str] = "plan.take_in"
    plan_ids: Annotated[tuple[PlanId, ...], Field(min_length=1, max_length=500)]
