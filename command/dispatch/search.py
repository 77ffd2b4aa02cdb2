"""Better choices where needs are counted in people: a few needs that want the same units are taken apart and served anew, over and over.

The relaxation says nearly what the best choice costs, but not which it is: who goes where is decided by crews that do not fit evenly. First
every need is served in turn with the relaxation's prices on the units (a unit that others want more is left to them); then groups of a
dozen needs are solved exactly among the units that the rest does not use (HiGHS), and what is better is kept. Groups are drawn by a
generator with a fixed seed: the same question at the same speed has the same answer.
"""

import time
from typing import Any

import numpy as np
import scipy.optimize
from scipy.sparse import coo_array, csr_array

from command.dispatch.knapsack import cover
from command.dispatch.problem import Floats, Ints, Problem, value_of

_optimize: Any = scipy.optimize
_GROUP = 12
_EACH = 30
"""So many of a need's pairs, those of the least reduced costs, are looked at in a group."""
_GROUP_S = 0.3
_GOOD_ENOUGH = 1e-3
_WEIGHTS = (1.0, 0.8)


class Search:
    """`unit_price`, `reduced` (of every pair): from the relaxation."""

    def __init__(self, problem: Problem, unit_price: Floats, reduced: Floats) -> None:
        self.problem = problem
        self._price = unit_price
        self._reduced = reduced
        order = np.argsort(problem.need, kind="stable")
        first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
        self._pairs: list[Ints] = [order[first[n] : first[n + 1]] for n in range(problem.needs)]
        self._of = np.zeros((problem.units, len(problem.cover)))
        for number, one in enumerate(problem.cover):
            self._of[list(one.members), number] = 1.0
        self._spare = np.asarray([float(one.spare) for one in problem.cover])
        self._minutes = np.asarray([one.minutes for one in problem.cover])

    def started(self, until: float) -> Ints:
        """A choice from nothing: with prices first, which decides who is left short, then each need again with what is free."""
        best, best_value = np.zeros(0, dtype=np.int64), np.inf
        for weight in _WEIGHTS:
            mine: list[Ints] = [np.zeros(0, dtype=np.int64) for _ in range(self.problem.needs)]
            free = np.ones(self.problem.units, dtype=np.bool_)
            for share in (weight, 0.0):
                for need in self.problem.rank:
                    if time.perf_counter() > until:
                        return best
                    free[self.problem.unit[mine[need]]] = True
                    mine[need] = self._served(need, free, share)
                    free[self.problem.unit[mine[need]]] = False
            chosen = np.sort(np.concatenate(mine))
            if (value := value_of(self.problem, chosen)) < best_value:
                best, best_value = chosen, value
        return best

    def _served(self, need: int, free: Any, share: float) -> Ints:
        problem, pairs = self.problem, self._pairs[need]
        pairs = pairs[free[problem.unit[pairs]]]
        if len(pairs) == 0:
            return pairs
        gone = (~free) @ self._of
        leaving = self._of @ (self._minutes * (gone >= self._spare))
        cost = problem.cost[pairs] + leaving[problem.unit[pairs]] + share * self._price[problem.unit[pairs]]
        _, _, own = cover(cost, problem.gives[pairs], problem.amount[need], problem.short_cost[need])
        return pairs[own]

    def improved(self, chosen: Ints, bound: float, until: float) -> Ints:
        """From this choice on, until nothing better than `bound` is to be had or this moment (`time.perf_counter`)."""
        problem, rng = self.problem, np.random.default_rng(5309)
        wanted = csr_array(
            coo_array((np.ones(problem.pairs), (problem.need, problem.unit)), shape=(problem.needs, problem.units))
        )
        rivals: Any = (wanted @ wanted.T).tocsr()  # needs that some unit could serve both of
        people = np.flatnonzero(problem.amount > 1)
        best, best_value = chosen, value_of(problem, chosen)
        while (left := until - time.perf_counter()) > 0.05 and best_value - bound > _GOOD_ENOUGH * best_value:
            seed = int(rng.choice(people))
            others = rivals.indices[rivals.indptr[seed] : rivals.indptr[seed + 1]]
            group = np.union1d([seed], rng.permutation(others[others != seed])[: _GROUP - 1])
            found = self._anew(best, group, min(left, _GROUP_S))
            if found is not None and (value := value_of(problem, found)) < best_value - 1e-6:
                best, best_value = found, value
        return best

    def _anew(self, chosen: Ints, group: Ints, seconds: float) -> Ints | None:
        """The choice with these needs served as well as can be, the others as they are."""
        problem = self.problem
        inside = np.zeros(problem.needs, dtype=np.bool_)
        inside[group] = True
        now, rest = chosen[inside[problem.need[chosen]]], chosen[~inside[problem.need[chosen]]]
        taken = np.zeros(problem.units, dtype=np.bool_)
        taken[problem.unit[rest]] = True
        pairs = np.flatnonzero(inside[problem.need] & ~taken[problem.unit])
        order = pairs[np.lexsort((self._reduced[pairs], problem.need[pairs]))]
        place = np.arange(len(order)) - np.searchsorted(problem.need[order], problem.need[order], side="left")
        pairs = np.union1d(order[place < _EACH], now)
        units, unit = np.unique(problem.unit[pairs], return_inverse=True)
        n, u, g, count = len(group), len(units), len(problem.cover), len(pairs)
        spare = self._spare - self._of[problem.unit[rest]].sum(axis=0)
        columns = np.arange(count)
        in_cover, cover_pair = np.nonzero(self._of[problem.unit[pairs]].T)
        rows = np.concatenate(
            (
                np.searchsorted(group, problem.need[pairs]),
                n + unit,
                n + u + in_cover,
                np.arange(n),
                n + u + np.arange(g),
            )
        )
        where = np.concatenate((columns, columns, cover_pair, count + np.arange(n), count + n + np.arange(g)))
        entries = np.concatenate(
            (-problem.gives[pairs], np.ones(count), np.ones(len(in_cover)), np.full(n, -1.0), np.full(g, -1.0))
        )
        answer = _optimize.milp(
            np.concatenate((problem.cost[pairs], problem.short_cost[group], self._minutes)),
            integrality=np.concatenate((np.ones(count), np.zeros(n + g))),
            bounds=_optimize.Bounds(0, np.concatenate((np.ones(count), np.full(n + g, np.inf)))),
            constraints=_optimize.LinearConstraint(
                coo_array((entries, (rows, where)), shape=(n + u + g, count + n + g)).tocsc(),
                -np.inf,
                np.concatenate((-problem.amount[group], np.ones(u), spare)),
            ),
            options={"time_limit": seconds, "mip_rel_gap": _GOOD_ENOUGH},
        )
        if answer.x is None:
            return None
        return np.sort(np.concatenate((rest, pairs[np.asarray(answer.x[:count]) > 0.5])))
