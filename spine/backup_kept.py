"""What restores leave beside the database: the databases that were in its place before."""

from datetime import datetime

from spine.backup_restore import renew
from spine.backup_swap import beside, database_name, drop, lying_beside, name_for, only_one, swap
from spine.db import with_database
from spine.errors import Refused
from spine.migrate import migrate


async def put_back(database_url: str, *, at: datetime) -> tuple[str, str]:
    """Undo the last restore: the database before it takes the place again, under a new epoch; the restored one is kept.

    Returns (the database that is in the place again, the name under which the other is kept). Raises Refused restore_nothing_kept,
    restore_busy, restore_sessions.
    """
    name = await database_name(database_url)
    async with beside(database_url, name) as conn, only_one(conn, name):
        found = await lying_beside(conn, name, "before")
        if not found:
            raise Refused(
                "restore_nothing_kept",
                zh="没有保留恢复之前的数据库。",
                en="No database from before a restore is kept.",
            )
        await migrate(with_database(database_url, found[-1]))
        await renew(with_database(database_url, found[-1]))
        kept = await name_for(conn, name, "before", at)
        await swap(database_url, name=name, incoming=found[-1], kept=kept)
    return found[-1], kept


async def forget_old(database_url: str) -> list[str]:
    """Drop what restores left beside the database: old databases and unfinished ones. Returns their names."""
    name = await database_name(database_url)
    async with beside(database_url, name) as conn, only_one(conn, name):
        found = [*await lying_beside(conn, name, "before"), *await lying_beside(conn, name, "restoring")]
        for database in found:
            await drop(conn, database)
    return found


async def kept_beside(database_url: str) -> list[str]:
    """The databases from before restores, oldest first."""
    name = await database_name(database_url)
    async with beside(database_url, name) as conn:
        return await lying_beside(conn, name, "before")
