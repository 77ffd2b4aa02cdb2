"""What goes off at the medians of the inputs, and how far each of its levels reaches."""

import math
from dataclasses import dataclass
from typing import cast

from gis.hazards import blast, fireball
from gis.hazards.explosion_charges import (
    ASSUMED_BOILER,
    ASSUMED_GAS,
    ASSUMED_KG,
    UNKNOWN,
    Mechanism,
    heat_mj_kg,
    mechanism_of,
    tnt_of,
)
from gis.hazards.explosion_counts import FARTHEST_M, GLASS_KPA, HOUSES_KPA
from gis.hazards.explosion_inputs import MECHANISM, PARAMETERS
from gis.hazards.model import Case, Limit, Note

_REACH_SIGMA = 0.2
_HEAT_SIGMA = 0.35
LETHAL_KPA = 141.0


@dataclass(frozen=True, slots=True)
class Level:
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
class Event:
    """What goes off, at the medians."""

    mechanism: Mechanism
    substance: str
    mass_kg: float
    tnt_per_kg: float
    mass_drawn: bool
    tnt_kg: float
    notes: tuple[Note, ...]


def _parameter(name: str) -> float:
    return next(one.dist.centre for one in PARAMETERS if one.name == name)


def event_of(case: Case) -> Event:
    inputs, notes = case.inputs, list[Note]()
    substance = inputs.choice("substance") or UNKNOWN
    said = inputs.choice("mechanism")
    mechanism = cast(Mechanism, said) if said is not None else mechanism_of(case.class_key, substance)
    if said is None:
        words = next(choice for choice in MECHANISM.choices if choice.key == mechanism)
        notes.append(Note("mechanism_assumed", f"爆炸方式未给：按事件类型和物质取“{words.zh}”。", f"How it exploded is not given: '{words.en}' by its class and substance."))  # fmt: skip
    if mechanism in ("gas_vessel", "boiler"):
        tnt = _vessel_tnt(case, mechanism, notes)
        return Event(mechanism, substance, tnt, 1.0, False, tnt, tuple(notes))
    drawn = inputs.is_known("mass_kg")
    if drawn:
        mass = inputs.median("mass_kg")
    else:
        mass, zh, en = ASSUMED_KG[mechanism]
        notes.append(Note("mass_assumed", f"{zh}（判断值）。", f"{en[0].upper()}{en[1:]} (judgement)."))
    per_kg = tnt_of(substance) if mechanism == "explosive" else heat_mj_kg(substance) / blast.TNT_MJ_KG
    tnt = mass * per_kg * (_parameter("yield_share") if mechanism == "vapour_cloud" else 1.0)
    blast.check_tnt(min(tnt, 2 * blast.MOST_TNT_KG), "mass_kg")
    return Event(mechanism, substance, mass, per_kg, drawn, tnt, tuple(notes))


def _vessel_tnt(case: Case, mechanism: Mechanism, notes: list[Note]) -> float:
    volume, pressure = ASSUMED_BOILER if mechanism == "boiler" else ASSUMED_GAS
    if case.inputs.is_known("vessel_m3"):
        volume = case.inputs.median("vessel_m3")
    if case.inputs.is_known("vessel_mpa"):
        pressure = case.inputs.median("vessel_mpa")
    if not (case.inputs.is_known("vessel_m3") and case.inputs.is_known("vessel_mpa")):
        notes.append(Note("vessel_assumed", f"容器未给全：按 {volume:g} 立方米、表压 {pressure:g} 兆帕（判断值）。", f"The vessel is not fully given: {volume:g} m³ at {pressure:g} MPa (judgement)."))  # fmt: skip
    return blast.boiler_tnt_kg(pressure, volume) if mechanism == "boiler" else blast.gas_burst_tnt_kg(pressure, volume)


def levels_of(event: Event, vapour: float) -> tuple[list[Level], list[Limit]]:
    if event.mechanism == "bleve":
        return _heat_levels(event, vapour)
    limits: list[Limit] = []
    rows = (
        ("lethal", "致死区", "lethal", LETHAL_KPA, 0.7),
        ("serious", "重伤区（44 kPa）", "serious injury (44 kPa)", 44.0, 0.3),
        ("light", "轻伤区（17 kPa）", "light injury (17 kPa)", 17.0, 0.02),
        ("houses", "房屋受损区（7 kPa）", "houses damaged (7 kPa)", HOUSES_KPA, 0.002),
        ("glass", "玻璃破碎区（2 kPa）", "glass breaks (2 kPa)", GLASS_KPA, 0.0),
    )
    levels: list[Level] = []
    for key, zh, en, kpa, harm in rows:
        radius = blast.radius_m(event.tnt_kg, kpa)
        if key == "lethal":
            radius = max(radius, blast.half_die_radius_m(event.tnt_kg))
        less, more = radius * math.exp(-_REACH_SIGMA), radius * math.exp(_REACH_SIGMA)
        levels.append(Level(key, zh, en, kpa, radius, less, more, harm))
    if levels[-1].radius_m > FARTHEST_M:
        limits.append(Limit("beyond_20_km", "玻璃破碎范围超过 20 公里，之外不再计算。", "Glass breaks beyond 20 km, where nothing is computed.", outside=True))  # fmt: skip
    if event.tnt_kg > 1e6:
        limits.append(Limit("huge_charge", "TNT 当量超过 1000 吨，超出地面事故爆炸的经验范围。", "More than 1,000 t of TNT: beyond what accidents on the ground have shown.", outside=True))  # fmt: skip
    if event.mechanism == "vapour_cloud":
        limits.append(Limit("tnt_for_cloud", "气云爆炸按 TNT 当量折算：近处偏高、远处偏低，取决于约束程度。", "A vapour cloud is taken by its TNT equivalent: too high close by, too low far away; confinement decides."))  # fmt: skip
    return levels, limits


def _heat_levels(event: Event, vapour: float) -> tuple[list[Level], list[Limit]]:
    heat, burst = heat_mj_kg(event.substance), _parameter("burst_mpa")
    fireball.check_mass(event.mass_kg)
    ball = fireball.diameter_m(event.mass_kg) / 2
    levels = [Level("fireball", "火球内", "inside the fireball", 1.0, ball, ball * 0.9, ball * 1.1, 1.0)]
    rows = (
        ("heat37", "37.5 kW/m²（设备损坏、致死）", "37.5 kW/m² (equipment damaged, deadly)", 37_500.0, 0.9),
        ("heat12", "12.5 kW/m²（木材引燃）", "12.5 kW/m² (wood ignites)", 12_500.0, 0.02),
        ("heat4", "4 kW/m²（20 秒感到疼痛）", "4 kW/m² (pain within 20 s)", 4_000.0, 0.0),
    )
    for key, zh, en, level, harm in rows:
        reach, less, more = (fireball.reach_m(level / factor, event.mass_kg, heat, burst, vapour) for factor in (1.0, math.exp(-_HEAT_SIGMA), math.exp(_HEAT_SIGMA)))  # fmt: skip
        if reach > levels[-1].radius_m:
            levels.append(Level(key, zh, en, level, reach, less, more, harm))
    limits = [Limit("long_fireball", "火球质量超过 30 吨，持续时间按大火球公式。", "More than 30 t: the duration is that of large fireballs.")] if event.mass_kg > 30_000 else []  # fmt: skip
    return levels, limits
