"""How responses are carried out: proposed by a plan, asked of one post after the other, activated, raised, lowered, declined, ended."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from command import store
from command.commands import (
    ActivateResponse,
    AdjustResponse,
    AskNextForResponse,
    DeclineResponse,
    EndResponse,
    ExtendResponse,
    ProposeResponse,
    WatchResponse,
)
from command.orders.steps import act_of, responded
from command.orders.task import Act
from command.orders.timers import settle_clock, start_clock, start_decision, start_period
from command.planning.book import need_plan_in_force
from command.planning.plan import Plan
from command.publish import Publication
from command.responses import response as rules
from command.responses.asking import Chain, Seat, ask, exhausted, seat_of, waiting
from command.responses.chains import (
    adjust_chain,
    decision_chain,
    end_chain,
    level_chain,
    tell_asked,
    tell_everybody,
    with_command,
)
from command.responses.propose import at_level
from command.responses.response import LEVEL_WORDS, Response, Ruling
from command.responses.stand_down import HandedOver
from command.responses.standing import Standing, plan_of, standing
from command.responses.steps import (
    Chosen,
    about,
    end_response,
    outcome,
    set_level,
    until_text,
)
from command.transitions import Level, higher
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.clock import iso, parse_iso
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class HeldResponse:
    """A response under its incident's lock."""

    held: Held
    response: Response

    def scope(self) -> Scope:
        return Scope(self.held.incident.area_code)


async def hold_response(tx: Transaction, response_id: UUID, field: str = "data.response_id") -> HeldResponse:
    """Lock the incident first, then the response. Raises Refused `not_found`."""
    held = await hold(tx, await store.incident_of_response(tx.conn, response_id), field=field)
    return HeldResponse(held, await store.lock_response(tx.conn, response_id))


def handed_over(listed: tuple[Any, ...]) -> dict[str, HandedOver]:
    return {one.item: HandedOver(one.reason, one.aftercare) for one in listed}


# --- proposing -----------------------------------------------------------------------------------------------------------


async def _load_propose(tx: Transaction, command: Command[ProposeResponse]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _propose(tx: Transaction, command: Command[ProposeResponse], held: Held) -> Outcome:
    require_open(held.incident)
    data, act = command.data, act_of(tx, command)
    plan = _fitting(await need_plan_in_force(tx.conn, data.plan_id), held)
    same_plan = [r for r in await store.responses_of(tx.conn, held.incident.id) if r.plan_id == plan.id]
    rules.check_new(same_plan, data.level, by_machine=command.by.has(Role.SYSTEM))
    reasons = tuple[JsonObject, ...](reason.model_dump(mode="json", exclude_none=True) for reason in data.reasons)
    proposal = at_level(plan, held.incident.area_code, data.level, reasons, tx.at)
    chain = await level_chain(tx.conn, plan, data.level)
    asked = ask(chain, (), tx.at) or ()
    names = (plan.zh, plan.en)
    response = rules.propose(command.id, held.incident.id, names, proposal, act, plan_version=plan.version, asked=asked)
    publication = Publication("response.proposed", about(response, reasons=list(reasons)))
    for older in same_plan:
        if older.state == "proposed":
            await _supersede(tx, older, act, response, publication)
    await store.save_response(tx.conn, response)
    publication.response(response)
    await _ask(tx, held, response, chain, act, publication)
    return Outcome(publication.facts(await responded(tx, held)), {"response_id": str(response.id)})


def _fitting(plan: Plan, held: Held) -> Plan:
    if plan.applies_to(held.incident.class_key):
        return plan
    raise Refused(
        "plan_does_not_apply",
        zh=f"“{plan.zh}”不适用于这类事件。",
        en=f"'{plan.en}' does not apply to incidents of this class.",
        field="data.plan_id",
    )


async def _supersede(tx: Transaction, older: Response, act: Act, newer: Response, publication: Publication) -> None:
    """A lower proposal that nobody had decided on gives way to the higher one."""
    closed = rules.decline(older, act, f"由{LEVEL_WORDS[newer.suggested_level][0]}响应建议取代")
    await store.save_response(tx.conn, closed)
    publication.response(closed)
    await settle_clock(tx, older.id, "response_decision", publication, void=True)


async def _ask(
    tx: Transaction, held: Held, response: Response, chain: Chain, act: Act, publication: Publication
) -> None:
    """The clock of the post that is asked now, and a word to it."""
    now = waiting(response.asked)
    if now is None:
        return
    await start_decision(tx, held.incident, response, (str(now["zh"]), str(now["en"])), publication)
    what = _question(response)
    subject = ("response", response.id)
    tell_asked(response.asked, what, until_text(chain, act), subject, held.incident.id, publication)


def _question(response: Response) -> tuple[str, str]:
    zh, en = LEVEL_WORDS[response.suggested_level]
    return f"是否启动{zh}响应（{response.plan_zh}）", f"whether to activate {en} ({response.plan_en})"


async def _ask_next(tx: Transaction, command: Command[AskNextForResponse], held: HeldResponse) -> Outcome:
    """The post that was asked let its time pass: the next one, or everybody when nobody is left. The clock stays red."""
    response = held.response
    if response.state != "proposed" or waiting(response.asked) is None or response.decide_by > tx.at:
        return Outcome(())
    chain = await level_chain(tx.conn, await plan_of(tx.conn, response), response.suggested_level)
    asked = ask(chain, response.asked, tx.at)
    if asked is None:
        response = replace(response, asked=exhausted(response.asked), version=response.version + 1)
        publication = Publication("response.unanswered", about(response))
        subject = ("response", response.id)
        await tell_everybody(tx, chain, _question(response), subject, response.incident_id, publication)
    else:
        due = tx.at + timedelta(minutes=chain.minutes)
        response = replace(response, asked=asked, decide_by=due, version=response.version + 1)
        publication = Publication("response.asked", about(response, asked=asked[-1]))
        await _ask(tx, held.held, response, chain, act_of(tx, command), publication)
    await store.save_response(tx.conn, response)
    publication.response(response)
    return Outcome(publication.facts())


# --- deciding ------------------------------------------------------------------------------------------------------------


class _NamesResponse(Protocol):
    @property
    def response_id(self) -> UUID: ...


async def _load(tx: Transaction, command: Command[Any]) -> HeldResponse:
    data: _NamesResponse = command.data
    return await hold_response(tx, data.response_id)


def _scope(held: HeldResponse) -> Scope:
    return held.scope()


async def _activate(tx: Transaction, command: Command[ActivateResponse], held: HeldResponse) -> Outcome:
    """启动. Whoever may decide on the suggested level may also decide on a lower one; a higher one has its own posts."""
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    if held.response.state != "proposed":
        rules.activate(held.response, act, data.level, Ruling(None, data.reason))
    now = await standing(tx.conn, held.response)
    chain, asked = await decision_chain(tx.conn, now.plan, held.response, data.level)
    highest = higher(data.level, held.response.suggested_level)
    seat = seat_of(await _with_command(tx, held.response, chain, highest), asked, command.by)
    ruling = Ruling(seat, data.reason, data.expected_hours)
    chosen = Chosen(only=data.tasks, against=data.against)
    _, facts, response = await set_level(tx, held.held, now, data.level, ruling, act, chosen)
    return outcome(response, facts, tasks=_given(response, now), merged=_merged(response))


def _given(response: Response, now: Standing) -> JsonObject:
    own: JsonObject = {}
    for code, order in response.orders.items():
        if isinstance(order, dict) and order["other"] is None and code not in now.response.orders:
            own[code] = order["task_id"]
    return own


def _merged(response: Response) -> JsonObject:
    return {code: o["task_id"] for code, o in response.orders.items() if isinstance(o, dict) and o["other"] is not None}


async def _adjust(tx: Transaction, command: Command[AdjustResponse], held: HeldResponse) -> Outcome:
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    rules.check_active(held.response, "调整级别", "raised or lowered")
    now = await standing(tx.conn, held.response)
    seat = await level_seat(tx, now, data.level, command.by)
    ruling = Ruling(seat, data.reason, data.expected_hours)
    chosen = Chosen(without=data.without, against=data.against)
    _, facts, response = await set_level(tx, held.held, now, data.level, ruling, act, chosen)
    return outcome(response, facts, tasks=_given(response, now))


async def level_seat(tx: Transaction, now: Standing, level: Level, by: Principal) -> Seat:
    """The post in which somebody changes the level. Raises Refused `not_your_decision`, `not_your_turn`."""
    chain = await adjust_chain(tx.conn, now.plan, now.response.level, level)
    return seat_of(await _with_command(tx, now.response, chain, higher(now.response.level, level)), (), by)


async def _with_command(tx: Transaction, response: Response, chain: Chain, level: Level | None) -> Chain:
    """With whoever commands this incident, and whom he let decide on levels up to this one."""
    return await with_command(tx.conn, chain, response.incident_id, tx.at, "response_level", level)


async def _extend(tx: Transaction, command: Command[ExtendResponse], held: HeldResponse) -> Outcome:
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    rules.check_active(held.response, "延长", "extended")
    plan = await plan_of(tx.conn, held.response)
    chain = await level_chain(tx.conn, plan, held.response.level)
    seat = seat_of(await _with_command(tx, held.response, chain, held.response.level), (), command.by)
    response = rules.extend(held.response, act, Ruling(seat, data.reason, data.expected_hours))
    publication = Publication(
        "response.extended",
        about(response, expected_hours=data.expected_hours, reason=data.reason, post=seat.to_json()),
    )
    await store.save_response(tx.conn, response)
    publication.response(response)
    await start_period(tx, held.held.incident, response, publication)
    return outcome(response, publication.facts())


async def _decline(tx: Transaction, command: Command[DeclineResponse], held: HeldResponse) -> Outcome:
    act, reason = act_of(tx, command), command.data.reason
    if held.response.state != "proposed":
        rules.decline(held.response, act, reason)
    chain = await level_chain(tx.conn, await plan_of(tx.conn, held.response), held.response.suggested_level)
    chain = await _with_command(tx, held.response, chain, held.response.suggested_level)
    seat = seat_of(chain, held.response.asked, command.by)
    response = rules.decline(held.response, act, reason, seat)
    publication = Publication("response.declined", about(response, reason=reason, post=seat.to_json()))
    await store.save_response(tx.conn, response)
    publication.response(response)
    await settle_clock(tx, response.id, "response_decision", publication)
    return outcome(response, publication.facts(await responded(tx, held.held)))


async def _end(tx: Transaction, command: Command[EndResponse], held: HeldResponse) -> Outcome:
    act, data = act_of(tx, command), command.data
    rules.check_active(held.response)
    now = await standing(tx.conn, held.response)
    chain = await end_chain(tx.conn, now.plan, held.response.level)
    chain = await with_command(tx.conn, chain, held.response.incident_id, tx.at, None)
    seat = seat_of(chain, (), command.by)
    _, facts, response = await end_response(tx, held.held, now, act, seat, data.reason, handed_over(data.handover))
    return outcome(response, facts)


# --- rules about time ----------------------------------------------------------------------------------------------------


async def _watch(tx: Transaction, command: Command[WatchResponse], held: HeldResponse) -> Outcome:
    """When the plan's rules about time are looked at again. A clock that runs out sooner is left as it is."""
    response, at = held.response, command.data.at
    publication = Publication("response.watched", about(response, at=None if at is None else iso(at)))
    if at is None or response.state != "active" or held.held.incident.status != "open":
        await settle_clock(tx, response.id, "watch", publication)
    else:
        title = (f"复核监测条件：{response.plan_zh}", f"Look at the watch rules again: {response.plan_en}")
        subject = ("response", response.id)
        due = parse_iso(iso(at))
        await start_clock(tx, held.held.incident, "watch", subject, title, ("系统", "System"), due, publication)
    return Outcome(publication.facts())


_DECIDERS = allow(Role.LEADER, Role.DUTY_OFFICER)
"""Which of them is said by the posts that the plan names (asking.seat_of)."""

HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(
        ProposeResponse,
        allow(Role.SYSTEM, Role.DUTY_OFFICER),
        _load_propose,
        lambda held: Scope(held.incident.area_code),
        _propose,
    ),
    Handling(AskNextForResponse, allow(Role.SYSTEM), _load, _scope, _ask_next),
    Handling(ActivateResponse, _DECIDERS, _load, _scope, _activate),
    Handling(AdjustResponse, _DECIDERS, _load, _scope, _adjust),
    Handling(ExtendResponse, _DECIDERS, _load, _scope, _extend),
    Handling(DeclineResponse, _DECIDERS, _load, _scope, _decline),
    Handling(EndResponse, _DECIDERS, _load, _scope, _end),
    Handling(WatchResponse, allow(Role.SYSTEM), _load, _scope, _watch),
)
