"""Toxic gas in the air: the guide's distances at once, then a cloud with its levels, those whom it reaches, and shelter or leave.

See docs/risk/toxic_release.md for equations, sources, ranges and weaknesses.
"""

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, cast

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground
from gis.hazards.guide_distances import Container, GuideDistance, guide_distance
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    ModelSpec,
    Note,
    Prepared,
    Sample,
    Source,
    Zone,
)
from gis.hazards.probit import TOXIC, ToxicProbit, death_share
from gis.hazards.sampling import day_share
from gis.hazards.stability import Sky, pasquill_class
from gis.hazards.substances import SUBSTANCES, UNKNOWN, Substance
from gis.hazards.toxic_advice import compass, reached_lists, shelter_advice
from gis.hazards.toxic_cloud import CALM_MS, Air, Cloud, Release, make_cloud
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
from gis.hazards.toxic_inputs import CAPACITY_KG, INPUTS, PARAMETERS
from gis.hazards.toxic_levels import Tier, aegl_ppm, kg_m3
from gis.hazards.toxic_people import people_around
from gis.hazards.toxic_shapes import contour, joined, reach_m, ring, square, turned

_TIERS: tuple[Tier, ...] = (3, 2, 1)
_TIER_ZH = {3: "AEGL-3（危及生命）", 2: "AEGL-2（严重伤害、难以逃离）", 1: "AEGL-1（明显不适）"}
_TIER_EN = {3: "AEGL-3 (danger to life)", 2: "AEGL-2 (serious harm, unable to escape)", 1: "AEGL-1 (discomfort)"}
_EDGE_SIGMA = 0.9  # of ln C, as `concentration_factor`
_TURN_SD = 20.0
_FITTED_M = 10_000.0
_LONGEST_MIN, _SHORTEST_MIN = 60.0, 10.0
_FLAMMABLE_PROTECTION_M = 800.0

_SPEC = ModelSpec(
    id="toxic_release",
    version="1.0",
    zh="有毒气体扩散",
    en="toxic release",
    classes=("ac.chem", "ac.chem.leak", "ac.chem.poisoning", "ac.env.air"),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=(
        Source("ERG 2024 表 3、ERG 2020 表 1、指南 111", "ERG 2024 Table 3, ERG 2020 Table 1, guide 111", "tables", verified=False),
        Source("CCPS 1999 第 97–101 页；Briggs 1973", "CCPS 1999, pp. 97–101; Briggs 1973", "plume, puff, σy, σz", verified=True),
        Source("Britter & McQuaid 1988；CCPS 1999 第 112–122 页", "Britter & McQuaid 1988; CCPS 1999, pp. 112–122", "dense plume and puff", verified=True),
        Source("Palazzi 等 1982", "Palazzi et al. 1982", "short release", verified=True),
        Source("AEGL（美国 EPA/NRC）", "AEGL (US EPA / NRC)", "table", verified=False),
        Source("CPR 18E 表 5.2（同 AQ/T 3046-2013）", "CPR 18E, table 5.2 (as AQ/T 3046-2013)", "Pr = a + b ln(Cⁿ t)", verified=False),
    ),
    outcomes=("poisoned", "dead", "threatened", "evacuated"),
    casualties="estimated",
    affected_zh="AEGL-2 以上浓度可能到达处的人",
    affected_en="people where AEGL-2 may be reached",
    weaknesses_zh=(
        "平坦地面公式：山谷、建筑、降雨和气流绕行都不在内；山谷夜间冷空气会使气体沿谷底走。",
        "模型对氯等重气历史事故普遍高估伤亡（反应、沉降、人员躲避未全计）。",
        "AEGL 保护敏感人群；中毒比例为判断值。",
    ),
    weaknesses_en=(
        "Formulas for flat ground: valleys, buildings, rain and winds that turn are not in them; at night cold air takes gas along a valley.",
        "For past releases of chlorine such models over-predict casualties (reaction, uptake and people's own escape are not fully counted).",
        "AEGLs protect the susceptible; the shares poisoned are judgement.",
    ),
    turns=("wind_ms",),
)  # fmt: skip


class ToxicRelease(HazardModel[ToxicCore]):
    spec: ClassVar[ModelSpec] = _SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[ToxicCore]:
        key = case.inputs.choice("substance") or UNKNOWN
        guide, guide_notes = _guide(case, key)
        if key not in TOXIC:
            return _guide_only(case, ground, key, guide, guide_notes)
        return _with_cloud(case, ground, SUBSTANCES[key], guide, guide_notes)

    def losses(self, prepared: Prepared[ToxicCore], sample: Sample) -> Mapping[str, Floats]:
        return toxic_losses(prepared.core, sample)


def _night(case: Case) -> bool:
    sky = case.inputs.choice("sky")
    return sky.startswith("night") if sky is not None else day_share(case.at) < 0.5


def _toward(case: Case) -> float | None:
    """Where the cloud goes, degrees; None while the wind's direction is only assumed or the air is calm."""
    if case.inputs.origin("wind_from_deg") != "given" or case.inputs.median("wind_ms") < CALM_MS:
        return None
    return (case.inputs.median("wind_from_deg") + 180) % 360


def _guide(case: Case, key: str) -> tuple[GuideDistance, list[Note]]:
    wind = case.inputs.median("wind_ms") if case.inputs.is_given("wind_ms") else None
    container = cast(Container | None, case.inputs.choice("container"))
    guide = guide_distance(key, container, night=_night(case), wind_ms=wind)
    more_zh, more_en = ("，可能更远", ", or farther") if guide.more else ("", "")
    said = Note(
        "guide",
        f"先按{guide.edition_zh}：四周隔离 {guide.isolation_m:.0f} 米，下风向防护 {guide.protection_m / 1000:.1f} 公里{more_zh}（统计距离，未按官方文本核实）。",
        f"First, by {guide.edition_en}: isolate {guide.isolation_m:.0f} m all round, protect people for {guide.protection_m / 1000:.1f} km downwind{more_en} (statistical distances, not checked against the official text).",
    )
    return guide, [said]


def _guide_footprints(case: Case, guide: GuideDistance, toward: float | None) -> list[Footprint]:
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


def _direction_limits(case: Case, toward: float | None) -> list[Limit]:
    if toward is not None:
        return []
    return [Limit("wind_direction_unknown", "风向未知：范围画成整圆，实际只会到达其中一个方向；人数按各方向分布估计。", "The wind's direction is not known: whole circles are drawn, of which only one direction will be reached; people are estimated over all directions.")]  # fmt: skip


def _guide_only(case: Case, ground: Ground, key: str, guide: GuideDistance, notes: list[Note]) -> Prepared[ToxicCore]:
    """Nothing is known to model a cloud by: the guide's distances, and who is inside them."""
    toward = _toward(case)
    substance = SUBSTANCES.get(key)
    limits = _direction_limits(case, toward)
    if substance is None:
        limits.append(Limit("substance_unknown", "物质未查明：只给出最低隔离距离，浓度、中毒和死亡都无法估计。请尽快查明物质。", "The substance is not identified: only least distances are given; concentrations, poisoned and dead cannot be estimated. Identify it.", outside=True))  # fmt: skip
    elif not substance.toxic:
        limits.append(Limit("not_toxic", f"{substance.zh}的主要危险是燃烧爆炸：此处只给隔离距离，伤亡请看爆炸与火球模型。", f"The danger of {substance.en} is fire and explosion: only distances are given here; see the explosion model for casualties.", outside=True))  # fmt: skip
    else:
        limits.append(Limit("no_levels", f"{substance.zh}没有收录急性浓度限值：只给出指南距离。", f"No acute levels are held for {substance.en}: only the guide's distances are given.", outside=True))  # fmt: skip
    prints = _guide_footprints(case, guide, toward)
    near, far = prints[0].polygon, joined([one.polygon for one in prints])
    if case.footprint is not None:
        near, far = case.footprint, case.footprint
        prints.append(Footprint("drawn", "人工划定范围", "area drawn by hand", 1.0, "zone", case.footprint, basis="drawn"))
    zones = (
        Zone("isolation", "隔离区", "isolation", 2.0, near, 0.0),
        Zone("protection", "防护区", "protected area", 1.0, far, 0.0),
    )
    around = people_around(case, ground)
    day, night = (None, None) if around is None else around.guide(guide.isolation_m, guide.protection_m) if case.footprint is None else around.everybody()  # fmt: skip
    core = ToxicCore(np.zeros(1), None, None, day, night, 0.0, 0.0, None, 30.0, 1.0, False, None, 30.0, False, case.inputs.median("wind_ms"), False, False)  # fmt: skip
    return Prepared(zones, tuple(prints), core, (), tuple(limits), (), tuple(notes))


def _release(case: Case, substance: Substance) -> tuple[Release, list[Note], float | None, bool]:
    """What is released at the medians; what was assumed; the container's size where it had to be; whether the rate is what is known."""
    inputs, notes = case.inputs, list[Note]()
    minutes = inputs.median("duration_min")
    burst = inputs.choice("mode") == "rupture"
    if inputs.is_known("release_kg_s") and not burst:
        rate = inputs.median("release_kg_s")
        if inputs.is_known("released_kg") and not inputs.is_given("duration_min"):
            minutes = max(inputs.median("released_kg") / rate / 60, 1.0)
            notes.append(Note("duration_from_rate", f"泄漏持续按释放量除以速率：{minutes:.0f} 分钟。", f"The duration is the mass over the rate: {minutes:.0f} min."))
        return Release(substance, rate * minutes * 60, minutes * 60), notes, None, True
    capacity: float | None = None
    if inputs.is_known("released_kg"):
        mass = inputs.median("released_kg")
    else:
        container = inputs.choice("container") or "truck"
        capacity, zh, en = CAPACITY_KG[container]
        mass = capacity * _parameter("released_share")
        notes.append(Note("mass_assumed", f"释放量未给：{zh}，按泄出约一半估计（抽样 5%–100%）。", f"The mass is not given: {en}, about half of it is taken to get out (drawn from 5 % to 100 %)."))
    return Release(substance, mass, 0.0 if burst else minutes * 60), notes, capacity, False


def _parameter(name: str) -> float:
    return next(one.dist.centre for one in PARAMETERS if one.name == name)


def _air(case: Case) -> tuple[Air, list[Note]]:
    inputs = case.inputs
    wind, sky = inputs.median("wind_ms"), inputs.choice("sky")
    notes: list[Note] = []
    if sky is None:
        sky = "night_clear" if _night(case) else "slight_sun"
        words = ("夜间晴", "a clear night") if _night(case) else ("弱日照", "weak sun")
        notes.append(Note("sky_assumed", f"天空状况未给：按{words[0]}（扩散较慢，偏保守）。", f"The sky is not given: {words[1]} is assumed, which spreads a cloud less."))
    stability = pasquill_class(wind, cast(Sky, sky))
    notes.append(Note("stability", f"大气稳定度 {stability} 类（风速 {wind:.1f} m/s）。", f"Stability class {stability} (wind {wind:.1f} m/s)."))
    terrain = cast(Literal["rural", "urban"], inputs.choice("terrain") or "rural")
    return Air(wind, stability, inputs.median("temperature_c") + 273.15, terrain), notes


def _with_cloud(case: Case, ground: Ground, substance: Substance, guide: GuideDistance, guide_notes: list[Note]) -> Prepared[ToxicCore]:
    probit = TOXIC[substance.key]
    release, assumed, capacity, rate_given = _release(case, substance)
    air, air_notes = _air(case)
    cloud = make_cloud(release, air, probit.n)
    minutes = max(min(release.duration_s / 60, _LONGEST_MIN), _SHORTEST_MIN)
    levels = cloud.load_peak(probit.n, minutes * 60)
    toward = _toward(case)
    at = {tier: kg_m3(ppm, substance.molar_g) for tier in _TIERS if (ppm := aegl_ppm(substance.key, tier, minutes)) is not None}
    limits = [*cloud.limits, *_direction_limits(case, toward)]
    if reach_m(cloud, levels, at[2]) > _FITTED_M:
        limits.append(Limit("beyond_10_km", "AEGL-2 范围超过 10 公里，已超出扩散参数的拟合范围；20 公里以外不再计算。", "AEGL-2 reaches beyond 10 km, where the spreading was fitted no more; nothing is computed beyond 20 km.", outside=True))  # fmt: skip
    zones, prints = _contours(case, cloud, levels, at, toward, probit, minutes)
    core = _core(case, ground, cloud, levels, at, guide, probit, minutes, release, capacity, rate_given)
    notes = [*guide_notes, *_regime(cloud, substance, release)]
    reach = reach_m(cloud, levels, at[2])
    if reach > 0:
        notes.append(shelter_advice(cloud, reach, case.inputs.median("evacuation_min") * 60, release.duration_s))
    notes += _turned_wind(core, case, toward)
    tier_of = _tier_of(cloud, levels, at, toward)
    lists = reached_lists(ground, case.lon, case.lat, cloud, tier_of, reach, toward is not None)
    every = (*_guide_footprints(case, guide, toward), *prints)
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
    return [Note("regime", f"{substance.zh} {release.mass_kg:.0f} 千克：按{zh}{until}。", f"{release.mass_kg:.0f} kg of {substance.en}: {en}{until_en}.")]


def _contours(
    case: Case, cloud: Cloud, levels: Floats, at: Mapping[Tier, float], toward: float | None, probit: ToxicProbit, minutes: float
) -> tuple[tuple[Zone, ...], list[Footprint]]:
    """Zones and footprints of the levels, strongest first, each with its edges one standard deviation either way."""
    zones: list[Zone] = []
    prints: list[Footprint] = []
    for tier in _TIERS:
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
        prints.append(Footprint("drawn", "人工划定范围", "area drawn by hand", 0.5, "zone", case.footprint, basis="drawn"))
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
    indoors = 0.9
    return min(max(sick, lethal), 1.0) * (1 - indoors + 0.1 * indoors)


def _core(case: Case, ground: Ground, cloud: Cloud, levels: Floats, at: Mapping[Tier, float], guide: GuideDistance, probit: ToxicProbit, minutes: float, release: Release, capacity: float | None, rate_given: bool) -> ToxicCore:  # fmt: skip
    around = people_around(case, ground)
    ln = {tier: math.log(value * 1e6) for tier, value in at.items()}
    pinned = case.footprint is not None
    first, steps = bins(ln[2] if pinned else ln[2], math.log(float(levels.max()) * 1e6))
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


def _tier_of(cloud: Cloud, levels: Floats, at: Mapping[Tier, float], toward: float | None):  # noqa: ANN202
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
        return next((f"AEGL-{tier}" for tier in (3, 2) if tier in at and level >= at[tier]), None)

    return tier_of
