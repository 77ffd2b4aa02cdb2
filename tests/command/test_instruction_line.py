"""One line of a leader's instruction: who, how, which departments, what, by when. What was not said is missing, never guessed."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command.instructions.line import InstructionReading, KnownLeader, read_instruction
from command.instructions.time import read_limit

NOW = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)  # 18:12 in Beijing
LI = KnownLeader("李承远", "市政府副市长", "Vice mayor", UUID(int=1))
YANG = KnownLeader("杨雪梅", "市应急管理局局长", "Director", None)
LEADERS = (LI, YANG, KnownLeader("李红", "市政府副市长", "Vice mayor", None))


def _read(text: str, leaders: tuple[KnownLeader, ...] = (LI, YANG)) -> InstructionReading:
    return read_instruction(text, NOW, leaders)


def test_the_line_of_the_desk() -> None:
    reading = _read("李副市长：请交通局2小时内抢通314国道，公安配合")
    assert reading.leader is LI
    [order] = reading.orders
    assert (order.department, order.title, order.minutes, order.support) == ("TRA", "抢通314国道", 120, ("PSB",))
    assert reading.missing == ("channel",)
    assert reading.text == "请交通局2小时内抢通314国道，公安配合"


@pytest.mark.parametrize(
    ("text", "departments", "minutes", "support"),
    [
        ("杨局长电话指示：耿马县政府今晚8点前完成转移，民政、卫健配合", ["CTY-530926"], [108], ["CIV", "HEB"]),
        ("李承远（视频会）：水务局、气象局半小时内会商", ["WAT", "MET"], [30, 30], []),
        ("2小时内，请交通局抢通道路；供电局恢复供电。", ["TRA", "PWR"], [120, 120], []),
        ("请消防支队会同公安局立即搜救", ["FRB"], [None], ["PSB"]),
        ("耿马县应急局一个半小时内核实", ["EMB-530926"], [90], []),
        ("Vice mayor Li: transport bureau to reopen G314 within 2 hours, police to assist", ["TRA"], [120], ["PSB"]),
        ("交通管制要到位", [None], [None], []),
        ("尽快核实伤亡", [None], [None], []),
    ],
)
def test_who_should_do_what_by_when(
    text: str, departments: list[str | None], minutes: list[int | None], support: list[str]
) -> None:
    reading = _read(text)
    assert [o.department for o in reading.orders] == departments
    assert [o.minutes for o in reading.orders] == minutes
    assert [code for o in reading.orders for code in o.support] == support


def test_an_addressed_department_is_not_the_speaker() -> None:
    reading = _read("交通局：2小时内抢通")
    assert reading.said is None
    assert "leader" in reading.missing
    assert [(o.department, o.title) for o in reading.orders] == [("TRA", "抢通")]


def test_two_who_fit_are_named_and_neither_is_chosen() -> None:
    reading = _read("李副市长：请交通局抢通", LEADERS)
    assert reading.leader is None
    assert [one.name for one in reading.candidates] == ["李承远", "李红"]


@pytest.mark.parametrize(
    ("text", "channel", "urgency"),
    [
        ("杨局长电话指示，立即核实", "phone", "immediate"),
        ("李副市长书面批示：尽快核实", "written", "urgent"),
        ("李副市长（视频会）：请交通局抢通", "video", "urgent"),
        ("李副市长：请交通局20分钟内抢通", None, "urgent"),
    ],
)
def test_how_it_was_said_and_how_urgent(text: str, channel: str | None, urgency: str) -> None:
    reading = _read(text)
    assert (reading.channel, reading.urgency) == (channel, urgency)
    assert reading.said in {"杨局长", "李副市长"}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("半小时内报", 30),
        ("30分钟以内报", 30),
        ("两个小时内报", 120),
        ("1.5小时内报", 90),
        ("三天内报", 4320),
        ("18:30前报", 18),
        ("明早8点前报", 13 * 60 + 48),
        ("今晚10点半前报", 258),
        ("今天内报", 348),
        ("within half an hour", 30),
        ("by 7 pm", 48),
        ("2小时后报", None),
        ("314国道", None),
        ("昨天8点前", 13 * 60 + 48),
    ],
)
def test_a_limit(text: str, minutes: int | None) -> None:
    assert read_limit(text, NOW).minutes == minutes


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_no_line_breaks_the_reader(text: str) -> None:
    reading = _read(text)
    assert all(o.minutes is None or o.minutes > 0 for o in reading.orders)
