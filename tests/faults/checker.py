"""The judge: what was acknowledged and what every client saw, held against the record at the end.

It knows docs/realtime.md and the record's tables and uses none of the product's code, so that no mistake can hide by
being made twice.

lost       acknowledged and not in the record; or in the record and never seen by a client that followed to the end
repeated   a client was sent a fact twice without having asked again; a command is recorded twice
reordered  a fact came before its turn; `live` spoke of facts that had not come
invented   a frame that is not byte for byte the record's; an acknowledged position that holds another command;
           facts of a refused command, or of one that nobody sent
differing  a client's picture, folded from its snapshot and its frames, is not the fresh picture
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.faults.record import Position, Record

Picture = dict[str, dict[str, Any]]
_MOST_SAID = 12


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An answer 200 or 202. `at`: seconds of the monotonic clock."""

    command: str
    status: int
    positions: tuple[Position, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Connected:
    """A new connection: nothing is followed on it yet."""


@dataclass(frozen=True, slots=True)
class Pictured:
    stream: str
    epoch: str
    seq: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Followed:
    stream: str
    since: int


@dataclass(frozen=True, slots=True)
class Received:
    text: str


Entry = Connected | Pictured | Followed | Received


@dataclass(slots=True)
class Report:
    lost: list[str] = field(default_factory=list[str])
    repeated: list[str] = field(default_factory=list[str])
    reordered: list[str] = field(default_factory=list[str])
    invented: list[str] = field(default_factory=list[str])
    differing: list[str] = field(default_factory=list[str])

    @property
    def clean(self) -> bool:
        return not (self.lost or self.repeated or self.reordered or self.invented or self.differing)

    def __str__(self) -> str:
        named = {
            "lost": self.lost,
            "repeated": self.repeated,
            "reordered": self.reordered,
            "invented": self.invented,
            "differing": self.differing,
        }
        lines = [f"{name} ({len(said)}):\n  " + "\n  ".join(said[:_MOST_SAID]) for name, said in named.items() if said]
        return "\n".join(lines) or "clean"


class Checker:
    """Collects while a test runs; `judge` compares."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledgements: list[Acknowledgement] = []
        self.refused: dict[str, int] = {}
        self.journals: dict[str, list[Entry]] = {}
        self.followed_to_the_end: set[str] = set()
        self.fresh: dict[str, tuple[int, Picture]] = {}

    def acknowledged(self, command: str, status: int, answer: Mapping[str, Any], at: float) -> None:
        said = cast(list[Mapping[str, Any]], answer.get("facts", []))
        positions = tuple((str(fact["stream"]), int(fact["seq"])) for fact in said)
        self.acknowledgements.append(Acknowledgement(command, status, positions, at))

    def saw(self, client: str, entry: Entry) -> None:
        self.journals.setdefault(client, []).append(entry)

    def judge(self, record: Record) -> Report:
        report = Report()
        for trouble in record.troubles():
            (report.lost if "missing" in trouble or "head" in trouble else report.invented).append(trouble)
        self._judge_answers(record, report)
        self._judge_commands(record, report)
        for client, journal in sorted(self.journals.items()):
            views = _read(client, journal, record, report)
            if client in self.followed_to_the_end:
                self._judge_end(client, views, record, report)
        return report

    def _judge_answers(self, record: Record, report: Report) -> None:
        answered: dict[str, tuple[Position, ...]] = {}
        for said in self.acknowledgements:
            if said.command not in record.receipts:
                report.lost.append(f"command {said.command}, answered {said.status}, has no receipt")
            if said.status != 200:
                continue
            if answered.setdefault(said.command, said.positions) != said.positions:
                report.invented.append(f"command {said.command} was answered in two ways")
            for stream, seq in said.positions:
                fact = record.facts.get((stream, seq))
                if fact is None:
                    report.lost.append(f"command {said.command}: {stream} {seq} is not in the record")
                elif fact.command != said.command:
                    report.invented.append(f"command {said.command}: {stream} {seq} is of command {fact.command}")
        for command, positions in answered.items():
            more = set(record.by_command.get(command, ())) - set(positions)
            report.repeated += [f"command {command} is also at {stream} {seq}" for stream, seq in sorted(more)]

    def _judge_commands(self, record: Record, report: Report) -> None:
        for command, positions in record.by_command.items():
            facts = [(stream, record.facts[stream, seq]) for stream, seq in positions]
            if len({fact.at for _, fact in facts}) > 1 or len({(s, f.kind, f.data) for s, f in facts}) < len(facts):
                report.repeated.append(f"command {command} is recorded twice: {positions}")
            if command not in self.sent and any(fact.by.startswith("account:") for _, fact in facts):
                report.invented.append(f"command {command}: nobody sent it")
        acknowledged = {said.command for said in self.acknowledgements}
        for command, status in self.refused.items():
            if command in record.by_command and command not in acknowledged:
                report.invented.append(f"command {command} was refused ({status}) and is in the record")

    def _judge_end(self, client: str, views: Mapping[str, "_View"], record: Record, report: Report) -> None:
        for stream, view in views.items():
            head = record.heads.get(stream, 0)
            if view.epoch != record.epoch:
                report.invented.append(
                    f"{client}: {stream} ended in epoch {view.epoch}, the record's is {record.epoch}"
                )
                continue
            missed = [seq for seq in range(view.start + 1, head + 1) if seq not in view.seen]
            if missed:
                report.lost.append(f"{client} never saw {stream} {missed[:5]} ({len(missed)} of {head})")
            if stream in self.fresh:
                seq, picture = self.fresh[stream]
                report.differing += [f"{client}: {said}" for said in _compare(stream, view, seq, picture)]


@dataclass(slots=True)
class _Run:
    """One follow on this connection: the seq that must come next, and whether its `live` has come."""

    next: int
    live: bool = False


@dataclass(slots=True)
class _View:
    """One logical following: from a snapshot on, over all connections, until the next snapshot."""

    epoch: str
    start: int
    seq: int
    picture: Picture
    seen: set[int] = field(default_factory=set[int])
    runs: list[_Run] = field(default_factory=list[_Run])

    def place(self, seq: int) -> str | None:
        """Take a fact's turn: of the oldest follow it fits, for frames of a replaced follow may still be on their way."""
        expected = [run.next for run in self.runs]
        if seq in expected:
            del self.runs[: expected.index(seq)]
            self.runs[0].next = seq + 1
            return None
        self.runs = [_Run(seq + 1, live=True)]
        return "repeated" if seq in self.seen or seq <= self.start else "reordered"

    def live(self, seq: int) -> int | None:
        """The oldest follow without its `live` has got it. Returns a seq that it spoke of and that never came."""
        at = next((n for n, run in enumerate(self.runs) if not run.live), None)
        if at is not None:
            del self.runs[:at]
            self.runs[0] = _Run(seq + 1, live=True)
        return next((n for n in range(self.start + 1, seq + 1) if n not in self.seen), None)

    def fold(self, seq: int, now: Mapping[str, Mapping[str, Any]]) -> None:
        if seq != self.seq + 1:
            return
        self.seq = seq
        for collection, objects in now.items():
            for key, value in objects.items():
                if value is None:
                    self.picture.setdefault(collection, {}).pop(key, None)
                else:
                    self.picture.setdefault(collection, {})[key] = value


def _read(client: str, journal: Iterable[Entry], record: Record, report: Report) -> dict[str, _View]:
    views: dict[str, _View] = {}
    for entry in journal:
        match entry:
            case Connected():
                for view in views.values():
                    view.runs.clear()
            case Pictured(stream, epoch, seq, picture):
                copied = {collection: dict(objects) for collection, objects in picture.items()}
                views[stream] = _View(epoch, seq, seq, copied)
            case Followed(stream, since):
                views[stream].runs.append(_Run(since + 1))
            case Received(text):
                _receive(client, text, views, record, report)
    return views


def _receive(client: str, text: str, views: Mapping[str, _View], record: Record, report: Report) -> None:
    frame = cast(dict[str, Any], json.loads(text))
    view = views.get(str(frame.get("stream")))
    if frame["op"] == "live" and view is not None:
        never = view.live(int(frame["seq"]))
        if never is not None:
            report.reordered.append(f"{client}: live at {frame['seq']} of {frame['stream']}, but {never} had not come")
    if frame["op"] != "fact":
        return
    stream, seq = str(frame["stream"]), int(frame["seq"])
    if view is None:
        report.invented.append(f"{client}: a fact of {stream}, which it does not follow")
        return
    fact = record.facts.get((stream, seq))
    if view.epoch == record.epoch and (fact is None or fact.body != text):
        report.invented.append(f"{client}: {stream} {seq} is not what the record holds: {text[:120]}")
    wrong = view.place(seq)
    if wrong is not None:
        (report.repeated if wrong == "repeated" else report.reordered).append(f"{client}: {stream} {seq} out of turn")
    view.seen.add(seq)
    view.fold(seq, frame["now"])


def _compare(stream: str, view: _View, seq: int, fresh: Picture) -> Iterable[str]:
    if view.seq != seq:
        yield f"{stream} is at {view.seq}, the fresh picture at {seq}"
        return
    for collection in sorted({*view.picture, *fresh}):
        mine, theirs = view.picture.get(collection, {}), fresh.get(collection, {})
        for key in sorted({*mine, *theirs}):
            if mine.get(key) != theirs.get(key):
                yield f"{stream}.{collection}.{key}: folded {mine.get(key)!r:.200}, fetched {theirs.get(key)!r:.200}"
