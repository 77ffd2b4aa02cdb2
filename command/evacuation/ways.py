"""Ways out: by road with what is closed, out of the hazard first and not into it again; short ones are walked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from command.evacuation.rules import EvacuationRules
from command.evacuation.shape import Origin, Place, Route
from gis.roads.network import Network, Stretch
from gis.roads.route import line_of
from gis.roads.travel import Networks, Spot, Table, snap, travel_table, way_m, way_s
from gis.roads.weighted import edges_in, weighted

_vector: Any = shapely  # its stubs leave the types of arrays open
_THIN = 0.00005


def shunning(networks: Networks, hazard: BaseGeometry, rules: EvacuationRules) -> Networks:
    """Convoys are let through cordons, so the rescue network counts; every minute inside the hazard counts many."""
    return replace(networks, rescue=weighted(networks.rescue, edges_in(networks.graph, hazard), rules.hazard_weight))


def table(networks: Networks | None, origins: Sequence[Origin], places: Sequence[Place]) -> Table:
    return travel_table(
        networks,
        [Spot(one.id, one.lon, one.lat) for one in origins],
        [Spot(one.id, one.lon, one.lat) for one in places],
        "rescue",
    )


def routes(
    networks: Networks | None, weighed: Networks | None, origin: Origin, places: Sequence[Place],
    straight_m: Sequence[float], reasons: Sequence[str | None], hazard: BaseGeometry, rules: EvacuationRules,
) -> list[Route]:  # fmt: skip
    """One for each place, in their order; one search."""
    if networks is None or weighed is None:
        return [_unknown(metres, "no_road_data") for metres in straight_m]
    graph, network = networks.graph, weighed.rescue
    start = snap(networks.rescue, [Spot(origin.id, origin.lon, origin.lat)])
    if int(start.edge[0]) < 0:
        return [_unknown(metres, "too_far") for metres in straight_m]
    ends = snap(networks.rescue, [Spot(one.id, one.lon, one.lat) for one in places])
    found = network.ways(start, ends)
    return [
        _unknown(metres, reason or "not_connected") if way is None else _route(network, graph, way, hazard, rules)
        for way, metres, reason in zip(found, straight_m, reasons, strict=True)
    ]


def _unknown(metres: float, reason: str) -> Route:
    return Route(None, metres, False, reason, (), 0.0, (), (), ())


def _route(network: Network, graph: Any, way: Sequence[Stretch], hazard: BaseGeometry, rules: EvacuationRules) -> Route:
    line, metres, seconds = line_of(graph, way), way_m(graph, way), way_s(graph, way)
    walk = metres <= rules.walk_within_m
    minutes = metres / (sum(rules.walk_ms) / 2) / 60 if walk else seconds / 60
    drawn = shapely.LineString(line) if len(line) > 1 else None
    inside = 0.0
    if drawn is not None and drawn.length > 0:
        inside = minutes * float(_vector.length(_vector.intersection(drawn, hazard))) / drawn.length
    thin = () if drawn is None else tuple((round(x, 5), round(y, 5)) for x, y in drawn.simplify(_THIN).coords)
    long_ones = sorted({part.edge for part in way}, key=lambda edge: -float(graph.length_m[edge]))
    rows = [graph.rows[edge] for edge in long_ones]
    names = list(dict.fromkeys((row.name_zh, row.name_en) for row in rows))[:3]
    return Route(
        minutes, metres, walk, None, tuple(dict.fromkeys(part.edge for part in way)), inside, thin,
        tuple(zh for zh, _ in names), tuple(en for _, en in names),
    )  # fmt: skip


def order_minutes(
    found: Table, rules: EvacuationRules, places: Sequence[Place]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What the choice is made by: weighed minutes, or by straight line where there is no road data at all; infinite: not possible."""
    minutes = found.seconds / 60
    if not np.isfinite(minutes).any():
        known = (
            all(found.reason(0, column) == "no_road_data" for column in range(len(places))) if len(places) else False
        )
        minutes = found.straight_m / 1000 * 3 if known else minutes
    extra = np.asarray([0.0 if place.open else rules.not_open_minutes for place in places])
    weighed: np.ndarray[Any, np.dtype[np.float64]] = minutes + extra[None, :]
    return weighed
