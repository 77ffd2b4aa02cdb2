"""Features of a city's layer as GeoJSON: one by its id, or all of a small layer."""

from psycopg import sql

from gis.catalogue import CityLayer
from gis.catalogue_store import feature_table
from spine.db import Connection
from spine.errors import Refused, not_found

MOST_AT_ONCE = 5000


def _feature(layer: CityLayer) -> sql.Composed:
    pairs = sql.SQL(", ").join(
        sql.SQL("({}, to_jsonb(f.{}))").format(sql.Literal(str(one["name"])), sql.Identifier(str(one["name"])))
        for one in layer.attributes
    )
    properties: sql.Composable = sql.SQL("'{{}}'::json")
    if layer.attributes:
        # As pairs, not as arguments: a function takes a hundred, a layer may have more attributes.
        properties = sql.SQL("(SELECT json_object_agg(k, v) FROM (VALUES {}) AS p (k, v))").format(pairs)
    return sql.SQL(
        "json_build_object('type', 'Feature', 'id', f.fid, 'geometry', ST_AsGeoJSON(f.geom, 6)::json, 'properties', {})"
    ).format(properties)


async def feature_json(conn: Connection, layer: CityLayer, fid: int) -> str:
    """One feature with all its attributes. Raises Refused `not_found`."""
    statement = sql.SQL("SELECT {}::text FROM {} AS f WHERE f.fid = %(fid)s").format(
        _feature(layer), feature_table(layer.version)
    )
    row = await (await conn.execute(statement, {"fid": fid})).fetchone()
    if row is None:
        raise not_found("要素", "feature", str(fid), field="fid")
    return str(row[0])


async def layer_features_json(conn: Connection, layer: CityLayer) -> str:
    """The layer as a FeatureCollection. Raises Refused `layer_too_large`."""
    if layer.features > MOST_AT_ONCE:
        raise Refused(
            "layer_too_large",
            zh=f"图层有 {layer.features:,} 个要素，不能一次取出；请用瓦片，或导出文件。",
            en=f"The layer has {layer.features:,} features, too many at once; use its tiles or export it.",
            field="name",
            status=413,
            final=False,
        )
    statement = sql.SQL(
        """
        SELECT json_build_object('type', 'FeatureCollection', 'name', %(name)s::text, 'title_zh', %(title_zh)s::text,
            'title_en', %(title_en)s::text, 'source', %(source)s::text, 'source_en', %(source_en)s::text,
            'licence', %(licence)s::text, 'date', %(date)s::date, 'illustrative', %(illustrative)s::boolean,
            'sensitivity', %(sensitivity)s::text, 'version', %(version)s::bigint,
            'features', coalesce((SELECT json_agg({} ORDER BY f.fid) FROM {} AS f), '[]'::json))::text
        """
    ).format(_feature(layer), feature_table(layer.version))
    told = layer.description
    row = await (
        await conn.execute(
            statement,
            {
                "name": told.name,
                "title_zh": told.title_zh,
                "title_en": told.title_en,
                "source": told.source,
                "source_en": told.source_en,
                "licence": told.licence,
                "date": told.date,
                "illustrative": told.illustrative,
                "sensitivity": told.sensitivity,
                "version": layer.version,
            },
        )
    ).fetchone()
    return "" if row is None else str(row[0])
