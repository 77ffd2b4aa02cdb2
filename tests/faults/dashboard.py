"""A client of the realtime protocol written after docs/realtime.md alone; every frame it gets goes to the checker."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import httpx
import websockets

from tests.faults.checker import Checker, Connected, Followed, Pictured, Received

_AWAY_GRACE_S = 74.5
_TROUBLE = (OSError, TimeoutError, httpx.HTTPError, websockets.WebSocketException, EOFError)


class SignedOut(Exception):
    """The session has ended."""


class Dashboard:
    """Follows its streams through anything. `held`: (epoch, seq) of each stream.

    `first_pause_s`: the page says 0.5–1 s before the first new attempt; tests hurry. `silence_s` without a frame it
    is stale and asks for a beat, `grace_s` later (longer while the server is without its record) it connects anew.
    """

    def __init__(
        self,
        name: str,
        url: str,
        cookie: str,
        streams: Sequence[str],
        checker: Checker,
        *,
        first_pause_s: float = 0.1,
        silence_s: float = 15.5,
        grace_s: float = 16.5,
        compressed: bool = True,
    ) -> None:
        self.name, self.url, self.cookie, self.streams, self.checker = name, url, cookie, tuple(streams), checker
        self.first_pause_s, self.silence_s, self.grace_s = first_pause_s, silence_s, grace_s
        self.compression = "deflate" if compressed else None
        self.held: dict[str, tuple[str, int]] = {}
        self.ops: Counter[str] = Counter()
        self.closes: Counter[int] = Counter()
        self.resets: list[str] = []
        self.connections = 0
        self.stale = True
        self.away = False
        self.stale_frames: list[Mapping[str, Any]] = []
        self._moved = asyncio.Event()
        self._waiting: Counter[str] = Counter()
        self._random = random.Random(name)

    async def run(self) -> None:
        """For ever, until cancelled. Raises AssertionError when the server breaks the protocol."""
        pause = self.first_pause_s
        headers = {"Cookie": self.cookie}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=10) as http:
            while True:
                before = self.ops.total()
                with suppress(*_TROUBLE):
                    await self._connect(http)
                self.stale, self.away = True, False
                pause = self.first_pause_s if self.ops.total() > before + 1 else min(pause * 2, 2.0)
                await asyncio.sleep(pause * (0.5 + self._random.random()))

    async def reaches(self, heads: Mapping[str, int], within_s: float = 30) -> None:
        """Wait until it holds these positions. Raises TimeoutError with what it holds."""
        wanted = {stream: heads.get(stream, 0) for stream in self.streams}
        try:
            async with asyncio.timeout(within_s):
                while any(self.held.get(s, ("", -1))[1] < seq for s, seq in wanted.items()) or self.stale:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name} holds {self.held}, stale {self.stale}; wanted {wanted}") from None

    async def live(self, within_s: float = 30) -> None:
        """Wait until every stream is followed live."""
        await self.reaches({}, within_s)

    async def _connect(self, http: httpx.AsyncClient) -> None:
        address = self.url.replace("http", "ws", 1) + "/api/socket"
        connecting = websockets.connect(
            address,
            additional_headers={"Cookie": self.cookie},
            max_size=None,
            compression=self.compression,
            open_timeout=5,
            close_timeout=0.2,
            ping_interval=None,  # the page's own beats tell of silence
        )
        async with connecting as connection:
            self.connections += 1
            self._waiting.clear()
            self.checker.saw(self.name, Connected())
            try:
                await self._converse(connection, http)
            except websockets.ConnectionClosed as closed:
                code = 1006 if closed.rcvd is None else closed.rcvd.code
                self.closes[code] += 1
                assert code != 4400, f"{self.name} was told that it broke the protocol"
                if code == 4401:
                    raise SignedOut(self.name) from closed
                raise

    async def _converse(self, connection: websockets.ClientConnection, http: httpx.AsyncClient) -> None:
        welcome = cast(dict[str, Any], json.loads(await _receive(connection, self.silence_s)))
        self.ops["welcome"] += 1
        assert welcome["op"] == "welcome", welcome
        for stream in self.streams:
            await self._follow(connection, http, stream)
        while True:
            try:
                text = await _receive(connection, self.silence_s)
            except TimeoutError:
                self.stale = True
                await connection.send(json.dumps({"op": "beat"}))
                text = await _receive(connection, _AWAY_GRACE_S if self.away else self.grace_s)
            self.checker.saw(self.name, Received(text))
            await self._take(connection, http, cast(dict[str, Any], json.loads(text)))
            self._moved.set()

    async def _follow(self, connection: websockets.ClientConnection, http: httpx.AsyncClient, stream: str) -> None:
        if stream not in self.held:
            await self._start(http, stream)
        epoch, since = self.held[stream]
        self._waiting[stream] += 1
        self.checker.saw(self.name, Followed(stream, since))
        await connection.send(json.dumps({"op": "follow", "stream": stream, "epoch": epoch, "since": since}))

    async def _start(self, http: httpx.AsyncClient, stream: str) -> None:
        answer = await http.get(f"/api/picture/{stream}")
        if answer.status_code >= 500:
            raise OSError(f"no picture: {answer.status_code}")
        assert answer.status_code == 200, answer.text
        told = cast(dict[str, Any], answer.json())
        self.held[stream] = (str(told["epoch"]), int(told["seq"]))
        self.checker.saw(self.name, Pictured(stream, str(told["epoch"]), int(told["seq"]), told["picture"]))

    async def _take(
        self, connection: websockets.ClientConnection, http: httpx.AsyncClient, frame: dict[str, Any]
    ) -> None:
        op, stream = str(frame["op"]), str(frame.get("stream"))
        self.ops[op] += 1
        match op:
            case "fact":
                epoch, seq = self.held[stream]
                if frame["seq"] == seq + 1:
                    self.held[stream] = (epoch, seq + 1)
                elif frame["seq"] > seq:
                    await self._follow(connection, http, stream)
            case "live":
                self._waiting[stream] -= 1
            case "beat":
                heads = cast(dict[str, int], frame["heads"])
                was_away, self.away = self.away, False
                for followed in self.streams:
                    unanswered, behind = self._waiting[followed] > 0, heads.get(followed, 0) > self.held[followed][1]
                    if unanswered and was_away:
                        self._waiting[followed] = 0
                        await self._follow(connection, http, followed)
                    elif behind and not unanswered:
                        await self._follow(connection, http, followed)
            case "stale":
                self.stale = self.away = True
                self.stale_frames.append(frame)
            case "reset":
                self.resets.append(f"{stream}: {frame['reason']}")
                assert frame["reason"] in ("epoch", "too_old", "ahead"), frame
                self._waiting[stream] = 0
                del self.held[stream]
                await self._follow(connection, http, stream)
            case _:
                pass
        if op in ("fact", "live", "beat") and not self.away:
            self.stale = any(self._waiting[s] > 0 for s in self.streams)


async def _receive(connection: websockets.ClientConnection, within_s: float) -> str:
    """The next frame. Raises TimeoutError. Not by `wait_for`, which in Python 3.11 may swallow a cancellation."""
    async with asyncio.timeout(within_s):
        text = await connection.recv()
    assert isinstance(text, str)
    return text
