"""How long a crew has been at work, as dispatch needs it: one narrow question, answered from what the unit's record says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from command.dispatch.rules import DispatchRules
from command.unit import Unit
from spine.canonical import JsonObject

AT_WORK = frozenset({"dispatched", "en_route", "on_scene", "returning"})


@dataclass(frozen=True, slots=True)
class Rest:
    """`hours`: in a row at work, None: not known. `level`: None with it. `due_at`: when the crew must rest at the latest."""

    hours: float | None
    level: str | None
    zh: str
    en: str
    minutes: float
    due_at: datetime | None = None

    def to_json(self) -> JsonObject:
        hours = None if self.hours is None else round(self.hours, 1)
        return {"hours": hours, "level": self.level, "zh": self.zh, "en": self.en}


HoursOf: TypeAlias = Callable[[Unit, datetime], float | None]


def hours_by_status(unit: Unit, now: datetime) -> float | None:
    """Since the unit took on its present status, when that is one at work; None where the record does not say.

    It sees one status only: hours under the status before are not in it.
    """
    if unit.status not in AT_WORK:
        return 0.0
    return None if unit.status_at is None else max(0.0, (now - unit.status_at).total_seconds() / 3600)


def rest_of(unit: Unit, now: datetime, rules: DispatchRules, hours_of: HoursOf = hours_by_status) -> Rest:
    hours = hours_of(unit, now)
    if hours is None:
        return Rest(None, None, "工作时长未知", "hours at work not known", rules.rest_unknown_minutes)
    row = rules.rest_level(hours)
    return Rest(hours, row.level, row.zh, row.en, row.minutes)
