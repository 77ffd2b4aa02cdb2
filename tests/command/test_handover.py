"""A handover's and a swap's states: no sequence of steps reaches what the tables forbid, and every refusal has both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.handover import handover as rules
from command.handover.handover import Item, Section, changes_between, check_list, digest_of, sheet_of
from command.roster import swap as swaps
from command.roster.duty import Duty, hand_to, take
from command.roster.roster import Member, Shift
from command.roster.rules import roster_rules
from spine.errors import Refused
from spine.principal import Grant, Principal, Role

T0 = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
LISTED = roster_rules().handover.checks
OK = {check.id: ("ok", "") for check in LISTED}


def officer(number: int, role: Role = Role.DUTY_OFFICER) -> Principal:
    return Principal(f"account:{number}", f"值班员{number}", (Grant(role),), account_id=UUID(int=number))


def post(holder: int | None = 1, kind: str = "duty") -> Duty:
    account = None if holder is None else UUID(int=holder)
    return Duty("primary", "主班", "Primary", kind, "5309", ("duty_officer",), account, None if holder is None else f"值班员{holder}", None if holder is None else T0)  # fmt: skip


def item(key: str, mark: str) -> Item:
    return Item(key, key, key, "", "", None, mark, 1, None)


def sheet(**items: str) -> dict[str, Any]:
    return dict(sheet_of([Section("incidents", "在办事件", "Open", [item(k, v) for k, v in items.items()]), Section("instructions", "批示", "Instructions", None)], T0))  # fmt: skip


def offered(holder: int = 1) -> rules.Handover:
    made = sheet(a="1")
    return rules.sign_out(UUID(int=9), post(holder), officer(holder), None, made, digest_of(made), {}, "", T0)


def code(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.zh
    assert refused.value.en
    return refused.value.code


def spoken(refused: Refused) -> None:
    assert refused.zh
    assert refused.en


def test_the_digest_is_of_what_stands_there_and_not_of_the_time() -> None:
    assert digest_of(sheet(a="1")) == digest_of({**sheet(a="1"), "at": "later"})
    assert digest_of(sheet(a="1")) != digest_of(sheet(a="2"))
    unknown = sheet_of([Section("incidents", "", "", None)], T0)
    none = sheet_of([Section("incidents", "", "", [])], T0)
    assert digest_of(unknown) != digest_of(none)


def test_what_changed_between_the_signatures_is_named() -> None:
    found = changes_between(sheet(a="1", b="1"), sheet(a="2", c="1"))
    assert [(one["what"], one["item"]["id"]) for one in found] == [("changed", "a"), ("gone", "b"), ("added", "c")]  # pyright: ignore[reportCallIssue, reportArgumentType, reportIndexIssue, reportOptionalSubscript]


def test_every_line_of_the_check_list_is_gone_through_and_a_fault_described() -> None:
    assert set(check_list(LISTED, OK)) == set(OK)
    assert code(lambda: check_list(LISTED, {})) == "check_missing"
    assert code(lambda: check_list(LISTED, {**OK, "moon": ("ok", "")})) == "check_unknown"
    assert code(lambda: check_list(LISTED, {**OK, "keys": ("fault", " ")})) == "fault_note"


def test_two_people_sign_and_only_then_the_post_moves() -> None:
    one, now = offered(), sheet(a="2")
    assert code(lambda: rules.sign_in(one, post(), officer(1), now, digest_of(now), "", T0)) == "same_person"
    assert code(lambda: rules.sign_in(one, post(), officer(2), now, one.digest, "", T0)) == "sheet_changed"
    assert code(lambda: rules.sign_in(one, post(), officer(2, Role.LEADER), now, digest_of(now), "", T0)) == "post_not_yours"  # fmt: skip
    done = rules.sign_in(one, post(), officer(2), now, digest_of(now), "", T0)
    assert done.signed_in is not None
    assert len(done.signed_in["changes"]) == 1  # pyright: ignore[reportArgumentType]
    taken = hand_to(post(), officer(2), T0)
    assert (taken.person, taken.how) == ("值班员2", "handover")


def test_who_is_not_on_duty_hands_nothing_over() -> None:
    made = sheet()

    def call(duty: Duty, who: Principal, read: str) -> rules.Handover:
        return rules.sign_out(UUID(int=9), duty, who, None, made, read, {}, "", T0)

    assert code(lambda: call(post(1), officer(2), digest_of(made))) == "not_on_duty"
    assert code(lambda: call(post(None), officer(2), digest_of(made))) == "not_on_duty"
    assert code(lambda: call(post(1), officer(1), "0" * 64)) == "sheet_changed"
    assert code(lambda: call(post(1, "command"), officer(1), digest_of(made))) == "not_handed_over"


def test_a_post_that_is_held_is_taken_without_handover_only_with_a_reason() -> None:
    assert take(post(None), officer(2), T0).how == "first"
    assert code(lambda: take(post(1), officer(2), T0)) == "handover_required"
    taken = take(post(1), officer(2), T0, "值班员突发疾病")
    assert (taken.how, taken.reason) == ("emergency", "值班员突发疾病")
    assert take(post(1, "command"), officer(2), T0).how == "first"


STEPS = st.tuples(st.sampled_from(["in", "refuse", "withdraw", "supersede"]), st.integers(1, 3), st.booleans(), st.sampled_from(["", "x"]))  # fmt: skip


@given(st.lists(STEPS, max_size=8))
def test_no_sequence_of_steps_signs_twice_or_by_one_person(steps: list[tuple[str, int, bool, str]]) -> None:
    one, ends = offered(), 0
    for what, who, read, reason in steps:
        now = sheet(a="2")
        try:
            match what:
                case "in":
                    one = rules.sign_in(one, post(), officer(who), now, digest_of(now) if read else one.digest, "", T0)
                case "refuse":
                    one = rules.refuse(one, post(), officer(who), reason, T0)
                case "withdraw":
                    one = rules.withdraw(one, officer(who), reason, T0)
                case _:
                    one = rules.supersede(one, officer(who), reason, T0)
            ends += 1
        except Refused as refused:
            spoken(refused)
        assert ends <= 1
        assert (one.state == "offered") == (ends == 0)
        assert (one.state == "completed") == (one.signed_in is not None)
        if one.signed_in is not None:
            assert one.signed_in["by"] != one.signed_out["by"]
        if one.state == "refused":
            assert one.ended is not None
            assert one.ended["reason"]


def member(key: str, account: int | None) -> Member:
    held = None if account is None else UUID(int=account)
    return Member(key, key, "", "", "", None, None, None, None, None, ("primary",), held, None, 1)


ACTS = st.tuples(st.sampled_from(["answer", "decide", "withdraw", "lapse"]), st.sampled_from(["a", "b", "c", ""]), st.booleans(), st.sampled_from(["", "x"]), st.integers(-1, 2))  # fmt: skip
NEXT = {
    "asked": {"agreed", "declined", "withdrawn", "lapsed"},
    "agreed": {"approved", "rejected", "withdrawn", "lapsed"},
}


@given(st.lists(ACTS, max_size=8))
def test_no_sequence_of_steps_swaps_what_one_of_the_three_did_not_want(
    acts: list[tuple[str, str, bool, str, int]],
) -> None:
    begins = T0 + timedelta(hours=1)
    shift = Shift(UUID(int=1), "primary", 1, begins, begins + timedelta(hours=24), "a", "hand", None, 1, T0)
    people = {"a": member("a", 1), "b": member("b", 2), "c": member("c", 3)}
    swap = swaps.ask(UUID(int=5), people["a"], shift, people["b"], None, "x", {"id": "a"}, T0)
    for what, who, yes, reason, hours in acts:
        before, person, at = swap, people.get(who), T0 + timedelta(hours=hours)
        try:
            match what:
                case "answer":
                    swap = swaps.answer(swap, person, yes, reason, {"id": who}, at)
                    assert who == "b"
                case "decide":
                    swap = swaps.decide(swap, ["w"], ["w"] if who == "c" else [], person, yes, reason, {"id": who}, at)
                    assert who == "c"
                case "withdraw":
                    swap = swaps.withdraw(swap, person)
                    assert who == "a"
                case _:
                    swap = swaps.lapse(swap)
        except Refused as refused:
            spoken(refused)
            continue
        assert swap.state in NEXT.get(before.state, set())
        if what in ("answer", "decide"):
            assert at < begins
    if swap.state == "approved":
        assert swap.answered is not None
        assert swap.decided is not None


def test_nobody_swaps_with_himself_or_after_it_began() -> None:
    begins = T0 + timedelta(hours=1)
    shift = Shift(UUID(int=1), "primary", 1, begins, begins + timedelta(hours=24), "a", "hand", None, 1, T0)
    a, b = member("a", 1), member("b", 2)

    def ask(asker: Member, other: Member, of: Shift = shift, at: datetime = T0) -> Any:
        return swaps.ask(UUID(int=5), asker, of, other, None, "x", {}, at)

    assert code(lambda: ask(a, a)) == "swap_with_self"
    assert code(lambda: ask(b, a)) == "not_your_shift"
    assert code(lambda: ask(a, member("b", None))) == "person_without_account"
    assert code(lambda: ask(a, b, at=begins)) == "shift_began"
    assert ask(a, b, replace(shift, starts_at=begins)).state == "asked"
