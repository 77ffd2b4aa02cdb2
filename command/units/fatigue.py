"""Fatigue of a field unit (疲劳): hours worked since its last full rest, and when it must be relieved. Pure.

`on_duty_since` and `rest_until` of a unit follow from its status alone: work begins when it leaves the ready state, rest begins
when it comes back. A rest that is cut short does not count, so the hours go on from where the work began.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from command.rulebook import STRICT, RulesTrouble, read_rules

_RULES = Path(__file__).parent.parent / "rules" / "fatigue.yaml"

Level = Literal["fresh", "tiring", "rest_due", "exhausted"]
LEVELS: tuple[Level, ...] = ("fresh", "tiring", "rest_due", "exhausted")

AT_REST = frozenset({"available", "out_of_service"})
"""States in which nobody works. A unit on its way home still does."""


@dataclass(frozen=True, slots=True)
class HourLimits:
    """Hours of work from which a unit is tiring, is to be relieved, and is exhausted; hours of rest that make it fresh."""

    __pydantic_config__ = STRICT
    tiring_hours: float
    rest_hours_due: float
    exhausted_hours: float
    rest_hours: float


@dataclass(frozen=True, slots=True)
class LevelWords:
    __pydantic_config__ = STRICT
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FatigueRules:
    __pydantic_config__ = STRICT
    version: int
    basis: Literal["sourced", "illustrative"]
    source: str
    default: HourLimits
    kinds: dict[str, HourLimits]
    levels: dict[Level, LevelWords]

    def of(self, kind: str) -> HourLimits:
        return self.kinds.get(kind, self.default)


@cache
def fatigue_rules() -> FatigueRules:
    """Raises RulesTrouble when limits do not rise or a level has no name."""
    found = read_rules(_RULES, FatigueRules)
    troubles: list[tuple[str, str]] = []
    for name, limits in {"default": found.default, **found.kinds}.items():
        rising = 0 < limits.tiring_hours < limits.rest_hours_due < limits.exhausted_hours
        if not rising or limits.rest_hours <= 0:
            troubles.append((f"{name} 的小时数须为正且递增。", f"The hours of {name} must be positive and rise."))
    if set(found.levels) != set(LEVELS):
        troubles.append(("每个疲劳等级都要有名称。", "Every level of fatigue needs its names."))
    if troubles:
        raise RulesTrouble(_RULES, troubles)
    return found


@dataclass(frozen=True, slots=True)
class Spell:
    """A unit's time at work as it is stored: since when without a full rest, and when the rest it is having is enough."""

    on_duty_since: datetime | None
    rest_until: datetime | None


@dataclass(frozen=True, slots=True)
class Fatigue:
    """`hours_worked` since the last full rest; `rest_due_at`: when the unit must be relieved (None when it has not worked);
    `rest_until`: when a unit that rests now is fresh again; `level` by the rules of its kind."""

    hours_worked: float
    rest_due_at: datetime | None
    level: Level
    rest_until: datetime | None = None


def spell_after(spell: Spell, kind: str, before: str, after: str, at: datetime) -> Spell:
    """The spell after a change of status at `at`."""
    if before in AT_REST and after not in AT_REST:
        rested = spell.on_duty_since is None or (spell.rest_until is not None and at >= spell.rest_until)
        return Spell(at if rested else spell.on_duty_since, None)
    if before not in AT_REST and after in AT_REST:
        # A unit seeded or copied in the middle of its work has no beginning: its rest counts all the same.
        return Spell(spell.on_duty_since or at, at + timedelta(hours=fatigue_rules().of(kind).rest_hours))
    return spell


def fatigue_of(spell: Spell, kind: str, now: datetime) -> Fatigue:
    limits = fatigue_rules().of(kind)
    since, until = spell.on_duty_since, spell.rest_until
    if since is None or (until is not None and now >= until):
        return Fatigue(0.0, None, "fresh")
    stopped = now if until is None else until - timedelta(hours=limits.rest_hours)
    hours = max(0.0, (stopped - since).total_seconds() / 3600)
    steps = (limits.tiring_hours, limits.rest_hours_due, limits.exhausted_hours)
    level = LEVELS[sum(hours >= step for step in steps)]
    return Fatigue(hours, since + timedelta(hours=limits.rest_hours_due), level, until)
