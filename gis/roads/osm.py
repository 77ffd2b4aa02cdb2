"""A road graph from an OpenStreetMap extract (.osm.pbf or .osm): ways cut at the nodes that they share. Read through GDAL.

Ways that cross without a common node (a bridge) stay apart, as they should. Nothing is guessed where the extract is silent but the
speed, which is the class's, or the posted one where that is lower.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely import LineString

from gis.geodesic import length_m
from gis.roads.graph import EdgeRow, Ints
from gis.roads.osm_access import EMERGENCY_ONLY, Access, access_of
from gis.roads.osm_turns import Restriction, count, fit, read_restrictions
from gis.roads.turns import TurnRow
from spine.errors import Refused

_vector: Any = shapely  # its stubs leave the types of arrays open
_reader: Any = pyogrio
CLASSES = {
    "motorway": "expressway", "motorway_link": "expressway", "trunk": "national", "trunk_link": "national",
    "primary": "provincial", "primary_link": "provincial", "secondary": "county", "secondary_link": "county",
    "tertiary": "township", "tertiary_link": "township", "unclassified": "township", "residential": "township",
    "living_street": "township", "road": "township",
}  # fmt: skip
"""OSM's highway values that vehicles use, as our classes (judgement, mark K: a city may draw the line elsewhere)."""
SPEED_KMH = {"expressway": 90.0, "national": 55.0, "provincial": 45.0, "county": 35.0, "township": 25.0}
_CLASS_WORDS = {
    "expressway": ("高速公路", "Expressway"), "national": ("国道", "National road"), "provincial": ("省道", "Provincial road"),
    "county": ("县道", "County road"), "township": ("乡村道路", "Local road"),
}  # fmt: skip
MOST_EDGES = 3_000_000
_PER_DEGREE = 10_000_000  # OSM keeps seven decimals: equal nodes are equal numbers
_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class OsmRoads:
    """`nodes`: (lon, lat) by id from 1; `left_out`: ways without use for vehicles here, by reason; `turns_left_out`: restrictions."""

    nodes: list[tuple[float, float]]
    edges: list[EdgeRow]
    ways: int
    left_out: dict[str, int]
    turns: list[TurnRow] = field(default_factory=list[TurnRow])
    turns_left_out: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class _Way:
    id: int
    road_class: str
    access: Access
    name: str | None
    tags: dict[str, str]
    line: Any


def read_osm(path: Path) -> OsmRoads:
    """Raises Refused `no_file`, `not_osm`, `no_roads` or `too_many_roads`."""
    if not path.is_file():
        raise Refused("no_file", zh=f"没有文件 {path}。", en=f"There is no file {path}.", field="file")
    left_out: dict[str, int] = {}
    ways = list(_ways(path, left_out))
    if not ways:
        raise Refused(
            "no_roads",
            zh=f"{path.name} 中没有可通车的道路。",
            en=f"There are no roads for vehicles in {path.name}.",
            field="file",
        )
    turns_left_out: dict[str, int] = {}
    restrictions = read_restrictions(path, turns_left_out)
    return _cut(ways, left_out, restrictions, turns_left_out)


def _ways(path: Path, left_out: dict[str, int]) -> Iterator[_Way]:
    chosen = ", ".join(f"'{value}'" for value in CLASSES)
    only = ", ".join(f"'{value}'" for value in sorted(EMERGENCY_ONLY))
    try:
        _, _, lines, fields = _reader.raw.read(
            path,
            layer="lines",
            columns=["osm_id", "name", "highway", "other_tags"],
            where=f"highway IN ({chosen}) OR (highway IN ({only}) AND other_tags LIKE '%\"emergency\"=>%')",
        )
    except Exception as trouble:  # pyogrio's own kinds of error have no common name
        raise Refused(
            "not_osm",
            zh=f"{path.name} 不是可读的 OSM 数据（.osm.pbf 或 .osm）：{trouble}",
            en=f"{path.name} cannot be read as OSM data (.osm.pbf or .osm): {trouble}",
            field="file",
        ) from trouble
    for line, number, name, highway, other in zip(_vector.from_wkb(lines), *fields, strict=True):
        tags: dict[str, str] = dict(_TAG.findall(other or ""))
        access = access_of(str(highway), tags)
        if access.open_to is None:
            count(left_out, "no access")
        elif tags.get("area") == "yes" or len(line.coords) < 2:
            count(left_out, "no line")
        else:
            yield _Way(int(number), CLASSES.get(str(highway), "township"), access, name or None, tags, line)


def _cut(
    ways: list[_Way], left_out: dict[str, int], restrictions: list[Restriction], turns_left_out: dict[str, int]
) -> OsmRoads:
    lonlat, way_of = _vector.get_coordinates([way.line for way in ways], return_index=True)
    keys: Ints = np.rint(lonlat * _PER_DEGREE).astype(np.int64)
    places, number, uses = np.unique(keys[:, 0] * (2**32) + keys[:, 1], return_inverse=True, return_counts=True)
    end = np.ones(len(number), dtype=np.bool_)
    end[1:-1] = (way_of[1:-1] != way_of[:-2]) | (way_of[1:-1] != way_of[2:])
    junction = (uses[number] > 1) | end
    ids: dict[int, int] = {}
    nodes: list[tuple[float, float]] = []
    edges: list[EdgeRow] = []
    way_ids: list[int] = []

    def junction_at(place: tuple[int, int]) -> int | None:
        key = place[0] * (2**32) + place[1]
        index = int(np.searchsorted(places, key))
        return ids.get(index) if index < len(places) and int(places[index]) == key else None

    def node(index: int) -> int:
        key = int(number[index])
        if key not in ids:
            ids[key] = len(ids) + 1
            nodes.append((float(lonlat[index, 0]), float(lonlat[index, 1])))
        return ids[key]

    stops = np.flatnonzero(junction).tolist()
    for begin, after in pairwise(stops):
        if way_of[begin] != way_of[after]:
            continue
        line = LineString(lonlat[begin : after + 1])
        metres = length_m(line)
        if metres <= 0:
            count(left_out, "no length")
            continue
        if len(edges) >= MOST_EDGES:
            raise Refused(
                "too_many_roads",
                zh=f"道路超过 {MOST_EDGES} 段，请先裁剪到本市范围。",
                en=f"More than {MOST_EDGES} stretches of road; cut the extract to the city first.",
                field="file",
                most=MOST_EDGES,
            )
        way = ways[int(way_of[begin])]
        edges.append(_edge(len(edges) + 1, way, node(begin), node(after), line, metres))
        way_ids.append(way.id)
    turns = fit(restrictions, edges, way_ids, junction_at, turns_left_out)
    return OsmRoads(nodes, edges, len(ways), left_out, turns, turns_left_out)


def _edge(number: int, way: _Way, start: int, end: int, line: LineString, metres: float) -> EdgeRow:
    tags = way.tags
    zh, en = _CLASS_WORDS[way.road_class]
    ref = tags.get("ref", "").split(";")[0]
    name_zh = tags.get("name:zh") or way.name or (f"{ref} {zh}" if ref else zh)
    name_en = tags.get("name:en") or way.name or (f"{en} {ref}" if ref else en)
    access = way.access
    if access.open_to is None:
        raise AssertionError("left out before")
    if access.backwards:
        start, end, line = end, start, LineString(list(line.coords)[::-1])
    usual = SPEED_KMH[way.road_class]
    speed = min(usual, _posted(tags.get("maxspeed")) or usual)
    return EdgeRow(
        number, start, end, way.road_class, ref, name_zh, name_en, metres, speed, access.oneway,
        bytes(_vector.to_wkb(line)), access.open_to, access.rescue_both_ways,
    )  # fmt: skip


def _posted(text: str | None) -> float | None:
    """A posted speed in km/h; None for what is no number ("signals", "CN:urban")."""
    found = re.fullmatch(r"(\d{1,3})(?: ?(km/h|mph))?", text or "")
    if found is None or int(found[1]) < 5:
        return None
    return float(found[1]) * (1.609344 if found[2] == "mph" else 1.0)
