"""`fengsui elevation`, as a GIS officer uses it."""

import json
from pathlib import Path

import pytest

from tests.gis import height_files as files
from web.cli import main

TOLD = ("--source", "测绘院", "--licence", "内部使用", "--date", "2025-06-01")


def test_an_afternoon(program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = str(files.geotiff(tmp_path / "first.tif", size=(80, 60)))
    assert main(["elevation", "show"]) == 1
    assert "No heights have been imported" in capfd.readouterr().err
    assert main(["elevation", "import", first, "--check"]) == 0
    told = capfd.readouterr()
    assert "80 × 60 cells, EPSG:4326 WGS 84, cells of 53" in told.out
    assert "the unit of height is not said" in told.err
    assert main(["elevation", "import", first]) == 1
    assert "The heights need a source" in capfd.readouterr().err
    bare = str(files.geotiff(tmp_path / "bare.tif", size=(80, 60), crs=None))
    assert main(["elevation", "import", bare, *TOLD]) == 1
    assert "does not say its coordinate system" in capfd.readouterr().err
    assert main(["elevation", "import", first, *TOLD]) == 0
    assert "heights, version 1, are shown now" in capfd.readouterr().out
    assert main(["elevation", "import", bare, *TOLD, "--crs", "EPSG:4490", "--replace"]) == 0
    assert main(["elevation", "rollback"]) == 0
    capfd.readouterr()
    assert main(["elevation", "show"]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert (shown["version"], [one["version"] for one in shown["versions"]]) == (1, [2, 1])
    assert main(["import", first, "--name", "heights", "--title-zh", "高程", "--owner", "测绘院", *TOLD]) == 1
    assert "A GeoTIFF holds heights" in capfd.readouterr().err
    assert main(["elevation", "remove"]) == 0
    assert main(["elevation", "remove"]) == 1
