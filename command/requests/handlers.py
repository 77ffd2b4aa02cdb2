"""The commands on requests and offers. Who asks decides for the request, who owns the thing for the offer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command import store
from command.orders.steps import act_of
from command.organisation.book import organisation
from command.organisation.stock_book import stock_book
from command.publish import Publication
from command.requests import offer_goods
from command.requests import request as rules
from command.requests import store as request_store
from command.requests.request import Offer, Request
from command.requests.rules import party_desk, party_words
from command.requests.steps import HeldRequest, amount, ask, save, tell_department, tell_posts, told
from command.resources.commands import (
    CancelRequest,
    CommitOffer,
    DeclineRequest,
    DeployOffer,
    EscalateRequest,
    MakeRequest,
    OfferResource,
    PassOnRequest,
    ReceiveOffer,
    ReleaseOffer,
    ReturnOffer,
    WithdrawOffer,
)
from command.resources.handle_stock import owned_by
from incidents.incident import require_open
from incidents.summary import Held, hold, involve
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.principal import Role

D = TypeVar("D", bound=CommandData)
S = TypeVar("S")


def _need_party(code: str, field: str) -> None:
    """Raises Refused `not_found`."""
    if code not in organisation().departments and code not in stock_book().parties:
        raise not_found("部门或外部单位", "department or outside party", code, field=field)


# --- asking --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asking:
    held: Held | None
    department: str


async def _load_make(tx: Transaction, command: Command[MakeRequest]) -> _Asking:
    data = command.data
    if data.department not in organisation().departments:
        raise not_found("部门", "department", data.department, field="data.department")
    if data.task_id is not None:
        own = await store.incident_of_task(tx.conn, data.task_id)
        if own != data.incident_id:
            raise Refused(
                "task_of_other_incident",
                zh="这项任务不属于所选事件。",
                en="That order does not belong to this incident.",
                field="data.task_id",
            )
    return _Asking(None if data.incident_id is None else await hold(tx, data.incident_id), data.department)


async def _make(tx: Transaction, command: Command[MakeRequest], asking: _Asking) -> Outcome:
    data, act, held = command.data, act_of(tx, command), asking.held
    item = stock_book().item(data.item)
    stock_book().check_measure(item, data.measure)
    for party in data.to:
        _need_party(party, "data.to")
    held = None if held is None else await _take_part(tx, command, held)
    request = rules.make(await _new(tx, command, held), act, data.to)
    publication = Publication("request.made", told(request, to=list(data.to)))
    for party in request.parties:
        ask(publication, request, party.party)
    request = await save(tx, held, None, request, publication)
    return Outcome(
        publication.facts(held), {"request_id": str(request.id), "no": request.no, "outlook": request.outlook}
    )


async def _take_part(tx: Transaction, command: Command[MakeRequest], held: Held) -> Held:
    """Who asks and who is asked may see the incident from now on. A department that has no part in it cannot ask its way in."""
    require_open(held.incident)
    data = command.data
    if data.department not in held.departments and not command.by.has(Role.DUTY_OFFICER, Role.LEADER):
        raise Refused(
            "not_involved",
            zh="本单位未参与该事件，请联系值班席登记请求。",
            en="Your department has no part in this incident; ask the duty desk to make the request.",
            field="data.incident_id",
            status=403,
            final=False,
        )
    for party in (data.department, *data.to):
        held = await involve(tx, held, department=party_desk(party))
    return held


async def _new(tx: Transaction, command: Command[MakeRequest], held: Held | None) -> Request:
    data = command.data
    incident = None if held is None else held.incident
    day = tx.at.astimezone(BEIJING).strftime("%Y%m%d")
    prefix = f"Q{day}-" if incident is None else f"{incident.no}-Q"
    number = await request_store.count_requests(tx.conn, data.incident_id, prefix) + 1
    return Request(
        id=command.id,
        no=f"{prefix}{number:02d}",
        incident_id=data.incident_id,
        incident_title=None if incident is None else incident.title,
        task_id=data.task_id,
        department=data.department,
        area_code=owned_by(data.department).area if incident is None else incident.area_code,
        item=data.item,
        quantity=data.quantity,
        priority=data.priority,
        text=data.text,
        place=data.place if data.place or incident is None else incident.place,
        needed_by=data.needed_by,
        state="asked",
        made_at=tx.at,
        answer_due=None,
        ended=None,
        outlook=None,
        version=1,
        updated_at=tx.at,
    )


# --- the request's own steps ---------------------------------------------------------------------------------------------


class _NamesRequest(Protocol):
    @property
    def request_id(self) -> UUID: ...


async def hold_request(tx: Transaction, request_id: UUID) -> HeldRequest:
    """Lock its incident first, then the request. Raises Refused `not_found`."""
    incident = await request_store.incident_of_request(tx.conn, request_id)
    held = None if incident is None else await hold(tx, incident)
    return HeldRequest(held, await request_store.lock_request(tx.conn, request_id))


async def _load(tx: Transaction, command: Command[Any]) -> HeldRequest:
    data: _NamesRequest = command.data
    return await hold_request(tx, data.request_id)


def _asker(held: HeldRequest) -> Scope:
    return Scope(held.request.area_code, frozenset({held.request.department}))


@dataclass(frozen=True, slots=True)
class _Answering:
    """A request, and the department in whose name one answers."""

    held: HeldRequest
    desk: str


async def _load_decline(tx: Transaction, command: Command[DeclineRequest]) -> _Answering:
    return _Answering(await _load(tx, command), party_desk(command.data.party))


async def _load_offer(tx: Transaction, command: Command[OfferResource]) -> _Answering:
    """What is offered is its owner's to offer: the depot's, the shelter's, the unit's department."""
    data = command.data
    held = await _load(tx, command)
    _need_party(data.party, "data.party")
    owner = await offer_goods.owner_of(tx, data.source, data.source_id)
    if owner is not None and owner != data.party:
        zh, en = party_words(owner)
        raise Refused(
            "not_owner",
            zh=f"所选物资或力量属于{zh}，请以其名义答复。",
            en=f"That belongs to {en}; answer in its name.",
            field="data.party",
        )
    return _Answering(held, party_desk(data.party))


def _answerer(answering: _Answering) -> Scope:
    return owned_by(answering.desk)


async def _decline(tx: Transaction, command: Command[DeclineRequest], answering: _Answering) -> Outcome:
    before, data = answering.held.request, command.data
    request = rules.decline(before, act_of(tx, command), data.party, data.reason)
    zh, en = party_words(data.party)
    publication = Publication("request.declined", told(request, party=data.party, reason=data.reason))
    tell_department(
        publication, request, request.department, f"{zh}未能支援：{data.reason}", f"{en} cannot help: {data.reason}"
    )
    if request.state == "declined":
        tell_posts(
            publication,
            request,
            "所有被请求单位均未能支援，请另寻来源。",
            "All who were asked have declined; look elsewhere.",
        )
    return await _carry(tx, answering.held, request, publication)


async def _offer(tx: Transaction, command: Command[OfferResource], answering: _Answering) -> Outcome:
    held, data, act = answering.held, command.data, act_of(tx, command)
    if held.held is not None:
        require_open(held.held.incident)
    made = Offer(
        id=command.id, request_id=held.request.id, party=data.party, source=data.source, source_id=data.source_id,
        state="offered", quantity=data.quantity, committed=0, deployed=0, received=0, returned=0, used=0, lost=0,
        text=data.text, arrives_at=data.arrives_at, transport=None, task_id=None, offered_at=tx.at, state_at=tx.at,
        reason=None, version=1,
    )  # fmt: skip
    request = rules.offer(held.request, act, made, stock_book().item(held.request.item))
    publication = Publication("request.offered", told(request, party=data.party, offered=data.quantity))
    await offer_goods.promise(tx, request, made, publication)
    zh, en = amount(request, data.quantity)
    party_zh, party_en = party_words(data.party)
    tell_department(
        publication,
        request,
        request.department,
        f"{party_zh}答应支援{zh}，请确认。",
        f"{party_en} offers {en}; accept it.",
    )
    held = await _involved(tx, held, data.party)
    return await _carry(tx, held, request, publication, offer_id=str(made.id))


async def _involved(tx: Transaction, held: HeldRequest, party: str) -> HeldRequest:
    """Who has a part in the request may see its incident."""
    if held.held is None or party_desk(party) in held.held.departments:
        return held
    return replace(held, held=await involve(tx, held.held, department=party_desk(party)))


async def _pass_on(tx: Transaction, command: Command[PassOnRequest], held: HeldRequest) -> Outcome:
    party = command.data.party
    _need_party(party, "data.party")
    request = rules.pass_on(held.request, act_of(tx, command), party, "passed_on")
    publication = Publication("request.passed_on", told(request, party=party))
    ask(publication, request, party)
    return await _carry(tx, await _involved(tx, held, party), request, publication)


async def _escalate(tx: Transaction, command: Command[EscalateRequest], held: HeldRequest) -> Outcome:
    before = held.request
    if before.answer_due is None or before.answer_due != command.data.due or before.answer_due > tx.at:
        return Outcome((), {"escalated": False})  # answered meanwhile, or another clock runs by now
    request, party = rules.escalate(before, act_of(tx, command))
    publication = Publication("request.escalated", told(request, party=party))
    silent = "、".join(party_words(p.party)[0] for p in before.parties if p.answer is None)
    silent_en = ", ".join(party_words(p.party)[1] for p in before.parties if p.answer is None)
    if party is None:
        zh, en = (
            f"{silent}逾期未答复，已无上级可请求。",
            f"{silent_en} did not answer in time; there is nobody above to ask.",
        )
        tell_posts(publication, request, zh, en)
    else:
        ask(publication, request, party)
        held = await _involved(tx, held, party)
        party_zh, party_en = party_words(party)
        zh, en = (
            f"{silent}逾期未答复，已转请{party_zh}。",
            f"{silent_en} did not answer in time; {party_en} is asked too.",
        )
    tell_department(publication, request, request.department, zh, en)
    return await _carry(tx, held, request, publication, escalated=True)


async def _cancel(tx: Transaction, command: Command[CancelRequest], held: HeldRequest) -> Outcome:
    before, act, reason = held.request, act_of(tx, command), command.data.reason
    request = rules.cancel(before, act, reason)
    publication = Publication("request.cancelled", told(request, reason=reason))
    for made in before.offers:
        if made.live:
            await offer_goods.give_up(tx, before, made, act, publication)
            tell_department(
                publication,
                request,
                party_desk(made.party),
                f"请求已撤销：{reason}",
                f"The request was cancelled: {reason}",
            )
    return await _carry(tx, held, request, publication)


# --- an offer's steps ----------------------------------------------------------------------------------------------------


class _NamesOffer(Protocol):
    @property
    def offer_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class _HeldOffer:
    held: HeldRequest
    offer: Offer


async def _load_step(tx: Transaction, command: Command[Any]) -> _HeldOffer:
    data: _NamesOffer = command.data
    held = await hold_request(tx, await request_store.request_of_offer(tx.conn, data.offer_id))
    return _HeldOffer(held, held.request.offer(data.offer_id))


def _for_asker(held: _HeldOffer) -> Scope:
    return _asker(held.held)


def _for_owner(held: _HeldOffer) -> Scope:
    return owned_by(party_desk(held.offer.party))


async def _commit(tx: Transaction, command: Command[CommitOffer], held: _HeldOffer) -> Outcome:
    act = act_of(tx, command)
    request, made = rules.step_offer(held.held.request, act, held.offer.id, "commit", quantity=command.data.quantity)
    publication = Publication("request.committed", told(request, party=made.party, committed=made.committed))
    await offer_goods.accept(tx, request, held.offer, made, act, publication)
    zh, en = amount(request, made.committed)
    tell_department(
        publication, request, party_desk(made.party), f"已接受支援{zh}，请发出。", f"{en} are accepted; send them."
    )
    return await _carry(tx, held.held, request, publication)


async def _withdraw(tx: Transaction, command: Command[WithdrawOffer], held: _HeldOffer) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    request, made = rules.step_offer(held.held.request, act, held.offer.id, "withdraw", reason=reason)
    publication = Publication("request.withdrawn", told(request, party=made.party, reason=reason))
    await offer_goods.give_up(tx, request, held.offer, act, publication)
    zh, en = amount(request, held.offer.covers)
    tell_department(
        publication, request, request.department, f"支援的{zh}已撤回：{reason}", f"{en} were withdrawn: {reason}"
    )
    return await _carry(tx, held.held, request, publication)


async def _deploy(tx: Transaction, command: Command[DeployOffer], held: _HeldOffer) -> Outcome:
    act, data = act_of(tx, command), command.data
    if (
        data.task_id is not None
        and await store.incident_of_task(tx.conn, data.task_id) != held.held.request.incident_id
    ):
        raise Refused(
            "task_of_other_incident",
            zh="运输任务不属于本事件。",
            en="That order is another incident's.",
            field="data.task_id",
        )
    request, made = rules.step_offer(held.held.request, act, held.offer.id, "deploy", quantity=data.quantity)
    sent = made.deployed - held.offer.deployed
    await offer_goods.send(tx, request, held.offer, sent, act)
    request = _along(request, made, data)
    publication = Publication("request.deployed", told(request, party=made.party, deployed=sent))
    zh, en = amount(request, sent)
    tell_department(
        publication,
        request,
        request.department,
        f"{zh}已发出。{data.transport or ''}",
        f"{en} are on the way. {data.transport or ''}",
    )
    return await _carry(tx, held.held, request, publication)


def _along(request: Request, made: Offer, data: DeployOffer) -> Request:
    """The offer with how it travels and when it will be there."""
    travelling = replace(
        made,
        transport=data.transport or made.transport,
        task_id=data.task_id or made.task_id,
        arrives_at=data.arrives_at or made.arrives_at,
    )
    return replace(request, offers=tuple(travelling if one.id == made.id else one for one in request.offers))


async def _receive(tx: Transaction, command: Command[ReceiveOffer], held: _HeldOffer) -> Outcome:
    act = act_of(tx, command)
    request, made = rules.step_offer(held.held.request, act, held.offer.id, "receive", quantity=command.data.quantity)
    came = made.received - held.offer.received
    publication = Publication("request.received", told(request, party=made.party, received=came))
    if made.source == "shelter":
        await offer_goods.free_places(tx, made, came, publication)
    return await _carry(tx, held.held, request, publication)


async def _release(tx: Transaction, command: Command[ReleaseOffer], held: _HeldOffer) -> Outcome:
    """Not needed any more. What does not come back counts as used up."""
    act, before = act_of(tx, command), held.offer
    request, made = rules.step_offer(held.held.request, act, before.id, "release")
    publication = Publication("request.released", told(request, party=made.party))
    await offer_goods.give_up(tx, request, before, act, publication)
    if made.state == "released" and not stock_book().item(request.item).comes_back:
        await offer_goods.settle(tx, request, made, act, (0, made.out, 0))
        request, made = rules.settle_return(request, act, made.id, returned=0, used=made.out, lost=0)
    else:
        tell_department(
            publication,
            request,
            party_desk(made.party),
            "对方已用毕，请安排归还或收回。",
            "It is not needed any more; arrange its return.",
        )
    return await _carry(tx, held.held, request, publication)


async def _return(tx: Transaction, command: Command[ReturnOffer], held: _HeldOffer) -> Outcome:
    act, data, before = act_of(tx, command), command.data, held.offer
    request, made = rules.settle_return(
        held.held.request, act, before.id, returned=data.returned, used=data.used, lost=data.lost
    )
    publication = Publication(
        "request.returned", told(request, party=made.party, returned=data.returned, used=data.used, lost=data.lost)
    )
    await offer_goods.give_up(tx, request, before, act, publication)
    await offer_goods.settle(tx, request, made, act, (data.returned, data.used, data.lost))
    return await _carry(tx, held.held, request, publication)


async def _carry(
    tx: Transaction, held: HeldRequest, request: Request, publication: Publication, **more: str | bool
) -> Outcome:
    request = await save(tx, held.held, held.request, request, publication)
    result: JsonObject = {
        "request_id": str(request.id),
        "state": request.state,
        "open_need": request.open_need,
        "outlook": request.outlook,
        **more,
    }
    return Outcome(publication.facts(held.held), result)


def _step(
    data: type[D], load: Callable[[Transaction, Command[D]], Awaitable[S]], scope: Callable[[S], Scope],
    run: Callable[[Transaction, Command[D], S], Awaitable[Outcome]],
) -> AnyHandling:  # fmt: skip
    return Handling(data, allow(Role.DEPARTMENT, Role.DUTY_OFFICER, Role.LEADER), load, scope, run)


def _scope_make(asking: _Asking) -> Scope:
    area = owned_by(asking.department).area if asking.held is None else asking.held.incident.area_code
    return Scope(area, frozenset({asking.department}))


HANDLINGS: tuple[AnyHandling, ...] = (
    _step(MakeRequest, _load_make, _scope_make, _make),
    _step(OfferResource, _load_offer, _answerer, _offer),
    _step(DeclineRequest, _load_decline, _answerer, _decline),
    _step(PassOnRequest, _load, _asker, _pass_on),
    Handling(EscalateRequest, allow(Role.SYSTEM), _load, _asker, _escalate),
    _step(CancelRequest, _load, _asker, _cancel),
    _step(CommitOffer, _load_step, _for_asker, _commit),
    _step(WithdrawOffer, _load_step, _for_owner, _withdraw),
    _step(DeployOffer, _load_step, _for_owner, _deploy),
    _step(ReceiveOffer, _load_step, _for_asker, _receive),
    _step(ReleaseOffer, _load_step, _for_asker, _release),
    _step(ReturnOffer, _load_step, _for_owner, _return),
)
