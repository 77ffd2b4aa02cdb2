"""A headquarters as a whole, carried out: established and dissolved, and what the platform does when a clock of it passes."""

from dataclasses import replace

from command import store
from command.headquarters import groups, seats
from command.headquarters import transfer as transfers
from command.headquarters.clocks import ACT, CALL, DELEGATION, SEAT, TRANSFER
from command.headquarters.commands import (
    DissolveHeadquarters,
    EstablishHeadquarters,
    MeetSilence,
    ResumeHeadquarters,
)
from command.headquarters.handling import carry, step
from command.headquarters.headquarters import Headquarters, Person, need_reason, need_standing
from command.headquarters.people import resolve
from command.headquarters.response import dissolve
from command.headquarters.rules import SeatRole, headquarters_rules
from command.headquarters.steps import (
    HeldHeadquarters,
    ask,
    person_words,
    run_clocks,
    tell_desk,
    tell_person,
)
from command.orders.steps import act_of
from command.publish import Publication
from incidents.incident import require_open
from spine.canonical import JsonObject
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role


async def _establish(tx: Transaction, command: Command[EstablishHeadquarters], held: HeldHeadquarters) -> Outcome:
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    because: JsonObject = {"reason": need_reason(data.reason)}
    people: list[tuple[SeatRole, Person]] = [("commander", await resolve(tx.conn, data.commander, "data.commander"))]
    for deputy in data.deputies:
        people.append(("deputy", await resolve(tx.conn, deputy, "data.deputies")))
    incident = (held.held.incident.id, held.held.incident.title)
    hq = groups.establish(held.hq, act, command.id, incident, people, because=because)
    publication = Publication("headquarters.established", because)
    for seat in hq.seats:
        if seat.state == "asked":
            ask(hq, seat, publication)
    return await carry(tx, held, hq, publication)


async def _dissolve(tx: Transaction, command: Command[DissolveHeadquarters], held: HeldHeadquarters) -> Outcome:
    hq = need_standing(held.hq)
    active = [r for r in await store.responses_of(tx.conn, hq.incident_id) if r.state == "active"]
    if active and held.held.incident.status == "open":
        raise Refused(
            "response_active",
            zh=f"“{active[0].plan_zh}”响应仍在进行，指挥部随最后一个响应终止而撤销。",
            en=f"The response by '{active[0].plan_en}' is active; the headquarters is dissolved with the last response.",
            field="data.incident_id",
            status=409,
        )
    if command.by.has(Role.SYSTEM) and held.held.incident.status == "open":
        return Outcome(())
    said = command.data
    facts = await dissolve(tx, held.held, hq, act_of(tx, command), said.reason, said.reason_en)
    return Outcome(facts, {"incident_id": str(hq.incident_id)})


async def _meet_silence(tx: Transaction, command: Command[MeetSilence], held: HeldHeadquarters) -> Outcome:
    hq, data, act = held.hq, command.data, act_of(tx, command)
    if hq is None or hq.state != "standing" or held.held.incident.status != "open":
        return Outcome(())
    match data.clock:
        case "headquarters_seat":
            changed = seats.silent(hq, act, data.subject_id)
        case "headquarters_call":
            changed = seats.call_silent(hq, act, data.subject_id)
        case "headquarters_act":
            changed = seats.act_silent(hq, act)
        case "headquarters_transfer":
            changed = transfers.transfer_silent(hq, act, data.subject_id)
        case "headquarters_delegation":
            changed = transfers.expire(hq, act, data.subject_id)
    if changed is None:
        return Outcome(())
    publication = Publication(_SILENCES[data.clock], {})
    _tell_silence(changed, data, publication)
    return await carry(tx, held, changed, publication)


_SILENCES = {
    SEAT: "headquarters.silent",
    CALL: "headquarters.call_silent",
    ACT: "headquarters.act_silent",
    TRANSFER: "headquarters.transfer_late",
    DELEGATION: "headquarters.delegation_expired",
}


def _tell_silence(hq: Headquarters, data: MeetSilence, publication: Publication) -> None:
    """The desk hears of a silence; who is asked next hears of it by `carry`."""
    if data.clock == ACT:
        return
    if data.clock == TRANSFER and hq.transfer is not None:
        zh, en = hq.transfer.to.words
        publication.data = person_words(hq.transfer.to)
        words = (f"{zh}逾时未接受指挥权", f"{en} has not taken command in time")
        more = (f"仍由{hq.transfer.giver.words[0]}指挥。请联系，或撤回后另行移交。", f"{hq.transfer.giver.words[1]} still commands. Reach him, or withdraw the transfer.")  # fmt: skip
        tell_desk(hq, words, more, publication)
        tell_person(hq, hq.transfer.giver, words, more, publication)
        return
    if data.clock == DELEGATION:
        ended = next(one for one in hq.delegations if one.id == data.subject_id)
        publication.data = person_words(ended.to)
        tell_person(
            hq,
            ended.to,
            ("授权到期", "Your delegation has ended"),
            ("授权期限已到。", "Its time is over."),
            publication,
        )
        return
    seat = hq.seat(data.subject_id)
    publication.data = person_words(seat.person, seat)
    zh, en = seat.person.words
    called = data.clock == CALL
    tell_desk(
        hq,
        (f"{zh}{'未应答呼叫' if called else '逾时未到任'}（{seat.words[0]}）", f"{en} {'does not answer' if called else 'has not come'} ({seat.words[1]})"),
        ("请再次联系，或另行指定。", "Try again, or name somebody else."),
        publication,
    )  # fmt: skip


async def _resume(tx: Transaction, command: Command[ResumeHeadquarters], held: HeldHeadquarters) -> Outcome:
    hq = held.hq
    if hq is None or hq.state != "standing" or held.held.incident.status != "open":
        return Outcome(())
    publication = Publication("headquarters.clocks_resumed", {})
    await run_clocks(tx, held.held, None, replace(hq), publication)
    return Outcome(publication.facts())


_WHO = headquarters_rules().who

HANDLINGS: tuple[AnyHandling, ...] = (
    step(EstablishHeadquarters, _WHO.keep, _establish),
    step(DissolveHeadquarters, _WHO.keep | {Role.SYSTEM}, _dissolve),
    step(MeetSilence, frozenset({Role.SYSTEM}), _meet_silence),
    step(ResumeHeadquarters, frozenset({Role.SYSTEM}), _resume),
)
