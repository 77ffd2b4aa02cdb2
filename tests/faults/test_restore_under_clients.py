"""A backup and a restore while serve and work run, somebody sends commands and a dashboard follows.

The dashboard is told, fetches anew and shows what the restored database holds. What had been acknowledged is in the restored
database or in the one that was put aside, and what is sent afterwards goes through.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from spine.backup_kept import forget_old, kept_beside
from spine.canonical import decode_object
from spine.db import owner_connection, with_database
from spine.fold import Picture, fold_all
from spine.verify import verify
from tests.faults.checker import Checker, Entry, Pictured, Received
from tests.faults.dashboard import Dashboard
from tests.faults.platform import Platform
from tests.faults.program import CHECKOUT

CALLS = 8


@dataclass
class Screen(Checker):
    """What a dashboard shows: the picture it fetched and the facts it was sent since."""

    epoch: str = ""
    seq: int = -1
    picture: Picture = field(default_factory=dict[str, Any])

    def saw(self, client: str, entry: Entry) -> None:
        del client  # there is one
        if isinstance(entry, Pictured):
            self.epoch, self.seq, self.picture = entry.epoch, entry.seq, entry.picture
        elif isinstance(entry, Received):
            frame = decode_object(entry.text)
            if frame["op"] == "fact" and frame["seq"] == self.seq + 1:
                self.picture = fold_all(self.picture, [frame])
                self.seq += 1


@dataclass
class Caller:
    """The duty desk's telephone: registers calls. `acknowledged`: ids whose answer was 200 or 202."""

    http: httpx.AsyncClient
    acknowledged: list[str] = field(default_factory=list[str])

    async def call(self) -> str | None:
        """One attempt; its id when it was acknowledged."""
        command = str(uuid.uuid4())
        envelope = {
            "id": command,
            "kind": "call.register",
            "stream": "board",
            "occurred_at": datetime.now(UTC).isoformat(),
            "data": {"source": "群众来电", "text": "河水上涨"},
        }
        try:
            answer = await self.http.post("/api/commands", json=envelope)
        except httpx.TransportError:
            return None
        if answer.status_code in (200, 202):
            self.acknowledged.append(command)
            return command
        assert answer.status_code >= 500, answer.text
        return None

    async def calls(self, count: int) -> list[str]:
        """So many acknowledged calls."""
        made: list[str] = []
        async with asyncio.timeout(60):
            while len(made) < count:
                command = await self.call()
                if command is None:
                    await asyncio.sleep(0.1)
                else:
                    made.append(command)
        return made


@asynccontextmanager
async def shown(platform: Platform, cookie: str) -> AsyncGenerator[tuple[Dashboard, Screen]]:
    """A dashboard of the board, live."""
    screen = Screen()
    dashboard = Dashboard("desk", platform.url, cookie, ("board",), screen)
    running = asyncio.create_task(dashboard.run())
    try:
        await dashboard.live()
        yield dashboard, screen
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _fengsui(platform: Platform, *arguments: str) -> str:
    """The program at the command line, beside the platform. Returns what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "web.cli", *arguments),
        cwd=CHECKOUT,
        env={
            **os.environ,
            "FENGSUI_DATABASE_URL": platform.database_url,
            "FENGSUI_DATA": str(platform.data),
            "FENGSUI_LANG": "en",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


async def _registered(database_url: str) -> set[str]:
    """The calls in the record of a database."""
    async with owner_connection(database_url) as conn:
        rows = await (
            await conn.execute("SELECT command_id FROM spine.fact WHERE stream = 'board' AND kind = 'call.registered'")
        ).fetchall()
    return {str(command) for (command,) in rows}


@pytest.fixture
async def caller(platform: Platform) -> AsyncGenerator[Caller]:
    headers = {"Cookie": await platform.sign_in("duty1")}
    async with httpx.AsyncClient(base_url=platform.url, headers=headers, timeout=20) as http:
        yield Caller(http)


async def test_a_restore_under_connected_clients(platform: Platform, caller: Caller, tmp_path: Path) -> None:
    async with shown(platform, await platform.sign_in("duty1")) as (dashboard, screen):
        kept_calls = set(await caller.calls(CALLS))
        await _fengsui(platform, "backup", str(tmp_path / "b.tar"))
        lost_calls = set(await caller.calls(CALLS))
        await dashboard.reaches({"board": await _head(platform)})
        before = screen.epoch

        stop = asyncio.Event()
        sending = asyncio.create_task(_keep_calling(caller, stop))
        told = await _fengsui(platform, "restore", str(tmp_path / "b.tar"), "--yes")
        after_calls = set(await caller.calls(CALLS))
        stop.set()
        await sending

        [(epoch,)] = await platform.query("SELECT epoch::text FROM spine.realm")
        assert epoch != before
        assert epoch in told
        async with asyncio.timeout(30):
            while dashboard.held.get("board", ("", 0))[0] != epoch:  # noqa: ASYNC110  another process decides when
                await asyncio.sleep(0.05)
        assert "board: epoch" in dashboard.resets

        there = await _all_arrived(platform, after_calls)
        assert kept_calls <= there
        assert not lost_calls & there, "what came after the backup is gone from the board"
        [aside] = await kept_beside(platform.database_url)
        everywhere = there | await _registered(with_database(platform.database_url, aside))
        assert set(caller.acknowledged) <= everywhere, "acknowledged, and nowhere"

        await platform.settled()
        await dashboard.reaches({"board": await _head(platform)})
        fresh = cast(dict[str, Any], (await caller.http.get("/api/picture/board")).json())
        assert (screen.epoch, screen.seq) == (fresh["epoch"], fresh["seq"]) == (epoch, await _head(platform))
        assert screen.picture == fresh["picture"]
    async with owner_connection(platform.database_url) as conn:
        assert (await verify(conn)).broken == []
    assert await forget_old(platform.database_url) == [aside]
    assert platform.log_troubles() == []


async def _keep_calling(caller: Caller, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await caller.call()
        await asyncio.sleep(0.02)


async def _head(platform: Platform) -> int:
    rows = await platform.query("SELECT seq FROM spine.stream_head WHERE stream = 'board'")
    return int(rows[0][0]) if rows else 0


async def _all_arrived(platform: Platform, calls: set[str]) -> set[str]:
    """The calls on the restored board, when these (some perhaps only spooled when they were acknowledged) are there."""
    async with asyncio.timeout(30):
        while True:
            there = await _registered(platform.database_url)
            if calls <= there:
                return there
            await asyncio.sleep(0.1)
