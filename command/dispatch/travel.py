"""Ways of units to needs: minutes by road with what is closed, or the honest statement that none is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from command.dispatch.rules import DispatchRules
from command.dispatch.shape import Force, Need, Way
from gis.roads.route import line_of
from gis.roads.travel import Networks, Spot, Table, snap, travel_table, way_m, way_s
from gis.roads.weighted import edges_in, weighted

_vector: Any = shapely  # its stubs leave the types of arrays open
_APART = ("no_road_data", "too_far")
"""Why a time may be unknown without a way being impossible."""
_THIN = 0.00005


@dataclass(frozen=True, slots=True)
class Line:
    """The way of one pick. `minutes`: driving alone; `in_hazard`: of them inside the hazard area, None: no area is known."""

    minutes: float
    distance_m: float
    in_hazard: float | None
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """The roads as this question sees them. `hazard`: degrees, None: none known; `wary`: networks that keep out of it."""

    networks: Networks | None
    hazard: BaseGeometry | None
    wary: Networks | None

    def of(self, hazard_weight: float) -> Networks | None:
        return self.wary if hazard_weight > 1 and self.wary is not None else self.networks


def ground(networks: Networks | None, hazard: BaseGeometry | None, hazard_weight: float) -> Ground:
    if networks is None or hazard is None or hazard_weight <= 1:
        return Ground(networks, hazard, None)
    inside = edges_in(networks.graph, hazard)
    if len(inside) == 0:
        return Ground(networks, hazard, None)
    return Ground(networks, hazard, replace(networks, rescue=weighted(networks.rescue, inside, hazard_weight)))


def ways(
    networks: Networks | None, needs: Sequence[Need], units: Sequence[Force], rules: DispatchRules
) -> list[list[Way]]:
    """[need][unit]. A search for each place that is needed, however many needs there are at it."""
    if not needs or not units:
        return [[] for _ in needs]
    spots = list(dict.fromkeys((one.lon, one.lat) for one in needs))
    table = travel_table(
        networks,
        [Spot(force.id, force.lon, force.lat) for force in units],
        [Spot(str(number), *at) for number, at in enumerate(spots)],
        "rescue",
    )
    turnouts = [rules.turnout(force.kind, out=force.out) for force in units]
    by_spot = [_ways_to(table, column, turnouts, rules) for column in range(len(spots))]
    return [by_spot[spots.index((one.lon, one.lat))] for one in needs]


def _ways_to(table: Table, column: int, turnouts: Sequence[float], rules: DispatchRules) -> list[Way]:
    metres_a_minute = rules.straight_kmh * 1000 / 60 / rules.straight_detour
    seconds, straight = table.seconds[:, column].tolist(), table.straight_m[:, column].tolist()
    reasons = [table.reason(row, column) for row in range(len(turnouts))]
    # Nobody has a way and everybody meets a closure: then it is the place that lies in it, not all the units.
    closed_off = all(reason in ("in_closure", "too_far") for reason in reasons)
    found: list[Way] = []
    for row, turnout in enumerate(turnouts):
        reason = reasons[row]
        if reason is None:
            minutes = turnout + seconds[row] / 60
            found.append(Way("road", minutes, turnout, minutes, straight[row], None))
        elif reason in _APART or (reason == "in_closure" and closed_off):
            found.append(
                Way("straight", None, turnout, turnout + straight[row] / metres_a_minute, straight[row], reason)
            )
        else:
            found.append(Way("none", None, turnout, np.inf, straight[row], reason))
    return found


def lines(place: Ground, hazard_weight: float, at: tuple[float, float], units: Sequence[Force]) -> dict[str, Line]:
    """The ways of these units to one place, by unit; without a road none. One search."""
    chosen = place.of(hazard_weight)
    if chosen is None or place.networks is None or not units:
        return {}
    network, graph = chosen.rescue, place.networks.graph
    origin = snap(place.networks.rescue, [Spot("place", *at)])
    stands = snap(place.networks.rescue, [Spot(force.id, force.lon, force.lat) for force in units])
    if int(origin.edge[0]) < 0:
        return {}
    found: dict[str, Line] = {}
    for force, way in zip(units, network.ways(origin, stands, toward=True), strict=True):
        if way is None:
            continue
        line = line_of(graph, way)
        minutes = way_s(graph, way) / 60
        found[force.id] = Line(minutes, way_m(graph, way), _inside(line, minutes, place.hazard), _thin(line))
    return found


def _inside(line: Any, minutes: float, hazard: BaseGeometry | None) -> float | None:
    """Minutes of a way inside an area, by the share of its length there."""
    if hazard is None:
        return None
    drawn = shapely.LineString(line) if len(line) > 1 else None
    if drawn is None or drawn.length == 0:
        return 0.0
    return minutes * float(_vector.length(_vector.intersection(drawn, hazard))) / drawn.length


def _thin(line: Any) -> tuple[tuple[float, float], ...]:
    if len(line) < 2:
        return ()
    drawn = shapely.LineString(line).simplify(_THIN)
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in drawn.coords)
