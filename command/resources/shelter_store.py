"""Rows of shelters. Plain SQL with explicit columns; whoever changes one has locked it."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.resources.shelter import Shelter
from spine.command import Connection
from spine.errors import not_found

_SHELTER: LiteralString = """id, facility_code, zh, en, kind, indoor, area_code, department, ST_X(point) AS lon,
    ST_Y(point) AS lat, capacity, services, state, state_at, incident_id, occupied, needs, reported_at, reported_by,
    over_reason, promised, illustrative, version, reserved"""


@dataclass(frozen=True, slots=True)
class ShelterPlaces:
    """What an evacuation must know of a shelter. `occupied`: people reported in it, None when nobody has reported (unknown is
    not zero). `taken`: places promised to requests or kept for adopted evacuations. `open`: in use now; one that is not open and listed can be opened."""

    id: UUID
    name_zh: str
    name_en: str
    lon: float
    lat: float
    capacity: int
    occupied: int | None
    taken: int
    open: bool
    area_code: str


async def shelter_places(conn: Connection, area: str) -> list[ShelterPlaces]:
    """Every usable shelter whose area code starts with `area`, open ones first. Unusable ones are not listed."""
    async with conn.cursor(row_factory=class_row(ShelterPlaces)) as cur:
        await cur.execute(
            """
            SELECT id, zh AS name_zh, en AS name_en, ST_X(point) AS lon, ST_Y(point) AS lat, capacity,
                occupied, promised + reserved AS taken, state = 'open' AS open, area_code
            FROM command.shelter WHERE area_code LIKE %(area)s || '%%' AND state <> 'unusable'
            ORDER BY state = 'open' DESC, facility_code, id
            """,
            {"area": area},
        )
        return await cur.fetchall()


async def shelters_of(
    conn: Connection,
    *,
    area: str = "",
    incident_id: UUID | None = None,
    department: str | None = None,
    in_use: bool = False,
) -> list[Shelter]:
    """Shelters of an area, an incident or a department; `in_use`: only open ones. In the order of their codes."""
    async with conn.cursor(row_factory=class_row(Shelter)) as cur:
        await cur.execute(
            f"""
            SELECT {_SHELTER} FROM command.shelter
            WHERE area_code LIKE %(area)s || '%%' AND (%(incident)s::uuid IS NULL OR incident_id = %(incident)s)
                AND (%(department)s::text IS NULL OR department = %(department)s)
                AND (NOT %(in_use)s OR state = 'open')
            ORDER BY area_code, facility_code, id
            """,
            {"area": area, "incident": incident_id, "department": department, "in_use": in_use},
        )
        return await cur.fetchall()


async def shelters_near(
    conn: Connection, lon: float, lat: float, within_m: float, limit: int = 50
) -> list[tuple[Shelter, float]]:
    """Usable shelters by distance from a point (WGS 84), with the distance in metres."""
    async with conn.cursor() as cur:
        await cur.execute(
            """
            SELECT id, ST_Distance(point::geography, here) FROM command.shelter,
                (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography AS here) AS from_here
            WHERE state <> 'unusable' AND ST_DWithin(point::geography, here, %(within)s)
            ORDER BY 2, id LIMIT %(limit)s
            """,
            {"lon": lon, "lat": lat, "within": within_m, "limit": limit},
        )
        distances = {row[0]: float(row[1]) for row in await cur.fetchall()}
    async with conn.cursor(row_factory=class_row(Shelter)) as cur:
        await cur.execute(f"SELECT {_SHELTER} FROM command.shelter WHERE id = ANY(%s)", (list(distances),))
        found = {shelter.id: shelter for shelter in await cur.fetchall()}
    return [(found[key], distance) for key, distance in distances.items()]


async def find_shelter(conn: Connection, shelter_id: UUID, field: str = "data.shelter_id") -> Shelter:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Shelter)) as cur:
        await cur.execute(f"SELECT {_SHELTER} FROM command.shelter WHERE id = %s", (shelter_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("避难场所", "shelter", str(shelter_id), field=field)
    return row


async def lock_shelter(conn: Connection, shelter_id: UUID, field: str = "data.shelter_id") -> Shelter:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Shelter)) as cur:
        await cur.execute(f"SELECT {_SHELTER} FROM command.shelter WHERE id = %s FOR NO KEY UPDATE", (shelter_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("避难场所", "shelter", str(shelter_id), field=field)
    return row


async def save_shelter(conn: Connection, shelter: Shelter) -> None:
    """What commands change of a shelter."""
    await conn.execute(
        """
        UPDATE command.shelter SET state = %(state)s, state_at = %(state_at)s, incident_id = %(incident_id)s,
            occupied = %(occupied)s, needs = %(needs)s, reported_at = %(reported_at)s, reported_by = %(reported_by)s,
            over_reason = %(over_reason)s, promised = %(promised)s, reserved = %(reserved)s, version = %(version)s
        WHERE id = %(id)s
        """,
        {
            "id": shelter.id,
            "state": shelter.state,
            "state_at": shelter.state_at,
            "incident_id": shelter.incident_id,
            "occupied": shelter.occupied,
            "needs": None if shelter.needs is None else Jsonb(dict(shelter.needs)),
            "reported_at": shelter.reported_at,
            "reported_by": None if shelter.reported_by is None else Jsonb(shelter.reported_by),
            "over_reason": shelter.over_reason,
            "promised": shelter.promised,
            "reserved": shelter.reserved,
            "version": shelter.version,
        },
    )


async def put_shelter(conn: Connection, shelter: Shelter) -> None:
    """Add a shelter to the list, or bring what is known of the place up to date; what happens in it stays."""
    await conn.execute(
        """
        INSERT INTO command.shelter (id, facility_code, zh, en, kind, indoor, area_code, department, point, capacity,
            services, state, illustrative, version)
        VALUES (%(id)s, %(facility_code)s, %(zh)s, %(en)s, %(kind)s, %(indoor)s, %(area_code)s, %(department)s,
            ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(capacity)s, %(services)s, %(state)s, %(illustrative)s, 1)
        ON CONFLICT (id) DO UPDATE SET zh = EXCLUDED.zh, en = EXCLUDED.en, kind = EXCLUDED.kind,
            indoor = EXCLUDED.indoor, area_code = EXCLUDED.area_code, department = EXCLUDED.department,
            point = EXCLUDED.point, capacity = EXCLUDED.capacity, services = EXCLUDED.services,
            illustrative = EXCLUDED.illustrative
        """,
        {
            "id": shelter.id,
            "facility_code": shelter.facility_code,
            "zh": shelter.zh,
            "en": shelter.en,
            "kind": shelter.kind,
            "indoor": shelter.indoor,
            "area_code": shelter.area_code,
            "department": shelter.department,
            "lon": shelter.lon,
            "lat": shelter.lat,
            "capacity": shelter.capacity,
            "services": Jsonb(dict(shelter.services)),
            "state": shelter.state,
            "illustrative": shelter.illustrative,
        },
    )
