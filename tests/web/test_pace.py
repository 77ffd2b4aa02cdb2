"""The hub's pace: nothing is held back at ease, and under pressure several facts go out together."""

import pytest

from web.gateway.pace import Pace


class Time:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    moved = Time()
    monkeypatch.setattr("web.gateway.pace.perf_counter", moved)
    return moved


def round_(pace: Pace, time: Time, wrote: float, waited: float) -> float:
    time.now += waited
    with pace:
        time.now += wrote
    return pace.rest_s()


def test_at_ease_nothing_is_held_back(time: Time) -> None:
    pace = Pace()
    assert [round_(pace, time, 0.017, 0.033) for _ in range(50)] == [0.0] * 50


def test_under_pressure_it_rests_as_long_as_it_wrote_and_never_long(time: Time) -> None:
    pace = Pace()
    rests = [round_(pace, time, 0.02, 0.001) for _ in range(20)]
    assert rests[0] == 0.0
    assert rests[-1] == pytest.approx(0.02)
    assert round_(pace, time, 5.0, 0.0) == 0.1


def test_it_is_at_ease_again_when_little_is_written(time: Time) -> None:
    pace = Pace()
    while not round_(pace, time, 0.02, 0.001):
        pass
    rests = [round_(pace, time, 0.001, 0.05) for _ in range(20)]
    assert rests[-1] == 0.0
