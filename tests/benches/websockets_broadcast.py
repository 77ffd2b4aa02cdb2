"""The Python baseline: a `websockets` server that sends with the library's own `broadcast()`, without compression.

    python -m tests.benches.websockets_broadcast --port 8765 --rate 20 --bytes 300

The same frames, schedule and lines on stdin as `broadcaster.c`.
"""

import argparse
import asyncio
import json
import sys
import time
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve


class Broadcaster:
    def __init__(self, size: int) -> None:
        self._size = size
        self._live: set[ServerConnection] = set()
        self._changed = asyncio.Event()
        self.seq = 0
        self.step_ns = 0
        self.due_ns = 0
        self.marked_cpu = 0.0
        self.deliveries = 0

    async def client(self, connection: ServerConnection) -> None:
        await connection.send('{"epoch":"bare","op":"welcome","protocol":1}')
        async for _ in connection:
            await connection.send(json.dumps({"op": "live", "seq": self.seq, "stream": "board"}, separators=(",", ":")))
            self._live.add(connection)
            break
        await connection.wait_closed()
        self._live.discard(connection)

    def set_rate(self, rate: float) -> None:
        self.step_ns = int(1e9 / rate) if rate > 0 else 0
        self.due_ns = time.monotonic_ns() + self.step_ns
        self._changed.set()

    async def run(self) -> None:
        while True:
            self._changed.clear()
            wait = (self.due_ns - time.monotonic_ns()) / 1e9
            if self.step_ns == 0 or wait > 0:
                try:
                    await asyncio.wait_for(self._changed.wait(), wait if self.step_ns else 3600)
                    continue
                except TimeoutError:
                    pass
            else:
                await asyncio.sleep(0)  # behind: the sockets must get their turn between two messages
            self._send(self.due_ns)
            self.due_ns += self.step_ns

    def _send(self, due_ns: int) -> None:
        self.seq += 1
        head, tail = f'{{"data":{{"t":{due_ns},"pad":"', f'"}},"op":"fact","seq":{self.seq},"stream":"board"}}'
        broadcast(self._live, head + "x" * (self._size - len(head) - len(tail)) + tail)
        self.deliveries += len(self._live)

    def say(self, what: str, **more: Any) -> None:
        cpu = round(time.process_time() - self.marked_cpu, 6)
        said = {"on": what, "clients": len(self._live), "seq": self.seq, "deliveries": self.deliveries, "cpu_s": cpu}
        print(json.dumps({**said, **more}), flush=True)


async def main(port: int, rate: float, size: int, seconds: float) -> None:
    server = Broadcaster(size)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with serve(server.client, "127.0.0.1", port, compression=None, backlog=4096, open_timeout=60) as listening:
        server.say("listening", port=next(iter(listening.sockets)).getsockname()[1])
        server.set_rate(rate)
        sending = asyncio.create_task(server.run())
        try:
            async with asyncio.timeout(seconds):
                while (line := (await lines.readline()).decode().strip()) not in ("", "stop"):
                    word, _, rest = line.partition(" ")
                    if word == "rate":
                        server.set_rate(float(rest))
                    if word == "mark":
                        server.marked_cpu, server.deliveries = time.process_time(), 0
                    server.say(word)
        except TimeoutError:
            pass
        sending.cancel()
        server.say("final")
        listening.close(close_connections=False)
    # No farewell to thousands: the process ends and the kernel closes their sockets.


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--bytes", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=600)
    given = parser.parse_args()
    asyncio.run(main(given.port, given.rate, given.bytes, given.seconds))
