"""`backup`: one moment of a running realm in one file; under its name a whole, checked backup or nothing."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from spine.backup import make_backup
from spine.backup_archive import Archive
from spine.backup_restore import restore
from spine.db import owner_connection
from spine.errors import Refused
from spine.private_services import Services
from spine.realm import Realm
from tests.conftest import T0
from tests.spine.backups import Held, empty_database, kill, start_child, sweep
from tests.spine.tally import make_tables


@pytest.fixture
async def held(services: Services, database_url: str, realm: Realm, tmp_path: Path) -> AsyncGenerator[Held]:
    await make_tables(database_url)
    yield Held(realm, database_url, tmp_path)
    await sweep(services, database_url)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where backups are put."""
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


def lying_in(shelf: Path) -> list[Path]:
    return list(shelf.iterdir())


async def test_a_backup_says_what_it_holds(held: Held, shelf: Path) -> None:
    await held.add("a")
    await held.add("b")
    photo = await held.attach("a photo")
    made = await make_backup(held.url, held.data_dir, shelf, at=T0)
    assert made.path == shelf / "fengsui-test-20260301T101200Z.tar"
    assert made.path.stat().st_mode & 0o777 == 0o600, "it holds password hashes"
    assert lying_in(shelf) == [made.path]
    with Archive.open(made.path) as archive:
        archive.check()
        manifest = archive.manifest
    assert manifest == made.manifest
    assert (manifest.realm, manifest.kind, manifest.epoch) == ("test", "live", await held.epoch())
    assert manifest.made_at == T0
    assert {stream: seq for stream, (seq, _) in manifest.heads.items()} == await held.heads()
    assert manifest.facts == 4
    assert [kept.sha256 for kept in manifest.files] == [photo]
    assert manifest.migrations[0][0] == "0001_spine"


async def test_an_existing_file_is_never_overwritten(held: Held, shelf: Path) -> None:
    (shelf / "mine.tar").write_text("mine")
    with pytest.raises(Refused) as refused:
        await make_backup(held.url, held.data_dir, shelf / "mine.tar", at=T0)
    assert refused.value.code == "backup_exists"
    assert (shelf / "mine.tar").read_text() == "mine"


async def test_a_directory_that_is_not_there_is_named(held: Held, shelf: Path) -> None:
    with pytest.raises(Refused) as refused:
        await make_backup(held.url, held.data_dir, shelf / "none" / "b.tar", at=T0)
    assert refused.value.code == "backup_no_directory"
    assert "none" in refused.value.zh


@pytest.mark.parametrize("harm", ["missing", "shorter", "altered"])
async def test_an_attachment_that_is_not_what_it_was_is_named(held: Held, shelf: Path, harm: str) -> None:
    good, bad = await held.attach("good"), await held.attach("bad")
    path = held.path(bad)
    if harm == "missing":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-1] if harm == "shorter" else content[:-1] + b"X")
    with pytest.raises(Refused) as refused:
        await make_backup(held.url, held.data_dir, shelf, at=T0)
    assert refused.value.code == "backup_files_missing"
    assert bad in refused.value.en
    assert lying_in(shelf) == [], "nothing that looks like a backup"
    made = await make_backup(held.url, held.data_dir, shelf, at=T0, allow_missing=True)
    assert [kept.sha256 for kept in made.manifest.files] == [good]
    assert made.manifest.missing == (bad,)


async def test_a_backup_while_commands_are_written_is_one_moment(services: Services, held: Held, shelf: Path) -> None:
    stop, under_way = asyncio.Event(), asyncio.Event()

    async def write(name: str) -> int:
        written = 0
        while not stop.is_set():
            await held.add(name)
            written += 1
            if written == 3:
                under_way.set()
        return written

    writers = [asyncio.create_task(write(name)) for name in "abcd"]
    try:
        await under_way.wait()
        made = await make_backup(held.url, held.data_dir, shelf, at=T0)
    finally:
        stop.set()
        written = sum(await asyncio.gather(*writers))
    assert 0 < made.manifest.facts < written * 2
    async with empty_database(services, held.url) as new:
        restored = await restore(new, held.data_dir / "elsewhere", made.path, at=T0)
        assert restored.broken == ()
        copy = Held(held.realm, new, held.data_dir)
        assert await copy.heads() == {stream: seq for stream, (seq, _) in made.manifest.heads.items()}
        async with owner_connection(new) as conn:
            rows = await (await conn.execute("SELECT sum(total) FROM tally.tally")).fetchone()
        assert rows is not None
        assert rows[0] * 2 == made.manifest.facts, "the state is of the same moment as the record"


async def test_two_backups_into_one_directory_do_not_meet(held: Held, shelf: Path) -> None:
    results = await asyncio.gather(
        make_backup(held.url, held.data_dir, shelf / "one.tar", at=T0),
        make_backup(held.url, held.data_dir, shelf / "two.tar", at=T0),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert [refusal.code for refusal in refused] == ["backup_busy"]
    assert len(lying_in(shelf)) == 1


async def test_a_killed_backup_leaves_nothing_that_looks_like_one(held: Held, shelf: Path) -> None:
    async with owner_connection(held.url) as conn:
        # pg_dump waits for this lock, so the kill finds the backup half way.
        await conn.execute("LOCK TABLE spine.account IN ACCESS EXCLUSIVE MODE")
        process = await start_child(held, f"make_backup(url, data, pathlib.Path({str(shelf)!r}), at=at)")
        await _until_a_dump_waits(held.url)
        await kill(process)
    left = lying_in(shelf)
    assert len(left) == 1
    assert left[0].name.startswith(".fengsui-backup-")
    made = await make_backup(held.url, held.data_dir, shelf, at=T0)
    assert lying_in(shelf) == [made.path], "the next backup sweeps up"


async def _until_a_dump_waits(url: str) -> None:
    async with asyncio.timeout(30), owner_connection(url, autocommit=True) as conn:
        while True:
            row = await (
                await conn.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pg_dump' "
                    "AND wait_event_type = 'Lock'"
                )
            ).fetchone()
            if row is not None:
                return
            await asyncio.sleep(0.02)
