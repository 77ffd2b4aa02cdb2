"""One course as a problem to solve: who could serve what at which cost, what a shortfall costs, which cover may not go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from command.dispatch.rules import CourseRule, DispatchRules
from command.dispatch.shape import Force, Need, Pick, Way

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cover:
    """Units of one county that can do one thing: `spare` of them may leave at no cost, each further one costs `minutes`."""

    county: str
    capability: str
    members: tuple[int, ...]
    keep: int
    minutes: float

    @property
    def spare(self) -> int:
        return len(self.members) - self.keep


@dataclass(frozen=True, slots=True)
class Problem:
    """Pairs (need, unit) that are possible, by number. `gives`: of the need's measure; `short_cost`: of each one missing."""

    needs: int
    units: int
    need: Ints
    unit: Ints
    cost: Floats
    gives: Floats
    amount: Floats
    short_cost: Floats
    cover: tuple[Cover, ...]
    rank: tuple[int, ...]
    """The needs in the order in which somebody without a computer would serve them."""

    @property
    def pairs(self) -> int:
        return len(self.need)


def pose(
    needs: Sequence[Need],
    units: Sequence[Force],
    ways: Sequence[Sequence[Way]],
    rules: DispatchRules,
    course: CourseRule,
) -> Problem:
    """`ways[n][u]`, from unit u to need n. Costs in minutes."""
    need: list[int] = []
    unit: list[int] = []
    cost: list[float] = []
    gives: list[float] = []
    for n, wanted in enumerate(needs):
        weight = rules.priority_weight[wanted.priority]
        for u, force in enumerate(units):
            way = ways[n][u]
            if not may_come(wanted, force, way, rules, course):
                continue
            late = 0.0 if wanted.by_minutes is None else max(0.0, way.order_minutes - wanted.by_minutes)
            need.append(n)
            unit.append(u)
            cost.append(
                weight * (way.order_minutes + rules.late_weight * late) + course.rest_share * force.rest.minutes
            )
            gives.append(float(force.gives(wanted.measure)))
    dearest = rules.dearest_minutes
    short = [
        dearest * rules.priority_weight[one.priority] / (1.0 if one.measure == "units" else rules.people_per_unit)
        for one in needs
    ]
    far = float("inf")
    rank = sorted(
        range(len(needs)),
        key=lambda n: (
            -rules.priority_weight[needs[n].priority],
            far if needs[n].by_minutes is None else float(needs[n].by_minutes or 0.0),
            n,
        ),
    )
    return Problem(
        len(needs),
        len(units),
        np.asarray(need, dtype=np.int64),
        np.asarray(unit, dtype=np.int64),
        np.asarray(cost, dtype=np.float64),
        np.asarray(gives, dtype=np.float64),
        np.asarray([float(one.amount) for one in needs]),
        np.asarray(short),
        covers(units, rules, course.cover_minutes),
        tuple(rank),
    )


def may_come(need: Need, force: Force, way: Way, rules: DispatchRules, course: CourseRule) -> bool:
    """Whether this unit may serve this need in this course at all."""
    return (
        force.blocked is None
        and need.capability in force.capabilities
        and way.state != "none"
        and way.order_minutes <= rules.farthest_minutes * max(1.0, course.hazard_weight)
        and force.rest.level not in course.refuse_levels
        and force.gives(need.measure) > 0
    )


def covers(units: Sequence[Force], rules: DispatchRules, minutes: float) -> tuple[Cover, ...]:
    """What each county has at home now: units that are free and not out. What is missing already is nobody's fault here."""
    found: list[Cover] = []
    for row in rules.cover:
        at_home: dict[str, list[int]] = {}
        for number, force in enumerate(units):
            if force.blocked is None and not force.out and force.county and row.capability in force.capabilities:
                at_home.setdefault(force.county, []).append(number)
        found += [
            Cover(county, row.capability, tuple(members), min(row.keep, len(members)), minutes)
            for county, members in sorted(at_home.items())
        ]
    return tuple(found)


def value_of(problem: Problem, chosen: Ints) -> float:
    """What a choice of pairs costs: ways, shortfalls, cover left behind."""
    got = np.bincount(problem.need[chosen], weights=problem.gives[chosen], minlength=problem.needs)
    short = np.maximum(problem.amount - got, 0.0)
    sent = set(problem.unit[chosen].tolist())
    cover = sum(
        one.minutes * max(0, sum(member in sent for member in one.members) - one.spare) for one in problem.cover
    )
    return float(problem.cost[chosen].sum() + (short * problem.short_cost).sum() + cover)


def picks_of(problem: Problem, chosen: Ints) -> tuple[Pick, ...]:
    return tuple(
        sorted((Pick(int(problem.need[c]), int(problem.unit[c])) for c in chosen), key=lambda p: (p.need, p.unit))
    )
