"""Travel times from one place to 500 units, against SciPy's csgraph asked directly for the same matrix, warm, on one core.

The city-size graph is made here: 32,400 junctions and 64,000 stretches, about what a prefecture's main roads and streets are.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.roads.building import build
from gis.roads.graph import EdgeRow
from gis.roads.travel import Networks, Spot, snap, travel_table
from tests.benches.result import Row

SIDE, STEP = 180, 0.008
UNITS, ROUNDS = 500, 31
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


def _direct(networks: Networks, node: int) -> Callable[[], object]:
    """One search over the same streets in SciPy's own form, without a limit as ours, with nothing of ours around it."""
    graph = networks.graph
    tail, head = np.concatenate((graph.start, graph.end)), np.concatenate((graph.end, graph.start))
    weight = np.concatenate((graph.seconds, graph.seconds))
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    matrix = csr_array((weight[first], (tail[first], head[first])), shape=(graph.nodes, graph.nodes))
    return lambda: _search(matrix, indices=node)


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds: SciPy alone; ours when the units were seen where they are before; ours when every position is new."""

    direct: float
    seen: float
    new: float


def measure(networks: Networks, rounds: int) -> Taken:
    """In turns, so that all three meet the same moments of the machine; the median of each."""
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
    # A search costs more or less with where it begins: SciPy begins at the end of the road on which our origin lies.
    alone = _direct(networks, int(networks.graph.start[snap(networks.rescue, origin).edge[0]]))
    travel_table(networks, origin, units, "rescue")
    fresh = iter([spots(UNITS) for _ in range(rounds)])
    works = (
        alone,
        lambda: travel_table(networks, origin, units, "rescue"),
        lambda: travel_table(networks, origin, next(fresh), "rescue"),
    )
    rows = [[_taken(work) for work in works] for _ in range(rounds)]
    return Taken(*(float(value) for value in np.median(np.asarray(rows), axis=0)))


def _taken(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def travel(quick: bool) -> list[Row]:
    networks = city_graph(40 if quick else SIDE)
    taken = measure(networks, 3 if quick else ROUNDS)
    notes = ["baseline: one csgraph.dijkstra over the same matrix from a junction already known; it snaps no position"]
    return [
        Row(
            key=f"travel_matrix_{key}",
            measure=f"travel times 1 → {UNITS} units {which}, {len(networks.graph.rows):,} stretches of road",
            bar=f"≤ {BAR} × csgraph directly",
            baseline=f"{taken.direct:.2f} ms",
            ours=f"{ours:.2f} ms",
            ratio=ours / taken.direct,
            at_most=BAR,
            notes=notes,
            figures={"direct_ms": taken.direct, "ours_ms": ours},
        )
        for key, which, ours in (
            ("seen", "that stand where they stood", taken.seen),
            ("new", "at positions never seen before", taken.new),
        )
    ]
