"""An open PMTiles archive: its tiles, what it says of itself, and whether it can be used at all.

Bounded in memory: directories are kept up to a number of entries, the root for good, whatever was used longest ago goes.
"""

import json
import os
import threading
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gis.base_maps.base_map import VectorLayer
from gis.base_maps.pmtiles_format import (
    HEADER_BYTES,
    Damaged,
    Directory,
    Header,
    read_directory,
    read_header,
    tile_id,
    unpacked,
)

MOST_DIRECTORY_BYTES = 4 * 1024**2
MOST_DEPTH = 4
MOST_METADATA_BYTES = 8 * 1024**2
MOST_TILE_BYTES = 4 * 1024**2
_KEPT_ENTRIES = 400_000
"""Entries of directories in memory at once (32 bytes each)."""
_MOST_LAYERS, _MOST_FIELDS, _MOST_NAME = 100, 60, 80
_SIGNS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}


@dataclass(frozen=True, slots=True)
class Metadata:
    name: str
    attribution: str
    vector_layers: tuple[VectorLayer, ...]


class Archive:
    """An open archive; may be asked from several threads. Raises Damaged, OSError."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._file).st_size
        self.header = read_header(os.pread(self._file, HEADER_BYTES, 0), self.size)
        self._lock = threading.Lock()
        self._held: OrderedDict[int, Directory] = OrderedDict()
        self._root = self._directory(*self.header.root)

    def __del__(self) -> None:
        # Not sooner: another thread may be reading, and the number of a closed file is soon that of another.
        file = getattr(self, "_file", -1)
        if file >= 0:
            os.close(file)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """As it lies in the archive (gzip when `header.packed_tiles`), None where there is none."""
        wanted = tile_id(z, x, y)
        directory = self._root
        for _ in range(MOST_DEPTH):
            index = bisect_right(directory.ids, wanted) - 1
            if index < 0:
                return None
            length, offset, run = directory.lengths[index], directory.offsets[index], directory.runs[index]
            if run > 0:
                return self._data(offset, length) if wanted < directory.ids[index] + run else None
            directory = self._leaf(offset, length)
        raise Damaged("目录层次过深，或者互相指来指去。", "Directories are too deep, or lead in a circle.")

    def metadata(self) -> Metadata:
        at, long = self.header.metadata
        if long > MOST_METADATA_BYTES:
            raise Damaged("元数据过大。", "The metadata is too large.")
        content = self._read(at, long)
        if self.header.packed_directories and content:
            content = unpacked(content, MOST_METADATA_BYTES)
        try:
            told: Any = json.loads(content or b"{}")
        except (ValueError, RecursionError):
            raise Damaged("元数据不是 JSON。", "The metadata is no JSON.") from None
        return _metadata(told)

    def samples(self) -> list[bytes]:
        """A few tiles from the whole of the archive, to see whether they are what the header says."""
        found: list[bytes] = []
        directory = self._root
        for index in sorted({0, len(directory.ids) // 2, len(directory.ids) - 1}):
            inner, at = directory, index
            for _ in range(MOST_DEPTH):
                if inner.runs[at] > 0:
                    found.append(self._data(inner.offsets[at], inner.lengths[at]))
                    break
                inner = self._leaf(inner.offsets[at], inner.lengths[at])
                at = len(inner.ids) // 2
            else:
                raise Damaged("目录层次过深，或者互相指来指去。", "Directories are too deep, or lead in a circle.")
        return found

    def _leaf(self, offset: int, length: int) -> Directory:
        start, whole = self.header.leaves
        if offset + length > whole:
            raise Damaged("目录指向文件之外。", "A directory leads out of the file.")
        with self._lock:
            held = self._held.get(offset)
            if held is not None:
                self._held.move_to_end(offset)
                return held
        directory = self._directory(start + offset, length)
        with self._lock:
            self._held[offset] = directory
            while len(self._held) > 1 and sum(len(one.ids) for one in self._held.values()) > _KEPT_ENTRIES:
                self._held.popitem(last=False)
        return directory

    def _directory(self, at: int, long: int) -> Directory:
        if long > MOST_DIRECTORY_BYTES:
            raise Damaged("一个目录过大。", "A directory is too large.")
        content = self._read(at, long)
        return read_directory(unpacked(content, MOST_DIRECTORY_BYTES) if self.header.packed_directories else content)

    def _data(self, offset: int, length: int) -> bytes:
        start, whole = self.header.data
        if length > MOST_TILE_BYTES:
            raise Damaged("一个瓦片过大。", "A tile is too large.")
        if offset + length > whole:
            raise Damaged("瓦片指向文件之外。", "A tile lies outside the file.")
        return self._read(start + offset, length)

    def _read(self, at: int, long: int) -> bytes:
        content = os.pread(self._file, long, at)
        if len(content) != long:
            raise Damaged("文件在读取中变短了。", "The file has become shorter.")
        return content


def _metadata(told: Any) -> Metadata:
    if not isinstance(told, dict):
        raise Damaged("元数据不是 JSON 对象。", "The metadata is no JSON object.")
    facts = cast(dict[str, Any], told)
    layers: list[VectorLayer] = []
    listed = facts.get("vector_layers")
    for one in cast(list[Any], listed)[:_MOST_LAYERS] if isinstance(listed, list) else []:
        layer = cast(dict[str, Any], one) if isinstance(one, dict) else {}
        name, fields = layer.get("id"), layer.get("fields")
        if isinstance(name, str) and 0 < len(name) <= _MOST_NAME:
            named = list(cast(dict[str, Any], fields)) if isinstance(fields, dict) else []
            layers.append(VectorLayer(name, tuple(one for one in named if len(one) <= _MOST_NAME)[:_MOST_FIELDS]))
    return Metadata(_said(facts, "name"), _said(facts, "attribution"), tuple(layers))


def _said(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return value[:2000] if isinstance(value, str) else ""


Examined = tuple[Header, Metadata]


def examine(path: Path) -> Examined:
    """Whether the archive can be used: its header, directories and some tiles are looked at. Raises Damaged, OSError."""
    archive = Archive(path)
    metadata = archive.metadata()
    if archive.header.format == "vector" and not metadata.vector_layers:
        raise Damaged(
            "矢量瓦片的元数据中没有图层列表（vector_layers），无法绘制。",
            "The metadata of these vector tiles lists no layers (vector_layers): they cannot be drawn.",
            "pmtiles_no_layers",
        )
    for content in archive.samples():
        whole = unpacked(content, 4 * MOST_TILE_BYTES) if archive.header.packed_tiles else content
        _check_sample(archive.header, whole)
    return archive.header, metadata


def _check_sample(header: Header, content: bytes) -> None:
    sign = _SIGNS.get(header.media_type)
    # A vector tile is a list of layers, field 3, each a message: its first byte says so.
    good = content.startswith(sign) if sign else content[:1] in (b"", b"\x1a")
    if not good:
        raise Damaged(
            f"瓦片的内容不是文件头所说的 {header.media_type}。",
            f"Tiles are not the {header.media_type} that the header says.",
        )
