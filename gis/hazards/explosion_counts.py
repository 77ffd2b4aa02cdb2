"""People and buildings by distance, and what blast or heat does to them in each draw.

Blast: death by a log-normal threshold whose median and spread cover the three rules in use (all die at 30 kPa, CPR 18E; half at 141 kPa,
Eisenberg's lung probit; half at the Chinese R0.5, about 660 kPa at 1 t); serious injury about 44 kPa and light injury about 17 kPa
(Chinese risk assessments). Heat: CPR 18E: everybody inside the ball and, indoors, above 35 kW/m²; outdoors by the probit, clothing
taken into account; burns by the TNO Green Book probits (second degree −43.14, first degree −39.83, both + 3.0186 ln(t q^(4/3))).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from gis.hazards import blast, fireball
from gis.hazards.distribution import Floats
from gis.hazards.explosion_charges import Mechanism
from gis.hazards.model import Sample
from gis.hazards.probit import heat_death_share

NEAREST_M, FARTHEST_M, RINGS = 2.0, 20_000.0, 180
GLASS_KPA: Final = 2.0
HOUSES_KPA: Final = 7.0
PAIN_W_M2: Final = 4_000.0
_KILLS_SLOPE, _HURTS_SLOPE, _HOUSE_SLOPE = 0.30, 0.30, 0.50
_HOUSE_HALF_KPA = 14.0
_INDOOR_W_M2 = 35_000.0
_SMALLEST = 1e-12
# People at the site stand evenly over a disc of this radius: rings of equal area, each by its middle.
_SITE_M, _SITE_RINGS = 30.0, 6
SITE_METRES: Final = _SITE_M * np.sqrt((np.arange(_SITE_RINGS) + 0.5) / _SITE_RINGS)


@dataclass(frozen=True, slots=True)
class ExplosionCore:
    """By ring (middles `metres`, those of the site first): persons and buildings; None where they are not known. `tnt_kg`, `mass_kg`: at the medians, for 1 of every
    factor; `mass_drawn`: the mass is an input that is drawn. `inside`: drawn by hand, everybody at the weakest level at least."""

    metres: Floats
    day: Floats | None
    night: Floats | None
    buildings: Floats | None
    mechanism: Mechanism
    tnt_per_kg: float
    mass_kg: float
    mass_drawn: bool
    heat_mj_kg: float
    vapour_pa: float
    standoff_m: float
    inside: bool


def ring_edges() -> Floats:
    return np.geomspace(NEAREST_M, FARTHEST_M, RINGS + 1)


def ring_middles() -> Floats:
    edges = ring_edges()
    return np.sqrt(edges[1:] * edges[:-1])


def all_metres() -> Floats:
    """Middles of the rings of the site, then of those around it."""
    return np.concatenate((SITE_METRES, ring_middles()))


def by_ring(metres: Floats, weights: Floats) -> Floats:
    """Weights by ring (none in those of the site): who is nearer than the first counts in it, who is farther than the last in it."""
    step = math.log(FARTHEST_M / NEAREST_M) / RINGS
    ring = np.clip(np.log(np.maximum(metres, NEAREST_M) / NEAREST_M) / step, 0, RINGS - 1).astype(np.int64)
    counted = np.asarray(np.bincount(ring, weights, RINGS), dtype=np.float64)
    return np.concatenate((np.zeros(_SITE_RINGS), counted))


@dataclass(frozen=True, slots=True)
class _Harm:
    """Shares by (draw, ring)."""

    dead: Floats
    serious: Floats
    light: Floats
    house: Floats


def explosion_losses(core: ExplosionCore, sample: Sample) -> dict[str, Floats]:
    """dead, serious_injured, light_injured, evacuated, damaged_buildings; what is not known is left out."""
    harm = _heat(core, sample) if core.mechanism == "bleve" else _blast(core, sample)
    found: dict[str, Floats] = {}
    if core.day is not None and core.night is not None:
        share = sample["day_share"][:, None]
        people = (core.night[None, :] * (1 - share) + core.day[None, :] * share) * sample["exposure_factor"][:, None]
        if "on_site_people" in sample:
            people[:, :_SITE_RINGS] += sample["on_site_people"][:, None] / _SITE_RINGS
        found["dead"] = (people * harm.dead).sum(axis=1)
        found["serious_injured"] = (people * harm.serious).sum(axis=1)
        found["light_injured"] = (people * harm.light).sum(axis=1)
        near = core.metres <= core.standoff_m if not core.inside else np.ones(len(core.metres), dtype=np.bool_)
        found["evacuated"] = np.asarray(people[:, near].sum(axis=1), dtype=np.float64)
    if core.buildings is not None:
        found["damaged_buildings"] = (core.buildings[None, :] * harm.house).sum(axis=1)
    return found


def _mass(core: ExplosionCore, sample: Sample) -> Floats:
    return sample["mass_kg"] if core.mass_drawn else core.mass_kg * sample["mass_factor"]


def tnt_kg(core: ExplosionCore, sample: Sample) -> Floats:
    """TNT equivalent in each draw, not above what `blast` takes."""
    tnt = _mass(core, sample) * core.tnt_per_kg * sample["tnt_factor"]
    if core.mechanism == "vapour_cloud":
        tnt = tnt * sample["yield_share"]
    return np.minimum(tnt, blast.MOST_TNT_KG)


def _blast(core: ExplosionCore, sample: Sample) -> _Harm:
    scaled = core.metres[None, :] / (np.cbrt(tnt_kg(core, sample)) * sample["reach_factor"])[:, None]
    kpa = blast.overpressure_kpa(scaled)
    if core.inside:
        kpa = np.maximum(kpa, GLASS_KPA)
    dead = _over(kpa, sample["lethal_kpa"], _KILLS_SLOPE)
    serious = np.maximum(_over(kpa, sample["serious_kpa"], _HURTS_SLOPE), dead)
    light = np.maximum(_over(kpa, sample["light_kpa"], _HURTS_SLOPE), serious)
    glass = np.where(kpa >= GLASS_KPA, (sample["indoor_share"] * sample["glass_share"])[:, None], 0.0)
    light = np.maximum(light, np.maximum(glass, serious))
    house = np.asarray(ndtr(np.log(kpa / _HOUSE_HALF_KPA) / _HOUSE_SLOPE), dtype=np.float64)
    return _Harm(dead, serious - dead, light - serious, house)


def _over(kpa: Floats, median: Floats, slope: float) -> Floats:
    return np.asarray(ndtr(np.log(kpa / median[:, None]) / slope), dtype=np.float64)


def _heat(core: ExplosionCore, sample: Sample) -> _Harm:
    mass = np.minimum(_mass(core, sample), fireball.MOST_KG)
    across, lasts = 5.8 * np.cbrt(mass), np.where(mass <= 30_000, 0.45 * np.cbrt(mass), 2.6 * mass ** (1 / 6))
    radiated = np.minimum(0.27 * sample["burst_mpa"] ** 0.32, 0.4)
    sent = radiated * mass * core.heat_mj_kg * 1e6 / (math.pi * across**2 * lasts)
    sent = np.minimum(sent, 400_000.0) * sample["heat_factor"]
    slant = np.sqrt(core.metres[None, :] ** 2 + (0.75 * across[:, None]) ** 2)
    through = np.minimum(2.02 * (core.vapour_pa * np.maximum(slant - across[:, None] / 2, 1.0)) ** -0.09, 1.0)
    heat = sent[:, None] * (across[:, None] / 2) ** 2 / slant**2 * through
    if core.inside:
        heat = np.maximum(heat, PAIN_W_M2)
    outdoors = 1 - sample["indoor_share"][:, None]
    ball = core.metres[None, :] <= across[:, None] / 2
    seconds = np.minimum(lasts, 20.0)[:, None]
    dose = np.log(np.maximum(heat, _SMALLEST)) * 4 / 3 + np.log(seconds)
    bare = sample["clothing_factor"][:, None]
    inside = np.where(heat >= _INDOOR_W_M2, 1.0, 0.0)
    die = outdoors * np.maximum(bare * heat_death_share(heat, seconds), 0.0) + (1 - outdoors) * inside
    dead = np.where(ball, 1.0, np.where(heat >= _INDOOR_W_M2, np.maximum(die, outdoors + (1 - outdoors) * inside), die))
    second = np.maximum(outdoors * ndtr(-43.14 + 3.0186 * dose - 5), dead)
    first = np.maximum(outdoors * ndtr(-39.83 + 3.0186 * dose - 5), second)
    house = np.where(heat >= fireball.LEVELS_W_M2[0], 1.0, 0.0)
    return _Harm(dead, second - dead, first - second, house)
