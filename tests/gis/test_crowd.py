"""Crowds: alarms and egress in words, crushes against two inquiries, and no casualties for gatherings.

Narratives: Itaewon, Seoul, 29 October 2022 (159 dead, about 196 hurt; 7.7 to 10.7 persons/m² in an alley 3.2 m wide: Korean police, 13
January 2023); the Bund, Shanghai, 31 December 2014 (36 dead, 49 hurt). They are told, not tuned to: wide ranges have to hold them.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from shapely import box

from gis.hazards.crowd import ACT, ALARMS, DANGER, STOP, CrushModel, GatheringModel, alarm_of
from gis.hazards.run import run
from spine.canonical import Json
from tests.gis.hazard_ground import LAT, LON, case, ground

CRUSH, GATHERING = CrushModel(), GatheringModel()
TOWN = ground(2500)


def answer(model: Any, inputs: dict[str, Json], **more: Any) -> Any:
    return run(model, case(model, inputs, **more), TOWN).to_json()


def note(told: Any, code: str) -> Any:
    return next((row for row in told["notes"] if row["code"] == code), None)


def test_alarms_are_at_four_five_and_six() -> None:
    assert (ACT, DANGER, STOP) == (4, 5, 6)
    assert all(more.density > less.density for more, less in pairwise(ALARMS))
    assert [alarm_of(d).density for d in (0, 3.99, 4, 5, 6, 11)] == [0, 0, 4, 5, 6, 6]


def test_density_comes_from_people_and_the_drawn_area() -> None:
    square = box(LON, LAT, LON + 0.0005, LAT + 0.0005)  # about 51 × 55 m
    told = answer(GATHERING, {"participants": 15_500}, footprint=square)
    said = note(told, "density")
    assert said is not None
    assert "危险" in said["zh"]
    assert "danger" in said["en"]
    assert note(answer(GATHERING, {"participants": 1000}), "density") is None
    assert "area_unknown" in {row["code"] for row in answer(GATHERING, {"participants": 1000})["limits"]}


def test_a_density_that_cannot_be_is_said_to_be_a_mistake() -> None:
    told = answer(GATHERING, {"participants": 50_000, "standing_area_m2": 500})
    limit = next(row for row in told["limits"] if row["code"] == "impossible_density")
    assert limit["outside"]


def test_egress_is_told_in_minutes() -> None:
    told = answer(
        GATHERING, {"participants": 1000, "standing_area_m2": 800, "exit_width_m": 2.0, "exits": 2, "travel_m": 60}
    )
    said = note(told, "egress")
    assert said is not None
    # 226.24 s to pass, 50.42 s to walk.
    assert "4.6 分钟" in said["zh"]
    assert "passing 3.8" in said["en"]


def test_unknown_people_stay_unknown_in_a_gathering() -> None:
    told = answer(GATHERING, {})
    assert told["outcomes"]["participants"]["p50"] is None
    assert told["summary_zh"] == "聚集：未知（尚缺输入）。"
    assert told["casualties"] == "not_estimated"
    assert not {"dead", "injured"} & set(told["outcomes"])
    assert told["needs"] == [row for row in told["needs"] if row["rule"] != "crowd_police"]


def test_people_across_the_border_need_water_by_the_day() -> None:
    told = answer(GATHERING, {"participants": 2000}, class_key="ss.mass.border_influx")
    water = next(row for row in told["needs"] if row["rule"] == "border_water")
    assert 7.5 * 1000 <= water["low"] <= water["high"] <= 15 * 4000
    assert "border_water" not in {row["rule"] for row in answer(GATHERING, {"participants": 2000})["needs"]}


@pytest.mark.parametrize(
    ("name", "inputs", "dead"),
    [
        ("Itaewon", {"participants": 100_000, "caught_people": 355, "crush_density_m2": 9}, 159),
        ("the Bund", {"participants": 300_000}, 36),
        ("the Bund, with those caught known", {"participants": 300_000, "caught_people": 85}, 36),
    ],
)
def test_great_crushes_lie_in_the_wide_range(name: str, inputs: dict[str, Json], dead: int) -> None:
    found = run(CRUSH, case(CRUSH, inputs), TOWN).draws["dead"]
    low, high = np.quantile(found, (0.05, 0.95))
    assert low <= dead <= high, (name, low, high)


def test_nobody_is_caught_who_is_not_there_and_none_on_more_ground_than_there_is() -> None:
    few = run(CRUSH, case(CRUSH, {"participants": 20, "caught_people": 300}), TOWN).draws
    assert np.all(few["dead"] + few["injured"] <= few["participants"] + 1e-9)
    tight = run(CRUSH, case(CRUSH, {"participants": 5000, "standing_area_m2": 4}), TOWN).draws
    assert float((tight["dead"] + tight["injured"]).max()) <= 4 * 12 + 1e-9


def test_the_dead_and_the_hurt_are_those_caught() -> None:
    found = run(
        CRUSH,
        case(CRUSH, {"participants": 9000, "caught_people": {"kind": "normal", "median": 100, "spread": 0}}),
        TOWN,
    ).draws
    assert np.all(found["serious_injured"] <= found["injured"] + 1e-9)
    assert np.all(found["dead"] <= 0.5 * 1.6 * 100)
