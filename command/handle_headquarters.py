"""How headquarters are carried out: established, seats named, taken, called; command transferred and delegated; groups changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command import headquarters_groups as groups
from command import headquarters_seats as seats
from command import headquarters_transfer as transfers
from command import store
from command.headquarters import Actor, Group, Headquarters, Person, need_reason, need_standing
from command.headquarters_clocks import ACT, CALL, DELEGATION, SEAT, TRANSFER
from command.headquarters_commands import (
    AnswerCall,
    CallSeat,
    DeclineSeat,
    Delegate,
    DissolveGroup,
    DissolveHeadquarters,
    EstablishHeadquarters,
    MeetSilence,
    MoveSeat,
    NameSeat,
    PlaceIn,
    RefuseCommand,
    RelieveSeat,
    ResumeHeadquarters,
    RevokeDelegation,
    SetGroup,
    StepIn,
    TakeCommand,
    TakeSeat,
    TransferCommand,
    WithdrawTransfer,
)
from command.headquarters_people import actor_of, fits_command, resolve, resolve_or_nobody
from command.headquarters_response import dissolve, tell_transfer, told_who_commands
from command.headquarters_rules import SeatRole, headquarters_rules
from command.headquarters_steps import (
    HeldHeadquarters,
    about,
    ask,
    ask_to_act,
    facts_of,
    hold_headquarters,
    person_words,
    run_clocks,
    save,
    tell,
    tell_desk,
    tell_groups,
    tell_person,
)
from command.publish import Publication
from command.task_steps import act_of
from command.unit_store import need_department
from gis.crs import Origin, to_wgs84
from gis.geometry import check_point
from incidents.incident import require_open
from spine.authority import Allow, allow
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role

D = TypeVar("D", bound=CommandData)


class _NamesIncident(Protocol):
    @property
    def incident_id(self) -> UUID: ...


async def _load(tx: Transaction, command: Command[Any]) -> HeldHeadquarters:
    data: _NamesIncident = command.data
    return await hold_headquarters(tx, data.incident_id)


async def _actor(tx: Transaction, command: Command[Any], hq: Headquarters) -> Actor:
    return await actor_of(tx.conn, command.by, hq, getattr(command.data, "word", None))


def _standing(held: HeldHeadquarters) -> Headquarters:
    require_open(held.held.incident)
    return need_standing(held.hq)


async def _carry(
    tx: Transaction, held: HeldHeadquarters, after: Headquarters, publication: Publication, **result: Json
) -> Outcome:
    """Save it; whoever is asked now or must know who commands is told."""
    before = held.hq
    after = await save(tx, held.held, before, after, publication)
    publication.data = {**about(after), **publication.data}
    if before is not None:
        if after.acting is not None and after.acting != before.acting:
            ask_to_act(after, publication)
        was, now = before.commanding, after.commanding
        if now is not None and (was is None or (was.id, was.person) != (now.id, now.person)):
            told_who_commands(after, publication)
        tell_transfer(after, before, publication)
    now = after.commanding
    commanding = None if now is None else str(now.id)
    return Outcome(
        facts_of(after, publication), {"incident_id": str(after.incident_id), "commanding_seat": commanding, **result}
    )


# --- established and dissolved -------------------------------------------------------------------------------------------


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
    return await _carry(tx, held, hq, publication)


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
    facts = await dissolve(tx, held.held, hq, act_of(tx, command), command.data.reason)
    return Outcome(facts, {"incident_id": str(hq.incident_id)})


# --- seats ---------------------------------------------------------------------------------------------------------------


def _place(place: PlaceIn | None) -> JsonObject | None:
    """As it is stored: WGS 84, with where it came from. Raises Refused for a point that cannot be."""
    if place is None:
        return None
    if place.point is None:
        return {"name": place.name}
    lon, lat = check_point(place.point.lon, place.point.lat, "data.place.point")
    lon, lat = to_wgs84(lon, lat, Origin(place.point.origin))
    return {"name": place.name, "lon": round(lon, 7), "lat": round(lat, 7), "origin": place.point.origin}


async def _name(tx: Transaction, command: Command[NameSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    person = await resolve(tx.conn, data.person)
    place = _place(data.place)
    changed, seat = seats.name(
        hq, act_of(tx, command), data.role, person, command.id, place=place, seat_id=data.seat_id
    )
    publication = Publication("headquarters.named", person_words(person, seat))
    ask(changed, seat, publication)
    return await _carry(tx, held, changed, publication, seat_id=str(seat.id))


async def _take(tx: Transaction, command: Command[TakeSeat], held: HeldHeadquarters) -> Outcome:
    hq = _standing(held)
    actor = await _actor(tx, command, hq)
    changed = seats.take(hq, act_of(tx, command), actor, command.data.seat_id)
    seat = changed.seat(command.data.seat_id)
    publication = Publication("headquarters.taken", {**person_words(seat.person, seat), "word": actor.word})
    return await _carry(tx, held, changed, publication)


async def _decline(tx: Transaction, command: Command[DeclineSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed = seats.decline(hq, act_of(tx, command), await _actor(tx, command, hq), data.seat_id, data.reason)
    seat = changed.seat(data.seat_id)
    publication = Publication("headquarters.declined", {**person_words(seat.person, seat), "reason": data.reason})
    zh, en = seat.person.words
    tell_desk(
        changed,
        (f"{zh}不能到任{seat.words[0]}", f"{en} cannot take the seat {seat.words[1]}"),
        (f"原因：{data.reason}。请另行指定。", f"Reason: {data.reason}. Please name somebody else."),
        publication,
    )
    return await _carry(tx, held, changed, publication)


async def _relieve(tx: Transaction, command: Command[RelieveSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    seat = hq.seat(data.seat_id)
    changed = seats.relieve(hq, act_of(tx, command), data.seat_id, data.reason)
    publication = Publication("headquarters.relieved", {**person_words(seat.person, seat), "reason": data.reason})
    if seat.person.name is not None:
        tell_person(
            hq,
            seat.person,
            (f"不再担任{seat.words[0]}", f"Relieved: {seat.words[1]}"),
            (f"您不再担任{hq.title}指挥部{seat.words[0]}。{data.reason}", f"You are relieved as {seat.words[1]} for '{hq.title}'. {data.reason}"),
            publication,
        )  # fmt: skip
    return await _carry(tx, held, changed, publication)


async def _move(tx: Transaction, command: Command[MoveSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    place = _place(data.place) or {}
    changed = seats.move(hq, act_of(tx, command), data.seat_id, place)
    seat = changed.seat(data.seat_id)
    publication = Publication("headquarters.moved", {**person_words(seat.person, seat), "place": data.place.name})
    return await _carry(tx, held, changed, publication)


async def _call(tx: Transaction, command: Command[CallSeat], held: HeldHeadquarters) -> Outcome:
    hq = _standing(held)
    changed = seats.call(hq, act_of(tx, command), command.data.seat_id)
    seat = changed.seat(command.data.seat_id)
    publication = Publication("headquarters.called", person_words(seat.person, seat))
    until = (tx.at.astimezone(BEIJING)).strftime("%H:%M")
    minutes = headquarters_rules().call_minutes
    tell_person(
        changed,
        seat.person,
        (f"指挥部呼叫：{hq.title}", f"The headquarters calls you: {hq.title}"),
        (f"{until} 呼叫{seat.words[0]}，请在 {minutes} 分钟内应答。", f"Called at {until} as {seat.words[1]}: answer within {minutes} minutes."),
        publication,
    )  # fmt: skip
    return await _carry(tx, held, changed, publication)


async def _answer(tx: Transaction, command: Command[AnswerCall], held: HeldHeadquarters) -> Outcome:
    hq = _standing(held)
    actor = await _actor(tx, command, hq)
    changed = seats.answer(hq, act_of(tx, command), actor, command.data.seat_id)
    seat = changed.seat(command.data.seat_id)
    publication = Publication("headquarters.answered", {**person_words(seat.person, seat), "word": actor.word})
    return await _carry(tx, held, changed, publication)


async def _step_in(tx: Transaction, command: Command[StepIn], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    actor = await _actor(tx, command, hq)
    changed = seats.step_in(hq, act_of(tx, command), actor, data.seat_id, data.reason)
    seat = changed.seat(data.seat_id)
    said: JsonObject = {**person_words(seat.person, seat), "reason": data.reason, "word": actor.word}
    return await _carry(tx, held, changed, Publication("headquarters.stepped_in", said))


# --- transfer and delegation ---------------------------------------------------------------------------------------------


async def _transfer(tx: Transaction, command: Command[TransferCommand], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    to = await resolve(tx.conn, data.to, "data.to")
    fits = await fits_command(tx.conn, to, hq.commander.person.post)
    changed = transfers.propose(
        hq,
        act_of(tx, command),
        await _actor(tx, command, hq),
        command.id,
        to,
        fits=fits,
        summary=data.summary,
        reason=data.reason,
        stays=data.stays,
    )
    publication = Publication("headquarters.transfer_proposed", {**person_words(to), "reason": data.reason})
    return await _carry(tx, held, changed, publication, transfer_id=str(command.id))


async def _take_command(tx: Transaction, command: Command[TakeCommand], held: HeldHeadquarters) -> Outcome:
    hq = _standing(held)
    actor = await _actor(tx, command, hq)
    changed = transfers.take(hq, act_of(tx, command), actor)
    giver = None if hq.transfer is None else hq.transfer.giver
    said: JsonObject = {**person_words(changed.commander.person), "word": actor.word}
    if giver is not None:
        said |= {"from_zh": giver.words[0], "from_en": giver.words[1]}
    return await _carry(tx, held, changed, Publication("headquarters.transferred", said))


async def _refuse(tx: Transaction, command: Command[RefuseCommand], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed = transfers.refuse(hq, act_of(tx, command), await _actor(tx, command, hq), data.reason)
    return await _transfer_ended(tx, held, changed, "headquarters.transfer_refused", ("不接受指挥权移交", "does not take command"), data.reason)  # fmt: skip


async def _withdraw(tx: Transaction, command: Command[WithdrawTransfer], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed = transfers.withdraw(hq, act_of(tx, command), await _actor(tx, command, hq), data.reason)
    return await _transfer_ended(tx, held, changed, "headquarters.transfer_withdrawn", ("：指挥权移交已撤回", ": the transfer of command is withdrawn"), data.reason)  # fmt: skip


async def _transfer_ended(
    tx: Transaction, held: HeldHeadquarters, after: Headquarters, kind: str, words: tuple[str, str], reason: str
) -> Outcome:
    """The other side hears of it."""
    transfer = after.transfer
    if transfer is None:
        raise AssertionError("only an open transfer is refused or withdrawn")
    publication = Publication(kind, {**person_words(transfer.to), "reason": reason})
    other = transfer.giver if kind == "headquarters.transfer_refused" else transfer.to
    zh, en = transfer.to.words
    tell_person(after, other, (f"{zh}{words[0]}", f"{en} {words[1]}".replace(" :", ":")), (reason, reason), publication)
    return await _carry(tx, held, after, publication)


async def _delegate(tx: Transaction, command: Command[Delegate], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed = transfers.delegate(
        hq,
        act_of(tx, command),
        await _actor(tx, command, hq),
        command.id,
        seat_id=data.seat_id,
        matter=data.matter,
        up_to=data.up_to,
        until=data.until,
        reason=data.reason,
    )
    made = changed.delegations[-1]
    matter = headquarters_rules().matters[made.matter]
    publication = Publication(
        "headquarters.delegated",
        {
            **person_words(made.to),
            "matter_zh": matter.zh,
            "matter_en": matter.en,
            "up_to": made.up_to,
            "reason": made.reason,
        },
    )
    until = made.until.astimezone(BEIJING).strftime("%m-%d %H:%M")
    tell_person(
        changed,
        made.to,
        (f"授权：{matter.zh}", f"Delegated to you: {matter.en}"),
        (f"{made.giver.words[0]}授权您行使“{matter.zh}”，至 {until}。{made.reason}", f"{made.giver.words[1]} lets you decide: {matter.en}, until {until}. {made.reason}"),
        publication,
    )  # fmt: skip
    return await _carry(tx, held, changed, publication, delegation_id=str(made.id))


async def _revoke(tx: Transaction, command: Command[RevokeDelegation], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed = transfers.revoke(hq, act_of(tx, command), await _actor(tx, command, hq), data.delegation_id, data.reason)
    ended = next(one for one in changed.delegations if one.id == data.delegation_id)
    publication = Publication("headquarters.delegation_revoked", {**person_words(ended.to), "reason": data.reason})
    tell_person(
        changed, ended.to, ("授权已撤回", "Your delegation is revoked"), (data.reason, data.reason), publication
    )
    return await _carry(tx, held, changed, publication)


# --- groups --------------------------------------------------------------------------------------------------------------


async def _set_group(tx: Transaction, command: Command[SetGroup], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    await need_department(tx.conn, data.lead, field="data.lead")
    for code in data.members:
        await need_department(tx.conn, code, field="data.members")
    if data.group_id is not None and all(one.id != data.group_id for one in hq.groups):
        raise Refused(
            "not_found", zh="没有这个工作组。", en="There is no such group.", field="data.group_id", status=404
        )
    head = await resolve_or_nobody(tx.conn, data.head, "data.head")
    duty = need_reason(data.duty_zh, "duty_zh", "工作组的职责", "what the group does")
    group = Group(
        data.group_id or f"own-{command.id}", data.zh, data.en or data.zh, data.lead, data.members, duty, data.duty_en or duty, head
    )  # fmt: skip
    changed, before = groups.set_group(hq, act_of(tx, command), group)
    made = next(one for one in changed.groups if one.id == group.id)
    kind = "headquarters.group_added" if before is None else "headquarters.group_changed"
    publication = Publication(kind, {"group_zh": made.zh, "group_en": made.en, "lead": made.lead})
    tell_groups(changed, (made,), hq, publication)
    if before is not None:
        _tell_left(changed, before, made, publication)
    return await _carry(tx, held, changed, publication, group_id=made.id)


def _tell_left(hq: Headquarters, before: Group, after: Group | None, publication: Publication) -> None:
    for code in sorted(before.departments - (frozenset() if after is None else after.departments)):
        tell(
            hq,
            ("department", code),
            (f"退出工作组：{before.zh}", f"No longer in the {before.en}"),
            (f"贵单位不再编入{hq.title}指挥部{before.zh}。", f"Your department is no longer in the {before.en} for '{hq.title}'."),
            publication,
        )  # fmt: skip


async def _dissolve_group(tx: Transaction, command: Command[DissolveGroup], held: HeldHeadquarters) -> Outcome:
    hq, data = _standing(held), command.data
    changed, before = groups.dissolve_group(hq, act_of(tx, command), data.group_id, data.reason)
    publication = Publication(
        "headquarters.group_dissolved",
        {"group_zh": before.zh, "group_en": before.en, "lead": before.lead, "reason": data.reason},
    )
    _tell_left(changed, before, None, publication)
    return await _carry(tx, held, changed, publication)


# --- what the platform does by itself ------------------------------------------------------------------------------------


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
    return await _carry(tx, held, changed, publication)


_SILENCES = {
    SEAT: "headquarters.silent",
    CALL: "headquarters.call_silent",
    ACT: "headquarters.act_silent",
    TRANSFER: "headquarters.transfer_late",
    DELEGATION: "headquarters.delegation_expired",
}


def _tell_silence(hq: Headquarters, data: MeetSilence, publication: Publication) -> None:
    """The desk hears of a silence; who is asked next hears of it by `_carry`."""
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


def _step(
    data: type[D],
    who: frozenset[Role],
    run: Callable[[Transaction, Command[D], HeldHeadquarters], Awaitable[Outcome]],
) -> AnyHandling:
    return Handling(data, Allow(who), _load, HeldHeadquarters.scope, run)


_WHO = headquarters_rules().who

HANDLINGS: tuple[AnyHandling, ...] = (
    _step(EstablishHeadquarters, _WHO.keep, _establish),
    _step(DissolveHeadquarters, _WHO.keep | {Role.SYSTEM}, _dissolve),
    _step(NameSeat, _WHO.keep, _name),
    _step(TakeSeat, _WHO.answer, _take),
    _step(DeclineSeat, _WHO.answer, _decline),
    _step(RelieveSeat, _WHO.keep, _relieve),
    _step(MoveSeat, _WHO.keep, _move),
    _step(CallSeat, _WHO.keep, _call),
    _step(AnswerCall, _WHO.answer, _answer),
    _step(StepIn, _WHO.answer, _step_in),
    _step(TransferCommand, _WHO.command, _transfer),
    _step(TakeCommand, _WHO.answer, _take_command),
    _step(RefuseCommand, _WHO.answer, _refuse),
    _step(WithdrawTransfer, _WHO.command, _withdraw),
    _step(Delegate, _WHO.delegate, _delegate),
    _step(RevokeDelegation, _WHO.delegate, _revoke),
    _step(SetGroup, _WHO.keep, _set_group),
    _step(DissolveGroup, _WHO.keep, _dissolve_group),
    Handling(MeetSilence, allow(Role.SYSTEM), _load, HeldHeadquarters.scope, _meet_silence),
    Handling(ResumeHeadquarters, allow(Role.SYSTEM), _load, HeldHeadquarters.scope, _resume),
)
