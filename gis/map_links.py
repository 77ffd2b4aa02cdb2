"""Points in links that phones send: a map service's link says where, and the service says in which system (pure).

Read are the documented link forms of 高德 (uri.amap.com, amapuri, androidamap, iosamap), 百度 (api.map.baidu.com, baidumap, bdapp),
腾讯 (apis.map.qq.com, qqmap), 天地图, OpenStreetMap, Google and Apple, `geo:` (RFC 5870), and the location element of a WeChat
message. Short links hold no coordinates; whoever has one must open it, and is told so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from gis.crs import Origin

_LINK = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}://|geo:)[^\s<>\"'，。；、）】]+", re.I)
_WECHAT = re.compile(r"<location\b[^>]{0,2000}>", re.I)
_ATTRIBUTE = re.compile(r"([a-z]+)\s*=\s*[\"']([^\"']*)[\"']", re.I)
_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
_PLACE_PAIR = re.compile(r"!3d(-?\d{1,3}\.\d+)!4d(-?\d{1,3}\.\d+)")
_SHORT = re.compile(
    r"^(?:surl\.amap\.com|wb\.amap\.com|j\.map\.baidu\.com|url\.cn|maps\.app\.goo\.gl|goo\.gl|dwz\.cn|t\.cn)$"
)
_METRES = re.compile(r"@-?\d{6,9}(?:\.\d+)?,-?\d{6,8}")


@dataclass(frozen=True, slots=True)
class LinkedPoint:
    """A point that a link names: degrees in `origin`. `named`: the link or its service says which system that is."""

    lon: float
    lat: float
    origin: Origin
    named: bool
    service_zh: str
    service_en: str
    start: int
    end: int
    label: str | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class DeafLink:
    """A map link from which no point can be read. `short`: it must be opened first; otherwise it is in plane metres."""

    text: str
    short: bool
    start: int
    end: int


_Params = Mapping[str, str]
_Read = tuple[float, float, Origin, bool] | None


def linked_points(text: str) -> list[LinkedPoint | DeafLink]:
    """Every map link of a text, in order; other links are passed over."""
    found: list[LinkedPoint | DeafLink] = []
    for match in _LINK.finditer(text):
        one = _of_link(match.group().rstrip(".,;:!?)]}>"), match.start())
        if one is not None:
            found.append(one)
    for match in _WECHAT.finditer(text):
        if (one := _of_wechat(match)) is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and abs(value) <= 360 else None


def _lat_lon(text: str | None) -> tuple[float, float] | None:
    """(lon, lat) of "lat,lon"."""
    found = _PAIR.search(unquote(text)) if text else None
    return None if found is None else (float(found[2]), float(found[1]))


def _lon_lat(text: str | None) -> tuple[float, float] | None:
    found = _lat_lon(text)
    return None if found is None else (found[1], found[0])


def _both(params: _Params, lon_names: str, lat_names: str) -> tuple[float, float] | None:
    lon = next((v for name in lon_names.split() if (v := _number(params.get(name))) is not None), None)
    lat = next((v for name in lat_names.split() if (v := _number(params.get(name))) is not None), None)
    return None if lon is None or lat is None else (lon, lat)


def _amap(params: _Params, _link: str) -> _Read:
    at = _lon_lat(params.get("position") or params.get("to") or params.get("center")) or _both(
        params, "lon lng dlon", "lat dlat"
    )
    if at is None and params.get("p"):
        parts = params["p"].split(",")  # POI, lat, lon, name, address
        at = _lat_lon(",".join(parts[1:3])) if len(parts) >= 3 else None
    if at is None:
        at = _lat_lon(params.get("q"))
    gps = params.get("coordinate", "").lower() in ("wgs84", "gps") or params.get("dev") == "1"
    return None if at is None else (*at, Origin.WGS84 if gps else Origin.GCJ02, True)


def _baidu(params: _Params, _link: str) -> _Read:
    at = _lat_lon(params.get("location") or params.get("latlng") or params.get("center") or params.get("destination"))
    kind = params.get("coord_type", "bd09ll").lower()
    known = {"bd09ll": Origin.BD09, "bd09": Origin.BD09, "gcj02": Origin.GCJ02, "wgs84": Origin.WGS84}
    return None if at is None or kind not in known else (*at, known[kind], True)


def _tencent(params: _Params, _link: str) -> _Read:
    marker = params.get("marker", "")
    at = _lat_lon(
        marker.partition("coord:")[2] or params.get("coord") or params.get("center") or params.get("tocoord")
    ) or _both(params, "lng lon", "lat")
    gps = params.get("coord_type") == "1"
    return None if at is None else (*at, Origin.WGS84 if gps else Origin.GCJ02, True)


def _foreign(params: _Params, link: str) -> _Read:
    """Google and Apple: over China their maps are drawn in GCJ-02, elsewhere in WGS 84; the link does not say which was pressed."""
    place = _PLACE_PAIR.search(link)
    at: tuple[float, float] | None = None
    if place is not None:
        at = float(place[2]), float(place[1])
    for name in ("ll", "q", "query", "daddr", "destination", "center", "coordinate"):
        at = at or _lat_lon(params.get(name))
    if at is None and "@" in link:
        at = _lat_lon(link.partition("@")[2])
    return None if at is None else (*at, Origin.GCJ02, False)


def _osm(params: _Params, link: str) -> _Read:
    at = _both(params, "mlon lon", "mlat lat")
    if at is None and (found := re.search(r"map=\d+/(-?\d+\.\d+)/(-?\d+\.\d+)", link)) is not None:
        at = float(found[2]), float(found[1])
    return None if at is None else (*at, Origin.WGS84, True)


def _tianditu(params: _Params, _link: str) -> _Read:
    at = _both(params, "lng lon x", "lat y") or _lon_lat(params.get("center") or params.get("position"))
    return None if at is None else (*at, Origin.CGCS2000, True)


def _any(params: _Params, _link: str) -> _Read:
    at = _both(params, "lon lng longitude long x", "lat latitude y") or _lat_lon(
        params.get("location") or params.get("ll")
    )
    return None if at is None else (*at, Origin.WGS84, False)


_SERVICES: tuple[tuple[re.Pattern[str], str, str, Callable[[_Params, str], _Read]], ...] = (
    (re.compile(r"amap|gaode"), "高德地图", "Amap", _amap),
    (re.compile(r"baidu|^bdapp"), "百度地图", "Baidu Map", _baidu),
    (re.compile(r"qq\.com|^qqmap|weixin|wechat"), "腾讯地图", "Tencent Map", _tencent),
    (re.compile(r"tianditu"), "天地图", "Tianditu", _tianditu),
    (re.compile(r"openstreetmap|osmand|organicmaps"), "OpenStreetMap", "OpenStreetMap", _osm),
    (re.compile(r"google|^comgooglemaps"), "Google 地图", "Google Maps", _foreign),
    (re.compile(r"maps\.apple"), "Apple 地图", "Apple Maps", _foreign),
)


def _of_link(link: str, start: int) -> LinkedPoint | DeafLink | None:
    if link.lower().startswith("geo:"):
        return _of_geo(link, start)
    try:
        parts = urlsplit(link.replace("&amp;", "&"))
        host = (parts.hostname or "").lower()
        params = {name.lower(): value for name, value in parse_qsl(parts.query, max_num_fields=100)}
        if "?" in parts.fragment or "=" in parts.fragment:
            params |= {
                name.lower(): value for name, value in parse_qsl(parts.fragment.rpartition("?")[2], max_num_fields=100)
            }
    except ValueError:
        return None
    end = start + len(link)
    if _SHORT.fullmatch(host):
        return DeafLink(link, True, start, end)
    named = next(
        (s for s in _SERVICES if s[0].search(f"{parts.scheme.lower()}://{host}") or s[0].search(parts.scheme)), None
    )
    zh, en, read = (named[1], named[2], named[3]) if named else ("链接", "link", _any)
    found = read(params, unquote(link))
    if found is None:
        deaf = named is not None and (_METRES.search(link) is not None or params.get("coord_type") == "bd09mc")
        return DeafLink(link, False, start, end) if deaf else None
    lon, lat, origin, sure = found
    label = next((params[name] for name in ("name", "title", "poiname", "dname", "content") if params.get(name)), None)
    if label is None and "title:" in params.get("marker", ""):
        label = params["marker"].partition("title:")[2].partition(";")[0]
    return LinkedPoint(lon, lat, origin, sure, zh, en, start, end, label)


def _of_geo(link: str, start: int) -> LinkedPoint | None:
    """geo:lat,lon[,altitude][;crs=wgs84][;u=metres][?q=lat,lon(label)]; another crs than WGS 84 is not read."""
    body, _, query = link[4:].partition("?")
    coordinates, *more = body.split(";")
    params = {name: value for name, _, value in (part.lower().partition("=") for part in more)}
    if params.get("crs", "wgs84") != "wgs84":
        return None
    asked = next((unquote(value) for name, value in _query(query) if name == "q"), "")
    at = _lat_lon(coordinates)
    if at is None or at == (0.0, 0.0):
        at = _lat_lon(asked)  # Android sends geo:0,0?q=lat,lon(label)
    if at is None:
        return None
    label = asked.partition("(")[2].rstrip(")") or None
    return LinkedPoint(
        *at, Origin.WGS84, True, "geo: 链接", "geo: link", start, start + len(link), label, _number(params.get("u"))
    )


def _query(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, max_num_fields=50)
    except ValueError:  # more fields than any map link has
        return []


def _of_wechat(match: re.Match[str]) -> LinkedPoint | None:
    """<location x="lat" y="lon" scale="16" label="address" poiname="name">: WeChat's own element, GCJ-02."""
    facts = {name.lower(): value for name, value in _ATTRIBUTE.findall(match.group())}
    lat, lon = _number(facts.get("x")), _number(facts.get("y"))
    if lat is None or lon is None:
        return None
    name = facts.get("poiname") or facts.get("label")
    return LinkedPoint(lon, lat, Origin.GCJ02, True, "微信位置", "WeChat location", *match.span(), name or None)
