"""Nudges: "something was appended to these streams, look now". They may be lost; whoever waits for one also polls.

In one process they pass through memory, together with the facts themselves, which the gateway may then send without reading
them again. Between processes they pass through Redis: stream names and positions, nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from spine import measures
from spine.end_tasks import end_tasks

log = logging.getLogger("fengsui.nudge")

PATIENCE_S = 2.0
"""How long Redis may take to answer before it is held to be away: a paused server closes nothing."""
_MOST_SENDS = 256
"""Publications on their way at once; while Redis hangs, more are dropped: hints may be lost."""
_PROBE_S = 5.0


@dataclass(frozen=True, slots=True)
class Appended:
    """A fact that was committed: its position and, in the process that committed it, its frame's text."""

    stream: str
    seq: int
    body: str | None = None


Listener = Callable[[Sequence[Appended]], None]


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
        self._realm = realm
        self._me = uuid4().hex[:12]
        self._ears: set[Ear] = set()
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[None] | None = None
        self._sends: set[asyncio.Task[None]] = set()
        self.redis_ok = redis is not None

    @property
    def redis(self) -> Redis | None:
        """The server behind, for telemetry, presence and rate limits; every use must bear its absence."""
        return self._redis

    @property
    def _channel(self) -> str:
        return f"fengsui:{self._realm}:nudge"

    def start(self) -> None:
        if self._redis is not None and self._task is None:
            self._task = asyncio.create_task(self._keep_listening(self._redis), name="nudge-listener")

    async def move_to(self, realm: str) -> None:
        """Speak and hear under another name from now on: the realm's epoch changed with a restore."""
        if realm == self._realm:
            return
        self._realm = realm
        if self._task is not None:
            await self._stop_listening()
            self.start()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told of every commit at once, in this process with the facts' texts. Returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, streams: Iterable[str]) -> None:
        """Tell this process now and the others soon that something is new there; never waits and never fails."""
        self.publish_facts([Appended(stream, 0) for stream in sorted(set(streams))])

    def publish_facts(self, facts: Sequence[Appended]) -> None:
        """The same with the facts themselves, which this process's listeners may use without reading them."""
        if not facts:
            return
        self._tell(facts)
        if self._redis is None:
            return
        if not self.redis_ok or len(self._sends) >= _MOST_SENDS:
            measures.nudged("dropped")
            return
        newest = {fact.stream: fact.seq for fact in facts}
        payload = "\n".join([self._me, *(f"{seq} {stream}" for stream, seq in newest.items())])
        task = asyncio.create_task(self._send(self._redis, payload))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    def _tell(self, facts: Sequence[Appended]) -> None:
        streams = {fact.stream for fact in facts}
        for ear in self._ears:
            ear.tell(streams)
        for listener in tuple(self._listeners):
            listener(facts)

    async def _send(self, redis: Redis, payload: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await redis.publish(self._channel, payload)  # pyright: ignore[reportUnknownMemberType]
            measures.nudged("sent")
        except (RedisError, OSError, TimeoutError):
            measures.nudged("dropped")

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Ear]:
        ear = Ear()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def _keep_listening(self, redis: Redis) -> None:
        """Pass on what other processes publish; after a break wake everybody, for nudges may have been missed."""
        pause = 0.2
        while True:
            try:
                async with redis.pubsub() as channel:  # pyright: ignore[reportUnknownMemberType]
                    async with asyncio.timeout(PATIENCE_S):
                        await channel.subscribe(self._channel)  # pyright: ignore[reportUnknownMemberType]
                    if not self.redis_ok:
                        log.info("redis answers again: nudges between processes are back")
                    self.redis_ok = True
                    pause = 0.2
                    for ear in self._ears:
                        ear.tell(())
                    await self._hear(channel)
            except (RedisError, OSError, TimeoutError) as error:
                if self.redis_ok:
                    log.warning(
                        "redis is away (%s): processes find new facts by polling", str(error) or type(error).__name__
                    )
                self.redis_ok = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def _hear(self, channel: PubSub) -> None:
        """Until the connection breaks or stays silent after it was asked: a paused server closes nothing."""
        loop = asyncio.get_running_loop()
        heard, asked = loop.time(), False
        while True:
            message = cast(
                Mapping[str, bytes | str] | None,
                await channel.get_message(timeout=1.0),  # pyright: ignore[reportUnknownMemberType]
            )
            now = loop.time()
            if message is not None:
                heard, asked = now, False
                if message["type"] == "message":
                    self._take(cast(bytes, message["data"]).decode())
            elif asked and now - heard > _PROBE_S + PATIENCE_S:
                raise TimeoutError("it does not answer")
            elif not asked and now - heard > _PROBE_S:
                asked = True
                async with asyncio.timeout(PATIENCE_S):
                    await channel.ping()  # pyright: ignore[reportUnknownMemberType]

    def _take(self, payload: str) -> None:
        sender, *lines = payload.split("\n")
        if sender == self._me:
            return
        measures.nudged("heard")
        facts: list[Appended] = []
        for line in lines:
            seq, _, stream = line.partition(" ")
            if seq.isdigit():
                facts.append(Appended(stream, int(seq)))
        self._tell(facts)

    async def _stop_listening(self) -> None:
        await end_tasks((self._task,))
        self._task = None

    async def settle(self) -> None:
        """Wait until what was published is on its way: for a program that ends at once. Never fails."""
        await asyncio.gather(*self._sends, return_exceptions=True)

    async def close(self) -> None:
        await self._stop_listening()
        for task in list(self._sends):
            task.cancel()
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._redis.aclose()
