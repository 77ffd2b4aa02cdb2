"""The data directory's disk is full: what cannot be kept is refused in clear words, and it heals when there is room."""

import asyncio
import hashlib
import os
import random
import resource
import subprocess
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.load import envelope
from tests.faults.platform import Case, Platform
from tests.faults.servers import until

SIZE = 4 * 1024 * 1024
_LARGEST_FILE = 64 * 1024
MOST_CALLS = 60


def _mounted(path: Path) -> bool:
    """A small disk of its own, where the one who runs the tests may mount one."""
    if os.geteuid() != 0:
        return False
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "fengsui-faults", str(path)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def data_directory(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    path = tmp_path_factory.mktemp("small")
    mounted = _mounted(path)
    yield path
    if mounted:
        subprocess.run(["umount", "-l", str(path)], check=False)


class Disk:
    """Full: no byte is left. Without a disk of its own the processes may write no file beyond a size instead."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._filler = platform.data / "filler"
        self._own = platform.data.is_mount()

    def fill(self) -> None:
        if not self._own:
            self._limit(_LARGEST_FILE)
            return
        with open(self._filler, "wb", buffering=0) as file, suppress(OSError):
            for size in (64 * 1024, 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        if self._own:
            self._filler.unlink(missing_ok=True)
        else:
            self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for program in self._platform.programs:
            assert program.process is not None
            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture
def disk(platform: Platform) -> Generator[Disk]:
    made = Disk(platform)
    yield made
    made.free()


async def test_attachments_are_refused_while_the_disk_is_full(case: Case, disk: Disk) -> None:
    content = b"%PDF-1.7\n" + random.Random(5309).randbytes(200_000)
    disk.fill()
    refused = await put(case, content)
    assert (refused.status_code, refused.json()["code"]) == (507, "disk_full"), refused.text
    assert "磁盘" in refused.json()["detail"]
    async with case.load.running():
        await case.load.acknowledged(20)  # commands need no room on this disk
    disk.free()
    kept = await put(case, content)
    assert kept.status_code == 201, kept.text
    async with httpx.AsyncClient(base_url=case.platform.url, headers={"Cookie": case.load.duty.cookie}) as http:
        again = await http.get(f"/api/files/{hashlib.sha256(content).hexdigest()}")
    assert again.content == content
    await case.verdict()


async def test_intake_is_refused_while_the_database_is_away_and_the_disk_full(case: Case, disk: Disk) -> None:
    """What was acknowledged before the disk was full is in the record; what did not fit was never acknowledged."""
    await asyncio.to_thread(case.platform.servers.stop_postgres)
    await until(lambda: all(d.stale_frames for d in case.dashboards), "every dashboard told that it is stale")
    duty = case.load.duty
    calls = [
        envelope("call.register", {"source": "群众来电", "text": f"第 {n} 个来电" * 300}) for n in range(MOST_CALLS)
    ]
    first = await duty.once(calls[0])
    assert first is not None
    assert first.status_code == 202, first.text
    disk.fill()
    for call in calls[1:]:
        answer = await duty.once(call)
        assert answer is not None
        if answer.status_code != 202:  # what still fits into the file's last block is kept honestly
            break
    else:
        raise AssertionError("the disk was not full")
    assert (answer.status_code, answer.json()["code"]) == (507, "spool_full"), answer.text
    assert "纸" in answer.json()["detail"]
    disk.free()
    later = await duty.once(call)
    assert later is not None
    assert later.status_code == 202, later.text
    await case.platform.servers.start_postgres()
    await case.live()
    await case.verdict()


async def put(case: Case, content: bytes) -> httpx.Response:
    headers = {"Cookie": case.load.duty.cookie, "Accept-Language": "zh"}
    async with httpx.AsyncClient(base_url=case.platform.url, headers=headers, timeout=20) as http:
        return await http.put(f"/api/files/{hashlib.sha256(content).hexdigest()}", content=content)
