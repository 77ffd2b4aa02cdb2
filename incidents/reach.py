"""How an alert's area lies to the city: whether it touches it, how far away it is, and which county holds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from spine.canonical import Json, encode
from spine.db import Connection
from spine.principal import CITY


@dataclass(frozen=True, slots=True)
class Reach:
    """`distance_km` is 0 where it touches the city. `area_code`: the one county it touches, the city when several, else None."""

    inside: bool | None
    distance_km: float | None
    area_code: str | None


UNKNOWN = Reach(None, None, None)


async def reach_of(conn: Connection, geometry: Mapping[str, Json]) -> Reach:
    """Of a checked GeoJSON geometry in WGS 84. UNKNOWN while no area of the city is known."""
    row = await (
        await conn.execute(
            """
            WITH g AS (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326) AS shape)
            SELECT ST_Intersects(city.area, g.shape), ST_Distance(city.area::geography, g.shape::geography) / 1000,
                (SELECT array_agg(county.code ORDER BY county.code) FROM gis.place AS county
                 WHERE county.level = 'county' AND ST_Intersects(county.area, g.shape))
            FROM gis.place AS city, g WHERE city.level = 'city'
            """,
            {"geometry": encode(geometry)},
        )
    ).fetchone()
    if row is None:
        return UNKNOWN
    touched, distance, counties = bool(row[0]), round(float(row[1]), 1), list(row[2] or [])
    area_code = counties[0] if len(counties) == 1 else CITY if touched else None
    return Reach(touched, distance, area_code)
