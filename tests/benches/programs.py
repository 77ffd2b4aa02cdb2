"""The bench's own programs: compiled, pinned to a core, spoken with line by line, measured from outside, always ended."""

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
NAMES = ("broadcaster", "dashboards", "poster", "publisher")
LEAST_FILES = 12_000
PATIENCE_S = 60.0
"""How long a program may take to answer a line, unless the caller knows better."""
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class BenchTrouble(Exception):
    """Why the bench cannot run, or why a figure must not be believed; one sentence."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core the measured server has, and which everything else; the same one on a machine with a single core."""

    server: int
    client: int
    all: frozenset[int]

    @staticmethod
    def of_this_machine() -> "Cores":
        usable = sorted(os.sched_getaffinity(0))
        return Cores(usable[0], usable[min(1, len(usable) - 1)], frozenset(usable))

    def named(self, where: str) -> frozenset[int]:
        return {"server": frozenset({self.server}), "client": frozenset({self.client}), "all": self.all}[where]


def raise_file_limit() -> int:
    """Open files up to the hard limit; returns how many. Raises BenchTrouble when they are too few for 5,000 sockets."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 1 << 20 if hard == resource.RLIM_INFINITY else hard
    if most < LEAST_FILES:
        raise BenchTrouble(f"only {most} open files are permitted here (ulimit -Hn); the bench needs {LEAST_FILES}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def compile_all(into: Path) -> dict[str, Path]:
    """{name: path of the compiled program}. Raises BenchTrouble when there is no C compiler, or it refuses."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise BenchTrouble("there is no C compiler: `cc` was not found on PATH")
    made: dict[str, Path] = {}
    for name in NAMES:
        command = [compiler, "-O2", "-Wall", "-o", str(into / name), str(HERE / f"{name}.c")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchTrouble(f"{name}.c does not compile: {done.stderr.strip()[:600]}")
        made[name] = into / name
    return made


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> float:
    """Proportional memory of a process in KiB: pages shared with others are counted in part."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise BenchTrouble(f"the memory of process {pid} cannot be read")


def pin_tree(root: int, cores: frozenset[int]) -> None:
    """Pin a process, its threads and its children, present and (by inheritance) future; what has just ended is passed by."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{root}/task").iterdir():
            os.sched_setaffinity(int(task.name), cores)
            for child in (task / "children").read_text().split():
                pin_tree(int(child), cores)


@dataclass(eq=False, slots=True)
class Spoken:
    """A child that answers each line with a JSON object on a line of its own."""

    name: str
    process: asyncio.subprocess.Process
    held: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    log: Path | None = None
    """Where its stderr goes; None: to ours."""

    def log_lines(self) -> list[str]:
        """The log's first thousand lines; more are not read, for a program in trouble may write millions."""
        if self.log is None or not self.log.exists():
            return []
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            return [line.rstrip() for line, _ in zip(lines, range(1000), strict=False)]

    @property
    def pid(self) -> int:
        return self.process.pid

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    async def hear(self, on: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next answer of this kind; others are kept for who waits for them. Raises BenchTrouble."""
        for index, kept in enumerate(self.held):
            if kept["on"] == on:
                return self.held.pop(index)
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    line = await self.process.stdout.readline()
                    if not line:
                        raise BenchTrouble(f"{self.name} ended before it said `{on}`")
                    answer = cast(dict[str, Any], json.loads(line))
                    if answer["on"] == on:
                        return answer
                    self.held.append(answer)
        except TimeoutError:
            raise BenchTrouble(f"{self.name} did not say `{on}` within {within_s:.0f} s") from None

    async def ask(self, line: str, on: str | None = None, within_s: float = PATIENCE_S) -> dict[str, Any]:
        self.say(line)
        return await self.hear(on or line.split()[0], within_s)


class Stage:
    """Everything that one bench run has started; leaving it ends everything."""

    def __init__(self, folder: Path, cores: Cores, *, compiled: bool = True) -> None:
        """`compiled`: with the programs in C, which need a compiler."""
        self.folder = folder
        self.cores = cores
        self.programs = compile_all(folder) if compiled else {}
        self._running: list[Spoken] = []

    async def start(
        self,
        name: str,
        args: Sequence[object],
        *,
        on: str,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> Spoken:
        """A compiled program by its name, or a Python module when the name has a dot. `on`: server, client or all."""
        command = [sys.executable, "-P", "-m", name] if "." in name else [self.programs[name]]
        return await self.start_program([*command, *args], name=name, on=on, environment=environment, log=log)

    async def start_program(
        self,
        command: Sequence[object],
        *,
        name: str,
        on: str,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> Spoken:
        """Any program, on these cores; it is told to end when we end, however that comes about."""
        cores = self.cores.named(on)

        def settle() -> None:
            os.sched_setaffinity(0, cores)
            _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)

        path = os.pathsep.join(part for part in (str(CHECKOUT), os.environ.get("PYTHONPATH", "")) if part)
        with contextlib.ExitStack() as files:
            process = await asyncio.create_subprocess_exec(
                *(str(part) for part in command),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=None if log is None else files.enter_context(log.open("wb")),
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONPATH": path, **(environment or {})},
                limit=1 << 22,
                preexec_fn=settle,
                start_new_session=True,
            )
        child = Spoken(name, process, log=log)
        self._running.append(child)
        return child

    async def end(self, *children: Spoken, within_s: float = 10.0) -> None:
        """Ask, then kill."""
        for child in children:
            if child.process.returncode is None:
                # Not Process.terminate(): that one looks first whether it has ended, and then asyncio never learns how.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGTERM)
        for child in children:
            try:
                async with asyncio.timeout(within_s):
                    await child.process.communicate()
            except TimeoutError:
                child.process.kill()
                await child.process.wait()
            if child in self._running:
                self._running.remove(child)

    async def end_all(self) -> None:
        await self.end(*self._running, within_s=5.0)


async def wait_for_port(port: int, within_s: float = 15.0) -> None:
    """Until something listens there. Raises BenchTrouble."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise BenchTrouble(f"nothing listens on port {port} after {within_s:.0f} s") from None
