"""Which facilities lie inside an area: counted by kind, and listed."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis.facility_kinds import BY_KEY
from spine.canonical import Json
from spine.db import Connection

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class FacilitiesInside:
    """`counts` are complete; `listed` holds at most MOST_LISTED."""

    counts: list[Json]
    listed: list[Json]
    total: int


async def facilities_inside(conn: Connection, area: BaseGeometry) -> FacilitiesInside:
    """By the facility's point."""
    rows = await (
        await conn.execute(
            """
            SELECT f.code, f.kind, f.name_zh, f.name_en, f.area_code, ST_X(f.point), ST_Y(f.point), f.mark::text
            FROM gis.facility f, (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%(area)s), 4326) AS shape) AS drawn
            WHERE ST_Intersects(f.point, drawn.shape) ORDER BY f.kind, f.name_zh
            """,
            {"area": shapely.to_geojson(area)},
        )
    ).fetchall()
    numbers: dict[str, int] = {}
    for row in rows:
        numbers[str(row[1])] = numbers.get(str(row[1]), 0) + 1
    counts: list[Json] = []
    for key, count in sorted(numbers.items(), key=lambda item: -item[1]):
        kind = BY_KEY.get(key)
        counts.append(
            {"kind": key, "zh": key if kind is None else kind.zh, "en": key if kind is None else kind.en, "n": count}
        )
    listed: list[Json] = [
        {"code": code, "kind": kind, "name_zh": zh, "name_en": en, "area_code": area_code, "lon": lon, "lat": lat,
         "illustrative": mark == "I"}
        for code, kind, zh, en, area_code, lon, lat, mark in rows[:MOST_LISTED]
    ]  # fmt: skip
    return FacilitiesInside(counts, listed, len(rows))
