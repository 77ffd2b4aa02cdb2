"""Files that wait to be looked at and imported: one folder for each upload, its owner's alone, gone after a day."""

import asyncio
import contextlib
import hashlib
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from spine.errors import Refused, not_found
from spine.principal import Principal

MOST_BYTES = 2 * 1024**3
MOST_KEPT = 5
"""Uploads of one account; the oldest goes when a sixth comes."""
KEPT_S = 24 * 3600
_ROOM_LEFT = 512 * 1024**2
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    folder: Path
    path: Path
    name: str
    """What the sender calls the file."""
    size: int


def _too_large(most: int) -> Refused:
    if most < MOST_BYTES:
        zh, en = f"文件过大，最多 {most // 1024**2} MB。", f"The file is too large, {most // 1024**2} MB at most."
    else:
        zh = f"文件过大，最多 {most // 1024**3} GB；更大的请在服务器上用 fengsui import 导入。"
        en = f"The file is too large, {most // 1024**3} GB at most; import larger ones on the server with fengsui import."
    return Refused(
        "body_too_large",
        zh=zh,
        en=en,
        field="file",
        status=413,
        final=False,
    )


class Uploads:
    def __init__(self, data_dir: Path, folder: str = "layer_uploads", most: int | None = None) -> None:
        """`most`: bytes of a file; None: as many as a layer may have."""
        self._root = data_dir / folder
        self._own_most = most

    @property
    def _most(self) -> int:
        return MOST_BYTES if self._own_most is None else self._own_most

    def _mine(self, principal: Principal) -> Path:
        return self._root / hashlib.sha256(principal.id.encode()).hexdigest()[:16]

    async def take(
        self, principal: Principal, upload: UUID, name: str, announced: int | None, blocks: AsyncIterator[bytes]
    ) -> Upload:
        """Keep what comes, whole or not at all. Raises Refused `body_too_large`, `disk_full`, `file_empty`."""
        if announced is not None and announced > self._most:
            raise _too_large(self._most)
        folder = self._mine(principal) / str(upload)
        await asyncio.to_thread(self._make_room, principal, folder, announced or 0)
        partial = folder / "partial"
        size = 0
        try:
            with partial.open("wb") as file:
                waiting = bytearray()
                async for block in blocks:
                    size += len(block)
                    if size > self._most:
                        raise _too_large(self._most)
                    waiting += block
                    if len(waiting) >= _BLOCK:
                        await asyncio.to_thread(file.write, bytes(waiting))
                        waiting.clear()
                file.write(waiting)
            if size == 0:
                raise Refused("file_empty", zh="文件是空的。", en="The file is empty.", field="file", final=False)
            plain = PurePosixPath(name.replace("\\", "/")).name[:120] or "file"
            (folder / "name").write_text(plain, "utf-8")
            partial.replace(folder / "file")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self.find(principal, upload)

    def find(self, principal: Principal, upload: UUID) -> Upload:
        """Raises Refused `not_found`, for another's upload too."""
        folder = self._mine(principal) / str(upload)
        path = folder / "file"
        if not path.is_file():
            raise not_found("上传的文件", "upload", str(upload), field="upload")
        return Upload(folder, path, (folder / "name").read_text("utf-8"), path.stat().st_size)

    def drop(self, principal: Principal, upload: UUID) -> None:
        shutil.rmtree(self._mine(principal) / str(upload), ignore_errors=True)

    def _make_room(self, principal: Principal, folder: Path, announced: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._clear()
        mine = self._mine(principal)
        if mine.is_dir():
            kept = sorted((one for one in mine.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
            for old in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        if shutil.disk_usage(folder).free < 2 * announced + _ROOM_LEFT:
            shutil.rmtree(folder, ignore_errors=True)
            raise Refused(
                "disk_full",
                zh="服务器磁盘空间不足，无法接收文件。",
                en="The server's disk has no room for this file.",
                field="file",
                status=507,
                final=False,
            )

    def _clear(self) -> None:
        before = time.time() - KEPT_S  # of files on a disk, not of the realm
        if not self._root.is_dir():
            return
        for folder in self._root.glob("*/*"):
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < before:
                    shutil.rmtree(folder, ignore_errors=True)
