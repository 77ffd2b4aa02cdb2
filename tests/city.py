"""The training city for tests: a seeded realm, its house, people who sign in, a real server on loopback."""

import asyncio
import json
import socket
import ssl
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import uvicorn
import websockets

from spine.accounts import account_named
from spine.carry_out import Answer, carry_out
from spine.clock import iso
from spine.command import Envelope
from spine.follow import catch_up
from spine.principal import Principal
from spine.realm import Realm
from spine.settings import Settings
from web.app import make_app
from web.gateway.client import Client
from web.house import House
from web.rooms import furnish
from web.serving import server_config
from web.tiles import Tiles
from web.work import pass_due_deadlines

PASSWORD = "training-only"
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loopback speaks no TLS, and reading all certificates anew for each client takes longer than most tests."""


@dataclass
class City:
    """A house whose clock a test moves, with the people of the training accounts."""

    house: House

    @property
    def realm(self) -> Realm:
        return self.house.realm

    async def person(self, login: str) -> Principal:
        async with self.realm.pool.connection() as conn:
            return await account_named(conn, login)

    async def carry_out(
        self, who: str | Principal, kind: str, data: dict[str, Any], stream: str = "board", **envelope: Any
    ) -> Answer:
        """One command by a person (login) at the realm's present time."""
        principal = await self.person(who) if isinstance(who, str) else who
        sent = Envelope(
            envelope.get("id") or uuid.uuid4(),
            kind,
            stream,
            envelope.get("occurred_at") or self.realm.clock.now(),
            data,
        )
        return await carry_out(self.realm, self.house.registry, principal, sent)

    async def settle(self) -> None:
        """Let everything that acts by itself act until nothing is left to do."""
        for _ in range(20):
            moved = 0
            for follower in self.house.followers:
                moved += await catch_up(self.realm, follower)
            moved += await pass_due_deadlines(self.house)
            if moved == 0:
                return
        raise AssertionError("the followers keep answering each other")


def city_of(realm: Realm) -> City:
    return City(furnish(realm, mail=True))


def settings_for(realm: Realm, smtp_url: str | None = None) -> Settings:
    return Settings(realm.data_dir, None, None, smtp_url, "fengsui@lincang.test", 0.2, False)


@dataclass
class Server:
    """A real uvicorn on loopback, in this event loop."""

    port: int
    city: City
    clients: set[Client]
    tiles: Tiles

    async def left_with(self, count: int, within_s: float = 10) -> None:
        """Wait until the server holds so many sockets."""
        async with asyncio.timeout(within_s):
            while len(self.clients) != count:  # noqa: ASYNC110  the set has no event
                await asyncio.sleep(0.02)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def sign_in(self, login: str, locale: str = "zh") -> AsyncGenerator[httpx.AsyncClient]:
        """A client with this person's session."""
        async with httpx.AsyncClient(
            base_url=self.url, headers={"Accept-Language": locale}, timeout=30, verify=_NO_CERTIFICATES
        ) as client:
            answer = await client.post("/api/session", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield client

    @asynccontextmanager
    async def socket(self, login: str) -> AsyncGenerator["SocketClient"]:
        async with self.sign_in(login) as client:
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        async with websockets.connect(
            f"ws://127.0.0.1:{self.port}/api/socket",
            additional_headers={"Cookie": cookie},
            max_size=None,
            close_timeout=1,
        ) as connection:
            yield SocketClient(connection)


@dataclass
class SocketClient:
    """A client of the realtime protocol that keeps every frame."""

    connection: websockets.ClientConnection
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def send(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def receive(self, within_s: float = 10) -> dict[str, Any]:
        text = await asyncio.wait_for(self.connection.recv(), within_s)
        frame = cast(dict[str, Any], json.loads(text))
        self.frames.append(frame)
        return frame

    async def until(self, op: str, within_s: float = 10, **fields: Any) -> dict[str, Any]:
        """The next frame of this op (and these fields), keeping what comes before."""
        async with asyncio.timeout(within_s):
            while True:
                frame = await self.receive(within_s)
                if frame["op"] == op and all(frame.get(k) == v for k, v in fields.items()):
                    return frame

    def facts(self, stream: str) -> list[int]:
        return [f["seq"] for f in self.frames if f["op"] == "fact" and f["stream"] == stream]


class _PromptServer(uvicorn.Server):
    """uvicorn, but it leaves when told, not at its next look at the clock."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _ in range(20):
            if not self.server_state.connections and not self.server_state.tasks:
                await self.lifespan.shutdown()
                return
            await asyncio.sleep(0.005)
        await super().shutdown(sockets)


@asynccontextmanager
async def serving(city: City) -> AsyncGenerator[Server]:
    # With its protocol named, or asyncio leaves Nagle on and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Small kernel buffers, which accepted sockets inherit: a reader that stops is felt after kilobytes, not megabytes.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
    listening.bind(("127.0.0.1", 0))
    port = int(listening.getsockname()[1])
    app = make_app(city.house, settings_for(city.realm))
    server = _PromptServer(server_config(app))
    task = asyncio.create_task(server._serve(sockets=[listening]))  # pyright: ignore[reportPrivateUsage]
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)
        yield Server(port, city, app.state.gateway.clients, app.state.tiles)
    finally:
        server.leave.set()
        await task
        listening.close()


def now_text(city: City) -> str:
    return iso(city.realm.clock.now())
