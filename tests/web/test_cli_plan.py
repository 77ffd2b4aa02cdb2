"""`fengsui plan`: what is wrong with a plan file, and a dry run without a platform."""

import json
from pathlib import Path

import pytest

from tests.command.flood_plan import FILE
from web.cli import main


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.delenv("FENGSUI_DATABASE_URL", raising=False)
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FENGSUI_LANG", "en")


def test_a_sound_file_and_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "check", str(FILE)]) == 0
    assert "0 errors" in capsys.readouterr().out
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(FILE.read_text("utf-8").replace("owner: MET", "owner: XYZ"), "utf-8")
    assert main(["plan", "check", str(wrong)]) == 1
    assert "no such department 'XYZ'" in capsys.readouterr().out
    assert main(["plan", "check", str(wrong), "--json"]) == 1
    assert not json.loads(capsys.readouterr().out)["sound"]
    assert main(["plan", "dry-run", str(wrong), "--level", "II"]) == 1
    assert "XYZ" in capsys.readouterr().err
    assert main(["plan", "check", str(tmp_path / "gone.yaml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_dry_run_of_a_file_and_of_a_shipped_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "dry-run", str(FILE), "--level", "IV", "--area", "530926", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in told["tasks"]][:2] == ["FF-01", "FF-02"]
    assert main(["plan", "dry-run", "earthquake", "--level", "III", "--area", "530926"]) == 0
    said = capsys.readouterr().out
    assert "no platform is running" in said
    assert "Critical path" in said
    assert main(["plan", "dry-run", "nothing", "--level", "III"]) == 1
    assert main(["plan", "dry-run", "earthquake", "--level", "III", "--area", "110101"]) == 1
