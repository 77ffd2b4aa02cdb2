"""The write path. Every change of state in the platform goes through `carry_out`; there is no other."""

import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from spine import measures
from spine.authority import check_role, check_scope
from spine.canonical import Json, JsonObject, decode_object, encode
from spine.clock import iso
from spine.command import AnyHandling, Command, CommandData, Envelope, Registry, Transaction
from spine.db import Connection
from spine.errors import Refused
from spine.logs import log_context
from spine.nudge import Appended
from spine.principal import Principal
from spine.realm import Realm
from spine.receipts import Receipt, command_id_taken
from spine.record import Batch, Position
from spine.validation import parse_strictly

log = logging.getLogger("fengsui.carry_out")

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far ahead a sender's clock may run before its time is refused as lying in the future."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender gets: durable when he gets it. `repeated`: this id had been answered before."""

    id: str
    at: str
    facts: tuple[Position, ...]
    result: JsonObject
    repeated: bool = False

    def to_json(self) -> JsonObject:
        return {
            "id": self.id,
            "at": self.at,
            "facts": [{"stream": p.stream, "seq": p.seq} for p in self.facts],
            "result": self.result,
            "repeated": self.repeated,
        }


class _Piece:
    """One command on its way through the lane (`lane.py`)."""

    def __init__(self, realm: Realm, handling: AnyHandling, command: Command[Any], envelope: Envelope) -> None:
        self._realm = realm
        self._handling = handling
        self._command = command
        self._envelope = envelope
        self._digest = _digest(envelope)
        self._result: JsonObject = {}
        self.answer: Answer | None = None

    @property
    def id(self) -> UUID:
        return self._command.id

    async def decide(self, conn: Connection, at: datetime) -> Batch:
        command, handling = self._command, self._handling
        with log_context(command=command.id, kind=self._envelope.kind, stream=command.stream, by=command.by.id):
            _check_time(command.occurred_at, at)
            tx = Transaction(conn, at, self._realm)
            state = await handling.load(tx, command)
            check_scope(command.by, handling.allow, handling.scope(state), self._envelope.kind)
            outcome = await handling.run(tx, command, state)
        self._result = outcome.result
        return Batch(outcome.facts, at, command.occurred_at, command.by, command.id)

    def answered(self, at: datetime, facts: Sequence[Appended]) -> Receipt:
        positions = tuple(Position(fact.stream, fact.seq) for fact in facts)
        self.answer = Answer(str(self.id), iso(at), positions, self._result)
        return self._receipt(at, answer=encode(self.answer.to_json()))

    def refused(self, at: datetime, refusal: Refused) -> Receipt | None:
        return self._receipt(at, refusal=encode(refusal.to_json())) if refusal.final else None

    def _receipt(self, at: datetime, *, answer: str | None = None, refusal: str | None = None) -> Receipt:
        return Receipt(self.id, self._command.by.id, self._envelope.kind, self._digest, at, answer, refusal)

    def from_earlier(self, receipt: Receipt) -> Answer:
        """What the same id was answered before. Raises the refusal it was given, or Refused `command_id_taken`."""
        if receipt.by_id != self._command.by.id or bytes(receipt.digest) != self._digest:
            raise command_id_taken()
        if receipt.refusal is not None:
            raise _refusal_from(decode_object(receipt.refusal))
        return _answer_from(decode_object(receipt.answer or "{}"))


async def carry_out(realm: Realm, registry: Registry, principal: Principal, envelope: Envelope) -> Answer:
    """Carry out one command in one transaction: state, facts and receipt are committed together or not at all.

    Raises Refused; then nothing has changed. The same id again returns the first answer or raises the first refusal.
    Raises psycopg's errors when the database is away: then the same id may be sent again, and is carried out once.
    """
    began = time.perf_counter()
    try:
        handling, command = check(registry, principal, envelope)
    except Refused as refusal:
        if refusal.code != "unknown_command":  # what a client makes up is no label
            measures.command_ended(envelope.kind, "refused")
        raise
    if realm.is_exercise:
        await realm.refresh()
    piece = _Piece(realm, handling, command, envelope)
    try:
        receipt = await realm.lane.carry(piece)
        answer = piece.answer if receipt is None else piece.from_earlier(receipt)
    except Refused as refusal:
        measures.command_ended(envelope.kind, "refused")
        log.info("refused %s %s by %s: %s", envelope.kind, command.id, principal.id, refusal.code)
        raise
    except Exception:
        measures.command_ended(envelope.kind, "failed")
        raise
    if answer is None:
        raise AssertionError("a piece that was carried out has its answer")
    outcome: measures.Outcome = "repeated" if answer.repeated else "done"
    measures.command_ended(envelope.kind, outcome, time.perf_counter() - began)
    return answer


def check(registry: Registry, principal: Principal, envelope: Envelope) -> tuple[AnyHandling, Command[Any]]:
    """What can be said of a command without asking the database: its kind, the sender's role, its data. Raises Refused."""
    handling = registry.find(envelope.kind)
    check_role(principal, handling.allow, envelope.kind)
    data = cast(CommandData, parse_strictly(handling.data, envelope.data))
    return handling, Command(envelope.id, envelope.stream, envelope.occurred_at, principal, data)


def _digest(envelope: Envelope) -> bytes:
    text = encode([envelope.kind, envelope.stream, iso(envelope.occurred_at), envelope.data])
    return hashlib.sha256(text.encode()).digest()


def _check_time(occurred_at: datetime, at: datetime) -> None:
    if occurred_at > at + CLOCK_TOLERANCE:
        raise Refused(
            "time_in_future",
            zh="发生时间晚于当前时间，请核对设备时钟或填写的时间。",
            en="The time given lies in the future. Check the device's clock or the time entered.",
            field="occurred_at",
            final=False,
            occurred_at=iso(occurred_at),
            now=iso(at),
        )


def _answer_from(kept: JsonObject) -> Answer:
    facts = cast(list[Mapping[str, Any]], kept["facts"])
    return Answer(
        id=str(kept["id"]),
        at=str(kept["at"]),
        facts=tuple(Position(str(f["stream"]), int(f["seq"])) for f in facts),
        result=cast(JsonObject, kept["result"]),
        repeated=True,
    )


def _refusal_from(kept: JsonObject) -> Refused:
    facts = cast(Mapping[str, Json], kept["facts"])
    return Refused(
        str(kept["code"]),
        zh=str(kept["zh"]),
        en=str(kept["en"]),
        field=None if kept["field"] is None else str(kept["field"]),
        status=int(cast(int, kept["status"])),
        final=False,  # it is already kept
        **facts,
    )
