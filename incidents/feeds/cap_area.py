"""CAP areas as GeoJSON: polygons and circles are written latitude first there, longitude first here (pure)."""

import math
from collections.abc import Callable

from pyproj import Geod
from shapely import MultiPolygon, Polygon, normalize
from shapely.validation import explain_validity

from incidents.feeds.base import FeedRefused
from spine.canonical import Json, JsonObject

Ring = list[tuple[float, float]]
"""Longitude, latitude; first and last are the same."""
Refuse = Callable[[str, str], FeedRefused]
"""Makes the refusal of this element from its two sentences."""

_GEOD = Geod(ellps="WGS84")
_CIRCLE_POINTS = 48
_MOST_RADIUS_KM = 20_000.0
_DIGITS = 6


def read_pair(said: str, refuse: Refuse) -> tuple[float, float]:
    """`lat,lon` → (lon, lat)."""
    parts = said.split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        raise refuse(f"“{said}”不是“纬度,经度”。", f"'{said}' is not 'latitude,longitude'.") from None
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise refuse(
            f"坐标“{said}”超出范围（纬度 -90～90，经度 -180～180）。",
            f"the position '{said}' is impossible (latitude -90..90, longitude -180..180).",
        )
    return lon, lat


def read_polygon(said: str, refuse: Refuse) -> Polygon | None:
    """A CAP polygon, None when it is empty. Refused: not closed, too few points, crossing itself."""
    words = said.split()
    if not words:
        return None
    ring: Ring = [read_pair(word, refuse) for word in words]
    if len(ring) < 4:
        raise refuse(
            f"多边形只有 {len(ring)} 个点，至少要 4 个。", f"the polygon has {len(ring)} points; at least 4 are needed."
        )
    if ring[0] != ring[-1]:
        raise refuse("多边形首尾不相接。", "the polygon does not end where it begins.")
    polygon = Polygon(ring)
    if not polygon.is_valid:
        why = explain_validity(polygon)
        raise refuse(f"多边形与自身相交（{why}）。", f"the polygon crosses itself ({why}).")
    if polygon.area == 0:
        raise refuse("多边形没有面积。", "the polygon has no area.")
    return polygon


def read_circle(said: str, refuse: Refuse) -> tuple[tuple[float, float], Polygon | None] | None:
    """A CAP circle `lat,lon radius_km`: its centre and its outline (none for radius 0); None when it is empty."""
    words = said.split()
    if not words:
        return None
    if len(words) != 2:
        raise refuse(f"“{said}”不是“纬度,经度 半径（公里）”。", f"'{said}' is not 'latitude,longitude radius_km'.")
    centre = read_pair(words[0], refuse)
    try:
        radius = float(words[1])
    except ValueError:
        radius = math.nan
    if not 0 <= radius <= _MOST_RADIUS_KM:
        raise refuse(f"半径“{words[1]}”不成立。", f"the radius '{words[1]}' is impossible.")
    if radius == 0:
        return centre, None
    ring: Ring = []
    for step in range(_CIRCLE_POINTS):
        lon, lat, _ = _GEOD.fwd(centre[0], centre[1], 360.0 * step / _CIRCLE_POINTS, radius * 1000)
        ring.append((lon, lat))
    polygon = Polygon([*ring, ring[0]])
    # A circle over the pole or the date line has no simple outline in longitude and latitude: its centre must do.
    return centre, polygon if polygon.is_valid and max(abs(x - centre[0]) for x, _ in ring) < 180 else None


def as_geojson(polygons: list[Polygon]) -> JsonObject | None:
    """One Polygon, or a MultiPolygon of all of them; None without any."""
    if not polygons:
        return None
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": _rings(polygons[0])}
    # Areas of one message are one area (CAP 1.2, 3.2.4): what overlaps is joined.
    joined = normalize(
        MultiPolygon(polygons).buffer(0) if not MultiPolygon(polygons).is_valid else MultiPolygon(polygons)
    )
    if isinstance(joined, Polygon):
        return {"type": "Polygon", "coordinates": _rings(joined)}
    parts: list[Json] = [_rings(part) for part in joined.geoms]
    return {"type": "MultiPolygon", "coordinates": parts}


def _rings(polygon: Polygon) -> list[Json]:
    rings = [polygon.exterior, *polygon.interiors]
    return [[[round(float(x), _DIGITS), round(float(y), _DIGITS)] for x, y in ring.coords] for ring in rings]
