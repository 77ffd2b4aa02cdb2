"""The data directory: whose it is, who uses it now, and where its sockets are.

layout.json   what this directory is, and where its sockets are: elsewhere when its own path is too long for them
lock          held by the running program, with its process number
postgres/     the database cluster          redis/  the working directory of Redis (it keeps nothing)
run/          the sockets, mode 0700        log/    postgres.log, redis.log
"""

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from spine.private_child import ServiceUser, caller, run
from spine.service_trouble import ServiceTrouble

SERVICE_USER = "FENGSUI_SERVICE_USER"
DATA = "FENGSUI_DATA"
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = (
    103  # sun_path holds 107 bytes; PostgreSQL writes temporary names a little longer than the socket's
)
_MISREAD = frozenset(',"\\')  # database clients take a comma in a host for two hosts
_LEAST_FREE_BYTES = 200 * 1024 * 1024
_LARGEST_LOG_BYTES = 16 * 1024 * 1024


def default_data_dir() -> Path:
    """FENGSUI_DATA; else /var/lib/fengsui for root, and the user's own data directory for anybody else."""
    named = os.environ.get(DATA)
    if named:
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/fengsui")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().absolute() / "fengsui"


@dataclass(frozen=True, slots=True)
class DataDirectory:
    root: Path
    sockets: Path
    user: ServiceUser

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    def log_file(self, service: str) -> Path:
        return self.root / "log" / f"{service}.log"


def remove_short_sockets(directory: DataDirectory) -> None:
    """A short directory outside the data directory is of no use to anybody once its services have stopped."""
    if not directory.sockets.is_relative_to(directory.root):
        with contextlib.suppress(OSError):
            directory.sockets.rmdir()


class Lock:
    """One program per data directory. The kernel lets go of it when the program ends, however it ends."""

    def __init__(self, root: Path) -> None:
        self._fd = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _take(self._fd):
            holder = os.read(self._fd, 32).decode("ascii", "replace").strip() or "?"
            os.close(self._fd)
            raise ServiceTrouble(
                "already_running",
                zh=f"数据目录 {root} 正由另一个烽燧程序使用（进程 {holder}）。请先停止它，或用 --data 指定另一个目录。",
                en=f"The data directory {root} is in use by another Fengsui (process {holder}). "
                f"Stop that one, or name another directory with --data.",
            )
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _take(fd: int) -> bool:
    """Somebody who only asks `is_in_use` holds it for a moment: try for a fifth of a second."""
    for _ in range(10):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def is_in_use(root: Path) -> bool:
    """Whether a running program holds this data directory."""
    try:
        fd = os.open(root / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def recorded_sockets(root: Path) -> Path | None:
    """Where the sockets of an existing data directory are; None when it is not one of ours."""
    try:
        layout = cast(object, json.loads((root / "layout.json").read_text("utf-8")))
    except (OSError, ValueError):
        return None
    if not isinstance(layout, dict):
        return None
    sockets = cast(dict[str, object], layout).get("sockets")
    return Path(sockets) if isinstance(sockets, str) else None


def claim(root: Path) -> tuple[DataDirectory, Lock]:
    """Make or check the directory, take its lock, and give it to the service user.

    Raises ServiceTrouble: data_not_ours, data_not_writable, data_unreachable, already_running, disk_full, user_missing.
    """
    root = root.expanduser().absolute()
    user = service_user(root)
    try:
        _make_root(root, user)
        lock = Lock(root)
    except OSError as trouble:
        raise _not_writable(root, trouble) from trouble
    try:
        _check_space(root)
        _check_reachable(root, user)
        for name in ("redis", "log", "run"):
            own_directory(root / name, user)
        for service in ("postgres", "redis"):
            _turn_over(root / "log" / f"{service}.log")
        sockets = _socket_directory(root, user)
        _record(root, sockets, user)
    except OSError as trouble:
        lock.release()
        raise _not_writable(root, trouble) from trouble
    except ServiceTrouble:
        lock.release()
        raise
    return DataDirectory(root, sockets, user), lock


def service_user(root: Path) -> ServiceUser:
    """Who runs the services: the caller; for root the cluster's owner, FENGSUI_SERVICE_USER, or `postgres`."""
    if os.geteuid() != 0:
        return caller()
    try:
        owner = (root / "postgres").stat().st_uid
        if owner != 0:
            entry = pwd.getpwuid(owner)
            return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    except (OSError, KeyError):
        pass
    name = os.environ.get(SERVICE_USER) or "postgres"
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ServiceTrouble(
            "user_missing",
            zh=f"本机没有用户 {name}。数据库不能以 root 身份运行，请用环境变量 {SERVICE_USER} 指定一个普通用户。",
            en=f"This machine has no user {name}. The database cannot run as root: name an ordinary user in {SERVICE_USER}.",
        ) from None
    if entry.pw_uid == 0:
        raise ServiceTrouble(
            "user_missing",
            zh=f"{SERVICE_USER} 不能是 root：数据库不能以 root 身份运行。",
            en=f"{SERVICE_USER} must not be root: the database cannot run as root.",
        )
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def own_directory(path: Path, user: ServiceUser) -> None:
    """Make `path` a directory that only the service user (and root) can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if not user.is_caller:
        os.chown(path, user.uid, user.gid)


def _make_root(root: Path, user: ServiceUser) -> None:
    if root.exists() and recorded_sockets(root) is None and any(root.iterdir()):
        raise ServiceTrouble(
            "data_not_ours",
            zh=f"目录 {root} 不是空的，也不是烽燧的数据目录，没有改动其中任何内容。请用 --data 指定空目录或新目录。",
            en=f"The directory {root} is neither empty nor a Fengsui data directory; nothing in it was changed. "
            f"Name an empty or new one with --data.",
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    own_directory(root, user)


def _check_space(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < _LEAST_FREE_BYTES:
        raise ServiceTrouble(
            "disk_full",
            zh=f"{root} 所在磁盘只剩 {free // 1_000_000} MB，至少要有 {_LEAST_FREE_BYTES // 1_000_000} MB 才能安全写入。",
            en=f"The disk that holds {root} has {free // 1_000_000} MB left; "
            f"{_LEAST_FREE_BYTES // 1_000_000} MB are needed to write safely.",
        )


def _check_reachable(root: Path, user: ServiceUser) -> None:
    """Only the kernel knows whether every directory above lets the service user through: ask as that user."""
    if user.is_caller:
        return
    if run(["/usr/bin/test", "-w", root, "-a", "-x", root], user, home=root).returncode != 0:
        raise ServiceTrouble(
            "data_unreachable",
            zh=f"运行数据库的用户 {user.name} 进不了 {root}（它的某个上级目录不让进）。请用 --data 指定例如 /var/lib 下的目录。",
            en=f"The user {user.name}, who runs the database, cannot get into {root} (a directory above it is closed). "
            f"Name one below, for instance, /var/lib with --data.",
        )


def _socket_directory(root: Path, user: ServiceUser) -> Path:
    own = root / "run"
    if len(os.fsencode(own / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and not _MISREAD & set(str(own)):
        return own
    before = recorded_sockets(root)
    if before is not None and before != own and _is_private(before, user):
        return before
    short = Path(tempfile.mkdtemp(prefix="fengsui-", dir=_short_parent()))
    own_directory(short, user)
    return short


def _short_parent() -> str:
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), "/run"):
        if parent and len(os.fsencode(parent)) < 40 and os.access(parent, os.W_OK | os.X_OK):
            return parent if os.geteuid() != 0 else "/run"
    return "/tmp"  # noqa: S108 - mkdtemp picks a name nobody can guess and mode 0700


def _is_private(path: Path, user: ServiceUser) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user.uid and stat.S_IMODE(found.st_mode) == 0o700


def _record(root: Path, sockets: Path, user: ServiceUser) -> None:
    """Replaced in one step, so that a power cut leaves the old or the new one, never half of one."""
    new = root / "layout.json.new"
    new.write_text(json.dumps({"fengsui": 1, "sockets": str(sockets), "user": user.name}) + "\n", "utf-8")
    if not user.is_caller:
        os.chown(new, user.uid, user.gid)
        os.chown(root / "lock", user.uid, user.gid)
    new.replace(root / "layout.json")


def _turn_over(log_file: Path) -> None:
    if log_file.exists() and log_file.stat().st_size > _LARGEST_LOG_BYTES:
        log_file.replace(log_file.with_suffix(".log.1"))


def _not_writable(root: Path, trouble: OSError) -> ServiceTrouble:
    return ServiceTrouble(
        "data_not_writable",
        zh=f"不能使用数据目录 {root}：{trouble.strerror or trouble}。请检查权限和磁盘，或用 --data 指定另一个目录。",
        en=f"The data directory {root} cannot be used: {trouble.strerror or trouble}. "
        f"Check its permissions and the disk, or name another one with --data.",
    )
