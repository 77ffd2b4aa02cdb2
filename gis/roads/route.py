"""One way drawn and told: the line, and the steps that one drives by, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from gis.geodesic import bearing_deg
from gis.roads import words
from gis.roads.barriers import Who
from gis.roads.graph import EdgeRow, Floats, RoadGraph
from gis.roads.network import Network, Stretch
from gis.roads.travel import Leg, Networks, Spot, snap, travel_table, way_m, way_s
from gis.roads.words import Turn
from spine.canonical import Json, JsonObject

_TURNS: dict[Turn, tuple[str, str]] = {
    "straight": ("直行进入", "continue onto"),
    "left": ("左转进入", "turn left onto"),
    "right": ("右转进入", "turn right onto"),
    "sharp_left": ("向左急转进入", "turn sharply left onto"),
    "sharp_right": ("向右急转进入", "turn sharply right onto"),
    "back": ("掉头进入", "turn back onto"),
}
_AHEAD, _SHARP, _BACK = 35.0, 120.0, 165.0
_LOOK_M = 40.0  # a road's direction at a junction is measured over this length
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """Driving on one road until something changes. `bearing`: in which direction it begins; `at`: degrees where.

    `exit`: by which exit one leaves a roundabout, counted from where one comes in.
    """

    turn: Turn
    road: EdgeRow | None
    distance_m: float
    seconds: float
    bearing: float | None
    at: tuple[float, float]
    exit: int | None = None

    def to_json(self) -> JsonObject:
        zh, en = self.sentence()
        road = self.road
        return {
            "turn": self.turn,
            "exit": self.exit,
            "road_zh": None if road is None else road.name_zh,
            "road_en": None if road is None else road.name_en,
            "ref": None if road is None else road.ref,
            "class": None if road is None else road.road_class,
            "distance_m": round(self.distance_m),
            "seconds": round(self.seconds),
            "bearing_deg": None if self.bearing is None else round(self.bearing),
            "at": [round(self.at[0], _DECIMALS), round(self.at[1], _DECIMALS)],
            "zh": zh,
            "en": en,
        }

    def sentence(self) -> tuple[str, str]:
        if self.road is None or self.bearing is None:
            return "到达", "Arrive"
        far_zh, far_en = words.distance(self.distance_m)
        to_zh, to_en = words.direction(self.bearing)
        if self.turn == "depart":
            return (
                f"沿{self.road.name_zh}向{to_zh}行驶 {far_zh}",
                f"Drive {to_en} on {self.road.name_en} for {far_en}",
            )
        if self.turn == "roundabout":
            which_zh, which_en = ("", "") if self.exit is None else (f"第 {self.exit} 个出口", f"exit {self.exit} ")
            return (
                f"进入环岛，从{which_zh}驶入{self.road.name_zh}，行驶 {far_zh}"
                if which_zh
                else f"经环岛驶入{self.road.name_zh}，行驶 {far_zh}",
                f"At the roundabout take {which_en or 'the way '}onto {self.road.name_en}, for {far_en}",
            )
        zh, en = _TURNS[self.turn]
        return f"{zh}{self.road.name_zh}，行驶 {far_zh}", f"{en.capitalize()} {self.road.name_en}, for {far_en}"


@dataclass(frozen=True, slots=True)
class Route:
    """`line` in degrees, None without a road. `free_seconds`: were nothing closed; `avoided`: the closures that stand in that way."""

    leg: Leg
    line: Floats | None
    steps: tuple[Step, ...]
    free_seconds: float | None
    avoided: tuple[UUID, ...]

    def to_json(self) -> JsonObject:
        geometry: Json = None
        if self.line is not None:
            geometry = {"type": "LineString", "coordinates": np.round(self.line, _DECIMALS).tolist()}
        steps: list[Json] = [step.to_json() for step in self.steps]
        return {
            **self.leg.to_json(),
            "geometry": geometry,
            "steps": steps,
            "seconds_without_closures": None if self.free_seconds is None else round(self.free_seconds),
            "closures_avoided": [str(closure) for closure in self.avoided],
        }


def find_route(networks: Networks | None, origin: Spot, target: Spot, who: Who) -> Route:
    """The quickest way that is open to this traffic, or a straight line that says why there is none."""
    leg = travel_table(networks, [origin], [target], who).leg(0, 0)
    if networks is None or leg.reason == "too_far":
        return Route(leg, None, (), None, ())
    graph, network = networks.graph, networks.of(who)
    ends = snap(network, [origin]), snap(network, [target])
    (free,) = networks.free_of(who).ways(*ends)
    free_s = None if free is None else way_s(graph, free)
    avoided = () if free is None else closures_on(network, free)
    if leg.seconds is None:
        return Route(leg, None, (), free_s, avoided)
    (way,) = network.ways(*ends)
    if way is None:
        raise AssertionError("a time by road has a way")
    told = replace(leg, distance_m=way_m(graph, way))
    return Route(told, line_of(graph, way), steps_of(graph, way), free_s, avoided)


def closures_on(network: Network, way: Sequence[Stretch]) -> tuple[UUID, ...]:
    """The closures that one would drive into on this way."""
    met = (
        part.closure for stretch in way for part in network.barriers.within(stretch.edge, stretch.begin, stretch.end)
    )
    return tuple(dict.fromkeys(met))


def line_of(graph: RoadGraph, way: Sequence[Stretch]) -> Floats:
    parts = [graph.cut(part.edge, part.begin, part.end) for part in way]
    return np.vstack([parts[0], *(part[1:] for part in parts[1:])])


def _bearings(graph: RoadGraph, part: Stretch) -> tuple[float, float]:
    """The direction in which one enters the stretch, and that in which one leaves it."""
    line = graph.cut(part.edge, part.begin, part.end)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(graph.plane.xy(line), axis=0).T))))
    look = min(_LOOK_M, float(along[-1]))

    def at(metres: float) -> tuple[float, float]:
        return float(np.interp(metres, along, line[:, 0])), float(np.interp(metres, along, line[:, 1]))

    whole = float(along[-1])
    return bearing_deg(*at(0.0), *at(look)), bearing_deg(*at(whole - look), *at(whole))


def turn_of(before: float, after: float) -> Turn:
    """What the driver does when the direction changes from one bearing to another."""
    change = (after - before + 180) % 360 - 180
    size = abs(change)
    if size <= _AHEAD:
        return "straight"
    if size >= _BACK:
        return "back"
    if size >= _SHARP:
        return "sharp_right" if change > 0 else "sharp_left"
    return "right" if change > 0 else "left"


def steps_of(graph: RoadGraph, way: Sequence[Stretch]) -> tuple[Step, ...]:
    """A step for every road, and for every turn at a junction where one could stay ahead; the last is the arrival."""
    steps: list[Step] = []
    left: float | None = None
    for part in way:
        road = graph.rows[part.edge]
        share = abs(part.end - part.begin)
        metres, seconds = share * road.length_m, share * float(graph.seconds[part.edge])
        entered, leaves = _bearings(graph, part)
        turn: Turn = "depart" if left is None else turn_of(left, entered)
        left = leaves
        last = steps[-1] if steps else None
        same = (
            last is not None
            and last.road is not None
            and (last.road.ref, last.road.name_zh) == (road.ref, road.name_zh)
        )
        if last is not None and same and turn != "back":
            steps[-1] = Step(
                last.turn, last.road, last.distance_m + metres, last.seconds + seconds, last.bearing, last.at
            )
            continue
        lon, lat = (float(v) for v in graph.cut(part.edge, part.begin, part.end)[0])
        steps.append(Step(turn, road, metres, seconds, entered, (lon, lat)))
    lon, lat = (float(v) for v in graph.cut(way[-1].edge, way[-1].begin, way[-1].end)[-1])
    return (*steps, Step("arrive", None, 0.0, 0.0, None, (lon, lat)))
