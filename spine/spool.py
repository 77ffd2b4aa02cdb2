"""A spool: what must not be lost while the database is away, on disk before it is acknowledged, in order.

One file per process, `<directory>/<name>.spool`, held by a lock: what a killed process left is taken over by the next one.
A line is a checksum, a space and a JSON object. A last line that is not whole was never acknowledged and is passed over.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

from spine.canonical import JsonObject, decode_object, encode
from spine.errors import Refused

log = logging.getLogger("fengsui.spool")

_SUFFIX = ".spool"
Entry = JsonObject


def spool_full(error: OSError) -> Refused:
    return Refused(
        "spool_full",
        zh=f"数据库不可用，而且服务器磁盘无法写入（{error.strerror}），内容没有保存。请记在纸上，并通知系统管理员。",
        en=f"The database is away and the server's disk cannot be written ({error.strerror}). Nothing was kept: write it "
        f"down on paper and call the administrator.",
        status=507,
        final=False,
    )


def _line(entry: Entry) -> bytes:
    text = encode(entry).encode()
    return hashlib.sha256(text).hexdigest()[:16].encode() + b" " + text + b"\n"


def read_spool(path: Path) -> Iterator[Entry]:
    """The whole entries of a spool, in order. Stops, with a log line, where one is damaged."""
    content = path.read_bytes()
    *lines, rest = content.split(b"\n")
    for number, line in enumerate(lines):
        checksum, _, text = line.partition(b" ")
        if hashlib.sha256(text).hexdigest()[:16].encode() != checksum:
            log.error("%s is damaged at line %d: %d lines were not read", path, number + 1, len(lines) - number)
            return
        yield decode_object(text)
    if rest:
        log.warning("%s ends in the middle of a line: it was never acknowledged", path)


class SpoolFile:
    """One file, held by this process. `keep` returns when the entry is on disk; `pending` are those not yet taken out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115  it stays open for the process's life
        self._size = 0
        self._lock = asyncio.Lock()
        self.pending: deque[Entry] = deque()

    @classmethod
    def claim(cls, path: Path) -> "SpoolFile | None":
        """Take hold of a file with what it has in it; None when another process holds it."""
        file = cls(path)
        try:
            fcntl.flock(file._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file._file.close()
            return None
        if not path.exists():  # its last holder removed it between our opening and our locking
            file._file.close()
            return None
        file.pending.extend(read_spool(path))
        file._size = os.fstat(file._file.fileno()).st_size
        return file

    async def keep(self, entry: Entry) -> None:
        """Durable when it returns. Raises Refused `spool_full`; then nothing of it is on disk."""
        async with self._lock:
            try:
                self._size = await asyncio.to_thread(self._append, _line(entry))
            except OSError as error:
                await asyncio.to_thread(self._cut_back)
                log.error("the spool cannot be written: %s", error)
                raise spool_full(error) from error
            self.pending.append(entry)

    def _append(self, line: bytes) -> int:
        written = 0
        while written < len(line):
            written += self._file.write(line[written:]) or 0
        os.fsync(self._file.fileno())
        return self._size + len(line)

    def _cut_back(self) -> None:
        """A half-written line must not stand in front of the next one."""
        os.ftruncate(self._file.fileno(), self._size)

    async def took_first(self) -> None:
        """The first pending entry is in the record. When it was the last one, the file is empty again."""
        self.pending.popleft()
        if not self.pending:
            async with self._lock:
                if not self.pending:
                    self._size = 0
                    await asyncio.to_thread(os.ftruncate, self._file.fileno(), 0)

    def close(self) -> None:
        """Let go of it; an empty one is removed."""
        if not self.pending:
            self._path.unlink(missing_ok=True)
        self._file.close()


class Spool:
    """The spools of a data directory as one process sees them: its own, and those that killed processes left."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._own: SpoolFile | None = None
        self._left: list[SpoolFile] = []
        self._keeping = asyncio.Lock()
        self.drained = asyncio.Event()
        self.drained.set()

    @property
    def depth(self) -> int:
        """Entries that are not yet in the record."""
        files = [*self._left, *([self._own] if self._own else [])]
        return sum(len(file.pending) for file in files)

    async def keep(self, entry: Entry) -> None:
        """Durable when it returns, behind everything that was asked to be kept before. Raises Refused `spool_full`."""
        async with self._keeping:
            if self._own is None:
                self._own = await self._begin()
            await self._own.keep(entry)
            self.drained.clear()

    async def _begin(self) -> SpoolFile:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            own = SpoolFile.claim(self._directory / f"{uuid4().hex}{_SUFFIX}")
            await asyncio.to_thread(_sync_directory, self._directory)
        except OSError as error:
            raise spool_full(error) from error
        if own is None:
            raise AssertionError("a new name is nobody else's")
        return own

    def take_over(self) -> int:
        """Claim what killed processes left, the oldest first. Returns how many entries that brought."""
        if not self._directory.is_dir():
            return 0
        names = sorted(self._directory.glob(f"*{_SUFFIX}"), key=_modified)
        brought = 0
        for path in names:
            if self._own is not None and path == self._own._path:  # pyright: ignore[reportPrivateUsage]
                continue
            if any(path == file._path for file in self._left):  # pyright: ignore[reportPrivateUsage]
                continue
            file = SpoolFile.claim(path)
            if file is None:
                continue
            if not file.pending:
                file.close()
                continue
            log.warning("%s was left by a process that ended: %d entries", path.name, len(file.pending))
            brought += len(file.pending)
            self._left.append(file)
            self.drained.clear()
        return brought

    async def replay(self, carry: Callable[[Entry], Awaitable[None]]) -> int:
        """Hand over every pending entry in order. What `carry` raises ends it; the entry stays and comes again."""
        carried = 0
        while self._left:
            carried += await _drain(self._left[0], carry)
            self._left.pop(0).close()
        if self._own is not None:
            carried += await _drain(self._own, carry)
        if self.depth == 0:
            self.drained.set()
        return carried

    def close(self) -> None:
        for file in [*self._left, *([self._own] if self._own else [])]:
            file.close()
        self._left, self._own = [], None


async def _drain(file: SpoolFile, carry: Callable[[Entry], Awaitable[None]]) -> int:
    carried = 0
    while file.pending:
        await carry(file.pending[0])
        await file.took_first()
        carried += 1
    return carried


def _sync_directory(directory: Path) -> None:
    """A new file's name is durable only with its directory."""
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
