"""All measures of the map in one run: a table, or one JSON document with --json.

    python -m tests.benches.gis [--json] [--only NAME,...] [--quick] [--tipg PYTHON]

Every ratio is of figures from this run. exposure, fences, travel and names have one core for everything, database included; tiles and
desk have all there are, for the asker too. --quick: few of everything, to see that it works; its figures mean nothing.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from spine.nudge import Nudges
from spine.private_services import PrivateServices, Services
from spine.realm import open_realm
from tests.benches import fence_speed, place_search, tiles
from tests.benches.bench_run import Measure, run_bench
from tests.benches.measure_desk_map import desk_map, no_chromium
from tests.benches.measure_exposure import exposure
from tests.benches.measure_reading import reading
from tests.benches.measure_travel import travel
from tests.benches.programs import Cores, Stage
from tests.benches.result import Row
from tests.benches.town import Town, start_services
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


def _measure(work: Callable[[Bench], list[Row]]) -> Measure:
    return lambda folder, given: work(Bench(folder, given.quick, given.tipg))


def main() -> int:
    """See `bench_run.run_bench`."""
    parser = argparse.ArgumentParser(prog="fengsui bench gis")
    parser.add_argument("--tipg", default=os.environ.get(TIPG, ""), metavar="PYTHON", help=f"or {TIPG}")
    return run_bench(parser, {name: _measure(work) for name, work in MEASURES.items()})


if __name__ == "__main__":
    sys.exit(main())
