"""Asking the database for what it knows within a time that is kept, whatever the database does.

A server that is paused closes nothing, and a query that is cancelled still waits for its answer. So the question is asked
in a task of its own that is left alone when its time is over; until it ends no second one is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from psycopg import Error
from psycopg_pool import PoolClosed, PoolTimeout

T = TypeVar("T")


class Away(Exception):
    """The database did not answer; the message is the reason, in the server's or driver's words."""


class Asked(Generic[T]):
    """One question, however many ask it at once."""

    def __init__(self, question: Callable[[], Awaitable[T]], *, within_s: float) -> None:
        self._question, self._within_s = question, within_s
        self._running: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """Raises Away with the reason when there is no answer in time."""
        task = self._running
        if task is None or task.done():
            task = self._running = asyncio.create_task(self._ask(), name="asked")
            # Nobody may be there any more when it fails; its failure is then no news.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({task}, timeout=self._within_s)
        if not task.done():
            raise Away(f"no answer within {self._within_s:g} s")
        try:
            return task.result()
        except (Error, PoolTimeout, PoolClosed, OSError) as error:
            raise Away(" ".join(str(error).split()) or type(error).__name__) from error

    async def _ask(self) -> T:
        return await self._question()
