"""Outlines of a toxic cloud on the map: contours, the circles and the square of the guide, the edges that they may have."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.geodesic import destination
from gis.hazards.distribution import Floats
from gis.hazards.toxic_cloud import Cloud

_vector: Any = shapely  # its stubs leave the types of arrays open
_CORNERS = 90
_ROUND = 6


def ring(lon: float, lat: float, radius_m: float) -> Polygon:
    """A circle on the ellipsoid."""
    return _polygon([destination(lon, lat, 360 * n / _CORNERS, radius_m) for n in range(_CORNERS)])


def square(lon: float, lat: float, toward_deg: float, side_m: float) -> Polygon:
    """The guide's protected area: as wide as long, beginning at the source, downwind."""
    half = side_m / 2
    corners = [(0.0, -half), (0.0, half), (side_m, half), (side_m, -half)]
    return _polygon([_place(lon, lat, toward_deg, ahead, aside) for ahead, aside in corners])


def contour(lon: float, lat: float, toward_deg: float, cloud: Cloud, levels: Floats, level: float) -> Polygon | None:
    """Where the equivalent concentration (`levels` on the axis) reaches a level; None where nowhere. Gaussian across."""
    reached = np.flatnonzero(levels >= level)
    if not len(reached):
        return None
    last = int(reached[-1])
    x = cloud.x_m[: last + 1]
    above = np.maximum(levels[: last + 1] / level, 1.0)
    half = cloud.sigma_m[: last + 1] * np.sqrt(2 * np.log(above))
    end = _where(cloud.x_m, levels, level, last)
    # Few corners are enough: every fourth point of the grid, and the tip.
    keep = sorted({*range(0, last + 1, 4), last})
    along, wide = x[keep].tolist(), np.maximum(half[keep], 1.0).tolist()
    right = [(ahead, aside) for ahead, aside in zip(along, wide, strict=True)]
    back = min(cloud.upwind_m, along[0]) if cloud.upwind_m > 0 else 0.0
    left = [(ahead, -aside) for ahead, aside in reversed(right)]
    corners = [(-back, wide[0]), *right, (end, 0.0), *left, (-back, -wide[0])]
    return _polygon([_place(lon, lat, toward_deg, ahead, aside) for ahead, aside in corners])


def reach_m(cloud: Cloud, levels: Floats, level: float) -> float:
    """How far downwind on the axis a level is reached; 0 where nowhere."""
    reached = np.flatnonzero(levels >= level)
    return 0.0 if not len(reached) else _where(cloud.x_m, levels, level, int(reached[-1]))


def turned(
    lon: float, lat: float, degrees: Sequence[float], cloud: Cloud, levels: Floats, level: float
) -> BaseGeometry | None:
    """The contour in several directions, as one area."""
    found = [shape for each in degrees if (shape := contour(lon, lat, each, cloud, levels, level)) is not None]
    return _whole(_vector.union_all(found)) if found else None


def joined(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """One area of several that touch, valid."""
    return _whole(_vector.union_all(list(shapes)))


def _where(x: Floats, levels: Floats, level: float, last: int) -> float:
    """Between the last point that reaches the level and the next, on a log-log line."""
    if last + 1 >= len(x):
        return float(x[-1])
    high, low = math.log(levels[last]), math.log(max(levels[last + 1], 1e-300))
    share = (high - math.log(level)) / max(high - low, 1e-12)
    return float(x[last] * (x[last + 1] / x[last]) ** min(max(share, 0.0), 1.0))


def _place(lon: float, lat: float, toward_deg: float, ahead_m: float, aside_m: float) -> tuple[float, float]:
    bearing = toward_deg + math.degrees(math.atan2(aside_m, ahead_m))
    return destination(lon, lat, bearing, math.hypot(ahead_m, aside_m))


def _polygon(corners: Sequence[tuple[float, float]]) -> Polygon:
    shape = Polygon([(round(lon, _ROUND), round(lat, _ROUND)) for lon, lat in corners])
    if shape.is_valid:
        return shape
    mended = shape.buffer(0)
    return max(mended.geoms, key=lambda part: part.area) if isinstance(mended, MultiPolygon) else mended


def _whole(shape: BaseGeometry) -> BaseGeometry:
    return shape if shape.is_valid else shape.buffer(0)
