"""What a landslide's answer says of itself: limits, assumptions, triggers in words, and what lies in its way."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.geodesic import east_north_km
from gis.hazards.ground import Ground
from gis.hazards.landslide_formulas import Reach, rickenmann_envelope_m, rickenmann_length_m
from gis.hazards.landslide_runout import Way
from gis.hazards.landslide_trigger import Trigger
from gis.hazards.model import Case, Limit, Listed, ListedRow, Note, Zone
from gis.hazards.outcomes import two_figures

_FLAT_DEG = 10.0
_vector: Any = shapely
_WAYS_ZH = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_WAYS_EN = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def limits_and_notes(
    case: Case, way: Way, reach: Reach, trigger: Trigger, threat: bool
) -> tuple[tuple[Limit, ...], tuple[Note, ...], tuple[Note, ...]]:
    return (
        tuple(_limits(case, way, reach)),
        tuple(_assumptions(case, way, reach, threat)),
        tuple(_notes(case, way, reach, trigger, threat)),
    )


def _limits(case: Case, way: Way, reach: Reach) -> list[Limit]:
    found: list[Limit] = []
    drawn = case.footprint is not None
    if way.azimuth_deg is None and not drawn:
        found.append(
            Limit(
                "direction_unknown",
                "滑动方向未知（没有高程，也未给出）：按圆形估计，请给出方向。",
                "The direction is not known (no heights, and nobody has said): a circle is drawn; please give it.",
            )
        )
    if not case.inputs.is_given("volume_m3"):
        found.append(
            Limit(
                "volume_assumed", "体积尚未给出，按小型滑坡假定。", "The volume is not given: a small slide is assumed."
            )
        )
    if not way.from_terrain and not case.inputs.is_given("fall_height_m") and not drawn:
        found.append(
            Limit(
                "fall_assumed",
                "高差未知，按假定值估计到达距离。",
                "The height of fall is not known: an assumed one sets the travel.",
            )
        )
    low, high = reach.volume_m3
    if not low <= case.inputs.median("volume_m3") <= high:
        found.append(
            Limit(
                "outside_reach",
                f"体积超出“{reach.zh}”到达角关系的资料范围（{low:g}–{high:g} 立方米）。",
                f"The volume lies outside the data of {reach.en} ({low:g} to {high:g} m³).",
                outside=True,
            )
        )
    if way.slope_deg is not None and way.from_terrain and way.slope_deg < _FLAT_DEG:
        found.append(
            Limit(
                "flat",
                f"该处地形坡度仅约 {way.slope_deg:.0f}°：请核对位置，或是否为渣土、堆填体。",
                f"The terrain there slopes by about {way.slope_deg:.0f}° only: check the place, or whether it is a heap of fill.",
            )
        )
    return found  # fmt: skip


def _assumptions(case: Case, way: Way, reach: Reach, threat: bool) -> list[Note]:
    found = [
        Note("kind", f"按“{reach.zh}”估计到达距离。", f"Travel is that of a {reach.en}."),
        Note("top", "给出的位置当作滑体顶部。", "The place given is taken for the top of the slide."),
    ]
    if way.gully is not None:
        found.append(
            Note(
                "gully_from_terrain",
                f"按地形沿沟谷追踪，走廊宽约 {2 * way.half_width_m:.0f} 米。",
                f"The way follows the gully of the terrain, in a corridor about {2 * way.half_width_m:.0f} m wide.",
            )
        )
    elif way.from_terrain and way.azimuth_deg is not None and not case.inputs.is_known("azimuth_deg"):
        index = round(way.azimuth_deg / 45) % 8
        found.append(
            Note(
                "direction_from_terrain",
                f"由地形判断向{_WAYS_ZH[index]}（{way.azimuth_deg:.0f}°）滑动，两侧各 20°。",
                f"By the terrain it runs {_WAYS_EN[index]} ({way.azimuth_deg:.0f}°), 20° to either side.",
            )
        )
    if threat:
        found.append(
            Note(
                "unconditional",
                "尚未发生：伤亡概率已乘失稳概率；“受威胁”不乘。",
                "It has not happened: casualties include the chance that it fails, the threatened do not.",
            )
        )
    return found  # fmt: skip


def _notes(case: Case, way: Way, reach: Reach, trigger: Trigger, threat: bool) -> list[Note]:
    found: list[Note] = []
    rain = trigger.rain
    if rain is not None:
        side_zh = "达到或超过" if rain.over >= 1 else "低于"
        side_en = "reaches or exceeds" if rain.over >= 1 else "lies below"
        least_zh = "" if rain.over >= 1 else ("，但高于全球下限" if rain.over_least >= 1 else "，也低于全球下限")
        least_en = (
            ""
            if rain.over >= 1
            else (", but above the global minimum" if rain.over_least >= 1 else " and below the global minimum")
        )
        found.append(
            Note(
                "rain",
                f"平均雨强 {rain.intensity_mm_h:.1f} 毫米/小时（{rain.duration_h:g} 小时），{side_zh}{rain.threshold.zh}阈值 {rain.threshold.intensity_mm_h(rain.duration_h):.1f}{least_zh}。",
                f"Rain of {rain.intensity_mm_h:.1f} mm/h over {rain.duration_h:g} h {side_en} {rain.threshold.en}: {rain.threshold.intensity_mm_h(rain.duration_h):.1f} mm/h{least_en}.",
            )
        )
    if threat or trigger.pga_gal is not None:
        words = "坡度未知，取无资料时的假定" if trigger.slope_deg is None else f"坡度约 {trigger.slope_deg:.0f}°"
        words_en = (
            "the slope is not known: assumed" if trigger.slope_deg is None else f"slope about {trigger.slope_deg:.0f}°"
        )
        found.append(
            Note(
                "probability",
                f"失稳概率约 {trigger.probability:.0%}（{words}；常见土性的蒙特卡罗估计，不代替监测）。",
                f"Probability of failure about {trigger.probability:.0%} ({words_en}; Monte Carlo over usual soils, no substitute for watching).",
            )
        )
    if reach.key in ("debris_flow", "mudflow") and case.footprint is None:
        volume, height = case.inputs.median("volume_m3"), case.inputs.median("fall_height_m")
        if case.inputs.is_given("fall_height_m"):
            low, high = rickenmann_length_m(volume, height), rickenmann_envelope_m(volume, height)
            found.append(
                Note(
                    "rickenmann",
                    f"第二意见（Rickenmann 1999）：运动距离约 {two_figures(low):,.0f} 米，上限约 {two_figures(high):,.0f} 米。",
                    f"Second opinion (Rickenmann 1999): travel about {two_figures(low):,.0f} m, at most about {two_figures(high):,.0f} m.",
                )
            )
        if way.gully is None:
            found.append(
                Note(
                    "gully",
                    "泥石流沿沟谷流动：沟道弯曲时请按沟道人工画出范围。",
                    "A debris flow follows its gully: where that winds, draw the area along it by hand.",
                )
            )
    return found  # fmt: skip


def lists_of(case: Case, ground: Ground, zones: Sequence[Zone]) -> tuple[Listed, ...]:
    """Villages in its way, the nearest first; rivers that it may dam, roads that it may cut."""
    area = zones[-1].polygon
    found: list[Listed] = []
    villages = ground.settlements_in(area)
    if villages:
        east, north = east_north_km(
            case.lon, case.lat, np.asarray([v.lon for v in villages]), np.asarray([v.lat for v in villages])
        )
        metres = np.hypot(east, north) * 1000
        rows = tuple(
            ListedRow(v.id, "settlement", v.name_zh, v.name_en, v.lon, v.lat, f"距 {two_figures(float(metres[i])):,.0f} 米", f"{two_figures(float(metres[i])):,.0f} m away")
            for i, v in ((int(i), villages[int(i)]) for i in np.argsort(metres, kind="stable"))
        )  # fmt: skip
        found.append(Listed("villages", "可能到达的村庄", "villages that it may reach", rows))
    for key, zh, en, lines, value_zh, value_en in (
        (
            "rivers",
            "可能被堵塞的河流（堰塞湖）",
            "rivers that it may dam",
            ground.rivers,
            "须监测水位",
            "watch the water level",
        ),
        ("roads", "可能被阻断的道路", "roads that it may cut", ground.roads, "可能中断", "may be cut"),
    ):
        rows = tuple(
            ListedRow(f"{key}-{index}", key[:-1], line.name_zh or "（无名）", line.name_en or "(no name)", round(float(at.x), 5), round(float(at.y), 5), value_zh, value_en)
            for index, line in enumerate(lines)
            if not (at := _vector.intersection(line.line, area).representative_point()).is_empty
        )  # fmt: skip
        if rows:
            found.append(Listed(key, zh, en, rows))
    return tuple(found)
