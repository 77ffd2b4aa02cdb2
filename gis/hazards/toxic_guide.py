"""Tier 0 of a toxic release: the guide's distances on the map, at once, and all there is when nothing is known to model a cloud by."""

from typing import cast

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.hazards.ground import Ground
from gis.hazards.guide_distances import Container, GuideDistance, guide_distance
from gis.hazards.model import Case, Footprint, Limit, Note, Prepared, Zone
from gis.hazards.sampling import day_share
from gis.hazards.substances import SUBSTANCES
from gis.hazards.toxic_cloud import CALM_MS
from gis.hazards.toxic_counts import ToxicCore
from gis.hazards.toxic_people import people_around
from gis.hazards.toxic_shapes import joined, ring, square


def is_night(case: Case) -> bool:
    sky = case.inputs.choice("sky")
    return sky.startswith("night") if sky is not None else day_share(case.at) < 0.5


def moves_toward(case: Case) -> float | None:
    """Where the cloud goes, degrees; None while the wind's direction is only assumed or the air is calm."""
    if case.inputs.origin("wind_from_deg") != "given" or case.inputs.median("wind_ms") < CALM_MS:
        return None
    return (case.inputs.median("wind_from_deg") + 180) % 360


def guide_of(case: Case, key: str) -> tuple[GuideDistance, list[Note]]:
    wind = case.inputs.median("wind_ms") if case.inputs.is_given("wind_ms") else None
    container = cast(Container | None, case.inputs.choice("container"))
    guide = guide_distance(key, container, night=is_night(case), wind_ms=wind)
    more_zh, more_en = ("，可能更远", ", or farther") if guide.more else ("", "")
    said = Note(
        "guide",
        f"先按{guide.edition_zh}：四周隔离 {guide.isolation_m:.0f} 米，下风向防护 {guide.protection_m / 1000:.1f} 公里{more_zh}（统计距离，未按官方文本核实）。",
        f"First, by {guide.edition_en}: isolate {guide.isolation_m:.0f} m all round, protect people for {guide.protection_m / 1000:.1f} km downwind{more_en} (statistical distances, not checked against the official text).",
    )
    return guide, [said]


def guide_footprints(case: Case, guide: GuideDistance, toward: float | None) -> list[Footprint]:
    circle = ring(case.lon, case.lat, guide.isolation_m)
    if toward is None:
        area: BaseGeometry = ring(case.lon, case.lat, guide.protection_m)
        zh, en = "防护距离（风向未知，取整圆）", "protective distance (wind not known: the whole circle)"
    else:
        area = square(case.lon, case.lat, toward, guide.protection_m)
        zh, en = "下风向防护区", "protected area downwind"
    return [
        Footprint("isolation", "初始隔离区", "initial isolation", 2.0, "isolation", circle),
        Footprint("protection", zh, en, 1.0, "protection", area),
    ]


def direction_limits(case: Case, toward: float | None) -> list[Limit]:
    if toward is not None:
        return []
    return [Limit("wind_direction_unknown", "风向未知：范围画成整圆，实际只会到达其中一个方向；人数按各方向分布估计。", "The wind's direction is not known: whole circles are drawn, of which only one direction will be reached; people are estimated over all directions.")]  # fmt: skip


def guide_only(case: Case, ground: Ground, key: str, guide: GuideDistance, notes: list[Note]) -> Prepared[ToxicCore]:
    """Nothing is known to model a cloud by: the guide's distances, and who is inside them."""
    toward = moves_toward(case)
    substance = SUBSTANCES.get(key)
    limits = direction_limits(case, toward)
    if substance is None:
        limits.append(Limit("substance_unknown", "物质未查明：只给出最低隔离距离，浓度、中毒和死亡都无法估计。请尽快查明物质。", "The substance is not identified: only least distances are given; concentrations, poisoned and dead cannot be estimated. Identify it.", outside=True))  # fmt: skip
    elif not substance.toxic:
        limits.append(Limit("not_toxic", f"{substance.zh}的主要危险是燃烧爆炸：此处只给隔离距离，伤亡请看爆炸与火球模型。", f"The danger of {substance.en} is fire and explosion: only distances are given here; see the explosion model for casualties.", outside=True))  # fmt: skip
    else:
        limits.append(Limit("no_levels", f"{substance.zh}没有收录急性浓度限值：只给出指南距离。", f"No acute levels are held for {substance.en}: only the guide's distances are given.", outside=True))  # fmt: skip
    prints = guide_footprints(case, guide, toward)
    near, far = prints[0].polygon, joined([one.polygon for one in prints])
    if case.footprint is not None:
        near, far = case.footprint, case.footprint
        prints.append(
            Footprint("drawn", "人工划定范围", "area drawn by hand", 1.0, "zone", case.footprint, basis="drawn")
        )
    zones = (
        Zone("isolation", "隔离区", "isolation", 2.0, near, 0.0),
        Zone("protection", "防护区", "protected area", 1.0, far, 0.0),
    )
    around = people_around(case, ground)
    day, night = (None, None) if around is None else around.guide(guide.isolation_m, guide.protection_m) if case.footprint is None else around.everybody()  # fmt: skip
    core = ToxicCore(np.zeros(1), None, None, day, night, 0.0, 0.0, None, 30.0, 1.0, False, None, 30.0, False, case.inputs.median("wind_ms"), False, False)  # fmt: skip
    return Prepared(zones, tuple(prints), core, (), tuple(limits), (), tuple(notes))
