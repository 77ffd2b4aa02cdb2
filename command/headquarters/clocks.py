"""The clocks that a headquarters has: they follow from its state, no step names them. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from command.headquarters.headquarters import Headquarters
from command.headquarters.seats import waiting
from spine.canonical import JsonObject
from spine.clock import parse_iso

SEAT = "headquarters_seat"
"""To come to one's post. It stays, passed, until somebody sits there."""
ACT = "headquarters_act"
"""To act for a silent commander. It stays, passed, when nobody is left to ask."""
CALL = "headquarters_call"
TRANSFER = "headquarters_transfer"
DELEGATION = "headquarters_delegation"
"""Nobody owes it: at its end a delegation ends."""
KINDS = frozenset({SEAT, ACT, CALL, TRANSFER, DELEGATION})
SILENT = frozenset({DELEGATION})


@dataclass(frozen=True, slots=True)
class Clock:
    started: datetime
    due: datetime
    title: tuple[str, str]
    to: tuple[str, str]


def clocks_of(hq: Headquarters | None) -> dict[tuple[str, UUID], Clock]:
    """By kind and subject. A dissolved headquarters has none."""
    if hq is None or hq.state != "standing":
        return {}
    return {**_seats(hq), **_calls(hq), **_act(hq), **_transfer(hq), **_delegations(hq)}


def _seats(hq: Headquarters) -> dict[tuple[str, UUID], Clock]:
    found: dict[tuple[str, UUID], Clock] = {}
    for seat in hq.seats:
        if seat.state not in {"asked", "silent"} or seat.asked_at is None or seat.until is None:
            continue
        # A commander for whom somebody acts owes no answer any more: who acts is there.
        if (
            seat.state == "silent"
            and (hq.commanding is not None or seat.answered is not None)
            and seat.role == "commander"
        ):
            continue
        # A deputy who acted and fell silent himself is not asked anew.
        if seat.state == "silent" and seat.answered is not None:
            continue
        title = (f"到任：{seat.words[0]}", f"Take the seat: {seat.words[1]}")
        found[SEAT, seat.id] = Clock(seat.asked_at, seat.until, title, seat.person.words)
    return found


def _calls(hq: Headquarters) -> dict[tuple[str, UUID], Clock]:
    found: dict[tuple[str, UUID], Clock] = {}
    for seat in hq.seats:
        if seat.state == "taken" and seat.is_called and seat.call is not None:
            title = (f"应答呼叫：{seat.words[0]}", f"Answer the call: {seat.words[1]}")
            found[CALL, seat.id] = Clock(_time(seat.call, "at"), _time(seat.call, "until"), title, seat.person.words)
    return found


def _act(hq: Headquarters) -> dict[tuple[str, UUID], Clock]:
    acting = hq.acting
    if acting is None:
        return {}
    asked = waiting(acting)
    if asked is None:
        title = ("无人指挥：请立即明确指挥", "Nobody commands: settle who does, now")
        # Begun when the last one's time was over: a clock of the same two times would be the one that has passed already.
        desk = ("值班席、带班领导", "Duty desk, leader on call")
        return {(ACT, hq.incident_id): Clock(acting.until, acting.until, title, desk)}
    seat = hq.seat(asked)
    line = next(one for one in acting.asked if one["outcome"] == "waiting")
    title = (f"代行指挥：{seat.words[0]}", f"Act as commander: {seat.words[1]}")
    return {(ACT, hq.incident_id): Clock(_time(line, "at"), _time(line, "until"), title, seat.person.words)}


def _transfer(hq: Headquarters) -> dict[tuple[str, UUID], Clock]:
    transfer = hq.open_transfer
    if transfer is None:
        return {}
    title = (
        f"接受指挥权移交（现由{transfer.giver.words[0]}指挥）",
        f"Take command over from {transfer.giver.words[1]}",
    )
    return {(TRANSFER, transfer.id): Clock(transfer.at, transfer.until, title, transfer.to.words)}


def _delegations(hq: Headquarters) -> dict[tuple[str, UUID], Clock]:
    return {
        (DELEGATION, one.id): Clock(one.given_at, one.until, ("授权到期", "A delegation ends"), ("系统", "System"))
        for one in hq.delegations
        if one.ended is None
    }


def _time(line: JsonObject, key: str) -> datetime:
    return parse_iso(str(line[key]))
