"""A city's own files become layers of the map: every format, every question, and what the import says it did."""

import sqlite3
import uuid
import zipfile
from pathlib import Path

import pytest
import shapely
from shapely.affinity import translate

from gis.catalogue_store import read_city_layer, read_city_layers, versions_of
from gis.crs import Origin, from_wgs84
from gis.exchange.build import remove_layer, roll_back
from gis.exchange.copy import copy_city_layers
from spine.db import owner_connection
from spine.errors import Refused
from spine.migrate import migrate
from spine.private_services import Services
from tests.conftest import clone, drop
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import OFFICER, Office, described, office

__all__ = ["office"]


async def test_a_shapefile_in_gbk_keeps_its_chinese(office: Office, tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points()))
    made = await office.bring(path, described(label="名称"))
    rows = await office.features(made.version)
    assert [row["名称"] for row in rows] == list(files.NAMES)
    assert [row["床位"] for row in rows] == [0, 1, 2, 3]
    assert rows[1]["text"] == "POINT(99.11 23.405)"
    assert rows[0]["srid"] == 3857
    async with office.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, "schools")
    assert layer is not None
    assert (layer.number, layer.features, layer.geometries) == (1, 4, {"Point": 4})
    assert layer.extent == pytest.approx((99.1, 23.4, 99.13, 23.415))
    assert layer.zooms[-1] == 4
    assert [(a["name"], a["type"]) for a in layer.attributes] == [("名称", "text"), ("床位", "integer")]
    assert layer.description.source == "市教体局 2026 年普查"


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
async def test_without_a_cpg_the_content_tells_the_encoding(office: Office, tmp_path: Path, encoding: str) -> None:
    data = files.frame(files.points())
    path = files.shapefile(tmp_path, data, encoding=encoding, leave_out=(".cpg",))
    with zipfile.ZipFile(path) as archive:
        content = {member: archive.read(member) for member in archive.namelist()}
    table = bytearray(content["layer.dbf"])
    table[29] = 0  # nor the language driver
    path = files.zipped(tmp_path / "again.zip", content | {"layer.dbf": bytes(table)})
    made = await office.bring(path)
    assert [row["名称"] for row in await office.features(made.version)] == list(files.NAMES)
    assert "encoding_guessed" in _codes(made.report)


@pytest.mark.parametrize(("written", "claimed"), [("GBK", b"UTF-8"), ("UTF-8", b"GBK")])
async def test_an_encoding_that_lies_is_questioned(
    office: Office, tmp_path: Path, written: str, claimed: bytes
) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points()), encoding=written, replace={".cpg": claimed})
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert refused.value.code == "encoding_lies"
    assert refused.value.facts["question"] is True
    assert await office.tables() == []
    made = await office.bring(path, encoding=written)
    assert (await office.features(made.version))[0]["名称"] == "第一小学"


async def test_without_a_prj_the_coordinate_system_is_asked_for(office: Office, tmp_path: Path) -> None:
    data = files.frame(files.points()).to_crs("EPSG:4544")  # CGCS2000, 3 degrees, 105 E
    path = files.shapefile(tmp_path, data, leave_out=(".prj",))
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert refused.value.code == "crs_missing"
    with pytest.raises(Refused) as refused:
        await office.bring(path, crs="EPSG:4326")
    assert refused.value.code == "crs_doubtful"
    with pytest.raises(Refused) as refused:
        await office.bring(path, crs="EPSG:999999")
    assert refused.value.code == "crs_unknown"
    made = await office.bring(path, crs="EPSG:4544")
    assert (await office.features(made.version))[2]["text"] == "POINT(99.12 23.41)"
    assert str(made.report["crs"]).startswith("EPSG:4544")


@pytest.mark.parametrize("part", [".shx", ".dbf"])
async def test_a_shapefile_without_a_part_is_refused(office: Office, tmp_path: Path, part: str) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points()), leave_out=(part,))
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert (refused.value.code, refused.value.facts["missing"]) == ("shapefile_parts_missing", [part])


async def test_a_geopackage_with_two_layers_is_asked_about(office: Office, tmp_path: Path) -> None:
    path = files.geopackage(
        tmp_path / "city.gpkg", {"学校": files.frame(files.points(3)), "医院": files.frame(files.points(2))}
    )
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert (refused.value.code, refused.value.facts["choices"]) == ("layer_choice", ["学校", "医院"])
    made = await office.bring(path, layer="医院")
    assert len(await office.features(made.version)) == 2


async def test_geometries_of_two_systems_in_one_layer_are_refused(office: Office, tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "mixed.gpkg", {"mixed": files.frame(files.points(3))})
    conn = sqlite3.connect(path)
    row, blob = conn.execute("SELECT fid, geom FROM mixed LIMIT 1").fetchone()
    for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f'DROP TRIGGER "{trigger}"')
    other = blob[:4] + (4547).to_bytes(4, "little" if blob[3] & 1 else "big") + blob[8:]
    conn.execute("UPDATE mixed SET geom = ? WHERE fid = ?", (other, row))
    conn.commit()
    conn.close()
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert (refused.value.code, refused.value.facts["srids"]) == ("mixed_srids", [4326, 4547])


async def test_kml_and_kmz(office: Office, tmp_path: Path) -> None:
    document = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <NetworkLink><Link><href>http://192.0.2.1/other.kml</href></Link></NetworkLink>
    <Folder><name>点</name>
    <Placemark><name>观察哨</name><Point><coordinates>99.2,23.5,800</coordinates></Point></Placemark>
    <Placemark><name>堤段</name><LineString><coordinates>99.2,23.5 99.21,23.51</coordinates></LineString></Placemark>
    </Folder></Document></kml>"""
    plain = tmp_path / "posts.kml"
    plain.write_text(document, "utf-8")
    packed = files.zipped(tmp_path / "posts.kmz", {"doc.kml": document.encode()})
    for path in (plain, packed):
        made = await office.bring(path, described("posts"))
        rows = await office.features(made.version)
        assert [row["Name"] for row in rows] == ["观察哨", "堤段"]
        assert rows[0]["text"] == "POINT(99.2 23.5)"
        assert {"external_links", "has_height"} <= _codes(made.report)


async def test_kml_with_entities_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "bomb.kml"
    path.write_text('<!DOCTYPE k [<!ENTITY a "b">]><kml><Placemark><name>&a;</name></Placemark></kml>')
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert refused.value.code == "kml_dtd"


@pytest.mark.parametrize("origin", [Origin.GCJ02, Origin.BD09])
async def test_a_table_of_a_map_service_is_moved_back_and_says_so(
    office: Office, tmp_path: Path, origin: Origin
) -> None:
    lon, lat = from_wgs84(99.2, 23.5, origin)
    path = tmp_path / "shelters.csv"
    path.write_bytes(f"编号,名称,经度,纬度,容量\n007,体育场,{lon},{lat},1200\n008,广场,{lon},{lat},\n".encode("gbk"))
    made = await office.bring(path, described("shelters"), origin=origin)
    rows = await office.features(made.version)
    assert shapely.from_wkt(str(rows[0]["text"])).distance(shapely.Point(99.2, 23.5)) < 2e-6
    assert [row["编号"] for row in rows] == ["007", "008"]
    assert [row["容量"] for row in rows] == [1200, None]
    assert made.report["origin"] == origin
    async with office.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, "shelters")
    assert layer is not None
    assert layer.origin == origin


async def test_a_table_asks_which_columns_hold_the_place(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称;东向;北向\n甲;99.2;23.5\n乙;99°12′36″E;23°30′\n", "utf-8")
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert (refused.value.code, refused.value.facts["choices"]) == ("csv_columns", ["名称", "东向", "北向"])
    made = await office.bring(path, lon="东向", lat="北向")
    assert [row["text"] for row in await office.features(made.version)] == ["POINT(99.2 23.5)", "POINT(99.21 23.5)"]


async def test_exchanged_columns_are_questioned(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,23.5,99.2\nb,23.6,99.3\n", "utf-8")
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert refused.value.code == "axes_swapped"
    made = await office.bring(path, swap=True)
    assert (await office.features(made.version))[0]["text"] == "POINT(99.2 23.5)"


async def test_what_cannot_be_placed_is_left_out_only_when_that_is_agreed_to(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,99.2,23.5\nb,,\nc,NaN,23\nd,99.3,123\ne,99.4,23.4,extra\n", "utf-8")
    with pytest.raises(Refused) as refused:
        await office.bring(path)
    assert refused.value.code == "features_left_out"
    assert await office.tables() == []
    made = await office.bring(path, leave_out=True)
    assert [row["name"] for row in await office.features(made.version)] == ["a"]
    found = {row["code"]: row for row in made.report["problems"]}  # type: ignore[index,union-attr,call-overload]
    assert {"not_a_number", "not_finite", "out_of_range", "too_short_row"} <= found.keys()
    assert found["not_a_number"]["examples"][0]["feature"] == 2  # type: ignore[index]


async def test_attributes_are_renamed_and_dropped(office: Office, tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", [{"type": "Point", "coordinates": [99.2, 23.5]}])
    made = await office.bring(path, rename={"name": "名称 (全称)"}, drop=frozenset({"n"}))
    (row,) = await office.features(made.version)
    assert row["名称_全称"] == "f1"
    assert "n" not in row
    with pytest.raises(Refused) as refused:
        await office.bring(path, rename={"nam": "x"})
    assert refused.value.code == "attribute_unknown"


async def test_a_bow_tie_is_repaired_and_reported(office: Office, tmp_path: Path) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[99, 23], [99.1, 23.1], [99.1, 23], [99, 23.1], [99, 23]]]}
    good = {"type": "Polygon", "coordinates": [[[99, 24], [99.1, 24], [99.1, 24.1], [99, 24]]]}
    made = await office.bring(files.geojson(tmp_path / "a.geojson", [good, bow_tie]))
    rows = await office.features(made.version)
    assert all(shapely.from_wkt(str(row["text"])).is_valid for row in rows)
    (problem,) = [row for row in made.report["problems"] if row["code"] == "crosses_itself"]  # type: ignore[index,union-attr,call-overload]
    assert (problem["count"], problem["weight"]) == (1, "repaired")  # type: ignore[index]
    assert problem["examples"] == [{"feature": 2, "say": "Self-intersection", "at": [99.05, 23.05]}]  # type: ignore[index]


async def test_a_new_version_takes_the_place_of_the_old_and_can_be_taken_back(office: Office, tmp_path: Path) -> None:
    made = [
        await office.bring(
            files.geojson(tmp_path / f"{n}.geojson", [{"type": "Point", "coordinates": [99 + n / 10, 23]}] * n)
        )
        for n in range(1, 6)
    ]
    assert [one.number for one in made] == [1, 2, 3, 4, 5]
    async with office.realm.pool.connection() as conn:
        assert [row["number"] for row in await versions_of(conn, "schools")] == [5, 4, 3]
    assert await office.tables() == [f"v{one.version}" for one in made[2:]]
    assert await roll_back(office.realm, "schools", OFFICER) == 4
    async with office.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, "schools")
    assert layer is not None
    assert (layer.number, layer.features, layer.version) == (4, 4, made[3].version)
    assert await roll_back(office.realm, "schools", OFFICER, to=5) == 5
    with pytest.raises(Refused) as refused:
        await roll_back(office.realm, "schools", OFFICER, to=1)
    assert refused.value.code == "no_such_version"
    await remove_layer(office.realm, "schools", OFFICER)
    assert await office.tables() == []
    async with office.realm.pool.connection() as conn:
        assert await read_city_layers(conn) == []


async def test_a_refused_file_leaves_the_old_version_as_it_was(office: Office, tmp_path: Path) -> None:
    made = await office.bring(files.shapefile(tmp_path, files.frame(files.points())))
    bad = files.geojson(tmp_path / "b.geojson", [{"type": "Point", "coordinates": [99.2, 23.5]}, None])
    with pytest.raises(Refused):
        await office.bring(bad, described(title_zh="别的"))
    async with office.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, "schools")
    assert layer is not None
    assert (layer.version, layer.description.title_zh) == (made.version, "学校")
    assert await office.tables() == [f"v{made.version}"]


async def test_the_name_of_a_built_in_layer_is_taken(office: Office, tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", [{"type": "Point", "coordinates": [99.2, 23.5]}])
    with pytest.raises(Refused) as refused:
        await office.bring(path, described("roads"))
    assert refused.value.code == "layer_name_taken"


async def test_progress_is_told(office: Office, tmp_path: Path) -> None:
    await office.bring(files.shapefile(tmp_path, files.frame(files.points(25_000))))
    steps = [(told["done"], told["total"]) for told in office.heard if "done" in told]
    assert steps[:3] == [(10_000, 25_000), (20_000, 25_000), (25_000, 25_000)]


async def test_a_layer_far_from_the_city_is_remarked_upon(office: Office, tmp_path: Path) -> None:
    shapes = [translate(point, 20, 5) for point in files.points()]
    made = await office.bring(files.shapefile(tmp_path, files.frame(shapes)))
    assert "far_from_city" in _codes(made.report)


async def test_a_preview_shows_features_and_what_would_be_said(office: Office, tmp_path: Path) -> None:
    found = await office.look(files.shapefile(tmp_path, files.frame(files.points(30))))
    assert (found["format"], found["encoding"], found["total"]) == ("shapefile", "gb18030", 30)
    assert len(found["sample"]["features"]) == 20
    assert found["sample"]["features"][1]["properties"] == {"名称": "县人民医院", "床位": 1}
    assert await office.tables() == []


def _codes(report: object) -> set[str]:
    return {str(row["code"]) for row in report["problems"]}  # type: ignore[index]


async def test_a_sealed_copy_has_the_layers_that_are_shown(
    office: Office, services: Services, template: str, tmp_path: Path
) -> None:
    for count in (3, 4):
        await office.bring(files.shapefile(tmp_path, files.frame(files.points(count)), name=f"a{count}"))
    name = f"sealed_{uuid.uuid4().hex[:10]}"
    url = await clone(services, template, name)
    try:
        async with owner_connection(office.realm.database_url) as live, owner_connection(url) as sealed:
            assert await copy_city_layers(live, sealed) == 1 + 1 + 4
            await sealed.commit()
        async with owner_connection(url) as conn:
            layer = await read_city_layer(conn, "schools")
            assert layer is not None
            assert (layer.number, layer.features) == (2, 4)
            await conn.execute("SET ROLE fengsui_app")
            row = await (await conn.execute(f"SELECT count(*) FROM gis_layers.v{layer.version}")).fetchone()  # type: ignore[arg-type]
            assert row == (4,)
    finally:
        await drop(services, name)


async def test_a_restored_database_can_be_read_and_added_to(office: Office, tmp_path: Path) -> None:
    """A restore forgets who may do what; migrating gives the rights again, also on the tables of layers."""
    made = await office.bring(files.shapefile(tmp_path, files.frame(files.points())))
    async with owner_connection(office.realm.database_url, autocommit=True) as conn:
        await conn.execute("REVOKE ALL ON ALL TABLES IN SCHEMA gis_layers FROM fengsui_app")
        await conn.execute("REVOKE ALL ON SCHEMA gis_layers FROM fengsui_app")
    assert await migrate(office.realm.database_url) == []
    assert len(await office.features(made.version)) == 4
    assert (await office.bring(files.shapefile(tmp_path, files.frame(files.points(2)), name="b"))).number == 2
