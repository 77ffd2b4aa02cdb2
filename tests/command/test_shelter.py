"""A shelter: unknown is not zero, too many is never silent, and a place is promised once."""

from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.evacuation.reservation import Reservation, counted_in, crowd_of, total
from command.resources import shelter as rules
from command.resources.shelter import Shelter, shelter_rules
from spine.errors import Refused
from tests.command.made import act


def shelter(**over: Any) -> Shelter:
    given: dict[str, Any] = {
        "id": UUID(int=4), "facility_code": "shelter-1", "zh": "耿马中心广场避难场所", "en": "Gengma Square", "kind": "短期",
        "indoor": False, "area_code": "530926001", "department": "CTY-530926", "lon": 99.4, "lat": 23.5, "capacity": 100,
        "services": {}, "state": "standby", "state_at": None, "incident_id": None, "occupied": None, "needs": None,
        "reported_at": None, "reported_by": None, "over_reason": None, "promised": 0, "illustrative": True, "version": 1,
    }  # fmt: skip
    return Shelter(**(given | over))


def test_an_opened_shelter_has_an_unknown_number_of_people() -> None:
    opened = rules.open_shelter(shelter(), act(0), UUID(int=2))
    assert (opened.state, opened.occupied, opened.free, opened.promisable) == ("open", None, None, 100)
    with pytest.raises(Refused, match="shelter_transition"):
        rules.open_shelter(opened, act(1), None)


def test_more_than_it_holds_is_written_down_for_they_are_there() -> None:
    opened = shelter(state="open")
    unsaid = rules.report(opened, act(5), 130, None, " ")
    assert (unsaid.occupied, unsaid.over, unsaid.over_reason, unsaid.free) == (130, 30, None, 0)
    full = rules.report(opened, act(5), 130, None, "邻村群众自行前来，已联系第二安置点")
    assert (full.occupied, full.free, full.promisable) == (130, 0, 0)
    assert rules.report(full, act(9), 80, None, None).over_reason is None


def kept(number: int, people: int, **over: Any) -> Reservation:
    given: dict[str, Any] = {
        "id": UUID(int=number), "shelter_id": UUID(int=4), "incident_id": UUID(int=2), "plan_id": None, "task_id": UUID(int=number),
        "origin_id": f"z{number}", "from_zh": "甲村", "from_en": "A", "people": people, "expected": people,
        "made_at": act(number).at, "brought_at": None,
    }  # fmt: skip
    return Reservation(**(given | over))


def test_who_came_came_for_the_oldest_reservation_and_a_done_order_expects_nobody_after_the_count() -> None:
    first, second = kept(1, 30), kept(2, 20)
    assert [(r.id.int, r.expected) for r in counted_in([first, second], 10, 45, act(30).at)] == [(1, 0), (2, 15)]
    assert counted_in([first], 45, 40, act(30).at) == []  # some left; nobody came
    assert [r.expected for r in counted_in([first], None, 30, act(30).at)] == [0]
    done = replace(second, brought_at=act(20).at)
    assert [(r.id.int, r.expected) for r in counted_in([first, done], 0, 18, act(30).at)] == [(2, 0)]
    assert [(r.id.int, r.expected) for r in counted_in([done], 0, 5, act(15).at)] == [
        (2, 15)
    ]  # counted before it was done


def test_a_crowd_is_who_came_last_and_who_is_in_it_beyond_what_it_holds() -> None:
    full = shelter(state="open", occupied=80, reported_at=act(0).at, reserved=50, incident_id=UUID(int=2))
    waiting, inside = crowd_of(full, [kept(1, 30), kept(2, 20)], 0)[UUID(int=2)]
    assert ([(r.id.int, n) for r, n in waiting], inside) == ([(2, 20), (1, 10)], 0)
    over = replace(full, occupied=110)
    waiting, inside = crowd_of(over, [kept(1, 30), kept(2, 20)], 4)[UUID(int=2)]
    assert (sum(n for _, n in waiting), inside) == (50, 6)
    assert (
        sum(n for _, n in crowd_of(replace(full, state="unusable", occupied=None), [kept(1, 50)], 0)[UUID(int=2)][0])
        == 50
    )
    assert crowd_of(shelter(state="open", occupied=120, reported_at=act(0).at), [], 0) == {}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.lists(st.integers(1, 40), min_size=0, max_size=4))
def test_no_count_expects_more_than_before_or_less_than_nobody(counts: list[int], people: list[int]) -> None:
    standing = {n: kept(n + 1, number) for n, number in enumerate(people)}
    before = None
    for minute, number in enumerate(counts):
        for one in counted_in(list(standing.values()), before, number, act(60 + minute).at):
            assert 0 <= one.expected < standing[one.id.int - 1].expected
            standing[one.id.int - 1] = one
        before = number
    came = counts[0] + sum(max(0, b - a) for a, b in pairwise(counts))
    assert total(standing.values()) == max(0, sum(people) - came)


def test_numbers_that_cannot_be_are_refused() -> None:
    opened = shelter(state="open")
    with pytest.raises(Refused, match="needs_exceed_people"):
        rules.report(opened, act(5), 10, {"elderly": 11}, None)
    with pytest.raises(Refused, match="unknown_need"):
        rules.report(opened, act(5), 10, {"cats": 1}, None)
    with pytest.raises(Refused, match="shelter_transition"):
        rules.report(shelter(), act(5), 10, None, None)


def test_an_older_report_changes_nothing() -> None:
    newer = rules.report(shelter(state="open"), act(20), 60, None, None)
    assert rules.report(newer, act(30, done=10), 20, None, None) is newer


def test_places_are_promised_once_and_a_shelter_with_promises_is_not_closed() -> None:
    given = rules.promise(shelter(state="open", occupied=40, reported_at=act(0).at), 60)
    assert (given.promised, given.free) == (60, 0)
    with pytest.raises(Refused, match="shelter_full"):
        rules.promise(given, 1)
    with pytest.raises(Refused, match="shelter_has_promises"):
        rules.close(given, act(9), "结束")
    assert rules.unpromise(given, 60).promised == 0
    with pytest.raises(Refused, match="shelter_not_open"):
        rules.promise(shelter(state="unusable"), 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "report", "close", "suspend", "restore", "promise", "unpromise"]),
            st.integers(0, 150),
        )
    )
)
def test_no_sequence_reaches_a_state_the_table_forbids(steps: list[tuple[str, int]]) -> None:
    here, table = shelter(), shelter_rules()
    refusals: list[tuple[Refused, bool]] = []
    for minute, (step, number) in enumerate(steps):
        before = here
        try:
            match step:
                case "open":
                    here = rules.open_shelter(here, act(minute), None)
                case "report":
                    here = rules.report(here, act(minute), number, None, None)
                case "close":
                    here = rules.close(here, act(minute), "结束")
                case "suspend":
                    here = rules.suspend(here, act(minute), "危险")
                case "restore":
                    here = rules.restore(here, act(minute), "已排险")
                case "promise":
                    here = rules.promise(here, number)
                case _:
                    here = rules.unpromise(here, number)
        except Refused as refused:
            refusals.append((refused, here == before))
        if step in table.actions and here.state != before.state:
            assert table.actions[step].moves[before.state] == here.state  # type: ignore[index]
        assert here.promised >= 0
        assert here.over == max(0, (here.occupied or 0) - here.capacity)
        assert replace(here, version=0).capacity == 100
    assert all(refused.zh and refused.en and unharmed for refused, unharmed in refusals)
