"""An order's life: every transition that is allowed, every one that is refused, and what arrives late."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from command.orders import actions as rules
from command.orders import asks
from command.orders.clock import clocks_of
from command.orders.task import Act, Step, Task
from command.transitions import task_transitions, time_limits
from spine.canonical import JsonObject
from spine.clock import iso
from spine.errors import Refused
from tests.command.made import act, at, task

OTHER = UUID(int=8)
ASKED: JsonObject = {
    "cause": "safety",
    "text": "余震",
    "minutes": 30,
    "by": {"id": "account:b", "name": "消防"},
    "at": iso(at(2)),
}
PAUSE: JsonObject = {
    "cause": "safety",
    "text": "余震",
    "since": iso(at(2)),
    "until": iso(at(32)),
    "asked": {},
    "granted": {},
}
STEPS: dict[str, Callable[[Task, Act], Step]] = {
    "sign": lambda t, a: rules.sign(t, a),
    "return": lambda t, a: rules.send_return(t, a, "不属于本部门职责"),
    "reissue": lambda t, a: rules.reissue(t, a, "EMB", "请应急局办理"),
    "start": lambda t, a: rules.start(t, a),
    "assign": lambda t, a: rules.assign(t, a, OTHER),
    "progress": lambda t, a: rules.progress(t, a, "已到场"),
    "submit": lambda t, a: rules.submit(t, a, "已完成"),
    "accept": lambda t, a: rules.accept(t, a),
    "send_back": lambda t, a: rules.send_back(t, a, "照片不清"),
    "cancel": lambda t, a: rules.cancel(t, a, "险情解除"),
    "ask_extension": lambda t, a: asks.ask_extension(t, a, 30, "道路中断"),
    "decide_extension": lambda t, a: asks.decide_extension(replace(t, extension_ask=ASKED), a, True, None, ""),
    "ask_pause": lambda t, a: asks.ask_pause(t, a, "safety", "余震", 30),
    "decide_pause": lambda t, a: asks.decide_pause(replace(t, pause_ask=ASKED), a, True, None, ""),
    "go_on": lambda t, a: asks.end_pause(replace(t, pause=PAUSE), a),
    "urge": lambda t, a: asks.urge(t, a, ""),
    "supervise": lambda t, a: asks.supervise(t, a, "久拖不决"),
    "release": lambda t, a: asks.release(replace(t, supervised=ASKED), a, "已办"),
}
# What the transitions file must say, written out by hand: (state, action) → state after it.
ALLOWED = {
    ("issued", "sign"): "signed",
    ("issued", "return"): "returned",
    ("signed", "return"): "returned",
    ("issued", "reissue"): "issued",
    ("returned", "reissue"): "issued",
    ("issued", "start"): "in_progress",
    ("signed", "start"): "in_progress",
    ("issued", "assign"): "issued",
    ("signed", "assign"): "signed",
    ("in_progress", "assign"): "in_progress",
    ("issued", "progress"): "in_progress",
    ("signed", "progress"): "in_progress",
    ("in_progress", "progress"): "in_progress",
    ("submitted", "progress"): "submitted",
    ("issued", "submit"): "submitted",
    ("signed", "submit"): "submitted",
    ("in_progress", "submit"): "submitted",
    ("submitted", "accept"): "closed",
    ("submitted", "send_back"): "in_progress",
    ("waiting", "cancel"): "cancelled",
    ("issued", "cancel"): "cancelled",
    ("signed", "cancel"): "cancelled",
    ("in_progress", "cancel"): "cancelled",
    ("submitted", "cancel"): "cancelled",
    ("returned", "cancel"): "cancelled",
    **{
        (state, action): state
        for state in ("signed", "in_progress")
        for action in ("ask_extension", "decide_extension", "ask_pause", "decide_pause", "go_on")
    },
    **{(state, "urge"): state for state in ("issued", "signed", "in_progress")},
    **{
        (state, action): state
        for state in ("waiting", "issued", "signed", "in_progress", "submitted", "returned")
        for action in ("supervise", "release")
    },
}
# Taken by handlers that look at more than the one order.
ELSEWHERE = {
    ("waiting", "begin"): "issued",
    **{(state, "split"): state for state in ("issued", "signed", "in_progress")},
    **{(state, "escalate"): state for state in ("issued", "signed", "in_progress", "submitted", "returned")},
}
STATES = ("waiting", "issued", "signed", "in_progress", "submitted", "returned", "closed", "cancelled")
EVERY = [(state, action) for state in STATES for action in STEPS]


def running(order: Task) -> dict[str, datetime]:
    """The clocks that somebody owes."""
    return {kind: clock.due for kind, clock in clocks_of(order).items() if kind not in {"task_watch", "task_start"}}


def carry(action: str, subject: Task, doing: Act) -> Step:
    return STEPS[action](subject, doing)


@pytest.mark.parametrize(("state", "action"), EVERY)
def test_every_pair_of_state_and_action(state: str, action: str) -> None:
    subject = task(state=state, state_at=at(1))
    if (state, action) in ALLOWED:
        step = carry(action, subject, act(5))
        assert (step.moved, step.task.state) == (True, ALLOWED[state, action])
        assert step.task.version == subject.version + 1
        assert step.task.updated_at == at(5)
        return
    with pytest.raises(Refused) as refused:
        carry(action, subject, act(5))
    assert refused.value.code == "task_transition"
    assert refused.value.status == 409
    assert refused.value.facts["state"] == state


def test_the_file_and_the_table_say_the_same() -> None:
    said = {
        (before, name): after
        for name, action in task_transitions().actions.items()
        for before, after in action.moves.items()
    }
    assert said == ALLOWED | ELSEWHERE


@pytest.mark.parametrize(("state", "action"), [p for p in EVERY if p not in ALLOWED])
def test_what_was_done_before_the_order_moved_on_is_a_late_entry(state: str, action: str) -> None:
    """A phone without signal: the deed lies before the present state, so it is kept and moves nothing."""
    subject = task(state=state, state_at=at(10))
    rule = task_transitions().actions[action]
    doing = act(20, done=4)
    if state in rule.late:
        step = carry(action, subject, doing)
        assert (step.moved, step.late, step.task) == (False, True, subject)
        return
    with pytest.raises(Refused):
        carry(action, subject, doing)


def test_an_order_never_goes_backwards_by_a_late_entry() -> None:
    closed = task(state="closed", state_at=at(30), closed_at=at(30))
    for action in ("sign", "start", "progress", "submit"):
        assert carry(action, closed, act(40, done=3)).task == closed


def test_signing_stops_the_signing_clock_and_keeps_the_hour_of_the_deed() -> None:
    step = rules.sign(task(), act(9, done=6))
    assert step.task.signed_at == at(6)
    assert running(step.task) == {"task_step": at(29), "task_due": at(60)}
    assert step.late is False


def test_a_deed_long_ago_is_late_even_when_it_still_moves_the_order() -> None:
    step = rules.sign(task(), act(12, done=1))
    assert (step.moved, step.late, step.task.state) == (True, True, "signed")


def test_a_phone_whose_clock_is_wrong_cannot_sign_before_the_order_or_after_now() -> None:
    assert rules.sign(task(), act(5, done=-600)).task.signed_at == at(0)
    ahead = Act(act(5).by, at(6), at(5))
    assert rules.sign(task(), ahead).task.signed_at == at(5)


def test_whoever_starts_or_reports_has_signed() -> None:
    assert rules.start(task(), act(7)).task.signed_at == at(7)
    assert rules.progress(task(), act(7), "在途").task.signed_at == at(7)


@pytest.mark.parametrize("reason", ["", "   "])
@pytest.mark.parametrize("action", ["return", "reissue", "send_back", "cancel"])
def test_a_reason_must_be_given(action: str, reason: str) -> None:
    state = {"return": "issued", "reissue": "returned", "send_back": "submitted", "cancel": "issued"}[action]
    subject = task(state=state)
    with pytest.raises(Refused) as refused:
        {
            "return": lambda: rules.send_return(subject, act(3), reason),
            "reissue": lambda: rules.reissue(subject, act(3), "EMB", reason),
            "send_back": lambda: rules.send_back(subject, act(3), reason),
            "cancel": lambda: rules.cancel(subject, act(3), reason),
        }[action]()
    assert (refused.value.code, refused.value.field) == ("reason_required", "data.reason")


def test_a_returned_order_is_owed_by_the_duty_desk() -> None:
    step = rules.send_return(task(), act(4), "应由应急局牵头")
    until = at(4) + timedelta(minutes=time_limits().reissue_minutes)
    assert running(step.task) == {"task_sign": until}
    assert clocks_of(step.task)["task_sign"].owed_by == "desk"
    assert step.task.returned == {"reason": "应由应急局牵头", "by": act(4).by, "at": iso(at(4))}


def test_a_reissued_order_gives_the_next_department_its_full_time() -> None:
    returned = rules.send_return(task(unit_id=OTHER), act(4), "应由应急局牵头").task
    step = rules.reissue(returned, act(9), "EMB", "请办理")
    again = step.task
    assert (again.department, again.state, again.unit_id) == ("EMB", "issued", None)
    assert (again.sign_due, again.due) == (at(24), at(69))
    assert (again.signed_at, again.progress) == (None, None)
    assert again.returned is not None
    assert running(step.task) == {"task_sign": at(24), "task_due": at(69)}


def test_an_order_is_not_reissued_to_the_desk_that_has_it_unless_that_desk_returned_it() -> None:
    with pytest.raises(Refused, match="same_department"):
        rules.reissue(task(), act(9), "FRB", "再办")
    assert rules.reissue(task(state="returned"), act(9), "FRB", "核实后仍由你单位办理").task.state == "issued"


def test_the_total_clock_stops_when_handed_in_and_runs_again_when_sent_back() -> None:
    handed_in = rules.submit(task(state="in_progress"), act(50), "完成")
    assert running(handed_in.task) == {"task_step": at(80)}
    assert clocks_of(handed_in.task)["task_step"].owed_by == "desk"
    back = rules.send_back(handed_in.task, act(55), "照片不清")
    assert back.task.due == at(55 + time_limits().send_back_minutes)
    assert running(back.task) == {"task_due": back.task.due}
    early = rules.send_back(task(state="submitted", due=at(600)), act(5), "补充")
    assert early.task.due == at(600)


def test_the_newest_report_stands_whichever_comes_last() -> None:
    first = rules.progress(task(), act(20, done=18), "已到两处").task
    second = rules.progress(first, act(30, done=10), "出发").task
    assert second.progress is not None
    assert second.progress["text"] == "已到两处"


def test_arriving_starts_an_order_and_is_counted_once() -> None:
    step = rules.arrive(task(state="signed", signed_at=at(2)), act(30, done=28))
    assert (step.task.state, step.task.arrived_at) == ("in_progress", at(28))
    assert rules.arrive(step.task, act(40)).moved is False
    late = rules.arrive(task(state="submitted"), act(50, done=30))
    assert (late.task.state, late.moved) == ("submitted", True)
    assert rules.arrive(task(state="closed"), act(50, done=30)).moved is False


def test_a_call_for_help_stands_until_the_order_is_over() -> None:
    asked = rules.ask_for_help(task(state="in_progress"), act(30), ["people"], "缺人手").task
    assert asked.need_help == {"kinds": ["people"], "text": "缺人手", "at": iso(at(30))}
    older = rules.ask_for_help(asked, act(40, done=20), ["vehicle"], None)
    assert older.moved is False
    closed = rules.accept(rules.submit(asked, act(50), "完成").task, act(55)).task
    assert closed.need_help is None
    assert rules.ask_for_help(closed, act(60), ["medical"], None).moved is False


def test_an_order_is_assigned_to_one_unit_once() -> None:
    given = rules.assign(task(), act(3), OTHER).task
    with pytest.raises(Refused, match="unit_already_assigned"):
        rules.assign(given, act(4), OTHER)


def test_after_reopening_what_was_past_gets_its_time_anew() -> None:
    step = rules.resume(task(), act(100))
    assert (step.task.sign_due, step.task.due) == (at(115), at(160))
    assert running(rules.resume(task(state="in_progress"), act(30)).task) == {"task_due": at(60)}
    assert rules.resume(task(state="closed"), act(30)).moved is False


@pytest.mark.parametrize(
    ("minutes", "light"),
    [
        (0, "normal"),
        (41, "normal"),
        (42, "attention"),
        (54, "warning"),
        (59.9, "warning"),
        (60, "overdue"),
        (120, "severe"),
    ],
)
def test_lights(minutes: float, light: str) -> None:
    assert time_limits().light(at(0), at(60), at(minutes)).light == light
