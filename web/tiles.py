"""Tiles kept ready: made once however many desks ask, kept in Redis under the version they were made from, sent packed.

A tile never changes: another version of the layer has other tiles, under another name. So nothing is ever taken back from the
cache, and a desk that has one need only be told that it is still the same. Without Redis every tile is made anew.
"""

import asyncio
import contextlib
import os
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from psycopg.errors import QueryCanceled, UndefinedTable

from gis.catalogue import may_see, may_see_layer, no_such_layer
from gis.tiles import as_statement, built_in_tile_query, city_tile_query
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.layer_watch import LayerWatch
from web.tile_cache import TileCache
from web.tile_connections import TileConnections

KEPT_S = 24 * 3600
_LEVEL = 1
"""Of packing: tiles hold small numbers, more effort gains little."""
_THREAD_FROM = 4 * 1024
_AFTER_S = 0.005
"""How long a tile that was made waits to be packed and kept: first whoever asked has it."""
_MOST_KEEPING = 64
"""Tiles on their way into the cache at once; beyond, they are not kept."""
_MOST_QUERIES = 2000


@dataclass(frozen=True, slots=True)
class Served:
    """A layer as tiles: `key` names its version, `restricted` that no cache on the way may keep it."""

    name: str
    key: str
    restricted: bool
    version: int | None


@dataclass(frozen=True, slots=True)
class Tile:
    """`content`: gzip when `packed`; b"" for an empty tile."""

    content: bytes
    packed: bool


class Tiles:
    def __init__(self, realm: Realm, watch: LayerWatch) -> None:
        self._realm, self._watch = realm, watch
        self._queries: dict[tuple[str, int], bytes] = {}
        self._keeping: set[asyncio.Task[None]] = set()
        self._making: dict[str, asyncio.Future[bytes | None]] = {}
        self._packer = ThreadPoolExecutor(1, "tile-packer", _give_way)
        self.connections = TileConnections(realm)
        self._cache = TileCache(realm.nudges)

    async def close(self) -> None:
        await self.settle()
        await self.connections.close()
        self._cache.close()
        self._packer.shutdown(wait=False)

    async def served(self, principal: Principal, name: str) -> Served:
        """Raises Refused `not_found`, also for what this person may not see: the answer must not tell what exists."""
        catalogue = await self._watch.catalogue()
        layer = catalogue.city.get(name)
        if layer is not None and may_see_layer(principal, layer):
            restricted = layer.description.sensitivity == "restricted"
            label = layer.description.label
            # The label is in the tiles too: another one makes other tiles of the same version.
            key = f"v{layer.version}-{zlib.crc32((label or '').encode()):08x}"
            return Served(name, key, restricted, layer.version)
        built_in = catalogue.built_in.get(name)
        if layer is None and built_in is not None and may_see(principal, built_in.sensitivity):
            return Served(name, f"{name}-{catalogue.region[:12]}", built_in.sensitivity == "restricted", None)
        raise no_such_layer(name)

    async def tile(self, served: Served, z: int, x: int, y: int) -> Tile:
        key = f"fengsui:{self._realm.row.epoch}:tile:{served.key}:{z}:{x}:{y}"
        kept = await self._cache.get(key)
        if kept is not None:
            return Tile(kept, True)
        while (making := self._making.get(key)) is not None:
            if (made := await asyncio.shield(making)) is not None:
                return Tile(made, False)
        making = self._making[key] = asyncio.get_running_loop().create_future()
        made = None
        try:
            made = tile = await self._make(served, key, z, x, y)
        finally:  # without it, whoever waited makes it himself, and hears himself what is wrong
            del self._making[key]
            making.set_result(made)
        return Tile(tile, False)

    async def settle(self) -> None:
        """Until everything that was made is kept."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    async def _make(self, served: Served, key: str, z: int, x: int, y: int) -> bytes:
        if self._realm.presence.away_since is not None:
            raise TimeoutError("the database is away")  # said at once, not after waiting for it
        query = await self._query(served, z)
        try:
            async with self.connections.one() as conn:
                made = await conn.make(query, z, x, y)
        except UndefinedTable:
            # The version was dropped since the catalogue was read.
            self._watch.forget()
            raise no_such_layer(served.name) from None
        except QueryCanceled:
            raise Refused(
                "tile_too_slow",
                zh="这个瓦片内容过多，未能按时生成；请放大后再看。",
                en="This tile holds too much to be made in time; zoom in.",
                status=503,
                final=False,
            ) from None
        # Whoever waits gets it as it is; packing it and keeping it is for those who come later.
        keeping = asyncio.create_task(self._keep(key, made))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        return made

    async def _query(self, served: Served, z: int) -> bytes:
        query = self._queries.get((served.key, z))
        if query is not None:
            return query
        if served.version is None:
            built_in = built_in_tile_query(served.name)
            if built_in is None:
                raise no_such_layer(served.name)
            query = as_statement(built_in)
        else:
            layer = (await self._watch.catalogue()).city.get(served.name)
            if layer is None or layer.version != served.version:
                raise no_such_layer(served.name)
            told = layer.description
            query = as_statement(city_tile_query(layer.version, layer.geometries, layer.attributes, told.label, z))
        if len(self._queries) >= _MOST_QUERIES:
            self._queries.clear()
        self._queries[(served.key, z)] = query
        return query

    async def _keep(self, key: str, made: bytes) -> None:
        if not self._cache.is_there or len(self._keeping) > _MOST_KEEPING:
            return
        await asyncio.sleep(_AFTER_S)
        if len(made) >= _THREAD_FROM:
            packed = await asyncio.get_running_loop().run_in_executor(self._packer, _pack, made)
        else:
            packed = _pack(made)
        await self._cache.put(key, packed, KEPT_S)


def _give_way() -> None:
    """For the thread that packs: whoever waits for a tile goes first."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _pack(made: bytes) -> bytes:
    if not made:
        return b""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(made) + packer.flush()


def unpacked(packed: bytes) -> bytes:
    return zlib.decompress(packed, 31) if packed else b""
