"""The roster's rules (`rules/roster.yaml`), read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from command.organisation.book import Named
from command.rulebook import STRICT, RulesTrouble, read_rules
from spine.clock import BEIJING

HERE = Path(__file__).parent.parent / "rules" / "roster.yaml"

Severity = Literal["refuse", "warn"]
ConflictKind = Literal[
    "two_posts",
    "seat_taken",
    "no_rest",
    "on_leave",
    "unknown_person",
    "other_post",
    "too_long",
    "empty_seat",
    "empty_in_key_period",
]
_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
_YEARLY = re.compile(r"^\d\d-\d\d$")
_COUNTY_POST = re.compile(r"^(\d{6})-(.+)$")


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """Days, both included, in which posts have more seats and none may stay empty. `MM-DD` on both sides: every year."""

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    seats: Mapping[str, int]
    from_: Annotated[str, Field(alias="from")]
    to: str

    def holds(self, day: date) -> bool:
        if _YEARLY.match(self.from_):
            return self.from_ <= f"{day:%m-%d}" <= self.to
        return self.from_ <= day.isoformat() <= self.to


@dataclass(frozen=True, slots=True)
class SwapRules:
    __pydantic_config__ = STRICT
    approved_by: tuple[str, ...]
    county_approved_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    __pydantic_config__ = STRICT
    after_minutes: int
    city: str
    county: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the equipment and custody list that is gone through at a handover."""

    __pydantic_config__ = STRICT
    id: str
    group: Literal["equipment", "custody"]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class HandoverRules:
    __pydantic_config__ = STRICT
    early_minutes: int
    due_minutes: int
    escalate: tuple[Escalation, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class RosterRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    basis: str
    change_at: tuple[str, ...]
    change_at_of: Mapping[str, tuple[str, ...]]
    seats: Mapping[str, int]
    key_periods: tuple[KeyPeriod, ...]
    on_call: frozenset[str]
    rest_share: float
    longest_hours: int
    conflicts: Mapping[ConflictKind, Severity]
    swap: SwapRules
    leave_kinds: Mapping[str, Named]
    handover: HandoverRules

    def changes_of(self, post: str) -> tuple[time, ...]:
        """The times of day at which this post changes hands, in order."""
        named = self.change_at_of.get(post) or self.change_at_of.get(plain(post)) or self.change_at
        return tuple(sorted(time.fromisoformat(one) for one in named))

    def is_on_call(self, post: str) -> bool:
        return plain(post) in self.on_call

    def key_period(self, at: datetime) -> KeyPeriod | None:
        """The key period that a shift beginning at `at` falls in, by its day in Beijing."""
        day = at.astimezone(BEIJING).date()
        return next((one for one in self.key_periods if one.holds(day)), None)

    def seats_of(self, post: str, at: datetime) -> int:
        usual = self.seats.get(post, self.seats.get(plain(post), 1))
        period = self.key_period(at)
        return usual if period is None else max(usual, period.seats.get(post, 1))

    def approvers(self, post: str) -> tuple[str, ...]:
        """Posts that may approve a swap of this post's shifts, the nearest first."""
        county = county_of(post)
        if county is None:
            return self.swap.approved_by
        return (*(f"{county}-{one}" for one in self.swap.county_approved_by), *self.swap.approved_by)

    def escalate_to(self, step: Escalation, post: str) -> str:
        county = county_of(post)
        return step.city if county is None else step.county.format(county=county)

    def rest_after(self, length: timedelta) -> timedelta:
        return length * self.rest_share


def county_of(post: str) -> str | None:
    """530926-primary → 530926; a post of the city → None."""
    found = _COUNTY_POST.match(post)
    return None if found is None else found.group(1)


def plain(post: str) -> str:
    """530926-primary → primary."""
    found = _COUNTY_POST.match(post)
    return post if found is None else found.group(2)


@cache
def roster_rules() -> RosterRules:
    """The rules in force. Raises RulesTrouble."""
    return read_roster_rules(HERE)


def read_roster_rules(path: Path) -> RosterRules:
    rules = read_rules(path, RosterRules)
    troubles: list[tuple[str, str]] = []
    for where, times in (("change_at", rules.change_at), *rules.change_at_of.items()):
        for one in times:
            if not _TIME.match(one):
                troubles.append((f"{where}：“{one}”不是 HH:MM。", f"{where}: '{one}' is no HH:MM."))
        if not times:
            troubles.append((f"{where}：至少要有一个交班时间。", f"{where}: at least one time is needed."))
    for period in rules.key_periods:
        if bool(_YEARLY.match(period.from_)) != bool(_YEARLY.match(period.to)) or period.from_ > period.to:
            troubles.append(
                (f"{period.id}：起止日期写法不一致，或起在止后。", f"{period.id}: from and to do not fit together.")
            )
    for kind in sorted(set(get_args(ConflictKind)) - set(rules.conflicts)):
        troubles.append((f"conflicts 缺少 {kind}。", f"conflicts lacks {kind}."))
    after = [step.after_minutes for step in rules.handover.escalate]
    if after != sorted(set(after)) or (after and after[0] < rules.handover.due_minutes):
        troubles.append(("escalate 的时间要从 due_minutes 起递增。", "escalate must rise from due_minutes on."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return rules
