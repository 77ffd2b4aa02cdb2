"""Seats of a headquarters, carried out: named, taken, declined, relieved, moved, called, answered, stepped in."""

from command.headquarters import seats
from command.headquarters.commands import (
    AnswerCall,
    CallSeat,
    DeclineSeat,
    MoveSeat,
    NameSeat,
    PlaceIn,
    RelieveSeat,
    StepIn,
    TakeSeat,
)
from command.headquarters.handling import actor_in, carry, need_open, step
from command.headquarters.people import resolve
from command.headquarters.rules import headquarters_rules
from command.headquarters.steps import (
    HeldHeadquarters,
    ask,
    person_words,
    tell_desk,
    tell_person,
)
from command.orders.steps import act_of
from command.publish import Publication
from gis.crs import Origin, to_wgs84
from gis.geometry import check_point
from spine.canonical import JsonObject
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, Outcome, Transaction


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
    hq, data = need_open(held), command.data
    person = await resolve(tx.conn, data.person)
    place = _place(data.place)
    changed, seat = seats.name(
        hq, act_of(tx, command), data.role, person, command.id, place=place, seat_id=data.seat_id
    )
    publication = Publication("headquarters.named", person_words(person, seat))
    ask(changed, seat, publication)
    return await carry(tx, held, changed, publication, seat_id=str(seat.id))


async def _take(tx: Transaction, command: Command[TakeSeat], held: HeldHeadquarters) -> Outcome:
    hq = need_open(held)
    actor = await actor_in(tx, command, hq)
    changed = seats.take(hq, act_of(tx, command), actor, command.data.seat_id)
    seat = changed.seat(command.data.seat_id)
    publication = Publication("headquarters.taken", {**person_words(seat.person, seat), "word": actor.word})
    return await carry(tx, held, changed, publication)


async def _decline(tx: Transaction, command: Command[DeclineSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed = seats.decline(hq, act_of(tx, command), await actor_in(tx, command, hq), data.seat_id, data.reason)
    seat = changed.seat(data.seat_id)
    publication = Publication("headquarters.declined", {**person_words(seat.person, seat), "reason": data.reason})
    zh, en = seat.person.words
    tell_desk(
        changed,
        (f"{zh}不能到任{seat.words[0]}", f"{en} cannot take the seat {seat.words[1]}"),
        (f"原因：{data.reason}。请另行指定。", f"Reason: {data.reason}. Please name somebody else."),
        publication,
    )
    return await carry(tx, held, changed, publication)


async def _relieve(tx: Transaction, command: Command[RelieveSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
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
    return await carry(tx, held, changed, publication)


async def _move(tx: Transaction, command: Command[MoveSeat], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    place = _place(data.place) or {}
    changed = seats.move(hq, act_of(tx, command), data.seat_id, place)
    seat = changed.seat(data.seat_id)
    publication = Publication("headquarters.moved", {**person_words(seat.person, seat), "place": data.place.name})
    return await carry(tx, held, changed, publication)


async def _call(tx: Transaction, command: Command[CallSeat], held: HeldHeadquarters) -> Outcome:
    hq = need_open(held)
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
    return await carry(tx, held, changed, publication)


async def _answer(tx: Transaction, command: Command[AnswerCall], held: HeldHeadquarters) -> Outcome:
    hq = need_open(held)
    actor = await actor_in(tx, command, hq)
    changed = seats.answer(hq, act_of(tx, command), actor, command.data.seat_id)
    seat = changed.seat(command.data.seat_id)
    publication = Publication("headquarters.answered", {**person_words(seat.person, seat), "word": actor.word})
    return await carry(tx, held, changed, publication)


async def _step_in(tx: Transaction, command: Command[StepIn], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    actor = await actor_in(tx, command, hq)
    changed = seats.step_in(hq, act_of(tx, command), actor, data.seat_id, data.reason)
    seat = changed.seat(data.seat_id)
    said: JsonObject = {**person_words(seat.person, seat), "reason": data.reason, "word": actor.word}
    return await carry(tx, held, changed, Publication("headquarters.stepped_in", said))


_WHO = headquarters_rules().who

HANDLINGS: tuple[AnyHandling, ...] = (
    step(NameSeat, _WHO.keep, _name),
    step(TakeSeat, _WHO.answer, _take),
    step(DeclineSeat, _WHO.answer, _decline),
    step(RelieveSeat, _WHO.keep, _relieve),
    step(MoveSeat, _WHO.keep, _move),
    step(CallSeat, _WHO.keep, _call),
    step(AnswerCall, _WHO.answer, _answer),
    step(StepIn, _WHO.answer, _step_in),
)
