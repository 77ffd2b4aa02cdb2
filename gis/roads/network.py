"""Travel times over the road graph with what is closed taken out: SciPy's Dijkstra over one sparse matrix.

A point in the middle of an edge is joined to the matrix as a row of its own, so that one search answers for it exactly. Closed parts
bar the way through an edge; what lies on its open remainder is still reached from the open side.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.roads.barriers import Barriers
from gis.roads.graph import Bools, Floats, Ints, RoadGraph, Snaps
from gis.roads.profile import Permit

_search = cast(Any, dijkstra)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a way: along an edge from one share to another."""

    edge: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class _Arcs:
    """The matrix of one direction as SciPy keeps it, and the edge behind each entry."""

    pointer: Ints
    head: Ints
    seconds: Floats
    edge: Ints


@dataclass(frozen=True, slots=True)
class _Access:
    """How points reach the graph's nodes: seconds from (or to) the edge's first and last node, infinite where that is barred."""

    at_start: Floats
    at_end: Floats
    closed: Bools  # the point itself lies in a closed part


class Network:
    """Immutable. `toward`: ways that lead to the given point instead of away from it."""

    def __init__(self, graph: RoadGraph, barriers: Barriers, permit: Permit) -> None:
        self.graph = graph
        self.barriers = barriers
        self.permit = permit
        self.oneway, self.turns = permit.oneway, permit.turns
        self.passable = barriers.passable if permit.open_edges is None else barriers.passable & permit.open_edges
        self._arcs = {toward: self._matrix(toward) for toward in (False, True)}

    def _matrix(self, toward: bool) -> _Arcs:
        graph, way, arrive = self.graph, self.passable, self.turns.arrive
        there, back = np.flatnonzero(way), np.flatnonzero(way & ~self.oneway)
        extra_tail, extra_head, extra_edge = self.turns.extra_arcs(way)
        tail = np.concatenate((graph.start[there], graph.end[back], extra_tail))
        head = np.concatenate((arrive[there, 1], arrive[back, 0], extra_head))
        if toward:
            tail, head = head, tail
        edge = np.concatenate((there, back, extra_edge))
        seconds = graph.seconds[edge]
        order = np.lexsort((seconds, head, tail))
        tail, head, seconds, edge = tail[order], head[order], seconds[order], edge[order]
        # Of parallel roads the quickest counts; SciPy would add them up.
        first = np.ones(len(tail), dtype=np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        pointer = np.searchsorted(tail[first], np.arange(self.turns.size + 1))
        return _Arcs(pointer.astype(np.int64), head[first], seconds[first], edge[first])

    def access(self, snaps: Snaps, *, leaving: bool) -> _Access:
        """`leaving`: from the point to the nodes; otherwise from the nodes to the point."""
        graph = self.graph
        edge = np.maximum(snaps.edge, 0)
        seconds = graph.seconds[edge]
        oneway = self.oneway[edge]
        at_start, at_end = snaps.share * seconds, (1 - snaps.share) * seconds
        if leaving:
            at_start = np.where(oneway, np.inf, at_start)
        else:
            at_end = np.where(oneway, np.inf, at_end)
        closed = np.zeros(len(edge), dtype=np.bool_)
        for index in np.flatnonzero((snaps.edge >= 0) & ~self.barriers.passable[edge]).tolist():
            number, share = int(edge[index]), float(snaps.share[index])
            closed[index] = bool(self.barriers.within(number, share, share))
            if self.barriers.within(number, 0.0, share):
                at_start[index] = np.inf
            if self.barriers.within(number, share, 1.0):
                at_end[index] = np.inf
        nowhere = (snaps.edge < 0) | closed
        return _Access(np.where(nowhere, np.inf, at_start), np.where(nowhere, np.inf, at_end), closed)

    def closed_at(self, snaps: Snaps, index: int) -> bool:
        """Whether the point itself lies in a closed part of its road."""
        edge, share = int(snaps.edge[index]), float(snaps.share[index])
        return edge >= 0 and bool(self.barriers.within(edge, share, share))

    def _joined(self, snaps: Snaps, toward: bool) -> Any:
        """The matrix with a row for each point behind the nodes."""
        arcs, access = self._arcs[toward], self.access(snaps, leaving=not toward)
        edge = np.maximum(snaps.edge, 0)
        if toward:
            heads, costs, counts = self._entered_from(edge, access)
        else:
            heads = self.turns.arrive[edge].ravel()
            costs = np.column_stack((access.at_start, access.at_end)).ravel()
            counts = np.isfinite(costs).reshape(-1, 2).sum(axis=1)
        open_ones = np.isfinite(costs)
        ends = len(arcs.seconds) + np.cumsum(counts)
        size = self.turns.size + len(snaps)
        return csr_array(
            (
                np.concatenate((arcs.seconds, costs[open_ones])),
                np.concatenate((arcs.head, heads[open_ones])).astype(np.int32),
                np.concatenate((arcs.pointer, ends)).astype(np.int32),
            ),
            shape=(size, size),
        )

    def _entered_from(self, edges: Ints, access: _Access) -> tuple[Ints, Floats, Ints]:
        """(nodes, seconds, how many of them are open for each point): from where one drives into the points' edges."""
        heads: list[int] = []
        costs: list[float] = []
        counts: list[int] = []
        for index, edge in enumerate(edges.tolist()):
            before = len(heads)
            for end, cost in enumerate((float(access.at_start[index]), float(access.at_end[index]))):
                if np.isfinite(cost):
                    nodes = self.turns.before(edge, end)
                    heads += nodes
                    costs += [cost] * len(nodes)
            counts.append(len(heads) - before)
        return np.asarray(heads, dtype=np.int64), np.asarray(costs), np.asarray(counts, dtype=np.int64)

    def node_seconds(self, snaps: Snaps, *, toward: bool = False, most_s: float = np.inf) -> Floats:
        """(points, nodes) seconds from each point to every node (or back); infinite when not reached within `most_s`.

        Nodes are those of `turns`: what an edge's ends cost is to be asked there.
        """
        matrix = self._joined(snaps, toward)
        rows = np.arange(self.turns.size, self.turns.size + len(snaps))
        found: Floats = np.asarray(_search(matrix, indices=rows, limit=most_s), dtype=np.float64)
        return found[:, : self.turns.size]

    def seconds(self, origins: Snaps, targets: Snaps, *, toward: bool = False) -> Floats:
        """(origins, targets) seconds by road, infinite where no road leads. `toward`: from the targets to the origins."""
        reached = self.node_seconds(origins, toward=toward)
        access = self.access(targets, leaving=toward)
        edge = np.maximum(targets.edge, 0)
        at_start, at_end = self.turns.at_ends(reached, edge, toward=toward)
        whole = np.minimum(at_start + access.at_start, at_end + access.at_end)
        for row, number in enumerate(origins.edge.tolist()):
            for column in np.flatnonzero(targets.edge == number).tolist() if number >= 0 else ():
                whole[row, column] = min(whole[row, column], self._along(origins, row, targets, column, toward))
        return whole

    def _along(self, origins: Snaps, row: int, targets: Snaps, column: int, toward: bool) -> float:
        """Seconds between two points of one edge without leaving it."""
        edge = int(origins.edge[row])
        begin, end = float(origins.share[row]), float(targets.share[column])
        backwards = end < begin if not toward else begin < end
        if (self.oneway[edge] and backwards) or self.barriers.within(edge, begin, end):
            return float("inf")
        return abs(end - begin) * float(self.graph.seconds[edge])

    def ways(self, origin: Snaps, targets: Snaps, *, toward: bool = False) -> list[list[Stretch] | None]:
        """The way to each target, in the direction of travel (with `toward`: from the target to the origin); None: no way."""
        matrix = self._joined(origin, toward)
        source = self.turns.size
        seconds, before = _search(matrix, indices=source, return_predecessors=True)
        access = self.access(targets, leaving=toward)
        found: list[list[Stretch] | None] = []
        for column in range(len(targets)):
            edge = int(targets.edge[column])
            if edge < 0:
                found.append(None)
                continue
            nodes = [self._best_before(seconds, edge, end, toward) for end in (0, 1)]
            costs = seconds[nodes[0]] + access.at_start[column], seconds[nodes[1]] + access.at_end[column]
            side = int(costs[1] < costs[0])
            share = float(targets.share[column])
            straight = float("inf")
            if int(origin.edge[0]) == edge:
                straight = self._along(origin, 0, targets, column, toward)
            if not np.isfinite(min(costs[side], straight)):
                found.append(None)
            elif straight <= costs[side]:
                found.append(_directed([Stretch(edge, float(origin.share[0]), share)], toward))
            else:
                way = self._back(before, nodes[side], origin, toward)
                found.append(_directed([*way, Stretch(edge, float(side), share)], toward))
        return found

    def _best_before(self, seconds: Floats, edge: int, end: int, toward: bool) -> int:
        if toward:
            return int(self.turns.arrive[edge, end])
        return min(self.turns.before(edge, end), key=lambda node: float(seconds[node]))

    def _back(self, before: Ints, node: int, origin: Snaps, toward: bool) -> list[Stretch]:
        """From the origin to a node, by the search's predecessors."""
        graph, arcs, source = self.graph, self._arcs[toward], self.turns.size
        way: list[Stretch] = []
        while (tail := int(before[node])) != source:
            low, high = int(arcs.pointer[tail]), int(arcs.pointer[tail + 1])
            edge = int(arcs.edge[low + int(np.searchsorted(arcs.head[low:high], node))])
            forward = bool(graph.start[edge] == self.turns.base[tail])
            way.append(Stretch(edge, 0.0, 1.0) if forward else Stretch(edge, 1.0, 0.0))
            node = tail
        edge = int(origin.edge[0])
        access = self.access(origin, leaving=not toward)
        ends = [
            (cost, float(end))
            for end, cost in enumerate((float(access.at_start[0]), float(access.at_end[0])))
            if node in (self.turns.before(edge, end) if toward else (int(self.turns.arrive[edge, end]),))
        ]
        _, share = min(ends)
        way.append(Stretch(edge, float(origin.share[0]), share))
        return way[::-1]


def _directed(way: list[Stretch], toward: bool) -> list[Stretch]:
    """Found from the origin; when it leads to it, it is travelled the other way round. Stretches without length are left out."""
    kept = [part for part in way if abs(part.end - part.begin) > 1e-9] or way[:1]
    return [Stretch(part.edge, part.end, part.begin) for part in reversed(kept)] if toward else kept
