"""The synthetic set adds up, lies on land where it should, is the same for the same seed, and is exchanged whole or not at all."""

import numpy as np
import pytest
import shapely

from gis.exposure import store
from gis.exposure.current import CurrentExposure
from gis.exposure.draw import shared_out
from gis.exposure.load import seed_exposure
from spine.db import Connection, owner_connection
from spine.errors import Refused

POINTS = 8000


async def by_county(conn: Connection) -> dict[str, tuple[int, int]]:
    rows = await (
        await conn.execute(
            """
            SELECT t.parent, sum(p.people_day)::bigint, sum(p.people_night)::bigint
            FROM gis.exposure_point AS p JOIN gis.place AS t ON t.code = p.township GROUP BY t.parent
            """
        )
    ).fetchall()
    return {str(county): (int(day), int(night)) for county, day, night in rows}


async def test_every_county_adds_up_to_its_census_by_day_and_by_night(conn: Connection) -> None:
    assert await seed_exposure(conn, points=POINTS, seed=5309) == {"exposure_points": POINTS}
    counties = await (await conn.execute("SELECT code, population FROM gis.place WHERE level = 'county'")).fetchall()
    assert await by_county(conn) == {str(code): (int(people), int(people)) for code, people in counties}
    chosen = await store.read_set(conn)
    assert chosen is not None
    assert chosen.synthetic
    assert chosen.points == POINTS
    assert "合成" in chosen.source
    assert "Synthetic" in chosen.source_en
    assert chosen.people_night == sum(int(people) for _, people in counties)


async def test_points_lie_in_their_township_and_not_in_a_lake(conn: Connection) -> None:
    await seed_exposure(conn, points=POINTS, seed=5309)
    row = await (
        await conn.execute(
            """
            SELECT count(*) FILTER (WHERE NOT ST_Covers(t.area, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326))),
                count(*) FILTER (WHERE EXISTS (SELECT 1 FROM gis.facility AS f
                    WHERE f.area IS NOT NULL AND ST_ContainsProperly(f.area, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326))))
            FROM gis.exposure_point AS p JOIN gis.place AS t ON t.code = p.township
            """
        )
    ).fetchone()
    assert row == (0, 0)


async def test_the_same_seed_again_changes_nothing_and_another_exchanges_all(conn: Connection) -> None:
    await seed_exposure(conn, points=POINTS, seed=5309)
    first = await store.read_set(conn)
    before = await (await conn.execute("SELECT max(xmin::text::bigint) FROM gis.exposure_point")).fetchone()
    await conn.commit()
    await seed_exposure(conn, points=POINTS, seed=5309)
    assert await (await conn.execute("SELECT max(xmin::text::bigint) FROM gis.exposure_point")).fetchone() == before
    await seed_exposure(conn, points=POINTS, seed=1)
    second = await store.read_set(conn)
    assert first is not None
    assert second is not None
    assert first.version != second.version
    await seed_exposure(conn, points=POINTS, seed=5309)
    assert await store.read_set(conn) == first  # the same seed is the same set


async def test_memory_follows_the_database(conn: Connection) -> None:
    current = CurrentExposure()
    assert (await current.get(conn)).points is None
    await seed_exposure(conn, points=POINTS, seed=5309)
    held = await current.get(conn)
    assert held.points is not None
    assert len(held.points) == POINTS
    assert held.city is not None
    (all_of_it,) = held.points.each([held.city.buffer(0.01)])
    assert int(all_of_it.people_night.sum()) == sum(night for _, night in (await by_county(conn)).values())
    assert await current.get(conn) is held
    await conn.execute("UPDATE gis.facility SET kind = 'school' WHERE code = (SELECT min(code) FROM gis.facility)")
    changed = await current.get(conn)
    assert changed is not held
    await conn.execute("DELETE FROM gis.exposure_set")
    assert (await current.get(conn)).points is None


async def test_without_a_region_nobody_is_placed(database_url: str) -> None:
    async with owner_connection(database_url) as conn:
        with pytest.raises(Refused, match="no_region"):
            await seed_exposure(conn, points=POINTS, seed=1)


async def test_too_few_points_are_refused(conn: Connection) -> None:
    with pytest.raises(Refused, match="points_out_of_range"):
        await seed_exposure(conn, points=10, seed=1)


def test_sharing_out_loses_nobody() -> None:
    rng = np.random.default_rng(2)
    for total in (0, 1, 17, 2_476_745):
        shares = shared_out(total, rng.random(77))
        assert int(shares.sum()) == total
        assert int(shares.min()) >= 0


def test_shapely_counts_a_point_on_the_border_as_inside() -> None:
    assert bool(shapely.intersects_xy(shapely.box(0, 0, 1, 1), 1.0, 0.5))
