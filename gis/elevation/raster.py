"""The heights of an opened GeoTIFF as metres, read in windows; its questions: coordinate system, unit, the value for "not known"."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from gis.crs import Origin
from gis.elevation.opening import Opened, broken, unit_question
from gis.exchange.coordinates import Floats, placing
from gis.exchange.findings import Findings
from gis.exchange.options import Options, question
from spine.errors import Refused

_window: Any = Window  # its stubs do not know its arguments

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""What ground can be: the shore of the Dead Sea and the summit of Everest, with room. What is outside is questioned."""
UNITS = {"m": 1.0, "ft": 0.3048, "us-ft": 1200 / 3937, "dm": 0.1, "cm": 0.01, "mm": 0.001, "km": 1000.0}
_SPELLED = {
    "m": "m", "metre": "m", "metres": "m", "meter": "m", "meters": "m", "米": "m", "ft": "ft", "foot": "ft", "feet": "ft",
    "international foot": "ft", "us survey foot": "us-ft", "us survey feet": "us-ft", "ftus": "us-ft", "us-ft": "us-ft",
    "dm": "dm", "decimetre": "dm", "decimeter": "dm", "cm": "cm", "centimetre": "cm", "centimeter": "cm", "mm": "mm", "km": "km",
}  # fmt: skip
MOST_SAMPLE = 1400
"""Cells of a preview along each side."""
_AT_ONCE = 4_000_000
_GAP_M = 100.0
_OFTEN = 0.001


class Raster:
    """`factor`: metres of one unit. `extent`: west, south, east, north. `resolution_m`: side of a cell on the ground."""

    def __init__(self, opened: Opened, options: Options, findings: Findings) -> None:
        if options.origin not in (Origin.WGS84, Origin.CGCS2000):
            raise Refused(
                "raster_origin",
                zh="GCJ-02、BD-09 偏移的栅格不能导入；请使用 WGS 84 或 CGCS2000 的原始数据。",
                en="A raster with the GCJ-02 or BD-09 offset cannot be imported; use the original in WGS 84 or CGCS2000.",
                field="origin",
                final=False,
            )
        self.opened, self._options, self._findings = opened, options, findings
        self.width, self.height = opened.width, opened.height
        a, b, c, d, e, f = opened.cell
        self._forward = np.array([[a, b, c], [d, e, f]])
        inverse = np.linalg.inv(np.array([[a, b, c], [d, e, f], [0.0, 0.0, 1.0]]))
        self._back = inverse[:2]
        self.where = placing(opened.crs, options, findings)
        self.extent, self.centre, self.resolution_m = self._measure()
        self._say_where()
        self._scale = float(opened.source.scales[opened.band - 1])
        self._offset = float(opened.source.offsets[opened.band - 1])
        self.nodata = self._nodata()
        self.unit, self._told_unit = self._unit()
        self.factor = UNITS[self.unit]
        self.out_of_range = 0
        """Cells read so far that no ground can be; they are not known."""

    # --- where it lies ------------------------------------------------------------------------------------------------

    def to_degrees(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Cells (0, 0 is the outer corner of the first) → longitude, latitude; not finite where there is none."""
        x = self._forward[0, 0] * columns + self._forward[0, 1] * rows + self._forward[0, 2]
        y = self._forward[1, 0] * columns + self._forward[1, 1] * rows + self._forward[1, 2]
        if self.where.transformer is not None:
            x, y = cast(tuple[Floats, Floats], self.where.transformer.transform(x, y))
        return x, y

    def to_cells(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = lon, lat
        if self.where.transformer is not None:
            inverse = TransformDirection.INVERSE
            x, y = cast(tuple[Floats, Floats], self.where.transformer.transform(x, y, direction=inverse))
        with np.errstate(invalid="ignore"):
            return (
                self._back[0, 0] * x + self._back[0, 1] * y + self._back[0, 2],
                self._back[1, 0] * x + self._back[1, 1] * y + self._back[1, 2],
            )

    def _measure(self) -> tuple[tuple[float, float, float, float], tuple[float, float], float]:
        side = np.linspace(0.0, 1.0, 33)
        columns, rows = (part.ravel() for part in np.meshgrid(side * self.width, side * self.height))
        lon, lat = self.to_degrees(columns, rows)
        good = np.isfinite(lon) & np.isfinite(lat)
        doubtful = not bool(good.all()) or float(np.abs(lat[good]).max(initial=0)) > 90.001
        if not doubtful and float(lon.max()) > 180.001:
            doubtful = float(lon.max()) > 360.001 or float(lon.min()) < -0.001
            if not doubtful:
                raise Refused(
                    "raster_antimeridian",
                    zh="栅格的经度用 0–360° 表示或跨越 180° 经线，请先转为 −180–180°。",
                    en="The raster counts longitude from 0 to 360° or crosses the 180° meridian; convert it to −180 to 180°.",
                    field="file",
                    final=False,
                )
        if doubtful:
            raise question(
                "crs_doubtful",
                zh=f"按坐标系“{self.where.named}”换算，栅格不在地球上；请指定它真正的坐标系。",
                en=f"In '{self.where.named}' the raster does not lie on the earth; give its real coordinate system.",
                field="crs",
                choices=["EPSG:4326", "EPSG:4490", "EPSG:4542", "EPSG:4543", "EPSG:32647"],
            )
        middle = np.array([self.width / 2, self.width / 2 + 1, self.width / 2])
        down = np.array([self.height / 2, self.height / 2, self.height / 2 + 1])
        x, y = self.to_degrees(middle, down)
        lat0 = float(y[0])
        east = (x - x[0]) * 111_320.0 * np.cos(np.radians(lat0))
        north = (y - y[0]) * 110_574.0
        area = abs(float(east[1] * north[2] - east[2] * north[1]))
        extent = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
        return extent, (float(x[0]), lat0), max(1e-3, float(np.sqrt(area)))

    def _say_where(self) -> None:
        city = self._options.city
        if city is None:
            return
        west, south, east, north = self.extent
        if west < city[2] and east > city[0] and south < city[3] and north > city[1]:
            return
        lon, lat = self.centre
        if self._options.crs is None:
            raise question(
                "far_from_city",
                zh=f"按“{self.where.named}”，栅格中心在东经 {lon:.3f}°、北纬 {lat:.3f}°，完全在本市之外。请核对坐标系（分带、"
                "中央经线）；确实在那里的，填写同一坐标系以确认。",
                en=f"In '{self.where.named}' the raster's centre is at longitude {lon:.3f}, latitude {lat:.3f}, wholly outside the "
                "city. Check the coordinate system (zone, central meridian); if it does lie there, give the same one to confirm.",
                field="crs",
                choices=[self.where.named.split(" ")[0], "EPSG:4542", "EPSG:4543", "EPSG:32647"],
            )
        self._findings.add("far_from_city", at=[lon, lat], say=self.where.named)

    # --- what its numbers mean ----------------------------------------------------------------------------------------

    def _nodata(self) -> float | None:
        """The number for "not known", None when there is none. Raises Refused `nodata`."""
        told = self._options.nodata
        if told is None:
            declared = self.opened.source.nodatavals[self.opened.band - 1]
            return None if declared is None else float(declared)
        if told.strip().lower() == "none":
            return None
        try:
            return float(told)
        except ValueError:
            raise Refused(
                "nodata",
                zh="“未知”值应为一个数字（如 -9999），没有则填 none。",
                en="The value for 'not known' is a number such as -9999, or none.",
                field="nodata",
                final=False,
            ) from None

    def _unit(self) -> tuple[str, bool]:
        """(unit, whether somebody said it). Raises Refused `unit_unknown`."""
        if self._options.unit:
            unit = _SPELLED.get(self._options.unit.strip().lower())
            if unit is None:
                raise Refused(
                    "unit_unknown",
                    zh=f"不认识高程单位“{self._options.unit[:30]}”；可用 {'、'.join(UNITS)}。",
                    en=f"Unknown unit of height '{self._options.unit[:30]}'; there are {', '.join(UNITS)}.",
                    field="unit",
                    final=False,
                )
            return unit, True
        written = str(self.opened.source.units[self.opened.band - 1] or "").strip()
        if written:
            unit = _SPELLED.get(written.lower())
            if unit is None:
                raise unit_question(
                    f"文件写明的高程单位“{written[:30]}”无法识别，请指定。",
                    f"The file's unit of height, '{written[:30]}', is not known; say what it is.",
                )
        else:
            unit = _vertical_unit(self.opened.crs)
        if unit is None:
            self._findings.add("unit_assumed")
            return "m", False
        if unit != "m":
            self._findings.add("unit_converted", say=unit)
        return unit, True

    # --- reading ------------------------------------------------------------------------------------------------------

    def _metres(self, raw: Any) -> NDArray[np.float64]:
        """Values as the file has them (masked) → metres; NaN where not known, also what no ground can be (counted)."""
        values = np.ma.getdata(raw)
        unknown = np.ma.getmaskarray(raw)
        if self.nodata is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                unknown = unknown | (values == np.asarray(self.nodata).astype(values.dtype))
        metres = (values.astype(np.float64) * self._scale + self._offset) * self.factor
        metres[unknown | ~np.isfinite(metres)] = np.nan
        return metres

    def _read(self, window: Window, shape: tuple[int, int] | None = None) -> NDArray[np.float64]:
        masked = self._options.nodata is None
        try:
            raw = self.opened.source.read(self.opened.band, window=window, masked=masked, out_shape=shape)
        except (RasterioError, ValueError) as error:
            raise broken(error) from error
        return self._metres(raw)

    def cells(self, column: int, row: int, across: int, down: int, step: int) -> NDArray[np.float64]:
        """`across` × `down` means of squares of `step` × `step` cells, the first square beginning at a cell. NaN: not known."""
        out = np.full((down, across), np.nan)
        at_once = max(1, _AT_ONCE // max(1, across * step * step))
        right = min(self.width, column + across * step)
        for first in range(0, down, at_once):
            count = min(at_once, down - first)
            top, bottom = row + first * step, min(self.height, row + (first + count) * step)
            if top >= bottom or column >= right:
                break
            read = self._read(_window(column, top, right - column, bottom - top))
            impossible = (read < LOWEST_M) | (read > HIGHEST_M)
            self.out_of_range += int(impossible.sum())
            read[impossible] = np.nan
            if step > 1:
                read = _means(read, step)
            out[first : first + read.shape[0], : read.shape[1]] = read
        return out

    def sample(self) -> NDArray[np.float64]:
        """At most MOST_SAMPLE × MOST_SAMPLE of its cells, evenly taken. Raises the questions about units and unknown heights."""
        shape = (min(self.height, MOST_SAMPLE), min(self.width, MOST_SAMPLE))
        read = self._read(_window(0, 0, self.width, self.height), shape)
        self._check_values(read)
        impossible = (read < LOWEST_M) | (read > HIGHEST_M)
        share = self.width * self.height / read.size
        if bool(impossible.any()):
            lowest, highest = float(np.nanmin(read)), float(np.nanmax(read))
            self._findings.add(
                "height_impossible", round(int(impossible.sum()) * share), say=f"{lowest:,.1f} … {highest:,.1f} m"
            )
        read[impossible] = np.nan
        return read

    def _check_values(self, metres: NDArray[np.float64]) -> None:
        known = metres[np.isfinite(metres)]
        if len(known) == 0:
            return
        self._ask_for_nodata(known)
        high = float(np.percentile(known, 90))
        if high > HIGHEST_M and not self._options.unit:
            raise unit_question(
                f"一成以上的值高于 {HIGHEST_M:g} 米（最高 {float(known.max()):,.0f}），单位可能不是米。请指定高程单位。",
                f"More than a tenth of the values lie above {HIGHEST_M:g} m (up to {float(known.max()):,.0f}): the unit may not be "
                "the metre. Say which it is.",
            )

    def _ask_for_nodata(self, known: NDArray[np.float64]) -> None:
        """A value at either end, often taken and far from all others, is most likely no height but a mark for "not known"."""
        if self._options.nodata is not None or self.opened.source.nodatavals[self.opened.band - 1] is not None:
            return
        values, counts = np.unique(known, return_counts=True)
        for end, beside in ((0, 1), (-1, -2)):
            if len(values) < 2:
                return
            value, often = float(values[end]), int(counts[end]) / len(known)
            if often >= _OFTEN and abs(value - float(values[beside])) >= _GAP_M:
                raw = (value / self.factor - self._offset) / self._scale
                text = f"{raw:.10g}"
                raise question(
                    "nodata_doubtful",
                    zh=f"文件没有说明哪个值表示“未知”，而 {text} 占 {often:.1%}，与其他高程相差很远。它表示未知吗？是则选 {text}，"
                    "确为高程则选 none。",
                    en=f"The file does not say which value means 'not known', and {text} fills {often:.1%}, far from all other "
                    f"heights. Does it mean 'not known'? Answer {text}, or none if it is a height.",
                    field="nodata",
                    choices=[text, "none"],
                )


def _means(cells: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    down, across = -(-cells.shape[0] // step), -(-cells.shape[1] // step)
    padded = np.full((down * step, across * step), np.nan)
    padded[: cells.shape[0], : cells.shape[1]] = cells
    blocks = padded.reshape(down, step, across, step)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    return np.where(count > 0, np.where(known, blocks, 0).sum(axis=(1, 3)) / np.maximum(count, 1), np.nan)


def _vertical_unit(crs: str | None) -> str | None:
    """The unit of a compound system's heights, where the file has one."""
    if crs is None:
        return None
    try:
        parts = CRS.from_wkt(crs).sub_crs_list
    except CRSError:
        return None
    for part in parts:
        if part.is_vertical and part.axis_info:
            metres = float(part.axis_info[0].unit_conversion_factor)
            return next((unit for unit, factor in UNITS.items() if abs(factor / metres - 1) < 1e-7), None)
    return None
