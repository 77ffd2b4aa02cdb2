"""The base maps as one serving process knows them: read when they changed, each with its tiles and whether it can be reached."""

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import dataclass

from gis.base_maps.base_map import STREAM, Bounds, no_such_base_map
from gis.base_maps.store import changes_so_far, read_base_maps, read_key
from gis.catalogue import STREAM as LAYERS
from gis.tiles import check_tile
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.realm import Realm
from web.base_maps.cache import TileCache
from web.base_maps.files import cache_folder
from web.base_maps.pace import Pace
from web.base_maps.tiles import BaseTile, MapTiles
from web.base_maps.upstream import NoTile, Trouble, Upstream
from web.gateway.telemetry import Telemetry
from web.look_again import look_again


@dataclass(frozen=True, slots=True)
class Held:
    changes: int
    maps: dict[str, MapTiles]
    """In the order of the chooser."""


class BaseMaps:
    def __init__(self, realm: Realm, telemetry: Telemetry, poll_s: float, cache_bytes: int | None = None) -> None:
        self._realm, self._telemetry, self._poll_s = realm, telemetry, poll_s
        self._upstream = Upstream()
        self._cache = TileCache(cache_folder(realm.data_dir), cache_bytes)
        self._held: Held | None = None
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._away: frozenset[str] = frozenset()
        self._turn = 0
        self.pace = Pace()
        realm.when_exchanged(self._exchanged)

    @property
    def upstream(self) -> Upstream:
        return self._upstream

    def start(self) -> None:
        self._spawn(look_again(self._realm, STREAM, self._poll_s, self.look, "the base maps"))

    async def close(self) -> None:
        await end_tasks(self._tasks)
        if self._held is not None:
            for one in self._held.maps.values():
                one.close()
        await self._upstream.close()

    def _exchanged(self) -> None:
        self._held = None

    async def held(self) -> Held:
        """What was last read; never older than one poll while the database answers. Raises psycopg's errors."""
        return self._held if self._held is not None else await self.look()

    async def look(self) -> Held:
        """Read them if they changed, and tell the screens."""
        async with self._reading:
            before = self._held
            async with self._realm.pool.connection() as conn:
                changes = await changes_so_far(conn)
                if before is not None and before.changes == changes:
                    return before
                rows = await read_base_maps(conn)
                keys = {row.name: await read_key(conn, row.name) if row.has_key else None for row in rows}
            known = {} if before is None else before.maps
            maps: dict[str, MapTiles] = {}
            for row in rows:
                old = known.get(row.name)
                if old is not None and old.kept.revision == row.revision:
                    old.kept = row
                    maps[row.name] = old
                else:
                    maps[row.name] = MapTiles(
                        row, keys[row.name], self._upstream, self._cache, self._realm.data_dir, self._realm.wall_now
                    )
            self._held = Held(changes, maps)
            await asyncio.to_thread(self._cache.keep_only, {one.folder for one in maps.values()})
        self._tell()
        return self._held

    async def map_named(self, name: str) -> MapTiles:
        """Raises Refused `not_found`."""
        one = (await self.held()).maps.get(name)
        if one is None:
            raise no_such_base_map(name)
        return one

    async def tile(self, name: str, part: int, z: int, x: int, y: int) -> tuple[MapTiles, BaseTile]:
        """Raises Refused: `not_found`, `tile_out_of_range`, `base_map_no_tile`, `base_map_away`."""
        one = await self.map_named(name)
        told = one.kept.map
        check_tile(z, x, y)
        if not 0 <= part < told.parts or not told.min_zoom <= z <= told.max_zoom or not _touches(told.bounds, z, x, y):
            raise no_tile()
        try:
            return one, await one.tile(part, z, x, y)
        except NoTile:
            raise no_tile() from None
        except Trouble as trouble:
            raise away(one, trouble) from None
        finally:
            self.notice()

    def state(self, one: MapTiles) -> JsonObject:
        """How it stands, for everybody: `since` and why while it cannot be reached."""
        breaker = one.breaker
        if not breaker.away:
            return {"state": "ok", "since": None, "zh": "", "en": ""}
        since: Json = None if breaker.since is None else iso(breaker.since)
        return {"state": "away", "since": since, "zh": breaker.zh, "en": breaker.en}

    async def shown(self) -> dict[str, Json]:
        """For the chooser of every screen."""
        held = await self.held()
        maps: list[Json] = []
        for one in held.maps.values():
            tiles: list[Json] = [
                f"/basemaps/{one.kept.name}/{{z}}/{{x}}/{{y}}?v={one.version}" + (f"&sheet={part}" if part else "")
                for part in range(one.kept.map.parts)
            ]
            maps.append(
                {**one.kept.map.shown(), "tiles": tiles, "default": one.kept.is_default, "reach": self.state(one)}
            )
            if one.breaker.due and one.last is not None:
                self._spawn(self._try_again(one))
        return {"maps": maps, "changes": held.changes}

    async def _try_again(self, one: MapTiles) -> None:
        """Whether a service that was away is back: nobody asks for its tiles any more, so somebody must."""
        if one.last is None:
            return
        try:
            await one.tile(*one.last)
        except (NoTile, Trouble):
            pass
        finally:
            self.notice()

    def notice(self) -> None:
        """Tell the screens when a base map went away or came back."""
        maps = {} if self._held is None else self._held.maps
        gone = frozenset(name for name, one in maps.items() if one.breaker.away)
        if gone != self._away:
            self._away = gone
            self._tell()

    def _tell(self) -> None:
        """That something changed, not what: each screen asks."""
        self._turn += 1
        changes = 0 if self._held is None else self._held.changes
        self._telemetry.publish(LAYERS, {"base_maps": {"changes": changes, "turn": self._turn}})

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _touches(bounds: Bounds | None, z: int, x: int, y: int) -> bool:
    if bounds is None:
        return True
    west, south, east, north = bounds
    side = 1 << z
    left, right = x / side * 360 - 180, (x + 1) / side * 360 - 180
    top, bottom = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / side)))) for at in (y, y + 1))
    return left < east and right > west and bottom < north and top > south


def no_tile() -> Refused:
    return Refused(
        "base_map_no_tile", zh="底图在这里没有瓦片。", en="The base map has no tile here.", status=404, final=False
    )


def away(one: MapTiles, trouble: Trouble) -> Refused:
    since = one.breaker.since
    return Refused(
        "base_map_away",
        zh=f"底图暂时取不到：{trouble.zh}地图显示本系统自己的底图。",
        en=f"The base map cannot be had now: {trouble.en} The map shows our own.",
        status=503,
        final=False,
        since=None if since is None else iso(since),
    )
