"""A process that has imported the program once and forks a new one for each start.

Importing costs three seconds of a core, and these tests start the program some forty times. What is forked runs the
program's own `main` from its beginning, with its own arguments, environment and files; it is killed like any other.
"""

import ctypes
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_MOST_BYTES = 256 * 1024


class Forked:
    """A process that is not our child, with as much of subprocess.Popen's ways as is needed."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._fd = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired(["fengsui"], timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._fd, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, within_s: float | None) -> int | None:
        """0 when it has ended; how is its parent's to know."""
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._fd, select.POLLIN)
            if poll.poll(None if within_s is None else within_s * 1000):
                self.returncode = 0
        return self.returncode

    def __del__(self) -> None:
        # Not as soon as it has ended: a second thread may be asking about the same process at that moment.
        os.close(self._fd)


class Nursery:
    """Close it, or end this process, and everything it has started ends."""

    def __init__(self, checkout: Path) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery", str(theirs.fileno())],
                cwd=checkout,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], out: int, log: int) -> Forked:
        """`out` and `log`: open files for its stdout and stderr."""
        asked = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        socket.send_fds(self._ours, [asked], [out, log])
        answer = self._ours.recv(64)
        if not answer:
            raise RuntimeError("the nursery has ended")
        return Forked(int(answer))

    def close(self) -> None:
        self._ours.close()
        self._process.wait(20)


def _become(asked: Mapping[str, Any], files: Sequence[int]) -> int:
    """In the fork: be the program."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    from web.cli import main

    return main(asked["arguments"])


def tend(asking: socket.socket) -> None:
    """Until the other end closes: fork for each who asks and tell the process number."""
    importlib.import_module("web.cli")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here for those who end
    while True:
        text, files, _, _ = socket.recv_fds(asking, _MOST_BYTES, 2)
        if not text:
            return
        pid = os.fork()
        if pid == 0:
            asking.close()
            sys.exit(_become(json.loads(text), files))
        for file in files:
            os.close(file)
        asking.send(str(pid).encode())


if __name__ == "__main__":
    tend(socket.socket(fileno=int(sys.argv[1])))
