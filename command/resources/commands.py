"""The commands on stock, shelters, beds and requests: what a sender may ask for. Strict; nothing unknown passes."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from command.commands import Reason, Short, Words
from spine.command import CommandData

Quantity = Annotated[int, Field(ge=1, le=100_000_000)]
Count = Annotated[int, Field(ge=0, le=100_000_000)]
People = Annotated[int, Field(ge=0, le=1_000_000)]
Needs = Annotated[dict[Short, People], Field(max_length=20)]


class ReceiveStock(CommandData):
    """入库. The same lot number again adds to the lot; its expiry must then be the same."""

    kind: ClassVar[str] = "stock.receive"
    depot: Short
    item: Short
    lot_no: Short
    quantity: Quantity
    measure: Short | None = None
    made_on: date | None = None
    expires_on: date | None = None
    source: Short


class CountStock(CommandData):
    """盘点: how many are really there."""

    kind: ClassVar[str] = "stock.count"
    lot_id: UUID
    counted: Count
    reason: Reason | None = None


class DiscardStock(CommandData):
    kind: ClassVar[str] = "stock.discard"
    lot_id: UUID
    quantity: Quantity
    reason: Reason


class CommitStock(CommandData):
    """A department promises its own goods to its own work, without a request."""

    kind: ClassVar[str] = "stock.commit"
    depot: Short
    item: Short
    quantity: Quantity
    measure: Short | None = None
    purpose: Short
    incident_id: UUID | None = None
    task_id: UUID | None = None


class IssueStock(CommandData):
    """出库. Of an offer's goods `request.deploy` does this."""

    kind: ClassVar[str] = "stock.issue"
    hold_id: UUID
    quantity: Quantity


class ReturnStock(CommandData):
    """归还: what came back, was used and is lost; `unused`: promised, not issued, and not needed."""

    kind: ClassVar[str] = "stock.return"
    hold_id: UUID
    returned: Count = 0
    used: Count = 0
    lost: Count = 0
    unused: Count = 0


class OpenShelter(CommandData):
    kind: ClassVar[str] = "shelter.open"
    shelter_id: UUID
    incident_id: UUID | None = None


class ReportShelter(CommandData):
    """The people in it now; `occurred_at` of the command is when they were counted."""

    kind: ClassVar[str] = "shelter.report"
    shelter_id: UUID
    occupied: People
    needs: Needs | None = None
    over_reason: Reason | None = None


class CloseShelter(CommandData):
    kind: ClassVar[str] = "shelter.close"
    shelter_id: UUID
    reason: Reason


class SuspendShelter(CommandData):
    kind: ClassVar[str] = "shelter.suspend"
    shelter_id: UUID
    reason: Reason


class RestoreShelter(CommandData):
    kind: ClassVar[str] = "shelter.restore"
    shelter_id: UUID
    reason: Reason


class WardBeds(BaseModel):
    """Beds of one ward kind. None is not known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    total: People | None = None
    available: People | None = None
    extra_24h: People | None = None


class ReportBeds(CommandData):
    """Wards that are not named stay as they are."""

    kind: ClassVar[str] = "beds.report"
    hospital: Short
    wards: Annotated[dict[Short, WardBeds], Field(min_length=1, max_length=20)]
    emergency: Literal["open", "limited", "diverting"] | None = None


class MakeRequest(CommandData):
    """`to`: departments or outside parties, in the order in which they are hoped for."""

    kind: ClassVar[str] = "request.make"
    department: Short
    to: Annotated[tuple[Short, ...], Field(max_length=8)]
    item: Short
    quantity: Quantity
    measure: Short | None = None
    priority: Literal["life", "urgent", "normal"] = "normal"
    text: Words
    place: Short | None = None
    needed_by: AwareDatetime | None = None
    incident_id: UUID | None = None
    task_id: UUID | None = None


class OfferResource(CommandData):
    """`source_id`: a depot's code, a shelter's or a unit's id; none for what an outside party has of its own."""

    kind: ClassVar[str] = "request.offer"
    request_id: UUID
    party: Short
    source: Literal["stock", "shelter", "unit", "outside"]
    source_id: Short | None = None
    quantity: Quantity
    text: Short | None = None
    arrives_at: AwareDatetime | None = None


class DeclineRequest(CommandData):
    kind: ClassVar[str] = "request.decline"
    request_id: UUID
    party: Short
    reason: Reason


class PassOnRequest(CommandData):
    """Ask one more."""

    kind: ClassVar[str] = "request.pass_on"
    request_id: UUID
    party: Short


class EscalateRequest(CommandData):
    """Sent by the system when the time to answer has passed. `due`: the clock it speaks of; another one runs by now otherwise."""

    kind: ClassVar[str] = "request.escalate"
    request_id: UUID
    due: AwareDatetime


class CancelRequest(CommandData):
    kind: ClassVar[str] = "request.cancel"
    request_id: UUID
    reason: Reason


class CommitOffer(CommandData):
    kind: ClassVar[str] = "request.commit"
    offer_id: UUID
    quantity: Quantity | None = None


class WithdrawOffer(CommandData):
    kind: ClassVar[str] = "request.withdraw"
    offer_id: UUID
    reason: Reason


class DeployOffer(CommandData):
    """`task_id`: the order that carries it; `transport`: plate, driver, telephone."""

    kind: ClassVar[str] = "request.deploy"
    offer_id: UUID
    quantity: Quantity | None = None
    transport: Short | None = None
    task_id: UUID | None = None
    arrives_at: AwareDatetime | None = None


class ReceiveOffer(CommandData):
    kind: ClassVar[str] = "request.receive"
    offer_id: UUID
    quantity: Quantity | None = None


class ReleaseOffer(CommandData):
    kind: ClassVar[str] = "request.release"
    offer_id: UUID


class ReturnOffer(CommandData):
    kind: ClassVar[str] = "request.return"
    offer_id: UUID
    returned: Count = 0
    used: Count = 0
    lost: Count = 0
