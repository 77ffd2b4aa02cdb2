"""Layers of the map as GeoJSON, built by the database. A layer is a row of the catalogue and a query for its features.

Every collection says where it is from: `source`, `source_en`, `licence`, `date`, `illustrative`, titles. Coordinates are WGS 84
with five decimals (1 m). The answer is text, ready to be sent and kept by the caller.
"""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from psycopg import sql
from psycopg.rows import class_row

from spine.canonical import Json, JsonObject
from spine.db import Connection

IMAGE_URL = "/api/map-images/{}"

# Each query gives (id text, geom geometry, properties json).
_AREA: LiteralString = """
    SELECT code AS id, area AS geom,
           json_build_object('code', code, 'parent', parent, 'level', level, 'name_zh', short_zh, 'name_en', short_en,
               'full_zh', name_zh, 'full_en', name_en, 'lon', ST_X(point), 'lat', ST_Y(point), 'area_km2', area_km2,
               'population', population, 'population_year', population_year, 'population_mark', population_mark,
               'mark', area_mark) AS properties
    FROM gis.place
"""
FEATURES: dict[str, LiteralString] = {
    "counties": _AREA + "WHERE level = 'county' ORDER BY code",
    "townships": _AREA + "WHERE level = 'township' ORDER BY code",
    "places": """
        SELECT code AS id, point AS geom,
               json_build_object('code', code, 'level', level, 'name_zh', short_zh, 'name_en', short_en, 'full_zh', name_zh,
                   'full_en', name_en, 'mark', mark) AS properties
        FROM gis.place WHERE level IN ('county', 'township') ORDER BY level, code
    """,
    "rivers": """
        SELECT code AS id, line AS geom,
               json_strip_nulls(json_build_object('name_zh', name_zh, 'name_en', name_en, 'order', "order", 'mark', mark))
                   AS properties
        FROM gis.river ORDER BY "order" DESC, code
    """,
    "roads": """
        SELECT id::text AS id, line AS geom,
               json_build_object('class', class, 'ref', ref, 'name_zh', name_zh, 'name_en', name_en, 'mark', mark) AS properties
        FROM gis.road_edge
        ORDER BY array_position(ARRAY['township', 'county', 'provincial', 'national', 'expressway'], class), id
    """,
    "facilities": """
        SELECT code AS id, point AS geom,
               json_build_object('kind', kind, 'name_zh', name_zh, 'name_en', name_en, 'area_code', area_code, 'mark', mark,
                   'details', properties - 'stock') AS properties
        FROM gis.facility WHERE kind <> 'reservoir' ORDER BY kind, code
    """,
    "reservoirs": """
        SELECT code AS id, coalesce(area, point) AS geom,
               json_build_object('kind', kind, 'name_zh', coalesce(properties ->> 'lake_zh', name_zh),
                   'name_en', coalesce(properties ->> 'lake_en', name_en), 'area_code', area_code, 'mark', mark,
                   'details', properties) AS properties
        FROM gis.facility WHERE kind IN ('reservoir', 'dam') ORDER BY code
    """,
    "relief": """
        SELECT name_zh AS id, point AS geom,
               json_build_object('kind', 'summit', 'name_zh', name_zh, 'name_en', name_en, 'elevation_m', elevation_m,
                   'mark', mark) AS properties
        FROM gis.summit ORDER BY elevation_m DESC
    """,
}
_IMAGE = {"relief": "hillshade"}


@dataclass(frozen=True, slots=True)
class LayerRow:
    name: str
    title_zh: str
    title_en: str
    source: str
    source_en: str
    licence: str
    date: date | None
    illustrative: bool
    sensitivity: str

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "source": self.source,
            "source_en": self.source_en,
            "licence": self.licence,
            "date": None if self.date is None else self.date.isoformat(),
            "illustrative": self.illustrative,
            "sensitivity": self.sensitivity,
        }


async def layer_rows(conn: Connection) -> list[LayerRow]:
    """The built-in layers in the order of the layer panel."""
    async with conn.cursor(row_factory=class_row(LayerRow)) as cursor:
        await cursor.execute(
            """
            SELECT name, title_zh, title_en, source, source_en, licence, date, illustrative, sensitivity
            FROM gis.layer ORDER BY ordinal
            """
        )
        return await cursor.fetchall()


async def layer_list(conn: Connection) -> list[JsonObject]:
    """The same as JSON."""
    return [row.to_json() for row in await layer_rows(conn)]


async def layer_geojson(conn: Connection, name: str) -> str | None:
    """A FeatureCollection as text, or None when there is no such layer."""
    features = FEATURES.get(name)
    if features is None:
        return None
    statement = sql.SQL(
        """
        SELECT json_build_object(
            'type', 'FeatureCollection', 'name', l.name, 'title_zh', l.title_zh, 'title_en', l.title_en,
            'source', l.source, 'source_en', l.source_en, 'licence', l.licence, 'date', l.date,
            'illustrative', l.illustrative, 'sensitivity', l.sensitivity,
            'image', (
                SELECT json_build_object('name', i.name, 'url', %(url)s::text, 'media_type', i.media_type,
                    'bounds', json_build_array(i.west, i.south, i.east, i.north), 'width', i.width, 'height', i.height)
                FROM gis.map_image AS i WHERE i.name = %(image)s),
            'features', coalesce((
                SELECT json_agg(json_build_object('type', 'Feature', 'id', f.id,
                    'geometry', ST_AsGeoJSON(f.geom, 5)::json, 'properties', f.properties))
                FROM ({features}) AS f), '[]'::json))::text
        FROM gis.layer AS l WHERE l.name = %(name)s
        """
    ).format(features=sql.SQL(features))
    image = _IMAGE.get(name)
    row = await (
        await conn.execute(statement, {"name": name, "image": image, "url": IMAGE_URL.format(image)})
    ).fetchone()
    return None if row is None else str(row[0])


async def map_image(conn: Connection, name: str) -> bytes | None:
    """The bytes of a picture that lies under the map (PNG), or None."""
    row = await (await conn.execute("SELECT data FROM gis.map_image WHERE name = %(name)s", {"name": name})).fetchone()
    return None if row is None else bytes(row[0])
