"""What the runner does for every model: reading inputs, drawing, bands, the split of the error, words."""

from typing import Any

import numpy as np
import pytest
from shapely import box

from gis.hazards.area import AreaModel, SecurityAreaModel
from gis.hazards.catalogue import model_for, model_named, spec_json
from gis.hazards.distribution import Dist, exact, lognormal, normal, read_dist, triangular, uniform
from gis.hazards.inputs import read_inputs
from gis.hazards.needs import need_rules
from gis.hazards.outcomes import (
    OUTCOMES,
    band_probabilities,
    how_often,
    in_words,
    one_figure,
    outcome_json,
    two_figures,
)
from gis.hazards.run import run
from gis.hazards.sampling import day_share
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import DAY, LAT, LON, NIGHT, case, ground

MODEL = AreaModel()


@pytest.mark.parametrize(
    "dist",
    [
        exact(3.0),
        normal(5.0, 2.0),
        lognormal(4.0, 0.5),
        uniform(1.0, 9.0),
        triangular(0.0, 2.0, 9.0),
        Dist("normal", 5, 4, 0, 9),
    ],
)
def test_a_distribution_reads_back_and_its_quantiles_rise(dist: Dist) -> None:
    assert read_dist(dist.to_json(), "x") == dist
    values = dist.quantile(np.linspace(0.001, 0.999, 500))
    assert bool((np.diff(values) >= 0).all())
    assert dist.low <= values.min() <= values.max() <= dist.high


def test_quantiles_are_those_of_the_named_distributions() -> None:
    assert normal(10.0, 2.0).at(0.841344746) == pytest.approx(12.0, abs=1e-6)
    assert lognormal(10.0, 1.0).at(0.841344746) == pytest.approx(10 * np.e, rel=1e-6)
    assert triangular(0.0, 1.0, 4.0).at(0.25) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (float("nan"), "x"), (float("inf"), "x"), (True, "x"), ("5", "x"), ({"kind": "normal", "spread": 1}, "x.median"),
        ({"kind": "normal", "median": 1}, "x.spread"), ({"kind": "lognormal", "median": 0, "spread": 1}, "x.median"),
        ({"kind": "uniform", "low": 2, "high": 1}, "x.low"), ({"kind": "uniform", "low": 2}, "x.low"),
        ({"kind": "gamma", "median": 2, "spread": 1}, "x.kind"), ({"median": 1, "shape": 2}, "x.shape"),
        ({"kind": "triangular", "low": 1, "median": 5, "high": 2}, "x.median"),
    ],
)  # fmt: skip
def test_what_is_no_distribution_is_refused_by_its_field(raw: Json, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_dist(raw, "x")
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"radius_m": 1e9}, "inputs.radius_m"), ({"radius_m": -5}, "inputs.radius_m"), ({"radius": 5}, "inputs.radius"),
        ({"severity": "awful"}, "inputs.severity"), ({"radius_m": {"kind": "uniform", "low": 1, "high": 50}}, "inputs.radius_m"),
    ],
)  # fmt: skip
def test_inputs_are_refused_by_name(raw: dict[str, Json], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_inputs(MODEL.spec.inputs, raw)
    assert refusal.value.field == field
    assert refusal.value.zh
    assert refusal.value.en


def test_the_same_case_gives_the_same_answer_and_another_seed_another() -> None:
    town, asked = ground(), case(MODEL, {"radius_m": 2000, "severity": "serious"})
    one, two, other = run(MODEL, asked, town), run(MODEL, asked, town), run(MODEL, asked, town, seed=1)
    told = [{**answer.to_json(), "timings": None} for answer in (one, two, other)]
    assert encode(told[0]) == encode(told[1])
    assert one.inputs_hash != other.inputs_hash
    assert not np.array_equal(one.draws["dead"], other.draws["dead"])


def test_people_are_those_inside_by_the_hour() -> None:
    town = ground()
    square = box(LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
    points = town.points
    assert points is not None
    there = town.near(*square.bounds)
    for at, counted in ((NIGHT, points.night[there].sum()), (DAY, points.day[there].sum())):
        told: Any = run(MODEL, case(MODEL, footprint=square, at=at), town).to_json()
        zone = told["zones"][0]
        low, high = zone["people"]["p10"], zone["people"]["p90"]
        assert low < counted < high
        assert zone["people_night"] == round(points.night[there].sum())


def test_without_exposure_numbers_are_not_known_and_never_nothing() -> None:
    told: Any = run(MODEL, case(MODEL), ground(people=False)).to_json()
    assert told["outcomes"]["dead"]["p50"] is None
    assert told["outcomes"]["dead"]["best_zh"] == "未知"
    assert told["zones"][0]["people"] is None
    assert told["priority"] == []
    assert told["confidence"]["letter"] in "CD"


def test_a_place_without_people_has_none() -> None:
    told: Any = run(MODEL, case(MODEL, {"radius_m": 100}, lon=LON - 0.29, lat=LAT - 0.29), ground()).to_json()
    assert told["outcomes"]["affected"]["p90"] == 0
    encode(told)


def test_an_excluded_facility_is_gone_from_counts_and_lists() -> None:
    town = ground()
    whole: Any = run(MODEL, case(MODEL, {"radius_m": 1500}), town).to_json()
    less: Any = run(MODEL, case(MODEL, {"radius_m": 1500}, excluded=frozenset({"s1"})), town).to_json()
    assert whole["zones"][0]["schools"] == less["zones"][0]["schools"] + 1
    assert "s1" in encode(whole["lists"])
    assert "s1" not in encode(less["lists"])


def test_what_is_only_assumed_is_asked_for_and_lowers_confidence() -> None:
    told: Any = run(MODEL, case(MODEL), ground()).to_json()
    assert [ask["name"] for ask in told["asks"]] == ["radius_m", "severity"]
    given: Any = run(MODEL, case(MODEL, {"radius_m": 500, "severity": "minor"}), ground()).to_json()
    assert given["asks"] == []
    assert told["confidence"]["letter"] > given["confidence"]["letter"]


def test_social_security_has_no_casualties() -> None:
    told: Any = run(SecurityAreaModel(), case(SecurityAreaModel(), {"radius_m": 800}), ground()).to_json()
    assert told["casualties"] == "not_estimated"
    assert set(told["outcomes"]) == {"affected", "evacuated"}
    assert "不作伤亡预测" in str(told["summary_zh"])


def test_towns_share_out_the_whole() -> None:
    answer = run(MODEL, case(MODEL, {"radius_m": 4000, "severity": "extreme"}), ground())
    drawn = answer.draws["affected"]
    assert len(answer.priority) == 2  # both reached
    assert sum(area.expected for area in answer.priority) == pytest.approx(float(np.median(drawn)))
    assert sum(area.p90 for area in answer.priority) == pytest.approx(float(np.quantile(drawn, 0.9)))
    assert [area.rank for area in answer.priority] == [1, 2]


def test_the_error_is_split_and_adds_up() -> None:
    answer = run(MODEL, case(MODEL, {"radius_m": 2000, "severity": "extreme"}), ground())
    assert sum(answer.shares.values()) == pytest.approx(1)
    assert {change.name for change in answer.changes} >= {"radius_m", "exposure_factor"}


def test_bands_and_words() -> None:
    draws = np.asarray([0.0, 0.5, 1.0, 9.9, 10.0, 99.0, 100.0, 999.0, 1000.0, 5e5])
    assert band_probabilities(draws) == (0.2, 0.2, 0.2, 0.2, 0.2)
    assert in_words(OUTCOMES["dead"], 2) == ("死亡 10–99 人", "10–99 dead")
    assert in_words(OUTCOMES["dead"], 0)[0] == "无死亡"
    assert in_words(OUTCOMES["dead"], 4) == ("死亡 1000 人以上", "1,000 or more dead")
    assert in_words(OUTCOMES["burnt_ha"], 4) == ("过火面积 1000 公顷以上", "1,000 ha or more burnt area")
    zh, en = how_often(OUTCOMES["dead"], (0.1, 0.2, 0.5, 0.15, 0.05), 2)
    assert zh == "10 次同类事件中约 2 次达到 100 以上"
    assert en == "in 10 such events about 2 reach 100 or more"
    assert outcome_json(OUTCOMES["dead"], draws)["p50"] == 50


def test_rounding_to_one_figure_never_adds_decimals() -> None:
    assert [one_figure(v) for v in (0.2, 0.6, 1.4, 23, 95, 96_000)] == [0, 1, 1, 20, 100, 100_000]
    assert two_figures(12_345) == 12_000


def test_the_hour_in_china() -> None:
    assert day_share(NIGHT) == 0
    assert day_share(DAY) == 1


def test_the_most_particular_model_speaks_and_unknown_ones_are_refused() -> None:
    assert model_for("ss.group").spec.id == "area_security"
    with pytest.raises(Refused):
        model_named("crystal_ball")
    with pytest.raises(Refused):
        model_for("zz")


def test_every_model_declares_itself_in_both_languages() -> None:
    from gis.hazards.catalogue import MODELS

    for model in MODELS:
        told = encode(spec_json(model))
        assert '"zh":""' not in told.replace('"unit_zh":""', "")
        assert model.spec.outcomes
        assert all(name in OUTCOMES for name in model.spec.outcomes)
    assert need_rules().rules
