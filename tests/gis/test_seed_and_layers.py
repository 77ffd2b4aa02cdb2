"""Seeding is safe to repeat, and the layers are GeoJSON that says where it is from."""

import gzip
import json
from typing import Any

import pytest
from psycopg import sql
from shapely.geometry import shape

from gis.layers import layer_geojson, layer_list, map_image
from gis.region.generate import DEFAULT_SEED
from gis.seed import seed_region
from gis.store import REFERENCE_TABLES
from spine.db import Connection, owner_connection

LAYERS = ["counties", "townships", "places", "rivers", "reservoirs", "roads", "facilities", "relief"]
FIRST_PAINT_BYTES = 1_500_000


async def _whole(conn: Connection) -> list[Any]:
    """Row versions of all loaded tables: any rewritten row shows."""
    found: list[Any] = []
    for table in REFERENCE_TABLES:
        row = await (
            await conn.execute(
                sql.SQL("SELECT count(*), min(xmin::text::bigint), max(xmin::text::bigint) FROM {}").format(
                    sql.SQL(table)
                )
            )
        ).fetchone()
        found.append((table, row))
    return found


async def test_same_seed_again_changes_nothing(conn: Connection) -> None:
    before = await _whole(conn)
    counts = await seed_region(conn, DEFAULT_SEED)
    assert counts["places"] == 86
    assert await _whole(conn) == before


async def test_seed_fills_an_empty_realm_or_nothing_at_all(database_url: str) -> None:
    async with owner_connection(database_url) as conn:
        counts = await seed_region(conn, DEFAULT_SEED)
        assert counts["places"] == 86
        assert counts["facilities"] > 450
        await conn.rollback()
        row = await (await conn.execute("SELECT count(*) FROM gis.place")).fetchone()
        assert row == (0,)


async def test_catalogue(conn: Connection) -> None:
    rows = await layer_list(conn)
    assert [row["name"] for row in rows] == LAYERS
    for row in rows:
        assert row["illustrative"] is True
        assert "训练数据" in str(row["source"])
        assert "Training data" in str(row["source_en"])
        assert row["date"] == "2026-11-23"
        assert row["licence"]
        assert row["sensitivity"] in ("public", "internal", "restricted")


@pytest.mark.parametrize("name", LAYERS)
async def test_layer_is_geojson_with_its_origin(conn: Connection, name: str) -> None:
    text = await layer_geojson(conn, name)
    assert text is not None
    layer = json.loads(text)
    assert layer["type"] == "FeatureCollection"
    assert layer["illustrative"] is True
    assert layer["source"]
    assert layer["date"] == "2026-11-23"
    assert layer["features"]
    for feature in layer["features"]:
        assert feature["type"] == "Feature"
        west, south, east, north = shape(feature["geometry"]).bounds
        assert 98 < west <= east < 101
        assert 22.5 < south <= north < 25.6
        assert feature["properties"]["mark"] in ("R", "K", "I")


async def test_what_the_map_paints_first_is_small(conn: Connection) -> None:
    sizes = {name: len(gzip.compress((await layer_geojson(conn, name) or "").encode(), 6)) for name in LAYERS}
    picture = await map_image(conn, "hillshade")
    assert picture is not None
    assert sum(sizes.values()) + len(picture) < FIRST_PAINT_BYTES, sizes


async def test_unknown_layer_is_none(conn: Connection) -> None:
    assert await layer_geojson(conn, "secrets") is None
    assert await map_image(conn, "secrets") is None


async def test_relief_names_its_picture(conn: Connection) -> None:
    layer = json.loads(await layer_geojson(conn, "relief") or "")
    assert layer["image"]["url"] == "/api/map-images/hillshade"
    west, south, east, north = layer["image"]["bounds"]
    assert west < 98.67 < 100.53 < east
    assert south < 23.05 < 25.05 < north
