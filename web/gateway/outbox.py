"""What is on its way to one client: a bounded queue. A client that does not keep up is closed and resumes."""

import asyncio
from collections import deque
from collections.abc import Mapping

from spine.canonical import Json
from web.gateway.protocol import CloseCode

MOST_FRAMES = 8192
MOST_CHARACTERS = 8 * 1024 * 1024


class Outbox:
    def __init__(self) -> None:
        self._frames: deque[str] = deque()
        self._characters = 0
        self._ready = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._newest: dict[str, dict[str, Json]] = {}
        self.close_code: CloseCode | None = None
        self.closed = asyncio.Event()

    def put(self, frame: str) -> None:
        """Queue a frame, or mark the client as too slow."""
        if self.close_code is not None:
            return
        if len(self._frames) >= MOST_FRAMES or self._characters + len(frame) > MOST_CHARACTERS:
            self.too_slow()
            return
        self._frames.append(frame)
        self._characters += len(frame)
        if self._characters > MOST_CHARACTERS // 4:
            self._room.clear()
        self._ready.set()

    async def put_patiently(self, frame: str) -> None:
        """Queue a frame of a backlog, which may wait for the client to read (live facts never do)."""
        await self._room.wait()
        self.put(frame)

    def put_newest(self, stream: str, items: Mapping[str, Json]) -> None:
        """Telemetry: replaces what this client has not yet been sent of the same thing."""
        self._newest.setdefault(stream, {}).update(items)

    def take_newest(self) -> dict[str, dict[str, Json]]:
        taken, self._newest = self._newest, {}
        return taken

    def too_slow(self) -> None:
        self.close(CloseCode.TOO_SLOW)

    def close(self, code: CloseCode) -> None:
        if self.close_code is None:
            self.close_code = code
        self.closed.set()
        self._room.set()
        self._ready.set()

    async def take(self) -> list[str]:
        """All that is queued, as soon as there is anything; empty when the client is to be closed."""
        await self._ready.wait()
        if self.close_code is not None:
            return []
        frames = list(self._frames)
        self._frames.clear()
        self._characters = 0
        self._ready.clear()
        self._room.set()
        return frames
