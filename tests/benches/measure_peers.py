"""The same hazard × exposure work by the platform, OpenQuake and CLIMADA on the same points, in one run on one core.

The platform does more in its time: zones and their edges, who is inside by township, 1,000 draws and the whole answer.
"""

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gis.hazards.catalogue import model_named
from gis.hazards.run import run
from tests.benches.result import Row
from tests.gis.hazard_cases import EXAMPLES
from tests.gis.hazard_ground import case, ground

BAR_CLIMADA, BAR_OPENQUAKE = 15.0, 2.0
_HERE = Path(__file__).parent
_PATIENCE_S = 900


def peers(folder: Path, points: int, *, openquake: str, climada: str) -> list[Row]:
    """`openquake`, `climada`: Pythons that have them; an empty name means not measured."""
    town = ground(points)
    if town.points is None:
        raise AssertionError("the town has people")
    sites = folder / "sites.npz"
    np.savez(sites, lon=town.points.lon, lat=town.points.lat, people=town.points.night)
    model = model_named("earthquake")
    example = next(one for one in EXAMPLES["earthquake"] if one.large)
    asked = case(model, example.inputs)
    run(model, asked, town)
    ours = statistics.median(_timed(lambda: run(model, asked, town)) for _ in range(7))
    return [
        _row(
            "peers_openquake", "OpenQuake: sites and intensity field (Allen and others 2012)", BAR_OPENQUAKE, ours,
            openquake, "peer_openquake.py", sites, lambda told: told["build_s"] + told["field_s"],
        ),
        _row(
            "peers_climada", "CLIMADA: assign_centroids and impact", BAR_CLIMADA, ours, climada, "peer_climada.py", sites,
            lambda told: told["assign_s"] + told["impact_s"],
        ),
    ]  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _row(
    key: str,
    named: str,
    bar: float,
    ours: float,
    python: str,
    script: str,
    sites: Path,
    seconds: Callable[[dict[str, Any]], float],
) -> Row:
    row = Row(key, f"{named}, against our whole earthquake answer", f"≥ {bar:g} × faster", "–", f"{ours:.3f} s", None)
    row.at_least = bar
    row.method = "each in its own process, warm, one core; ratio: their time to ours"
    if not python:
        row.skipped = True
        row.notes = [f"no Python that has it was named (--{key.partition('_')[2]})"]
        return row
    done = subprocess.run(
        [python, str(_HERE / script), str(sites)], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    if done.returncode != 0:
        row.wrong = [f"{script}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"]
        return row
    told = json.loads(done.stdout.strip().splitlines()[-1])
    theirs = seconds(told)
    row.baseline, row.ratio, row.figures = f"{theirs:.2f} s", theirs / ours, {**told, "ours_s": ours}
    row.notes = [f"version {told['version']}"]
    return row
