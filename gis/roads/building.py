"""From rows to networks: the part that takes long, for a thread of its own."""

from collections.abc import Sequence

from gis.roads.barriers import WHO, Closed, lay_barriers
from gis.roads.graph import EdgeRow, RoadGraph
from gis.roads.network import Network
from gis.roads.profile import Rules, house_rules, permit
from gis.roads.travel import Networks
from gis.roads.turns import TurnRow


def build(
    version: int,
    nodes: Sequence[int],
    rows: Sequence[EdgeRow],
    closures: Sequence[Closed],
    turns: Sequence[TurnRow] = (),
    rules: Rules | None = None,
) -> Networks:
    """`rules`: who obeys what; None: the house's own."""
    graph = RoadGraph(version, nodes, rows)
    given = house_rules() if rules is None else rules
    nothing = lay_barriers(graph, (), "public")
    for_rescue, for_public = (permit(graph, turns, who, given) for who in WHO)
    free_rescue = Network(graph, nothing, for_rescue)
    free_public = free_rescue if for_rescue.same_as(for_public) else Network(graph, nothing, for_public)
    return _closed(graph, free_rescue, free_public, closures)


def with_closures(networks: Networks, closures: Sequence[Closed]) -> Networks:
    """The same roads with other closures."""
    return _closed(networks.graph, networks.free_rescue, networks.free_public, closures)


def _closed(graph: RoadGraph, rescue: Network, public: Network, closures: Sequence[Closed]) -> Networks:
    if not closures:
        return Networks(graph, rescue, public, rescue, public)
    laid = lay_barriers(graph, closures, "public")
    closed_public = Network(graph, laid, public.permit)
    if all(one.bars == "all" for one in closures):
        closed_rescue = closed_public if rescue is public else Network(graph, laid, rescue.permit)
    else:
        closed_rescue = Network(graph, lay_barriers(graph, closures, "rescue"), rescue.permit)
    return Networks(graph, rescue, public, closed_rescue, closed_public)
