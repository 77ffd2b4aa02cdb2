"""The hub of one process: reads each followed stream once, frames each fact once, and writes the ready frame to all.

Its rings are in memory and may be lost: a process that starts anew begins at the heads, and what a client lacks comes
from the record. A fact is published only when it is the next one of its stream, wherever it came from.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from itertools import groupby

from spine import measures
from spine.db import Connection
from spine.nudge import Appended
from spine.presence import is_away
from spine.realm import Realm
from spine.record import FactText, head_seq, read_after, read_bodies
from web.gateway.frame import Frame
from web.gateway.line import Line
from web.gateway.pace import Pace
from web.gateway.protocol import CloseCode
from web.gateway.topic import Topic

log = logging.getLogger("fengsui.hub")

MOST_BACKLOG = 20_000
"""Facts a client may be behind and still resume; further back a snapshot is cheaper for both."""
PRIME_FACTS = 1000
"""A gap in front of the ring as small as this is read once for everybody, not once for each who asks."""
IDLE_S = 300.0
"""How long the ring of a stream that nobody follows is kept: whoever was dropped is back by then."""
MOST_RING_BYTES = 128 * 1024 * 1024
PATIENCE_S = 5.0
"""How long the record may take to be read before it is held to be away."""
MOST_AT_ONCE = 256 * 1024
"""Bytes that go to a client in one write."""
_BACKFILLS = 4
"""Clients read from the record for at once; the others wait, so that a storm does not become the database's."""


class Hub:
    def __init__(self, realm: Realm, *, poll_s: float = 1.0) -> None:
        self._realm = realm
        self._poll_s = poll_s
        self._topics: dict[str, Topic] = {}
        self._opening: dict[str, asyncio.Task[Topic]] = {}
        self._priming = asyncio.Lock()
        self._backfilling = asyncio.Semaphore(_BACKFILLS)
        self._wanted: set[str] = set()
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._conn: Connection | None = None
        self._stop_listening = realm.nudges.listen(self.take)

    # --- what followers of a stream need ----------------------------------------------------------------------------

    async def topic(self, stream: str) -> Topic:
        """The stream's topic, opened at the record's head when nobody here had it. Raises psycopg's errors."""
        topic = self._topics.get(stream)
        if topic is not None:
            return topic
        opening = self._opening.get(stream)
        if opening is None:
            opening = asyncio.create_task(self._open(stream))
            self._opening[stream] = opening
            opening.add_done_callback(lambda _: self._opening.pop(stream, None))
        return await asyncio.shield(opening)

    async def _open(self, stream: str) -> Topic:
        async with self._realm.pool.connection() as conn:
            seq = await head_seq(conn, stream)
        topic = self._topics.setdefault(stream, Topic(stream, seq))
        topic.idle_since = time.monotonic()
        return topic

    def is_current(self, topic: Topic) -> bool:
        """False when the record was exchanged under it, or nobody used it for long."""
        return self._topics.get(topic.stream) is topic

    def join(self, topic: Topic, line: Line) -> None:
        topic.live[line] = None
        topic.idle_since = None

    def leave(self, topic: Topic, line: Line) -> None:
        topic.live.pop(line, None)
        if not topic.live:
            topic.idle_since = time.monotonic()

    async def prime(self, topic: Topic, sent: int) -> None:
        """Read a small gap between `sent` and the ring once, for everybody who comes with about this position."""
        async with self._priming:
            lacking = topic.first - 1 - sent
            if lacking <= 0 or lacking > min(PRIME_FACTS, topic.room):
                return
            async with self._realm.pool.connection() as conn:
                bodies = await read_bodies(conn, topic.stream, sent, lacking)
            topic.prime(Frame(body, seq) for seq, body in bodies)

    async def backfill(self, stream: str, sent: int, limit: int) -> list[Frame]:
        """The next facts after `sent` from the record, for one client that is far behind."""
        async with self._backfilling, self._realm.pool.connection() as conn:
            return [Frame(body, seq) for seq, body in await read_bodies(conn, stream, sent, limit)]

    # --- publishing ---------------------------------------------------------------------------------------------------

    def take(self, facts: Sequence[Appended]) -> None:
        """What this process committed is sent at once; what others committed, or came out of turn, is read soon."""
        runs: dict[str, list[Frame]] = {}
        for fact in facts:
            topic = self._topics.get(fact.stream)
            if topic is None:
                continue
            run = runs.setdefault(fact.stream, [])
            reached = run[-1].seq if run else topic.seq
            if fact.seq and fact.seq <= reached:
                continue
            if fact.body is not None and fact.seq == reached + 1:
                run.append(Frame(fact.body, fact.seq))
            else:
                self._wanted.add(fact.stream)
                self._wake.set()
        now = time.time()
        for stream, run in runs.items():
            self._publish(self._topics[stream], run, [now] * len(run))

    def _publish(self, topic: Topic, frames: Sequence[Frame], committed_at: Sequence[float]) -> None:
        """The next facts of a stream, in one write for each client that keeps up."""
        for frame in frames:
            topic.push(frame)
        if not topic.live or not frames:
            return
        slow: list[Line] = []
        with self._pace:
            for part in _parts(frames):
                plain, packed = b"".join([frame.plain for frame in part]), None
                for line in topic.live:
                    push = line.push
                    if push is None:
                        if not all(line.write(frame) for frame in part):
                            slow.append(line)
                    elif line.compresses:
                        if packed is None:
                            packed = b"".join([frame.packed for frame in part])
                        push(packed)
                    else:
                        push(plain)
        measures.frames_written(len(topic.live) * len(frames))
        now = time.time()
        for at in committed_at:
            measures.fact_delivered(now - at)
        for line in slow:
            line.end(CloseCode.TOO_SLOW)

    async def read_new(self, streams: frozenset[str] | None = None) -> None:
        """Read and publish what is new in the streams held here (None: all of them). Raises psycopg's errors."""
        async with self._realm.pool.connection() as conn:
            await self._read_over(conn, streams)

    async def _read_over(self, conn: Connection, streams: frozenset[str] | None) -> None:
        wanted = {s: t.seq for s, t in self._topics.items() if streams is None or s in streams}
        while wanted:
            facts, complete = await read_after(conn, wanted)
            for stream, run in groupby(facts, key=lambda fact: fact.stream):
                self._publish_new(stream, run)
            if complete:
                return
            wanted = {s: t.seq for s, t in self._topics.items() if s in wanted}

    def _publish_new(self, stream: str, facts: Iterable[FactText]) -> None:
        """Those of a stream's facts, in their order, that are the next ones here."""
        topic = self._topics.get(stream)
        if topic is None:
            return
        frames: list[Frame] = []
        committed_at: list[float] = []
        for fact in facts:
            if fact.seq == topic.seq + len(frames) + 1:
                frames.append(Frame(fact.body, fact.seq))
                committed_at.append(self._seconds(fact))
        self._publish(topic, frames, committed_at)

    async def run(self) -> None:
        """For ever: wait for a nudge or the poll interval, then read. A nudge lost costs one interval, no fact."""
        loop = asyncio.get_running_loop()
        polled_at = loop.time() - self._poll_s
        while True:
            rest = self._poll_s - (loop.time() - polled_at)
            try:
                async with asyncio.timeout(max(0.0, rest)):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            wanted, self._wanted = frozenset(self._wanted), set[str]()
            poll = loop.time() - polled_at >= self._poll_s
            if poll:
                polled_at = loop.time()
            try:
                await self._within_patience(self._read(None if poll else wanted, probe=poll))
                self._realm.presence.found()
                if rest_s := self._pace.rest_s():
                    await asyncio.sleep(rest_s)
            except Exception as error:
                if not is_away(error):
                    log.exception("the hub could not read %s", ", ".join(sorted(wanted)) or "the record")
                else:
                    self._realm.presence.lost(self._realm.wall_now(), error)
                self._wanted |= wanted
                await asyncio.sleep(min(self._poll_s, 1.0))

    async def _read(self, streams: frozenset[str] | None, *, probe: bool) -> None:
        """Over a connection of its own: one that cannot be made says at once that the database is away."""
        if self._conn is None:
            self._conn = await self._realm.connect()
        try:
            if probe:
                await self._realm.greet(self._conn)
                self._forget_idle()
            await self._read_over(self._conn, streams)
        except BaseException:
            conn, self._conn = self._conn, None
            await conn.close()
            raise

    async def _within_patience(self, reading: Coroutine[None, None, None]) -> None:
        """Say that the database is away while a question to it hangs, and go on waiting: it may answer yet."""
        task = asyncio.create_task(reading)
        try:
            while not (await asyncio.wait((task,), timeout=PATIENCE_S))[0]:
                self._realm.presence.lost(self._realm.wall_now(), TimeoutError("it does not answer"))
            await task
        finally:
            task.cancel()

    # --- keeping house ------------------------------------------------------------------------------------------------

    def forget(self) -> list[Topic]:
        """The record was exchanged: let go of everything. Returns the topics as they were, for who must be told."""
        topics = list(self._topics.values())
        self._topics.clear()
        self._wanted.clear()
        return topics

    def _forget_idle(self) -> None:
        """Rings of streams that nobody follows: after a while, or at once (the longest idle first) when memory is short."""
        idle = sorted((t for t in self._topics.values() if t.idle_since is not None), key=lambda t: t.idle_since or 0.0)
        held = sum(t.size for t in self._topics.values())
        now = time.monotonic()
        for topic in idle:
            if now - (topic.idle_since or now) > IDLE_S or held > MOST_RING_BYTES:
                held -= topic.size
                del self._topics[topic.stream]

    async def close(self) -> None:
        self._stop_listening()
        if self._conn is not None:
            await self._conn.close()

    def _seconds(self, fact: FactText) -> float:
        """Wall seconds at which a fact was decided; an exercise's own time cannot be compared with the wall's."""
        return time.time() if self._realm.is_exercise else fact.at.timestamp()


def _parts(frames: Sequence[Frame]) -> Iterator[Sequence[Frame]]:
    """The frames in their order, in parts of at most MOST_AT_ONCE bytes or a single frame."""
    if len(frames) == 1:
        yield frames
        return
    part: list[Frame] = []
    size = 0
    for frame in frames:
        if part and size + len(frame) > MOST_AT_ONCE:
            yield part
            part, size = [], 0
        part.append(frame)
        size += len(frame)
    yield part
