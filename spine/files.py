"""Attachments: uploaded in parts, checked by content, stripped, and kept under the hash of what is kept.

Commands name a file by the SHA-256 of what was uploaded, which the sender knows while he is offline.
"""

import asyncio
import hashlib
import io
import logging
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from psycopg.rows import class_row

from spine.db import Connection
from spine.errors import Refused, not_found

log = logging.getLogger("fengsui.files")

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", 8, b"WEBP"),
    ("audio/webm", 0, b"\x1a\x45\xdf\xa3"),
    ("audio/ogg", 0, b"OggS"),
    ("audio/mp4", 4, b"ftyp"),
    ("application/pdf", 0, b"%PDF-"),
)
_IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    stored_sha256: str
    media_type: str
    size: int
    name: str | None


def check_hash(sha256: str) -> str:
    if not _SHA256.match(sha256):
        raise Refused(
            "bad_hash", zh="文件摘要应为 64 位十六进制。", en="A file is named by 64 hex digits.", field="sha256"
        )
    return sha256


def media_type_of(content: bytes) -> str:
    """The type by content, whatever the sender called it. Raises Refused `file_type`."""
    for media_type, offset, signature in _SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return media_type
    raise Refused(
        "file_type",
        zh="只接受照片（JPEG、PNG、WebP）、录音和 PDF。",
        en="Only photos (JPEG, PNG, WebP), voice recordings and PDF are taken.",
        field="file",
        status=415,
    )


def strip(content: bytes, media_type: str) -> bytes:
    """An image without its metadata (device, owner, place): the place is in the command, where it can be seen.

    Raises Refused `file_broken` for what says it is an image and is none.
    """
    form = _IMAGES.get(media_type)
    if form is None:
        return content
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(
                    "image_too_large",
                    zh="照片像素过多，请缩小后再传。",
                    en="The picture has too many pixels; make it smaller.",
                    field="file",
                    status=413,
                )
            upright = ImageOps.exif_transpose(image)
            if form == "JPEG" and upright.mode != "RGB":
                upright = upright.convert("RGB")
            out = io.BytesIO()
            upright.save(out, form, quality=88) if form != "PNG" else upright.save(out, form)
            return out.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(
            "file_broken",
            zh="照片已损坏，无法打开。",
            en="The picture is broken and cannot be opened.",
            field="file",
        ) from error


@dataclass(frozen=True, slots=True)
class FileStore:
    """The files of one realm, below its data directory."""

    root: Path

    def path(self, stored_sha256: str) -> Path:
        return self.root / "files" / stored_sha256[:2] / stored_sha256

    def _part(self, sha256: str, owner: str) -> Path:
        # One part file per uploader: nobody can spoil another's upload by sending rubbish under its name.
        mine = hashlib.sha256(owner.encode()).hexdigest()[:16]
        return self.root / "uploads" / f"{sha256}.{mine}"

    def received(self, sha256: str, owner: str) -> int:
        """Bytes of an unfinished upload that are here already."""
        part = self._part(check_hash(sha256), owner)
        return part.stat().st_size if part.exists() else 0

    async def put_part(self, sha256: str, owner: str, offset: int, content: bytes) -> int:
        """Append a part at `offset` bytes. Returns how many bytes are here. Raises Refused when it does not join on."""
        part = self._part(check_hash(sha256), owner)
        here = self.received(sha256, owner)
        if offset > here:
            raise Refused(
                "upload_gap",
                zh=f"上传不连续：已收到 {here} 字节。",
                en=f"This part does not join on: {here} bytes are here.",
                field="offset",
                status=409,
                received=here,
            )
        if offset + len(content) > MOST_BYTES:
            raise too_large()
        try:
            await asyncio.to_thread(_write_at, part, offset, content)
        except OSError as error:
            raise _disk_full(error) from error
        return offset + len(content)

    async def finish(self, sha256: str, owner: str) -> tuple[str, str, int]:
        """Check, strip and keep a complete upload. Returns (stored sha256, media type, size)."""
        part = self._part(sha256, owner)
        content = await asyncio.to_thread(part.read_bytes)
        if hashlib.sha256(content).hexdigest() != sha256:
            part.unlink()
            raise Refused(
                "hash_mismatch",
                zh="收到的内容与文件摘要不符，请重新上传。",
                en="What arrived does not have the hash that was announced. Upload it again.",
                field="sha256",
            )
        try:
            media_type = media_type_of(content)
            kept = await asyncio.to_thread(strip, content, media_type)
        except Refused:
            part.unlink()
            raise
        stored = hashlib.sha256(kept).hexdigest()
        target = self.path(stored)
        try:
            await asyncio.to_thread(_write_whole, target, kept)
        except OSError as error:
            raise _disk_full(error) from error
        part.unlink(missing_ok=True)
        return stored, media_type, len(kept)


def too_large() -> Refused:
    return Refused(
        "file_too_large",
        zh=f"文件超过 {MOST_BYTES // 1024 // 1024} MB。",
        en=f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.",
        field="file",
        status=413,
    )


def _disk_full(error: OSError) -> Refused:
    log.error("an attachment cannot be written: %s", error)
    return Refused(
        "disk_full",
        zh=f"服务器磁盘无法写入（{error.strerror}），附件没有保存，请稍后重试；文字内容不受影响。",
        en=f"The server's disk cannot be written ({error.strerror}). The attachment was not kept; try again later. "
        f"Text is not affected.",
        field="file",
        status=507,
        final=False,
    )


def _write_at(path: Path, offset: int, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(content)
        file.truncate()


def _write_whole(path: Path, content: bytes) -> None:
    """Durable before it is named: a file in its place is a whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)  # half of it would only fill the disk further
        raise
    temporary.replace(path)


async def save_file(conn: Connection, file: StoredFile, *, by: str, at: datetime) -> None:
    await conn.execute(
        """
        INSERT INTO spine.file (sha256, stored_sha256, media_type, size, name, uploaded_by, at)
        VALUES (%(sha256)s, %(stored)s, %(media_type)s, %(size)s, %(name)s, %(by)s, %(at)s)
        ON CONFLICT (sha256) DO NOTHING
        """,
        {
            "sha256": file.sha256,
            "stored": file.stored_sha256,
            "media_type": file.media_type,
            "size": file.size,
            "name": file.name,
            "by": by,
            "at": at,
        },
    )


async def find_files(conn: Connection, hashes: list[str]) -> list[StoredFile]:
    """The files that a command names, in its order. Raises Refused `not_found` for one that was not uploaded."""
    if not hashes:
        return []
    async with conn.cursor(row_factory=class_row(StoredFile)) as cur:
        await cur.execute(
            "SELECT sha256, stored_sha256, media_type, size, name FROM spine.file WHERE sha256 = ANY(%s)", (hashes,)
        )
        found = {file.sha256: file for file in await cur.fetchall()}
    for wanted in hashes:
        if wanted not in found:
            raise not_found("已上传的文件", "uploaded file", wanted, field="data.files")
    return [found[wanted] for wanted in hashes]
