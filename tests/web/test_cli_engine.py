"""`fengsui roads import` and `roads engine` at the command line: an engine is built from the roads that are loaded, or not at all."""

from pathlib import Path

import pytest

from gis.roads.engines.setting import EngineSetting, read_setting, read_source
from tests.gis.test_engine_child import fake_osrm
from tests.gis.test_road_osm import MORE_WAYS, RELATIONS, WAYS, write
from web.cli import main


def test_an_engine_for_the_imported_roads(program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data, programs = tmp_path / "data", str(fake_osrm(tmp_path / "programs"))
    assert main(["roads", "engine"]) == 0
    assert "the platform itself" in capfd.readouterr().out
    assert main(["roads", "engine", "osrm", "--program", programs, "--build"]) == 1
    assert "were not imported from a kept OSM file" in capfd.readouterr().err
    assert read_setting(data) is None

    extract = write(tmp_path / "town.osm", WAYS + MORE_WAYS + RELATIONS)
    assert main(["roads", "import", str(extract), "--date", "2026-01-02"]) == 0
    said = capfd.readouterr().out
    assert "1 turn restrictions; left out: " in said
    assert "conditional 1" in said
    kept = read_source(data)
    assert kept is not None
    assert kept[0].read_bytes() == extract.read_bytes()

    other = write(tmp_path / "other.osm", WAYS)
    assert main(["roads", "engine", "osrm", "--program", programs, "--build", "--file", str(other)]) == 1
    assert "is not the file that was imported" in capfd.readouterr().err
    assert main(["roads", "engine", "osrm", "--program", str(tmp_path), "--build"]) == 1
    assert "does not hold osrm-extract" in capfd.readouterr().err
    assert main(["roads", "engine", "osrm", "--program", programs, "--build"]) == 0
    setting = read_setting(data)
    assert setting is not None
    assert setting.layer_version == kept[1].layer_version
    assert (Path(setting.data or "") / "map.osrm.made").exists()
    capfd.readouterr()
    assert main(["roads", "engine"]) == 0
    assert "osrm: not running; its data is that of the loaded roads" in capfd.readouterr().out

    assert main(["roads", "import", str(other), "--date", "2026-01-03"]) == 0
    capfd.readouterr()
    assert main(["roads", "engine"]) == 0
    assert "not that of the loaded roads, so it is not used" in capfd.readouterr().out
    assert main(["roads", "engine", "valhalla", "--url", "ftp://somewhere"]) == 1
    assert "--url is http(s)" in capfd.readouterr().err
    assert main(["roads", "engine", "valhalla", "--url", "http://10.1.2.3:8002/"]) == 0
    now = read_setting(data)
    assert isinstance(now, EngineSetting)
    assert (now.engine, now.url, now.data) == ("valhalla", "http://10.1.2.3:8002", None)
    assert main(["roads", "engine", "own"]) == 0
    assert read_setting(data) is None
