"""Working groups (工作组) of a headquarters, and how one is established and dissolved. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from command.headquarters.headquarters import (
    NOBODY,
    Group,
    Headquarters,
    Person,
    Seat,
    need_reason,
    seat_id,
    stamped,
    told,
    who_line,
    with_seat,
)
from command.headquarters.rules import SeatRole, headquarters_rules
from command.headquarters.seats import asked_seat, same_person
from command.headquarters.transfer import end_all
from command.orders.task import Act
from command.planning.plan import owner_of
from command.planning.shape import PlanGroup
from spine.canonical import JsonObject
from spine.clock import iso
from spine.errors import Refused


def establish(
    held: Headquarters | None,
    act: Act,
    command_id: UUID,
    incident: tuple[UUID, str],
    people: Iterable[tuple[SeatRole, Person]],
    *,
    because: JsonObject,
) -> Headquarters:
    """成立. `people`: the commander first, then deputies in order, then the rest; a person sits once. Who is held is asked.

    A dissolved one is established anew; its history goes on. Raises Refused `already_established`.
    """
    if held is not None and held.state == "standing":
        raise Refused(
            "already_established",
            zh="本事件的指挥部已经成立。",
            en="The headquarters of this incident stands already.",
            field="data.incident_id",
            status=409,
        )
    seats = _seats(incident[0], command_id, act, people)
    made = Headquarters(
        incident[0],
        incident[1],
        "standing",
        {"at": iso(act.at), "by": act.by, **because},
        seats,
        history=() if held is None else held.history,
        delegations=() if held is None else held.delegations,
        version=0 if held is None else held.version,
    )
    commander = made.commander
    return stamped(told(made, act, "established", **because, **who_line(commander)), act)


def _seats(
    incident_id: UUID, command_id: UUID, act: Act, people: Iterable[tuple[SeatRole, Person]]
) -> tuple[Seat, ...]:
    seats: list[Seat] = []
    for role, person in people:
        if any(same_person(person, seat.person) for seat in seats):
            continue
        sort = 1 + sum(seat.role == role for seat in seats)
        seat = Seat(seat_id(incident_id, command_id, f"{role}:{sort}"), role, sort, person, "vacant")
        named = person.name is not None or (person.post is not None and headquarters_rules().seats[role].ask_unheld)
        seats.append(asked_seat(seat, act) if named else seat)
    if not any(seat.role == "commander" for seat in seats):
        first = Seat(seat_id(incident_id, command_id, "commander:1"), "commander", 1, NOBODY, "vacant")
        seats.insert(0, first)
    return tuple(seats)


def fill_by_decision(hq: Headquarters, act: Act, post: str, account_id: UUID | None, name: str) -> Headquarters:
    """Who decided in the post by which a seat is filled has answered by it (rules: activation_takes_seat)."""
    if not headquarters_rules().activation_takes_seat or account_id is None:
        return hq
    for seat in hq.seats:
        mine = seat.person.post == post and seat.person.account_id in {None, account_id}
        if mine and seat.state in {"asked", "vacant", "silent"}:
            person = replace(seat.person, account_id=account_id, name=name)
            answered: JsonObject = {"at": iso(act.at), "by": act.by, "how": "activated", "word": None}
            taken = replace(seat, person=person, state="taken", answered=answered)
            hq = with_seat(hq, taken)
            if seat.role == "commander":
                hq = replace(hq, acting_seat=None, acting=None)
            return told(hq, act, "took", how="activated", word=None, **who_line(taken))
    return hq


def take_post(hq: Headquarters, act: Act, post: str) -> Headquarters:
    """The commander has decided in a higher post of his: from now on he commands in it."""
    seat = replace(hq.commander, person=replace(hq.commander.person, post=post))
    return stamped(told(with_seat(hq, seat), act, "post_changed", **who_line(seat)), act)


def dissolve(hq: Headquarters, act: Act, reason: str, reason_en: str | None = None) -> Headquarters:
    """撤销. Clocks stop, delegations end, an open transfer lapses. `reason_en`: what the machine says has both languages."""
    why = need_reason(reason)
    ended: JsonObject = {"at": iso(act.at), "by": act.by, "reason": why, "reason_en": reason_en}
    open_one = hq.open_transfer
    changed = replace(
        end_all(hq, act, "dissolved"),
        state="dissolved",
        dissolved=ended,
        acting=None,
        acting_seat=None,
        transfer=hq.transfer if open_one is None else replace(open_one, outcome="withdrawn", ended=ended),
    )
    return stamped(told(changed, act, "dissolved", reason=why, reason_en=reason_en), act)


# --- groups --------------------------------------------------------------------------------------------------------------


def of_plan(plan_id: str, groups: Sequence[PlanGroup], area_code: str | None) -> list[Group]:
    """A plan's groups for an incident in this area: {county} is its county's desk."""
    found: list[Group] = []
    for g in groups:
        lead = owner_of(g.lead, area_code)
        members = dict.fromkeys(owner_of(code, area_code) for code in g.members)
        others = tuple(code for code in members if code != lead)
        found.append(Group(g.id, g.zh, g.en, lead, others, g.duty_zh, g.duty_en, plans=(plan_id,)))
    return found


def merge(hq: Headquarters, groups: Sequence[Group]) -> Headquarters:
    """The groups of one more plan: the same id is the same group, and its members are put together; a group that somebody changed by
    hand keeps lead and duties. One that was dissolved stays so."""
    held = {group.id: group for group in hq.groups}
    for new in groups:
        old = held.get(new.id)
        if old is None:
            held[new.id] = new
            continue
        plans = tuple(dict.fromkeys((*old.plans, *new.plans)))
        if old.dissolved is not None or old.edited:
            held[new.id] = replace(old, plans=plans)
            continue
        members = tuple(code for code in dict.fromkeys((*old.members, new.lead, *new.members)) if code != old.lead)
        held[new.id] = replace(old, members=members, plans=plans)
    return replace(hq, groups=tuple(held.values()))


def set_group(hq: Headquarters, act: Act, group: Group) -> tuple[Headquarters, Group | None]:
    """A new group, or a changed one (the one before comes back beside). Raises Refused `group_dissolved`, `same_name`."""
    before = next((one for one in hq.groups if one.id == group.id), None)
    for other in hq.groups:
        if other.id != group.id and other.dissolved is None and other.zh == group.zh:
            raise _refused("same_name", f"已有“{group.zh}”。", f"There is a group '{other.en}' already.", "data.zh")
    if before is not None and before.dissolved is not None:
        raise _refused("group_dissolved", f"“{before.zh}”已撤销。", f"'{before.en}' is dissolved.", "data.group_id")
    members = tuple(code for code in dict.fromkeys(group.members) if code != group.lead)
    made = replace(group, members=members, edited=True, plans=() if before is None else before.plans)
    groups = (*hq.groups, made) if before is None else tuple(made if one.id == made.id else one for one in hq.groups)
    what = "group_added" if before is None else "group_changed"
    changed = told(replace(hq, groups=groups), act, what, group_zh=made.zh, group_en=made.en, lead=made.lead)
    return stamped(changed, act), before


def dissolve_group(hq: Headquarters, act: Act, group_id: str, reason: str) -> tuple[Headquarters, Group]:
    """Raises Refused `not_found`, `group_dissolved`."""
    before = next((one for one in hq.groups if one.id == group_id), None)
    if before is None:
        raise Refused(
            "not_found", zh="没有这个工作组。", en="There is no such group.", field="data.group_id", status=404
        )
    if before.dissolved is not None:
        raise _refused("group_dissolved", f"“{before.zh}”已撤销。", f"'{before.en}' is dissolved.", "data.group_id")
    why = need_reason(reason)
    made = replace(before, dissolved={"at": iso(act.at), "by": act.by, "reason": why})
    changed = replace(hq, groups=tuple(made if one.id == made.id else one for one in hq.groups))
    changed = told(changed, act, "group_dissolved", group_zh=made.zh, group_en=made.en, lead=made.lead, reason=why)
    return stamped(changed, act), before


def _refused(code: str, zh: str, en: str, field: str) -> Refused:
    return Refused(code, zh=zh, en=en, field=field, status=409)
