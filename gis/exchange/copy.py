"""A city's layers into a sealed copy of the realm: the versions that are shown, nothing of their history."""

from psycopg import sql

from gis.catalogue import CityLayer
from gis.catalogue_store import feature_table, read_city_layers
from gis.exchange.attributes import COLUMN_TYPES
from gis.exchange.build import finish_table
from spine.db import Connection

_OWN = sql.SQL(
    "fid bigint, geom geometry(Geometry, 4326), mercator geometry(Geometry, 3857), span real, min_zoom smallint"
)


async def copy_city_layers(source: Connection, target: Connection) -> int:
    """Between databases of one version, as their owner. Returns rows."""
    layers = await read_city_layers(source)
    if not layers:
        return 0
    copied = await _pass_on(source, target, "gis.city_layer", sql.SQL("WHERE current IS NOT NULL"))
    shown = sql.SQL("WHERE id IN (SELECT current FROM gis.city_layer)")
    copied += await _pass_on(source, target, "gis.layer_version", shown)
    await target.execute(
        "SELECT setval(pg_get_serial_sequence('gis.layer_version', 'id'), (SELECT max(id) FROM gis.layer_version))"
    )
    for layer in layers:
        await _make_table(target, layer)
        copied += await _pass_on(source, target, f"gis_layers.v{layer.version}", sql.SQL(""))
        await finish_table(target, layer.version, layer.features)
    return copied


async def _make_table(target: Connection, layer: CityLayer) -> None:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(attribute["name"]), sql.SQL(COLUMN_TYPES[attribute["type"]]))  # pyright: ignore[reportArgumentType]
        for attribute in layer.attributes
    ]
    await target.execute(
        sql.SQL("CREATE TABLE {} ({})").format(feature_table(layer.version), sql.SQL(", ").join([_OWN, *columns]))
    )


async def _pass_on(source: Connection, target: Connection, table: str, which: sql.Composable) -> int:
    schema, _, name = table.partition(".")
    relation = sql.Identifier(schema, name)
    rows = await (
        await source.execute(
            """
            SELECT column_name FROM information_schema.columns WHERE table_schema = %(schema)s AND table_name = %(name)s
            ORDER BY ordinal_position
            """,
            {"schema": schema, "name": name},
        )
    ).fetchall()
    columns = sql.SQL(", ").join(sql.Identifier(str(column)) for (column,) in rows)
    reading = sql.SQL("COPY (SELECT {} FROM {} {}) TO STDOUT (FORMAT BINARY)").format(columns, relation, which)
    writing = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(relation, columns)
    async with source.cursor() as out, target.cursor() as into:
        async with out.copy(reading) as blocks, into.copy(writing) as sink:
            async for block in blocks:
                await sink.write(block)
        return into.rowcount
