"""Telemetry: newest value only, through memory and Redis, never in the record (design: two things).

What changed since the last tick of a stream is framed once and written to everybody who watches it. A client that has not
read the one before is passed over, and gets everything that is newest when it has. An item is kept as the JSON text that
it is framed with: it is written once, by whoever makes it, and passed on between the processes as it is.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

from redis.exceptions import RedisError

from spine import measures
from spine.canonical import Json, encode
from spine.end_tasks import end_tasks
from spine.nudge import PATIENCE_S
from spine.realm import Realm
from web.gateway import protocol
from web.gateway.frame import Frame
from web.gateway.line import Line

log = logging.getLogger("fengsui.telemetry")

PACE_S: Mapping[str, float] = {"where": 1.0, "view": 0.1, "layers": 0.1}
"""Seconds between two frames to a client, by kind of stream: positions are looked at, a presenter is followed."""
SHARE_S = 0.1
"""Seconds between two messages to the other processes."""
_BEHIND = 64 * 1024
"""Bytes waiting from which a client is passed over."""
_MOST_ITEMS = 10_000
"""Items of one frame; a larger map is sent in several."""


@dataclass(slots=True)
class _Watched:
    stream: str
    newest: dict[str, str] = field(default_factory=dict[str, str])
    changed: dict[str, str] = field(default_factory=dict[str, str])
    lines: set[Line] = field(default_factory=set[Line])
    behind: set[Line] = field(default_factory=set[Line])
    due: float = 0.0
    whole: list[Frame] | None = None
    """Frames of all that is newest, until it changes: many who come at once get the same ones."""


class Telemetry:
    def __init__(self, realm: Realm) -> None:
        self._redis = realm.nudges.redis
        self._realm = realm
        self._me = uuid4().hex[:12]
        self._streams: dict[str, _Watched] = {}
        self._to_share: dict[str, dict[str, str]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def _channel(self) -> str:
        return f"fengsui:{self._realm.row.epoch}:telemetry"

    def start(self) -> None:
        if self._tasks:
            return
        self._tasks.append(asyncio.create_task(self._tick(), name="telemetry"))
        if self._redis is not None:
            self._tasks.append(asyncio.create_task(self._listen(), name="telemetry-listener"))
            self._tasks.append(asyncio.create_task(self._share(), name="telemetry-share"))
        self._realm.when_exchanged(self._move)

    def watch(self, stream: str, line: Line, known: Mapping[str, Json]) -> None:
        """Send a telemetry stream to this line from now on, first what is newest (`known`: from the database)."""
        watched = self._watched(stream)
        if any(key not in watched.newest for key in known):
            watched.newest = {**{key: encode(item) for key, item in known.items()}, **watched.newest}
            watched.whole = None
        watched.lines.add(line)
        self._send_all(watched, line)

    def unwatch(self, stream: str, line: Line) -> None:
        watched = self._streams.get(stream)
        if watched is not None:
            watched.lines.discard(line)
            watched.behind.discard(line)

    def publish(self, stream: str, items: Mapping[str, Json]) -> None:
        """Tell this process's clients and the other processes; never waits."""
        self.publish_ready(stream, {key: encode(item) for key, item in items.items()})

    def publish_ready(self, stream: str, items: Mapping[str, str]) -> None:
        """Like `publish`, for items that are JSON text already."""
        self._take(stream, items)
        if self._redis is not None:
            self._to_share.setdefault(stream, {}).update(items)

    def _watched(self, stream: str) -> _Watched:
        return self._streams.setdefault(stream, _Watched(stream))

    def _take(self, stream: str, items: Mapping[str, str]) -> None:
        watched = self._watched(stream)
        watched.newest.update(items)
        watched.whole = None
        if watched.lines:
            watched.changed.update(items)

    # --- to the clients -----------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        step = min(PACE_S.values())
        while True:
            await asyncio.sleep(step)
            now = loop.time()
            for watched in list(self._streams.values()):
                if (watched.changed or watched.behind) and now >= watched.due:
                    watched.due = now + PACE_S.get(watched.stream.partition(":")[0], 1.0) - step / 2
                    self._send_changed(watched)

    def _send_changed(self, watched: _Watched) -> None:
        changed, watched.changed = watched.changed, {}
        frames = _frames(watched.stream, changed)
        written = 0
        for line in tuple(watched.lines):
            if line.waiting > _BEHIND:
                watched.behind.add(line)
            elif line in watched.behind:
                watched.behind.discard(line)
                self._send_all(watched, line)
            else:
                for frame in frames:
                    line.write(frame)
                    written += 1
        measures.telemetry_written(written)

    def _send_all(self, watched: _Watched, line: Line) -> None:
        if watched.whole is None:
            watched.whole = _frames(watched.stream, watched.newest)
        for frame in watched.whole:
            line.write(frame)

    # --- between processes --------------------------------------------------------------------------------------------

    async def _share(self) -> None:
        redis = self._redis
        if redis is None:
            return
        while True:
            await asyncio.sleep(SHARE_S)
            if not self._to_share:
                continue
            shared, self._to_share = self._to_share, {}
            for stream, items in shared.items():
                with contextlib.suppress(RedisError, OSError, TimeoutError):
                    async with asyncio.timeout(PATIENCE_S):
                        await redis.publish(self._channel, encode([self._me, stream, items]))  # pyright: ignore[reportUnknownMemberType]

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
                            sender, stream, items = cast(tuple[str, str, dict[str, str]], json.loads(message["data"]))
                            if sender != self._me:
                                self._take(stream, items)
            except (RedisError, OSError, ValueError) as error:
                log.info("telemetry between processes is interrupted: %s", error)
                await asyncio.sleep(1.0)

    def _move(self) -> None:
        """The record was exchanged: positions of the one before are nobody's any more, and the channel has a new name."""
        self._streams.clear()
        self._to_share.clear()
        for task in self._tasks:
            if task.get_name() == "telemetry-listener":
                task.cancel()
                self._tasks.remove(task)
                self._tasks.append(asyncio.create_task(self._listen(), name="telemetry-listener"))
                break

    async def close(self) -> None:
        await end_tasks(self._tasks)
        self._tasks.clear()


def _frames(stream: str, items: Mapping[str, str]) -> list[Frame]:
    if len(items) <= _MOST_ITEMS:
        return [Frame(protocol.where(stream, items))] if items else []
    pairs = list(items.items())
    parts = (dict(pairs[start : start + _MOST_ITEMS]) for start in range(0, len(pairs), _MOST_ITEMS))
    return [Frame(protocol.where(stream, part)) for part in parts]
