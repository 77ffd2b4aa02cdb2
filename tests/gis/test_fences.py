"""Fences: entering, leaving and being inside are told once, with hysteresis, whatever the order in which positions come."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from gis.fences import Crossing, Fence, FenceEngine, Fix, Standing, widened
from gis.geodesic import area_km2, destination, distance_m

SQUARE = box(99.0, 23.0, 99.1, 23.1)
IN, EDGE, OUT = (99.05, 23.05), (99.1001, 23.05), (99.2, 23.05)  # the edge: some 10 m outside


def fix(at: float, place: tuple[float, float], unit: str = "u", accuracy: float | None = 5.0) -> Fix:
    return (unit, at, *place, accuracy)


def engine(*fences: Fence, standings: list[Standing] | None = None) -> FenceEngine:
    made = FenceEngine()
    made.load(fences or [Fence("f", SQUARE, 30.0, 0.0)], standings or [])
    return made


def words(crossings: list[Crossing]) -> list[tuple[str, float]]:
    return [(f"{'late ' if crossing.late else ''}{crossing.what}", crossing.at) for crossing in crossings]


def test_enter_and_leave_once_with_a_margin_between() -> None:
    fences = engine()
    assert words(fences.decide([fix(1, OUT)])) == []
    assert words(fences.decide([fix(2, IN), fix(3, IN)])) == [("enter", 2)]
    assert words(fences.decide([fix(4, EDGE), fix(5, IN), fix(6, EDGE)])) == []
    assert words(fences.decide([fix(7, OUT), fix(8, EDGE), fix(9, OUT)])) == [("leave", 7)]
    assert words(fences.decide([fix(10, IN)])) == [("enter", 10)]


def test_who_is_never_seen_outside_is_inside_not_entering() -> None:
    assert words(engine().decide([fix(1, IN), fix(2, IN)])) == [("inside", 1)]


def test_a_new_fence_around_a_unit_that_is_known() -> None:
    fences = engine(Fence("far", box(1, 1, 2, 2), 30.0, 0.0))
    fences.decide([fix(5, IN)])
    fences.load([Fence("f", SQUARE, 30.0, 100.0)], [])
    assert words(fences.decide([fix(5, IN)], standing=True)) == [("inside", 5)]
    assert words(fences.decide([fix(5, IN)], standing=True)) == []
    assert words(fences.decide([fix(120, OUT)])) == [("leave", 120)]


def test_a_late_position_never_makes_a_second_enter() -> None:
    fences = engine()
    fences.decide([fix(0, OUT)])
    assert words(fences.decide([fix(10, IN)])) == [("enter", 10)]
    assert words(fences.decide([fix(5, OUT), fix(6, IN), fix(9, OUT)])) == []
    assert words(fences.decide([fix(20, OUT)])) == [("leave", 20)]
    assert words(fences.decide([fix(12, IN), fix(19, IN)])) == []  # before the leaving: that visit is known


def test_a_visit_that_is_heard_of_afterwards_is_told_once() -> None:
    fences = engine()
    fences.decide([fix(0, OUT), fix(50, OUT)])
    assert words(fences.decide([fix(31, IN), fix(30, IN), fix(35, OUT)])) == [("late inside", 30)]
    assert words(fences.decide([fix(20, IN), fix(40, IN)])) == []
    assert words(fences.decide([fix(60, IN), fix(70, OUT), fix(90, OUT)])) == [("enter", 60), ("leave", 70)]
    assert words(fences.decide([fix(80, IN)])) == [("late inside", 80)]


def test_what_was_before_the_fence_does_not_concern_it() -> None:
    fences = engine(Fence("f", SQUARE, 30.0, 100.0))
    fences.decide([fix(150, OUT)])
    assert words(fences.decide([fix(50, IN)])) == []
    assert words(fences.decide([fix(120, IN)])) == [("late inside", 120)]


def test_vague_positions_decide_nothing() -> None:
    fences = engine()
    fences.decide([fix(1, OUT)])
    assert fences.decide([fix(2, IN, accuracy=500.0)]) == []
    assert words(fences.decide([fix(3, IN, accuracy=None)])) == [("enter", 3)]


def test_what_was_told_is_taken_over_after_a_restart() -> None:
    fences = engine(standings=[Standing("f", "u", True, 10.0, False), Standing("gone", "u", True, 1.0, False)])
    fences.decided_until([("u", 15.0)])
    assert words(fences.decide([fix(16, IN), fix(12, OUT)])) == []
    assert words(fences.decide([fix(17, OUT)])) == [("leave", 17)]


def test_holes_and_many_parts_and_no_fences() -> None:
    holed = Polygon(SQUARE.exterior.coords, [box(99.04, 23.04, 99.06, 23.06).exterior.coords])
    two = MultiPolygon([box(99.0, 23.0, 99.01, 23.01), box(99.15, 23.0, 99.25, 23.1)])
    fences = engine(Fence("hole", holed, 30.0, 0.0), Fence("two", two, 30.0, 0.0))
    fences.decide([fix(1, (98.0, 23.0))])
    assert {(c.fence, c.what) for c in fences.decide([fix(2, (99.2, 23.05))])} == {("two", "enter")}
    assert {(c.fence, c.what) for c in fences.decide([fix(3, (99.02, 23.05))])} == {("two", "leave"), ("hole", "enter")}
    assert {(c.fence, c.what) for c in fences.decide([fix(4, IN)])} == {("hole", "leave")}
    empty = FenceEngine()
    empty.load([], [])
    assert empty.decide([fix(1, IN)]) == []


def test_many_units_and_batches_of_every_size() -> None:
    fences = engine()
    away = [fix(1, OUT, f"u{n}") for n in range(500)]
    assert fences.decide(away) == []
    assert len(fences.decide([fix(2, IN if n % 2 else OUT, f"u{n}") for n in range(500)])) == 250


@given(st.floats(20, 50), st.floats(5, 2000), st.floats(0, 359))
def test_the_margin_is_in_metres(lat: float, metres: float, bearing: float) -> None:
    tiny = box(99.0, lat, 99.00001, lat + 0.00001)
    wide = widened(tiny, metres)
    inside = destination(99.0, lat, bearing, metres * 0.93 - 2)
    outside = destination(99.0, lat, bearing, metres * 1.02 + 3)
    assert metres * 0.93 < 2 or wide.buffer(1e-7).intersects(box(*inside, *inside))
    assert not wide.intersects(box(*outside, *outside))
    assert area_km2(wide) > 0
    assert distance_m(99.0, lat, *outside) > metres


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([IN, EDGE, OUT])), max_size=30), st.integers(0, 99))
def test_in_whatever_order_facts_alternate_and_agree_with_the_order_of_time(
    positions: list[tuple[int, tuple[float, float]]], seed: int
) -> None:
    fixes = [fix(at, place) for at, place in dict(positions).items()]
    shuffled = list(fixes)
    random.Random(seed).shuffle(shuffled)
    fences = engine()
    told = [crossing for one in shuffled for crossing in fences.decide([one]) if not crossing.late]
    inside = False
    for crossing in told:
        assert (crossing.what == "leave") == inside
        inside = not inside
    assert [c.at for c in told] == sorted(c.at for c in told)
    ordered = engine()
    whole = ordered.decide(fixes)
    by_one = engine()
    one_by_one = [crossing for one in sorted(fixes, key=lambda f: f[1]) for crossing in by_one.decide([one])]
    assert words(whole) == words(one_by_one)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 200])
def test_more_units_than_there_was_room_for(count: int) -> None:
    fences = engine()
    fences.decide([fix(1, OUT, f"u{n}") for n in range(count)])
    assert len(fences.decide([fix(2, IN, f"u{n}") for n in range(count)])) == count
