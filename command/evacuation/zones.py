"""From zones to people at places: whose zone it is, and how many people of which township are in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import shapely
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from shapely.geometry.base import BaseGeometry

from command.dispatch.hazard import hazard_of, strongest
from command.evacuation.rules import When
from command.evacuation.shape import Origin, People
from gis.exposure.areas import Area
from gis.exposure.current import Exposure
from gis.geodesic import area_km2
from gis.geometry import AREAS, parse_geometry
from incidents import drawing_store
from incidents.assessments import store as assessments
from incidents.assessments.assessment import LIVE
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.db import Connection
from spine.errors import Refused

_vector: Any = shapely  # its stubs leave the types of arrays open
EVACUATION = "evacuation_area"
MOST_ZONES = 20
_LEAST_PEOPLE = 1


class ZoneIn(BaseModel):
    """`source`: impact_area, assessment, drawing:<id>, or drawn (then with `geometry`). `people`: how many somebody knows there are;
    None: as counted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=80)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    name_en: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    source: Annotated[str, Field(pattern=r"^(impact_area|assessment|drawn|drawing:[0-9a-f-]{36})$")]
    geometry: dict[str, JsonValue] | None = None
    people: Annotated[int, Field(ge=0, le=5_000_000)] | None = None


class EvacuationIn(BaseModel):
    """`closed`: shelters that are not to be used (full, damaged), by id."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    incident_id: UUID
    zones: Annotated[tuple[ZoneIn, ...], Field(min_length=1, max_length=MOST_ZONES)]
    when: Literal["now", "day", "night"] = "now"
    closed: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=200)] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    id: str
    zh: str
    en: str
    source: str
    shape: BaseGeometry
    people: int | None


async def candidates(conn: Connection, incident: Incident) -> list[Json]:
    """What there is to evacuate by, without geometries: the impact area, the assessment's strongest zone, drawn evacuation areas."""
    found: list[Json] = []
    if incident.impact_area is not None:
        found.append({"source": "impact_area", "name": "影响区域", "name_en": "Impact area"})
    answered, _ = (await assessments.newest(conn, incident.id, [LIVE])).get(LIVE, (None, None))
    if answered is not None and strongest(await assessments.answer_of(conn, answered.id)) is not None:
        found.append(
            {"source": "assessment", "name": "评估的最重影响区", "name_en": "Strongest zone of the assessment"}
        )
    for one in await drawing_store.drawings_of_incident(conn, incident.id):
        if one.kind == EVACUATION:
            found.append(
                {"source": f"drawing:{one.id}", "name": one.name or "疏散区", "name_en": one.name or "Evacuation area"}
            )
    return found


async def read_zones(conn: Connection, incident: Incident, given: Sequence[ZoneIn]) -> list[Zone]:
    """Raises Refused `id_taken`, `zone_unknown`, `drawing_gone`, and what `parse_geometry` raises."""
    found: list[Zone] = []
    for index, one in enumerate(given):
        field = f"zones.{index}"
        if any(zone.id == one.id for zone in found):
            raise Refused("id_taken", zh="疏散区编号重复。", en="Two zones have the same id.", field=f"{field}.id")
        shape = await _shape(conn, incident, one, field)
        found.append(Zone(one.id, one.name, one.name_en or one.name, one.source, shape, one.people))
    return found


async def _shape(conn: Connection, incident: Incident, one: ZoneIn, field: str) -> BaseGeometry:
    if one.source == "drawn":
        return parse_geometry(cast(Json, one.geometry), f"{field}.geometry", kinds=AREAS)
    if one.source.startswith("drawing:"):
        drawing = await drawing_store.find_drawing(conn, UUID(one.source.partition(":")[2]))
        if drawing is None or drawing.deleted or drawing.incident_id != incident.id or drawing.kind != EVACUATION:
            raise Refused(
                "drawing_gone",
                zh=f"疏散区“{one.name}”的标绘已删除，或不属于本事件。",
                en=f"The drawing of '{one.name}' was deleted, or is not this incident's.",
                field=f"{field}.source",
                status=409,
            )
        return parse_geometry(drawing.geometry, f"{field}.geometry", kinds=AREAS)
    told = await _known(conn, incident, one.source)
    if told is None:
        raise Refused(
            "zone_unknown",
            zh="没有影响区域。" if one.source == "impact_area" else "没有给出影响范围的评估。",
            en="There is no impact area." if one.source == "impact_area" else "No assessment says what area is hit.",
            field=f"{field}.source",
        )
    return told


async def _known(conn: Connection, incident: Incident, source: str) -> BaseGeometry | None:
    if source == "impact_area":
        return (
            None if incident.impact_area is None else parse_geometry(incident.impact_area, "impact_area", kinds=AREAS)
        )
    told = await hazard_of(conn, incident, drawn_first=False)
    return None if told is None else told[0]


def count_people(
    zones: Sequence[Zone], exposure: Exposure, when: When
) -> tuple[list[JsonObject], list[Origin], BaseGeometry]:
    """(zones as told, where people start, all zones together). What lies in several zones counts in the first. CPU: in a thread."""
    from gis.exposure.count import count

    counted = count(exposure, [Area(zone.id, zone.shape, area_km2(zone.shape)) for zone in zones], "bands")
    told: list[JsonObject] = []
    origins: list[Origin] = []
    before: BaseGeometry | None = None
    for zone, numbers in zip(zones, counted, strict=True):
        own = zone.shape if before is None else cast(BaseGeometry, _vector.difference(zone.shape, before))
        before = zone.shape if before is None else cast(BaseGeometry, _vector.union(before, zone.shape))
        here = _origins(zone, own, numbers, exposure, when)
        origins += here
        told.append(
            {
                "id": zone.id,
                "name_zh": zone.zh,
                "name_en": zone.en,
                "source": zone.source,
                "area_km2": round(area_km2(zone.shape), 3),
                "people_day": numbers["people_day"],
                "people_night": numbers["people_night"],
                "typed": zone.people,
                "covered_share": numbers["covered_share"],
                "geometry": cast(Json, shapely.geometry.mapping(zone.shape.simplify(0.0002))),
            }
        )
    if before is None:
        raise AssertionError("there is a zone at least")
    return told, origins, before


def _origins(zone: Zone, own: BaseGeometry, numbers: JsonObject, exposure: Exposure, when: When) -> list[Origin]:
    if own.is_empty:
        return []
    shapes = {row.code: row for row in exposure.townships}
    found: list[Origin] = []
    listed = numbers["townships"]
    total = _people(numbers.get(f"people_{when}"))
    for row in cast(Sequence[JsonObject], listed):
        people = _people(row.get(f"people_{when}"))
        if people is None or people.value < _LEAST_PEOPLE:
            continue
        if zone.people is not None and total is not None and total.value > 0:
            share = round(zone.people * people.value / total.value)
            people = People(share, share, share)
        code = cast(str | None, row["code"])
        part = own
        if code in shapes:
            part = cast(BaseGeometry, _vector.intersection(own, shapes[code].shape))
        found.append(_origin(zone, own if part.is_empty else part, code, cast(str | None, row["county"]), row, people))
    if not found and (zone.people is not None or total is None):
        typed = None if zone.people is None else People(zone.people, zone.people, zone.people)
        point = own.representative_point()
        inside = next((row for row in exposure.townships if row.shape.covers(point)), None)
        names: JsonObject = {"name_zh": zone.zh, "name_en": zone.en}
        found.append(
            _origin(
                zone,
                own,
                None if inside is None else inside.code,
                None if inside is None else inside.county,
                names,
                typed,
            )
        )
    return found


def _origin(
    zone: Zone, part: BaseGeometry, code: str | None, county: str | None, names: JsonObject, people: People | None
) -> Origin:
    point = part.representative_point()
    return Origin(
        f"{zone.id}:{code or '-'}", zone.id, code, county, str(names["name_zh"]), str(names["name_en"]),
        round(float(point.x), 6), round(float(point.y), 6), people, None if county is None else f"CTY-{county}",
    )  # fmt: skip


def _people(value: Json) -> People | None:
    if not isinstance(value, dict):
        return None
    return People(*(int(cast(float, value[name])) for name in ("value", "low", "high")))
