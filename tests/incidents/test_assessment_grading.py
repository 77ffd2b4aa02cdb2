"""Probabilities of grades from draws, by the rule sets that grade known figures."""

from typing import Any

import numpy as np
import pytest

from incidents.assessments.grading import grade_json, grade_rule
from incidents.grading import suggest
from incidents.grading_rules import GRADES

CITY = "530926"


def told(class_key: str, draws: dict[str, list[float]], known: dict[str, float] | None = None) -> Any:
    return grade_json(class_key, {k: np.asarray(v, dtype=np.float64) for k, v in draws.items()}, known or {}, CITY)


def test_each_draw_is_graded_as_known_figures_would_be() -> None:
    dead = [0.0, 1.0, 2.9, 3.0, 9.0, 10.0, 29.9, 30.0, 400.0, 5.0]
    grade = told("ac.chem", {"dead": dead})
    alone = [suggest("ac.chem", {"dead": float(np.floor(d))}) for d in dead]
    for name in GRADES:
        share = sum(one is not None and one.grade == name for one in alone) / len(dead)
        assert grade["probabilities"][name] == pytest.approx(share)
    assert sum(grade["probabilities"].values()) == pytest.approx(1)
    assert grade["suggested"] == "II"  # at least II in four of ten: 10, 29.9, 30, 400


def test_the_worst_grade_with_three_chances_in_ten_is_suggested() -> None:
    assert grade_rule().grade_floor == 0.3
    assert told("ac.chem", {"dead": [1.0] * 7 + [30.0] * 3})["suggested"] == "I"
    nearly = told("ac.chem", {"dead": [1.0] * 8 + [30.0] * 2})
    assert nearly["suggested"] == "IV"
    assert nearly["probabilities"]["I"] == pytest.approx(0.2)
    assert any(reason["grade"] == "I" and reason["probability"] == 0.2 for reason in nearly["reasons"])


def test_what_is_known_is_the_least_that_a_draw_can_be_and_triggers_by_itself() -> None:
    grade = told("ac.chem", {"dead": [0.0] * 10}, {"dead": 12})
    assert grade["suggested"] == "II"
    assert grade["probabilities"]["II"] == 1
    assert grade["triggers"][0]["grade"] == "II"


def test_a_magnitude_is_a_hard_trigger_whatever_the_draws_say() -> None:
    grade = told("nd.quake", {"dead": [0.0] * 10}, {"magnitude": 6.3})
    assert grade["suggested"] == "II"
    assert [t["grade"] for t in grade["triggers"]][:1] == ["II"]


def test_missing_and_dead_add_up() -> None:
    grade = told("nd.quake", {"dead": [45.0] * 10}, {"missing": 5})
    assert grade["probabilities"]["II"] == 1


def test_nothing_known_suggests_nothing() -> None:
    grade = told("nd.quake", {})
    assert grade["suggested"] is None
    assert grade["probabilities"]["none"] == 1
