"""PMTiles archives of base maps: copied into the data directory under the hash of their content, and looked at before.

A copy, not the path that was named: a stick is pulled out, and a file that is written over while tiles are read from it gives
torn ones. They are not in the platform's backup (they can be gigabytes, and come from elsewhere): docs/base-maps.md.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from gis.base_maps.base_map import wrong
from gis.base_maps.pmtiles import Examined, examine
from gis.base_maps.pmtiles_format import Damaged
from spine.errors import Refused

_ROOM_LEFT = 512 * 1024**2
_BLOCK = 4 * 1024**2
UNUSED_KEPT_S = 3600


def folder_of(data_dir: Path) -> Path:
    return data_dir / "basemaps"


def archive_path(data_dir: Path, sha256: str) -> Path:
    return folder_of(data_dir) / f"{sha256}.pmtiles"


def cache_folder(data_dir: Path) -> Path:
    return folder_of(data_dir) / "cache"


def take_archive(data_dir: Path, source: Path) -> tuple[Examined, str, int]:
    """Copy an archive in. Returns what it says of itself, its hash and size. Raises Refused `pmtiles_…`, `disk_full`."""
    try:
        size = source.stat().st_size
        if not source.is_file():
            raise _unreadable(source)
        examine(source)  # before gigabytes are copied
        folder = folder_of(data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < size + _ROOM_LEFT:
            raise Refused(
                "disk_full", zh="数据目录的磁盘空间不足，放不下这个文件。", en="The data directory's disk has no room for this file.",
                field="file", status=507, final=False,
            )  # fmt: skip
        handle, partial = tempfile.mkstemp(dir=folder, prefix=".taking-")
        try:
            digest = hashlib.sha256()
            with source.open("rb") as reading, os.fdopen(handle, "wb") as writing:
                while block := reading.read(_BLOCK):
                    digest.update(block)
                    writing.write(block)
                writing.flush()
                os.fsync(writing.fileno())
                size = writing.tell()
            examined = examine(Path(partial))  # what is kept is what was looked at
            target = archive_path(data_dir, digest.hexdigest())
            Path(partial).chmod(0o640)
            _give_to_owner(data_dir, folder, Path(partial))
            Path(partial).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(partial).unlink()
            raise
    except Damaged as damaged:
        raise wrong(damaged.code, damaged.zh, damaged.en, "file") from None
    except OSError as error:
        raise _unreadable(source, error.strerror) from error
    return examined, digest.hexdigest(), size


def _unreadable(source: Path, why: str | None = None) -> Refused:
    return wrong(
        "pmtiles_unreadable",
        f"读不了文件 {source.name}：{why or '不是普通文件'}。",
        f"{source.name} cannot be read: {why or 'it is no plain file'}.",
        "file",
    )


def _give_to_owner(data_dir: Path, *paths: Path) -> None:
    """The command line may run as root, the server does not."""
    owner = data_dir.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def drop_unused(data_dir: Path, used: Collection[str]) -> None:
    """Archives that no base map is made from. What came in just now may belong to one that is not yet saved."""
    at = time.time()  # of files on a disk, not of the realm
    for path in (*folder_of(data_dir).glob("*.pmtiles"), *folder_of(data_dir).glob(".taking-*")):
        with contextlib.suppress(OSError):
            if path.stem not in used and path.stat().st_mtime < at - UNUSED_KEPT_S:
                path.unlink()


def share_with(live_dir: Path, exercise_dir: Path, used: Collection[str]) -> None:
    """The same archives for a sealed copy: as a second name of the file where the disk allows it."""
    for sha256 in used:
        source, target = archive_path(live_dir, sha256), archive_path(exercise_dir, sha256)
        if target.exists() or not source.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
