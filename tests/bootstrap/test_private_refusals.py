"""When the embedded services cannot start: one clear sentence in both languages, and nothing is touched."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bootstrap.conftest import Hold

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def test_a_directory_with_somebodys_files_is_left_alone(hold: Hold, data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    (data_dir / "letters.txt").write_text("mine")
    refused = hold(data_dir)
    assert refused.told["code"] == "data_not_ours"
    assert [path.name for path in data_dir.iterdir()] == ["letters.txt"]
    assert data_dir.stat().st_mode & 0o777 == 0o755
    assert data_dir.stat().st_uid == os.geteuid()


def test_a_cluster_of_another_major_version(hold: Hold, data_dir: Path) -> None:
    hold(data_dir).end()
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    refused = hold(data_dir)
    assert refused.told["code"] == "postgres_other_version"
    assert "PostgreSQL 9" in refused.told["zh"]
    assert "PostgreSQL 9" in refused.told["en"]


def test_a_cluster_without_its_version(hold: Hold, data_dir: Path) -> None:
    hold(data_dir).end()
    (data_dir / "postgres" / "PG_VERSION").unlink()
    assert hold(data_dir).told["code"] == "cluster_broken"


def test_a_cluster_with_a_hole_in_it(hold: Hold, data_dir: Path) -> None:
    hold(data_dir).end()
    (data_dir / "postgres" / "global" / "pg_control").unlink()
    refused = hold(data_dir)
    assert refused.told["code"] == "postgres_did_not_start"
    assert str(data_dir / "log" / "postgres.log") in refused.told["en"]
    assert "pg_control" in refused.told["en"], "PostgreSQL's own complaint is passed on"
    assert refused.process.wait(10) == 1


def test_no_database_program_where_it_was_said_to_be(hold: Hold, data_dir: Path) -> None:
    refused = hold(data_dir, variables={"FENGSUI_PG_BIN": "/nowhere"})
    assert refused.told["code"] == "postgres_missing"
    assert "FENGSUI_PG_BIN" in refused.told["zh"]


def test_no_redis_program_where_it_was_said_to_be(hold: Hold, data_dir: Path) -> None:
    refused = hold(data_dir, variables={"FENGSUI_REDIS_SERVER": "/nowhere/redis-server"})
    assert refused.told["code"] == "redis_missing"
    assert "FENGSUI_REDIS_SERVER" in refused.told["en"]


def test_postgresql_without_postgis(hold: Hold, data_dir: Path, tmp_path: Path) -> None:
    real = next(Path("/usr/lib/postgresql").glob("*/bin"))
    (tmp_path / "bin").mkdir()
    for program in ("postgres", "initdb"):
        (tmp_path / "bin" / program).symlink_to(real / program)
    refused = hold(data_dir, variables={"FENGSUI_PG_BIN": str(tmp_path / "bin")})
    assert refused.told["code"] == "postgis_missing"


def test_the_data_directory_is_a_file(hold: Hold, data_dir: Path) -> None:
    data_dir.write_text("")
    assert hold(data_dir / "below").told["code"] == "data_not_writable"


@needs_root
def test_a_closed_directory_above(hold: Hold, data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    refused = hold(data_dir / "below")
    assert refused.told["code"] == "data_unreachable"
    assert "--data" in refused.told["zh"]


@needs_root
def test_root_is_no_user_for_a_database(hold: Hold, data_dir: Path) -> None:
    for user in ("root", "no-such-user"):
        assert hold(data_dir, variables={"FENGSUI_SERVICE_USER": user}).told["code"] == "user_missing"


@needs_root
def test_a_full_disk(hold: Hold, data_dir: Path) -> None:
    data_dir.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "none", data_dir]).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        refused = hold(data_dir)
        assert refused.told["code"] == "disk_full"
        assert "MB" in refused.told["zh"]
    finally:
        subprocess.run(["umount", data_dir], check=True)
