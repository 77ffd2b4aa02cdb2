"""Requests: parts add up, nobody answers twice, silence climbs, and no sequence of steps leaves the tables."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.organisation.stock_book import stock_book
from command.requests import request as rules
from command.requests.outlook import Need, outlook
from command.requests.request import Offer, Request
from command.requests.rules import StepName, next_party, request_rules
from spine.errors import Refused
from tests.command.made import T0, act, at


def request(**over: Any) -> Request:
    given: dict[str, Any] = {
        "id": UUID(int=1), "no": "Q20260301-01", "incident_id": None, "incident_title": None, "task_id": None,
        "department": "CTY-530926", "area_code": "530926", "item": "tent_12", "quantity": 100, "priority": "urgent",
        "text": "缺帐篷", "place": None, "needed_by": None, "state": "asked", "made_at": T0, "answer_due": None,
        "ended": None, "outlook": None, "version": 1, "updated_at": T0,
    }  # fmt: skip
    return Request(**(given | over))


def made(*to: str, **over: Any) -> Request:
    return rules.make(request(**over), act(0), to or ("EMB-530926",))


def offered(number: int, quantity: int, party: str = "EMB-530926") -> Offer:
    return Offer(
        UUID(int=number), UUID(int=1), party, "stock", "county-530926", "offered", quantity, 0, 0, 0, 0, 0, 0, None, None,
        None, None, T0, T0, None, 1,
    )  # fmt: skip


TENT = stock_book().item("tent_12")


def test_several_parts_cover_a_need_and_one_more_is_too_many() -> None:
    one = rules.offer(made("EMB-530926", "EMB"), act(1), offered(10, 60), TENT)
    assert (one.state, one.open_need, one.answer_due) == ("answered", 40, at(30))
    two = rules.offer(one, act(2), offered(11, 40, "EMB"), TENT)
    assert (two.state, two.open_need, two.answer_due) == ("covered", 0, None)
    with pytest.raises(Refused, match="offer_exceeds_need"):
        rules.offer(two, act(3), offered(12, 1, "EMB"), TENT)
    with pytest.raises(Refused, match="need_covered"):
        rules.pass_on(two, act(3), "X-PUER", "passed_on")


def test_what_cannot_be_asked_is_refused() -> None:
    for wrong, code in (
        ({"department": "EMB"}, "asks_itself"),
        ({"needed_by": at(-5)}, "needed_before_now"),
        ({"quantity": 0}, "not_positive"),
    ):
        with pytest.raises(Refused, match=code):
            rules.make(request(**wrong), act(0), ("EMB",))
    with pytest.raises(Refused, match="nobody_asked"):
        rules.make(request(), act(0), ())
    with pytest.raises(Refused, match="wrong_source"):
        rules.offer(made(), act(1), replace(offered(10, 5), source="shelter"), TENT)


def test_the_last_to_decline_leaves_nobody() -> None:
    asked = made("EMB-530926", "EMB")
    one = rules.decline(asked, act(1), "EMB-530926", "无库存")
    assert (one.state, one.answer_due) == ("asked", at(30))
    two = rules.decline(one, act(2), "EMB", "无库存")
    assert (two.state, two.answer_due) == ("declined", None)
    with pytest.raises(Refused, match="not_asked"):
        rules.decline(two, act(3), "X-PUER", "x")
    with pytest.raises(Refused, match="reason_required"):
        rules.decline(asked, act(1), "EMB", " ")
    again = rules.pass_on(two, act(4), "X-PUER", "passed_on")
    assert (again.state, again.answer_due) == ("asked", at(34))


def test_silence_climbs_by_level() -> None:
    assert next_party("CTY-530926", frozenset({"CTY-530926"})) == "GOV"
    assert next_party("EMB-530926", frozenset()) == "EMB"
    assert next_party("WAT", frozenset()) == "EMB"
    assert next_party("EMB", frozenset({"EMB"})) == "X-YUNNAN"
    assert next_party("X-YUNNAN", frozenset({"X-YUNNAN"})) is None
    climbed, party = rules.escalate(made(), act(31))
    assert (party, climbed.parties[-1].why, climbed.answer_due) == ("EMB", "escalated", at(61))


def test_when_an_item_runs_out() -> None:
    soon, later = Need(50, at(60), "Q-01"), Need(80, at(600), "Q-02")
    seen = outlook("tent_12", 100, [later, soon], 0, 24, at(0))
    assert (seen.short, seen.runs_out_at, seen.cause, seen.request_no) == (30, at(600), "asked", "Q-02")
    used = outlook("tent_12", 100, [], 240, 24, at(0))
    assert (used.runs_out_at, used.cause) == (T0 + timedelta(hours=10), "use")
    assert outlook("tent_12", 100, [soon], 0, 24, at(0)).runs_out_at is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["offer", "decline", "pass_on", "escalate", "commit", "withdraw", "deploy", "receive", "release", "return", "cancel"]),
        st.integers(0, 3),
        st.integers(0, 120),
    ),
    max_size=30,
)  # fmt: skip


@given(STEPS)
def test_no_sequence_reaches_a_state_the_tables_forbid(steps: list[tuple[str, int, int]]) -> None:
    here, table, refusals = made("EMB-530926", "EMB"), request_rules(), list[Refused]()
    parties = ("EMB-530926", "EMB", "X-PUER", "WAT")
    for minute, (step, which, n) in enumerate(steps, start=1):
        before, by = here, act(minute)
        which_offer = here.offers[which % len(here.offers)].id if here.offers else None
        try:
            if step == "offer":
                here = rules.offer(here, by, offered(100 + minute, n, parties[which]), TENT)
            elif step == "decline":
                here = rules.decline(here, by, parties[which], "无")
            elif step == "pass_on":
                here = rules.pass_on(here, by, parties[which], "passed_on")
            elif step == "escalate":
                here, _ = rules.escalate(here, by)
            elif step == "cancel":
                here = rules.cancel(here, by, "不需要了")
            elif which_offer is None:
                continue
            elif step == "return":
                here, _ = rules.settle_return(here, by, which_offer, returned=n, used=which, lost=0)
            else:
                here, _ = rules.step_offer(
                    here, by, which_offer, cast(StepName, step), quantity=n or None, reason="道路中断"
                )
        except Refused as refused:
            refusals.append(refused)
            continue
        if here.state != before.state:
            assert here.state in table.requests[before.state].to, (before.state, here.state, step)
        for offer in here.offers:
            assert offer.state in table.offers
            assert 0 <= offer.received <= offer.deployed <= offer.committed <= offer.quantity
            assert 0 <= offer.out <= offer.deployed
        assert here.covered <= here.quantity
        assert (here.answer_due is not None) <= here.is_open
        assert before.is_open or step == "escalate"  # a clock that comes too late climbs to nobody
    assert all(refused.zh and refused.en for refused in refusals)
