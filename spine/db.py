"""Connections to a realm's database. One pool per realm; the application works under a role that cannot rewrite the record."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

APP_ROLE = "fengsui_app"
CONNECTING: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that vanished from the network without a word is noticed within half a minute, not after two hours."""

Connection = AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]


Greet = Callable[[Connection], Awaitable[None]]
"""Called with every new connection before it is used."""


async def become_app_role(conn: Connection) -> None:
    await conn.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(APP_ROLE)))
    await conn.execute("SET TIME ZONE 'UTC'")
    await conn.commit()


async def connect_as_app(database_url: str, *, autocommit: bool = False) -> Connection:
    """One connection in the application's role, outside any pool. Raises OperationalError."""
    conn = await AsyncConnection[TupleRow].connect(database_url, autocommit=autocommit, **CONNECTING)
    try:
        await become_app_role(conn)
    except BaseException:
        await conn.close()
        raise
    return conn


def make_pool(database_url: str, *, most: int = 12, greet: Greet | None = None) -> Pool:
    """A pool of connections in the application's role (not yet open). `most`: connections at once."""

    async def configure(conn: Connection) -> None:
        await become_app_role(conn)
        if greet is not None:
            await greet(conn)
            await conn.commit()

    return AsyncConnectionPool(
        database_url,
        connection_class=AsyncConnection[TupleRow],
        kwargs=dict(CONNECTING),
        min_size=1,
        max_size=most,
        open=False,
        configure=configure,
        check=AsyncConnectionPool.check_connection,
        timeout=8.0,
        # After this long the pool stops trying by itself, with ever longer pauses; the next who asks makes it try at once.
        reconnect_timeout=3.0,
    )


def with_database(database_url: str, database: str) -> str:
    """The same server, another database."""
    return make_conninfo(database_url, dbname=database)


@asynccontextmanager
async def owner_connection(database_url: str, *, autocommit: bool = False) -> AsyncGenerator[Connection]:
    """One connection as the owner of the schema: for migrations, seeding and making databases only."""
    conn = await AsyncConnection[TupleRow].connect(database_url, autocommit=autocommit)
    try:
        await conn.execute("SET TIME ZONE 'UTC'")
        yield conn
    finally:
        await conn.close()


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncGenerator[Connection]:
    """A read-only, repeatable-read transaction: everything read in it is of one moment."""
    async with pool.connection() as conn:
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield conn


@asynccontextmanager
async def beside(pool: Pool, conn: Connection, patience_s: float = 0.1) -> AsyncGenerator[Connection | None]:
    """A second connection that sees the very moment of `conn` (a `snapshot`), or None when the pool has none to spare that soon.

    Whoever holds one connection and waits for another can bar everybody: so not for long, and callers take turns.
    """
    async with AsyncExitStack() as held:
        try:
            other = await held.enter_async_context(pool.connection(timeout=patience_s))
        except PoolTimeout:
            yield None
            return
        (moment,) = await (await conn.execute("SELECT pg_export_snapshot()")).fetchone() or ("",)
        await other.execute(
            sql.SQL("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT {}").format(
                sql.Literal(moment)
            )
        )
        yield other
