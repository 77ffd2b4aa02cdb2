"""When the fire reaches what lies around it: villages, facilities, roads, the national border."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geodesic import east_north_km
from gis.hazards.fire_ellipse import Growth
from gis.hazards.ground import Facility, Ground, NamedLine, Settlement
from gis.hazards.model import Listed, ListedRow, Note

Floats: TypeAlias = NDArray[np.float64]
_vector: Any = shapely
_STEP_DEG = 0.002  # between points along a line: about 200 m
_FACILITIES = (
    "school",
    "hospital",
    "tcm_hospital",
    "clinic",
    "shelter",
    "hazardous_site",
    "reservoir",
    "dam",
    "substation",
    "fire_station",
)
_MINUTES_IN_WORDS = 60


@dataclass(frozen=True, slots=True)
class Front:
    """The fire seen from its place: `starts` (k, 2) metres east and north on its edge, the likely growth and the earliest ones;
    `within`: how many minutes are looked ahead. `burnt`: degrees, None for a point."""

    lon: float
    lat: float
    starts: Floats
    likely: Growth
    earliest: tuple[Growth, ...]
    within: float
    burnt: BaseGeometry | None

    def minutes(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """(likely, earliest) arrival at places; 0 where it has burnt."""
        east, north = east_north_km(self.lon, self.lat, lon, lat)
        x, y = east[:, None] * 1000 - self.starts[None, :, 0], north[:, None] * 1000 - self.starts[None, :, 1]
        likely = self.likely.minutes_to(x, y).min(axis=1)
        earliest = np.min([growth.minutes_to(x, y).min(axis=1) for growth in self.earliest], axis=0)
        if self.burnt is not None:
            inside = np.asarray(_vector.intersects_xy(self.burnt, lon, lat), dtype=np.bool_)
            likely, earliest = np.where(inside, 0.0, likely), np.where(inside, 0.0, earliest)
        return likely, np.minimum(earliest, likely)


def duration(minutes: float) -> tuple[str, str]:
    """To five minutes within two hours, to a quarter of an hour beyond; what lies behind the horizon has no number."""
    if minutes <= 0:
        return "已在火场内", "inside the fire"
    step = 5 if minutes < 120 else 15
    rounded = max(round(minutes / step) * step, step)
    if rounded < _MINUTES_IN_WORDS:
        return f"{rounded} 分钟", f"{rounded} min"
    hours, rest = divmod(int(rounded), _MINUTES_IN_WORDS)
    return (f"{hours} 小时", f"{hours} h") if rest == 0 else (f"{hours} 小时 {rest} 分钟", f"{hours} h {rest} min")


def arrival_words(likely: float, earliest: float, within: float) -> tuple[str, str]:
    """Why a place is on the list."""
    if earliest <= 0:
        return duration(0)
    soon = duration(earliest)
    if likely > within:
        hours = f"{within / 60:g}"
        return f"{hours} 小时内可能不到，最早 {soon[0]}", f"probably not within {hours} h, at the earliest {soon[1]}"
    usual = duration(likely)
    return f"约 {usual[0]}，最早 {soon[0]}", f"about {usual[1]}, at the earliest {soon[1]}"


def arrivals(front: Front, ground: Ground) -> tuple[Listed, ...]:
    """Villages, facilities and roads that can be reached, the soonest first."""
    lists = (
        Listed("villages", "村镇到达时间", "arrival at villages", _places(front, ground.settlements)),
        Listed(
            "facilities", "重要设施到达时间", "arrival at facilities", _places(front, [f for f in ground.facilities if f.kind in _FACILITIES])
        ),
        Listed("roads", "道路到达时间", "arrival at roads", _lines(front, ground.roads)),
    )  # fmt: skip
    return tuple(one for one in lists if one.rows)


def _places(front: Front, places: Sequence[Settlement | Facility]) -> tuple[ListedRow, ...]:
    if not places:
        return ()
    lon, lat = np.asarray([p.lon for p in places]), np.asarray([p.lat for p in places])
    likely, earliest = front.minutes(lon, lat)
    near: list[int] = np.flatnonzero(earliest <= front.within).tolist()
    near.sort(key=lambda i: (likely[i], places[i].id))
    rows: list[ListedRow] = []
    for i in near:
        place = places[i]
        zh, en = arrival_words(float(likely[i]), float(earliest[i]), front.within)
        kind = place.kind if isinstance(place, Facility) else "village"
        rows.append(ListedRow(place.id, kind, place.name_zh, place.name_en, place.lon, place.lat, zh, en))
    return tuple(rows)


def _lines(front: Front, lines: Sequence[NamedLine]) -> tuple[ListedRow, ...]:
    """Each road once by its name, at the place where the fire comes to it first; roads without name one by one."""
    found: dict[str, tuple[float, ListedRow]] = {}
    for index, line in enumerate(lines):
        points = _along(line.line)
        likely, earliest = front.minutes(points[:, 0], points[:, 1])
        at = int(np.argmin(likely))
        if earliest.min() > front.within:
            continue
        zh, en = arrival_words(float(likely[at]), float(earliest.min()), front.within)
        key = line.name_zh or f"#{index}"
        row = ListedRow(
            f"road:{key}", "road", line.name_zh or "无名道路", line.name_en or "road without name",
            round(float(points[at, 0]), 6), round(float(points[at, 1]), 6), zh, en,
        )  # fmt: skip
        if key not in found or likely[at] < found[key][0]:
            found[key] = float(likely[at]), row
    return tuple(row for _, row in sorted(found.values(), key=lambda pair: (pair[0], pair[1].id)))


def _along(line: BaseGeometry) -> Floats:
    return np.asarray(_vector.get_coordinates(_vector.segmentize(line, _STEP_DEG)), dtype=np.float64)


def is_abroad(class_key: str, lon: float, lat: float, ground: Ground) -> bool:
    """Whether the fire burns on the other side: said by its class, else by the outline of the city and the border between."""
    if class_key.endswith(".abroad"):
        return True
    border, city = ground.national_border, ground.city
    if border is None or city is None or bool(_vector.intersects_xy(city, lon, lat)):
        return False
    here = shapely.Point(lon, lat)
    return bool(_vector.intersects(_vector.shortest_line(here, city), _outline(border)))


def _outline(border: BaseGeometry) -> BaseGeometry:
    return border.boundary if border.geom_type in ("Polygon", "MultiPolygon") else border


def border_crossing(front: Front, ground: Ground, abroad: bool) -> tuple[Listed | None, Note | None]:
    """Where and when the fire reaches the national border, from this side or from the other; (None, None) where it does not."""
    if ground.national_border is None:
        return None, None
    points = _along(_outline(ground.national_border))
    likely, earliest = front.minutes(points[:, 0], points[:, 1])
    at = int(np.argmin(likely))
    first = float(earliest.min())
    if first > front.within:
        return None, None
    zh, en = arrival_words(float(likely[at]), first, front.within)
    row = ListedRow(
        "border",
        "border",
        "国境线",
        "national border",
        round(float(points[at, 0]), 6),
        round(float(points[at, 1]), 6),
        zh,
        en,
    )
    law_zh = "国界附近的森林火灾须立即逐级报告国家森林防火指挥机构（《森林防火条例》第三十二条）。"
    law_en = "A fire near the national border must be reported to the national level at once (Forest Fire Prevention Regulation, Article 32)."
    note = (
        Note("border_in", f"境外火可能越境：{zh}。{law_zh}", f"The fire abroad may cross to our side: {en}. {law_en}")
        if abroad
        else Note(
            "border_out",
            f"火可能蔓延出境：{zh}。{law_zh}",
            f"The fire may cross the border to the other side: {en}. {law_en}",
        )
    )
    return Listed("border", "到达国境线", "arrival at the national border", (row,)), note
