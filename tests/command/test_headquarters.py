"""The headquarters as a state machine: whatever people and clocks do, at most one person commands and no clock made him so."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from command.headquarters import groups, seats
from command.headquarters import transfer as transfers
from command.headquarters.clocks import ACT, CALL, DELEGATION, SEAT, TRANSFER, clocks_of
from command.headquarters.headquarters import Actor, Group, Headquarters, Person
from command.headquarters.rules import Forbidden, Matter, SeatRole, headquarters_rules
from command.orders.task import Act
from command.planning.plan import plans
from spine.canonical import JsonObject
from spine.errors import Refused
from tests.command.made import T0, at

INCIDENT = UUID(int=9)
NAMES = ("李", "杨", "赵", "陈")
ACCOUNTS = {name: UUID(int=100 + n) for n, name in enumerate(NAMES)}
PEOPLE = (
    Person("commander", ACCOUNTS["李"], "li", "李"),
    Person("deputy_commander", ACCOUNTS["杨"], "yang", "杨"),
    Person(None, None, "zhao", "赵", "副秘书长", "Deputy secretary-general"),
    Person(None, ACCOUNTS["陈"], "chen", "陈", "值班员", "Duty officer"),
    Person("duty_leader"),
)


def actor(name: str, word: str | None = None) -> Actor:
    by: JsonObject = {"id": f"account:{ACCOUNTS[name]}", "name": name}
    holds = {"李": {"commander"}, "杨": {"deputy_commander"}}.get(name, set[str]())
    may = frozenset({"commander", "deputy_commander", "duty_leader"}) if name in {"李", "杨"} else frozenset[str]()
    return Actor(ACCOUNTS[name], name, by, may, frozenset(holds), name == "陈", word)


def act(minutes: float, name: str = "陈") -> Act:
    return Act(actor(name).by, at(minutes), at(minutes))


def established(*people: Person) -> Headquarters:
    roles: list[SeatRole] = ["commander", *("deputy" for _ in people[1:])]
    return groups.establish(
        None,
        act(0),
        UUID(int=1),
        (INCIDENT, "耿马地震"),
        list(zip(roles, people, strict=True)),
        because={"reason": "成立"},
    )


def test_a_person_sits_once_and_an_unheld_post_is_asked_only_where_the_rules_say_so() -> None:
    hq = established(PEOPLE[0], PEOPLE[0], PEOPLE[4], PEOPLE[2])
    assert [(s.role, s.sort, s.state) for s in hq.seats] == [
        ("commander", 1, "asked"),
        ("deputy", 1, "vacant"),
        ("deputy", 2, "asked"),
    ]
    unheld = established(replace(PEOPLE[4], post="commander"))
    assert unheld.commander.state == "asked"


def test_a_deputy_before_him_who_is_there_acts_first() -> None:
    hq = established(PEOPLE[0], PEOPLE[1], PEOPLE[3])
    first, second = hq.deputies
    hq = seats.take(hq, act(1), actor("杨"), first.id)
    with pytest.raises(Refused) as refused:
        seats.step_in(hq, act(2), actor("陈"), second.id, "联系不上")
    assert refused.value.code == "not_your_turn"
    with pytest.raises(Refused) as refused:
        seats.step_in(hq, act(2), actor("杨"), first.id, " ")
    assert refused.value.code == "reason_required"
    hq = seats.step_in(hq, act(2), actor("杨"), first.id, "联系不上")
    assert hq.commanding is not None
    assert hq.commanding.id == first.id
    # Nobody acts beside the one who acts.
    with pytest.raises(Refused) as refused:
        seats.step_in(hq, act(3), actor("陈"), second.id, "联系不上")
    assert refused.value.code == "commander_present"


def test_a_second_plan_brings_no_group_twice_and_overwrites_no_hand() -> None:
    quake, flood = plans()[0], plans()[1]
    hq = established(PEOPLE[0])
    once = groups.merge(hq, groups.of_plan(quake.id, quake.groups, "530926"))
    assert groups.merge(once, groups.of_plan(quake.id, quake.groups, "530926")) == once
    first = once.groups[0]
    edited, _ = groups.set_group(once, act(1), replace(first, lead="MIL", members=()))
    both = groups.merge(edited, groups.of_plan(flood.id, flood.groups, "530926"))
    ids = [group.id for group in both.groups]
    assert len(ids) == len(set(ids)) == len({g.id for g in (*quake.groups, *flood.groups)})
    assert both.groups[0].lead == "MIL"


@pytest.mark.parametrize("row", [*headquarters_rules().matters.values(), *headquarters_rules().never.values()])
def test_a_matter_has_both_names(row: Matter | Forbidden) -> None:
    assert row.zh
    assert row.en


class Machine(RuleBasedStateMachine):
    """Four people, one of them the duty desk, in any order of deeds and clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.minutes = 0.0
        self.serial = 1000
        self.hq = established(*PEOPLE)
        self.refusals: list[Refused] = []

    def _id(self) -> UUID:
        self.serial += 1
        return UUID(int=self.serial)

    def _try(self, change: object, human: bool = True) -> None:
        """A deed that may be refused: the refusal has two sentences and the state is what it was."""
        before = self.hq
        try:
            after = change() if callable(change) else change
        except Refused as refused:
            self.refusals.append(refused)
            return
        if after is None:
            return
        assert isinstance(after, Headquarters)
        if not human:
            was, now = before.commanding, after.commanding
            assert (was and was.id) == (now and now.id), "a clock changes nobody's command"
        assert after.version == before.version + 1
        self.hq = after

    def _seat(self, n: int) -> UUID:
        return self.hq.seats[n % len(self.hq.seats)].id

    who = st.sampled_from(NAMES)
    word = st.sampled_from([None, "14:05 电话"])
    number = st.integers(0, 7)

    @rule(minutes=st.sampled_from([1.0, 6.0, 16.0, 40.0]))
    def time_passes(self, minutes: float) -> None:
        self.minutes += minutes
        for _ in range(12):
            due = [(k, s) for (k, s), clock in clocks_of(self.hq).items() if clock.due <= at(self.minutes)]
            before = self.hq
            for kind, subject in due:
                self._pass(kind, subject)
            if self.hq == before:
                return
        raise AssertionError("the clocks keep answering each other")

    def _pass(self, kind: str, subject: UUID) -> None:
        now = act(self.minutes)
        meets = {
            SEAT: lambda: seats.silent(self.hq, now, subject),
            CALL: lambda: seats.call_silent(self.hq, now, subject),
            ACT: lambda: seats.act_silent(self.hq, now),
            TRANSFER: lambda: transfers.transfer_silent(self.hq, now, subject),
            DELEGATION: lambda: transfers.expire(self.hq, now, subject),
        }
        self._try(meets[kind], human=False)

    @rule(who=who, n=number, word=word)
    def take(self, who: str, n: int, word: str | None) -> None:
        self._try(lambda: seats.take(self.hq, act(self.minutes, who), actor(who, word), self._seat(n)))

    @rule(who=who, n=number, word=word, reason=st.sampled_from(["", "在外地"]))
    def decline(self, who: str, n: int, word: str | None, reason: str) -> None:
        self._try(lambda: seats.decline(self.hq, act(self.minutes, who), actor(who, word), self._seat(n), reason))

    @rule(n=number)
    def call(self, n: int) -> None:
        self._try(lambda: seats.call(self.hq, act(self.minutes), self._seat(n)))

    @rule(who=who, n=number, word=word)
    def answer(self, who: str, n: int, word: str | None) -> None:
        self._try(lambda: seats.answer(self.hq, act(self.minutes, who), actor(who, word), self._seat(n)))

    @rule(who=who, n=number, word=word, reason=st.sampled_from([None, "联系不上"]))
    def step_in(self, who: str, n: int, word: str | None, reason: str | None) -> None:
        self._try(lambda: seats.step_in(self.hq, act(self.minutes, who), actor(who, word), self._seat(n), reason))

    @rule(
        role=st.sampled_from(["commander", "deputy", "office", "forward", "rear"]),
        n=st.integers(0, 4),
        old=st.none() | number,
    )
    def name(self, role: SeatRole, n: int, old: int | None) -> None:
        place: JsonObject | None = {"name": "贺派乡"} if n % 2 else None
        seat = None if old is None else self._seat(old)
        self._try(
            lambda: seats.name(self.hq, act(self.minutes), role, PEOPLE[n], self._id(), place=place, seat_id=seat)[0]
        )

    @rule(n=number)
    def relieve(self, n: int) -> None:
        self._try(lambda: seats.relieve(self.hq, act(self.minutes), self._seat(n), "轮换"))

    @rule(who=who, n=st.integers(0, 4), word=word, stays=st.booleans(), fits=st.booleans())
    def transfer(self, who: str, n: int, word: str | None, stays: bool, fits: bool) -> None:
        self._try(
            lambda: transfers.propose(
                self.hq,
                act(self.minutes, who),
                actor(who, word),
                self._id(),
                PEOPLE[n],
                fits=fits,
                summary="态势",
                reason="轮换",
                stays=stays,
            )
        )

    @rule(n=st.integers(0, 4))
    def raise_level(self, n: int) -> None:
        if self.hq.commanding is not None and not seats.same_person(self.hq.commanding.person, PEOPLE[n]):
            before = self.hq
            after = transfers.propose_by_level(
                self.hq, act(self.minutes), self._id(), PEOPLE[n], "II", ("预案", "plan")
            )
            assert after.commanding == before.commanding
            self.hq = after

    @rule(who=who, word=word)
    def take_command(self, who: str, word: str | None) -> None:
        self._try(lambda: transfers.take(self.hq, act(self.minutes, who), actor(who, word)))

    @rule(who=who, word=word)
    def refuse(self, who: str, word: str | None) -> None:
        self._try(lambda: transfers.refuse(self.hq, act(self.minutes, who), actor(who, word), "不便"))

    @rule(who=who, word=word)
    def withdraw(self, who: str, word: str | None) -> None:
        self._try(lambda: transfers.withdraw(self.hq, act(self.minutes, who), actor(who, word), "另行安排"))

    @rule(
        who=who,
        n=number,
        matter=st.sampled_from(["response_level", "proposals", "response_end", "x"]),
        hours=st.integers(-1, 80),
    )
    def delegate(self, who: str, n: int, matter: str, hours: int) -> None:
        until = at(self.minutes) + timedelta(hours=hours)
        self._try(
            lambda: transfers.delegate(
                self.hq,
                act(self.minutes, who),
                actor(who),
                self._id(),
                seat_id=self._seat(n),
                matter=matter,
                up_to="III",
                until=until,
                reason="在途",
            )
        )

    @rule(who=who, n=number)
    def revoke(self, who: str, n: int) -> None:
        if self.hq.delegations:
            one = self.hq.delegations[n % len(self.hq.delegations)]
            self._try(lambda: transfers.revoke(self.hq, act(self.minutes, who), actor(who), one.id, "收回"))

    @rule(n=number, lead=st.sampled_from(["FRB", "WAT"]))
    def set_group(self, n: int, lead: str) -> None:
        group = Group(f"g{n % 3}", f"组{n % 3}", f"group {n}", lead, ("FRB", "PSB"), "职责", "duty")
        self._try(lambda: groups.set_group(self.hq, act(self.minutes), group)[0])

    @rule(n=number)
    def dissolve_group(self, n: int) -> None:
        self._try(lambda: groups.dissolve_group(self.hq, act(self.minutes), f"g{n % 3}", "完成")[0])

    @invariant()
    def one_commander_at_most(self) -> None:
        hq = self.hq
        assert len([seat for seat in hq.seats if seat.role == "commander"]) == 1
        now = hq.commanding
        if now is not None:
            assert now.state == "taken"
            assert now.person.name is not None, "somebody commands, not an empty post"
            assert now.answered is not None, "he said so himself, or somebody wrote it down"
            assert now.role == "commander" or hq.commander.state != "taken"
        if hq.commander.state == "taken":
            assert hq.acting_seat is None
        if hq.acting_seat is not None:
            assert any(seat.id == hq.acting_seat and seat.role == "deputy" for seat in hq.seats)

    @invariant()
    def somebody_is_always_asked(self) -> None:
        """While nobody commands a clock runs or is red, unless the one seat to fill was just declined by everybody."""
        if self.hq.commanding is None:
            kinds = {kind for kind, _ in clocks_of(self.hq)}
            assert kinds & {SEAT, ACT}, self.hq

    @invariant()
    def every_refusal_has_two_sentences(self) -> None:
        for refused in self.refusals:
            assert refused.zh
            assert refused.en
            assert refused.zh != refused.en
        self.refusals.clear()

    @invariant()
    def clocks_are_whole(self) -> None:
        for clock in clocks_of(self.hq).values():
            assert clock.started <= clock.due
            assert clock.started >= T0
            assert all((*clock.title, *clock.to))
        for group in self.hq.groups:
            assert group.lead not in group.members
        waiting = [one for one in (self.hq.acting.asked if self.hq.acting else ()) if one["outcome"] == "waiting"]
        assert len(waiting) <= 1
        if self.hq.acting is not None and waiting:
            assert UUID(str(waiting[0]["seat_id"])) in {seat.id for seat in self.hq.seats}


Machine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestEverySequence = Machine.TestCase
