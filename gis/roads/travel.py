"""How far and how long from these places to those, by road where a road is known, and never a time where none is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from gis.geodesic import bearing_deg, many_metres
from gis.roads import words
from gis.roads.barriers import Who
from gis.roads.graph import Floats, RoadGraph, Snaps
from gis.roads.network import Network, Stretch
from gis.roads.words import Reason
from spine.canonical import Json, JsonObject

MODEL = "road-graph"
MODEL_VERSION = "1"
RANGE = (0.85, 1.5)
"""Least and most of a time as shares of the computed one: judgement (mark I). The speeds are those of a free road by day."""


class Placed(Protocol):
    """Whatever has an id and a place, WGS 84."""

    @property
    def id(self) -> str: ...
    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place asked about, WGS 84."""

    id: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Networks:
    """One road layer for each kind of traffic: with nothing closed, and with what is closed to it."""

    graph: RoadGraph
    free_rescue: Network
    free_public: Network
    rescue: Network
    public: Network

    def of(self, who: Who) -> Network:
        return self.rescue if who == "rescue" else self.public

    def free_of(self, who: Who) -> Network:
        return self.free_rescue if who == "rescue" else self.free_public


@dataclass(frozen=True, slots=True)
class Leg:
    """From one spot to another in the direction of travel. `seconds` is None where no time is known; then `reason` says why.

    `off_from_m`, `off_to_m`: metres between the spot and the road at either end, not in the time; None: no road near.
    """

    to: str
    seconds: float | None
    distance_m: float | None
    straight_m: float
    bearing: float
    off_from_m: float | None
    off_to_m: float | None
    reason: Reason | None

    def to_json(self) -> JsonObject:
        if self.seconds is None:
            zh, en = words.straight(self.straight_m, self.bearing, self.reason or "not_connected")
        else:
            zh, en = words.by_road(self.seconds, self.distance_m, (self.off_from_m or 0.0, self.off_to_m or 0.0))
        least, most = RANGE
        return {
            "state": "straight" if self.seconds is None else "road",
            "reason": self.reason,
            "seconds": _rounded(self.seconds),
            "seconds_range": None
            if self.seconds is None
            else [_rounded(self.seconds * least), _rounded(self.seconds * most)],
            "distance_m": _rounded(self.distance_m),
            "straight_m": _rounded(self.straight_m),
            "bearing_deg": round(self.bearing, 1),
            "off_from_m": _rounded(self.off_from_m),
            "off_to_m": _rounded(self.off_to_m),
            "zh": zh,
            "en": en,
        }


def _rounded(value: float | None) -> Json:
    return None if value is None else round(value)


def snap(network: Network, spots: Sequence[Placed]) -> Snaps:
    """The nearest places on roads that this traffic may use."""
    return network.graph.snap(*_degrees(spots), network.permit.open_edges)


def _degrees(spots: Sequence[Placed]) -> tuple[Floats, Floats]:
    lons = np.fromiter((spot.lon for spot in spots), dtype=np.float64, count=len(spots))
    return lons, np.fromiter((spot.lat for spot in spots), dtype=np.float64, count=len(spots))


def way_m(graph: RoadGraph, way: Sequence[Stretch]) -> float:
    return sum(abs(part.end - part.begin) * float(graph.length_m[part.edge]) for part in way)


def way_s(graph: RoadGraph, way: Sequence[Stretch]) -> float:
    return sum(abs(part.end - part.begin) * float(graph.seconds[part.edge]) for part in way)


@dataclass(frozen=True, slots=True)
class Table:
    """(origins, targets) times. `seconds` is infinite where none is known; `off_*`: metres from road, infinite: too far."""

    origins: Sequence[Placed]
    targets: Sequence[Placed]
    seconds: Floats
    straight_m: Floats
    off_origin: Floats
    off_target: Floats
    toward: bool
    _reason: Callable[[int, int], Reason]

    def reason(self, row: int, column: int) -> Reason | None:
        return None if np.isfinite(self.seconds[row, column]) else self._reason(row, column)

    def leg(self, row: int, column: int) -> Leg:
        seconds = float(self.seconds[row, column])
        here, there = self.origins[row], self.targets[column]
        begin, end = (there, here) if self.toward else (here, there)
        off = _metres(self.off_origin[row]), _metres(self.off_target[column])
        return Leg(
            to=there.id,
            seconds=seconds if np.isfinite(seconds) else None,
            distance_m=None,
            straight_m=float(self.straight_m[row, column]),
            bearing=bearing_deg(begin.lon, begin.lat, end.lon, end.lat),
            off_from_m=off[int(self.toward)],
            off_to_m=off[1 - int(self.toward)],
            reason=self.reason(row, column),
        )


def _metres(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def travel_table(
    networks: Networks | None, origins: Sequence[Placed], targets: Sequence[Placed], who: Who, *, toward: bool = False
) -> Table:
    """Times from the origins to the targets; `toward`: from the targets to the origins. With no road data there is none.

    A search is made for each of the fewer: five hundred units to one place cost one.
    """
    if len(targets) < len(origins):
        return _turned(_table(networks, targets, origins, who, not toward))
    return _table(networks, origins, targets, who, toward)


def with_seconds(
    networks: Networks, origins: Sequence[Placed], targets: Sequence[Placed], who: Who, seconds: Floats
) -> Table:
    """A table of times that were found elsewhere: (origins, targets), infinite where there is none."""
    return _table(networks, origins, targets, who, False, seconds)


def _turned(table: Table) -> Table:
    """The same times with targets for origins."""
    return Table(
        table.targets,
        table.origins,
        table.seconds.T,
        table.straight_m.T,
        table.off_target,
        table.off_origin,
        not table.toward,
        lambda row, column: table.reason(column, row) or "not_connected",
    )


def _table(
    networks: Networks | None,
    origins: Sequence[Placed],
    targets: Sequence[Placed],
    who: Who,
    toward: bool,
    found: Floats | None = None,
) -> Table:
    straight_m = _straight(origins, targets)
    shape = len(origins), len(targets)
    if networks is None:
        nowhere: tuple[Floats, Floats, Floats] = (
            np.full(shape, np.inf),
            np.full(shape[0], np.inf),
            np.full(shape[1], np.inf),
        )
        return Table(origins, targets, nowhere[0], straight_m, *nowhere[1:], toward, lambda _r, _c: "no_road_data")
    network = networks.of(who)
    starts, ends = snap(network, origins), snap(network, targets)
    seconds = network.seconds(starts, ends, toward=toward) if found is None else found
    free: Floats | None = None

    def reason(row: int, column: int) -> Reason:
        nonlocal free
        if starts.edge[row] < 0 or ends.edge[column] < 0:
            return "too_far"
        if network.closed_at(starts, row) or network.closed_at(ends, column):
            return "in_closure"
        if network is not networks.free_of(who):
            if free is None:
                free = networks.free_of(who).seconds(starts, ends, toward=toward)
            if np.isfinite(free[row, column]):
                return "cut_off"
        return "not_connected"

    return Table(origins, targets, seconds, straight_m, starts.off_m, ends.off_m, toward, reason)


def _straight(origins: Sequence[Placed], targets: Sequence[Placed]) -> Floats:
    """(origins, targets) metres on the ellipsoid."""
    lons, lats = _degrees(targets)
    return np.vstack([many_metres(origin.lon, origin.lat, lons, lats) for origin in origins])


def nearest(
    networks: Networks | None, origin: Spot, candidates: Sequence[Placed], count: int, who: Who, *, toward: bool
) -> tuple[list[Leg], list[Leg]]:
    """The quickest by road, with their distances; and, apart, the nearest of those without a known road. Both best first."""
    table = travel_table(networks, [origin], candidates, who, toward=toward)
    order: list[int] = [int(i) for i in np.lexsort((table.straight_m[0], table.seconds[0]))]
    known = int(np.isfinite(table.seconds[0]).sum())
    timed, apart = order[:known][:count], order[known:][:count]
    legs = [table.leg(0, column) for column in timed]
    if networks is not None and timed:
        network = networks.of(who)
        chosen = snap(network, [candidates[column] for column in timed])
        ways = network.ways(snap(network, [origin]), chosen, toward=toward)
        legs = [
            leg if way is None else replace(leg, distance_m=way_m(networks.graph, way))
            for leg, way in zip(legs, ways, strict=True)
        ]
    return legs, [table.leg(0, column) for column in apart]
