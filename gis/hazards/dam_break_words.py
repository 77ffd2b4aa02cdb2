"""What a dam-break assessment says of itself, and the places downstream by when the water comes."""

from collections.abc import Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.hazards.confidence import WHERE_TO_LOOK
from gis.hazards.dam_break_path import Path
from gis.hazards.dam_break_source import Dam
from gis.hazards.dam_break_valley import LEAST_SIDE, MOST_SIDE, TERRAINS
from gis.hazards.dam_break_wave import CELERITY, Wave
from gis.hazards.ground import Facility, Ground, Settlement
from gis.hazards.model import Limit, Listed, ListedRow, Note

_LISTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("hospitals", "下游医疗机构（按到达时间）", "hospitals and clinics downstream, by arrival", ("hospital", "tcm_hospital", "clinic", "cdc", "blood_station")),
    ("schools", "下游学校（按到达时间）", "schools downstream, by arrival", ("school",)),
    ("shelters", "被淹的避难场所和物资库（不能使用）", "shelters and depots flooded (not to be used)", ("shelter", "depot")),
    ("hazardous_sites", "下游危险源", "hazardous sites downstream", ("hazardous_site",)),
    ("reservoirs", "下游水库和大坝（可能连锁溃决）", "reservoirs and dams downstream (may fail in turn)", ("reservoir", "dam")),
)  # fmt: skip


def downstream_lists(
    ground: Ground, path: Path, dam: Dam, area: BaseGeometry, waves: tuple[Wave, Wave]
) -> tuple[Listed, ...]:
    """Villages and facilities inside the flood, those that the water reaches first on top. `waves`: the early and the likely one."""
    early, likely = waves
    found: list[Listed] = []
    villages = ground.settlements_in(area)
    if villages:
        found.append(
            Listed(
                "villages",
                "下游村庄（按到达时间）",
                "villages downstream, by arrival",
                _rows(villages, path, likely, early),
            )
        )
    for key, zh, en, kinds in _LISTS:
        inside = [f for f in ground.facilities_in(area, kinds) if f is not dam.record]
        if inside:
            found.append(Listed(key, zh, en, _rows(inside, path, likely, early)))
    return tuple(found)


def _rows(things: Sequence[Facility | Settlement], path: Path, likely: Wave, early: Wave) -> tuple[ListedRow, ...]:
    lon, lat = np.asarray([t.lon for t in things]), np.asarray([t.lat for t in things])
    stretch, above = path.where(lon, lat)
    nearest = path.nearest_stretch(lon, lat)
    at = np.where(stretch >= 0, stretch, nearest)
    minutes, first = likely.arrival_s[0][at] / 60, early.arrival_s[0][at] / 60
    depth = np.where(stretch >= 0, np.maximum(likely.depth_m[0][at] - above, 0.0), 0.0)
    order = sorted(range(len(things)), key=lambda i: (float(minutes[i]), things[i].id))
    return tuple(_row(things[i], float(first[i]), float(minutes[i]), float(depth[i])) for i in order)


def _row(thing: Facility | Settlement, first: float, likely: float, depth: float) -> ListedRow:
    kind = thing.kind if isinstance(thing, Facility) else "village"
    zh, en = f"最早 {first:.0f} 分钟、可能 {likely:.0f} 分钟到达", f"earliest {first:.0f} min, likely {likely:.0f} min"
    if depth >= 0.1:
        zh, en = f"{zh}，水深约 {depth:.0f} 米" if depth >= 1 else f"{zh}，水深不足 1 米", f"{en}, about {depth:.0f} m deep" if depth >= 1 else f"{en}, less than 1 m deep"  # fmt: skip
    return ListedRow(thing.id, kind, thing.name_zh, thing.name_en, thing.lon, thing.lat, zh, en)


WHERE_LIMIT = Limit(
    WHERE_TO_LOOK,
    "没有高程，附近没有河流，也没有给出河谷方向：不知道洪水流向哪里，图上只是坝址周围 5 公里，不是淹没范围；伤亡未估计。",
    "There are no heights, no river is near and no direction is told: it is not known where the flood runs. The map shows 5 km around the dam, not what is "
    "flooded, and nobody is counted as struck.",
    outside=True,
)


def path_limits(path: Path | None, dam: Dam) -> tuple[Limit, ...]:
    found: list[Limit] = []
    if dam.supposed:
        found.append(
            Limit(
                "dam_supposed",
                "库容或坝高未知：按小型水库假定，请尽快查明。",
                "Volume or height are not known: a small reservoir is supposed. Find out.",
                outside=True,
            )
        )
    if dam.mode == "instantaneous":
        found.append(
            Limit(
                "upper_bound",
                "混凝土坝按全坝瞬时溃决计算，是上限情景。",
                "A concrete dam is taken as wholly gone at once: an upper bound.",
            )
        )
    if path is None:
        return tuple(found)
    terrain = TERRAINS[path.terrain]
    if path.supposed:
        found.append(
            Limit(
                "valley_supposed",
                f"没有高程：河谷比降和断面按“{terrain.zh}”假定（比降 {terrain.slope:g}，边坡 1:{terrain.side:g}），范围只供排查。",
                f"No heights: the valley's fall and section are supposed as of {terrain.en} (slope {terrain.slope:g}, sides 1 in {terrain.side:g}); "
                "the extent only says where to look.",
                outside=True,
            )
        )
    if path.basis == "azimuth":
        found.append(Limit("straight_valley", "按给定方向画直线，河谷实际走向未知。", "The valley is drawn straight in the told direction.", outside=True))  # fmt: skip
    if path.short:
        km = float(path.valley.along_m[-1]) / 1000
        found.append(
            Limit(
                "path_ends", f"只追踪到下游 {km:.0f} 公里（数据或评估框到此为止），更远处没有评估。",
                f"Followed for {km:.0f} km only, where the data or the box ends; nothing is said of what lies beyond.",
            )
        )  # fmt: skip
    if path.way is not None and bool(((path.valley.side <= LEAST_SIDE) | (path.valley.side >= MOST_SIDE)).any()):
        found.append(
            Limit(
                "section_limited", "部分河段断面过窄或过宽，超出三角形断面的适用范围。",
                "In some stretches the valley is narrower or wider than a V-shaped section can stand for.",
            )
        )  # fmt: skip
    return tuple(found)


def path_notes(path: Path, wave: Wave, dam: Dam) -> tuple[Note, ...]:
    basis = {
        "heights": ("沿地形最陡下降方向", "down the steepest way on the heights"),
        "river": ("沿河流线（按绘制方向为下游）", "along the river's line, taken as drawn downstream"),
        "azimuth": ("沿给定方向", "in the told direction"),
    }[path.basis]
    km = float(path.valley.along_m[-1]) / 1000
    last, flow = float(wave.arrival_s[0][-1]) / 60, float(wave.flow[0][-1])
    opening = dam.opening_h * 60
    return (
        Note(
            "path",
            f"洪水{basis[0]}追踪 {km:.0f} 公里；末端洪峰约 {flow:,.0f} 立方米/秒，约 {last:.0f} 分钟后到达。",
            f"Followed {basis[1]} for {km:.0f} km; about {flow:,.0f} m³/s at its end, after about {last:.0f} min.",
        ),
        Note(
            "arrival",
            f"时间从开始溃决起算，波速取平均流速的 {CELERITY:g} 倍，“可能”含溃口形成的一半时间（{opening / 2:.0f} 分钟，算伤亡时不计）；“最早”为洪峰、糙率、波速各偏不利一个标准差。",
            f"Times count from the start of the failure, the wave {CELERITY:g} times as fast as its water, with half of the breach's time of opening "
            f"({opening / 2:.0f} min, on which no life is counted); 'earliest' has peak, roughness and speed one deviation to the worse side.",
        ),
        Note(
            "evacuation",
            "死亡率按预警到来水的时间取值，已含预警后的撤离；“溃决前已转移比例”只算溃决前离开的人。",
            "Fatality rates go by the time from warning to water and hold those who then leave; the share who have left counts those gone before.",
        ),
    )
