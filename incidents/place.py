"""Where something is: the point as stored, and the area it lies in."""

from dataclasses import dataclass

from gis.crs import Origin, to_wgs84
from gis.gazetteer import describe
from gis.geometry import check_point
from gis.store import from_city
from incidents.commands import PointIn
from spine.db import Connection

__all__ = ["Where", "from_city", "locate"]


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
