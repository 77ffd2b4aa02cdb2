"""Instants, dates and intervals as RFC 3339 has them, for `datetime` and for CQL2."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from spine.errors import Refused

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$")
_LAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From and to, both included; None is open. A date stands for its whole day, UTC."""

    start: datetime | None
    end: datetime | None


def wrong_time(text: str, field: str) -> Refused:
    return Refused(
        "bad_datetime",
        zh=f"{field}：“{text[:80]}”不是 RFC 3339 的时刻、日期或时段，例如 2026-03-01T10:12:00Z、2026-03-01/..。",
        en=f"{field}: '{text[:80]}' is no instant, date or interval of RFC 3339, such as 2026-03-01T10:12:00Z or 2026-03-01/..",
        field=field,
        status=400,
    )


def read_date(text: str, field: str) -> date:
    """Raises Refused `bad_datetime`."""
    if not _DATE.match(text):
        raise wrong_time(text, field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong_time(text, field) from None


def read_moment(text: str, field: str) -> datetime:
    """An instant with its zone. Raises Refused `bad_datetime`."""
    if not _MOMENT.match(text):
        raise wrong_time(text, field)
    plain = text.upper().replace("Z", "+00:00").replace(" ", "T")
    plain = re.sub(r"(\.\d{6})\d+", r"\1", plain)
    try:
        return datetime.fromisoformat(plain).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong_time(text, field) from None


def _ends(text: str, whole: str, field: str) -> tuple[datetime, datetime]:
    try:
        if _DATE.match(text):
            day = datetime.combine(read_date(text, field), time(), UTC)
            return day, day + timedelta(days=1) - _LAST
        at = read_moment(text, field)
    except (Refused, OverflowError):
        raise wrong_time(whole, field) from None
    return at, at


def read_period(text: str, field: str = "datetime") -> Period:
    """`instant`, `from/to`, `from/..`, `../to`, with nothing for `..` as well. Raises Refused `bad_datetime`."""
    parts = text.split("/")
    if len(parts) == 1:
        return Period(*_ends(text, text, field))
    opens = [part in ("", "..") for part in parts]
    if len(parts) != 2 or all(opens):
        raise wrong_time(text, field)
    start = None if opens[0] else _ends(parts[0], text, field)[0]
    end = None if opens[1] else _ends(parts[1], text, field)[1]
    if start is not None and end is not None and start > end:
        raise wrong_time(text, field)
    return Period(start, end)
