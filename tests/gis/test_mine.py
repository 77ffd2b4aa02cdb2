"""Mines: the record is the end of it; kinds of accident; two accidents as narratives."""

from typing import Any

import numpy as np
import pytest

from gis.hazards.mine import ACCIDENTS, MineModel
from gis.hazards.run import run
from spine.canonical import Json
from spine.errors import Refused
from tests.gis.hazard_ground import case, ground

MODEL = MineModel()
TOWN = ground(1000)


def draws(inputs: dict[str, Json], class_key: str = "ac.coal") -> Any:
    return run(MODEL, case(MODEL, inputs, class_key=class_key), TOWN).draws


def test_without_the_record_it_asks_and_gives_no_number() -> None:
    with pytest.raises(Refused) as refusal:
        case(MODEL, {})
    assert refusal.value.code == "input_missing"
    assert refusal.value.field == "inputs.underground_people"
    assert "井下人数" in refusal.value.zh


@pytest.mark.parametrize("accident", [a.key for a in ACCIDENTS])
def test_never_beyond_the_record(accident: str) -> None:
    found = draws({"underground_people": 37, "out_people": 12, "accident": accident})
    assert np.all(found["trapped"] == 25)
    assert np.all(found["dead"] + found["injured"] <= 25 + 1e-9)


def test_everybody_out_nobody_harmed_and_a_record_that_contradicts_itself_is_flagged() -> None:
    assert float(draws({"underground_people": 37, "out_people": 37})["dead"].max()) == 0
    told: Any = run(MODEL, case(MODEL, {"underground_people": 10, "out_people": 12}), TOWN).to_json()
    assert told["outcomes"]["trapped"]["p90"] == 0
    limit = next(row for row in told["limits"] if row["code"] == "record_contradicts")
    assert limit["outside"]


def test_the_class_names_the_kind() -> None:
    told: Any = run(MODEL, case(MODEL, {"underground_people": 40}, class_key="ac.mine.asphyxia"), TOWN).to_json()
    assert any("中毒窒息" in row["zh"] for row in told["assumptions"])
    assert any("呼吸器" in row["zh"] for row in told["notes"])
    assert "out_unknown" in {row["code"] for row in told["limits"]}
    assert "mine_rescue" in {row["rule"] for row in told["needs"]}


def test_shares_are_in_order() -> None:
    for accident in ACCIDENTS:
        for low, mode, high in (accident.reached, accident.lethal):
            assert 0 <= low <= mode <= high <= 1


@pytest.mark.parametrize(
    ("name", "inputs", "class_key", "dead"),
    [
        # Xinxing mine, Hegang, 21 November 2009: 528 underground, gas explosion, 108 dead (ICEM; China Daily).
        ("Xinxing 2009", {"underground_people": 528}, "ac.coal.gas", 108),
        # Wangjialing mine, Shanxi, 28 March 2010: 261 underground, 108 came out, 153 cut off by water, 115 of them rescued, 38 dead.
        ("Wangjialing 2010", {"underground_people": 261, "out_people": 108}, "ac.coal.water", 38),
    ],
)
def test_great_accidents_lie_in_the_wide_range(name: str, inputs: dict[str, Json], class_key: str, dead: int) -> None:
    low, high = np.quantile(draws(inputs, class_key)["dead"], (0.05, 0.95))
    assert low <= dead <= high, (name, low, high)
