"""The shape of a fire that grows under constant wind and slope: an ellipse with the start at its rear focus, scaled by time.

Length to width: Anderson (1983, INT-305) for surface fires, 1 + 0.125·U for crown fires (Rothermel 1991, INT-438). A perimeter grows by
Huygens' principle: the sum (Minkowski) of the burnt area and the ellipse. Plane metres: x east, y north.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = NDArray[np.float64]
MOST_LENGTH_TO_WIDTH = 8.0
_MPH_PER_MS = 1 / 0.44704
_ops: Any = shapely
_move: Any = affinity


def length_to_width(midflame_ms: Floats) -> Floats:
    """Of a surface fire, for the effective wind at the middle of the flame; 1 without wind, at most 8 (Anderson 1983)."""
    u = midflame_ms * _MPH_PER_MS
    return np.clip(0.936 * np.exp(0.1147 * u) + 0.461 * np.exp(-0.0692 * u) - 0.397, 1.0, MOST_LENGTH_TO_WIDTH)


def crown_length_to_width(wind_ms: Floats) -> Floats:
    """Of a crown fire, for the wind at 20 feet."""
    return np.minimum(1.0 + 0.125 * wind_ms * _MPH_PER_MS, MOST_LENGTH_TO_WIDTH)


@dataclass(frozen=True, slots=True)
class Growth:
    """How the ellipse grows, per minute, (n,) each or scalars. `heading_deg`: clockwise from north; `ros_m_min`: of the head."""

    ros_m_min: Floats
    heading_deg: Floats
    length_to_width: Floats

    @property
    def eccentricity(self) -> Floats:
        return np.sqrt(1.0 - self.length_to_width**-2)

    @property
    def backing_m_min(self) -> Floats:
        e = self.eccentricity
        return self.ros_m_min * (1.0 - e) / (1.0 + e)

    @property
    def half_length_m_min(self) -> Floats:
        return (self.ros_m_min + self.backing_m_min) / 2.0

    @property
    def half_width_m_min(self) -> Floats:
        return self.half_length_m_min / self.length_to_width

    @property
    def centre_m_min(self) -> Floats:
        """How fast the ellipse's centre moves away from the start, towards the head."""
        return self.half_length_m_min - self.backing_m_min

    def area_m2(self, minutes: Floats | float) -> Floats:
        return np.pi * self.half_length_m_min * self.half_width_m_min * np.asarray(minutes) ** 2

    def minutes_to(self, east_m: Floats, north_m: Floats) -> Floats:
        """When the fire that starts at the origin reaches a place; shapes broadcast against (n,). Infinite where it never does.

        In polar form about the rear focus: R(θ) = R·(1 − e)/(1 − e·cos θ).
        """
        turned = np.radians(self.heading_deg)
        r = np.hypot(east_m, north_m)
        along = east_m * np.sin(turned) + north_m * np.cos(turned)
        e = self.eccentricity
        with np.errstate(divide="ignore", invalid="ignore"):
            minutes = (r - e * along) / (self.ros_m_min * (1.0 - e))
        return np.where(r > 0, np.where(self.ros_m_min > 0, minutes, np.inf), 0.0)


def perimeters_m(half_length: Floats, half_width: Floats) -> Floats:
    """Of ellipses, by Ramanujan's second form: within a millionth up to a length to width of 8; 0 for a point."""
    total = half_length + half_width
    h = ((half_length - half_width) / np.where(total > 0, total, 1.0)) ** 2
    return np.pi * total * (1 + 3 * h / (10 + np.sqrt(4 - 3 * h)))


def perimeter_m(half_length: float, half_width: float) -> float:
    return float(perimeters_m(np.asarray(half_length), np.asarray(half_width)))


def grown(burnt: BaseGeometry, growth: Growth, minutes: float) -> BaseGeometry:
    """The burnt area (plane metres; a point, line or area) after so many minutes of scalar growth. It never shrinks.

    In axes along the heading, stretched so that the ellipse is a circle, the sum with it is a buffer.
    """
    heading = float(growth.heading_deg)
    ratio = float(growth.length_to_width)
    radius = float(growth.half_width_m_min) * minutes
    if radius <= 0:
        return burnt
    # Turn the heading to the east, squeeze along it, buffer, stretch back, turn back, move on by the centre's way.
    turn = heading - 90.0
    flat = _move.scale(_move.rotate(burnt, turn, origin=(0, 0)), 1.0 / ratio, 1.0, origin=(0, 0))
    round_ = flat.buffer(radius, quad_segs=24)
    back = _move.rotate(_move.scale(round_, ratio, 1.0, origin=(0, 0)), -turn, origin=(0, 0))
    way = float(growth.centre_m_min) * minutes
    moved = _move.translate(back, way * np.sin(np.radians(heading)), way * np.cos(np.radians(heading)))
    return cast(BaseGeometry, moved.union(burnt))


def edge_points(burnt: BaseGeometry, most: int) -> Floats:
    """(k, 2) points along the edge of the burnt area, evenly spaced; the point itself for a point."""
    if isinstance(burnt, Point):
        return np.array([[burnt.x, burnt.y]])
    edge = burnt.boundary if isinstance(burnt, Polygon) or burnt.geom_type == "MultiPolygon" else burnt
    at = np.linspace(0.0, float(edge.length), most, endpoint=False)
    if edge.geom_type == "MultiLineString":
        lines = list(cast(Any, edge).geoms)
        ends = np.cumsum([0.0, *(line.length for line in lines)])
        which = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(lines) - 1)
        points = [lines[int(k)].interpolate(float(a - ends[k])) for k, a in zip(which, at, strict=True)]
    else:
        points = [_ops.line_interpolate_point(edge, float(a)) for a in at]
    return np.array([[point.x, point.y] for point in points])
