"""The real program as a process of its own, to be killed."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

CHECKOUT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """`fengsui up` on servers that outlive it, or on its own private ones when no database is named."""

    environment: dict[str, str]
    port: int
    arguments: tuple[str, ...] = ("up",)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, within_s: float = 60) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "web.cli",
            *self.arguments,
            "--port",
            str(self.port),
            cwd=CHECKOUT,
            env={**os.environ, **self.environment},
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(within_s), httpx.AsyncClient() as client:
            while True:
                try:
                    answer = await client.get(f"{self.url}/readyz")
                    if answer.status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                if self.process.returncode is not None:
                    raise RuntimeError(f"the program ended with {self.process.returncode}")
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL: no handler, no farewell."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()
