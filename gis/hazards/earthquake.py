"""Earthquake: elliptical intensity zones (the law behind GB 18306-2015) and what they mean for the people inside.

I = A + B·Ms + C·lg(R + R0), one set of coefficients along the long axis, one along the short. It is a law of a point source,
good at VI and VII, weak at VIII, and it misses IX; from Ms 7 the rupture's length is put in (Wells & Coppersmith 1994).
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPoint, Polygon

from gis.geodesic import bearings_and_km, destination
from gis.geometry import check_point
from gis.hazards.base import Assessment, Exposure, Footprint, Limit, Reach
from gis.hazards.pager import deaths
from spine.errors import Refused

MODEL, VERSION = "earthquake.ellipse_pager", "1.0"
ROMAN = {5: "Ⅴ", 6: "Ⅵ", 7: "Ⅶ", 8: "Ⅷ", 9: "Ⅸ", 10: "Ⅹ", 11: "Ⅺ", 12: "Ⅻ"}
_DRAWN_FROM = 6
# Where zone I is drawn, in continuous intensity: small sample of official isoseismal maps, a working rule.
_EDGE = {6: 0.0, 7: -0.15}
_EDGE_ABOVE = -0.5
_RUPTURE_FROM = 7.0
_CALIBRATED = (5.0, 8.0)
_SHALLOW_KM = 70.0
_CORNERS = 72
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    a: float
    b: float
    c: float
    r0_km: float

    def intensity(self, ms: float, r_km: float) -> float:
        return self.a + self.b * ms + self.c * math.log10(r_km + self.r0_km)

    def reach_km(self, ms: float, intensity: float) -> float:
        """How far this intensity reaches; 0 where it is nowhere reached."""
        return max(10 ** ((intensity - self.a - self.b * ms) / self.c) - self.r0_km, 0.0)


@dataclass(frozen=True, slots=True)
class Zone:
    """A seismic zone of the law. `sigma`: standard deviation of intensity."""

    key: str
    zh: str
    en: str
    long: Axis
    short: Axis
    sigma: float


# GB 18306-2015 explanatory material; coefficients agree at R = 0 within 0.001.
ZONES = {
    zone.key: zone
    for zone in (
        Zone("qingzang", "青藏区", "Qinghai-Tibet", Axis(6.4580, 1.2746, -4.4709, 25), Axis(3.3682, 1.2746, -3.3119, 9), 0.6636),
        Zone("xinjiang", "新疆区", "Xinjiang", Axis(5.6018, 1.4347, -4.4899, 25), Axis(3.6113, 1.4347, -3.8477, 13), 0.5924),
        Zone("east_strong", "东部强震区", "East, strong", Axis(5.7123, 1.3626, -4.2903, 25), Axis(3.6588, 1.3626, -3.5406, 13), 0.5826),
        Zone("moderate_central", "中强地震区", "Moderate", Axis(5.8410, 1.0710, -3.6570, 15), Axis(3.9440, 1.0710, -2.8450, 7), 0.5200),
    )
}  # fmt: skip
SOUTHWEST = ZONES["qingzang"]
"""Western Yunnan lies in the Qinghai-Tibet zone of the law."""


@dataclass(frozen=True, slots=True)
class Earthquake:
    """WGS 84 degrees, kilometres, degrees clockwise from north. Strike and depth None: not known."""

    lon: float
    lat: float
    ms: float
    depth_km: float | None = None
    strike_deg: float | None = None


def rupture_km(ms: float) -> float:
    """Surface rupture length, all types of fault (Wells & Coppersmith 1994); 0 below Ms 7, where a point will do."""
    return 10 ** (-3.22 + 0.69 * ms) if ms >= _RUPTURE_FROM else 0.0


def check(quake: Earthquake) -> None:
    """Raises Refused for what cannot be an earthquake; nothing is clamped."""
    check_point(quake.lon, quake.lat, "epicentre", china=False)
    for field, value, low, high, zh in (
        ("ms", quake.ms, 0.0, 10.0, "震级"),
        ("depth_km", quake.depth_km, 0.0, 800.0, "震源深度（km）"),
        ("strike_deg", quake.strike_deg, 0.0, 360.0, "断层走向（°）"),
    ):
        if value is not None and not low <= value <= high:
            raise Refused(
                "hazard_input",
                zh=f"{zh}应在 {low:g} 到 {high:g} 之间，收到 {value:g}。",
                en=f"{field} must be between {low:g} and {high:g}, not {value:g}.",
                field=field,
            )


def semi_axes_km(zone: Zone, ms: float, intensity: float, *, strike_known: bool = True) -> tuple[float, float]:
    """(along, across the strike) from the rupture; equal, with the same area, where the strike is not known."""
    along, across = zone.long.reach_km(ms, intensity), zone.short.reach_km(ms, intensity)
    if strike_known:
        return along, across
    half = rupture_km(ms) / 2
    radius = math.sqrt((math.pi * along * across + 4 * half * across) / math.pi)
    return radius, radius


def _outline(quake: Earthquake, zone: Zone, intensity: float) -> Polygon | None:
    """The line of this intensity, or None where it is nowhere reached."""
    known = quake.strike_deg is not None
    along, across = semi_axes_km(zone, quake.ms, intensity, strike_known=known)
    if along <= 0 or across <= 0:
        return None
    half = rupture_km(quake.ms) / 2 if known else 0.0
    corners: list[tuple[float, float]] = []
    for centre in {half, -half}:
        for corner in range(_CORNERS):
            angle = 2 * math.pi * corner / _CORNERS
            x, y = centre + along * math.cos(angle), across * math.sin(angle)
            bearing = (quake.strike_deg or 0.0) + math.degrees(math.atan2(y, x))
            lon, lat = destination(quake.lon, quake.lat, bearing, math.hypot(x, y) * 1000)
            corners.append((round(lon, 6), round(lat, 6)))
    hull = MultiPoint(corners).convex_hull
    return hull if isinstance(hull, Polygon) else None


def edge_of(level: int) -> float:
    """The continuous intensity at which the zone of this degree is drawn."""
    return level + _EDGE.get(level, _EDGE_ABOVE)


def isoseismals(quake: Earthquake, zone: Zone = SOUTHWEST) -> list[Footprint]:
    """The zones from Ⅵ upwards, the weakest first, each with its edge moved by one standard deviation either way."""
    found: list[Footprint] = []
    for level in range(_DRAWN_FROM, 13):
        edge = edge_of(level)
        polygon = _outline(quake, zone, edge)
        if polygon is None:
            break
        inner, outer = (_outline(quake, zone, edge + sign * zone.sigma) for sign in (1, -1))
        found.append(Footprint(level, f"{ROMAN[level]}度", polygon, inner, outer))
    return found


def _from_rupture_km(quake: Earthquake, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """(along, across) the strike from the rupture, km, both positive; without a strike the distance counts as along."""
    bearing, km = bearings_and_km(quake.lon, quake.lat, lon, lat)
    if quake.strike_deg is None:
        return km, np.zeros_like(km)
    angle = np.radians(bearing - quake.strike_deg)
    along = np.maximum(np.abs(km * np.cos(angle)) - rupture_km(quake.ms) / 2, 0.0)
    return along, np.abs(km * np.sin(angle))


def _reached(quake: Earthquake, zone: Zone, intensity: float, along: Floats, across: Floats) -> NDArray[np.bool_]:
    """Which points lie inside the line of this intensity."""
    a, b = semi_axes_km(zone, quake.ms, intensity, strike_known=quake.strike_deg is not None)
    if a <= 0 or b <= 0:
        return np.zeros(along.shape, dtype=np.bool_)
    return np.asarray((along / a) ** 2 + (across / b) ** 2 <= 1, dtype=np.bool_)


def intensity_at(quake: Earthquake, lon: float, lat: float, zone: Zone = SOUTHWEST) -> float:
    """Continuous intensity at a place: that of the line which passes through it, found by bisection; at least 1."""
    along, across = _from_rupture_km(quake, np.asarray([lon]), np.asarray([lat]))
    low, high = 1.0, zone.long.intensity(quake.ms, 0.0)
    for _ in range(40):
        middle = (low + high) / 2
        if bool(_reached(quake, zone, middle, along, across)[0]):
            low = middle
        else:
            high = middle
    return low


def people_by_intensity(quake: Earthquake, exposure: Exposure, zone: Zone = SOUTHWEST) -> dict[int, float]:
    """Persons by rounded intensity: 4 stands for 4 and below, 9 for 9 and above. Nobody is lost on the way."""
    along, across = _from_rupture_km(quake, exposure.lon, exposure.lat)
    felt = np.full(along.shape, 4, dtype=np.int64)
    for level in range(5, 10):
        felt[_reached(quake, zone, level - 0.5, along, across)] = level
    counted = np.bincount(felt, weights=exposure.people, minlength=10)
    return {level: float(counted[level]) for level in range(4, 10)}


def people_inside(quake: Earthquake, exposure: Exposure, zone: Zone = SOUTHWEST) -> dict[int, float]:
    """Persons inside each drawn zone and the stronger ones within it (Ⅵ度以上)."""
    along, across = _from_rupture_km(quake, exposure.lon, exposure.lat)
    found: dict[int, float] = {}
    for level in range(_DRAWN_FROM, 13):
        a, b = semi_axes_km(zone, quake.ms, edge_of(level), strike_known=quake.strike_deg is not None)
        if a <= 0 or b <= 0:
            break
        found[level] = float(exposure.people[_reached(quake, zone, edge_of(level), along, across)].sum())
    return found


def _limits(quake: Earthquake, zone: Zone) -> list[Limit]:
    found: list[Limit] = []
    if quake.strike_deg is None:
        found.append(
            Limit(
                "strike_unknown",
                "断层走向未知，按等面积圆估计。",
                "The fault's strike is not known: circles of equal area are drawn.",
            )
        )
    if quake.depth_km is None:
        found.append(
            Limit(
                "depth_unknown",
                "震源深度未知，按浅源地震估计。",
                "The depth is not known: a shallow earthquake is assumed.",
            )
        )
    elif quake.depth_km > _SHALLOW_KM:
        found.append(
            Limit(
                "deep",
                "震源较深，浅源衰减关系会高估烈度。",
                "The focus is deep: the law for shallow earthquakes overestimates.",
            )
        )
    if not _CALIBRATED[0] <= quake.ms <= _CALIBRATED[1]:
        found.append(
            Limit(
                "magnitude",
                "震级超出衰减关系的适用范围（5.0–8.0 级）。",
                "The magnitude lies outside the law's range (5.0 to 8.0).",
            )
        )
    if quake.ms >= _RUPTURE_FROM:
        found.append(
            Limit(
                "rupture",
                "7 级以上按经验破裂长度扩展，实际破裂未知。",
                "From magnitude 7 an empirical rupture length is used; the real one is not known.",
            )
        )
    if zone.long.intensity(quake.ms, 0.0) >= 8.5:
        found.append(
            Limit(
                "near_field",
                "极震区烈度可能高于模型结果。",
                "Close to the epicentre the intensity may exceed the model's.",
            )
        )
    return found  # fmt: skip


def _said(dead: Reach) -> tuple[str, str]:
    """The most likely band in words and a natural frequency, never a single toll."""
    bands = dead.bands()
    best = int(np.argmax(bands))
    zh = ("无人死亡", "1–9 人死亡", "10–99 人死亡", "100–999 人死亡", "1000 人以上死亡")[best]
    en = ("no deaths", "1–9 deaths", "10–99 deaths", "100–999 deaths", "1,000 deaths or more")[best]
    above = round(10 * sum(bands[best + 1 :]))
    if best == len(bands) - 1 or above == 0:
        return f"最可能：{zh}。", f"Most likely: {en}."
    return (
        f"最可能：{zh}；10 次同类地震约 {above} 次更多。",
        f"Most likely: {en}; in 10 such earthquakes about {above} have more.",
    )


def assess(quake: Earthquake, exposure: Exposure, at: datetime, zone: Zone = SOUTHWEST) -> Assessment:
    """Zones, people in them and the reach of deaths. Pure: the same for the same input. Raises Refused for impossible input."""
    check(quake)
    by_intensity = people_by_intensity(quake, exposure, zone)
    dead = deaths(by_intensity)
    zh, en = _said(dead)
    return Assessment(
        model=MODEL,
        version=VERSION,
        made_at=at,
        inputs={
            "lon": quake.lon, "lat": quake.lat, "ms": quake.ms, "depth_km": quake.depth_km, "strike_deg": quake.strike_deg,
            "zone": zone.key,
        },
        footprints=isoseismals(quake, zone),
        people=people_inside(quake, exposure, zone),
        people_by_intensity=by_intensity,
        dead=dead,
        summary_zh=zh,
        summary_en=en,
        largest_error_zh="房屋抗震能力：同样烈度下实际死亡人数与模型相差约 9 倍以内（一个标准差）",
        largest_error_en="How well houses stand: at the same intensity real tolls differ from the model by a factor of about 9 (one sigma)",
        confidence="C" if quake.strike_deg is not None else "D",
        exposure_source=exposure.source,
        exposure_date=exposure.date,
        illustrative=exposure.illustrative,
        limits=_limits(quake, zone),
    )  # fmt: skip
