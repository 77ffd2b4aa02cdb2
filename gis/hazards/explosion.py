"""Explosions and fireballs: how far blast and heat reach, whom and what they hit, how far to keep away.

See docs/risk/explosion.md for equations, sources, ranges and weaknesses.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely import Polygon

from gis.geodesic import bearings_and_km, many_metres
from gis.hazards import blast, fireball
from gis.hazards.distribution import Floats
from gis.hazards.explosion_charges import STANDOFF_M, heat_mj_kg
from gis.hazards.explosion_counts import FARTHEST_M, ExplosionCore, all_metres, by_ring, explosion_losses
from gis.hazards.explosion_levels import LETHAL_KPA, Event, Level, event_of, levels_of
from gis.hazards.explosion_spec import SPEC
from gis.hazards.ground import Ground
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Listed,
    ListedRow,
    ModelSpec,
    Note,
    Prepared,
    Sample,
    Zone,
)
from gis.hazards.site_people import site_note
from gis.hazards.toxic_shapes import ring

_vector: Any = shapely  # its stubs leave the types of arrays open
_KINDS = ("school", "hospital", "tcm_hospital", "clinic", "shelter", "hazardous_site", "reservoir", "dam")


class ExplosionModel(HazardModel[ExplosionCore]):
    spec: ClassVar[ModelSpec] = SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[ExplosionCore]:
        event = event_of(case)
        vapour = vapour_pa(case.inputs.median("temperature_c"), case.inputs.median("humidity_pct"))
        levels, limits = levels_of(event, vapour)
        standoff = max(STANDOFF_M[event.mechanism][1], levels[-1].radius_m if levels else 0.0)
        zones, prints = _drawn(case, levels, event, standoff)
        core = _core(case, ground, event, vapour, standoff)
        notes = (*_said(event, levels, standoff), *site_note(case))
        return Prepared(zones, prints, core, _lists(case, ground, levels), tuple(limits), event.notes, notes)

    def losses(self, prepared: Prepared[ExplosionCore], sample: Sample) -> Mapping[str, Floats]:
        return explosion_losses(prepared.core, sample)


def vapour_pa(temperature_c: float, humidity_pct: float) -> float:
    """Partial pressure of water (Magnus: 610.94 exp(17.625 t / (t + 243.04)), Alduchov & Eskridge 1996), times the humidity."""
    return 610.94 * math.exp(17.625 * temperature_c / (temperature_c + 243.04)) * humidity_pct / 100


def _drawn(
    case: Case, levels: list[Level], event: Event, standoff: float
) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
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
        prints.append(
            Footprint(level.key, level.zh, level.en, level.value, "zone", shape, inner, round_it(level.outer_m))
        )
    if case.footprint is not None:
        zones.append(Zone("drawn", "人工划定范围", "area drawn by hand", 0.0, case.footprint, 0.0))
        prints.append(
            Footprint("drawn", "人工划定范围", "area drawn by hand", 0.0, "zone", case.footprint, basis="drawn")
        )
    near = STANDOFF_M[event.mechanism][0]
    prints.append(
        Footprint("isolation", f"隔离距离 {near:.0f} 米", f"isolation, {near:.0f} m", near, "isolation", round_it(near))
    )
    prints.append(Footprint("standoff", f"撤离距离 {standoff:.0f} 米（可能再爆）", f"clear to {standoff:.0f} m (it may explode again)", standoff, "protection", round_it(standoff)))  # fmt: skip
    return tuple(zones), tuple(prints)


def _core(case: Case, ground: Ground, event: Event, vapour: float, standoff: float) -> ExplosionCore:
    day = night = buildings = None
    if ground.points is not None:
        points = ground.points
        if case.footprint is not None:
            there = ground.near(*case.footprint.bounds)
            shapely.prepare(case.footprint)
            inside = np.asarray(
                _vector.intersects_xy(case.footprint, points.lon[there], points.lat[there]), dtype=np.bool_
            )
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
        metres=all_metres(),
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


def _said(event: Event, levels: list[Level], standoff: float) -> list[Note]:
    notes: list[Note] = []
    if event.mechanism == "bleve":
        across, lasts = fireball.diameter_m(event.mass_kg), fireball.duration_s(event.mass_kg)
        tno = fireball.tno_diameter_m(event.mass_kg), fireball.tno_duration_s(event.mass_kg)
        notes.append(Note("fireball", f"火球直径约 {across:.0f} 米、持续 {lasts:.0f} 秒（CCPS）；TNO 形式 {tno[0]:.0f} 米、{tno[1]:.0f} 秒。", f"Fireball about {across:.0f} m across for {lasts:.0f} s (CCPS); {tno[0]:.0f} m and {tno[1]:.0f} s by TNO."))  # fmt: skip
        notes.append(Note("fragments", f"容器碎片多数落在火球半径 4 倍（{2 * across:.0f} 米）以内，个别可达 15 倍以上：两端方向尤其危险。", f"Most fragments of the vessel fall within four radii of the ball ({2 * across:.0f} m), a few beyond fifteen: keep away from both ends."))  # fmt: skip
    else:
        ours, theirs = blast.kingery_radius_m(event.tnt_kg, 44), blast.chinese_radius_m(event.tnt_kg, 44)
        notes.append(Note("blast", f"TNT 当量约 {event.tnt_kg:.3g} 千克；44 kPa 半径：Kingery {ours:.0f} 米、中国形式 {theirs:.0f} 米，取大者；房屋严重损坏半径约 {blast.property_radius_m(event.tnt_kg):.0f} 米。", f"About {event.tnt_kg:.3g} kg of TNT; radius of 44 kPa: {ours:.0f} m by Kingery, {theirs:.0f} m by the Chinese form, the larger is shown; houses are badly damaged within about {blast.property_radius_m(event.tnt_kg):.0f} m."))  # fmt: skip
        notes.append(Note("lethality", f"致死距离的三种准则：{blast.half_die_radius_m(event.tnt_kg):.0f} 米（中国 R0.5）、{blast.kingery_radius_m(event.tnt_kg, LETHAL_KPA):.0f} 米（Eisenberg 141 kPa）、{blast.kingery_radius_m(event.tnt_kg, 30):.0f} 米（CPR 18E 30 kPa）；抽样覆盖三者。", f"Three rules of lethality: {blast.half_die_radius_m(event.tnt_kg):.0f} m (Chinese R0.5), {blast.kingery_radius_m(event.tnt_kg, LETHAL_KPA):.0f} m (Eisenberg 141 kPa), {blast.kingery_radius_m(event.tnt_kg, 30):.0f} m (CPR 18E 30 kPa); the draws cover all three."))  # fmt: skip
    notes.append(Note("standoff", f"可能再次爆炸：无关人员撤到 {standoff:.0f} 米以外，救援力量选上风、侧向和有掩护处。", f"It may explode again: clear everybody to {standoff:.0f} m, rescuers upwind, aside and under cover."))  # fmt: skip
    return notes


def _lists(case: Case, ground: Ground, levels: list[Level]) -> tuple[Listed, ...]:
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
        Listed(
            "facilities_reached",
            "影响范围内的重点设施",
            "facilities reached",
            rows(lambda kind: kind != "hazardous_site", weakest),
        ),
        Listed(
            "domino",
            "可能连锁的危险源",
            "dangerous sites that may go off in turn",
            rows(lambda kind: kind == "hazardous_site", domino),
        ),
    )
    return tuple(one for one in lists if one.rows)
