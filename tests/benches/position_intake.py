"""What a position costs the serving process: `python -m tests.benches.position_intake [--json]`.

Batches of 500 positions of 2,000 units, as `POST /api/positions` takes them: validated, kept in the database, sampled into the
tracks, written as telemetry items. Baseline of the same run: the way it was before this form, one model object, one row object and
one encoding for each position, and no tracks. CPU time of this process only; the database is another one.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import sql

from gis.positions import Position, upsert_positions
from spine.canonical import Json, encode
from spine.clock import HandClock, iso
from spine.db import owner_connection, with_database
from spine.migrate import migrate
from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import Realm, create_realm, open_realm
from tests.conftest import drop
from tests.services import stop_test_services, test_services
from web.gateway.telemetry import Telemetry
from web.position_intake import PositionBatch, PositionIntake, read_batch

UNITS = [str(uuid.UUID(int=number << 64 | 0x4000800000000000)) for number in range(2000)]
BATCH = 500
BEGAN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def bodies(rounds: int, first: int) -> list[bytes]:
    made: list[bytes] = []
    for round_ in range(first, first + rounds):
        at = iso(BEGAN + timedelta(seconds=round_))
        for start in range(0, len(UNITS), BATCH):
            some = [
                {"unit_id": unit, "lon": 99.5 + round_ * 1e-4, "lat": 23.6, "accuracy_m": 5.0, "at": at}
                for unit in UNITS[start : start + BATCH]
            ]
            made.append(json.dumps({"positions": some}).encode())
    return made


async def before(realm: Realm, body: bytes) -> int:
    """As it was: a model for each position, seven arrays, a row object for each answer, every item encoded at the end."""
    batch = PositionBatch.model_validate_json(body)
    now = realm.clock.now()
    positions = [Position(p.unit_id, p.lon, p.lat, p.accuracy_m, min(p.at, now), now, "bench") for p in batch.positions]
    async with realm.pool.connection() as conn:
        accepted = await upsert_positions(conn, positions)
    items: dict[str, Json] = {
        str(p.unit_id): {"id": str(p.unit_id), "lon": p.lon, "lat": p.lat, "accuracy_m": p.accuracy_m, "at": iso(p.at)}
        for p in accepted
    }
    encode({"op": "where", "stream": "where:units", "items": items})
    return len(items)


async def _timed(work: Callable[[bytes], Awaitable[int]], sent: list[bytes]) -> tuple[float, float]:
    """(CPU, wall) microseconds a position; every position must have been kept."""
    cpu, wall = time.process_time(), time.perf_counter()
    kept = 0
    for body in sent:
        kept += await work(body)
    assert kept == len(sent) * BATCH
    count = len(sent) * BATCH
    return (time.process_time() - cpu) / count * 1e6, (time.perf_counter() - wall) / count * 1e6


async def measure(services: Services, rounds: int) -> dict[str, float]:
    name = f"bench_{uuid.uuid4().hex[:10]}"
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = with_database(services.database_url, name)
    await migrate(url)
    await create_realm(url, name="bench", kind="live", title_zh="测", title_en="Bench")
    clock = HandClock(BEGAN + timedelta(days=1))
    realm = await open_realm(url, nudges=Nudges(None, "bench"), data_dir=Path("."), clock=clock, most_connections=4)
    try:
        intake = PositionIntake(realm, Telemetry(realm))

        async def now(body: bytes) -> int:
            return await intake.take(read_batch(body), "bench")

        async def was(body: bytes) -> int:
            return await before(realm, body)

        await _timed(was, bodies(2, 0))
        old = await _timed(was, bodies(rounds, 10))
        await _timed(now, bodies(2, 5000))
        new = await _timed(now, bodies(rounds, 6000))
        sent = bodies(rounds, 0)
        began = time.process_time()
        for body in sent:
            PositionBatch.model_validate_json(body)
        models = (time.process_time() - began) / (len(sent) * BATCH) * 1e6
        began = time.process_time()
        for body in sent:
            read_batch(body)
        typed = (time.process_time() - began) / (len(sent) * BATCH) * 1e6
    finally:
        await realm.close()
        await drop(services, name)
    return {
        "before_cpu_us": round(old[0], 2), "now_cpu_us": round(new[0], 2), "cpu_ratio": round(new[0] / old[0], 2),
        "before_wall_us": round(old[1], 2), "now_wall_us": round(new[1], 2), "validate_models_us": round(models, 2),
        "validate_typed_us": round(typed, 2), "core_share_at_10000_per_s": round(new[0] * 10_000 / 1e6, 3),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    services = test_services()
    try:
        result = asyncio.run(measure(services, given.rounds))
    finally:
        stop_test_services()
    print(json.dumps(result) if given.json else "\n".join(f"{name:28} {value}" for name, value in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
