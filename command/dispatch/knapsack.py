"""A sharper bound where needs are counted in people: each need by itself in whole crews, units and cover priced (Lagrange).

With prices on "each unit once" and "cover stays", the needs fall apart, and each is a small covering problem that is solved exactly by
dynamic programming over the people still missing. Every set of prices gives a bound on the whole; subgradient steps look for better ones.
What forcing a pair in would cost at least, over the bound, says which pairs no better choice can hold.
"""

import time
from dataclasses import dataclass

import numpy as np

from command.dispatch.problem import Floats, Ints, Problem, value_of

_STEPS = 15


@dataclass(frozen=True, slots=True)
class Sharper:
    """`bound`: no choice costs less. `reduced`: what a choice with this pair costs at least beyond it. `picked`: pairs that the needs
    took by themselves at the best prices (a unit may be in it twice), which are `unit_price` and `cover_price`."""

    bound: float
    reduced: Floats
    picked: Ints
    unit_price: Floats
    cover_price: Floats


def sharpen(problem: Problem, unit_price: Floats, cover_price: Floats, best: float, until: float) -> Sharper:
    """From these prices (at least 0) on, until this moment (`time.perf_counter`) at the latest. `best`: the best choice known."""
    members = [np.asarray(one.members, dtype=np.int64) for one in problem.cover]
    spare = np.asarray([float(one.spare) for one in problem.cover])
    most = np.asarray([one.minutes for one in problem.cover])
    order = np.argsort(problem.need, kind="stable")
    first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
    groups = [order[first[n] : first[n + 1]] for n in range(problem.needs)]
    held = Sharper(-np.inf, np.zeros(problem.pairs), np.zeros(0, dtype=np.int64), unit_price, cover_price)
    theta, worse = 1.0, 0
    for _ in range(_STEPS):
        told = _priced(problem, groups, members, spare, unit_price, cover_price)
        if told.bound > held.bound + 1e-9:
            held, worse = told, 0
        else:
            worse += 1
            if worse == 3:
                theta, worse = theta / 2, 0
        if held.bound >= best - 1e-6 or time.perf_counter() > until:
            break
        taken = np.bincount(problem.unit[told.picked], minlength=problem.units).astype(np.float64)
        over_unit, over_cover = taken - 1, np.asarray([taken[m].sum() for m in members]) - spare
        # Where a price is nothing and nothing asks for one, there is no step.
        over_unit[(over_unit < 0) & (unit_price <= 0)] = 0
        if len(members):
            over_cover[(over_cover < 0) & (cover_price <= 0)] = 0
            over_cover[(over_cover > 0) & (cover_price >= most)] = 0
        length = float((over_unit**2).sum() + (over_cover**2).sum())
        if length == 0:
            break
        step = theta * max(best - told.bound, 1e-6) / length
        unit_price = np.maximum(0.0, unit_price + step * over_unit)
        cover_price = np.clip(cover_price + step * over_cover, 0.0, most)
    return held


def _priced(
    problem: Problem, groups: list[Ints], members: list[Ints], spare: Floats, unit_price: Floats, cover_price: Floats
) -> Sharper:
    each = unit_price.copy()
    for number, one in enumerate(members):
        each[one] += cover_price[number]
    cost = problem.cost + each[problem.unit]
    reduced = np.zeros(problem.pairs)
    bound = -float(unit_price.sum() + (cover_price * spare).sum())
    picked: list[Ints] = []
    for need, pairs in enumerate(groups):
        least, beyond, own = cover(cost[pairs], problem.gives[pairs], problem.amount[need], problem.short_cost[need])
        bound += least
        reduced[pairs] = beyond
        picked.append(pairs[own])
    taken = np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)
    return Sharper(bound, reduced, taken, unit_price, cover_price)


def cover(cost: Floats, gives: Floats, amount: float, short: float) -> tuple[float, Floats, Ints]:
    """(the least cost of one need by itself, what each pair costs beyond it when forced in, the pairs chosen)."""
    size = int(amount)
    dearest = np.minimum(short * amount, _by_ratio(cost, gives, amount, short))
    useful = np.flatnonzero((cost < short * gives) & (cost <= dearest + 1e-9))
    useful = useful[_first_of_each(cost[useful], gives[useful], amount)]
    table = np.full(size + 1, np.inf)  # table[k]: the least cost of at least k
    table[0] = 0.0
    took = np.zeros((len(useful), size + 1), dtype=np.bool_)
    for row, pair in enumerate(useful.tolist()):
        g = int(gives[pair])
        moved = np.empty(size + 1)
        moved[:g] = cost[pair]  # one of them covers that much alone
        moved[g:] = table[: size + 1 - g] + cost[pair]
        better = moved < table
        better[0] = False
        took[row] = better
        table = np.where(better, moved, table)
    # The least cost of k with a shortfall allowed: short of so many from the best smaller table entry.
    steps = np.arange(size + 1) * short
    allowed = np.minimum.accumulate(table - steps) + steps
    least = float(allowed[size])
    forced = cost + allowed[np.maximum(size - gives.astype(np.int64), 0)]
    at = int(np.argmin(table + short * (size - np.arange(size + 1))))
    chosen: list[int] = []
    for row in range(len(useful) - 1, -1, -1):
        if at > 0 and took[row, at]:
            pair = int(useful[row])
            chosen.append(pair)
            at = max(0, at - int(gives[pair]))
    return least, np.maximum(forced - least, 0.0), np.asarray(chosen, dtype=np.int64)


def _first_of_each(cost: Floats, gives: Floats, amount: float) -> Ints:
    """Of crews of the same size the cheapest, as many as could be needed: no best cover holds another in their place."""
    order = np.lexsort((cost, gives))
    size = gives[order]
    place = np.arange(len(order)) - np.searchsorted(size, size, side="left")
    return order[place * size < amount]


def _by_ratio(cost: Floats, gives: Floats, amount: float, short: float) -> float:
    """What a simple cover costs: cheapest for what it brings first."""
    order = np.argsort(cost / np.maximum(gives, 1e-9), kind="stable")
    got = np.cumsum(gives[order])
    enough = int(np.searchsorted(got, amount))
    if enough >= len(order):
        return float(cost.sum() + short * max(0.0, amount - float(gives.sum())))
    return float(cost[order[: enough + 1]].sum())


def polish(problem: Problem, chosen: Ints, unit_price: Floats, cover_price: Floats, until: float) -> Ints:
    """A better choice from this one: need after need is served anew, as well as it can be with the units that nobody else has.

    First with prices, so that a unit that others want more is left to them, then as it is. Until nothing changes, or this moment.
    """
    order = np.argsort(problem.need, kind="stable")
    first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
    each = unit_price.copy()
    for number, one in enumerate(problem.cover):
        each[np.asarray(one.members, dtype=np.int64)] += cover_price[number]
    has = np.full(problem.units, -1, dtype=np.int64)
    has[problem.unit[chosen]] = problem.need[chosen]
    mine = {n: chosen[problem.need[chosen] == n] for n in range(problem.needs)}
    best, best_value = chosen, value_of(problem, chosen)
    for weight in (1.0, 0.5, 0.0, 0.0, 0.0):
        cost = problem.cost + weight * each[problem.unit]
        for need in problem.rank:
            if time.perf_counter() > until:
                return best
            pairs = order[first[need] : first[need + 1]]
            pairs = pairs[(has[problem.unit[pairs]] < 0) | (has[problem.unit[pairs]] == need)]
            _, _, own = cover(cost[pairs], problem.gives[pairs], problem.amount[need], problem.short_cost[need])
            has[problem.unit[mine[need]]] = -1
            mine[need] = pairs[own]
            has[problem.unit[mine[need]]] = need
        now = np.sort(np.concatenate(list(mine.values())))
        if (value := value_of(problem, now)) < best_value - 1e-9:
            best, best_value = now, value
    return best
