"""What is acknowledged as kept is on disk, in order, once."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from spine.canonical import JsonObject
from spine.errors import Refused
from spine.spool import Spool, read_spool


def collecting(into: list[JsonObject], fail_at: int | None = None) -> Callable[[JsonObject], Awaitable[None]]:
    async def carry(entry: JsonObject) -> None:
        if fail_at is not None and len(into) == fail_at:
            raise ConnectionError("away again")
        into.append(entry)

    return carry


def files(directory: Path) -> list[Path]:
    return list(directory.glob("*.spool"))


def the_file(directory: Path) -> Path:
    (path,) = files(directory)
    return path


async def test_entries_come_back_in_order_and_the_file_is_empty_then(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    entries: list[JsonObject] = [{"n": n, "text": "孟定镇\n糖厂"} for n in range(5)]
    await asyncio.gather(*(spool.keep(entry) for entry in entries))
    assert list(read_spool(the_file(tmp_path))) == entries
    assert not spool.drained.is_set()
    seen: list[JsonObject] = []
    assert await spool.replay(collecting(seen)) == 5
    assert (seen, spool.depth, spool.drained.is_set()) == (entries, 0, True)
    assert the_file(tmp_path).stat().st_size == 0
    spool.close()
    assert files(tmp_path) == []


async def test_what_fails_stays_and_comes_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for n in range(4):
        await spool.keep({"n": n})
    seen: list[JsonObject] = []
    with pytest.raises(ConnectionError):
        await spool.replay(collecting(seen, fail_at=2))
    assert spool.depth == 2
    await spool.replay(collecting(seen))
    assert [entry["n"] for entry in seen] == [0, 1, 2, 3]


async def test_what_a_killed_process_left_is_taken_over_once(tmp_path: Path) -> None:
    killed = Spool(tmp_path)
    await killed.keep({"n": 1})
    living = Spool(tmp_path)
    assert living.take_over() == 0  # it still lives
    # A killed process lets go of its lock without removing anything.
    assert killed._own is not None  # pyright: ignore[reportPrivateUsage]
    killed._own._file.close()  # pyright: ignore[reportPrivateUsage]
    assert living.take_over() == 1
    assert Spool(tmp_path).take_over() == 0
    seen: list[JsonObject] = []
    await living.replay(collecting(seen))
    assert seen == [{"n": 1}]
    assert files(tmp_path) == []


async def test_a_line_that_was_not_finished_was_never_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await spool.keep({"n": 1})
    await spool.keep({"n": 2})
    path = the_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    assert list(read_spool(path)) == [{"n": 1}]


async def test_a_damaged_line_stops_reading_and_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path)
    for n in range(3):
        await spool.keep({"n": n})
    path = the_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":7'))
    assert list(read_spool(path)) == [{"n": 0}]
    assert "damaged at line 2" in caplog.text


async def test_a_full_disk_is_refused_and_leaves_no_half_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await spool.keep({"n": 1})
    size = the_file(tmp_path).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(Refused) as full:
            await spool.keep({"n": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (full.value.code, full.value.status) == ("spool_full", 507)
    await spool.keep({"n": 3})
    assert list(read_spool(the_file(tmp_path))) == [{"n": 1}, {"n": 3}]
