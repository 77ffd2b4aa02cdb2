"""One database put in another's place: both renames are one transaction, so there is no moment without a database.

Beside the database `<name>` may lie `<name>_restoring_<time>`, a restore that was not finished, and `<name>_before_<time>`,
what `<name>` was before a restore.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal

from psycopg import OperationalError, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege, InvalidCatalogName, LockNotAvailable, ObjectInUse

from spine.db import Connection, owner_connection, with_database
from spine.errors import Refused

_LOCK = 7_203_612  # any constant: one restore at a time per database
_LONGEST_NAME = 63  # bytes
_PATIENCE_S = 30.0
_PROVIDERS = {"i": "ICU_LOCALE", "b": "BUILTIN_LOCALE"}
Role = Literal["restoring", "before"]


async def database_name(database_url: str) -> str:
    """The database that a URL names, whether or not it exists. Raises OperationalError when the server is away."""
    try:
        async with owner_connection(database_url) as conn:
            return conn.info.dbname
    except OperationalError as trouble:
        parts = conninfo_to_dict(database_url)
        if not _does_not_exist(trouble):
            raise
        return str(parts.get("dbname") or parts.get("user"))


def _does_not_exist(trouble: OperationalError) -> bool:
    # While connecting there is no SQLSTATE to ask for: the server's words are all there is.
    return isinstance(trouble, InvalidCatalogName) or "does not exist" in str(trouble)


@asynccontextmanager
async def beside(database_url: str, name: str) -> AsyncGenerator[Connection]:
    """A connection (autocommit) to the same server but not to `name`, which may then be renamed."""
    async with owner_connection(await _maintenance_url(database_url, name), autocommit=True) as conn:
        await conn.execute("SET idle_session_timeout = 0")  # it holds the lock while nothing else is asked of it
        yield conn


async def _maintenance_url(database_url: str, name: str) -> str:
    for other in ("postgres", "template1"):
        url = with_database(database_url, other)
        if other == name:
            continue
        try:
            async with owner_connection(url):
                return url
        except OperationalError as trouble:
            if not _does_not_exist(trouble):
                raise
    raise LookupError("database postgres or template1")


@asynccontextmanager
async def only_one(conn: Connection, name: str) -> AsyncGenerator[None]:
    """Raises Refused restore_busy when another program restores into this place now."""
    row = await (await conn.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_LOCK, name))).fetchone()
    if row is None or not row[0]:
        raise Refused(
            "restore_busy",
            zh="另一个恢复正在进行，请等它结束。",
            en="Another restore is under way; wait until it has ended.",
        )
    try:
        yield
    finally:
        with contextlib.suppress(OperationalError):
            await conn.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (_LOCK, name))


async def exists(conn: Connection, name: str) -> bool:
    return (await (await conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))).fetchone()) is not None


async def check_rights(conn: Connection, name: str) -> None:
    """Raises Refused restore_not_permitted when this user may not make databases, or not rename `name`."""
    row = await (
        await conn.execute(
            """
            SELECT r.rolsuper OR (r.rolcreatedb AND coalesce(pg_has_role(d.datdba, 'USAGE'), true)), r.rolname
            FROM pg_roles r LEFT JOIN pg_database d ON d.datname = %s WHERE r.rolname = current_user
            """,
            (name,),
        )
    ).fetchone()
    if row is None or not row[0]:
        who = row[1] if row else "?"
        raise Refused(
            "restore_not_permitted",
            zh=f"数据库用户 {who} 无权恢复：需要能新建数据库（CREATEDB），并且是数据库 {name} 的所有者。",
            en=f"The database user {who} may not restore: it must be able to make databases (CREATEDB) and own {name}.",
        )


def _prefix(name: str, role: Role) -> str:
    tail = f"_{role}_"
    room = _LONGEST_NAME - len(tail) - 14
    return name.encode()[:room].decode(errors="ignore") + tail


async def name_for(conn: Connection, name: str, role: Role, at: datetime) -> str:
    """A free name beside `name`."""
    while True:
        chosen = f"{_prefix(name, role)}{at:%Y%m%d%H%M%S}"
        if not await exists(conn, chosen):
            return chosen
        at += timedelta(seconds=1)


async def lying_beside(conn: Connection, name: str, role: Role) -> list[str]:
    """The databases of this role, oldest first."""
    rows = await (await conn.execute("SELECT datname FROM pg_database")).fetchall()
    pattern = re.compile(re.escape(_prefix(name, role)) + r"\d{14}")
    return sorted(found for (found,) in rows if pattern.fullmatch(str(found)))


async def drop(conn: Connection, name: str) -> None:
    await conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


async def make_empty(conn: Connection, name: str, *, like: str) -> None:
    """A new, empty database that sorts and compares text as `like` does, or as the server's default when that is gone."""
    row = await (
        await conn.execute(
            """
            SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text,
                   coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')
            FROM pg_database d WHERE datname = %s
            """,
            (like,),
        )
    ).fetchone()
    encoding, collate, ctype, provider, locale = row or ("UTF8", None, None, "c", None)
    options = [sql.SQL("ENCODING {}").format(sql.Literal(encoding))]
    if collate is not None:
        options.append(sql.SQL("LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(collate), sql.Literal(ctype)))
    if provider in _PROVIDERS:
        which = "icu" if provider == "i" else "builtin"
        words = sql.SQL(f"LOCALE_PROVIDER {which} {_PROVIDERS[provider]}")  # pyright: ignore[reportArgumentType]
        options.append(sql.SQL("{} {}").format(words, sql.Literal(locale)))
    await conn.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 {}").format(sql.Identifier(name), sql.SQL(" ").join(options))
    )


async def swap(database_url: str, *, name: str, incoming: str, kept: str) -> None:
    """End the sessions of `name`, rename it to `kept` and `incoming` to `name`, both or neither.

    PostgreSQL lets nobody into a database that is being renamed; who tries waits for the commit and finds the new one, or
    is told to try again. Without a database `name` only `incoming` is renamed. Raises Refused restore_sessions when a session
    cannot be ended within 30 s; then nothing has changed.
    """
    async with beside(database_url, name) as conn, beside(database_url, name) as ending:
        there = await exists(conn, name)
        task = asyncio.create_task(_end_sessions(ending, [name, incoming]))
        deadline = time.monotonic() + _PATIENCE_S
        try:
            while True:
                try:
                    async with conn.transaction():
                        await conn.execute("SET LOCAL lock_timeout = '10s'")
                        if there:
                            await _rename(conn, name, kept)
                        await _rename(conn, incoming, name)
                    return
                except (ObjectInUse, LockNotAvailable):
                    if time.monotonic() > deadline:
                        raise await _sessions_stay(conn, name) from None
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, OperationalError):
                await task


async def _rename(conn: Connection, name: str, to: str) -> None:
    await conn.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


async def _end_sessions(conn: Connection, databases: list[str]) -> None:
    """Again and again: clients come back as soon as they are sent away, until the rename shuts the door."""
    while True:
        with contextlib.suppress(InsufficientPrivilege):
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
                (databases,),
            )
        await asyncio.sleep(0.05)


async def _sessions_stay(conn: Connection, name: str) -> Refused:
    rows = await (
        await conn.execute(
            "SELECT DISTINCT usename || coalesce(' (' || nullif(application_name, '') || ')', '') FROM pg_stat_activity "
            "WHERE datname = %s AND usename IS NOT NULL",
            (name,),
        )
    ).fetchall()
    who = ", ".join(str(found) for (found,) in rows) or "?"
    return Refused(
        "restore_sessions",
        zh=f"数据库仍被占用（{who}），没有任何改动。请先断开这些连接再试。",
        en=f"The database is still in use by {who}; nothing was changed. End these sessions and try again.",
    )
