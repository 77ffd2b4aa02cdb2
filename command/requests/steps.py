"""Carrying a request's change into the tables, the pictures and people's heads: the one place where a request is saved."""

from dataclasses import dataclass, replace
from datetime import datetime

from command.notice import Notice
from command.organisation.stock_book import stock_book
from command.publish import Publication
from command.requests.outlook import outlook_object
from command.requests.outlook_store import look_ahead
from command.requests.request import Party, Request
from command.requests.rules import party_desk, party_words, request_rules
from command.requests.store import save_request
from command.resources.publish import put_request
from incidents.summary import Held
from spine.canonical import Json, JsonObject
from spine.command import Transaction
from spine.deadlines import deadline_id, set_deadline, settle_deadline

CLOCK = "request_answer"


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A request under its lock and, where it belongs to one, its incident's."""

    held: Held | None
    request: Request


def told(request: Request, **more: Json) -> JsonObject:
    """What a fact about a request says in its `data`."""
    item = stock_book().item(request.item)
    return {
        "request_id": str(request.id),
        "no": request.no,
        "item": request.item,
        "item_zh": item.zh,
        "item_en": item.en,
        "quantity": request.quantity,
        "department": request.department,
        "state": request.state,
        **more,
    }


def amount(request: Request, quantity: int) -> tuple[str, str]:
    """How much of what, as a sentence has it."""
    book = stock_book()
    item = book.item(request.item)
    measure = book.measures[item.measure]
    return f"{item.zh} {quantity} {measure.zh}", f"{quantity} {measure.en} of {item.en}"


def tell_department(publication: Publication, request: Request, code: str, zh: str, en: str) -> None:
    """A notice to a desk about this request."""
    subject = (f"资源请求 {request.no}", f"Request {request.no}")
    publication.give(Notice(("department", code), subject, (zh, en), ("request", request.id), request.incident_id))


def tell_posts(publication: Publication, request: Request, zh: str, en: str) -> None:
    subject = (f"资源请求 {request.no}", f"Request {request.no}")
    for post in request_rules().told_posts:
        publication.give(Notice(("post", post), subject, (zh, en), ("request", request.id), request.incident_id))


def ask(publication: Publication, request: Request, party: str) -> None:
    """Tell whoever is asked that he is asked, at the desk where he is spoken for."""
    zh, en = amount(request, request.open_need)
    asker_zh, asker_en = party_words(request.department)
    party_zh, party_en = party_words(party)
    minutes = request_rules().answer_minutes[request.priority]
    tell_department(
        publication, request, party_desk(party),
        f"{asker_zh}请求{party_zh}支援：{zh}。{request.text} 请在 {minutes} 分钟内答复。",
        f"{asker_en} asks {party_en} for {en}. {request.text} Answer within {minutes} minutes.",
    )  # fmt: skip


async def save(
    tx: Transaction, held: Held | None, before: Request | None, request: Request, publication: Publication
) -> Request:
    """Save the request, look ahead for its item, run its clock, and put it where it stands. Returns it as saved."""
    await save_request(tx.conn, request)
    request = await _look(tx, before, request, publication)
    await _run_clock(tx, request.area_code if held is None else held.incident.area_code, before, request, publication)
    put_request(publication, request)
    return request


async def _look(tx: Transaction, before: Request | None, request: Request, publication: Publication) -> Request:
    """What is left of the item now; whoever coordinates is told the first time that it does not suffice."""
    seen = (await look_ahead(tx.conn, tx.at, request.item)).get(request.item)
    if seen is None:
        return request
    request = replace(request, outlook=outlook_object(seen))
    await save_request(tx.conn, request)
    was_short = before is not None and before.outlook is not None and before.outlook["short"] != 0
    if seen.short and request.is_open and not was_short:
        zh, en = amount(request, seen.short)
        tell_department(
            publication, request, request_rules().coordinator,
            f"全市可用库存 {seen.free}，待落实请求合计 {seen.wanted}，缺{zh}；请考虑向上级或邻近州市请求支援。",
            f"{seen.free} are free in the city, {seen.wanted} are asked for: {en} are lacking. Consider asking above or beside.",
        )  # fmt: skip
    return request


# --- the clock -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clock:
    due: datetime
    party: Party


def _clock(request: Request | None) -> _Clock | None:
    """The time to answer and whose it is: the one asked last who has not answered, the first among those asked together."""
    if request is None or request.answer_due is None:
        return None
    waiting = [party for party in request.parties if party.answer is None]
    if not waiting:
        return None
    newest = max(party.asked_at for party in waiting)
    return _Clock(request.answer_due, next(party for party in waiting if party.asked_at == newest))


async def _run_clock(
    tx: Transaction, area: str | None, before: Request | None, request: Request, publication: Publication
) -> None:
    """`area`: the incident's as it is now, or the boards on which the clock stands would not be those it is taken from."""
    ran, runs = _clock(before), _clock(request)
    if ran is not None and runs is not None and (ran.due, ran.party.party) == (runs.due, runs.party.party):
        return
    if ran is not None and (runs is None or party_desk(runs.party.party) != party_desk(ran.party.party)):
        key = str(deadline_id(CLOCK, request.id))
        publication.put([f"department:{party_desk(ran.party.party)}"], "deadlines", key, None)
    if runs is None:
        row = await settle_deadline(tx, subject_id=request.id, kind=CLOCK, void=not request.is_open)
        if row is not None:
            publication.deadline(row)
        return
    zh, en = amount(request, request.quantity)
    to_zh, to_en = party_words(runs.party.party)
    row = await set_deadline(
        tx,
        kind=CLOCK,
        incident_id=request.incident_id,
        subject_kind="request",
        subject_id=request.id,
        department=party_desk(runs.party.party),
        title_zh=f"答复资源请求：{zh}",
        title_en=f"Answer the request for {en}",
        to_zh=to_zh,
        to_en=to_en,
        due_at=runs.due,
        area=area,
        started_at=runs.party.asked_at,
    )
    publication.deadline(row)
