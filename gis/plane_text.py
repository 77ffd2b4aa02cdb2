"""Plane coordinates as surveyors and field crews write them: X/Y in metres with or without the zone, and UTM (pure).

In Chinese survey practice X is the northing and Y the easting. Over China a northing has seven digits and an easting six, or
eight with its zone in front, so that sizes say which is which whatever the letters; where letters and sizes disagree, sizes win.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gis.projection import Zone, split_easting, zone_at, zone_of_meridian, zone_of_number

_NORTHING = r"\d{6,7}(?:\.\d+)?"
_EASTING = r"(?:\d{8}|\d{6})(?:\.\d+)?"
_LABEL = r"(?:[XYENxyen东北纵横]|东坐标|北坐标|纵坐标|横坐标|Easting|Northing)?\s*[:：=]?\s*"
_BETWEEN = r"\s*(?:米|m(?![a-z]))?[\s,，、;；/]*"
_PLANE = re.compile(
    rf"(?<![\d.])(?P<la>{_LABEL})(?:(?P<n1>{_NORTHING}){_BETWEEN}(?P<lb>{_LABEL})(?P<e1>{_EASTING})"
    rf"|(?P<e2>{_EASTING}){_BETWEEN}(?P<lc>{_LABEL})(?P<n2>{_NORTHING}))(?![\d])(?:\s*(?:米|m(?![a-z])))?",
    re.I,
)
_UTM = re.compile(
    r"(?<![\w.])(?:UTM[\s:：]*)?(?:zone[\s:：]*)?(?P<zone>[1-9]|[1-5]\d|60)\s*(?P<band>[C-HJ-NP-X])[\s,，:：]+"
    r"(?:E[\s:：=]*)?(?P<e>\d{6}(?:\.\d+)?)\s*(?:mE|E|m)?[\s,，/]+(?:N[\s:：=]*)?(?P<n>\d{6,7}(?:\.\d+)?)(?![\d.])\s*(?:mN|N|m)?",
    re.I,
)
_MERIDIAN = re.compile(
    r"中央(?:经线|子午线)[\s:：=为]*(\d{2,3})|central\s+meridian[\s:=]*(\d{2,3})|\bCM[\s:=]*(\d{2,3})", re.I
)
_ZONE = re.compile(
    r"(?:第|带号[\s:：=为]*)\s*(\d{2})\s*(?:号)?带?|(?<![\d.])(\d{2})\s*(?:号)?带|zone[\s:]*(\d{2})(?!\s*[C-X]\b)", re.I
)
_SIX = re.compile(r"6\s*(?:度|°)\s*(?:分?带|zone)|六度带", re.I)
_SAID = re.compile(
    r"(?<![a-z])[XYEN]\s*[:：=]|[东北纵横]坐标|坐标|高斯|gauss|krüger|kruger|CGCS|国家\s*2000|大地\s*2000|度带|\d\s*带|中央|easting|northing",
    re.I,
)
_OLD = re.compile(r"北京\s*(?:19)?54|西安\s*(?:19)?80|beijing\s*(?:19)?54|xi'?an\s*(?:19)?80", re.I)


@dataclass(frozen=True, slots=True)
class PlanePoint:
    """Metres in a zone. `zone` None: nothing said which, and nothing could be taken for it. `guessed`: the zone is the city's."""

    zone: Zone | None
    easting: float
    northing: float
    start: int
    end: int
    guessed: bool = False
    old_datum: bool = False


def plane_points(text: str, home_lon: float | None = None) -> Iterator[PlanePoint]:
    """Every pair of plane coordinates in a text. `home_lon`: the city's longitude, to take its 3° zone where none is said."""
    taken: list[tuple[int, int]] = []
    old = _OLD.search(text) is not None
    for match in _UTM.finditer(text):
        north = match["band"].upper() >= "N"
        zone = Zone("UTM", int(match["zone"]), north)
        taken.append(match.span())
        yield PlanePoint(zone, float(match["e"]), float(match["n"]), *match.span())
    alone = _UTM.sub("", text)
    said = _SAID.search(text) is not None
    for match in _PLANE.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        if not said and alone.strip(" ()（）\t\n") != match.group().strip():
            continue  # two long numbers in a sentence are telephone numbers and dates
        easting, northing = float(match["e1"] or match["e2"]), float(match["n1"] or match["n2"])
        if northing < 1_000_000 and easting < 1_000_000:
            continue  # south of 9° N only the zone before the easting tells which number is which
        zone, plane_easting = split_easting(easting)
        if easting >= 1_000_000 and zone is None:
            continue  # no zone of China begins with these digits: another number
        guessed = False
        if zone is None:
            zone = _zone_said(text)
        if zone is None and home_lon is not None:
            zone, guessed = zone_at("GK6" if _SIX.search(text) else "GK3", home_lon), True
        yield PlanePoint(
            zone, plane_easting, northing, *match.span(), guessed=guessed and zone is not None, old_datum=old
        )


def _zone_said(text: str) -> Zone | None:
    meridian = _MERIDIAN.search(text)
    if meridian is not None:
        return zone_of_meridian(float(next(part for part in meridian.groups() if part)))
    for match in _ZONE.finditer(text):
        zone = zone_of_number(int(next(part for part in match.groups() if part)))
        if zone is not None:
            return zone
    return None
