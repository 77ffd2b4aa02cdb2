"""The choice itself: equal to trying everything on small cases, never worse than nearest first, never against the rules of the field."""

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command.dispatch.greedy import greedy_nearest
from command.dispatch.optimum import solve
from command.dispatch.parties import best_parties
from command.dispatch.problem import Problem, value_of
from tests.command.dispatch_made import random_problem


def brute_force(problem: Problem, with_pair: int | None = None) -> float:
    """Every way of giving each unit to one need or to none; of those that hold this pair."""
    pairs_of = [np.flatnonzero(problem.unit == unit).tolist() for unit in range(problem.units)]
    best = float("inf")
    if with_pair is not None:
        pairs_of[problem.unit[with_pair]] = [with_pair]
    for choice in itertools.product(*[[None, *pairs] for pairs in pairs_of]):
        if with_pair is not None and with_pair not in choice:
            continue
        chosen = np.asarray([pair for pair in choice if pair is not None], dtype=np.int64)
        best = min(best, value_of(problem, chosen))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_small_cases_equal_trying_everything(seed: int) -> None:
    problem = random_problem(seed, 3, 7, people=seed % 2 == 1, capabilities=2)
    best, solution = brute_force(problem), solve(problem)
    assert solution.value == pytest.approx(best)
    assert solution.bound <= best + 1e-3
    assert solution.gap < 1e-4


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 30), st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_choice_breaks_the_rules_or_is_worse_than_nearest_first(
    seed: int, needs: int, units: int, people: bool
) -> None:
    problem = random_problem(seed, needs, units, people=people, capabilities=3)
    solution = solve(problem, 1.0)
    sent = [pick.unit for pick in solution.picks]
    assert len(sent) == len(set(sent))
    possible = set(zip(problem.need.tolist(), problem.unit.tolist(), strict=True))
    assert all((pick.need, pick.unit) in possible for pick in solution.picks)
    greedy = value_of(problem, greedy_nearest(problem))
    assert solution.value <= greedy + 1e-6
    assert solution.greedy == pytest.approx(greedy)
    assert solution.bound <= solution.value + 1e-6


def test_a_large_case_is_proven_best_over_all_pairs() -> None:
    problem = random_problem(1, 60, 200)
    solution = solve(problem)
    assert solution.gap < 1e-4
    assert solution.by == "optimum"
    assert solution.value < solution.greedy


def test_the_bound_holds_when_few_pairs_are_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Column generation and leaving out by reduced cost give what a look at everything gives."""
    problem = random_problem(4, 8, 40, capabilities=3)
    whole = solve(problem)
    monkeypatch.setattr("command.dispatch.optimum._AT_ONCE", 0)
    monkeypatch.setattr("command.dispatch.optimum._EACH", 1)
    monkeypatch.setattr("command.dispatch.optimum._FEW", 5)
    few = solve(problem)
    assert few.value == pytest.approx(whole.value)
    assert few.bound <= whole.value + 1e-3


@pytest.mark.parametrize("seed", range(8))
def test_what_parties_promise_holds_whatever_the_prices_begin_with(seed: int) -> None:
    problem = random_problem(seed, 3, 7, people=True, capabilities=2)
    rng = np.random.default_rng(seed)
    unit_price = np.asarray(rng.uniform(0, 200, problem.units), dtype=np.float64)
    cover_price = np.asarray(rng.uniform(0, 200, len(problem.cover)), dtype=np.float64)
    best = brute_force(problem)
    found = best_parties(problem, unit_price, cover_price, [greedy_nearest(problem)], time.perf_counter() + 60)
    assert found.bound <= best + 1e-3
    assert found.chosen is not None
    assert best - 1e-6 <= value_of(problem, found.chosen) <= value_of(problem, greedy_nearest(problem)) + 1e-6
    for pair in range(problem.pairs):
        assert found.bound + found.beyond[pair] <= brute_force(problem, with_pair=pair) + 1e-3


def test_people_where_no_cover_must_stay() -> None:
    problem = replace(random_problem(3, 3, 7, people=True, capabilities=2), cover=())
    assert solve(problem).value == pytest.approx(brute_force(problem))


def test_many_needs_in_people_come_close_to_the_bound() -> None:
    problem = random_problem(5, 60, 150, people=True, capabilities=3)
    solution = solve(problem, 60.0)
    assert solution.gap < 0.01
    assert solution.by == "optimum"
