"""Toxic gas in the air: the guide's distances at once, then a cloud with its levels, those whom it reaches, and shelter or leave.

See docs/risk/toxic_release.md for equations, sources, ranges and weaknesses.
"""

import math
from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np

from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground
from gis.hazards.guide_distances import GuideDistance
from gis.hazards.model import Case, HazardModel, Limit, ModelSpec, Note, Prepared, Sample, Zone
from gis.hazards.probit import TOXIC, ToxicProbit
from gis.hazards.sampling import day_share
from gis.hazards.site_people import site_note
from gis.hazards.substances import SUBSTANCES, UNKNOWN, Substance
from gis.hazards.toxic_advice import compass, reached_lists, shelter_advice
from gis.hazards.toxic_cloud import CALM_MS, Cloud, Release, make_cloud
from gis.hazards.toxic_counts import (
    DIRECTIONS,
    ToxicCore,
    bins,
    by_direction,
    histograms,
    levels_by_cell,
    middles,
    toxic_losses,
)
from gis.hazards.toxic_guide import direction_limits, guide_footprints, guide_of, guide_only, moves_toward
from gis.hazards.toxic_levels import Tier, aegl_ppm, kg_m3
from gis.hazards.toxic_people import people_around
from gis.hazards.toxic_setting import air_of, release_of
from gis.hazards.toxic_shapes import reach_m, ring
from gis.hazards.toxic_spec import SPEC
from gis.hazards.toxic_zones import TIERS, contours

_FITTED_M = 10_000.0
_LONGEST_MIN, _SHORTEST_MIN = 60.0, 10.0
_SITE_M = 30.0


class ToxicReleaseModel(HazardModel[ToxicCore]):
    spec: ClassVar[ModelSpec] = SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[ToxicCore]:
        key = case.inputs.choice("substance") or UNKNOWN
        guide, guide_notes = guide_of(case, key)
        if key not in TOXIC:
            return guide_only(case, ground, key, guide, guide_notes)
        return _with_cloud(case, ground, SUBSTANCES[key], guide, guide_notes)

    def losses(self, prepared: Prepared[ToxicCore], sample: Sample) -> Mapping[str, Floats]:
        return toxic_losses(prepared.core, sample)


def _with_cloud(
    case: Case, ground: Ground, substance: Substance, guide: GuideDistance, guide_notes: list[Note]
) -> Prepared[ToxicCore]:
    probit = TOXIC[substance.key]
    release, assumed, capacity, rate_given = release_of(case, substance)
    air, air_notes = air_of(case)
    cloud = make_cloud(release, air, probit.n)
    minutes = max(min(release.duration_s / 60, _LONGEST_MIN), _SHORTEST_MIN)
    levels = cloud.load_peak(probit.n, minutes * 60)
    toward = moves_toward(case)
    at: dict[Tier, float] = {}
    for tier in TIERS:
        if (ppm := aegl_ppm(substance.key, tier, minutes)) is not None:
            at[tier] = kg_m3(ppm, substance.molar_g)
    limits = [*cloud.limits, *direction_limits(case, toward)]
    if reach_m(cloud, levels, at[2]) > _FITTED_M:
        limits.append(Limit("beyond_10_km", "AEGL-2 范围超过 10 公里，已超出扩散参数的拟合范围；20 公里以外不再计算。", "AEGL-2 reaches beyond 10 km, where the spreading was fitted no more; nothing is computed beyond 20 km.", outside=True))  # fmt: skip
    zones, prints = contours(case, cloud, levels, at, toward, probit, minutes)
    core = _core(case, ground, cloud, levels, at, guide, probit, minutes, release, capacity, rate_given)
    notes = [*guide_notes, *_regime(cloud, substance, release), *site_note(case)]
    reach = reach_m(cloud, levels, at[2])
    if reach > 0:
        notes.append(shelter_advice(cloud, reach, case.inputs.median("evacuation_min") * 60, release.duration_s))
    notes += _turned_wind(core, case, toward)
    tier_of = _tier_of(cloud, levels, at, toward)
    lists = reached_lists(ground, case.lon, case.lat, cloud, tier_of, reach, toward is not None)
    every = (*guide_footprints(case, guide, toward), *prints)
    if not zones:
        circle = ring(case.lon, case.lat, guide.isolation_m)
        zones = (Zone("isolation", "隔离区（达不到 AEGL 浓度）", "isolation (no AEGL is reached)", 0.0, circle, 0.0),)
    return Prepared(zones, every, core, lists, tuple(limits), (*assumed, *air_notes), tuple(notes))


def _regime(cloud: Cloud, substance: Substance, release: Release) -> list[Note]:
    names = {
        "gaussian_plume": ("高斯烟羽", "Gaussian plume"), "gaussian_puff": ("高斯烟团", "Gaussian puff"),
        "dense_plume": ("重气烟羽（Britter–McQuaid）", "dense plume (Britter–McQuaid)"), "dense_puff": ("重气烟团（Britter–McQuaid）", "dense puff (Britter–McQuaid)"),
    }  # fmt: skip
    zh, en = names[cloud.regime]
    until = f"，至下风 {cloud.dense_until_m / 1000:.1f} 公里后转为被动扩散" if cloud.dense_until_m else ""
    until_en = f", passive from {cloud.dense_until_m / 1000:.1f} km on" if cloud.dense_until_m else ""
    return [
        Note(
            "regime",
            f"{substance.zh} {release.mass_kg:.0f} 千克：按{zh}{until}。",
            f"{release.mass_kg:.0f} kg of {substance.en}: {en}{until_en}.",
        )
    ]


def _core(case: Case, ground: Ground, cloud: Cloud, levels: Floats, at: Mapping[Tier, float], guide: GuideDistance, probit: ToxicProbit, minutes: float, release: Release, capacity: float | None, rate_given: bool) -> ToxicCore:  # fmt: skip
    around = people_around(case, ground)
    ln = {tier: math.log(value * 1e6) for tier, value in at.items()}
    pinned = case.footprint is not None
    first, steps = bins(ln[2], math.log(float(levels.max()) * 1e6))
    day = night = guide_day = guide_night = None
    if around is not None:
        cells = levels_by_cell(cloud, probit.n, minutes * 60)
        if pinned:
            cells = np.maximum(cells, ln[2])
            guide_day, guide_night = around.everybody()
        else:
            guide_day, guide_night = around.guide(guide.isolation_m, guide.protection_m)
        day, night = histograms(cells, around.day, first, steps), histograms(cells, around.night, first, steps)
    return ToxicCore(
        ln_bins=middles(first, steps),
        day=day,
        night=night,
        guide_day=guide_day,
        guide_night=guide_night,
        ln_aegl2=ln[2],
        ln_aegl3=ln[3],
        probit=probit,
        reference_min=minutes,
        mass_kg=release.mass_kg,
        rate_given=rate_given,
        capacity_kg=capacity,
        duration_min=release.duration_s / 60,
        instantaneous=cloud.regime.endswith("puff"),
        wind_ms=case.inputs.median("wind_ms"),
        any_direction=case.inputs.median("wind_ms") < CALM_MS,
        pinned=pinned,
        site_ln=math.log(float(np.interp(_SITE_M, cloud.x_m, levels)) * 1e6),
    )


def _turned_wind(core: ToxicCore, case: Case, toward: float | None) -> list[Note]:
    """What another wind would do: the direction that puts the most people at AEGL-2."""
    people = by_direction(core, day_share(case.at))
    if people is None or people.max() < 1:
        return []
    worst = int(np.argmax(people))
    comes = (worst * 360 / DIRECTIONS + 180) % 360
    zh, en = compass(comes)
    most = f"{_two(float(people[worst]))}"
    if toward is None:
        least = _two(float(np.quantile(people, 0.1)))
        return [Note("worst_wind", f"若为{zh}风，AEGL-2 以上浓度可及约 {most} 人（最多）；各风向中较少的一成不超过 {least} 人。", f"With a wind from the {en} about {most} people would be at AEGL-2 or more, the most of all directions; in the mildest tenth at most {least}.")]  # fmt: skip
    now = _two(float(people[round(toward / 360 * DIRECTIONS) % DIRECTIONS]))
    return [Note("worst_wind", f"现风向下 AEGL-2 以上浓度可及约 {now} 人；若转为{zh}风，可及约 {most} 人。", f"With this wind about {now} people are at AEGL-2 or more; were it from the {en}, about {most}.")]  # fmt: skip


def _two(value: float) -> str:
    if value < 10:
        return f"{value:.0f}"
    power = 10 ** (math.floor(math.log10(value)) - 1)
    return f"{round(value / power) * power:,.0f}"


def _tier_of(
    cloud: Cloud, levels: Floats, at: Mapping[Tier, float], toward: float | None
) -> Callable[[float, float], str | None]:
    def tier_of(metres: float, bearing: float) -> str | None:
        if toward is None:
            ahead, aside = metres, 0.0
        else:
            angle = math.radians(bearing - toward)
            ahead, aside = metres * math.cos(angle), metres * math.sin(angle)
        if ahead < 0 and metres > cloud.upwind_m:
            return None
        at_x = max(ahead, float(cloud.x_m[0]))
        sigma = float(np.interp(at_x, cloud.x_m, cloud.sigma_m))
        level = float(np.interp(at_x, cloud.x_m, levels)) * math.exp(-(aside**2) / (2 * sigma**2))
        return next((f"AEGL-{tier}" for tier in TIERS if tier >= 2 and tier in at and level >= at[tier]), None)

    return tier_of
