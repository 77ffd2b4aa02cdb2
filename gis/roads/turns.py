"""Turns that must not be made, by splitting the junctions where that is so, and only those: the graph stays as small as it was.

Whoever comes into such a junction on a road from which not everything is allowed comes to a copy of it, from which only the allowed
roads lead away. All others come to the junction itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis.roads.graph import RoadGraph
from gis.roads.snaps import Bools, Floats, Ints

Ban: TypeAlias = tuple[int, int, int]
"""(edge on which one comes, node, edge on which one must not go on), as numbers of the graph."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A restriction as stored. `sign`: OSM's value (`no_left_turn`); `excepts`: kinds of vehicle that it does not bind."""

    id: int
    from_edge: int
    via_node: int
    to_edge: int
    kind: Literal["no", "only"]
    sign: str
    excepts: tuple[str, ...]


class Turns:
    """`arrive` (edges, 2): the node to which one comes at an edge's first and last end. `base`: the junction of node or copy."""

    def __init__(self, graph: RoadGraph, oneway: Bools, bans: Iterable[Ban]) -> None:
        barred: dict[tuple[int, int], set[int]] = {}
        for come, node, go in bans:
            barred.setdefault((come, node), set()).add(go)
        self._graph = graph
        self.size = graph.nodes + len(barred)
        self.arrive: Ints = np.column_stack((graph.start, graph.end))
        self.base: Ints = np.concatenate(
            (np.arange(graph.nodes), np.asarray([node for _, node in barred], dtype=np.int64))
        )
        self._beside: Bools = np.zeros(len(graph.rows), dtype=np.bool_)
        self._copies: dict[tuple[int, int], list[int]] = {}
        self._leaving: list[tuple[int, int, int]] = []
        ends = graph.edges_at()
        for copy, ((come, node), banned) in enumerate(barred.items(), graph.nodes):
            self.arrive[come, 0 if graph.start[come] == node else 1] = copy
            for edge, end in ends(node):
                if edge in banned:
                    continue
                self._copies.setdefault((edge, end), []).append(copy)
                self._beside[edge] = True
                if end == 0 or not oneway[edge]:
                    self._leaving.append((copy, edge, end))

    def extra_arcs(self, passable: Bools) -> tuple[Ints, Ints, Ints]:
        """(tail, head, edge) of what leads away from the copies."""
        kept = [(copy, int(self.arrive[edge, 1 - end]), edge) for copy, edge, end in self._leaving if passable[edge]]
        table: Ints = np.asarray(kept, dtype=np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2]

    def before(self, edge: int, end: int) -> list[int]:
        """The nodes from which one may drive into an edge at this end."""
        node = int(self._graph.start[edge] if end == 0 else self._graph.end[edge])
        return [node, *self._copies.get((edge, end), ())]

    def at_ends(self, reached: Floats, edges: Ints, *, toward: bool) -> tuple[Floats, Floats]:
        """(rows, edges) twice: the cost of driving into each edge at its first and its last end, of (rows, nodes) costs.

        `toward`: the cost of going on from there, for who comes out of the edge at that end.
        """
        if toward:
            return reached[:, self.arrive[edges, 0]], reached[:, self.arrive[edges, 1]]
        found = reached[:, self._graph.start[edges]], reached[:, self._graph.end[edges]]
        for column in np.flatnonzero(self._beside[edges]).tolist():
            for end, costs in enumerate(found):
                copies = self._copies.get((int(edges[column]), end))
                if copies:
                    costs[:, column] = np.minimum(costs[:, column], reached[:, copies].min(axis=1))
        return found
