"""Stock by lot: nothing appears, nothing vanishes, the next to expire goes first and the expired never goes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.organisation.stock_book import stock_book
from command.resources import stock as rules
from command.resources.stock import Hold, Lot
from spine.errors import Refused
from tests.command.made import BY, T0, act

TODAY = date(2026, 3, 1)


def lot(number: int, **over: Any) -> Lot:
    given: dict[str, Any] = {
        "id": UUID(int=number), "depot": "city-relief", "item": "drinking_water", "lot_no": f"A-{number}", "made_on": None,
        "expires_on": None, "received": 0, "adjusted": 0, "free": 0, "committed": 0, "out": 0, "used": 0, "discarded": 0,
        "received_at": T0, "counted_at": None, "counted_by": None, "illustrative": True, "version": 1,
    }  # fmt: skip
    made = Lot(**(given | over))
    return replace(made, received=made.free + made.committed + made.out + made.used + made.discarded - made.adjusted)


def hold(number: int = 50) -> Hold:
    return Hold(UUID(int=number), "city-relief", "drinking_water", None, None, None, "孟定安置点", T0, BY, 1, ())


def test_the_next_to_expire_goes_first_and_the_expired_never() -> None:
    late, soon = lot(1, free=10, expires_on=TODAY + timedelta(90)), lot(2, free=10, expires_on=TODAY + timedelta(9))
    gone, never = lot(3, free=10, expires_on=TODAY), lot(4, free=10)
    step = rules.commit([never, late, gone, soon], hold(), 25, TODAY)
    assert step.hold is not None
    assert [(p.lot_id.int, p.committed) for p in step.hold.portions] == [(2, 10), (1, 10), (4, 5)]
    with pytest.raises(Refused) as refused:
        rules.commit([never, late, gone, soon], hold(), 31, TODAY)
    assert (refused.value.code, refused.value.facts["left"], refused.value.facts["expired"]) == ("stock_short", 30, 10)


def test_what_is_offered_to_others_is_not_offered_again() -> None:
    with pytest.raises(Refused) as refused:
        rules.commit([lot(1, free=10)], hold(), 6, TODAY, offered=5)
    assert (refused.value.facts["left"], refused.value.facts["offered"]) == (5, 5)


def test_a_lot_that_expired_while_promised_is_not_issued() -> None:
    step = rules.commit([lot(1, free=10, expires_on=TODAY + timedelta(1))], hold(), 5, TODAY)
    assert step.hold is not None
    with pytest.raises(Refused, match="lot_expired"):
        rules.issue(step.lots, step.hold, 5, TODAY + timedelta(1))
    back = rules.release(step.lots, step.hold, 5)
    assert back.lots[0].free == 10


def test_a_stock_take_needs_a_reason_for_its_difference_and_never_goes_below_what_is_promised() -> None:
    here = lot(1, free=6, committed=4)
    assert rules.count(here, act(1), 10, None).lots[0].adjusted == 0
    with pytest.raises(Refused, match="reason_required"):
        rules.count(here, act(1), 9, None)
    fewer = rules.count(here, act(1), 8, "鼠咬破损").lots[0]
    assert (fewer.free, fewer.adjusted, fewer.balanced) == (4, -2, True)
    with pytest.raises(Refused, match="count_below_committed"):
        rules.count(here, act(1), 3, "火灾")


@pytest.mark.parametrize("quantity", [0, -3])
def test_nothing_and_less_than_nothing_is_refused(quantity: int) -> None:
    for step in (
        lambda: rules.receive(lot(1), quantity, "采购", TODAY),
        lambda: rules.commit([lot(1, free=5)], hold(), quantity, TODAY),
        lambda: rules.discard(lot(1, free=5), quantity, "过期"),
    ):
        with pytest.raises(Refused, match="not_positive"):
            step()


def test_expiry_as_a_depot_keeper_reads_it() -> None:
    water = stock_book().item("drinking_water")
    days = {-1: "expired", 0: "expired", 1: "soon", 60: "soon", 61: "good"}
    assert {n: rules.expiry(lot(1, expires_on=TODAY + timedelta(n)), water, TODAY) for n in days} == days
    assert rules.expiry(lot(1), water, TODAY) == "none"


def test_unknown_items_and_measures_are_refused() -> None:
    book = stock_book()
    with pytest.raises(Refused, match="unknown_item"):
        book.item("gold")
    with pytest.raises(Refused, match="wrong_measure"):
        book.check_measure(book.item("rice"), "box")
    with pytest.raises(Refused, match="unknown_measure"):
        book.check_measure(book.item("rice"), "斤")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "count", "discard", "commit", "issue", "release", "back"]),
        st.integers(0, 2),
        st.integers(-2, 40),
        st.integers(0, 12),
        st.integers(0, 12),
    ),
    max_size=40,
)


@given(STEPS)
def test_goods_are_conserved_under_any_sequence(steps: list[tuple[str, int, int, int, int]]) -> None:
    lots = {n: lot(n, free=10, expires_on=None if n == 0 else TODAY + timedelta(n - 1)) for n in range(3)}
    holds: list[Hold] = []
    refusals: list[Refused] = []
    for minute, (kind, which, n, m, k) in enumerate(steps):
        everything = list(lots.values())
        promised = holds[which % len(holds)] if holds else None
        try:
            if kind == "receive":
                step = rules.receive(lots[which], n, "捐赠", TODAY)
            elif kind == "count":
                step = rules.count(lots[which], act(minute), max(0, n), "盘点")
            elif kind == "discard":
                step = rules.discard(lots[which], n, "损坏")
            elif kind == "commit":
                step = rules.commit(everything, hold(100 + minute), n, TODAY, offered=m)
            elif promised is None:
                continue
            elif kind == "issue":
                step = rules.issue(everything, promised, n, TODAY)
            elif kind == "release":
                step = rules.release(everything, promised, max(0, n))
            else:
                step = rules.take_back(everything, promised, max(0, n), m, k)
        except Refused as refused:
            refusals.append(refused)
            continue
        lots |= {changed.id.int: changed for changed in step.lots}
        if step.hold is not None:
            holds = [h for h in holds if h.id != step.hold.id] + [step.hold]
        for one in lots.values():
            assert one.balanced
            assert min(one.received, one.free, one.committed, one.out, one.used, one.discarded) >= 0
            mine = [p for h in holds for p in h.portions if p.lot_id == one.id]
            assert (sum(p.committed for p in mine), sum(p.out for p in mine)) == (one.committed, one.out)
        assert lots[1].committed == 0  # expired today
    assert all(refused.zh and refused.en for refused in refusals)
