"""The region's facts, read from YAML into plain values. A fact that is not understood stops the program at once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import yaml

Mark: TypeAlias = Literal["R", "K", "I"]
LonLat: TypeAlias = tuple[float, float]
FACTS_FILE = Path(__file__).parent / "lincang.yaml"


@dataclass(frozen=True, slots=True)
class Population:
    value: int
    year: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Township:
    code: str  # nine digits
    name_zh: str
    at: LonLat
    mark: Mark
    population: Population | None
    other_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class County:
    code: str  # six digits
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    seat: LonLat
    area_km2: float
    population: Population
    townships: tuple[Township, ...]


@dataclass(frozen=True, slots=True)
class RiverFact:
    name_zh: str
    name_en: str
    order: int
    source_m: float
    mouth_m: float | None
    into: str | None
    points: tuple[LonLat, ...]


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """Guide points, or a stretch of a river."""

    points: tuple[LonLat, ...]
    river: str | None


@dataclass(frozen=True, slots=True)
class Peak:
    name_zh: str
    name_en: str
    at: LonLat
    elevation_m: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class RoadRoute:
    road_class: str
    ref: str
    name_en: str
    via: tuple[str | LonLat, ...]


@dataclass(frozen=True, slots=True)
class RegionFacts:
    source: str
    source_en: str
    date: date
    city: Mapping[str, Any]
    counties: tuple[County, ...]
    outline: tuple[OutlinePart, ...]
    rivers: tuple[RiverFact, ...]
    peaks: tuple[Peak, ...]
    basins: tuple[tuple[float, float, float], ...]
    routes: tuple[RoadRoute, ...]
    dams: tuple[Mapping[str, Any], ...]
    airports: tuple[Mapping[str, Any], ...]
    ports: tuple[Mapping[str, Any], ...]
    hospital: Mapping[str, Any]
    reservoirs: tuple[Mapping[str, Any], ...]
    digest: str

    @property
    def townships(self) -> tuple[Township, ...]:
        return tuple(t for county in self.counties for t in county.townships)


def _pair(value: Sequence[Any]) -> LonLat:
    lon, lat = value
    return float(lon), float(lat)


def _population(value: Mapping[str, Any]) -> Population:
    return Population(int(value["value"]), int(value["year"]), cast(Mark, value["mark"]))


def _townships(county: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[Township, ...]:
    census = facts["township_population"]
    found: list[Township] = []
    for last, row in facts["townships"][county["code"]].items():
        code = f"{county['code']}{last}"
        name, *position = row
        at, mark = (_pair(position[:2]), position[2]) if position else (_pair(county["seat"]), "R")
        counted = census["values"].get(code)
        people = None if counted is None else Population(int(counted), census["year"], census["mark"])
        others = tuple(facts["other_codes"].get(code, ()))
        found.append(Township(code, name, at, cast(Mark, mark), people, others))
    return tuple(found)


def _county(row: Mapping[str, Any], facts: Mapping[str, Any]) -> County:
    return County(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        short_zh=row.get("short_zh", row["name_zh"]),
        short_en=row.get("short_en", row["name_en"]),
        seat=_pair(row["seat"]),
        area_km2=float(row["area_km2"]),
        population=_population(row["population"]),
        townships=_townships(row, facts),
    )


def _outline(part: Mapping[str, Any]) -> OutlinePart:
    if "along" in part:
        along = part["along"]
        return OutlinePart((_pair(along["from"]), _pair(along["to"])), along["river"])
    return OutlinePart(tuple(_pair(p) for p in part["points"]), None)


def _river(row: Mapping[str, Any]) -> RiverFact:
    mouth = row.get("mouth_m")
    points = tuple(_pair(p) for p in row["points"])
    return RiverFact(
        row["name_zh"], row["name_en"], int(row["order"]), float(row["source_m"]),
        None if mouth is None else float(mouth), row.get("into"), points,
    )  # fmt: skip


def _routes(roads: Mapping[str, Any]) -> tuple[RoadRoute, ...]:
    found: list[RoadRoute] = []
    for road_class, rows in roads.items():
        for row in rows:
            via = tuple(stop if isinstance(stop, str) else _pair(stop) for stop in row["via"])
            found.append(RoadRoute(road_class, row["ref"], row.get("name_en", row["ref"]), via))
    return tuple(found)


def read_facts(path: Path = FACTS_FILE) -> RegionFacts:
    """Raises KeyError, TypeError or ValueError when the file has not the expected shape."""
    text = path.read_bytes()
    facts: Mapping[str, Any] = yaml.safe_load(text)
    return RegionFacts(
        source=facts["source"],
        source_en=facts["source_en"],
        date=facts["date"],
        city=facts["city"],
        counties=tuple(_county(row, facts) for row in facts["counties"]),
        outline=tuple(_outline(part) for part in facts["outline"]["parts"]),
        rivers=tuple(_river(row) for row in facts["rivers"]),
        peaks=tuple(
            Peak(p["name_zh"], p["name_en"], (p["lon"], p["lat"]), int(p["elevation_m"]), p["mark"])
            for p in facts["peaks"]
        ),
        basins=tuple((float(b[0]), float(b[1]), float(b[2])) for b in facts["basins"]),
        routes=_routes(facts["roads"]),
        dams=tuple(facts["dams"]),
        airports=tuple(facts["airports"]),
        ports=tuple(facts["ports"]),
        hospital=facts["hospital"],
        reservoirs=tuple(facts["reservoirs"]),
        digest=hashlib.sha256(text).hexdigest(),
    )
