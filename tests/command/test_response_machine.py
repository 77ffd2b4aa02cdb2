"""Whatever is done in whatever order: no response or proposal reaches a state the tables forbid, and every refusal has a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, cast
from uuid import UUID, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from command.orders.actions import cancel, sign
from command.orders.task import Act, Task, new_task
from command.proposals import proposal as proposal_rules
from command.proposals.proposal import ABOUT_LEVEL, Proposal, is_overtaken
from command.responses import response as rules
from command.responses.asking import Chain, ask, exhausted, seat_of, waiting
from command.responses.difference import check_seen, difference, parts_to_cancel
from command.responses.response import Response, Ruling
from command.responses.stand_down import HandedOver, hand_over, open_items
from command.transitions import LEVELS, Level
from spine.clock import iso
from spine.errors import Refused
from spine.principal import Principal, Role
from tests.command.made import BY, T0, response
from tests.command.test_asking import CHEN, LI, YANG, chain, person
from tests.command.test_difference import incident
from tests.command.watched_plans import quake

MOVES = {
    ("proposed", "proposed"),
    ("proposed", "active"),
    ("proposed", "declined"),
    ("active", "active"),
    ("active", "ended"),
}
PEOPLE = (person(LI), person(YANG), person(CHEN), person(CHEN, Role.DUTY_OFFICER))
levels = st.sampled_from(LEVELS)
people = st.sampled_from(PEOPLE)
words = st.sampled_from(["", " ", "形势变化"])


class Machine(RuleBasedStateMachine):
    """One response of the test plan with its orders and proposals, as the handlers put the pure steps together."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = quake()
        self.minute = 0.0
        self.chain: Chain = chain()
        asked = ask(self.chain, (), T0) or ()
        self.response: Response = response("III", asked=asked)
        self.tasks: dict[UUID, Task] = {}
        self.proposals: dict[UUID, Proposal] = {}
        self.accepted_about_level: set[int] = set()

    # --- how a handler would do it ---------------------------------------------------------------------------------------

    def act(self) -> Act:
        self.minute += 1
        at = T0 + timedelta(minutes=self.minute)
        return Act(BY, at, at)

    def attempt(self, step: Callable[[], None]) -> bool:
        """A step is carried out whole or refused with a sentence in both languages."""
        before = (self.response, dict(self.tasks), dict(self.proposals))
        refusal: Refused | None = None
        try:
            step()
        except Refused as refused:
            refusal = refused
        if refusal is not None:
            assert refusal.zh.endswith("。"), refusal.zh
            assert refusal.en.endswith("."), refusal.en
            assert refusal.code
            assert (self.response, self.tasks, self.proposals) == before
            return False
        assert before[0].state == self.response.state or (before[0].state, self.response.state) in MOVES
        return True

    def change(self, level: Level) -> Any:
        return difference(self.plan, "530926", self.response, level, list(self.tasks.values()), (), self.now)

    @property
    def now(self) -> Any:
        return T0 + timedelta(minutes=self.minute)

    def set_level(self, who: Principal, level: Level, reason: str, seen: str | None, but: UUID | None = None) -> None:
        asked = self.response.asked if self.response.state == "proposed" else ()
        seat, act, change = seat_of(self.chain, asked, who), self.act(), self.change(level)
        check_seen(seen, change)
        decide = rules.activate if self.response.state == "proposed" else rules.adjust
        after = decide(self.response, act, level, Ruling(seat, reason, proposal_id=but))
        tasks, orders = dict(self.tasks), dict(after.orders)
        for line in change.lines:
            if line.what == "added":
                task = new_task(
                    uuid5(after.id, f"{line.code}:{len(tasks)}"),
                    incident(),
                    act,
                    number=len(tasks) + 1,
                    department=line.department,
                    title=line.title_zh,
                    text="。",
                    sign_minutes=10,
                    due_minutes=60,
                    code=line.code,
                    response_id=after.id,
                )
                tasks[task.id] = task
                orders[line.code] = {
                    "task_id": str(task.id), "owner": task.department, "purpose": None, "title": task.title, "other": None,
                }  # fmt: skip
            elif line.what == "cancelled":
                for part in parts_to_cancel(line, list(tasks.values())):
                    assert part.signed_at is None
                    tasks[part.id] = cancel(part, act, "降级").task
        self.response, self.tasks = replace(after, orders=orders), tasks
        self.overtake("level", but, act)

    def overtake(self, kind: str, but: UUID | None, act: Act) -> None:
        for key, one in self.proposals.items():
            if key != but and is_overtaken(one, kind):
                self.proposals[key] = proposal_rules.overtake(one, act, "另有决定")

    def pick(self, index: int) -> Proposal | None:
        held = list(self.proposals.values())
        return held[index % len(held)] if held else None

    # --- what people and clocks do ---------------------------------------------------------------------------------------

    @rule(who=people, level=levels, reason=words, look=st.booleans())
    def decide(self, who: Principal, level: Level, reason: str, look: bool) -> None:
        seen = self.change(level).stamp if look else "0" * 16
        done = self.attempt(lambda: self.set_level(who, level, reason, seen))
        assert look or not done

    @rule(who=people, reason=words)
    def decline(self, who: Principal, reason: str) -> None:
        def step() -> None:
            seat = seat_of(self.chain, self.response.asked, who)
            self.response = rules.decline(self.response, self.act(), reason, seat)

        self.attempt(step)

    @rule()
    def time_passes_and_nobody_decided(self) -> None:
        if self.response.state == "proposed" and waiting(self.response.asked):
            asked = ask(self.chain, self.response.asked, self.now) or exhausted(self.response.asked)
            self.response = replace(self.response, asked=asked)

    @rule(index=st.integers(0, 20))
    def an_order_is_signed(self, index: int) -> None:
        if self.tasks:
            task = list(self.tasks.values())[index % len(self.tasks)]
            self.attempt(lambda: self.tasks.update({task.id: sign(task, self.act()).task}))

    @rule(kind=st.sampled_from(["raise", "lower", "stand_down", "extend_zone"]), level=levels)
    def propose(self, kind: Any, level: Level) -> None:
        def step() -> None:
            proposal_rules.check_kind(kind, level, None, self.response)
            act = self.act()
            key = UUID(int=1000 + len(self.proposals))
            self.proposals[key] = Proposal(
                key, self.response.incident_id, self.response.id, "预案", "Plan", None, kind,
                level if kind in {"raise", "lower"} else None, None, "建议", "Proposal", ({"zh": "理由。"},), "。", ".", False,
                {"decisions": self.response.decisions}, "open", {"by": BY, "at": iso(act.at)},
                ask(self.chain, (), act.at) or (), act.at, None, None, 1,
            )  # fmt: skip

        self.attempt(step)

    @rule(index=st.integers(0, 20), who=people, reason=words)
    def accept(self, index: int, who: Principal, reason: str) -> None:
        one = self.pick(index)
        if one is None:
            return
        decision = self.response.decisions

        def step() -> None:
            proposal_rules.check_open(one, self.response)
            seat = seat_of(self.chain, one.asked, who)
            closed = proposal_rules.accept(one, self.act(), seat, reason, {}, {})
            if one.kind in {"raise", "lower"} and one.level is not None:
                self.set_level(who, one.level, "采纳建议", self.change(one.level).stamp, one.id)
            elif one.kind == "stand_down":
                self.end_with(who, "采纳建议", one.id)
            self.proposals[one.id] = closed

        if self.attempt(step) and one.kind in ABOUT_LEVEL:
            assert decision not in self.accepted_about_level  # two that exclude each other: never both
            self.accepted_about_level.add(decision)

    @rule(index=st.integers(0, 20), who=people, reason=words)
    def reject(self, index: int, who: Principal, reason: str) -> None:
        one = self.pick(index)
        if one is None:
            return

        def step() -> None:
            proposal_rules.check_open(one, self.response)
            seat = seat_of(self.chain, one.asked, who)
            self.proposals[one.id] = proposal_rules.reject(one, self.act(), seat, reason)

        self.attempt(step)

    @rule(index=st.integers(0, 20))
    def the_reason_is_gone(self, index: int) -> None:
        one = self.pick(index)
        if one is not None:
            self.proposals[one.id] = proposal_rules.withdraw(one, self.act(), "情况已不存在", "it is gone")

    @rule(who=people, reason=words, said=st.booleans())
    def end(self, who: Principal, reason: str, said: bool) -> None:
        self.attempt(lambda: self.end_with(who, reason, None, said=said))

    def end_with(self, who: Principal, reason: str, but: UUID | None, *, said: bool = True) -> None:
        rules.check_active(self.response)
        seat, act = seat_of(self.chain, (), who), self.act()
        items = open_items(self.response, self.plan, list(self.tasks.values()), (), list(self.proposals.values()))
        answers: Mapping[str, HandedOver] = {item.id: HandedOver("已交接", False) for item in items} if said else {}
        self.response = rules.end(self.response, act, reason, seat, hand_over(items, answers))
        self.overtake("end", but, act)

    # --- what always holds -----------------------------------------------------------------------------------------------

    @invariant()
    def the_history_tells_how_it_came_to_this(self) -> None:
        history = self.response.history
        if self.response.state in {"proposed", "declined"}:
            assert not history
        else:
            assert history[0]["what"] == "activated"
            assert history[-1]["level"] == self.response.level
            for before, after in pairwise(history):
                assert (after["before"], after["level"] != before["level"]) == (before["level"], True)

    @invariant()
    def nothing_waits_for_an_answer_that_cannot_come(self) -> None:
        for one in self.proposals.values():
            assert one.state in proposal_rules.STATES
            assert (one.state == "open") == (one.decided is None)
            if one.state == "open":
                assert self.response.state == "active"
            else:
                assert waiting(one.asked) is None
            if one.state == "open" and one.kind in ABOUT_LEVEL:
                assert one.rests_on["decisions"] == self.response.decisions
        if self.response.state != "proposed":
            assert waiting(self.response.asked) is None

    @invariant()
    def no_purpose_is_ordered_twice(self) -> None:
        codes = [task.code for task in self.tasks.values() if task.state != "cancelled"]
        assert len(codes) == len(set(codes))

    @invariant()
    def what_ended_was_handed_over(self) -> None:
        if self.response.state == "ended":
            left = cast(list[Any], (self.response.ended or {})["handed_over"])
            assert any(item["kind"] == "condition" and item["reason"] for item in left)


TestResponseMachine = Machine.TestCase
TestResponseMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
