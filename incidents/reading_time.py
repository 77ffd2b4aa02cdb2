"""When it happened, from a line of text: 18:24, 昨晚10点半, 10分钟前, half an hour ago (pure)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.numerals import read_number
from spine.clock import BEIJING

_N = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十]+|half an?|an?|半)"
_AGO = re.compile(rf"{_N}\s*(?:个)?\s*(分钟|小时|钟头|天|minutes?|mins?|hours?|hrs?|days?)\s*(?:以?前|ago)")
_NOW = re.compile(r"刚才|刚刚|此刻|现在|just now|right now")
_FULL = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?[t\s]*(\d{1,2})[:时点](\d{1,2})?分?")
_DAY = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})日\s*(\d{1,2})[:时点](\d{1,2})?分?")
_CLOCK = re.compile(
    r"(今天|今日|昨天|昨日|前天|昨晚|昨夜|今晨|今早|今晚|today|yesterday)?\s*(?:at\s*)?"
    r"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|晚)?\s*"
    r"(?:(\d{1,2}):(\d{2})|(\d{1,2}|[一二两三四五六七八九十]{1,3})[时点](?:(半)|(\d{1,2}|[一二三四五六七八九十]{1,3})分?|(整|钟)?))"
    r"\s*(am|pm)?"
)
_LATER = frozenset({"下午", "傍晚", "晚上", "夜里", "晚"})
_YESTERDAY = frozenset({"昨天", "昨日", "昨晚", "昨夜", "yesterday"})
_FAST_CLOCK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class FoundTime:
    """`at` is UTC-aware; `rest` is the text without what said it. None when no time was said."""

    at: datetime | None
    rest: str


def read_time(text: str, now: datetime) -> FoundTime:
    """`text` in half-width characters and lower case. A time of day is the last one that is not in the future."""
    local = now.astimezone(BEIJING)
    for pattern, read in ((_AGO, _ago), (_FULL, _full), (_DAY, _day), (_CLOCK, _clock)):
        for found in pattern.finditer(text):
            at, rest = read(found, local), text[: found.start()] + " " + text[found.end() :]
            if at is not None and at <= local + _FAST_CLOCK:
                return FoundTime(at.astimezone(now.tzinfo), rest)
            if pattern is _FULL:
                # A date that lies ahead is a slip or a plan; its time of day must not be taken for today's.
                return FoundTime(None, rest)
    just = _NOW.search(text)
    if just is not None:
        return FoundTime(now, text[: just.start()] + " " + text[just.end() :])
    return FoundTime(None, text)


def _amount(said: str) -> float | None:
    if said in ("半", "half a", "half an"):
        return 0.5
    return 1.0 if said in ("a", "an") else read_number(said)


def _ago(found: re.Match[str], local: datetime) -> datetime | None:
    amount, unit = _amount(found.group(1)), found.group(2)
    if amount is None or amount > 10_000:
        return None
    if unit.startswith(("分", "min")):
        return local - timedelta(minutes=amount)
    return local - (timedelta(days=amount) if unit.startswith(("天", "day")) else timedelta(hours=amount))


def _made(local: datetime, year: int, month: int, day: int, hour: int, minute: int) -> datetime | None:
    try:
        return local.replace(year=year, month=month, day=day, hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        return None


def _full(found: re.Match[str], local: datetime) -> datetime | None:
    year, month, day, hour, minute = (int(part or 0) for part in found.groups())
    return _made(local, year, month, day, hour, minute)


def _day(found: re.Match[str], local: datetime) -> datetime | None:
    month = int(found.group(1)) if found.group(1) else local.month
    day, hour, minute = (int(part or 0) for part in found.groups()[1:])
    this_year = _made(local, local.year, month, day, hour, minute)
    if this_year is not None and this_year > local + _FAST_CLOCK:
        return _made(local, local.year - 1, month, day, hour, minute)
    return this_year


def _clock(found: re.Match[str], local: datetime) -> datetime | None:
    day_word, part, hour_24, minute_24, hour_said, half, minute_said, _, half_day = found.groups()
    hour = read_number(hour_24 or hour_said)
    minute = 30.0 if half else read_number(minute_24 or minute_said or "0")
    if hour is None or minute is None:
        return None
    later = part in _LATER or half_day == "pm" or day_word in ("昨晚", "昨夜", "今晚")
    if later and hour < 12 and not (part in ("夜里", "晚上", "晚") and hour < 5):
        hour += 12
    if (part == "凌晨" or half_day == "am") and hour == 12:
        hour = 0
    if part == "中午" and hour < 3:
        hour += 12
    today = _made(local, local.year, local.month, local.day, int(hour) % 24 if hour == 24 else int(hour), int(minute))
    if today is None:
        return None
    if day_word in _YESTERDAY:
        return today - timedelta(days=1)
    if day_word == "前天":
        return today - timedelta(days=2)
    # A time of day without a day that is still to come was yesterday's.
    return today if today <= local + _FAST_CLOCK or day_word else today - timedelta(days=1)
