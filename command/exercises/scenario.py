"""Exercise scenarios as data (演练脚本): loaded from `scenarios/*.yaml` and checked before anybody runs one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

from command.organisation.book import Organisation, organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from incidents.classification import catalogue
from spine.canonical import Json, JsonObject
from spine.errors import not_found

SCENARIOS = Path(__file__).parent / "scenarios"
_NAMESPACE = UUID("a5a0b6c2-6d8e-5b3f-8f0d-6e3b8c1d4e10")

Measure = Literal[
    "alert_acknowledged",
    "incident_opened",
    "grade_decided",
    "response_activated",
    "first_report",
    "tasks_signed_in_time",
    "tasks_submitted_in_time",
    "help_answered",
    "second_incident_opened",
]
SHARES = frozenset({"tasks_signed_in_time", "tasks_submitted_in_time"})
"""Measures that are a share of the orders; all others are minutes from a cause to its answer."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What is measured, from the record: minutes after its cause, or a share of the orders."""

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    measure: Measure
    target_minutes: float | None = None
    target_share: float | None = None


@dataclass(frozen=True, slots=True)
class InjectCommand:
    """An ordinary command; `data` may hold references that are looked up when it goes out."""

    __pydantic_config__ = STRICT
    kind: str
    stream: Literal["board", "incident", "unit", "department"]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inject:
    """One line of the master scenario events list. `at`: minutes after the start; `plays`: the simulator's part.

    `needs`: what must exist before it can go out; after `wait_minutes` without it the `instead` commands go out.
    A contingency inject goes out only while none of the facts in `unless` is in the record.
    """

    __pydantic_config__ = STRICT
    number: str
    at: float
    method: Literal["feed", "phone", "radio", "app", "system"]
    from_zh: str
    from_en: str
    to_zh: str
    to_en: str
    text_zh: str
    text_en: str
    expects_zh: str
    expects_en: str
    objective: str
    plays: str
    commands: tuple[InjectCommand, ...]
    contingency: bool = False
    unless: tuple[str, ...] = ()
    needs: Literal["incident", "response", "tasks"] | None = None
    wait_minutes: float = 30
    for_each: Literal["unsigned_tasks", "started_tasks"] | None = None
    instead: tuple[InjectCommand, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    __pydantic_config__ = STRICT
    version: int
    id: str
    title_zh: str
    title_en: str
    starts_at: datetime
    duration_minutes: int
    illustrative: bool
    main_class: str
    purpose_zh: str
    purpose_en: str
    objectives: tuple[Objective, ...]
    injects: tuple[Inject, ...]

    def inject(self, number: str) -> Inject:
        return next(i for i in self.injects if i.number == number)

    def due_at(self, inject: Inject, starts_at: datetime) -> datetime:
        return starts_at + timedelta(minutes=inject.at)


def inject_id(exercise: UUID, number: str) -> UUID:
    return uuid5(exercise, f"inject:{number}")


def exercise_id(scenario: str, starts_at: datetime) -> UUID:
    return uuid5(_NAMESPACE, f"{scenario}:{starts_at.timestamp()}")


def scenario_names() -> list[str]:
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


@cache
def load_scenario(name: str) -> Scenario:
    """Raises Refused `not_found`, or RulesTrouble with everything that is wrong in the file."""
    if name not in scenario_names():
        raise not_found("演练情景", "scenario", name, field="scenario")
    return read_scenario(SCENARIOS / f"{name}.yaml", organisation())


def read_scenario(path: Path, known: Organisation) -> Scenario:
    found = read_rules(path, Scenario)
    if found.starts_at.tzinfo is None:
        raise RulesTrouble(path, [("starts_at 要带时区。", "starts_at needs an offset.")])
    troubles = list(_troubles(found, known))
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


def _troubles(found: Scenario, known: Organisation) -> Iterator[tuple[str, str]]:
    if catalogue().find(found.main_class) is None:
        yield f"事件类别“{found.main_class}”不在目录中。", f"Class '{found.main_class}' is not in the catalogue."
    objectives = {o.id for o in found.objectives}
    for objective in found.objectives:
        share = objective.measure in SHARES
        if (objective.target_share is not None) != share or (objective.target_minutes is not None) == share:
            yield (
                f"目标“{objective.id}”应{'写 target_share' if share else '写 target_minutes'}。",
                f"Objective '{objective.id}' needs {'target_share' if share else 'target_minutes'}.",
            )
    seen: set[str] = set()
    for inject in found.injects:
        where = f"注入 {inject.number}", f"Inject {inject.number}"
        if inject.number in seen:
            yield f"{where[0]} 的编号重复。", f"{where[1]}: number used twice."
        seen.add(inject.number)
        if inject.objective not in objectives:
            yield f"{where[0]} 的目标“{inject.objective}”不存在。", f"{where[1]}: no objective '{inject.objective}'."
        if not 0 <= inject.at <= found.duration_minutes:
            yield f"{where[0]} 的时间超出演练时长。", f"{where[1]}: its time is outside the exercise."
        if not inject.commands:
            yield f"{where[0]} 没有指令。", f"{where[1]} has no command."
        role, _, name = inject.plays.partition(":")
        fits = {
            "feed": name != "",
            "unit": name in known.units,
            "department": name == "" or name in known.departments,
            "duty_officer": name == "",
            "leader": name == "",
        }
        if not fits.get(role, False):
            yield f"{where[0]} 的角色“{inject.plays}”不存在。", f"{where[1]}: nobody can play '{inject.plays}'."
        for command in (*inject.commands, *inject.instead):
            for reference in _references(command.data):
                if not _is_reference(reference, inject, known):
                    yield f"{where[0]} 的引用 {reference} 无法解析。", f"{where[1]}: cannot resolve {reference}."


def _references(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        inner: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        if is_reference(inner):
            yield inner
            return
        for held in inner.values():
            yield from _references(held)
    elif isinstance(value, list):
        for held in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _references(held)


def is_reference(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in {"ref", "unit", "at"}


def _is_reference(reference: dict[str, Any], inject: Inject, known: Organisation) -> bool:
    name, value = next(iter(reference.items()))
    if name == "unit":
        return value in known.units
    if name == "at":
        return isinstance(value, int | float)
    if value == "task":
        return inject.for_each is not None
    named = {"incident", "response", "response.level", "response.tasks"}
    return value in named or (isinstance(value, str) and value.startswith("alert:"))


def inject_object(state: JsonObject, inject: Inject) -> dict[str, Json]:
    """An inject as the exercise's picture shows it: what became of it, and the scenario's words."""
    return {
        **state,
        "at_minutes": inject.at,
        "method": inject.method,
        "contingency": inject.contingency,
        "from_zh": inject.from_zh,
        "from_en": inject.from_en,
        "to_zh": inject.to_zh,
        "to_en": inject.to_en,
        "text_zh": inject.text_zh,
        "text_en": inject.text_en,
        "expects_zh": inject.expects_zh,
        "expects_en": inject.expects_en,
        "objective": inject.objective,
    }
