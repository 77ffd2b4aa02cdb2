"""Lengths, areas and bearings on the WGS 84 ellipsoid. Degrees in, metres out."""

from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from shapely import Polygon
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


def many_metres(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Distances from one point to many by Lambert's formula for long lines: within a millionth of the geodesic.

    Not for points on opposite sides of the Earth. Source: W. D. Lambert, J. Washington Acad. Sci. 32(5), 1942.
    """
    flattening, axis = 1 / 298.257223563, 6_378_137.0
    reduced_1 = np.arctan((1 - flattening) * np.tan(np.radians(lat)))
    reduced_2 = np.arctan((1 - flattening) * np.tan(np.radians(lats)))
    half = (np.sin((reduced_2 - reduced_1) / 2)) ** 2
    half += np.cos(reduced_1) * np.cos(reduced_2) * np.sin(np.radians(lons - lon) / 2) ** 2
    half = np.minimum(half, 1.0)
    angle = 2 * np.arcsin(np.sqrt(half))
    middle, apart = (reduced_1 + reduced_2) / 2, (reduced_2 - reduced_1) / 2
    sine = np.sin(angle)
    # The two corrections vanish with the angle, and so do what they are divided by.
    x = (angle - sine) * (np.sin(middle) * np.cos(apart)) ** 2 / np.maximum(1 - half, 1e-12)
    y = (angle + sine) * (np.cos(middle) * np.sin(apart)) ** 2 / np.maximum(half, 1e-300)
    metres: Floats = axis * (angle - flattening / 2 * (x + y))
    return metres


def east_north_km(lon: float, lat: float, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """Kilometres east and north of one point, by bearing and distance there, for many points at once: what hazards reach is near.

    Gauss' mid-latitude formulae: within 300 km the distance is right to 2 in 10,000 and the bearing to 0.02°, and a million points
    take a tenth of what geodesics do (`tests/gis/test_geodesic.py`). Source: Torge & Müller, Geodesy (4th ed., 2012), §6.3.
    """
    axis, eccentricity = 6_378.137, 0.00669437999014
    turn = np.radians(lons - lon)
    middle = np.radians((lats + lat) / 2)
    sine = np.sin(middle)
    root = 1 - eccentricity * sine * sine
    across = axis / np.sqrt(root)
    x = across * np.cos(middle) * turn
    y = across * (1 - eccentricity) / root * np.radians(lats - lat)
    # The bearing at the middle differs from that at the start by half the convergence of the meridians.
    half = turn * sine / 2
    # Small angles: two terms of each series are exact to 1e-9 within 300 km, and cheaper than the functions.
    cosine, sine_half = 1 - half * half / 2, half * (1 - half * half / 6)
    east: Floats = x * cosine - y * sine_half
    north: Floats = y * cosine + x * sine_half
    return east, north


def destination(lon: float, lat: float, bearing: float, metres: float) -> tuple[float, float]:
    """The point that lies so far in that direction."""
    end_lon, end_lat, _ = _GEOD.fwd(lon, lat, bearing, metres)
    return float(end_lon), float(end_lat)


def circle(lon: float, lat: float, metres: float, corners: int = 90) -> Polygon:
    """A ring of points at that distance around a place."""
    return Polygon(
        [destination(lon, lat, bearing, metres) for bearing in np.linspace(0, 360, corners, endpoint=False).tolist()]
    )


def length_m(line: BaseGeometry) -> float:
    return float(_GEOD.geometry_length(line))


def area_km2(polygon: BaseGeometry) -> float:
    return abs(float(_GEOD.geometry_area_perimeter(polygon)[0])) / 1e6
