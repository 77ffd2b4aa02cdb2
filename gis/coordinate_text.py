"""Coordinates as people write them: decimal degrees with or without N/E, degrees and minutes, longitude or latitude first. Pure."""

import re
from dataclasses import dataclass

_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_DMS = re.compile(
    r"(?P<deg>\d{1,3})\s*[°度]\s*(?:(?P<min>\d{1,2}(?:\.\d+)?)\s*[′'分]\s*)?(?:(?P<sec>\d{1,2}(?:\.\d+)?)\s*[″\"秒]\s*)?(?P<side>[NSEW北南东西])?",
    re.IGNORECASE,
)
_SIDED = re.compile(rf"({_NUMBER})\s*°?\s*([NSEW北南东西])", re.IGNORECASE)
_BARE = re.compile(rf"^\s*({_NUMBER})\s*[,，;；\s]\s*({_NUMBER})\s*$")
_SIDES = {"N": "lat", "S": "lat", "E": "lon", "W": "lon", "北": "lat", "南": "lat", "东": "lon", "西": "lon"}


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Degrees as written; `guessed`: the order was not said and was told from what is possible here."""

    lon: float
    lat: float
    guessed: bool


def _signed(value: float, side: str) -> float:
    return -value if side.upper() in ("S", "W", "南", "西") else value


def _from_sides(found: list[tuple[float, str]]) -> Coordinates | None:
    by_axis = {_SIDES[side.upper()]: _signed(value, side) for value, side in found if side}
    if set(by_axis) != {"lon", "lat"}:
        return None
    return Coordinates(by_axis["lon"], by_axis["lat"], False)


def parse_coordinates(text: str) -> Coordinates | None:
    """The one pair of coordinates in a text, or None. Swapped order is told apart where only one order can be in China."""
    degrees = [
        (float(m["deg"]) + float(m["min"] or 0) / 60 + float(m["sec"] or 0) / 3600, m["side"] or "")
        for m in _DMS.finditer(text)
    ]
    if len(degrees) == 2:
        return _from_sides(degrees) or _by_size(degrees[0][0], degrees[1][0])
    sided = [(float(m[1]), m[2]) for m in _SIDED.finditer(text)]
    if len(sided) == 2:
        return _from_sides(sided)
    bare = _BARE.match(text)
    return None if bare is None else _by_size(float(bare[1]), float(bare[2]))


def _by_size(first: float, second: float) -> Coordinates | None:
    if 70 <= first <= 140 and -90 <= second <= 60:
        return Coordinates(first, second, True)
    if 70 <= second <= 140 and -90 <= first <= 60:
        return Coordinates(second, first, True)
    if abs(first) <= 180 and abs(second) <= 90:
        return Coordinates(first, second, True)
    return None
