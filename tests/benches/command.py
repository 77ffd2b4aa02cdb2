"""All measures of the command room in one run: a table, or one JSON document with --json.

    python -m tests.benches.command [--json] [--only NAME,...] [--quick] [--roads EXTRACT]

--roads: an OpenStreetMap extract whose roads are measured too. --quick: few of everything, its figures mean nothing.
"""

import argparse
import os
import sys
from pathlib import Path

from tests.benches.bench_run import Measure, run_bench
from tests.benches.measure_activation import activation
from tests.benches.measure_dispatch import dispatch
from tests.benches.measure_supervision import supervision
from tests.benches.result import Row

ROADS = "FENGSUI_BENCH_ROADS"


def _dispatch(folder: Path, given: argparse.Namespace) -> list[Row]:
    return dispatch(given.quick, Path(given.roads) if given.roads else None)


def _activation(folder: Path, given: argparse.Namespace) -> list[Row]:
    return activation(folder, given.quick)


def _supervision(folder: Path, given: argparse.Namespace) -> list[Row]:
    return supervision(folder, given.quick)


MEASURES: dict[str, Measure] = {"activation": _activation, "dispatch": _dispatch, "supervision": _supervision}


def main() -> int:
    """See `bench_run.run_bench`."""
    parser = argparse.ArgumentParser(prog="fengsui bench command")
    parser.add_argument("--roads", default=os.environ.get(ROADS, ""), metavar="EXTRACT", help=f"or {ROADS}")
    return run_bench(parser, MEASURES)


if __name__ == "__main__":
    sys.exit(main())
