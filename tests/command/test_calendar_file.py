"""Calendar files out and in: what is understood, what is assumed and said, what is refused, and that nothing runs away."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from command.roster.calendar_in import Reading, Understood, read_calendar
from command.roster.calendar_out import calendar_of
from command.roster.duty import Duty
from command.roster.roster import Member, Shift
from command.roster.rules import roster_rules
from spine.clock import BEIJING
from spine.errors import Refused

AT = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
POSTS = {
    "primary": Duty("primary", "主班", "Primary duty officer", "duty", "5309", (), None, None, None),
    "watch_commander": Duty("watch_commander", "值班长", "Watch commander", "duty", "5309", (), None, None, None),
}


def member(key: str, name: str) -> Member:
    return Member(key, name, "", "", "", None, None, None, None, None, ("primary",), None, None, 1)


PEOPLE = [member("chen", "陈晓雨"), member("bao", "鲍文强")]
READING = Reading(roster_rules(), PEOPLE, POSTS, AT, {}, None)


def file(*events: str, before: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{before}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, reading: Reading = READING, before: str = "") -> Understood:
    return read_calendar(file(*events, before=before), reading)


ONE = "SUMMARY:主班 陈晓雨\nDTSTART:20260305T003000Z\nDTEND:20260306T003000Z"


def test_what_goes_out_comes_in_again() -> None:
    starts = datetime(2026, 3, 5, 8, 30, tzinfo=BEIJING)
    shifts = [
        Shift(
            UUID(int=n),
            "primary",
            1,
            starts + timedelta(days=n),
            starts + timedelta(days=n + 1),
            key,
            "hand",
            None,
            2,
            AT,
        )
        for n, key in enumerate(("chen", "bao"))
    ]
    out = calendar_of(shifts, POSTS, {p.id: p for p in PEOPLE}, "主班", "【演练】")
    assert out == calendar_of(reversed(shifts), POSTS, {p.id: p for p in PEOPLE}, "主班", "【演练】")
    assert "【演练】主班 · 陈晓雨" in out.decode()
    rows = read_calendar(out, READING).rows
    assert [(r.post, r.person_id, r.starts_at, r.problem) for r in rows] == [
        ("primary", s.person_id, s.starts_at, None) for s in shifts
    ]


def test_repetition_is_expanded_in_its_own_zone_without_what_is_excluded() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Hut\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\nEND:STANDARD\nEND:VTIMEZONE\n"
    event = "SUMMARY:值班长 鲍文强\nDTSTART;TZID=Hut:20260302T073000\nDTEND;TZID=Hut:20260303T073000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5\nEXDATE;TZID=Hut:20260305T073000"
    rows = read(event, before=zone).rows
    assert [(r.starts_at.astimezone(BEIJING).strftime("%m-%d %H:%M")) for r in rows if r.starts_at] == ["03-02 08:30", "03-09 08:30", "03-12 08:30", "03-16 08:30"]  # fmt: skip
    assert {r.post for r in rows} == {"watch_commander"}


@given(
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    interval=st.integers(1, 5),
    days=st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3, unique=True),
    nth=st.sampled_from(["", "1", "2", "-1"]),
    count=st.integers(1, 30),
    start=st.integers(2, 27),
)
def test_repetition_agrees_with_another_program(
    frequency: str, interval: int, days: list[str], nth: str, count: int, start: int
) -> None:
    first = datetime(2026, 3, start, 8, 30, tzinfo=BEIJING)
    by_day = f";BYDAY={','.join((nth if frequency == 'MONTHLY' else '') + d for d in days)}" if days else ""
    rule = f"FREQ={frequency};INTERVAL={interval}{by_day};COUNT={count}"
    expected = [one for one in rrulestr(rule, dtstart=first) if one <= AT + timedelta(days=366)]
    event = f"SUMMARY:主班 陈晓雨\nDTSTART;TZID=Asia/Shanghai:202603{start:02d}T083000\nDURATION:PT12H\nRRULE:{rule}"
    assert [row.starts_at for row in read(event).rows] == expected


def test_an_occurrence_that_was_moved_stands_once() -> None:
    event = f"{ONE}\nRRULE:FREQ=DAILY;COUNT=2"
    moved = (
        "UID:0\nSUMMARY:主班 鲍文强\nRECURRENCE-ID:20260306T003000Z\nDTSTART:20260306T043000Z\nDTEND:20260307T003000Z"
    )
    text = file(event, moved).decode().replace("UID:1\r\n", "").encode()
    rows = read_calendar(text, READING).rows
    assert [(r.person_id, r.starts_at) for r in rows] == [
        ("chen", datetime(2026, 3, 5, 0, 30, tzinfo=UTC)),
        ("bao", datetime(2026, 3, 6, 4, 30, tzinfo=UTC)),
    ]


def test_what_is_assumed_is_said() -> None:
    floating = read("SUMMARY:主班 陈晓雨\nDTSTART:20260305T083000\nDURATION:PT12H").rows[0]
    assert floating.starts_at == datetime(2026, 3, 5, 8, 30, tzinfo=BEIJING)
    assert "北京时间" in floating.notices[0][0]
    day = read("SUMMARY:主班 陈晓雨\nDTSTART;VALUE=DATE:20260305").rows[0]
    assert (day.starts_at, day.ends_at) == (
        datetime(2026, 3, 5, 8, 30, tzinfo=BEIJING),
        datetime(2026, 3, 6, 8, 30, tzinfo=BEIJING),
    )
    assert day.notices


def test_names_and_posts_that_are_not_known_are_asked_for() -> None:
    unknown = read("SUMMARY:主班 王五\nDTSTART:20260305T003000Z\nDTEND:20260306T003000Z").rows[0]
    assert (unknown.name, unknown.person_id, unknown.problem is not None) == ("王五", None, True)
    chosen = replace(READING, names={"王五": "bao"})
    assert read("SUMMARY:主班 王五\nDTSTART:20260305T003000Z\nDTEND:20260306T003000Z", reading=chosen).rows[0].problem is None  # fmt: skip
    assert read(ONE.replace("主班 ", "")).rows[0].problem is not None
    assert read(ONE.replace("主班 ", ""), reading=replace(READING, post="primary")).rows[0].post == "primary"
    two = read(ONE.replace("陈晓雨", "陈晓雨 鲍文强")).rows[0]
    assert two.problem is not None
    assert "鲍文强" in two.problem[0]
    attendee = read(ONE.replace("陈晓雨", "值守") + '\nATTENDEE;CN="陈晓雨":mailto:a@example.test').rows[0]
    assert attendee.person_id == "chen"


def test_two_at_once_sit_beside_each_other_and_what_is_over_is_counted() -> None:
    found = read(ONE, ONE.replace("陈晓雨", "鲍文强"), ONE.replace("202603", "202602"), ONE.replace("2026", "2029"))
    assert [row.seat for row in found.rows] == [1, 2]
    assert (found.past, found.beyond) == (1, 1)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (ONE.replace("DTEND:20260306T003000Z", ""), "结束时间"),
        (ONE.replace("DTEND:20260306", "DTEND:20260304"), "早于"),
        (ONE.replace("DTEND:20260306", "DTEND:20260401"), "7 天"),
        (ONE.replace("DTSTART:20260305", "DTSTART:20260399"), "DTSTART"),
        (ONE.replace("DTSTART:20260305T003000Z", "DTSTART;TZID=Moon/Base:20260305T083000"), "Moon/Base"),
        (f"{ONE}\nRRULE:FREQ=SECONDLY", "FREQ=SECONDLY"),
        (f"{ONE}\nRRULE:FREQ=DAILY;BYHOUR=1,2,3", "BYHOUR"),
        (f"{ONE}\nRRULE:FREQ=DAILY;INTERVAL=367", "间隔"),
        (f"{ONE}\nRRULE:FREQ=YEARLY;BYDAY=MO", "按年"),
        (f"{ONE}\nRRULE:FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "BYMONTHDAY"),
        (f"{ONE}\nRRULE:FREQ=MONTHLY;BYDAY=6MO", "BYDAY"),
        (f"{ONE}\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260305T003000Z", "此后"),
        (
            "SUMMARY:主班 陈晓雨\nDTSTART:17000101T003000Z\nDTEND:17000102T003000Z\nRRULE:FREQ=DAILY;COUNT=900000",
            "太早",
        ),
    ],
)
def test_an_event_that_is_not_understood_says_why(event: str, said: str) -> None:
    row = read(event).rows[0]
    assert row.problem is not None
    assert said in row.problem[0]
    assert row.problem[1]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"hello", 1),
        (b"", 1),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", 3),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", 3),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n", 4),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\xfe\r\nEND:VCALENDAR\r\n", 2),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", None),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 50, 7),
        (b"x" * (1024 * 1024 + 1), None),
        (file(*([ONE] * 2001)), None),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(content: bytes, line: int | None) -> None:
    with pytest.raises(Refused) as refused:
        read_calendar(content, READING)
    assert refused.value.code == "calendar_file"
    if line is not None:
        assert refused.value.facts["line"] == line


def test_no_rule_of_repetition_keeps_the_program_busy() -> None:
    began = time.monotonic()
    never = ONE.replace("20260305", "20260205").replace("20260306", "20260206")
    many = [f"{never}\nRRULE:FREQ=MONTHLY;BYMONTHDAY=30;INTERVAL=12"] * 300
    rows: Any = read(*many).rows
    assert len(rows) == 0
    with pytest.raises(Refused):
        read(*([f"{ONE}\nRRULE:FREQ=DAILY;COUNT=1"] * 301))
    with pytest.raises(Refused):
        read(*([f"{ONE}\nRRULE:FREQ=DAILY"] * 50))
    assert time.monotonic() - began < 10
