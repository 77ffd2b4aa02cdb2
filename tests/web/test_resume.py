"""Resuming from memory and from the record, the storm of many at once, and a record that was exchanged."""

import asyncio
import uuid
from typing import Any

import pytest
import websockets

from spine.db import owner_connection
from tests.city import City, Server, SocketClient, serving
from web.gateway import hub, topic
from web.gateway.frame import Frame
from web.gateway.topic import Topic


async def register_calls(city: City, count: int, text: str = "来电") -> None:
    for number in range(count):
        await city.carry_out("duty1", "call.register", {"source": "群众来电", "text": f"{text} {number}"})


class Questions:
    """Counts what the database is asked, by a word of the statement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from psycopg import AsyncCursor

        self.asked: list[str] = []
        execute = AsyncCursor[Any].execute

        async def counted(cursor: Any, query: Any, *args: Any, **more: Any) -> Any:
            self.asked.append(str(query))
            return await execute(cursor, query, *args, **more)

        monkeypatch.setattr(AsyncCursor, "execute", counted)

    def about(self, word: str) -> int:
        return sum(word in question for question in self.asked)


def test_a_ring_knows_what_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "MOST_FACTS", 5)
    ring = Topic("board", 10)
    assert ring.covers(10)
    assert not ring.covers(9)
    for seq in range(11, 19):
        ring.push(Frame(f"{seq}", seq))
    assert (ring.first, ring.seq) == (14, 18)
    assert [frame.seq for frame in ring.after(13)] == [14, 15, 16, 17, 18]
    assert [frame.seq for frame in ring.after(16)] == [17, 18]
    assert list(ring.after(18)) == []
    assert not ring.covers(12)
    with pytest.raises(ValueError, match="does not follow"):
        ring.push(Frame("x", 20))


def test_a_ring_is_primed_only_with_what_joins_on() -> None:
    ring = Topic("board", 10)
    ring.prime(Frame(str(seq), seq) for seq in (5, 7, 8, 9, 10))
    assert ring.first == 7


async def test_a_thousand_who_come_back_ask_the_record_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await register_calls(server.city, 12)
    async with server.sign_in("duty1") as http:
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    questions = Questions(monkeypatch)

    async def come_back(since: int) -> list[int]:
        async with websockets.connect(
            f"ws://127.0.0.1:{server.port}/api/socket", additional_headers={"Cookie": cookie}, max_size=None
        ) as connection:
            client = SocketClient(connection)
            await client.send(op="follow", stream="board", since=since)
            await client.until("live", stream="board")
            return client.facts("board")

    async with server.socket("duty1") as first:
        await first.send(op="follow", stream="board", since=4)
        await first.until("live", stream="board")
        seen = await asyncio.gather(*(come_back(4 + number % 8) for number in range(20)))
        assert (
            questions.about("SELECT seq, body FROM spine.fact") == 1
        )  # the first one's; the others had it from memory
    assert seen == [list(range(5 + number % 8, 13)) for number in range(20)]


async def test_who_is_far_behind_reads_the_record_and_joins_the_ring(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PRIME_FACTS", 3)
    monkeypatch.setattr(topic, "MOST_FACTS", 4)
    await register_calls(server.city, 20)
    writing = asyncio.create_task(register_calls(server.city, 20, "后来"))
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
        await writing
        if client.facts("board")[-1] < 40:
            await client.until("fact", seq=40)
        assert client.facts("board") == list(range(1, 41))


async def test_a_stream_nobody_follows_any_more_still_resumes_from_memory(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
    await server.left_with(0)
    await register_calls(server.city, 6)
    questions = Questions(monkeypatch)
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=2)
        await client.until("live", stream="board")
        assert client.facts("board") == [3, 4, 5, 6]
    assert questions.about("SELECT seq, body FROM spine.fact") == 0


async def test_an_exchanged_record_resets_every_following(server: Server, city_url: str) -> None:
    """As `fengsui restore` leaves it: another epoch under the same name, the old sessions ended."""
    await register_calls(server.city, 3)
    async with server.socket("duty1") as client:
        epoch = (await client.receive())["epoch"]
        for stream in ("board", "department:FRB"):
            await client.send(op="follow", stream=stream, since=0)
            await client.until("live", stream=stream)
        fresh = str(uuid.uuid4())
        async with owner_connection(city_url, autocommit=True) as conn:
            await conn.execute("UPDATE spine.realm SET epoch = %s", (fresh,))
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
        resets = {(await client.until("reset", within_s=20))["stream"] for _ in range(2)}
        assert resets == {"board", "department:FRB"}
        await client.send(op="follow", stream="board", since=3, epoch=epoch)
        assert (await client.until("reset", stream="board"))["reason"] == "epoch"
        await client.send(op="follow", stream="board", since=3, epoch=fresh)
        await client.until("live", stream="board")
        await register_calls(server.city, 1)
        assert (await client.until("fact", stream="board"))["seq"] == 4
    async with asyncio.timeout(10):
        while server.city.realm.presence.away_since is not None:  # noqa: ASYNC110  it has no event for this
            await asyncio.sleep(0.02)  # the connections were cut: until the next look at it the database counts as away
    async with server.socket("duty1") as again:
        assert (await again.receive())["epoch"] == fresh


async def test_positions_come_at_most_once_a_second_and_only_the_newest(server: Server) -> None:
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="where:units")
        await client.until("live", stream="where:units")
        (connected,) = server.clients
        for number in range(50):
            connected.gateway.telemetry.publish("where:units", {"u": {"id": "u", "n": number}})
            await asyncio.sleep(0)
        frame = await client.until("where")
        assert frame["items"] == {"u": {"id": "u", "n": 49}}


async def test_two_processes_hear_each_other(city: City) -> None:
    """A second serve process of the same realm: what one commits, the other sends."""
    from redis.asyncio import Redis

    from spine.nudge import Nudges
    from spine.realm import open_realm
    from tests.city import city_of

    redis = city.realm.nudges.redis
    assert redis is not None
    url = city.realm.database_url
    channel = str(city.realm.row.epoch)
    nudges = Nudges(Redis(connection_pool=redis.connection_pool), channel)
    other = city_of(await open_realm(url, nudges=nudges, data_dir=city.realm.data_dir, clock=city.realm.clock))
    try:
        async with serving(city) as one, serving(other) as two, one.socket("duty1") as a, two.socket("duty1") as b:
            for client in (a, b):
                await client.send(op="follow", stream="board", since=0)
                await client.until("live", stream="board")
            await register_calls(city, 3)
            await register_calls(other, 3)
            for client in (a, b):
                await client.until("fact", seq=6)
                assert client.facts("board") == [1, 2, 3, 4, 5, 6]
    finally:
        await other.realm.close()
