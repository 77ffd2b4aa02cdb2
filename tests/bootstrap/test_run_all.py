"""The test runner counts honestly: whatever fails is in the last line, and in the exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bootstrap.conftest import ROOT
from tests.run_all import Count, Stage, of_pytest, of_vitest, one, parts_and_rest, run


def _run_all(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tests" / "run_all.py", "--as-built", *args]
    return subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=200)


def test_the_last_line_counts_passed_failed_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_three.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert False\n@pytest.mark.skip\ndef test_c(): pass\n"
    )
    told = _run_all(str(tmp_path / "test_three.py"))
    assert told.stdout.strip().splitlines()[-1] == "1 passed, 1 failed, 1 skipped"
    assert told.returncode == 1


def test_all_good_ends_with_zero(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_a(): pass\n")
    told = _run_all(str(tmp_path / "test_one.py"))
    assert told.stdout.strip().splitlines()[-1] == "1 passed, 0 failed"
    assert told.returncode == 0


def test_a_file_that_cannot_be_imported_and_nothing_collected_are_failures(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "test_empty.py").write_text("")
    for name in ("test_broken.py", "test_empty.py"):
        told = _run_all(str(tmp_path / name))
        assert told.stdout.strip().splitlines()[-1] == "0 passed, 1 failed"
        assert told.returncode == 1


def test_tests_never_see_the_citys_servers(tmp_path: Path) -> None:
    (tmp_path / "test_env.py").write_text(
        "import os\ndef test_a(): assert not {'FENGSUI_DATABASE_URL', 'FENGSUI_REDIS_URL'} & set(os.environ)\n"
    )
    command = [sys.executable, ROOT / "tests" / "run_all.py", "--as-built", str(tmp_path / "test_env.py")]
    city = {"FENGSUI_DATABASE_URL": "postgresql://city/live", "FENGSUI_REDIS_URL": "redis://city"}
    assert subprocess.run(command, env={**os.environ, **city}, capture_output=True, timeout=200).returncode == 0


def test_a_missing_or_broken_report_is_a_failure(tmp_path: Path) -> None:
    assert of_pytest(0, tmp_path / "none.xml").failed == 1
    assert of_vitest(0, tmp_path / "none.json").failed == 1
    (tmp_path / "half.xml").write_text("<testsuites>")
    assert of_pytest(3, tmp_path / "half.xml").failed == 1


def test_vitest_numbers_and_a_failure_outside_its_tests(tmp_path: Path) -> None:
    report = tmp_path / "vitest.json"
    report.write_text(json.dumps({"numPassedTests": 7, "numFailedTests": 0, "numPendingTests": 1}))
    assert of_vitest(0, report) == Count(7, 0, 1)
    assert of_vitest(1, report) == Count(7, 1, 1)


def test_a_stage_whose_program_is_missing_fails_and_does_not_stop_the_run(capfd: pytest.CaptureFixture[str]) -> None:
    count, _ = run(Stage(("lint",), "nothing", ["/no/such/program"]), {})
    assert count == one(127)
    assert "not found" in capfd.readouterr().out


def test_choosing_parts() -> None:
    assert parts_and_rest([]) == (("lint", "ui", "python"), [])
    assert parts_and_rest(["-k", "name"]) == (("python",), ["-k", "name"])
    assert parts_and_rest(["--as-built"]) == (("lint", "ui", "python"), ["--as-built"])
    assert parts_and_rest(["--only", "lint,ui"]) == (("lint", "ui"), [])
    assert parts_and_rest(["--only", "python", "-x"]) == (("python",), ["-x"])
    for wrong in (["--only"], ["--only", "everything"]):
        with pytest.raises(ValueError, match="--only takes"):
            parts_and_rest(wrong)
