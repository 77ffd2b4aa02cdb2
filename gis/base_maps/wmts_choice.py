"""Which layer of a WMTS in which of its grids, and the address that its tiles are asked for with (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gis.base_maps.base_map import joined, wrong
from gis.base_maps.grid import Grid, usual_ids, zooms_of
from gis.base_maps.wmts import MatrixSet, Wmts, WmtsLayer

_PICTURES = ("image/png", "image/jpeg", "image/jpg", "image/webp", "tiles", "image/png8", "image/png24")
_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One layer in one grid: `grid` None when its levels are the usual ones under their usual names."""

    layer: WmtsLayer
    sheet: str
    grid: Grid | None
    min_zoom: int
    max_zoom: int
    tile_px: int


def choose(service: Wmts, layer_id: str | None, set_id: str | None, carried: Sequence[tuple[str, str]]) -> Chosen:
    """The layer and the grid asked for, or the only or best there is. `carried`: parameters with {key} of the address that
    the document was asked for with; tiles are asked for with them too.

    Raises Refused `wmts_layer`, `wmts_matrix_set`, `wmts_system`, `wmts_format`.
    """
    layer = _find_layer(service, layer_id)
    matrix_set, grid = _find_set(service, layer, set_id)
    sheet = _sheet(service, layer, matrix_set.id, carried)
    ids = usual_ids(grid)
    if ids is not None:
        zooms = sorted(ids)
        usual = all(level.id == str(z) for z, level in ids.items())
        tile_px = max(level.tile_width for level in ids.values())
        return Chosen(layer, sheet, None if usual else grid, zooms[0], zooms[-1], tile_px)
    span = zooms_of(grid)
    if span is None:
        raise wrong(
            "wmts_matrix_set",
            f"矩阵集 {matrix_set.id} 的各级比例尺都不在地图的范围内。",
            f"No level of matrix set {matrix_set.id} is within the map's scales.",
            "tile_matrix_set",
        )
    return Chosen(layer, sheet, grid, *span, 256)


def _find_layer(service: Wmts, layer_id: str | None) -> WmtsLayer:
    named = [one.id for one in service.layers]
    if layer_id is None and len(service.layers) == 1:
        return service.layers[0]
    for layer in service.layers:
        if layer.id == layer_id:
            return layer
    raise wrong(
        "wmts_layer",
        f"请指定图层，服务中有：{joined(named)}。",
        f"Say which layer; the service has {joined(named)}.",
        "layer",
        choices=named,
    )


def _find_set(service: Wmts, layer: WmtsLayer, set_id: str | None) -> tuple[MatrixSet, Grid]:
    linked = [one for one in service.sets if one.id in layer.sets]
    if set_id is not None:
        linked = [one for one in linked if one.id == set_id]
        if not linked:
            raise wrong(
                "wmts_matrix_set",
                f"图层 {layer.id} 没有矩阵集 {set_id}，有：{joined(layer.sets)}。",
                f"Layer {layer.id} has no matrix set {set_id}; it has {joined(layer.sets)}.",
                "tile_matrix_set",
                choices=layer.sets,
            )
    fitting = list(_fitting(linked))
    if not fitting:
        systems = joined([f"{one.id}（{one.crs}）" for one in linked]) or "–"
        raise wrong(
            "wmts_system",
            f"图层 {layer.id} 只有这些矩阵集：{systems}。地图能用 Web 墨卡托（EPSG:3857）和经纬度（EPSG:4490、EPSG:4326）的瓦片，"
            "请服务方加发其中一种。",
            f"Layer {layer.id} has only the matrix sets {systems}. The map can use tiles in Web Mercator (EPSG:3857) and in "
            "degrees (EPSG:4490, EPSG:4326); ask the service for one of those.",
            "tile_matrix_set",
        )
    return fitting[0]


def _fitting(sets: Sequence[MatrixSet]) -> Iterator[tuple[MatrixSet, Grid]]:
    """Those the map can use, the best first: usual tiles as they are, then Mercator, then degrees."""
    usable = [(one, one.grid) for one in sets if one.grid is not None]
    yield from sorted(usable, key=lambda pair: (usual_ids(pair[1]) is None, pair[1].units != "metres"))


def _sheet(service: Wmts, layer: WmtsLayer, set_id: str, carried: Sequence[tuple[str, str]]) -> str:
    template = next((address for form, address in layer.templates if form.lower().startswith(_PICTURES)), None)
    if template is not None:
        values = {"style": layer.style, "tilematrixset": set_id} | {
            name.lower(): value for name, value in layer.dimensions
        }
        kept = {"tilematrix": "{TileMatrix}", "tilerow": "{TileRow}", "tilecol": "{TileCol}"}

        def fill(found: re.Match[str]) -> str:
            name = found[1].lower()
            return kept.get(name) or quote(values.get(name, found[0]), safe=":{}")

        return _carrying(_FIELD.sub(fill, template), carried)
    form = next((one for one in layer.formats if one.lower().startswith(_PICTURES)), None)
    if form is None or service.get_tile is None:
        raise wrong(
            "wmts_format",
            f"图层 {layer.id} 没有 PNG、JPEG 或 WebP 图片（有：{joined(layer.formats) or '–'}），或者服务没有说明取瓦片的地址。",
            f"Layer {layer.id} has no PNG, JPEG or WebP pictures (it has {joined(layer.formats) or '–'}), or the service does not "
            "say where tiles are asked for.",
            "layer",
        )
    asked = [("SERVICE", "WMTS"), ("REQUEST", "GetTile"), ("VERSION", "1.0.0"), ("LAYER", layer.id), ("STYLE", layer.style),
             ("TILEMATRIXSET", set_id), ("FORMAT", form), *layer.dimensions]  # fmt: skip
    query = "&".join(f"{name}={quote(value, safe=':/')}" for name, value in asked)
    query += "&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    return _carrying(_with_query(service.get_tile, query), carried)


def _with_query(address: str, query: str) -> str:
    if not query:
        return address
    bare = address.rstrip("?&")
    return f"{bare}{'&' if urlsplit(bare).query else '?'}{query}"


def _carrying(sheet: str, carried: Sequence[tuple[str, str]]) -> str:
    return _with_query(sheet, "&".join(f"{name}={value}" for name, value in carried if f"{value}" not in sheet))
