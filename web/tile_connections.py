"""A few connections for tiles alone: each statement by itself and prepared once, so that a tile costs one way to the database and back.

They are apart from the pool that commands use: a map that is dragged about cannot make a command wait. The statement is spoken
through psycopg's own libpq: a cursor would adapt and look after things that three integers and one column of bytes do not have.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from spine.db import Connection
from spine.realm import Realm

MOST = 4
MS = "20000"
"""How long one tile may take in the database before it is given up."""
_MOST_PREPARED = 500
_BINARY = 1


class TileConnection:
    """One connection; one tile at a time."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.prepared: dict[bytes, bytes] = {}

    async def make(self, statement: bytes, z: int, x: int, y: int) -> bytes:
        """A tile by a statement of `gis.tiles`; b"" where there is nothing. Raises psycopg's errors; then close the connection."""
        pg = self.conn.pgconn
        name = self.prepared.get(statement)
        if name is None:
            name = b"tile%d" % len(self.prepared)
            pg.send_prepare(name, statement)
            await self._answer()
            self.prepared[statement] = name
        pg.send_query_prepared(name, [b"%d" % z, b"%d" % x, b"%d" % y], result_format=_BINARY)
        result = await self._answer()
        return (result.get_value(0, 0) or b"") if result.ntuples else b""

    async def _answer(self) -> PGresult:
        pg = self.conn.pgconn
        loop = asyncio.get_running_loop()
        while pg.flush():
            await _when(pg.socket, loop.add_writer, loop.remove_writer)
        results: list[PGresult] = []
        while True:
            while pg.is_busy():
                await _when(pg.socket, loop.add_reader, loop.remove_reader)
                pg.consume_input()
            result = pg.get_result()
            if result is None:
                return results[-1]
            results.append(result)
            if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
                raise error_from_result(result)


async def _when(socket: int, add: Callable[[int, Callable[[], None]], None], remove: Callable[[int], bool]) -> None:
    """Until the socket may be read or written."""
    ready = asyncio.get_running_loop().create_future()

    def tell() -> None:
        if not ready.done():
            ready.set_result(None)

    add(socket, tell)
    try:
        await ready
    finally:
        remove(socket)


class TileConnections:
    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._idle: list[TileConnection] = []
        self._room = asyncio.Semaphore(MOST)
        self._generation = 0
        realm.when_exchanged(self._exchanged)

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[TileConnection]:
        """Raises OperationalError when the database is away, QueryCanceled for a statement that takes too long."""
        async with self._room:
            generation = self._generation
            one = self._idle.pop() if self._idle else await self._open()
            try:
                yield one
            except BaseException:
                await one.conn.close()  # what state it is in, nobody asks: opening one is cheap
                raise
            if generation == self._generation and not one.conn.closed and len(one.prepared) < _MOST_PREPARED:
                self._idle.append(one)
            else:
                await one.conn.close()

    async def _open(self) -> TileConnection:
        conn = await self._realm.connect()
        await conn.execute(
            "SELECT set_config('statement_timeout', %(ms)s, false), set_config('jit', 'off', false), "
            "set_config('plan_cache_mode', 'force_generic_plan', false)",
            {"ms": MS},
        )
        return TileConnection(conn)

    def _exchanged(self) -> None:
        """The record was restored: connections to the one before lead nowhere."""
        self._generation += 1
        self._idle.clear()

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        self._generation += 1
        for one in idle:
            await one.conn.close()
