"""Who may follow which stream, remembered for a moment: a thousand desks that come back at once ask the database once."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from spine.picture import SeenBy
from spine.presence import is_away
from spine.principal import Principal
from web.house import House

FRESH_S = 1.0
"""How long the answer for a stream is trusted. It tells whose the stream is; what a person may do is checked each time."""
_MOST = 5000


@dataclass(frozen=True, slots=True)
class _Known:
    seen_by: SeenBy
    asked_at: float


class Visibility:
    """While the database is away the last answer holds: nobody gains a right by it, and nobody's picture is taken away."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asking: dict[str, asyncio.Task[SeenBy]] = {}
        house.realm.when_exchanged(self._known.clear)

    async def check(self, principal: Principal, stream: str) -> None:
        """Raises Refused `unknown_stream` or `forbidden`, or psycopg's errors when nobody knows and none can be asked."""
        (await self._seen_by(stream)).check(principal)

    async def _seen_by(self, stream: str) -> SeenBy:
        known = self._known.get(stream)
        if known is not None and asyncio.get_running_loop().time() - known.asked_at < FRESH_S:
            return known.seen_by
        if known is not None and self._house.realm.presence.away_since is not None:
            return known.seen_by
        asking = self._asking.get(stream)
        if asking is None:
            asking = self._asking[stream] = asyncio.create_task(self._ask(stream))
            asking.add_done_callback(lambda _: self._asking.pop(stream, None))
        try:
            return await asyncio.shield(asking)
        except Exception as error:
            if known is None or not is_away(error):
                raise
            return known.seen_by

    async def _ask(self, stream: str) -> SeenBy:
        async with self._house.realm.pool.connection() as conn:
            seen_by = await self._house.book.seen_by(conn, stream)
        self._known.pop(stream, None)
        self._known[stream] = _Known(seen_by, asyncio.get_running_loop().time())
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return seen_by
