"""Features of a city's own layers, and fences, at or near a point: for the question "what is here"."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from psycopg import sql
from psycopg.errors import UndefinedTable
from psycopg.rows import class_row

from gis.catalogue import CityLayer
from gis.catalogue_store import feature_table
from gis.whereabouts import direction
from spine.canonical import Json
from spine.db import Connection

MOST_OF_LAYER = 5
MOST_FEATURES = 20
MOST_LAYERS = 60
_MOST_LABEL = 120
_METRES_A_DEGREE = 111_000.0
_MOST_LATITUDE = 85.0
"""Web Mercator ends there, and with it the index that finds the nearest."""


@dataclass(frozen=True, slots=True)
class Near:
    """A feature of a layer. `distance_m`: 0 inside an area; lon, lat: the point of the feature that is nearest."""

    fid: int
    label: str | None
    lon: float
    lat: float
    distance_m: float
    bearing: float


def near_json(lon: float, lat: float, distance_m: float, bearing: float) -> dict[str, Json]:
    towards = direction(bearing)
    return {
        "lon": lon,
        "lat": lat,
        "distance_m": round(distance_m),
        "towards_zh": towards[0],
        "towards_en": towards[1],
    }


def _reaches(layer: CityLayer, lon: float, lat: float, within_m: float) -> bool:
    west, south, east, north = layer.extent
    up = within_m / _METRES_A_DEGREE
    across = up / max(0.05, cos(radians(lat)))
    return west - across <= lon <= east + across and south - up <= lat <= north + up


async def features_near(
    conn: Connection, layers: Sequence[CityLayer], lon: float, lat: float, within_m: float
) -> tuple[list[Json], int]:
    """The nearest features of these layers, and how many layers that reach here were not asked (more than MOST_LAYERS).

    The caller says which layers the asker may see. A layer whose version was exchanged since it was read tells nothing.
    """
    if abs(lat) > _MOST_LATITUDE:
        return [], 0
    here = [layer for layer in layers if _reaches(layer, lon, lat, within_m)]
    found: list[tuple[CityLayer, Near]] = []
    for layer in here[:MOST_LAYERS]:
        try:
            async with conn.transaction():
                found += [(layer, one) for one in await _of_layer(conn, layer, lon, lat, within_m)]
        except UndefinedTable:
            continue
    found.sort(key=lambda pair: (pair[1].distance_m, pair[0].ordinal, pair[1].fid))
    told: list[Json] = [
        {
            "layer": layer.name,
            "title_zh": layer.description.title_zh,
            "title_en": layer.description.title_en,
            "fid": one.fid,
            "label": one.label,
            **near_json(one.lon, one.lat, one.distance_m, one.bearing),
        }
        for layer, one in found[:MOST_FEATURES]
    ]
    return told, max(0, len(here) - MOST_LAYERS)


async def _of_layer(conn: Connection, layer: CityLayer, lon: float, lat: float, within_m: float) -> list[Near]:
    named = layer.description.label
    label: sql.Composable = sql.SQL("NULL::text")
    if named is not None and any(one["name"] == named for one in layer.attributes):
        label = sql.SQL("left(f.{}::text, {})").format(sql.Identifier(named), sql.Literal(_MOST_LABEL))
    # Web Mercator stretches lengths by 1/cos(latitude), so the box is wide enough; the ellipsoid decides.
    statement = sql.SQL(
        """
        WITH here AS (
            SELECT p, p::geography AS g, ST_Transform(p, 3857) AS m FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p) AS x
        ), nearest AS (
            SELECT f.fid, {label} AS label, ST_ClosestPoint(f.geom, h.p) AS at, h.g
            FROM here AS h CROSS JOIN LATERAL (
                SELECT * FROM {table} AS t
                WHERE t.mercator && ST_Expand(h.m, %(box)s) ORDER BY t.mercator <-> h.m LIMIT {most}
            ) AS f
        )
        SELECT fid, label, ST_X(at) AS lon, ST_Y(at) AS lat, ST_Distance(at::geography, g) AS distance_m,
               coalesce(degrees(ST_Azimuth(g, at::geography)), 0) AS bearing
        FROM nearest WHERE ST_Distance(at::geography, g) <= %(within)s
        """
    ).format(label=label, table=feature_table(layer.version), most=sql.Literal(MOST_OF_LAYER))
    box = max(1.0, within_m) * 1.02 / max(0.05, cos(radians(lat)))
    async with conn.cursor(row_factory=class_row(Near)) as cursor:
        await cursor.execute(statement, {"lon": lon, "lat": lat, "within": within_m, "box": box})
        return await cursor.fetchall()


@dataclass(frozen=True, slots=True)
class NearFence:
    id: str
    area_code: str | None
    distance_m: float


async def fences_near(conn: Connection, lon: float, lat: float, within_m: float) -> list[NearFence]:
    """Standing fences whose area holds the point or comes as near as that, the nearest first."""
    async with conn.cursor(row_factory=class_row(NearFence)) as cursor:
        await cursor.execute(
            """
            WITH here AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography AS g)
            SELECT f.id::text AS id, f.area_code, ST_Distance(f.area::geography, g) AS distance_m
            FROM gis.fence AS f, here
            WHERE f.lifted_at IS NULL AND ST_DWithin(f.area::geography, g, %(within)s)
            ORDER BY distance_m, f.drawn_at, f.id
            """,
            {"lon": lon, "lat": lat, "within": within_m},
        )
        return await cursor.fetchall()
