"""The numbers that dispatch is weighed by, as the city wrote them down in `rules/dispatch.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from command.orders.task import Priority
from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.units.fatigue import LEVELS, Level

FILE = Path(__file__).parents[1] / "rules" / "dispatch.yaml"

Measure: TypeAlias = Literal["units", "people"]
CourseKey: TypeAlias = Literal["fastest", "cover", "low_risk"]
COURSES: tuple[CourseKey, ...] = ("fastest", "cover", "low_risk")


@dataclass(frozen=True, slots=True)
class CoverRule:
    """What every county keeps at home: `keep` units that can do this."""

    __pydantic_config__ = STRICT
    capability: str
    keep: int
    basis: str


@dataclass(frozen=True, slots=True)
class CourseRule:
    """How one alternative weighs: minutes for each unit of cover that is missing, share of the rest penalties, how many minutes one
    minute on a road inside the hazard counts, and crews of which levels it never sends."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    about_zh: str
    about_en: str
    cover_minutes: float
    rest_share: float
    hazard_weight: float
    refuse_levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class NeedMapping:
    """An assessment's need as units: `per` items are brought by one unit (or one person, by `measure`)."""

    __pydantic_config__ = STRICT
    rule: str
    capability: str
    measure: Measure
    per: float
    priority: Priority


@dataclass(frozen=True, slots=True)
class HelpMapping:
    __pydantic_config__ = STRICT
    capability: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class OrderClocks:
    __pydantic_config__ = STRICT
    sign_minutes: int
    least_due_minutes: int


@dataclass(frozen=True, slots=True)
class DispatchRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    basis: str
    turnout_minutes: dict[str, float]
    turnout_other_minutes: float
    priority_weight: dict[Priority, float]
    late_weight: float
    farthest_minutes: float
    straight_kmh: float
    straight_detour: float
    people_per_unit: float
    rest_minutes: dict[Level, float]
    rest_unknown_minutes: float
    cover: tuple[CoverRule, ...]
    courses: dict[CourseKey, CourseRule]
    needs: tuple[NeedMapping, ...]
    help: dict[str, HelpMapping]
    order: OrderClocks

    def turnout(self, kind: str, *, out: bool) -> float:
        """Minutes from the order to the wheels turning. `out`: the unit is on the road already."""
        return 0.0 if out else self.turnout_minutes.get(kind, self.turnout_other_minutes)

    @property
    def dearest_minutes(self) -> float:
        """More than any single unit can cost in any course, so that leaving a need short is always worse than sending somebody."""
        heaviest = max(self.priority_weight.values())
        road = self.farthest_minutes * max(1.0, max(course.hazard_weight for course in self.courses.values()))
        rest = max(self.rest_minutes.values()) * max(course.rest_share for course in self.courses.values())
        cover = max(course.cover_minutes for course in self.courses.values()) * len(self.cover)
        return heaviest * road * (1 + self.late_weight) + rest + cover


@cache
def dispatch_rules() -> DispatchRules:
    """Raises RulesTrouble."""
    return read_dispatch_rules(FILE)


def read_dispatch_rules(path: Path) -> DispatchRules:
    """Raises RulesTrouble naming what is wrong: unknown capabilities, missing courses, priorities or levels of fatigue."""
    rules = read_rules(path, DispatchRules)
    known = organisation().capabilities
    troubles: list[tuple[str, str]] = []
    named = [row.capability for row in (*rules.cover, *rules.needs)] + [
        row.capability for row in rules.help.values() if row.capability != "same"
    ]
    for capability in sorted(set(named) - set(known)):
        troubles.append((f"没有能力“{capability}”。", f"There is no capability '{capability}'."))
    for course in COURSES:
        if course not in rules.courses:
            troubles.append((f"缺少方案“{course}”。", f"The course '{course}' is missing."))
    if set(rules.priority_weight) != {"life", "urgent", "normal"}:
        troubles.append(
            ("priority_weight 须写明 life、urgent、normal。", "priority_weight needs life, urgent, normal.")
        )
    if set(rules.rest_minutes) != set(LEVELS):
        troubles.append((f"rest_minutes 须写明 {'、'.join(LEVELS)}。", f"rest_minutes needs {', '.join(LEVELS)}."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return rules
