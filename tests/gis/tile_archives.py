"""PMTiles archives made for tests: vector ones by GDAL, raster ones and broken ones byte by byte."""

import gzip
import io
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from PIL import Image
from shapely.geometry import LineString, Polygon

from gis.base_maps.pmtiles import Archive
from gis.base_maps.pmtiles_format import tile_id

_ogr: Any = pyogrio


def gdal_archive(path: Path, layer: str, shapes: Sequence[Any], max_zoom: int) -> Path:
    """One layer of vector tiles, as GDAL writes it."""
    names = {"name": [f"{layer} {i}" for i in range(len(shapes))]}
    data: Any = geopandas.GeoDataFrame(names, geometry=list(shapes), crs=4326)
    _ogr.write_dataframe(data, path, layer=layer, driver="PMTiles", MAXZOOM=max_zoom)
    return path


def archive(path: Path, max_zoom: int = 10) -> Path:
    """Streets and a lake around 99.2 E, 23.6 N: two archives of GDAL's put into one (a vector tile is a list of layers)."""
    streets = [LineString([(98.7 + i * 0.15, 23.0), (98.9 + i * 0.15, 25.0)]) for i in range(12)]
    lake = Polygon([(99.1, 23.5), (99.5, 23.45), (99.8, 23.9), (99.3, 24.2)])
    made = {
        "streets": gdal_archive(path.with_suffix(".a.pmtiles"), "streets", streets, max_zoom),
        "water": gdal_archive(path.with_suffix(".b.pmtiles"), "water", [lake], max_zoom),
    }
    tiles: dict[tuple[int, int, int], bytes] = {}
    for one in map(Archive, made.values()):
        for place in _places(max_zoom):
            content = one.tile(*place)
            if content is not None:
                tiles[place] = tiles.get(place, b"") + gzip.decompress(content)
    layers = [{"id": name, "fields": {"name": "String"}} for name in made]
    told = {"name": "made", "attribution": "<a href='x'>made here</a>", "vector_layers": layers}
    whole = {place: gzip.compress(content) for place, content in tiles.items()}
    return tiles_archive(path, whole, kind=1, tile_packing=2, told=told, bounds=(98.6, 22.9, 100.7, 25.1), leaf=True)


def _places(max_zoom: int) -> Iterator[tuple[int, int, int]]:
    """Tiles around the training region."""
    for z in range(max_zoom + 1):
        side = 1 << z
        for x in range(int((98.6 + 180) / 360 * side), int((100.7 + 180) / 360 * side) + 1):
            for y in range(int(0.4285 * side), int(0.436 * side) + 1):
                yield z, x, y


def number(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def directory(entries: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Entries (tile id, run length, length, offset), as the specification packs them."""
    written, last = bytearray(number(len(entries))), 0
    for tile, *_ in entries:
        written += number(tile - last)
        last = tile
    for _, run, *_ in entries:
        written += number(run)
    for _, _, length, _ in entries:
        written += number(length)
    for *_, offset in entries:
        written += number(offset + 1)
    return bytes(written)


def packed(root: bytes, metadata: bytes, leaves: bytes, data: bytes, *, kind: int = 2, zooms: tuple[int, int] = (0, 2),
           bounds: tuple[float, float, float, float] = (-180, -85, 180, 85), tile_packing: int = 1, version: int = 3) -> bytes:  # fmt: skip
    at = 127
    parts: list[int] = []
    for part in (root, metadata, leaves, data):
        parts += [at, len(part)]
        at += len(part)
    corners = [round(degree * 1e7) for degree in bounds]
    header = struct.pack("<7sB11Q6B4iB2i", b"PMTiles", version, *parts, 1, 1, 1, 1, 2, tile_packing, kind, *zooms, *corners, 0, 0, 0)  # fmt: skip
    return header + root + metadata + leaves + data


def tiles_archive(path: Path, tiles: Mapping[tuple[int, int, int], bytes], *, leaf: bool = False, told: Any = None, **more: Any) -> Path:  # fmt: skip
    data, entries = bytearray(), list[tuple[int, int, int, int]]()
    for (z, x, y), content in sorted(tiles.items(), key=lambda one: tile_id(*one[0])):
        entries.append((tile_id(z, x, y), 1, len(content), len(data)))
        data += content
    zooms = (min(z for z, *_ in tiles), max(z for z, *_ in tiles))
    leaves = b""
    if leaf:
        leaves = gzip.compress(directory(entries))
        entries = [(entries[0][0], 0, len(leaves), 0)]
    metadata = gzip.compress(json.dumps({"name": "made"} if told is None else told).encode())
    settings: dict[str, Any] = {"zooms": zooms, **more}
    path.write_bytes(packed(gzip.compress(directory(entries)), metadata, leaves, bytes(data), **settings))
    return path


def shade(z: int, x: int, y: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (256, 256), ((x * 40) % 255, (y * 40) % 255, z * 20)).save(written, "PNG")
    return written.getvalue()


def raster_archive(path: Path, low: int, high: int) -> Path:
    """Pictures of every tile around the training region."""
    tiles = {place: shade(*place) for place in _places(high) if place[0] >= low}
    return tiles_archive(path, tiles, leaf=True, bounds=(98.6, 22.9, 100.7, 25.1))
