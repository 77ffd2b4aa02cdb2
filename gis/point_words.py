"""A point written out in every system that people ask for: what is copied from the map and read over the telephone (pure)."""

from gis.crs import LonLat, Origin, from_wgs84
from gis.projection import Zone, ZoneKind, from_degrees, zone_at
from spine.canonical import Json

_DEGREES = ((Origin.WGS84, "WGS 84", "WGS 84"), (Origin.CGCS2000, "CGCS2000（国家2000）", "CGCS2000"),
            (Origin.GCJ02, "GCJ-02（高德、腾讯）", "GCJ-02 (Amap, Tencent)"), (Origin.BD09, "BD-09（百度）", "BD-09 (Baidu)"))  # fmt: skip


def written_out(lon: float, lat: float) -> list[Json]:
    """[{key, zh, en, text, text_en}] for a WGS 84 point: degrees in four systems, degrees-minutes-seconds, UTM, Gauss–Krüger."""
    written: list[Json] = []
    for origin, zh, en in _DEGREES:
        x, y = from_wgs84(lon, lat, origin)
        written.append(_line(origin, zh, en, f"{x:.6f},{y:.6f}"))
    written.append(_line("DMS", "度分秒（WGS 84）", "Degrees, minutes, seconds", *minutes(lon, lat)))
    kinds: tuple[ZoneKind, ...] = ("UTM", "GK3", "GK6")
    for kind in kinds:
        zone = zone_at(kind, lon, lat)
        if zone is not None and abs(lat) <= 84:
            written.append(_line(kind, zone.zh, zone.en, _plane(zone, lon, lat)))
    return written


def _line(key: str, zh: str, en: str, text: str, text_en: str | None = None) -> Json:
    return {"key": key, "zh": zh, "en": en, "text": text, "text_en": text_en or text}


def minutes(lon: float, lat: float) -> tuple[str, str]:
    """北纬23°28′12.0″，东经98°55′48.0″ and 23°28′12.0″N 98°55′48.0″E."""
    north, east = ("北纬", "N") if lat >= 0 else ("南纬", "S"), ("东经", "E") if lon >= 0 else ("西经", "W")
    return f"{north[0]}{_dms(lat)}，{east[0]}{_dms(lon)}", f"{_dms(lat)}{north[1]} {_dms(lon)}{east[1]}"


def _dms(degrees: float) -> str:
    tenths = round(abs(degrees) * 36_000)  # in tenths of a second, so that 59.96″ does not become 60.0″
    return f"{tenths // 36_000}°{tenths // 600 % 60:02d}′{tenths % 600 / 10:04.1f}″"


def _plane(zone: Zone, lon: float, lat: float) -> str:
    at: LonLat = from_degrees(zone, *from_wgs84(lon, lat, zone.origin))
    easting, northing = at
    if zone.kind == "UTM":
        return f"{zone.number}{'N' if zone.north else 'S'} {easting:.1f} {northing:.1f}"
    return f"X={northing:.1f} Y={zone.number}{easting:08.1f}"
