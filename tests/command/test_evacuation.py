"""Evacuation: nobody beyond a shelter's room, the next one when it is full, ways out of the hazard, and what is not known is said."""

import itertools
from typing import Any, cast

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from command.evacuation.assign import assign
from command.evacuation.places import usable
from command.evacuation.plan import Asked, plan
from command.evacuation.rules import evacuation_rules
from command.evacuation.shape import Origin, People, Place
from gis.roads.travel import Networks
from tests.command.dispatch_made import SOUTH, STEP, WEST, grid
from tests.command.made import T0

RULES = evacuation_rules()
HAZARD = shapely.box(WEST - 0.02, SOUTH - 0.02, WEST + 0.02, SOUTH + 0.02)


def origin(number: int = 0, people: int | None = 900, **over: Any) -> Origin:
    known = None if people is None else People(people, round(people * 0.9), round(people * 1.1))
    base: dict[str, Any] = {
        "id": f"z:{number}", "zone_id": "z", "code": "530926103", "county": "530926", "zh": f"第{number}村", "en": f"Village {number}",
        "lon": WEST, "lat": SOUTH, "people": known, "desk": "CTY-530926",
    }  # fmt: skip
    return Origin(**(base | over))


def place(number: int, capacity: int = 500, **over: Any) -> Place:
    base: dict[str, Any] = {
        "id": f"s{number}", "zh": f"第{number}中学", "en": f"School {number}", "lon": WEST + STEP * number, "lat": SOUTH,
        "capacity": capacity, "occupied": 0, "open": True, "area_code": "530926103",
    }  # fmt: skip
    return Place(**(base | over))


def told(
    origins: list[Origin], places: list[Place], networks: Networks | None = None, hazard: Any = HAZARD, **over: Any
) -> dict[str, Any]:
    asked = Asked(T0, "day", (), tuple(origins), tuple(places), hazard, networks, 0, **over)
    return cast(dict[str, Any], plan(asked, RULES))


def test_a_full_shelter_sends_people_on_to_the_next_and_says_so() -> None:
    answer = told([origin()], [place(1), place(2)], grid())
    assert {flow["shelter_id"]: flow["people"] for flow in answer["flows"]} == {"s1": 500, "s2": 400}
    second = next(flow for flow in answer["flows"] if flow["shelter_id"] == "s2")
    assert "第1中学已满" in second["why_zh"]
    assert "School 1" in second["why_en"]
    assert answer["overflow"]["value"] == 0
    assert [shelter["full"] for shelter in answer["shelters"]] == [True, False]


def test_who_has_no_place_is_counted_and_named() -> None:
    answer = told([origin()], [place(1), place(2, capacity=200)], grid())
    assert answer["overflow"] == {"low": 110, "value": 200, "high": 290}
    assert "200 人没有安置去处" in answer["overflow_words"][0]["zh"]
    assert answer["origins"][0]["without_place"] == 200


def test_no_shelter_at_all() -> None:
    answer = told([origin()], [], grid())
    assert answer["flows"] == []
    assert answer["overflow"]["value"] == 900
    assert answer["clearance"] is None


def test_how_many_people_is_not_known_is_not_nobody() -> None:
    answer = told([origin(people=None)], [place(1)], grid())
    assert answer["flows"] == []
    assert answer["clearance"] is None
    assert "未知" in answer["unknown"][0]["zh"]
    assert answer["origins"][0]["without_place"] is None


def test_clearance_has_a_range_and_more_people_take_longer() -> None:
    few, many = told([origin(people=100)], [place(1)], grid()), told([origin(people=5000)], [place(1, 9000)], grid())
    for answer in (few, many):
        clear = answer["clearance"]
        assert clear["low"] < clear["value"] < clear["high"]
        assert answer["assumptions"]
    assert many["clearance"]["value"] > few["clearance"]["value"] + 60
    assert many["bottleneck"]["people"] == 5000
    assert many["bottleneck"]["name_zh"]


def test_ways_lead_out_of_the_hazard_and_round_it() -> None:
    """The straight way from the middle village to the shelter leads through the hazard's bar; the way round is taken."""
    hazard = shapely.box(WEST + 0.12, SOUTH - 0.02, WEST + 0.18, SOUTH + 0.02)
    straight = told([origin(lon=WEST + STEP)], [place(2)], grid(), shapely.Point(0, 0).buffer(0.01))["flows"][0]
    round_it = told([origin(lon=WEST + STEP)], [place(2)], grid(), hazard)["flows"][0]
    assert round_it["in_hazard_minutes"] == 0
    assert round_it["minutes"] > straight["minutes"] * 2
    assert round_it["line"]


def test_a_near_shelter_is_walked_to() -> None:
    answer = told([origin(lon=WEST + 0.095)], [place(1)], grid())
    (flow,) = [flow for flow in answer["flows"] if flow["shelter_id"] == "s1"]
    assert flow["mode"] == "walk"
    assert flow["minutes"] == pytest.approx(525 / 60, rel=0.1)


def test_without_roads_shelters_are_assigned_and_no_time_is_given() -> None:
    answer = told([origin()], [place(1, 2000), place(2, 2000)])
    (flow,) = answer["flows"]
    assert (flow["shelter_id"], flow["minutes"], flow["clearance"]) == ("s1", None, None)
    assert answer["clearance"] is None
    assert any("没有道路数据" in line["zh"] for line in answer["assumptions"])


def test_what_is_not_reported_is_said() -> None:
    answer = told([origin()], [place(1, 2000, occupied=None, open=False)], grid())
    words = "".join(line["zh"] for line in answer["assumptions"])
    assert "没有上报在住人数" in words
    assert "尚未开放" in words
    assert answer["shelters"][0]["occupied"] is None


def test_shelters_in_or_beside_the_zone_are_not_used() -> None:
    places = [place(0), place(1), place(2, lon=WEST + 0.0205, lat=SOUTH)]
    kept, inside = usable(places, HAZARD, 200, 10)
    assert ([one.id for one in kept], inside) == (["s1"], 2)


def by_hand(people: list[int], room: list[int], minutes: Any) -> float:
    """The least cost of all ways to split tiny numbers of people."""
    choices = [[split for split in itertools.product(*[range(p + 1)] * len(room)) if sum(split) <= p] for p in people]
    best = float("inf")
    for rows in itertools.product(*choices):
        if all(sum(row[s] for row in rows) <= room[s] for s in range(len(room))):
            cost = sum(row[s] * minutes[o][s] for o, row in enumerate(rows) for s in range(len(room)))
            cost += sum((people[o] - sum(row)) * 1e5 for o, row in enumerate(rows))
            best = min(best, cost)
    return best


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=2),
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_the_assignment_is_the_cheapest_and_keeps_room(people: list[int], room: list[int], seed: int) -> None:
    minutes = np.random.default_rng(seed).uniform(1, 60, (len(people), len(room)))
    flows, left = assign(people, room, minutes)
    for number, capacity in enumerate(room):
        assert sum(flow.people for flow in flows if flow.shelter == number) <= capacity
    for number, count in enumerate(people):
        assert sum(flow.people for flow in flows if flow.origin == number) + left[number] == count
    cost = sum(flow.people * minutes[flow.origin, flow.shelter] for flow in flows) + sum(left) * 1e5
    assert cost == pytest.approx(by_hand(people, room, minutes.tolist()))
