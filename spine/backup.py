"""A backup of a realm while it runs: the database at one moment, and the attachments that it names at that moment.

Attachments lie under the hash of their content and never change or vanish, so they are copied after the database.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg.errors import UndefinedTable

from spine.backup_archive import FORMAT, Archive, DamagedFile, Kept, Manifest, hash_of, names, write_archive
from spine.backup_programs import dumper_for
from spine.db import Connection, owner_connection
from spine.errors import Refused
from spine.files import FileStore
from spine.realm import read_row

_PARTIAL = ".fengsui-backup-"
Step = Callable[[str, str], AbstractContextManager[None]]
"""Says what is begun (zh, en), and what became of it at the end."""


def quietly(zh: str, en: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class BackupMade:
    """`size` of the archive in bytes; `seconds` it took."""

    path: Path
    manifest: Manifest
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Moment:
    """What the database holds at the moment of an exported snapshot; `files` as it names them."""

    snapshot: str
    content: dict[str, object]
    server_version: int
    files: tuple[Kept, ...]


async def make_backup(
    database_url: str,
    data_dir: Path,
    target: Path,
    *,
    at: datetime,
    allow_missing: bool = False,
    step: Step = quietly,
) -> BackupMade:
    """Write a backup to `target`: a directory, in which it gets a name, or a file that is not there yet.

    Under its name there is a whole, checked backup or nothing. Raises Refused (backup_exists, backup_no_directory, backup_busy,
    backup_files_missing, backup_dump_failed), ServiceTrouble dump_programs_missing, LookupError when there is no realm, OSError.
    """
    began = time.monotonic()
    async with owner_connection(database_url) as conn:
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        path = _path_for(target, await _realm_name(conn), at)
        with _workplace(path.parent) as work:
            dump = work / "database.dump"
            with step("导出数据库", "dumping the database"):
                async with _moment(conn) as moment:
                    dumper = dumper_for(moment.server_version)
                    await dumper.dump(database_url, moment.snapshot, dump)
                await dumper.contents(dump)
            with step("写入附件", "adding the attachments"):
                manifest = await asyncio.to_thread(
                    _assemble, work / "backup.tar", moment, dump, FileStore(data_dir), at, allow_missing
                )
            with step("核对备份", "checking the backup"):
                await asyncio.to_thread(_check, work / "backup.tar")
            await asyncio.to_thread(_give_name, work / "backup.tar", path)
    return BackupMade(path, manifest, path.stat().st_size, time.monotonic() - began)


def _path_for(target: Path, realm: str, at: datetime) -> Path:
    path = target / f"fengsui-{realm}-{at:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if not path.parent.is_dir():
        raise Refused(
            "backup_no_directory",
            zh=f"目录 {path.parent} 不存在。",
            en=f"There is no directory {path.parent}.",
        )
    _refuse_existing(path)
    return path


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise Refused(
            "backup_exists",
            zh=f"{path} 已存在，备份不会覆盖任何文件。",
            en=f"{path} is there already; a backup overwrites nothing.",
        )


@contextmanager
def _workplace(directory: Path) -> Generator[Path]:
    """A hidden directory beside the backup's place, gone at the end; what killed backups left there goes first."""
    lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                "backup_busy",
                zh=f"另一个备份正在写入 {directory}，请等它完成。",
                en=f"Another backup is being written to {directory}; wait until it is done.",
            ) from None
        except OSError:
            pass  # a file system without locks: then what others left stays too
        else:
            for left in directory.glob(f"{_PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=directory))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(lock)


async def _realm_name(conn: Connection) -> str:
    try:
        return (await read_row(conn)).name
    except UndefinedTable:
        raise LookupError("this database holds no realm: run migrate and seed first") from None


@asynccontextmanager
async def _moment(conn: Connection) -> AsyncGenerator[Moment]:
    """Everything the manifest says, read in the transaction whose snapshot pg_dump will use; keeps it open meanwhile."""
    await conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    row = await read_row(conn)
    version = conn.info.server_version
    applied = await conn.execute("SELECT name, digest FROM public.schema_migrations ORDER BY name")
    migrations = tuple((str(name), str(digest)) for name, digest in await applied.fetchall())
    heads = await (await conn.execute("SELECT stream, seq, encode(hash, 'hex') FROM spine.stream_head")).fetchall()
    files = await (await conn.execute("SELECT DISTINCT stored_sha256, size FROM spine.file ORDER BY 1")).fetchall()
    exported = await (await conn.execute("SELECT pg_export_snapshot()")).fetchone()
    yield Moment(
        snapshot=str(exported[0]) if exported else "",
        content={
            "format": FORMAT,
            "realm": row.name,
            "kind": row.kind,
            "title_zh": row.title_zh,
            "title_en": row.title_en,
            "epoch": str(row.epoch),
            "server_version": version,
            "migrations": migrations,
            "heads": {str(stream): (int(seq), str(hashed)) for stream, seq, hashed in heads},
        },
        server_version=version,
        files=tuple(Kept(sha256=str(sha256), size=int(size)) for sha256, size in files),
    )
    await conn.rollback()


def _assemble(
    target: Path, moment: Moment, dump: Path, store: FileStore, at: datetime, allow_missing: bool
) -> Manifest:
    """Write the archive; what is missing or damaged on disk is left out and named, or refused."""
    dumped = hash_of(dump)
    missing = {kept.sha256 for kept in moment.files if not _lies_there(store.path(kept.sha256), kept.size)}
    while True:
        if missing and not allow_missing:
            raise _files_missing(sorted(missing))
        manifest = Manifest.model_validate(
            {
                **moment.content,
                "made_at": at,
                "dump": dumped,
                "files": tuple(kept for kept in moment.files if kept.sha256 not in missing),
                "missing": tuple(sorted(missing)),
            }
        )
        try:
            write_archive(target, manifest, dump, store.path)
        except DamagedFile as damaged:
            missing.add(damaged.sha256)
            target.unlink()
        else:
            return manifest


def _lies_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _files_missing(hashes: list[str]) -> Refused:
    return Refused(
        "backup_files_missing",
        zh=f"{len(hashes)} 个附件缺失或损坏：{names(hashes)}。加上 --allow-missing 可不带它们备份。",
        en=f"{len(hashes)} attachments are missing or damaged: {names(hashes)}. --allow-missing backs up without them.",
    )


def _check(path: Path) -> None:
    with Archive.open(path) as archive:
        archive.check()


def _give_name(written: Path, path: Path) -> None:
    """From here on it looks like a backup. Never over one that came meanwhile."""
    try:
        os.link(written, path)
    except FileExistsError:
        _refuse_existing(path)
        raise
    except OSError:  # a file system without hard links
        _refuse_existing(path)
        written.rename(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(directory)
    finally:
        os.close(directory)
