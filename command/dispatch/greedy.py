"""Nearest first, need by need, the most pressing before: what a good officer does by hand, and what the optimum is measured against."""

import numpy as np

from command.dispatch.problem import Ints, Problem


def greedy_nearest(problem: Problem) -> Ints:
    """Numbers of the chosen pairs. Each need takes its cheapest free unit until it has enough or there is none."""
    order = np.lexsort((problem.unit, problem.cost, problem.need))
    first = np.searchsorted(problem.need[order], np.arange(problem.needs + 1))
    taken = np.zeros(problem.units, dtype=np.bool_)
    chosen: list[int] = []
    for need in problem.rank:
        got = 0.0
        for pair in order[first[need] : first[need + 1]].tolist():
            if got >= problem.amount[need]:
                break
            if not taken[problem.unit[pair]]:
                taken[problem.unit[pair]] = True
                chosen.append(pair)
                got += float(problem.gives[pair])
    return np.asarray(sorted(chosen), dtype=np.int64)
