"""`fengsui import`, `export` and `layers` at the command line, as a GIS officer uses them in an afternoon."""

import json
from pathlib import Path

import pytest

from tests.gis import layer_files as files
from web.cli import main

DESCRIBED = ("--title-zh", "避难场所", "--owner", "市民政局", "--source", "台账", "--licence", "内部使用")


def test_an_afternoon(program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = files.shapefile(tmp_path, files.frame(files.points()), name="first")
    assert main(["import", str(first), "--check"]) == 0
    assert "read 4 features, kept 4" in capfd.readouterr().out
    assert main(["import", str(first), "--name", "shelters"]) == 1
    assert "A new layer needs a Chinese title" in capfd.readouterr().err
    assert main(["import", str(first), "--name", "shelters", *DESCRIBED]) == 0
    assert "layer shelters, version 1, is shown now" in capfd.readouterr().out

    second = files.shapefile(tmp_path, files.frame(files.points(6)), name="second")
    assert main(["import", str(second), "--name", "shelters", "--rename", "床位=容量", "--label", "名称"]) == 0
    assert main(["layers", "rollback", "shelters"]) == 0
    capfd.readouterr()
    assert main(["layers", "show", "shelters"]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert (shown["number"], shown["features"], shown["owner"], shown["imported_by"]) == (
        1,
        4,
        "市民政局",
        "系统·命令行",
    )
    assert [row["what"] for row in shown["changes"]] == ["rolled_back", "imported", "imported"]

    target = tmp_path / "out.geojson"
    assert main(["export", "shelters", str(target)]) == 0
    assert len(json.loads(target.read_text("utf-8"))["features"]) == 4
    assert main(["export", "shelters", str(target)]) == 1
    assert main(["export", "nothing", str(tmp_path / "b.gpkg")]) == 1
    assert not (tmp_path / "b.gpkg").exists()
    assert main(["layers", "describe", "shelters", "--sensitivity", "restricted", "--reader", "FRB"]) == 0
    capfd.readouterr()
    assert main(["layers", "list"]) == 0
    assert "restricted" in capfd.readouterr().out
    assert main(["layers", "remove", "shelters"]) == 0
    assert main(["layers", "remove", "shelters"]) == 1


def test_a_question_is_asked_in_one_sentence(program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = files.frame(files.points()).to_crs("EPSG:4544")
    path = files.shapefile(tmp_path, data, leave_out=(".prj",))
    assert main(["import", str(path), "--name", "shelters", *DESCRIBED]) == 1
    assert "does not say its coordinate system" in capfd.readouterr().err
    assert main(["import", str(path), "--name", "shelters", *DESCRIBED, "--crs", "EPSG:4544"]) == 0


def test_what_would_be_lost_is_shown_with_its_place(
    program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\na,99.2,23.5\nb,,\n", "utf-8")
    assert main(["import", str(path), "--name", "shelters", *DESCRIBED]) == 1
    told = capfd.readouterr().err
    assert "#2" in told
    assert "1 features cannot be imported" in told
    assert main(["import", str(path), "--name", "shelters", *DESCRIBED, "--leave-out"]) == 0
    assert "left out 1" in capfd.readouterr().out
