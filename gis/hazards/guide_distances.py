"""First distances for toxic gas from the Emergency Response Guidebook: no model, no waiting.

Source: ERG 2024 (US DOT, Transport Canada, SICT Mexico), Table 3 (large spills of six gases by container, time of day and wind) as
transcribed in two public repositories that agree; Table 1 (large spills) for others, ERG 2020, recalled; guide 111 for what nobody has
identified. None has been read in the official edition: all `verified=False`. Distances are statistics (90th percentile over weather
and season, Transport Canada), not the edge of danger in this wind. The protected area is a square as wide as it is long, downwind.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Container: TypeAlias = Literal["rail", "truck", "nurse_tank", "ton_cylinders", "small_cylinders", "tank", "pipeline"]
"""`tank`: fixed storage; the guide has no row for it and none for a pipeline: the largest of the substance stands in."""
WindBand: TypeAlias = Literal["low", "moderate", "high"]
_FOOT_M, _MILE_M = 0.3048, 1609.344
_BANDS: tuple[WindBand, ...] = ("low", "moderate", "high")
_LOW_BELOW_MS, _HIGH_FROM_MS = 10 / 3.6, 20 / 3.6
"""ERG: low wind below 10 km/h, high above 20 km/h."""


@dataclass(frozen=True, slots=True)
class Row:
    """Isolation in feet; protective action distance in miles by day and by night for low, moderate and high wind, as printed.
    `more`: the guide prints a plus sign: it may be farther."""

    substance: str
    container: Container
    isolation_ft: float
    day_mi: tuple[float, float, float]
    night_mi: tuple[float, float, float]
    more: frozenset[tuple[str, WindBand]] = frozenset()
    verified: bool = False


_CL, _SO2 = "chlorine", "sulfur_dioxide"
TABLE_3: Final[tuple[Row, ...]] = (
    Row("ammonia", "rail", 1000, (1.0, 0.8, 0.6), (2.6, 1.3, 0.8)),
    Row("ammonia", "truck", 500, (0.5, 0.3, 0.3), (1.1, 0.4, 0.4)),
    Row("ammonia", "nurse_tank", 200, (0.3, 0.2, 0.2), (0.9, 0.2, 0.2)),
    Row("ammonia", "small_cylinders", 100, (0.2, 0.1, 0.1), (0.5, 0.2, 0.1)),
    Row(_CL, "rail", 3000, (6.0, 3.9, 3.2), (7.0, 5.6, 4.1), frozenset({("night", "low")})),
    Row(_CL, "truck", 2000, (3.5, 2.1, 1.6), (4.0, 2.9, 2.4)),
    Row(_CL, "ton_cylinders", 1000, (1.2, 0.8, 0.6), (2.2, 1.4, 0.8)),
    Row(_CL, "small_cylinders", 500, (0.9, 0.5, 0.3), (1.5, 0.8, 0.4)),
    Row("ethylene_oxide", "rail", 600, (1.0, 0.5, 0.4), (1.8, 0.9, 0.5)),
    Row("ethylene_oxide", "truck", 300, (0.6, 0.3, 0.3), (1.3, 0.4, 0.3)),
    Row("ethylene_oxide", "small_cylinders", 100, (0.3, 0.1, 0.1), (0.5, 0.2, 0.1)),
    Row("hydrogen_chloride", "rail", 1500, (2.3, 1.3, 1.1), (6.1, 2.1, 1.4)),
    Row("hydrogen_chloride", "truck", 600, (0.9, 0.5, 0.4), (2.3, 0.9, 0.5)),
    Row("hydrogen_chloride", "ton_cylinders", 100, (0.3, 0.1, 0.1), (0.6, 0.2, 0.1)),
    Row("hydrogen_chloride", "small_cylinders", 100, (0.2, 0.1, 0.1), (0.6, 0.2, 0.1)),
    Row("hydrogen_fluoride", "rail", 1500, (2.1, 1.3, 1.1), (4.0, 1.9, 1.2)),
    Row("hydrogen_fluoride", "truck", 700, (1.2, 0.7, 0.6), (2.3, 1.0, 0.6)),
    Row("hydrogen_fluoride", "small_cylinders", 300, (0.5, 0.2, 0.2), (1.1, 0.3, 0.2)),
    Row(_SO2, "rail", 3000, (7.0, 7.0, 4.3), (7.0, 7.0, 6.0), frozenset({("day", "low"), ("day", "moderate"), ("night", "low"), ("night", "moderate")})),
    Row(_SO2, "truck", 3000, (7.0, 3.8, 3.3), (7.0, 5.1, 3.9), frozenset({("day", "low"), ("night", "low")})),
    Row(_SO2, "ton_cylinders", 1500, (3.3, 1.4, 1.1), (4.3, 2.5, 1.7)),
    Row(_SO2, "small_cylinders", 600, (1.9, 0.9, 0.7), (3.5, 1.5, 0.9)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LargeSpill:
    """Table 1, large spill (more than 208 L): metres, and metres by day and by night in any wind."""

    substance: str
    isolation_m: float
    day_m: float
    night_m: float
    verified: bool = False


TABLE_1: Final[dict[str, LargeSpill]] = {
    row.substance: row
    for row in (
        LargeSpill("carbon_monoxide", 200, 1200, 4400),
        LargeSpill("hydrogen_sulfide", 400, 2100, 5400),
        LargeSpill("hydrogen_cyanide", 400, 1600, 4100),
        LargeSpill("phosgene", 500, 3000, 9000),
    )
}


@dataclass(frozen=True, slots=True)
class GuideDistance:
    """Metres. `more`: the guide says it may be farther; `exact`: its own row for this container, not a stand-in; `edition`: which table."""

    isolation_m: float
    protection_m: float
    more: bool
    exact: bool
    edition_zh: str
    edition_en: str
    verified: bool


# Guides 115 (flammable gases) and 128 (flammable liquids): isolation, and leaving downwind of a large spill, metres.
FLAMMABLE: Final[dict[str, tuple[float, float, str]]] = {
    "lpg": (100, 800, "115"),
    "natural_gas": (100, 800, "115"),
    "hydrogen": (100, 800, "115"),
    "acetylene": (100, 800, "116"),
    "petrol": (50, 300, "128"),
}
UNKNOWN_ISOLATION_M, UNKNOWN_PROTECTION_M = 100.0, 800.0
"""Guide 111 (mixed load, unidentified cargo): isolate 100 m; 800 m around a tank, rail car or tank truck in a fire."""


def wind_band(wind_ms: float) -> WindBand:
    return "low" if wind_ms < _LOW_BELOW_MS else "high" if wind_ms > _HIGH_FROM_MS else "moderate"


def guide_distance(substance: str, container: Container | None, *, night: bool, wind_ms: float | None) -> GuideDistance:
    """What the guide says for this substance. Unknown container: the largest row of the substance; unknown wind: the longest distance;
    unknown substance: guide 111. Never refuses: a first distance must always be at hand."""
    rows = [row for row in TABLE_3 if row.substance == substance]
    if rows:
        own = next((row for row in rows if row.container == container), None)
        row = own or max(rows, key=lambda each: each.isolation_ft)
        time = "night" if night else "day"
        miles = row.night_mi if night else row.day_mi
        band: WindBand = "low" if wind_ms is None else wind_band(wind_ms)
        return GuideDistance(
            row.isolation_ft * _FOOT_M,
            miles[_BANDS.index(band)] * _MILE_M,
            (time, band) in row.more,
            own is not None and wind_ms is not None,
            "ERG 2024 表 3",
            "ERG 2024, Table 3",
            row.verified,
        )
    if (spill := TABLE_1.get(substance)) is not None:
        far = spill.night_m if night else spill.day_m
        return GuideDistance(
            spill.isolation_m,
            far,
            False,
            True,
            "ERG 2020 表 1（大量泄漏）",
            "ERG 2020, Table 1, large spill",
            spill.verified,
        )
    if substance in FLAMMABLE:
        near, far, guide = FLAMMABLE[substance]
        return GuideDistance(
            near, far, False, True, f"ERG 指南 {guide}（大量泄漏）", f"ERG guide {guide}, large spill", False
        )
    return GuideDistance(
        UNKNOWN_ISOLATION_M,
        UNKNOWN_PROTECTION_M,
        True,
        False,
        "ERG 指南 111（未查明物质）",
        "ERG guide 111, unidentified cargo",
        False,
    )
