"""Programs that hold data directories, as real processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Holder:
    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def database_url(self) -> str:
        return cast(str, self.told["database_url"])

    @property
    def redis_url(self) -> str:
        return cast(str, self.told["redis_url"])

    def pid_of(self, service: str) -> int:
        return cast(int, self.told["processes"][service])

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return cast(dict[str, Any], json.loads(self.process.stdout.readline() or "{}"))

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.read()

    def revive(self) -> list[str]:
        told = self.ask("revive")
        self.told["processes"] = told["processes"]
        return cast(list[str], told["revived"])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(40)


Hold = Callable[..., Holder]


@pytest.fixture
def hold() -> Generator[Hold]:
    """Start a program that holds a data directory; the answer is what it printed first."""
    holders: list[Holder] = []

    def start(directory: Path, *, durable: bool = False, variables: dict[str, str] | None = None) -> Holder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bootstrap.holder", str(directory), *(["durable"] if durable else [])],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        holder = Holder(process, {})
        holders.append(holder)
        holder.told = holder.read()
        return holder

    yield start
    for holder in holders:
        if holder.process.poll() is None:
            holder.end()
        for stream in (holder.process.stdin, holder.process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def data_dir() -> Generator[Path]:
    """A place for a data directory that the database's user can reach even when root runs the tests."""
    base = Path(tempfile.mkdtemp(prefix="fs-"))
    base.chmod(0o755)
    yield base / "data"
    shutil.rmtree(base, ignore_errors=True)


def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Ended, or dead and waiting for init to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
