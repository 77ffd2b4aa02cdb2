"""The real program as a process of its own, to be killed."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import httpx

from tests.faults.nursery import Forked, Nursery

CHECKOUT = Path(__file__).resolve().parents[2]
_UNNAMED = ("Exception in ASGI application", "Task exception was never retrieved", "Unhandled exception")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """`fengsui up` on servers that outlive it, or on its own private ones when no database is named; or another role.

    `port` None: a role that serves nothing. What it logs (as JSON lines) is kept over all its lives.
    """

    environment: dict[str, str]
    port: int | None
    arguments: tuple[str, ...] = ("up",)
    process: subprocess.Popen[bytes] | Forked | None = None
    nursery: Nursery | None = None
    _log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _out: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        """Start it and do not wait."""
        address = () if self.port is None else ("--port", str(self.port))
        arguments = (*self.arguments, *address)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "FENGSUI_LOG": "json", **self.environment}
        self._out.truncate(0)
        if self.nursery is not None:
            self.process = self.nursery.start(arguments, environment, self._out.fileno(), self._log.fileno())
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", *arguments],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._log,
        )

    async def start(self, within_s: float = 60) -> None:
        self.launch()
        await self.ready(within_s)

    async def ready(self, within_s: float = 60) -> None:
        """Wait until it says so: a role prints one line (others may share its port); `up` is asked over HTTP."""
        try:
            async with asyncio.timeout(within_s), httpx.AsyncClient() as client:
                while not await self._is_ready(client):
                    if not self.runs:
                        raise RuntimeError(f"the program ended with {self.process and self.process.returncode}")
                    await asyncio.sleep(0.05)
        except (TimeoutError, RuntimeError) as error:
            error.add_note("\n".join(self.lines()[-20:]))
            raise

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        if self.arguments[0] != "up":
            return os.fstat(self._out.fileno()).st_size > 0
        try:
            return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def kill(self) -> None:
        """SIGKILL: no handler, no farewell."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_now(self) -> None:
        """SIGKILL without waiting, from any thread."""
        if self.process is not None:
            self.process.kill()

    async def stop(self) -> None:
        self.end()

    def end(self) -> None:
        """SIGTERM, and SIGKILL for one that does not go within 20 s."""
        if self.process is None or not self.runs:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def lines(self) -> list[str]:
        """What it has logged so far."""
        text = os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0)
        return text.decode("utf-8", "replace").splitlines()

    def unnamed_errors(self) -> list[str]:
        """Log lines at error level that do not say why, and lines that are none of ours (a bare traceback)."""
        return list(_unnamed(self.lines()))


def _unnamed(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        try:
            said = cast(dict[str, Any], json.loads(line))
            level, message = str(said["level"]).lower(), str(said["message"])
        except (ValueError, KeyError, TypeError):
            yield line
            continue
        if level not in ("error", "critical"):
            continue
        cause = str(said.get("cause") or message.partition(": ")[2]).strip()
        if not message.strip() or not cause or message.startswith(_UNNAMED):
            yield f"{said.get('logger')}: {message.strip()} | cause: {cause} {said.get('exception', '')[-600:]}"


def wait_for_all(programs: Iterable[Program]) -> None:
    """End several at once."""
    running = [program for program in programs if program.runs]
    for program in running:
        assert program.process is not None
        program.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 20
    for program in running:
        assert program.process is not None
        try:
            program.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            program.process.kill()
            program.process.wait()
