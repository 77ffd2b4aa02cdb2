"""The embedded database and Redis: up, private, durable, and never left behind."""

import os
import signal
import stat
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from spine.private_child import living_in
from spine.private_services import attach
from tests.bootstrap.conftest import Hold, is_gone, until


def _put(url: str, line: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS kept (line text)")
        conn.execute("INSERT INTO kept VALUES (%(line)s)", {"line": line})


def _kept(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [str(row[0]) for row in conn.execute("SELECT line FROM kept ORDER BY line").fetchall()]


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _setting(url: str, name: str) -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT current_setting(%(name)s)", {"name": name}).fetchone()
    assert row is not None
    return str(row[0])


def test_it_brings_postgis_and_redis_on_private_sockets(hold: Hold, data_dir: Path) -> None:
    holder = hold(data_dir, durable=True)
    with psycopg.connect(holder.database_url, autocommit=True) as conn:
        conn.execute("CREATE EXTENSION postgis")
        row = conn.execute("SELECT ST_Distance('POINT(0 0)'::geometry, 'POINT(3 4)'::geometry)").fetchone()
    assert row == (5.0,)
    assert Redis.from_url(holder.redis_url).config_get("port") == {"port": "0"}  # pyright: ignore[reportUnknownMemberType]
    assert _setting(holder.database_url, "listen_addresses") == ""
    assert {name: _setting(holder.database_url, name) for name in ("fsync", "synchronous_commit", "jit")} == {
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
    }
    for private in (data_dir, data_dir / "run", data_dir / "postgres"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    for service in ("postgres", "redis"):
        assert Path(f"/proc/{holder.pid_of(service)}").stat().st_uid != 0


def test_a_second_command_finds_the_running_services(hold: Hold, data_dir: Path) -> None:
    assert attach(data_dir) is None
    holder = hold(data_dir)
    found = attach(data_dir)
    assert found is not None
    assert (found.database_url, found.redis_url) == (holder.database_url, holder.redis_url)
    holder.end()
    assert attach(data_dir) is None


def test_what_was_written_is_there_after_a_restart(hold: Hold, data_dir: Path) -> None:
    first = hold(data_dir, durable=True)
    assert first.told["said"], "the first start takes longest and says so"
    _put(first.database_url, "one")
    assert first.end() == 0
    assert is_gone(first.pid_of("postgres"))
    assert is_gone(first.pid_of("redis"))
    second = hold(data_dir, durable=True)
    assert second.told["said"] == []
    assert _kept(second.database_url) == ["one"]


def test_a_second_program_is_refused_and_told_who_is_first(hold: Hold, data_dir: Path) -> None:
    first = hold(data_dir)
    second = hold(data_dir)
    assert second.told["code"] == "already_running"
    assert str(first.process.pid) in second.told["zh"]
    assert str(first.process.pid) in second.told["en"]
    assert second.process.wait(10) == 1
    assert _answers(first.database_url)


def test_a_killed_program_takes_its_services_with_it(hold: Hold, data_dir: Path) -> None:
    first = hold(data_dir, durable=True)
    _put(first.database_url, "committed before the kill")
    first.kill()
    until(lambda: is_gone(first.pid_of("postgres")), "postgres ends with its program")
    until(lambda: is_gone(first.pid_of("redis")), "redis ends with its program")
    second = hold(data_dir, durable=True)
    assert _kept(second.database_url) == ["committed before the kill"]


def test_the_next_start_does_not_wait_for_the_last_ones_leftovers_to_go(hold: Hold, data_dir: Path) -> None:
    first = hold(data_dir, durable=True)
    _put(first.database_url, "here")
    first.kill()
    second = hold(data_dir, durable=True)
    assert _kept(second.database_url) == ["here"]
    assert living_in(data_dir / "redis", "redis-server") == [second.pid_of("redis")]


def test_a_database_killed_under_the_program_comes_back_with_everything(hold: Hold, data_dir: Path) -> None:
    holder = hold(data_dir, durable=True)
    _put(holder.database_url, "kept")
    os.kill(holder.pid_of("postgres"), signal.SIGKILL)
    os.kill(holder.pid_of("redis"), signal.SIGKILL)
    revived: set[str] = set()

    def is_back() -> bool:
        revived.update(holder.revive())
        return revived == {"postgres", "redis"} and _answers(holder.database_url)

    until(is_back, "both are back")
    assert _kept(holder.database_url) == ["kept"]
    until(lambda: bool(Redis.from_url(holder.redis_url).config_get("port")), "redis answers")  # pyright: ignore[reportUnknownMemberType]


def test_a_process_number_now_used_by_somebody_else_does_not_stop_the_start(hold: Hold, data_dir: Path) -> None:
    first = hold(data_dir, durable=True)
    _put(first.database_url, "kept")
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    first.end()
    stranger = hold(data_dir.with_name("other"))
    pid_file.write_text("\n".join([str(stranger.pid_of("redis")), *lines[1:]]) + "\n")
    second = hold(data_dir, durable=True)
    assert _kept(second.database_url) == ["kept"]
    assert not is_gone(stranger.pid_of("redis")), "the stranger is left alone"


def test_a_start_that_was_cut_short_is_begun_again(hold: Hold, data_dir: Path) -> None:
    hold(data_dir).end()
    (data_dir / "postgres").rename(data_dir / "postgres.new")
    (data_dir / "postgres.new" / "PG_VERSION").unlink()
    assert _answers(hold(data_dir).database_url)
    assert not (data_dir / "postgres.new").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(hold: Hold, data_dir: Path) -> None:
    deep = data_dir.joinpath(*["a-directory-with-quite-a-long-name"] * 4)
    first = hold(deep)
    assert _answers(first.database_url)
    found = attach(deep)
    assert found is not None
    sockets = Path(found.redis_url.removeprefix("unix://")).parent
    assert not sockets.is_relative_to(deep)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    first.kill()
    second = hold(deep)
    assert second.redis_url == first.redis_url, "what a killed program left is used again"
    second.end()
    assert not sockets.exists()


def test_a_path_with_spaces_and_chinese_works(hold: Hold, data_dir: Path) -> None:
    holder = hold(data_dir.with_name('数据 一,"号'))
    assert _answers(holder.database_url)
    assert Redis.from_url(holder.redis_url).config_get("port")  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start services for another user")
def test_root_runs_it_as_the_owner_of_the_cluster(hold: Hold, data_dir: Path) -> None:
    holder = hold(data_dir, variables={"FENGSUI_SERVICE_USER": "games"})
    owner = Path(f"/proc/{holder.pid_of('postgres')}").stat().st_uid
    holder.end()
    again = hold(data_dir)
    assert Path(f"/proc/{again.pid_of('postgres')}").stat().st_uid == owner


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_root_can_be_given_up_while_the_services_run(hold: Hold, data_dir: Path) -> None:
    holder = hold(data_dir)
    (data_dir / "files").mkdir()
    (data_dir / "files" / "photo").write_text("written as root")
    told = holder.ask("drop")
    if told["user"] is None:
        assert told["uid"] == 0, "its Python or the checkout is closed to others: it says so and stays root"
    else:
        assert told["uid"] == (data_dir / "postgres").stat().st_uid != 0
        assert (data_dir / "files" / "photo").stat().st_uid == told["uid"]
    assert holder.end() == 0
    until(lambda: is_gone(holder.pid_of("postgres")), "the services still end with the program")
    assert hold(data_dir).told.get("code") is None
