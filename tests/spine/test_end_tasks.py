"""Ending tasks that would go on for ever."""

import asyncio

from spine.end_tasks import end_tasks


async def test_a_task_that_swallowed_the_first_cancellation_ends_all_the_same() -> None:
    heard: list[str] = []

    async def listens() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("swallowed")
        await asyncio.Event().wait()

    task = asyncio.create_task(listens())
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await end_tasks((task, None))
    assert (heard, task.cancelled()) == (["swallowed"], True)


async def test_what_a_task_raised_is_left_alone() -> None:
    async def breaks() -> None:
        raise ValueError

    async with asyncio.timeout(20):
        await end_tasks((asyncio.create_task(breaks()),))
        await end_tasks(())
