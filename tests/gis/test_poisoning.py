"""Poisoning from one source: bounded by those exposed, told by the clock."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from gis.hazards.diseases import DISEASE, POISONINGS
from gis.hazards.poisoning import PoisoningModel, onset_by
from gis.hazards.run import run
from spine.canonical import Json
from tests.gis.hazard_ground import case, ground

MODEL = PoisoningModel()
TOWN = ground(1000)


def draws(inputs: Mapping[str, Json], class_key: str = "ph.food.food") -> Any:
    return run(MODEL, case(MODEL, dict(inputs), class_key=class_key), TOWN).draws


def answer(inputs: Mapping[str, Json], class_key: str = "ph.food.food") -> Any:
    return run(MODEL, case(MODEL, dict(inputs), class_key=class_key), TOWN).to_json()


def test_half_have_fallen_ill_at_the_median_incubation() -> None:
    for cause in POISONINGS:
        median, spread = cause.incubation_h
        assert onset_by(median, cause) == pytest.approx(0.5)
        assert onset_by(median * spread, cause) == pytest.approx(0.841344746, abs=1e-8)
        assert onset_by(0.0, cause) == 0
    hours = [onset_by(h, DISEASE["mushroom"]) for h in np.linspace(0.5, 100, 50).tolist()]
    assert bool(np.all(np.diff(hours) > 0))


def test_a_meal_is_bounded_by_those_who_ate_and_told_by_the_clock() -> None:
    meal = {"poisoned": 30, "exposed_people": 120}
    early, late = (draws({**meal, "hours_since_exposure": hours})["poisoned"] for hours in (4, 72))
    assert np.all(early <= 120 + 1e-9)
    assert np.all(early >= 30)
    assert float(np.median(late)) < 32
    assert float(np.median(early)) > float(np.median(late))


def test_what_is_not_known_is_said() -> None:
    codes = {row["code"] for row in answer({})["limits"]}
    assert codes >= {"cases_assumed", "exposure_time_unknown", "exposed_unknown"}
    known = {row["code"] for row in answer({"cases": 4, "hours_since_exposure": 20, "exposed_people": 9})["limits"]}
    assert not known & {"cases_assumed", "exposure_time_unknown", "exposed_unknown"}


def test_people_ill_win_over_cases() -> None:
    both = draws({"poisoned": 40, "cases": 5, "hours_since_exposure": 200})["poisoned"]
    assert float(np.median(both)) == pytest.approx(40, rel=0.05)
    only = draws({"cases": 5, "hours_since_exposure": 200})["poisoned"]
    assert float(np.median(only)) == pytest.approx(5, rel=0.1)


def test_mushrooms_kill_about_two_in_a_hundred() -> None:
    """China CDC Weekly 2021: 788 dead of 38,676 ill (2.0 %), 2010 to 2020."""
    found = draws({"poisoned": 1000, "disease": "mushroom", "hours_since_exposure": 500})
    low, high = np.quantile(found["dead"] / found["poisoned"], (0.1, 0.9))
    assert low < 788 / 38_676 < high


def test_the_figure_that_grades_food_poisoning_is_the_one_that_comes_out() -> None:
    told = answer({"poisoned": 120})
    assert told["primary"] == "poisoned"
    assert any("同餐" in row["zh"] or "共同进餐" in row["zh"] for row in told["notes"])
    assert {"beds", "poison_inquiry"} <= {row["rule"] for row in told["needs"]}
    workshop = answer({"poisoned": 9}, "ph.poison.occupational")
    assert any("化学性中毒" in row["zh"] for row in workshop["assumptions"])
