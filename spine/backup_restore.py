"""A restore: the backup becomes a new database beside the old one, is verified there, and then takes its place.

Killed at any moment it leaves the old database where it was, or the restored one in its place; never neither.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from psycopg.errors import UndefinedTable

from spine.backup import Step, quietly
from spine.backup_archive import Archive, Kept, Manifest, hash_of
from spine.backup_programs import dumper_for
from spine.backup_swap import (
    beside,
    check_rights,
    database_name,
    drop,
    exists,
    lying_beside,
    make_empty,
    name_for,
    only_one,
    swap,
)
from spine.db import Connection, owner_connection, with_database
from spine.errors import Refused
from spine.files import FileStore
from spine.migrate import migrate, migrations
from spine.realm import read_row
from spine.verify import BrokenLink, verify

_UNPACKED = "restore-"


@dataclass(frozen=True, slots=True)
class Present:
    """What is in the place now: facts of the realm that would be put aside, None when there is no realm."""

    kind: str
    facts: int


Confirm = Callable[[Manifest, Present | None], Awaitable[bool]]


async def certain(manifest: Manifest, present: Present | None) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: the database that was in the place before, None when there was none. `broken`: accepted broken links."""

    manifest: Manifest
    epoch: UUID
    kept: str | None
    migrated: tuple[str, ...]
    broken: tuple[BrokenLink, ...]
    seconds: float


async def restore(
    database_url: str,
    data_dir: Path,
    path: Path,
    *,
    at: datetime,
    confirm: Confirm = certain,
    accept_broken: bool = False,
    step: Step = quietly,
) -> Restored:
    """Check the whole backup, then make the database of `database_url` what it holds, under a new epoch.

    Raises Refused, and then the platform's database is what it was: archive_unreadable, archive_damaged, archive_newer,
    archive_other_program, archive_other_server, archive_other_realm, restore_not_confirmed, restore_busy, restore_failed,
    restore_not_permitted, restore_record_broken (not with `accept_broken`), restore_differs, restore_sessions; ServiceTrouble,
    OSError.
    """
    began = time.monotonic()
    name = await database_name(database_url)
    with Archive.open(path) as archive:
        manifest = archive.manifest
        async with beside(database_url, name) as conn, only_one(conn, name), _workplace(data_dir) as work:
            await check_rights(conn, name)
            with step("核对备份", "checking the backup"):
                dumper = dumper_for(await _fits(conn, manifest))
                await asyncio.to_thread(archive.check, work / "database.dump")
                await dumper.contents(work / "database.dump")
            there = await exists(conn, name)
            present = await _present(database_url) if there else None
            if present is not None and present.kind != manifest.kind:
                raise _other_realm(manifest)
            if not await confirm(manifest, present):
                raise Refused(
                    "restore_not_confirmed", zh="没有恢复，一切未变。", en="Not restored; nothing was changed."
                )
            for left in await lying_beside(conn, name, "restoring"):
                await drop(conn, left)
            incoming = await name_for(conn, name, "restoring", at)
            await make_empty(conn, incoming, like=name)
            url = with_database(database_url, incoming)
            try:
                with step("读入数据库", "reading the database in"):
                    await dumper.restore(work / "database.dump", url)
                    migrated = await migrate(url)
                with step("核对全部记录", "verifying the record"):
                    broken = await _verified(url, manifest, accept_broken)
                with step("放回附件", "putting the attachments in place"):
                    await asyncio.to_thread(_put_files, archive, FileStore(data_dir), data_dir)
                with step("换上恢复的数据库", "putting the restored database in place"):
                    epoch = await renew(url)
                    kept = await name_for(conn, name, "before", at)
                    await swap(database_url, name=name, incoming=incoming, kept=kept)
            except BaseException:
                with contextlib.suppress(Exception):
                    await drop(conn, incoming)  # gone already when the swap was done
                raise
    return Restored(manifest, epoch, kept if there else None, tuple(migrated), broken, time.monotonic() - began)


@asynccontextmanager
async def _workplace(data_dir: Path) -> AsyncGenerator[Path]:
    """Where the dump is unpacked: in the data directory, whose disk must have room for the database anyhow."""
    work = _make_workplace(data_dir)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _make_workplace(data_dir: Path) -> Path:
    """The caller is the only one who restores here: what lies there already was left by a restore that was killed."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for left in data_dir.glob(f"{_UNPACKED}*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_UNPACKED, dir=data_dir))


async def _fits(conn: Connection, manifest: Manifest) -> int:
    """Returns the server's version. Raises Refused when this program or this server cannot take the backup."""
    mine = {migration.name: migration.digest for migration in migrations()}
    strange = [name for name, digest in manifest.migrations if mine.get(name) != digest]
    if strange:
        raise Refused(
            "archive_other_program",
            zh=f"备份来自另一个版本的程序（本程序不认识其数据库升级 {strange[0]}）。请用做出它的或更新的版本恢复。",
            en=f"The backup is of another version of the program (this one does not know its migration {strange[0]}). "
            f"Restore it with the version that made it, or a newer one.",
        )
    server = conn.info.server_version
    if manifest.server_version // 10000 > server // 10000:
        raise Refused(
            "archive_other_server",
            zh=f"备份来自 PostgreSQL {manifest.server_version // 10000}，这里是 {server // 10000}，不能读入较旧的服务器。",
            en=f"The backup is of PostgreSQL {manifest.server_version // 10000}, this server is {server // 10000}: "
            f"an older server cannot take it.",
        )
    return server


async def _present(database_url: str) -> Present | None:
    async with owner_connection(database_url) as conn:
        try:
            row = await read_row(conn)
        except (LookupError, UndefinedTable):
            return None
        facts = await (await conn.execute("SELECT coalesce(sum(seq), 0) FROM spine.stream_head")).fetchone()
    return Present(row.kind, int(facts[0]) if facts else 0)


def _other_realm(manifest: Manifest) -> Refused:
    zh = "演练" if manifest.kind == "exercise" else "实战"
    return Refused(
        "archive_other_realm",
        zh=f"这是{zh}环境“{manifest.title_zh}”的备份，不能恢复到另一种环境。",
        en=f"This is a backup of the {manifest.kind} realm “{manifest.title_en}”; it cannot be restored into one of another kind.",
    )


async def _verified(url: str, manifest: Manifest, accept_broken: bool) -> tuple[BrokenLink, ...]:
    """The restored record must be whole, and end where the manifest says."""
    async with owner_connection(url) as conn:
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        broken = tuple((await verify(conn)).broken)
        rows = await (await conn.execute("SELECT stream, seq, encode(hash, 'hex') FROM spine.stream_head")).fetchall()
    if {str(stream): (int(seq), str(hashed)) for stream, seq, hashed in rows} != dict(manifest.heads):
        raise Refused(
            "restore_differs",
            zh="恢复出的记录与备份清单不一致，没有任何改动。",
            en="The restored record does not end where the backup's manifest says; nothing was changed.",
        )
    if broken and not accept_broken:
        first = broken[0]
        raise Refused(
            "restore_record_broken",
            zh=f"备份中的记录在做备份之前已被改动：{first.stream} 第 {first.seq} 条（{first.why}）。没有恢复；"
            f"加上 --accept-broken 可照样恢复。",
            en=f"The record in this backup had been altered before it was made: {first.stream} at {first.seq} ({first.why}). "
            f"Not restored; --accept-broken restores it nevertheless.",
        )
    return broken


def _put_files(archive: Archive, store: FileStore, data_dir: Path) -> None:
    """Attachments that are there already and whole stay as they are."""
    owner = data_dir.stat()
    for kept in archive.manifest.files:
        path = store.path(kept.sha256)
        if path.exists() and hash_of(path) == kept:
            continue
        for directory in (path.parent.parent, path.parent):
            directory.mkdir(parents=True, exist_ok=True)
            _own(directory, owner)
        _put_file(archive, kept, path, owner)


def _put_file(archive: Archive, kept: Kept, path: Path, owner: os.stat_result) -> None:
    fresh = path.with_suffix(".restored")
    with fresh.open("wb") as out:
        archive.copy_file(kept, out)
        out.flush()
        os.fsync(out.fileno())
    _own(fresh, owner)
    fresh.replace(path)


def _own(path: Path, owner: os.stat_result) -> None:
    """Root restores for the user who runs the program: the data directory's owner must be able to write there."""
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


async def renew(url: str) -> UUID:
    """A new epoch: positions that clients hold are of another record from now on. And fresh statistics for the planner."""
    epoch = uuid4()
    async with owner_connection(url) as conn:
        await conn.execute("UPDATE spine.realm SET epoch = %s", (epoch,))
        await conn.commit()
        await conn.execute("ANALYZE")
        await conn.commit()
    return epoch
