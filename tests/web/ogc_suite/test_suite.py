"""OGC API – Features, Part 1 and Part 2: the abstract tests one by one, by their names, against the real server over HTTP."""

from pathlib import Path

import pytest

from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import bring, noticed, open_incident, warn
from tests.web.ogc_suite.core import CORE
from tests.web.ogc_suite.crs import CRS
from tests.web.ogc_suite.walk import Check, Walk


@pytest.fixture
async def full(city: City, server: Server, tmp_path: Path) -> Server:
    """Layers with and without time, incidents with and without a place, a warning, drawn areas, shapes of every kind."""
    shapes = [
        {"type": "Point", "coordinates": [99.1, 23.5]},
        {"type": "MultiPoint", "coordinates": [[99.1, 23.5], [99.2, 23.5]]},
        {"type": "LineString", "coordinates": [[99.1, 23.5], [99.2, 23.6]]},
        {"type": "MultiLineString", "coordinates": [[[99.1, 23.5], [99.2, 23.6]], [[99.3, 23.5], [99.4, 23.6]]]},
        {"type": "Polygon", "coordinates": [[[99.1, 23.5], [99.2, 23.5], [99.2, 23.6], [99.1, 23.5]]]},
        {"type": "MultiPolygon", "coordinates": [[[[99.3, 23.5], [99.4, 23.5], [99.4, 23.6], [99.3, 23.5]]]]},
    ]
    await bring(city, tmp_path, files.geojson(tmp_path / "kinds.geojson", shapes), described("kinds"))
    await bring(city, tmp_path, files.geojson(tmp_path / "named.geojson", shapes[:1]), described("incidents"))
    await bring(city, tmp_path, files.geojson(tmp_path / "alike.geojson", shapes[:1]), described("layer_incidents"))
    table = tmp_path / "inspections.csv"
    table.write_text("名称,日期,经度,纬度\n甲,2026-01-05,99.2,23.5\n乙,2026-02-05,99.3,23.6\n", "utf-8")
    await bring(city, tmp_path, table, described("inspections"))
    await open_incident(city, "530926", "孟定山洪", {"lon": 99.1, "lat": 23.5})
    await open_incident(city, "530926", "地点不明")
    await warn(city, "暴雨红色预警", 99.1, 23.5)
    return server


@pytest.mark.parametrize("part", [CORE, CRS], ids=["part_1", "part_2"])
async def test_abstract_tests(part: dict[str, Check], city: City, full: Server, subtests: pytest.Subtests) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        walk = Walk(client, full.url + "/ogc")
        await walk.begin()
        for name, check in part.items():
            with subtests.test(name):
                await check(walk)
