"""A few connections for tiles alone: each statement by itself, so that a tile costs one way to the database and back, not four.

They are apart from the pool that commands use: a map that is dragged about cannot make a command wait.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from spine.db import Connection
from spine.realm import Realm

MOST = 4
MS = "20000"
"""How long one tile may take in the database before it is given up."""


class TileConnections:
    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._idle: list[Connection] = []
        self._room = asyncio.Semaphore(MOST)
        self._generation = 0
        realm.when_exchanged(self._exchanged)

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[Connection]:
        """Raises OperationalError when the database is away, QueryCanceled for a statement that takes too long."""
        async with self._room:
            generation = self._generation
            conn = self._idle.pop() if self._idle else await self._open()
            try:
                yield conn
            except BaseException:
                await conn.close()  # what state it is in, nobody asks: opening one is cheap
                raise
            if generation == self._generation and not conn.closed:
                self._idle.append(conn)
            else:
                await conn.close()

    async def _open(self) -> Connection:
        conn = await self._realm.connect()
        await conn.execute(
            "SELECT set_config('statement_timeout', %(ms)s, false), set_config('jit', 'off', false)", {"ms": MS}
        )
        return conn

    def _exchanged(self) -> None:
        """The record was restored: connections to the one before lead nowhere."""
        self._generation += 1
        self._idle.clear()

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        self._generation += 1
        for conn in idle:
            await conn.close()
