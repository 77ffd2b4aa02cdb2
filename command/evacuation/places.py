"""Shelters as an evacuation needs them, read from the database. Until shelters are kept as state of their own: the map's facilities."""

from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from command.evacuation.shape import Place
from gis.facilities import facilities_of
from gis.geodesic import distance_m
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open


async def shelter_places(conn: Connection, area: str) -> list[Place]:
    """Every shelter whose area code starts with `area`; how many people are in one is not known from the map, nor whether it is open.
    One whose capacity nobody has entered holds nobody."""
    found: list[Place] = []
    for row in await facilities_of(conn, ["shelter"]):
        capacity = row.properties.get("capacity")
        if row.area_code.startswith(area) and isinstance(capacity, int | float) and capacity > 0:
            found.append(
                Place(row.code, row.name_zh, row.name_en, row.lon, row.lat, int(capacity), None, False, row.area_code)
            )
    return found


def usable(places: Sequence[Place], hazard: BaseGeometry, clear_m: float, most: int) -> tuple[list[Place], int]:
    """(the nearest that lie clear of the zones, how many lie in them or too near)."""
    kept: list[tuple[float, Place]] = []
    inside = 0
    for place in places:
        away = _away_m(place, hazard)
        if away < clear_m:
            inside += 1
        else:
            kept.append((away, place))
    return [place for _, place in sorted(kept, key=lambda row: (row[0], row[1].id))[:most]], inside


def _away_m(place: Place, hazard: BaseGeometry) -> float:
    """Metres from the zones; 0 inside."""
    point = shapely.Point(place.lon, place.lat)
    if hazard.covers(point):
        return 0.0
    near = _vector.shortest_line(point, hazard).coords
    (lon1, lat1), (lon2, lat2) = near[0], near[-1]
    return float(distance_m(lon1, lat1, lon2, lat2))
