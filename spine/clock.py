"""Time is an argument. A realm's clock is its only source; nothing else in the product asks what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

BEIJING = timezone(timedelta(hours=8))
"""The civil time of the whole country: dates, hours of the day and numbers that people read are by it."""


def hour_in_beijing(at: datetime) -> float:
    """Hours since midnight, with their fraction."""
    local = at.astimezone(BEIJING)
    return local.hour + local.minute / 60


def iso(at: datetime) -> str:
    """UTC with microseconds and Z, so that equal times are equal strings and strings sort as times do."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    # isoformat is a fifth of strftime's cost, and a fact has some ten times in it; it ends in +00:00 here.
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


def iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def parse_iso(text: str) -> datetime:
    """An aware datetime. Raises ValueError for a time without an offset: it would be a guess."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs an offset")
    return at.astimezone(UTC)


class Clock(Protocol):
    def now(self) -> datetime: ...


class WallClock:
    """The machine's own time, for the live realm."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """How exercise time runs: it was `base_at` when the wall showed `base_wall`, and runs `speed` times as fast."""

    base_at: datetime
    base_wall: datetime
    speed: float
    paused: bool

    def at(self, wall: datetime) -> datetime:
        if self.paused:
            return self.base_at
        return self.base_at + timedelta(seconds=(wall - self.base_wall).total_seconds() * self.speed)


class PacedClock:
    """An exercise's clock: its pace is a row of the realm's database, read again whenever it may have changed."""

    def __init__(self, pace: Pace, wall: Clock | None = None) -> None:
        self.pace = pace
        self.wall: Clock = wall or WallClock()

    def now(self) -> datetime:
        return self.pace.at(self.wall.now())


class HandClock:
    """Moved by hand, in tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by
