"""Processes that compute assessments, so that nothing else in the program waits for a hazard model.

A child that dies or takes too long is replaced; whoever asked is told, and the next order goes to the new one.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from psycopg import OperationalError

from incidents.assessments.worker import HEAD
from spine.canonical import Json, JsonObject, encode
from spine.end_tasks import end_tasks
from spine.private_child import dies_with_parent

log = logging.getLogger("fengsui.assess")

TIMEOUT_S = 30.0
START_TIMEOUT_S = 120.0
"""The first order of a child waits for its imports and for a million points to be read."""


class ChildLost(Exception):
    """The child ended while it computed."""


class ChildTooSlow(Exception):
    """The child did not answer in time, and was ended."""


class ChildFailed(Exception):
    """The child could not do it and says why: a mistake in a model, or data that no model should meet."""


class DatabaseAway(OperationalError):
    """The child could not read who and what is where; nobody's fault, it is tried again."""


class Computing(Protocol):
    """Whoever answers what is asked. `order`: `Asked.to_json()` with `ground`; the answer as `Answering.answer` gives it."""

    async def compute(self, order: JsonObject) -> Mapping[str, Any]: ...


class _Child:
    """One process. Used by one asker at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.fresh = True

    @classmethod
    async def start(cls, database_url: str) -> "_Child":
        """Raises ChildLost."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "incidents.assessments.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
            preexec_fn=dies_with_parent(signal.SIGKILL),
            start_new_session=True,
        )
        child = cls(process)
        try:
            await child._send({"database_url": database_url})
        except ChildLost:
            await child.end()
            raise
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def ask(self, order: JsonObject, timeout_s: float) -> dict[str, Any]:
        """Raises ChildLost, ChildTooSlow."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._send(order)
                reading = cast(asyncio.StreamReader, self._process.stdout)
                (length,) = HEAD.unpack(await reading.readexactly(HEAD.size))
                text = await reading.readexactly(length)
        except TimeoutError as trouble:
            raise ChildTooSlow(f"no answer within {timeout_s:g} s") from trouble
        except asyncio.IncompleteReadError as trouble:
            raise ChildLost("the process ended") from trouble
        self.fresh = False
        return cast(dict[str, Any], await asyncio.to_thread(json.loads, text))

    async def _send(self, said: Json) -> None:
        text = encode(said).encode()
        writing = cast(asyncio.StreamWriter, self._process.stdin)
        writing.write(HEAD.pack(len(text)) + text)
        try:
            await writing.drain()
        except (BrokenPipeError, ConnectionResetError) as trouble:
            raise ChildLost("the process ended") from trouble

    async def end(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


def _environment() -> dict[str, str]:
    """One thread each: the machine is shared with everything that must not wait. The same program as this one, wherever it lies."""
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    paths = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **single, "PYTHONPATH": os.pathsep.join(paths)}


class AssessPool:
    """`workers` processes for one realm. `start` brings them up in the background; without it they come with the first order."""

    def __init__(self, database_url: str, workers: int = 1, timeout_s: float = TIMEOUT_S) -> None:
        self._database_url = database_url
        self._timeout_s = timeout_s
        self._idle: asyncio.Queue[_Child | None] = asyncio.Queue()
        self._children: set[_Child] = set()
        self._warming: asyncio.Task[None] | None = None
        self.workers = workers
        for _ in range(workers):
            self._idle.put_nowait(None)

    @property
    def pids(self) -> list[int]:
        """Of the children that run."""
        return sorted(child.pid for child in self._children if not child.ended)

    def start(self, ground: str) -> bool:
        """Begin to warm every child: imports, and who and what is where in the state `ground`. False: they are still at it."""
        if self._warming is not None and not self._warming.done():
            return False
        self._warming = asyncio.create_task(self._warm(ground), name="assess-warm")
        return True

    async def _warm(self, ground: str) -> None:
        async def one() -> None:
            try:
                await self._ask({"do": "warm", "ground": ground})
            except (ChildLost, ChildTooSlow, ChildFailed, DatabaseAway) as trouble:
                log.warning("a worker could not be warmed, it will read when it is asked: %s", trouble)

        await asyncio.gather(*(one() for _ in range(self.workers)))

    async def compute(self, order: JsonObject) -> Mapping[str, Any]:
        """Raises ChildLost (when a second child was lost too), ChildTooSlow, ChildFailed, DatabaseAway."""
        try:
            return await self._ask({"do": "answer", **order})
        except ChildLost:
            log.warning("a worker was lost while it computed; asking another once")
            return await self._ask({"do": "answer", **order})

    async def _ask(self, order: JsonObject) -> Mapping[str, Any]:
        child = await self._idle.get()
        kept: _Child | None = None
        try:
            if child is None or child.ended:
                child = await self._renew(child)
            answer = await child.ask(order, START_TIMEOUT_S if child.fresh else self._timeout_s)
            kept = child
        finally:
            if kept is None and child is not None:
                await self._drop(child)
            self._idle.put_nowait(kept)
        if "failed" in answer:
            if answer.get("away"):
                raise DatabaseAway(str(answer["failed"]))
            raise ChildFailed(str(answer["failed"]))
        return answer

    async def _renew(self, before: _Child | None) -> _Child:
        if before is not None:
            await self._drop(before)
        child = await _Child.start(self._database_url)
        self._children.add(child)
        return child

    async def _drop(self, child: _Child) -> None:
        self._children.discard(child)
        await child.end()

    async def close(self) -> None:
        await end_tasks((self._warming,))
        for child in list(self._children):
            await self._drop(child)
