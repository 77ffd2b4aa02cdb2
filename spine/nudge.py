"""Nudges: "something was appended to these streams, look now". They may be lost; whoever waits for one also polls.

In one process they pass through memory, between processes through Redis. A nudge carries stream names and nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger("fengsui.nudge")


class Ear:
    """One listener in this process: remembers which streams were nudged since it last looked."""

    def __init__(self) -> None:
        self._streams: set[str] = set()
        self._event = asyncio.Event()

    def tell(self, streams: Iterable[str]) -> None:
        self._streams.update(streams)
        self._event.set()

    async def wait(self, at_most_s: float) -> frozenset[str]:
        """The streams nudged since the last call, at once if there are any; an empty set after `at_most_s`: poll."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), at_most_s)
        heard = frozenset(self._streams)
        self._streams.clear()
        self._event.clear()
        return heard


class Nudges:
    """Publishes and hears nudges of one realm. Without Redis (None, or down) only this process hears."""

    def __init__(self, redis: Redis | None, realm: str) -> None:
        self._redis = redis
        self._channel = f"fengsui:{realm}:nudge"
        self._ears: set[Ear] = set()
        self._task: asyncio.Task[None] | None = None
        self._sends: set[asyncio.Task[None]] = set()
        self.redis_ok = redis is not None

    @property
    def redis(self) -> Redis | None:
        """The server behind, for telemetry, presence and rate limits; every use must bear its absence."""
        return self._redis

    def start(self) -> None:
        if self._redis is not None and self._task is None:
            self._task = asyncio.create_task(self._listen(self._redis), name="nudge-listener")

    def publish(self, streams: Iterable[str]) -> None:
        """Tell this process now and the others soon; never waits and never fails."""
        names = sorted(set(streams))
        for ear in self._ears:
            ear.tell(names)
        if self._redis is not None and self.redis_ok:
            task = asyncio.create_task(self._send(self._redis, "\n".join(names)))
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    async def _send(self, redis: Redis, payload: str) -> None:
        with contextlib.suppress(RedisError, OSError):
            await redis.publish(self._channel, payload)  # pyright: ignore[reportUnknownMemberType]

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Ear]:
        ear = Ear()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def _listen(self, redis: Redis) -> None:
        """Pass on what other processes publish; after a break wake everybody, for nudges may have been missed."""
        pause = 0.2
        while True:
            try:
                async with redis.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
                    await channel.subscribe(self._channel)  # pyright: ignore[reportUnknownMemberType]
                    if not self.redis_ok:
                        log.info("redis answers again: nudges between processes are back")
                    self.redis_ok = True
                    pause = 0.2
                    for ear in self._ears:
                        ear.tell(())
                    messages = cast(AsyncIterator[Mapping[str, bytes | str]], channel.listen())  # pyright: ignore[reportUnknownMemberType]
                    async for message in messages:
                        if message["type"] == "message":
                            names = cast(bytes, message["data"]).decode().split("\n")
                            for ear in self._ears:
                                ear.tell(names)
            except (RedisError, OSError) as error:
                if self.redis_ok:
                    log.warning("redis is away (%s): processes find new facts by polling", error)
                self.redis_ok = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for task in list(self._sends):
            task.cancel()
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._redis.aclose()
