"""Travel times from one place to 500 units, against SciPy's csgraph asked directly for the same matrix, warm, on one core.

The city-size graph is made here: 32,400 junctions and 64,000 stretches, about what a prefecture's main roads and streets are.
"""

import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.roads.building import build
from gis.roads.graph import EdgeRow
from gis.roads.travel import Networks, Spot, travel_table
from tests.benches.result import Row

SIDE, STEP = 180, 0.008
UNITS, ROUNDS = 500, 15
BAR = 1.5
_search = cast(Any, dijkstra)


def city_graph(side: int = SIDE) -> Networks:
    """A crooked grid of streets, each stretch with a bend; always the same."""
    rng = np.random.default_rng(5)
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    nodes = np.asarray([99.0, 23.0]) + (at + rng.uniform(-0.3, 0.3, at.shape)) * STEP
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side] + [
        (i, i + side) for i in range(side * (side - 1))
    ]
    rows: list[EdgeRow] = []
    for number, (start, end) in enumerate(pairs):
        bend = (nodes[start] + nodes[end]) / 2 + rng.normal(0, STEP / 8, 2)
        line = shapely.LineString([nodes[start], bend, nodes[end]])
        speed = (25.0, 40.0, 60.0)[int(rng.integers(3))]
        name = f"R{number}"
        rows.append(
            EdgeRow(
                number,
                start,
                end,
                "county",
                name,
                name,
                name,
                line.length * 105_000,
                speed,
                False,
                bytes(shapely.to_wkb(line)),
            )
        )
    return build(1, list(range(side * side)), rows, [])


def _best(work: Callable[[], object], rounds: int) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)) * 1000


def _direct(networks: Networks, node: int) -> Callable[[], object]:
    """One search over the same streets in SciPy's own form, with nothing of ours around it."""
    graph = networks.graph
    tail, head = np.concatenate((graph.start, graph.end)), np.concatenate((graph.end, graph.start))
    weight = np.concatenate((graph.seconds, graph.seconds))
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    matrix = csr_array((weight[first], (tail[first], head[first])), shape=(graph.nodes, graph.nodes))
    return lambda: _search(matrix, indices=node)


def measure(networks: Networks, rounds: int) -> tuple[float, float, float]:
    """Milliseconds: SciPy directly; ours when the units were seen there before; ours when every position is new."""
    rng = np.random.default_rng(8)
    west, south, east, north = (float(v) for v in cast(Any, shapely).total_bounds(networks.graph.lines))

    def spots(count: int) -> list[Spot]:
        return [
            Spot(str(i), float(lon), float(lat))
            for i, (lon, lat) in enumerate(
                zip(rng.uniform(west, east, count), rng.uniform(south, north, count), strict=True)
            )
        ]

    origin, units = spots(1), spots(UNITS)
    travel_table(networks, origin, units, "rescue")
    warm = _best(lambda: travel_table(networks, origin, units, "rescue"), rounds)
    fresh = iter([spots(UNITS) for _ in range(rounds)])
    new = _best(lambda: travel_table(networks, origin, next(fresh), "rescue"), rounds)
    direct = _best(_direct(networks, networks.graph.nodes // 2), rounds)
    return direct, warm, new


def travel(quick: bool) -> Row:
    networks = city_graph(40 if quick else SIDE)
    direct, warm, new = measure(networks, 3 if quick else ROUNDS)
    return Row(
        key="travel_matrix",
        measure=f"travel times 1 → {UNITS} units, {len(networks.graph.rows):,} stretches of road",
        bar=f"≤ {BAR} × csgraph directly",
        baseline=f"{direct:.2f} ms",
        ours=f"{warm:.2f} ms",
        ratio=warm / direct,
        at_most=BAR,
        notes=[f"with 500 positions never seen before {new:.2f} ms ({new / direct:.2f} ×)"],
        figures={"direct_ms": direct, "warm_ms": warm, "new_positions_ms": new},
    )
