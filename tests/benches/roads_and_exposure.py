"""The bars of roads and exposure in one run on one core: a table, or one JSON document with --json.

    python -m tests.benches.roads_and_exposure [--json] [--quick]

Exit code 1 when a bar was not met. --quick: few points and streets, to see that it works; its figures mean nothing.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from redis.asyncio import Redis

from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import open_realm
from tests.benches.measure_exposure import exposure
from tests.benches.measure_travel import travel
from tests.benches.result import Row, table
from tests.benches.town import make_private_reachable, start_services
from tests.city import PASSWORD, city_of
from web.cli_run import prepare
from web.seed import seed


async def _run(services: Services, folder: Path, quick: bool) -> list[Row]:
    rows = travel(quick)
    await prepare(services.database_url)
    await seed(services.database_url, password=PASSWORD)
    redis = Redis.from_url(services.redis_url)  # pyright: ignore[reportUnknownMemberType]
    realm = await open_realm(services.database_url, nudges=Nudges(redis, "bench"), data_dir=folder)
    try:
        points, rounds = (20_000, 2) if quick else (1_000_000, 9)
        rows += await exposure(city_of(realm), services.database_url, points, rounds)
    finally:
        await realm.close()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="roads_and_exposure")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # children inherit it
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        make_private_reachable(folder)
        private, services = start_services(folder)
        try:
            rows = asyncio.run(_run(services, folder, given.quick))
        finally:
            private.stop()
    if given.json:
        print(json.dumps([row.to_json() for row in rows], ensure_ascii=False, indent=1))
    else:
        print(table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
