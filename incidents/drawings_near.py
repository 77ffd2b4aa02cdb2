"""Drawings at or near a point: for the question "what is here"."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from spine.db import Connection

_MOST = 200


@dataclass(frozen=True, slots=True)
class NearDrawing:
    """`distance_m`: 0 inside an area; lon, lat: the point of the drawing that is nearest."""

    id: UUID
    incident_id: UUID | None
    area_code: str | None
    kind: str
    name: str | None
    lon: float
    lat: float
    distance_m: float
    bearing: float


async def drawings_near(conn: Connection, lon: float, lat: float, within_m: float) -> list[NearDrawing]:
    """Drawings of boards and of open incidents, the nearest 200 first. Who may see each is the caller's to say."""
    async with conn.cursor(row_factory=class_row(NearDrawing)) as cursor:
        await cursor.execute(
            """
            WITH here AS (
                SELECT p, p::geography AS g, ST_Expand(p, %(within)s / 111000 / greatest(0.05, cosd(%(lat)s))) AS box
                FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p) AS x
            ), shape AS (
                SELECT d.id, d.incident_id, d.area_code, d.kind, d.name,
                    ST_ClosestPoint(ST_SetSRID(ST_GeomFromGeoJSON(d.geometry), 4326), p) AS at, g
                FROM here, incidents.drawing AS d LEFT JOIN incidents.incident AS i ON i.id = d.incident_id
                WHERE NOT d.deleted AND (d.incident_id IS NULL OR i.status = 'open')
                    AND ST_SetSRID(ST_GeomFromGeoJSON(d.geometry), 4326) && box
            )
            SELECT id, incident_id, area_code, kind, name, ST_X(at) AS lon, ST_Y(at) AS lat,
                ST_Distance(at::geography, g) AS distance_m, coalesce(degrees(ST_Azimuth(g, at::geography)), 0) AS bearing
            FROM shape WHERE ST_Distance(at::geography, g) <= %(within)s ORDER BY distance_m, id LIMIT %(most)s
            """,
            {"lon": lon, "lat": lat, "within": within_m, "most": _MOST},
        )
        return await cursor.fetchall()
