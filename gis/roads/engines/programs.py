"""The executables of OSRM and Valhalla where the city has put them: finding them, building their data, and how their servers start.

Nothing is fetched from anywhere. OSRM's table size and Valhalla's limits on what is excluded are raised to what this platform asks.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gis.roads.engines.engine import MOST_PLACES, EngineName
from spine.errors import Refused
from spine.private_child import environment

_PROGRAMS: dict[EngineName, tuple[str, ...]] = {
    "osrm": ("osrm-extract", "osrm-partition", "osrm-customize", "osrm-routed"),
    "valhalla": ("valhalla_build_tiles", "valhalla_service"),
}
_FOLDERS: dict[EngineName, tuple[str, ...]] = {"osrm": ("osrm/bin", "bin", ""), "valhalla": ("valhalla/bin", "bin", "")}
_PROFILES = ("osrm/share/profiles", "share/profiles", "share/osrm/profiles", "profiles")
_MOST_BUILD_S = 6 * 3600


@dataclass(frozen=True, slots=True)
class Programs:
    """`folder` holds the executables; `beside`: OSRM's car profile, or the program that writes Valhalla's configuration."""

    engine: EngineName
    folder: Path
    beside: Path

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def find_programs(engine: EngineName, root: Path) -> Programs:
    """Raises Refused `no_engine_program`, which says what is missing and where it was looked for."""
    root = root.expanduser().absolute()
    for part in _FOLDERS[engine]:
        folder = root / part
        if all((folder / name).is_file() for name in _PROGRAMS[engine]):
            beside = _beside(engine, root, folder)
            if beside is not None:
                return Programs(engine, folder, beside)
    wanted = ", ".join(_PROGRAMS[engine])
    extra = "car.lua" if engine == "osrm" else "valhalla_build_config"
    raise Refused(
        "no_engine_program",
        zh=f"在 {root} 中没有找到 {wanted} 和 {extra}。",
        en=f"{root} does not hold {wanted} and {extra}.",
        field="program",
    )


def _beside(engine: EngineName, root: Path, folder: Path) -> Path | None:
    if engine == "osrm":
        found = [root / part / "car.lua" for part in _PROFILES]
    else:
        found = [folder.parent / "valhalla_build_config.py", folder / "valhalla_build_config"]
    return next((path for path in found if path.is_file()), None)


def build(programs: Programs, source: Path, target: Path) -> None:
    """Data for the server, whole in `target` or not at all. Raises Refused `engine_build_failed` with the program's last words."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        if programs.engine == "osrm":
            extract = part / ("map.osm" if source.name.endswith(".osm") else "map.osm.pbf")
            extract.symlink_to(source.absolute())
            _run([programs["osrm-extract"], "-p", str(programs.beside), str(extract)], part)
            for step in ("osrm-partition", "osrm-customize"):
                _run([programs[step], str(part / "map.osrm")], part)
            extract.unlink()
        else:
            configuration = part / "valhalla.json"
            _configure(programs, configuration, part / "tiles")
            _run([programs["valhalla_build_tiles"], "-c", str(configuration), str(source.absolute())], part)
            if not any((part / "tiles").rglob("*.gph")):
                raise _failed("valhalla_build_tiles", "no tiles")
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def serving(programs: Programs, data: Path, port: int) -> list[str]:
    """The command that serves `data` on a loopback port."""
    if programs.engine == "osrm":
        size = ["--max-table-size", str(MOST_PLACES)]
        return [programs["osrm-routed"], "-a", "mld", "-i", "127.0.0.1", "-p", str(port), *size, str(data / "map.osrm")]
    configuration = json.loads((data / "valhalla.json").read_text("utf-8"))
    configuration["mjolnir"]["tile_dir"] = str(data / "tiles")
    configuration["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"
    # Beside the data, which may have been built by somebody else (root) than who runs the server.
    written = data.parent / "valhalla-served.json"
    written.write_text(json.dumps(configuration), "utf-8")
    return [programs["valhalla_service"], str(written), "1", "--inproc-sockets"]


def _configure(programs: Programs, path: Path, tiles: Path) -> None:
    command = [sys.executable, "-I", str(programs.beside), "--mjolnir-tile-dir", str(tiles)]
    empty = ("--mjolnir-tile-extract", "--mjolnir-admin", "--mjolnir-timezone", "--mjolnir-traffic-extract")
    limits = {"polygons-length": "1000000", "polygons-vertices": "100000", "locations": "1000"}
    arguments = [part for name in empty for part in (name, "")]
    arguments += [part for name, most in limits.items() for part in (f"--service-limits-max-exclude-{name}", most)]
    path.write_text(_run([*command, *arguments], path.parent), "utf-8")


def _run(command: list[str], home: Path) -> str:
    """What it wrote to its standard output. In a thread: minutes for a province."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", cwd=home,
            env=environment(home), timeout=_MOST_BUILD_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(Path(command[0]).name, str(error)) from error
    if done.returncode != 0:
        raise _failed(Path(command[0]).name, (done.stderr.strip() or done.stdout.strip())[-300:])
    return done.stdout


def _failed(program: str, words: str) -> Refused:
    return Refused(
        "engine_build_failed",
        zh=f"{program} 没有成功：{words}",
        en=f"{program} did not succeed: {words}",
        field="engine",
    )
