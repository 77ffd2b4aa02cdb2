"""SQL of the plans' versions."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.planning.version import PlanVersion
from spine.canonical import Json
from spine.command import Connection
from spine.errors import not_found

_VERSION: LiteralString = """plan_id, version, state, content, digest, origin, edition, based_on, writers, author, created_at, changed_at,
    history, changes"""
_LINE: LiteralString = """plan_id, version, state, jsonb_build_object('zh', content -> 'zh', 'en', content -> 'en') AS content, digest, origin,
    edition, based_on, writers, author, created_at, changed_at, history, changes"""


async def lock_plan(conn: Connection, plan_id: str) -> list[PlanVersion]:
    """Every version of a plan, the newest first; nobody else changes the plan until this transaction ends, also when it is new."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('command.plan:' || %s, 0))", (plan_id,))
    return await versions_of(conn, plan_id)


async def versions_of(conn: Connection, plan_id: str) -> list[PlanVersion]:
    async with conn.cursor(row_factory=class_row(PlanVersion)) as cur:
        await cur.execute(
            f"SELECT {_VERSION} FROM command.plan_version WHERE plan_id = %s ORDER BY version DESC", (plan_id,)
        )
        return await cur.fetchall()


async def all_lines(conn: Connection) -> list[PlanVersion]:
    """Every version of every plan, of the content only the names."""
    async with conn.cursor(row_factory=class_row(PlanVersion)) as cur:
        await cur.execute(f"SELECT {_LINE} FROM command.plan_version ORDER BY plan_id, version DESC")
        return await cur.fetchall()


async def find_version(conn: Connection, plan_id: str, version: int) -> PlanVersion | None:
    async with conn.cursor(row_factory=class_row(PlanVersion)) as cur:
        await cur.execute(
            f"SELECT {_VERSION} FROM command.plan_version WHERE plan_id = %s AND version = %s", (plan_id, version)
        )
        return await cur.fetchone()


async def need_version(conn: Connection, plan_id: str, version: int, field: str = "data.version") -> PlanVersion:
    """Raises Refused `not_found`."""
    found = await find_version(conn, plan_id, version)
    if found is None:
        raise not_found("预案版本", "version of a plan", f"{plan_id} {version}", field=field)
    return found


async def save_version(conn: Connection, version: PlanVersion) -> None:
    await conn.execute(
        f"""
        INSERT INTO command.plan_version ({_VERSION})
        VALUES (%(plan_id)s, %(version)s, %(state)s, %(content)s, %(digest)s, %(origin)s, %(edition)s, %(based_on)s, %(writers)s,
            %(author)s, %(created_at)s, %(changed_at)s, %(history)s, %(changes)s)
        ON CONFLICT (plan_id, version) DO UPDATE SET state = EXCLUDED.state, content = EXCLUDED.content, digest = EXCLUDED.digest,
            writers = EXCLUDED.writers, changed_at = EXCLUDED.changed_at, history = EXCLUDED.history, changes = EXCLUDED.changes
        """,
        _row(version),
    )


def _row(version: PlanVersion) -> Mapping[str, Any]:
    return {
        "plan_id": version.plan_id, "version": version.version, "state": version.state, "content": Jsonb(version.content),
        "digest": version.digest, "origin": version.origin, "edition": version.edition, "based_on": version.based_on,
        "writers": list(version.writers), "author": Jsonb(version.author), "created_at": version.created_at,
        "changed_at": version.changed_at, "history": Jsonb(list[Json](version.history)), "changes": version.changes,
    }  # fmt: skip


async def in_force(conn: Connection) -> list[tuple[str, int, str]]:
    """(plan id, version, digest of its content) of every plan that the database knows; version 0 where none is in force."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT ON (plan_id) plan_id, CASE WHEN state = 'in_force' THEN version ELSE 0 END, digest
            FROM command.plan_version ORDER BY plan_id, state = 'in_force' DESC
            """
        )
    ).fetchall()
    return [(str(plan_id), int(version), str(digest)) for plan_id, version, digest in rows]
