"""What a flood assessment says of itself: limits met, assumptions, and the lists of places in the water."""

from collections.abc import Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.hazards.confidence import WHERE_TO_LOOK
from gis.hazards.distribution import Floats
from gis.hazards.flood_inputs import Variant
from gis.hazards.flood_rating import STAGES_M
from gis.hazards.flood_stage import DRAINED_MM_H, Rise
from gis.hazards.flood_water import STREAM_KM2, TRIBUTARY, DepthAt, Drained
from gis.hazards.ground import Facility, Ground, Settlement
from gis.hazards.model import Case, Limit, Listed, ListedRow, Note

_COARSE_M = 60.0

_LISTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("hospitals", "水中的医疗机构（救治能力可能中断）", "hospitals and clinics in the water (care may stop)", ("hospital", "tcm_hospital", "clinic", "cdc", "blood_station")),
    ("schools", "水中的学校", "schools in the water", ("school",)),
    ("shelters", "被淹的避难场所和物资库（不能使用）", "shelters and depots flooded (not to be used)", ("shelter", "depot")),
    ("hazardous_sites", "水中的危险源", "hazardous sites in the water", ("hazardous_site",)),
    ("reservoirs", "范围内的水库和大坝", "reservoirs and dams inside", ("reservoir", "dam")),
)  # fmt: skip


def in_water(ground: Ground, area: BaseGeometry, depth: DepthAt | None) -> tuple[Listed, ...]:
    """Villages and facilities in the area, the deepest first; by name where no depth is known."""
    if area.is_empty:
        return ()
    found: list[Listed] = []
    villages = ground.settlements_in(area)
    if villages:
        found.append(Listed("villages", "水中的村庄", "villages in the water", _rows(villages, depth)))
    for key, zh, en, kinds in _LISTS:
        inside = ground.facilities_in(area, kinds)
        if inside:
            found.append(Listed(key, zh, en, _rows(inside, depth)))
    return tuple(found)


def _rows(things: Sequence[Facility | Settlement], depth: DepthAt | None) -> tuple[ListedRow, ...]:
    lon, lat = np.asarray([t.lon for t in things]), np.asarray([t.lat for t in things])
    depths: Floats = np.full(len(things), np.nan) if depth is None else depth(lon, lat)
    order = sorted(range(len(things)), key=lambda i: (-float(np.nan_to_num(depths[i], nan=-1.0)), things[i].id))
    return tuple(_row(things[i], float(depths[i])) for i in order)


def _row(thing: Facility | Settlement, depth: float) -> ListedRow:
    kind = thing.kind if isinstance(thing, Facility) else "village"
    known = bool(np.isfinite(depth)) and depth > 0
    zh = f"水深约 {depth:.1f} 米" if known else "在范围内，水深未知"
    en = f"about {depth:.1f} m deep" if known else "inside, depth not known"
    return ListedRow(thing.id, kind, thing.name_zh, thing.name_en, thing.lon, thing.lat, zh, en)


def heights_limits(case: Case, water: Drained, rise: Rise, middle: float, *, fills: bool) -> tuple[Limit, ...]:
    found: list[Limit] = []
    if rise.basis == "assumed":
        found.append(
            Limit(
                "stage_assumed", "水位、流量、雨量都未报告，按假定水位画出。",
                "Neither level, flow nor rain is reported: an assumed rise is drawn.", outside=True,
            )
        )  # fmt: skip
    if water.cut and rise.basis in ("rain", "filled") and not case.inputs.is_given("catchment_km2"):
        found.append(
            Limit(
                "catchment_cut",
                "河流来自评估框以外，集水面积只算了框内部分，雨量推算的洪水偏小；请给出流量、水位或集水面积。",
                "The river comes from beyond the box: only the catchment inside is counted and the flood from rain is too small. Give a flow, "
                "a level or the catchment.",
                outside=True,
            )
        )
    if max(water.box.cell_m) > _COARSE_M:
        metres = max(water.box.cell_m)
        found.append(
            Limit(
                "coarse_heights", f"高程像元约 {metres:.0f} 米，窄河谷的水深不可靠。",
                f"Heights come in cells of about {metres:.0f} m: depths in narrow valleys are not reliable.",
            )
        )  # fmt: skip
    if middle >= float(STAGES_M[-1]) - 1e-6:
        found.append(
            Limit("above_rating", "水位超过水位流量关系的上限（60 米）。", "The rise lies beyond the rating's end (60 m).", outside=True)
        )  # fmt: skip
    if bool((~np.isfinite(water.box.metres)).mean() > 0.02):
        found.append(
            Limit("heights_missing", "评估框内有未知高程，那里没有评估。", "Some heights in the box are not known; nothing is said of the ground there.")
        )  # fmt: skip
    if fills:
        found.append(
            Limit(
                "street_scale",
                "像元比街道宽：看不到路缘、下穿通道、地下空间和排水管网，只表示哪些低洼处先看。",
                "Cells are wider than streets: kerbs, underpasses, basements and drains are not seen. It says which low ground to look at first.",
                outside=True,
            )
        )
    if case.inputs.is_given("flow_m3_s") and fills:
        found.append(
            Limit(
                "flow_unused",
                "内涝不用流量推算，流量未采用。",
                "Waterlogging is not found from a flow: it is not used.",
            )
        )
    return tuple(found)


def basis_notes(case: Case, rise: Rise, middle: float, variant: Variant, water: Drained) -> tuple[Note, ...]:
    inputs = case.inputs
    words = {
        "level": ("报告的水位", "the reported level"),
        "flow": ("报告的流量和由地形生成的水位流量关系", "the reported flow and a rating made from the ground"),
        "rain": ("降雨径流（SCS）和由地形生成的水位流量关系", "runoff from the rain (SCS) and a rating made from the ground"),
        "filled": (f"扣除排水（{DRAINED_MM_H:g} 毫米/小时）后的积水填洼", f"rain less drainage ({DRAINED_MM_H:g} mm/h) that fills the lowest ground"),
        "assumed": ("假定值", "an assumption"),
        "observed": ("实测范围", "an observed outline"),
    }[rise.basis]  # fmt: skip
    found = [
        Note("rise", f"水位上涨 {middle:.1f} 米，来自{words[0]}。", f"A rise of {middle:.1f} m, from {words[1]}."),
        Note(
            "hand",
            f"以汇水 {STREAM_KM2:g} 平方公里以上的河道为基准，水面随河底平行抬高；支流的涨幅按集水面积 0.4 次方折减，集水不足干流 {TRIBUTARY:.0%} 的小沟不计。",
            f"Streams are those that drain {STREAM_KM2:g} km² or more; the water's surface rises in parallel with their bed, on smaller streams by "
            f"the 0.4th power of their catchment, and not at all below {TRIBUTARY:.0%} of the river's.",
        ),
        Note(
            "reach",
            f"只评估事发地 {inputs.median('reach_km'):g} 公里以内；断面以上集水（框内）约 {water.reach.area_km2:.0f} 平方公里。",
            f"Only within {inputs.median('reach_km'):g} km of the place; about {water.reach.area_km2:.0f} km² drain to it within the box.",
        ),
    ]
    flow = rise.flow_at_medians(inputs)
    if flow is not None:
        found.append(
            Note("flow", f"雨量推算洪峰约 {flow:,.0f} 立方米/秒。", f"The rain makes a peak of about {flow:,.0f} m³/s.")
        )
    for name, zh, en in (
        ("flow_m3_s", "流量", "flow"),
        ("rainfall_mm", "雨量", "rain"),
    ):
        if inputs.is_given(name) and rise.basis in ("level", "flow") and (name, rise.basis) != ("flow_m3_s", "flow"):
            found.append(
                Note(f"unused_{name}", f"已有更直接的依据，{zh}未参与推算。", f"The {en} was not used: there is something more direct.")
            )  # fmt: skip
    if variant.fills:
        found.append(
            Note(
                "drains",
                "排水能力为判断值，泵站停运时积水更深。",
                "Drainage is a judgement; with pumps out the water stands deeper.",
            )
        )
    return tuple(found)


def observed_notes(case: Case) -> tuple[Note, ...]:
    mean = case.inputs.median("water_depth_m")
    return (
        Note(
            "layers",
            f"实测范围内平均水深按 {mean:.1f} 米，人口均匀分布在 0 到两倍之间的各水深上；范围以外视为无水。",
            f"Inside the observed outline the mean depth is {mean:.1f} m, people standing evenly at depths from 0 to twice that; outside it there is no water.",
        ),
    )


def look_notes(
    case: Case, *, along_rivers: bool, has_heights: bool, drawn: bool
) -> tuple[tuple[Limit, ...], tuple[Note, ...]]:
    """Limits and assumptions where the water cannot be placed."""
    why_zh = "事发地附近没有河道" if has_heights else "没有加载高程"
    why_en = "no stream runs near the place" if has_heights else "no heights are loaded"
    limits: list[Limit] = []
    if drawn:
        limits.append(Limit("no_depths", f"{why_zh}，范围由人划定，水深为估计。", f"With {why_en} the area is a person's and the depths are supposed.", outside=True))  # fmt: skip
    else:
        shape_zh = "附近河流两岸 250 米" if along_rivers else "事发地周围 2 公里的圆"
        shape_en = "250 m to either side of the rivers near by" if along_rivers else "a circle of 2 km around the place"
        limits.append(
            Limit(
                WHERE_TO_LOOK,
                f"{why_zh}，也没有实测范围：图上是{shape_zh}，只表示到哪里去看，不是淹没范围。",
                f"{why_en.capitalize()} and no outline is observed: the map shows {shape_en}. It says where to look, not what is flooded.",
                outside=True,
            )
        )
    if not case.inputs.is_given("stage_m"):
        limits.append(
            Limit("stage_assumed", "水位未报告，按假定值估计。", "No level is reported: an assumed one is used.")
        )
    if case.inputs.is_given("rainfall_mm") or case.inputs.is_given("flow_m3_s"):
        limits.append(
            Limit("rain_unused", "没有地形，雨量和流量不能换算为水深，未采用。", "Without the ground neither rain nor flow gives a depth: they are not used.")
        )  # fmt: skip
    note = Note(
        "layers",
        "人口均匀分布在从水边到最大水深的各水深上" + ("。" if drawn else "，其中只有一部分进水（见参数）。"),
        "People stand evenly at depths from the edge to the greatest" + ("." if drawn else ", and only part of the area is wet (a parameter)."),
    )  # fmt: skip
    return tuple(limits), (note,)
