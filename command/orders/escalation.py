"""Who is told when an order's clock goes too far (`rules/escalation.yaml`)."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES, Basis, Words, time_limits

CardLevel = Literal["yellow", "red", "severe"]
_PLAIN = frozenset({"department", "unit", "lead"})


@dataclass(frozen=True, slots=True)
class _LevelRow:
    __pydantic_config__ = STRICT
    level: CardLevel
    light: str
    to: tuple[str, ...]
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class _EscalationFile:
    __pydantic_config__ = STRICT
    version: int
    desk: str
    levels: tuple[_LevelRow, ...]
    repeated_red: int
    supervised: tuple[str, ...]
    causes: dict[Literal["task_sign", "task_step", "task_due"], Words]


@dataclass(frozen=True, slots=True)
class EscalationLevel:
    """`at_share`: the share of the allowed time at which it begins, from the light that it names."""

    level: CardLevel
    at_share: float
    to: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Escalation:
    desk: str
    levels: tuple[EscalationLevel, ...]
    repeated_red: int
    supervised: tuple[str, ...]
    causes: dict[Literal["task_sign", "task_step", "task_due"], Words]


@cache
def escalation() -> Escalation:
    """Raises RulesTrouble when a level names no such light, post or addressee, or when levels do not rise."""
    path = RULES / "escalation.yaml"
    found = read_rules(path, _EscalationFile)
    lights = {light.light: light for light in time_limits().lights}
    troubles: list[tuple[str, str]] = []
    for row in found.levels:
        if row.light not in lights:
            troubles.append((f"灯色“{row.light}”不存在。", f"No such light '{row.light}'."))
    named = [found.desk, *found.supervised, *(to for row in found.levels for to in row.to)]
    for to in sorted(set(named) - _PLAIN):
        if to.removeprefix("post:") not in organisation().posts or not to.startswith("post:"):
            troubles.append((f"受送对象“{to}”不存在。", f"No such addressee '{to}'."))
    if not troubles:
        shares = [lights[row.light].at_share for row in found.levels]
        if shares != sorted(set(shares)) or [row.level for row in found.levels] != ["yellow", "red", "severe"]:
            troubles.append(
                ("应依次写黄牌、红牌、严重超时，且比例递增。", "Levels are yellow, red, severe, rising in share.")
            )
    if troubles:
        raise RulesTrouble(path, troubles)
    levels = tuple(
        EscalationLevel(row.level, lights[row.light].at_share, row.to, lights[row.light].zh, lights[row.light].en)
        for row in found.levels
    )
    return Escalation(found.desk, levels, found.repeated_red, found.supervised, found.causes)


def escalation_levels() -> tuple[EscalationLevel, ...]:
    return escalation().levels
