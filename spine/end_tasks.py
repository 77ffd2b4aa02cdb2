"""Ending tasks that would go on for ever."""

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN_S = 0.5


async def end_tasks(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel them and wait until they are gone. What they raise is left alone.

    A library may swallow a cancellation that comes at the very moment at which its own wait ends (psycopg's pool does, when
    it has a connection just then): it is said again until it is heard, for a server must not hang when it is told to stop.
    """
    pending = {task for task in tasks if task is not None}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_S)
