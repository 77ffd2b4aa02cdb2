"""Shelters as an evacuation needs them: those of the resources that are clear of the zones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from command.evacuation.shape import Place
from command.resources import shelter_store
from gis.geodesic import distance_m
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open


async def shelter_places(conn: Connection, area: str) -> list[Place]:
    """Every usable shelter whose area code starts with `area`, open ones first. Places promised or kept elsewhere are taken."""
    return [
        Place(
            str(one.id),
            one.name_zh,
            one.name_en,
            one.lon,
            one.lat,
            one.capacity,
            one.occupied,
            one.open,
            one.area_code,
            one.taken,
        )
        for one in await shelter_store.shelter_places(conn, area)
    ]


def given_back(places: Sequence[Place], kept: Mapping[str, int]) -> list[Place]:
    """The places as they are when `kept` (by shelter) is not counted: an evacuation that is planned anew competes with itself for nothing."""
    return [replace(place, taken=max(0, place.taken - kept.get(place.id, 0))) for place in places]


def usable(places: Sequence[Place], hazard: BaseGeometry, clear_m: float, most: int) -> tuple[list[Place], int]:
    """(the nearest that lie clear of the zones, how many lie in them or too near)."""
    kept: list[tuple[float, Place]] = []
    inside = 0
    for place in places:
        away = _away_m(place.lon, place.lat, hazard)
        if away < clear_m:
            inside += 1
        else:
            kept.append((away, place))
    return [place for _, place in sorted(kept, key=lambda row: (row[0], row[1].id))[:most]], inside


def clear_of(lon: float, lat: float, hazard: BaseGeometry, clear_m: float) -> bool:
    return _away_m(lon, lat, hazard) >= clear_m


def _away_m(lon: float, lat: float, hazard: BaseGeometry) -> float:
    """Metres from the zones; 0 inside."""
    point = shapely.Point(lon, lat)
    if hazard.covers(point):
        return 0.0
    near = _vector.shortest_line(point, hazard).coords
    (lon1, lat1), (lon2, lat2) = near[0], near[-1]
    return float(distance_m(lon1, lat1, lon2, lat2))
