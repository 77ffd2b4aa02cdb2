"""The best choice, proven: column generation for the bound, reduced-cost fixing, then branch and bound on what is left (HiGHS).

1. The linear relaxation is solved over few pairs; all others are priced with its duals, and those that would help are added, until none is
   left. Its value is then the relaxation's over *all* pairs: nothing costs less. Broken off by time, the prices of what is missing are
   taken off it (each unit is used once at most), which keeps it a bound.
2. A pair whose reduced cost is more than what is between that bound and the best choice known cannot be in a better one: left out.
   Where needs are counted in people that bound is loose; `parties.py` gives a sharper one, and a choice close to it.
3. What is left is solved in whole numbers, first among few of the most likely pairs, which makes what is left smaller still. Whatever is cheaper, this or nearest-first, is the answer; never worse than nearest-first.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.optimize
from scipy.sparse import coo_array, csc_array

from command.dispatch.greedy import greedy_nearest
from command.dispatch.parties import best_parties
from command.dispatch.problem import Floats, Ints, Problem, picks_of, value_of
from command.dispatch.shape import Solution

_optimize: Any = scipy.optimize
_AT_ONCE = 3000
"""So many pairs are all taken from the start."""
_EACH = 8
_FEW = 2000
"""So many pairs, those of the least reduced costs, are tried first: they hold a very good choice nearly always."""
_BRANCHED = 6000
_PARTIES = 0.9
"""Of the time, for needs in people."""
_EPS = 1e-6


def solve(problem: Problem, seconds: float = 4.0) -> Solution:
    """The best choice within so many seconds of computing."""
    began = time.perf_counter()
    # A crew of eighty serves a need of ten no better than a crew of ten: without this the relaxation would send an eighth of it.
    problem = replace(problem, gives=np.minimum(problem.gives, problem.amount[problem.need]))
    greedy = greedy_nearest(problem)
    greedy_value = value_of(problem, greedy)
    best, best_value = greedy, greedy_value
    if problem.pairs == 0:
        return Solution((), greedy_value, greedy_value, greedy_value, "greedy", time.perf_counter() - began)
    relaxed = _relax(problem, greedy, began + seconds * 0.7)
    rounded = _repaired(problem, relaxed.pairs[relaxed.x > 1 - _EPS])
    if (value := value_of(problem, rounded)) < best_value - _EPS:
        best, best_value = rounded, value
    base, reduced = relaxed.bound, relaxed.reduced
    people = bool((problem.gives > 1).any())
    if people and best_value - base > _EPS * max(1.0, best_value):
        begun = (greedy, rounded)
        prices = relaxed.unit_price, relaxed.cover_price
        parties = best_parties(problem, *prices, begun, began + seconds * _PARTIES)
        if parties.chosen is not None and (value := value_of(problem, parties.chosen)) < best_value - _EPS:
            best, best_value = parties.chosen, value
        if parties.bound > base:
            base, reduced = parties.bound - _EPS, parties.beyond
    bound = min(base, best_value)
    order = np.argsort(reduced, kind="stable")
    # Where parties have come close already and there are this many pairs, branching on them proves nothing in time.
    many = people and problem.pairs > _BRANCHED
    rounds = () if many else ((_FEW, 0.4), (problem.pairs, 0.7 if people else 1.0))
    for most, share in rounds:
        if best_value - bound <= _EPS * max(1.0, best_value):
            break
        left = began + seconds - time.perf_counter()
        if left < 0.05:
            break
        room = best_value - base + _EPS
        kept = order[:most][reduced[order[:most]] <= room]
        found, proven = _whole(problem, np.sort(kept), left * share)
        if found is not None and (value := value_of(problem, found)) < best_value - _EPS:
            best, best_value = found, value
        # A pair that was left out costs at least its reduced cost above the bound; what costs more than the best known is no loss.
        out = order[len(kept)] if len(kept) < problem.pairs else None
        beyond = np.inf if out is None else base + float(reduced[out])
        bound = min(max(bound, min(proven, beyond)), best_value)
    by = "greedy" if best_value >= greedy_value - _EPS else "optimum"
    chosen = _without_idle(problem, best)
    return Solution(
        picks_of(problem, chosen), value_of(problem, chosen), bound, greedy_value, by, time.perf_counter() - began
    )


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """`reduced`: of every pair of the problem; `x`: of `pairs`."""

    pairs: Ints
    x: Floats
    reduced: Floats
    bound: float
    unit_price: Floats
    cover_price: Floats


class _Rows:
    """The constraints: a row for each need, each unit, each cover; then columns for shortfalls and for cover that goes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        n, u, g = problem.needs, problem.units, len(problem.cover)
        self.size = n + u + g
        self.limit = np.concatenate((-problem.amount, np.ones(u), [float(one.spare) for one in problem.cover]))
        self.slack_cost = np.concatenate((problem.short_cost, [one.minutes for one in problem.cover]))
        self.covers_of: list[list[int]] = [[] for _ in range(u)]
        for number, one in enumerate(problem.cover):
            for member in one.members:
                self.covers_of[member].append(n + u + number)
        slack_rows = np.concatenate((np.arange(n), n + u + np.arange(g)))
        self._slack = coo_array(
            (np.full(n + g, -1.0), (slack_rows, np.arange(n + g))), shape=(self.size, n + g)
        ).tocsc()
        self._member = coo_array(
            (
                np.ones(sum(len(rows) for rows in self.covers_of)),
                (
                    np.asarray([row for rows in self.covers_of for row in rows], dtype=np.int64),
                    np.repeat(np.arange(u), [len(rows) for rows in self.covers_of]),
                ),
            ),
            shape=(self.size, u),
        ).tocsc()

    def matrix(self, pairs: Ints) -> Any:
        """Columns for these pairs, then the slack columns."""
        problem, count = self.problem, len(pairs)
        columns = np.arange(count)
        own = coo_array(
            (
                np.concatenate((-problem.gives[pairs], np.ones(count))),
                (np.concatenate((problem.need[pairs], problem.needs + problem.unit[pairs])), np.tile(columns, 2)),
            ),
            shape=(self.size, count),
        ).tocsc()
        from scipy.sparse import hstack

        return csc_array(hstack((own + self._member[:, problem.unit[pairs]], self._slack)))

    def costs(self, pairs: Ints) -> Floats:
        return np.concatenate((self.problem.cost[pairs], self.slack_cost))

    def reduced(self, dual: Floats) -> Floats:
        """Of every pair, by the rows' marginals (at most 0 each)."""
        problem = self.problem
        by_unit = dual[problem.needs : problem.needs + problem.units] + self._member.T @ dual
        return problem.cost + problem.gives * dual[problem.need] - by_unit[problem.unit]


def _relax(problem: Problem, greedy: Ints, until: float) -> _Relaxed:
    rows = _Rows(problem)
    pairs = _first(problem, greedy)
    inside = np.zeros(problem.pairs, dtype=np.bool_)
    inside[pairs] = True
    while True:
        answer = _optimize.linprog(
            rows.costs(pairs), A_ub=rows.matrix(pairs), b_ub=rows.limit, bounds=(0, None), method="highs"
        )
        if answer.x is None:  # it always has an answer: leave everything short
            nothing = np.zeros(problem.units), np.zeros(len(problem.cover))
            return _Relaxed(pairs, np.zeros(len(pairs)), np.zeros(problem.pairs), -np.inf, *nothing)
        dual = np.asarray(answer.ineqlin.marginals, dtype=np.float64)
        reduced = rows.reduced(dual)
        wanted = np.flatnonzero((reduced < -_EPS) & ~inside)
        done = len(wanted) == 0
        if done or time.perf_counter() > until:
            x = np.asarray(answer.x[: len(pairs)], dtype=np.float64)
            bound = float(answer.fun) - _EPS
            if not done:
                least = np.zeros(problem.units)
                np.minimum.at(least, problem.unit, reduced)
                bound += float(least.sum())
            n, u = problem.needs, problem.units
            return _Relaxed(
                pairs, x, reduced, bound, np.maximum(-dual[n : n + u], 0.0), np.maximum(-dual[n + u :], 0.0)
            )
        added = _cheapest(problem, reduced, wanted)
        inside[added] = True
        pairs = np.concatenate((pairs, added))


def _first(problem: Problem, greedy: Ints) -> Ints:
    if problem.pairs <= _AT_ONCE:
        return np.arange(problem.pairs)
    cheap = _cheapest(problem, problem.cost, np.arange(problem.pairs))
    return np.union1d(cheap, greedy)


def _cheapest(problem: Problem, cost: Floats, among: Ints) -> Ints:
    """The few best of each need (more where it asks for more), and the best of each unit."""
    order = among[np.lexsort((cost[among], problem.need[among]))]
    start = np.searchsorted(problem.need[order], np.arange(problem.needs))
    place = np.arange(len(order)) - start[problem.need[order]]
    typical = max(1.0, float(np.median(problem.gives)))
    most = np.ceil(_EACH + 2 * problem.amount / typical).astype(np.int64)
    few = order[place < most[problem.need[order]]]
    by_unit = among[np.lexsort((cost[among], problem.unit[among]))]
    _, first = np.unique(problem.unit[by_unit], return_index=True)
    return np.union1d(few, by_unit[first])


def _whole(problem: Problem, pairs: Ints, seconds: float) -> tuple[Ints | None, float]:
    """(the best choice among these pairs, what no choice among them costs less than)."""
    rows = _Rows(problem)
    slack = problem.needs + len(problem.cover)
    kind = np.concatenate((np.ones(len(pairs)), np.zeros(slack)))
    most = np.concatenate((np.ones(len(pairs)), np.full(slack, np.inf)))
    answer = _optimize.milp(
        rows.costs(pairs),
        integrality=kind,
        bounds=_optimize.Bounds(0, most),
        constraints=_optimize.LinearConstraint(rows.matrix(pairs), -np.inf, rows.limit),
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    if answer.x is None:
        return None, bound
    return pairs[np.asarray(answer.x[: len(pairs)]) > 0.5], bound


def _repaired(problem: Problem, chosen: Ints) -> Ints:
    """Whole parts of a relaxed answer, filled up nearest first."""
    taken = np.zeros(problem.units, dtype=np.bool_)
    taken[problem.unit[chosen]] = True
    got = np.bincount(problem.need[chosen], weights=problem.gives[chosen], minlength=problem.needs)
    more: list[int] = []
    order = np.lexsort((problem.cost, problem.need))
    first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
    for need in problem.rank:
        for pair in order[first[need] : first[need + 1]].tolist():
            if got[need] >= problem.amount[need]:
                break
            if not taken[problem.unit[pair]]:
                taken[problem.unit[pair]] = True
                got[need] += problem.gives[pair]
                more.append(pair)
    return np.sort(np.concatenate((chosen, np.asarray(more, dtype=np.int64))))


def _without_idle(problem: Problem, chosen: Ints) -> Ints:
    """Nobody is sent who is not needed: the dearest first, as long as the need keeps enough."""
    got = np.bincount(problem.need[chosen], weights=problem.gives[chosen], minlength=problem.needs)
    kept: list[int] = []
    for pair in chosen[np.argsort(-problem.cost[chosen], kind="stable")].tolist():
        need = int(problem.need[pair])
        if got[need] - problem.gives[pair] >= problem.amount[need]:
            got[need] -= problem.gives[pair]
        else:
            kept.append(pair)
    return np.asarray(sorted(kept), dtype=np.int64)
