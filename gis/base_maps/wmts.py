"""What a WMTS says of itself (OGC 07-057r7): its layers, its grids of tiles, and where tiles are asked for.

The document comes from somebody else: no entities, no document type, bounded in size, and every number is looked at.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from gis.base_maps.base_map import Bounds, wrong
from gis.base_maps.grid import Grid, Level, Units
from gis.exchange.coordinates import EARTH_M
from spine.errors import Refused

MOST_BYTES = 16 * 1024**2
_PIXELS_M = (0.00028, 0.0254 / 96)
"""The standardised rendering pixel of the standard (§6.1), and that of 96 to the inch which Tianditu and many others have."""
_FITS = 0.003
_DEGREE_M = math.pi * 6378137.0 / 180.0
_WMTS = "{http://www.opengis.net/wmts/1.0}"
_OWS = "{http://www.opengis.net/ows/1.1}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MERCATOR = frozenset({"3857", "900913", "3785", "102100", "102113", "3587"})
_DEGREES = frozenset({"4326", "4490", "CRS84", "4480"})
_LONGITUDE_FIRST = frozenset({"CRS84"})
_MOST_LEVELS = 40


@dataclass(frozen=True, slots=True)
class WmtsLayer:
    id: str
    title: str
    formats: tuple[str, ...]
    style: str
    sets: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]
    """(format, address with fields)"""
    dimensions: tuple[tuple[str, str], ...]
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class MatrixSet:
    id: str
    crs: str
    grid: Grid | None
    """None: a system that cannot be fitted to the map."""


@dataclass(frozen=True, slots=True)
class Wmts:
    provider: str
    layers: tuple[WmtsLayer, ...]
    sets: tuple[MatrixSet, ...]
    get_tile: str | None


def _malformed(why_zh: str, why_en: str) -> Refused:
    return wrong("wmts_malformed", f"不是可用的 WMTS 能力文档：{why_zh}", f"This is no usable WMTS capabilities document: {why_en}", "capabilities")  # fmt: skip


def read_capabilities(content: bytes, address: str) -> Wmts:
    """Raises Refused `wmts_malformed`. `address`: where it came from, for addresses relative to it."""
    if len(content) > MOST_BYTES:
        raise _malformed(f"超过 {MOST_BYTES // 1024**2} MB。", f"more than {MOST_BYTES // 1024**2} MB.")
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise _malformed("含有文档类型或实体声明。", "it declares a document type or entities.") from None
    except (ParseError, ValueError, LookupError):
        raise _malformed("不是 XML，或者不完整。", "it is no XML, or not whole.") from None
    if root.tag != f"{_WMTS}Capabilities":
        raise _malformed(f"根元素是 {_plain(root.tag)}。", f"its root element is {_plain(root.tag)}.")
    contents = root.find(f"{_WMTS}Contents")
    if contents is None:
        raise _malformed("没有 Contents。", "it has no Contents.")
    layers = tuple(_layer(one, address) for one in contents.iterfind(f"{_WMTS}Layer"))
    sets = tuple(_matrix_set(one) for one in contents.iterfind(f"{_WMTS}TileMatrixSet"))
    if not layers or not sets:
        raise _malformed("没有图层或瓦片矩阵集。", "it has no layers or no tile matrix sets.")
    provider = _text(root, f"{_OWS}ServiceProvider/{_OWS}ProviderName")
    return Wmts(provider, layers, sets, _get_tile(root, address))


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2][:40]


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None or found.text is None else found.text.strip()[:400]


def _layer(element: Element, address: str) -> WmtsLayer:
    styles = list(element.iterfind(f"{_WMTS}Style"))
    style = next((one for one in styles if one.get("isDefault") == "true"), styles[0] if styles else None)
    templates = [
        (one.get("format", ""), urljoin(address, one.get("template", "")))
        for one in element.iterfind(f"{_WMTS}ResourceURL")
        if one.get("resourceType") == "tile" and one.get("template")
    ]
    return WmtsLayer(
        id=_text(element, f"{_OWS}Identifier"),
        title=_text(element, f"{_OWS}Title"),
        formats=tuple((one.text or "").strip() for one in element.iterfind(f"{_WMTS}Format")),
        style="" if style is None else _text(style, f"{_OWS}Identifier"),
        sets=tuple(_text(one, f"{_WMTS}TileMatrixSet") for one in element.iterfind(f"{_WMTS}TileMatrixSetLink")),
        templates=tuple(templates),
        dimensions=tuple(
            (_text(one, f"{_OWS}Identifier"), _text(one, f"{_WMTS}Default"))
            for one in element.iterfind(f"{_WMTS}Dimension")
        ),
        bounds=_bounds(element.find(f"{_OWS}WGS84BoundingBox")),
    )


def _bounds(box: Element | None) -> Bounds | None:
    if box is None:
        return None
    try:
        west, south = _numbers(_text(box, f"{_OWS}LowerCorner"))
        east, north = _numbers(_text(box, f"{_OWS}UpperCorner"))
    except ValueError:
        return None
    if not (-180.5 <= west < east <= 180.5 and -90.5 <= south < north <= 90.5):
        return None  # some write the corners in another order: then the map is asked everywhere
    return max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north)


def _numbers(text: str) -> tuple[float, float]:
    first, second = (float(part) for part in text.split())
    if not (math.isfinite(first) and math.isfinite(second)):
        raise ValueError(text)
    return first, second


def _matrix_set(element: Element) -> MatrixSet:
    crs = _text(element, f"{_OWS}SupportedCRS")
    code = re.split(r"[:/#]", crs)[-1].upper() if crs else ""
    units: Units | None = "metres" if code in _MERCATOR else "degrees" if code in _DEGREES else None
    name = _text(element, f"{_OWS}Identifier")
    if units is None:
        return MatrixSet(name, crs, None)
    matrices = list(element.iterfind(f"{_WMTS}TileMatrix"))
    if not 1 <= len(matrices) <= _MOST_LEVELS:
        raise _malformed(f"矩阵集 {name} 有 {len(matrices)} 级。", f"matrix set {name} has {len(matrices)} levels.")
    try:
        pixel_m = _pixel_of(matrices, units)
        levels = tuple(_level(one, units, code in _LONGITUDE_FIRST, pixel_m) for one in matrices)
    except (ValueError, OverflowError):
        raise _malformed(f"矩阵集 {name} 中的数不对。", f"numbers in matrix set {name} are wrong.") from None
    return MatrixSet(name, crs, Grid(units, tuple(sorted(levels, key=lambda one: -one.resolution))))


def _pixel_of(matrices: Sequence[Element], units: Units) -> float:
    """Metres of a pixel that scales are meant with: that which makes every level a halving of the whole, else the standard's."""
    whole = 2 * EARTH_M if units == "metres" else 360.0
    for pixel_m in _PIXELS_M:
        halvings = [math.log2(whole / (256 * _resolution(one, units, pixel_m))) for one in matrices]
        if all(abs(halving - round(halving)) < _FITS for halving in halvings):
            return pixel_m
    return _PIXELS_M[0]


def _resolution(element: Element, units: Units, pixel_m: float) -> float:
    """Units a pixel. Raises ValueError."""
    resolution = float(_text(element, f"{_WMTS}ScaleDenominator")) * pixel_m / (1.0 if units == "metres" else _DEGREE_M)
    if not (math.isfinite(resolution) and 1e-9 < resolution < 1e6):
        raise ValueError(resolution)
    return resolution


def _level(element: Element, units: Units, longitude_first: bool, pixel_m: float) -> Level:
    """Raises ValueError for numbers that cannot be."""
    resolution = _resolution(element, units, pixel_m)
    first, second = _numbers(_text(element, f"{_WMTS}TopLeftCorner"))
    # Tianditu writes the north first in metres too, though nobody else does.
    swapped = units == "metres" and first > 0 > second and abs(first + second) < 1
    if not swapped and (units == "metres" or _is_longitude_first(first, second, longitude_first)):
        left, top = first, second
    else:
        left, top = second, first
    width, height, columns, rows = (
        int(_text(element, f"{_WMTS}{name}")) for name in ("TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight")
    )
    sane = 64 <= width <= 1024 and 64 <= height <= 1024 and 1 <= columns <= 2**26 and 1 <= rows <= 2**26
    if not sane:
        raise ValueError(element.tag)
    identifier = _text(element, f"{_OWS}Identifier")
    if not identifier:
        raise ValueError("Identifier")
    return Level(identifier, resolution, left, top, width, height, columns, rows)


def _is_longitude_first(first: float, second: float, by_standard: bool) -> bool:
    """EPSG's degrees have latitude first, but many servers write longitude first; a top left corner mostly shows which."""
    if first > 0 > second:
        return False
    if first < 0 < second:
        return True
    return by_standard


def _get_tile(root: Element, address: str) -> str | None:
    """The address for questions with parameters (KVP), if there is one."""
    for operation in root.iterfind(f"{_OWS}OperationsMetadata/{_OWS}Operation"):
        if operation.get("name") != "GetTile":
            continue
        for get in operation.iterfind(f"{_OWS}DCP/{_OWS}HTTP/{_OWS}Get"):
            encodings = [(one.text or "").strip().upper() for one in get.iter(f"{_OWS}Value")]
            if get.get(_HREF) and (not encodings or "KVP" in encodings):
                return urljoin(address, str(get.get(_HREF)))
    return None
