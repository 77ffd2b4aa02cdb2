"""Forward-only migrations: numbered SQL files, each in one transaction, remembered with the hash of its text."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

from psycopg import sql

from spine.db import APP_ROLE, Connection, owner_connection

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMAS: tuple[LiteralString, ...] = ("spine", "gis", "gis_layers", "incidents", "command", "notify")
APPEND_ONLY: tuple[LiteralString, ...] = (
    "spine.fact",
    "spine.receipt",
    "incidents.drawing_version",
    "incidents.register_site_version",
    "incidents.register_score",
)
_LOCK = 7_203_611  # any constant: two programs must not migrate one database at once


class MigrationTrouble(Exception):
    """The database and the files disagree about what has been applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    return [Migration(path.stem, path.read_text("utf-8")) for path in sorted(MIGRATIONS.glob("*.sql"))]


async def migrate(database_url: str) -> list[str]:
    """Apply what is missing; returns the names applied. Raises MigrationTrouble when an applied file was altered."""
    async with owner_connection(database_url, autocommit=True) as conn:
        await conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        await conn.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        await conn.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        await _ensure_app_role(conn)
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS public.schema_migrations (name text PRIMARY KEY, digest text NOT NULL)"
        )
        rows = await (await conn.execute("SELECT name, digest FROM public.schema_migrations")).fetchall()
        done = {str(name): str(digest) for name, digest in rows}
        applied: list[str] = []
        for migration in migrations():
            if migration.name in done:
                if done[migration.name] != migration.digest:
                    raise MigrationTrouble(f"{migration.name} was altered after it had been applied")
                continue
            async with conn.transaction():
                await conn.execute(sql.SQL(cast(LiteralString, migration.text)))
                await conn.execute(
                    "INSERT INTO public.schema_migrations (name, digest) VALUES (%s, %s)",
                    (migration.name, migration.digest),
                )
            applied.append(migration.name)
        await _grant(conn)
        return applied


async def _ensure_app_role(conn: Connection) -> None:
    found = await (await conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))).fetchone()
    if found is None:
        await conn.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP_ROLE)))
    await conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(APP_ROLE)))


async def _grant(conn: Connection) -> None:
    """The application may read and write everything, but what is in the record it may only add to (invariant 3)."""
    role = sql.Identifier(APP_ROLE)
    async with conn.transaction():
        for schema in SCHEMAS:
            found = await (await conn.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))).fetchone()
            if found is None:
                continue
            name = sql.Identifier(schema)
            await conn.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, role))
            await conn.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(name, role)
            )
            await conn.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}").format(name, role))
        for table in APPEND_ONLY:
            await conn.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.SQL(table), role))
        await conn.execute(sql.SQL("REVOKE DELETE, TRUNCATE ON spine.stream_head FROM {}").format(role))
