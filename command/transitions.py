"""The state machines of tasks and units and the time limits, as the city wrote them down in `rules/`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from command.rulebook import STRICT, RulesTrouble, read_rules
from spine.principal import Role

RULES = Path(__file__).parent / "rules"

Level = Literal["I", "II", "III", "IV"]
LEVELS: tuple[Level, ...] = ("I", "II", "III", "IV")
"""Response levels, the highest first. Also the order of grades, which are another thing (invariant 10)."""


@dataclass(frozen=True, slots=True)
class TaskState:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    open: bool


@dataclass(frozen=True, slots=True)
class TaskAction:
    """What one action does: `moves` state → state; `late`: states in which an earlier one is kept as a late entry."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    who: frozenset[Role]
    moves: dict[str, str]
    late: frozenset[str] = frozenset()
    reason: bool = False


@dataclass(frozen=True, slots=True)
class TaskTransitions:
    __pydantic_config__ = STRICT
    version: int
    source: str
    states: dict[str, TaskState]
    actions: dict[str, TaskAction]

    def is_open(self, state: str) -> bool:
        return self.states[state].open


@dataclass(frozen=True, slots=True)
class UnitState:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    to: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnitTransitions:
    __pydantic_config__ = STRICT
    version: int
    source: str
    states: dict[str, UnitState]
    who: frozenset[Role]
    free: frozenset[str]


@dataclass(frozen=True, slots=True)
class Light:
    """A light and the share of the allowed time from which it shows."""

    __pydantic_config__ = STRICT
    at_share: float
    light: str
    zh: str
    en: str
    basis: Literal["sourced", "illustrative"]


PauseCause = Literal["superior", "external", "safety"]
Basis = Literal["sourced", "illustrative"]


@dataclass(frozen=True, slots=True)
class StepLimit:
    """How long an order may stand in one state, by its priority; `zh`, `en`: what is to be done in that time."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    minutes: dict[Literal["life", "urgent", "normal"], int]
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class Words:
    __pydantic_config__ = STRICT
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class PauseRule:
    __pydantic_config__ = STRICT
    causes: dict[PauseCause, Words]
    max_minutes: int
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class TimeLimits:
    __pydantic_config__ = STRICT
    version: int
    lights: tuple[Light, ...]
    steps: dict[str, StepLimit]
    pause: PauseRule
    sign_minutes: dict[str, int] = field(default_factory=dict[str, int])
    decide_minutes: int = 15
    urge_gap_minutes: int = 5
    joint_share: float = 0.8
    send_back_minutes: int = 30
    reissue_minutes: int = 10
    late_after_s: int = 300

    def is_late(self, occurred_at: datetime, at: datetime) -> bool:
        """Whether something done at `occurred_at` and heard of at `at` is a late entry."""
        return at - occurred_at > timedelta(seconds=self.late_after_s)

    def light(self, started_at: datetime, due_at: datetime, now: datetime) -> Light:
        """The light of a clock that ran from `started_at` and is due at `due_at`."""
        allowed = (due_at - started_at).total_seconds()
        passed = (now - started_at).total_seconds()
        share = passed / allowed if allowed > 0 else float("inf")
        return next((light for light in reversed(self.lights) if share >= light.at_share), self.lights[0])


@cache
def task_transitions() -> TaskTransitions:
    """Raises RulesTrouble when the file contradicts itself."""
    path = RULES / "task_transitions.yaml"
    found = read_rules(path, TaskTransitions)
    troubles: list[tuple[str, str]] = []
    for name, action in found.actions.items():
        named = {*action.moves, *action.moves.values(), *action.late}
        for state in sorted(named - set(found.states)):
            troubles.append(
                (f"动作“{name}”写了不存在的状态“{state}”。", f"Action '{name}' names no such state '{state}'.")
            )
        for state in sorted(set(action.moves) & action.late):
            troubles.append(
                (
                    f"动作“{name}”在状态“{state}”既可执行又算迟报。",
                    f"Action '{name}' both moves and is late in state '{state}'.",
                )
            )
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


@cache
def unit_transitions() -> UnitTransitions:
    path = RULES / "unit_transitions.yaml"
    found = read_rules(path, UnitTransitions)
    named = {to for state in found.states.values() for to in state.to} | found.free
    troubles = [
        (f"写了不存在的状态“{state}”。", f"No such state '{state}'.") for state in sorted(named - set(found.states))
    ]
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


@cache
def time_limits() -> TimeLimits:
    path = RULES / "time_limits.yaml"
    found = read_rules(path, TimeLimits)
    shares = [light.at_share for light in found.lights]
    if not shares or shares != sorted(shares) or shares[0] != 0.0:
        raise RulesTrouble(path, [("灯色须从 0 起按比例递增。", "Lights start at share 0 and rise.")])
    unknown = sorted(set(found.steps) - set(task_transitions().states))
    if unknown:
        raise RulesTrouble(path, [(f"环节时限写了不存在的状态：{unknown}。", f"steps names no such state: {unknown}.")])
    short = sorted(name for name, step in found.steps.items() if set(step.minutes) != {"life", "urgent", "normal"})
    if short:
        raise RulesTrouble(path, [(f"环节时限缺少优先级：{short}。", f"steps lacks a priority in {short}.")])
    missing = sorted({*LEVELS, "none"} - set(found.sign_minutes))
    if missing:
        raise RulesTrouble(path, [(f"缺少签收时限：{missing}。", f"No sign_minutes for {missing}.")])
    return found


def at_least(level: Level, floor: Level) -> bool:
    """Whether a level or grade is `floor` or higher (I is the highest)."""
    return LEVELS.index(level) <= LEVELS.index(floor)


def higher(one: Level | None, other: Level | None) -> Level | None:
    """The higher of two levels; None is lower than every level."""
    if one is None or other is None:
        return one or other
    return one if at_least(one, other) else other
