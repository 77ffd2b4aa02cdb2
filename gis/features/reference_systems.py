"""Coordinate reference systems in which features are asked for and given, by the names that OGC gives them.

Inside it is WGS 84, longitude first. CGCS2000 (EPSG:4490) agrees with it to centimetres and passes unchanged, as in `gis/crs.py`.
Web Mercator: EPSG Guidance Note 7-2, "Popular Visualisation Pseudo-Mercator", spherical formulas.
"""

import math
from dataclasses import dataclass

from psycopg import sql

from spine.errors import Refused

_RADIUS_M = 6378137.0
_MOST_MERCATOR_M = math.pi * _RADIUS_M
MERCATOR_LATITUDE = 85.06
"""Web Mercator ends here; what lies beyond is cut off in it."""


@dataclass(frozen=True, slots=True)
class ReferenceSystem:
    """`latitude_first`: the order of the axes as its authority has it. `digits`: decimals that say a centimetre."""

    uri: str
    latitude_first: bool
    metres: bool
    digits: int

    def to_wgs84(self, first: float, second: float) -> tuple[float, float]:
        """Longitude and latitude of a position in this system. Out of range stays out of range."""
        if self.metres:
            return math.degrees(first / _RADIUS_M), math.degrees(math.atan(math.sinh(_calm(second / _RADIUS_M))))
        return (second, first) if self.latitude_first else (first, second)

    def shown(self, geometry: sql.Composable) -> sql.Composable:
        """SQL: a WGS 84 geometry in this system, axes in its order."""
        if self.metres:
            return sql.SQL(
                "ST_Transform(CASE WHEN ST_YMax({g}) > {n} OR ST_YMin({g}) < -{n} THEN "
                "ST_ClipByBox2D({g}, ST_MakeEnvelope(-180, -{n}, 180, {n}, 4326)) ELSE {g} END, 3857)"
            ).format(g=geometry, n=sql.Literal(MERCATOR_LATITUDE))
        return sql.SQL("ST_FlipCoordinates({})").format(geometry) if self.latitude_first else geometry


def _calm(value: float) -> float:
    return max(-700.0, min(700.0, value))


CRS84 = ReferenceSystem("http://www.opengis.net/def/crs/OGC/1.3/CRS84", False, False, 7)
SYSTEMS = {
    one.uri: one
    for one in (
        CRS84,
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/4326", True, False, 7),
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/4490", True, False, 7),
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/3857", False, True, 2),
    )
}


def system_named(uri: str, field: str) -> ReferenceSystem:
    """Raises Refused `unknown_crs`. A safe CURIE such as [EPSG:4326] is the same as its address (18-058r1, Part 2)."""
    wanted = uri
    if uri.startswith("[") and uri.endswith("]"):
        authority, _, code = uri[1:-1].partition(":")
        version = "1.3" if authority == "OGC" else "0"
        wanted = f"http://www.opengis.net/def/crs/{authority}/{version}/{code}"
    found = SYSTEMS.get(wanted)
    if found is None:
        known = "、".join(SYSTEMS)
        raise Refused(
            "unknown_crs",
            zh=f"{field}：不支持坐标系 {uri[:200]}；支持：{known}。",
            en=f"{field}: the coordinate reference system {uri[:200]} is not supported; supported are {', '.join(SYSTEMS)}.",
            field=field,
            status=400,
            supported=[*SYSTEMS],
        )
    return found
