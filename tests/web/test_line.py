"""What `Line` relies on in uvicorn's websocket protocol, over real connections."""

import asyncio

import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.city import City, Server
from web.gateway.client import Client
from web.gateway.frame import Frame
from web.gateway.protocol import CloseCode


async def the_only(server: Server) -> Client:
    await server.left_with(1)
    (client,) = server.clients
    return client


async def test_a_ready_frame_reaches_the_client_between_uvicorns_own(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        client = await the_only(server)
        for number in range(10):
            assert client.line.write(Frame(f'{{"op":"live","stream":"x","seq":{number}}}'))
            await (await socket.connection.ping())  # uvicorn answers through its own queue
        seen = [(await socket.until("live"))["seq"] for _ in range(10)]
    assert seen == list(range(10))


async def test_compression_is_offered_without_context_and_used_for_long_frames(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        assert socket.connection.response is not None
        extensions = socket.connection.response.headers["Sec-WebSocket-Extensions"]
        assert "server_no_context_takeover" in extensions
        assert "client_no_context_takeover" in extensions
        client = await the_only(server)
        assert client.line.compresses
        text = '{"op":"where","stream":"x","items":{"a":"' + "孟定" * 3000 + '"}}'
        frame = Frame(text)
        assert len(frame.packed) < len(frame.plain) / 10
        client.line.write(frame)
        assert len((await socket.until("where"))["items"]["a"]) == 6000


@pytest.mark.parametrize(
    "offer",
    [
        None,
        [ClientPerMessageDeflateFactory(server_max_window_bits=9)],
    ],
)
async def test_who_does_not_understand_our_compression_gets_plain_frames(
    server: Server, offer: list[ClientPerMessageDeflateFactory] | None
) -> None:
    async with server.sign_in("duty1") as http:
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    async with websockets.connect(
        f"ws://127.0.0.1:{server.port}/api/socket",
        additional_headers={"Cookie": cookie},
        compression=None,
        extensions=offer,
    ) as connection:
        await connection.recv()
        client = await the_only(server)
        assert not client.line.compresses
        client.line.write(Frame("x" * 5000))
        assert await connection.recv() == "x" * 5000


async def test_an_ended_connection_is_closed_with_the_code(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        (await the_only(server)).line.end(CloseCode.SIGNED_OUT)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.SIGNED_OUT
        await server.left_with(0)


async def test_who_is_ended_and_reads_nothing_is_cut(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        client = await the_only(server)
        socket.connection.transport.pause_reading()
        while client.line.waiting < 200_000:
            client.line.write(Frame("0123456789" * 1000))
            await asyncio.sleep(0)
        client.line.end(CloseCode.TOO_SLOW)
        await server.left_with(0, within_s=5)


async def test_a_binary_or_unreadable_frame_is_refused_and_the_connection_stays(city: City, server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.connection.send(b"\x00\x01")
        assert (await socket.until("refused"))["code"] == "bad_frame"
        await socket.send(op="beat")
        await socket.until("beat")
