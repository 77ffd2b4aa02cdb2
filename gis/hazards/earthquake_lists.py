"""Places to look at after an earthquake: what stands inside which intensity, and where slopes above people are steep."""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.hazards.ground import Facility, Ground, Heights
from gis.hazards.model import Listed, ListedRow, Zone
from gis.hazards.outcomes import two_figures

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
STEEP_DEG = 25.0
"""Slopes of which earthquakes bring down most: judgement."""
_CELLS_PER_DEGREE_KM = 111.2
_LEAST_PEOPLE = 10.0


def lists(zones: Sequence[Zone], ground: Ground) -> tuple[Listed, ...]:
    """`zones` strongest first, their level the degree. Empty lists are left out where nothing of the kind is known to stand anywhere."""
    from_eight = _from(zones, 8)
    from_seven = _from(zones, 7)
    found: list[Listed] = []
    if from_eight is not None:
        rows = _rows(ground, zones, from_eight, ("hospital", "tcm_hospital", "clinic"), _beds)
        found.append(
            Listed(
                "hospitals_8", "Ⅷ度以上区内的医院（收治能力可能受损）", "hospitals within VIII: capacity at risk", rows
            )
        )
    if from_seven is not None:
        found.append(
            Listed(
                "hazardous_sites_7",
                "Ⅶ度以上区内的危险源",
                "hazardous sites within VII",
                _rows(ground, zones, from_seven, ("hazardous_site",), _nothing),
            )
        )
        found.append(
            Listed(
                "dams_7",
                "Ⅶ度以上区内的水库大坝（须查险）",
                "dams and reservoirs within VII: to be inspected",
                _rows(ground, zones, from_seven, ("dam", "reservoir"), _storage),
            )
        )
        slopes = _steep_townships(ground, from_seven)
        if slopes is not None:
            found.append(
                Listed(
                    "landslide_townships_7",
                    "Ⅶ度以上区内陡坡附近有人居住的乡镇",
                    "townships within VII with people near steep slopes",
                    slopes,
                )
            )
    return tuple(listed for listed in found if listed.rows or ground.has_facilities)  # fmt: skip


def _from(zones: Sequence[Zone], level: float) -> BaseGeometry | None:
    """The weakest zone of at least this degree: it holds the stronger ones."""
    fitting = [zone for zone in zones if zone.level >= level]
    return fitting[-1].polygon if fitting else None


def _rows(
    ground: Ground,
    zones: Sequence[Zone],
    area: BaseGeometry,
    kinds: Sequence[str],
    more: Callable[[Facility], tuple[str, str]],
) -> tuple[ListedRow, ...]:
    inside = ground.facilities_in(area, kinds)
    level = {facility.id: zone for zone in reversed(zones) for facility in ground.facilities_in(zone.polygon, kinds)}
    inside.sort(key=lambda facility: (-level[facility.id].level, facility.id))
    return tuple(
        ListedRow(
            one.id, one.kind, one.name_zh, one.name_en, one.lon, one.lat,
            level[one.id].zh + more(one)[0], level[one.id].en + more(one)[1],
        )
        for one in inside
    )  # fmt: skip


def _number(facility: Facility, key: str) -> float | None:
    value = facility.properties.get(key)
    return (
        float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        else None
    )


def _beds(facility: Facility) -> tuple[str, str]:
    beds = _number(facility, "beds")
    return ("，床位数未知", ", beds not known") if beds is None else (f"，{beds:g} 张床位", f", {beds:g} beds")


def _storage(facility: Facility) -> tuple[str, str]:
    storage = _number(facility, "storage_m3")
    if storage is None:
        return "，库容未知", ", storage not known"
    return f"，库容 {storage / 1e4:,.0f} 万立方米", f", storage {storage / 1e6:,.1f} million m³"


def _nothing(facility: Facility) -> tuple[str, str]:
    return "", ""


def _steep_townships(ground: Ground, area: BaseGeometry) -> tuple[ListedRow, ...] | None:
    """Townships by how many people live within a cell of a slope of `STEEP_DEG` or more; None where heights or people are not known."""
    if ground.heights is None or ground.points is None:
        return None
    near = ground.near(*area.bounds)
    if not len(near):
        return ()
    points = ground.points
    steep = _steep_nearby(ground.heights, points.lon[near], points.lat[near])
    close = near[steep & _inside(area, points.lon[near], points.lat[near])]
    count = len(ground.townships) + 1
    people = np.maximum(points.day[close], points.night[close])
    sums = np.bincount(points.township[close], people, count)
    lon = np.bincount(points.township[close], people * points.lon[close], count)
    lat = np.bincount(points.township[close], people * points.lat[close], count)
    order = [int(n) for n in np.argsort(-sums, kind="stable") if sums[n] >= _LEAST_PEOPLE and n < len(ground.townships)]
    return tuple(
        ListedRow(
            ground.townships[n].code, "township", ground.townships[n].name_zh, ground.townships[n].name_en,
            round(float(lon[n] / sums[n]), 5), round(float(lat[n] / sums[n]), 5),
            f"约 {two_figures(float(sums[n])):,.0f} 人住在 {STEEP_DEG:g}° 以上陡坡附近",
            f"about {two_figures(float(sums[n])):,.0f} people near slopes of {STEEP_DEG:g}° or more",
        )
        for n in order
    )  # fmt: skip


def _steep_nearby(heights: Heights, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Whether a cell of the heights at or beside each place is steep."""
    rows, columns = heights.metres.shape
    middle = heights.north - heights.step_lat * rows / 2
    across = heights.step_lon * _CELLS_PER_DEGREE_KM * 1000 * math.cos(math.radians(middle))
    down = heights.step_lat * _CELLS_PER_DEGREE_KM * 1000
    by_row, by_column = np.gradient(heights.metres, down, across)
    steep = np.degrees(np.arctan(np.hypot(by_row, by_column))) >= STEEP_DEG
    padded = np.pad(np.nan_to_num(steep).astype(np.bool_), 1)
    around = np.zeros_like(steep, dtype=np.bool_)
    for i in range(3):
        for j in range(3):
            around |= padded[i : i + rows, j : j + columns]
    column = ((lon - heights.west) / heights.step_lon).astype(np.int64)
    row = ((heights.north - lat) / heights.step_lat).astype(np.int64)
    known = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    found = np.zeros(len(lon), dtype=np.bool_)
    found[known] = around[row[known], column[known]]
    return found


def _inside(area: BaseGeometry, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    shapely.prepare(area)
    return np.asarray(shapely.intersects_xy(area, lon, lat), dtype=np.bool_)
