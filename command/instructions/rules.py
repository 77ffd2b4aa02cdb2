"""The states of a leader's instruction, its time limits, and what departments are called, as the city wrote them in `rules/`."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES
from spine.principal import Role

Urgency = Literal["immediate", "urgent", "normal"]
Channel = Literal["oral", "written", "phone", "video"]


@dataclass(frozen=True, slots=True)
class InstructionState:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    open: bool


@dataclass(frozen=True, slots=True)
class InstructionAction:
    """`moves`: state → the states that the action may lead to."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    who: frozenset[Role]
    moves: dict[str, tuple[str, ...]]
    reason: bool = False


@dataclass(frozen=True, slots=True)
class InstructionTransitions:
    __pydantic_config__ = STRICT
    version: int
    source: str
    states: dict[str, InstructionState]
    actions: dict[str, InstructionAction]


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """`feedback_minutes`: from when it was given to the first word back; `next_minutes`: to the next one."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    feedback_minutes: int
    next_minutes: int
    words: tuple[str, ...]
    basis: str
    source: str | None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """`minutes`: after the step before; the first step is taken when the time has passed."""

    __pydantic_config__ = STRICT
    post: str
    minutes: int


@dataclass(frozen=True, slots=True)
class ChannelRule:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstructionLimits:
    __pydantic_config__ = STRICT
    version: int
    urgencies: dict[Urgency, UrgencyRule]
    default_urgency: Urgency
    urgent_within_minutes: int
    escalation: tuple[EscalationStep, ...]
    captured_by_leader_tells: str
    order_minutes: int
    channels: dict[Channel, ChannelRule]


@dataclass(frozen=True, slots=True)
class DepartmentNames:
    """What departments are called in speech; `counties` by GB/T 2260 code, `county_bureaus` by prefix of the desk's code."""

    __pydantic_config__ = STRICT
    version: int
    departments: dict[str, tuple[str, ...]]
    counties: dict[str, tuple[str, ...]]
    county_bureaus: dict[str, tuple[str, ...]]


@cache
def instruction_transitions() -> InstructionTransitions:
    """Raises RulesTrouble when the file names a state that it does not have."""
    path = RULES / "instruction_transitions.yaml"
    found = read_rules(path, InstructionTransitions)
    troubles = [
        (f"动作“{name}”写了不存在的状态“{state}”。", f"Action '{name}' names no such state '{state}'.")
        for name, action in found.actions.items()
        for state in sorted(
            {*action.moves, *(to for moves in action.moves.values() for to in moves)} - set(found.states)
        )
    ]
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


@cache
def instruction_limits() -> InstructionLimits:
    """Raises RulesTrouble for a post that does not exist, a missing urgency or a time that is none."""
    path = RULES / "instruction_limits.yaml"
    found = read_rules(path, InstructionLimits)
    troubles: list[tuple[str, str]] = []
    for post in (*(step.post for step in found.escalation), found.captured_by_leader_tells):
        if post not in organisation().posts:
            troubles.append((f"没有“{post}”这个岗位。", f"There is no post '{post}'."))
    for urgency in ("immediate", "urgent", "normal"):
        if urgency not in found.urgencies:
            troubles.append((f"缺少紧急程度“{urgency}”。", f"Urgency '{urgency}' is missing."))
    for name, rule in found.urgencies.items():
        if rule.feedback_minutes < 1 or rule.next_minutes < 1:
            troubles.append((f"“{name}”的时限须为正数。", f"The minutes of '{name}' must be positive."))
    if not found.escalation or found.order_minutes < 1 or any(step.minutes < 0 for step in found.escalation):
        troubles.append(("须有上报岗位，时限须为正数。", "Escalation needs a post, and times must be positive."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


@cache
def department_names() -> dict[str, str]:
    """Every name in lower case → the department's code; full names are known without being written down."""
    path = RULES / "department_names.yaml"
    found = read_rules(path, DepartmentNames)
    known = organisation().departments
    troubles: list[tuple[str, str]] = []
    names: dict[str, str] = {}

    def add(name: str, code: str) -> None:
        if code not in known:
            troubles.append((f"“{name}”指的部门“{code}”不存在。", f"'{name}' means '{code}', no such department."))
        elif names.setdefault(name.casefold(), code) != code:
            troubles.append((f"“{name}”指了两个部门。", f"'{name}' means two departments."))

    for code, department in known.items():
        add(department.zh, code)
        add(department.en, code)
    for code, listed in found.departments.items():
        for name in listed:
            add(name, code)
    for county, listed in found.counties.items():
        for name in listed:
            if f"CTY-{county}" not in known:
                troubles.append((f"没有区县“{county}”。", f"There is no county '{county}'."))
                continue
            names.setdefault(name.casefold(), f"CTY-{county}")
            for prefix, bureaus in found.county_bureaus.items():
                for bureau in bureaus:
                    space = " " if name.isascii() else ""
                    add(f"{name}{space}{bureau}", f"{prefix}-{county}")
    if troubles:
        raise RulesTrouble(path, troubles)
    return names
