"""Supervision (电子监察): what a department's line of the board says, and how lines add up. Pure.

What each figure means stands in `rules/supervision.yaml`; where it is read from in `supervision/store.py`. A rate of no cases is
null, a distribution of none has no median: nothing to measure is not 0 % (invariant 12).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from uuid import UUID

import numpy as np
import numpy.typing as npt

from command.orders.clock import running
from command.orders.task import Priority, Task
from command.supervision.rules import supervision_rules
from command.transitions import Level, time_limits
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none

Seconds = npt.NDArray[np.int32]
DESK = "desk"
"""The duty desk's own line: what it owes (review, sending on) and cards against it."""
NONE = np.zeros(0, dtype=np.int32)
LIGHTS = tuple(light.light for light in time_limits().lights)
STANDINGS = (*LIGHTS, "waiting", "paused", "stopped")
"""How an open order stands: a light; or no clock runs because it waits, was paused, or its incident is closed."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for. `since` ≤ t < `until`; None leaves a side open."""

    since: datetime | None = None
    until: datetime | None = None
    incident: UUID | None = None
    level: Level | None = None
    priority: Priority | None = None

    def to_object(self) -> JsonObject:
        return {
            "since": iso_or_none(self.since),
            "until": iso_or_none(self.until),
            "incident": None if self.incident is None else str(self.incident),
            "level": self.level,
            "priority": self.priority,
        }


@dataclass(slots=True)
class Line:
    """What supervision counts of one department, or of all. Counters; times in seconds."""

    open: dict[str, int] = field(default_factory=dict[str, int])
    unsigned: int = 0
    supervised: int = 0
    received: int = 0
    cancelled: int = 0
    closed: int = 0
    signed_in_time: int = 0
    sign_of: int = 0
    done_in_time: int = 0
    done_of: int = 0
    sign_time: Seconds = field(default_factory=lambda: NONE)
    done_time: Seconds = field(default_factory=lambda: NONE)
    close_time: Seconds = field(default_factory=lambda: NONE)
    arrive_time: Seconds = field(default_factory=lambda: NONE)
    cards: dict[str, int] = field(default_factory=dict[str, int])
    causes: dict[str, int] = field(default_factory=dict[str, int])
    overdue_step: int = 0
    overdue_total: int = 0
    returns: int = 0
    send_backs: int = 0
    pauses: int = 0
    pauses_running: int = 0
    pause_seconds: int = 0
    pause_causes: dict[str, int] = field(default_factory=dict[str, int])
    pauses_refused: int = 0
    extensions: int = 0
    extension_minutes: int = 0
    extensions_refused: int = 0
    urgings: int = 0
    opinions_in_time: int = 0
    opinions_escalated: int = 0
    opinions_tacit: int = 0
    opinions_waiting: int = 0

    @property
    def open_orders(self) -> int:
        return sum(self.open.values())


def add(into: dict[str, int], key: str, number: int) -> None:
    if number:
        into[key] = into.get(key, 0) + number


def total(lines: Iterable[Line]) -> Line:
    """All lines as one."""
    listed, summed = list(lines), Line()
    for part in fields(Line):
        values = [getattr(line, part.name) for line in listed]
        if part.name.endswith("_time") and part.name not in {"signed_in_time", "done_in_time", "opinions_in_time"}:
            setattr(summed, part.name, np.concatenate(values) if values else NONE)
        elif isinstance(getattr(summed, part.name), dict):
            for value in values:
                for key, number in value.items():
                    add(getattr(summed, part.name), key, number)
        else:
            setattr(summed, part.name, sum(values))
    return summed


def rate(number: int, of: int) -> JsonObject:
    """`share` null when there is nothing to measure."""
    return {"n": number, "of": of, "share": None if of == 0 else round(number / of, 4)}


def distribution(seconds: Seconds | Sequence[int], edges_minutes: Sequence[float]) -> JsonObject:
    """`median_s`, `p90_s`: nearest rank, so that each is a time that somebody really took. `bars`: how many up to each edge
    (inclusive), the last beyond all of them."""
    return distributions([seconds], edges_minutes)[0]


_APART = 1 << 32
"""Further apart than any two times: owner × this + time sorts by owner, then time."""


def distributions(parts: Sequence[Seconds | Sequence[int]], edges_minutes: Sequence[float]) -> list[JsonObject]:
    """`distribution` of each part. All are counted at once, since a board has a thousand of them and each call of numpy costs."""
    counts = np.asarray([len(part) for part in parts], dtype=np.int64)
    owners = np.arange(len(parts), dtype=np.int64) * _APART
    values = np.concatenate([NONE, *(np.asarray(part, dtype=np.int32) for part in parts)])
    starts = np.cumsum(counts) - counts
    for begin, n in zip(starts.tolist(), counts.tolist(), strict=True):
        values[begin : begin + n].sort()  # many short sorts take a third of the one long sort that `keyed` could be
    keyed = np.repeat(owners, counts) + values
    upto = np.searchsorted(keyed, owners[:, None] + _edges(tuple(edges_minutes)), side="right")
    bars = np.diff(np.concatenate([starts[:, None], upto, (starts + counts)[:, None]], axis=1), axis=1).tolist()
    some = counts > 0
    first, of = starts[some], counts[some]
    ranks = np.stack([np.ceil(0.5 * of).astype(np.int64), np.ceil(0.9 * of).astype(np.int64), of], axis=1)
    told = iter((keyed[first[:, None] + ranks - 1] - owners[some][:, None]).tolist())
    return [
        {"n": n, **dict(zip(("median_s", "p90_s", "max_s"), next(told) if n else (None, None, None), strict=True)), "bars": bar}
        for n, bar in zip(counts.tolist(), bars, strict=True)
    ]  # fmt: skip


@cache
def _edges(minutes: tuple[float, ...]) -> Seconds:
    return np.asarray([round(edge * 60) for edge in minutes], dtype=np.int32)


def line_object(line: Line) -> JsonObject:
    return line_objects([line])[0]


def line_objects(lines: Sequence[Line]) -> list[JsonObject]:
    bars = supervision_rules().bars
    timed = zip(
        distributions([line.sign_time for line in lines], bars.sign),
        distributions([line.done_time for line in lines], bars.work),
        distributions([line.close_time for line in lines], bars.work),
        distributions([line.arrive_time for line in lines], bars.work),
        strict=True,
    )
    return [_line_object(line, times) for line, times in zip(lines, timed, strict=True)]


def _line_object(line: Line, times: tuple[JsonObject, JsonObject, JsonObject, JsonObject]) -> JsonObject:
    sign_time, done_time, close_time, arrive_time = times
    opinions = line.opinions_in_time + line.opinions_escalated + line.opinions_tacit
    return {
        "open": {"n": line.open_orders, **{standing: line.open.get(standing, 0) for standing in STANDINGS}},
        "unsigned": line.unsigned,
        "supervised": line.supervised,
        "received": line.received,
        "cancelled": line.cancelled,
        "closed": line.closed,
        "sign": rate(line.signed_in_time, line.sign_of),
        "done": rate(line.done_in_time, line.done_of),
        "sign_time": sign_time,
        "done_time": done_time,
        "close_time": close_time,
        "arrive_time": arrive_time,
        "cards": {level: line.cards.get(level, 0) for level in ("yellow", "red", "severe")},
        "causes": dict(sorted(line.causes.items())),
        "overdue": {"step": line.overdue_step, "total": line.overdue_total},
        "returns": rate(line.returns, line.received),
        "send_backs": line.send_backs,
        "pauses": {
            "n": line.pauses,
            "running": line.pauses_running,
            "seconds": line.pause_seconds,
            "causes": dict(sorted(line.pause_causes.items())),
            "refused": line.pauses_refused,
        },
        "extensions": {
            "n": line.extensions,
            "minutes": line.extension_minutes,
            "refused": line.extensions_refused,
        },
        "urgings": line.urgings,
        "opinions": {
            **rate(line.opinions_in_time, opinions),
            "escalated": line.opinions_escalated,
            "tacit": line.opinions_tacit,
            "waiting": line.opinions_waiting,
        },
    }


@dataclass(slots=True)
class Instructions:
    """Leaders' instructions (批示) captured in the period, void ones left out."""

    captured: int = 0
    answered: int = 0
    closed: int = 0
    escalated: int = 0
    overdue: int = 0

    def to_object(self) -> JsonObject:
        """`overdue`: word back is owed now and late. `escalated`: of those without word since a post above was told."""
        return {
            "closed": rate(self.closed, self.captured),
            "answered": rate(self.answered, self.captured),
            "escalated": self.escalated,
            "overdue": self.overdue,
        }


@dataclass(slots=True)
class Incidents:
    """What is counted of incidents: opened in the period."""

    opened: int = 0
    reported_in_time: int = 0
    report_of: int = 0
    respond_time: Sequence[int] = ()
    order_time: Sequence[int] = ()
    warning_time: Sequence[int] = ()

    def to_object(self) -> JsonObject:
        bars = supervision_rules().bars
        return {
            "opened": self.opened,
            "first_report": rate(self.reported_in_time, self.report_of),
            "respond_time": distribution(self.respond_time, bars.work),
            "order_time": distribution(self.order_time, bars.work),
            "warning_time": distribution(self.warning_time, bars.work),
        }


def standing_of(task: Task, now: datetime, *, is_open: bool = True) -> str:
    """How an open order stands now: the light of its tightest clock. The SQL of `supervision_store` says the same."""
    if task.state == "waiting":
        return "waiting"
    if not is_open:
        return "stopped"
    if task.is_paused:
        return "paused"
    limits = time_limits()
    lights = [limits.light(clock.started, clock.due, now) for clock in running(task)]
    return max(lights, key=lambda light: light.at_share).light if lights else LIGHTS[0]


def attention(line: Line) -> tuple[int, ...]:
    """Lines that need somebody's attention first come first."""
    lights = [line.open.get(light, 0) for light in reversed(LIGHTS[1:])]
    return (
        *(-n for n in lights),
        -line.unsigned,
        -line.cards.get("red", 0),
        -line.cards.get("yellow", 0),
        -line.open_orders,
    )


def board_object(
    lines: Mapping[str, Line],
    asked: Filter,
    now: datetime,
    *,
    sees: str,
    instructions: Instructions | None,
    incidents: Incidents | None,
) -> JsonObject:
    """The whole board. `sees`: `all` (in the reader's area) or `own`. What a department does not see is null, not zero."""
    ranked = sorted(lines.items(), key=lambda item: (*attention(item[1]), item[0]))
    summed, *shown = line_objects([total(lines.values()), *(line for _, line in ranked)])
    listed: list[Json] = [{"department": code, **line} for (code, _), line in zip(ranked, shown, strict=True)]
    return {
        "at": iso(now),
        "filter": asked.to_object(),
        "sees": sees,
        "total": summed,
        "departments": listed,
        "instructions": None if instructions is None else instructions.to_object(),
        "incidents": None if incidents is None else incidents.to_object(),
    }
