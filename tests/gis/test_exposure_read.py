"""A city's own points: read as they are, put to their townships, and refused with the row and column where they cannot be."""

from datetime import date
from pathlib import Path
from typing import Any, cast

import geopandas
import pytest
import shapely

from gis.exposure.current import CurrentExposure
from gis.exposure.load import SetFacts, replace_exposure, seed_exposure
from gis.exposure.read import Columns, read_points
from gis.exposure.store import read_townships
from spine.db import Connection
from spine.errors import Refused

COLUMNS = Columns("day", "night", None)
WEST, EAST = shapely.box(99.0, 23.0, 99.5, 24.0), shapely.box(99.5, 23.0, 100.0, 24.0)
GOOD = "lon,lat,day,night\n99.2,23.5,3,5.5\n99.5,23.5,1,2\n99.9,23.5,0,7\n101,23.5,4,4\n"


def write(folder: Path, text: str, name: str = "p.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_points_belong_to_the_township_that_holds_them(tmp_path: Path) -> None:
    points = read_points(write(tmp_path, GOOD), COLUMNS, [WEST, EAST])
    assert points.township.tolist() == [0, 0, 1, 2]
    assert points.people_night.tolist() == [5.5, 2, 7, 4]


def test_a_layer_in_another_system_is_converted(tmp_path: Path) -> None:
    frame: Any = geopandas.GeoDataFrame(
        {"day": [3], "night": [5]}, geometry=[shapely.Point(99.2, 23.5)], crs=4326
    ).to_crs(4547)
    frame.to_file(tmp_path / "p.gpkg", driver="GPKG")
    points = read_points(tmp_path / "p.gpkg", COLUMNS, [WEST, EAST])
    assert (float(points.lon[0]), float(points.lat[0])) == pytest.approx((99.2, 23.5), abs=1e-6)
    assert points.township.tolist() == [0]


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("lon,lat,day\n99,23,1\n", "no_column", "night"),
        ("lon,lat,day,night\n", "no_points", "file"),
        ("lon,lat,day,night\n99,23,1,2\n99,23,-1,2\n", "bad_number", "day"),
        ("lon,lat,day,night\n99,23,1,\n", "bad_number", "night"),
        ("lon,lat,day,night\n99,23,1,many\n", "bad_number", "night"),
        ("lon,lat,day,night\n,23,1,2\n", "bad_number", "lon"),
        ("lon,lat,day,night\n23.5,99.2,1,2\n", "coordinates_swapped", "row 1"),
        ("lon,lat,day,night\n99,23,1,2\n300,23.5,1,2\n", "coordinates_impossible", "row 2.lon"),
        ("", "not_a_layer", "file"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, text: str, code: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        read_points(write(tmp_path, text), COLUMNS, [WEST])
    assert (caught.value.code, caught.value.field) == (code, field)


def test_files_that_are_no_points(tmp_path: Path) -> None:
    found: list[str] = []
    area: Any = geopandas.GeoDataFrame({"day": [1], "night": [1]}, geometry=[WEST], crs=4326)
    area.to_file(tmp_path / "area.gpkg", driver="GPKG")
    nowhere: Any = geopandas.GeoDataFrame({"day": [1], "night": [1]}, geometry=[shapely.Point(99, 23)])
    nowhere.to_file(tmp_path / "nowhere.shp")
    write(tmp_path, "not a map", "bad.gpkg")
    for name in ("missing.csv", "bad.gpkg", "area.gpkg", "nowhere.shp"):
        with pytest.raises(Refused) as caught:
            read_points(tmp_path / name, COLUMNS, [WEST])
        found.append(caught.value.code)
    assert found == ["no_file", "not_a_layer", "not_points", "crs_unknown"]


async def test_the_citys_points_take_the_place_of_the_synthetic_ones(conn: Connection, tmp_path: Path) -> None:
    await seed_exposure(conn, points=4000, seed=1)
    townships = await read_townships(conn)
    text = "lon,lat,day,night\n99.0817,23.5568,3,5.5\n99.0820,23.5570,1,2\n103.0,26.0,4,4\n"
    points = read_points(write(tmp_path, text), COLUMNS, [row.shape for row in townships])
    facts = SetFacts("file", "人口", "People", "统计局", "Statistics bureau", date(2026, 1, 1), False, False)
    await replace_exposure(conn, facts, [row.code for row in townships], points)
    held = await CurrentExposure().get(conn)
    assert held.set is not None
    assert held.points is not None
    assert (held.set.synthetic, held.set.buildings, held.set.people_night) == (False, None, 12)
    (everywhere,) = held.points.each([shapely.box(98, 22, 104, 27)])
    by_code = {row.code: float(everywhere.people_night[index]) for index, row in enumerate(townships)}
    assert by_code["530926103"] == 7.5
    assert float(everywhere.people_night[-1]) == 4.0
    rows = await (await conn.execute("SELECT township FROM gis.exposure_point ORDER BY lon")).fetchall()
    assert cast(Any, rows)[-1] == ("",)
