"""All measures of risk assessment in one run: a table, or one JSON document with --json.

    python -m tests.benches.risk [--json] [--only NAME,...] [--quick] [--openquake PYTHON] [--climada PYTHON]

Every ratio is of figures from this run. models and peers have one core. --quick: few of everything, its figures mean nothing.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path

from tests.benches import assessment_to_desk, interval_coverage
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


def _coverage(folder: Path, given: argparse.Namespace) -> list[Row]:
    told = interval_coverage.measure(2 if given.quick else 10)
    inside, halves = float(told["inside"]), told["halves"]
    low, high = interval_coverage.BAR
    row = Row(
        "coverage",
        "80 % intervals of deaths on Chinese earthquakes not used for tuning (1990–2007)",
        f"{low:.0%}–{high:.0%}",
        "80 %",
        f"{inside:.1%}",
        inside,
        at_least=low,
        at_most=high,
        notes=[f"random halves of sequences: {halves['inside_mean']} ± {halves['inside_sd']}"],
        figures=told,
        method="fitted to 1969–1989 only; inside: the count lies between the interval's ends as whole numbers",
    )
    return [row]


def _desk(folder: Path, given: argparse.Namespace) -> list[Row]:
    desks, rounds, points = (3, 4, None) if given.quick else (20, 40, 1_000_000)
    told = asyncio.run(assessment_to_desk.measure(desks, rounds, points))
    return [
        Row(
            "desk",
            f"fact changed → new assessment on {desks} desks, p95",
            f"≤ {assessment_to_desk.BAR_MS / 1000:g} s",
            "–",
            f"{told['p95_ms'] / 1000:.3f} s",
            float(told["p95_ms"]) / assessment_to_desk.BAR_MS,
            at_most=1.0,
            notes=[
                f"median {told['median_ms']} ms, worst {told['worst_ms']} ms; the model alone {told['model_median_ms']} ms; "
                f"largest frame {told['largest_frame_bytes']:,} bytes"
            ],
            figures=told,
            method="POST of a corrected magnitude to the last desk's frame, earthquake, a million exposure points; server, child, database and clients share the machine",
        )
    ]


MEASURES: dict[str, Measure] = {"models": _models, "peers": _peers, "coverage": _coverage, "desk": _desk}


def main() -> int:
    """See `bench_run.run_bench`."""
    parser = argparse.ArgumentParser(prog="fengsui bench risk")
    parser.add_argument("--openquake", default=os.environ.get(OPENQUAKE, ""), metavar="PYTHON", help=f"or {OPENQUAKE}")
    parser.add_argument("--climada", default=os.environ.get(CLIMADA, ""), metavar="PYTHON", help=f"or {CLIMADA}")
    return run_bench(parser, MEASURES)


if __name__ == "__main__":
    sys.exit(main())
