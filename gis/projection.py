"""Plane coordinates of survey sheets: UTM on WGS 84, and Gauss–Krüger on CGCS2000 in 3° and 6° zones, with the zone before
the easting or without.

Both are transverse Mercator with a false easting of 500 km; UTM shrinks its meridian to 0.9996, Gauss–Krüger does not. Zones:
UTM n and the 6° zone n are centred on 6n − 183° and 6n − 3°, the 3° zone n on 3n° (GB/T 24356, GB 22021). China lies in the
6° zones 13–23 and the 3° zones 25–45, so a number written before the easting says which kind it is. The projection is
PROJ's, through pyproj; EPSG:4491–4554 and 326xx/327xx are the same definitions by number. Beijing 1954 and Xi'an 1980 are
not read: their parameters towards WGS 84 differ by place and are not public, and a guess is tens of metres off.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from pyproj import Proj

from gis.crs import LonLat, Origin

ZoneKind = Literal["UTM", "GK3", "GK6"]
_FIRST_LAST: dict[ZoneKind, tuple[int, int]] = {"UTM": (1, 60), "GK3": (25, 45), "GK6": (13, 23)}
_FALSE_EASTING = 500_000.0
_FALSE_NORTHING_SOUTH = 10_000_000.0
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone. `north` matters for UTM only: south of the equator northings count from ten million."""

    kind: ZoneKind
    number: int
    north: bool = True

    @property
    def meridian(self) -> int:
        """Degrees of longitude of its central meridian."""
        return {"UTM": 6 * self.number - 183, "GK3": 3 * self.number, "GK6": 6 * self.number - 3}[self.kind]

    @property
    def origin(self) -> Origin:
        return Origin.WGS84 if self.kind == "UTM" else Origin.CGCS2000

    @property
    def epsg(self) -> int:
        """The zone without number before the easting."""
        if self.kind == "UTM":
            return (32600 if self.north else 32700) + self.number
        return 4534 + self.number - 25 if self.kind == "GK3" else 4502 + self.number - 13

    @property
    def zh(self) -> str:
        if self.kind == "UTM":
            return f"UTM {self.number}{'N' if self.north else 'S'}"
        return f"CGCS2000 高斯-克吕格 {self.kind[2]}度带第{self.number}带（中央经线 {self.meridian}°）"

    @property
    def en(self) -> str:
        if self.kind == "UTM":
            return f"UTM {self.number}{'N' if self.north else 'S'}"
        return f"CGCS2000 Gauss–Krüger {self.kind[2]}° zone {self.number} (central meridian {self.meridian}°)"


def zone_at(kind: ZoneKind, lon: float, lat: float = 0.0) -> Zone | None:
    """The zone that holds a longitude; None for Gauss–Krüger outside the zones of China."""
    if kind == "GK3":
        number = int((lon + 1.5) // 3)
    else:
        number = int((lon + 180) // 6) + 1 if kind == "UTM" else int(lon // 6) + 1
    first, last = _FIRST_LAST[kind]
    if kind == "UTM":
        return Zone("UTM", min(max(number, first), last), lat >= 0)
    return Zone(kind, number) if first <= number <= last else None


def zone_of_number(number: int) -> Zone | None:
    """The Gauss–Krüger zone of a number written before an easting: 13–23 are 6° zones, 25–45 are 3° zones."""
    for kind in ("GK6", "GK3"):
        first, last = _FIRST_LAST[kind]
        if first <= number <= last:
            return Zone(kind, number)
    return None


def zone_of_meridian(meridian: float) -> Zone | None:
    """The Gauss–Krüger zone with this central meridian. Where a 3° and a 6° zone share it they are the same plane."""
    if meridian % 3:
        return None
    number = int(meridian // 3)
    return Zone("GK3", number) if 25 <= number <= 45 else None


def split_easting(easting: float) -> tuple[Zone | None, float]:
    """33 391 234.5 → (3° zone 33, 391 234.5); an easting without zone is returned as it is, with None."""
    if easting < _MILLION:
        return None, easting
    return zone_of_number(int(easting // _MILLION)), easting % _MILLION


@lru_cache(maxsize=64)
def _plane(kind: ZoneKind, meridian: int, north: bool) -> Any:
    scale = 0.9996 if kind == "UTM" else 1.0
    ellipsoid = "WGS84" if kind == "UTM" else "GRS80"  # CGCS2000's ellipsoid has the axes and flattening of GRS 80
    south = 0.0 if north else _FALSE_NORTHING_SOUTH
    return cast(
        Any,
        Proj(proj="tmerc", lat_0=0, lon_0=meridian, k=scale, x_0=_FALSE_EASTING, y_0=south, ellps=ellipsoid, units="m"),
    )


def to_degrees(zone: Zone, easting: float, northing: float) -> LonLat:
    """Metres in the zone (easting without zone number) → degrees in the zone's datum. NaN-free: (inf, inf) where none is."""
    lon, lat = _plane(zone.kind, zone.meridian, zone.north)(easting, northing, inverse=True)
    return float(lon), float(lat)


def from_degrees(zone: Zone, lon: float, lat: float) -> tuple[float, float]:
    """Degrees in the zone's datum → (easting without zone number, northing) in metres."""
    easting, northing = _plane(zone.kind, zone.meridian, zone.north)(lon, lat)
    return float(easting), float(northing)
