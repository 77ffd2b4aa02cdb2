"""What was imported comes out again as it was, in each format; what a format cannot hold is said."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely

from gis.catalogue_store import read_city_layer
from gis.exchange.export import Form, Made, export_built_in, export_city_layer, form_of
from spine.errors import Refused
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import Office, described, office

__all__ = ["office"]
_gpd: Any = geopandas
_pandas: Any = pandas


async def _export(office: Office, form: Form, target: Path, **more: Any) -> Made:
    async with office.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, "schools")
        assert layer is not None
        return await export_city_layer(conn, layer, form, target, office.folder, **more)


@pytest.fixture
async def filled(office: Office, tmp_path: Path) -> Office:
    columns: dict[str, Any] = {
        "学校名称全称": list(files.NAMES),
        "床位": _pandas.array([1, 2, None, 4], dtype="Int64"),
        "面积": [1.5, None, 2.5, 3.0],
        "开放": [True, False, True, True],
        "备注": ["=1+1", None, "字" * 120, "a,b"],
        "建成": [date(2001, 2, 3), None, date(2011, 12, 13), date(2020, 1, 1)],
    }
    data = files.frame(files.points(), **columns)
    await office.bring(files.geopackage(tmp_path / "schools.gpkg", {"schools": data}))
    return office


async def test_geopackage_holds_everything(filled: Office, tmp_path: Path) -> None:
    made = await _export(filled, "gpkg", tmp_path / "out.gpkg")
    back = _gpd.read_file(made.path)
    assert made.features == 4
    assert back.crs.to_epsg() == 4326
    assert list(back["学校名称全称"]) == list(files.NAMES)
    assert back["床位"].isna().tolist() == [False, False, True, False]
    assert back["面积"].fillna(-1).tolist() == [1.5, -1, 2.5, 3.0]
    assert back["备注"][2] == "字" * 120
    assert str(back["建成"][0])[:10] == "2001-02-03"
    assert back.geometry.iloc[1].equals_exact(shapely.Point(99.11, 23.405), 1e-9)


async def test_a_moment_comes_back_as_the_same_moment(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    moments = _pandas.Series(_pandas.to_datetime(["2026-03-01 10:12:00", None]))
    files.geopackage(path, {"a": files.frame(files.points(2), 时间=moments)})  # type: ignore[arg-type]
    made = await office.bring(path)
    before = [row["时间"] for row in await office.features(made.version)]
    assert before[0].isoformat() == "2026-03-01T02:12:00+00:00"  # no zone: Beijing time
    out = await _export(office, "gpkg", tmp_path / "out.gpkg")
    again = await office.bring(out.path, described("again"))
    assert [row["时间"] for row in await office.features(again.version)] == before


async def test_a_shapefile_says_what_it_cannot_hold(filled: Office, tmp_path: Path) -> None:
    made = await _export(filled, "shp", tmp_path / "out.zip", encoding="GBK")
    with zipfile.ZipFile(made.path) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".csv"}
        fields = archive.read("fields.csv").decode("utf-8-sig")
    assert "学校名称全,学校名称全称" in fields
    assert len(made.notes) == 1
    again = await filled.bring(made.path, described("again"))
    rows = await filled.features(again.version)
    assert [row["学校名称全"] for row in rows] == list(files.NAMES)
    assert [row["床位"] for row in rows] == [1, 2, None, 4]
    assert rows[2]["备注"] == "字" * 120


async def test_a_table_has_no_formulas(filled: Office, tmp_path: Path) -> None:
    made = await _export(filled, "csv", tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO(made.path.read_bytes().decode("utf-8-sig"))))
    assert [row["备注"] for row in rows][:2] == ["'=1+1", ""]
    assert (rows[1]["lon"], rows[1]["lat"], rows[1]["床位"]) == ("99.11", "23.405", "2")
    assert len(made.notes) == 1


async def test_geojson_says_where_it_is_from(filled: Office, tmp_path: Path) -> None:
    made = await _export(filled, "geojson", tmp_path / "out.geojson")
    document = json.loads(made.path.read_text("utf-8"))
    assert (document["source"], document["licence"]) == ("市教体局 2026 年普查", "政务内部使用")
    assert document["features"][3]["properties"]["床位"] == 4
    assert document["features"][0]["properties"]["建成"] == "2001-02-03"


async def test_mixed_shapes_do_not_fit_a_shapefile(office: Office, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[99, 23], [99.1, 23.1]]}
    await office.bring(files.geojson(tmp_path / "a.geojson", [{"type": "Point", "coordinates": [99, 23]}, line]))
    with pytest.raises(Refused) as refused:
        await _export(office, "shp", tmp_path / "out.zip")
    assert refused.value.code == "export_mixed"
    assert not (tmp_path / "out.zip").exists()
    assert (await _export(office, "gpkg", tmp_path / "out.gpkg")).features == 2


async def test_text_that_gbk_lacks_is_refused(office: Office, tmp_path: Path) -> None:
    data = files.frame(files.points(1), name=["😀"])
    await office.bring(files.geopackage(tmp_path / "a.gpkg", {"a": data}))
    with pytest.raises(Refused) as refused:
        await _export(office, "shp", tmp_path / "out.zip", encoding="BIG5")
    assert refused.value.code == "export_encoding"


@pytest.mark.parametrize("name", ["roads", "facilities", "counties"])
async def test_built_in_layers_come_out_too(office: Office, tmp_path: Path, name: str) -> None:
    async with office.realm.pool.connection() as conn:
        made = await export_built_in(conn, name, "gpkg", tmp_path / "out.gpkg", office.folder)
    assert made is not None
    back = _gpd.read_file(made.path)
    assert len(back) == made.features > 0
    assert "mark" in back.columns


def test_the_format_is_told_by_the_ending() -> None:
    assert [form_of(name) for name in ("a.gpkg", "a.zip", "b.json", "c.CSV", "shp")] == [
        "gpkg",
        "shp",
        "geojson",
        "csv",
        "shp",
    ]
    with pytest.raises(Refused):
        form_of("a.dxf")
