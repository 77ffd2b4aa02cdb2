"""From what an administrator says to a base map, checked field by field (pure)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from gis.base_maps.address import check_address, check_key, check_sheet, check_subdomains, hosts_of
from gis.base_maps.base_map import BaseMap, Bounds, Kind, joined, wrong
from gis.base_maps.grid import MOST_ZOOM
from gis.base_maps.pmtiles import Examined
from gis.base_maps.wmts import Wmts
from gis.base_maps.wmts_choice import Chosen, choose
from gis.crs import Origin, origin_of
from spine.errors import Refused

KINDS: tuple[Kind, ...] = ("xyz", "wmts", "tianditu", "pmtiles")
RESERVED = frozenset({"own", "none"})
"""What the chooser calls our own map, and none."""
_NAME = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_MOST_TEXT = 400
_TAG = re.compile(r"<[^<>]*>")
TIANDITU = {
    "vec": ("cva", "天地图·矢量", "Tianditu map"),
    "img": ("cia", "天地图·影像", "Tianditu imagery"),
    "ter": ("cta", "天地图·地形", "Tianditu terrain"),
}
"""Picture → its sheet of names, titles. The sets ending in _w are in Web Mercator (EPSG:3857), from level 1."""
_TIANDITU_HOST = "https://t{s}.tianditu.gov.cn"
_TIANDITU_BY = "国家地理信息公共服务平台（天地图） www.tianditu.gov.cn"
_TIANDITU_ZOOMS = {"vec": (1, 18), "img": (1, 18), "ter": (1, 14)}


def check_name(name: str) -> str:
    """Raises Refused `base_map_name`."""
    if not _NAME.match(name) or name in RESERVED:
        raise wrong(
            "base_map_name",
            "底图名称用小写字母开头，只含小写字母、数字和下划线，2 到 40 个，例如 city_imagery；own 和 none 另有用途。",
            "A base map's name begins with a small letter and has small letters, digits and _, 2 to 40, such as city_imagery; "
            "own and none mean something else.",
            "name",
        )
    return name


def kind_of(told: Mapping[str, Any]) -> Kind:
    """Raises Refused `base_map_kind`."""
    for kind in KINDS:
        if told.get("kind") == kind:
            return kind
    raise wrong(
        "base_map_kind",
        "底图种类应为 xyz、wmts、tianditu 或 pmtiles。",
        f"A base map is one of {joined(KINDS)}.",
        "kind",
        KINDS,
    )


def key_of(told: Mapping[str, Any]) -> str | None:
    key = told.get("key")
    return None if key in (None, "") else check_key(str(key))


def xyz_map(told: Mapping[str, Any]) -> BaseMap:
    """Raises Refused with the field that is wrong."""
    subdomains = check_subdomains(_words(told, "subdomains"))
    address = check_sheet(str(told.get("address") or ""), "address", key_of(told), subdomains)
    if "{TileMatrix}" in address:
        raise wrong(
            "address_field",
            "{TileMatrix} 属于 WMTS；请用 WMTS 的能力文档地址添加，或改写为 {z}、{x}、{y}。",
            "{TileMatrix} belongs to WMTS: add the address of its capabilities document, or write {z}, {x} and {y}.",
            "address",
        )
    low, high = _zooms(told, 0, 18)
    return BaseMap(
        name=check_name(str(told.get("name") or "")), kind="xyz", **_titles(told), attribution=_attribution(told, ""),
        format="raster", min_zoom=low, max_zoom=high, tile_px=_tile_px(told, 256), origin=_origin(told), bounds=_bounds(told),
        source=address, sheets=(address,), subdomains=subdomains, flipped=told.get("tms") is True, grid=None, file_sha256=None,
        file_size=None, vector_layers=(),
    )  # fmt: skip


def tianditu_map(told: Mapping[str, Any]) -> BaseMap:
    picture = str(told.get("tianditu") or "")
    if picture not in TIANDITU:
        raise wrong(
            "tianditu_picture", "天地图底图应为 vec（矢量）、img（影像）或 ter（地形）。", "Tianditu has vec, img and ter.", "tianditu", list(TIANDITU)
        )  # fmt: skip
    if key_of(told) is None:
        raise wrong(
            "key_needed",
            "天地图需要密钥（tk）：服务器端类型的密钥可在天地图网站申请，放在密钥文件中。",
            "Tianditu needs a key (tk), of the kind for servers; put it into the key file.",
            "key",
        )
    names, title_zh, title_en = TIANDITU[picture]
    # A province's own node (or a relay in the city's network) answers in the same way under another host.
    host = str(told.get("address") or _TIANDITU_HOST).rstrip("/")
    subdomains = check_subdomains(_words(told, "subdomains") or (tuple("01234567") if "{s}" in host else ()))
    pictures = (picture, names) if told.get("labels") is True else (picture,)
    sheets = tuple(
        check_sheet(
            f"{host}/{one}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={one}&STYLE=default&TILEMATRIXSET=w"
            "&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}",
            "address",
            "key",
            subdomains,
        )
        for one in pictures
    )
    low, high = _zooms(told, *_TIANDITU_ZOOMS[picture])
    return BaseMap(
        name=check_name(str(told.get("name") or "")), kind="tianditu", **_titles(told, title_zh, title_en),
        attribution=_attribution(told, _TIANDITU_BY), format="raster", min_zoom=low, max_zoom=high, tile_px=256,
        origin=Origin.CGCS2000, bounds=_bounds(told), source=f"{host} {'+'.join(f'{one}_w' for one in pictures)}", sheets=sheets,
        subdomains=subdomains, flipped=False, grid=None, file_sha256=None, file_size=None, vector_layers=(),
    )  # fmt: skip


def check_capabilities(told: Mapping[str, Any]) -> str:
    """The address of a WMTS capabilities document, {key} not filled in. Raises Refused."""
    address = check_address(str(told.get("capabilities") or ""), "capabilities")
    if set(re.findall(r"\{([^{}]*)\}", address)) - {"key"}:
        raise wrong(
            "address_field",
            "能力文档的地址中只能有字段 {key}。",
            "The address of a capabilities document has no field but {key}.",
            "capabilities",
        )
    if ("{key}" in address) != (key_of(told) is not None):
        raise wrong(
            "key_needed",
            "地址中有 {key} 时要给出密钥，没有 {key} 时不要给。",
            "An address with {key} needs a key, one without has none.",
            "key",
        )
    return address


def wmts_map(told: Mapping[str, Any], service: Wmts) -> BaseMap:
    """Raises Refused: fields, and whatever `choose` finds wrong."""
    address = check_capabilities(told)
    key = key_of(told)
    carried = [(name, value) for name, value in parse_qsl(urlsplit(address).query) if value == "{key}"]
    chosen: Chosen = choose(service, _text(told, "layer") or None, _text(told, "tile_matrix_set") or None, carried)
    sheet = check_sheet(chosen.sheet, "capabilities", key if "{key}" in chosen.sheet else None, ())
    if key is not None and "{key}" not in sheet:
        raise wrong(
            "key_needed",
            "密钥在路径中，无法带到瓦片地址；请用 XYZ 方式添加。",
            "The key is in the path and cannot be carried over to the tiles' addresses; add them as XYZ.",
            "capabilities",
        )
    _check_tile_host(told, address, sheet)
    low, high = _zooms(told, chosen.min_zoom, chosen.max_zoom, (chosen.min_zoom, chosen.max_zoom))
    return BaseMap(
        name=check_name(str(told.get("name") or "")), kind="wmts", **_titles(told, chosen.layer.title),
        attribution=_attribution(told, service.provider), format="raster", min_zoom=low, max_zoom=high,
        tile_px=_tile_px(told, chosen.tile_px), origin=_origin(told), bounds=_bounds(told) or chosen.layer.bounds, source=address,
        sheets=(sheet,), subdomains=(), flipped=False, grid=chosen.grid, file_sha256=None, file_size=None, vector_layers=(),
    )  # fmt: skip


def _check_tile_host(told: Mapping[str, Any], address: str, sheet: str) -> None:
    """The document says where tiles are; the administrator has said only where the document is."""
    host = next(iter(hosts_of(sheet, ())))
    if host == urlsplit(address).netloc.lower() or host == _text(told, "tile_host").lower():
        return
    raise wrong(
        "wmts_other_host",
        f"能力文档说瓦片在另一台主机 {host} 上。确认无误后请指明 tile-host {host}；若那是服务方内部的名称，请让其改正。",
        f"The document says that tiles are on another host, {host}. If that is right, give it as tile-host {host}; if it is a "
        "name of the service's own inside, have it corrected.",
        "tile_host",
        [host],
    )


def pmtiles_map(told: Mapping[str, Any], examined: Examined, file_name: str, sha256: str, size: int) -> BaseMap:
    header, metadata = examined
    low, high = _zooms(told, header.min_zoom, min(header.max_zoom, MOST_ZOOM), (header.min_zoom, header.max_zoom))
    origin = _origin(told)
    if origin is Origin.GCJ02 and header.format == "vector":
        raise wrong(
            "origin_vector",
            "矢量瓦片不能纠正 GCJ-02 偏移，请在制作前把数据换算为 WGS 84。",
            "The offset of GCJ-02 cannot be taken out of vector tiles; convert the data before they are made.",
            "origin",
        )
    return BaseMap(
        name=check_name(str(told.get("name") or "")), kind="pmtiles", **_titles(told, metadata.name),
        attribution=_attribution(told, _TAG.sub("", metadata.attribution)), format=header.format, min_zoom=low, max_zoom=high,
        tile_px=_tile_px(told, 256), origin=origin, bounds=_bounds(told) or header.bounds, source=file_name[:200], sheets=(),
        subdomains=(), flipped=False, grid=None, file_sha256=sha256, file_size=size, vector_layers=metadata.vector_layers,
    )  # fmt: skip


def _text(told: Mapping[str, Any], field: str) -> str:
    text = str(told.get(field) or "").strip()
    if len(text) > _MOST_TEXT or not text.isprintable():
        raise wrong("base_map_text", f"{field} 最多 {_MOST_TEXT} 字，不含换行。", f"{field} has {_MOST_TEXT} characters at most, in one line.", field)  # fmt: skip
    return text


def _titles(told: Mapping[str, Any], zh: str = "", en: str = "") -> dict[str, str]:
    title_zh = _text(told, "title_zh") or zh.strip()[:_MOST_TEXT]
    if not title_zh:
        raise wrong("base_map_title", "请写明中文标题。", "A base map needs a Chinese title.", "title_zh")
    return {"title_zh": title_zh, "title_en": _text(told, "title_en") or en or title_zh}


def _attribution(told: Mapping[str, Any], by_itself: str) -> str:
    said = _text(told, "attribution") or " ".join(by_itself.split())[:_MOST_TEXT]
    if not said:
        raise wrong(
            "base_map_attribution",
            "请写明来源（如“© 某市自然资源局”、审图号）：地图显示时始终标出。",
            "Say whose map it is (such as '© the city's survey office'): it is always shown with the map.",
            "attribution",
        )
    return said


def _origin(told: Mapping[str, Any]) -> Origin:
    origin = origin_of(_text(told, "origin") or None)
    if origin is Origin.BD09:
        raise wrong(
            "origin_bd09",
            "百度瓦片（BD-09）的网格与通用网格不同，不能使用；可用 WGS84、CGCS2000、GCJ02。",
            "Baidu's tiles (BD-09) are on a grid of their own and cannot be used; WGS84, CGCS2000 and GCJ02 can.",
            "origin",
        )
    return origin


def _words(told: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = told.get(field) or ()
    if isinstance(value, str):
        value = [one for one in re.split(r"[\s,，]+", value) if one]
    return tuple(str(one) for one in cast(Sequence[object], value))


def _zooms(told: Mapping[str, Any], low: int, high: int, within: tuple[int, int] = (0, MOST_ZOOM)) -> tuple[int, int]:
    chosen = [low if told.get("min_zoom") is None else told["min_zoom"], high if told.get("max_zoom") is None else told["max_zoom"]]  # fmt: skip
    for field, value in zip(("min_zoom", "max_zoom"), chosen, strict=True):
        if type(value) is not int or not within[0] <= value <= within[1]:
            raise _zoom_refusal(field, within)
    if chosen[0] > chosen[1]:
        raise _zoom_refusal("max_zoom", within)
    return chosen[0], chosen[1]


def _zoom_refusal(field: str, within: tuple[int, int]) -> Refused:
    return wrong(
        "base_map_zoom",
        f"缩放级别应为 {within[0]} 到 {within[1]} 的整数，最小的不大于最大的。",
        f"Zooms are whole numbers from {within[0]} to {within[1]}, the least not above the greatest.",
        field,
    )


def _tile_px(told: Mapping[str, Any], by_itself: int) -> int:
    value = told.get("tile_px")
    if value is None:
        return by_itself
    if value not in (256, 512):
        raise wrong(
            "base_map_tile_px", "瓦片边长应为 256 或 512 像素。", "Tiles are 256 or 512 pixels wide.", "tile_px"
        )
    return int(value)


def _bounds(told: Mapping[str, Any]) -> Bounds | None:
    value = told.get("bounds")
    if value is None or value == "":
        return None
    try:
        parts = [float(part) for part in (re.split(r"[\s,，]+", value.strip()) if isinstance(value, str) else value)]
        west, south, east, north = parts
    except (TypeError, ValueError):
        west = south = east = north = float("nan")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise wrong(
            "base_map_bounds",
            "范围应写成 西,南,东,北（WGS 84 度），例如 98.6,22.9,100.7,25.1。",
            "Bounds are west,south,east,north in degrees (WGS 84), such as 98.6,22.9,100.7,25.1.",
            "bounds",
        )
    return west, south, east, north
