"""The event loop of the program: uvloop, whose transports cost a third of asyncio's own for each frame written."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import TypeVar

import uvloop

T = TypeVar("T")


def spare_the_collector() -> None:
    """Call it once everything is loaded: what is there now stays for ever and need not be looked at again and again.

    With thousands of connections a full collection stops the process for longer than a fact may take; there is little for it
    to find, since almost everything here is freed by its reference count.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run(work: Coroutine[None, None, T]) -> T:
    """Like `asyncio.run`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
