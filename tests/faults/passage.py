"""Bad networks: a TCP passage that slows down or falls silent without closing, and one that loses nudges of Redis."""

import asyncio
import random
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_PART = 64 * 1024
_SMALL = 4096


@dataclass
class Passage:
    """Between clients and one server. `bytes_per_s`: from the server to each client; None is without limit."""

    server_port: int
    bytes_per_s: int | None = None
    port: int = 0
    carried: int = 0
    _frozen: list[asyncio.Event] = field(default_factory=list[asyncio.Event])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def freeze(self) -> int:
        """The cable is cut: what is connected now hears nothing any more, neither bytes nor an end. How many were cut."""
        for silent in self._frozen:
            silent.set()
        cut, self._frozen = len(self._frozen), []
        return cut

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        silent = asyncio.Event()
        self._frozen.append(silent)
        link = socket.socket()
        link.setblocking(False)
        if self.bytes_per_s is not None:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", self.server_port))
        up_reader, up_writer = await asyncio.open_connection(sock=link, limit=_SMALL if self.bytes_per_s else _PART)
        parts = (
            asyncio.create_task(self._pump(reader, up_writer, silent, slowly=False)),
            asyncio.create_task(self._pump(up_reader, writer, silent, slowly=True)),
        )
        self._tasks.update(parts)
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        if silent.is_set():
            return  # nobody is told
        with suppress(ValueError):
            self._frozen.remove(silent)
        for part in parts:
            part.cancel()
        for end in (writer, up_writer):
            end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event, *, slowly: bool
    ) -> None:
        with suppress(OSError):
            while content := await reader.read(_PART if not slowly or self.bytes_per_s is None else self._step):
                if silent.is_set():
                    return
                writer.write(content)
                await writer.drain()
                if slowly:
                    self.carried += len(content)
                    if self.bytes_per_s is not None:
                        await asyncio.sleep(len(content) / self.bytes_per_s)

    @property
    def _step(self) -> int:
        return max(1, (self.bytes_per_s or _PART) // 10)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def passage(server_port: int, *, bytes_per_s: int | None = None) -> AsyncGenerator[Passage]:
    """A passage to a server on loopback, for as long as the block lasts."""
    made = Passage(server_port, bytes_per_s)
    listening = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.port = int(listening.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        listening.close()
        await made.close()


@dataclass
class LossyRedis:
    """A Redis whose pushed messages get lost in part; answers to commands never do."""

    redis: Path
    share: float
    random: random.Random
    passed: int = 0
    lost: int = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(str(self.redis))
        back = asyncio.create_task(self._lose(up_reader, writer))
        try:
            while content := await reader.read(_PART):
                up_writer.write(content)
                await up_writer.drain()
        except OSError:
            pass
        finally:
            back.cancel()
            for end in (writer, up_writer):
                end.close()

    async def _lose(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting = b""
        with suppress(OSError):
            while content := await reader.read(_PART):
                waiting += content
                while (end := value_end(waiting, 0)) is not None:
                    value, waiting = waiting[:end], waiting[end:]
                    if b"\r\nmessage\r\n" in value[:40] and self.random.random() < self.share:
                        self.lost += 1
                        continue
                    self.passed += 1
                    writer.write(value)
                await writer.drain()
        writer.close()


def value_end(text: bytes, at: int) -> int | None:
    """Where the value of the Redis protocol (RESP 2 or 3) that begins at `at` ends; None when it is not whole yet."""
    line = text.find(b"\r\n", at)
    if line < 0:
        return None
    kind, after = text[at : at + 1], line + 2
    if kind in b"$=!":
        length = int(text[at + 1 : line])
        end = after if length < 0 else after + length + 2
        return end if end <= len(text) else None
    if kind in b"*~>%":
        count = int(text[at + 1 : line]) * (2 if kind == b"%" else 1)
        end: int | None = after
        for _ in range(count):
            end = value_end(text, end)
            if end is None:
                return None
        return end
    return after


@asynccontextmanager
async def lossy_redis(redis: Path, at: Path, share: float, seed: int) -> AsyncGenerator[LossyRedis]:
    """The Redis behind another socket, `at`, where this share of pushed messages is lost."""
    made = LossyRedis(redis, share, random.Random(seed))
    listening = await asyncio.start_unix_server(made.carry, str(at))
    try:
        yield made
    finally:
        listening.close()
