"""Whatever is altered in the record by hand, by somebody who may do anything in the database, `verify` names where."""

from pathlib import Path
from typing import LiteralString

import pytest

from spine.backup import make_backup
from spine.backup_compare import compare, manifest_of
from spine.carry_out import carry_out
from spine.db import owner_connection, snapshot
from spine.realm import Realm
from spine.verify import Verification, verify
from tests.conftest import T0
from tests.spine.tally import OFFICER, REGISTRY, add, make_tables


@pytest.fixture(autouse=True)
async def _three_facts_each(database_url: str, realm: Realm) -> None:
    """`board`, `tally:a` and `tally:b`: four, two and two facts."""
    await make_tables(database_url)
    for name in ("a", "b", "a", "b"):
        await carry_out(realm, REGISTRY, OFFICER, add(name, 2))


async def _alter(database_url: str, *statements: LiteralString) -> None:
    async with owner_connection(database_url) as conn:
        for statement in statements:
            await conn.execute(statement)
        await conn.commit()


async def _verify(realm: Realm) -> Verification:
    async with snapshot(realm.pool) as conn:
        return await verify(conn)


async def test_an_untouched_record_is_intact(realm: Realm) -> None:
    result = await _verify(realm)
    assert (result.streams, result.facts, result.broken) == (3, 8, [])


_COPY_OF_FACT = """
    INSERT INTO spine.fact (stream, seq, kind, at, occurred_at, by_id, command_id, body, hash)
    SELECT stream, {seq}, kind, at, occurred_at, by_id, command_id, body, hash FROM spine.fact WHERE stream = 'board' AND seq = 2
"""


@pytest.mark.parametrize(
    ("damage", "broken", "word"),
    [
        pytest.param(
            ("UPDATE spine.fact SET body = replace(body, '\"by\":2', '\"by\":9') WHERE stream = 'board' AND seq = 2",),
            [("board", 2)],
            "hash",
            id="body edited",
        ),
        pytest.param(
            ("UPDATE spine.fact SET hash = decode(repeat('00', 32), 'hex') WHERE stream = 'board' AND seq = 3",),
            [("board", 3)],
            "hash",
            id="hash edited",
        ),
        pytest.param(
            ("UPDATE spine.fact SET hash = decode(repeat('00', 32), 'hex') WHERE stream = 'board' AND seq = 4",),
            [("board", 4)],
            "hash",
            id="last hash edited",
        ),
        pytest.param(
            ("DELETE FROM spine.fact WHERE stream = 'board' AND seq = 2",), [("board", 2)], "missing", id="row deleted"
        ),
        pytest.param(
            ("DELETE FROM spine.fact WHERE stream = 'board' AND seq = 1",),
            [("board", 1)],
            "missing",
            id="first deleted",
        ),
        pytest.param(
            ("DELETE FROM spine.fact WHERE stream = 'board' AND seq = 4",), [("board", 4)], "missing", id="last deleted"
        ),
        pytest.param((_COPY_OF_FACT.format(seq=5),), [("board", 5)], "beyond", id="row added at the end"),
        pytest.param((_COPY_OF_FACT.format(seq=9),), [("board", 9)], "beyond", id="row added far behind the end"),
        pytest.param((_COPY_OF_FACT.format(seq=0),), [("board", 0)], "inserted", id="row put before the first"),
        pytest.param(
            (
                "UPDATE spine.fact SET seq = seq + 100 WHERE stream = 'board' AND seq >= 3",
                "UPDATE spine.fact SET seq = seq - 99 WHERE stream = 'board' AND seq >= 100",
                _COPY_OF_FACT.format(seq=3),
                "UPDATE spine.stream_head SET seq = 5 WHERE stream = 'board'",
            ),
            [("board", 3)],
            "hash",
            id="row pushed in between",
        ),
        pytest.param(
            (
                "UPDATE spine.fact SET seq = -seq WHERE stream = 'board' AND seq IN (2, 3)",
                "UPDATE spine.fact SET seq = 5 + seq WHERE stream = 'board' AND seq < 0",
            ),
            [("board", 2)],
            "hash",
            id="two rows swapped",
        ),
        pytest.param(
            ("UPDATE spine.stream_head SET seq = 3 WHERE stream = 'board'",),
            [("board", 4)],
            "beyond",
            id="head lowered",
        ),
        pytest.param(
            ("UPDATE spine.stream_head SET seq = 6 WHERE stream = 'board'",),
            [("board", 5)],
            "missing",
            id="head raised",
        ),
        pytest.param(
            ("UPDATE spine.stream_head SET hash = decode(repeat('00', 32), 'hex') WHERE stream = 'board'",),
            [("board", 4)],
            "head's hash",
            id="head's hash edited",
        ),
        pytest.param(
            ("DELETE FROM spine.stream_head WHERE stream = 'board'",), [("board", 1)], "head", id="head deleted"
        ),
        pytest.param(
            ("INSERT INTO spine.stream_head (stream, seq, hash) VALUES ('tally:z', 1, '')",),
            [("tally:z", 1)],
            "missing",
            id="head invented",
        ),
        pytest.param(
            ("UPDATE spine.fact SET kind = 'tally.taken' WHERE stream = 'board' AND seq = 3",),
            [("board", 3)],
            "kind",
            id="kind altered",
        ),
        pytest.param(
            ("UPDATE spine.fact SET at = at + interval '1 second' WHERE stream = 'board' AND seq = 1",),
            [("board", 1)],
            "at",
            id="at altered",
        ),
        pytest.param(
            ("UPDATE spine.fact SET occurred_at = at - interval '1 day' WHERE stream = 'board' AND seq = 1",),
            [("board", 1)],
            "occurred_at",
            id="occurred_at altered",
        ),
        pytest.param(
            ("UPDATE spine.fact SET by_id = 'account:x' WHERE stream = 'board' AND seq = 4",),
            [("board", 4)],
            "by_id",
            id="by altered",
        ),
        pytest.param(
            ("UPDATE spine.fact SET command_id = gen_random_uuid() WHERE stream = 'board' AND seq = 4",),
            [("board", 4)],
            "command",
            id="command altered",
        ),
        pytest.param(
            ("UPDATE spine.fact SET stream = 'tally:c' WHERE stream = 'board' AND seq = 2",),
            [("board", 2), ("tally:c", 2)],
            "missing",
            id="fact moved to another stream",
        ),
        pytest.param(
            (
                "UPDATE spine.fact SET stream = 'tally:c' WHERE stream = 'tally:b'",
                "UPDATE spine.stream_head SET stream = 'tally:c' WHERE stream = 'tally:b'",
            ),
            [("tally:c", 1), ("tally:b", 1)],
            "stream",
            id="whole stream renamed with its head",
        ),
        pytest.param(
            (
                "DELETE FROM spine.fact WHERE stream = 'tally:b' AND seq = 2",
                "UPDATE spine.stream_head h SET seq = 1, hash = f.hash FROM spine.fact f "
                "WHERE h.stream = 'tally:b' AND f.stream = 'tally:b' AND f.seq = 1",
            ),
            [("tally:b", 2)],
            "receipt",
            id="end cut off and the head set back to match",
        ),
        pytest.param(
            (
                "DELETE FROM spine.fact WHERE stream = 'tally:b'",
                "DELETE FROM spine.stream_head WHERE stream = 'tally:b'",
            ),
            [("tally:b", 1)],
            "receipt",
            id="whole stream deleted with its head",
        ),
        pytest.param(
            (
                "UPDATE spine.fact SET body = 'gone' WHERE stream = 'tally:b' AND seq = 1",
                "UPDATE spine.fact SET hash = sha256(decode(repeat('00', 32), 'hex') || convert_to(body, 'UTF8')) "
                "WHERE stream = 'tally:b' AND seq = 1",
            ),
            [("tally:b", 1)],
            "JSON",
            id="body made rubbish and its hash made to match",
        ),
        pytest.param(
            (
                "DELETE FROM spine.receipt WHERE command_id = (SELECT command_id FROM spine.fact WHERE stream = 'tally:a' AND seq = 2)",
            ),
            [("board", 3), ("tally:a", 2)],
            "receipt",
            id="receipt deleted",
        ),
        pytest.param(
            (
                "UPDATE spine.receipt SET answer = 'gone' WHERE command_id = "
                "(SELECT command_id FROM spine.fact WHERE stream = 'tally:a' AND seq = 2)",
            ),
            [("receipts", 0)],
            "receipt",
            id="receipt made rubbish",
        ),
    ],
)
async def test_what_was_altered_is_named(
    realm: Realm, database_url: str, damage: tuple[LiteralString, ...], broken: list[tuple[str, int]], word: str
) -> None:
    await _alter(database_url, *damage)
    result = await _verify(realm)
    assert [(link.stream, link.seq) for link in result.broken] == broken
    assert word in result.broken[0].why


async def test_a_fact_forged_with_a_right_hash_and_head_has_no_receipt(realm: Realm, database_url: str) -> None:
    await _alter(
        database_url,
        """
        INSERT INTO spine.fact (stream, seq, kind, at, occurred_at, by_id, command_id, body, hash)
        SELECT stream, 3, kind, at, occurred_at, by_id, command_id, forged, sha256(hash || convert_to(forged, 'UTF8'))
        FROM (SELECT *, replace(body, '"seq":2', '"seq":3') AS forged FROM spine.fact WHERE stream = 'tally:b' AND seq = 2) f
        """,
        """
        UPDATE spine.stream_head h SET seq = 3, hash = f.hash FROM spine.fact f
        WHERE h.stream = 'tally:b' AND f.stream = 'tally:b' AND f.seq = 3
        """,
    )
    result = await _verify(realm)
    assert [(link.stream, link.seq, link.why) for link in result.broken] == [
        ("tally:b", 3, "no receipt names this fact")
    ]


async def test_a_stream_written_anew_with_everything_right_is_not_what_the_backup_holds(
    realm: Realm, database_url: str, tmp_path: Path
) -> None:
    made = await make_backup(database_url, tmp_path, tmp_path / "b.tar", at=T0)
    await carry_out(realm, REGISTRY, OFFICER, add("b", 2))
    async with snapshot(realm.pool) as conn:
        assert await compare(conn, manifest_of(made.path)) == []
    await _alter(
        database_url,
        "DELETE FROM spine.receipt",
        "DELETE FROM spine.fact",
        "DELETE FROM spine.stream_head WHERE stream <> 'tally:a'",
        "UPDATE tally.tally SET total = 0",
        "UPDATE spine.stream_head SET seq = 0, hash = decode(repeat('00', 32), 'hex')",
    )
    for _ in range(3):
        await carry_out(realm, REGISTRY, OFFICER, add("a", 7))
    assert (await _verify(realm)).broken == []
    async with snapshot(realm.pool) as conn:
        differing = await compare(conn, manifest_of(made.path))
    assert [(link.stream, link.seq) for link in differing] == [("board", 4), ("tally:a", 2), ("tally:b", 2)]
