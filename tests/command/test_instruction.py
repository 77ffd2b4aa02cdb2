"""The states of an instruction: whatever is done in whatever order, the table is kept and every refusal has its sentence."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command.instructions import instruction as rules
from command.instructions.instruction import Instruction, Orders, Step, state_by_orders
from command.instructions.rules import instruction_limits, instruction_transitions
from spine.errors import Refused
from tests.command.made import T0, act, at

INCIDENT = (UUID(int=2), "耿马地震", "530926")


def captured(**over: object) -> Instruction:
    step = rules.capture(
        UUID(int=9),
        "S530926-20260301-001-P01",
        act(0),
        incident=INCIDENT,
        area_code=None,
        leader=("李承远", "副市长", UUID(int=5)),
        channel="phone",
        urgency="urgent",
        text="请交通局2小时内抢通314国道",
    )
    return replace(step.instruction, **over)  # pyright: ignore[reportArgumentType]


def test_the_clock_runs_from_when_it_was_said() -> None:
    step = rules.capture(
        UUID(int=9), "P20260301-01", act(20, done=0), incident=None, area_code=None,
        leader=(" 李承远 ", "", None), channel="oral", urgency="immediate", text=" 核实伤亡 ",
    )  # fmt: skip
    assert step.feedback == at(30)
    assert (step.instruction.text, step.instruction.leader, step.instruction.given_at) == ("核实伤亡", "李承远", T0)


@pytest.mark.parametrize(
    ("text", "leader", "code"), [(" ", "李", "text_required"), ("查", " ", "leader_name_required")]
)
def test_an_empty_one_is_refused(text: str, leader: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.capture(
            UUID(int=9), "P", act(0), incident=None, area_code=None, leader=(leader, None, None),
            channel="oral", urgency="normal", text=text,
        )  # fmt: skip
    assert refused.value.code == code


def test_it_goes_up_post_by_post_and_no_further() -> None:
    held = captured()
    chain = [step.post for step in instruction_limits().escalation]
    assert not rules.escalate(held, act(59)).moved
    told: list[str] = []
    for minutes in range(60, 600, 60):
        step = rules.escalate(held, act(minutes))
        if not step.moved:
            break
        held = step.instruction
        told = [str(one["post"]) for one in held.escalated if isinstance(one, dict)]
    assert told == chain
    assert held.feedback_due == at(60), "the clock that passed stays passed until there is word"


def test_word_on_the_way_starts_the_next_clock_and_leaves_the_state() -> None:
    held = captured(orders_open=2, orders_total=2, state="in_progress")
    step = rules.answer(
        held, act(50), text="已抢通一半", channel="phone", final=False, reason=None, by_leader_himself=False
    )
    assert (step.instruction.state, step.feedback) == ("in_progress", at(110))


_ORDERS = [
    Orders(),
    Orders(open=2, total=2),
    Orders(open=1, closed=1, begun=2, total=2),
    Orders(closed=2, begun=2, total=2),
]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "decompose",
                "follow",
                "urge",
                "escalate",
                "report",
                "answer",
                "send_back",
                "close",
                "cancel",
                "resume",
                "attach",
            ]
        ),
        st.sampled_from(_ORDERS),
        st.booleans(),
        st.integers(0, 90),
    ),
    max_size=25,
)


def _do(held: Instruction, deed: str, orders: Orders, worded: bool, minutes: float) -> Step:
    now, words = act(minutes), "理由" if worded else " "
    match deed:
        case "decompose":
            return rules.decompose(held, now, orders if orders.open else Orders(open=1, total=1))
        case "follow":
            return rules.follow(held, now, orders)
        case "urge":
            return rules.urge(held, now, words)
        case "escalate":
            return rules.escalate(held, now)
        case "report" | "answer":
            return rules.answer(
                held, now, text=words, channel="phone", final=deed == "answer", reason=words, by_leader_himself=False
            )
        case "send_back":
            return rules.send_back(held, now, words, orders)
        case "close":
            return rules.close(held, now, None)
        case "cancel":
            return rules.cancel(held, now, words)
        case "attach":
            return rules.attach(held, now, "X-P02", INCIDENT)
        case _:
            return rules.resume(held, now)


@settings(max_examples=400, deadline=None)
@given(DEEDS)
def test_no_sequence_leaves_the_table(deeds: list[tuple[str, Orders, bool, int]]) -> None:
    table, held, minutes = instruction_transitions(), captured(), 0.0
    refusals: list[Refused] = []
    for deed, orders, worded, passed in deeds:
        minutes += passed
        before = held
        try:
            step = _do(held, deed, orders, worded, minutes)
        except Refused as refused:
            refusals.append(refused)
            continue
        held = step.instruction
        if not step.moved:
            assert held == before
            continue
        assert held.version == before.version + 1
        assert held.updated_at == T0 + timedelta(minutes=minutes)
        if held.state != before.state:
            assert any(held.state in a.moves.get(before.state, ()) for a in table.actions.values()), (
                before.state,
                held.state,
            )
        if not before.is_open:
            assert held.state == before.state
        if deed == "close":
            assert before.state == "answered"
            assert held.orders_open == 0
        if held.state == "closed":
            final = held.answers[-1]
            assert isinstance(final, dict)
            assert final["final"] is True
        if deed == "follow" and before.is_owed:
            assert held.state == state_by_orders(orders)
    assert all(one.zh and one.en for one in refusals)


def test_a_leader_does_not_answer_himself_and_a_silent_reason_is_asked_for() -> None:
    held = captured()
    for himself, reason, code in ((True, "无需办理", "own_instruction"), (False, None, "reason_required")):
        with pytest.raises(Refused) as refused:
            rules.answer(
                held, act(1), text="已知悉", channel="oral", final=True, reason=reason, by_leader_himself=himself
            )
        assert refused.value.code == code
    step = rules.answer(
        held, act(1), text="已知悉", channel="oral", final=True, reason="仅通报", by_leader_himself=False
    )
    assert step.instruction.state == "answered"


def test_a_general_one_must_be_put_to_an_incident_before_orders_are_given() -> None:
    with pytest.raises(Refused) as refused:
        rules.decompose(captured(incident_id=None), act(1), Orders(open=1, total=1))
    assert refused.value.code == "instruction_without_incident"
