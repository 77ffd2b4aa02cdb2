"""Who may decide: posts asked in order, deputies in their turn, superiors always, and an unheld post by whoever may hold it."""

from dataclasses import replace
from uuid import UUID

import pytest

from command.responses.asking import Chain, answered, ask, exhausted, seat_of
from command.roster.duty import Duty
from spine.canonical import JsonObject
from spine.errors import Refused
from spine.principal import Grant, Principal, Role
from tests.command.made import T0, at

LI, YANG, CHEN = UUID(int=11), UUID(int=12), UUID(int=13)


def person(account: UUID, role: Role = Role.LEADER, area: str = "5309") -> Principal:
    return Principal(f"account:{account}", "某人", (Grant(role, area),), account_id=account)


def post(name: str, holder: UUID | None = None, holders: tuple[str, ...] = ("leader",)) -> Duty:
    since = None if holder is None else T0
    who = None if holder is None else "李承远"
    return Duty(name, f"{name}岗", f"the {name}", "command", "5309", holders, holder, who, since)


def chain(first: UUID | None = LI, second: UUID | None = YANG, superior: UUID | None = None) -> Chain:
    return Chain((post("commander", first), post("deputy", second)), 10, (post("mayor", superior),))


def asked_to(turns: int, of: Chain) -> list[JsonObject]:
    asked: list[JsonObject] = []
    for turn in range(turns):
        asked = ask(of, asked, at(10 * turn)) or exhausted(asked)
    return asked


def test_the_holder_of_the_asked_post_decides_in_it() -> None:
    seat = seat_of(chain(), asked_to(1, chain()), person(LI))
    assert (seat.post, seat.held) == ("commander", True)


def test_a_deputy_waits_for_his_turn_and_the_first_may_still_decide_after_it() -> None:
    with pytest.raises(Refused) as refused:
        seat_of(chain(), asked_to(1, chain()), person(YANG))
    assert refused.value.code == "not_your_turn"
    assert "commander岗（李承远）" in refused.value.zh
    later = asked_to(2, chain())
    assert [one["outcome"] for one in later] == ["silent", "waiting"]
    assert seat_of(chain(), later, person(YANG)).post == "deputy"
    assert seat_of(chain(), later, person(LI)).post == "commander"


def test_a_deputy_may_act_at_once_when_nobody_holds_the_post_before() -> None:
    empty = chain(first=None)
    assert seat_of(empty, asked_to(1, empty), person(YANG)).post == "deputy"


def test_an_unheld_post_is_filled_by_whoever_may_hold_it_and_it_is_recorded_as_unheld() -> None:
    empty = chain(first=None)
    seat = seat_of(empty, asked_to(1, empty), person(CHEN))
    assert (seat.post, seat.held) == ("commander", False)


@pytest.mark.parametrize(
    "who",
    [
        person(CHEN),  # a leader, but both posts are held by others
        person(CHEN, Role.DUTY_OFFICER),
        person(CHEN, Role.LEADER, "530926"),
        Principal("system:x", "系统", (Grant(Role.SYSTEM),)),
    ],
)
def test_who_holds_none_of_the_posts_is_told_whose_decision_it_is(who: Principal) -> None:
    with pytest.raises(Refused) as refused:
        seat_of(chain(), asked_to(1, chain()), who)
    assert refused.value.code == "not_your_decision"
    assert "commander岗（李承远）" in refused.value.zh
    assert "the commander" in refused.value.en


def test_two_empty_posts_are_no_short_cut_for_who_may_hold_only_the_second() -> None:
    empty = Chain((post("commander"), post("office", holders=("leader", "duty_officer"))), 10)
    officer = person(CHEN, Role.DUTY_OFFICER)
    with pytest.raises(Refused, match="not_your_decision"):
        seat_of(empty, asked_to(1, empty), officer)
    assert seat_of(empty, asked_to(2, empty), officer).to_json()["post"] == "office"


def test_a_county_leader_fills_no_post_of_the_city() -> None:
    empty = chain(first=None, second=None)
    with pytest.raises(Refused, match="not_your_decision"):
        seat_of(empty, asked_to(1, empty), person(CHEN, Role.LEADER, "530926"))


def test_who_holds_a_superior_post_may_always_decide_but_an_unheld_one_is_no_way_in() -> None:
    assert seat_of(chain(superior=CHEN), asked_to(1, chain()), person(CHEN)).post == "mayor"
    with pytest.raises(Refused, match="not_your_decision"):
        seat_of(chain(superior=None), asked_to(1, chain()), person(CHEN))


def test_when_the_last_was_silent_too_everybody_who_may_hold_a_post_may_act() -> None:
    over = exhausted(asked_to(2, chain()))
    assert ask(chain(), over, at(20)) is None
    seat = seat_of(chain(), over, person(CHEN))
    assert (seat.post, seat.held) == ("commander", False)
    assert seat_of(chain(), over, person(YANG)).held


def test_asking_says_who_held_the_post_and_until_when() -> None:
    (first,) = asked_to(1, chain())
    assert (first["post"], first["person"], first["held"]) == ("commander", "李承远", True)
    assert (first["at"], first["until"]) == ("2026-03-01T10:12:00.000000Z", "2026-03-01T10:22:00.000000Z")


def test_the_answer_marks_who_decided_and_nobody_waits_any_more() -> None:
    asked = asked_to(2, chain())
    by_first = answered(asked, seat_of(chain(), asked, person(LI)))
    assert [one["outcome"] for one in by_first] == ["decided", "void"]
    assert [one["outcome"] for one in answered(asked, None)] == ["silent", "void"]


def test_who_took_the_post_over_meanwhile_decides() -> None:
    asked = asked_to(1, chain())
    relieved = replace(chain(), posts=(post("commander", CHEN), post("deputy", YANG)))
    assert seat_of(relieved, asked, person(CHEN)).post == "commander"
    with pytest.raises(Refused):
        seat_of(relieved, asked, person(LI))
