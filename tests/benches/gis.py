"""All measures of the map in one run: a table, or one JSON document with --json.

    python -m tests.benches.gis [--json] [--only NAME,...] [--quick] [--tipg PYTHON]

Every ratio is of figures from this run. exposure, fences, travel and names have one core for everything, database included; tiles and
desk have all there are, for the asker too. --quick: few of everything, to see that it works; its figures mean nothing.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from spine.nudge import Nudges
from spine.private_services import PrivateServices, Services
from spine.realm import open_realm
from spine.service_trouble import ServiceTrouble
from tests.benches import fence_speed, place_search, tiles
from tests.benches.measure_desk_map import desk_map, no_chromium
from tests.benches.measure_exposure import exposure
from tests.benches.measure_reading import reading
from tests.benches.measure_travel import travel
from tests.benches.programs import BenchTrouble, Cores, Stage
from tests.benches.result import Row, table
from tests.benches.town import Town, make_private_reachable, start_services
from tests.city import PASSWORD, city_of
from web.cli_run import prepare
from web.seed import seed

TIPG = "FENGSUI_BENCH_TIPG"


@dataclass(frozen=True, slots=True)
class Bench:
    folder: Path
    quick: bool
    tipg: str

    def pick(self, full: Any, quick: Any) -> Any:
        return quick if self.quick else full

    @contextlib.contextmanager
    def services(self) -> Generator[tuple[PrivateServices, Services]]:
        """Durable servers of this measure alone."""
        private, services = start_services(self.folder)
        try:
            yield private, services
        finally:
            private.stop()


@contextlib.contextmanager
def _one_core() -> Generator[None]:
    """This process and all that it starts meanwhile."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usable)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


def _exposure(b: Bench) -> list[Row]:
    async def run(services: Services) -> list[Row]:
        await prepare(services.database_url)
        await seed(services.database_url, password=PASSWORD)
        redis = Redis.from_url(services.redis_url)  # pyright: ignore[reportUnknownMemberType]
        realm = await open_realm(services.database_url, nudges=Nudges(redis, "bench"), data_dir=b.folder)
        try:
            points, rounds = b.pick((1_000_000, 9), (20_000, 2))
            return await exposure(city_of(realm), services.database_url, points, rounds)
        finally:
            await realm.close()

    with _one_core(), b.services() as (_, services):
        rows = asyncio.run(run(services))
    for row in rows:
        row.method = row.method or (
            "POST /api/exposure over HTTP, warm; GeoPandas: sjoin and groupby of the same points and polygons in memory, its index built before"
        )
    return rows


def _tiles(b: Bench) -> list[Row]:
    features, count = b.pick((1_000_000, 600), (20_000, 60))
    return tiles.run(argparse.Namespace(features=features, tiles=count, tipg=b.tipg))


def _fences(b: Bench) -> list[Row]:
    with _one_core():
        told: dict[str, Any] = fence_speed.measure(*b.pick((1000, 2000, 31), (50, 100, 4)))
    per_s = float(told["positions_per_s"])
    return [
        Row(
            "fences",
            f"{told['fences']:,} geofences × positions of {told['units']:,} units",
            f"≥ {fence_speed.BAR:,}/s",
            f"{told['one_by_one_per_s']:,}/s",
            f"{per_s:,.0f}/s",
            per_s / fence_speed.BAR,
            at_least=1.0,
            notes=[f"{told['ratio']} × the baseline; {told['crossings']:,} crossings told of {told['positions']:,} positions"],
            figures=told,
            method="CPU time of deciding, one core; ratio to the bar; baseline: prepared Shapely areas, one position after the other, no memory",
        )
    ]  # fmt: skip


def _travel(b: Bench) -> list[Row]:
    with _one_core():
        rows = travel(b.quick)
    for row in rows:
        row.method = row.method or (
            "the platform's table of travel times against SciPy's csgraph.dijkstra over the same streets, medians, warm"
        )
    return rows


def _names(b: Bench) -> list[Row]:
    with _one_core(), b.services() as (_, services):
        told: dict[str, Any] = asyncio.run(place_search.measure(services, *b.pick((100_000, 1_100), (2_000, 110))))
    p95 = float(told["p95_ms"])
    return [
        Row(
            "names",
            f"place search over {told['names']:,} names, p95",
            f"≤ {place_search.BAR_MS:.0f} ms",
            f"{told['scan_p95_ms']} ms",
            f"{p95:.1f} ms",
            p95 / place_search.BAR_MS,
            at_most=1.0,
            wrong=[f"{told['not_found']} whole names or codes were not found"] if told["not_found"] else [],
            notes=[f"p50 {told['p50_ms']} ms, worst {told['max_ms']} ms; loaded in {told['loaded_s']} s"],
            figures=told,
            method=f"{told['queries']:,} queries as people type them; ratio to the bar; baseline: a scan with LIKE and trigrams, no index",
        )
    ]


def _desk(b: Bench) -> list[Row]:
    if why := no_chromium():
        named = "desk map with 5,000 moving units at 1 Hz"
        return [Row("desk", named, "", "–", "–", None, at_most=0.0, notes=[why], skipped=True)]
    units, seconds = b.pick((5000, 40), (50, 4))

    async def run(private: PrivateServices, services: Services) -> list[Row]:
        stage = Stage(b.folder, Cores.of_this_machine(), compiled=False)
        town = Town(stage, private, services)
        try:
            await town.build()
            rows = await desk_map(town, units=units, seconds=seconds)
            rows[-1].notes += town.complaints
            return rows
        finally:
            await stage.end_all()

    with b.services() as (private, services):
        return asyncio.run(run(private, services))


def _reading(b: Bench) -> list[Row]:
    features, megabytes = b.pick((1_000_000, 200), (20_000, 4))
    return asyncio.run(reading(b.folder, features, megabytes))


MEASURES: dict[str, Callable[[Bench], list[Row]]] = {
    "exposure": _exposure,
    "tiles": _tiles,
    "fences": _fences,
    "travel": _travel,
    "names": _names,
    "desk": _desk,
    "reading": _reading,
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _run(names: list[str], quick: bool, tipg: str) -> list[Row]:
    rows: list[Row] = []
    for name in names:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
            make_private_reachable(Path(folder))
            try:
                rows += MEASURES[name](Bench(Path(folder), quick, tipg))
            except (Exception, SystemExit) as trouble:
                if not isinstance(trouble, BenchTrouble | ServiceTrouble | SystemExit):
                    traceback.print_exc()
                why = trouble.sentence("en") if isinstance(trouble, ServiceTrouble) else str(trouble)
                rows.append(Row(name, name, "", "", "broke off", None, wrong=[why or type(trouble).__name__]))
        _say(f"{name}: {time.monotonic() - began:.0f} s")
    return rows


def main() -> int:
    """0 when every bar was met, 1 when one was not, 2 when the bench could not run."""
    parser = argparse.ArgumentParser(prog="fengsui bench gis")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help=", ".join(MEASURES))
    parser.add_argument("--tipg", default=os.environ.get(TIPG, ""), metavar="PYTHON", help=f"or {TIPG}")
    given = parser.parse_args()
    names = [name for name in given.only.split(",") if name] or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"there is no measure {unknown[0]}; there are {', '.join(MEASURES)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing may be left behind
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": given.quick,
        "cores": sorted(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "kernel": platform.release(),
        "durable": "fsync on, synchronous_commit on",
    }
    began = time.monotonic()
    try:
        rows = _run(names, given.quick, given.tipg)
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    about["seconds"] = round(time.monotonic() - began)
    if given.json:
        print(json.dumps({**about, "rows": [row.to_json() for row in rows]}, ensure_ascii=False, indent=1))
    else:
        print(f"{about['durable']}; {about['seconds']} s{'; QUICK: the figures mean nothing' if given.quick else ''}\n")
        print(table(rows))
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
