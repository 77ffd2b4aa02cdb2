"""A test's own database taken away and given back: nobody can connect, and those who were connected are not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from spine.db import owner_connection, with_database


async def allow_connections(database_url: str, allowed: bool) -> None:
    name = str(conninfo_to_dict(database_url)["dbname"])
    async with owner_connection(with_database(database_url, "postgres"), autocommit=True) as conn:
        await conn.execute(
            sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(
                sql.Identifier(name), sql.SQL("true" if allowed else "false")
            )
        )
        if not allowed:
            await conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


@asynccontextmanager
async def away(database_url: str) -> AsyncGenerator[None]:
    await allow_connections(database_url, False)
    try:
        yield
    finally:
        await allow_connections(database_url, True)
