"""A private PostgreSQL + PostGIS and a private Redis for the embedded default, started and stopped with the program.

Both listen on unix sockets below the data directory only, run as an unprivileged user even when root starts the program,
and die with it: by `stop`, at exit, and by the kernel when the program itself is killed.
"""

import atexit
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from spine.private_child import ServiceUser, run
from spine.private_directory import (
    DataDirectory,
    Lock,
    claim,
    default_data_dir,
    is_in_use,
    recorded_sockets,
    remove_short_sockets,
    service_user,
)
from spine.private_postgres import Log, PrivatePostgres, database_url
from spine.private_redis import PrivateRedis, redis_url
from spine.service_trouble import ServiceTrouble

__all__ = ["PrivateServices", "ServiceTrouble", "Services", "attach", "default_data_dir", "drop_privileges"]


@dataclass(frozen=True, slots=True)
class Services:
    """Where the program finds its database (as the owner of the schema) and its Redis."""

    database_url: str
    redis_url: str


def attach(data_dir: Path) -> Services | None:
    """The services of the program that runs on `data_dir` now, for a second command beside it; None when none runs."""
    root = data_dir.expanduser().absolute()
    sockets = recorded_sockets(root)
    if sockets is None or not is_in_use(root):
        return None
    return Services(database_url(sockets), redis_url(sockets / "redis.sock"))


class PrivateServices:
    """Start from the main thread: the kernel ties the children's life to the thread that started them."""

    def __init__(self) -> None:
        self._lock: Lock | None = None
        self._directory: DataDirectory | None = None
        self._postgres: PrivatePostgres | None = None
        self._redis: PrivateRedis | None = None
        self._owner_pid = 0

    def start(self, data_dir: Path, *, durable: bool = True, log: Log) -> Services:
        """Bring both up; about 2 s the first time, 0.3 s after. `durable=False` is for tests: a crash may lose data.

        Raises ServiceTrouble; then nothing is left running and the data directory is free again.
        """
        if self._lock is not None:
            raise RuntimeError("already started")
        self._directory, self._lock = claim(data_dir)
        directory = self._directory
        self._owner_pid = os.getpid()
        atexit.register(self.stop)
        try:
            self._redis = PrivateRedis(directory)
            self._redis.start()
            self._postgres = PrivatePostgres(directory, durable=durable, log=log)
            self._postgres.start()
        except BaseException:
            self.stop()
            raise
        return Services(database_url(directory.sockets), redis_url(directory.redis_socket))

    def stop(self) -> None:
        """Stop both, and let go of the data directory. Repeating it changes nothing; a forked child's exit does nothing."""
        if self._lock is None or os.getpid() != self._owner_pid:
            return
        atexit.unregister(self.stop)
        if self._postgres is not None:
            self._postgres.stop()
        if self._redis is not None:
            self._redis.stop()
        if self._directory is not None:
            remove_short_sockets(self._directory)
        self._lock.release()
        self._postgres = self._redis = self._lock = None

    def process_ids(self) -> dict[str, int]:
        """The processes that run now: {"postgres": pid, "redis": pid}."""
        return {name: child.process.pid for name, child in self._children() if child.process is not None}

    def revive(self) -> list[str]:
        """Start again what has died, without waiting for it; names of what was started. Call it every second or so."""
        fallen = [
            (name, child) for name, child in self._children() if child.process and child.process.poll() is not None
        ]
        for _, child in fallen:
            child.launch()
        return [name for name, _ in fallen]

    def _children(self) -> list[tuple[str, PrivatePostgres | PrivateRedis]]:
        children = (("postgres", self._postgres), ("redis", self._redis))
        return [(name, child) for name, child in children if child is not None]


def drop_privileges(data_dir: Path) -> str | None:
    """From root to the service user, for the rest of this process's life; call it after the services have started.

    Returns the user's name, or None when nothing changed: the caller is not root, or that user cannot read the
    checkout or its Python (below /root, for example). Everything in the data directory becomes that user's.
    """
    if os.geteuid() != 0:
        return None
    root = data_dir.expanduser().absolute()
    user = service_user(root)
    if not _may_go_on_as(user, root):
        return None
    _hand_over(root, user)
    os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)
    os.environ["HOME"] = str(root)
    return user.name


def _may_go_on_as(user: ServiceUser, root: Path) -> bool:
    """Modules and files are still loaded later on: the interpreter and the checkout must stay readable."""
    code = f"open({__file__!r}).close(); import json"
    try:
        return run([sys.executable, "-I", "-c", code], user, home=root).returncode == 0
    except PermissionError:
        return False


def _hand_over(root: Path, user: ServiceUser) -> None:
    """What an earlier run as root wrote (attachments, keys) must stay writable; the cluster is that user's already."""
    for parent, directories, files in os.walk(root):
        if Path(parent) == root:
            directories[:] = [name for name in directories if name != "postgres"]
        for name in (*directories, *files):
            path = Path(parent) / name
            found = path.lstat()
            if found.st_uid != user.uid and not stat.S_ISLNK(found.st_mode):
                os.chown(path, user.uid, user.gid)
