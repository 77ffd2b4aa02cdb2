"""Coordinates as people write and paste them: decimal degrees, degrees-minutes-seconds, hemispheres in three spellings (pure)."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from gis.crs import Origin, to_wgs84
from gis.geometry import check_point, in_china

_ORIGINS = (
    (re.compile(r"bd-?09|baidu", re.I), Origin.BD09),
    (re.compile(r"gcj-?02|火星|高德|腾讯|amap|gaode|tencent", re.I), Origin.GCJ02),
    (re.compile(r"cgcs-?2000|国家\s*2000|天地图|tianditu", re.I), Origin.CGCS2000),
    (re.compile(r"wgs-?84|gps|北斗|beidou", re.I), Origin.WGS84),
)
# In a whole message the services are also named by their apps' names.
_NAMED = (*_ORIGINS, (re.compile(r"百度"), Origin.BD09), (re.compile(r"微信|wechat|weixin", re.I), Origin.GCJ02))
_SIGNS = str.maketrans(
    {
        "º": "°", "˚": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "分": "'", "″": '"', "”": '"', "“": '"', "秒": '"',
        "，": ",", "、": ",", "；": ",", ";": ",", "：": ":", "。": ".", "−": "-", "–": "-", "（": " ", "）": " ", "/": ",",
    }
)  # fmt: skip
_WORDS = (
    (re.compile(r"北纬|northern latitude|north"), "N"),
    (re.compile(r"南纬|southern latitude|south"), "S"),
    (re.compile(r"东经|eastern longitude|east"), "E"),
    (re.compile(r"西经|western longitude|west"), "W"),
    (re.compile(r"纬|latitude|lat\b\.?"), "Y"),
    (re.compile(r"经|longitude|lo?ng?\b\.?"), "X"),
)
_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_END = r"$|(?=[,\sNSEW])"
_PARTS = rf"(?P<deg>{_NUMBER})(?:\s*°(?:\s*(?P<min>\d{{1,2}}(?:\.\d+)?)\s*(?:'|{_END})(?:\s*(?P<sec>\d{{1,2}}(?:\.\d+)?)\s*(?:\"|{_END}))?)?)?"
_LETTER_FIRST = re.compile(rf"(?P<letter>[NSEWXY])[\s:=]*{_PARTS}")
_LETTER_LAST = re.compile(rf"{_PARTS}\s*(?P<letter>[NSEW](?![a-z]))?")
_SPACED = re.compile(
    r"^(?P<h1>[NS])?\s*(?P<d1>\d{1,2})[\s:](?P<m1>\d{1,2}(?:\.\d+)?)(?:[\s:](?P<s1>\d{1,2}(?:\.\d+)?))?\s*(?P<g1>[NS])?"
    r"[\s,]+(?P<h2>[EW])?\s*(?P<d2>\d{1,3})[\s:](?P<m2>\d{1,2}(?:\.\d+)?)(?:[\s:](?P<s2>\d{1,2}(?:\.\d+)?))?\s*(?P<g2>[EW])?$"
)
# Four decimals or seconds: from there on it matters which system is meant.
_EXACT = re.compile(r"\.\d{4}|['\d]\s*\d{1,2}(?:\.\d+)?\s*\"|:\d+:\d+|\d\.\d{2,}\s*'")
_LEFT_OVER = re.compile(r"[\s,:()\[\]{}.°]*")


@dataclass(frozen=True, slots=True)
class CoordinateText:
    """A point in WGS 84 and the system it was given in. `guessed`: which number is which was not said and had to be judged.

    `given`: (lon, lat) in that system, before conversion. `exact`: the degrees were told to a few metres. `named`: the system was.
    """

    lon: float
    lat: float
    origin: Origin
    guessed: bool
    given: tuple[float, float]
    exact: bool
    named: bool


@dataclass(frozen=True, slots=True)
class _Angle:
    value: float
    axis: str | None  # "lat", "lon" or not said


def parse_coordinates(text: str, field: str = "q", origin: Origin | None = None) -> CoordinateText | None:
    """The point a text names, or None when the text is something else (a name, a sentence).

    "23.47N 98.93E" · "98.93,23.47" · "23°28′12″N 98°55′48″E" · "北纬23度28分，东经98度55分" · "N23 28 12 E98 55 48" · with a
    system named ("高德 98.93,23.47") the offset is undone. Two bare numbers: the one that cannot be a latitude is the longitude;
    otherwise the order that lies in China; otherwise longitude first, as GeoJSON has it. `origin`: the system, when it is known from elsewhere and not named here.
    Raises Refused `coordinates_impossible`, `coordinates_swapped` or `coordinates_minutes` for what can be no point.
    """
    named, rest = _origin(_plain(text))
    system = named or origin or Origin.WGS84
    angles = _spaced(rest) or _angles(rest)
    if angles is None:
        return None
    lon, lat, guessed = _ordered(*angles)
    check_point(lon, lat, field, china=False)
    given = round(lon, 7), round(lat, 7)
    lon, lat = to_wgs84(lon, lat, system)
    return CoordinateText(
        *(round(lon, 7), round(lat, 7), system, guessed, given),
        exact=_EXACT.search(rest) is not None,
        named=(named or origin) is not None,
    )


def systems_named_in(text: str) -> list[tuple[int, Origin]]:
    """The systems of coordinates that a text names, or the map services that stand for one: (where in the text, system)."""
    return sorted((match.start(), origin) for pattern, origin in _NAMED for match in pattern.finditer(text))


def _plain(text: str) -> str:
    worded = text.replace("经度", "经").replace("纬度", "纬").replace("百度", "baidu")
    known = unicodedata.normalize("NFKC", worded.translate(_SIGNS)).translate(_SIGNS).strip()
    return known.replace("''", '"')


def _origin(text: str) -> tuple[Origin | None, str]:
    for pattern, origin in _ORIGINS:
        found = pattern.search(text)
        if found is not None:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return origin, re.sub(r"坐标系?|地图|map|coordinates?|[()]", " ", rest, flags=re.I)
    return None, re.sub(r"坐标|位置|coordinates?|position", " ", text, flags=re.I)


def _lettered(text: str) -> str:
    lowered = text.lower()
    for pattern, letter in _WORDS:
        lowered = pattern.sub(f" {letter} ", lowered)
    return re.sub(r"(?<![a-z])([nsew])(?![a-z])", lambda m: m[1].upper(), lowered)


def _spaced(text: str) -> tuple[_Angle, _Angle] | None:
    """N 23 28 12 E 98 55 48, also with colons."""
    found = _SPACED.match(" ".join(_lettered(text).split()))
    if found is None or not ((found["h1"] or found["g1"]) and (found["h2"] or found["g2"])):
        return None
    lat = _degrees(found["d1"], found["m1"], found["s1"], found["h1"] or found["g1"])
    lon = _degrees(found["d2"], found["m2"], found["s2"], found["h2"] or found["g2"])
    return _Angle(lat, "lat"), _Angle(lon, "lon")


def _angles(text: str) -> tuple[_Angle, _Angle] | None:
    """Exactly two angles and nothing else but separators."""
    lettered = _lettered(text)
    leading = re.match(r"[\s\[(]*[NSEWXY]", lettered) is not None
    found = list((_LETTER_FIRST if leading else _LETTER_LAST).finditer(lettered))
    if len(found) != 2:
        return None
    edges = [0, *(edge for match in found for edge in match.span()), len(lettered)]
    between = [lettered[start:end] for start, end in list(pairwise(edges))[::2]]
    if any(_LEFT_OVER.fullmatch(part) is None for part in between):
        return None
    first, second = (_angle(match) for match in found)
    if not re.search(r"[,\s]", lettered[found[0].start() : found[1].end()].strip()) and first.axis is None:
        return None
    if all(
        angle.axis is None and "." not in match.group() for angle, match in zip((first, second), found, strict=True)
    ):
        return None  # two bare whole numbers are a count or a code rather than a place
    return (first, second) if first.axis is None or first.axis != second.axis else None


def _angle(match: re.Match[str]) -> _Angle:
    letter: str | None = match["letter"]
    value = _degrees(match["deg"], match["min"], match["sec"], letter)
    axis = None if letter is None else "lat" if letter in "NSY" else "lon"
    return _Angle(value, axis)


def _degrees(degrees: str, minutes: str | None, seconds: str | None, letter: str | None) -> float:
    value = abs(float(degrees)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    negative = degrees.startswith("-") != (letter in ("S", "W"))
    return -value if negative else value


def _ordered(first: _Angle, second: _Angle) -> tuple[float, float, bool]:
    """(lon, lat, whether the order had to be judged)."""
    if "lat" in (first.axis, second.axis) or "lon" in (first.axis, second.axis):
        lat_first = first.axis == "lat" or second.axis == "lon"
        return (second.value, first.value, False) if lat_first else (first.value, second.value, False)
    if abs(first.value) > 90:
        return first.value, second.value, False
    if abs(second.value) > 90:
        return second.value, first.value, False
    if in_china(second.value, first.value) and not in_china(first.value, second.value):
        return second.value, first.value, True
    return first.value, second.value, True
