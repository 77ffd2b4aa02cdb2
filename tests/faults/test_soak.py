"""A long soak: faults drawn from a seed, one after the other under load, for as long as `--soak MINUTES` says.

    ./fengsui test tests/faults/test_soak.py --soak 60 [--soak-seed N]

Every few faults the load pauses and the checker judges all that was acknowledged and seen since the beginning of the round.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from tests.faults.platform import Platform, open_case

FAULTS_A_ROUND = 4
_STANDS_S = (0.5, 6.0)
"""How long a fault may stand before it is healed."""

Fault = Callable[[Platform, random.Random], Awaitable[None]]


@pytest.fixture(scope="module")
def processes() -> tuple[int, int]:
    return (2, 2)


async def _stand(dice: random.Random) -> None:
    await asyncio.sleep(dice.uniform(*_STANDS_S))  # the fault itself lasts this long


async def _serve_killed(platform: Platform, dice: random.Random) -> None:
    serve = dice.choice(platform.serves)
    await serve.kill()
    await _stand(dice)
    await serve.start()


async def _work_killed(platform: Platform, dice: random.Random) -> None:
    work = dice.choice(platform.works)
    await work.kill()
    await _stand(dice)
    await work.start()


async def _postgres_killed(platform: Platform, dice: random.Random) -> None:
    platform.servers.kill_postgres()
    await _stand(dice)
    await platform.servers.start_postgres()


async def _postgres_restarted(platform: Platform, dice: random.Random) -> None:
    await asyncio.to_thread(platform.servers.stop_postgres)
    await platform.servers.start_postgres()


async def _redis_killed(platform: Platform, dice: random.Random) -> None:
    platform.servers.kill_redis()
    await _stand(dice)
    platform.servers.start_redis()


async def _redis_paused(platform: Platform, dice: random.Random) -> None:
    platform.servers.pause_redis()
    try:
        await _stand(dice)
    finally:
        platform.servers.resume_redis()


async def _all_serves_killed(platform: Platform, dice: random.Random) -> None:
    for serve in platform.serves:
        await serve.kill()
    await _stand(dice)
    await asyncio.gather(*(serve.start() for serve in platform.serves))


FAULTS: tuple[Fault, ...] = (
    _serve_killed,
    _work_killed,
    _postgres_killed,
    _postgres_restarted,
    _redis_killed,
    _redis_paused,
    _all_serves_killed,
)


@pytest.mark.timeout(0)
async def test_whatever_happens_nothing_is_lost(platform: Platform, request: pytest.FixtureRequest) -> None:
    minutes = cast(float, request.config.getoption("--soak"))
    if not minutes:
        pytest.skip("a long soak is asked for by --soak MINUTES")
    seed = cast(int, request.config.getoption("--soak-seed")) or random.SystemRandom().randrange(1, 1_000_000)
    dice, ends = random.Random(seed), time.monotonic() + 60 * minutes
    rounds = 0
    while time.monotonic() < ends:
        drawn = [dice.choice(FAULTS) for _ in range(FAULTS_A_ROUND)]
        rounds += 1
        names = ", ".join(fault.__name__.strip("_") for fault in drawn)
        print(f"round {rounds} of seed {seed}: {names}", flush=True)
        async with open_case(platform) as case:
            async with case.load.running():
                for fault in drawn:
                    await case.load.acknowledged(dice.randrange(5, 40), within_s=120)
                    await fault(platform, dice)
                await case.load.acknowledged(20, within_s=120)
            await case.verdict()
