"""Made-up forces, needs and a small road net for tests of dispatch."""

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from command.dispatch.recommend import Asked
from command.dispatch.rest import Rest
from command.dispatch.shape import Force, Need
from gis.roads.barriers import Closed
from gis.roads.building import build
from gis.roads.graph import EdgeRow
from gis.roads.travel import Networks
from tests.command.made import T0

FRESH = Rest(0.0, "fresh", "休息充分", "rested", 0.0)
WEST, SOUTH, STEP = 99.0, 23.0, 0.1


def force(number: int, **over: Any) -> Force:
    given: dict[str, Any] = {
        "id": f"u{number}",
        "call_sign": f"消防{number:02d}",
        "name_en": f"Fire {number}",
        "kind": "fire_station",
        "department": "FRB",
        "capabilities": frozenset({"fire"}),
        "crew": 10,
        "area_code": "530926",
        "lon": WEST + STEP * (number % 4),
        "lat": SOUTH + STEP * (number // 4 % 4),
        "seen_at": None,
        "out": False,
        "version": 1,
        "rest": FRESH,
    }
    return Force(**(given | over))


def need(number: int, **over: Any) -> Need:
    given: dict[str, Any] = {
        "id": f"n{number}",
        "incident_id": "i1",
        "zh": f"灭火{number}",
        "en": f"Fire {number}",
        "capability": "fire",
        "amount": 1,
        "measure": "units",
        "lon": WEST,
        "lat": SOUTH,
        "priority": "normal",
        "by_minutes": None,
        "task_id": None,
        "source": {"kind": "typed"},
    }
    return Need(**(given | over))


def grid(closed: tuple[Closed, ...] = (), side: int = 4, speed: float = 60.0) -> Networks:
    """Junctions 0.1° apart, a straight road between neighbours; edge 0 leads east from the south-west corner."""
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side]
    pairs += [(i, i + side) for i in range(side * (side - 1))]
    at = [(WEST + STEP * (i % side), SOUTH + STEP * (i // side)) for i in range(side * side)]
    rows: list[EdgeRow] = []
    for number, (a, b) in enumerate(pairs):
        line = shapely.LineString([at[a], at[b]])
        name = f"R{number}"
        wkb = bytes(shapely.to_wkb(line))
        rows.append(EdgeRow(number, a, b, "county", name, name, name, line.length * 105_000, speed, False, wkb))
    return build(1, list(range(side * side)), rows, closed)


def asked(
    needs: list[Need],
    units: list[Force],
    networks: Networks | None = None,
    hazard: BaseGeometry | None = None,
    **over: Any,
) -> Asked:
    return Asked(T0, tuple(needs), tuple(units), networks, hazard, {"loaded": networks is not None}, **over)


def random_problem(seed: int, needs: int, units: int, *, people: bool = False, capabilities: int = 6) -> Any:
    """A problem as `pose` would make it, drawn: places on a plane, six capabilities, eight counties with cover to keep."""
    from command.dispatch.problem import Cover, Problem

    rng = np.random.default_rng(seed)
    unit_at, need_at = rng.uniform(0, 200, (units, 2)), rng.uniform(0, 200, (needs, 2))
    can = rng.random((units, capabilities)) < 0.35
    wants, weight = rng.integers(0, capabilities, needs), rng.choice([1, 2, 4], needs)
    in_people = (rng.random(needs) < 0.4) & people
    crew = rng.integers(4, 40, units)
    amount = np.where(in_people, rng.integers(10, 80, needs), rng.integers(1, 4, needs)).astype(float)
    n, u = np.nonzero(can[:, wants].T)
    minutes = np.hypot(*(need_at[n] - unit_at[u]).T)
    county = rng.integers(0, 8, units)
    cover = tuple(
        Cover(str(c), str(k), members, min(1, len(members)), 30.0)
        for c in range(8)
        for k in range(min(4, capabilities))
        if (members := tuple(np.flatnonzero((county == c) & can[:, k]).tolist()))
    )
    return Problem(
        needs, units, n.astype(np.int64), u.astype(np.int64),
        weight[n] * minutes + rng.choice([0.0, 2.0, 10.0], units)[u],
        np.where(in_people[n], crew[u], 1.0), amount, 20_000.0 * weight / np.where(in_people, 10.0, 1.0), cover,
        tuple(np.argsort(-weight, kind="stable").tolist()),
    )  # fmt: skip
