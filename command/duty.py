"""Who holds which post now (值班), and who was meant to by the roster. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from command.organisation.book import Person
from spine.errors import Refused
from spine.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Duty:
    """A post and who holds it; nobody until somebody takes it (unknown is not the roster's name)."""

    post: str
    post_zh: str
    post_en: str
    kind: str
    area_code: str
    holders: Sequence[str]
    account_id: UUID | None
    person: str | None
    since: datetime | None


def take(duty: Duty, principal: Principal, at: datetime) -> Duty:
    """接班. Raises Refused `post_not_yours`, `already_on_duty`."""
    fits = any(g.role in {Role(h) for h in duty.holders} and g.covers(duty.area_code) for g in principal.grants)
    if not fits or principal.account_id is None:
        raise Refused(
            "post_not_yours",
            zh=f"您的角色不能担任“{duty.post_zh}”。",
            en=f"Your role cannot take the post '{duty.post_en}'.",
            field="data.post",
            status=403,
            final=False,
        )
    if duty.account_id == principal.account_id:
        raise Refused(
            "already_on_duty",
            zh=f"您已在“{duty.post_zh}”岗位。",
            en=f"You already hold the post '{duty.post_en}'.",
            field="data.post",
            status=409,
        )
    return replace(duty, account_id=principal.account_id, person=principal.name, since=at)


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of the roster: who is meant to hold a post on a day (24-hour shifts, from 08:30 local time)."""

    day: date
    post: str
    person: str
    phone: str | None


def rota(people: Sequence[Person], first: date, days: int) -> list[Shift]:
    """The roster for `days` days from `first`: people of a post take turns, counted from a fixed day, so that
    making it again gives the same names."""
    by_post: dict[str, list[Person]] = {}
    for person in people:
        for post in person.rota:
            by_post.setdefault(post, []).append(person)
    shifts: list[Shift] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        taken: set[str] = set()
        for post, named in by_post.items():
            turn = day.toordinal() % len(named)
            free = [p for p in (*named[turn:], *named[:turn]) if p.id not in taken]
            chosen = (free or named)[0]
            taken.add(chosen.id)
            shifts.append(Shift(day, post, chosen.name, chosen.phone))
    return shifts


_CHINA_TIME = timedelta(hours=8)
_SHIFT_CHANGE = timedelta(hours=8, minutes=30)


def roster_day(at: datetime) -> date:
    """The roster's day that `at` falls in: shifts change at 08:30 China time. `at` is in UTC."""
    return (at + _CHINA_TIME - _SHIFT_CHANGE).date()
