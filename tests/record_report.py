"""An incident's supervision report reckoned from its record alone: what `GET /api/supervision/report` must agree with.

It reads the facts of the stream `incident:<id>` and no table: orders from the after-images in the facts, what happened to them from
the facts' own kinds. It shares with the product the definition of lights and of a distribution, not its counting.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from command.supervision.rules import supervision_rules
from command.supervision.supervision import distribution
from command.transitions import time_limits
from spine.clock import parse_iso

Object = dict[str, Any]
DESK = "desk"
_STANDINGS = (*(light.light for light in time_limits().lights), "waiting", "paused", "stopped")
_OVER = frozenset({"closed", "cancelled"})


@dataclass
class _Counts:
    """What the record says against one department."""

    numbers: Counter[str] = field(default_factory=Counter[str])
    open: Counter[str] = field(default_factory=Counter[str])
    cards: Counter[str] = field(default_factory=Counter[str])
    causes: Counter[str] = field(default_factory=Counter[str])
    pause_causes: Counter[str] = field(default_factory=Counter[str])
    times: dict[str, list[int]] = field(default_factory=lambda: defaultdict[str, list[int]](list))
    overdue: Counter[str] = field(default_factory=Counter[str])


def report_from_record(facts: Sequence[Mapping[str, Any]], at: datetime) -> Object:
    """`facts`: everything of the stream `incident:<id>` from its beginning, in order, as they come over the wire (kind, at, data,
    now). `at`: the moment of the report. Returns {total, departments: {code: line}, instructions, first_report} in the shapes of
    the API; compare with `board_of(answer)`."""
    record = _Record(at)
    for fact in facts:
        record.hear(fact)
    return record.report()


def board_of(answer: Mapping[str, Any]) -> Object:
    """What of the API's answer (`/api/supervision/report?incident=` or `/api/supervision?incident=`) the record is compared with."""
    return {
        "total": answer["total"],
        "departments": {
            one["department"]: {key: value for key, value in one.items() if key != "department"}
            for one in answer["departments"]
        },
        "instructions": answer["instructions"],
        "first_report": answer["incidents"]["first_report"],
    }


class _Record:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self.orders: dict[str, Object] = {}
        self.instructions: dict[str, Object] = {}
        self.consultations: dict[str, Object] = {}
        self.first_report: tuple[datetime, datetime | None] | None = None
        self.report_key, self.reported = "", False
        self.status, self.ended = "open", at
        self.pauses: dict[str, tuple[str, str, datetime]] = {}
        self.by: defaultdict[str, _Counts] = defaultdict(_Counts)

    # --- hearing ---------------------------------------------------------------------------------------------------------

    def hear(self, fact: Mapping[str, Any]) -> None:
        kind, at = str(fact["kind"]), parse_iso(fact["at"])
        data: Mapping[str, Any] = fact.get("data") or {}
        now: Mapping[str, Mapping[str, Any]] = fact.get("now") or {}
        before = dict(self.orders)
        for collection, held in (
            ("tasks", self.orders),
            ("instructions", self.instructions),
            ("consultations", self.consultations),
        ):
            for key, image in now.get(collection, {}).items():
                if image is not None:
                    held[key] = image
        self._incident(now, at)
        self._report(now, at)
        self._happened(kind, data, at, before)
        self._pauses_that_ended(at)

    def _incident(self, now: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        for name in ("incident", "incidents"):
            for image in now.get(name, {}).values():
                if image is not None and "status" in image and image["status"] != self.status:
                    self.status, self.ended = image["status"], at

    def _report(self, now: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """The clock of the first report in writing: set, and gone again (reported, or the incident closed)."""
        for key, image in now.get("deadlines", {}).items():
            if image is not None and image["kind"] == "first_report_written":
                self.report_key = key
                self.first_report = (parse_iso(image["due_at"]), None)
            elif image is None and key == self.report_key and self.first_report is not None:
                self.first_report = (self.first_report[0], self.first_report[1] or at)
                self.reported = self.status == "open"

    def _happened(self, kind: str, data: Mapping[str, Any], at: datetime, before: Mapping[str, Object]) -> None:
        task = str(data.get("task_id"))
        had = before.get(task, {})
        mine = self.by[str(had["department"])] if had else None
        if mine is None:
            return
        match kind:
            case "task.returned" if data.get("moved", True):
                mine.numbers["returns"] += 1
            case "task.reissued":
                mine.numbers["received"] += 1
            case "task.sent_back":
                mine.numbers["send_backs"] += 1
            case "task.urged":
                mine.numbers["urgings"] += 1
            case "task.extension_decided":
                mine.numbers["extensions" if data["granted"] else "extensions_refused"] += 1
                mine.numbers["extension_minutes"] += int(data["minutes"] or 0)
            case "task.pause_decided" if not data["granted"]:
                mine.numbers["pauses_refused"] += 1
            case "task.pause_decided" if had.get("pause") is None:
                mine.numbers["pauses"] += 1
                mine.pause_causes[str(data["cause"])] += 1
                self.pauses[task] = (str(had["department"]), task, at)
            case "task.escalated":
                self._cards(had, self.orders[task], data["cards"])
            case _:
                pass

    def _cards(self, had: Object, has: Object, cards: Iterable[Mapping[str, Any]]) -> None:
        """A clock runs over with its first red or severe card; one that was set anew (another due time) can do so again."""
        for card in cards:
            against = self.by[str(card["against"])]
            against.cards[str(card["level"])] += 1
            against.causes[str(card["cause"])] += 1
            given, now = had["cards"].get(card["clock"]), has["cards"][card["clock"]]
            again = given is not None and given["due"] == now["due"] and given["level"] != "yellow"
            if card["level"] != "yellow" and not again:
                against.overdue["total" if card["clock"] == "task_due" else "step"] += 1

    def _pauses_that_ended(self, at: datetime) -> None:
        for task, (department, _, since) in list(self.pauses.items()):
            if self.orders[task].get("pause") is None:
                self.by[department].numbers["pause_seconds"] += int((at - since).total_seconds())
                del self.pauses[task]

    # --- reckoning -------------------------------------------------------------------------------------------------------

    def report(self) -> Object:
        for department, _, since in self.pauses.values():
            self.by[department].numbers["pauses_running"] += 1
            self.by[department].numbers["pause_seconds"] += int((self.at - since).total_seconds())
        for order in self.orders.values():
            self._count(order)
        for consultation in self.consultations.values():
            if consultation["state"] != "withdrawn":
                self._opinions(consultation)
        found = {code: _line([counts]) for code, counts in self.by.items() if not _is_empty(counts)}
        return {
            "total": _line(list(self.by.values())),
            "departments": found,
            "instructions": self._instructions(),
            "first_report": self._first_report(),
        }

    def _count(self, order: Object) -> None:
        state, mine = order["state"], self.by[order["department"]]
        if state not in _OVER:
            owner = self.by[self._owner(order)]
            owner.open[self._standing(order)] += 1
            owner.numbers["unsigned"] += state == "issued"
            owner.numbers["supervised"] += order["supervised"] is not None
        mine.numbers["cancelled"] += state == "cancelled"
        mine.numbers["closed"] += state == "closed"
        if state in ("waiting", "cancelled"):
            return
        mine.numbers["received"] += 1
        limit = self.at if self.status == "open" else self.ended
        signed, handed = _time(order["signed_at"]), _time(order["submitted_at"])
        sign_due, due = parse_iso(order["sign_due"]), parse_iso(order["due"])
        mine.numbers["signed_in_time"] += signed is not None and signed <= sign_due
        mine.numbers["sign_of"] += signed is not None or (state == "issued" and sign_due <= limit)
        working = state in ("issued", "signed", "in_progress") and order["pause"] is None
        mine.numbers["done_in_time"] += handed is not None and handed <= due
        mine.numbers["done_of"] += handed is not None or (working and due <= limit)
        issued = parse_iso(order["issued_at"])
        for name, until in (
            ("sign_time", signed),
            ("done_time", handed),
            ("close_time", _time(order["closed_at"])),
            ("arrive_time", _time(order["arrived_at"])),
        ):
            if until is not None:
                mine.times[name].append(int((until - issued).total_seconds()))

    def _owner(self, order: Object) -> str:
        if order["state"] == "returned":
            return DESK
        if order["state"] == "submitted":
            whole = self.orders.get(str(order["parent_id"]))
            return DESK if whole is None else str(whole["department"])
        return str(order["department"])

    def _standing(self, order: Object) -> str:
        if order["state"] == "waiting":
            return "waiting"
        if self.status != "open":
            return "stopped"
        if order["pause"] is not None:
            return "paused"
        clocks: list[tuple[str, str]] = []
        if order["state"] == "issued":
            clocks.append((order["due_from"], order["sign_due"]))
        elif order["step_due"] is not None:
            clocks.append((order["step_from"], order["step_due"]))
        if order["state"] not in ("submitted", "returned"):
            clocks.append((order["due_from"], order["due"]))
        lights = [time_limits().light(parse_iso(start), parse_iso(due), self.at) for start, due in clocks]
        return max(lights, key=lambda light: light.at_share).light if lights else _STANDINGS[0]

    def _opinions(self, consultation: Object) -> None:
        for opinion in consultation["opinions"]:
            numbers = self.by[str(opinion["department"])].numbers
            numbers["opinions_in_time"] += opinion["state"] == "given" and not opinion["escalated"]
            numbers["opinions_escalated"] += bool(opinion["escalated"])
            numbers["opinions_tacit"] += opinion["state"] == "tacit"
            numbers["opinions_waiting"] += opinion["state"] == "asked"

    def _instructions(self) -> Object:
        standing = [one for one in self.instructions.values() if one["state"] != "cancelled"]
        of = len(standing)
        late = [
            one
            for one in standing
            if one["state"] not in ("answered", "closed") and parse_iso(one["feedback_due"]) <= self.at
        ]
        return {
            "closed": _rate(sum(one["state"] == "closed" for one in standing), of),
            "answered": _rate(sum(bool(one["answers"]) for one in standing), of),
            "escalated": sum(bool(one["escalated"]) for one in standing),
            "overdue": len(late),
        }

    def _first_report(self) -> Object:
        if self.first_report is None:
            return _rate(0, 0)
        due, gone = self.first_report
        reported = gone is not None and self.reported
        missed = due <= (gone or self.at)
        return _rate(int(reported and gone is not None and gone <= due), int(reported or missed))


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_iso(text)


def _rate(number: int, of: int) -> Object:
    return {"n": number, "of": of, "share": None if of == 0 else round(number / of, 4)}


def _is_empty(counts: _Counts) -> bool:
    return not (+counts.numbers or +counts.open or +counts.cards)


def _line(parts: Sequence[_Counts]) -> Object:
    numbers, opened, cards, causes, paused, overdue = (Counter[str]() for _ in range(6))
    times = defaultdict[str, list[int]](list)
    for one in parts:
        numbers += one.numbers
        opened += one.open
        cards += one.cards
        causes += one.causes
        paused += one.pause_causes
        overdue += one.overdue
        for name, values in one.times.items():
            times[name] += values
    bars = supervision_rules().bars
    opinions = numbers["opinions_in_time"] + numbers["opinions_escalated"] + numbers["opinions_tacit"]
    return {
        "open": {"n": opened.total(), **{standing: opened[standing] for standing in _STANDINGS}},
        **{name: numbers[name] for name in ("unsigned", "supervised", "received", "cancelled", "closed")},
        "sign": _rate(numbers["signed_in_time"], numbers["sign_of"]),
        "done": _rate(numbers["done_in_time"], numbers["done_of"]),
        "sign_time": distribution(times["sign_time"], bars.sign),
        "done_time": distribution(times["done_time"], bars.work),
        "close_time": distribution(times["close_time"], bars.work),
        "arrive_time": distribution(times["arrive_time"], bars.work),
        "cards": {level: cards[level] for level in ("yellow", "red", "severe")},
        "causes": dict(sorted(causes.items())),
        "overdue": {"step": overdue["step"], "total": overdue["total"]},
        "returns": _rate(numbers["returns"], numbers["received"]),
        "send_backs": numbers["send_backs"],
        "pauses": {
            "n": numbers["pauses"],
            "running": numbers["pauses_running"],
            "seconds": numbers["pause_seconds"],
            "causes": dict(sorted(paused.items())),
            "refused": numbers["pauses_refused"],
        },
        "extensions": {
            "n": numbers["extensions"],
            "minutes": numbers["extension_minutes"],
            "refused": numbers["extensions_refused"],
        },
        "urgings": numbers["urgings"],
        "opinions": {
            **_rate(numbers["opinions_in_time"], opinions),
            "escalated": numbers["opinions_escalated"],
            "tacit": numbers["opinions_tacit"],
            "waiting": numbers["opinions_waiting"],
        },
    }
