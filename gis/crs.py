"""Coordinate systems at the edge. Inside, everything is WGS 84; where a point came from is kept with it (invariant 14).

GCJ-02 is the offset that Chinese map services put on WGS 84, BD-09 a second offset on top of it; both formulas are public
knowledge (they have been re-implemented many times since 2010; constants: Krasovsky 1940 ellipsoid). CGCS2000 agrees with
WGS 84 to centimetres and passes unchanged. The offset is applied inside a box around China, as the services' own published
converters do; outside it both are the identity. Inverses are found by iteration, to less than a millimetre.
"""

import math
from collections.abc import Callable
from enum import StrEnum

from spine.errors import Refused

LonLat = tuple[float, float]

_A = 6378245.0
_EE = 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
# For whoever converts whole arrays (gis/exchange/coordinates.py). The box: west, east, south, north.
KRASOVSKY_A, KRASOVSKY_EE, CHINA_BOX = _A, _EE, (_WEST, _EAST, _SOUTH, _NORTH)
_CLOSE_DEG = 1e-9
_MOST_STEPS = 30


class Origin(StrEnum):
    """The system in which a point was given."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


def origin_of(name: str | None, field: str = "origin") -> Origin:
    """`None` is WGS 84. Raises Refused `unknown_origin`."""
    if name is None:
        return Origin.WGS84
    try:
        return Origin(name.upper().replace("-", "").replace(" ", ""))
    except ValueError:
        known = "、".join(Origin)
        raise Refused(
            "unknown_origin",
            zh=f"不认识坐标系 {name}，应为 {known} 之一。",
            en=f"Unknown coordinate system {name}: one of {', '.join(Origin)} is expected.",
            field=field,
        ) from None


def is_offset_here(lon: float, lat: float) -> bool:
    """Whether GCJ-02 differs from WGS 84 at this place."""
    return _WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH


def _waves(x: float, y: float) -> LonLat:
    root = math.sqrt(abs(x))
    short = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    return east, north


def _wgs84_to_gcj02(lon: float, lat: float) -> LonLat:
    if not is_offset_here(lon, lat):
        return lon, lat
    east, north = _waves(lon - 105.0, lat - 35.0)
    phi = math.radians(lat)
    magic = 1 - _EE * math.sin(phi) ** 2
    root = math.sqrt(magic)
    d_lat = north * 180.0 / (_A * (1 - _EE) / (magic * root) * math.pi)
    d_lon = east * 180.0 / (_A / root * math.cos(phi) * math.pi)
    return lon + d_lon, lat + d_lat


def _gcj02_to_bd09(lon: float, lat: float) -> LonLat:
    if not is_offset_here(lon, lat):
        return lon, lat
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _X_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _undone(forward: Callable[[float, float], LonLat], lon: float, lat: float) -> LonLat:
    """The point that `forward` leads to (lon, lat). Both offsets change slowly, so each step gains some four digits."""
    x, y = lon, lat
    for _ in range(_MOST_STEPS):
        to_lon, to_lat = forward(x, y)
        off_lon, off_lat = to_lon - lon, to_lat - lat
        x, y = x - off_lon, y - off_lat
        if abs(off_lon) < _CLOSE_DEG and abs(off_lat) < _CLOSE_DEG:
            break
    return x, y


def to_wgs84(lon: float, lat: float, origin: str | None = None) -> LonLat:
    """Degrees in the given system (None: WGS 84) → degrees in WGS 84. Raises Refused `unknown_origin`."""
    origin = origin_of(origin)
    if origin in (Origin.WGS84, Origin.CGCS2000) or not is_offset_here(lon, lat):
        return lon, lat
    if origin is Origin.BD09:
        lon, lat = _undone(_gcj02_to_bd09, lon, lat)
    return _undone(_wgs84_to_gcj02, lon, lat)


def from_wgs84(lon: float, lat: float, origin: str | None) -> LonLat:
    """Degrees in WGS 84 → degrees in the given system. Raises Refused `unknown_origin`."""
    origin = origin_of(origin)
    if origin in (Origin.WGS84, Origin.CGCS2000):
        return lon, lat
    shifted = _wgs84_to_gcj02(lon, lat)
    return _gcj02_to_bd09(*shifted) if origin is Origin.BD09 else shifted
