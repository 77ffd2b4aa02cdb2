"""Lengths, areas and bearings on the WGS 84 ellipsoid. Degrees in, metres out."""

from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = NDArray[np.float64]
_GEOD: Any = cast(Any, Geod(ellps="WGS84"))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    return float(_GEOD.inv(lon1, lat1, lon2, lat2)[2])


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction from the first point to the second, clockwise from north, 0 ≤ bearing < 360."""
    return float(_GEOD.inv(lon1, lat1, lon2, lat2)[0]) % 360


def bearings_and_km(lon: float, lat: float, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """(bearing in degrees, distance in km) from one point to many."""
    there, _, km = both_bearings_and_km(lon, lat, lons, lats)
    return there, km


def both_bearings_and_km(lon: float, lat: float, lons: Floats, lats: Floats) -> tuple[Floats, Floats, Floats]:
    """(bearing there, bearing back, distance in km) between one point and many."""
    there, back, metres = _GEOD.inv(np.full_like(lons, lon), np.full_like(lats, lat), lons, lats)
    km = np.asarray(metres, dtype=np.float64) / 1000
    return np.asarray(there, dtype=np.float64), np.asarray(back, dtype=np.float64), km


def destination(lon: float, lat: float, bearing: float, metres: float) -> tuple[float, float]:
    """The point that lies so far in that direction."""
    end_lon, end_lat, _ = _GEOD.fwd(lon, lat, bearing, metres)
    return float(end_lon), float(end_lat)


def length_m(line: BaseGeometry) -> float:
    return float(_GEOD.geometry_length(line))


def area_km2(polygon: BaseGeometry) -> float:
    return abs(float(_GEOD.geometry_area_perimeter(polygon)[0])) / 1e6
