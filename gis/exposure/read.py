"""A city's own exposure points from a file: CSV with lon and lat, or any point layer that GDAL reads and that says its coordinates.

Nothing is repaired: the first row that cannot be is named, and nothing is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyogrio
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis.exposure.draw import Drawn
from gis.exposure.points import Bools, Floats, Ints
from gis.geometry import check_point
from spine.errors import Refused

MOST_POINTS = 5_000_000
_vector: Any = shapely  # the stubs of these leave the types of arrays open
_frames: Any = pandas
_reader: Any = pyogrio
_crs: Any = pyproj


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column says what. `buildings` None: the file does not know, and no building is counted."""

    day: str
    night: str
    buildings: str | None
    lon: str = "lon"
    lat: str = "lat"


def read_points(path: Path, columns: Columns, townships: Sequence[BaseGeometry]) -> Drawn:
    """Points with the number of the township that holds each (past the last: none).

    Raises Refused: `no_file`, `not_a_layer`, `no_column`, `crs_unknown`, `not_points`, `no_points`, `too_many_points`,
    `bad_number`, and what `gis.geometry.check_point` raises; the last two name the row.
    """
    if not path.is_file():
        raise Refused("no_file", zh=f"没有文件 {path}。", en=f"There is no file {path}.", field="file")
    wanted = [columns.day, columns.night, *([columns.buildings] if columns.buildings else [])]
    if path.suffix.lower() == ".csv":
        table, lon, lat = _csv(path, columns, wanted)
    else:
        table, lon, lat = _layer(path, wanted)
    _check_size(len(lon))
    _check_places(lon, lat)
    day, night = _numbers(table, columns.day), _numbers(table, columns.night)
    buildings = _numbers(table, columns.buildings) if columns.buildings else np.zeros(len(lon))
    return Drawn(lon, lat, _held(townships, lon, lat), day, night, buildings)


def _csv(path: Path, columns: Columns, wanted: list[str]) -> tuple[Any, Floats, Floats]:
    try:
        table = _frames.read_csv(path, encoding="utf-8-sig", nrows=MOST_POINTS + 1)
    except (ValueError, UnicodeDecodeError) as trouble:
        raise _not_a_layer(path, trouble) from trouble
    _check_columns(list(table.columns), [columns.lon, columns.lat, *wanted])
    return table, _numbers(table, columns.lon, signed=True), _numbers(table, columns.lat, signed=True)


def _layer(path: Path, wanted: list[str]) -> tuple[Any, Floats, Floats]:
    try:
        info = _reader.read_info(path)
        _check_columns(list(info["fields"]), wanted)
        _check_size(int(info["features"]))
        meta, _, shapes, fields = _reader.raw.read(path, columns=list(dict.fromkeys(wanted)))
    except Refused:
        raise
    except Exception as trouble:  # pyogrio's own kinds of error have no common name
        raise _not_a_layer(path, trouble) from trouble
    if meta["crs"] is None:
        raise Refused(
            "crs_unknown",
            zh=f"{path.name} 没有说明坐标系，请先补上（例如 .prj）。",
            en=f"{path.name} does not say its coordinate system; add it first (such as a .prj).",
            field="file",
        )
    points = _vector.from_wkb(shapes)
    if not bool((_vector.get_type_id(points) == 0).all()):
        raise Refused(
            "not_points",
            zh=f"{path.name} 不全是点；请先把面转换为点。",
            en=f"{path.name} does not hold points only; turn areas into points first.",
            field="file",
        )
    turned = _crs.Transformer.from_crs(meta["crs"], "EPSG:4326", always_xy=True)
    lon, lat = turned.transform(_vector.get_x(points), _vector.get_y(points))
    table = _frames.DataFrame(dict(zip(meta["fields"], fields, strict=True)))
    return table, np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _not_a_layer(path: Path, trouble: Exception) -> Refused:
    return Refused(
        "not_a_layer",
        zh=f"{path.name} 读不出来：{trouble}",
        en=f"{path.name} cannot be read: {trouble}",
        field="file",
    )


def _check_columns(there: list[str], wanted: list[str]) -> None:
    for name in wanted:
        if name not in there:
            raise Refused(
                "no_column",
                zh=f"文件中没有“{name}”列；有：{'、'.join(map(str, there))}。",
                en=f"The file has no column '{name}'; it has {', '.join(map(str, there))}.",
                field=name,
            )


def _check_size(count: int) -> None:
    if count == 0:
        raise Refused("no_points", zh="文件中没有点。", en="There are no points in the file.", field="file")
    if count > MOST_POINTS:
        raise Refused(
            "too_many_points",
            zh=f"最多 {MOST_POINTS} 个点，请先合并。",
            en=f"At most {MOST_POINTS} points; put some together first.",
            field="file",
            most=MOST_POINTS,
        )


def _check_places(lon: Floats, lat: Floats) -> None:
    """The usual point passes at once; the first that is odd is asked what is wrong with it."""
    odd = ~((lon > 73) & (lon < 136) & (lat > 3) & (lat < 54))
    for row in np.flatnonzero(odd)[:1000].tolist():
        check_point(float(lon[row]), float(lat[row]), f"row {row + 1}")


def _numbers(table: Any, name: str, *, signed: bool = False) -> Floats:
    values: Floats = np.asarray(_frames.to_numeric(table[name], errors="coerce"), dtype=np.float64)
    bad: Bools = ~np.isfinite(values) if signed else ~(np.isfinite(values) & (values >= 0))
    if bool(bad.any()):
        row = int(np.argmax(bad))
        raise Refused(
            "bad_number",
            zh=f"第 {row + 1} 行的“{name}”不是有效的数：{table[name].iloc[row]}。",
            en=f"Row {row + 1}: '{name}' is not a number that can be: {table[name].iloc[row]}.",
            field=name,
            row=row + 1,
        )
    return values


def _held(townships: Sequence[BaseGeometry], lon: Floats, lat: Floats) -> Ints:
    held = np.full(len(lon), len(townships), dtype=np.int64)
    for number, area in reversed(list(enumerate(townships))):  # on a common border the first wins
        shapely.prepare(area)
        held[np.asarray(_vector.intersects_xy(area, lon, lat), dtype=np.bool_)] = number
    return held
