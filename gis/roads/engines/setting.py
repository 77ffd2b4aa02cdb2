"""Which route engine the city has set up, kept beside the data of this installation; and the extract that the roads came from.

`roads/engine.json` says what is wanted, `roads/engine.port` where the child listens now, `roads/source.json` what the kept extract is.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from gis.roads.engines.engine import EngineName
from spine.errors import Refused

_SETTING, _PORT, _SOURCE = "engine.json", "engine.port", "source.json"


@dataclass(frozen=True, slots=True)
class EngineSetting:
    """`url`: a server that the city runs, or None for a child of ours with `program` and `data`. `layer_version`: as built."""

    engine: EngineName
    layer_version: int
    url: str | None
    program: str | None
    data: str | None


@dataclass(frozen=True, slots=True)
class KeptSource:
    file: str
    sha256: str
    layer_version: int


def folder_of(data_dir: Path) -> Path:
    return data_dir.expanduser().absolute() / "roads"


def read_setting(data_dir: Path) -> EngineSetting | None:
    """None: our own. Raises Refused `engine_setting` when the file was spoilt by hand."""
    given = _read(folder_of(data_dir) / _SETTING)
    if given is None:
        return None
    try:
        setting = EngineSetting(**given)
    except TypeError:
        setting = None
    if setting is None or setting.engine not in ("osrm", "valhalla") or (setting.url is None) == (setting.data is None):
        raise Refused(
            "engine_setting",
            zh=f"{_SETTING} 的内容不完整，请重新运行 fengsui roads engine。",
            en=f"{_SETTING} is not complete; run fengsui roads engine again.",
            field="engine",
        )
    return setting


def write_setting(data_dir: Path, setting: EngineSetting | None) -> None:
    path = folder_of(data_dir) / _SETTING
    if setting is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, asdict(setting))


def read_port(data_dir: Path) -> tuple[int, str] | None:
    """(port, data) of the child that runs now; whether it answers is another question."""
    given = _read(folder_of(data_dir) / _PORT)
    try:
        return None if given is None else (int(given["port"]), str(given["data"]))
    except (KeyError, ValueError):
        return None


def write_port(data_dir: Path, port: int | None, data: str = "") -> None:
    path = folder_of(data_dir) / _PORT
    if port is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, {"port": port, "data": data})


def keep_source(data_dir: Path, file: Path, layer_version: int) -> KeptSource:
    """A copy of the extract, so that an engine can be built from the very roads that are loaded."""
    folder = _made(folder_of(data_dir))
    name = "source.osm" if file.name.lower().endswith(".osm") else "source.osm.pbf"
    part = folder / f"{name}.part"
    shutil.copyfile(file, part)
    kept = KeptSource(name, digest(part), layer_version)
    part.replace(folder / name)
    _hand_over(folder / name)
    _write(folder / _SOURCE, asdict(kept))
    return kept


def read_source(data_dir: Path) -> tuple[Path, KeptSource] | None:
    given = _read(folder_of(data_dir) / _SOURCE)
    try:
        kept = None if given is None else KeptSource(**given)
    except TypeError:
        return None
    path = None if kept is None else folder_of(data_dir) / kept.file
    return None if kept is None or path is None or not path.is_file() else (path, kept)


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        given = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return cast(dict[str, Any], given) if isinstance(given, dict) else None


def _write(path: Path, content: dict[str, Any]) -> None:
    _made(path.parent)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    part.replace(path)
    _hand_over(path)


def _made(folder: Path) -> Path:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        _hand_over(folder)
    return folder


def _hand_over(path: Path) -> None:
    """What root writes beside a running platform must stay that platform's own."""
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)
