"""Shifts as a calendar (iCalendar, RFC 5545) that a telephone or an office program reads by itself. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from icalendar import Calendar, Event

from command.roster.duty import Duty
from command.roster.roster import Member, Shift

BEFORE, AHEAD = timedelta(days=30), timedelta(days=120)
"""How much of the roster a calendar shows."""


def calendar_of(
    shifts: Iterable[Shift], posts: Mapping[str, Duty], people: Mapping[str, Member], title: str, mark: str
) -> bytes:
    """The same shifts give the same bytes. `mark`: the exercise's, before every title. No telephone number leaves the house."""
    calendar = cast(Any, Calendar())  # the library leaves the types of its values open
    calendar.add("prodid", "-//Fengsui//duty roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{mark}{title}")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for shift in sorted(shifts, key=lambda one: (one.starts_at, one.post, one.seat)):
        calendar.add_component(_event(shift, posts, people, mark))
    return bytes(calendar.to_ical())


def _event(shift: Shift, posts: Mapping[str, Duty], people: Mapping[str, Member], mark: str) -> Event:
    duty = posts[shift.post]
    person = None if shift.person_id is None else people.get(shift.person_id)
    event = cast(Any, Event())
    event.add("uid", f"{shift.id}@fengsui")
    event.add("sequence", shift.version - 1)
    event.add("dtstamp", _whole(shift.updated_at))
    event.add("last-modified", _whole(shift.updated_at))
    event.add("dtstart", _utc(shift.starts_at))
    event.add("dtend", _utc(shift.ends_at))
    who = "空岗 (empty)" if person is None else person.name
    event.add("summary", f"{mark}{duty.post_zh} · {who}")
    event.add("description", f"{duty.post_en}{'' if shift.note is None else chr(10) + shift.note}")
    event.add("categories", [shift.post])
    event.add("transp", "OPAQUE")
    return cast(Event, event)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _whole(at: datetime) -> datetime:
    """Whole seconds: the format has no others."""
    return _utc(at).replace(microsecond=0)
