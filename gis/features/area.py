"""A box in which features are wanted: `bbox` with four or six numbers, in any of the systems, also over the antimeridian."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely import to_wkb
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from gis.features.reference_systems import ReferenceSystem
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Area:
    """One box, or two where it crosses 180°: (west, south, east, north) in WGS 84 with west ≤ east."""

    boxes: tuple[tuple[float, float, float, float], ...]

    def shapes(self) -> list[BaseGeometry]:
        return [_shape(*one) for one in self.boxes]

    def wkbs(self) -> list[bytes]:
        return [to_wkb(one) for one in self.shapes()]


def _shape(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """A box without width or height is a line or a point: as a polygon it would have no inside and meet nothing."""
    if west == east and south == north:
        return Point(west, south)
    if west == east or south == north:
        return LineString([(west, south), (east, north)])
    return box(west, south, east, north)


def _wrong(zh: str, en: str, field: str) -> Refused:
    return Refused("bad_bbox", zh=f"{field}：{zh}", en=f"{field}: {en}", field=field, status=400)


def area_of_text(text: str, system: ReferenceSystem, field: str = "bbox") -> Area:
    """Raises Refused `bad_bbox`."""
    parts = text.split(",")
    if len(parts) not in (4, 6):
        raise _wrong(
            "应为 4 个或 6 个以逗号分开的数字。", "four or six numbers with commas between them are expected.", field
        )
    numbers: list[float] = []
    for place, part in enumerate(parts, 1):
        try:
            numbers.append(float(part))
        except ValueError:
            raise _wrong(
                f"第 {place} 项“{part[:40]}”不是数字。", f"item {place}, '{part[:40]}', is no number.", field
            ) from None
    return area_of(numbers, system, field)


def area_of(numbers: Sequence[float], system: ReferenceSystem, field: str = "bbox") -> Area:
    """The heights among six numbers are not looked at: features are flat. Raises Refused `bad_bbox`."""
    if len(numbers) not in (4, 6):
        raise _wrong("应为 4 个或 6 个数字。", "four or six numbers are expected.", field)
    if not all(math.isfinite(number) for number in numbers):
        raise _wrong("数字必须是有限的。", "the numbers must be finite.", field)
    if len(numbers) == 6:
        if numbers[2] > numbers[5]:
            raise _wrong("最小高度大于最大高度。", "the least height is above the greatest.", field)
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    west, south = system.to_wgs84(numbers[0], numbers[1])
    east, north = system.to_wgs84(numbers[2], numbers[3])
    slack = 1e-6 if system.metres else 0.0
    for name, value, most in (
        ("west", west, 180.0),
        ("south", south, 90.0),
        ("east", east, 180.0),
        ("north", north, 90.0),
    ):
        if abs(value) > most + slack:
            raise _wrong(
                f"超出坐标系范围（{name} = {value:g}°）。",
                f"outside the reference system ({name} = {value:g}°).",
                field,
            )
    if south > north:
        raise _wrong("南边界在北边界之北。", "its south is north of its north.", field)
    if west > east:
        if system.metres:
            raise _wrong("西边界在东边界之东。", "its west is east of its east.", field)
        return Area(((west, south, 180.0, north), (-180.0, south, east, north)))
    return Area(((max(west, -180.0), south, min(east, 180.0), north),))
