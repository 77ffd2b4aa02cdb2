"""Followers see every fact at least once and in order, whatever happens to nudges and to themselves."""

import asyncio
from collections.abc import Iterable

import pytest

from spine.carry_out import carry_out
from spine.follow import Follower, catch_up, reaction_id, run_follower
from spine.realm import Realm
from spine.record import Fact
from tests.spine.tally import OFFICER, REGISTRY, add, make_tables


@pytest.fixture(autouse=True)
async def _tables(database_url: str, realm: Realm) -> None:
    await make_tables(database_url)


async def test_every_fact_once_across_restarts(realm: Realm) -> None:
    seen: list[tuple[str, int]] = []

    async def note(_realm: Realm, fact: Fact) -> None:
        seen.append((fact.stream, fact.seq))

    follower = Follower("notes", "tally:", frozenset({"tally.added"}), note)
    for by in range(1, 4):
        await carry_out(realm, REGISTRY, OFFICER, add("a", by))
    assert await catch_up(realm, follower) == 3
    await carry_out(realm, REGISTRY, OFFICER, add("b", 1))
    again = Follower("notes", "tally:", frozenset({"tally.added"}), note)
    assert await catch_up(realm, again) == 1
    assert await catch_up(realm, again) == 0
    assert seen == [("tally:a", 1), ("tally:a", 2), ("tally:a", 3), ("tally:b", 1)]


async def test_a_failure_is_tried_again_from_the_same_fact(realm: Realm) -> None:
    seen: list[int] = []

    async def fail_once(_realm: Realm, fact: Fact) -> None:
        seen.append(fact.seq)
        if seen == [1, 2]:
            raise RuntimeError("the mail server was away")

    follower = Follower("shaky", "tally:", frozenset({"tally.added"}), fail_once)
    for by in range(1, 4):
        await carry_out(realm, REGISTRY, OFFICER, add("a", by))
    await catch_up(realm, follower)
    await catch_up(realm, follower)
    assert seen == [1, 2, 2, 3]


async def test_a_reaction_has_the_same_id_every_time(realm: Realm) -> None:
    ids: list[object] = []

    async def react(_realm: Realm, fact: Fact) -> None:
        ids.append(reaction_id("echo", fact))
        if len(ids) == 1:
            raise RuntimeError("killed between doing and remembering")

    await carry_out(realm, REGISTRY, OFFICER, add("a", 1))
    follower = Follower("echo", "tally:", frozenset({"tally.added"}), react)
    await catch_up(realm, follower)
    await catch_up(realm, follower)
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_lost_nudge_costs_one_poll(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = asyncio.Event()

    async def note(_realm: Realm, _fact: Fact) -> None:
        arrived.set()

    def lose(_streams: Iterable[str]) -> None:
        return None

    monkeypatch.setattr(realm.nudges, "publish", lose)
    running = asyncio.create_task(
        run_follower(realm, Follower("slow", "tally:", frozenset({"tally.added"}), note), poll_s=0.1)
    )
    try:
        await carry_out(realm, REGISTRY, OFFICER, add("a", 1))
        await asyncio.wait_for(arrived.wait(), 10)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_more_followers_than_connections_do_not_starve_each_other(realm: Realm) -> None:
    """Each holds a connection while it handles a fact, and asks for a second one to read with."""
    most = realm.pool.max_size
    began, done = 0, 0

    async def read(of: Realm, _fact: Fact) -> None:
        nonlocal began, done
        began += 1
        await asyncio.sleep(0.05)  # the others come meanwhile
        async with of.pool.connection() as conn:
            await conn.execute("SELECT 1")
        done += 1

    await carry_out(realm, REGISTRY, OFFICER, add("a", 1))
    followers = [Follower(f"reader-{n}", "tally:", frozenset({"tally.added"}), read) for n in range(most + 2)]
    async with asyncio.timeout(6):  # less than the pool's patience
        await asyncio.gather(*(catch_up(realm, one) for one in followers))
    assert (began, done) == (most + 2, most + 2)
