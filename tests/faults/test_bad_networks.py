"""A line that is cut without a word, and a reader that takes a kilobyte a second. Nobody else notices either."""

import asyncio
import random
import re

import httpx

from tests.faults.load import envelope
from tests.faults.passage import passage
from tests.faults.platform import Case
from tests.faults.servers import until

MOST_CALLS = 400


async def test_a_socket_cut_without_a_farewell(case: Case) -> None:
    """Neither FIN nor RST: only its own watch tells the dashboard, which connects anew and misses nothing."""
    async with passage(case.platform.port) as line:
        cut = case.watch("cut", case.load.duty.cookie, "board", url=line.url, silence_s=1.0, grace_s=1.0)
        await case.live()
        async with case.load.running():
            await case.load.acknowledged(20)
            assert line.freeze() >= 1
            await until(lambda: cut.connections >= 2, "the cut dashboard connecting anew")
            await case.load.acknowledged(20)
        await case.verdict()
        await case.leave("cut")
    assert sum(d.connections for d in case.dashboards if d is not cut) == len(case.dashboards) - 1


async def test_a_reader_at_one_kibibyte_a_second(case: Case) -> None:
    """More waits for it than the server will hold, so the server closes it; nobody waits for it, and it resumes."""
    others = list(case.dashboards)
    rng = random.Random(5309)
    async with passage(case.platform.port, bytes_per_s=1024) as line:
        # Its own watch must not be what ends the connection, and what is sent must not shrink on the way.
        slow = case.watch("slow", case.load.duty.cookie, "board", url=line.url, silence_s=300.0, compressed=False)
        await slow.live()
        before, sent = await closed_as_too_slow(case), 0
        while await closed_as_too_slow(case) == before:
            assert sent < MOST_CALLS, f"{sent} calls of some 40 KB wait for it and it is not closed"
            calls = [{"source": "短信", "text": incompressible(rng, 7000)} for _ in range(8)]
            await asyncio.gather(*(case.load.duty.send(envelope("call.register", call)) for call in calls))
            sent += len(calls)
        rows = await case.platform.query("SELECT seq FROM spine.stream_head WHERE stream = 'board'")
        head = int(rows[0][0])
        assert slow.held["board"][1] < head, "it was not slow"
        for dashboard in others:
            if "board" in dashboard.streams:
                await dashboard.reaches({"board": head})
        assert all(dashboard.connections == 1 for dashboard in others)
        line.bytes_per_s = None
        await until(lambda: slow.connections >= 2, "the slow reader back")
        await case.verdict()
        await case.leave("slow")


async def closed_as_too_slow(case: Case) -> int:
    """How many sockets the server says it has closed with 4408."""
    async with httpx.AsyncClient(base_url=case.platform.url) as http:
        text = (await http.get("/metrics")).text
    found = re.findall(r'^fengsui_\w*clos\w*\{code="4408"\} ([0-9.]+)', text, re.MULTILINE)
    return int(sum(float(count) for count in found))


def incompressible(rng: random.Random, length: int) -> str:
    """Text that the connection's compression cannot make small."""
    return "".join(chr(code) for code in rng.choices(range(0x4E00, 0x9FA5), k=length))
