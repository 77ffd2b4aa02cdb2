"""Fences against the positions that this process takes in: decided in a thread beside, told by commands of the system.

The table of who is inside what is kept in memory and is only a filter: whether a passage is told is decided in the command's
transaction against the database, so that two processes never tell the same twice, and a restart forgets nothing. What other
processes told, and fences drawn or lifted meanwhile, are read every few seconds. Positions that waited when this process ended
are made up for at the next start: the newest position of each unit is looked at again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

from gis.fence_store import engine_fences, engine_standings, fences_print, newest_fixes
from gis.fences import Crossing, FenceEngine, Fix
from spine.canonical import JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.presence import is_away
from spine.principal import system
from web.house import House

log = logging.getLogger("fengsui.fences")

STEP_S = 0.25
READ_S = 2.0
STANDINGS_S = 10.0
MOST_WAITING = 200_000
"""Positions that may wait to be decided; beyond, the oldest are left out: newer ones of the same units follow."""
KNOWN_FOR_S = 1800.0
"""A unit whose newest position is older than this is nowhere for a new fence."""
_AT_ONCE = 16
_NAMESPACE = UUID("6f5a0d0e-7f0b-5d0a-9a0e-2b4f6c1d8e33")


def passage_id(crossing: Crossing) -> UUID:
    """The same passage seen by two processes is one command."""
    return uuid5(_NAMESPACE, f"{crossing.fence}:{crossing.unit}:{crossing.what}:{crossing.at:.6f}:{crossing.late}")


class FenceWatch:
    def __init__(self, house: House) -> None:
        self._house = house
        self._engine = FenceEngine()
        self._waiting: list[Fix] = []
        self._print: tuple[int, int] | None = None
        self._read_at = self._standings_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        house.realm.when_exchanged(self._forget)

    def take(self, fixes: Sequence[Fix]) -> None:
        """Never waits."""
        self._waiting.extend(fixes)
        if len(self._waiting) > MOST_WAITING:
            left_out = len(self._waiting) - MOST_WAITING
            del self._waiting[:left_out]
            log.warning("%d positions were not looked at for fences: they come faster than they are decided", left_out)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="fences")

    async def close(self) -> None:
        await end_tasks((self._task,))

    def _forget(self) -> None:
        """The record was exchanged: other fences, other units."""
        self._engine = FenceEngine()
        self._print = None
        self._waiting.clear()
        self._read_at = self._standings_at = float("-inf")

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            try:
                await self.step()
            except Exception as error:
                if is_away(error):
                    log.info("fences wait, the database is away: %s", error)
                else:
                    log.exception("fences failed, trying again: %s", error)
                self._print = (
                    None  # what was decided and not told is decided again from the database and the newest positions
                )
                await asyncio.sleep(1.0)

    async def step(self) -> int:
        """Read what changed, decide what waits, tell it. Returns how many passages were told. Raises psycopg's errors."""
        told = await self._refresh()
        if self._waiting:
            fixes, self._waiting = self._waiting, []
            crossings = await asyncio.to_thread(self._engine.decide, fixes)
            told += await self._tell(crossings)
        return told

    async def _refresh(self) -> int:
        now = asyncio.get_running_loop().time()
        if now - self._read_at < READ_S and self._print is not None:
            return 0
        async with self._house.realm.pool.connection() as conn:
            seen = await fences_print(conn)
            changed = seen != self._print
            if not changed and now - self._standings_at < STANDINGS_S:
                self._read_at = now
                return 0
            fences = await engine_fences(conn) if changed else []
            standings = await engine_standings(conn)
            newest = await newest_fixes(conn) if changed else []
        self._read_at = self._standings_at = now
        if not changed:
            self._engine.adopt(standings)
            return 0
        first = self._print is None
        oldest = self._house.realm.clock.now().timestamp() - KNOWN_FOR_S
        await asyncio.to_thread(self._engine.load, fences, standings)
        if first:
            self._engine.decided_until((fix[0], fix[1]) for fix in newest)
        crossings = await asyncio.to_thread(
            self._engine.decide, [fix for fix in newest if fix[1] >= oldest], standing=True
        )
        self._print = seen
        return await self._tell(crossings)

    async def _tell(self, crossings: Sequence[Crossing]) -> int:
        """In order for each unit; different units at once, so that their commands share commits."""
        by_unit: dict[str, list[Crossing]] = {}
        for crossing in crossings:
            by_unit.setdefault(crossing.unit, []).append(crossing)
        told = 0
        waiting = list(by_unit.values())
        for start in range(0, len(waiting), _AT_ONCE):
            told += sum(await asyncio.gather(*(self._tell_unit(some) for some in waiting[start : start + _AT_ONCE])))
        return told

    async def _tell_unit(self, crossings: Sequence[Crossing]) -> int:
        told = 0
        for crossing in crossings:
            at = datetime.fromtimestamp(crossing.at, UTC)
            data: JsonObject = {
                "fence_id": crossing.fence,
                "unit_id": crossing.unit,
                "what": crossing.what,
                "late": crossing.late,
                "lon": crossing.lon,
                "lat": crossing.lat,
            }
            envelope = Envelope(passage_id(crossing), "fence.cross", "board", at, data)
            try:
                await carry_out(self._house.realm, self._house.registry, system("fences"), envelope)
                told += 1
            except Refused as refusal:
                # Another process was faster, or the fence is lifted by now.
                log.info("a passage is not told: %s", refusal.code)
        return told
