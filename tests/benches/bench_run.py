"""A bench from the command line: which measures, table or JSON, its exit code; each measure in a folder of its own."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from spine.service_trouble import ServiceTrouble
from tests.benches.programs import BenchTrouble
from tests.benches.result import Row, table
from tests.benches.town import make_private_reachable

Measure = Callable[[Path, argparse.Namespace], list[Row]]


def run_bench(
    parser: argparse.ArgumentParser, measures: Mapping[str, Measure], argv: Sequence[str] | None = None
) -> int:
    """0 when every bar was met, 1 when one was not, 2 when the bench could not run. `parser` may have options of its own."""
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help=", ".join(measures))
    given = parser.parse_args(argv)
    names = [name for name in given.only.split(",") if name] or list(measures)
    if unknown := [name for name in names if name not in measures]:
        parser.error(f"there is no measure {unknown[0]}; there are {', '.join(measures)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing may be left behind
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": given.quick,
        "cores": sorted(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "kernel": platform.release(),
    }
    began = time.monotonic()
    try:
        rows = [row for name in names for row in _one(name, measures[name], given)]
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    about["seconds"] = round(time.monotonic() - began)
    if given.json:
        print(json.dumps({**about, "rows": [row.to_json() for row in rows]}, ensure_ascii=False, indent=1))
    else:
        print(f"{about['seconds']} s{'; QUICK: the figures mean nothing' if given.quick else ''}\n")
        print(table(rows))
    return 1 if any(row.failed for row in rows) else 0


def _one(name: str, measure: Measure, given: argparse.Namespace) -> list[Row]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        make_private_reachable(Path(folder))
        try:
            rows = measure(Path(folder), given)
        except (Exception, SystemExit) as trouble:
            if not isinstance(trouble, BenchTrouble | ServiceTrouble | SystemExit):
                traceback.print_exc()
            why = trouble.sentence("en") if isinstance(trouble, ServiceTrouble) else str(trouble)
            rows = [Row(name, name, "", "", "broke off", None, wrong=[why or type(trouble).__name__])]
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows
