"""Commands committed together: as if each had been alone, but one wait for the disk."""

import asyncio

import pytest
from psycopg import OperationalError

from spine import lane
from spine.carry_out import Answer, carry_out
from spine.db import owner_connection, snapshot
from spine.errors import Refused
from spine.realm import Realm
from spine.record import read_since
from spine.verify import verify
from tests.spine.tally import OFFICER, REGISTRY, add, make_tables


@pytest.fixture(autouse=True)
async def _tables(database_url: str, realm: Realm) -> None:
    await make_tables(database_url)


async def transactions_of(database_url: str) -> int:
    """Different transactions that wrote the facts in the record."""
    async with owner_connection(database_url) as conn:
        row = await (await conn.execute("SELECT count(DISTINCT xmin::text) FROM spine.fact")).fetchone()
    assert row is not None
    return int(row[0])


async def totals(database_url: str) -> dict[str, int]:
    async with owner_connection(database_url) as conn:
        rows = await (await conn.execute("SELECT name, total FROM tally.tally")).fetchall()
    return {str(name): int(total) for name, total in rows}


async def intact(realm: Realm) -> bool:
    async with snapshot(realm.pool) as conn:
        return (await verify(conn)).broken == []


async def test_what_comes_together_shares_transactions_and_keeps_its_order(realm: Realm, database_url: str) -> None:
    answers = await asyncio.gather(*(carry_out(realm, REGISTRY, OFFICER, add("a", 1)) for _ in range(40)))
    assert [a.result["total"] for a in answers] == list(range(1, 41))
    assert await transactions_of(database_url) <= 5
    async with realm.pool.connection() as conn:
        assert [fact.seq for fact in await read_since(conn, "board", 0)] == list(range(1, 41))
    assert await intact(realm)


async def test_a_refused_one_leaves_nothing_and_takes_nobody_along(realm: Realm, database_url: str) -> None:
    sent = [add("a", 2000 if number == 3 else 1) for number in range(8)]
    answers = await asyncio.gather(
        *(carry_out(realm, REGISTRY, OFFICER, envelope) for envelope in sent), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(Answer) == 7
    assert isinstance(answers[3], Refused)
    assert await totals(database_url) == {"a": 7}
    with pytest.raises(Refused) as again:
        await carry_out(realm, REGISTRY, OFFICER, sent[3])
    assert again.value.code == answers[3].code
    assert await intact(realm)


async def test_the_same_id_twice_in_one_transaction_counts_once(realm: Realm, database_url: str) -> None:
    twin = add("a", 1)
    answers = await asyncio.gather(
        *(carry_out(realm, REGISTRY, OFFICER, e) for e in (add("a", 1), twin, twin, add("a", 1), twin))
    )
    assert await totals(database_url) == {"a": 3}
    assert [answer.repeated for answer in answers] == [False, False, True, False, True]


async def test_who_waits_for_a_row_does_not_hold_up_the_others(realm: Realm, database_url: str) -> None:
    await carry_out(realm, REGISTRY, OFFICER, add("held", 1))
    async with owner_connection(database_url) as other:
        await other.execute("SELECT 1 FROM tally.tally WHERE name = 'held' FOR UPDATE")
        waiting = asyncio.create_task(carry_out(realm, REGISTRY, OFFICER, add("held", 1)))
        free = [carry_out(realm, REGISTRY, OFFICER, add(f"free{n}", 1)) for n in range(4)]
        await asyncio.gather(*free)
        assert not waiting.done()
        await other.rollback()
    assert (await waiting).result == {"total": 2}
    assert await intact(realm)


async def test_two_processes_that_want_the_same_rows_in_other_orders_both_get_through(
    realm: Realm, database_url: str
) -> None:
    """Each batch holds rows the other wants: whoever waits goes on alone instead of in a circle."""
    from spine.nudge import Nudges
    from spine.realm import open_realm

    other = await open_realm(database_url, nudges=Nudges(None, "x"), data_dir=realm.data_dir, clock=realm.clock)
    names = [f"t{n}" for n in range(6)]
    try:
        await asyncio.gather(
            *(carry_out(realm, REGISTRY, OFFICER, add(name, 1)) for name in names * 5),
            *(carry_out(other, REGISTRY, OFFICER, add(name, 1)) for name in reversed(names * 5)),
        )
    finally:
        await other.close()
    assert await totals(database_url) == dict.fromkeys(names, 10)
    assert await intact(realm)


async def test_a_connection_that_breaks_under_it_costs_nobody_his_command(realm: Realm, database_url: str) -> None:
    await carry_out(realm, REGISTRY, OFFICER, add("a", 1))

    async def break_connections() -> None:
        async with owner_connection(database_url, autocommit=True) as conn:
            for _ in range(5):
                await conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid()"
                )
                await asyncio.sleep(0.01)

    sent = [add("a", 1) for _ in range(60)]
    breaking = asyncio.create_task(break_connections())
    for envelope in sent:
        for _ in range(20):
            try:
                await carry_out(realm, REGISTRY, OFFICER, envelope)
                break
            except OperationalError:
                await asyncio.sleep(0.05)
    await breaking
    assert await totals(database_url) == {"a": 61}
    assert await intact(realm)


async def test_a_database_that_hangs_is_said_to_be_away(
    realm: Realm, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await carry_out(realm, REGISTRY, OFFICER, add("a", 1))
    monkeypatch.setattr(lane, "PATIENCE_S", 0.5)
    async with owner_connection(database_url) as other:
        await other.execute("LOCK TABLE spine.stream_head IN ACCESS EXCLUSIVE MODE")
        envelope = add("a", 1)
        with pytest.raises(OperationalError):
            await carry_out(realm, REGISTRY, OFFICER, envelope)
        assert realm.presence.away_since is not None
        await other.rollback()
    assert (await carry_out(realm, REGISTRY, OFFICER, envelope)).result == {"total": 2}
    assert await totals(database_url) == {"a": 2}


async def test_the_same_id_in_two_processes_at_once_is_answered_to_both(realm: Realm, database_url: str) -> None:
    """Whoever loses the race finds the receipt when it tries again, and answers with it."""
    from spine.nudge import Nudges
    from spine.realm import open_realm

    other = await open_realm(database_url, nudges=Nudges(None, "x"), data_dir=realm.data_dir, clock=realm.clock)
    sent = [add("a", 1) for _ in range(20)]
    refused = [add("a", 2000) for _ in range(5)]
    try:
        for envelope in sent:
            answers = await asyncio.gather(*(carry_out(house, REGISTRY, OFFICER, envelope) for house in (realm, other)))
            assert sorted(answer.repeated for answer in answers) == [False, True]
            assert answers[0].facts == answers[1].facts
        for envelope in refused:
            both = [carry_out(house, REGISTRY, OFFICER, envelope) for house in (realm, other)]
            assert [type(end) for end in await asyncio.gather(*both, return_exceptions=True)] == [Refused, Refused]
    finally:
        await other.close()
    assert await totals(database_url) == {"a": len(sent)}
    assert await intact(realm)
