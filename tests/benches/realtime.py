"""All measures of the realtime promise in one run: a table, or one JSON document with --json.

    python -m tests.benches.realtime [--json] [--only NAME,...] [--quick]

Server on one core, clients on another; every ratio is of figures from this run. --quick: few clients and seconds, to see
that everything works; its figures mean nothing.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spine.private_services import PrivateServices, Services
from spine.service_trouble import ServiceTrouble
from tests.benches.measure_commands import commands
from tests.benches.measure_fanout import per_delivery, saturation
from tests.benches.measure_memory import memory
from tests.benches.measure_positions import positions
from tests.benches.measure_storm import storm
from tests.benches.measure_way import way
from tests.benches.orders import make_orders
from tests.benches.programs import BenchTrouble, Cores, Stage, raise_file_limit
from tests.benches.result import Row, table
from tests.benches.town import Town, make_private_reachable, start_services

MOST_S = 900.0
"""A measure that takes longer than this is given up."""


@dataclass(frozen=True, slots=True)
class Bench:
    stage: Stage
    town: Town
    quick: bool

    def pick(self, full: Any, quick: Any) -> Any:
        return quick if self.quick else full


Measure = Callable[[Bench], Awaitable[list[Row]]]


def _fanout(b: Bench) -> Awaitable[list[Row]]:
    return per_delivery(b.stage, b.town, clients=b.pick(2000, 100), seconds=b.pick(15, 2))


def _saturation(b: Bench) -> Awaitable[list[Row]]:
    clients, seconds, steps = b.pick((2000, 5.0, 30), (100, 1.0, 3))
    return saturation(b.stage, b.town, clients=clients, seconds=seconds, most_steps=steps)


def _way(b: Bench) -> Awaitable[list[Row]]:
    cases = b.pick([(200, 100.0), (1000, 20.0), (5000, 3.0)], [(20, 20.0)])
    return way(b.stage, b.town, cases, seconds=b.pick(30, 3))


def _commands(b: Bench) -> Awaitable[list[Row]]:
    return commands(b.stage, b.town, seconds=b.pick(10, 2))


def _storm(b: Bench) -> Awaitable[list[Row]]:
    return storm(b.stage, b.town, clients=b.pick(5000, 200), rounds=b.pick(3, 1), calm_s=b.pick(10, 2))


def _positions(b: Bench) -> Awaitable[list[Row]]:
    units, per_s, clients, seconds = b.pick((2000, 10_000, 1000, 15), (200, 1000, 50, 4))
    return positions(b.stage, b.town, units=units, per_s=per_s, clients=clients, seconds=seconds)


def _memory(b: Bench) -> Awaitable[list[Row]]:
    return memory(b.stage, b.town, clients=b.pick(5000, 300), settle_s=b.pick(5, 1))


MEASURES: dict[str, Measure] = {
    "fanout": _fanout,
    "saturation": _saturation,
    "way": _way,
    "commands": _commands,
    "storm": _storm,
    "positions": _positions,
    "memory": _memory,
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _run(
    private: PrivateServices, services: Services, folder: Path, names: Sequence[str], quick: bool
) -> tuple[list[Row], Cores]:
    cores = Cores.of_this_machine()
    stage = Stage(folder, cores)
    town = Town(stage, private, services)
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    rows: list[Row] = []
    try:
        _say("seeding the training city …")
        await town.build()
        if {"way", "commands"} & set(names):
            await make_orders(services.database_url, folder / "serve-data")
        for name in names:
            began = time.monotonic()
            try:
                async with asyncio.timeout(MOST_S):
                    rows += await MEASURES[name](Bench(stage, town, quick))
                rows[-1].notes += town.complaints
            except Exception as trouble:
                if not isinstance(trouble, BenchTrouble | TimeoutError):
                    traceback.print_exc()
                why = str(trouble) or f"{type(trouble).__name__}; a measure may take {MOST_S:.0f} s"
                await town.close()
                rows.append(Row(name, name, "", "", "not measured", None, wrong=[why], notes=town.complaints))
                await stage.end_all()
            town.complaints = []
            _say(f"{name}: {time.monotonic() - began:.0f} s")
    finally:
        await stage.end_all()
    return rows, cores


def _circumstances(cores: Cores, quick: bool) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "cores": {"server": cores.server, "client": cores.client, "usable": sorted(cores.all)},
        "shared_core": cores.server == cores.client,
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "kernel": platform.release(),
        "durable": "fsync on, synchronous_commit on",
    }


def main() -> int:
    """0 when every bar was met, 1 when one was not, 2 when the bench could not run."""
    parser = argparse.ArgumentParser(prog="fengsui bench realtime")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help=", ".join(MEASURES))
    given = parser.parse_args()
    names = [name for name in given.only.split(",") if name] or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"there is no measure {unknown[0]}; there are {', '.join(MEASURES)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the loop has its own: nothing may be left behind
    about = _circumstances(Cores.of_this_machine(), given.quick)
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        make_private_reachable(folder)
        private: PrivateServices | None = None
        try:
            raise_file_limit()
            private, services = start_services(folder)
            rows, _ = asyncio.run(_run(private, services, folder, names, given.quick))
        except (BenchTrouble, ServiceTrouble) as trouble:
            _say(trouble.sentence("en") if isinstance(trouble, ServiceTrouble) else str(trouble))
            return 2
        except (asyncio.CancelledError, KeyboardInterrupt):
            _say("interrupted")
            return 130
        finally:
            if private is not None:
                private.stop()
    if given.json:
        print(json.dumps({**about, "rows": [row.to_json() for row in rows]}, ensure_ascii=False, indent=1))
    else:
        core = (
            "one core"
            if about["shared_core"]
            else f"server on core {about['cores']['server']}, clients on {about['cores']['client']}"
        )
        print(f"{core}; {about['durable']}{'; QUICK: the figures mean nothing' if given.quick else ''}\n")
        print(table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
