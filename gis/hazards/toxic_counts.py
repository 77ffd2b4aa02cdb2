"""People by what the cloud does to them, for every direction of the wind, reduced so that thousands of draws are cheap.

One pass over the exposure sorts it by bearing and distance; turning the wind is then a shift of the bearings. What is kept is, for each
direction, people by fine steps of the logarithm of the concentration: `toxic_losses` moves along it.
"""

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from gis.hazards.distribution import Floats
from gis.hazards.model import Sample
from gis.hazards.probit import ToxicProbit
from gis.hazards.toxic_cloud import FARTHEST_M, NEAREST_M, Cloud

Ints: TypeAlias = NDArray[np.int64]
BEARINGS: Final = 720
RINGS: Final = 140
DIRECTIONS: Final = 120
_TURN = BEARINGS // DIRECTIONS
_BIN = 0.1
_BELOW = 5.0
"""Below e⁻⁵ of the weakest level nothing that could be drawn does harm."""


@dataclass(frozen=True, slots=True)
class Polar:
    """People by day and by night in sectors (half degrees) and rings (log of distance) around the source."""

    day: Floats
    night: Floats

    def guide(self, isolation_m: float, protection_m: float) -> tuple[Floats, Floats]:
        """(day, night) persons by direction inside the isolation circle or the square downwind, cells by their middle."""
        angle = np.radians((np.arange(BEARINGS) + 0.5) * 360 / BEARINGS)[:, None]
        metres = ring_middles()[None, :]
        ahead, aside = metres * np.cos(angle), np.abs(metres * np.sin(angle))
        inside = (metres <= isolation_m) | ((ahead >= 0) & (ahead <= protection_m) & (aside <= protection_m / 2))
        return _turned_sums(inside, self.day), _turned_sums(inside, self.night)

    def everybody(self) -> tuple[Floats, Floats]:
        """(day, night) everybody, whatever the direction."""
        return np.full(DIRECTIONS, self.day.sum()), np.full(DIRECTIONS, self.night.sum())


def _turned_sums(inside: NDArray[np.bool_], people: Floats) -> Floats:
    """Persons inside a shape turned to each direction: a circular correlation along the bearings, by Fourier transform."""
    shape, there = np.fft.rfft(inside, axis=0), np.fft.rfft(people, axis=0)
    found = np.fft.irfft((np.conj(shape) * there).sum(axis=1), BEARINGS)
    return np.maximum(found[::_TURN], 0.0)


def ring_edges() -> Floats:
    return np.geomspace(NEAREST_M, FARTHEST_M, RINGS + 1)


def ring_middles() -> Floats:
    edges = ring_edges()
    return np.sqrt(edges[1:] * edges[:-1])


def polar(metres_east: Floats, metres_north: Floats, day: Floats, night: Floats, *, all_of_them: bool = False) -> Polar:
    """Who is nearer than the first ring counts in it; who is farther than the last is left out, unless `all_of_them`: then in it."""
    distance = np.hypot(metres_east, metres_north)
    there = np.ones(distance.shape, dtype=np.bool_) if all_of_them else distance < FARTHEST_M
    distance, east, north = distance[there], metres_east[there], metres_north[there]
    step = math.log(FARTHEST_M / NEAREST_M) / RINGS
    ring = np.clip((np.log(np.maximum(distance, NEAREST_M) / NEAREST_M) / step).astype(np.int64), 0, RINGS - 1)
    bearing = np.degrees(np.arctan2(east, north)) % 360
    sector = np.minimum((bearing * (BEARINGS / 360)).astype(np.int64), BEARINGS - 1)
    cell = sector * RINGS + ring
    sums = [
        np.asarray(np.bincount(cell, weights[there], BEARINGS * RINGS), dtype=np.float64).reshape(BEARINGS, RINGS)
        for weights in (day, night)
    ]
    return Polar(sums[0], sums[1])


@dataclass(frozen=True, slots=True)
class ToxicCore:
    """`ln_bins`: middles of the steps of ln(equivalent concentration, mg/m³). `day`, `night`: (directions, steps) persons; direction k
    is a cloud that moves towards 360 k / DIRECTIONS degrees. `guide_*`: persons by direction inside the guide's distances. None where no
    exposure is loaded; `day` and `night` also where the substance has no levels.

    `rate_given`: the rate of release is known and not the mass; `capacity_kg`: of the container, while neither is; `any_direction`: calm;
    `site_ln`: the level 30 m downwind; `pinned`: a person drew the area, everybody in it is at AEGL-2 at least."""

    ln_bins: Floats
    day: Floats | None
    night: Floats | None
    guide_day: Floats | None
    guide_night: Floats | None
    ln_aegl2: float
    ln_aegl3: float
    probit: ToxicProbit | None
    reference_min: float
    mass_kg: float
    rate_given: bool
    capacity_kg: float | None
    duration_min: float
    instantaneous: bool
    wind_ms: float
    any_direction: bool
    pinned: bool
    site_ln: float = -math.inf


def levels_by_cell(cloud: Cloud, exponent: float, reference_s: float) -> Floats:
    """ln of the equivalent concentration (mg/m³) by (bearing from the axis, ring), −inf behind the source."""
    edges = ring_edges()
    angle = np.radians((np.arange(BEARINGS) + 0.5) * 360 / BEARINGS)
    metres = np.sqrt(edges[1:] * edges[:-1])
    ahead, aside = metres[None, :] * np.cos(angle)[:, None], metres[None, :] * np.sin(angle)[:, None]
    ln_peak = np.log(np.maximum(cloud.load_peak(exponent, reference_s), 1e-300) * 1e6)
    ln_x = np.log(cloud.x_m)
    at = np.log(np.maximum(ahead, NEAREST_M))
    found = np.interp(at, ln_x, ln_peak) - aside**2 / (2 * np.interp(at, ln_x, cloud.sigma_m) ** 2)
    behind = ahead < 0
    creeps = behind & (metres[None, :] <= cloud.upwind_m)
    return np.where(creeps, ln_peak[0], np.where(behind, -np.inf, found))


def histograms(levels: Floats, people: Floats, ln_first: float, steps: int) -> Floats:
    """People by (direction, step of ln concentration). `people`: (bearings, rings)."""
    step = np.floor((levels - ln_first) / _BIN)
    reached = np.flatnonzero(step >= 0)
    into = np.minimum(step.ravel()[reached], steps - 1).astype(np.int64)
    twice = np.concatenate((people, people)).ravel()
    found = np.zeros((DIRECTIONS, steps))
    if not people.any():
        return found
    for k in range(DIRECTIONS):
        begins = k * _TURN * RINGS
        found[k] = np.bincount(into, twice[begins : begins + BEARINGS * RINGS][reached], steps)
    return found


def bins(ln_weakest: float, ln_strongest: float) -> tuple[float, int]:
    """(edge of the first step, number of steps) for levels from far below the weakest level to the strongest concentration."""
    first = ln_weakest - _BELOW
    return first, max(math.ceil((ln_strongest - first) / _BIN) + 1, 2)


def middles(first: float, steps: int) -> Floats:
    return np.asarray(first + (np.arange(steps) + 0.5) * _BIN, dtype=np.float64)


def toward(sample: Sample, core: ToxicCore) -> Floats:
    """Where the cloud moves to in each draw, degrees. A light wind wanders more: the error grows as 2.5 m/s over the wind, twice at most."""
    if core.any_direction:
        # A calm has no direction: the draws of the direction's error spread over the whole circle by rank.
        turns = ndtr(sample["wind_turn_deg"] / 20.0) if "wind_turn_deg" in sample else np.full(sample.n, 0.5)
        return (turns * 360) % 360
    wander = np.clip(2.5 / np.maximum(sample["wind_ms"], 0.5), 1.0, 2.0)
    return (sample["wind_from_deg"] + 180 + sample["wind_turn_deg"] * wander) % 360


def _between(table: Floats, degrees: Floats) -> Floats:
    """Rows of a table by direction, linear between directions."""
    place = degrees / 360 * DIRECTIONS
    low = np.floor(place).astype(np.int64)
    share = (place - low)[:, None] if table.ndim == 2 else place - low
    return np.asarray(table[low % DIRECTIONS] * (1 - share) + table[(low + 1) % DIRECTIONS] * share, dtype=np.float64)


def shift(sample: Sample, core: ToxicCore) -> Floats:
    """How much ln(equivalent concentration) moves in each draw against the medians: mass, duration, wind, time of exposure, model error.

    A plume's concentration goes with mass / duration / wind; a puff's with its mass, while the wind shortens its passage. The same holds
    nearly for dense clouds far from the source.
    """
    exponent = core.probit.n if core.probit is not None else 1.0
    mass = _mass(sample, core)
    moved = np.log(mass / core.mass_kg) + np.log(sample["concentration_factor"])
    wind = np.log(np.maximum(sample["wind_ms"], 0.5) / max(core.wind_ms, 0.5))
    if core.instantaneous:
        return moved - wind / exponent
    minutes = sample["duration_min"]
    if not core.rate_given:
        moved = moved - np.log(minutes / core.duration_min)
    exposed = np.minimum(minutes, sample["exposure_min"])
    return moved - wind + np.log(exposed / core.reference_min) / exponent


def _mass(sample: Sample, core: ToxicCore) -> Floats:
    if core.rate_given:
        return sample["release_kg_s"] * core.duration_min * 60  # its change with the duration is no change of the rate
    if "released_kg" in sample:
        return sample["released_kg"]
    return (core.capacity_kg or core.mass_kg) * sample["released_share"]


def poisoned_share(ln_level: Floats, core: ToxicCore, at_2: Floats, at_3: Floats) -> Floats:
    """Share of those exposed who need treatment: a normal curve of ln C through the shares at AEGL-2 and AEGL-3."""
    low, high = ndtri(at_2), ndtri(np.maximum(at_3, at_2 + 0.01))
    slope = (high - low) / max(core.ln_aegl3 - core.ln_aegl2, 0.1)
    return np.asarray(ndtr(low[:, None] + slope[:, None] * (ln_level - core.ln_aegl2)), dtype=np.float64)


def toxic_losses(core: ToxicCore, sample: Sample) -> dict[str, Floats]:
    """poisoned (those who die among them), dead, threatened, evacuated; empty where no exposure is loaded."""
    if core.guide_day is None or core.guide_night is None:
        return {}
    degrees = toward(sample, core)
    share = sample["day_share"]
    guide = _between(core.guide_night, degrees) * (1 - share) + _between(core.guide_day, degrees) * share
    leaves = guide * sample["exposure_factor"]
    if core.day is None or core.night is None or core.probit is None:
        return {"threatened": leaves, "evacuated": leaves}
    there = _between(core.night, degrees) * (1 - share)[:, None] + _between(core.day, degrees) * share[:, None]
    there = there * sample["exposure_factor"][:, None]
    level = core.ln_bins[None, :] + shift(sample, core)[:, None]
    if core.pinned:
        level = np.maximum(level, core.ln_aegl2 + _BIN)
    # A step that the level falls into counts in part.
    threatened = (there * np.clip((level - core.ln_aegl2) / _BIN + 0.5, 0.0, 1.0)).sum(axis=1)
    indoors = sample["indoor_share"]
    exposed = 1 - indoors + indoors * sample["indoor_factor"]
    if "on_site_people" in sample:
        # Half of those at the site stand in the cloud, in the open.
        there = np.column_stack((there, sample["on_site_people"] / 2 / exposed))
        level = np.column_stack((level, core.site_ln + shift(sample, core)))
    probit = core.probit
    load = level + np.log(sample["lethality_factor"])[:, None]
    lethal = ndtr(probit.a + probit.b * (probit.n * load + math.log(core.reference_min)) - 5)
    dead = (there * lethal).sum(axis=1) * exposed
    ill = (there * poisoned_share(level, core, sample["poisoned_aegl2"], sample["poisoned_aegl3"])).sum(
        axis=1
    ) * exposed
    # People flee, shelter and are tougher than the levels take them to be: what real releases did, over what this says. Never more than
    # are there.
    most = there.sum(axis=1)
    dead = np.minimum(dead * sample["response_factor"], most)
    ill = np.minimum(np.maximum(ill * sample["response_factor"], dead), most)
    return {
        "poisoned": ill,
        "dead": dead,
        "threatened": threatened,
        "evacuated": np.maximum(leaves, 0.0),
    }


def by_direction(core: ToxicCore, day_share: float) -> Floats | None:
    """Persons at or above AEGL-2 at the medians for each direction that the cloud may take; None where nobody is counted."""
    if core.day is None or core.night is None:
        return None
    there = core.night + (core.day - core.night) * day_share
    return np.asarray(there[:, core.ln_bins >= core.ln_aegl2].sum(axis=1), dtype=np.float64)
