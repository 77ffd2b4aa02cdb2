"""Density, flow and egress against the hydraulic model's own figures, and the tables' invariants.

Figures computed from the published equations (SFPE Handbook, 5th ed., ch. 59; Fruin 1971); cross-check: a microscopic simulation
(JuPedSim 1.4.2, collision-free speed model, 200 agents in a room of 20 × 20 m, one door of 1.0 m, v0 = 1.34 m/s): 214 s.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

from gis.hazards import egress, occupancy


@pytest.mark.parametrize(
    ("density", "level", "speed", "flow"),
    [(0.3, "A", 1.19, 0.357), (1.0, "D", 1.0276, 1.0276), (2.0, "E", 0.6552, 1.3104), (4.0, "F", 0.0, 0.0)],
)
def test_density_tells_level_speed_and_flow(density: float, level: str, speed: float, flow: float) -> None:
    assert egress.level_of(density).key == level
    assert float(egress.speed_ms(density)) == pytest.approx(speed, abs=5e-5)
    assert float(egress.flow(density)) == pytest.approx(flow, abs=5e-5)


@pytest.mark.parametrize(
    ("people", "door_m", "doors", "effective_m", "flow_s", "travel_m", "travel_s"),
    [(200, 1.0, 1, 0.7, 219.78, 30, 25.21), (1000, 2.0, 2, 1.7, 226.24, 60, 50.42)],
)
def test_egress(
    people: int, door_m: float, doors: int, effective_m: float, flow_s: float, travel_m: float, travel_s: float
) -> None:
    width = egress.effective_width_m(door_m)
    assert float(width) == pytest.approx(effective_m)
    assert float(egress.flow_time_s(people, width, doors)) == pytest.approx(flow_s, abs=0.005)
    assert float(egress.travel_time_s(travel_m)) == pytest.approx(travel_s, abs=0.005)


def test_the_simulated_door_agrees_within_a_tenth() -> None:
    assert float(egress.flow_time_s(200, egress.effective_width_m(1.0))) == pytest.approx(214, rel=0.1)


def test_the_best_flow_is_at_the_best_density() -> None:
    density = np.linspace(0, 4, 4001)
    flow = egress.flow(density)
    assert float(flow.max()) == pytest.approx(egress.BEST_FLOW, rel=1e-6)
    assert float(flow.max()) == pytest.approx(1.32, rel=0.01)
    assert float(density[flow.argmax()]) == pytest.approx(1.88, abs=0.01)
    assert egress.PLANNED_FLOW <= egress.BEST_FLOW


def test_speed_falls_all_the_way_and_hardly_jumps_where_the_law_changes() -> None:
    """0.85·k and k(1 − 0.266·D) are published to two figures: they differ by 1 % where they meet."""
    density = np.linspace(0, 6, 6001)
    speed = egress.speed_ms(density)
    assert np.all(np.diff(speed) <= 0.011)
    assert np.all(speed >= 0)
    before, after = egress.speed_ms(egress.FREE_BELOW - 1e-9), egress.speed_ms(egress.FREE_BELOW)
    assert float(before) == pytest.approx(float(after), rel=0.01)


def test_levels_of_service_go_down_to_nothing() -> None:
    for levels in (egress.WALKWAY, egress.QUEUE):
        assert [level.key for level in levels] == list("ABCDEF")
        assert all(weaker.area_m2 > stronger.area_m2 for weaker, stronger in pairwise(levels))
        assert levels[-1].area_m2 == 0
    assert egress.level_of(0).key == "A"
    assert egress.level_of(1e6).key == "F"
    assert all(walk.area_m2 >= queue.area_m2 for walk, queue in zip(egress.WALKWAY, egress.QUEUE, strict=True))


def test_no_way_out_takes_for_ever_and_nobody_takes_no_time() -> None:
    assert math.isinf(float(egress.flow_time_s(10, 0.0)))
    assert math.isinf(float(egress.travel_time_s(10, 5.0)))
    assert float(egress.flow_time_s(0, 0.0)) == 0
    assert float(egress.effective_width_m(0.2)) == 0


def test_uses_are_shares_at_every_hour_and_the_day_closes() -> None:
    for use in occupancy.USES:
        assert len(use.present) == len(occupancy.HOURS)
        assert all(0 <= share <= 1 for share in use.present)
        assert use.present[0] == use.present[-1], use.key
        assert use.area_m2 > 0
        assert float(occupancy.present_share(use, 24.0)) == float(occupancy.present_share(use, 0.0))
    assert len({use.key for use in occupancy.USES}) == len(occupancy.USES)


def test_people_are_at_home_by_night_and_at_school_by_day() -> None:
    night, day = 3.0, 10.0
    for key in ("dwelling", "dormitory", "hotel"):
        assert occupancy.present_share(occupancy.USE[key], night) > occupancy.present_share(occupancy.USE[key], day)
    for key in ("office", "school", "factory", "site"):
        assert occupancy.present_share(occupancy.USE[key], night) < occupancy.present_share(occupancy.USE[key], day)
    # Six floors of 200 m² of flats at three in the morning: 30 at home of 30 who live there.
    assert float(occupancy.people_in(occupancy.USE["dwelling"], 200, 6, night)) == pytest.approx(28.5)
