"""Files as offices send them: odd, half-right, made by old programs. Either they come in whole, or they are asked about with reason."""

import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from spine.errors import Refused
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import Office, office

__all__ = ["office"]

_MARK = (
    "<Placemark>{}<ExtendedData><Data name='床位'><value>12</value></Data><Data name='名称'><value>甲</value></Data>"
    "</ExtendedData><Point><coordinates>{}</coordinates></Point></Placemark>"
)


def _kml(body: str, encoding: str = "UTF-8", head: str = "") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}'
    )
    return f"{text}</Document></kml>".encode(encoding)


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def _code(office: Office, path: Path, **options: Any) -> str:
    """Of the refusal; looking and importing must say the same, and nothing is left behind."""
    with pytest.raises(Refused) as looked:
        await office.look(path, **options)
    with pytest.raises(Refused) as refused:
        await office.bring(path, **options)
    assert looked.value.code == refused.value.code
    assert await office.tables() == []
    assert list(office.folder.iterdir()) == []
    assert "fengsui-" not in refused.value.en
    return refused.value.code


async def test_a_table_with_one_name_twice(office: Office, tmp_path: Path) -> None:
    parts = _members(files.shapefile(tmp_path, files.frame(files.points(2), AAA=[1, 2], BBB=[3, 4])))
    parts = {name: content.replace(b"BBB\0", b"AAA\0") for name, content in parts.items()}
    made = await office.bring(files.zipped(tmp_path / "twice.zip", parts))
    assert [(row["AAA"], row["AAA_2"]) for row in await office.features(made.version)] == [(1, 3), (2, 4)]


async def test_parts_of_two_shapefiles(office: Office, tmp_path: Path) -> None:
    """GDAL reads as many as the shorter has, and says nothing."""
    parts = _members(files.shapefile(tmp_path, files.frame(files.points(30)), name="many"))
    few = _members(files.shapefile(tmp_path, files.frame(files.points(5)), name="few"))
    parts["many.dbf"] = few["few.dbf"]
    assert await _code(office, files.zipped(tmp_path / "a.zip", parts)) == "shapefile_parts_disagree"


async def test_names_that_differ_in_their_case(office: Office, tmp_path: Path) -> None:
    parts = _members(files.shapefile(tmp_path, files.frame(files.points(3))))
    mixed = {name.capitalize() if name.endswith(".dbf") else name.upper(): told for name, told in parts.items()}
    assert (await office.look(files.zipped(tmp_path / "a.zip", mixed)))["kept"] == 3


async def test_a_prj_that_is_none_is_asked_about(office: Office, tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points(3)), replace={".prj": b'GEOGCS["WGS'})
    assert await _code(office, path) == "crs_missing"
    assert (await office.look(path, crs="EPSG:4326"))["kept"] == 3


@pytest.mark.parametrize(("cpg", "code"), [(b"ISO-8859-1", "encoding_lies"), (b"OEM", ""), (b"\xff\xfe", "")])
async def test_a_cpg_that_lies_or_says_nothing(office: Office, tmp_path: Path, cpg: bytes, code: str) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points(4)), replace={".cpg": cpg})
    if code:
        assert await _code(office, path) == code
    else:
        found = await office.look(path)
        assert found["sample"]["features"][0]["properties"]["名称"] == "第一小学"


async def test_a_zip_of_zips_says_so(office: Office, tmp_path: Path) -> None:
    path = files.zipped(tmp_path / "a.zip", {"inner.zip": b"PK\x05\x06" + bytes(18)})
    assert await _code(office, path) == "zip_holds_zips"


async def test_kml_keeps_chinese_names_of_untyped_data(office: Office, tmp_path: Path) -> None:
    """GDAL makes `______` of both names, and loses one."""
    for encoding in ("UTF-8", "GBK"):
        path = tmp_path / f"{encoding}.kml"
        path.write_bytes(_kml(_MARK.format("<name>点</name>", "99.1,23.5"), encoding))
        found = await office.look(path)
        told = found["sample"]["features"][0]["properties"]
        assert (told["Name"], told["床位"], told["名称"]) == ("点", "12", "甲")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_kml(_MARK.format("", "abc")), "kml_coordinates"),
        (_kml(_MARK.format("", "99.1,23.5"), head='<!DOCTYPE kml [<!ENTITY a "b">]>'), "kml_dtd"),
        (_kml("<NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link></NetworkLink>"), "no_features"),
    ],
)
async def test_kml_that_is_refused(office: Office, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(content)
    assert await _code(office, path) == code


async def test_a_view_that_never_ends(office: Office, tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", {"a": files.frame(files.points(2))})
    conn = sqlite3.connect(path)
    conn.execute(
        "CREATE VIEW v AS WITH RECURSIVE t (fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM t) SELECT fid, NULL AS geom FROM t"
    )
    conn.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)"
    )
    conn.execute("INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POINT', 4326, 0, 0)")
    conn.commit()
    conn.close()
    with pytest.raises(Refused) as refused:
        await office.look(path, layer="v")
    assert refused.value.code == "view_endless"


async def test_a_day_that_does_not_exist(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1,"d":"2026-02-31"},'
        '"geometry":{"type":"Point","coordinates":[99.1,23.5]}}]}'
    )
    assert await _code(office, path) == "date_impossible"
    assert (await office.bring(path, drop=frozenset({"d"}))).report["kept"] == 1
    table = tmp_path / "b.csv"
    table.write_text("名称,经度,纬度,日期\n甲,99.1,23.5,2026-02-31\n", "utf-8")
    assert (await office.look(table))["attributes"][1]["type"] == "text"


async def test_a_geojson_in_gbk_or_in_an_unknown_system(office: Office, tmp_path: Path) -> None:
    feature = '{"type":"Feature","properties":{"名称":"小学"},"geometry":{"type":"Point","coordinates":[99.1,23.5]}}'
    path = tmp_path / "gbk.geojson"
    path.write_bytes(f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode("gbk"))
    assert await _code(office, path) == "encoding_lies"
    found = await office.look(path, encoding="GBK")
    assert found["sample"]["features"][0]["properties"] == {"名称": "小学"}
    path = tmp_path / "crs.geojson"
    crs = '"crs":{"type":"name","properties":{"name":"city grid"}}'
    path.write_text(f'{{"type":"FeatureCollection",{crs},"features":[{feature}]}}', "utf-8")
    assert await _code(office, path) == "crs_unknown"


async def test_tables_as_offices_write_them(office: Office, tmp_path: Path) -> None:
    cases = {
        "decimal comma": "名称;经度;纬度\n甲;99,1;23,5\n",
        "a title above": "某县避难场所台账,,\n\n名称,经度,纬度\n甲,99.1,23.5\n,,\n",
        "full width": "名称,经度,纬度\n甲,９９．１,２３．５\n",
        "signs": "名称,经度,纬度\n甲,99°6′0″,23度30分\n",
    }
    path = tmp_path / "a.csv"
    for what, text in cases.items():
        path.write_text(text, "utf-8")
        found = await office.look(path)
        assert (found["kept"], found["left_out"]) == (1, 0), what
        assert found["extent"] == pytest.approx([99.1, 23.5, 99.1, 23.5]), what
    path.write_text(cases["full width"], "utf-16")
    assert (await office.look(path))["kept"] == 1
    path.write_text("名称,经度,纬度\n甲,99°76′,23.5\n", "utf-8")
    assert await _code_of_import(office, path) == "nothing_left"
    path.write_text('名称,经度,纬度\n"甲,99.1,23.5\n' + "乙,99.1,23.5\n" * 200, "utf-8")
    assert await _code(office, path) == "csv_broken"


async def _code_of_import(office: Office, path: Path) -> str:
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    return refused.value.code


async def test_attributes_are_read_as_the_types_that_are_chosen(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '名称,经度,纬度,人口,开放,建成,编号\n甲,99.1,23.5,"1,234",是,2026年3月1日,7\n乙,99.2,23.5,不详,否,20251231,8\n',
        "utf-8",
    )
    types = {"人口": "integer", "开放": "boolean", "建成": "date", "编号": "text"}
    found = await office.look(path, types=types)
    assert {one["name"]: one["type"] for one in found["attributes"]} == {"名称": "text", **types}
    made = await office.bring(path, types=types)
    rows = await office.features(made.version)
    assert [(r["人口"], r["开放"], str(r["建成"]), r["编号"]) for r in rows] == [
        (1234, True, "2026-03-01", "7"),
        (None, False, "2025-12-31", "8"),
    ]
    report: Any = made.report
    (problem,) = [one for one in report["problems"] if one["code"] == "value_not_fitting"]
    assert (problem["count"], problem["examples"][0]["feature"]) == (1, 2)
    for wrong, code in (({"人口": "money"}, "attribute_type"), ({"没有": "text"}, "attribute_unknown")):
        with pytest.raises(Refused) as refused:
            await office.look(path, types=wrong)
        assert refused.value.code == code
