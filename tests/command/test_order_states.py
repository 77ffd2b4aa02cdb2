"""Whatever is done with orders, in whatever order, late or in time: no order reaches a state that the tables forbid."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from command.orders import actions as rules
from command.orders import asks
from command.orders.clock import CARDED, cards_due, clocks_of, next_watch, with_cards
from command.orders.parts import begun, can_begin, check_plan, need_no_open_parts
from command.orders.task import Act, Step, Task
from command.transitions import PauseCause, task_transitions
from spine.errors import Refused
from tests.command.made import BY, T0, task

UNITS = (UUID(int=70), UUID(int=71))
DESKS = ("FRB", "EMB", "HEB")
OTHER = {"id": "account:b", "name": "值班长"}
WORDS = st.sampled_from(["道路中断", "余震不断", " "])
MINUTES = st.integers(1, 400)
LATE = st.sampled_from([0, 0, 0, 3, 40])
EDGES = {(before, after) for action in task_transitions().actions.values() for before, after in action.moves.items()}


class Orders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.orders: dict[UUID, Task] = {}
        self.refusals: list[Refused] = []

    @initialize(joint=st.booleans(), waits=st.booleans())
    def issue(self, joint: bool, waits: bool) -> None:
        first = task(id=UUID(int=1), joint=joint)
        signed = task(id=UUID(int=3), no="S530926-20260301-001-R03", state="signed", signed_at=T0)
        working = task(
            id=UUID(int=4), no="S530926-20260301-001-R04", state="in_progress", signed_at=T0, due_minutes=300
        )
        self.orders = {one.id: one for one in (first, signed, working)}
        if waits:
            later = task(id=UUID(int=2), no="S530926-20260301-001-R02", state="waiting", after=(first.id,))
            check_plan([later], self.orders)
            self.orders[later.id] = later

    # --- doing ---------------------------------------------------------------------------------------------------------

    def pick(self, number: int) -> Task:
        return list(self.orders.values())[number % len(self.orders)]

    def parts(self, whole: Task) -> list[Task]:
        return [one for one in self.orders.values() if one.parent_id == whole.id]

    def act(self, late: int = 0, by: dict[str, str] | None = None) -> Act:
        return Act(dict(by or BY), self.now - timedelta(minutes=late), self.now)

    def carry(self, before: Task, deed: Callable[[], Step]) -> None:
        """What is refused changes nothing and says why; what is done keeps to the tables."""
        try:
            step = deed()
        except Refused as refused:
            self.refusals.append(refused)
            return
        after = step.task
        if not step.moved:
            assert after == before
            return
        assert after.version > before.version
        assert before.state == after.state or (before.state, after.state) in EDGES
        assert before.is_open or not after.is_open
        self.orders[after.id] = after

    @rule(minutes=st.integers(0, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(n=st.integers(0, 7), late=LATE)
    def sign(self, n: int, late: int) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.sign(one, self.act(late)))

    @rule(n=st.integers(0, 7), late=LATE)
    def start_or_arrive(self, n: int, late: int) -> None:
        one = self.pick(n)
        self.carry(one, lambda: (rules.start if late else rules.arrive)(one, self.act(late)))

    @rule(n=st.integers(0, 7), late=LATE)
    def progress(self, n: int, late: int) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.progress(one, self.act(late), "已到"))

    @rule(n=st.integers(0, 7), late=LATE)
    def submit(self, n: int, late: int) -> None:
        one = self.pick(n)

        def deed() -> Step:
            step = rules.submit(one, self.act(late), "完成")
            if step.moved:
                need_no_open_parts(one, self.parts(one), ("提交办结", "hand it in"))
            return step

        self.carry(one, deed)

    @rule(n=st.integers(0, 7), why=WORDS)
    def return_it(self, n: int, why: str) -> None:
        one = self.pick(n)

        def deed() -> Step:
            step = rules.send_return(one, self.act(), why)
            if not one.joint:
                need_no_open_parts(one, self.parts(one), ("退回", "return it"))
            return step

        self.carry(one, deed)

    @rule(n=st.integers(0, 7), desk=st.sampled_from(DESKS), why=WORDS)
    def reissue(self, n: int, desk: str, why: str) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.reissue(one, self.act(), desk, why))

    @rule(n=st.integers(0, 7), unit=st.sampled_from(UNITS))
    def assign(self, n: int, unit: UUID) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.assign(one, self.act(), unit))

    @rule(n=st.integers(0, 7), why=WORDS)
    def review(self, n: int, why: str) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.send_back(one, self.act(), why) if why else rules.accept(one, self.act()))

    @rule(n=st.integers(0, 7), why=WORDS)
    def cancel(self, n: int, why: str) -> None:
        one = self.pick(n)
        parts = [part for part in self.parts(one) if part.is_open]
        self.carry(one, lambda: rules.cancel(one, self.act(), why))
        if self.orders[one.id].state == "cancelled":
            for part in parts:
                self.carry(part, lambda part=part: rules.cancel(part, self.act(), why))

    # --- what is asked for and said ------------------------------------------------------------------------------------

    @rule(n=st.integers(0, 7), minutes=MINUTES, why=WORDS)
    def ask_for_time(self, n: int, minutes: int, why: str) -> None:
        one = self.pick(n)
        self.carry(one, lambda: asks.ask_extension(one, self.act(), minutes, why))

    @rule(n=st.integers(0, 7), granted=st.booleans(), why=WORDS)
    def decide_time(self, n: int, granted: bool, why: str) -> None:
        one = self.pick(n)
        whole = None if one.parent_id is None else self.orders[one.parent_id]
        self.carry(one, lambda: asks.decide_extension(one, self.act(by=OTHER), granted, None, why, whole))
        if granted and self.orders[one.id].due != one.due:
            assert self.orders[one.id].due > one.due

    @rule(n=st.integers(0, 7), minutes=MINUTES, why=WORDS, cause=st.sampled_from(["superior", "external", "safety"]))
    def ask_for_pause(self, n: int, minutes: int, why: str, cause: PauseCause) -> None:
        one = self.pick(n)
        self.carry(one, lambda: asks.ask_pause(one, self.act(), cause, why, minutes))

    @rule(n=st.integers(0, 7), granted=st.booleans(), why=WORDS, own=st.booleans())
    def decide_pause(self, n: int, granted: bool, why: str, own: bool) -> None:
        one = self.pick(n)
        self.carry(one, lambda: asks.decide_pause(one, self.act(by=None if own else OTHER), granted, None, why))
        if own:
            assert self.orders[one.id].pause == one.pause

    @rule(n=st.integers(0, 7))
    def go_on(self, n: int) -> None:
        one = self.pick(n)
        self.carry(one, lambda: asks.end_pause(one, self.act()))
        again = self.orders[one.id]
        if again is not one:
            assert again.due - again.due_from == one.due - one.due_from
            assert again.due >= one.due

    @rule(n=st.integers(0, 7), why=WORDS, what=st.sampled_from(["urge", "supervise", "release"]))
    def urge_or_supervise(self, n: int, why: str, what: str) -> None:
        one = self.pick(n)
        deeds = {"urge": asks.urge, "supervise": asks.supervise, "release": asks.release}
        self.carry(one, lambda: deeds[what](one, self.act(), why))

    # --- parts, beginnings, cards ---------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.orders) < 8)
    @rule(n=st.integers(0, 7), minutes=MINUTES)
    def split(self, n: int, minutes: int) -> None:
        whole = self.pick(n)
        number = len(self.orders) + 1
        part = task(
            id=uuid5(whole.id, str(number)), no=f"{whole.no}-{number}", parent_id=whole.id, issued_at=self.now,
            state_at=self.now, due_from=self.now, sign_due=self.now + timedelta(minutes=min(15, minutes)),
            due=self.now + timedelta(minutes=minutes), due_minutes=minutes, updated_at=self.now,
        )  # fmt: skip
        try:
            rules.next_state(whole, "split", self.act())
            check_plan([part], self.orders)
        except Refused as refused:
            self.refusals.append(refused)
            return
        assert whole.is_open
        self.orders[part.id] = part

    @rule(n=st.integers(0, 7))
    def begin(self, n: int) -> None:
        one = self.pick(n)
        if one.state == "waiting" and can_begin(one, self.act(), [self.orders[before] for before in one.after]):
            self.carry(one, lambda: Step(begun(one, self.act()), True, False))

    @rule(n=st.integers(0, 7))
    def escalate(self, n: int) -> None:
        one = self.pick(n)
        cards = cards_due(one, self.now)
        if not cards:
            return
        assert one.is_open
        self.carry(one, lambda: Step(with_cards(one, cards), True, False))
        after = self.orders[one.id]
        assert cards_due(after, self.now) == []
        watch = next_watch(after)
        assert watch is None or watch > self.now

    @rule(n=st.integers(0, 7))
    def reopened(self, n: int) -> None:
        one = self.pick(n)
        self.carry(one, lambda: rules.resume(one, self.act()))

    # --- what always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def every_refusal_says_why_in_both_languages(self) -> None:
        assert all(refused.zh and refused.en and refused.field for refused in self.refusals)
        self.refusals.clear()

    @invariant()
    def clocks_fit_the_state(self) -> None:
        for one in self.orders.values():
            clocks = clocks_of(one)
            running = [kind for kind in CARDED if kind in clocks]
            assert all(clock.due > clock.started for kind, clock in clocks.items() if kind != "task_watch")
            if not one.is_open:
                assert clocks == {}
            if one.state == "waiting" or one.is_paused:
                assert running == []
            elif one.is_open:
                assert running != [] or one.state == "submitted"
            assert ("task_pause" in clocks) == one.is_paused

    @invariant()
    def what_is_asked_for_belongs_to_work_in_hand(self) -> None:
        for one in self.orders.values():
            if one.state not in {"signed", "in_progress"}:
                assert one.pause is None, one.state
                assert one.pause_ask is None, one.state
                assert one.extension_ask is None, one.state

    @invariant()
    def no_whole_is_over_before_its_parts(self) -> None:
        for one in self.orders.values():
            if one.state in {"submitted", "closed"}:
                assert not any(part.is_open for part in self.parts(one))

    @invariant()
    def times_are_in_order(self) -> None:
        for one in self.orders.values():
            stamps: list[datetime] = [at for at in (one.signed_at, one.submitted_at, one.closed_at) if at is not None]
            assert all(at <= self.now for at in stamps)
            assert one.due > one.due_from


TestOrders = Orders.TestCase
TestOrders.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
