"""Collapsed and burning buildings: the chain of deaths, time, occupancy, and egress against the time left."""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from gis.hazards.building_collapse import (
    STRUCTURES,
    BuildingCollapseModel,
    alive_share,
    death_rate_per_h,
    deaths_per_building,
    later_deaths,
)
from gis.hazards.building_fire import BuildingFireModel, left_share
from gis.hazards.distribution import triangle
from gis.hazards.run import run
from spine.canonical import Json
from spine.clock import hour_in_beijing
from tests.gis.hazard_ground import DAY, NIGHT, case, ground

COLLAPSE, FIRE = BuildingCollapseModel(), BuildingFireModel()
TOWN = ground(2500)


def draws(model: Any, inputs: dict[str, Json], **more: Any) -> Any:
    return run(model, case(model, inputs, **more), TOWN).draws


@pytest.mark.parametrize(
    ("people", "present", "buried", "instant", "later", "deaths"),
    [(5, 0.65, 0.3, 0.2, 0.6, 0.663), (40, 0.5, 0.5, 0.4, 0.7, 8.2)],
)
def test_coburn_and_spence(
    people: float, present: float, buried: float, instant: float, later: float, deaths: float
) -> None:
    """The chain with values of Coburn & Spence 2002: masonry, and reinforced concrete."""
    assert deaths_per_building(people, present, buried, instant, later) == pytest.approx(deaths, rel=1e-9)


def test_half_die_in_a_half_life_and_none_at_once() -> None:
    assert alive_share(np.asarray([0.0, 24.0, 48.0]), 24.0) == pytest.approx([1, 0.5, 0.25])
    assert float(death_rate_per_h(24.0)) == pytest.approx(math.log(2) / 24)


def test_later_deaths_are_the_mean_of_the_survival_over_the_times_of_rescue() -> None:
    """1 − ∫ e^(−λt) μ e^(−μt) dt, by hand."""
    hours = np.linspace(0, 2000, 400_001)
    mean_h = 12.0
    alive = np.trapezoid(alive_share(hours, 24.0) * np.exp(-hours / mean_h) / mean_h, hours)
    assert float(later_deaths(24.0, mean_h)) == pytest.approx(1 - float(alive), rel=1e-6)
    slower = later_deaths(24.0, np.asarray([1.0, 6.0, 24.0, 240.0]))
    assert np.all(np.diff(slower) > 0)
    # The range that Coburn & Spence give by rescue capability, 0.45 to 0.95, is reached in 28 hours to 27 days.
    assert float(later_deaths(24.0, 28.0)) == pytest.approx(0.45, abs=0.01)


def test_structures_are_ranges_in_order() -> None:
    for structure in STRUCTURES:
        for low, mode, high in (structure.buried, structure.instant):
            assert 0 <= low <= mode <= high <= 1
    share = np.linspace(0.01, 0.99, 99)
    assert np.all(np.diff(triangle(share, (0.1, 0.3, 0.8))) > 0)


def test_the_hour_is_chinas() -> None:
    assert hour_in_beijing(datetime(2026, 7, 1, 18, 30, tzinfo=UTC)) == 2.5


def test_people_are_at_home_by_night_and_in_class_by_day() -> None:
    flats: dict[str, Json] = {"use": "dwelling", "floors": 6, "floor_area_m2": 300}
    school: dict[str, Json] = {"use": "school", "floors": 4, "floor_area_m2": 600}
    for inputs, worse, better in ((flats, NIGHT, DAY), (school, DAY, NIGHT)):
        more, fewer = (float(np.median(draws(COLLAPSE, inputs, at=at)["trapped"])) for at in (worse, better))
        assert more > 1.5 * fewer


def test_a_roll_call_wins_over_the_table() -> None:
    counted = draws(COLLAPSE, {"use": "school", "floors": 4, "floor_area_m2": 900, "occupants": 3}, at=DAY)
    assert float(counted["trapped"].max()) < 5
    known = draws(COLLAPSE, {"trapped": {"kind": "normal", "median": 17, "spread": 0}})
    assert np.all(known["trapped"] == 17)
    assert np.all(known["dead"] < 17)


def test_nobody_dies_twice_and_sooner_help_saves() -> None:
    quick = draws(COLLAPSE, {"trapped": 40, "reach_h": 4})
    slow = draws(COLLAPSE, {"trapped": 40, "reach_h": 72})
    assert float(np.median(slow["dead"])) > float(np.median(quick["dead"]))
    for found in (quick, slow):
        assert np.all(found["dead"] <= found["trapped"] + 1e-9)
        assert np.all(found["dead"] + found["injured"] >= 0)


def test_under_earth_half_are_dead_within_two_to_six_hours() -> None:
    """Noji: fewer than half of those buried under earthen houses in Turkey and China were alive after 2 to 6 hours."""
    earth = next(structure for structure in STRUCTURES if structure.key == "earth")
    assert 2 <= earth.half_life_h <= 6
    dead = {
        key: float(np.median(draws(COLLAPSE, {"trapped": 40, "structure": key, "reach_h": 12})["dead"]))
        for key in ("earth", "masonry")
    }
    assert dead["earth"] > 1.5 * dead["masonry"]


def test_a_construction_class_is_a_building_site() -> None:
    told: Any = run(COLLAPSE, case(COLLAPSE, {}, class_key="ac.build.housing"), TOWN).to_json()
    assert any("在建工地" in row["zh"] for row in told["assumptions"])
    assert "occupants_assumed" in {row["code"] for row in told["limits"]}
    assert {row["rule"] for row in told["needs"]} >= {"usar", "excavators"}


def test_changsha_2022_with_its_number_of_buried() -> None:
    """A self-built house of eight floors fell at Changsha on 29 April 2022 at 12:24: 63 buried, 53 dead, 10 rescued, the last after about 132
    hours (the city's press conference of 6 May 2022). The mean time to reach them was days."""
    found = draws(COLLAPSE, {"trapped": 63, "structure": "rc", "reach_h": 72}, at=DAY)["dead"]
    low, high = np.quantile(found, (0.1, 0.9))
    assert low <= 53 <= high


def test_everybody_gets_out_where_there_is_time_and_nobody_where_there_is_none() -> None:
    base = {
        "floor_area_m2": np.full(3, 400.0), "floors": np.full(3, 6.0), "exit_width_m": np.full(3, 1.1), "exits": np.full(3, 2.0),
        "premovement_s": np.full(3, 60.0), "available_s": np.asarray([30.0, 200.0, 3600.0]),
    }  # fmt: skip
    left = left_share(np.full(3, 300.0), base)
    assert left[0] == 1
    assert 0 < left[1] < 1
    assert left[2] == 0
    assert float(left_share(np.zeros(3), base)[2]) == 0


def test_an_ordinary_fire_kills_nobody_most_often_and_a_hotel_without_time_does() -> None:
    ordinary = draws(FIRE, {"use": "dwelling", "floors": 2, "floor_area_m2": 120}, at=DAY)["dead"]
    assert float(np.quantile(ordinary, 0.5)) < 1
    hotel: dict[str, Json] = {"use": "hotel", "floors": 8, "floor_area_m2": 600, "available_s": 120}
    assert float(np.quantile(draws(FIRE, hotel, at=NIGHT)["dead"], 0.5)) > 1


def test_a_high_rise_without_its_height_is_flagged() -> None:
    told: Any = run(FIRE, case(FIRE, {}, class_key="ac.fire.highrise"), TOWN).to_json()
    assert "height_assumed" in {row["code"] for row in told["limits"]}
    tall: Any = run(FIRE, case(FIRE, {"floors": 30}, class_key="ac.fire.highrise"), TOWN).to_json()
    assert "tall" in {row["code"] for row in tall["limits"]}
    assert [row["id"] for row in tall["lists"][0]["rows"]][:1] == ["h1"]
