"""Landslide, debris flow, rockfall: how far it runs and which way, who is there, whom it buries, and how likely it is while it only threatens."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import shapely

from gis.geodesic import area_km2, east_north_km
from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground
from gis.hazards.landslide_formulas import REACHES, Reach, covered_m2
from gis.hazards.landslide_inputs import REACH_RESIDUAL, SPEC
from gis.hazards.landslide_runout import Way, along_the_gully, by_fall, entered_at_m, on_terrain, outline, outline_m2
from gis.hazards.landslide_trigger import Trigger, fails, trigger_of
from gis.hazards.landslide_words import limits_and_notes, lists_of
from gis.hazards.model import Case, Footprint, HazardModel, Prepared, Sample, Zone

_STEPS = 60
_FLOWS = ("debris_flow", "mudflow")
_NARROWEST_M, _WIDEST_M = 25.0, 300.0  # half the width of a corridor
_DIE = 0.4  # of those struck, at the medians: who got away by themselves is taken off
_BEYOND = 0.16  # one standard deviation beyond the median travel
_KIND_OF_CLASS = (("nd.geo.debris_flow", "debris_flow"), ("nd.geo.rockfall", "rockfall"), ("nd.geo", "landslide"))
_vector: Any = shapely


@dataclass(frozen=True, slots=True)
class SlideCore:
    """`lengths` (m) with the people reached by each, by day and night (None: nobody is counted). `drawn_m2`: area of an outline drawn by hand."""

    way: Way
    reach: Reach
    source_m: float
    given_height: bool
    height_m: float
    lengths: Floats
    day: Floats | None
    night: Floats | None
    drawn_m2: float | None
    threat: bool
    trigger: Trigger


def reach_of(case: Case) -> Reach:
    chosen = case.inputs.choice("movement")
    if chosen not in (None, "auto"):
        return REACHES[chosen]
    key = next((key for family, key in _KIND_OF_CLASS if case.class_key.startswith(family)), "landslide")
    return REACHES[key]


def way_of(case: Case, ground: Ground) -> Way:
    """On the terrain where heights are known and nobody has given the fall, flows along their gully; else by the height of fall."""
    azimuth = case.inputs.median("azimuth_deg") if case.inputs.is_known("azimuth_deg") else None
    heights, reach = ground.heights, reach_of(case)
    typed = case.inputs.is_given("fall_height_m")
    terrain = None if heights is None else on_terrain(heights, case.lon, case.lat, azimuth)
    if heights is not None and reach.key in _FLOWS and not typed:
        gully = along_the_gully(heights, case.lon, case.lat, azimuth)
        if gully is not None:
            volume = np.asarray([case.inputs.median("volume_m3")])
            length, covered = float(gully.length_m(reach.ratio(volume))[0]), float(covered_m2(volume)[0])
            return replace(gully, half_width_m=min(max(covered / (2 * length), _NARROWEST_M), _WIDEST_M))
    if terrain is not None and not typed:
        return terrain
    fallen = by_fall(case.inputs.median("fall_height_m"), azimuth)
    return fallen if terrain is None else replace(fallen, azimuth_deg=terrain.azimuth_deg, slope_deg=terrain.slope_deg)


class LandslideModel(HazardModel[SlideCore]):
    spec: ClassVar = SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[SlideCore]:
        reach = reach_of(case)
        way = way_of(case, ground)
        volume = case.inputs.median("volume_m3")
        source_m = max(volume ** (1 / 3), 15.0)
        core = SlideCore(
            way=way,
            reach=reach,
            source_m=source_m,
            given_height=not way.from_terrain,
            height_m=case.inputs.median("fall_height_m"),
            lengths=np.empty(0),
            day=None,
            night=None,
            drawn_m2=None if case.footprint is None else area_km2(case.footprint) * 1e6,
            threat=case.inputs.choice("state") == "threat",
            trigger=trigger_of(case, way),
        )
        core = _with_people(core, case, ground)
        zones, footprints = _areas(core, case)
        limits, assumptions, notes = limits_and_notes(case, core.way, core.reach, core.trigger, core.threat)
        return Prepared(zones, footprints, core, lists_of(case, ground, zones), limits, assumptions, notes)

    def losses(self, prepared: Prepared[SlideCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        if core.day is None or core.night is None:
            return {}
        volume = sample["volume_m3"]
        if core.drawn_m2 is None:
            length = travel_m(core, volume, sample["reach_residual"], sample["fall_height_m"])
            by_day = np.interp(length, core.lengths, core.day)
            by_night = np.interp(length, core.lengths, core.night)
            area = outline_m2(core.way, length, core.source_m)
        else:
            by_day, by_night = np.full(sample.n, core.day[0]), np.full(sample.n, core.night[0])
            area = np.full(sample.n, core.drawn_m2)
        there = (by_night + (by_day - by_night) * sample["day_share"]) * sample["exposure_factor"]
        left = np.maximum(there - sample["evacuated_people"], 0.0)
        covered = covered_m2(volume) * sample["covered_residual"]
        share = np.minimum(covered / np.maximum(area, 1.0), 1.0)
        struck = np.minimum(left * share * sample["clustering"], left) * (1 - sample["warned_share"])
        if core.threat:
            struck = np.where(fails(core.trigger, sample), struck, 0.0)
        dead = struck * sample["lethality"]
        return {
            "dead": np.floor(dead),
            "injured": np.floor((struck - dead) * sample["injured_share"]),
            "trapped": np.floor(struck * sample["trapped_share"]),
            "threatened": left,
        }


def travel_m(core: SlideCore, volume_m3: Floats, residual: Floats, height_m: Floats) -> Floats:
    """Horizontal travel in each draw: a residual above 1 means a flatter line of energy and a longer way. Not beyond the last length counted."""
    ratio = core.reach.ratio(volume_m3) / residual
    return np.maximum(height_m / ratio, 20.0) if core.given_height else core.way.length_m(ratio)


def _spans(core: SlideCore, case: Case) -> tuple[float, float, float]:
    """(16 %, median, 84 %) of the travel: volume and residual together."""
    by_volume = abs(core.reach.b) * _spread_ln(case, "volume_m3")
    by_height = _spread_ln(case, "fall_height_m") if core.given_height else 0.0
    sigma = math.hypot(by_volume, by_height, REACH_RESIDUAL.dist.spread)
    volume, height = case.inputs.median("volume_m3"), case.inputs.median("fall_height_m")
    found = travel_m(core, np.full(3, volume), np.exp(sigma * np.asarray([-1.0, 0.0, 1.0])), np.full(3, height))
    return float(found[0]), float(found[1]), float(found[2])


def _spread_ln(case: Case, name: str) -> float:
    """Standard deviation of the logarithm of an input that is known, from its 84th percentile."""
    dist = case.inputs.dist(name)
    return 0.0 if dist is None or dist.kind == "exact" else math.log(dist.at(0.841345) / dist.centre)


def _areas(core: SlideCore, case: Case) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
    """Two zones: as far as it most likely gets, and as far as one case in six does. Strongest first."""
    covered = float(covered_m2(np.asarray([case.inputs.median("volume_m3")]))[0])
    if case.footprint is not None:
        harm = _DIE * min(covered / max(core.drawn_m2 or 1.0, 1.0), 1.0)
        zone = Zone("drawn", "人工圈定的影响范围", "area drawn by hand", 1.0, case.footprint, harm)
        return (zone,), (Footprint("drawn", zone.zh, zone.en, 1.0, "runout", case.footprint, basis="drawn"),)
    short, middle, far = (outline(core.way, case.lon, case.lat, length, core.source_m) for length in _spans(core, case))
    harm = _DIE * min(covered / max(area_km2(middle) * 1e6, 1.0), 1.0)
    zones = (
        Zone("likely", "很可能到达", "likely reached", 2.0, middle, harm),
        Zone("possible", "可能到达", "possibly reached", 1.0, far, harm * _BEYOND),
    )
    probability = core.trigger.probability if core.threat else 1.0
    return zones, (
        Footprint(
            "likely",
            zones[0].zh,
            zones[0].en,
            2.0,
            "runout",
            middle,
            short,
            far,
            probability=round(probability * 0.5, 3),
        ),
        Footprint(
            "possible", zones[1].zh, zones[1].en, 1.0, "runout", far, probability=round(probability * _BEYOND, 3)
        ),
    )


def _with_people(core: SlideCore, case: Case, ground: Ground) -> SlideCore:
    points = ground.points
    if points is None:
        return core
    if case.footprint is not None:
        sums = points.each([case.footprint])[0]
        day, night = float(sums.people_day.sum()), float(sums.people_night.sum())
        return replace(core, lengths=np.zeros(1), day=np.asarray([day]), night=np.asarray([night]))
    farthest = min(max(_spans(core, case)[2] * 4, 200.0), 40_000.0)
    degrees = farthest / 110_000
    wide = degrees / max(math.cos(math.radians(case.lat)), 0.01)
    near = ground.near(case.lon - wide, case.lat - degrees, case.lon + wide, case.lat + degrees)
    east, north = east_north_km(case.lon, case.lat, points.lon[near], points.lat[near])
    entered = entered_at_m(core.way, east, north, core.source_m)
    order = np.argsort(entered, kind="stable")
    lengths = np.concatenate(([0.0], np.geomspace(10.0, farthest, _STEPS)))
    at = np.searchsorted(entered[order], lengths, side="right")
    day = np.concatenate(([0.0], np.cumsum(points.day[near][order])))[at]
    night = np.concatenate(([0.0], np.cumsum(points.night[near][order])))[at]
    return replace(core, lengths=lengths, day=day, night=night)
