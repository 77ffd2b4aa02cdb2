"""A unit's status machine, its arrivals and its calls for help."""

from uuid import UUID

import pytest

from command.transitions import unit_transitions
from command.units import unit as rules
from command.units.unit import Place
from spine.errors import Refused
from tests.command.made import act, at, unit

STATES = ("available", "dispatched", "en_route", "on_scene", "returning", "out_of_service")
ALLOWED = {
    "available": {"dispatched", "en_route", "on_scene", "out_of_service"},
    "dispatched": {"en_route", "on_scene", "returning", "available", "out_of_service"},
    "en_route": {"on_scene", "returning", "available", "out_of_service"},
    "on_scene": {"returning", "available", "en_route", "out_of_service"},
    "returning": {"available", "dispatched", "en_route", "out_of_service"},
    "out_of_service": {"available"},
}
ORDER = UUID(int=11)


def test_the_file_and_the_table_say_the_same() -> None:
    assert {name: set(state.to) for name, state in unit_transitions().states.items()} == ALLOWED


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_change_of_status(before: str, after: str) -> None:
    subject = unit(status=before)
    if after in ALLOWED[before]:
        step = rules.set_status(subject, act(3), after)
        assert (step.moved, step.unit.status, step.unit.status_at) == (True, after, at(3))
        return
    with pytest.raises(Refused) as refused:
        rules.set_status(subject, act(3), after)
    assert refused.value.code == "unit_transition"


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        rules.set_status(unit(), act(3), "asleep")
    assert (refused.value.code, refused.value.field) == ("unknown_status", "data.status")


def test_a_status_from_before_the_present_one_changes_nothing() -> None:
    step = rules.set_status(unit(status="on_scene", status_at=at(20)), act(30, done=10), "en_route")
    assert (step.moved, step.late, step.unit.status) == (False, True, "on_scene")


def test_a_unit_that_is_free_again_has_no_order_and_asks_for_nothing() -> None:
    busy = unit(status="on_scene", task_id=ORDER, need_help={"kinds": ["people"], "text": None, "at": "x"})
    free = rules.set_status(busy, act(9), "returning").unit
    assert (free.task_id, free.need_help) == (None, None)


def test_arriving_works_from_wherever_the_unit_was_and_takes_its_place() -> None:
    step = rules.arrive(unit(status="dispatched"), act(9), Place(99.33, 23.48))
    assert (step.unit.status, step.unit.lon, step.unit.seen_at) == ("on_scene", 99.33, at(9))
    again = rules.arrive(step.unit, act(12), Place(99.34, 23.49))
    assert (again.moved, again.unit.lon) == (True, 99.34)
    with pytest.raises(Refused, match="unit_transition"):
        rules.arrive(unit(status="out_of_service"), act(9), None)


def test_an_older_position_does_not_replace_a_newer_one() -> None:
    moved = rules.seen(unit(lon=99.4, seen_at=at(10)), act(20, done=5), Place(99.0, 23.0))
    assert moved.lon == 99.4


def test_dispatching_needs_a_unit_that_is_free_and_fit() -> None:
    sent = rules.dispatch(unit(), act(2), ORDER)
    assert (sent.status, sent.task_id) == ("dispatched", ORDER)
    assert rules.dispatch(unit(status="on_scene"), act(2), ORDER).status == "on_scene"
    with pytest.raises(Refused, match="unit_out_of_service"):
        rules.dispatch(unit(status="out_of_service"), act(2), ORDER)
    with pytest.raises(Refused, match="unit_busy"):
        rules.dispatch(unit(task_id=UUID(int=12)), act(2), ORDER)


def test_a_released_unit_that_had_not_left_is_available_again() -> None:
    assert rules.release(unit(status="dispatched", task_id=ORDER), act(5), ORDER).status == "available"
    assert rules.release(unit(status="on_scene", task_id=ORDER), act(5), ORDER).status == "on_scene"
    kept = unit(task_id=UUID(int=12))
    assert rules.release(kept, act(5), ORDER) is kept


def test_the_newest_call_for_help_stands() -> None:
    asked = rules.ask_for_help(unit(status="on_scene"), act(9), ["people"], "缺人手", None).unit
    older = rules.ask_for_help(asked, act(20, done=5), ["vehicle"], None, None)
    assert (older.moved, older.unit) == (False, asked)
