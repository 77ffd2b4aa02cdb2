"""Redis killed, paused and forgetful: everything still arrives, at most a poll interval later, and it heals by itself."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.passage import lossy_redis
from tests.faults.platform import Case

PAUSE_S = 10.0


@pytest.fixture(scope="module")
def processes() -> tuple[int, int]:
    return (2, 1)


async def test_redis_killed_in_the_middle_of_load(case: Case) -> None:
    async with case.load.running():
        await case.load.acknowledged(25)
        case.platform.servers.kill_redis()
        await case.load.acknowledged(40)
        await everybody_reaches_the_heads(case)
        case.platform.servers.start_redis()
        await case.load.acknowledged(25)
    await case.verdict()


async def test_redis_paused_for_ten_seconds(case: Case) -> None:
    """SIGSTOP: its connections stay open and nothing is answered. Commands, dashboards and signing in go on."""
    servers = case.platform.servers
    async with case.load.running():
        await case.load.acknowledged(15)
        servers.pause_redis()
        paused_at = time.monotonic()
        try:
            await case.load.acknowledged(40, within_s=PAUSE_S - 1)
            await everybody_reaches_the_heads(case, within_s=PAUSE_S - 1)
            case.platform.cookies.pop("duty2", None)
            await asyncio.wait_for(case.platform.sign_in("duty2"), 8)
            assert time.monotonic() - paused_at < PAUSE_S, "Redis was awaited: what should go on without it did not"
            await asyncio.sleep(paused_at + PAUSE_S - time.monotonic())  # the fault itself lasts this long
        finally:
            servers.resume_redis()
        await case.load.acknowledged(15)
    await case.verdict()


async def test_a_third_of_nudges_dropped(case: Case, tmp_path: Path) -> None:
    """Dashboards of a process that hears seven nudges of ten; the load goes to the others."""
    at = tmp_path / "lossy.sock"
    async with lossy_redis(case.platform.servers.redis_socket, at, 0.3, seed=5309) as redis:
        port = case.platform.other_port()
        deaf = case.platform.program("serve", port=port, FENGSUI_REDIS_URL=f"unix://{at}")
        await deaf.start()
        try:
            for name in ("deaf-1", "deaf-2"):
                streams = ("board", f"incident:{case.load.scene.orders[0][0]}")
                case.watch(name, case.load.duty.cookie, *streams, url=f"http://127.0.0.1:{port}")
            await case.live()
            async with case.load.running():
                await case.load.acknowledged(120)
                # Answers that come together share a nudge: how many there are is known only by counting them.
                async with asyncio.timeout(60):
                    while redis.lost <= 10:
                        await case.load.acknowledged(10)
            await case.verdict()
            assert redis.passed > redis.lost
            assert not deaf.unnamed_errors()
        finally:
            await case.leave("deaf-1", "deaf-2")
            await deaf.stop()


async def everybody_reaches_the_heads(case: Case, within_s: float = 20) -> None:
    """Every dashboard reaches where the streams are now."""
    rows = await case.platform.query("SELECT stream, seq FROM spine.stream_head")
    heads = {str(stream): int(seq) for stream, seq in rows}
    await asyncio.gather(*(dashboard.reaches(heads, within_s) for dashboard in case.dashboards))
