"""Appends facts of about 300 bytes to the board at a rate, each in a transaction of its own, and nudges over Redis.
What fell due during a commit goes into the next one together, as commands do.

    python -m tests.benches.feed_facts --rate 20 --seconds 60      (FENGSUI_DATABASE_URL and FENGSUI_REDIS_URL set)

Another process than the server's, so that the server's CPU is what reading, framing and sending cost. `t` in a fact is the
instant at which it was due (CLOCK_MONOTONIC, ns). Lines on stdin: `rate R`, `stats`, `stop`.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from spine.command import NewFact
from spine.principal import system
from spine.realm import Realm
from spine.record import append
from web.rooms import open_house

BY = system("bench")
MOST_TOGETHER = 20


class Feeder:
    def __init__(self, realm: Realm, rate: float) -> None:
        self._realm = realm
        self._changed = asyncio.Event()
        self.seq = 0
        self.set_rate(rate)

    def set_rate(self, rate: float) -> None:
        self.step_ns = int(1e9 / rate) if rate > 0 else 0
        self.due_ns = time.monotonic_ns() + self.step_ns
        self._changed.set()

    async def run(self) -> None:
        """For ever: append what is due. Behind its schedule it appends without pause."""
        while True:
            self._changed.clear()
            wait = (self.due_ns - time.monotonic_ns()) / 1e9
            if self.step_ns == 0 or wait > 0:
                try:
                    await asyncio.wait_for(self._changed.wait(), wait if self.step_ns else 3600)
                    continue
                except TimeoutError:
                    pass
            due: list[int] = []
            while len(due) < MOST_TOGETHER and self.due_ns <= time.monotonic_ns():
                due.append(self.due_ns)
                self.due_ns += self.step_ns
            if due:  # a timer may ring a moment early
                await self._append(due)

    async def _append(self, due: Sequence[int]) -> None:
        facts = [NewFact("board", "bench.fact", {"t": due_ns}) for due_ns in due]
        now = self._realm.clock.now()
        async with self._realm.pool.connection() as conn:
            positions = await append(conn, facts, at=now, occurred_at=now, by=BY, command_id=uuid4())
        self._realm.nudges.publish(p.stream for p in positions)
        self.seq = positions[-1].seq

    def say(self, what: str) -> None:
        behind = (time.monotonic_ns() - self.due_ns) / 1e6 if self.step_ns else 0.0
        print(json.dumps({"on": what, "seq": self.seq, "behind_ms": round(max(behind, 0.0), 3)}), flush=True)


async def main(rate: float, seconds: float) -> None:
    house = await open_house(
        os.environ["FENGSUI_DATABASE_URL"], os.environ.get("FENGSUI_REDIS_URL"), Path(os.environ["FENGSUI_DATA"])
    )
    house.realm.nudges.start()
    feeder = Feeder(house.realm, rate)
    feeding = asyncio.create_task(feeder.run())
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    feeder.say("ready")
    try:
        async with asyncio.timeout(seconds):
            while not feeding.done() and (line := (await lines.readline()).decode().strip()) not in ("", "stop"):
                word, _, rest = line.partition(" ")
                if word == "rate":
                    feeder.set_rate(float(rest))
                feeder.say(word)
    except TimeoutError:
        pass
    if feeding.done():
        feeding.result()
    feeding.cancel()
    feeder.say("final")
    await house.realm.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    asyncio.run(main(given.rate, given.seconds))
