"""Shifts out of a calendar file (.ics) of another system: events to rows, each with what was understood and what was not. Pure.

Nothing is guessed in silence: a time without a zone is taken for Beijing time and says so, a day without hours for a whole shift and says
so; what is not understood is a problem of that row. Repetition is bounded: in kind, in number and in time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, cast

from icalendar import Calendar, Event

from command.roster.calendar_lines import broken, read_lines
from command.roster.duty import Duty
from command.roster.roster import Member
from command.roster.rules import RosterRules
from spine.canonical import JsonObject
from spine.clock import BEIJING, iso

AHEAD = timedelta(days=366)
MOST_ROWS = 2000
_MOST_STEPS = 20 * 366
_BYDAY = re.compile(r"^[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)$", re.IGNORECASE)
_MOST_REPEATING = 300
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence of an event. `name`: what was read as somebody's name; `problem`: why it cannot be taken in as it is."""

    line: int
    summary: str
    starts_at: datetime | None
    ends_at: datetime | None
    name: str
    person_id: str | None
    post: str | None
    seat: int
    notices: tuple[Words, ...]
    problem: Words | None

    def to_json(self) -> JsonObject:
        return {
            "line": self.line,
            "summary": self.summary,
            "starts_at": None if self.starts_at is None else iso(self.starts_at),
            "ends_at": None if self.ends_at is None else iso(self.ends_at),
            "name": self.name,
            "person_id": self.person_id,
            "post": self.post,
            "seat": self.seat,
            "notices": [{"zh": zh, "en": en} for zh, en in self.notices],
            "problem": None if self.problem is None else {"zh": self.problem[0], "en": self.problem[1]},
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """`rows` in order of time, problems first; `past` and `beyond`: occurrences left out because they are over or too far ahead."""

    rows: tuple[Row, ...]
    past: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What names and posts are looked up in. `names`: corrections, name as read → person's id; `post`: when the file names none."""

    rules: RosterRules
    people: Sequence[Member]
    posts: Mapping[str, Duty]
    at: datetime
    names: Mapping[str, str]
    post: str | None


def read_calendar(content: bytes, reading: Reading) -> Understood:
    """Raises Refused `calendar_file` when the file as a whole cannot be read."""
    checked = read_lines(content)
    try:
        calendar = Calendar.from_ical(checked.text)
    except (ValueError, KeyError, TypeError) as error:
        raise broken(None, str(error)[:200], str(error)[:200]) from error
    events = cast(list[Event], cast(Any, calendar).walk("VEVENT"))
    if not events:
        raise broken(None, "文件里没有事件。", "there are no events in it.")
    if sum(1 for event in events if event.get("RRULE") is not None) > _MOST_REPEATING:
        raise broken(None, f"重复的事件超过 {_MOST_REPEATING} 个。", f"more than {_MOST_REPEATING} events repeat.")
    lines = list(checked.event_lines) + [0] * len(events)
    overridden = _overridden(events)
    rows: list[Row] = []
    past = beyond = 0
    for event, line in zip(events, lines, strict=False):
        for row in _rows(event, line, reading, overridden):
            if row.problem is None and row.ends_at is not None and row.ends_at <= reading.at:
                past += 1
            elif row.problem is None and row.starts_at is not None and row.starts_at > reading.at + AHEAD:
                beyond += 1
            else:
                rows.append(row)
            if len(rows) > MOST_ROWS:
                raise broken(line, f"展开后超过 {MOST_ROWS} 个班次。", f"it makes more than {MOST_ROWS} shifts.")
    return Understood(tuple(_seated(rows)), past, beyond)


# --- one event ------------------------------------------------------------------------------------------------------------


def _rows(event: Event, line: int, reading: Reading, overridden: Mapping[str, frozenset[datetime]]) -> Iterator[Row]:
    summary = str(event.get("SUMMARY", "")).strip()[:200]
    blank = Row(line, summary, None, None, "", None, None, 1, (), None)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    try:
        span, notices = _span(event, reading.rules, _post_in(event, reading))
        starts = _starts(event, span[0], reading.at, overridden)
        found = list(islice(starts, MOST_ROWS + 1))
    except _NotUnderstood as trouble:
        yield replace(blank, problem=trouble.words)
        return
    named = _named(event, reading, replace(blank, notices=notices))
    length = span[1] - span[0]
    for begins in found:
        yield replace(named, starts_at=begins, ends_at=begins + length)


class _NotUnderstood(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = (zh, en)


def _span(event: Event, rules: RosterRules, post: str | None) -> tuple[tuple[datetime, datetime], tuple[Words, ...]]:
    """When the first occurrence begins and ends, and what had to be assumed."""
    for name, why in event.errors:
        if str(name).upper() in ("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"):
            raise _NotUnderstood(f"{name} 写法不对（{why}）。", f"{name} is malformed ({why}).")
    begins, notices = _moment(event, "DTSTART", rules, post)
    if begins is None:
        raise _NotUnderstood("没有开始时间（DTSTART）。", "There is no start (DTSTART).")
    ends, more = _moment(event, "DTEND", rules, post)
    if ends is None and event.get("DURATION") is not None:
        ends = begins + cast(timedelta, cast(Any, event["DURATION"]).dt)
    if ends is None and not isinstance(cast(Any, event["DTSTART"]).dt, datetime):
        ends = begins + timedelta(days=1)
    if ends is None:
        raise _NotUnderstood("没有结束时间（DTEND 或 DURATION）。", "There is no end (DTEND or DURATION).")
    if ends <= begins:
        raise _NotUnderstood("结束早于开始。", "It ends before it begins.")
    if ends - begins > timedelta(days=7):
        raise _NotUnderstood("一个班超过 7 天。", "It lasts more than 7 days.")
    return (begins, ends), tuple(dict.fromkeys((*notices, *more)))


def _moment(event: Event, name: str, rules: RosterRules, post: str | None) -> tuple[datetime | None, tuple[Words, ...]]:
    held = event.get(name)
    if held is None:
        return None, ()
    if isinstance(held, list):
        raise _NotUnderstood(f"{name} 写了多次。", f"{name} is given more than once.")
    value = held.dt
    if not isinstance(value, datetime):
        return _of_day(cast(date, value), rules, post), (
            ("只有日期，按整班（换班时间）计", "a day without hours: taken for whole shifts"),
        )
    return _zoned(value, str(held.params.get("TZID", "")), name)


def _zoned(value: datetime, zone: str, name: str) -> tuple[datetime, tuple[Words, ...]]:
    if value.tzinfo is not None:
        return value, ()
    if zone:
        raise _NotUnderstood(
            f"{name} 的时区“{zone}”不认识，文件里也没有它的定义（VTIMEZONE）。",
            f"The time zone '{zone}' of {name} is not known, and the file does not define it (VTIMEZONE).",
        )
    return value.replace(tzinfo=BEIJING), (("没有写时区，按北京时间计", "no time zone: taken for Beijing time"),)


def _of_day(day: date, rules: RosterRules, post: str | None) -> datetime:
    change: time = rules.changes_of(post or "")[0]
    return datetime.combine(day, change, BEIJING)


# --- repetition -----------------------------------------------------------------------------------------------------------


def _starts(
    event: Event, first: datetime, at: datetime, overridden: Mapping[str, frozenset[datetime]]
) -> Iterator[datetime]:
    """When the occurrences begin, those of the rule first, without the excluded ones; at most up to the window's end."""
    for name in ("EXRULE",):
        if event.get(name) is not None:
            raise _NotUnderstood(f"不支持 {name}。", f"{name} is not supported.")
    recurrence = event.get("RECURRENCE-ID")
    if recurrence is not None:
        if str(recurrence.params.get("RANGE", "")).upper() == "THISANDFUTURE":
            raise _NotUnderstood("不支持“此后全部更改”。", "RANGE=THISANDFUTURE is not supported.")
        yield first
        return
    excluded = {_aware(one, first) for one in _dates(event, "EXDATE")} | overridden.get(
        str(event.get("UID", "")), frozenset()
    )
    added = sorted({_aware(one, first) for one in _dates(event, "RDATE")})
    rule = event.get("RRULE")
    if isinstance(rule, list):
        raise _NotUnderstood("重复规则（RRULE）不止一条。", "There is more than one RRULE.")
    repeated: Iterable[datetime] = [first] if rule is None else _repeated(rule, first, at)
    for begins in dict.fromkeys((*repeated, *added)):
        if begins not in excluded:
            yield begins


def _repeated(rule: Any, first: datetime, at: datetime) -> list[datetime]:
    parts = {str(key).upper(): [str(one) for one in value] if isinstance(value, list) else [str(value)] for key, value in rule.items()}  # fmt: skip  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    strange = sorted(set(parts) - _PARTS)
    frequency = parts.get("FREQ", [""])[0].upper()
    if strange or frequency not in _FREQUENCIES:
        what = strange[0] if strange else f"FREQ={frequency}"
        raise _NotUnderstood(
            f"重复规则中的 {what} 不支持（值班表只按日、周、月、年重复）。",
            f"{what} in the rule of repetition is not supported (a roster repeats by day, week, month or year).",
        )
    interval = int(parts.get("INTERVAL", ["1"])[0])
    if not 1 <= interval <= 366:
        raise _NotUnderstood("重复规则的间隔不支持。", "This interval of repetition is not supported.")
    if frequency == "YEARLY" and ("BYDAY" in parts or "BYMONTHDAY" in parts):
        raise _NotUnderstood(
            "按年重复时不支持指定日子。", "A yearly repetition with BYDAY or BYMONTHDAY is not supported."
        )
    days = [one.lstrip("+-") for one in parts.get("BYMONTHDAY", [])]
    if any(not one.isdigit() or not 1 <= int(one) <= 31 for one in days) or ("BYDAY" in parts and days):
        raise _NotUnderstood("重复规则的日期（BYMONTHDAY）不支持。", "This BYMONTHDAY is not supported.")
    if any(not _BYDAY.match(one) for one in parts.get("BYDAY", [])) or not _BYDAY.match(parts.get("WKST", ["MO"])[0]):
        raise _NotUnderstood("重复规则的星期（BYDAY）不支持。", "This BYDAY is not supported.")
    until = _until(rule, first)
    last = min(at + AHEAD + timedelta(days=1), until or at + AHEAD + timedelta(days=1))
    count = int(parts["COUNT"][0]) if "COUNT" in parts else None
    if count is not None and (last - first).days > _MOST_STEPS:
        raise _NotUnderstood("重复从太早开始计数。", "Its repetitions are counted from too long ago.")
    matches = _matcher(parts, frequency, interval, first.date())
    # Only a count must be followed from the beginning; else what is over is passed by at once.
    day = first.date() if count is not None else max(first.date(), (at - timedelta(days=8)).astimezone(BEIJING).date())
    found: list[datetime] = []
    while len(found) <= MOST_ROWS:
        begins = datetime.combine(day, first.timetz())
        if begins > last or (count is not None and len(found) >= count):
            break
        if matches(day):
            found.append(begins)
        day += timedelta(days=1)
    return found


_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _matcher(parts: Mapping[str, list[str]], frequency: str, interval: int, first: date) -> Callable[[date], bool]:
    """Whether the rule has an occurrence on a day. Going through days, not through the rule, it ends however odd the rule is."""
    by_day = [(int(one[:-2] or 0), _WEEKDAYS.index(one[-2:])) for one in (d.upper() for d in parts.get("BYDAY", []))]
    by_month_day = [int(one) for one in parts.get("BYMONTHDAY", [])]
    week_start = _WEEKDAYS.index(parts.get("WKST", ["MO"])[0].upper())
    first_week = first - timedelta(days=(first.weekday() - week_start) % 7)

    def length_of_month(day: date) -> int:
        return (date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)).day

    def on_weekday(day: date) -> bool:
        number, from_end = (day.day - 1) // 7 + 1, -((length_of_month(day) - day.day) // 7 + 1)
        return any(
            day.weekday() == of and (n == 0 or frequency != "MONTHLY" or n in (number, from_end)) for n, of in by_day
        )

    def on_month_day(day: date) -> bool:
        return any(day.day == n or (n < 0 and day.day == length_of_month(day) + 1 + n) for n in by_month_day)

    def matches(day: date) -> bool:
        match frequency:
            case "DAILY":
                turn = (day - first).days % interval == 0
            case "WEEKLY":
                turn = (day - first_week).days // 7 % interval == 0
            case "MONTHLY":
                turn = (12 * (day.year - first.year) + day.month - first.month) % interval == 0
            case _:
                turn = (day.year - first.year) % interval == 0 and (day.month, day.day) == (first.month, first.day)
        if not turn or day < first:
            return False
        if by_day:
            return on_weekday(day)
        if by_month_day:
            return on_month_day(day)
        return {"WEEKLY": day.weekday() == first.weekday(), "MONTHLY": day.day == first.day}.get(frequency, True)

    return matches


def _until(rule: Any, first: datetime) -> datetime | None:
    held = rule.get("UNTIL")
    if not held:
        return None
    value = held[0] if isinstance(held, list) else held  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, datetime):
        return datetime.combine(cast(date, value), time(23, 59, 59), first.tzinfo)
    return value if value.tzinfo is not None else value.replace(tzinfo=first.tzinfo)


def _dates(event: Event, name: str) -> list[date]:
    lists = _several(event.get(name))
    found: list[date] = []
    for one in lists:
        for value in one.dts:
            if not isinstance(value.dt, date):
                raise _NotUnderstood(f"{name} 的写法不支持。", f"This form of {name} is not supported.")
            found.append(value.dt)
    return found


def _aware(value: date, first: datetime) -> datetime:
    """A date is the occurrence of that day; a time without a zone is in the event's own."""
    if not isinstance(value, datetime):
        return datetime.combine(value, first.timetz())
    return value if value.tzinfo is not None else value.replace(tzinfo=first.tzinfo)


def _overridden(events: Iterable[Event]) -> dict[str, frozenset[datetime]]:
    """Occurrences that another event of the same UID stands in for."""
    found: dict[str, set[datetime]] = {}
    for event in events:
        held = event.get("RECURRENCE-ID")
        value = None if held is None else getattr(held, "dt", None)
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=BEIJING)
            found.setdefault(str(event.get("UID", "")), set()).add(aware)
    return {uid: frozenset(times) for uid, times in found.items()}


# --- who and where --------------------------------------------------------------------------------------------------------


def _several(held: Any) -> list[Any]:
    """A property that may be given more than once, as the library holds it: nothing, one, or a list."""
    return [] if held is None else cast(list[Any], held) if isinstance(held, list) else [held]


def _texts(event: Event) -> list[str]:
    texts = [str(event.get("SUMMARY", ""))]
    texts += [str(one.params.get("CN", "")) for one in _several(event.get("ATTENDEE"))]
    return [text for text in texts if text]


def _post_in(event: Event, reading: Reading) -> str | None:
    """The post that the event names, the longest name first; else the one that was chosen for the file."""
    text = " ".join([*_texts(event), *(str(one) for one in _categories(event))])
    named = [(name, duty.post) for duty in reading.posts.values() if duty.kind == "duty" for name in (duty.post_zh, duty.post_en, duty.post)]  # fmt: skip
    for name, post in sorted(named, key=lambda pair: -len(pair[0])):
        if name.lower() in text.lower():
            return post
    return reading.post


def _categories(event: Event) -> list[Any]:
    return [one for each in _several(event.get("CATEGORIES")) for one in getattr(each, "cats", [])]


def _named(event: Event, reading: Reading, row: Row) -> Row:
    post = _post_in(event, reading)
    texts = _texts(event)
    name = next((text for text in texts[1:] if text), "") or _rest(texts[0] if texts else "", post, reading)
    row = replace(row, name=name[:80], post=post)
    chosen = reading.names.get(row.name)
    if chosen is not None:
        return _checked(replace(row, person_id=chosen))
    serving = [p for p in reading.people if p.left_at is None]
    found = [p for p in serving if any(p.name in text for text in texts)]
    if len(found) == 1:
        return _checked(replace(row, person_id=found[0].id))
    if found:
        names_zh, names_en = "、".join(p.name for p in found[:4]), ", ".join(p.name for p in found[:4])
        return replace(
            row, problem=(f"提到不止一人：{names_zh}。请选择。", f"More than one name: {names_en}. Choose one.")
        )
    return replace(row, problem=(f"名册中没有“{row.name or '（空）'}”。请选择人员。", f"'{row.name or '(empty)'}' is not on the list of people. Choose somebody."))  # fmt: skip


def _checked(row: Row) -> Row:
    if row.post is None:
        return replace(row, problem=("没有写岗位，请为文件选择岗位。", "No post is named; choose one for the file."))
    return row


def _rest(summary: str, post: str | None, reading: Reading) -> str:
    """A summary without its post's name: what is left is read as a name."""
    duty = None if post is None else reading.posts.get(post)
    for word in () if duty is None else (duty.post_zh, duty.post_en):
        summary = summary.replace(word, " ")
    return " ".join(part for part in summary.replace("·", " ").replace("：", " ").replace(":", " ").split() if part)


def _seated(rows: Iterable[Row]) -> list[Row]:
    """Shifts of one post that meet sit beside each other."""
    taken: dict[tuple[str, int], list[Row]] = {}
    seated: list[Row] = []
    for row in sorted(
        rows, key=lambda r: (r.problem is None, r.starts_at or datetime.min.replace(tzinfo=BEIJING), r.line)
    ):
        if row.post is None or row.starts_at is None or row.ends_at is None or row.problem is not None:
            seated.append(row)
            continue
        post, seat = row.post, 1
        while any(
            other.starts_at is not None and other.ends_at is not None and other.starts_at < row.ends_at and row.starts_at < other.ends_at
            for other in taken.get((post, seat), [])
        ):  # fmt: skip
            seat += 1
        row = replace(row, seat=seat)
        taken.setdefault((post, seat), []).append(row)
        seated.append(row)
    return seated
