"""The states of a delivery say only what is known, and never go back."""

from datetime import timedelta
from uuid import UUID

import pytest

from notify.delivery import MOST_ATTEMPTS, Delivery, State, advance, attempt_failed
from tests.conftest import T0

QUEUED = Delivery(UUID(int=1), UUID(int=2), "in_app", UUID(int=3), "李敏", None, "新任务", "…", "queued", T0)
LATER = T0 + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("steps", "state", "times"),
    [
        (["delivered"], "delivered", (True, False, False)),
        (["read"], "read", (True, True, False)),
        (["delivered", "read", "answered"], "answered", (True, True, True)),
        (["answered"], "answered", (True, True, True)),
        (["read", "delivered"], "read", (True, True, False)),
        (["answered", "read"], "answered", (True, True, True)),
    ],
)
def test_reports_out_of_order_never_take_a_state_back(
    steps: list[State], state: State, times: tuple[bool, bool, bool]
) -> None:
    delivery = QUEUED
    for step in steps:
        delivery = advance(delivery, step, LATER) or delivery
    assert delivery.state == state
    assert (
        delivery.delivered_at is not None,
        delivery.read_at is not None,
        delivery.answered_at is not None,
    ) == times


def test_the_same_report_again_changes_nothing() -> None:
    read = advance(QUEUED, "read", LATER)
    assert read is not None
    assert advance(read, "read", LATER + timedelta(hours=1)) is None


def test_attempts_wait_longer_and_end() -> None:
    delivery = QUEUED
    pauses: list[float] = []
    for _ in range(MOST_ATTEMPTS):
        delivery = attempt_failed(delivery, "451", True, T0)
        if delivery.next_try_at is not None:
            pauses.append((delivery.next_try_at - T0).total_seconds())
    assert pauses == [10, 20, 40, 80, 160]
    assert (delivery.state, delivery.error, delivery.attempts) == ("failed", "451", 6)


def test_what_cannot_help_is_not_tried_again() -> None:
    assert attempt_failed(QUEUED, "550", False, T0).state == "failed"
