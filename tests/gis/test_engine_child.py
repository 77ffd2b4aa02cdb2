"""The engine's server lives and dies with the platform: started when it is set up, again when it fell, gone when it is not wanted."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from gis.roads.engines.child import EngineChild, tend_engine
from gis.roads.engines.programs import build, find_programs, serving
from gis.roads.engines.setting import EngineSetting, folder_of, read_port, write_setting
from spine.errors import Refused
from spine.private_child import is_running
from tests.faults.servers import until

STEP = """#!{python}
import pathlib, sys
if {fails!r} in sys.argv[0]:
    sys.exit("it does not work: " + sys.argv[-1])
pathlib.Path(sys.argv[-1] + ".made").write_text("data")
"""
SERVER = """#!{python}
import signal
signal.pause()
"""


def fake_osrm(root: Path, fails: str = "nothing") -> Path:
    """Programs of OSRM's names that do nothing but be there."""
    (root / "bin").mkdir(parents=True)
    (root / "share" / "profiles").mkdir(parents=True)
    (root / "share" / "profiles" / "car.lua").write_text("")
    for name in ("osrm-extract", "osrm-partition", "osrm-customize", "osrm-routed"):
        path = root / "bin" / name
        path.write_text((SERVER if name == "osrm-routed" else STEP).format(python=sys.executable, fails=fails))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return root


@pytest.fixture
def child(tmp_path: Path) -> Generator[EngineChild]:
    fake_osrm(tmp_path / "programs")
    made = EngineChild(tmp_path)
    yield made
    made.stop()


def set_up(tmp_path: Path, number: int = 1) -> EngineSetting:
    data = folder_of(tmp_path) / f"osrm-{number}"
    data.mkdir(parents=True)
    setting = EngineSetting("osrm", number, None, str(tmp_path / "programs"), str(data))
    write_setting(tmp_path, setting)
    return setting


def test_it_is_started_restarted_ever_more_slowly_and_stopped(child: EngineChild, tmp_path: Path) -> None:
    child.look(0.0)
    assert child.pid is None
    set_up(tmp_path)
    child.look(1.0)
    first = child.pid
    assert first is not None
    assert is_running(first)
    port = read_port(tmp_path)
    assert port is not None
    assert port[1].endswith("osrm-1")
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    child.look(2.0)  # seen to have fallen: again after one second, then after two
    assert (child.pid, read_port(tmp_path)) == (None, None)
    child.look(3.0)
    second = child.pid
    assert second is not None
    os.kill(second, signal.SIGKILL)
    os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT)
    child.look(3.5)
    child.look(5.0)
    assert child.pid is None
    child.look(5.6)
    third = child.pid
    assert third is not None
    set_up(tmp_path, 2)
    child.look(6.0)
    assert not is_running(third)
    assert child.pid is not None
    assert (read_port(tmp_path) or (0, ""))[1].endswith("osrm-2")
    last = child.pid
    write_setting(tmp_path, None)
    child.look(7.0)
    assert (child.pid, read_port(tmp_path)) == (None, None)
    assert not is_running(last)


def test_programs_that_are_gone_are_no_reason_to_fall(child: EngineChild, tmp_path: Path) -> None:
    set_up(tmp_path)
    (tmp_path / "programs" / "bin" / "osrm-routed").unlink()
    child.look(1.0)
    assert child.pid is None
    (folder_of(tmp_path) / "engine.json").write_text("{}", "utf-8")
    child.look(2.0)
    assert child.pid is None


async def test_of_two_processes_one_tends_it(tmp_path: Path) -> None:
    fake_osrm(tmp_path / "programs")
    set_up(tmp_path)
    both = [asyncio.create_task(tend_engine(tmp_path)) for _ in range(2)]
    await until(lambda: read_port(tmp_path) is not None, "a server runs")
    for task in both:
        task.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    assert read_port(tmp_path) is None


def test_data_is_built_whole_or_not_at_all(tmp_path: Path) -> None:
    source = tmp_path / "city.osm.pbf"
    source.write_bytes(b"roads")
    programs = find_programs("osrm", fake_osrm(tmp_path / "good"))
    build(programs, source, tmp_path / "data")
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["map.osm.pbf.made", "map.osrm.made"]
    assert serving(programs, tmp_path / "data", 4000)[-1] == str(tmp_path / "data" / "map.osrm")
    bad = find_programs("osrm", fake_osrm(tmp_path / "bad", "osrm-customize"))
    with pytest.raises(Refused, match="engine_build_failed") as caught:
        build(bad, source, tmp_path / "data")
    assert "it does not work" in caught.value.en
    assert len(list((tmp_path / "data").iterdir())) == 2  # what was there is still whole
    assert not (tmp_path / "data.part").exists()
    with pytest.raises(Refused, match="no_engine_program"):
        find_programs("valhalla", tmp_path / "good")
