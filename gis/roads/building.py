"""From rows to networks: the part that takes long, for a thread of its own."""

from collections.abc import Sequence

from gis.roads.barriers import Closed, lay_barriers
from gis.roads.graph import EdgeRow, RoadGraph
from gis.roads.network import Network
from gis.roads.travel import Networks


def build(version: int, nodes: Sequence[int], rows: Sequence[EdgeRow], closures: Sequence[Closed]) -> Networks:
    graph = RoadGraph(version, nodes, rows)
    free = Network(graph, lay_barriers(graph, (), "public"))
    return _closed(graph, free, closures)


def with_closures(networks: Networks, closures: Sequence[Closed]) -> Networks:
    """The same roads with other closures."""
    return _closed(networks.graph, networks.free, closures)


def _closed(graph: RoadGraph, free: Network, closures: Sequence[Closed]) -> Networks:
    if not closures:
        return Networks(graph, free, free, free)
    public = Network(graph, lay_barriers(graph, closures, "public"))
    if all(closed.bars == "all" for closed in closures):
        return Networks(graph, free, public, public)
    return Networks(graph, free, Network(graph, lay_barriers(graph, closures, "rescue")), public)
