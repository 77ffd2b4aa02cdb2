"""The first bytes of a connection, over real connections: sockets and requests each find their way, also in pieces."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import websockets

from tests.city import Server
from web.gateway.gateway import MOST_UNHEARD

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\x01\x02\x03\x04"


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """A client's frame of fewer than 126 bytes."""
    masked = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))
    return struct.pack("!BB", first, 0x80 | len(payload)) + MASK + masked


@asynccontextmanager
async def raw(server: Server) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.close()


async def handshake_of(server: Server, login: str = "duty1", path: str = "/api/socket") -> bytes:
    async with server.sign_in(login) as http:
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\nCookie: {cookie}\r\n\r\n"
    ).encode()


async def hear(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """(opcode, payload) of the server's next frame."""
    first, length = await reader.readexactly(2)
    if length == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    return first & 0x0F, await reader.readexactly(length)


async def test_a_request_in_pieces_reaches_the_application(server: Server) -> None:
    async with raw(server) as (reader, writer):
        for piece in (b"GET /api/", b"so", b"rry HTTP/1.1\r\nHo", b"st: x\r\n\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        assert b" 404 " in await reader.readline()


async def test_two_requests_on_one_connection(server: Server) -> None:
    async with raw(server) as (reader, writer):
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in await reader.readline()
            length = 0
            while (line := await reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            await reader.readexactly(length)


async def test_a_path_that_only_begins_like_the_socket_is_a_request(server: Server) -> None:
    async with raw(server) as (reader, writer):
        writer.write(b"GET /api/sockets HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 404 " in await reader.readline()


async def test_a_handshake_in_pieces_with_a_frame_close_behind(server: Server) -> None:
    sent = await handshake_of(server, path="/api/socket?v=1") + frame(b'{"op":"follow","stream":"board"}')
    async with raw(server) as (reader, writer):
        for start in range(0, len(sent), 40):
            writer.write(sent[start : start + 40])
            await writer.drain()
            await asyncio.sleep(0.001)
        assert b" 101 " in await reader.readline()
        while await reader.readline() != b"\r\n":
            pass
        assert b'"op":"welcome"' in (await hear(reader))[1]
        assert b'"op":"live"' in (await hear(reader))[1]


async def test_what_comes_while_it_waits_for_its_turn_enters_with_it_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.gateway.door.Admission.AT_ONCE", 0)
    sent = await handshake_of(server)
    async with raw(server) as (reader, writer):
        for part in (sent, frame(b'{"op":"follow","stream":"board"}'), frame(b'{"op":"beat"}')):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05)  # apart, so that the door is told three times
        monkeypatch.setattr("web.gateway.door.Admission.AT_ONCE", 4)
        await reader.readuntil(b"\r\n\r\n")
        said = [(await hear(reader))[1] for _ in range(3)]
        assert [part[part.index(b'"op"') :][:12] for part in said] == [
            b'"op":"welcom',
            b'"op":"live",',
            b'"op":"beat"}',
        ]
        await server.left_with(1)


async def test_a_handshake_that_never_ends_is_refused_and_one_that_is_never_finished_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw(server) as (reader, writer):
        writer.write(b"GET /api/socket HTTP/1.1\r\n" + b"X-Long: " + b"x" * 20_000)
        assert b" 400 " in await reader.readline()
    monkeypatch.setattr("web.gateway.door.HEAD_S", 0.05)
    async with raw(server) as (reader, writer):
        writer.write(b"GET /api/socket HTTP/1.1\r\n")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


async def test_strangers_are_refused_before_the_upgrade(server: Server) -> None:
    for change in (
        (b"Cookie:", b"X-Cookie:"),
        (b"fengsui_test=", b"fengsui_test=x"),
        (b"Host:", b"Origin: http://a\r\nHost:"),
    ):
        sent = (await handshake_of(server)).replace(*change)
        async with raw(server) as (reader, writer):
            writer.write(sent)
            assert b" 403 " in await reader.readline()
            await reader.read()  # and it is closed


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (frame(b"\xff\xfe"), 1007),
        (struct.pack("!BBQ", 0x81, 0xFF, 10_000_000) + MASK, 1009),
        (b"\x81\x02{}", 1002),
        (frame(b"x", 0x83), 1002),
        (frame(struct.pack("!H", 1000), 0x88), 1000),
    ],
)
async def test_what_breaks_the_protocol_ends_the_connection_with_its_code(
    server: Server, said: bytes, code: int
) -> None:
    async with raw(server) as (reader, writer):
        writer.write(await handshake_of(server))
        await reader.readuntil(b"\r\n\r\n")
        await hear(reader)
        writer.write(said)
        opcode, payload = await hear(reader)
        assert (opcode, struct.unpack("!H", payload[:2])[0]) == (8, code)
        assert await reader.read() == b""
        await server.left_with(0)


async def test_a_message_in_fragments_is_one_message(server: Server) -> None:
    async with server.socket("duty1") as client:
        await client.until("welcome")
        await client.connection.send(iter(['{"op":', '"beat"', "}"]))
        await client.until("beat")


async def test_many_messages_at_once_are_all_answered_in_turn(server: Server) -> None:
    async with server.socket("duty1") as client:
        for number in range(200):
            await client.send(op="follow", stream="board", since=0 if number % 2 else None)
        for _ in range(200):
            await client.until("live", stream="board")


async def test_who_says_nothing_when_asked_is_cut(server: Server) -> None:
    """A network that was cut without a word: neither FIN nor RST ever comes."""
    async with raw(server) as (reader, writer):
        writer.write(await handshake_of(server))
        await reader.readuntil(b"\r\n\r\n")
        await server.left_with(1)
        (client,) = server.clients
        for _ in range(MOST_UNHEARD):
            client.gateway.beat_and_ask({client})
            assert not client.line.gone
        client.gateway.beat_and_ask({client})
        await server.left_with(0)


async def test_who_answers_stays(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        (client,) = server.clients
        for _ in range(MOST_UNHEARD + 3):
            client.gateway.beat_and_ask({client})
            await socket.until("beat")
            async with asyncio.timeout(5):
                while client.line.unheard:  # noqa: ASYNC110  it has no event for this
                    await asyncio.sleep(0.005)


async def test_a_server_that_stops_says_so(server: Server) -> None:
    async with server.socket("duty1") as socket:
        await socket.until("welcome")
        (client,) = server.clients
        client.line.shutdown()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4409
