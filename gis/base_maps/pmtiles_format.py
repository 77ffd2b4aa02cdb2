"""The PMTiles format, version 3: one file that holds the tiles of a map (specification: protomaps/PMTiles, spec/v3).

Own reading, bounded everywhere: an archive comes from a stick or a web site, and what it says of its own sizes may be wrong or
meant to hurt. A header of 127 bytes, then directories of entries (tile number, length, offset, run length) sorted by the number
of the tile along a Hilbert curve, a directory pointing to tiles or to directories below. Whatever does not fit is a Damaged.
"""

import struct
import zlib
from array import array
from dataclasses import dataclass

from gis.base_maps.base_map import Bounds, Format

HEADER_BYTES = 127
ROOT_WITHIN = 16_384
"""The root directory lies in the first 16 KiB (specification §2)."""
MOST_ENTRIES = 200_000
MOST_ZOOM = 24
_NONE, _GZIP = 1, 2
_TYPES: dict[int, tuple[Format, str]] = {
    1: ("vector", "application/vnd.mapbox-vector-tile"),
    2: ("raster", "image/png"),
    3: ("raster", "image/jpeg"),
    4: ("raster", "image/webp"),
}
_HEADER = struct.Struct("<7sB11Q6B4iB2i")


class Damaged(Exception):
    """The archive is not what it should be: a reason in both languages, and the code of the refusal."""

    def __init__(self, zh: str, en: str, code: str = "pmtiles_damaged") -> None:
        super().__init__(en)
        self.zh, self.en, self.code = zh, en, code


@dataclass(frozen=True, slots=True)
class Header:
    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    data: tuple[int, int]
    packed_directories: bool
    packed_tiles: bool
    format: Format
    media_type: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds | None
    addressed: int


@dataclass(frozen=True, slots=True)
class Directory:
    ids: "array[int]"
    runs: "array[int]"
    lengths: "array[int]"
    offsets: "array[int]"


def read_header(content: bytes, size: int) -> Header:
    """`content`: the file's first bytes; `size`: of the file. Raises Damaged."""
    if content[:2] == b"PM" and content[2:3] in (b"\x01", b"\x02"):
        raise Damaged(
            f"这是 PMTiles 第 {content[2]} 版，只能读取第 3 版，请用 pmtiles convert 转换。",
            f"This is PMTiles version {content[2]}; version 3 is read. Convert it with pmtiles convert.",
            "pmtiles_version",
        )
    if content[:7] != b"PMTiles":
        raise Damaged("不是 PMTiles 文件。", "This is no PMTiles file.", "pmtiles_not_one")
    if len(content) < HEADER_BYTES:
        raise Damaged("文件不完整：没有完整的文件头。", "The file is cut off within its header.")
    if content[7] != 3:
        raise Damaged(
            f"这是 PMTiles 第 {content[7]} 版，只能读取第 3 版。",
            f"This is PMTiles version {content[7]}; version 3 is read.",
            "pmtiles_version",
        )
    (_, _, root_at, root_long, metadata_at, metadata_long, leaves_at, leaves_long, data_at, data_long, addressed, _, _,
     _, directories, tiles, kind, min_zoom, max_zoom, west, south, east, north, _, _, _) = _HEADER.unpack(content[:HEADER_BYTES])  # fmt: skip
    for zh, en, at, long in (
        ("根目录", "root directory", root_at, root_long),
        ("元数据", "metadata", metadata_at, metadata_long),
        ("下级目录", "leaf directories", leaves_at, leaves_long),
        ("瓦片数据", "tile data", data_at, data_long),
    ):
        if long and (at < HEADER_BYTES or at + long > size):
            raise Damaged(
                f"文件不完整：{zh}应到第 {at + long} 字节，文件只有 {size} 字节。",
                f"The file is cut off: its {en} should reach byte {at + long}, the file has {size}.",
            )
    if root_long == 0 or root_at + root_long > ROOT_WITHIN:
        raise Damaged("根目录不在文件的前 16 KiB。", "The root directory is not within the first 16 KiB.")
    if directories not in (_NONE, _GZIP) or tiles not in (_NONE, _GZIP):
        raise Damaged(
            "目录或瓦片的压缩方式不是 gzip（可能是 brotli 或 zstd），请用 pmtiles 工具重新生成。",
            "Directories or tiles are not packed with gzip (but brotli or zstd perhaps); make the archive anew with gzip.",
            "pmtiles_packing",
        )
    if kind not in _TYPES:
        raise Damaged(
            "瓦片不是矢量（MVT）、PNG、JPEG 或 WebP。",
            "Its tiles are no vector tiles (MVT), PNG, JPEG or WebP.",
            "pmtiles_type",
        )
    if not 0 <= min_zoom <= max_zoom <= MOST_ZOOM:
        raise Damaged(f"缩放级别 {min_zoom}–{max_zoom} 不合理。", f"Zooms {min_zoom} to {max_zoom} cannot be.")
    return Header(
        (root_at, root_long), (metadata_at, metadata_long), (leaves_at, leaves_long), (data_at, data_long),
        directories == _GZIP, tiles == _GZIP, *_TYPES[kind], min_zoom, max_zoom,
        _bounds(west / 1e7, south / 1e7, east / 1e7, north / 1e7), addressed,
    )  # fmt: skip


def _bounds(west: float, south: float, east: float, north: float) -> Bounds | None:
    return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None


def tile_id(z: int, x: int, y: int) -> int:
    """The number of a tile: those of all zooms above it, then its place on the Hilbert curve of its own."""
    number = ((1 << (2 * z)) - 1) // 3
    side = 1 << z
    half = side >> 1
    while half:
        right, low = int(bool(x & half)), int(bool(y & half))
        number += half * half * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return number


def unpacked(content: bytes, most: int) -> bytes:
    """gzip undone, `most` bytes at most. Raises Damaged."""
    opener = zlib.decompressobj(31)
    try:
        made = opener.decompress(content, most + 1)
    except zlib.error:
        raise Damaged("压缩数据损坏。", "Packed data is damaged.") from None
    if len(made) > most:
        raise Damaged(
            f"一块数据解压后超过 {most // 1024**2} MB。", f"A part unpacks to more than {most // 1024**2} MB."
        )
    if not opener.eof:
        raise Damaged("压缩数据不完整。", "Packed data is cut off.")
    return made


def read_directory(content: bytes) -> Directory:
    """Raises Damaged."""
    numbers = _Numbers(content)
    count = numbers.next()
    if not 1 <= count <= MOST_ENTRIES or count > len(content):
        raise Damaged(f"目录有 {count} 项，不合理。", f"A directory with {count} entries cannot be.")
    ids, last = array("Q"), 0
    for index in range(count):
        step = numbers.next()
        if index and step == 0:
            raise Damaged("目录中的瓦片编号没有按顺序。", "Tile numbers in a directory are not in order.")
        last += step
        if last >= 1 << 62:
            raise Damaged("目录中的瓦片编号过大。", "A tile number in a directory is too large.")
        ids.append(last)
    runs = array("Q", (numbers.next() for _ in range(count)))
    lengths = array("Q", (numbers.next() for _ in range(count)))
    offsets = array("Q")
    for index in range(count):
        told = numbers.next()
        if told == 0 and index == 0:
            raise Damaged("目录的第一项没有位置。", "The first entry of a directory has no place.")
        offset = offsets[-1] + lengths[index - 1] if told == 0 else told - 1
        if offset >= 1 << 62:
            raise Damaged("目录中的位置过大。", "A place in a directory is too large.")
        offsets.append(offset)
    if any(length == 0 for length in lengths):
        raise Damaged("目录中有长度为零的项。", "A directory has an entry of no length.")
    return Directory(ids, runs, lengths, offsets)


class _Numbers:
    """Whole numbers of changing length: seven bits a byte, the least first."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def next(self) -> int:
        number = shift = 0
        while True:
            if self._at >= len(self._content) or shift > 56:
                raise Damaged("目录不完整。", "A directory is cut off.")
            byte = self._content[self._at]
            self._at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
