"""What the generator gives: plain values, ready to be written to the database. Geometry in degrees, WGS 84."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from shapely import LineString, MultiLineString, Polygon, to_wkb

from gis.region.facts import Mark, Population
from spine.canonical import Json, encode

Level: TypeAlias = Literal["city", "county", "township"]


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    parent: str | None
    level: Level
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    pinyin: str
    initials: str
    other_codes: tuple[str, ...]
    lon: float
    lat: float
    elevation_m: int
    area: Polygon
    area_km2: float
    population: Population | None
    mark: Mark  # of name, code and position; the area is always illustrative


@dataclass(frozen=True, slots=True)
class Facility:
    code: str
    kind: str
    name_zh: str
    name_en: str
    pinyin: str
    initials: str
    area_code: str
    lon: float
    lat: float
    elevation_m: int
    area: Polygon | None
    properties: Mapping[str, Json]
    mark: Mark


@dataclass(frozen=True, slots=True)
class River:
    """`order`: 1 the great rivers … 4 named brooks, 5 and 6 streams without a name."""

    code: str
    name_zh: str | None
    name_en: str | None
    order: int
    line: MultiLineString
    mark: Mark


@dataclass(frozen=True, slots=True)
class RoadNode:
    id: int
    kind: Literal["place", "junction", "end"]
    lon: float
    lat: float
    place_code: str | None


@dataclass(frozen=True, slots=True)
class RoadEdge:
    """Both ways. `length_m` is geodesic, `speed_kmh` what one drives there."""

    id: int
    from_node: int
    to_node: int
    road_class: str
    ref: str
    name_zh: str
    name_en: str
    length_m: float
    speed_kmh: float
    line: LineString
    mark: Mark


@dataclass(frozen=True, slots=True)
class Summit:
    name_zh: str
    name_en: str
    lon: float
    lat: float
    elevation_m: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class MapImage:
    """A picture whose corners lie on the given degrees and whose rows are evenly spaced in Web Mercator."""

    name: str
    media_type: str
    data: bytes
    west: float
    south: float
    east: float
    north: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Region:
    seed: int
    source: str
    source_en: str
    date: date
    places: tuple[Place, ...]
    facilities: tuple[Facility, ...]
    rivers: tuple[River, ...]
    road_nodes: tuple[RoadNode, ...]
    road_edges: tuple[RoadEdge, ...]
    summits: tuple[Summit, ...]
    hillshade: MapImage

    def digest(self) -> str:
        """SHA-256 over everything in the region except the picture's encoding."""
        total = hashlib.sha256(f"{self.seed}".encode())
        for place in self.places:
            total.update(
                encode([place.code, place.name_zh, place.name_en, place.lon, place.lat, place.area_km2]).encode()
            )
            total.update(to_wkb(place.area))
        for facility in self.facilities:
            row: list[Json] = [facility.code, facility.name_zh, facility.area_code, facility.lon, facility.lat]
            total.update(encode([*row, facility.properties]).encode())
            total.update(to_wkb(facility.area) if facility.area is not None else b"-")
        for river in self.rivers:
            total.update(to_wkb(river.line))
        for edge in self.road_edges:
            total.update(encode([edge.id, edge.from_node, edge.to_node, edge.road_class, edge.ref]).encode())
            total.update(to_wkb(edge.line))
        return total.hexdigest()
