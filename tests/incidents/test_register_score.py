"""The score of a site of the risk register: a sum that adds up, unknown is a range and never zero, R of GB 18218 by its tables."""

import math
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from incidents.register.major_hazard import Held, alpha_of, grade_of, grading
from incidents.register.reading import Reading, number
from incidents.register.rule_book import load_register_rules, register_rules
from incidents.register.score import Score, score, score_json
from incidents.rule_file import RULES, RuleTrouble
from spine.canonical import encode

RULES_NOW = register_rules()
TODAY = date(2026, 3, 1)
FRESH = date(2026, 1, 1)
OLD = date(2020, 1, 1)
SURVEY = ("县应急局调查", "county survey")
KIND = RULES_NOW.kind("hazardous_site")


def known(dated: date | None = FRESH, /, **changed: Reading | None) -> dict[str, Reading]:
    """Everything about a hazardous site is known; `changed` None takes a reading away."""
    found: dict[str, Reading | None] = {
        "threshold_sum": number(10, SURVEY, dated),
        "people_night_500": number(100, SURVEY, dated),
        "people_day_1000": number(1000, SURVEY, dated),
        "helpless_1000": number(500, SURVEY, dated),
        "sensitive_1000": number(3, SURVEY, dated),
        "fire_station_km": number(3, SURVEY, dated),
        "plan_filed": Reading(choice="filed", source_zh="x", source_en="x", dated=dated),
        "warning_means": Reading(choice="by_hand", source_zh="x", source_en="x", dated=dated),
        **changed,
    }
    return {key: value for key, value in found.items() if value is not None}


def of(readings: dict[str, Reading]) -> Score:
    return score(RULES_NOW, KIND, readings, TODAY)


# --- the sum -----------------------------------------------------------------------------------------------------


def test_a_known_site_has_one_number_that_is_the_sum_of_its_lines() -> None:
    found = of(known())
    by_hand = 100 * (
        0.35 * 0.65  # Σβq/Q = 10
        + 0.30 * (0.6 * 0.5 + 0.4 * 0.6)  # 100 people by night, 1,000 by day
        + 0.20 * (0.6 * 0.6 + 0.4 * 0.8)
        + 0.15 * (0.4 * 0.2 + 0.4 * 0.4 + 0.2 * 0.5)
    )
    assert found.low == pytest.approx(by_hand, abs=1e-9)
    assert found.high == found.low
    assert sum(line.points[0] for line in found.lines) == pytest.approx(found.low)
    assert (found.confidence, found.letter, found.unknown) == (1.0, "A", ())


@pytest.mark.parametrize("gone", list(known()))
def test_what_is_not_known_is_a_range_and_never_zero(gone: str) -> None:
    whole, less = of(known()), of(known(**{gone: None}))
    line = next(line for line in less.lines if line.indicator == gone)
    indicator = RULES_NOW.indicators[gone]
    assert less.unknown == (gone,)
    assert line.normal == (indicator.best(), indicator.worst())
    assert less.low <= whole.low <= less.high
    assert less.high - less.low == pytest.approx(100 * line.weight * (indicator.worst() - indicator.best()))
    assert less.confidence == pytest.approx(1 - line.weight)


def test_nothing_known_is_the_whole_range() -> None:
    found = of({})
    assert found.low < 5
    assert found.high == pytest.approx(100)
    assert (found.letter, found.confidence) == ("D", 0.0)


def test_an_input_with_a_range_gives_a_score_with_a_range() -> None:
    found = of(known(people_night_500=Reading(50, 100, 150, source_zh="x", source_en="x", dated=FRESH)))
    assert found.low < of(known()).low < found.high


def test_old_undated_and_made_up_data_lowers_the_confidence_and_not_the_score() -> None:
    fresh, old, undated = of(known()), of(known(OLD)), of(known(None))
    made_up = of(
        {key: Reading(r.low, r.value, r.high, r.choice, "x", "x", r.dated, True) for key, r in known().items()}
    )
    assert fresh.low == old.low == undated.low == made_up.low
    assert (old.confidence, undated.confidence, made_up.confidence) == (0.5, 0.5, 0.5)
    assert old.letter == "C"
    told = score_json(RULES_NOW, KIND, old, TODAY)
    lines = told["lines"]
    assert isinstance(lines, list)
    assert all(isinstance(line, dict) and line["old"] and line["age_years"] == 6.2 for line in lines)


def test_more_people_more_substance_farther_help_never_lowers_it() -> None:
    for key in (
        "threshold_sum",
        "people_night_500",
        "people_day_1000",
        "helpless_1000",
        "sensitive_1000",
        "fire_station_km",
    ):
        values = [0.01, 0.5, 1, 3, 30, 100, 999, 5000, 1e6]
        scores = [of(known(**{key: number(value, SURVEY, FRESH)})).low for value in values]
        assert scores == sorted(scores)
        assert scores[0] < scores[-1]


def test_beyond_the_curve_is_said() -> None:
    found = of(known(fire_station_km=number(80, SURVEY, FRESH)))
    line = next(line for line in found.lines if line.indicator == "fire_station_km")
    assert line.beyond
    assert line.normal == (1, 1)


def test_the_same_twice_is_the_same_text_and_no_number_is_odd() -> None:
    one, two = (encode(score_json(RULES_NOW, KIND, of(known()), TODAY)) for _ in range(2))
    assert one == two


# --- the rules ---------------------------------------------------------------------------------------------------


def test_curves_of_the_shipped_rules_are_continuous_monotone_and_within_their_ends() -> None:
    for key, one in RULES_NOW.indicators.items():
        if one.curve is None:
            continue
        xs = [x for x, _ in one.curve]
        grid = [
            a * (b / a) ** (step / 20) if one.scale == "log" else a + (b - a) * step / 20
            for a, b in pairwise(xs)
            for step in range(21)
        ]
        values = [one.at(x) for x in grid]
        assert values == sorted(values) or values == sorted(values, reverse=True), key
        assert one.best() <= min(values) <= max(values) <= one.worst(), key
        for x, y in one.curve:
            assert one.at(x) == pytest.approx(y), key
            assert abs(one.at(x * (1 + 1e-9)) - one.at(x * (1 - 1e-9))) < 1e-6, key


def test_every_kind_and_indicator_has_words_in_both_languages_and_a_source() -> None:
    for one in (*RULES_NOW.kinds, *RULES_NOW.indicators.values(), *RULES_NOW.properties.values()):
        assert one.zh
        assert one.en
    for one in RULES_NOW.indicators.values():
        assert one.source.zh
        assert one.source.illustrative or one.source.verified


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("weight: 0.35}", "weight: 0.4}", "components"),
        ("{threshold_sum: 1, people_night_500: 0.6", "{threshold_sum: 1, people_night_500: 0.5", "kinds.hazardous_site"),
        ("curve: [[0.05, 0], [1, 0.4]", "curve: [[0, 0], [1, 0.4]", "indicators.threshold_sum"),
        ("[10, 0.65], [50, 0.85]", "[10, 0.95], [50, 0.85]", "indicators.threshold_sum"),
        ("choices: {class_1: 0.1, class_2: 0.5, class_3: 1}", "choices: {class_1: 0.1, class_2: 0.5}", "indicators.dam_condition"),
        ("classes: [ac.chem, ", "classes: [ac.nonsense, ", "kinds.hazardous_site"),
        ("scenarios: [toxic_release, blast]", "scenarios: [toxic_relaese]", "kinds.hazardous_site"),
        ("alpha: [[0, 0.5], [1, 1.0]", "alpha: [[0, 0.5], [1, 0.4]", "major_hazard.alpha"),
        ("survey_years: {fresh: 1, old: 3}", "survey_years: {fresh: 4, old: 3}", "survey_years"),
    ],
)  # fmt: skip
def test_a_slip_in_the_rules_is_named(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = (RULES / "risk_register.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "risk_register.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleTrouble, match=place):
        load_register_rules(path)


# --- R of GB 18218 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "alpha"),
    [(0, 0.5), (0.2, 1.0), (1, 1.0), (29, 1.0), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2.0), (1e6, 2.0)],
)
def test_alpha_by_table_5(people: float, alpha: float) -> None:
    """GB 18218-2018 table 5 (Order 40 annex 1 table 3): 0, 1–29, 30–49, 50–99, 100 and more."""
    assert alpha_of(RULES_NOW, people) == alpha


@pytest.mark.parametrize(
    ("r", "grade"), [(0, 4), (9.99, 4), (10, 3), (49.9, 3), (50, 2), (99.9, 2), (100, 1), (900, 1)]
)
def test_grade_by_table_6(r: float, grade: int) -> None:
    assert grade_of(RULES_NOW, r) == grade


def test_r_of_a_chlorine_store_by_hand() -> None:
    """10 t of chlorine (Q = 5 t, β = 4) with 60 people about: R = 1.5 · 4 · 10/5 = 12, grade 3."""
    found = grading(RULES_NOW, [Held("chlorine", 10)], number(60, SURVEY, FRESH))
    assert found is not None
    assert found.r == (12, 12)
    assert found.grade == (3, 3)
    assert found.threshold_sum == 2


def test_people_not_known_give_r_from_the_least_to_the_most() -> None:
    found = grading(RULES_NOW, [Held("chlorine", 10), Held("ammonia", 5)], None)
    assert found is not None
    assert found.r == (0.5 * (8 + 1), 2.0 * (8 + 1))
    assert found.grade == (4, 3)


def test_below_the_threshold_it_is_no_major_hazard_and_an_unknown_mass_is_not_known() -> None:
    small = grading(RULES_NOW, [Held("chlorine", 4.9)], number(500, SURVEY, FRESH))
    assert small is not None
    assert small.grade == (None, None)
    assert grading(RULES_NOW, [Held("chlorine", None)], None) is None
    assert grading(RULES_NOW, [Held("chlorine", 4.9), Held("ammonia", None)], None) is None
    assert grading(RULES_NOW, [], None) is None


def test_the_table_of_substances_is_in_order() -> None:
    by_key = {one.key: one for one in RULES_NOW.major_hazard.substances}
    published = {
        "chlorine": (5, 4), "ammonia": (10, 2), "sulfur_dioxide": (20, 2), "hydrogen_chloride": (20, 3), "hydrogen_sulfide": (5, 5),
        "phosgene": (0.3, 20), "lpg": (50, 1.5), "natural_gas": (50, 1.5), "petrol": (200, 1), "diesel": (5000, 1),
        "ethanol": (500, 1), "methanol": (500, 1), "explosive": (1, 2), "fireworks": (10, 2), "ammonium_nitrate": (50, 1),
    }  # fmt: skip
    assert {key: (one.q_t, one.beta) for key, one in by_key.items()} == published
    words = [word for one in by_key.values() for word in one.words]
    assert len(words) == len(set(words))
    assert all(math.isfinite(one.q_t) and one.q_t > 0 for one in by_key.values())
