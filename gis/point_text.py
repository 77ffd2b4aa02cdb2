"""Points in whatever somebody typed or pasted: one pair of coordinates, or a whole message with links, sentences and signatures.

What was read is said together with what is doubtful about it: an order that looks exchanged, a system that nobody named, a zone
that was taken from the city. Nothing is changed silently: a doubt offers other readings and leaves the choice to the person (pure).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gis.coordinate_text import parse_coordinates, systems_named_in
from gis.crs import LonLat, Origin, is_offset_here, to_wgs84
from gis.geometry import in_china, looks_swapped
from gis.map_links import DeafLink, LinkedPoint, linked_points
from gis.plane_text import PlanePoint, plane_points
from gis.point_spelling import usual_spelling
from gis.projection import to_degrees
from spine.canonical import Json, JsonObject
from spine.errors import Refused

MOST_CHARACTERS = 4000
MOST_POINTS = 5
_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_AXIS = r"(?:[东西]经|[南北]纬|經度|緯度|经度?|纬度?|latitude|longitude|lat\b|lo?ng?\b|(?<![a-z])[NSEW](?![a-z]))"
_ANGLE = (
    rf"{_NUMBER}(?:\s*[°º˚度](?:\s*\d{{1,2}}(?:\.\d+)?\s*['′’‘分](?:\s*\d{{1,2}}(?:\.\d+)?\s*(?:[\"″”“秒]|''|′′)?)?)?)?"
)
_SIDE = rf"(?:{_AXIS}[\s:：=为]*)?{_ANGLE}(?:\s*{_AXIS})?"
# Between the two something stands: a separator, or the letter or word of a side of the world.
_APART = r"(?:[\s,，、;；/和]+|(?<=[NSEW])|(?=[东西南北经纬NSEW]))"
_PAIR = re.compile(rf"(?<![\d.A-Za-z_])(?<!\d[:：/-]){_SIDE}{_APART}{_SIDE}(?![\d.]*\d)", re.I)
_WORDED = re.compile(rf"{_AXIS}|[°º˚度]", re.I)
_FINE = re.compile(r"\.\d{3}")
_HALF = {0xFF10 + n: 0x30 + n for n in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0x2212: "-", 0x3000: " "}
_ONE_PAIR = 120
_NEAR = 40  # characters within which a system's name belongs to a pair of numbers
_OTHERS = (
    (Origin.WGS84, "GPS（WGS 84）", "GPS (WGS 84)"),
    (Origin.GCJ02, "高德、腾讯、微信", "Amap, Tencent, WeChat"),
    (Origin.BD09, "百度", "Baidu"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """Degrees as they were given, in their own system."""

    lon: float
    lat: float
    origin: Origin = Origin.WGS84

    def wgs84(self) -> LonLat:
        lon, lat = to_wgs84(self.lon, self.lat, self.origin)
        return round(lon, 7), round(lat, 7)

    def to_json(self) -> JsonObject:
        return {"lon": round(self.lon, 7), "lat": round(self.lat, 7), "origin": self.origin}


@dataclass(frozen=True, slots=True)
class Instead:
    """Another reading of the same words, to be chosen by whoever knows."""

    zh: str
    en: str
    given: Given

    def to_json(self) -> JsonObject:
        lon, lat = self.given.wgs84()
        return {"zh": self.zh, "en": self.en, "lon": lon, "lat": lat, "given": self.given.to_json()}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to be asked. `code`: swapped, order_guessed, system_unsaid, zone_guessed, outside_city, link_unread, old_datum."""

    code: str
    zh: str
    en: str
    instead: tuple[Instead, ...] = ()

    def to_json(self) -> JsonObject:
        others: list[Json] = [one.to_json() for one in self.instead]
        return {"code": self.code, "zh": self.zh, "en": self.en, "instead": others}


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A point that a text names. `written`: the words it stands in; `label`: the name that came with it, if any."""

    given: Given
    system_zh: str
    system_en: str
    written: str
    start: int
    doubts: tuple[Doubt, ...] = ()
    label: str | None = None
    accuracy_m: float | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class PointText:
    """All that was read of a text. `notices`: what looked like a place and gave no point, with the reason."""

    points: tuple[ReadPoint, ...]
    notices: tuple[Doubt, ...]
    rest: str
    """The text without the words that the points stand in."""


def read_points(text: str, home_lon: float | None = None) -> PointText:
    """The points in a text, at most five, in order. Never raises: what cannot be a point becomes a notice.

    `home_lon`: the city's longitude, whose 3° zone is taken for plane coordinates without one.
    """
    plain = usual_spelling(text[:MOST_CHARACTERS].translate(_HALF))
    whole = _of_words(plain, 0, len(plain)) if len(plain) <= _ONE_PAIR else None
    if isinstance(whole, ReadPoint):
        return PointText((whole,), (), "")
    points: list[ReadPoint] = []
    notices: list[Doubt] = []
    taken: list[tuple[int, int]] = []
    for link in linked_points(plain):
        taken.append((link.start, link.end))
        if isinstance(link, DeafLink):
            notices.append(_deaf(link))
        elif not _overlaps(taken[:-1], link.start, link.end):
            _add(points, notices, _of_link(link, plain))
    for plane in plane_points(plain, home_lon):
        if not _overlaps(taken, plane.start, plane.end):
            taken.append((plane.start, plane.end))
            _add(points, notices, _of_plane(plane, plain))
    for start, end, read in _pairs(plain, taken):
        taken.append((start, end))
        _add(points, notices, read)
    points.sort(key=lambda point: point.start)
    rest = plain
    for start, end in sorted(taken, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    return PointText(_without_repeats(points)[:MOST_POINTS], tuple(notices), rest)


def _add(points: list[ReadPoint], notices: list[Doubt], read: ReadPoint | Doubt | None) -> None:
    if isinstance(read, ReadPoint):
        points.append(read)
    elif read is not None:
        notices.append(read)


def _without_repeats(points: Sequence[ReadPoint]) -> tuple[ReadPoint, ...]:
    """A message often says one point twice, in words and in its link: the first stays."""
    kept: list[ReadPoint] = []
    for point in points:
        lon, lat = point.given.wgs84()
        if all(abs(lon - x) + abs(lat - y) > 2e-4 for x, y in (other.given.wgs84() for other in kept)):
            kept.append(point)
    return tuple(kept)


def _overlaps(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < there and here < end for here, there in taken)


def _pairs(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, ReadPoint | Doubt]]:
    """Where two angles stand side by side: with an axis or a degree sign, with three decimals each, or beside a system's name."""
    position = 0
    while (match := _PAIR.search(text, position)) is not None:
        read = _pair(text, match, taken)
        further = match
        # A day, a count or a code may stand before the first of them: 26-11-27 东经98.93 北纬23.47.
        while not _likely(read):
            further = _PAIR.search(text, further.start() + 1)
            if (
                further is None
                or further.start() >= match.end()
                or _WORDED.search(text[match.start() : further.start()])
            ):
                break
            better = _pair(text, further, taken)
            if isinstance(better, ReadPoint) and (_likely(better) or not isinstance(read, ReadPoint)):
                match, read = further, better
        position = max(match.end(), position + 1)
        if read is not None:
            yield *match.span(), read


def _likely(read: ReadPoint | Doubt | None) -> bool:
    return isinstance(read, ReadPoint) and in_china(read.given.lon, read.given.lat)


def _pair(text: str, match: re.Match[str], taken: Sequence[tuple[int, int]]) -> ReadPoint | Doubt | None:
    if _overlaps(taken, *match.span()):
        return None
    words = match.group()
    fine = len(_FINE.findall(words)) >= 2 or (words.count(".") >= 2 and _system_near(text, *match.span()) is not None)
    return _of_words(text, *match.span()) if fine or _WORDED.search(words) else None


# --- each kind of writing ---------------------------------------------------------------------------------------------


def _of_words(text: str, start: int, end: int) -> ReadPoint | Doubt | None:
    words = text[start:end]
    named = _system_near(text, start, end)
    try:
        found = parse_coordinates(words, origin=named)
    except Refused as refusal:
        return _refused(refusal, words)
    if found is None:
        return None
    given = Given(*found.given, found.origin)
    doubts: list[Doubt] = []
    if found.guessed:
        doubts.append(_order_guessed(given))
    elif looks_swapped(given.lon, given.lat):
        doubts.append(_looks_swapped(given))
    if not found.named and found.exact and is_offset_here(given.lon, given.lat):
        doubts.append(_system_unsaid(given))
    zh, en = _system_words(found.origin, named=found.named)
    return ReadPoint(given, zh, en, words.strip(), start, tuple(doubts), guessed=found.guessed)


def _system_near(text: str, start: int, end: int) -> Origin | None:
    """The system named before the numbers, or else after them."""
    before = systems_named_in(text[max(0, start - _NEAR) : start])
    after = systems_named_in(text[end : end + _NEAR])
    return before[-1][1] if before else after[0][1] if after else None


def _of_link(link: LinkedPoint, text: str) -> ReadPoint | Doubt | None:
    if abs(link.lat) > 90 or abs(link.lon) > 180:
        if abs(link.lon) <= 90 and abs(link.lat) <= 180:
            return _swapped_notice(Given(link.lat, link.lon, link.origin), text[link.start : link.end])
        return None
    inside = is_offset_here(link.lon, link.lat)
    given = Given(link.lon, link.lat, link.origin if inside else Origin.WGS84)
    doubts = [_looks_swapped(given)] if looks_swapped(given.lon, given.lat) else []
    if not link.named and inside:
        doubts.append(_system_unsaid(given))
    zh, en = _system_words(given.origin, named=link.named)
    return ReadPoint(
        given, f"{link.service_zh}，{zh}", f"{link.service_en}, {en}", text[link.start : link.end], link.start, tuple(doubts),
        link.label, link.accuracy_m,
    )  # fmt: skip


def _of_plane(plane: PlanePoint, text: str) -> ReadPoint | Doubt | None:
    words = text[plane.start : plane.end].strip()
    if plane.old_datum:
        return Doubt(
            "old_datum",
            f"“{words}”是北京54或西安80坐标，转换参数各地不同且不公开，请向测绘部门换算为 CGCS2000 后再填。",
            f"“{words}” is in Beijing 1954 or Xi'an 1980, whose parameters are local and not public: have it converted to CGCS2000 first.",
        )
    if plane.zone is None:
        return Doubt(
            "zone_unsaid",
            f"“{words}”没有带号，也没有中央经线，无法确定位置。",
            f"“{words}” has neither a zone nor a central meridian: where it lies cannot be told.",
        )
    lon, lat = to_degrees(plane.zone, plane.easting, plane.northing)
    if not (abs(lon) <= 180 and abs(lat) <= 90 and abs(lon - plane.zone.meridian) <= 6) or (
        plane.zone.kind != "UTM" and lat > 56
    ):
        return Doubt(
            "plane_impossible",
            f"“{words}”不在 {plane.zone.zh} 的范围内，请核对数字和带号。",
            f"“{words}” lies outside {plane.zone.en}: check the digits and the zone.",
        )
    doubts: tuple[Doubt, ...] = ()
    if plane.guessed:
        doubts = (
            Doubt(
                "zone_guessed",
                f"没有说明投影带，按本市所在的{plane.zone.zh}计算，请核对。",
                f"No zone was given; the city's own was taken, {plane.zone.en}. Check it.",
            ),
        )
    given = Given(round(lon, 7), round(lat, 7), plane.zone.origin)
    return ReadPoint(given, plane.zone.zh, plane.zone.en, words, plane.start, doubts, guessed=plane.guessed)


# --- what is asked ----------------------------------------------------------------------------------------------------


def _system_words(origin: Origin, *, named: bool) -> tuple[str, str]:
    zh, en = {
        Origin.WGS84: ("WGS 84", "WGS 84"), Origin.CGCS2000: ("CGCS2000", "CGCS2000"), Origin.GCJ02: ("GCJ-02（火星坐标）", "GCJ-02"),
        Origin.BD09: ("BD-09（百度坐标）", "BD-09"),
    }[origin]  # fmt: skip
    return (zh, en) if named else (f"按 {zh}", f"taken as {en}")


def _at(given: Given) -> tuple[str, str]:
    return f"经度 {given.lon:g}、纬度 {given.lat:g}", f"longitude {given.lon:g}, latitude {given.lat:g}"


def exchanged(given: Given) -> Given:
    return replace(given, lon=given.lat, lat=given.lon)


def instead_exchanged(given: Given) -> Instead:
    zh, en = _at(other := exchanged(given))
    return Instead(f"改为{zh}", f"Use {en}", other)


def _looks_swapped(given: Given) -> Doubt:
    zh, en = _at(given)
    other_zh, other_en = _at(exchanged(given))
    return Doubt(
        "swapped",
        f"{zh}不在境内，经纬度可能写反了；是否为{other_zh}？",
        f"{en.capitalize()} is not in China; longitude and latitude look exchanged. Did you mean {other_en}?",
        (instead_exchanged(given),),
    )


def _swapped_notice(meant: Given, words: str) -> Doubt:
    zh, en = _at(meant)
    return Doubt(
        "swapped",
        f"“{words.strip()[:80]}”的经纬度写反了：纬度不能大于 90；是否为{zh}？",
        f"In “{words.strip()[:80]}” longitude and latitude are exchanged: no latitude is above 90. Did you mean {en}?",
        (Instead(f"改为{zh}", f"Use {en}", meant),),
    )


def _refused(refusal: Refused, words: str) -> Doubt:
    meant = refusal.facts.get("suggestion")
    if isinstance(meant, dict):
        lon, lat = meant.get("lon"), meant.get("lat")
        if isinstance(lon, float) and isinstance(lat, float) and abs(lat) <= 90:
            return _swapped_notice(Given(lon, lat), words)
    return Doubt(refusal.code, refusal.sentence("zh"), refusal.sentence("en"))


def _order_guessed(given: Given) -> Doubt:
    zh, en = _at(given)
    return Doubt(
        "order_guessed",
        f"两个数没有写明哪个是经度，按{zh}理解。",
        f"Which number is the longitude was not said; read as {en}.",
        (instead_exchanged(given),) if in_china(given.lat, given.lon) or not in_china(given.lon, given.lat) else (),
    )


def _system_unsaid(given: Given) -> Doubt:
    taken = next(one for one in _OTHERS if one[0] is given.origin)
    others = tuple(
        Instead(f"按{zh}坐标", f"Take as {en}", replace(given, origin=origin))
        for origin, zh, en in _OTHERS
        if origin is not given.origin
    )
    return Doubt(
        "system_unsaid",
        f"没有说明坐标系，按{taken[1]}坐标理解；若来自其他地图，会差 300–1200 米。",
        f"No coordinate system was named; taken as {taken[2]}. From another map service it is 300–1,200 m off.",
        others,
    )


def _deaf(link: DeafLink) -> Doubt:
    if link.short:
        return Doubt(
            "link_unread",
            f"{link.text} 是短链接，里面没有坐标；请打开后复制坐标，或请对方发送文字位置。",
            f"{link.text} is a short link without coordinates: open it and copy them, or ask for the place in words.",
        )
    return Doubt(
        "link_unread",
        f"{link.text[:80]} 里是百度的米制坐标，无法读出；请在地图上复制经纬度。",
        f"{link.text[:80]} holds Baidu's metre coordinates, which are not read: copy longitude and latitude instead.",
    )
