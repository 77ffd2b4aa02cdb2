"""Tiles of one base map, from wherever it has them: a service through the cache, or an archive. Made to fit our map if need be."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gis.base_maps.address import filled
from gis.base_maps.base_map import Kept
from gis.base_maps.grid import Grid, Level, usual_grid, usual_ids, usual_level
from gis.base_maps.pmtiles import MOST_TILE_BYTES, Archive
from gis.base_maps.pmtiles_format import Damaged, unpacked
from gis.base_maps.recompose import Place, Sampling, recompose, sampling
from gis.crs import Origin
from web.base_maps.breaker import Breaker
from web.base_maps.cache import TileCache
from web.base_maps.files import archive_path
from web.base_maps.upstream import NoTile, Trouble, Upstream

log = logging.getLogger("fengsui.base_maps")

_SIGNS = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
VECTOR = "application/vnd.mapbox-vector-tile"
_COMPOSING = asyncio.Semaphore(2)
"""Pictures made anew at once: each takes a core for some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class BaseTile:
    """`packed`: gzip, as it lies in an archive."""

    content: bytes
    media_type: str
    packed: bool = False


def media_type_of(content: bytes) -> str:
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), VECTOR)


class MapTiles:
    """Of one base map in one revision. Raises NoTile, Trouble."""

    def __init__(
        self,
        kept: Kept,
        key: str | None,
        upstream: Upstream,
        cache: TileCache,
        data_dir: Path,
        now: Callable[[], datetime],
    ) -> None:
        self.kept, self.key = kept, key
        self._upstream, self._cache, self._data_dir, self._now = upstream, cache, data_dir, now
        self.breaker = Breaker()
        self.last: tuple[int, int, int, int] | None = None
        """The tile (part, z, x, y) asked for last, to try again whether the service is back."""
        self._archive: Archive | None = None
        self._going: dict[str, asyncio.Task[BaseTile]] = {}
        told = kept.map
        self._ids = None if told.grid is None else usual_ids(told.grid)
        self._grid: Grid = told.grid or usual_grid(told.min_zoom, told.max_zoom)
        self._as_it_is = told.origin is not Origin.GCJ02 and (told.grid is None or self._ids is not None)

    @property
    def folder(self) -> str:
        return f"{self.kept.name}-{self.version}"

    @property
    def version(self) -> str:
        """Names its tiles. Not the revision alone: after a restore the same number may be given to another map."""
        told = self.kept.map
        what = repr((told.sheets, told.subdomains, told.flipped, told.origin, told.grid, told.file_sha256))
        return f"{self.kept.revision}-{hashlib.blake2b(what.encode(), digest_size=5).hexdigest()}"

    def close(self) -> None:
        for task in self._going.values():
            task.cancel()

    async def tile(self, part: int, z: int, x: int, y: int) -> BaseTile:
        """However many ask for one at once, it is made once."""
        self.last = (part, z, x, y)
        return await self._once(f"{part}/{z}/{x}/{y}", lambda: self._made(part, z, x, y))

    async def _once(self, name: str, make: Callable[[], Awaitable[BaseTile]]) -> BaseTile:
        going = self._going.get(name)
        if going is None:

            async def run() -> BaseTile:
                return await make()

            going = self._going[name] = asyncio.create_task(run())
            going.add_done_callback(lambda done: self._ended(name, done))
        return await asyncio.shield(going)

    def _ended(self, name: str, done: asyncio.Task[BaseTile]) -> None:
        self._going.pop(name, None)
        if not done.cancelled():
            done.exception()  # it was told to whoever waited; nobody may have

    async def _made(self, part: int, z: int, x: int, y: int) -> BaseTile:
        if self._as_it_is:
            level = usual_level(z) if self._ids is None else self._ids.get(z)
            if level is None:
                raise NoTile
            return await self._source(part, z, level, x, y)
        name = f"{self.folder}/made/{part}/{z}/{x}-{y}"
        held = await asyncio.to_thread(self._cache.read, name)
        if held is not None and held.fresh:
            if not held.content:
                raise NoTile
            return BaseTile(held.content, media_type_of(held.content))
        made = await asyncio.to_thread(sampling, self._grid, self.kept.map.origin, z, x, y)
        if made is None:
            raise NoTile
        tiles, whole = await self._tiles_of(part, z, made)
        if not tiles:
            await asyncio.to_thread(self._cache.write, name, b"")
            raise NoTile
        async with _COMPOSING:
            try:
                content, media_type = await asyncio.to_thread(recompose, made, tiles)
            except (OSError, ValueError, SyntaxError) as error:
                raise Trouble("底图服务返回的图片已损坏。", "A picture from the map service is damaged.") from error
        if whole:
            await asyncio.to_thread(self._cache.write, name, content)
        return BaseTile(content, media_type)

    async def _tiles_of(self, part: int, z: int, made: Sampling) -> tuple[dict[Place, bytes], bool]:
        """The tiles that one of ours is made from, and whether none failed to come."""

        async def one(place: Place) -> bytes | Trouble | None:
            try:
                return (await self._source(part, z, made.level, *place)).content
            except NoTile:
                return None
            except Trouble as trouble:
                return trouble

        came = await asyncio.gather(*(one(place) for place in made.tiles))
        troubles = [content for content in came if isinstance(content, Trouble)]
        tiles = {place: content for place, content in zip(made.tiles, came, strict=True) if isinstance(content, bytes)}
        if troubles and not tiles:
            raise troubles[0]
        return tiles, not troubles

    async def _source(self, part: int, z: int, level: Level, column: int, row: int) -> BaseTile:
        if self.kept.map.kind == "pmtiles":
            return await asyncio.to_thread(self._from_archive, z, column, row)
        name = f"{self.folder}/{part}/{z}/{column}-{row}"
        return await self._once(f"source {name}", lambda: self._from_service(name, part, level, column, row))

    async def _from_service(self, name: str, part: int, level: Level, column: int, row: int) -> BaseTile:
        held = await asyncio.to_thread(self._cache.read, name)
        content = None if held is None else held.content
        if held is None or not held.fresh:
            try:
                content = await self._call(part, level, column, row)
            except Trouble:
                # Old is better than nothing while the service is away.
                if not content:
                    raise
            else:
                await asyncio.to_thread(self._cache.write, name, content)
        if not content:
            raise NoTile
        return BaseTile(content, media_type_of(content))

    async def _call(self, part: int, level: Level, column: int, row: int) -> bytes:
        """b"" where the service has none."""
        breaker = self.breaker
        if not breaker.may_try():
            raise Trouble(breaker.zh, breaker.en)
        known = False
        try:
            came = await self.fetch(part, level, column, row)
            known = True
            breaker.worked()
            return came
        except Trouble as trouble:
            known = True
            first = not breaker.away
            breaker.failed(trouble.zh, trouble.en, self._now())
            if first and breaker.away:
                log.warning("base map %s is not reachable: %s", self.kept.name, trouble.en)
            raise
        finally:
            if not known:
                breaker.gave_up()

    async def look(self, part: int, level: Level, column: int, row: int) -> bytes:
        """As `fetch`, whatever is known of the service; what is found is known from then on."""
        try:
            content = await self.fetch(part, level, column, row)
        except Trouble as trouble:
            self.breaker.failed(trouble.zh, trouble.en, self._now())
            raise
        self.breaker.worked()
        return content

    async def fetch(self, part: int, level: Level, column: int, row: int) -> bytes:
        """Straight from the service. b"" where it has none. Raises Trouble."""
        told = self.kept.map
        at = level.rows - 1 - row if told.flipped else row
        address = filled(told.sheets[part], level, column, at, told.subdomains, self.key)
        try:
            return (await self._upstream.tile(address, self.key)).content
        except NoTile:
            return b""

    def _from_archive(self, z: int, x: int, y: int) -> BaseTile:
        try:
            if self._archive is None:
                self._archive = Archive(archive_path(self._data_dir, self.kept.map.file_sha256 or ""))
            archive = self._archive
            content = archive.tile(z, x, y)
            if content is None:
                raise NoTile
            packed = archive.header.packed_tiles
            if packed and archive.header.format == "raster":
                content, packed = unpacked(content, MOST_TILE_BYTES), False
        except FileNotFoundError:
            raise self._archive_trouble(
                "这台服务器上没有底图的文件（恢复备份后要重新复制）。",
                "The base map's file is not on this server (after a restore it must be copied anew).",
            ) from None
        except Damaged as damaged:
            raise self._archive_trouble(
                f"底图文件损坏：{damaged.zh}", f"The base map's file is damaged: {damaged.en}"
            ) from None
        except OSError:
            raise self._archive_trouble("底图文件读不了。", "The base map's file cannot be read.") from None
        self.breaker.worked()
        return BaseTile(content, archive.header.media_type, packed)

    def _archive_trouble(self, zh: str, en: str) -> Trouble:
        self.breaker.failed(zh, en, self._now())
        return Trouble(zh, en)

    def level_of(self, z: int, x: int, y: int) -> tuple[Level, Place] | None:
        """The level and the first of the tiles that ours is made from, for a look at the service itself."""
        if self._as_it_is:
            level = usual_level(z) if self._ids is None else self._ids.get(z)
            return None if level is None else (level, (x, y))
        made = sampling(self._grid, self.kept.map.origin, z, x, y)
        return None if made is None else (made.level, made.tiles[len(made.tiles) // 2])
