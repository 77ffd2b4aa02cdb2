"""The engine's server as a child of this program: started when it is set up, started again when it fell, gone when we go.

Of several processes on one data directory one tends it, whoever holds the lock; all read where it listens.
"""

import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
from pathlib import Path

from gis.roads.engines.programs import find_programs, serving
from gis.roads.engines.setting import EngineSetting, folder_of, read_setting, write_port
from spine.errors import Refused
from spine.private_child import caller, spawn, stop

log = logging.getLogger("fengsui.roads")
_LOOK_S = 1.0
_LONGEST_WAIT_S = 60.0
_TERM = ((signal.SIGTERM, 3.0),)


class EngineChild:
    """Call `look` every second or so from the main thread; `stop` at the end."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._running: EngineSetting | None = None
        self._wait_s, self._not_before = 1.0, 0.0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def look(self, now: float) -> None:
        """Bring about what is set up. A server that falls at once is tried again ever more slowly."""
        try:
            wanted = read_setting(self._data_dir)
        except Refused as refused:
            log.warning("%s", refused)
            wanted = None
        if wanted is not None and wanted.url is not None:
            wanted = None
        if wanted != self._running:
            self.stop()
            self._wait_s, self._not_before = 1.0, now
        if wanted is None:
            return
        if self._process is not None and self._process.poll() is not None:
            log.warning("%s ended with %s", wanted.engine, self._process.returncode)
            self._process = None
            write_port(self._data_dir, None)
            self._not_before, self._wait_s = now + self._wait_s, min(self._wait_s * 2, _LONGEST_WAIT_S)
        if self._process is None and now >= self._not_before:
            self._running = wanted
            self._launch(wanted)

    def _launch(self, setting: EngineSetting) -> None:
        folder = folder_of(self._data_dir)
        data, port = Path(setting.data or ""), _free_port()
        try:
            command = serving(find_programs(setting.engine, Path(setting.program or "")), data, port)
        except (Refused, OSError, KeyError, json.JSONDecodeError) as trouble:
            log.warning("%s cannot be started: %s", setting.engine, trouble)
            self._not_before += _LONGEST_WAIT_S
            return
        self._process = spawn(
            command, caller(), home=folder, log_file=folder / "engine.log", death_signal=signal.SIGTERM
        )
        write_port(self._data_dir, port, setting.data or "")

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, *_TERM)
            self._process = None
            write_port(self._data_dir, None)
        self._running = None


async def tend_engine(data_dir: Path) -> None:
    """For the life of a process that serves, on its main thread."""
    folder = folder_of(data_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        log.warning("no other route engine can be run here: %s", error)
        await asyncio.Event().wait()
        return
    child = EngineChild(data_dir)
    loop = asyncio.get_running_loop()
    try:
        ours = False
        while True:
            ours = ours or _taken(lock)
            if ours:
                child.look(loop.time())
            await asyncio.sleep(_LOOK_S)
    finally:
        child.stop()
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
