"""A request for resources (资源请求): who asks whom for what, who promises how much, and what became of it. Pure.

Several parties may be asked and each may offer a part. A request's state follows from its offers and answers (`state_of`); an
offer's from its own steps. An offer is a promise: until it is accepted or withdrawn, what it names is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from command.orders.task import Act
from command.organisation.stock_book import Item
from command.requests.rules import Priority, StepName, next_party, party_words, request_rules
from command.resources.stock import positive
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none
from spine.errors import Refused

Source = Literal["stock", "shelter", "unit", "outside"]
Why = Literal["asked", "passed_on", "escalated"]
SOURCES_OF: dict[str, tuple[Source, ...]] = {
    "goods": ("stock", "outside"),
    "vehicle": ("stock", "outside"),
    "place": ("shelter", "outside"),
    "team": ("unit", "outside"),
}
"""Where an item of a kind can come from."""


@dataclass(frozen=True, slots=True)
class Party:
    """One who is asked. `answer` None: has not said yet."""

    party: str
    why: Why
    asked_at: datetime
    answer: Literal["offered", "declined"] | None = None
    reason: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A part that one party promises. `source_id`: its depot, shelter or unit; None is an outside party's own."""

    id: UUID
    request_id: UUID
    party: str
    source: Source
    source_id: str | None
    state: str
    quantity: int
    committed: int
    deployed: int
    received: int
    returned: int
    used: int
    lost: int
    text: str | None
    arrives_at: datetime | None
    transport: str | None
    task_id: UUID | None
    offered_at: datetime
    state_at: datetime
    reason: str | None
    version: int

    @property
    def live(self) -> bool:
        return request_rules().offers[self.state].live

    @property
    def covers(self) -> int:
        """How much of the need it takes care of."""
        return {"offered": self.quantity, "withdrawn": 0}.get(self.state, self.committed)

    @property
    def out(self) -> int:
        return self.deployed - self.returned - self.used - self.lost


@dataclass(frozen=True, slots=True)
class Request:
    """One request with everybody asked and every offer. `answer_due` None: nobody owes an answer now."""

    id: UUID
    no: str
    incident_id: UUID | None
    incident_title: str | None
    task_id: UUID | None
    department: str
    area_code: str | None
    item: str
    quantity: int
    priority: Priority
    text: str
    place: str | None
    needed_by: datetime | None
    state: str
    made_at: datetime
    answer_due: datetime | None
    ended: JsonObject | None
    outlook: JsonObject | None
    version: int
    updated_at: datetime
    parties: tuple[Party, ...] = ()
    offers: tuple[Offer, ...] = ()

    @property
    def is_open(self) -> bool:
        return request_rules().requests[self.state].open

    @property
    def covered(self) -> int:
        return sum(offer.covers for offer in self.offers)

    @property
    def open_need(self) -> int:
        """How much nobody has promised yet."""
        return max(0, self.quantity - self.covered) if self.is_open else 0

    def offer(self, offer_id: UUID) -> Offer:
        return next(offer for offer in self.offers if offer.id == offer_id)

    def party(self, code: str) -> Party | None:
        return next((party for party in self.parties if party.party == code), None)


def state_of(request: Request) -> str:
    """The state that follows from the offers and answers; one that has ended stays as it is."""
    if not request.is_open:
        return request.state
    live = [offer for offer in request.offers if offer.live]
    covered, received = request.covered, sum(offer.received for offer in request.offers)
    if covered >= request.quantity and not live:
        return "closed"
    if received >= request.quantity:
        return "fulfilled"
    if covered >= request.quantity:
        return "covered"
    if covered > 0 or live:
        return "answered"
    if request.parties and all(party.answer is not None for party in request.parties):
        return "declined"
    return "asked"


def _settled(request: Request, act: Act) -> Request:
    """The request with its state and clock as they follow, one version on."""
    state = state_of(request)
    moved = replace(request, version=request.version + 1, updated_at=act.at)
    if state == "closed" and request.is_open:
        moved = replace(moved, ended={"by": act.by, "at": iso(act.at), "reason": None})
    owes = request.covered < request.quantity and any(party.answer is None for party in request.parties)
    if state not in ("asked", "answered") or not owes:
        moved = replace(moved, answer_due=None)
    return replace(moved, state=state)


def _need_open(request: Request) -> None:
    if not request.is_open:
        state = request_rules().requests[request.state]
        raise Refused(
            "request_ended",
            zh=f"请求 {request.no} {state.zh}，不能再变动。",
            en=f"Request {request.no} is {state.en}; nothing can be changed any more.",
            field="data.request_id",
            status=409,
            state=request.state,
        )


def need_reason(reason: str, field: str = "data.reason") -> str:
    """Raises Refused `reason_required`."""
    if not reason.strip():
        raise Refused("reason_required", zh="请填写原因。", en="Give a reason.", field=field)
    return reason.strip()


# --- asking --------------------------------------------------------------------------------------------------------------


def make(request: Request, act: Act, asked: Sequence[str]) -> Request:
    """A new request; the time to answer runs from now. Raises Refused `nobody_asked`, `asks_itself`, `needed_before_now`."""
    positive(request.quantity)
    if not asked:
        raise Refused("nobody_asked", zh="请选择向谁请求。", en="Choose whom to ask.", field="data.to")
    if request.department in asked:
        raise Refused(
            "asks_itself",
            zh="不能向本单位请求；自有物资请直接占用。",
            en="A department cannot ask itself; it commits its own stock directly.",
            field="data.to",
        )
    if request.needed_by is not None and request.needed_by < act.occurred_at:
        raise Refused(
            "needed_before_now",
            zh="需要时间早于现在，请核对。",
            en="The time by which it is needed has passed. Check it.",
            field="data.needed_by",
        )
    parties = tuple(Party(code, "asked", act.at) for code in dict.fromkeys(asked))
    return replace(request, parties=parties, answer_due=_answer_due(request, act))


def _answer_due(request: Request, act: Act) -> datetime:
    return act.at + timedelta(minutes=request_rules().answer_minutes[request.priority])


def pass_on(request: Request, act: Act, party: str, why: Why) -> Request:
    """Ask one more. Its time to answer is a full one. Raises Refused `request_ended`, `already_asked`, `asks_itself`."""
    _need_open(request)
    if party == request.department:
        raise Refused("asks_itself", zh="不能向提出请求的单位转请。", en="That is who asks.", field="data.party")
    if request.party(party) is not None:
        zh, en = party_words(party)
        raise Refused(
            "already_asked", zh=f"已向{zh}请求过。", en=f"{en} has been asked already.", field="data.party", status=409
        )
    if request.open_need == 0:
        raise Refused(
            "need_covered",
            zh="需求已全部落实，不必再转请。",
            en="The whole need is covered; nobody else needs to be asked.",
            field="data.party",
            status=409,
        )
    moved = replace(request, parties=(*request.parties, Party(party, why, act.at)))
    return _settled(replace(moved, answer_due=_answer_due(request, act)), act)


def escalate(request: Request, act: Act) -> tuple[Request, str | None]:
    """The time to answer has passed: the next level is asked too. None when there is nobody left to ask."""
    last = request.parties[-1].party
    party = next_party(last, frozenset(p.party for p in request.parties) | {request.department})
    if party is None or request.open_need == 0 or not request.is_open:
        return _settled(replace(request, answer_due=None), act), None
    return pass_on(request, act, party, "escalated"), party


def decline(request: Request, act: Act, party: str, reason: str) -> Request:
    """回绝. Raises Refused `request_ended`, `not_asked`, `reason_required`, `has_offered`."""
    _need_open(request)
    asked = _need_party(request, party)
    need_reason(reason)
    if any(offer.party == party and offer.state != "withdrawn" for offer in request.offers):
        raise Refused(
            "has_offered",
            zh="本单位已答应支援，如不能兑现请撤回所答应的部分。",
            en="You have offered already; withdraw what you offered if you cannot keep it.",
            field="data.party",
            status=409,
        )
    return _settled(_answered(request, act, replace(asked, answer="declined", reason=reason.strip())), act)


def _need_party(request: Request, party: str) -> Party:
    asked = request.party(party)
    if asked is None:
        zh, en = party_words(party)
        raise Refused(
            "not_asked", zh=f"没有向{zh}请求过。", en=f"{en} has not been asked.", field="data.party", status=409
        )
    return asked


def _answered(request: Request, act: Act, answer: Party) -> Request:
    said = replace(answer, answered_at=act.at)
    others = tuple(said if party.party == said.party else party for party in request.parties)
    return replace(request, parties=others)


# --- offering ------------------------------------------------------------------------------------------------------------


def offer(request: Request, act: Act, made: Offer, item: Item) -> Request:
    """Promise a part. Raises Refused `request_ended`, `not_positive`, `wrong_source`, `offer_exceeds_need`."""
    _need_open(request)
    positive(made.quantity)
    if made.source not in SOURCES_OF[item.kind]:
        raise Refused(
            "wrong_source",
            zh=f"{item.zh}不能从这里提供。",
            en=f"{item.en} cannot come from there.",
            field="data.source",
        )
    if made.quantity > request.open_need:
        raise Refused(
            "offer_exceeds_need",
            zh=f"还缺 {request.open_need}，不必答应 {made.quantity}。",
            en=f"{request.open_need} are still needed; {made.quantity} are too many.",
            field="data.quantity",
            status=409,
            open=request.open_need,
        )
    asked = request.party(made.party) or Party(made.party, "asked", act.at)
    if request.party(made.party) is None:
        request = replace(request, parties=(*request.parties, asked))
    request = _answered(request, act, replace(asked, answer="offered", reason=None))
    return _settled(replace(request, offers=(*request.offers, made)), act)


def step_offer(
    request: Request,
    act: Act,
    offer_id: UUID,
    step: StepName,
    *,
    quantity: int | None = None,
    reason: str | None = None,
) -> tuple[Request, Offer]:
    """One step of an offer by the table, without its numbers' consequences elsewhere (stock, shelter), which the handler carries.

    `quantity`: of commit (at most what is offered), deploy and receive; None takes all there is.
    Raises Refused `offer_transition`, `reason_required`, `not_positive`, `more_than_offered`, `more_than_committed`,
    `more_than_deployed`.
    """
    made = request.offer(offer_id)
    rules = request_rules()
    table = rules.steps[step]
    after = table.moves.get(made.state)
    if after is None:
        here = rules.offers[made.state]
        raise Refused(
            "offer_transition",
            zh=f"这笔支援{here.zh}，不能{table.zh}。",
            en=f"This offer is {here.en}; it is not possible to {table.en} it.",
            field="data.offer_id",
            status=409,
            state=made.state,
        )
    if table.reason:
        need_reason(reason or "")
    moved = replace(
        _numbers(made, step, quantity),
        state=after,
        state_at=act.at,
        reason=reason or made.reason,
        version=made.version + 1,
    )
    return _with(request, moved, act), moved


def _numbers(made: Offer, step: StepName, quantity: int | None) -> Offer:
    match step:
        case "commit":
            return replace(made, committed=_at_most(quantity, made.quantity, "more_than_offered", "答应", "offered"))
        case "deploy":
            left = made.committed - made.deployed
            more = _at_most(quantity, left, "more_than_committed", "还未发出", "not yet sent")
            return replace(made, deployed=made.deployed + more)
        case "receive":
            left = made.deployed - made.received
            more = _at_most(quantity, left, "more_than_deployed", "在途", "on the way")
            return replace(made, received=made.received + more)
        case "release":
            return replace(made, committed=made.deployed)
        case "withdraw":
            return replace(made, committed=0)
        case _:
            return made


def _at_most(quantity: int | None, most: int, code: str, zh: str, en: str) -> int:
    wanted = positive(most if quantity is None else quantity)
    if wanted > most:
        raise Refused(
            code, zh=f"{zh}的只有 {most}，不是 {wanted}。", en=f"{most} are {en}, not {wanted}.", field="data.quantity",
            status=409, left=most,
        )  # fmt: skip
    return wanted


def settle_return(
    request: Request, act: Act, offer_id: UUID, *, returned: int, used: int, lost: int
) -> tuple[Request, Offer]:
    """What came back, was used up, and was lost; settled when nothing is out any more. Raises Refused `more_than_out`."""
    request, made = step_offer(request, act, offer_id, "return")
    total = positive(returned + used + lost, "data.returned")
    if total > made.out:
        raise Refused(
            "more_than_out",
            zh=f"在外只有 {made.out}，合计 {total}，请核对。",
            en=f"{made.out} are out, not {total}. Check the numbers.",
            field="data.returned",
            status=409,
            left=made.out,
        )
    counted = replace(
        made, returned=made.returned + returned, used=made.used + used, lost=made.lost + lost, committed=made.deployed
    )
    if counted.out == 0:
        counted = replace(counted, state="returned")
    return _with(request, counted, act), counted


def _with(request: Request, changed: Offer, act: Act) -> Request:
    offers = tuple(changed if offer.id == changed.id else offer for offer in request.offers)
    return _settled(replace(request, offers=offers), act)


def cancel(request: Request, act: Act, reason: str) -> Request:
    """撤销: nobody needs it any more. What is out must come back first. Raises Refused `request_ended`, `still_out`."""
    _need_open(request)
    need_reason(reason)
    out = sum(offer.out for offer in request.offers if offer.live)
    if out:
        raise Refused(
            "still_out",
            zh=f"还有 {out} 在途或在用，请先释放并结清归还。",
            en=f"{out} are on their way or in use; release them and settle the return first.",
            field="data.request_id",
            status=409,
            out=out,
        )
    offers = tuple(
        replace(offer, state="withdrawn", committed=0, state_at=act.at, reason=reason, version=offer.version + 1)
        if offer.live
        else offer
        for offer in request.offers
    )
    ended: JsonObject = {"by": act.by, "at": iso(act.at), "reason": reason.strip()}
    served = any(offer.received for offer in request.offers)
    return replace(
        request, offers=offers, state="closed" if served else "cancelled", answer_due=None, ended=ended,
        version=request.version + 1, updated_at=act.at,
    )  # fmt: skip


# --- as others see it ----------------------------------------------------------------------------------------------------


def request_object(request: Request) -> JsonObject:
    offers: list[Json] = [offer_object(offer) for offer in request.offers]
    parties: list[Json] = [
        {
            "party": party.party,
            "name_zh": party_words(party.party)[0],
            "name_en": party_words(party.party)[1],
            "why": party.why,
            "asked_at": iso(party.asked_at),
            "answer": party.answer,
            "reason": party.reason,
            "answered_at": iso_or_none(party.answered_at),
        }
        for party in request.parties
    ]
    return {
        "id": str(request.id),
        "no": request.no,
        "incident_id": None if request.incident_id is None else str(request.incident_id),
        "incident_title": request.incident_title,
        "task_id": None if request.task_id is None else str(request.task_id),
        "department": request.department,
        "area_code": request.area_code,
        "item": request.item,
        "quantity": request.quantity,
        "open_need": request.open_need,
        "priority": request.priority,
        "text": request.text,
        "place": request.place,
        "needed_by": iso_or_none(request.needed_by),
        "state": request.state,
        "made_at": iso(request.made_at),
        "answer_due": iso_or_none(request.answer_due),
        "ended": request.ended,
        "outlook": request.outlook,
        "parties": parties,
        "offers": offers,
        "version": request.version,
        "updated_at": iso(request.updated_at),
    }


def offer_object(made: Offer) -> JsonObject:
    return {
        "id": str(made.id),
        "party": made.party,
        "source": made.source,
        "source_id": made.source_id,
        "state": made.state,
        "quantity": made.quantity,
        "committed": made.committed,
        "deployed": made.deployed,
        "received": made.received,
        "returned": made.returned,
        "used": made.used,
        "lost": made.lost,
        "out": made.out,
        "text": made.text,
        "arrives_at": iso_or_none(made.arrives_at),
        "transport": made.transport,
        "task_id": None if made.task_id is None else str(made.task_id),
        "offered_at": iso(made.offered_at),
        "state_at": iso(made.state_at),
        "reason": made.reason,
        "version": made.version,
    }
