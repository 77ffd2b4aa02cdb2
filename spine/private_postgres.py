"""One private PostgreSQL cluster: made once, started as a direct child, reached through its socket directory only.

Local connections are trusted, which is safe because the socket directory has mode 0700 and there is no TCP port.
"""

import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from spine.private_child import end_leftovers, is_running, living_in, run, spawn, stop
from spine.private_directory import DataDirectory
from spine.private_programs import PostgresPrograms, postgres_programs
from spine.service_trouble import ServiceTrouble

OWNER = "fengsui"
DATABASE = "fengsui"
Log = Callable[[str, str], None]
"""Says what is going on: one Chinese and one English line."""

_FAST_THEN_IMMEDIATE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))
_SAY_AGAIN_SECONDS = 5.0
_READY_MUST_ANSWER_SECONDS = 15.0
_TUNING = {
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "fengsui",
}
_UNSAFE_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def database_url(sockets: Path, database: str = DATABASE) -> str:
    return f"postgresql://{OWNER}@/{database}?host={quote(str(sockets), safe='')}"


class PrivatePostgres:
    """Owns the server process. `start` returns when it answers queries and the database exists."""

    def __init__(self, directory: DataDirectory, *, durable: bool, log: Log) -> None:
        self._directory = directory
        self._durable = durable
        self._log = log
        self._programs: PostgresPrograms | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def start(self) -> None:
        """Raises ServiceTrouble; then nothing of it runs any more."""
        self._programs = postgres_programs(major=self._major_of_cluster())
        if not self._directory.cluster.exists():
            self._make_cluster(self._programs)
        self._end_leftovers()
        self.launch()
        try:
            self._wait_until_it_answers()
            self._make_database()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the server and do not wait for it: also the way to bring it back after it was killed."""
        if self._programs is None:
            raise RuntimeError("start comes first")
        sockets = str(self._directory.sockets).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            "port": "5432",
            **_TUNING,
            **(_SAFE if self._durable else _UNSAFE_FOR_TESTS),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = spawn(
            [self._programs.bin / "postgres", "-D", self._directory.cluster, *options],
            self._directory.user,
            home=self._directory.root,
            log_file=self._directory.log_file("postgres"),
            death_signal=signal.SIGINT,
        )

    def stop(self) -> None:
        """Fast shutdown (sessions are ended, everything committed is on disk), then ever more firmly."""
        if self._process is not None:
            stop(self._process, *_FAST_THEN_IMMEDIATE)
            self._process = None

    def _major_of_cluster(self) -> int | None:
        cluster = self._directory.cluster
        if not cluster.exists():
            return None
        try:
            return int((cluster / "PG_VERSION").read_text("ascii").strip())
        except (OSError, ValueError):
            raise ServiceTrouble(
                "cluster_broken",
                zh=f"数据目录损坏：{cluster} 中没有有效的 PG_VERSION。请从备份恢复，或用 --data 指定新目录重新开始。",
                en=f"The data directory is broken: {cluster} holds no valid PG_VERSION. "
                f"Restore it from a backup, or start afresh with --data and a new directory.",
            ) from None

    def _make_cluster(self, programs: PostgresPrograms) -> None:
        """Made beside its place and moved there when complete: an interrupted initdb is never taken for a cluster."""
        self._log("正在建立数据库（只在第一次）……", "Making the database cluster (first time only) …")
        user, fresh = self._directory.user, self._directory.root / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        args: list[str | Path] = [
            *(programs.bin / "initdb", "-D", fresh, "-U", OWNER, "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"),
        ]
        made = run(args if self._durable else [*args, "--no-sync"], user, home=self._directory.root)
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            last = (made.stdout.strip().splitlines() or ["?"])[-1]
            raise ServiceTrouble(
                "initdb_failed", zh=f"数据库没有建成：{last}", en=f"The database cluster could not be made: {last}"
            )
        (fresh / "pg_hba.conf").write_text("# only the socket directory, mode 0700, leads here\nlocal all all trust\n")
        fresh.rename(self._directory.cluster)

    def _end_leftovers(self) -> None:
        cluster = self._directory.cluster
        if living_in(cluster, "postgres"):
            self._log("上次的数据库还在运行，正在停止……", "A database left from last time still runs; stopping it …")
            if not end_leftovers(cluster, ("postgres",), *_FAST_THEN_IMMEDIATE):
                raise ServiceTrouble(
                    "leftover_database",
                    zh=f"上次留下的数据库进程停不下来（{cluster}）。请手工结束它后再试。",
                    en=f"A database process left from last time cannot be stopped ({cluster}). End it by hand and try again.",
                )
        self._forget_stale_pid(cluster / "postmaster.pid")

    def _forget_stale_pid(self, pid_file: Path) -> None:
        """After a crash the recorded number may belong to another program, which PostgreSQL would respect for ever."""
        try:
            pid = int(pid_file.read_text("ascii").split("\n", 1)[0])
        except FileNotFoundError:
            return
        except ValueError:
            pid_file.unlink()
            return
        if is_running(pid):  # and it is no postgres of this cluster: those were ended just now
            pid_file.unlink()

    def _wait_until_it_answers(self) -> None:
        """Recovery after a crash takes as long as it takes, and is said; only a server that claims to be ready must answer."""
        began = said = time.monotonic()
        ready_since: float | None = None
        while True:
            if self._process is None or self._process.poll() is not None:
                raise self._did_not_start(_last_complaint(self._directory.log_file("postgres")))
            try:
                with psycopg.connect(database_url(self._directory.sockets, "postgres"), connect_timeout=5):
                    return
            except psycopg.OperationalError as trouble:
                now = time.monotonic()
                if self._says_ready():
                    ready_since = ready_since or now
                    if now - ready_since > _READY_MUST_ANSWER_SECONDS:
                        raise self._did_not_start(str(trouble).strip().replace("\n", " ")) from trouble
                if now - said >= _SAY_AGAIN_SECONDS:
                    said = now
                    waited = round(now - began)
                    self._log(
                        f"数据库正在恢复，已等待 {waited} 秒……", f"The database is recovering, {waited} s so far …"
                    )
                time.sleep(0.02)

    def _says_ready(self) -> bool:
        try:
            lines = (self._directory.cluster / "postmaster.pid").read_text("utf-8").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _make_database(self) -> None:
        with psycopg.connect(database_url(self._directory.sockets, "postgres"), autocommit=True) as conn:
            found = conn.execute("SELECT 1 FROM pg_database WHERE datname = %(name)s", {"name": DATABASE}).fetchone()
            if found is None:
                conn.execute(f"CREATE DATABASE {DATABASE}")

    def _did_not_start(self, reason: str) -> ServiceTrouble:
        log_file = self._directory.log_file("postgres")
        return ServiceTrouble(
            "postgres_did_not_start",
            zh=f"数据库没有启动：{reason}（详见 {log_file}）。数据未被改动；若数据目录已损坏，请从备份恢复或用 --data 另指目录。",
            en=f"The database did not start: {reason} (see {log_file}). No data was changed; if the data directory is "
            f"broken, restore it from a backup or name another one with --data.",
        )


def _last_complaint(log_file: Path) -> str:
    try:
        with log_file.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 8192))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "?"
    marks = ("FATAL: ", "PANIC: ", "ERROR: ", "postgres: ")
    for index in range(len(lines) - 1, -1, -1):
        for mark in marks:
            if mark in lines[index]:
                more = itertools.takewhile(lambda line: line.strip() and not line[0].isdigit(), lines[index + 1 :])
                return " ".join([lines[index].split(mark, 1)[1].strip(), *(line.strip() for line in more)])
    return lines[-1] if lines else "?"
