"""Recommendations: nobody who cannot, closures count at once, everything is explained, and what is not known is said."""

import uuid
from typing import Any, cast

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from command.dispatch.recommend import inputs_hash, recommend
from command.dispatch.replace import UnderWay, cut_off
from command.dispatch.rest import Rest
from command.dispatch.rules import FILE, dispatch_rules, read_dispatch_rules
from command.dispatch.shape import Force, Need
from command.dispatch.travel import ways
from command.rulebook import RulesTrouble
from gis.roads.barriers import Closed
from tests.command.dispatch_made import SOUTH, STEP, WEST, asked, force, grid, need

RULES = dispatch_rules()
TIRED = Rest(13.0, "exhausted", "须休息", "must rest", 120.0)


def closing(lon: float, lat: float, reach: float = 0.01) -> Closed:
    shape = shapely.box(lon - reach, lat - reach, lon + reach, lat + reach)
    return Closed(uuid.UUID(int=9), "area", "all", shape, (), 1)


def course(answer: Any, key: str = "fastest") -> dict[str, Any]:
    return next(one for one in answer["courses"] if one["key"] == key)


def sent(answer: Any, key: str = "fastest") -> dict[str, str]:
    return {pick["unit_id"]: pick["need_id"] for pick in course(answer, key)["picks"]}


def against(answer: Any, unit: str, key: str = "fastest") -> str:
    rows = [row for one in course(answer, key)["needs"] for row in one["not_chosen"]]
    return next(row["zh"] for row in rows if row["unit_id"] == unit)


def test_the_nearest_by_road_goes_and_says_why() -> None:
    answer = cast(Any, recommend(asked([need(0)], [force(1), force(2)], grid()), RULES))
    assert sent(answer) == {"u1": "n0"}
    (pick,) = course(answer)["picks"]
    assert pick["state"] == "road"
    assert pick["minutes"] == pytest.approx(1 + 10.5, abs=0.1)
    low, high = pick["minutes_range"]
    assert low < pick["minutes"] < high
    assert "最快" in pick["why"][0]["zh"]
    assert pick["why"][0]["en"]
    assert len(pick["line"]) == 2
    assert course(answer)["first_min"] == course(answer)["t90_min"] == pick["minutes"]
    assert course(answer)["solved"]["optimal"] is True


def test_a_closed_road_changes_the_answer_and_is_named() -> None:
    units = [force(1), force(8)]
    before = recommend(asked([need(0)], units, grid()), RULES)
    assert sent(before) == {"u1": "n0"}
    across = (
        closing(WEST + STEP * 0.5, SOUTH),
        closing(WEST + STEP, SOUTH + STEP * 0.5),
        closing(WEST + STEP * 1.5, SOUTH),
    )
    after = recommend(asked([need(0)], units, grid(across)), RULES)
    assert sent(after) == {"u8": "n0"}
    assert "道路封闭" in against(after, "u1")
    assert inputs_hash(asked([need(0)], units), RULES) == inputs_hash(asked([need(0)], units), RULES)


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"blocked": "busy", "task_no": "R07"}, "R07"),
        ({"blocked": "out_of_service"}, "停用"),
        ({"blocked": "excluded"}, "排除"),
    ],
)
def test_who_cannot_go_is_said_with_the_reason(over: dict[str, Any], word: str) -> None:
    answer = recommend(asked([need(0)], [force(1, **over), force(2)], grid()), RULES)
    assert sent(answer) == {"u2": "n0"}
    assert word in against(answer, "u1")


def test_the_low_risk_course_sends_no_exhausted_crew() -> None:
    answer = recommend(asked([need(0)], [force(1, rest=TIRED), force(3)], grid()), RULES)
    assert sent(answer, "low_risk") == {"u3": "n0"}
    assert "连续工作 13 小时" in against(answer, "u1", "low_risk")


def test_cover_keeps_the_only_engine_of_a_county_at_home() -> None:
    """The only one of its county is nearer; the other county has two."""
    units = [force(1, area_code="530927"), force(2), force(3)]
    answer = recommend(asked([need(0)], units, grid()), RULES)
    assert sent(answer, "fastest") == {"u1": "n0"}
    assert course(answer, "fastest")["cover"][0]["area_code"] == "530927"
    assert sent(answer, "cover") == {"u2": "n0"}
    assert course(answer, "cover")["cover"] == []
    assert "沧源" in against(answer, "u1", "cover")


def test_the_low_risk_course_drives_round_the_hazard() -> None:
    hazard = shapely.box(WEST + 0.05, SOUTH - 0.02, WEST + 0.15, SOUTH + 0.02)
    answer = recommend(asked([need(0)], [force(2), force(3)], grid(), hazard), RULES)
    assert course(answer, "fastest")["hazard_minutes"] > 5
    assert course(answer, "low_risk")["hazard_minutes"] < course(answer, "fastest")["hazard_minutes"]
    assert course(answer, "low_risk")["first_min"] > course(answer, "fastest")["first_min"]


def test_without_roads_there_is_an_order_but_no_time() -> None:
    answer = cast(Any, recommend(asked([need(0)], [force(1), force(2)]), RULES))
    (pick,) = course(answer)["picks"]
    assert (pick["unit_id"], pick["state"], pick["minutes"], pick["reason"]) == ("u1", "straight", None, "no_road_data")
    assert course(answer)["first_min"] is None
    assert any("没有加载道路" in limit["zh"] for limit in answer["limits"])


def test_a_scene_inside_a_closed_area_still_gets_somebody_without_a_time() -> None:
    answer = recommend(asked([need(0)], [force(1), force(2)], grid((closing(WEST, SOUTH),))), RULES)
    (pick,) = course(answer)["picks"]
    assert (pick["unit_id"], pick["minutes"], pick["reason"]) == ("u1", None, "in_closure")


def test_what_is_short_is_said_with_what_became_of_the_others() -> None:
    units = [force(1), force(2, blocked="busy", task_no="R1"), force(3, blocked="out_of_service")]
    answer = recommend(asked([need(0, amount=3)], units, grid()), RULES)
    (told,) = course(answer)["needs"]
    assert (told["met"], told["short"]) == (1, 2)
    assert "缺 2 支" in told["shortfall"]["zh"]
    assert "执行任务 1 支" in told["shortfall"]["zh"]
    assert "停用 1 支" in told["shortfall"]["zh"]
    assert told["shortfall"]["en"]
    assert course(answer)["t90_min"] is None


def test_nothing_asked_and_nobody_there() -> None:
    assert course(recommend(asked([], [force(1)], grid()), RULES))["picks"] == []
    nobody = recommend(asked([need(0)], [], grid()), RULES)
    assert course(nobody)["picks"] == []
    assert course(nobody)["short"] == 1


def test_life_comes_before_what_can_wait() -> None:
    needs = [need(0, priority="normal"), need(1, priority="life", lon=WEST + STEP * 3)]
    answer = recommend(asked(needs, [force(1)], grid()), RULES)
    assert sent(answer) == {"u1": "n1"}
    assert "派往" in against(answer, "u1")


def test_people_are_counted_in_crews() -> None:
    units = [force(1, crew=8), force(2, crew=30), force(3, crew=30)]
    answer = recommend(asked([need(0, amount=30, measure="people")], units, grid()), RULES)
    assert sum({"u1": 8, "u2": 30, "u3": 30}[unit] for unit in sent(answer)) >= 30


def test_courses_that_send_the_same_say_so() -> None:
    answer = cast(Any, recommend(asked([need(0)], [force(1), force(2)], grid()), RULES))
    assert [one["same_as"] for one in answer["courses"]] == [None, "fastest", "fastest"]


CAPABILITIES = ("fire", "medical", "wildfire")


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Need], list[Force]]:
    needs = [
        need(
            number,
            capability=draw(st.sampled_from(CAPABILITIES)),
            amount=draw(st.integers(1, 4)),
            priority=draw(st.sampled_from(["life", "urgent", "normal"])),
            lon=WEST + STEP * draw(st.integers(0, 3)),
            lat=SOUTH + STEP * draw(st.integers(0, 3)),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    units = [
        force(
            number,
            capabilities=frozenset(draw(st.sets(st.sampled_from(CAPABILITIES), min_size=1))),
            blocked=draw(st.sampled_from([None, None, "busy", "out_of_service"])),
            area_code=draw(st.sampled_from(["530926", "530927"])),
        )
        for number in range(draw(st.integers(0, 9)))
    ]
    return needs, units


NETWORKS = grid()


@given(cases())
@settings(max_examples=40, deadline=None)
def test_never_twice_never_blocked_never_incapable_always_explained(case: tuple[list[Need], list[Force]]) -> None:
    needs, units = case
    answer = cast(Any, recommend(asked(needs, units, NETWORKS), RULES))
    by_unit, by_need = {u.id: u for u in units}, {n.id: n for n in needs}
    times = ways(NETWORKS, needs, units, RULES)
    for one in answer["courses"]:
        ids = [pick["unit_id"] for pick in one["picks"]]
        assert len(ids) == len(set(ids))
        for pick in one["picks"]:
            unit = by_unit[pick["unit_id"]]
            assert unit.blocked is None
            assert by_need[pick["need_id"]].capability in unit.capabilities
            assert pick["why"]
            assert all(sentence["zh"] and sentence["en"] for sentence in pick["why"])
        assert one["solved"]["value"] <= one["solved"]["greedy"] + 1e-6
        for told in one["needs"]:
            assert (told["shortfall"] is not None) == (told["short"] > 0)
            if len(told["not_chosen"]) == 8:
                continue  # the list is full
            number = [n.id for n in needs].index(told["need_id"])
            minutes = {u.id: way.order_minutes for u, way in zip(units, times[number], strict=True)}
            last = max((minutes[p["unit_id"]] for p in one["picks"] if p["need_id"] == told["need_id"]), default=0.0)
            said = {row["unit_id"] for row in told["not_chosen"]}
            able = {u.id for u in units if needs[number].capability in u.capabilities}
            here = {p["unit_id"] for p in one["picks"] if p["need_id"] == told["need_id"]}
            assert {unit for unit in able - here if told["short"] or minutes[unit] < last} <= said


def test_a_closure_cuts_off_who_is_on_the_way() -> None:
    way = UnderWay("u1", "t1", WEST + STEP * 3, SOUTH, WEST, SOUTH)
    assert cut_off([way], grid()) == []
    assert cut_off([way], None) == []
    ring = tuple(closing(WEST + dx * STEP, SOUTH + dy * STEP) for dx, dy in ((0.5, 0), (0, 0.5)))
    (found,) = cut_off([way], grid(ring))
    assert (found.under_way.unit_id, found.reason) == ("u1", "cut_off")


def test_a_mistake_in_the_rules_is_named(tmp_path: Any) -> None:
    wrong = tmp_path / "dispatch.yaml"
    wrong.write_text(FILE.read_text("utf-8").replace("capability: hazmat", "capability: hazmatt"), "utf-8")
    with pytest.raises(RulesTrouble, match="hazmatt"):
        read_dispatch_rules(wrong)
