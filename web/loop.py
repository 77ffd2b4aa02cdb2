"""The event loop of the program: uvloop, whose transports cost a third of asyncio's own for each frame written."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import uvloop

T = TypeVar("T")


def run(work: Coroutine[None, None, T]) -> T:
    """Like `asyncio.run`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
