"""Ten thousand positions a second come in; dashboards see each unit's newest once a second, and facts are not held up."""

import asyncio
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import websockets

from spine.clock import WallClock, iso
from spine.db import owner_connection
from tests.benches.programs import Stage
from tests.benches.result import Row, wrongs
from tests.benches.town import Town

FACTS_PER_S = 20
BATCH = 500
SEEN_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Units on circles of their own; round `k` is where each is at its k-th report."""

    units: int
    began: datetime
    step_s: float

    def unit(self, number: int) -> str:
        return str(UUID(int=0xD0000000_0000_4000_8000_000000000000 + number))

    def at(self, number: int, round_: int) -> dict[str, Any]:
        angle = number * 0.7 + round_ * 0.11
        return {
            "unit_id": self.unit(number),
            "lon": round(99.5 + number % 50 * 0.01 + 0.004 * math.cos(angle), 6),
            "lat": round(23.6 + number // 50 * 0.01 + 0.004 * math.sin(angle), 6),
            "accuracy_m": 5.0,
            "at": iso(self.began + timedelta(seconds=round_ * self.step_s)),
        }

    def batches(self, rounds: int) -> Iterator[str]:
        """Bodies of /api/positions in the order in which they are sent."""
        for round_ in range(rounds):
            for start in range(0, self.units, BATCH):
                some = [self.at(n, round_) for n in range(start, min(start + BATCH, self.units))]
                yield json.dumps({"positions": some}, separators=(",", ":"))

    def last(self, rounds: int) -> dict[str, tuple[float, float]]:
        found = (self.at(n, rounds - 1) for n in range(self.units))
        return {p["unit_id"]: (p["lon"], p["lat"]) for p in found}


async def _watch(town: Town, cookie: str, seen: dict[str, tuple[float, float]]) -> None:
    """One dashboard that reads every position; `seen` is its map, until cancelled."""
    address = town.url.replace("http", "ws") + "/api/socket"
    name, _, value = cookie.partition(": ")
    async with websockets.connect(address, additional_headers={name: value}, max_size=None) as connection:
        await connection.send(json.dumps({"op": "follow", "stream": "where:units"}))
        async for text in connection:
            frame = cast(dict[str, Any], json.loads(text))
            if frame["op"] == "where":
                seen.update({unit: (item["lon"], item["lat"]) for unit, item in frame["items"].items()})


async def _in_database(town: Town, fleet: Fleet) -> dict[str, tuple[float, float]]:
    ids = [UUID(fleet.unit(n)) for n in range(fleet.units)]
    async with owner_connection(town.database_url) as conn:
        rows = await (
            await conn.execute("SELECT unit_id, lon, lat FROM gis.position WHERE unit_id = ANY(%s)", (ids,))
        ).fetchall()
    return {str(unit): (float(lon), float(lat)) for unit, lon, lat in rows}


def _differ(who: str, found: dict[str, tuple[float, float]], last: dict[str, tuple[float, float]]) -> list[str]:
    off = [unit for unit, place in last.items() if found.get(unit) != place]
    return (
        [f"{who}: the last position of {len(off)} of {len(last)} units is not the one that was sent last"]
        if off
        else []
    )


async def _until_seen(seen: dict[str, tuple[float, float]], last: dict[str, tuple[float, float]]) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + SEEN_WITHIN_S
    while loop.time() < until and any(seen.get(unit) != place for unit, place in last.items()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def positions(stage: Stage, town: Town, *, units: int, per_s: int, clients: int, seconds: float) -> list[Row]:
    """Facts alone, then facts with positions, to the same dashboards."""
    town.pin_services("all")
    await town.open()
    # As browsers do, the dashboards offer compression: positions of 2,000 units are some 300 KB a second for each.
    dashboards = await town.dashboards(clients, more=["--also", "where:units", "--deflate"])
    feeder = await town.feeder(FACTS_PER_S)
    seen: dict[str, tuple[float, float]] = {}
    watching = asyncio.create_task(_watch(town, (await town.cookies(["duty1"]))[0], seen))
    try:
        await asyncio.sleep(2)
        await dashboards.ask("mark")
        await asyncio.sleep(seconds)
        calm = await dashboards.ask("stats")
        rounds = math.ceil(seconds * per_s / units)
        fleet = Fleet(units, WallClock().now(), units / per_s)
        posted, busy = await _pour(stage, town, fleet, rounds, per_s, dashboards)
        last = fleet.last(rounds)
        await _until_seen(seen, last)
        await feeder.ask("rate 0", "rate")
        head = await town.head()
        dashboards.say(f"target {head}")
        await dashboards.hear("consistent")
        end = await dashboards.ask("stats")
        wrong = wrongs("without positions", calm) + wrongs("with positions", end, upto=head)
        wrong += _differ("database", await _in_database(town, fleet), last) + _differ("dashboard", seen, last)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await stage.end(feeder, dashboards)
    await town.close()
    batches = rounds * math.ceil(units / BATCH)
    if posted["statuses"] != {"200": batches}:
        wrong.append(f"{batches} batches were to be sent, answers {posted['statuses']}")
    took_in = batches * min(BATCH, units) / posted["seconds"]
    pushes = busy["where"] / clients / busy["seconds"]
    if not 0.5 <= pushes <= 1.2:
        wrong.append(f"a dashboard got positions {pushes:.2f} times a second, not once")
    if took_in < 0.95 * per_s:
        wrong.append(f"{took_in:,.0f} positions/s were taken in, not {per_s:,}")
    before, during = calm["latency_ms"]["p99"], busy["latency_ms"]["p99"]
    return [
        Row(
            "positions",
            f"{per_s:,} positions/s of {units:,} units, {clients:,} dashboards: facts' p99",
            "≤ 2 × without positions, last positions correct",
            f"{before:.1f} ms",
            f"{during:.1f} ms",
            during / before,
            at_most=2.0,
            wrong=wrong,
            notes=[
                f"{took_in:,.0f} positions/s taken in, positions {pushes:.2f} times a second on each dashboard "
                f"({busy['bytes'] / busy['seconds'] / 1e6:.1f} MB/s in all), facts {FACTS_PER_S}/s"
            ],
            figures={"calm": calm, "busy": busy, "posted": posted},
        )
    ]


async def _pour(
    stage: Stage, town: Town, fleet: Fleet, rounds: int, per_s: int, dashboards: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send all rounds on schedule. Returns (what the poster did, what the dashboards saw meanwhile)."""
    token = await town.system_token()
    path: Path = stage.folder / "positions.bodies"
    with path.open("w") as out:
        out.writelines(f"{token}\t{body}\n" for body in fleet.batches(rounds))
    rate = per_s / min(BATCH, fleet.units)
    poster = await stage.start(
        "poster",
        [
            *("--port", town.serve_port, "--path", "/api/positions", "--bodies", path, "--rate", rate),
            *("--seconds", 600, "--connections", 4),
        ],
        on="client",
    )
    await poster.hear("ready")
    await dashboards.ask("mark")
    posted = await poster.ask("go", "final", 180)
    busy = await dashboards.ask("stats")
    await stage.end(poster)
    return posted, busy
