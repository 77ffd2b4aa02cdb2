"""The duty roster (值班表): who is meant to sit where and when, and how it is made from a rotation. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID, uuid5

from command.roster.rules import RosterRules
from spine.clock import BEIJING

_NAMESPACE = UUID("7b0f6c1a-53a4-5f5e-9a57-1d6c0a2f5309")

Origin = Literal["rotation", "hand", "swap", "import"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the organisation as stored. `duties`: the duty posts that he stands. `account_id`: his account, where he has one."""

    id: str
    name: str
    pinyin: str
    title_zh: str
    title_en: str
    department: str | None
    area_code: str | None
    place: str | None
    phone: str | None
    mobile: str | None
    duties: Sequence[str]
    account_id: UUID | None
    left_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One person in one seat of one post for a time. `person_id` None: the seat is empty, and that is said."""

    id: UUID
    post: str
    seat: int
    starts_at: datetime
    ends_at: datetime
    person_id: str | None
    origin: Origin
    note: str | None
    version: int
    updated_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Leave:
    """A person is away. `kind` and `reason` are his own affair and stand in no fact."""

    id: UUID
    person_id: str
    from_at: datetime
    to_at: datetime
    kind: str
    reason: str | None
    version: int


def shift_id(post: str, seat: int, starts_at: datetime) -> UUID:
    """The id of a rotation's shift: making the roster again names the same shifts."""
    return uuid5(_NAMESPACE, f"{post}:{seat}:{starts_at.astimezone(BEIJING).isoformat()}")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the roster that somebody must fill."""

    post: str
    seat: int
    starts_at: datetime
    ends_at: datetime


def slots(rules: RosterRules, posts: Iterable[str], first: date, days: int) -> list[Slot]:
    """Every seat of these posts for shifts beginning on `days` days from `first` (Beijing), in order of time."""
    found: list[Slot] = []
    for post in posts:
        changes = rules.changes_of(post)
        for offset in range(days):
            day = first + timedelta(days=offset)
            for number, change in enumerate(changes):
                starts = _at(day, change)
                following = changes[number + 1] if number + 1 < len(changes) else None
                ends = _at(day, following) if following else _at(day + timedelta(days=1), changes[0])
                found += [Slot(post, seat, starts, ends) for seat in range(1, rules.seats_of(post, starts) + 1)]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.post, slot.seat))


def roster_day(rules: RosterRules, at: datetime, post: str = "") -> date:
    """The roster's day that `at` falls in: it begins with the first change of the day."""
    local = at.astimezone(BEIJING)
    first = rules.changes_of(post)[0]
    return local.date() if local.time() >= first else local.date() - timedelta(days=1)


def _at(day: date, of_day: time) -> datetime:
    return datetime.combine(day, of_day, BEIJING)


class Plan:
    """Shifts by person and by seat: what a conflict is looked up in, while a rotation grows."""

    def __init__(self, shifts: Iterable[Shift] = ()) -> None:
        self._by_person: dict[str, list[Shift]] = {}
        self._by_seat: dict[tuple[str, int], list[Shift]] = {}
        for shift in shifts:
            self.add(shift)

    def add(self, shift: Shift) -> None:
        if shift.person_id is not None:
            self._by_person.setdefault(shift.person_id, []).append(shift)
        self._by_seat.setdefault((shift.post, shift.seat), []).append(shift)

    def of_person(self, person_id: str) -> Sequence[Shift]:
        return self._by_person.get(person_id, ())

    def of_seat(self, post: str, seat: int) -> Sequence[Shift]:
        return self._by_seat.get((post, seat), ())

    def all(self) -> list[Shift]:
        return [shift for seat in self._by_seat.values() for shift in seat]


def is_free(
    rules: RosterRules, plan: Plan, leaves: Mapping[str, Sequence[Leave]], person_id: str, slot: Slot | Shift
) -> bool:
    """Whether he can stand it: not elsewhere, rested before and after, and not away."""
    if any(leave.from_at < slot.ends_at and slot.starts_at < leave.to_at for leave in leaves.get(person_id, ())):
        return False
    mine = [other for other in plan.of_person(person_id) if not (isinstance(slot, Shift) and other.id == slot.id)]
    if any(other.meets(slot.starts_at, slot.ends_at) for other in mine):
        return False
    return not any(lacks_rest(rules, other, slot) for other in mine)


def lacks_rest(rules: RosterRules, one: Slot | Shift, other: Slot | Shift) -> bool:
    """Whether too little lies between two shifts of one person that do not meet. Posts on call need no rest."""
    if rules.is_on_call(one.post) or rules.is_on_call(other.post):
        return False
    earlier, later = (one, other) if one.starts_at <= other.starts_at else (other, one)
    gap = later.starts_at - earlier.ends_at
    return timedelta(0) <= gap < rules.rest_after(earlier.ends_at - earlier.starts_at)


def rotation(
    rules: RosterRules,
    people: Sequence[Member],
    standing: Iterable[Shift],
    leaves: Iterable[Leave],
    wanted: Iterable[Slot],
    at: datetime,
) -> list[Shift]:
    """Shifts for the places that are still free: of those who can stand one, he who has stood least, and then in turn.

    What stands already is kept. A place that nobody can fill stays an empty seat. The same again gives the same.
    """
    plan = Plan(standing)
    away: dict[str, list[Leave]] = {}
    for leave in leaves:
        away.setdefault(leave.person_id, []).append(leave)
    by_post: dict[str, list[Member]] = {}
    for person in people:
        if person.left_at is None:
            for post in person.duties:
                by_post.setdefault(post, []).append(person)
    hours = {p.id: sum(s.length.total_seconds() for s in plan.of_person(p.id)) / 3600 for p in people}
    made: list[Shift] = []
    for slot in wanted:
        if any(other.meets(slot.starts_at, slot.ends_at) for other in plan.of_seat(slot.post, slot.seat)):
            continue
        named = by_post.get(slot.post, [])
        turn = slot.starts_at.astimezone(BEIJING).toordinal() % len(named) if named else 0
        free = [p for p in (*named[turn:], *named[:turn]) if is_free(rules, plan, away, p.id, slot)]
        chosen = min(free, key=lambda person: hours[person.id], default=None)
        shift = Shift(
            id=shift_id(slot.post, slot.seat, slot.starts_at),
            post=slot.post,
            seat=slot.seat,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            person_id=None if chosen is None else chosen.id,
            origin="rotation",
            note=None,
            version=1,
            updated_at=at,
        )
        if chosen is not None:
            hours[chosen.id] += shift.length.total_seconds() / 3600
        plan.add(shift)
        made.append(shift)
    return made


def stand_ins(
    rules: RosterRules, people: Sequence[Member], plan: Plan, leaves: Iterable[Leave], shift: Shift
) -> list[Member]:
    """Who could stand a shift instead, he who has stood least first. The machine only proposes."""
    away: dict[str, list[Leave]] = {}
    for leave in leaves:
        away.setdefault(leave.person_id, []).append(leave)
    able = [
        p
        for p in people
        if p.left_at is None
        and p.id != shift.person_id
        and shift.post in p.duties
        and is_free(rules, plan, away, p.id, shift)
    ]
    return sorted(able, key=lambda p: (sum(s.length.total_seconds() for s in plan.of_person(p.id)), p.id))
