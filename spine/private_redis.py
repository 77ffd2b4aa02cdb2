"""One private Redis on a unix socket. It keeps nothing on disk: what goes through it may be lost (invariant 5)."""

import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from spine.private_child import end_leftovers, spawn, stop
from spine.private_directory import DataDirectory
from spine.private_programs import redis_program
from spine.service_trouble import ServiceTrouble

_PATIENCE_SECONDS = 15.0
_TERM = ((signal.SIGTERM, 5.0),)
_NAMES = ("redis-server", "valkey-server", "redis-check-rdb")


def redis_url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(2.0)
        try:
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class PrivateRedis:
    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._program: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def start(self) -> None:
        """Raises ServiceTrouble; then nothing of it runs any more."""
        self._program = redis_program()
        end_leftovers(self._directory.redis, _NAMES, *_TERM, (signal.SIGKILL, 5.0))
        self.launch()
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start it and do not wait: also the way to bring it back after it was killed."""
        if self._program is None:
            raise RuntimeError("start comes first")
        settings = {
            "port": "0",
            "unixsocket": str(self._directory.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self._directory.redis),
            "daemonize": "no",
            "save": "",
            "appendonly": "no",
            "maxmemory": "96mb",
            "maxmemory-policy": "allkeys-lru",
        }
        self._process = spawn(
            [self._program, *(part for name, value in settings.items() for part in (f"--{name}", value))],
            self._directory.user,
            home=self._directory.root,
            log_file=self._directory.log_file("redis"),
            death_signal=signal.SIGTERM,
        )

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, *_TERM)
            self._process = None

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            if _answers(self._directory.redis_socket):
                return
            time.sleep(0.01)
        log_file = self._directory.log_file("redis")
        raise ServiceTrouble(
            "redis_did_not_start",
            zh=f"Redis 没有启动，原因见 {log_file}。",
            en=f"Redis did not start; {log_file} says why.",
        )
