"""Vector tiles (MVT) made by the database from what a layer's features are; PostGIS does the work, this file asks for it.

A tile is 4096 × 4096 units over 512 pixels. At each zoom only what an eye can tell apart is in it (`exchange/thinning.py`):
what is smaller than two pixels becomes a point, lines and areas lose corners closer than half a pixel.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from gis.catalogue_store import feature_table
from gis.exchange.coordinates import EARTH_M
from gis.exchange.thinning import ALL_FROM, SMALL_PX, TILE_PX
from gis.layers import FEATURES
from spine.errors import Refused

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
MOST_ZOOM = 20
EXTENT = 4096
BUFFER = 64
ATTRIBUTES_FROM = 12
"""Zoom from which a tile carries attributes besides the label; further out a press asks for them by the feature's id."""
MOST_ATTRIBUTES = 12


def check_tile(z: int, x: int, y: int) -> None:
    """Raises Refused `tile_out_of_range` for what no tile can be."""
    if not (0 <= z <= MOST_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)):
        raise Refused(
            "tile_out_of_range",
            zh=f"没有这个瓦片：级别 0 到 {MOST_ZOOM}，行列号应小于 2 的级别次方。",
            en=f"There is no such tile: zoom 0 to {MOST_ZOOM}, column and row below two to the power of the zoom.",
            field="z",
            status=404,
            final=False,
        )


def attributes_at(z: int, attributes: Sequence[Mapping[str, Any]], label: str | None) -> list[str]:
    """Which attributes a tile of this zoom carries."""
    names = [str(attribute["name"]) for attribute in attributes]
    if z >= ATTRIBUTES_FROM:
        chosen = names[:MOST_ATTRIBUTES]
        return chosen if label is None or label in chosen else [label, *chosen[1:]]
    return [label] if label is not None else []


def city_tile_query(
    version: int, geometries: Mapping[str, int], attributes: Sequence[Mapping[str, Any]], label: str | None, z: int
) -> sql.Composed:
    """The statement for tiles of one zoom of a version; its parameters are z, x and y (`as_statement` makes them $1 to $3)."""
    pixel = 2 * EARTH_M / (1 << z) / TILE_PX
    shape: sql.Composable = sql.SQL("f.mercator")
    if not set(geometries) <= {"Point", "MultiPoint"}:
        simple: sql.Composable = shape
        if z < ALL_FROM:
            simple = sql.SQL("ST_Simplify(f.mercator, {}, true)").format(sql.Literal(pixel / 2))
        shape = sql.SQL("CASE WHEN f.span < {} THEN ST_Centroid(ST_Envelope(f.mercator)) ELSE {} END").format(
            sql.Literal(SMALL_PX * pixel), simple
        )
    names = attributes_at(z, attributes, label)
    columns = sql.SQL("").join(sql.SQL(", f.{}").format(sql.Identifier(name)) for name in names)
    drawn = sql.SQL("") if z >= ALL_FROM else sql.SQL("AND f.min_zoom <= {}").format(sql.Literal(z))
    return sql.SQL(
        """
        SELECT ST_AsMVT(t, 'features', {extent}, 'geom', 'fid') FROM (
            SELECT f.fid{columns},
                ST_AsMVTGeom({shape}, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), {extent}, {buffer}, true) AS geom
            FROM {table} AS f
            WHERE f.mercator && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {margin}) {drawn}
        ) AS t
        """
    ).format(
        columns=columns,
        shape=shape,
        table=feature_table(version),
        extent=sql.Literal(EXTENT),
        buffer=sql.Literal(BUFFER),
        margin=sql.Literal(BUFFER / EXTENT),
        drawn=drawn,
    )


def built_in_tile_query(name: str) -> sql.Composed | None:
    """The same for a layer of the platform itself; None when there is none of this name. Properties are flat."""
    features = FEATURES.get(name)
    if features is None:
        return None
    return sql.SQL(
        """
        SELECT ST_AsMVT(t, 'features', {extent}, 'geom') FROM (
            SELECT f.properties::jsonb || jsonb_build_object('id', f.id) AS properties,
                ST_AsMVTGeom(ST_Transform(f.geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), {extent}, {buffer}, true) AS geom
            FROM ({features}) AS f
            WHERE f.geom && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {margin}), 4326)
        ) AS t
        """
    ).format(
        features=sql.SQL(features),
        extent=sql.Literal(EXTENT),
        buffer=sql.Literal(BUFFER),
        margin=sql.Literal(BUFFER / EXTENT),
    )


def as_statement(query: sql.Composed) -> bytes:
    """The query as the server prepares it: one integer each for zoom, column and row. Its one row holds the tile, or NULL."""
    text = query.as_bytes()
    for number, name in enumerate((b"z", b"x", b"y"), 1):
        text = text.replace(b"%%(%s)s" % name, b"$%d::int" % number)
    return text
