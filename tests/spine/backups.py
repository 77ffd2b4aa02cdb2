"""What the backup tests share: a realm with facts and attachments, and the databases that lie beside it."""

import asyncio
import hashlib
import signal
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from psycopg import sql

from spine.backup_swap import database_name, lying_beside
from spine.carry_out import carry_out
from spine.db import owner_connection, snapshot
from spine.files import FileStore, StoredFile, save_file
from spine.private_services import Services
from spine.realm import Realm
from spine.verify import Verification, verify
from tests.conftest import T0, drop
from tests.faults.program import CHECKOUT
from tests.spine.tally import OFFICER, REGISTRY, add

PDF = b"%PDF-1.7 "


@dataclass
class Held:
    """A realm under test: its database's name may be given to another database while it runs."""

    realm: Realm
    url: str
    data_dir: Path
    files: list[str] = field(default_factory=list[str])

    async def add(self, name: str, by: int = 1, command_id: UUID | None = None) -> None:
        await carry_out(self.realm, REGISTRY, OFFICER, add(name, by, command_id))

    async def attach(self, text: str) -> str:
        """An attachment, uploaded as a client does. Returns its hash."""
        content = PDF + text.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        store = FileStore(self.data_dir)
        await store.put_part(sha256, OFFICER.id, 0, content)
        stored, media_type, size = await store.finish(sha256, OFFICER.id)
        async with self.realm.pool.connection() as conn:
            await save_file(conn, StoredFile(sha256, stored, media_type, size, None), by=OFFICER.id, at=T0)
        self.files.append(stored)
        return stored

    def path(self, sha256: str) -> Path:
        return FileStore(self.data_dir).path(sha256)

    async def heads(self) -> dict[str, int]:
        async with owner_connection(self.url) as conn:
            rows = await (await conn.execute("SELECT stream, seq FROM spine.stream_head")).fetchall()
        return {str(stream): int(seq) for stream, seq in rows}

    async def epoch(self) -> str:
        async with owner_connection(self.url) as conn:
            row = await (await conn.execute("SELECT epoch FROM spine.realm")).fetchone()
        assert row is not None
        return str(row[0])

    async def verify(self) -> Verification:
        async with snapshot(self.realm.pool) as conn:
            return await verify(conn)


async def beside_of(services: Services, url: str) -> dict[str, list[str]]:
    """The databases that restores left beside this one."""
    name = await database_name(url)
    async with owner_connection(services.database_url, autocommit=True) as conn:
        return {
            "before": await lying_beside(conn, name, "before"),
            "restoring": await lying_beside(conn, name, "restoring"),
        }


async def start_child(held: Held, do: str) -> asyncio.subprocess.Process:
    """A Python process of its own, to be killed: runs `do` with `url`, `data` (Path), `at` and the functions of both modules."""
    lines = (
        "import asyncio, datetime, pathlib, sys",
        "from spine.backup import make_backup",
        "from spine.backup_restore import restore",
        "url, data, at = sys.argv[1], pathlib.Path(sys.argv[2]), datetime.datetime.now(datetime.UTC)",
        f"asyncio.run({do})",
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "\n".join(lines), held.url, str(held.data_dir), cwd=CHECKOUT
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    process.kill()
    await process.wait()
    assert process.returncode == -signal.SIGKILL, "it ended before the kill"


async def sweep(services: Services, url: str) -> None:
    for found in (await beside_of(services, url)).values():
        for name in found:
            await drop(services, name)


@asynccontextmanager
async def empty_database(services: Services, url: str) -> AsyncGenerator[str]:
    """Another database of the same server with nothing in it, as on a new machine."""
    name = f"n_{uuid.uuid4().hex[:12]}"
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    new = url.replace((await database_name(url)), name)
    try:
        yield new
    finally:
        await sweep(services, new)
        await drop(services, name)
