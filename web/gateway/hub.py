"""The hub of one process: reads each followed stream once and hands every fact's ready text to all who follow it.

Its cursors are in memory: a process that starts anew begins at the heads, and clients resume from the record.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from spine.db import Connection
from spine.realm import Realm
from spine.record import Fact, head_seq, head_seqs, read_since
from web.gateway.outbox import Outbox

log = logging.getLogger("fengsui.hub")

_BATCH = 500
MOST_BACKLOG = 20_000
"""Facts a client may be behind and still resume; further back a snapshot is cheaper for both."""


@dataclass(eq=False, slots=True)
class Following:
    """One client's following of one stream. While it is being brought up to date, live facts wait in `waiting`."""

    stream: str
    outbox: Outbox
    sent: int = 0
    waiting: deque[tuple[int, str]] | None = field(default_factory=deque[tuple[int, str]])

    def offer(self, seq: int, body: str) -> None:
        """A live fact. Never waits: it is buffered, queued, or the client is closed as too slow."""
        if self.waiting is not None:
            if len(self.waiting) >= MOST_BACKLOG:
                self.outbox.too_slow()
                return
            self.waiting.append((seq, body))
        elif seq > self.sent:
            self.sent = seq
            self.outbox.put(body)

    def go_live(self) -> None:
        """Send what waited and was not in the backlog; from now on facts go straight through."""
        waiting, self.waiting = self.waiting, None
        for seq, body in waiting or ():
            if seq > self.sent:
                self.sent = seq
                self.outbox.put(body)


@dataclass(eq=False, slots=True)
class _Topic:
    seq: int
    followings: set[Following]


class Hub:
    def __init__(self, realm: Realm, *, poll_s: float = 1.0) -> None:
        self._realm = realm
        self._poll_s = poll_s
        self._topics: dict[str, _Topic] = {}
        self._joining = asyncio.Lock()
        self.last_read_ok = True

    def head(self, stream: str) -> int:
        topic = self._topics.get(stream)
        return 0 if topic is None else topic.seq

    async def join(self, conn: Connection, following: Following) -> int:
        """Put a following in; every fact after the returned position will be offered to it."""
        async with self._joining:
            topic = self._topics.get(following.stream)
            if topic is None:
                topic = _Topic(await head_seq(conn, following.stream), set())
                self._topics[following.stream] = topic
            topic.followings.add(following)
            return topic.seq

    def leave(self, following: Following) -> None:
        topic = self._topics.get(following.stream)
        if topic is not None:
            topic.followings.discard(following)
            if not topic.followings:
                del self._topics[following.stream]

    def _publish(self, fact: Fact) -> None:
        topic = self._topics.get(fact.stream)
        if topic is None or fact.seq <= topic.seq:
            return
        topic.seq = fact.seq
        for following in tuple(topic.followings):
            following.offer(fact.seq, fact.body)

    async def read_new(self, streams: frozenset[str] | None = None) -> None:
        """Read and publish what is new in the followed streams (None: all of them)."""
        followed = [s for s in self._topics if streams is None or s in streams]
        if not followed:
            return
        async with self._realm.pool.connection() as conn:
            heads = await head_seqs(conn, followed)
            for stream, seq in heads.items():
                while (topic := self._topics.get(stream)) is not None and topic.seq < seq:
                    facts = await read_since(conn, stream, topic.seq, _BATCH)
                    if not facts:
                        break
                    for fact in facts:
                        self._publish(fact)

    async def run(self) -> None:
        """For ever: wait for a nudge or the poll interval, then read. A nudge lost costs one interval, no fact."""
        loop = asyncio.get_running_loop()
        async with self._realm.nudges.listening() as ear:
            polled_at = loop.time()
            while True:
                nudged = await ear.wait(self._poll_s)
                poll_due = loop.time() - polled_at >= self._poll_s
                try:
                    await self.read_new(None if poll_due or not nudged else nudged)
                    if not self.last_read_ok:
                        log.info("the database answers again")
                    self.last_read_ok = True
                    if poll_due or not nudged:
                        polled_at = loop.time()
                except Exception as error:
                    if self.last_read_ok:
                        log.error("the hub cannot read the record: %s", error)
                    self.last_read_ok = False
                    await asyncio.sleep(self._poll_s)
