"""A GeoTIFF opened with care: what cannot be heights of the ground, or would not fit a machine, is refused before it is read.

Only GDAL's GTiff driver is allowed, the file lies alone in a folder of ours (no .aux.xml, .ovr, .tfw beside it is looked for), and
nothing that a file names is ever fetched.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from gis.exchange.options import Options, question
from gis.exchange.unpack import layer_choice
from spine.errors import Refused

_gdal: Any = rasterio

MOST_CELLS = 2_000_000_000
MOST_BLOCK_BYTES = 256 * 1024**2
"""A block is unpacked whole: a picture of one giant block would need all its memory at once."""
MOST_RATIO = 2000
_SMALL = 256 * 1024**2
_SETTINGS = {
    "GDAL_CACHEMAX": 192 * 1024**2,
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    "GDAL_NUM_THREADS": "1",
}


def _refused(code: str, zh: str, en: str, **facts: Any) -> Refused:
    return Refused(code, zh=zh, en=en, field="file", final=False, **facts)


def broken(error: Exception) -> Refused:
    return _refused(
        "raster_broken",
        "GeoTIFF 已损坏或不完整，读不出来。",
        f"The GeoTIFF is broken or not whole ({str(error)[:200]}).",
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """`band`: from 1; `bands`: names of all that could hold heights. `cell`: the affine (a, b, c, d, e, f) of GDAL's matrix."""

    source: Any
    band: int
    bands: list[str]
    cell: tuple[float, float, float, float, float, float]
    width: int
    height: int
    crs: str | None
    pages: int


def open_raster(path: Path, workplace: Path, options: Options) -> Opened:
    """Raises Refused `raster_*`, and the question `layer_choice` when several bands could be meant."""
    _gdal.Env(**_SETTINGS).__enter__()  # for the life of this process, which reads one file
    alone = workplace / "alone"
    alone.mkdir()
    link = alone / "raster.tif"
    link.symlink_to(path.resolve())
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    try:
        source = _gdal.open(str(link), driver="GTiff", sharing=False, OVERVIEW_LEVEL="NONE")
    except RasterioError as error:
        raise broken(error) from error
    _check_size(source, path.stat().st_size)
    band, bands = _band(source, options.layer)
    return Opened(source, band, bands, _cell(source), source.width, source.height, _crs(source), _pages(source))


def _check_size(source: Any, packed: int) -> None:
    cells = int(source.width) * int(source.height)
    if cells > MOST_CELLS:
        raise _refused(
            "raster_too_large",
            f"栅格有 {source.width:,} × {source.height:,} 个像元，最多 {MOST_CELLS // 10**8} 亿个；请分幅导入。",
            f"The raster has {source.width:,} × {source.height:,} cells, {MOST_CELLS // 10**9} billion at most; import it in parts.",
        )
    each = max(_bytes_of(kind) for kind in source.dtypes)
    unpacked = cells * each * int(source.count)
    if unpacked > _SMALL and unpacked > MOST_RATIO * packed:
        raise _refused(
            "raster_bomb",
            "文件自称的尺寸大得与内容不符，已拒绝。",
            "The file claims a size out of all proportion to what it holds; it is refused.",
            claimed_bytes=unpacked,
            file_bytes=packed,
        )
    together = int(source.count) if str(source.profile.get("interleave")) == "pixel" else 1
    rows, columns = max((int(h), int(w)) for h, w in source.block_shapes)
    if rows * columns * each * together > MOST_BLOCK_BYTES:
        raise _refused(
            "raster_block_too_large",
            "栅格整幅存为一块，读取需要的内存过多。请转为分块的 GeoTIFF（TILED=YES）再导入。",
            "The raster is stored as one giant block and would need too much memory. Convert it to a tiled GeoTIFF (TILED=YES).",
        )


def _bytes_of(kind: str) -> int:
    return {"8": 1, "6": 2, "2": 4, "4": 8}.get(kind[-1:], 8)


def _band(source: Any, chosen: str | None) -> tuple[int, list[str]]:
    roles = [str(role.name) for role in source.colorinterp]
    kinds = [str(kind) for kind in source.dtypes]
    if "palette" in roles or {"red", "green", "blue"} & set(roles):
        raise _refused(
            "raster_picture",
            "这是彩色图片（RGB 或调色板），不是高程；请导入存有高程数值的 GeoTIFF。",
            "This is a coloured picture (RGB or palette), not heights; import a GeoTIFF whose values are heights.",
        )
    usable = [number for number, role in enumerate(roles, 1) if role != "alpha"]
    names = [_band_name(source, number) for number in usable]
    if len(usable) > 1:
        for number, name in zip(usable, names, strict=True):
            if chosen in (name, str(number)):
                usable = [number]
                break
        else:
            raise layer_choice(names)
    if not usable:
        raise _refused("raster_picture", "文件里没有高程波段。", "There is no band of heights in the file.")
    kind = kinds[usable[0] - 1]
    if "complex" in kind or kind.startswith("cint"):
        raise _refused("raster_complex", "波段是复数，不是高程。", "The band holds complex numbers, no heights.")
    if _bytes_of(kind) == 1 or kind in ("uint8", "int8"):
        raise _refused(
            "raster_eight_bits",
            "波段只有 8 位（0–255），多半是晕渲图而不是高程；如确为高程，请先转为 Int16 或 Float32。",
            "The band has only 8 bits (0–255): most likely a shaded picture, not heights. If they are heights, convert them to "
            "Int16 or Float32.",
        )
    return usable[0], names


def _band_name(source: Any, number: int) -> str:
    told = source.descriptions[number - 1]
    return f"{number} {told}" if told else str(number)


def _cell(source: Any) -> tuple[float, float, float, float, float, float]:
    matrix = source.transform
    if matrix.is_identity:
        points = cast(list[Any], source.gcps[0])
        raise _refused(
            "raster_not_placed",
            "栅格没有地理定位"
            + ("（只有控制点，未经纠正）" if points else "")
            + "：文件内没有仿射变换参数，旁边的 .tfw 不会读取。请先定位（如 gdal_translate -a_ullr）再导入。",
            "The raster is not placed on the earth"
            + (" (it has control points only and was not rectified)" if points else "")
            + ": it holds no geotransform, and a .tfw beside it is not read. Place it first (gdal_translate -a_ullr).",
        )
    cell = (
        float(matrix.a), float(matrix.b), float(matrix.c), float(matrix.d), float(matrix.e), float(matrix.f),
    )  # fmt: skip
    turned = cell[0] * cell[4] - cell[1] * cell[3]
    if not all(abs(value) < 1e12 for value in cell) or abs(turned) < 1e-18:
        raise _refused(
            "raster_not_placed",
            "栅格的定位参数无效。",
            "The raster's geotransform is not valid.",
            geotransform=list(cell),
        )
    return cell


def _crs(source: Any) -> str | None:
    try:
        return None if source.crs is None else str(source.crs.to_wkt()) or None
    except RasterioError:
        return None


def _pages(source: Any) -> int:
    return max(1, len(source.subdatasets))


def unit_question(zh: str, en: str) -> Refused:
    return question("unit_doubtful", zh=zh, en=en, field="unit", choices=["m", "ft", "us-ft", "dm", "cm"])
