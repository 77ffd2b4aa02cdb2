"""The write path. Every change of state in the platform goes through `carry_out`; there is no other."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from psycopg import errors as pg
from psycopg.rows import class_row

from spine.authority import check_role, check_scope
from spine.canonical import Json, JsonObject, decode_object, encode
from spine.clock import iso
from spine.command import AnyHandling, Command, CommandData, Envelope, Registry, Transaction
from spine.db import Connection
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from spine.record import Position, append
from spine.validation import parse_strictly

log = logging.getLogger("fengsui.carry_out")

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far ahead a sender's clock may run before its time is refused as lying in the future."""
_ATTEMPTS = 4


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


@dataclass(frozen=True, slots=True)
class _Receipt:
    by_id: str
    digest: bytes
    answer: str | None
    refusal: str | None


async def carry_out(realm: Realm, registry: Registry, principal: Principal, envelope: Envelope) -> Answer:
    """Carry out one command in one transaction: state, facts and receipt are committed together or not at all.

    Raises Refused; then nothing has changed. The same id again returns the first answer or raises the first refusal.
    """
    handling = registry.find(envelope.kind)
    check_role(principal, handling.allow, envelope.kind)
    data = cast(CommandData, parse_strictly(handling.data, envelope.data))
    command: Command[Any] = Command(envelope.id, envelope.stream, envelope.occurred_at, principal, data)
    digest = _digest(envelope)
    if realm.is_exercise:
        await realm.refresh()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _attempt(realm, handling, command, envelope, digest)
        except (pg.DeadlockDetected, pg.SerializationFailure):
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(0.01 * 2**attempt)
        except pg.UniqueViolation as error:
            # The same id won the race in another transaction: what it answered is the answer.
            if error.diag.constraint_name != "receipt_pkey":
                raise
        except Refused as refusal:
            return await _refuse(realm, command, envelope, digest, refusal)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _digest(envelope: Envelope) -> bytes:
    text = encode([envelope.kind, envelope.stream, iso(envelope.occurred_at), envelope.data])
    return hashlib.sha256(text.encode()).digest()


async def _attempt(
    realm: Realm, handling: AnyHandling, command: Command[Any], envelope: Envelope, digest: bytes
) -> Answer:
    async with realm.pool.connection() as conn:
        earlier = await _earlier(conn, command, digest)
        if earlier is not None:
            return earlier
        at = realm.clock.now()
        _check_time(command.occurred_at, at)
        tx = Transaction(conn, at, realm)
        state = await handling.load(tx, command)
        check_scope(command.by, handling.allow, handling.scope(state), envelope.kind)
        outcome = await handling.run(tx, command, state)
        positions = await append(
            conn,
            outcome.facts,
            at=at,
            occurred_at=command.occurred_at,
            by=command.by,
            command_id=command.id,
        )
        answer = Answer(str(command.id), iso(at), tuple(positions), outcome.result)
        await conn.execute(
            """
            INSERT INTO spine.receipt (command_id, by_id, kind, digest, at, answer)
            VALUES (%(id)s, %(by)s, %(kind)s, %(digest)s, %(at)s, %(answer)s)
            """,
            {
                "id": command.id,
                "by": command.by.id,
                "kind": envelope.kind,
                "digest": digest,
                "at": at,
                "answer": encode(answer.to_json()),
            },
        )
    # The pool's context commits; only now may anybody be told (invariant 5: hints after facts).
    realm.nudges.publish(p.stream for p in positions)
    return answer


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


async def _earlier(conn: Connection, command: Command[Any], digest: bytes) -> Answer | None:
    async with conn.cursor(row_factory=class_row(_Receipt)) as cur:
        await cur.execute(
            "SELECT by_id, digest, answer, refusal FROM spine.receipt WHERE command_id = %s", (command.id,)
        )
        receipt = await cur.fetchone()
    if receipt is None:
        return None
    if receipt.by_id != command.by.id or bytes(receipt.digest) != digest:
        raise Refused(
            "command_id_taken",
            zh="这个指令编号已经用于另一条内容不同的指令。",
            en="This command id has already been used for another command.",
            field="id",
            status=409,
            final=False,
        )
    if receipt.refusal is not None:
        raise _refusal_from(decode_object(receipt.refusal))
    return _answer_from(decode_object(receipt.answer or "{}"))


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


async def _refuse(realm: Realm, command: Command[Any], envelope: Envelope, digest: bytes, refusal: Refused) -> Answer:
    """Keep a final refusal with the receipt and raise it; but a concurrent twin of this command may have been first."""
    async with realm.pool.connection() as conn:
        earlier = await _earlier(conn, command, digest)
        if earlier is not None:
            return earlier
        if refusal.final:
            await conn.execute(
                """
                INSERT INTO spine.receipt (command_id, by_id, kind, digest, at, refusal)
                VALUES (%(id)s, %(by)s, %(kind)s, %(digest)s, %(at)s, %(refusal)s)
                ON CONFLICT (command_id) DO NOTHING
                """,
                {
                    "id": command.id,
                    "by": command.by.id,
                    "kind": envelope.kind,
                    "digest": digest,
                    "at": realm.clock.now(),
                    "refusal": encode(refusal.to_json()),
                },
            )
    log.info("refused %s %s by %s: %s", envelope.kind, command.id, command.by.id, refusal.code)
    raise refusal
