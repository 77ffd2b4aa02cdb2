"""Seats of a headquarters: named, taken, declined, called, silent; and who acts when the commander is silent (代行). Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from command.headquarters.headquarters import (
    Acting,
    Actor,
    Headquarters,
    Person,
    Seat,
    Why,
    answer_of,
    may_answer,
    need_reason,
    stamped,
    told,
    who_line,
    with_seat,
    without_seat,
)
from command.headquarters.rules import SeatRole, headquarters_rules
from command.orders.task import Act
from spine.canonical import JsonObject
from spine.clock import BEIJING, iso, parse_iso
from spine.errors import Refused


def asked_seat(seat: Seat, act: Act) -> Seat:
    """The same seat with its question running from now."""
    until = act.at + timedelta(minutes=headquarters_rules().seats[seat.role].minutes)
    return replace(seat, state="asked", asked_by=act.by, asked_at=act.at, until=until, answered=None, call=None)


def same_person(one: Person, other: Person) -> bool:
    if one.account_id is not None or other.account_id is not None:
        return one.account_id == other.account_id
    if one.person_id is not None or other.person_id is not None:
        return one.person_id == other.person_id
    return one.name is None and other.name is None and one.post is not None and one.post == other.post


# --- naming --------------------------------------------------------------------------------------------------------------


def name(
    hq: Headquarters,
    act: Act,
    role: SeatRole,
    person: Person,
    new_id: UUID,
    *,
    place: JsonObject | None = None,
    seat_id: UUID | None = None,
) -> tuple[Headquarters, Seat]:
    """指定. `seat_id`: the seat that is filled anew; None: a new one (of commander, office and rear there is one).

    Raises Refused `transfer_command`, `seat_commands`, `already_seated`, `place_required`, `wrong_seat`.
    """
    held = hq.seat(seat_id) if seat_id is not None else _only(hq, role)
    if held is not None and held.role != role:
        raise _refused("wrong_seat", "该席位不是这一类席位。", "That seat is of another kind.", "data.seat_id")
    if role == "commander" and hq.commander.state == "taken":
        raise _refused(
            "transfer_command",
            "指挥长已到任；更换指挥长须办理指挥权移交。",
            "The commander has taken his seat: to change him, transfer command.",
            "data.role",
        )
    if held is not None and hq.commanding is not None and held.id == hq.commanding.id:
        raise _commands(held)
    _check_not_seated(hq, role, person, held)
    if role == "forward" and (place is None and (held is None or held.place is None)):
        raise _refused(
            "place_required", "请写明前方指挥部设在哪里。", "Say where the forward headquarters is.", "data.place"
        )
    seat = Seat(
        held.id if held else new_id,
        role,
        held.sort if held else _next_sort(hq, role),
        person,
        "vacant",
        place=place or (held.place if held else None),
    )
    seat = asked_seat(seat, act)
    changed = with_seat(hq, seat) if held else replace(hq, seats=(*hq.seats, seat))
    if role == "commander":
        changed = replace(changed, acting=None)
    return stamped(told(changed, act, "named", **who_line(seat)), act), seat


def _only(hq: Headquarters, role: SeatRole) -> Seat | None:
    if role in {"deputy", "forward"}:
        return None
    return next((seat for seat in hq.seats if seat.role == role), None)


def _next_sort(hq: Headquarters, role: SeatRole) -> int:
    return 1 + max((seat.sort for seat in hq.seats if seat.role == role), default=0)


def _check_not_seated(hq: Headquarters, role: SeatRole, person: Person, held: Seat | None) -> None:
    """Commander and deputies are different people; a deputy may lead a forward headquarters as well."""
    line: Sequence[str] = ("deputy",) if role == "forward" else ("commander", "deputy")
    if role not in {"deputy", "forward"}:
        return
    for seat in hq.seats:
        other = held is None or seat.id != held.id
        if (
            other
            and same_person(seat.person, person)
            and (seat.role == role or (role == "deputy" and seat.role in line))
        ):
            zh, en = person.words
            raise _refused(
                "already_seated",
                f"{zh}已在指挥部任{seat.words[0]}。",
                f"{en} already sits in the headquarters as {seat.words[1]}.",
                "data.person",
            )


def _commands(seat: Seat) -> Refused:
    return _refused(
        "seat_commands",
        f"{seat.person.words[0]}正在指挥；请先移交指挥权，再更换席位。",
        f"{seat.person.words[1]} commands now: transfer command first, then change the seat.",
        "data.seat_id",
    )


def relieve(hq: Headquarters, act: Act, seat_id: UUID, reason: str) -> Headquarters:
    """撤换. The seat leaves the headquarters with what was delegated to it. Raises Refused `seat_commands`, `transfer_command`."""
    seat = hq.seat(seat_id)
    if seat.role == "commander":
        raise _refused(
            "transfer_command",
            "指挥长席位不能撤销；更换指挥长请重新指定，或办理指挥权移交。",
            "The commander's seat stays: name somebody else, or transfer command.",
            "data.seat_id",
        )
    if hq.commanding is not None and hq.commanding.id == seat.id:
        raise _commands(seat)
    why = need_reason(reason)
    end: JsonObject = {"at": iso(act.at), "by": act.by, "how": "revoked", "reason": why}
    delegations = tuple(
        replace(one, ended=end) if one.seat_id == seat.id and one.ended is None else one for one in hq.delegations
    )
    changed = replace(without_seat(hq, seat.id), delegations=delegations)
    changed = _skip(changed, act, seat)
    return stamped(told(changed, act, "relieved", reason=why, **who_line(seat)), act)


def move(hq: Headquarters, act: Act, seat_id: UUID, place: JsonObject) -> Headquarters:
    """A forward or rear headquarters goes to another place. Raises Refused `wrong_seat`."""
    seat = hq.seat(seat_id)
    if seat.role not in {"forward", "rear"}:
        raise _refused(
            "wrong_seat", "只有前方、后方指挥部有地点。", "Only a forward or rear one has a place.", "data.seat_id"
        )
    changed = with_seat(hq, replace(seat, place=place))
    return stamped(told(changed, act, "moved", place=place, before=seat.place, **who_line(seat)), act)


# --- answering -----------------------------------------------------------------------------------------------------------


def take(hq: Headquarters, act: Act, actor: Actor, seat_id: UUID, how: str = "taken") -> Headquarters:
    """到任. A commander who comes takes command back from whoever acts for him. Raises Refused `already_taken`, …"""
    seat = hq.seat(seat_id)
    if seat.state == "taken":
        zh, en = seat.person.words
        raise _refused(
            "already_taken",
            f"{zh}已到任{seat.words[0]}。",
            f"{en} has already taken the seat {seat.words[1]}.",
            "data.seat_id",
        )
    may_answer(actor, seat.person, seat.words)
    taken = replace(
        seat, state="taken", person=actor.as_person(seat.person), answered=answer_of(actor, act, how), call=None
    )
    changed = with_seat(hq, taken)
    if seat.role == "commander":
        for other in hq.deputies:
            if same_person(other.person, taken.person):
                changed = without_seat(changed, other.id)
        changed = replace(changed, acting_seat=None, acting=None)
        changed = _supersede_transfer(changed, act, taken)
    word = cast(JsonObject, taken.answered)["word"]
    return stamped(told(changed, act, "took", how=how, word=word, **who_line(taken)), act)


def _supersede_transfer(hq: Headquarters, act: Act, taken: Seat) -> Headquarters:
    """Whoever acted wanted to hand on a command that is no longer his."""
    open_one = hq.open_transfer
    if open_one is None or open_one.cause != "commander" or same_person(open_one.giver, taken.person):
        return hq
    ended: JsonObject = {"at": iso(act.at), "by": act.by, "reason": None}
    return replace(hq, transfer=replace(open_one, outcome="superseded", ended=ended))


def decline(hq: Headquarters, act: Act, actor: Actor, seat_id: UUID, reason: str) -> Headquarters:
    """不能到任. Raises Refused `already_taken`, `reason_required`, …"""
    seat = hq.seat(seat_id)
    if seat.state in {"taken", "declined"}:
        raise _refused(
            "already_taken" if seat.state == "taken" else "already_declined",
            f"{seat.words[0]}已{'到任' if seat.state == 'taken' else '答复不能到任'}；离任请由指挥部撤换或移交。",
            f"The seat {seat.words[1]} is already {'taken' if seat.state == 'taken' else 'declined'}; to leave it, be relieved.",
            "data.seat_id",
        )
    may_answer(actor, seat.person, seat.words)
    why = need_reason(reason)
    gone = replace(
        seat,
        state="declined",
        person=actor.as_person(seat.person),
        answered={**answer_of(actor, act, "declined"), "reason": why},
    )
    changed = told(with_seat(hq, gone), act, "declined", reason=why, **who_line(gone))
    if seat.role == "commander" and changed.commanding is None and changed.acting is None:
        changed = ask_to_act(changed, act, "declined")
    elif seat.role == "deputy":
        changed = _skip(changed, act, seat)
    return stamped(changed, act)


def silent(hq: Headquarters, act: Act, seat_id: UUID) -> Headquarters | None:
    """His time passed. A commander's seat asks the next in order to act. None: nothing to do."""
    seat = next((one for one in hq.seats if one.id == seat_id), None)
    if seat is None or seat.state != "asked" or seat.until is None or seat.until > act.at:
        return None
    changed = told(with_seat(hq, replace(seat, state="silent")), act, "silent", **who_line(seat))
    if seat.role == "commander" and changed.commanding is None and changed.acting is None:
        changed = ask_to_act(changed, act, "seat")
    return stamped(changed, act)


# --- calls ---------------------------------------------------------------------------------------------------------------


def call(hq: Headquarters, act: Act, seat_id: UUID) -> Headquarters:
    """呼叫. Raises Refused `not_taken`, `already_called`."""
    seat = hq.seat(seat_id)
    if seat.state != "taken":
        raise _refused(
            "not_taken",
            f"{seat.words[0]}尚未到任，到任时限正在计时；可以催促或另行指定。",
            f"The seat {seat.words[1]} is not taken yet and its clock runs; name somebody else if need be.",
            "data.seat_id",
        )
    if seat.is_called:
        raise _refused(
            "already_called",
            f"{seat.person.words[0]}已被呼叫，尚未应答。",
            f"{seat.person.words[1]} has been called and has not answered yet.",
            "data.seat_id",
        )
    until = act.at + timedelta(minutes=headquarters_rules().call_minutes)
    called: JsonObject = {
        "by": act.by, "at": iso(act.at), "until": iso(until), "outcome": "waiting", "answered_at": None, "word": None,
    }  # fmt: skip
    return stamped(with_seat(hq, replace(seat, call=called)), act)


def answer(hq: Headquarters, act: Act, actor: Actor, seat_id: UUID) -> Headquarters:
    """应答. A commander who answers stays commander: nobody is asked to act any more. Raises Refused `not_called`, …"""
    seat = hq.seat(seat_id)
    if not seat.is_called:
        raise _refused(
            "not_called",
            f"{seat.words[0]}没有待应答的呼叫。",
            f"No call to {seat.words[1]} waits for an answer.",
            "data.seat_id",
        )
    may_answer(actor, seat.person, seat.words)
    word = (actor.word or "").strip() or None
    ended: JsonObject = {**cast(JsonObject, seat.call), "outcome": "answered", "answered_at": iso(act.at), "word": word}
    changed = with_seat(hq, replace(seat, call=ended))
    commanding = hq.commanding
    if commanding is not None and commanding.id == seat.id:
        changed = replace(changed, acting=None)
    return stamped(changed, act)


def call_silent(hq: Headquarters, act: Act, seat_id: UUID) -> Headquarters | None:
    """Nobody answered in time. When it was the one who commands, the next in order is asked to act. None: nothing to do."""
    seat = next((one for one in hq.seats if one.id == seat_id), None)
    if seat is None or seat.call is None or seat.call["outcome"] != "waiting" or _until(seat.call) > act.at:
        return None
    changed = with_seat(hq, replace(seat, call={**seat.call, "outcome": "silent"}))
    changed = told(changed, act, "call_silent", **who_line(seat))
    commanding = hq.commanding
    if commanding is not None and commanding.id == seat.id and hq.acting is None:
        changed = ask_to_act(changed, act, "call")
    return stamped(changed, act)


def _until(line: JsonObject) -> datetime:
    return parse_iso(str(line["until"]))


# --- who acts ------------------------------------------------------------------------------------------------------------


def ask_to_act(hq: Headquarters, act: Act, why: Why) -> Headquarters:
    """The first deputy in order is asked to act; when there is none, nobody is left to ask."""
    opened = Acting(why, act.at, (), act.at)
    return _ask_next(replace(hq, acting=opened), act)


def act_silent(hq: Headquarters, act: Act) -> Headquarters | None:
    """The deputy who was asked let his time pass too: the next one. None: nothing to do."""
    acting = hq.acting
    if acting is None or acting.exhausted or acting.until > act.at:
        return None
    return stamped(_ask_next(hq, act), act)


def waiting(acting: Acting | None) -> UUID | None:
    """The seat that is asked to act now."""
    if acting is None:
        return None
    return next((UUID(str(one["seat_id"])) for one in acting.asked if one["outcome"] == "waiting"), None)


def _ask_next(hq: Headquarters, act: Act, void: UUID | None = None) -> Headquarters:
    """`void`: a seat that cannot act after all; whoever else was waiting was silent."""
    acting = cast(Acting, hq.acting)
    asked: list[JsonObject] = [
        {**one, "outcome": "void" if str(void) == one["seat_id"] else "silent"} if one["outcome"] == "waiting" else one
        for one in acting.asked
    ]
    found = next((seat for seat in available(hq) if str(seat.id) not in {str(one["seat_id"]) for one in asked}), None)
    if found is None:
        changed = replace(hq, acting=replace(acting, asked=tuple(asked), exhausted=True))
        return told(changed, act, "unanswered")
    until = act.at + timedelta(minutes=headquarters_rules().act_minutes)
    asked.append({"seat_id": str(found.id), "at": iso(act.at), "until": iso(until), "outcome": "waiting"})
    changed = replace(hq, acting=replace(acting, asked=tuple(asked), until=until))
    return told(changed, act, "asked_to_act", **who_line(found))


def available(hq: Headquarters) -> list[Seat]:
    """Deputies in order who can be asked to act: not who declined, and not the very person who is silent."""
    absent = hq.commanding or hq.commander
    return [
        seat
        for seat in hq.deputies
        if seat.state != "declined"
        and seat.id != absent.id
        and (seat.person.name is not None or seat.person.post is not None)
        and not same_person(seat.person, hq.commander.person)
    ]


def _skip(hq: Headquarters, act: Act, seat: Seat) -> Headquarters:
    """The seat that was asked to act cannot: the next one, at once."""
    return _ask_next(hq, act, void=seat.id) if waiting(hq.acting) == seat.id else hq


def step_in(hq: Headquarters, act: Act, actor: Actor, seat_id: UUID, reason: str | None) -> Headquarters:
    """代行指挥. By the deputy who is asked, or of his own when nobody commands or the one who does let a call pass.

    Raises Refused `not_a_deputy`, `already_command`, `commander_present`, `not_your_turn`, `reason_required`, …
    """
    seat = hq.seat(seat_id)
    if seat.role != "deputy":
        raise _refused(
            "not_a_deputy", "只有副指挥长可以代行指挥。", "Only a deputy can act as commander.", "data.seat_id"
        )
    now = hq.commanding
    if now is not None and now.id == seat.id:
        raise _refused("already_command", "您已在代行指挥。", "This deputy already acts as commander.", "data.seat_id")
    may_answer(actor, seat.person, seat.words)
    if now is not None and (now.call is None or now.call["outcome"] != "silent"):
        raise _present(now)
    was_asked = hq.acting is not None and any(one["seat_id"] == str(seat.id) for one in hq.acting.asked)
    if not was_asked:
        _check_turn(hq, seat)
    why = (reason or "").strip() or None
    if not was_asked:
        why = need_reason(reason, zh="代行的理由", en="why you step in")
    if now is not None:
        hq = with_seat(hq, replace(now, state="silent"))
    taken = replace(
        seat, state="taken", person=actor.as_person(seat.person), answered=answer_of(actor, act, "acting"), call=None
    )
    changed = replace(with_seat(hq, taken), acting_seat=taken.id, acting=None)
    word = cast(JsonObject, taken.answered)["word"]
    return stamped(told(changed, act, "stepped_in", reason=why, word=word, **who_line(taken)), act)


def _present(now: Seat) -> Refused:
    zh, en = now.person.words
    if now.is_called:
        until = _until(cast(JsonObject, now.call)).astimezone(BEIJING).strftime("%H:%M")
        return _refused(
            "commander_present",
            f"{zh}的应答时限到 {until}，逾时未答再代行。",
            f"{en} has until {until} to answer the call; step in when that has passed.",
            "data.seat_id",
        )
    return _refused(
        "commander_present",
        f"{zh}正在指挥。需要换人时由其移交；联系不上时请先呼叫。",
        f"{en} commands. To change that, he transfers command; when he cannot be reached, call him first.",
        "data.seat_id",
    )


def _check_turn(hq: Headquarters, seat: Seat) -> None:
    """Deputies before him who are there, or are being asked, go first."""
    if hq.acting is not None and hq.acting.exhausted:
        return
    was = {str(one["seat_id"]): one["outcome"] for one in (() if hq.acting is None else hq.acting.asked)}
    for other in available(hq):
        if other.id == seat.id:
            return
        if was.get(str(other.id)) == "waiting" or (other.state == "taken" and str(other.id) not in was):
            zh, en = other.person.words
            raise _refused(
                "not_your_turn",
                f"代行按顺位：{other.words[0]}{zh}在前。",
                f"Deputies act in order: {en}, {other.words[1]}, comes first.",
                "data.seat_id",
            )


def _refused(code: str, zh: str, en: str, field: str) -> Refused:
    return Refused(code, zh=zh, en=en, field=field, status=409)
