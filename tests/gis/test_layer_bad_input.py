"""Files made to do harm, or broken on the way: a clear answer, nothing half-imported."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from spine.errors import Refused
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import Office, office

__all__ = ["office"]
CSV = b"name,lon,lat\na,99.2,23.5\n"


async def _refusal(office: Office, path: Path, **options: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await office.bring(path, **options)
    assert refused.value.zh
    assert refused.value.en
    assert await office.tables() == []
    return refused.value


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv"])
async def test_a_path_out_of_the_zip(office: Office, tmp_path: Path, name: str) -> None:
    refused = await _refusal(office, files.zipped(tmp_path / "a.zip", {"ok.csv": CSV, name: CSV}))
    assert refused.code == "zip_path"
    assert not (tmp_path / "evil.csv").exists()


async def test_a_zip_that_grows_out_of_proportion(office: Office, tmp_path: Path) -> None:
    path = files.zipped(tmp_path / "a.zip", {"a.csv": bytes(200 * 1024 * 1024)})
    assert (await _refusal(office, path)).code == "zip_bomb"


async def test_a_zip_that_lies_about_its_size(office: Office, tmp_path: Path) -> None:
    refused = await _refusal(office, files.lying_bomb(tmp_path / "a.zip"))
    assert refused.code in ("zip_bomb", "zip_broken")


async def test_a_zip_within_a_zip_is_not_followed(office: Office, tmp_path: Path) -> None:
    inner = files.zipped(tmp_path / "inner.zip", {"a.csv": CSV})
    path = files.zipped(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    assert (await _refusal(office, path)).code == "zip_holds_zips"


async def test_a_truncated_zip(office: Office, tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points(500)))
    path.write_bytes(path.read_bytes()[:-200])
    assert (await _refusal(office, path)).code == "zip_broken"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.exe", b"MZ\x90\x00", "file_unknown"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "file_broken"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "no_features|no_geometry_layer"),
        ("a.geojson", b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", "file_unknown"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x01" * 500, "file_broken"),
        ("a.kml", b"<kml><Placemark>", "file_broken"),
        ("a.csv", b"name,lon,lat\n", "no_features"),
        ("a.csv", b"only\n1\n", "csv_no_header"),
        ("a.csv", b"\x80\x81\xff\xfe\xff,lon,lat\n\xff,1,2\n", "encoding_lies"),
        ("a.shp", b"\x00\x00\x27\x0a" + bytes(100), "shapefile_parts_missing"),
    ],
)
async def test_what_is_no_layer(office: Office, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert (await _refusal(office, path)).code in code.split("|")


async def test_a_polygon_of_two_million_vertices(office: Office, tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 2_000_001)
    ring = np.column_stack((99.2 + 0.1 * np.cos(turn), 23.5 + 0.1 * np.sin(turn)))
    ring[-1] = ring[0]
    path = files.geopackage(tmp_path / "huge.gpkg", {"huge": files.frame([shapely.Polygon(ring)])})
    refused = await _refusal(office, path)
    assert (refused.code, refused.facts["vertices"]) == ("too_many_vertices", 2_000_001)


async def test_nothing_but_rubbish_is_not_an_empty_layer(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,nan,nan\n", "utf-8")
    assert (await _refusal(office, path, leave_out=True)).code == "nothing_left"


async def test_what_crosses_the_meridian_of_the_date_is_left_out(office: Office, tmp_path: Path) -> None:
    ring = [[170, 10], [-170, 10], [-170, 20], [170, 20], [170, 10]]
    path = files.geojson(tmp_path / "a.geojson", [{"type": "Polygon", "coordinates": [ring]}])
    refused = await _refusal(office, path, leave_out=True)
    assert refused.code == "nothing_left"
    report: Any = refused.facts["report"]
    assert report["problems"][0]["code"] == "antimeridian"


async def test_a_broken_table_of_attributes(office: Office, tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points()), replace={".dbf": b"\x03short"})
    assert (await _refusal(office, path)).code == "shapefile_broken"


async def test_a_name_that_would_be_sql_is_only_a_name(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('lon,lat,"x""); DROP TABLE gis.place; --",geom,%s\n99.2,23.5,1,2,3\n', "utf-8")
    made = await office.bring(path)
    (row,) = await office.features(made.version)
    assert row["x_DROP_TABLE_gis_place"] == 1
    assert row["geom_2"] == 2
    assert row["s"] == 3
