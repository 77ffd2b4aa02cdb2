"""A backup is one plain tar: manifest.json, database.dump, files/aa/<sha256> …, end.json. Everything in it has a hash.

`end.json` holds the manifest's hash and comes last, so that an archive that was cut off is known to be one.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from spine.canonical import Json, decode_object, encode
from spine.clock import iso
from spine.errors import Refused

FORMAT = 1
_MANIFEST, _DUMP, _END = "manifest.json", "database.dump", "end.json"
_LARGEST_MANIFEST = 256 * 1024 * 1024
_BLOCK = 1024 * 1024
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Kept(BaseModel):
    """A member of the archive: `size` in bytes, `sha256` in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: Sha256
    size: int


class Manifest(BaseModel):
    """What the archive holds, all of one moment.

    `server_version` as in PostgreSQL's server_version_num; `migrations`: (name, hash) as applied; `heads`: stream →
    (seq, hash in hex) of its last fact; `missing`: attachments that were not there or damaged (hash of what was stored).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int
    made_at: datetime
    realm: str
    kind: Literal["live", "exercise", "test"]
    title_zh: str
    title_en: str
    epoch: str
    server_version: int
    migrations: tuple[tuple[str, str], ...]
    heads: Mapping[str, tuple[int, str]]
    dump: Kept
    files: tuple[Kept, ...]
    missing: tuple[Sha256, ...]

    @property
    def facts(self) -> int:
        return sum(seq for seq, _ in self.heads.values())

    def text(self) -> bytes:
        content: dict[str, Json] = self.model_dump(mode="json")
        return encode({**content, "made_at": iso(self.made_at)}).encode() + b"\n"


def damaged(zh: str, en: str) -> Refused:
    return Refused("archive_damaged", zh=f"备份已损坏：{zh}。", en=f"The backup is damaged: {en}.")


class DamagedFile(Exception):
    """An attachment on disk is no longer what its name says."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class _Hashing(io.RawIOBase):
    """Reads through another file and hashes what passes."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        block = self._inner.read(size)
        self.sha256.update(block)
        return block


def hash_of(path: Path) -> Kept:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Kept(sha256=digest, size=file.tell())


def write_archive(target: Path, manifest: Manifest, dump: Path, place: Callable[[str], Path]) -> None:
    """Write a new file (mode 0600, fsynced). `place`: where the attachment of a hash lies.

    Raises DamagedFile for an attachment that is not what its name says, FileExistsError, OSError.
    """
    text = manifest.text()
    end = encode({"manifest_sha256": hashlib.sha256(text).hexdigest()}).encode() + b"\n"
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:

            def add(name: str, size: int, content: BinaryIO) -> str:
                member = tarfile.TarInfo(name)
                member.size, member.mode, member.mtime = size, 0o600, int(manifest.made_at.timestamp())
                reading = _Hashing(content)
                tar.addfile(member, reading)
                return reading.sha256.hexdigest()

            add(_MANIFEST, len(text), io.BytesIO(text))
            with dump.open("rb") as content:
                add(_DUMP, manifest.dump.size, content)
            for kept in manifest.files:
                try:
                    with place(kept.sha256).open("rb") as content:
                        found = add(_file_name(kept.sha256), kept.size, content)
                except FileNotFoundError:
                    raise DamagedFile(kept.sha256) from None
                if found != kept.sha256:
                    raise DamagedFile(kept.sha256)
            add(_END, len(end), io.BytesIO(end))
        out.flush()
        os.fsync(out.fileno())


def _file_name(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


@dataclass(slots=True)
class Archive(AbstractContextManager["Archive"]):
    """An archive open for reading; its manifest has been read, the rest not yet checked."""

    path: Path
    tar: tarfile.TarFile
    manifest: Manifest
    _manifest_sha256: str
    _members: dict[str, tarfile.TarInfo] = field(default_factory=dict[str, tarfile.TarInfo])

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises Refused archive_unreadable, archive_newer or archive_damaged; FileNotFoundError and other OSErrors."""
        try:
            tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed by __exit__
        except tarfile.TarError:
            raise _not_ours(path) from None
        try:
            first = tar.next()
            if first is None or first.name != _MANIFEST or first.size > _LARGEST_MANIFEST:
                raise _not_ours(path)
            text = _whole(tar, first)
            return cls(path, tar, _manifest_of(text), hashlib.sha256(text).hexdigest())
        except (tarfile.TarError, EOFError):
            tar.close()
            raise damaged("清单读不出来", "its manifest cannot be read") from None
        except BaseException:
            tar.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.tar.close()

    def check(self, dump_to: Path | None = None) -> None:
        """Read everything and compare all hashes. `dump_to`: a new file for the database dump.

        Raises Refused archive_damaged naming what is wrong, OSError when `dump_to` cannot be written.
        """
        wanted = [(_DUMP, self.manifest.dump), *((_file_name(kept.sha256), kept) for kept in self.manifest.files)]
        try:
            for name, kept in wanted:
                self._check_member(name, kept, dump_to if name == _DUMP else None)
            last = self.tar.next()
            if last is None or last.name != _END:
                raise damaged("文件不完整", "it was cut off or changed at its end")
            end = decode_object(_whole(self.tar, last))
            if end.get("manifest_sha256") != self._manifest_sha256:
                raise damaged("清单被改动", "its manifest was changed")
            if self.tar.next() is not None:
                raise damaged("末尾多出内容", "something was added at its end")
        except (tarfile.TarError, EOFError, ValueError) as trouble:
            raise damaged("文件不完整或被改动", f"it was cut off or changed ({trouble})") from None

    def _check_member(self, name: str, kept: Kept, copy_to: Path | None) -> None:
        member = self.tar.next()
        if member is None or member.name != name or not member.isreg() or member.size != kept.size:
            raise damaged(f"缺少 {name}", f"{name} is not where it should be")
        self._members[name] = member
        copy = None if copy_to is None else copy_to.open("xb")
        try:
            found = _pass_through(self.tar, member, copy)
        finally:
            if copy is not None:
                copy.close()
        if found != kept.sha256:
            raise damaged(f"{name} 的内容被改动", f"the content of {name} was changed")

    def copy_file(self, kept: Kept, out: BinaryIO) -> None:
        """One attachment's bytes, after `check`. Raises Refused archive_damaged when they changed since."""
        if _pass_through(self.tar, self._members[_file_name(kept.sha256)], out) != kept.sha256:
            raise damaged(f"附件 {kept.sha256} 被改动", f"attachment {kept.sha256} was changed")


def _manifest_of(text: bytes) -> Manifest:
    try:
        content = decode_object(text)
        number = content.get("format")
        if not isinstance(number, int):
            raise damaged("清单没有格式编号", "its manifest names no format")
        if number > FORMAT:
            raise Refused(
                "archive_newer",
                zh=f"备份格式（{number}）比本程序能读的（{FORMAT}）新。请用做出它的那个版本的烽燧恢复。",
                en=f"The backup's format ({number}) is newer than this program reads ({FORMAT}). "
                f"Restore it with the Fengsui that made it.",
            )
        return Manifest.model_validate(content)
    except (ValidationError, ValueError) as trouble:
        raise damaged("清单读不出来", f"its manifest cannot be read ({str(trouble).splitlines()[0]})") from None


def _not_ours(path: Path) -> Refused:
    return Refused("archive_unreadable", zh=f"{path} 不是烽燧的备份。", en=f"{path} is not a backup of Fengsui.")


def _whole(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} is no file")
    return content.read()


def _pass_through(tar: tarfile.TarFile, member: tarfile.TarInfo, out: BinaryIO | None) -> str:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} is no file")
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
        if out is not None:
            out.write(block)
    return digest.hexdigest()


def names(kept: Sequence[str], most: int = 5) -> str:
    """Hashes for a sentence: the first few in full, and how many more."""
    more = f" +{len(kept) - most}" if len(kept) > most else ""
    return ", ".join(kept[:most]) + more
