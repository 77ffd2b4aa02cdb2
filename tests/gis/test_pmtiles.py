"""PMTiles archives: GDAL's and our own are read; what is cut off, old, lying or hostile is refused without costing memory."""

import gzip
import struct
from pathlib import Path
from typing import Any

import pytest

from gis.base_maps import pmtiles, pmtiles_format
from gis.base_maps.pmtiles import Archive, examine
from gis.base_maps.pmtiles_format import Damaged, read_directory, tile_id, unpacked
from spine.errors import Refused
from tests.gis.tile_archives import (
    archive,
    directory,
    gdal_archive,
    number,
    packed,
    raster_archive,
    shade,
    tiles_archive,
)
from web.base_maps.files import archive_path, share_with, take_archive


def test_numbers_of_tiles() -> None:
    """The specification's own table (§4.1)."""
    known = {
        (0, 0, 0): 0,
        (1, 0, 0): 1,
        (1, 0, 1): 2,
        (1, 1, 1): 3,
        (1, 1, 0): 4,
        (2, 0, 0): 5,
        (12, 3423, 1763): 19078479,
    }
    assert {place: tile_id(*place) for place in known} == known
    assert sorted(tile_id(4, x, y) for x in range(16) for y in range(16)) == list(range(85, 341))


def test_an_archive_of_gdal(tmp_path: Path) -> None:
    from shapely.geometry import LineString

    path = gdal_archive(tmp_path / "a.pmtiles", "streets", [LineString([(99, 23), (100, 24)])], 9)
    header, metadata = examine(path)
    assert (header.format, header.min_zoom, header.max_zoom) == ("vector", 0, 9)
    assert [(layer.id, layer.fields) for layer in metadata.vector_layers] == [("streets", ("name",))]
    opened = Archive(path)
    tile = opened.tile(9, 396, 222)
    assert tile is not None
    assert unpacked(tile, 10**6)[:1] == b"\x1a"
    assert opened.tile(9, 0, 0) is None


@pytest.mark.parametrize("leaf", [False, True])
def test_every_tile_is_found(tmp_path: Path, leaf: bool) -> None:
    tiles = {(z, x, y): f"{z}/{x}/{y}".encode() for z in range(5) for x in range(1 << z) for y in range(1 << z)}
    opened = Archive(tiles_archive(tmp_path / "a.pmtiles", tiles, leaf=leaf))
    assert all(opened.tile(*place) == content for place, content in tiles.items())
    assert opened.tile(5, 3, 3) is None


def test_runs_and_neighbours(tmp_path: Path) -> None:
    """One entry for four equal tiles; a place told as 0 is right after the one before."""
    root = number(2) + number(1) + number(4) + number(4) + number(1) + number(3) + number(2) + number(1) + number(0)
    path = tmp_path / "a.pmtiles"
    path.write_bytes(packed(gzip.compress(root), gzip.compress(b"{}"), b"", b"seaXY"))
    opened = Archive(path)
    assert [opened.tile(1, x, y) for x, y in ((0, 0), (0, 1), (1, 1), (1, 0))] == [b"sea"] * 4
    assert (opened.tile(0, 0, 0), opened.tile(2, 0, 0), opened.tile(2, 1, 0)) == (None, b"XY", None)


def good(tmp_path: Path) -> bytearray:
    return bytearray(raster_archive(tmp_path / "good.pmtiles", 6, 7).read_bytes())


def test_what_is_no_archive(tmp_path: Path) -> None:
    whole = bytes(good(tmp_path))
    changed: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "pmtiles_not_one"),
        "a zip": (b"PK\x03\x04" + bytes(300), "pmtiles_not_one"),
        "version 2": (b"PM\x02\x00" + bytes(600_000), "pmtiles_version"),
        "version 4": (whole[:7] + b"\x04" + whole[8:], "pmtiles_version"),
        "header cut": (whole[:100], "pmtiles_damaged"),
        "cut": (whole[:-50], "pmtiles_damaged"),
        "half": (whole[: len(whole) // 2], "pmtiles_damaged"),
        "brotli": (whole[:98] + b"\x03" + whole[99:], "pmtiles_packing"),
        "zstd directories": (whole[:97] + b"\x04" + whole[98:], "pmtiles_packing"),
        "avif": (whole[:99] + b"\x05" + whole[100:], "pmtiles_type"),
        "says jpeg": (whole[:99] + b"\x03" + whole[100:], "pmtiles_damaged"),
        "zooms": (whole[:100] + b"\x09\x03" + whole[102:], "pmtiles_damaged"),
        "root beyond": (whole[:8] + struct.pack("<Q", 2**63) + whole[16:], "pmtiles_damaged"),
        "root noise": (whole[:127] + b"\xff" * 8 + whole[135:], "pmtiles_damaged"),
    }
    for what, (content, code) in changed.items():
        path = tmp_path / "bad.pmtiles"
        path.write_bytes(content)
        with pytest.raises(Damaged) as damaged:
            examine(path)
        assert damaged.value.code == code, what
        with pytest.raises(Refused) as refused:
            take_archive(tmp_path, path)
        assert (refused.value.code, refused.value.field) == (code, "file"), what
    assert list((tmp_path / "basemaps").glob("*")) == [] if (tmp_path / "basemaps").exists() else True


HOSTILE: dict[str, bytes] = {
    "nothing": number(0),
    "cut off": number(5) + number(1),
    "a billion": number(10**9) + bytes(40),
    "more than there is": number(190_000) + bytes(40),
    "not in order": number(2) + number(5) + number(0) + number(1) * 2 + number(1) * 2 + number(1) * 2,
    "an endless number": b"\x01" + b"\xff" * 30,
    "too large a number": number(1) + number(2**62) + number(1) * 3,
    "no length": number(1) + number(0) + number(1) + number(0) + number(1),
    "first place from nowhere": number(1) + number(0) + number(1) + number(1) + number(0),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_directories(what: str) -> None:
    with pytest.raises(Damaged):
        read_directory(HOSTILE[what])


def test_a_directory_that_leads_to_itself(tmp_path: Path) -> None:
    leaf = b""
    while len(leaf) != (length := len(gzip.compress(directory([(0, 0, len(leaf), 0)])))):
        leaf = bytes(length)
    leaf = gzip.compress(directory([(0, 0, length, 0)]))
    root = gzip.compress(directory([(0, 0, len(leaf), 0)]))
    path = tmp_path / "loop.pmtiles"
    path.write_bytes(packed(root, gzip.compress(b"{}"), leaf, b"x"))
    with pytest.raises(Damaged, match="circle"):
        examine(path)
    with pytest.raises(Damaged):
        Archive(path).tile(2, 1, 1)


def test_places_outside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    for entry in ((0, 1, 50, 0), (0, 1, 1, 10**9), (0, 0, 50, 0), (0, 1, pmtiles.MOST_TILE_BYTES + 1, 0)):
        path.write_bytes(packed(gzip.compress(directory([entry])), gzip.compress(b"{}"), b"", b"tile"))
        with pytest.raises(Damaged):
            examine(path)


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(64 * 1024**2))
    with pytest.raises(Damaged, match="unpacks to more"):
        unpacked(bomb, 1024**2)
    path = tmp_path / "a.pmtiles"
    root = gzip.compress(directory([(0, 1, 4, 0)]))
    path.write_bytes(packed(root, bomb, b"", b"\x89PNG\r\n\x1a\n"))
    with pytest.raises(Damaged, match="unpacks to more"):
        examine(path)
    path.write_bytes(packed(root, gzip.compress(b"[" * 100_000), b"", b"\x89PNG\r\n\x1a\n"))
    with pytest.raises(Damaged, match="no JSON"):
        examine(path)


def test_layers_that_nobody_can_draw(tmp_path: Path) -> None:
    tile = {(0, 0, 0): gzip.compress(b"\x1a\x00")}
    for told in ({}, {"vector_layers": "x"}, {"vector_layers": [1, {"id": ""}, {"id": 5}]}):
        path = tiles_archive(tmp_path / "a.pmtiles", tile, kind=1, tile_packing=2, told=told)
        with pytest.raises(Damaged) as damaged:
            examine(path)
        assert damaged.value.code == "pmtiles_no_layers"
    many: list[Any] = [{"id": f"l{i}", "fields": {f"f{j}": "x" for j in range(500)}} for i in range(500)]
    _, metadata = examine(
        tiles_archive(tmp_path / "a.pmtiles", tile, kind=1, tile_packing=2, told={"vector_layers": many})
    )
    assert (len(metadata.vector_layers), len(metadata.vector_layers[0].fields)) == (100, 60)


def test_directories_in_memory_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmtiles, "_KEPT_ENTRIES", 10)
    leaves, root, data = bytearray(), list[tuple[int, int, int, int]](), shade(0, 0, 0)
    for block in range(20):
        leaf = gzip.compress(directory([(block * 4 + i, 1, len(data), 0) for i in range(4)]))
        root.append((block * 4, 0, len(leaf), len(leaves)))
        leaves += leaf
    path = tmp_path / "a.pmtiles"
    path.write_bytes(packed(gzip.compress(directory(root)), gzip.compress(b"{}"), bytes(leaves), data, zooms=(0, 3)))
    opened = Archive(path)
    for place in [(3, x, y) for x in range(4) for y in range(4)]:
        assert opened.tile(*place) == data
    held = opened._held  # pyright: ignore[reportPrivateUsage]
    assert 1 <= len(held) <= 2


def test_an_archive_is_copied_and_shared(tmp_path: Path) -> None:
    path = archive(tmp_path / "town.pmtiles", 6)
    live, exercise = tmp_path / "live", tmp_path / "live" / "exercises" / "a"
    exercise.mkdir(parents=True)
    _, sha256, size = take_archive(live, path)
    path.unlink()
    assert archive_path(live, sha256).stat().st_size == size
    share_with(live, exercise, {sha256, "f" * 64})
    assert examine(archive_path(exercise, sha256))[0].format == "vector"
    assert pmtiles_format.HEADER_BYTES == 127


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.pmtiles"):
        with pytest.raises(Refused) as refused:
            take_archive(tmp_path, path)
        assert (refused.value.code, refused.value.field) == ("pmtiles_unreadable", "file")
