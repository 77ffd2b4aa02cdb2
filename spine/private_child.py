"""Child processes that cannot outlive the program, and the leftovers of a program that was killed."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TZ")


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """The unprivileged account that the private services run under. PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()


def caller() -> ServiceUser:
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return ServiceUser(name, uid, os.getegid())


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets this signal when the thread that started it ends. None where no kernel offers it."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        # after setuid, which would clear it; the second check is for a parent that died before the first line ran
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def environment(home: Path) -> dict[str, str]:
    """A small environment: nothing such as PGHOST or PGOPTIONS of the caller may steer a private service."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {"LANG": "C.UTF-8", "HOME": str(home), **kept}


def run(args: Sequence[str | Path], user: ServiceUser, *, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a short program as the service user to its end; both its outputs are in `stdout`."""
    return subprocess.run(
        args,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(home),
        cwd="/",
        check=False,
        user=None if user.is_caller else user.uid,
        group=None if user.is_caller else user.gid,
        extra_groups=None if user.is_caller else [],
    )


def spawn(
    args: Sequence[str | Path], user: ServiceUser, *, home: Path, log_file: Path, death_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a service in its own session (a Ctrl-C at the terminal is not for it); it gets `death_signal` when we die.

    The kernel ties the death signal to the thread that started the child, so only the main thread may do this.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("private services must be started from the main thread")
    with log_file.open("ab") as out:
        if not user.is_caller:
            os.fchown(out.fileno(), user.uid, user.gid)
        return subprocess.Popen(
            args,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment(home),
            cwd="/",
            start_new_session=True,
            user=None if user.is_caller else user.uid,
            group=None if user.is_caller else user.gid,
            extra_groups=None if user.is_caller else [],
            preexec_fn=dies_with_parent(death_signal),
        )


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Ask ever more firmly: each step is a signal and how many seconds to wait after it; SIGKILL at the end."""
    for step, seconds in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(step)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def living_in(directory: Path, *programs: str) -> list[int]:
    """Processes of these programs whose working directory is `directory`: both services work inside their own.

    A recorded process number may belong to somebody else by now; program and working directory cannot be mistaken.
    """
    found: list[int] = []
    wanted = os.path.realpath(directory)
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if not entry.name.isdigit():
            continue
        try:
            here = os.readlink(entry / "cwd") == wanted and (entry / "comm").read_text().strip() in programs
        except OSError:
            continue
        if here:
            found.append(int(entry.name))
    return found


def end_leftovers(directory: Path, programs: tuple[str, ...], *steps: tuple[signal.Signals, float]) -> bool:
    """End what a killed program left running in `directory`. True when nobody lives there any more."""
    for step, seconds in steps:
        living = living_in(directory, *programs)
        if not living:
            return True
        for pid in living:
            _signal(pid, step)
        if _until(lambda: not living_in(directory, *programs), seconds):
            return True
    return not living_in(directory, *programs)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except (ProcessLookupError, PermissionError):
        return


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
