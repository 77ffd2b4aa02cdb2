"""A city's own list of names as a CSV file: places, villages with or without their area, anything with a name and a point (pure).

Columns, by their Chinese or English heading: 名称/name (required), 类别/kind, 代码/code, 经度/lon, 纬度/lat (or 坐标/coordinates in
any spelling), 英文名/name_en, 区划代码/area_code, 范围/wkt (a POLYGON or MULTIPOLYGON; villages only). UTF-8 or GBK. A list with
one wrong row is not taken: every wrong row is named with its line.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.crs import origin_of, to_wgs84
from gis.geometry import MOST_VERTICES, check_point, check_valid
from gis.point_text import read_points
from gis.region.names import english_of, initials_of, pinyin_of, spelled
from spine.errors import Refused

_vector: Any = shapely  # its stubs leave the types of arrays open
MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 500_000
_MOST_TOLD = 20
_HEADINGS = {
    "name": ("名称", "地名", "name", "name_zh"), "kind": ("类别", "类型", "kind"), "code": ("代码", "编码", "code"),
    "lon": ("经度", "lon", "lng", "longitude", "x"), "lat": ("纬度", "lat", "latitude", "y"), "coordinates": ("坐标", "coordinates"),
    "name_en": ("英文名", "name_en"), "area_code": ("区划代码", "area_code"), "wkt": ("范围", "wkt", "geometry"),
}  # fmt: skip
_KINDS = {"村": "village", "社区": "village", "行政村": "village", "village": "village"}
_KIND = re.compile(r"^[a-z][a-z_]{0,40}$")
_VILLAGE = re.compile(r"^\d{12}$")


@dataclass(frozen=True, slots=True)
class NameRow:
    """One name; `area` for villages whose area is known."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    area_code: str | None
    lon: float
    lat: float
    area: MultiPolygon | None

    def indexed(self) -> tuple[object, ...]:
        """As `name_index.replace_names` takes it."""
        sound, short = pinyin_of(self.name_zh), initials_of(self.name_zh)
        return (self.code, self.kind, self.name_zh, self.name_en, self.area_code, self.lon, self.lat, sound, short)


def read_names(raw: bytes, system: str | None = None) -> list[NameRow]:
    """The rows of a file. `system`: of its coordinates (WGS84, GCJ02, BD09, CGCS2000), WGS 84 when not said.

    Raises Refused `names_unreadable`, `names_columns`, `names_too_many`, or `names_rows` with what is wrong, line by line.
    """
    origin = origin_of(system, "system")
    if len(raw) > MOST_BYTES:
        raise Refused("names_too_many", zh="文件过大。", en="The file is too large.", field="file")
    csv.field_size_limit(8 * 1024 * 1024)
    reader = csv.DictReader(io.StringIO(_text(raw)))
    columns = _columns(reader.fieldnames or [])
    rows: list[NameRow] = []
    wrong: list[str] = []
    codes: dict[tuple[str, str], int] = {}
    for row in reader:
        line = reader.line_num
        if len(rows) >= MOST_ROWS:
            raise Refused(
                "names_too_many", zh=f"名称超过 {MOST_ROWS} 条。", en=f"More than {MOST_ROWS} names.", field="file"
            )
        try:
            read = _row({name: (row.get(heading) or "").strip() for name, heading in columns.items()}, origin, line)
        except Refused as refusal:
            wrong.append(f"{line}: {refusal.sentence('zh')}")
            continue
        before = codes.setdefault((read.kind, read.code), line)
        if before != line:
            wrong.append(f"{line}: 代码 {read.code} 与第 {before} 行重复。")
        rows.append(read)
    if wrong:
        told = "\n".join(wrong[:_MOST_TOLD])
        raise Refused(
            "names_rows",
            zh=f"有 {len(wrong)} 行有误，全部未导入：\n{told}",
            en=f"{len(wrong)} rows are wrong; nothing was taken in:\n{told}",
            field="file",
            rows=len(wrong),
        )
    return rows


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(
        "names_unreadable",
        zh="文件既不是 UTF-8 也不是 GBK 编码。",
        en="The file is neither UTF-8 nor GBK.",
        field="file",
    )


def _columns(headings: Sequence[str]) -> Mapping[str, str]:
    found = {
        name: heading
        for name, spellings in _HEADINGS.items()
        for heading in headings
        if heading.strip().lower() in spellings
    }
    if "name" not in found or not ({"lon", "lat"} <= found.keys() or "coordinates" in found or "wkt" in found):
        raise Refused(
            "names_columns",
            zh="需要“名称”列，以及“经度”“纬度”（或“坐标”“范围”）列。",
            en="A column for the name is needed, and lon and lat (or coordinates, or wkt).",
            field="file",
        )
    return found


def _wrong(zh: str, en: str) -> Refused:
    return Refused("names_row", zh=zh, en=en, field="file")


def _row(cells: Mapping[str, str], origin: str, line: int) -> NameRow:
    name = cells["name"]
    if not 1 <= len(name) <= 100:
        raise _wrong("名称为空或过长。", "The name is empty or too long.")
    kind = _KINDS.get(cells.get("kind", ""), cells.get("kind", "") or "place")
    if not _KIND.match(kind):
        raise _wrong(f"类别“{kind}”应为英文小写代号或“村”。", f"The kind '{kind}' should be a lower-case key.")
    code = cells.get("code") or f"line-{line}"
    if kind == "village" and not _VILLAGE.match(code):
        raise _wrong("村（社区）需要 12 位代码。", "A village needs a code of 12 digits.")
    area = _area(cells.get("wkt", ""), origin)
    lon, lat = _point(cells, origin, area)
    area_code = code if kind == "village" else cells.get("area_code") or None
    english = cells.get("name_en") or (
        f"{spelled(name.removesuffix('村'))} Village" if kind == "village" else english_of(name)
    )
    return NameRow(code, kind, name, english or name, area_code, lon, lat, area if kind == "village" else None)


def _point(cells: Mapping[str, str], origin: str, area: MultiPolygon | None) -> tuple[float, float]:
    if cells.get("coordinates"):
        points = read_points(cells["coordinates"]).points
        if len(points) != 1:
            raise _wrong("坐标无法读出。", "The coordinates cannot be read.")
        return points[0].given.wgs84()
    if cells.get("lon") and cells.get("lat"):
        try:
            lon, lat = float(cells["lon"]), float(cells["lat"])
        except ValueError:
            raise _wrong("经度或纬度不是数字。", "lon or lat is no number.") from None
        lon, lat = to_wgs84(*check_point(lon, lat), origin)
        return round(lon, 7), round(lat, 7)
    if area is not None:
        middle = area.representative_point()
        return round(middle.x, 7), round(middle.y, 7)
    raise _wrong("没有坐标。", "There are no coordinates.")


def _area(wkt: str, origin: str) -> MultiPolygon | None:
    if not wkt:
        return None
    try:
        shape = cast(BaseGeometry, _vector.from_wkt(wkt))
    except GEOSException:
        raise _wrong("范围不是 WKT。", "The area is no WKT.") from None
    whole = MultiPolygon([shape]) if isinstance(shape, Polygon) else shape
    if not isinstance(whole, MultiPolygon):
        raise _wrong("范围应为面。", "The area should be a polygon.")
    if int(_vector.get_num_coordinates(whole)) > MOST_VERTICES:
        raise _wrong(f"范围顶点超过 {MOST_VERTICES} 个。", f"The area has more than {MOST_VERTICES} vertices.")

    def moving(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([to_wgs84(float(x), float(y), origin) for x, y in xy]).reshape(-1, 2)

    moved = cast(MultiPolygon, _vector.transform(_vector.force_2d(whole), moving))
    west, south, east, north = moved.bounds
    check_point(west, south)
    check_point(east, north)
    check_valid(moved, "范围")
    return moved
