"""Hours of work and rest: what a unit's status alone says of how tired it is."""

from datetime import datetime, timedelta

import pytest

from command.units.fatigue import LEVELS, Spell, fatigue_of, fatigue_rules, spell_after
from command.units.unit import fatigue, set_status
from tests.command.made import T0, act, at, unit


def hours(number: float) -> datetime:
    return T0 + timedelta(hours=number)


def test_a_unit_that_has_not_worked_is_fresh() -> None:
    rested = fatigue(unit(), hours(5))
    assert (rested.hours_worked, rested.rest_due_at, rested.level) == (0.0, None, "fresh")


@pytest.mark.parametrize(("worked", "level"), [(7.9, "fresh"), (8, "tiring"), (12, "rest_due"), (16, "exhausted")])
def test_levels_follow_the_hours(worked: float, level: str) -> None:
    tired = fatigue_of(Spell(T0, None), "fire_station", hours(worked))
    assert (tired.level, tired.hours_worked, tired.rest_due_at) == (level, worked, hours(12))


def test_work_begins_when_a_unit_leaves_and_rest_when_it_is_back() -> None:
    sent = set_status(unit(), act(0), "en_route").unit
    assert (sent.on_duty_since, sent.rest_until) == (at(0), None)
    there = set_status(sent, act(600), "on_scene").unit
    home = set_status(set_status(there, act(700), "returning").unit, act(780), "available").unit
    assert home.rest_until == at(780) + timedelta(hours=8)
    resting = fatigue(home, at(1000))
    assert (resting.hours_worked, resting.level) == (13.0, "rest_due")
    assert fatigue(home, at(780 + 8 * 60)).level == "fresh"


def test_a_rest_cut_short_does_not_count_and_a_full_one_does() -> None:
    back = Spell(T0, hours(18))
    assert spell_after(back, "fire_station", "available", "dispatched", hours(12)) == Spell(T0, None)
    assert spell_after(back, "fire_station", "available", "dispatched", hours(18)) == Spell(hours(18), None)


def test_every_level_and_kind_has_its_words_and_rising_hours() -> None:
    rules = fatigue_rules()
    assert set(rules.levels) == set(LEVELS)
    assert rules.of("boat").exhausted_hours == 12
    assert rules.of("survey") == rules.default
