"""By when something must be done, from a line of text: 2小时内, 半小时内, 今晚8点前, within 2 hours, by 18:30 (pure).

`incidents/reading_time.py` reads when something happened, which lies behind; this reads what lies ahead.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from incidents.numerals import read_number
from spine.clock import BEIJING

_N = r"\d+(?:\.\d+)?|[一二两三四五六七八九十]+"
_WITHIN = re.compile(
    rf"(?:务必|必须|要)?(?:在|于)?(?P<n>半|{_N})\s*(?:个)?(?P<half>半)?\s*(?P<unit>分钟|小时|钟头|天|日)\s*(?:之内|以内|内)"
    rf"|\b(?:within|in)\s+(?P<en>\d+(?:\.\d+)?|an?|half an|one|two|three)\s+(?P<en_unit>minutes?|mins?|hours?|hrs?|days?)\b"
)
_BY = re.compile(
    r"(?:务必|必须|要)?(?:在|于)?(?P<day>今天|今日|今晚|今夜|当日|当晚|明天|明日|明早|明晨|明晚|后天)?"
    r"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|晚)?"
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:(?::(?P<colon>\d{2}))|[点时](?:(?P<half>半)|(?P<minute>\d{1,2})分?|整|钟)?)"
    r"(?:之前|以前|前)"
    r"|\b(?:by|before)\s+(?P<en_hour>\d{1,2})(?::(?P<en_minute>\d{2}))?\s*(?P<en_half>am|pm)?\b"
)
_TODAY = re.compile(r"(?:在)?(?:今天|今日|当天|当日)(?:之内|以内|内|之前)|\bby (?:the end of )?today\b|\btoday\b")
_LATER = frozenset({"下午", "傍晚", "晚上", "晚"})
_NIGHT = frozenset({"今晚", "今夜", "当晚", "明晚"})
_TOMORROW = frozenset({"明天", "明日", "明早", "明晨", "明晚"})
_WORDS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "half an": 0.5}


@dataclass(frozen=True, slots=True)
class FoundLimit:
    """`minutes` from now, None when no limit was said; `rest`: the text without what said it."""

    minutes: int | None
    rest: str


def read_limit(text: str, now: datetime) -> FoundLimit:
    """`text` in half-width characters; `now` aware. A time of day is the next one that comes."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose lower case is longer: positions would not fit
        text = lower
    for pattern, minutes_of in ((_WITHIN, _within), (_BY, _by), (_TODAY, _today)):
        for found in pattern.finditer(lower):
            minutes = minutes_of(found, now.astimezone(BEIJING))
            if minutes is not None and 0 < minutes <= 60 * 24 * 30:
                return FoundLimit(minutes, text[: found.start()] + text[found.end() :])
    return FoundLimit(None, text)


def _within(found: re.Match[str], _now: datetime) -> int | None:
    if found["en"] is not None:
        said = found["en"]
        amount = _WORDS.get(said) if said in _WORDS else read_number(said)
        unit = found["en_unit"]
    else:
        amount = 0.5 if found["n"] == "半" else read_number(found["n"])
        if amount is not None and found["half"]:
            amount += 0.5
        unit = found["unit"]
    if amount is None:
        return None
    if unit.startswith(("分", "min")):
        return ceil(amount)
    return ceil(amount * (1440 if unit.startswith(("天", "日", "day")) else 60))


def _by(found: re.Match[str], now: datetime) -> int | None:
    if found["en_hour"] is not None:
        hour, minute = int(found["en_hour"]), int(found["en_minute"] or 0)
        if found["en_half"] == "pm" and hour < 12:
            hour += 12
        return _until(now, hour, minute, 0)
    hour_said = read_number(found["hour"])
    if hour_said is None:
        return None
    hour, minute = int(hour_said), 30 if found["half"] else int(found["colon"] or found["minute"] or 0)
    if hour < 12 and (found["part"] in _LATER or found["day"] in _NIGHT):
        hour += 12
    if found["part"] == "中午" and hour < 3:
        hour += 12
    days = 2 if found["day"] == "后天" else 1 if found["day"] in _TOMORROW else 0
    return _until(now, hour, minute, days, said_day=found["day"] is not None)


def _until(now: datetime, hour: int, minute: int, days: int, *, said_day: bool = False) -> int | None:
    if hour > 24 or minute > 59:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(days=days, hours=hour, minutes=minute)
    if at <= now:
        if said_day:
            return None
        at += timedelta(days=1)
    return ceil((at - now).total_seconds() / 60)


def _today(_found: re.Match[str], now: datetime) -> int | None:
    return _until(now, 24, 0, 0)
