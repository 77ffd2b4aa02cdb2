"""Zones and outlines of the levels of a toxic cloud, with the edges that they may have."""

import math
from collections.abc import Mapping

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.hazards.distribution import Floats
from gis.hazards.model import Case, Footprint, Zone
from gis.hazards.probit import ToxicProbit, death_share
from gis.hazards.toxic_cloud import CALM_MS, Cloud
from gis.hazards.toxic_levels import Tier
from gis.hazards.toxic_shapes import contour, reach_m, ring, turned

TIERS: tuple[Tier, ...] = (3, 2, 1)
_TIER_ZH = {3: "AEGL-3（危及生命）", 2: "AEGL-2（严重伤害、难以逃离）", 1: "AEGL-1（明显不适）"}
_TIER_EN = {3: "AEGL-3 (danger to life)", 2: "AEGL-2 (serious harm, unable to escape)", 1: "AEGL-1 (discomfort)"}
_EDGE_SIGMA = 0.9  # of ln C, as `concentration_factor`
_TURN_SD = 20.0


def contours(
    case: Case,
    cloud: Cloud,
    levels: Floats,
    at: Mapping[Tier, float],
    toward: float | None,
    probit: ToxicProbit,
    minutes: float,
) -> tuple[tuple[Zone, ...], list[Footprint]]:
    """Zones and footprints of the levels, strongest first, each with its edges one standard deviation either way."""
    zones: list[Zone] = []
    prints: list[Footprint] = []
    for tier in TIERS:
        if tier not in at or (far := reach_m(cloud, levels, at[tier])) <= 0:
            continue
        shape, inner, outer = _outline(case, cloud, levels, at[tier], toward, far)
        if shape is None:
            continue
        drawn = case.footprint is not None
        if case.footprint is not None:
            shape, inner, outer = case.footprint.intersection(shape), None, None
            if shape.is_empty or shape.area == 0:
                continue
        zh, en = _TIER_ZH[tier], _TIER_EN[tier]
        if toward is None:
            zh, en = f"{zh}可能到达的圆", f"circle that {en} may reach"
        harm = _harm(tier, at, probit, minutes) * (1.0 if toward is not None else 0.05)
        zones.append(Zone(f"aegl{tier}", zh, en, float(tier), shape, harm))
        prints.append(Footprint(f"aegl{tier}", zh, en, float(tier), "zone", shape, inner, outer, basis="drawn" if drawn else "model", time_offset_s=cloud.arrival_at(far)))  # fmt: skip
    if case.footprint is not None:
        zones.append(Zone("drawn", "人工划定范围（至少 AEGL-2）", "area drawn by hand (at least AEGL-2)", 0.5, case.footprint, _harm(2, at, probit, minutes)))  # fmt: skip
        prints.append(
            Footprint("drawn", "人工划定范围", "area drawn by hand", 0.5, "zone", case.footprint, basis="drawn")
        )
    return tuple(zones), prints


def _outline(
    case: Case, cloud: Cloud, levels: Floats, level: float, toward: float | None, far: float
) -> tuple[BaseGeometry | None, BaseGeometry | None, BaseGeometry | None]:
    less, more = level * math.exp(_EDGE_SIGMA), level * math.exp(-_EDGE_SIGMA)
    if toward is None:
        far_less, far_more = reach_m(cloud, levels, less), reach_m(cloud, levels, more)
        inner = ring(case.lon, case.lat, far_less) if far_less > 0 else None
        return ring(case.lon, case.lat, far), inner, ring(case.lon, case.lat, far_more)
    wander = _TURN_SD * min(max(2.5 / max(case.inputs.median("wind_ms"), CALM_MS), 1.0), 2.0)
    ways = [toward + wander * share for share in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    outer = turned(case.lon, case.lat, ways, cloud, levels, more)
    place = (case.lon, case.lat, toward, cloud, levels)
    return contour(*place, level), contour(*place, less), outer


def _harm(tier: Tier, at: Mapping[Tier, float], probit: ToxicProbit, minutes: float) -> float:
    """Expected share poisoned or dead between this level's edge and the next stronger one's, at the medians."""
    level = at[tier] * 2.0
    sick = {3: 0.65, 2: 0.2, 1: 0.01}[tier]
    lethal = float(death_share(probit, np.asarray([level * 1e6]), minutes)[0])
    indoors, response = 0.9, 0.25
    return min(max(sick, lethal), 1.0) * (1 - indoors + 0.1 * indoors) * response
