"""Cheapest paths over a sparse graph, typed."""

from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.csgraph import dijkstra as _dijkstra

from gis.region.plane import Floats, Ints

_search = cast(Any, _dijkstra)


def from_one(graph: csr_array, start: int) -> tuple[Floats, Ints]:
    """(distance, predecessor) of every node; negative predecessor: the start, or not reached."""
    distance, before = _search(graph, indices=start, return_predecessors=True)
    return np.asarray(distance, dtype=np.float64), np.asarray(before, dtype=np.int64)


def from_nearest(graph: csr_array, starts: Ints) -> tuple[Ints, Ints]:
    """(predecessor, start) of every node, from whichever start is nearest; negative: none."""
    _, before, source = _search(graph, indices=starts, min_only=True, return_predecessors=True)
    return np.asarray(before, dtype=np.int64), np.asarray(source, dtype=np.int64)


def distances(graph: csr_array, starts: Ints, limit: float) -> Floats:
    """(starts, nodes) distances, infinite beyond `limit`."""
    return np.asarray(_search(graph, indices=starts, limit=limit), dtype=np.float64)


def back_to(before: Ints, start: int, end: int) -> list[int]:
    """The path from start to end."""
    path = [end]
    while path[-1] != start:
        path.append(int(before[path[-1]]))
    return path[::-1]


def largest_part(pairs: Ints, size: int) -> Ints:
    """Of nodes joined by pairs: 1 where a node belongs to the largest connected part."""
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    found: Any = connected_components(graph, directed=False)
    part = np.asarray(found[1], dtype=np.int64)
    return (part == int(np.argmax(np.bincount(part)))).astype(np.int64)
