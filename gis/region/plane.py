"""A local plane in kilometres around the region's middle, in which the generator draws. Never used for stored lengths."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from shapely import transform
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

LON0, LAT0 = 99.55, 24.05
# Kilometres per degree on the WGS 84 ellipsoid at LAT0.
_E2 = 0.00669437999014
_W = math.sqrt(1 - _E2 * math.sin(math.radians(LAT0)) ** 2)
KM_PER_LON = math.radians(6378.137) / _W * math.cos(math.radians(LAT0))
KM_PER_LAT = math.radians(6378.137) * (1 - _E2) / _W**3
DECIMALS = 6  # of stored degrees: 0.1 m


def to_plane(lonlat: Any) -> Floats:
    """(n, 2) degrees → (n, 2) kilometres."""
    given = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return (given - (LON0, LAT0)) * (KM_PER_LON, KM_PER_LAT)


def to_lonlat(xy: Any) -> Floats:
    """(n, 2) kilometres → (n, 2) degrees, rounded: equal points stay equal whoever they belong to."""
    given = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    return np.round(given / (KM_PER_LON, KM_PER_LAT) + (LON0, LAT0), DECIMALS)


def geometry_to_lonlat(geometry: BaseGeometry) -> BaseGeometry:
    return transform(geometry, to_lonlat)


def geometry_to_plane(geometry: BaseGeometry) -> BaseGeometry:
    return transform(geometry, to_plane)
