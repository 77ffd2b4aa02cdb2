"""The record as it stands in the database: plain SQL, no code of the product."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import psycopg

Position = tuple[str, int]
"""(stream, seq)"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One fact as stored. `at` and `data` are JSON texts of the body's members, to compare."""

    command: str
    kind: str
    by: str
    at: str
    data: str
    body: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """`receipts`: for each command that was answered, whether a refusal is kept for it."""

    epoch: str
    facts: Mapping[Position, Recorded]
    receipts: Mapping[str, bool]
    heads: Mapping[str, int]
    by_command: Mapping[str, list[Position]] = field(default_factory=dict[str, list[Position]])

    def troubles(self) -> Iterable[str]:
        """Holes and broken links, found anew from the rows."""
        expected: dict[str, int] = {}
        previous: dict[str, bytes] = {}
        for (stream, seq), fact in sorted(self.facts.items()):
            wanted = expected.get(stream, 1)
            if seq != wanted:
                yield f"{stream} {wanted} is missing in the record, the next is {seq}"
            elif hashlib.sha256(previous.get(stream, bytes(32)) + fact.body.encode()).digest() != fact.hash:
                yield f"{stream} {seq} does not follow by its hash"
            expected[stream], previous[stream] = seq + 1, fact.hash
        for stream, head in sorted(self.heads.items()):
            if expected.get(stream, 1) != head + 1:
                yield f"{stream} has a head of {head}, the last fact is {expected.get(stream, 1) - 1}"


def recorded(body: str, command: str, by: str, hashed: bytes) -> Recorded:
    content = json.loads(body)
    at, data = json.dumps(content["at"]), json.dumps(content["data"], sort_keys=True)
    return Recorded(command, content["kind"], by, at, data, body, hashed)


def make_record(epoch: str, facts: Mapping[Position, Recorded], receipts: Mapping[str, bool]) -> Record:
    """A record whose heads are where its facts end."""
    heads: dict[str, int] = {}
    by_command: dict[str, list[Position]] = {}
    for position, fact in sorted(facts.items()):
        heads[position[0]] = max(position[1], heads.get(position[0], 0))
        by_command.setdefault(fact.command, []).append(position)
    return Record(epoch, facts, receipts, heads, by_command)


def read_record(database_url: str) -> Record:
    """Everything, of one moment. For records of some ten thousand facts."""
    with psycopg.connect(database_url) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        rows = conn.execute("SELECT stream, seq, body, command_id::text, by_id, hash FROM spine.fact").fetchall()
        facts = {
            (str(stream), int(seq)): recorded(str(body), str(command), str(by), bytes(hashed))
            for stream, seq, body, command, by, hashed in rows
        }
        kept = conn.execute("SELECT command_id::text, refusal IS NOT NULL FROM spine.receipt").fetchall()
        heads = conn.execute("SELECT stream, seq FROM spine.stream_head").fetchall()
        epoch = conn.execute("SELECT epoch::text FROM spine.realm").fetchone()
    assert epoch is not None
    made = make_record(str(epoch[0]), facts, {str(command): bool(refused) for command, refused in kept})
    return Record(made.epoch, made.facts, made.receipts, {str(s): int(n) for s, n in heads if n}, made.by_command)
