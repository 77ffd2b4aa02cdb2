"""From the file's coordinates to WGS 84 degrees, many at once: the coordinate system first, then the offset on top of it."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gis import crs as offsets
from gis.crs import Origin
from gis.exchange.findings import Findings
from gis.exchange.options import Options, question
from spine.errors import Refused

_projection: Any = pyproj  # its stubs leave keyword arguments open
Floats = NDArray[np.float64]

EARTH_M = 20_037_508.342789244
"""Half the width of the Web Mercator square, metres."""
MERCATOR_LAT = 85.0511287798066
_STEPS = 8
_CHOICES = ["EPSG:4326", "EPSG:4490", "EPSG:4547", "EPSG:4546", "EPSG:4526", "EPSG:32647", "EPSG:3857"]


def crs_of(text: str, field: str = "crs") -> CRS:
    """Raises Refused `crs_unknown`."""
    try:
        return cast(CRS, _projection.CRS.from_user_input(text))
    except CRSError:
        raise question(
            "crs_unknown",
            zh=f"不认识坐标系“{text[:60]}”；请写成 EPSG:4547 这样的代号。",
            en=f"Unknown coordinate system '{text[:60]}'; write it as EPSG:4547 and the like.",
            field=field,
            choices=_CHOICES,
        ) from None


@dataclass(frozen=True, slots=True)
class Placing:
    """How coordinates become WGS 84. `named`: the file's system for people. `degrees`: what the file holds is degrees."""

    named: str
    degrees: bool
    origin: Origin
    swap: bool
    transformer: Transformer | None

    def to_wgs84(self, xy: Floats) -> Floats:
        """(n, 2) in the file's system → (n, 2) degrees, longitude first; what cannot be converted becomes infinite."""
        given = xy[:, ::-1] if self.swap else xy
        if self.transformer is None:
            lon, lat = given[:, 0], given[:, 1]
        else:
            lon, lat = cast(tuple[Floats, Floats], self.transformer.transform(given[:, 0], given[:, 1]))
        return np.column_stack(undo_offset(np.asarray(lon, float), np.asarray(lat, float), self.origin))


def placing(declared: str | None, options: Options, findings: Findings) -> Placing:
    """`declared`: the file's own system, None when it names none. Raises Refused `crs_missing`, `crs_unknown`, `crs_local`."""
    chosen = options.crs or declared
    if chosen is None:
        raise question(
            "crs_missing",
            zh="文件没有说明坐标系（缺少 .prj）。请指定，例如 EPSG:4490（CGCS2000 经纬度）、EPSG:4547（CGCS2000 三度带 114°E）。",
            en="The file does not say its coordinate system (.prj is missing). Give it, for example EPSG:4490 (CGCS2000 degrees) "
            "or EPSG:4547 (CGCS2000 3-degree zone 114°E).",
            field="crs",
            choices=_CHOICES,
        )
    crs = crs_of(chosen)
    if options.crs is not None and declared is not None:
        own = crs_of(declared)
        if own != crs:
            findings.add("crs_overruled", say=f"{_name(own)} → {_name(crs)}")
    if not (crs.is_geographic or crs.is_projected or crs.is_bound or crs.is_compound):
        raise Refused(
            "crs_local",
            zh=f"坐标系“{crs.name}”与地球没有固定关系，不能换算。",
            en=f"The coordinate system '{crs.name}' has no fixed relation to the earth and cannot be converted.",
            field="crs",
            final=False,
        )
    transformer = None
    if crs.to_epsg() not in (4326, 4490) and not _is_wgs84_degrees(crs):
        try:
            transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        except ProjError as error:
            raise question(
                "crs_unknown", zh=f"坐标系“{crs.name}”不能换算为 WGS 84。",
                en=f"'{crs.name}' cannot be converted to WGS 84 ({error}).", field="crs", choices=_CHOICES,
            ) from error  # fmt: skip
        if _datum_is_old(crs):
            findings.add("crs_accuracy", say=crs.name)
    return Placing(_name(crs), bool(crs.is_geographic), options.origin, options.swap, transformer)


def _name(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code} {crs.name}" if code else crs.name


def _is_wgs84_degrees(crs: CRS) -> bool:
    return bool(crs.is_geographic) and "WGS" in crs.name and "84" in crs.name and not crs.is_bound


def _datum_is_old(crs: CRS) -> bool:
    """Beijing 1954 and Xian 1980 differ from WGS 84 by parameters that are not public."""
    datum = "" if crs.geodetic_crs is None else crs.geodetic_crs.name
    return any(name in datum for name in ("Beijing", "Xian", "1954", "1980"))


def check_degrees(xy: Floats, where: Placing) -> None:
    """Whether the first coordinates of a file can be what they are taken for. Raises questions `crs_doubtful`, `axes_swapped`."""
    if len(xy) == 0 or not where.degrees:
        return
    given = xy[:, ::-1] if where.swap else xy
    lon, lat = given[:, 0], given[:, 1]
    if float(np.median(np.abs(lon))) > 180.0 and float(np.median(np.abs(lat))) > 90.0:
        raise question(
            "crs_doubtful",
            zh=f"坐标（如 {lon[0]:.6g}, {lat[0]:.6g}）不是经纬度，文件的坐标系说明与内容不符。请指定投影坐标系。",
            en=f"Coordinates such as {lon[0]:.6g}, {lat[0]:.6g} are no degrees: the file's coordinate system does not fit "
            "its content. Give the projected one.",
            field="crs",
            choices=_CHOICES,
        )
    west, east, south, north = offsets.CHINA_BOX
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    exchanged = (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
    if float(np.mean(exchanged & ~inside)) > 0.5:
        raise question(
            "axes_swapped",
            zh=f"经纬度可能写反了：第一个点是经度 {lon[0]:g}、纬度 {lat[0]:g}。请确认是否对调。",
            en=f"Longitude and latitude look exchanged: the first point is longitude {lon[0]:g}, latitude {lat[0]:g}. "
            "Say whether to exchange them.",
            field="swap",
            choices=["true", "false"],
        )


def to_mercator(degrees: Floats) -> Floats:
    """Web Mercator metres; latitudes beyond its square are put on its edge."""
    lat = np.clip(degrees[:, 1], -MERCATOR_LAT, MERCATOR_LAT)
    x = degrees[:, 0] * (EARTH_M / 180.0)
    y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * (EARTH_M / np.pi)
    return np.column_stack((x, y))


# --- the offsets of gis/crs.py for whole arrays: the same formulas and constants --------------------------------------


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    root = np.sqrt(np.abs(x))
    short = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    return east, north


def _to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east, north = _waves(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    magic = 1 - offsets.KRASOVSKY_EE * np.sin(phi) ** 2
    root = np.sqrt(magic)
    d_lat = north * 180.0 / (offsets.KRASOVSKY_A * (1 - offsets.KRASOVSKY_EE) / (magic * root) * np.pi)
    d_lon = east * 180.0 / (offsets.KRASOVSKY_A / root * np.cos(phi) * np.pi)
    return lon + d_lon, lat + d_lat


def _to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    turn = np.pi * 3000.0 / 180.0
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * turn)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def put_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS 84 → GCJ-02 for arrays: `gis.crs.from_wgs84`."""
    west, east, south, north = offsets.CHINA_BOX
    here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    to_lon, to_lat = _to_gcj02(lon, lat)
    return np.where(here, to_lon, lon), np.where(here, to_lat, lat)


def undo_offset(lon: Floats, lat: Floats, origin: Origin) -> tuple[Floats, Floats]:
    """`gis.crs.to_wgs84` for arrays."""
    if origin in (Origin.WGS84, Origin.CGCS2000):
        return lon, lat
    west, east, south, north = offsets.CHINA_BOX
    here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    x, y = lon[here], lat[here]
    if origin is Origin.BD09:
        x, y = _undone(_to_bd09, x, y)
    x, y = _undone(_to_gcj02, x, y)
    lon, lat = lon.copy(), lat.copy()
    lon[here], lat[here] = x, y
    return lon, lat


def _undone(forward: Any, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon, lat
    for _ in range(_STEPS):
        to_lon, to_lat = forward(x, y)
        x, y = x - (to_lon - lon), y - (to_lat - lat)
    return x, y
