"""The outbreak model: what it does with days and delays, the three courses, beds, poisonings, and the table of diseases."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gis.exposure.points import ExposurePoints
from gis.hazards.diseases import DISEASE, DISEASES, OF_CLASS, disease_of
from gis.hazards.epidemic import EpidemicModel
from gis.hazards.outbreak import CHILDREN, HORIZON_DAYS, by_age
from gis.hazards.run import run
from incidents.classification import catalogue
from spine.canonical import Json
from tests.gis.hazard_ground import LAT, LON, case, ground

MODEL = EpidemicModel()
TOWN = ground(2500)
GROWING: list[Json] = [1, 0, 2, 1, 3, 2, 4, 5, 3, 6, 8, 7, 9, 12, 10, 14, 15, 18, 22, 25]


def answer(inputs: dict[str, Json], class_key: str = "ph.disease", **more: Any) -> Any:
    return run(MODEL, case(MODEL, inputs, class_key=class_key, **more), TOWN).to_json()


def draws(inputs: Mapping[str, Json], class_key: str = "ph.disease") -> Any:
    return run(MODEL, case(MODEL, dict(inputs), class_key=class_key), TOWN).draws


def codes(told: Any, part: str) -> set[str]:
    return {row["code"] for row in told[part]}


def test_the_class_names_the_disease_and_the_answer_says_so() -> None:
    told = answer({}, "ph.disease.class_b.dengue")
    assert any("登革热" in row["zh"] for row in told["assumptions"])
    assert {"core", "alert", "outbreak"} == {zone["key"] for zone in told["zones"]}
    advice = next(row for row in told["notes"] if row["code"] == "advice")
    assert "伊蚊" in advice["zh"]
    assert "Aedes" in advice["en"]
    unnamed = answer({}, "ph.unknown")
    assert any("病种未定" in row["zh"] for row in unnamed["assumptions"])


def test_named_classes_are_in_the_catalogue_and_lead_to_a_disease() -> None:
    for family, key in OF_CLASS:
        assert catalogue().find(family) is not None, family
        assert key in DISEASE
    assert disease_of("ph.disease.class_b.dengue") == "dengue"
    assert disease_of("ph.food.food") == "food_poisoning"
    assert disease_of("ph.disease.class_b") is None


@pytest.mark.parametrize("disease", DISEASES, ids=[d.key for d in DISEASES])
def test_the_table_of_diseases_is_sound(disease: Any) -> None:
    mean, sd = disease.interval_days
    assert mean > 1
    assert sd > 0
    assert 0 < disease.reproduction[0] < disease.reproduction[1] < 6
    for spans in (disease.hospital, disease.fatal):
        for low, high in spans:
            assert 0 < low <= high <= 1
    assert 0 < disease.critical[0] <= disease.critical[1] <= 1
    for age in range(3):  # nobody dies more often than he needs a bed, ends compared
        assert disease.fatal[age][1] <= disease.hospital[age][1]
    assert disease.fatal[2][1] >= disease.fatal[1][1] >= disease.fatal[0][0]
    assert disease.transmission.zh
    assert disease.severity.en


def test_the_latest_days_are_told_to_be_incomplete_and_lifted() -> None:
    by_onset = answer({"daily_cases": GROWING, "disease": "influenza"})
    assert "incomplete_days" in codes(by_onset, "limits")
    by_report = answer({"daily_cases": GROWING, "disease": "influenza", "dated_by": "report"})
    assert "incomplete_days" not in codes(by_report, "limits")
    assert "dated_by_report" in codes(by_report, "limits")
    at_once = {"daily_cases": GROWING, "disease": "influenza", "report_delay_days": 0}
    late = {"daily_cases": GROWING, "disease": "influenza", "report_delay_days": 4}
    assert np.median(draws(late)["cases"]) > np.median(draws(at_once)["cases"])


def test_three_courses_lie_in_their_order_and_measures_take_a_generation() -> None:
    told: dict[str, float] = {}
    for course in ("strengthened", "as_is", "none"):
        told[course] = float(
            np.median(draws({"daily_cases": GROWING, "disease": "influenza", "measures": course})["cases"])
        )
    assert told["strengthened"] < told["as_is"] < told["none"]
    note = next(
        row for row in answer({"daily_cases": GROWING, "disease": "influenza"})["notes"] if row["code"] == "scenarios"
    )
    assert "维持现有措施" in note["zh"]
    assert "measures dropped" in note["en"]
    # A generation of dengue takes longer than the two weeks looked ahead: stronger measures change nothing within them.
    dengue = {"cases": 20, "disease": "dengue"}
    assert draws({**dengue, "measures": "strengthened"})["cases"] == pytest.approx(draws(dengue)["cases"])


def test_r_is_told_by_cases_only_where_they_are_enough() -> None:
    assert "too_few_cases" not in codes(answer({"daily_cases": GROWING, "disease": "influenza"}), "limits")
    assert "too_few_cases" in codes(answer({"daily_cases": [0, 1, 0, 2, 1], "disease": "influenza"}), "limits")
    # Twenty days are less than a generation of dengue and a window.
    assert "too_few_cases" in codes(answer({"daily_cases": GROWING, "disease": "dengue"}), "limits")
    given = answer({"daily_cases": [0, 1, 0, 2, 1], "disease": "influenza", "reproduction_number": 1.4})
    assert "too_few_cases" not in codes(given, "limits")


def test_an_outbreak_with_r_below_one_fades() -> None:
    falling: list[Json] = list(reversed(GROWING))
    told = draws({"daily_cases": [*falling, 1, 1, 0, 1, 0], "disease": "influenza", "report_delay_days": 0})
    reported = sum(int(str(n)) for n in falling) + 3
    assert float(np.median(told["cases"])) < reported * 1.1


def test_cases_never_exceed_the_people_of_a_drawn_area() -> None:
    from shapely import box

    village = box(98.99, 23.49, 99.01, 23.51)
    inside = TOWN.each([village])[0].people_night
    assert inside is not None
    asked = case(
        MODEL, {"cases": 40, "disease": "cholera", "reproduction_number": 5, "measures": "none"}, footprint=village
    )
    found = run(MODEL, asked, TOWN).draws
    assert np.all(found["cases"] <= np.maximum(found["affected"], 40) * (1 + 1e-9))


def test_without_people_the_number_who_can_fall_ill_is_not_bounded_and_it_says_so() -> None:
    from gis.hazards.ground import empty_ground

    told: Any = run(MODEL, case(MODEL, {"cases": 12, "disease": "cholera"}), empty_ground()).to_json()
    assert "population_unknown" in codes(told, "limits")
    assert told["outcomes"]["affected"]["p50"] is None
    assert told["outcomes"]["cases"]["p50"] is not None


def test_an_assumed_number_of_cases_is_flagged() -> None:
    told = answer({}, "ph.disease.cholera")
    assert "cases_assumed" in codes(told, "limits")
    assert "cases" in [ask["name"] for ask in told["asks"]]
    assert "cases_assumed" not in codes(answer({"cases": 4}, "ph.disease.cholera"), "limits")


def test_beds_are_those_of_the_worst_day_not_of_all_days() -> None:
    told = draws({"daily_cases": GROWING, "disease": "influenza"})
    assert np.all(told["critical"] <= told["hospitalised"] + 1e-9)
    assert np.all(told["hospitalised"] < told["cases"])
    assert np.all(told["dead"] < told["cases"])


def test_more_old_people_more_beds_and_deaths() -> None:
    young = draws({"cases": 100, "disease": "influenza", "share_60": 0.05})
    old = draws({"cases": 100, "disease": "influenza", "share_60": 0.40})
    assert float(np.median(old["hospitalised"])) > float(np.median(young["hospitalised"]))
    assert float(np.median(old["dead"])) > float(np.median(young["dead"]))
    everybody = by_age(((0.2, 0.2), (0.2, 0.2), (0.2, 0.2)), np.asarray([0.3]), np.asarray([0.187]))
    assert everybody == pytest.approx(0.2)
    assert 0 < CHILDREN < 1


def test_reproduction_number_outside_its_range_is_flagged() -> None:
    assert "outside_reproduction_number" in codes(answer({"cases": 5, "reproduction_number": 9}), "limits")


def test_dengue_needs_mosquito_teams_and_cholera_salts() -> None:
    dengue = {row["rule"] for row in answer({"cases": 30}, "ph.disease.class_b.dengue")["needs"]}
    cholera = {row["rule"] for row in answer({"cases": 30}, "ph.disease.cholera")["needs"]}
    assert "mosquito_teams" in dengue
    assert "ors" not in dengue
    assert "ors" in cholera
    assert HORIZON_DAYS == 14


def test_the_pennsylvania_school_from_each_of_its_days() -> None:
    """Flu2009: 129 cases in a school of 391 pupils, closed on day 18 for some days (Cauchemez et al. 2011). What each day said of the next
    fourteen, with measures, holds what came; without them it says more: it was closed."""
    school = replace(
        TOWN,
        points=ExposurePoints(
            np.asarray([LON]), np.asarray([LAT]), np.asarray([3]), *(np.asarray([391.0]), np.asarray([391.0]), np.asarray([1.0])), 6
        ),
    )  # fmt: skip
    whole = [1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0]
    held = 0
    for day in (12, 14, 16, 18, 20):
        inputs: dict[str, Json] = {
            "daily_cases": [*whole[:day]], "disease": "influenza", "report_delay_days": 0, "radius_m": 200,
        }  # fmt: skip
        found = {
            course: run(MODEL, case(MODEL, {**inputs, "measures": course}), school).draws["cases"]
            for course in ("as_is", "strengthened")
        }
        came = sum(whole[: day + HORIZON_DAYS])
        low, high = np.quantile(found["strengthened"], (0.1, 0.9))
        held += int(low <= came <= high)
        assert np.median(found["as_is"]) > came
    assert held >= 4
