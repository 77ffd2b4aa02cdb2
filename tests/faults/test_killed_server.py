"""SIGKILL in the middle of 200 concurrent commands: what was acknowledged is in the record exactly once."""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import psycopg
import pytest
import websockets

from spine.db import owner_connection
from spine.private_services import Services
from spine.verify import verify
from tests.city import PASSWORD
from tests.faults.program import Program, free_port

COMMANDS = 200


@pytest.fixture
async def program(services: Services, city_url: str, tmp_path: Any) -> AsyncGenerator[Program]:
    running = Program(
        {
            "FENGSUI_DATABASE_URL": city_url,
            "FENGSUI_REDIS_URL": services.redis_url,
            "FENGSUI_DATA": str(tmp_path),
        },
        free_port(),
    )
    await running.start()
    yield running
    await running.stop()


@asynccontextmanager
async def sign_in(program: Program) -> AsyncGenerator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(base_url=program.url, timeout=20, limits=limits) as client:
        answer = await client.post("/api/session", json={"login": "duty1", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield client


class Dashboard:
    """A desk that follows the board, keeps its position, and resumes from it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.seen: list[int] = []
        self.epoch: str | None = None

    async def follow_until(self, head: int | None) -> None:
        """Follow from the position held, until this head or until the connection breaks."""
        async with sign_in(self.program) as client:
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        address = f"ws://127.0.0.1:{self.program.port}/api/socket"
        async with websockets.connect(address, additional_headers={"Cookie": cookie}) as connection:
            since = self.seen[-1] if self.seen else 0
            welcome = cast(dict[str, Any], json.loads(await connection.recv()))
            assert self.epoch in (None, welcome["epoch"])
            self.epoch = welcome["epoch"]
            await connection.send(json.dumps({"op": "follow", "stream": "board", "since": since, "epoch": self.epoch}))
            while head is None or not self.seen or self.seen[-1] < head:
                frame = cast(dict[str, Any], json.loads(await connection.recv()))
                assert frame["op"] != "reset", frame
                if frame["op"] == "fact":
                    self.seen.append(frame["seq"])


async def test_nothing_acknowledged_is_lost_or_doubled(program: Program, city_url: str) -> None:
    envelopes = [
        {
            "id": str(uuid.uuid4()),
            "kind": "call.register",
            "stream": "board",
            "occurred_at": "2026-03-01T10:00:00+00:00",
            "data": {"source": "群众来电", "text": f"第 {number} 个电话"},
        }
        for number in range(COMMANDS)
    ]
    acknowledged: set[str] = set()
    enough = asyncio.Event()

    async def send(client: httpx.AsyncClient, envelope: dict[str, Any]) -> None:
        try:
            answer = await client.post("/api/commands", json=envelope)
        except httpx.TransportError:
            return
        assert answer.status_code == 200, answer.text
        acknowledged.add(envelope["id"])
        if len(acknowledged) >= COMMANDS // 4:
            enough.set()

    dashboard = Dashboard(program)
    watching = asyncio.create_task(dashboard.follow_until(None))
    async with sign_in(program) as client:
        sending = asyncio.gather(*(send(client, envelope) for envelope in envelopes))
        await asyncio.wait_for(enough.wait(), 60)
        await program.kill()
        await sending
    with pytest.raises(websockets.ConnectionClosed):
        await watching
    before = set(acknowledged)
    assert COMMANDS // 4 <= len(before) < COMMANDS, "the kill came too late to prove anything"

    await program.start()
    in_record = await facts_by_command(city_url)
    assert before <= set(in_record)

    async with sign_in(program) as client:
        await asyncio.gather(*(send(client, envelope) for envelope in envelopes))
    assert len(acknowledged) == COMMANDS
    assert await facts_by_command(city_url) == Counter({envelope["id"]: 1 for envelope in envelopes})
    async with owner_connection(city_url) as conn:
        assert (await verify(conn)).broken == []

    await asyncio.wait_for(dashboard.follow_until(COMMANDS), 30)
    assert dashboard.seen == list(range(1, COMMANDS + 1))


async def facts_by_command(database_url: str) -> Counter[str]:
    """How often each command stands on the city's board."""
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        rows = await (
            await conn.execute(
                "SELECT command_id, count(*) FROM spine.fact WHERE stream = 'board' AND kind = 'call.registered' GROUP BY 1"
            )
        ).fetchall()
    return Counter({str(command): int(count) for command, count in rows})
