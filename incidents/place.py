"""Where something is: the point as stored, and the area it lies in."""

from dataclasses import dataclass

from gis.crs import Origin, to_wgs84
from gis.gazetteer import describe
from gis.geometry import check_point
from incidents.commands import PointIn
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Where:
    """A point in WGS 84 with the origin it was given in, and the GB/T 2260 code of the area that holds it."""

    lon: float | None
    lat: float | None
    origin: str | None
    area_code: str | None


async def locate(
    conn: Connection, point: PointIn | None, area_code: str | None, *, field: str = "data.point", china: bool = True
) -> Where:
    """Convert a point to WGS 84 and find its area where none was given (None outside the known areas).

    Raises Refused for a point that cannot be; `china`: also for one whose order looks exchanged (not for foreign feeds).
    """
    if point is None:
        return Where(None, None, None, area_code)
    lon, lat = check_point(point.lon, point.lat, field, china=china)
    lon, lat = to_wgs84(lon, lat, Origin(point.origin))
    lon, lat = round(lon, 7), round(lat, 7)
    if area_code is None:
        described = await describe(conn, lon, lat)
        area_code = None if described is None else described.area_code
    return Where(lon, lat, point.origin, area_code)


async def from_city(conn: Connection, lon: float, lat: float) -> tuple[bool | None, float | None]:
    """(inside the city's area, km from it; 0 inside). None, None while no area is known."""
    row = await (
        await conn.execute(
            """
            SELECT ST_Covers(area, p), ST_Distance(area::geography, p::geography) / 1000
            FROM gis.place, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
            WHERE level = 'city'
            """,
            {"lon": lon, "lat": lat},
        )
    ).fetchone()
    if row is None:
        return None, None
    return bool(row[0]), round(float(row[1]), 1)
