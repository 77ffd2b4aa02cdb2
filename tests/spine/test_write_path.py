"""Every change is one command in one transaction, once, and in the record."""

import asyncio
from datetime import timedelta
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from spine.canonical import decode_object
from spine.carry_out import carry_out
from spine.command import Envelope
from spine.db import owner_connection, snapshot
from spine.errors import Refused
from spine.realm import Realm
from spine.record import head_seq, read_since
from spine.verify import verify
from tests.conftest import T0
from tests.fold_check import FoldWatch
from tests.spine.tally import AUDITOR, BOOK, COUNTY_OFFICER, OFFICER, REGISTRY, add, make_tables


@pytest.fixture(autouse=True)
async def _tables(database_url: str, realm: Realm) -> None:
    await make_tables(database_url)


async def test_state_facts_and_receipt_come_together(realm: Realm) -> None:
    answer = await carry_out(realm, REGISTRY, OFFICER, add("a", 3))
    assert answer.result == {"total": 3}
    assert [(p.stream, p.seq) for p in answer.facts] == [("board", 1), ("tally:a", 1)]
    async with realm.pool.connection() as conn:
        [fact] = await read_since(conn, "board", 0)
    content = decode_object(fact.body)
    assert content["kind"] == "tally.added"
    assert content["by"] == {"id": OFFICER.id, "name": "李敏"}
    assert content["now"] == {"tallies": {"a": {"id": "a", "total": 3}}}


async def test_the_same_id_again_returns_the_first_answer(realm: Realm) -> None:
    sent = add("a", 3)
    first = await carry_out(realm, REGISTRY, OFFICER, sent)
    again = await carry_out(realm, REGISTRY, OFFICER, sent)
    assert (again.facts, again.result, again.at, again.repeated) == (first.facts, first.result, first.at, True)
    async with realm.pool.connection() as conn:
        assert await head_seq(conn, "board") == 1


async def test_the_same_id_at_the_same_time_counts_once(realm: Realm) -> None:
    sent = add("a", 1)
    answers = await asyncio.gather(*(carry_out(realm, REGISTRY, OFFICER, sent) for _ in range(6)))
    assert [a.result["total"] for a in answers] == [1] * 6
    async with realm.pool.connection() as conn:
        assert await head_seq(conn, "tally:a") == 1


async def test_an_id_used_for_something_else_is_refused(realm: Realm) -> None:
    first = uuid4()
    await carry_out(realm, REGISTRY, OFFICER, add("a", 1, first))
    with pytest.raises(Refused) as refused:
        await carry_out(realm, REGISTRY, OFFICER, add("a", 2, first))
    assert refused.value.code == "command_id_taken"


async def test_a_refusal_changes_nothing_and_is_repeated(realm: Realm) -> None:
    await carry_out(realm, REGISTRY, OFFICER, add("a", 900))
    too_much = add("a", 200)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await carry_out(realm, REGISTRY, OFFICER, too_much)
        assert (refused.value.code, refused.value.field, refused.value.facts) == (
            "tally_full",
            "data.by",
            {"total": 900},
        )
    async with realm.pool.connection() as conn:
        assert await head_seq(conn, "board") == 1


@pytest.mark.parametrize(
    ("envelope", "code", "field"),
    [
        (Envelope(uuid4(), "tally.burn", "board", T0, {}), "unknown_command", "kind"),
        (Envelope(uuid4(), "tally.add", "board", T0, {"name": "a"}), "invalid_field", "data.by"),
        (Envelope(uuid4(), "tally.add", "board", T0, {"name": "a", "by": "1"}), "invalid_field", "data.by"),
        (Envelope(uuid4(), "tally.add", "board", T0, {"name": "a", "by": 1, "x": 1}), "invalid_field", "data.x"),
        (
            Envelope(uuid4(), "tally.add", "board", T0 + timedelta(minutes=3), {"name": "a", "by": 1}),
            "time_in_future",
            "occurred_at",
        ),
    ],
)
async def test_what_is_wrong_is_named(realm: Realm, envelope: Envelope, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        await carry_out(realm, REGISTRY, OFFICER, envelope)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.zh
    assert refused.value.en


async def test_role_and_area_are_checked_in_the_write_path(realm: Realm) -> None:
    for principal in (AUDITOR, COUNTY_OFFICER):
        with pytest.raises(Refused) as refused:
            await carry_out(realm, REGISTRY, principal, add("a", 1))
        assert refused.value.code == "forbidden"
    async with realm.pool.connection() as conn:
        assert await head_seq(conn, "board") == 0


async def test_many_writers_leave_contiguous_streams_and_fold_equals_fetch(realm: Realm) -> None:
    watch = FoldWatch(realm, BOOK)
    await watch.watch("board", "tally:a", "tally:b", "tally:c")

    async def writer(number: int) -> None:
        for step in range(8):
            await carry_out(realm, REGISTRY, OFFICER, add("abc"[(number + step) % 3], 1))

    await asyncio.gather(*(writer(n) for n in range(6)))
    await watch.check()
    async with snapshot(realm.pool) as conn:
        result = await verify(conn)
    assert (result.broken, result.facts) == ([], 96)


async def test_the_application_cannot_rewrite_the_record(realm: Realm) -> None:
    await carry_out(realm, REGISTRY, OFFICER, add("a", 1))
    statements: tuple[LiteralString, ...] = (
        "UPDATE spine.fact SET body = ''",
        "DELETE FROM spine.fact",
        "DELETE FROM spine.receipt",
    )
    for statement in statements:
        with pytest.raises(InsufficientPrivilege):
            async with realm.pool.connection() as conn:
                await conn.execute(statement)


@pytest.mark.parametrize(
    ("damage", "seq"),
    [
        ("UPDATE spine.fact SET body = replace(body, '\"by\":2', '\"by\":7') WHERE stream = 'board' AND seq = 2", 2),
        ("UPDATE spine.fact SET kind = 'tally.taken' WHERE stream = 'board' AND seq = 3", 3),
        ("DELETE FROM spine.fact WHERE stream = 'board' AND seq = 2", 2),
        ("DELETE FROM spine.fact WHERE stream = 'board' AND seq = 3", 3),
    ],
)
async def test_verify_names_the_first_broken_link(
    realm: Realm, database_url: str, damage: LiteralString, seq: int
) -> None:
    for by in (1, 2, 3):
        await carry_out(realm, REGISTRY, OFFICER, add("a", by))
    async with owner_connection(database_url) as conn:
        await conn.execute(damage)
        await conn.commit()
    async with snapshot(realm.pool) as conn:
        result = await verify(conn)
    assert [(link.stream, link.seq) for link in result.broken] == [("board", seq)]


async def test_a_database_error_leaves_nothing_behind(realm: Realm, database_url: str) -> None:
    async with owner_connection(database_url) as conn:
        await conn.execute("ALTER TABLE tally.tally ADD CHECK (total < 5)")
        await conn.commit()
    sent = add("a", 9)
    with pytest.raises(psycopg.errors.CheckViolation):
        await carry_out(realm, REGISTRY, OFFICER, sent)
    async with owner_connection(database_url) as conn:
        await conn.execute("ALTER TABLE tally.tally DROP CONSTRAINT tally_total_check")
        await conn.commit()
    assert (await carry_out(realm, REGISTRY, OFFICER, sent)).result == {"total": 9}
