"""Explosions and fireballs: how far blast and heat reach, whom and what they hit, how far to keep away.

See docs/risk/explosion.md for equations, sources, ranges and weaknesses.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import shapely
from shapely import Polygon

from gis.geodesic import bearings_and_km, many_metres
from gis.hazards import blast, fireball
from gis.hazards.distribution import Floats
from gis.hazards.explosion_charges import (
    ASSUMED_BOILER,
    ASSUMED_GAS,
    ASSUMED_KG,
    STANDOFF_M,
    UNKNOWN,
    Mechanism,
    heat_mj_kg,
    mechanism_of,
    tnt_of,
)
from gis.hazards.explosion_counts import (
    FARTHEST_M,
    GLASS_KPA,
    HOUSES_KPA,
    ExplosionCore,
    by_ring,
    explosion_losses,
    ring_middles,
)
from gis.hazards.explosion_inputs import INPUTS, PARAMETERS
from gis.hazards.ground import Ground
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    Listed,
    ListedRow,
    ModelSpec,
    Note,
    Prepared,
    Sample,
    Source,
    Zone,
)
from gis.hazards.toxic_shapes import ring

_vector: Any = shapely  # its stubs leave the types of arrays open
_REACH_SIGMA = 0.2
_HEAT_SIGMA = 0.35
_LETHAL_KPA = 141.0
_KINDS = ("school", "hospital", "tcm_hospital", "clinic", "shelter", "hazardous_site", "reservoir", "dam")

_SPEC = ModelSpec(
    id="explosion",
    version="1.0",
    zh="爆炸与火球",
    en="explosion and fireball",
    classes=(
        "ac.chem.explosion", "ac.chem.fire", "ac.firework", "ac.mine.explosives", "ac.infra.oil_gas",
        "ac.special.boiler.explosion", "ac.special.vessel.explosion", "ac.special.pipe.explosion",
    ),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=(
        Source("Swisdak 1994（Kingery 半球地面爆炸）", "Swisdak 1994 (Kingery, hemispherical surface burst)", "P(Z)", verified=True),
        Source("中国安全评价形式（44/17 kPa、R0.5、财产半径）", "forms of Chinese risk assessments (44 and 17 kPa, R0.5, property)", "R(W)", verified=True),
        Source("CCPS 1999；TNO 黄皮书：火球", "CCPS 1999; TNO Yellow Book: fireballs", "D, t, q", verified=False),
        Source("CPR 18E；TNO 绿皮书：热辐射与超压致死", "CPR 18E; TNO Green Book: death by heat and blast", "Pr", verified=False),
        Source("ERG 2024 指南 112、115", "ERG 2024, guides 112 and 115", "distances", verified=False),
    ),
    outcomes=("dead", "serious_injured", "light_injured", "damaged_buildings", "evacuated"),
    casualties="estimated",
    affected_zh="冲击波 2 kPa（玻璃破碎）或热辐射 4 kW/m² 以内的人",
    affected_en="people within 2 kPa of blast (glass breaks) or 4 kW/m² of heat",
    weaknesses_zh=(
        "平坦无遮挡的地面爆炸：街道、山坡、厂房内部的约束与遮挡都不在内。",
        "碎片、连环爆炸与建筑倒塌致死未单独计算；三种致死准则相差十倍以上。",
        "气云爆炸用 TNT 当量，近距离偏高、远距离偏低。",
    ),
    weaknesses_en=(
        "A burst on open, level ground: streets, slopes and what confines or shields are not in it.",
        "Fragments, further explosions and collapse of buildings are not computed by themselves; three rules of lethality differ more than tenfold.",
        "A vapour cloud by its TNT equivalent is too high close by and too low far away.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    """One line on the map: its radius at the medians and one standard deviation either way."""

    key: str
    zh: str
    en: str
    value: float
    radius_m: float
    inner_m: float
    outer_m: float
    harm: float


@dataclass(frozen=True, slots=True)
class _Event:
    """What goes off, at the medians."""

    mechanism: Mechanism
    substance: str
    mass_kg: float
    tnt_per_kg: float
    mass_drawn: bool
    tnt_kg: float
    notes: tuple[Note, ...]


class Explosion(HazardModel[ExplosionCore]):
    spec: ClassVar[ModelSpec] = _SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[ExplosionCore]:
        event = _event(case)
        vapour = vapour_pa(case.inputs.median("temperature_c"), case.inputs.median("humidity_pct"))
        levels, limits = _levels(event, vapour)
        standoff = max(STANDOFF_M[event.mechanism][1], levels[-1].radius_m if levels else 0.0)
        zones, prints = _drawn(case, levels, event, standoff)
        core = _core(case, ground, event, vapour, standoff)
        notes = (*_said(event, levels, standoff, vapour),)
        return Prepared(zones, prints, core, _lists(case, ground, levels), tuple(limits), event.notes, notes)

    def losses(self, prepared: Prepared[ExplosionCore], sample: Sample) -> Mapping[str, Floats]:
        return explosion_losses(prepared.core, sample)


def vapour_pa(temperature_c: float, humidity_pct: float) -> float:
    """Partial pressure of water (Magnus: 610.94 exp(17.625 t / (t + 243.04)), Alduchov & Eskridge 1996), times the humidity."""
    return 610.94 * math.exp(17.625 * temperature_c / (temperature_c + 243.04)) * humidity_pct / 100


def _parameter(name: str) -> float:
    return next(one.dist.centre for one in PARAMETERS if one.name == name)


def _event(case: Case) -> _Event:
    inputs, notes = case.inputs, list[Note]()
    substance = inputs.choice("substance") or UNKNOWN
    said = inputs.choice("mechanism")
    mechanism = cast(Mechanism, said) if said is not None else mechanism_of(case.class_key, substance)
    if said is None:
        words = next(choice for choice in INPUTS[1].choices if choice.key == mechanism) if INPUTS[1].kind == "choice" else None
        if words is not None:
            notes.append(Note("mechanism_assumed", f"爆炸方式未给：按事件类型和物质取“{words.zh}”。", f"How it exploded is not given: '{words.en}' by its class and substance."))  # fmt: skip
    if mechanism in ("gas_vessel", "boiler"):
        tnt = _vessel_tnt(case, mechanism, notes)
        return _Event(mechanism, substance, tnt, 1.0, False, tnt, tuple(notes))
    drawn = inputs.is_known("mass_kg")
    if drawn:
        mass = inputs.median("mass_kg")
    else:
        mass, zh, en = ASSUMED_KG[mechanism]
        notes.append(Note("mass_assumed", f"{zh}（判断值）。", f"{en[0].upper()}{en[1:]} (judgement)."))
    per_kg = tnt_of(substance) if mechanism == "explosive" else heat_mj_kg(substance) / blast.TNT_MJ_KG
    tnt = mass * per_kg * (_parameter("yield_share") if mechanism == "vapour_cloud" else 1.0)
    blast.check_tnt(min(tnt, 2 * blast.MOST_TNT_KG), "mass_kg")
    return _Event(mechanism, substance, mass, per_kg, drawn, tnt, tuple(notes))


def _vessel_tnt(case: Case, mechanism: Mechanism, notes: list[Note]) -> float:
    volume, pressure = ASSUMED_BOILER if mechanism == "boiler" else ASSUMED_GAS
    if case.inputs.is_known("vessel_m3"):
        volume = case.inputs.median("vessel_m3")
    if case.inputs.is_known("vessel_mpa"):
        pressure = case.inputs.median("vessel_mpa")
    if not (case.inputs.is_known("vessel_m3") and case.inputs.is_known("vessel_mpa")):
        notes.append(Note("vessel_assumed", f"容器未给全：按 {volume:g} 立方米、表压 {pressure:g} 兆帕（判断值）。", f"The vessel is not fully given: {volume:g} m³ at {pressure:g} MPa (judgement)."))  # fmt: skip
    return blast.boiler_tnt_kg(pressure, volume) if mechanism == "boiler" else blast.gas_burst_tnt_kg(pressure, volume)


def _levels(event: _Event, vapour: float) -> tuple[list[_Level], list[Limit]]:
    if event.mechanism == "bleve":
        return _heat_levels(event, vapour)
    limits: list[Limit] = []
    rows = (
        ("lethal", "致死区", "lethal", _LETHAL_KPA, 0.7),
        ("serious", "重伤区（44 kPa）", "serious injury (44 kPa)", 44.0, 0.3),
        ("light", "轻伤区（17 kPa）", "light injury (17 kPa)", 17.0, 0.02),
        ("houses", "房屋受损区（7 kPa）", "houses damaged (7 kPa)", HOUSES_KPA, 0.002),
        ("glass", "玻璃破碎区（2 kPa）", "glass breaks (2 kPa)", GLASS_KPA, 0.0),
    )
    levels: list[_Level] = []
    for key, zh, en, kpa, harm in rows:
        radius = blast.radius_m(event.tnt_kg, kpa)
        if key == "lethal":
            radius = max(radius, blast.half_die_radius_m(event.tnt_kg))
        less, more = radius * math.exp(-_REACH_SIGMA), radius * math.exp(_REACH_SIGMA)
        levels.append(_Level(key, zh, en, kpa, radius, less, more, harm))
    if levels[-1].radius_m > FARTHEST_M:
        limits.append(Limit("beyond_20_km", "玻璃破碎范围超过 20 公里，之外不再计算。", "Glass breaks beyond 20 km, where nothing is computed.", outside=True))  # fmt: skip
    if event.tnt_kg > 1e6:
        limits.append(Limit("huge_charge", "TNT 当量超过 1000 吨，超出地面事故爆炸的经验范围。", "More than 1,000 t of TNT: beyond what accidents on the ground have shown.", outside=True))  # fmt: skip
    if event.mechanism == "vapour_cloud":
        limits.append(Limit("tnt_for_cloud", "气云爆炸按 TNT 当量折算：近处偏高、远处偏低，取决于约束程度。", "A vapour cloud is taken by its TNT equivalent: too high close by, too low far away; confinement decides."))  # fmt: skip
    return levels, limits


def _heat_levels(event: _Event, vapour: float) -> tuple[list[_Level], list[Limit]]:
    heat, burst = heat_mj_kg(event.substance), _parameter("burst_mpa")
    fireball.check_mass(event.mass_kg)
    ball = fireball.diameter_m(event.mass_kg) / 2
    levels = [_Level("fireball", "火球内", "inside the fireball", 1.0, ball, ball * 0.9, ball * 1.1, 1.0)]
    rows = (
        ("heat37", "37.5 kW/m²（设备损坏、致死）", "37.5 kW/m² (equipment damaged, deadly)", 37_500.0, 0.9),
        ("heat12", "12.5 kW/m²（木材引燃）", "12.5 kW/m² (wood ignites)", 12_500.0, 0.02),
        ("heat4", "4 kW/m²（20 秒感到疼痛）", "4 kW/m² (pain within 20 s)", 4_000.0, 0.0),
    )
    for key, zh, en, level, harm in rows:
        reach, less, more = (fireball.reach_m(level / factor, event.mass_kg, heat, burst, vapour) for factor in (1.0, math.exp(-_HEAT_SIGMA), math.exp(_HEAT_SIGMA)))  # fmt: skip
        if reach > levels[-1].radius_m:
            levels.append(_Level(key, zh, en, level, reach, less, more, harm))
    limits = [Limit("long_fireball", "火球质量超过 30 吨，持续时间按大火球公式。", "More than 30 t: the duration is that of large fireballs.")] if event.mass_kg > 30_000 else []  # fmt: skip
    return levels, limits


def _drawn(case: Case, levels: list[_Level], event: _Event, standoff: float) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
    def round_it(radius: float) -> Polygon:
        return ring(case.lon, case.lat, max(radius, 1.0))

    zones: list[Zone] = []
    prints: list[Footprint] = []
    for level in levels:
        shape = round_it(level.radius_m)
        if case.footprint is not None:
            cut = case.footprint.intersection(shape)
            if cut.is_empty or cut.area == 0:
                continue
            zones.append(Zone(level.key, level.zh, level.en, level.value, cut, level.harm))
            prints.append(Footprint(level.key, level.zh, level.en, level.value, "zone", cut, basis="drawn"))
            continue
        zones.append(Zone(level.key, level.zh, level.en, level.value, shape, level.harm))
        inner = round_it(level.inner_m) if level.inner_m > 0 else None
        prints.append(Footprint(level.key, level.zh, level.en, level.value, "zone", shape, inner, round_it(level.outer_m)))
    if case.footprint is not None:
        zones.append(Zone("drawn", "人工划定范围", "area drawn by hand", 0.0, case.footprint, 0.0))
        prints.append(Footprint("drawn", "人工划定范围", "area drawn by hand", 0.0, "zone", case.footprint, basis="drawn"))
    near = STANDOFF_M[event.mechanism][0]
    prints.append(Footprint("isolation", f"隔离距离 {near:.0f} 米", f"isolation, {near:.0f} m", near, "isolation", round_it(near)))
    prints.append(Footprint("standoff", f"撤离距离 {standoff:.0f} 米（可能再爆）", f"clear to {standoff:.0f} m (it may explode again)", standoff, "protection", round_it(standoff)))  # fmt: skip
    return tuple(zones), tuple(prints)


def _core(case: Case, ground: Ground, event: _Event, vapour: float, standoff: float) -> ExplosionCore:
    day = night = buildings = None
    if ground.points is not None:
        points = ground.points
        if case.footprint is not None:
            there = ground.near(*case.footprint.bounds)
            shapely.prepare(case.footprint)
            inside = np.asarray(_vector.intersects_xy(case.footprint, points.lon[there], points.lat[there]), dtype=np.bool_)
            there = there[inside]
        else:
            high = FARTHEST_M / 110_000
            wide = high / max(math.cos(math.radians(case.lat)), 0.01)
            there = ground.near(case.lon - wide, case.lat - high, case.lon + wide, case.lat + high)
        metres = many_metres(case.lon, case.lat, points.lon[there], points.lat[there])
        if case.footprint is None:
            near = metres < FARTHEST_M
            there, metres = there[near], metres[near]
        day, night = by_ring(metres, points.day[there]), by_ring(metres, points.night[there])
        buildings = by_ring(metres, points.buildings[there]) if ground.has_buildings else None
    return ExplosionCore(
        metres=ring_middles(),
        day=day,
        night=night,
        buildings=buildings,
        mechanism=event.mechanism,
        tnt_per_kg=event.tnt_per_kg,
        mass_kg=event.mass_kg,
        mass_drawn=event.mass_drawn,
        heat_mj_kg=heat_mj_kg(event.substance),
        vapour_pa=vapour,
        standoff_m=standoff,
        inside=case.footprint is not None,
    )


def _said(event: _Event, levels: list[_Level], standoff: float, vapour: float) -> list[Note]:
    notes: list[Note] = []
    if event.mechanism == "bleve":
        across, lasts = fireball.diameter_m(event.mass_kg), fireball.duration_s(event.mass_kg)
        tno = fireball.tno_diameter_m(event.mass_kg), fireball.tno_duration_s(event.mass_kg)
        notes.append(Note("fireball", f"火球直径约 {across:.0f} 米、持续 {lasts:.0f} 秒（CCPS）；TNO 形式 {tno[0]:.0f} 米、{tno[1]:.0f} 秒。", f"Fireball about {across:.0f} m across for {lasts:.0f} s (CCPS); {tno[0]:.0f} m and {tno[1]:.0f} s by TNO."))  # fmt: skip
        notes.append(Note("fragments", f"容器碎片多数落在火球半径 4 倍（{2 * across:.0f} 米）以内，个别可达 15 倍以上：两端方向尤其危险。", f"Most fragments of the vessel fall within four radii of the ball ({2 * across:.0f} m), a few beyond fifteen: keep away from both ends."))  # fmt: skip
    else:
        ours, theirs = blast.kingery_radius_m(event.tnt_kg, 44), blast.chinese_radius_m(event.tnt_kg, 44)
        notes.append(Note("blast", f"TNT 当量约 {event.tnt_kg:.3g} 千克；44 kPa 半径：Kingery {ours:.0f} 米、中国形式 {theirs:.0f} 米，取大者；房屋严重损坏半径约 {blast.property_radius_m(event.tnt_kg):.0f} 米。", f"About {event.tnt_kg:.3g} kg of TNT; radius of 44 kPa: {ours:.0f} m by Kingery, {theirs:.0f} m by the Chinese form, the larger is shown; houses are badly damaged within about {blast.property_radius_m(event.tnt_kg):.0f} m."))  # fmt: skip
        notes.append(Note("lethality", f"致死距离的三种准则：{blast.half_die_radius_m(event.tnt_kg):.0f} 米（中国 R0.5）、{blast.kingery_radius_m(event.tnt_kg, _LETHAL_KPA):.0f} 米（Eisenberg 141 kPa）、{blast.kingery_radius_m(event.tnt_kg, 30):.0f} 米（CPR 18E 30 kPa）；抽样覆盖三者。", f"Three rules of lethality: {blast.half_die_radius_m(event.tnt_kg):.0f} m (Chinese R0.5), {blast.kingery_radius_m(event.tnt_kg, _LETHAL_KPA):.0f} m (Eisenberg 141 kPa), {blast.kingery_radius_m(event.tnt_kg, 30):.0f} m (CPR 18E 30 kPa); the draws cover all three."))  # fmt: skip
    notes.append(Note("standoff", f"可能再次爆炸：无关人员撤到 {standoff:.0f} 米以外，救援力量选上风、侧向和有掩护处。", f"It may explode again: clear everybody to {standoff:.0f} m, rescuers upwind, aside and under cover."))  # fmt: skip
    return notes


def _lists(case: Case, ground: Ground, levels: list[_Level]) -> tuple[Listed, ...]:
    """Facilities inside the weakest level, and dangerous sites that could go off in turn, nearest first."""
    found = [f for f in ground.facilities if f.kind in _KINDS]
    if not found or not levels:
        return ()
    km = bearings_and_km(case.lon, case.lat, np.asarray([f.lon for f in found]), np.asarray([f.lat for f in found]))[1]

    def rows(kinds: Callable[[str], bool], reach: float) -> tuple[ListedRow, ...]:
        near: list[tuple[float, ListedRow]] = []
        for facility, metres in zip(found, (km * 1000).tolist(), strict=True):
            if not kinds(facility.kind) or metres > reach:
                continue
            level = next(one for one in levels if metres <= one.radius_m)
            value = f"{level.zh} · 距 {metres:.0f} 米", f"{level.en} · {metres:.0f} m away"
            near.append((metres, ListedRow(facility.id, facility.kind, facility.name_zh, facility.name_en, facility.lon, facility.lat, *value)))  # fmt: skip
        return tuple(row for _, row in sorted(near, key=lambda pair: (pair[0], pair[1].id)))

    weakest = levels[-1].radius_m
    domino = next((one.radius_m for one in levels if one.key in ("light", "heat37")), weakest)
    lists = (
        Listed("facilities_reached", "影响范围内的重点设施", "facilities reached", rows(lambda kind: kind != "hazardous_site", weakest)),
        Listed("domino", "可能连锁的危险源", "dangerous sites that may go off in turn", rows(lambda kind: kind == "hazardous_site", domino)),
    )
    return tuple(one for one in lists if one.rows)
