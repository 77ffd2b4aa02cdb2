"""Telemetry between processes: newest value only, through memory and Redis, never in the record (design: two things)."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import cast

from redis.exceptions import RedisError

from spine.canonical import Json, encode
from spine.realm import Realm

log = logging.getLogger("fengsui.telemetry")

Sink = Callable[[str, Mapping[str, Json]], None]


class Telemetry:
    def __init__(self, realm: Realm) -> None:
        self._redis = realm.nudges.redis
        self._channel = f"fengsui:{realm.row.epoch}:telemetry"
        self._sinks: dict[str, set[Sink]] = {}
        self._last: dict[str, dict[str, Json]] = {}
        self._task: asyncio.Task[None] | None = None
        self._sends: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        if self._redis is not None and self._task is None:
            self._task = asyncio.create_task(self._listen(), name="telemetry-listener")

    def follow(self, stream: str, sink: Sink) -> Mapping[str, Json]:
        """Hear a telemetry stream; returns the newest values that this process knows."""
        self._sinks.setdefault(stream, set()).add(sink)
        return self._last.get(stream, {})

    def unfollow(self, stream: str, sink: Sink) -> None:
        sinks = self._sinks.get(stream)
        if sinks is not None:
            sinks.discard(sink)
            if not sinks:
                del self._sinks[stream]

    def publish(self, stream: str, items: Mapping[str, Json]) -> None:
        """Tell every process. Without Redis this one hears it directly."""
        if self._redis is None:
            self._deliver(stream, items)
            return
        task = asyncio.create_task(self._send(stream, items))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    async def _send(self, stream: str, items: Mapping[str, Json]) -> None:
        # Delivered here at once; the copy that comes back through Redis is the same newest value again.
        self._deliver(stream, items)
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._redis.publish(self._channel, encode([stream, items]))  # pyright: ignore[reportUnknownMemberType]

    def _deliver(self, stream: str, items: Mapping[str, Json]) -> None:
        self._last.setdefault(stream, {}).update(items)
        for sink in tuple(self._sinks.get(stream, ())):
            sink(stream, items)

    async def _listen(self) -> None:
        redis = self._redis
        if redis is None:
            return
        while True:
            try:
                async with redis.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
                    await channel.subscribe(self._channel)  # pyright: ignore[reportUnknownMemberType]
                    messages = cast(AsyncIterator[Mapping[str, bytes | str]], channel.listen())  # pyright: ignore[reportUnknownMemberType]
                    async for message in messages:
                        if message["type"] == "message":
                            stream, items = cast(tuple[str, dict[str, Json]], json.loads(message["data"]))
                            self._deliver(stream, items)
            except (RedisError, OSError, ValueError) as error:
                log.info("telemetry between processes is interrupted: %s", error)
                await asyncio.sleep(1.0)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
