"""How rested a crew is, as dispatch weighs it: the unit's fatigue with the minutes that it counts."""

from dataclasses import dataclass
from datetime import datetime

from command.dispatch.rules import DispatchRules
from command.units.fatigue import AT_REST, Level, fatigue_rules
from command.units.unit import Unit, fatigue
from spine.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class Rest:
    """`hours`: at work since the last full rest, None: not known. `level`: None with it. `due_at`: when the crew must be relieved."""

    hours: float | None
    level: Level | None
    zh: str
    en: str
    minutes: float
    due_at: datetime | None = None

    def to_json(self) -> JsonObject:
        hours = None if self.hours is None else round(self.hours, 1)
        return {"hours": hours, "level": self.level, "zh": self.zh, "en": self.en}


def rest_of(unit: Unit, now: datetime, rules: DispatchRules) -> Rest:
    """A unit at work whose record does not say since when is not known to be rested (invariant 12)."""
    if unit.on_duty_since is None and unit.status not in AT_REST:
        return Rest(None, None, "工作时长未知", "hours at work not known", rules.rest_unknown_minutes)
    held = fatigue(unit, now)
    return rest_at(held.hours_worked, held.level, rules, held.rest_due_at)


def rest_at(hours: float, level: Level, rules: DispatchRules, due_at: datetime | None = None) -> Rest:
    words = fatigue_rules().levels[level]
    return Rest(hours, level, words.zh, words.en, rules.rest_minutes[level], due_at)
