"""Rasters as they come: every kind that holds heights is read right, every kind that does not is refused or asked about."""

import os
import shutil
import struct
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from gis.exchange import child
from gis.exchange.options import Options
from spine.errors import Refused
from tests.gis import height_files as files

_gdal: Any = rasterio
_copying: Any = import_module("rasterio.shutil")  # without stubs


async def look(path: Path, folder: Path, **options: Any) -> Mapping[str, Any]:
    return await child.look(path, path.name, Options(**options), folder)


async def refusal(path: Path, folder: Path, **options: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await look(path, folder, **options)
    assert not any(name.startswith("fengsui-") for name in os.listdir(folder))
    return refused.value


def choices(refused: Refused) -> list[str]:
    return cast(list[str], refused.facts["choices"])


def codes(found: Mapping[str, Any]) -> set[str]:
    return {row["code"] for row in found["problems"]}


TRUE = (1176, 1900)
"""Lowest and highest of the hills that files.geotiff draws unless told otherwise."""


def halves_above_700(lon: Any, lat: Any) -> Any:
    return (files.hills(lon, lat) - 700) * 2


def feet(lon: Any, lat: Any) -> Any:
    return files.hills(lon, lat) / 0.3048


def decimetres(lon: Any, lat: Any) -> Any:
    return files.hills(lon, lat) / 0.1


WAYS: list[dict[str, Any]] = [
    {"kind": "int16", "nodata": -32768},
    {"kind": "float64"},
    {"kind": "uint16", "nodata": 65535},
    {"kind": "int32"},
    {"ENDIANNESS": "BIG"},
    {"BIGTIFF": "YES"},
    {"tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "deflate", "predictor": 3},
    {"kind": "int16", "compress": "lzw", "predictor": 2},
    {"kind": "int16", "scales": (0.5,), "offsets": (700.0,), "ground": halves_above_700},
    {"units": "ft", "ground": feet},
    {"units": "metre", "nodata": float("nan")},
]


@pytest.mark.parametrize("how", WAYS, ids=["-".join(str(key) for key in how) for how in WAYS])
async def test_every_way_to_write_heights_is_read(tmp_path: Path, how: dict[str, Any]) -> None:
    found = await look(files.geotiff(tmp_path / "dem.tif", **how), tmp_path)
    assert (found["format"], found["known_share"]) == ("geotiff", 1.0)
    assert (found["lowest_m"], found["highest_m"]) == pytest.approx(TRUE, abs=1.0)
    assert found["extent"] == pytest.approx([99.0, 23.88, 99.15, 24.0])
    assert found["resolution_m"] == pytest.approx(53.0, abs=0.2)
    assert str(found["preview"]).startswith("data:image/png;base64,")


async def test_a_cloud_optimised_geotiff_is_one_like_others(tmp_path: Path) -> None:
    plain = files.geotiff(tmp_path / "plain.tif", size=(1200, 1000))
    _copying.copy(plain, tmp_path / "cog.tif", driver="COG", compress="deflate")
    found = await look(tmp_path / "cog.tif", tmp_path)
    assert (found["width"], found["height"], found["known_share"]) == (1200, 1000, 1.0)


async def test_gauss_krueger_of_cgcs2000_lies_where_it_should(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "gk.tif", crs="EPSG:4542", at=(500_000.0, 2_655_000.0), cell=50.0)
    found = await look(path, tmp_path)
    assert found["extent"] == pytest.approx([99.0, 23.886, 99.148, 23.996], abs=0.003)
    assert found["crs"].startswith("EPSG:4542")
    assert found["resolution_m"] == pytest.approx(50.0, abs=0.3)


async def test_a_turned_raster_is_turned_back(tmp_path: Path) -> None:
    found = await look(files.geotiff(tmp_path / "turned.tif", turned=30.0), tmp_path)
    west, south, east, north = found["extent"]
    assert (west, north) == pytest.approx((99.0, 24.075), abs=0.001)
    assert south < 23.9
    assert east > 99.15
    assert found["resolution_m"] == pytest.approx(53.0, abs=0.3)


async def test_without_a_coordinate_system_it_is_asked_for(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "bare.tif", crs=None)
    asked = await refusal(path, tmp_path)
    assert (asked.code, asked.field, asked.facts["question"]) == ("crs_missing", "crs", True)
    assert (await look(path, tmp_path, crs="EPSG:4490"))["crs"].startswith("EPSG:4490")
    asked = await refusal(path, tmp_path, crs="EPSG:99999")
    assert asked.code == "crs_unknown"


async def test_degrees_that_are_metres_are_doubted(tmp_path: Path) -> None:
    path = files.geotiff(
        tmp_path / "lie.tif",
        crs=None,
        at=(500_000.0, 2_655_000.0),
        cell=50.0,
        ground=lambda lon, lat: lon * 0 + 900 + lat / 1e5,
    )
    asked = await refusal(path, tmp_path, crs="EPSG:4326")
    assert (asked.code, asked.field) == ("crs_doubtful", "crs")


async def test_a_raster_wholly_outside_the_city_is_asked_about(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif")
    city = (110.0, 30.0, 112.0, 31.0)
    asked = await refusal(path, tmp_path, city=city)
    assert (asked.code, asked.field, choices(asked)[0]) == ("far_from_city", "crs", "EPSG:4326")
    assert "far_from_city" in codes(await look(path, tmp_path, city=city, crs="EPSG:4326"))
    assert "far_from_city" not in codes(await look(path, tmp_path, city=(98.0, 23.0, 100.0, 25.0)))


async def test_a_mark_for_not_known_that_nobody_declared_is_asked_about(tmp_path: Path) -> None:
    def corner(values: Any) -> None:
        values[:60, :60] = 0

    path = files.geotiff(tmp_path / "zeros.tif", kind="int16", change=corner)
    asked = await refusal(path, tmp_path)
    assert (asked.code, asked.field, asked.facts["choices"]) == ("nodata_doubtful", "nodata", ["0", "none"])
    found = await look(path, tmp_path, nodata="0")
    assert found["known_share"] == pytest.approx(0.95)
    assert found["lowest_m"] > 1000
    assert (await look(path, tmp_path, nodata="none"))["lowest_m"] == 0
    assert (await refusal(path, tmp_path, nodata="nought")).code == "nodata"


async def test_heights_beyond_everest_raise_the_question_of_the_unit(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "feet.tif", ground=decimetres)
    asked = await refusal(path, tmp_path)
    assert (asked.code, asked.field) == ("unit_doubtful", "unit")
    found = await look(path, tmp_path, unit="dm")
    assert (found["lowest_m"], found["highest_m"]) == pytest.approx(TRUE, abs=1.0)
    assert (await refusal(path, tmp_path, unit="furlong")).code == "unit_unknown"
    strange = files.geotiff(tmp_path / "strange.tif", units="li")
    assert (await refusal(strange, tmp_path)).code == "unit_doubtful"


async def test_a_few_impossible_heights_are_counted(tmp_path: Path) -> None:
    def spikes(values: Any) -> None:
        values[5, 5:25] = np.linspace(12_000, 30_000, 20)

    found = await look(files.geotiff(tmp_path / "spikes.tif", change=spikes), tmp_path)
    assert found["left_out"] == 20
    assert "height_impossible" in codes(found)
    assert found["highest_m"] < 2000


async def test_several_bands_are_a_question(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "bands.tif", bands=2)
    asked = await refusal(path, tmp_path)
    assert (asked.code, asked.facts["choices"]) == ("layer_choice", ["1", "2"])
    assert (await look(path, tmp_path, layer="2"))["layer"] == "2"


def coloured(path: Path, roles: list[ColorInterp], kind: str = "uint8") -> Path:
    with _gdal.open(path, "w", driver="GTiff", width=64, height=64, count=len(roles), dtype=kind, crs="EPSG:4326",
                    transform=rasterio.Affine(0.001, 0, 99, 0, -0.001, 24), photometric="RGB" if len(roles) == 3 else "MINISBLACK") as file:  # fmt: skip
        file.write(np.full((len(roles), 64, 64), 90, kind))
        if ColorInterp.palette in roles:
            file.write_colormap(1, {90: (200, 10, 10, 255)})
    return path


@pytest.mark.parametrize(
    ("roles", "kind", "code"),
    [
        ([ColorInterp.red, ColorInterp.green, ColorInterp.blue], "uint8", "raster_picture"),
        ([ColorInterp.red, ColorInterp.green, ColorInterp.blue], "uint16", "raster_picture"),
        ([ColorInterp.palette], "uint8", "raster_picture"),
        ([ColorInterp.gray], "uint8", "raster_eight_bits"),
        ([ColorInterp.gray], "complex64", "raster_complex"),
    ],
)
async def test_pictures_are_no_heights(tmp_path: Path, roles: list[ColorInterp], kind: str, code: str) -> None:
    assert (await refusal(coloured(tmp_path / "picture.tif", roles, kind), tmp_path)).code == code


async def test_a_raster_that_lies_nowhere_is_refused_and_what_lies_beside_it_is_not_read(tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "nowhere.tif", placed=False, crs=None)
    (tmp_path / "nowhere.tfw").write_text("0.0005\n0\n0\n-0.0005\n99.00025\n23.99975\n")
    (tmp_path / "nowhere.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:4326</SRS><GeoTransform>99,.0005,0,24,0,-.0005</GeoTransform></PAMDataset>"
    )
    assert (await refusal(path, tmp_path)).code == "raster_not_placed"


async def test_another_kind_of_file_under_its_name_wakes_no_driver(tmp_path: Path) -> None:
    path = tmp_path / "virtual.tif"
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand band="1"><SimpleSource>'
        "<SourceFilename>/vsicurl/http://127.0.0.1:1/x.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert (await refusal(path, tmp_path)).code == "file_unknown"


async def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    whole = files.geotiff(tmp_path / "whole.tif", compress="deflate").read_bytes()
    for share in (0.0005, 0.3, 0.9):
        (tmp_path / "part.tif").write_bytes(whole[: max(8, int(len(whole) * share))])
        assert (await refusal(tmp_path / "part.tif", tmp_path)).code == "raster_broken"


def lying(path: Path, width: int, height: int, rows_per_strip: int) -> Path:
    """A few hundred bytes that claim to be a raster of this size, with a geotransform, one strip and nothing in it."""
    scale, tie = struct.pack("<3d", 1e-5, 1e-5, 0), struct.pack("<6d", 0, 0, 0, 99, 24, 0)
    keys = struct.pack("<16H", 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    strips = -(-height // rows_per_strip)
    after = 8 + 2 + 12 * 14 + 4
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 16), (259, 3, 1, 8), (262, 3, 1, 1),
        (273, 4, 1, after) if strips == 1 else (273, 4, strips, after + 200), (277, 3, 1, 1), (278, 4, 1, rows_per_strip),
        (279, 4, 1, 100) if strips == 1 else (279, 4, strips, after + 200 + 4 * strips), (284, 3, 1, 1), (339, 3, 1, 2),
        (33550, 12, 3, after), (33922, 12, 6, after + 24), (34735, 3, 16, after + 72),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    data = b"II*\x00" + struct.pack("<IH", 8, len(entries)) + table + struct.pack("<I", 0) + scale + tie + keys
    data = data.ljust(after + 200, b"\x00")
    if strips > 1:
        data += struct.pack("<I", 8) * strips + struct.pack("<I", 100) * strips
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("width", "height", "rows", "code"),
    [
        (60_000, 60_000, 60_000, "raster_too_large"),
        (30_000, 30_000, 30_000, "raster_bomb"),
        (12_000, 12_000, 12_000, "raster_block_too_large"),
    ],
)
async def test_sizes_that_lie_cost_no_memory(tmp_path: Path, width: int, height: int, rows: int, code: str) -> None:
    path = lying(tmp_path / "lie.tif", width, height, rows)
    if code == "raster_block_too_large":
        path.write_bytes(path.read_bytes() + b"\x00" * 1_000_000)
    assert (await refusal(path, tmp_path)).code == code


async def test_longitudes_up_to_360_and_the_antimeridian_are_refused(tmp_path: Path) -> None:
    flat: files.Ground = lambda lon, lat: 900 + np.sin(lon) + lat  # noqa: E731
    path = files.geotiff(tmp_path / "wide.tif", at=(170.0, 10.0), cell=0.1, ground=flat)
    assert (await refusal(path, tmp_path)).code == "raster_antimeridian"


async def test_the_offset_of_chinese_maps_is_refused_for_rasters(tmp_path: Path) -> None:
    from gis.crs import Origin

    assert (await refusal(files.geotiff(tmp_path / "dem.tif"), tmp_path, origin=Origin.GCJ02)).code == "raster_origin"


async def test_a_zip_may_hold_it(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    files.geotiff(inner / "N23E099.tif", kind="int16", nodata=-9999)
    (inner / "readme.txt").write_text("heights")
    shutil.make_archive(str(tmp_path / "dem"), "zip", inner)
    found = await look(tmp_path / "dem.zip", tmp_path)
    assert (found["format"], found["layer"]) == ("geotiff", "1")
    files.geotiff(inner / "N23E100.tif", kind="int16", nodata=-9999)
    shutil.make_archive(str(tmp_path / "two"), "zip", inner)
    asked = await refusal(tmp_path / "two.zip", tmp_path)
    assert asked.code == "layer_choice"
    assert (await look(tmp_path / "two.zip", tmp_path, layer=choices(asked)[0]))["format"] == "geotiff"


async def test_a_raster_of_nothing_but_unknown_is_told_as_that(tmp_path: Path) -> None:
    def blank(values: Any) -> None:
        values[:] = -9999

    found = await look(files.geotiff(tmp_path / "blank.tif", nodata=-9999, change=blank), tmp_path)
    assert (found["known_share"], found["lowest_m"], found["preview"]) == (0.0, None, None)
