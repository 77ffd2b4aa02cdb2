"""Suggested grades against the thresholds of their sources, at the border and one step below it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from incidents.classification import catalogue
from incidents.grading import by_person, suggest, worst
from incidents.grading_rules import Grade, grading_rules, load_grading
from incidents.metrics import metrics
from incidents.rule_file import RULES, RuleTrouble

Case = tuple[str, Mapping[str, float], Grade | None]

# 国务院令第493号 第三条
ORDER_493: list[Case] = [
    ("ac.chem.leak", {"dead": 30}, "I"),
    ("ac.chem.leak", {"dead": 29}, "II"),
    ("ac.chem.leak", {"dead": 10}, "II"),
    ("ac.chem.leak", {"dead": 9}, "III"),
    ("ac.chem.leak", {"dead": 3}, "III"),
    ("ac.chem.leak", {"dead": 2}, "IV"),
    ("ac.chem.leak", {"dead": 0}, None),
    ("ac.road.rollover", {"serious_injured": 100}, "I"),
    ("ac.road.rollover", {"serious_injured": 99}, "II"),
    ("ac.road.rollover", {"serious_injured": 10}, "III"),
    ("ac.fire.dwelling", {"loss_wan": 10000}, "I"),
    ("ac.fire.dwelling", {"loss_wan": 9999.9}, "II"),
    ("ac.fire.dwelling", {"loss_wan": 1000}, "III"),
    ("ac.fire.dwelling", {"loss_wan": 999}, "IV"),
    # 重伤（包括急性工业中毒）
    ("ac.chem.poisoning", {"serious_injured": 4, "poisoned": 6}, "III"),
    # worst wins
    ("ac.chem.explosion", {"dead": 2, "serious_injured": 50, "loss_wan": 20}, "II"),
    # missing does not count as dead under this order
    ("ac.mine.roof", {"dead": 2, "missing": 9}, "IV"),
]
# 《国家地震应急预案》2012
EARTHQUAKE: list[Case] = [
    ("nd.quake", {"magnitude": 7.0}, "I"),
    ("nd.quake", {"magnitude": 6.9}, "II"),
    ("nd.quake", {"magnitude": 6.0}, "II"),
    ("nd.quake", {"magnitude": 5.9}, "III"),
    ("nd.quake", {"magnitude": 4.0}, "IV"),
    ("nd.quake", {"magnitude": 3.9}, None),
    ("nd.quake", {"dead": 300}, "I"),
    ("nd.quake", {"dead": 20, "missing": 30}, "II"),
    ("nd.quake", {"missing": 10}, "III"),
    ("nd.quake", {"dead": 0}, "IV"),
    ("nd.quake", {"magnitude": 4.5, "dead": 12}, "III"),
    ("nd.quake", {"loss_share_gdp": 1}, "I"),
    ("nd.quake.induced", {"magnitude": 4.5}, None),
]
# 《森林防火条例》第四十条, 《地质灾害防治条例》第四条, 《国家突发环境事件应急预案》, 第549号令, 第501号令
OTHERS: list[Case] = [
    ("nd.fire.forest", {"forest_damaged_ha": 1000}, "I"),
    ("nd.fire.forest", {"forest_damaged_ha": 999}, "II"),
    ("nd.fire.forest", {"forest_damaged_ha": 0.5}, "IV"),
    ("nd.fire.forest", {"burnt_ha": 120, "forest_damaged_ha": 60}, "III"),
    ("nd.fire.forest", {"burning_h": 72}, None),
    ("nd.fire.forest", {"burning_h": 73}, "II"),
    ("nd.fire.grass", {"burnt_ha": 50}, None),
    ("nd.geo.landslide", {"loss_wan": 1000}, "I"),
    ("nd.geo.landslide", {"dead": 3}, "III"),
    ("nd.geo.landslide", {"threatened": 500}, "II"),
    ("ac.env.water", {"evacuated": 50000}, "I"),
    ("ac.env.water", {"evacuated": 4999}, "IV"),
    ("ac.env.water", {"loss_wan": 2000}, "II"),
    ("ac.special.boiler", {"injured": 2}, None),
    ("ac.special.boiler.explosion", {}, "III"),
    ("ac.special.boiler.explosion", {"boiler_mw": 600}, "I"),
    ("ac.special.crane.overturn", {}, "III"),
    ("ac.special.crane.breakage", {}, "IV"),
    ("ac.special.lift", {"stranded_h": 2}, "IV"),
    ("ac.special.ropeway", {"stranded": 100, "stranded_h": 48}, "I"),
    ("ac.special.ropeway", {"stranded": 99, "stranded_h": 48}, "III"),
    ("ac.special.ropeway", {"stranded_h": 3}, None),
    ("ac.special.ride", {"stranded_h": 3}, "IV"),
    ("ac.special.vessel", {"evacuated": 500}, "IV"),
    ("ac.rail.derail", {"derailed_passenger_cars": 18, "main_line_blocked_h": 48}, "I"),
    ("ac.rail.derail", {"derailed_passenger_cars": 18}, "II"),
    ("ac.rail.derail", {"derailed_passenger_cars": 2, "other_line_blocked_h": 48}, "II"),
    ("ac.rail.derail", {"derailed_passenger_cars": 2}, "III"),
    ("ac.rail.derail", {"derailed_freight_cars": 5}, None),
    ("ac.rail", {"main_line_blocked_h": 6}, "III"),
    ("ss.mass.petition", {"participants": 5000}, "I"),
    ("ss.mass.petition", {"participants": 999}, "III"),
    ("ss.mass.prison", {"participants": 10}, "I"),
    ("ss.mass.brawl", {"brawl_people": 200}, "II"),
    ("ss.mass", {"serious_injured": 4, "light_injured": 6}, "II"),
    ("ph.food.food", {"poisoned": 30}, "IV"),
    ("ph.food.food", {"poisoned": 100}, "IV"),
    ("ph.food.food", {"poisoned": 101}, "III"),
    ("ph.food.food", {"poisoned": 101, "dead": 1}, "II"),
    ("ph.poison.occupational", {"poisoned": 50}, "II"),
    ("ph.disease.cholera", {"cases": 9}, "IV"),
    ("ac.infra.power", {"users_out_pct": 50}, "III"),
    ("nd.met.rainstorm", {"dead": 10}, "II"),
    ("nd.flood.flash", {"evacuated": 1000}, "III"),
    ("nd.flood.flash", {"trapped": 3}, "IV"),
    ("ac.crowd.event", {"dead": 3}, "III"),
]


@pytest.mark.parametrize(("class_key", "figures", "grade"), [*ORDER_493, *EARTHQUAKE, *OTHERS])
def test_the_suggested_grade(class_key: str, figures: Mapping[str, float], grade: Grade | None) -> None:
    found = suggest(class_key, figures)
    assert (found.grade if found else None) == grade


@pytest.mark.parametrize("class_key", [k for k in catalogue().classes if "explosion" not in k and "crane." not in k])
def test_nothing_known_is_no_suggestion_for_any_class(class_key: str) -> None:
    assert suggest(class_key, {}) is None


@pytest.mark.parametrize(("magnitude", "grade"), [(6.0, "I"), (5.0, "II"), (4.0, "III"), (3.9, None)])
def test_a_dense_area_is_judged_by_its_own_first_call(magnitude: float, grade: Grade | None) -> None:
    found = suggest("nd.quake", {"magnitude": magnitude}, {"density": "dense"})
    assert (found.grade if found else None) == grade


def test_a_reason_names_rule_clause_figure_and_threshold_in_both_languages() -> None:
    found = suggest("ac.chem.leak", {"dead": 12})
    assert found is not None
    reason = found.reasons[0]
    assert (reason.rule_set, reason.metric, reason.value, reason.threshold) == (
        "cn.production_safety.493", "dead", 12, 10,
    )  # fmt: skip
    assert reason.zh == (
        "死亡12人，达到10人以上：重大（Ⅱ级）。依据《生产安全事故报告和调查处理条例》（国务院令第493号）第三条。"
    )
    assert "Dead 12 people, at or above 10: grade II (serious)." in reason.en
    assert "Article 3" in reason.en


def test_all_criteria_that_were_met_are_named_worst_first() -> None:
    found = suggest("nd.quake", {"magnitude": 6.3, "dead": 12, "missing": 3})
    assert found is not None
    assert [(r.metric, r.grade) for r in found.reasons] == [("magnitude", "II"), ("deaths_incl_missing", "III")]
    assert found.reasons[1].value == 15


def test_an_area_taken_from_another_figure_says_so() -> None:
    found = suggest("nd.fire.forest", {"burnt_ha": 120})
    assert found is not None
    assert "暂以过火面积计" in found.reasons[0].zh
    assert "taken from burnt area" in found.reasons[0].en


def test_unchecked_and_illustrative_clauses_are_marked() -> None:
    food, flood = suggest("ph.food.food", {"poisoned": 31}), suggest("nd.flood.flash", {"dead": 1})
    assert food is not None
    assert flood is not None
    assert not food.reasons[0].verified
    assert "待核实" in food.reasons[0].zh
    assert "示例" in flood.reasons[0].zh
    assert "illustrative" in flood.reasons[0].en


def test_relief_figures_start_a_response_level_and_never_grade() -> None:
    figures = {"collapsed_rooms": 120.0}
    assert suggest("nd.quake", figures) is None
    level = suggest("nd.quake", figures, judges="response_level")
    assert level is not None
    assert (level.grade, level.reasons[0].rule_set) == ("IV", "city.relief")


def test_criteria_for_a_person_are_listed_with_their_source() -> None:
    found = by_person("ph.disease.class_b.dengue")
    assert any("5年" in str(entry["zh"]) for entry in found)
    assert all(entry["source"] for entry in found)


def test_the_worst_grade() -> None:
    assert worst(["IV", "II", "III"]) == "II"
    assert worst([]) is None


def test_more_deaths_never_give_a_milder_grade() -> None:
    order = ["I", "II", "III", "IV", None]
    for class_key in ("nd.quake", "ac.chem.leak", "nd.flood.flash", "ac.env.air", "ss.mass"):
        found = [suggest(class_key, {"dead": float(n)}) for n in range(310)]
        ranks = [order.index(s.grade if s else None) for s in found]
        assert ranks == sorted(ranks, reverse=True), class_key


def test_the_place_gives_the_context() -> None:
    assert grading_rules().context_of("530926103")["density"] == "moderately_dense"


@pytest.mark.parametrize(
    ("criterion", "trouble"),
    [
        ("{metric: dead, at_least: {I: 3, II: 10}}", "worse grade needs a higher figure"),
        ("{metric: deaad, at_least: {I: 3}}", "no metric deaad"),
        ("{metric: dead}", "needs thresholds"),
        ("{metric: dead, at_least: {V: 3}}", "Input should be"),
        ("{grade: I, is_class: [nd.quake]}", "sentence in both languages"),
        ("{grade: I, is_class: [nd.nope], zh: a, en: b}", "no class nd.nope"),
        ("{metric: dead, at_least: {I: 3}, when: {mood: bad}}", "nothing says what mood is"),
        ("{metric: dead, at_least: {I: 3}, when: {density: dense}, surprise: 1}", "Extra inputs"),
    ],
)
def test_a_slip_in_a_rule_set_is_named(tmp_path: Path, criterion: str, trouble: str) -> None:
    body = criterion.replace("{", "{clause: {zh: 一, en: one}, ", 1)
    (tmp_path / "x.yaml").write_text(
        "{id: x, version: 1, judges: grade, title: {zh: 甲, en: a}, source: {zh: 乙, en: b}, src: K, verified: false, "
        f"effective: 2026-01-01, applies: [nd.quake], criteria: [{body}]}}",
        "utf-8",
    )
    with pytest.raises(RuleTrouble, match=trouble):
        load_grading(tmp_path, RULES / "grading_context.yaml", metrics(), catalogue())
