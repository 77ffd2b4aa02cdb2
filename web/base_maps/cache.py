"""Tiles that came from a service, kept on disk: so that each is asked for once, and is there when the service is not.

Only a cache: it may be deleted at any time. A file is a tile as it came, an empty one says that the service has none there; its
age is the file's. Bounded in bytes: beyond, the oldest go. Not in Redis: pictures are large, and Redis is for what is small.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FRESH_S = 7 * 24 * 3600
NONE_FRESH_S = 24 * 3600
MOST_BYTES = 2 * 1024**3
_ROOM_LEFT = 512 * 1024**2
_AFTER_PRUNING = 0.8
_LOOK_AT_ROOM_EVERY = 64


@dataclass(frozen=True, slots=True)
class CachedTile:
    """`content` b"": the service has no tile here."""

    content: bytes
    fresh: bool


class TileCache:
    """Files under one folder; every function may be called from any thread and touches the disk."""

    def __init__(self, folder: Path, most_bytes: int | None = None) -> None:
        self._folder = folder
        self._most = MOST_BYTES if most_bytes is None else most_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None
        self._written = 0
        self._full = False

    def read(self, key: str) -> CachedTile | None:
        path = self._folder / key
        try:
            with path.open("rb") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime  # of a file, not of the realm
                content = file.read()
        except OSError:
            return None
        return CachedTile(content, age < (FRESH_S if content else NONE_FRESH_S))

    def write(self, key: str, content: bytes) -> None:
        """Whole or not at all; without room on the disk not at all."""
        path = self._folder / key
        try:
            if not self._has_room(len(content)):
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(partial).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(partial).unlink()
                raise
        except OSError:
            return

    def keep_only(self, maps: Collection[str]) -> None:
        """Drop the tiles of base maps that are no more, or were changed."""
        if not self._folder.is_dir():
            return
        for one in self._folder.iterdir():
            if one.name not in maps:
                shutil.rmtree(one, ignore_errors=True)
        with self._lock:
            self._bytes = None

    def _has_room(self, size: int) -> bool:
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(length for _, length, _ in self._files())
            if self._written % _LOOK_AT_ROOM_EVERY == 0:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._full = shutil.disk_usage(self._folder).free < _ROOM_LEFT
            self._written += 1
            if self._bytes + size > self._most:
                self._prune()
            self._bytes += size
            return not self._full

    def _files(self) -> list[tuple[float, int, str]]:
        found: list[tuple[float, int, str]] = []
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(folder, name)
                with suppress(OSError):
                    state = os.stat(path)
                    found.append((state.st_mtime, state.st_size, path))
        return found

    def _prune(self) -> None:
        files = sorted(self._files())
        held = sum(size for _, size, _ in files)
        for _, size, path in files:
            if held <= self._most * _AFTER_PRUNING:
                break
            with suppress(OSError):
                os.unlink(path)
                held -= size
        self._bytes = held
