"""Redis as the tiles need it: one value by its key, asked for before each tile is made, so what it costs is in every tile.

The library's own client takes longer over a question than Redis does. Here a question is one write and its answer one read, on
one connection on which questions follow each other without waiting. A connection that is encrypted is left to the library.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, cast

from redis.asyncio.connection import SSLConnection
from redis.exceptions import RedisError

from spine.nudge import Nudges

PATIENCE_S: Final = 0.25
"""How long an answer may take; then there is none, and for a while none is waited for."""
_AGAIN_S: Final = 2.0

Answer = bytes | None


class _Unreadable(Exception):
    """What came is no answer of Redis."""


class _Wire(asyncio.Protocol):
    """Answers go to those who asked, in the order of asking."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._held = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        at = 0
        try:
            while self._waiting and (read := _read(self._held, at)) is not None:
                answer, at = read
                future = self._waiting.popleft()
                if not future.done():
                    future.set_result(answer)
        except _Unreadable:
            self.end()
            return
        del self._held[:at]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio names it
        self.end()

    def ask(self, *words: bytes) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self.transport is None:
            future.set_result(None)
            return future
        self._waiting.append(future)
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            parts += (b"$%d\r\n" % len(word), word, b"\r\n")
        self.transport.write(b"".join(parts))
        return future

    def end(self) -> None:
        """Whoever still waits is told that there is nothing."""
        if self.transport is not None:
            self.transport.abort()
            self.transport = None
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()


def _read(held: bytearray, at: int) -> tuple[Answer, int] | None:
    """(answer, where the next one begins); None while it is not here whole. An error is an answer of nothing."""
    end = held.find(b"\r\n", at)
    if end < 0:
        return None
    kind, line = bytes(held[at : at + 1]), held[at + 1 : end]
    if kind in (b"+", b"-", b":"):
        return None if kind == b"-" else bytes(line), end + 2
    if kind != b"$" or not line.lstrip(b"-").isdigit():
        raise _Unreadable
    size = int(line)
    if size < 0:
        return None, end + 2
    if len(held) < end + 2 + size + 2:
        return None
    return bytes(held[end + 2 : end + 2 + size]), end + 2 + size + 2


class TileCache:
    """Tiles that were made once. Whatever is wrong with Redis, a question is answered with None and nothing is raised."""

    def __init__(self, nudges: Nudges) -> None:
        self._nudges = nudges
        self._wire: _Wire | None = None
        self._connecting: asyncio.Task[_Wire | None] | None = None
        self._not_before = 0.0

    @property
    def is_there(self) -> bool:
        return self._nudges.redis is not None and self._nudges.redis_ok

    async def get(self, key: str) -> bytes | None:
        if self._nudges.redis is None or not self._nudges.redis_ok:
            return None
        if self._encrypted:
            return cast(Answer, await self._by_library("GET", key))
        return await self._ask(b"GET", key.encode())

    async def put(self, key: str, content: bytes, for_s: int) -> None:
        if self._nudges.redis is None or not self._nudges.redis_ok:
            return
        if self._encrypted:
            await self._by_library("SET", key, content, "EX", for_s)
            return
        await self._ask(b"SET", key.encode(), content, b"EX", b"%d" % for_s)

    def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._wire is not None:
            self._wire.end()

    @property
    def _encrypted(self) -> bool:
        redis: Any = self._nudges.redis
        return issubclass(redis.connection_pool.connection_class, SSLConnection)

    async def _by_library(self, *words: str | bytes | int) -> object:
        redis: Any = self._nudges.redis
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await redis.execute_command(*words)
        except (RedisError, OSError, TimeoutError):
            return None

    async def _ask(self, *words: bytes) -> bytes | None:
        wire = self._wire
        if wire is None or wire.transport is None:
            wire = await self._connected()
            if wire is None:
                return None
        future = wire.ask(*words)
        limit = asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up, wire)
        try:
            return await future
        finally:
            limit.cancel()

    def _give_up(self, wire: _Wire) -> None:
        self._not_before = asyncio.get_running_loop().time() + _AGAIN_S
        wire.end()

    async def _connected(self) -> _Wire | None:
        """One connects, all who come meanwhile wait for it."""
        if asyncio.get_running_loop().time() < self._not_before:
            return None
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect(), name="tile-cache")
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> _Wire | None:
        redis: Any = self._nudges.redis
        told = cast(Mapping[str, Any], redis.connection_pool.connection_kwargs)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_S):
                if told.get("path"):
                    _, wire = await loop.create_unix_connection(_Wire, told["path"])
                else:
                    _, wire = await loop.create_connection(_Wire, told.get("host", "localhost"), told.get("port", 6379))
                if told.get("password"):
                    user = [str(told["username"]).encode()] if told.get("username") else []
                    await wire.ask(b"AUTH", *user, str(told["password"]).encode())
                if told.get("db") and await wire.ask(b"SELECT", b"%d" % int(told["db"])) is None:
                    wire.end()  # never keep tiles where others keep something else
        except (OSError, TimeoutError):
            self._not_before = loop.time() + _AGAIN_S
            return None
        if wire.transport is None:
            self._not_before = loop.time() + _AGAIN_S
            return None
        self._wire = wire
        return wire
