"""Where needs are counted in people: who serves a need together is chosen as one thing, a party, because crews do not fit evenly.

A need of thirty people may be served by 24 and 8, or by 80, and the relaxation over single pairs would send three eighths of the eighty.
Here a column is a whole party with what it costs and how many it leaves missing (Dantzig and Wolfe, 1960); the relaxation over parties
is close to the best choice. Prices on "each unit once" and "cover stays" come from it, and each need by itself finds the party that is
cheapest at these prices by dynamic programming (`Covering`), which also gives a bound on the whole (Lagrange). Prices are taken half way
from the best ones known, without which they swing (Wentges, 1997). Last, whole numbers among the parties that were found (HiGHS).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
from scipy.sparse import coo_array, csc_array, hstack, vstack

from command.dispatch.problem import Floats, Ints, Problem

_optimize: Any = scipy.optimize
_FROM_BEST = 0.5
_CLOSE = 1e-4
"""The relaxation is as good as solved when its bound is so near, as a share."""
_PRICING = 0.65
"""Of the time: looking for parties; the rest is for choosing among them."""


@dataclass(frozen=True, slots=True)
class Parties:
    """`chosen`: pairs of the best choice among the parties, None if there was no time for one; `bound`: no choice at all costs less;
    `beyond`: of every pair, what a choice that holds it costs at least beyond the bound."""

    chosen: Ints | None
    bound: float
    beyond: Floats


@dataclass(frozen=True, slots=True)
class _Prices:
    unit: Floats
    cover: Floats

    def towards(self, other: "_Prices", share: float) -> "_Prices":
        return _Prices((1 - share) * self.unit + share * other.unit, (1 - share) * self.cover + share * other.cover)


@dataclass(frozen=True, slots=True)
class _Priced:
    """`taken`: each need's cheapest party at these prices."""

    prices: _Prices
    bound: float
    beyond: Floats
    taken: list[Ints]


def best_parties(
    problem: Problem, unit_price: Floats, cover_price: Floats, known: Sequence[Ints], until: float
) -> Parties:
    """`known`: choices to begin with; until this moment (`time.perf_counter`) at the latest. Prices are at least 0."""
    began = time.perf_counter()
    pricing = _Pricing(problem)
    master = _Master(problem, pricing.members)
    for choice in known:
        master.take(choice)
    best = pricing.at(_Prices(unit_price, np.minimum(cover_price, pricing.most)))
    master.add(best.taken)
    while time.perf_counter() < began + _PRICING * (until - began):
        relaxed = master.relaxed()
        if relaxed is None or relaxed.value - best.bound <= _CLOSE * abs(relaxed.value):
            break
        told = pricing.at(relaxed.prices.towards(best.prices, _FROM_BEST))
        fresh = master.add(told.taken)
        if not fresh:
            told = pricing.at(relaxed.prices)
            fresh = master.add(told.taken)
        if told.bound > best.bound:
            best = told
        elif not fresh:
            break
    chosen = master.whole(until - time.perf_counter())
    return Parties(chosen, best.bound, best.beyond)


class Covering:
    """One need by itself: every least cost of so many people, by dynamic programming over who is still missing."""

    def __init__(self, cost: Floats, gives: Floats, amount: float, short: float) -> None:
        self._size = size = int(amount)
        self._short = short
        self._gives = np.minimum(gives, size).astype(np.int64)
        self._cost = cost
        gives = self._gives.astype(np.float64)
        dearest = np.minimum(short * amount, _by_ratio(cost, gives, amount, short))
        useful = np.flatnonzero((cost < short * gives) & (cost <= dearest + 1e-9))
        self._useful = useful = useful[_first_of_each(cost[useful], gives[useful], amount)]
        table = np.full(size + 1, np.inf)  # table[k]: the least cost of at least k
        table[0] = 0.0
        self._took = np.zeros((len(useful), size + 1), dtype=np.bool_)
        for row, pair in enumerate(useful.tolist()):
            g = int(self._gives[pair])
            moved = np.empty(size + 1)
            moved[:g] = cost[pair]  # one of them covers that much alone
            moved[g:] = table[: size + 1 - g] + cost[pair]
            better = moved < table
            better[0] = False
            self._took[row] = better
            table = np.where(better, moved, table)
        self._table = table
        # The least cost of k with a shortfall allowed: short of so many from the best smaller table entry.
        steps = np.arange(size + 1) * short
        self._allowed = np.minimum.accumulate(table - steps) + steps

    @property
    def least(self) -> float:
        return float(self._allowed[self._size])

    def beyond(self) -> Floats:
        """Of every pair, what the need costs more, at least, when it is forced in."""
        forced = self._cost + self._allowed[self._size - self._gives]
        return np.maximum(forced - self.least, 0.0)

    def party(self) -> Ints:
        """The cheapest party."""
        missing = self._size - np.arange(self._size + 1)
        at = int(np.argmin(self._table + self._short * missing))
        chosen: list[int] = []
        for row in range(len(self._useful) - 1, -1, -1):
            if at > 0 and self._took[row, at]:
                pair = int(self._useful[row])
                chosen.append(pair)
                at = max(0, at - int(self._gives[pair]))
        return np.asarray(chosen, dtype=np.int64)


class _Pricing:
    """The needs by themselves at given prices."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.members = [np.asarray(one.members, dtype=np.int64) for one in problem.cover]
        self._spare = np.asarray([float(one.spare) for one in problem.cover])
        self.most = np.asarray([one.minutes for one in problem.cover])
        order = np.argsort(problem.need, kind="stable")
        first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
        self._pairs = [order[first[n] : first[n + 1]] for n in range(problem.needs)]

    def at(self, prices: _Prices) -> _Priced:
        problem = self._problem
        cost = self._priced(prices)
        beyond = np.zeros(problem.pairs)
        bound = -float(prices.unit.sum() + (prices.cover * self._spare).sum())
        taken: list[Ints] = []
        for need, pairs in enumerate(self._pairs):
            alone = self._alone(need, cost)
            bound += alone.least
            beyond[pairs] = alone.beyond()
            taken.append(pairs[alone.party()])
        return _Priced(prices, bound, beyond, taken)

    def _alone(self, need: int, cost: Floats) -> Covering:
        problem, pairs = self._problem, self._pairs[need]
        return Covering(cost[pairs], problem.gives[pairs], problem.amount[need], problem.short_cost[need])

    def _priced(self, prices: _Prices) -> Floats:
        each = prices.unit.copy()
        for number, members in enumerate(self.members):
            each[members] += prices.cover[number]
        return self._problem.cost + each[self._problem.unit]


@dataclass(frozen=True, slots=True)
class _Relaxed:
    value: float
    prices: _Prices


class _Master:
    """One party for each need, each unit once, cover that goes is paid for."""

    def __init__(self, problem: Problem, members: Sequence[Ints]) -> None:
        self._problem = problem
        self._parties: list[Ints] = []
        self._need: list[int] = []
        self._cost: list[float] = []
        self._seen: set[tuple[int, bytes]] = set()
        units, covers = problem.units, len(problem.cover)
        of = np.zeros((covers, units))
        for number, one in enumerate(members):
            of[number, one] = 1.0
        self._of = csc_array(of)
        self._limit = np.concatenate((np.ones(units), [float(one.spare) for one in problem.cover]))
        self._gone = np.asarray([one.minutes for one in problem.cover])
        self._slack = vstack((csc_array((units, covers)), -csc_array(np.eye(covers))))
        self.add([np.zeros(0, dtype=np.int64)] * problem.needs)

    def take(self, chosen: Ints) -> None:
        """The parties of a whole choice."""
        self.add([chosen[self._problem.need[chosen] == need] for need in range(self._problem.needs)])

    def add(self, by_need: Sequence[Ints]) -> bool:
        """Whether any of them was new."""
        problem, before = self._problem, len(self._parties)
        for need, pairs in enumerate(by_need):
            party = np.sort(pairs)
            key = (need, party.tobytes())
            if key in self._seen:
                continue
            self._seen.add(key)
            missing = max(0.0, float(problem.amount[need] - problem.gives[party].sum()))
            self._parties.append(party)
            self._need.append(need)
            self._cost.append(float(problem.cost[party].sum() + missing * problem.short_cost[need]))
        return len(self._parties) > before

    def relaxed(self) -> _Relaxed | None:
        at_most, exactly = self._rows()
        answer = _optimize.linprog(
            np.concatenate((self._cost, self._gone)),
            A_ub=at_most,
            b_ub=self._limit,
            A_eq=exactly,
            b_eq=np.ones(self._problem.needs),
            bounds=(0, None),
            method="highs",
        )
        if answer.x is None:
            return None
        price = np.maximum(-np.asarray(answer.ineqlin.marginals, dtype=np.float64), 0.0)
        units = self._problem.units
        return _Relaxed(float(answer.fun), _Prices(price[:units], np.minimum(price[units:], self._gone)))

    def whole(self, seconds: float) -> Ints | None:
        """The pairs of the best choice among the parties."""
        if seconds <= 0:
            return None
        at_most, exactly = self._rows()
        count, slack = len(self._parties), len(self._gone)
        answer = _optimize.milp(
            np.concatenate((self._cost, self._gone)),
            integrality=np.concatenate((np.ones(count), np.zeros(slack))),
            bounds=_optimize.Bounds(0, np.concatenate((np.ones(count), np.full(slack, np.inf)))),
            constraints=[
                _optimize.LinearConstraint(at_most, -np.inf, self._limit),
                _optimize.LinearConstraint(exactly, 1, 1),
            ],
            options={"time_limit": seconds, "mip_rel_gap": _CLOSE},
        )
        if answer.x is None:
            return None
        used = np.flatnonzero(np.asarray(answer.x[:count]) > 0.5)
        return np.sort(np.concatenate([self._parties[one] for one in used.tolist()]))

    def _rows(self) -> tuple[Any, Any]:
        """(each unit and each cover, each need), of the parties and of the cover that goes."""
        problem, count = self._problem, len(self._parties)
        sizes = [len(party) for party in self._parties]
        units = problem.unit[np.concatenate(self._parties)]
        columns = np.repeat(np.arange(count), sizes)
        once = coo_array((np.ones(len(units)), (units, columns)), shape=(problem.units, count)).tocsc()
        needs = coo_array((np.ones(count), (self._need, np.arange(count))), shape=(problem.needs, count)).tocsc()
        at_most = hstack((vstack((once, self._of @ once)), self._slack)).tocsc()
        return at_most, hstack((needs, csc_array((problem.needs, len(self._gone))))).tocsc()


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
