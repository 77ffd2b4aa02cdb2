"""Snapshots as text, built once for all who ask at the same time, and kept for when the database is away."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

from spine import measures
from spine.canonical import Json, encode
from spine.clock import iso
from spine.picture import take_snapshot
from spine.presence import is_away
from spine.record import head_seq
from web.house import House

FRESH_S = 1.0
"""How long a picture is given again when no fact came since; some objects (a unit's seen_at) change without one."""
_MOST_CHARACTERS = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Held:
    seq: int
    epoch: str
    at: str
    picture: str
    built_at: float


class Pictures:
    """A picture is the same for everybody who may see its stream; who may is checked before it is asked for here."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._characters = 0
        self._building: dict[str, asyncio.Task[_Held]] = {}
        house.realm.when_exchanged(self._forget)

    async def get(self, stream: str) -> str:
        """The answer of `GET /api/picture/{stream}` as JSON text. While the database is away: what is held, marked stale.

        Raises psycopg's errors when the database is away and nothing is held.
        """
        held = self._held.get(stream)
        presence = self._house.realm.presence
        if presence.away_since is None:
            try:
                return self._text(stream, await self._current(stream, held))
            except Exception as error:
                if held is None or not is_away(error):
                    raise
                presence.lost(self._house.realm.wall_now(), error)
        if held is None:
            raise TimeoutError(f"{stream} is not held here and the database is away")
        since = presence.away_since or self._house.realm.wall_now()
        return self._text(stream, held, stale=iso(since))

    async def _current(self, stream: str, held: _Held | None) -> _Held:
        if held is not None and asyncio.get_running_loop().time() - held.built_at < FRESH_S:
            async with self._house.realm.pool.connection() as conn:
                if await head_seq(conn, stream) == held.seq:
                    measures.picture_asked("hit")
                    return held
        building = self._building.get(stream)
        if building is not None:
            measures.picture_asked("hit")
            # It may have begun before the asker's own last command; he follows from its position and misses nothing.
            return await asyncio.shield(building)
        measures.picture_asked("miss")
        building = self._building[stream] = asyncio.create_task(self._build(stream))
        building.add_done_callback(lambda _: self._building.pop(stream, None))
        return await asyncio.shield(building)

    async def _build(self, stream: str) -> _Held:
        built_at = asyncio.get_running_loop().time()
        taken = await take_snapshot(self._house.realm, self._house.book, stream)
        picture = await asyncio.to_thread(encode, taken["picture"])
        held = _Held(cast(int, taken["seq"]), str(taken["epoch"]), str(taken["at"]), picture, built_at)
        self._drop(stream)
        self._held[stream] = held
        self._characters += len(picture)
        while self._characters > _MOST_CHARACTERS and len(self._held) > 1:
            self._drop(next(iter(self._held)))
        return held

    def _drop(self, stream: str) -> None:
        dropped = self._held.pop(stream, None)
        if dropped is not None:
            self._characters -= len(dropped.picture)

    def _forget(self) -> None:
        self._held.clear()
        self._characters = 0

    def _text(self, stream: str, held: _Held, stale: str | None = None) -> str:
        head: dict[str, Json] = {"stream": stream, "epoch": held.epoch, "seq": held.seq, "at": held.at}
        if stale is not None:
            head["stale"] = {"since": stale}
        return f'{encode(head)[:-1]},"picture":{held.picture}}}'
