"""Earthquake: intensity zones, who is inside, and the reach of deaths, injured, collapsed rooms and people without shelter.

The footprint is the elliptical law of the zone (`earthquake_laws`), with the edges moved near the epicentre, the rupture's length from Ms 7
and a circle where the strike is not known; zones of instrument or surveyed intensity replace it. Deaths: `shaking_toll`, with PAGER beside it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.hazards import pager
from gis.hazards.distribution import Floats
from gis.hazards.earthquake_exposure import Shaken, observed, place_of, reach_km, shaken_by
from gis.hazards.earthquake_field import Field, Source
from gis.hazards.earthquake_inputs import SPEC
from gis.hazards.earthquake_laws import LAWS, rupture_length_km, zone_at
from gis.hazards.earthquake_lists import lists
from gis.hazards.earthquake_words import Told, limits_and_notes
from gis.hazards.ground import Ground
from gis.hazards.inputs import Shape
from gis.hazards.model import Case, Footprint, HazardModel, Prepared, Sample, Zone
from gis.hazards.shaking_damage import RESETTLED, collapse_shares, shares_at
from gis.hazards.shaking_toll import DEAD, INJURED, SHARED

ROMAN = {4: "Ⅳ", 5: "Ⅴ", 6: "Ⅵ", 7: "Ⅶ", 8: "Ⅷ", 9: "Ⅸ", 10: "Ⅹ", 11: "Ⅺ", 12: "Ⅻ"}
LATIN = {4: "IV", 5: "V", 6: "VI", 7: "VII", 8: "VIII", 9: "IX", 10: "X", 11: "XI", 12: "XII"}
WEAKEST_DRAWN = 6
# Where the zone of a degree is drawn, in the law's continuous intensity: official isoseismal maps lie so against the law (few, 2008–2023).
_EDGE = {4: 4.0, 5: 5.0, 6: 6.0, 7: 6.85}
_EDGE_ABOVE = -0.5
_OBSERVED_SIGMA = 0.25
_vector: Any = shapely


@dataclass(frozen=True, slots=True)
class QuakeCore:
    """`shaken` None: no exposure is loaded. `growth`: intensity per unit of magnitude; `sigma`: of the law, or of what was observed."""

    shaken: Shaken | None
    ms: float
    growth: float
    sigma: float
    least: float | None
    location: bool


def edge_of(level: int) -> float:
    """The continuous intensity at which the zone of this degree is drawn."""
    return _EDGE.get(level, level + _EDGE_ABOVE)


def field_of(case: Case) -> Field:
    """At the medians of the inputs."""
    ms = case.inputs.median("ms")
    chosen = case.inputs.choice("zone")
    key = zone_at(case.lon, case.lat) if chosen in (None, "auto") else chosen
    law = LAWS.get(key) if key is not None else None
    length = (
        case.inputs.median("rupture_length_km") if case.inputs.is_known("rupture_length_km") else rupture_length_km(ms)
    )
    azimuth = case.inputs.median("rupture_azimuth_deg") if case.inputs.is_known("rupture_azimuth_deg") else None
    return Field(Source(case.lon, case.lat, ms, max(case.inputs.median("depth_km"), 0.0), length, azimuth), law)


class EarthquakeModel(HazardModel[QuakeCore]):
    spec: ClassVar = SPEC

    def prepare(self, case: Case, ground: Ground) -> Prepared[QuakeCore]:
        field = field_of(case)
        shapes = case.inputs.shapes("intensity_zones")
        zones, footprints = _observed_zones(case, shapes) if shapes else _law_zones(case, field)
        core = QuakeCore(
            shaken=_shaken(case, ground, field, shapes),
            ms=case.inputs.median("ms"),
            growth=0.0 if shapes else field.growth,
            sigma=_OBSERVED_SIGMA if shapes else field.sigma,
            least=edge_of(int(zones[-1].level)) if case.footprint is not None and zones else None,
            location=not shapes,
        )
        limits, assumptions, notes = limits_and_notes(case, field, Told(bool(shapes), _median_people(core)))
        return Prepared(zones, footprints, core, lists(zones, ground), limits, assumptions, notes)

    def losses(self, prepared: Prepared[QuakeCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        if core.shaken is None:
            return {}
        shift = core.growth * (sample["ms"] - core.ms) + core.sigma * sample["law_residual"]
        still = np.zeros(sample.n)
        place = (
            place_of(sample["epicentre_east"], sample["epicentre_north"]) if core.location else place_of(still, still)
        )
        share, factor = sample["day_share"], sample["exposure_factor"]
        people = core.shaken.people(place, share, shift, core.least) * factor[:, None]
        dead = DEAD.count(people, sample["dead_residual"])
        other = SHARED * sample["dead_residual"] + math.sqrt(1 - SHARED**2) * sample["injured_residual"]
        exposed = people.sum(axis=1)
        rural = np.clip(sample["rural_share"], 0.0, 1.0)
        collapse = people @ collapse_shares(1.0) * rural + people @ collapse_shares(0.0) * (1 - rural)
        collapsed = np.minimum(collapse * sample["collapse_factor"], exposed)
        resettled = np.minimum(people @ shares_at(RESETTLED) * sample["resettled_factor"], people[:, 1:].sum(axis=1))
        wealth = pager.WEALTH_PER_GDP * sample["gdp_per_head_yuan"] / 1e4
        lost = np.minimum(
            pager.expected(people, pager.CHINA_ECONOMY) * np.exp(pager.CHINA_ECONOMY.g * sample["loss_residual"]),
            exposed,
        )
        dead = np.minimum(dead, np.floor(exposed))
        return {
            "dead": dead,
            "injured": np.minimum(INJURED.count(people, other), np.floor(exposed) - dead),
            "affected": core.shaken.above(edge_of(WEAKEST_DRAWN), place, share, shift, core.least) * factor,
            "resettled": resettled,
            "collapsed_rooms": collapsed * sample["rooms_per_person"],
            "loss_wan": lost * wealth,
        }


def _harm(level: float) -> float:
    return float(DEAD.rates()[min(max(round(level), 5), 9) - 5])


def _zone(level: int, polygon: BaseGeometry) -> Zone:
    return Zone(f"i{level}", f"{ROMAN[level]}度区", f"intensity {LATIN[level]}", float(level), polygon, _harm(level))


def _law_zones(case: Case, field: Field) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
    """From Ⅵ up; where Ⅵ is not reached, the strongest degree that is, so that there is an area to look at."""
    reached = [level for level in range(4, 13) if field.outline(edge_of(level)) is not None]
    drawn = [level for level in reached if level >= WEAKEST_DRAWN] or reached[-1:]
    zones: list[Zone] = []
    footprints: list[Footprint] = []
    weakest = drawn[0] if drawn else None
    for level in reversed(drawn):
        edge = edge_of(level)
        lines = [field.outline(edge), field.outline(edge + field.sigma), field.outline(edge - field.sigma)]
        cut = [_cut(case, line, whole=level == weakest) for line in lines]
        polygon, inner, outer = cut
        if polygon is None:
            continue
        zone = _zone(level, polygon)
        zones.append(zone)
        by_hand = case.footprint is not None
        footprints.append(
            Footprint(
                zone.key, zone.zh, zone.en, zone.level, "zone", polygon, None if by_hand else inner, None if by_hand else outer,
                basis="drawn" if by_hand else "model",
            )
        )  # fmt: skip
    return tuple(zones), tuple(footprints)


def _cut(case: Case, line: BaseGeometry | None, *, whole: bool) -> BaseGeometry | None:
    """Inside the outline drawn by a person, if one is: the weakest zone is all of it, the others what of them lies in it."""
    if case.footprint is None or line is None:
        return line
    if whole:
        return case.footprint
    part: BaseGeometry = _vector.intersection(line, case.footprint)
    return None if part.is_empty or part.area == 0 else part


def _observed_zones(case: Case, shapes: Sequence[Shape]) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
    """Each degree with all that is stronger; what was drawn for one degree counts for all weaker ones too."""
    by_level: dict[int, list[BaseGeometry]] = {}
    for shape in shapes:
        by_level.setdefault(math.floor((shape.value or 0.0) + 0.5), []).append(shape.geometry)
    zones: list[Zone] = []
    so_far: list[BaseGeometry] = []
    for level in sorted(by_level, reverse=True):
        so_far += by_level[level]
        union: BaseGeometry = _vector.union_all(so_far)
        polygon = _cut(case, union, whole=level == min(by_level))
        if polygon is not None:
            zones.append(_zone(level, polygon))
    return tuple(zones), tuple(
        Footprint(zone.key, zone.zh, zone.en, zone.level, "zone", zone.polygon, basis="observed") for zone in zones
    )


def _shaken(case: Case, ground: Ground, field: Field, shapes: Sequence[Shape]) -> Shaken | None:
    if ground.points is None:
        return None
    if case.footprint is not None:
        near = ground.near(*case.footprint.bounds)
        _vector.prepare(case.footprint)
        inside = np.asarray(
            _vector.intersects_xy(case.footprint, ground.points.lon[near], ground.points.lat[near]), dtype=np.bool_
        )
    else:
        inside = None
        near = ground.near(*_box(case, field, shapes))
    if not shapes:
        return shaken_by(field, ground.points, case.inputs.median("location_error_km"), inside, near)
    near = near if inside is None else near[inside]
    felt = np.zeros(len(near))
    for shape in shapes:
        _vector.prepare(shape.geometry)
        there = np.asarray(
            _vector.intersects_xy(shape.geometry, ground.points.lon[near], ground.points.lat[near]), dtype=np.bool_
        )
        felt = np.where(there, np.maximum(felt, shape.value or 0.0), felt)
    return observed(felt, ground.points.day[near], ground.points.night[near])


def _box(case: Case, field: Field, shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    if shapes:
        bounds = _vector.total_bounds([shape.geometry for shape in shapes])
        west, south, east, north = (float(value) for value in bounds)
        return west, south, east, north
    degrees = reach_km(field, case.inputs.median("location_error_km")) / 110.0
    wide = degrees / max(math.cos(math.radians(case.lat)), 0.05)
    return case.lon - wide, case.lat - degrees, case.lon + wide, case.lat + degrees


def _median_people(core: QuakeCore) -> Floats | None:
    """Persons at V … IX by night at the medians: for PAGER's opinion."""
    if core.shaken is None:
        return None
    zero = np.zeros(1)
    return core.shaken.people(place_of(zero, zero), zero, zero, core.least)[0]
