"""All measures of risk assessment in one run: a table, or one JSON document with --json.

    python -m tests.benches.risk [--json] [--only NAME,...] [--quick] [--openquake PYTHON] [--climada PYTHON]

Every ratio is of figures from this run. models and peers have one core. --quick: few of everything, its figures mean nothing.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path

from tests.benches.bench_run import Measure, run_bench
from tests.benches.measure_models import models
from tests.benches.measure_peers import peers
from tests.benches.result import Row

OPENQUAKE, CLIMADA = "FENGSUI_BENCH_OPENQUAKE", "FENGSUI_BENCH_CLIMADA"


@contextlib.contextmanager
def one_core() -> Generator[None]:
    """This process and all that it starts meanwhile."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usable)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


def _models(folder: Path, given: argparse.Namespace) -> list[Row]:
    with one_core():
        return models(*((20_000, 2) if given.quick else (1_000_000, 21)))


def _peers(folder: Path, given: argparse.Namespace) -> list[Row]:
    with one_core():
        return peers(folder, 20_000 if given.quick else 1_000_000, openquake=given.openquake, climada=given.climada)


MEASURES: dict[str, Measure] = {"models": _models, "peers": _peers}


def main() -> int:
    """See `bench_run.run_bench`."""
    parser = argparse.ArgumentParser(prog="fengsui bench risk")
    parser.add_argument("--openquake", default=os.environ.get(OPENQUAKE, ""), metavar="PYTHON", help=f"or {OPENQUAKE}")
    parser.add_argument("--climada", default=os.environ.get(CLIMADA, ""), metavar="PYTHON", help=f"or {CLIMADA}")
    return run_bench(parser, MEASURES)


if __name__ == "__main__":
    sys.exit(main())
