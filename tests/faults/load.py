"""Senders that behave as the outbox does: an id of their own, sent again until an answer comes."""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx

from tests.faults.checker import Checker

Envelope = dict[str, Any]
_TRY_AGAIN = {401, 408, 425, 429}
_PATIENCE_S = 60.0


def envelope(kind: str, data: Mapping[str, Any], stream: str = "board", at: datetime | None = None) -> Envelope:
    """A command with an id of the sender's making."""
    occurred = (at or datetime.now(UTC)).isoformat()
    return {"id": str(uuid.uuid4()), "kind": kind, "stream": stream, "occurred_at": occurred, "data": dict(data)}


@dataclass
class Sender:
    """One account on one device. `troubles`: how often it got which status (0: no answer) and sent again."""

    url: str
    cookie: str
    checker: Checker
    troubles: Counter[int] = field(default_factory=Counter[int])
    spooled: list[Envelope] = field(default_factory=list[Envelope])
    slowest_503_s: float = 0.0

    def __post_init__(self) -> None:
        # A connection of its own for each request, so that it may reach another process behind the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        headers = {"Cookie": self.cookie}
        self.http = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, limits=limits, verify=False)  # noqa: S501

    async def close(self) -> None:
        await self.http.aclose()

    async def send(self, command: Envelope) -> httpx.Response:
        """Send until an answer comes: 200 or 202 is handed to the checker, and so is a final refusal."""
        self.checker.sent.add(str(command["id"]))
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            answer = await self.once(command)
            if answer is not None and answer.status_code < 500 and answer.status_code not in _TRY_AGAIN:
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{command['kind']} was not taken: {answer and answer.text}")
            await asyncio.sleep(0.1 + random.random() / 10)

    async def once(self, command: Envelope) -> httpx.Response | None:
        """One attempt; None when no answer came."""
        self.checker.sent.add(str(command["id"]))
        began = time.monotonic()
        try:
            answer = await self.http.post("/api/commands", json=command)
        except httpx.TransportError:
            self.troubles[0] += 1
            return None
        self._note(command, answer, time.monotonic() - began)
        return answer

    def _note(self, command: Envelope, answer: httpx.Response, took_s: float) -> None:
        status, name = answer.status_code, str(command["id"])
        if status in (200, 202):
            told = cast(dict[str, Any], answer.json())
            assert status == 200 or (told["spooled"] and told["id"] == name), told
            self.checker.acknowledged(name, status, told, time.monotonic())
            if status == 202 and command not in self.spooled:
                self.spooled.append(command)
        elif status < 500 and status not in _TRY_AGAIN:
            self.checker.refused[name] = status
        else:
            self.troubles[status] += 1
            if status == 503:
                self.slowest_503_s = max(self.slowest_503_s, took_s)


@dataclass(frozen=True, slots=True)
class Scene:
    """Incidents with an order each (incident id, task id); the first order is the field unit's."""

    orders: Sequence[tuple[str, str]]
    unit: str


async def set_the_scene(duty: Sender, department: Sender, unit: str, incidents: int = 3) -> Scene:
    """Open incidents, give each an order to the fire brigade, which signs, starts and sends its unit to the first."""
    orders: list[tuple[str, str]] = []
    for number in range(incidents):
        opened = await _done(
            duty,
            envelope(
                "incident.open",
                {
                    "title": f"南汀河山洪 {number}",
                    "class_key": "nd.flood.flash",
                    "place": "孟定镇",
                    "area_code": "530926103",
                },
            ),
        )
        incident = str(opened["result"]["incident_id"])
        order = {
            "incident_id": incident,
            "title": "排查",
            "text": "排查沿河房屋",
            "department": "FRB",
            "due_minutes": 600,
        }
        issued = await _done(duty, envelope("task.issue", order))
        orders.append((incident, str(issued["result"]["task_id"])))
    for number, (_, task) in enumerate(orders):
        await _done(department, envelope("task.sign", {"task_id": task}))
        await _done(department, envelope("task.start", {"task_id": task}))
        if number == 0:
            await _done(department, envelope("task.assign", {"task_id": task, "unit_id": unit}))
    return Scene(orders, unit)


async def _done(sender: Sender, command: Envelope) -> dict[str, Any]:
    answer = await sender.send(command)
    assert answer.status_code == 200, answer.text
    return cast(dict[str, Any], answer.json())


@dataclass
class Load:
    """Calls by the duty desk, progress by the department, notes by the field unit, all at once."""

    scene: Scene
    duty: Sender
    department: Sender
    field_unit: Sender
    callers: int = 2
    pause_s: float = 0.02
    answers: int = 0
    last_answer_at: float = 0.0
    _stopping: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def senders(self) -> tuple[Sender, ...]:
        return (self.duty, self.department, self.field_unit)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Send for as long as the block lasts; at its end every command that was begun gets its answer."""
        self._stopping = False
        try:
            async with asyncio.TaskGroup() as group:
                for caller in range(self.callers):
                    group.create_task(self._repeat(lambda n, caller=caller: self._call(caller, n)))
                for incident, task in self.scene.orders:
                    group.create_task(self._repeat(lambda n, task=task, i=incident: self._progress(i, task, n)))
                group.create_task(self._repeat(self._note))
                try:
                    yield
                finally:
                    self._stopping = True
        finally:
            self._stopping = True

    async def acknowledged(self, more: int, within_s: float = 60) -> None:
        """Wait until so many more commands were answered."""
        wanted = self.answers + more
        async with asyncio.timeout(within_s):
            while self.answers < wanted:
                self._moved.clear()
                await self._moved.wait()

    async def ask_after_spooled(self, within_s: float = 30) -> None:
        """Send again what was only spooled, as docs/realtime.md has it: until each has its real answer."""
        deadline = time.monotonic() + within_s
        for sender in self.senders:
            for command in sender.spooled:
                while (await sender.send(command)).status_code == 202:
                    if time.monotonic() > deadline:
                        raise TimeoutError(
                            f"{command['kind']} is still spooled {within_s} s after the database came back"
                        )
                    await asyncio.sleep(0.2)

    async def _repeat(self, act: Callable[[int], Awaitable[httpx.Response]]) -> None:
        number = 0
        while not self._stopping:
            number += 1
            answer = await act(number)
            assert answer.status_code in (200, 202), answer.text
            self.answers += 1
            self.last_answer_at = time.monotonic()
            self._moved.set()
            await asyncio.sleep(self.pause_s)

    async def _call(self, caller: int, number: int) -> httpx.Response:
        data = {"source": "群众来电", "text": f"第 {caller} 席第 {number} 个来电：河水上涨", "area_code": "530926103"}
        return await self.duty.send(envelope("call.register", data))

    async def _progress(self, incident: str, task: str, number: int) -> httpx.Response:
        data = {"task_id": task, "text": f"已排查 {number} 户"}
        return await self.department.send(envelope("task.progress", data, f"incident:{incident}"))

    async def _note(self, number: int) -> httpx.Response:
        data = {"unit_id": self.scene.unit, "text": f"现场情况 {number}"}
        return await self.field_unit.send(envelope("unit.note", data, f"unit:{self.scene.unit}"))
