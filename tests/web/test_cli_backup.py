"""`fengsui backup` and `fengsui restore` at the command line, beside a city's server and with the program's own."""

import asyncio
import os
import re
import tempfile
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest

from spine.db import owner_connection
from spine.private_directory import is_in_use
from spine.private_services import Services
from tests.conftest import clone, drop
from tests.spine.backups import sweep
from web.cli import main


@pytest.fixture
def live(services: Services, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The program told to use this database, by somebody who reads English."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    url = asyncio.run(clone(services, template, name))
    monkeypatch.setenv("FENGSUI_DATABASE_URL", url)
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FENGSUI_LANG", "en")
    yield url
    asyncio.run(sweep(services, url))
    asyncio.run(drop(services, name))


@pytest.fixture
def machine() -> Generator[Path]:
    """A data directory that is not there yet, where the user who runs the database may go; pytest's own he may not."""
    with tempfile.TemporaryDirectory(prefix="fengsui-machine-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory) / "data"


async def _epoch(url: str) -> str:
    async with owner_connection(url) as conn:
        row = await (await conn.execute("SELECT epoch FROM spine.realm")).fetchone()
    assert row is not None
    return str(row[0])


def test_there_and_back(
    live: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asyncio.run(_epoch(live))
    assert main(["backup", str(tmp_path)]) == 0
    told = capfd.readouterr().out
    [path] = tmp_path.glob("fengsui-*.tar")
    assert re.search(r"0 streams, 0 facts, 0 attachments, \d+\.\d MB, \d+\.\d s", told)
    assert str(path) in told

    with open(os.devnull) as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert main(["restore", str(path)]) == 1
    refusal = capfd.readouterr().err.strip()
    assert "--yes" in refusal
    assert len(refusal.splitlines()) == 1
    assert asyncio.run(_epoch(live)) == before

    assert main(["restore", str(path), "--yes"]) == 0
    after = asyncio.run(_epoch(live))
    assert after != before
    assert after in capfd.readouterr().out

    assert main(["restore", "--back", "--yes"]) == 0
    assert main(["restore", "--forget-old", "--yes"]) == 0
    assert "dropped 1 databases" in capfd.readouterr().out


@pytest.mark.parametrize("call", [["restore"], ["restore", "b.tar", "--back"], ["restore", "none.tar", "--yes"]])
def test_what_cannot_be_done_is_one_sentence(live: str, call: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 1
    assert len(capfd.readouterr().err.strip().splitlines()) == 1


def test_when_nothing_runs_it_starts_the_servers_itself_and_stops_them(
    live: str, machine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["backup", str(tmp_path)]) == 0
    [path] = tmp_path.glob("fengsui-*.tar")
    monkeypatch.delenv("FENGSUI_DATABASE_URL")
    monkeypatch.setenv("FENGSUI_DATA", str(machine))
    assert main(["backup", str(tmp_path / "none.tar")]) == 1, "there is nothing to back up, and nothing is made"
    assert not machine.exists()
    assert main(["restore", str(path), "--yes"]) == 0
    assert main(["backup", str(tmp_path / "again.tar")]) == 0
    assert (tmp_path / "again.tar").exists()
    assert not is_in_use(machine)
    assert "restored to" in capfd.readouterr().out
