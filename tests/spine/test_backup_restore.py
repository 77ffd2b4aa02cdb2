"""`restore`: the realm becomes what the backup holds, under a new epoch; refused or killed, it stays what it was."""

import asyncio
import hashlib
import io
import json
import os
import tarfile
import uuid
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import IO, Any, cast

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DuplicateDatabase

from spine.backup import make_backup
from spine.backup_archive import Manifest
from spine.backup_kept import forget_old, put_back
from spine.backup_restore import Present, restore
from spine.backup_swap import database_name, make_empty, swap
from spine.db import owner_connection
from spine.errors import Refused
from spine.private_services import Services
from spine.realm import Realm
from tests.conftest import T0, drop
from tests.spine.backups import Held, beside_of, empty_database, kill, start_child, sweep
from tests.spine.tally import make_tables


@pytest.fixture
async def held(services: Services, database_url: str, realm: Realm, tmp_path: Path) -> AsyncGenerator[Held]:
    await make_tables(database_url)
    yield Held(realm, database_url, tmp_path)
    await sweep(services, database_url)


@pytest.fixture
async def backup(held: Held, tmp_path: Path) -> Path:
    """A backup of three facts a stream and two attachments; one more fact came after it."""
    for _ in range(3):
        await held.add("a")
    await held.attach("first")
    await held.attach("second")
    made = await make_backup(held.url, held.data_dir, tmp_path / "b.tar", at=T0)
    await held.add("a")
    return made.path


def _refuses(refused: Refused) -> str:
    assert refused.zh
    assert refused.en
    return refused.code


async def test_the_realm_is_what_the_backup_holds_under_a_new_epoch(
    services: Services, held: Held, backup: Path
) -> None:
    before = await held.epoch()
    damaged, gone = held.files
    held.path(damaged).write_bytes(b"rot")
    held.path(gone).unlink()
    restored = await restore(held.url, held.data_dir, backup, at=T0)
    assert await held.heads() == {"board": 3, "tally:a": 3}
    assert await held.epoch() == str(restored.epoch) != before
    for sha256 in held.files:
        assert hashlib.sha256(held.path(sha256).read_bytes()).hexdigest() == sha256
    result = await held.verify()  # through the pool that was there before: it finds the database again by itself
    assert (result.facts, result.broken) == (6, [])
    assert await beside_of(services, held.url) == {"before": [restored.kept], "restoring": []}
    assert not list(held.data_dir.glob("restore-*"))


async def test_the_application_still_cannot_rewrite_the_record(held: Held, backup: Path) -> None:
    await restore(held.url, held.data_dir, backup, at=T0)
    async with owner_connection(held.url) as conn:
        rows = await (
            await conn.execute(
                "SELECT has_table_privilege('fengsui_app', 'spine.fact', p) FROM unnest('{INSERT,UPDATE,DELETE}'::text[]) p"
            )
        ).fetchall()
    assert [granted for (granted,) in rows] == [True, False, False]


async def test_a_new_machine_is_filled(services: Services, held: Held, backup: Path, tmp_path: Path) -> None:
    async with empty_database(services, held.url) as new:
        await restore(new, tmp_path / "new", backup, at=T0)
        there = Held(held.realm, new, tmp_path / "new")
        assert await there.heads() == {"board": 3, "tally:a": 3}
        assert all(there.path(sha256).exists() for sha256 in held.files)


async def test_a_database_that_is_gone_comes_back(services: Services, held: Held, backup: Path) -> None:
    await drop(services, await database_name(held.url))
    restored = await restore(held.url, held.data_dir, backup, at=T0)
    assert restored.kept is None
    assert await held.heads() == {"board": 3, "tally:a": 3}


async def test_a_restore_is_undone(services: Services, held: Held, backup: Path) -> None:
    first = await held.epoch()
    restored = await restore(held.url, held.data_dir, backup, at=T0)
    again, kept = await put_back(held.url, at=T0)
    assert again == restored.kept
    assert await held.heads() == {"board": 4, "tally:a": 4}
    assert await held.epoch() not in (first, str(restored.epoch))
    assert await forget_old(held.url) == [kept]
    assert await beside_of(services, held.url) == {"before": [], "restoring": []}


async def test_a_no_changes_nothing(services: Services, held: Held, backup: Path) -> None:
    asked: list[tuple[int, Present | None]] = []

    async def no(manifest: Manifest, present: Present | None) -> bool:
        asked.append((manifest.facts, present))
        return False

    with pytest.raises(Refused) as refused:
        await restore(held.url, held.data_dir, backup, at=T0, confirm=no)
    assert _refuses(refused.value) == "restore_not_confirmed"
    assert asked == [(6, Present("live", 8))]
    assert await held.heads() == {"board": 4, "tally:a": 4}


def _copy(path: Path) -> Path:
    copy = path.with_suffix(".harmed")
    copy.write_bytes(path.read_bytes())
    return copy


def _flip(path: Path, where: int) -> None:
    with path.open("r+b") as file:
        file.seek(where)
        [byte] = file.read(1)
        file.seek(where)
        file.write(bytes([byte ^ 1]))


def _middle_of(path: Path, member: str) -> int:
    with tarfile.open(path) as tar:
        found = next(m for m in tar if m.name.startswith(member))
        return found.offset_data + found.size // 2


def _with_manifest(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The same archive made anew with another manifest and all hashes right, as only its maker could."""
    with tarfile.open(path) as tar:
        parts = [(member.name, cast(IO[bytes], tar.extractfile(member)).read()) for member in tar]
    manifest = json.loads(parts[0][1])
    change(manifest)
    parts[0] = ("manifest.json", json.dumps(manifest).encode())
    parts[-1] = ("end.json", json.dumps({"manifest_sha256": hashlib.sha256(parts[0][1]).hexdigest()}).encode())
    with tarfile.open(path, "w") as tar:
        for name, content in parts:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def _newer_format(manifest: dict[str, Any]) -> None:
    manifest["format"] = 2
    manifest["something_new"] = True


HARMS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of the dump": (lambda p: _flip(p, _middle_of(p, "database.dump")), "archive_damaged"),
    "a byte of an attachment": (lambda p: _flip(p, _middle_of(p, "files/")), "archive_damaged"),
    "a byte of the manifest": (lambda p: _flip(p, p.read_bytes().index("测试".encode()) + 2), "archive_damaged"),
    "a byte of a header": (lambda p: _flip(p, p.read_bytes().index(b"database.dump")), "archive_damaged"),
    "cut off in the dump": (lambda p: os.truncate(p, _middle_of(p, "database.dump")), "archive_damaged"),
    "cut off in the manifest": (lambda p: os.truncate(p, 700), "archive_damaged"),
    "cut off after the dump": (lambda p: os.truncate(p, p.read_bytes().index(b"files/")), "archive_damaged"),
    "without its end": (lambda p: os.truncate(p, p.read_bytes().index(b"end.json")), "archive_damaged"),
    "not an archive": (lambda p: p.write_bytes(b"a letter" * 500), "archive_unreadable"),
    "empty": (lambda p: p.write_bytes(b""), "archive_unreadable"),
    "a newer format": (lambda p: _with_manifest(p, _newer_format), "archive_newer"),
    "a migration of the future": (
        lambda p: _with_manifest(p, lambda m: m["migrations"].append(["9999_more", "0" * 64])),
        "archive_other_program",
    ),
    "a newer server": (lambda p: _with_manifest(p, lambda m: m.update(server_version=990001)), "archive_other_server"),
    "an exercise": (lambda p: _with_manifest(p, lambda m: m.update(kind="exercise")), "archive_other_realm"),
    "other heads": (
        lambda p: _with_manifest(p, lambda m: m["heads"].update(board=[3, "0" * 64])),
        "restore_differs",
    ),
    "a path as a hash": (
        lambda p: _with_manifest(p, lambda m: m["files"][0].update(sha256="../../../etc/passwd")),
        "archive_damaged",
    ),
}


async def test_a_backup_that_is_not_whole_changes_nothing(services: Services, held: Held, backup: Path) -> None:
    """Every harm in turn, on one realm: each is refused by name and leaves it as it was."""
    before, epoch = await held.heads(), await held.epoch()
    for harm, (do, code) in HARMS.items():
        harmed = _copy(backup)
        do(harmed)
        with pytest.raises(Refused) as refused:
            await restore(held.url, held.data_dir, harmed, at=T0)
        assert _refuses(refused.value) == code, harm
        assert (await held.heads(), await held.epoch()) == (before, epoch), harm
    assert await beside_of(services, held.url) == {"before": [], "restoring": []}
    assert not list(held.data_dir.glob("restore-*"))


async def test_a_record_altered_before_the_backup_is_named(held: Held, tmp_path: Path) -> None:
    for _ in range(2):
        await held.add("a")
    async with owner_connection(held.url) as conn:
        await conn.execute("UPDATE spine.fact SET body = replace(body, '李', '王') WHERE stream = 'board' AND seq = 2")
        await conn.commit()
    made = await make_backup(held.url, held.data_dir, tmp_path / "b.tar", at=T0)
    with pytest.raises(Refused) as refused:
        await restore(held.url, held.data_dir, made.path, at=T0)
    assert _refuses(refused.value) == "restore_record_broken"
    assert "board" in refused.value.en
    restored = await restore(held.url, held.data_dir, made.path, at=T0, accept_broken=True)
    assert [(link.stream, link.seq) for link in restored.broken] == [("board", 2)]


async def test_sessions_that_come_back_again_and_again_do_not_stop_the_swap(held: Held, backup: Path) -> None:
    stop = asyncio.Event()
    seen: set[int] = set()

    async def look() -> None:
        while not stop.is_set():
            try:
                async with owner_connection(held.url) as conn:
                    row = await (
                        await conn.execute("SELECT seq FROM spine.stream_head WHERE stream = 'board'")
                    ).fetchone()
                    seen.add(int(row[0]) if row else -1)
            except Exception:
                await asyncio.sleep(0)

    lookers = [asyncio.create_task(look()) for _ in range(4)]
    try:
        await restore(held.url, held.data_dir, backup, at=T0)
    finally:
        stop.set()
        await asyncio.gather(*lookers)
    assert seen <= {3, 4}, "the old database or the restored one, nothing between"


async def test_the_swap_is_both_renames_or_neither(services: Services, held: Held) -> None:
    name = await database_name(held.url)
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await make_empty(conn, f"{name}_restoring_20260301101200", like=name)
        await make_empty(conn, f"{name}_before_20260301101200", like=name)
    with pytest.raises(DuplicateDatabase):
        await swap(
            held.url, name=name, incoming=f"{name}_restoring_20260301101200", kept=f"{name}_before_20260301101200"
        )
    assert await held.heads() == {}
    await held.add("a")
    assert await held.heads() == {"board": 1, "tally:a": 1}


async def test_who_may_not_make_databases_is_told_before_anything_is_done(
    services: Services, held: Held, backup: Path
) -> None:
    role = f"r_{uuid.uuid4().hex[:12]}"
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        try:
            with pytest.raises(Refused) as refused:
                await restore(make_conninfo(held.url, user=role), held.data_dir, backup, at=T0)
        finally:
            await conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    assert _refuses(refused.value) == "restore_not_permitted"
    assert role in refused.value.zh


async def test_only_one_restore_at_a_time(held: Held, backup: Path) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def think(manifest: Manifest, present: Present | None) -> bool:
        entered.set()
        await leave.wait()
        return False

    first = asyncio.create_task(restore(held.url, held.data_dir, backup, at=T0, confirm=think))
    await asyncio.wait_for(entered.wait(), 30)
    with pytest.raises(Refused) as refused:
        await restore(held.url, held.data_dir, backup, at=T0)
    assert _refuses(refused.value) == "restore_busy"
    leave.set()
    with pytest.raises(Refused):
        await first


async def test_a_killed_restore_leaves_the_realm_and_the_next_one_sweeps_up(
    services: Services, held: Held, backup: Path
) -> None:
    process = await start_child(held, f"restore(url, data, pathlib.Path({str(backup)!r}), at=at)")
    async with asyncio.timeout(30):
        while not (await beside_of(services, held.url))["restoring"]:  # noqa: ASYNC110  a database has no event
            await asyncio.sleep(0.01)
    await kill(process)
    assert await held.heads() == {"board": 4, "tally:a": 4}
    await held.add("a")
    restored = await restore(held.url, held.data_dir, backup, at=T0)
    assert await held.heads() == {"board": 3, "tally:a": 3}
    assert await beside_of(services, held.url) == {"before": [restored.kept], "restoring": []}
    assert not list(held.data_dir.glob("restore-*"))
