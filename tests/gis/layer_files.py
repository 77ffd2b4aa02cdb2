"""Files of layers as they come from other systems, good and bad, made anew for each test."""

import json
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

NAMES = ("第一小学", "县人民医院", "应急避难场所", "水库管理所")
_gpd: Any = geopandas
_ogr: Any = pyogrio


def frame(shapes: Sequence[BaseGeometry | None], crs: str | None = "EPSG:4326", **columns: Sequence[Any]) -> Any:
    data = columns or {"名称": [NAMES[i % len(NAMES)] for i in range(len(shapes))], "床位": list(range(len(shapes)))}
    return _gpd.GeoDataFrame(data, geometry=list(shapes), crs=crs)


def points(count: int = 4, west: float = 99.1, south: float = 23.4) -> list[BaseGeometry]:
    return [shapely.Point(west + 0.01 * (i % 50), south + 0.005 * (i % 70)) for i in range(count)]


def shapefile(
    folder: Path,
    data: Any,
    *,
    encoding: str = "GBK",
    leave_out: Iterable[str] = (),
    replace: Mapping[str, bytes] | None = None,
    name: str = "layer",
) -> Path:
    """A zipped shapefile. `leave_out`: endings not to put in; `replace`: ending → other bytes."""
    work = folder / f"parts_{name}"
    work.mkdir()
    _ogr.write_dataframe(data, work / f"{name}.shp", encoding=encoding)
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(work.iterdir()):
            ending = part.suffix
            if ending in leave_out:
                continue
            archive.writestr(part.name, (replace or {}).get(ending, part.read_bytes()))
    return path


def geopackage(path: Path, layers: Mapping[str, Any]) -> Path:
    for name, data in layers.items():
        _ogr.write_dataframe(data, path, layer=name, driver="GPKG")
    return path


def geojson(path: Path, geometries: Sequence[Mapping[str, Any] | None], crs: str | None = None) -> Path:
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": f"f{i}", "n": i}, "geometry": geometry}
            for i, geometry in enumerate(geometries, 1)
        ],
    }
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(document), "utf-8")
    return path


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def lying_bomb(path: Path) -> Path:
    """A zip whose directory says 1 kB where a gigabyte of zeroes comes out."""
    size = 1 << 30
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("a.csv", "w") as member,
    ):
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            member.write(block)
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1024)
    path.write_bytes(content)
    return path
