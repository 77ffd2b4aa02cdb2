"""A line that is cut without a word, and a reader that takes a kilobyte a second. Nobody else notices either."""

import random

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
    """Megabytes are waiting for it, so it is closed; nobody waits for it, and it resumes where it was."""
    others = list(case.dashboards)
    rng = random.Random(5309)
    async with passage(case.platform.port, bytes_per_s=1024) as line:
        slow = case.watch("slow", case.load.duty.cookie, "board", url=line.url)
        await slow.live()
        sent = 0
        while slow.connections < 2 and sent < MOST_CALLS:
            await case.load.duty.send(envelope("call.register", {"source": "短信", "text": incompressible(rng, 7000)}))
            sent += 1
        rows = await case.platform.query("SELECT seq FROM spine.stream_head WHERE stream = 'board'")
        head = int(rows[0][0])
        assert slow.held["board"][1] < head, "it was not slow"
        for dashboard in others:
            if "board" in dashboard.streams:
                await dashboard.reaches({"board": head})
        assert all(dashboard.connections == 1 for dashboard in others)
        await until(lambda: slow.connections >= 2, "the slow reader closed and back")
        line.bytes_per_s = None
        await case.verdict()
        await case.leave("slow")


def incompressible(rng: random.Random, length: int) -> str:
    """Text that the connection's compression cannot make small."""
    return "".join(chr(code) for code in rng.choices(range(0x4E00, 0x9FA5), k=length))
