"""A Ground read from the database is what the database holds; heights around a place are those of the ground."""

from pathlib import Path

import numpy as np
import pytest

from gis.elevation.build import import_heights, tell_about
from gis.exchange.options import Options
from gis.hazards.ground_store import ground_state, read_ground, read_heights
from spine.db import snapshot
from tests.city import City
from tests.city_fixtures import city, city_template, city_url
from tests.gis import height_files as files
from tests.gis.layer_fixtures import OFFICER, Office, office

__all__ = ["city", "city_template", "city_url", "office"]

TOLD = {"source": "测绘院", "source_en": "Surveying office", "licence": "政务内部使用", "date": "2025-06-01"}


async def count(city: City, query: str) -> int:
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute(query.encode())).fetchone()
    assert row is not None
    return int(row[0])


async def test_everything_is_there(city: City) -> None:
    async with snapshot(city.realm.pool) as conn:
        ground = await read_ground(conn)
    assert len(ground.facilities) == await count(city, "SELECT count(*) FROM gis.facility")
    assert len(ground.rivers) == await count(city, "SELECT count(*) FROM gis.river")
    assert len(ground.roads) == await count(city, "SELECT count(*) FROM gis.road_edge")
    assert len(ground.townships) == await count(city, "SELECT count(*) FROM gis.place WHERE level = 'township'")
    assert len(ground.settlements) >= len(ground.townships)
    codes = {township.code for township in ground.townships}
    assert all(facility.township in codes for facility in ground.facilities)
    assert ground.city is not None
    assert ground.city.contains(ground.city.representative_point())


async def test_without_exposure_people_are_not_known(city: City) -> None:
    async with city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM gis.exposure_point")
        await conn.execute("DELETE FROM gis.exposure_set")
        await conn.commit()
    async with snapshot(city.realm.pool) as conn:
        ground = await read_ground(conn)
    assert ground.points is None
    assert ground.basis.date is None
    assert "不是零" in ground.basis.limits_zh[0]


async def test_the_state_changes_with_what_is_there_and_with_nothing_else(city: City) -> None:
    async with city.realm.pool.connection() as conn:
        before = await ground_state(conn)
        assert await ground_state(conn) == before
        await conn.execute(
            "UPDATE gis.facility SET name_en = name_en || ' (new)' WHERE code = (SELECT min(code) FROM gis.facility)"
        )
        await conn.commit()
        changed = await ground_state(conn)
        assert changed != before
        await conn.execute("UPDATE gis.river SET name_en = 'x' WHERE code = (SELECT min(code) FROM gis.river)")
        await conn.commit()
        assert await ground_state(conn) != changed


async def test_heights_around_a_place_are_those_of_the_ground(office: Office, tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif", ground=files.slope)
    await import_heights(
        office.realm, path, path.name, tell_about(TOLD), Options(), OFFICER, office.hear, office.folder, alone=False
    )
    async with office.realm.pool.connection() as conn:
        heights = await read_heights(conn, 99.06, 23.94, 2.0, 60.0)
    assert heights is not None
    lon, lat = np.asarray([99.055, 99.0613, 99.07]), np.asarray([23.935, 23.9401, 23.95])
    assert heights.at(lon, lat) == pytest.approx(files.slope(lon, lat), abs=0.5)
    assert np.isnan(heights.at(np.asarray([98.0]), np.asarray([23.94]))[0])
    rows, columns = heights.metres.shape
    assert rows == columns == 67


async def test_no_heights_are_none_and_far_away_ones_too(office: Office, tmp_path: Path) -> None:
    async with office.realm.pool.connection() as conn:
        assert await read_heights(conn, 99.06, 23.94, 2.0, 60.0) is None
    path = files.geotiff(tmp_path / "dem.tif", ground=files.slope)
    await import_heights(
        office.realm, path, path.name, tell_about(TOLD), Options(), OFFICER, office.hear, office.folder, alone=False
    )
    async with office.realm.pool.connection() as conn:
        assert await read_heights(conn, 110.0, 30.0, 2.0, 60.0) is None
        assert await read_heights(conn, 99.06, 23.94, 0.0, 60.0) is None
