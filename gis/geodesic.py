"""Lengths, areas and bearings on the WGS 84 ellipsoid. Degrees in, metres out."""

from typing import Any, cast

from pyproj import Geod
from shapely.geometry.base import BaseGeometry

_GEOD: Any = cast(Any, Geod(ellps="WGS84"))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    return float(_GEOD.inv(lon1, lat1, lon2, lat2)[2])


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction from the first point to the second, clockwise from north, 0 ≤ bearing < 360."""
    return float(_GEOD.inv(lon1, lat1, lon2, lat2)[0]) % 360


def destination(lon: float, lat: float, bearing: float, metres: float) -> tuple[float, float]:
    """The point that lies so far in that direction."""
    end_lon, end_lat, _ = _GEOD.fwd(lon, lat, bearing, metres)
    return float(end_lon), float(end_lat)


def length_m(line: BaseGeometry) -> float:
    return float(_GEOD.geometry_length(line))


def area_km2(polygon: BaseGeometry) -> float:
    return abs(float(_GEOD.geometry_area_perimeter(polygon)[0])) / 1e6
