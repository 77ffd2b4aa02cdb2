"""A plan of sixty orders activated while 200 desks look on: from the leader's request to the last order on the last desk.

The real program in its two roles on private durable servers. The duty desks follow the incident, the department desks their own
stream; every stream that the activation's receipt names must have reached everyone who follows it.
"""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import websockets

from spine.db import owner_connection
from tests.benches.programs import BenchTrouble, Cores, Spoken, Stage, raise_file_limit
from tests.benches.result import Row
from tests.benches.town import Town, start_services

BAR_MS = 1000.0
DESKS, DEPARTMENT_DESKS, ROUNDS = 200, 30, 20
PLAN, LEVEL = "earthquake", "II"
QUAKE = {
    "title": "耿马地震",
    "class_key": "nd.quake.natural",
    "place": "耿马县",
    "area_code": "530926203",
    "point": {"lon": 99.4, "lat": 23.55},
    "figures": {"magnitude": 6.3},
}


@dataclass(frozen=True, slots=True)
class Activation:
    """`ms`: to the last desk. `answered_ms`: until the leader had the receipt. `departments`: streams with new orders."""

    ms: float
    answered_ms: float
    orders: int
    departments: int
    facts: int


@dataclass
class DepartmentDesk:
    """One desk's socket; `held` is its stream's newest position."""

    stream: str
    connection: websockets.ClientConnection
    held: int = 0

    async def follow(self) -> None:
        await self.connection.send(json.dumps({"op": "follow", "stream": self.stream}))
        while (frame := await self._frame())["op"] != "live":
            pass
        self.held = int(frame["seq"])

    async def reach(self, seq: int) -> float:
        """When this position was there (monotonic seconds)."""
        while self.held < seq:
            frame = await self._frame()
            if frame["op"] == "fact" and frame["stream"] == self.stream:
                self.held = int(frame["seq"])
        return time.monotonic()

    async def _frame(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(await self.connection.recv()))


async def _department_logins(database_url: str) -> dict[str, str]:
    """{department: login} of all desks that have an account."""
    async with owner_connection(database_url) as conn:
        rows = await (
            await conn.execute(
                """
                SELECT g.department, min(a.login) FROM spine.account_grant g JOIN spine.account a ON a.id = g.account_id
                WHERE g.role = 'department' AND g.department IS NOT NULL GROUP BY g.department ORDER BY g.department
                """
            )
        ).fetchall()
    return {str(department): str(login) for department, login in rows}


async def _command(client: httpx.AsyncClient, kind: str, stream: str, **data: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    answer = await client.post(
        "/api/commands", json={"id": str(uuid4()), "kind": kind, "stream": stream, "occurred_at": now, "data": data}
    )
    if answer.status_code != 200:
        raise BenchTrouble(f"{kind}: {answer.status_code} {answer.text[:300]}")
    return cast(dict[str, Any], answer.json())


async def _proposal(client: httpx.AsyncClient, incident: str) -> dict[str, Any]:
    """The plan's proposal, which the work role makes by itself."""
    for _ in range(400):
        picture = (await client.get(f"/api/picture/incident:{incident}")).json()
        found = [
            r for r in picture["picture"]["responses"].values() if r["plan_id"] == PLAN and r["state"] == "proposed"
        ]
        if found:
            return cast(dict[str, Any], found[0])
        await asyncio.sleep(0.05)
    raise BenchTrouble("the plan proposed nothing within 20 s")


def _client(town: Town, cookie: str) -> httpx.AsyncClient:
    name, _, value = cookie.partition(": ")
    return httpx.AsyncClient(base_url=town.url, headers={name: value}, timeout=60)


async def _round(
    town: Town, duty: httpx.AsyncClient, leader: httpx.AsyncClient, desks: int, departments: dict[str, str]
) -> Activation:
    opened = await _command(duty, "incident.open", "board", **QUAKE)
    incident = str(opened["result"]["incident_id"])
    response = await _proposal(duty, incident)
    owners = sorted({str(task["owner"]) for task in response["proposed_tasks"] if task.get("owner")})
    wanted = [one for one in (*owners, *departments) if one in departments]
    chosen = list(dict.fromkeys(wanted))[: min(DEPARTMENT_DESKS, max(0, desks - 1))]
    stream = f"incident:{incident}"
    watching = await town.dashboards(desks - len(chosen), more=["--stream", stream])
    own: list[DepartmentDesk] = []
    try:
        for department in chosen:
            (cookie,) = await town.cookies([departments[department]])
            socket = await websockets.connect(
                f"ws://127.0.0.1:{town.serve_port}/api/socket",
                additional_headers={"Cookie": cookie.partition(": ")[2]},
                max_size=None,
            )
            desk = DepartmentDesk(f"department:{department}", socket)
            await desk.follow()
            own.append(desk)
        began = time.monotonic()
        answer = await _command(
            leader,
            "response.activate",
            stream,
            response_id=response["id"],
            level=LEVEL,
            tasks=[task["code"] for task in response["proposed_tasks"]],
        )
        answered = time.monotonic()
        last: dict[str, int] = {}
        for fact in answer["facts"]:
            last[fact["stream"]] = max(last.get(fact["stream"], 0), int(fact["seq"]))
        async with asyncio.timeout(30):
            times = await asyncio.gather(
                _everywhere(watching, last[stream]), *(one.reach(last.get(one.stream, 0)) for one in own)
            )
        given = await _orders(town.database_url, incident)
        return Activation(
            (max(times) - began) * 1000,
            (answered - began) * 1000,
            given,
            sum(1 for one in last if one.startswith("department:")),
            len(answer["facts"]),
        )
    finally:
        await town.stage.end(watching)
        for one in own:
            await one.connection.close()


async def _everywhere(dashboards: Spoken, seq: int) -> float:
    await dashboards.ask(f"target {seq}", "consistent", 30)
    return time.monotonic()


async def _orders(database_url: str, incident: str) -> int:
    async with owner_connection(database_url) as conn:
        row = await (
            await conn.execute("SELECT count(*) FROM command.task WHERE incident_id = %s", (incident,))
        ).fetchone()
    return 0 if row is None else int(row[0])


async def _measure(folder: Path, town: Town, quick: bool) -> Row:
    desks, rounds = (20, 2) if quick else (DESKS, ROUNDS)
    await town.build()
    town.pin_services("all")
    await town.open(work=True)
    duty_cookie, leader_cookie = await town.cookies(["duty1", "leader1"])
    departments = await _department_logins(town.database_url)
    async with _client(town, duty_cookie) as duty, _client(town, leader_cookie) as leader:
        await _round(town, duty, leader, desks, departments)  # what is read and remembered at first is not measured
        many = [await _round(town, duty, leader, desks, departments) for _ in range(rounds)]
        alone = [await _round(town, duty, leader, 1, departments) for _ in range(max(2, rounds // 2))]
    await town.close()
    taken, single = sorted(one.ms for one in many), statistics.median(one.ms for one in alone)
    p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
    fewest, offices = min(one.orders for one in many), min(one.departments for one in many)
    wrong = [] if fewest >= 60 and offices >= 25 else [f"only {fewest} orders to {offices} departments"]
    return Row(
        "activation",
        f"activation of {fewest} orders to {offices} departments → all of them on every one of {desks} desks, p95",
        f"≤ {BAR_MS:g} ms",
        f"one desk: median {single:.0f} ms",
        f"{p95:.0f} ms",
        p95 / BAR_MS,
        at_most=1.0,
        wrong=wrong,
        notes=[
            f"median {statistics.median(taken):.0f} ms, worst {taken[-1]:.0f} ms of {rounds}; the leader's receipt after "
            f"{statistics.median(one.answered_ms for one in many):.0f} ms; {many[0].facts} facts in one transaction",
            *town.complaints,
        ],
        figures={"rounds_ms": [round(one.ms, 1) for one in many], "one_desk_ms": [round(one.ms, 1) for one in alone]},
        method="serve on one core, work and desks on the other, database on both, durable; from the request's first byte",
    )


def activation(folder: Path, quick: bool) -> list[Row]:
    """One row. Raises BenchTrouble where there is no C compiler or too few open files are permitted."""
    raise_file_limit()
    private, services = start_services(folder)

    async def run() -> Row:
        stage = Stage(folder, Cores.of_this_machine())
        try:
            return await _measure(folder, Town(stage, private, services), quick)
        finally:
            await stage.end_all()

    try:
        return [asyncio.run(run())]
    finally:
        private.stop()
