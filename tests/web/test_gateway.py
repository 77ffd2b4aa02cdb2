"""The realtime protocol as docs/realtime.md has it, over real sockets."""

import asyncio
import random
import uuid

import pytest
import websockets

from spine.command import NewFact
from spine.principal import system
from spine.record import append
from tests.city import City, Server, SocketClient, serving
from web.gateway import client as client_module
from web.gateway import gateway as gateway_module
from web.gateway import line
from web.gateway.hub import MOST_AT_ONCE


def incompressible(length: int) -> str:
    """Text that the connection's compression cannot make small."""
    return "".join(chr(code) for code in random.choices(range(0x4E00, 0x9FA5), k=length))


async def register_call(city: City, text: str = "孟定镇糖厂锅炉异响") -> None:
    await city.carry_out("duty1", "call.register", {"source": "群众来电", "text": text})


async def test_the_first_frame_says_where_one_is(server: Server) -> None:
    async with server.socket("duty1") as client:
        welcome = await client.receive()
    assert welcome["op"] == "welcome"
    assert welcome["realm"]["kind"] == "live"
    assert welcome["clock"]["speed"] == 1


async def test_nobody_gets_in_without_a_session(server: Server) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/api/socket"):
            pass
    assert refused.value.response.status_code in (401, 403)


async def test_a_page_of_another_site_gets_no_socket(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with pytest.raises(websockets.InvalidStatus):
        async with websockets.connect(
            f"ws://127.0.0.1:{server.port}/api/socket",
            additional_headers={"Cookie": cookie},
            origin=websockets.Origin("http://elsewhere.example"),
        ):
            pass


async def test_facts_arrive_live_and_in_order(server: Server) -> None:
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
        for number in range(5):
            await register_call(server.city, f"来电 {number}")
        for seq in range(1, 6):
            fact = await client.until("fact")
            assert (fact["stream"], fact["seq"], fact["kind"]) == ("board", seq, "call.registered")


async def test_a_client_resumes_where_it_was_without_gap_or_repeat(server: Server) -> None:
    for number in range(3):
        await register_call(server.city, f"来电 {number}")
    async with server.socket("duty1") as client:
        epoch = (await client.receive())["epoch"]
        await client.send(op="follow", stream="board", epoch=epoch, since=1)
        live = await client.until("live", stream="board")
        assert (client.facts("board"), live["seq"]) == ([2, 3], 3)


async def test_facts_committed_while_resuming_are_neither_lost_nor_doubled(server: Server) -> None:
    async def write() -> None:
        for number in range(30):
            await register_call(server.city, f"来电 {number}")

    writing = asyncio.create_task(write())
    for _ in range(4):
        async with server.socket("duty1") as client:
            await client.send(op="follow", stream="board", since=0)
            await client.until("live", stream="board")
            seen = client.facts("board")
            assert seen == list(range(1, len(seen) + 1))
    await writing
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
        assert client.facts("board") == list(range(1, 31))


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ({"stream": "board", "since": 99}, "ahead"),
        ({"stream": "board", "epoch": str(uuid.uuid4()), "since": 0}, "epoch"),
        ({"stream": f"incident:{uuid.uuid4()}"}, "unknown"),
        ({"stream": "incident:nonsense"}, "unknown"),
        ({"stream": "nothing"}, "unknown"),
        ({"stream": f"desk:{uuid.uuid4()}"}, "forbidden"),
        ({"stream": "exercise"}, "unknown"),
    ],
)
async def test_what_cannot_be_resumed_is_reset(server: Server, frame: dict[str, object], reason: str) -> None:
    async with server.socket("duty1") as client:
        await client.send(op="follow", **frame)
        assert (await client.until("reset"))["reason"] == reason


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"op":"shout"}', '{"op":"follow"}', '{"op":"follow","stream":"board","since":-1}']
)
async def test_a_bad_frame_is_refused_and_the_connection_stays(server: Server, text: str) -> None:
    async with server.socket("duty1") as client:
        await client.connection.send(text)
        assert (await client.until("refused"))["code"] == "bad_frame"
        await client.send(op="beat")
        await client.until("beat")


async def test_a_beat_tells_the_heads_of_what_is_followed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "BEAT_S", 0.5)
    await register_call(city)
    async with serving(city) as server, server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
        beat = await client.until("beat")
        assert beat["heads"] == {"board": 1}


async def test_many_facts_that_another_process_committed_come_whole_and_in_order(server: Server) -> None:
    """They go out in few writes, in parts; with compression and without."""
    realm, many = server.city.realm, 150
    assert many * 4000 > 2 * MOST_AT_ONCE
    async with server.sign_in("duty1") as http:
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    url = f"ws://127.0.0.1:{server.port}/api/socket"
    plain = websockets.connect(url, additional_headers={"Cookie": cookie}, compression=None, max_size=None)
    async with plain as connection, server.socket("duty1") as packed:
        clients = (SocketClient(connection), packed)
        for client in clients:
            await client.send(op="follow", stream="board")
            await client.until("live", stream="board")
        facts = [NewFact("board", "test.long", {"n": n, "text": f"{n}：" + "水位" * 1300}) for n in range(many)]
        at = realm.clock.now()
        async with realm.pool.connection() as conn:
            await append(conn, facts, at=at, occurred_at=at, by=system("test"), command_id=uuid.uuid4())
        realm.nudges.publish(["board"])
        for client in clients:
            seen = [(await client.until("fact"))["data"]["n"] for _ in range(many)]
            assert seen == list(range(many))


async def test_a_lost_nudge_costs_one_poll_and_no_fact(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(_facts: object) -> None:
        return None

    monkeypatch.setattr(server.city.realm.nudges, "publish_facts", lose)
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        await client.until("live", stream="board")
        await register_call(server.city)
        assert (await client.until("fact"))["seq"] == 1


async def test_a_slow_reader_is_closed_and_resumes_from_its_position(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "MOST_WAITING", 100_000)
    monkeypatch.setattr(client_module, "AT_ONCE", 50_000)
    async with server.socket("duty1") as slow:
        await slow.send(op="follow", stream="board", since=0)
        await slow.until("live", stream="board")
        slow.connection.transport.pause_reading()
        async with server.socket("duty2") as quick:
            await quick.send(op="follow", stream="board", since=0)
            await quick.until("live", stream="board")
            for number in range(60):
                await register_call(server.city, f"{number} {incompressible(7000)}")
                await quick.until("fact", seq=number + 1)
            await server.left_with(1)  # though the slow one has not read a byte more
        slow.connection.transport.resume_reading()
        with pytest.raises(websockets.ConnectionClosed):
            await slow.until("fact", seq=60)
        seen = slow.facts("board")
        assert seen == list(range(1, len(seen) + 1))
    async with server.socket("duty1") as again:
        await again.send(op="follow", stream="board", since=seen[-1] if seen else 0)
        await again.until("live", stream="board")
        assert again.facts("board") == list(range(len(seen) + 1, 61))


async def test_the_presenters_view_reaches_the_others_on_the_incident(server: Server) -> None:
    opened = await server.city.carry_out(
        "duty1", "incident.open", {"title": "孟定糖厂锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定镇"}
    )
    incident = str(opened.result["incident_id"])
    async with (
        server.socket("leader1") as presenter,
        server.socket("leader2") as viewer,
        server.socket("frb") as outsider,
    ):
        await viewer.send(op="follow", stream=f"view:{incident}")
        await viewer.until("live", stream=f"view:{incident}")
        await outsider.send(op="follow", stream=f"view:{incident}")
        assert (await outsider.until("reset"))["reason"] == "forbidden"
        await presenter.send(op="present", incident=incident, view={"center": [99.08, 23.56], "zoom": 11})
        shown = await viewer.until("where", stream=f"view:{incident}")
        assert shown["items"]["now"]["zoom"] == 11
        await outsider.send(op="present", incident=incident, view={"zoom": 1})
        assert (await outsider.until("refused"))["code"] == "forbidden"
