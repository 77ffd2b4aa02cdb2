"""The route engines that are installed here, and a loopback server that plays one that misbehaves.

FENGSUI_OSRM and FENGSUI_VALHALLA name the directories of their executables for these tests; without them they are left out.
"""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis.roads.engines.engine import EngineName
from gis.roads.engines.programs import Programs, build, find_programs, serving
from spine.errors import Refused

VARIABLES: dict[EngineName, str] = {"osrm": "FENGSUI_OSRM", "valhalla": "FENGSUI_VALHALLA"}


def installed(name: EngineName) -> Programs | str:
    """The programs, or why there are none."""
    given = os.environ.get(VARIABLES[name])
    if not given:
        return f"{VARIABLES[name]} names no directory with {name}'s executables"
    try:
        return find_programs(name, Path(given))
    except Refused as refused:
        return refused.en


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def engine_server(programs: Programs, source: Path, folder: Path) -> Generator[str]:
    """Data built from the extract, and the server over it; its address."""
    data = folder / programs.engine
    build(programs, source, data)
    port = free_port()
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(serving(programs, data, port), stdout=log, stderr=log, cwd=folder)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.5).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "engine.log").read_text(errors="replace")[-500:]
                assert time.monotonic() < until
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@dataclass
class Upstream:
    """`answer` gives status and body for a request's first line; None: never answers."""

    answer: Callable[[str], tuple[int, bytes] | None]
    asked: list[str] = field(default_factory=list[str])
    url: str = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            self.asked.append(head.split(b"\r\n")[0].decode())
            told = self.answer(self.asked[-1])
            if told is None:
                await asyncio.Event().wait()
            else:
                status, body = told
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)))
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def upstream(answer: Callable[[str], tuple[int, bytes] | None]) -> AsyncGenerator[Upstream]:
    one = Upstream(answer)
    connections: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            connections.add(task)
        await one._serve(reader, writer)  # pyright: ignore[reportPrivateUsage]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
