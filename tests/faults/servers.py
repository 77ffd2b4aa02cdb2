"""A durable PostgreSQL and a Redis that a test kills, stops, pauses and starts again."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from spine.db import APP_ROLE, with_database
from spine.private_directory import claim, is_in_use
from spine.private_postgres import OWNER, PrivatePostgres, database_url
from spine.private_programs import postgres_programs
from spine.private_redis import PrivateRedis, redis_url
from spine.private_services import Services

_PREFIX = "fengsui-faults-"


async def until(condition: Callable[[], bool], what: str, within_s: float = 30) -> None:
    """Wait for a condition. Raises TimeoutError that says what did not come."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {within_s} s")
        await asyncio.sleep(0.02)


class Servers:
    """Start and stop from the main thread only: the kernel ties the servers' life to the thread that started them."""

    def __init__(self) -> None:
        _sweep()
        self.root = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._directory, self._lock = claim(self.root)
        self._postgres = PrivatePostgres(self._directory, durable=True, log=lambda _zh, _en: None)
        self._redis = PrivateRedis(self._directory)

    @property
    def services(self) -> Services:
        return Services(database_url(self._directory.sockets), redis_url(self._directory.redis_socket))

    @property
    def redis_socket(self) -> Path:
        return self._directory.redis_socket

    def start(self) -> None:
        self._redis.start()
        self._postgres.start()

    def close(self) -> None:
        self.resume_redis()
        self._postgres.stop()
        self._redis.stop()
        self._lock.release()
        shutil.rmtree(self.root, ignore_errors=True)

    def ensure(self) -> None:
        """Both run and answer, whatever the test before has done to them."""
        self.resume_redis()
        if _pid(self._redis) is None:
            self._redis.start()
        if _pid(self._postgres) is None:
            self._postgres.start()

    # --- PostgreSQL

    def kill_postgres(self) -> None:
        """SIGKILL to the server and every process of it, as when the machine's power goes."""
        process = self._postgres.process
        assert process is not None
        process.kill()  # first, or it would notice the others' death and begin anew
        children = _children(process.pid)
        process.wait()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        while any(Path(f"/proc/{child}").exists() for child in children):
            time.sleep(0.005)

    def stop_postgres(self) -> None:
        """Fast shutdown: sessions are ended, everything committed is on disk."""
        self._postgres.stop()

    async def start_postgres(self) -> None:
        """Start it and wait until it answers; meanwhile the test's other tasks go on."""
        self._postgres.launch()
        await until(self._postgres_answers, "PostgreSQL answering again")

    def _postgres_answers(self) -> bool:
        try:
            with psycopg.connect(self.services.database_url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    # --- Redis

    def kill_redis(self) -> None:
        process = self._redis.process
        assert process is not None
        process.kill()
        process.wait()

    def start_redis(self) -> None:
        self._redis.start()

    def pause_redis(self) -> None:
        """SIGSTOP: its connections stay open and nothing on them is answered."""
        process = self._redis.process
        assert process is not None
        process.send_signal(signal.SIGSTOP)

    def resume_redis(self) -> None:
        process = self._redis.process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGCONT)


def copy_database(source_url: str, target: Services, name: str) -> None:
    """A database of the tests' server as one of this server. Seeding takes twenty times as long."""
    with psycopg.connect(target.database_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        found = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).fetchone()
        if found is None:
            conn.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN")
            conn.execute(f"GRANT {APP_ROLE} TO {OWNER}")
    programs = postgres_programs().bin
    dump = subprocess.Popen([programs / "pg_dump", source_url], stdout=subprocess.PIPE)
    restore = [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", with_database(target.database_url, name)]
    subprocess.run(restore, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
    assert dump.wait() == 0


def clone_database(services: Services, template: str, name: str) -> str:
    with psycopg.connect(services.database_url, autocommit=True) as conn:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        conn.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    return with_database(services.database_url, name)


def _pid(server: PrivatePostgres | PrivateRedis) -> int | None:
    process = server.process
    return process.pid if process is not None and process.poll() is None else None


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # pid (name) state ppid: the name may hold spaces and brackets of its own
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def _sweep() -> None:
    """Remove what killed sessions left; their servers died with them, and a session that runs holds its lock."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if (left / "layout.json").exists() and not is_in_use(left):
            shutil.rmtree(left, ignore_errors=True)
