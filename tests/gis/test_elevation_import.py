"""Heights of the ground: a raster becomes tiles, tiles give the heights back, later files lie over and beside former ones."""

import uuid
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from gis.elevation.build import ImportedHeights, import_heights, remove, roll_back, tell_about
from gis.elevation.grid import LEAST_ZOOM, TILE_PX, Tile, tile_of
from gis.elevation.heights import Ground, from_png, unpack
from gis.elevation.point import Height, height_at
from gis.elevation.store import Elevation, TileRow, read_elevation, read_tile, read_tiles, versions
from gis.exchange.options import Options
from gis.store import REFERENCE_TABLES
from spine.db import owner_connection
from spine.errors import Refused
from spine.migrate import migrate
from spine.private_services import Services
from tests.conftest import clone, drop
from tests.gis import height_files as files
from tests.gis.layer_fixtures import OFFICER, Office, office
from web.copy_reference import copy_tables

__all__ = ["office"]

TOLD = {"source": "测绘院", "source_en": "Surveying office", "licence": "政务内部使用", "date": "2025-06-01"}


async def bring(
    office: Office, path: Path, *, alone: bool = False, source: str = "测绘院", **options: Any
) -> ImportedHeights:
    about = tell_about({**TOLD, "source": source})
    return await import_heights(
        office.realm, path, path.name, about, Options(**options), OFFICER, office.hear, office.folder, alone=alone
    )


async def shown(office: Office) -> Elevation:
    async with office.realm.pool.connection() as conn:
        elevation = await read_elevation(conn)
    assert elevation is not None
    return elevation


async def height(office: Office, lon: float, lat: float) -> Height | None:
    async with office.realm.pool.connection() as conn:
        elevation = await read_elevation(conn)
        return None if elevation is None else await height_at(conn, elevation, lon, lat)


async def metres(office: Office, lon: float, lat: float) -> float | None:
    found = await height(office, lon, lat)
    return None if found is None else found.metres


async def tiles(office: Office, z: int) -> dict[Tile, TileRow]:
    elevation = await shown(office)
    west, south, east, north = elevation.extent
    first, last = tile_of(west, north, z), tile_of(east, south, z)
    asked = [Tile(z, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
    async with office.realm.pool.connection() as conn:
        return {row.tile: row for row in await read_tiles(conn, elevation.lineage, asked)}


def ground(row: TileRow) -> Ground:
    return unpack(row.png, row.origin, row.plane)


def truth(surface: files.Ground, lon: float, lat: float) -> float:
    return float(surface(np.asarray(lon), np.asarray(lat)))


async def test_heights_come_back_within_a_decimetre_of_the_surface(office: Office, tmp_path: Path) -> None:
    made = await bring(office, files.geotiff(tmp_path / "dem.tif", ground=files.slope))
    assert made.version == 1
    assert made.report["zoom"] == 11
    for lon, lat in ((99.0613, 23.9401), (99.1217, 23.8903), (99.0009, 23.9991), (99.1093, 23.9507)):
        found = await height(office, lon, lat)
        assert found is not None
        assert found.metres == pytest.approx(truth(files.slope, lon, lat), abs=0.11)
        assert (found.part.about.source, str(found.part.about.date)) == ("测绘院", "2025-06-01")
    assert await metres(office, 99.2, 23.95) is None
    elevation = await shown(office)
    assert elevation.extent == pytest.approx((99.0, 23.88, 99.15, 24.0))


def whole_feet(lon: Any, lat: Any) -> Any:
    return np.rint(files.slope(lon, lat) / 0.3048)


WAYS: dict[str, dict[str, Any]] = {
    "CGCS2000 Gauss-Krueger": {"crs": "EPSG:4542", "at": (500_000.0, 2_655_000.0), "cell": 50.0},
    "turned UTM": {"crs": "EPSG:32647", "at": (505_000.0, 2_655_000.0), "cell": 30.0, "turned": 25.0},
    "whole feet": {"kind": "int16", "units": "ft", "ground": whole_feet},
    "1 m, averaged": {"cell": 0.00001, "size": (3000, 3000)},
}


@pytest.mark.parametrize("way", WAYS)
async def test_however_they_were_written(office: Office, tmp_path: Path, way: str) -> None:
    how: dict[str, Any] = {"ground": files.slope, **WAYS[way]}
    made = await bring(office, files.geotiff(tmp_path / "dem.tif", **how))
    west, south, east, north = cast(list[float], made.report["extent"])
    lon, lat = west + (east - west) * 0.53, south + (north - south) * 0.51
    assert await metres(office, lon, lat) == pytest.approx(truth(files.slope, lon, lat), abs=0.35)


async def test_hills_keep_their_shape(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "dem.tif"))
    rng = np.random.default_rng(7)
    for lon, lat in zip(rng.uniform(99.002, 99.148, 12), rng.uniform(23.882, 23.998, 12), strict=True):
        # A cell of 53 m under 400 m hills: the straight line between two cells errs by some centimetres.
        assert await metres(office, lon, lat) == pytest.approx(truth(files.hills, lon, lat), abs=0.25)


async def test_neighbouring_tiles_agree_at_their_border(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "dem.tif", ground=files.slope, size=(700, 600)))
    seams = 0
    for z in (11, 10):
        held = await tiles(office, z)
        for tile, row in held.items():
            east = held.get(Tile(z, tile.x + 1, tile.y))
            if east is None:
                continue
            here, there = ground(row), ground(east)
            both = (here.origins[:, -1] > 0) & (there.origins[:, 0] > 0) & (here.origins[:, -2] > 0)
            inside = here.heights[both, -1] - here.heights[both, -2]
            across = there.heights[both, 0] - here.heights[both, -1]
            assert across == pytest.approx(inside, abs=0.21)  # both are rounded to 0.1 m
            seams += int(both.sum())
    assert seams > 500


async def test_the_point_just_on_a_border_is_no_worse_known(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "dem.tif", ground=files.slope, size=(700, 600)))
    edge = (tile_of(99.1, 23.9, 11).x + 1) / 2**11 * 360 - 180
    for lon in (edge - 1e-6, edge, edge + 1e-6):
        assert await metres(office, lon, 23.9) == pytest.approx(truth(files.slope, lon, 23.9), abs=0.11)


async def test_coarser_tiles_are_means_of_the_finer(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "dem.tif"))
    coarse = await tiles(office, LEAST_ZOOM)
    assert len(coarse) == 1
    (row,) = coarse.values()
    known = ground(row).heights[ground(row).origins > 0]
    assert known.size > 0
    assert known.min() >= 1100
    assert known.max() <= 1900


async def test_what_is_not_known_stays_so(office: Office, tmp_path: Path) -> None:
    def hole(values: Any) -> None:
        values[80:160, 100:200] = -32768

    await bring(office, files.geotiff(tmp_path / "dem.tif", kind="int16", nodata=-32768, change=hole))
    assert await metres(office, 99.075, 23.94) is None
    assert await metres(office, 99.02, 23.98) == pytest.approx(truth(files.hills, 99.02, 23.98), abs=1.0)
    # What a map shades there is a run-out of its surroundings, not a pit of -32,768 m.
    for row in (await tiles(office, 11)).values():
        picture = from_png(row.png)
        assert picture.min() > 1000
        assert np.abs(np.diff(picture, axis=0)).max() < 150


async def test_files_side_by_side_leave_no_gap(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "west.tif", size=(200, 200)), source="西幅")
    await bring(office, files.geotiff(tmp_path / "east.tif", size=(200, 200), at=(99.1, 24.0)), source="东幅")
    # Within half a cell of its edge a file has only its outermost cell to go by: half of 10 m that the hill rises in one.
    for lon, error in ((99.05, 0.5), (99.0998, 5.0), (99.1, 5.0), (99.1002, 5.0), (99.15, 0.5)):
        assert await metres(office, lon, 23.95) == pytest.approx(truth(files.hills, lon, 23.95), abs=error)
    west, east = await height(office, 99.05, 23.95), await height(office, 99.15, 23.95)
    assert west is not None
    assert east is not None
    assert (west.part.about.source, east.part.about.source) == ("西幅", "东幅")
    assert [part.about.source for part in (await shown(office)).parts] == ["东幅", "西幅"]


def raised(lon: Any, lat: Any) -> Any:
    return files.slope(lon, lat) + 300


@pytest.mark.parametrize(
    ("first", "second"), [(0.0005, 0.0001), (0.0001, 0.0005)], ids=["fine over coarse", "coarse over fine"]
)
async def test_the_later_file_lies_over_the_former(office: Office, tmp_path: Path, first: float, second: float) -> None:
    cells = {0.0005: (200, 160), 0.0001: (1000, 800)}
    await bring(
        office, files.geotiff(tmp_path / "a.tif", ground=files.slope, cell=first, size=cells[first]), source="甲"
    )
    width, height_ = cells[second]
    path = files.geotiff(
        tmp_path / "b.tif", ground=raised, cell=second, size=(width // 4, height_ // 4), at=(99.03, 23.98)
    )
    await bring(office, path, source="乙")
    # 99.03 to 99.055 east, 23.96 to 23.98 north is the second's.
    inside, outside, beside = (99.04, 23.97), (99.08, 23.94), (99.0565, 23.97)
    assert await metres(office, *inside) == pytest.approx(truth(raised, *inside), abs=0.2)
    assert await metres(office, *outside) == pytest.approx(truth(files.slope, *outside), abs=0.2)
    assert await metres(office, *beside) == pytest.approx(truth(files.slope, *beside), abs=0.5)
    found = await height(office, *inside)
    assert found is not None
    assert found.part.about.source == "乙"
    # Coarser tiles show the later one too.
    coarse = {tile: ground(row) for tile, row in (await tiles(office, 9)).items()}
    assert any((one.origins == 2).any() for one in coarse.values())


async def test_alone_takes_the_place_of_all(office: Office, tmp_path: Path) -> None:
    await bring(office, files.geotiff(tmp_path / "a.tif"))
    await bring(office, files.geotiff(tmp_path / "b.tif", ground=raised, size=(100, 100)), alone=True)
    assert await metres(office, 99.12, 23.9) is None
    assert [part.id for part in (await shown(office)).parts] == [2]


async def test_going_back_and_removing(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        await roll_back(office.realm, OFFICER)
    assert refused.value.code == "not_found"
    await bring(office, files.geotiff(tmp_path / "a.tif", ground=files.slope))
    await bring(office, files.geotiff(tmp_path / "b.tif", ground=raised))
    at = (99.07, 23.95)
    assert await metres(office, *at) == pytest.approx(truth(raised, *at), abs=0.2)
    keys = {(await shown(office)).key}
    assert await roll_back(office.realm, OFFICER) == 1
    assert await metres(office, *at) == pytest.approx(truth(files.slope, *at), abs=0.2)
    with pytest.raises(Refused) as refused:
        await roll_back(office.realm, OFFICER)
    assert refused.value.code == "no_such_version"
    assert await roll_back(office.realm, OFFICER, 2) == 2
    await remove(office.realm, OFFICER)
    async with office.realm.pool.connection() as conn:
        assert await read_elevation(conn) is None
        assert await versions(conn) == []
        rows = await (
            await conn.execute("SELECT what FROM gis.layer_change WHERE layer = 'elevation' ORDER BY id")
        ).fetchall()
        assert await (await conn.execute("SELECT 1 FROM gis.elevation_tile")).fetchone() is None
    assert [row[0] for row in rows] == ["imported", "imported", "rolled_back", "rolled_back", "removed"]
    # A number once given is never given again: what browsers keep under it would be wrong.
    assert (await bring(office, files.geotiff(tmp_path / "a.tif"))).version == 3
    assert (await shown(office)).key not in keys


async def test_old_versions_go_but_not_what_the_shown_one_lies_over(office: Office, tmp_path: Path) -> None:
    small = (40, 40)
    await bring(office, files.geotiff(tmp_path / "0.tif", size=small))
    for number in range(1, 4):
        await bring(office, files.geotiff(tmp_path / f"{number}.tif", size=small, at=(99.0 + number * 0.02, 24.0)))
    assert [part.id for part in (await shown(office)).parts] == [4, 3, 2, 1]
    for _ in range(4):
        await bring(office, files.geotiff(tmp_path / "again.tif", size=small, ground=raised), alone=True)
    async with office.realm.pool.connection() as conn:
        assert [row["version"] for row in await versions(conn)] == [8, 7, 6]


async def test_nothing_is_left_of_an_import_that_is_refused_at_its_end(office: Office, tmp_path: Path) -> None:
    def spike(values: Any) -> None:
        values[3, 5] = 40_000  # one cell of 4 million: a preview may overlook it, the import does not

    path = files.geotiff(tmp_path / "spike.tif", size=(2000, 2000), cell=0.0001, change=spike)
    with pytest.raises(Refused) as refused:
        await bring(office, path)
    assert (refused.value.code, refused.value.field, refused.value.facts["question"]) == (
        "heights_left_out",
        "leave_out",
        True,
    )
    async with office.realm.pool.connection() as conn:
        assert await read_elevation(conn) is None
        assert await (await conn.execute("SELECT count(*) FROM gis.elevation_tile")).fetchone() == (0,)
    made = await bring(office, path, leave_out=True)
    assert made.report["left_out"] in (1, 2)  # where two tiles meet a cell is read twice
    assert await metres(office, 99.1, 23.9) is not None
    assert any(told.get("done") for told in office.heard)


async def test_a_sealed_copy_has_the_heights_and_takes_more(
    office: Office, services: Services, region_template: str, tmp_path: Path
) -> None:
    await bring(office, files.geotiff(tmp_path / "a.tif"))
    await bring(office, files.geotiff(tmp_path / "b.tif", at=(99.15, 24.0)))
    name = f"g_{uuid.uuid4().hex[:12]}"
    target = await clone(services, region_template, name)
    try:
        await migrate(target)
        wanted = [table for table in REFERENCE_TABLES if "elevation" in table]
        async with owner_connection(office.realm.database_url) as live, owner_connection(target) as sealed:
            await copy_tables(live, sealed, wanted)
            await sealed.commit()
            elevation = await read_elevation(sealed)
            assert elevation is not None
            found = await height_at(sealed, elevation, 99.2, 23.95)
            assert found is not None
            assert found.metres == pytest.approx(truth(files.hills, 99.2, 23.95), abs=0.5)
            tile = tile_of(99.2, 23.95, elevation.zoom)
            assert await read_tile(sealed, elevation.lineage, tile) is not None
    finally:
        await drop(services, name)


def test_tiles_are_the_grid_of_the_map() -> None:
    assert tile_of(99.0, 24.0, 0) == Tile(0, 0, 0)
    assert tile_of(99.0, 24.0, 11) == Tile(11, 1587, 883)
    assert Tile(11, 1587, 883).ancestor(10) == Tile(10, 793, 441)
    assert TILE_PX == 512
