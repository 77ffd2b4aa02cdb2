"""The supervision board for many who look at once: one reckoning serves all who ask for the same within a second.

After an order's step every open board asks again; without this each of them would count the whole city. What is served says as of when
it is (`at`); screens ask two seconds after a fact, so that the answer always knows of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from command.supervision.store import Seen
from command.supervision.supervision import Filter

GOOD_FOR_S = 1.0
_MOST = 200
"""Different questions remembered; beyond it all are forgotten."""

Key = tuple[Seen, Filter]


@dataclass(slots=True)
class Boards:
    _held: dict[Key, tuple[float, asyncio.Task[bytes]]] = field(
        default_factory=dict[Key, tuple[float, asyncio.Task[bytes]]]
    )
    second: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one board that reads on two connections: more would take the pool from those who issue orders."""

    async def get(self, key: Key, reckon: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer that another just got, or is getting, to the same question; else `reckon`'s."""
        now = asyncio.get_running_loop().time()
        held = self._held.get(key)
        if held is None or now - held[0] > GOOD_FOR_S or (held[1].done() and held[1].exception() is not None):
            if len(self._held) >= _MOST:
                self._held.clear()
            held = self._held[key] = (now, asyncio.ensure_future(_run(reckon)))
        return await asyncio.shield(held[1])  # one who leaves does not take the answer from the others

    def forget(self) -> None:
        """The realm's database was exchanged."""
        self._held.clear()


async def _run(reckon: Callable[[], Awaitable[bytes]]) -> bytes:
    return await reckon()
