"""The JSON of a headquarters: whole in its incident's picture, and what a department must know of it at its desk."""

from command.headquarters.headquarters import Acting, Delegation, Group, Headquarters, Seat, Transfer
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none


def headquarters_object(hq: Headquarters) -> JsonObject:
    seats: list[Json] = [seat_object(seat) for seat in sorted(hq.seats, key=_order)]
    groups: list[Json] = [group_object(group) for group in hq.groups]
    delegations: list[Json] = [delegation_object(one) for one in hq.delegations]
    return {
        "id": str(hq.incident_id),
        "incident_id": str(hq.incident_id),
        "state": hq.state,
        "established": hq.established,
        "dissolved": hq.dissolved,
        "commanding": commanding_object(hq),
        "seats": seats,
        "acting": acting_object(hq.acting),
        "transfer": transfer_object(hq.transfer),
        "groups": groups,
        "delegations": delegations,
        "history": list(hq.history),
        "version": hq.version,
    }


_ROLES = ("commander", "deputy", "office", "forward", "rear")


def _order(seat: Seat) -> tuple[int, int, str]:
    return _ROLES.index(seat.role), seat.sort, str(seat.id)


def commanding_object(hq: Headquarters) -> JsonObject | None:
    """Who commands now, since when, and whether he only acts; None: nobody does."""
    seat = hq.commanding
    if seat is None:
        return None
    since = None if seat.answered is None else seat.answered["at"]
    return {
        "seat_id": str(seat.id),
        "acting": seat.role != "commander",
        "since": since,
        "person": seat.person.to_json(),
    }


def seat_object(seat: Seat) -> JsonObject:
    return {
        "id": str(seat.id),
        "role": seat.role,
        "sort": seat.sort,
        "person": seat.person.to_json(),
        "state": seat.state,
        "asked_by": seat.asked_by,
        "asked_at": iso_or_none(seat.asked_at),
        "until": iso_or_none(seat.until),
        "answered": seat.answered,
        "call": seat.call,
        "place": seat.place,
    }


def group_object(group: Group) -> JsonObject:
    return {
        "id": group.id,
        "zh": group.zh,
        "en": group.en,
        "lead": group.lead,
        "members": list(group.members),
        "duty_zh": group.duty_zh,
        "duty_en": group.duty_en,
        "head": group.head.to_json(),
        "plans": list(group.plans),
        "edited": group.edited,
        "dissolved": group.dissolved,
    }


def acting_object(acting: Acting | None) -> JsonObject | None:
    if acting is None:
        return None
    return {
        "why": acting.why,
        "since": iso(acting.since),
        "asked": list(acting.asked),
        "until": iso(acting.until),
        "exhausted": acting.exhausted,
    }


def transfer_object(transfer: Transfer | None) -> JsonObject | None:
    if transfer is None:
        return None
    return {
        "id": str(transfer.id),
        "giver": transfer.giver.to_json(),
        "to": transfer.to.to_json(),
        "summary": transfer.summary,
        "reason": transfer.reason,
        "cause": transfer.cause,
        "stays": transfer.stays,
        "by": transfer.by,
        "at": iso(transfer.at),
        "until": iso(transfer.until),
        "outcome": transfer.outcome,
        "late": transfer.late,
        "ended": transfer.ended,
    }


def delegation_object(one: Delegation) -> JsonObject:
    return {
        "id": str(one.id),
        "matter": one.matter,
        "up_to": one.up_to,
        "giver": one.giver.to_json(),
        "to": one.to.to_json(),
        "seat_id": str(one.seat_id),
        "reason": one.reason,
        "given_at": iso(one.given_at),
        "until": iso(one.until),
        "ended": one.ended,
    }


def membership_object(hq: Headquarters, department: str) -> JsonObject | None:
    """What a department sees of a headquarters at its desk: its groups, and who commands. None: it is in no group of it."""
    if department not in hq.departments():
        return None
    groups: list[Json] = [
        {
            "id": group.id,
            "zh": group.zh,
            "en": group.en,
            "leads": group.lead == department,
            "lead": group.lead,
            "members": list(group.members),
            "duty_zh": group.duty_zh,
            "duty_en": group.duty_en,
            "head": group.head.name,
        }
        for group in hq.groups
        if department in group.departments
    ]
    return {
        "id": str(hq.incident_id),
        "incident_id": str(hq.incident_id),
        "incident_title": hq.title,
        "commanding": commanding_object(hq),
        "groups": groups,
    }
