"""Readings for a score: from the site's own facts, and from what stands about it (people, schools, stations). Pure over what is in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely import Polygon

from gis.geodesic import destination, distance_m, many_metres
from gis.hazards.ground import Facility, Ground
from incidents.register.major_hazard import beta_sum
from incidents.register.reading import Reading, number
from incidents.register.rules import Input, RegisterRules, SiteKind
from incidents.register.site import Site, substances_of

_CORNERS = 72
_RANGES = ((1000, 0.10), (100, 0.25), (0, 0.50))
"""How far a sum of exposure points may be off, by how many points it is of: as gis/exposure/count.py has it (judgement)."""
_SENSITIVE = ("school", "hospital", "tcm_hospital", "clinic")
_SIZES = {"school": "students", "hospital": "beds", "tcm_hospital": "beds", "clinic": "beds"}
_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is about the sites. `hazards`: the register's own that may break loose. The facilities' date, source and whether they are
    made up are those of their layer."""

    ground: Ground
    hazards: Sequence[Site]
    facilities_date: date | None
    facilities_source: tuple[str, str]
    facilities_illustrative: bool


def circle(lon: float, lat: float, metres: float) -> Polygon:
    """A circle on the ellipsoid as a polygon of 72 corners: its area is 0.13 % less than the circle's."""
    return Polygon([destination(lon, lat, 360 * corner / _CORNERS, metres) for corner in range(_CORNERS)])


def readings_of(rules: RegisterRules, kind: SiteKind, site: Site, about: Surroundings) -> dict[str, Reading]:
    """By indicator; what is not known is left out."""
    found: dict[str, Reading] = {}
    for key in kind.indicators:
        reading = _read(rules, rules.indicators[key].input, site, about)
        if reading is not None:
            found[key] = reading
    return found


def _read(rules: RegisterRules, asked: Input, site: Site, about: Surroundings) -> Reading | None:
    if asked.property is not None:
        return own_reading(site, asked.property)
    if asked.substances is not None:
        held = substances_of(site)
        total = None if held is None else beta_sum(rules, held)
        return (
            None if total is None else number(total, _own_source(site), site.surveyed_on, illustrative=site.mark == "I")
        )
    if asked.nearest is not None:
        return _nearest(asked.nearest, site, about)
    metres = asked.metres or 0.0
    match asked.around:
        case "people_night" | "people_day":
            return people_within(site.lon, site.lat, metres, about, night=asked.around == "people_night")
        case "hazards":
            near = [one for one in about.hazards if one.id != site.id and _within(site, one, metres)]
            dates = [one.surveyed_on for one in near if one.surveyed_on is not None]
            on = min(dates) if dates and len(dates) == len(near) else None
            return number(
                len(near), ("风险登记册", "the register"), on, illustrative=any(one.mark == "I" for one in near)
            )
        case _:
            return _facilities_within(asked.around == "helpless", site, metres, about)


def _own_source(site: Site) -> tuple[str, str]:
    return (site.source, site.source_en or site.source)


def own_reading(site: Site, name: str) -> Reading | None:
    """A property of the site; None when it is not known. Dated by the survey."""
    value = site.properties.get(name)
    source, illustrative = _own_source(site), site.mark == "I"
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return number(float(value), source, site.surveyed_on, illustrative=illustrative)
    if isinstance(value, str):
        return Reading(
            choice=value, source_zh=source[0], source_en=source[1], dated=site.surveyed_on, illustrative=illustrative
        )
    return None


def people_within(lon: float, lat: float, metres: float, about: Surroundings, *, night: bool = True) -> Reading | None:
    """People in the circle; None where nobody has counted: no exposure is loaded, or the circle lies outside what it speaks for."""
    points, basis, city = about.ground.points, about.ground.basis, about.ground.city
    if points is None:
        return None
    round_it = circle(lon, lat, metres)
    if city is not None and not _vector.intersects(city, round_it):
        return None
    sums = points.each([round_it])[0]
    value = float((sums.people_night if night else sums.people_day).sum())
    count = int(sums.points.sum())
    off = next(off for least, off in _RANGES if count >= least)
    low, high = value * (1 - off), value * (1 + off)
    on = None if basis.date is None else date.fromisoformat(basis.date)
    return Reading(low, value, high, None, basis.source_zh, basis.source_en, on, basis.synthetic)


def _within(site: Site, other: Site, metres: float) -> bool:
    return distance_m(site.lon, site.lat, other.lon, other.lat) <= metres


def _facility_reading(low: float, value: float, high: float, about: Surroundings) -> Reading:
    zh, en = about.facilities_source
    return Reading(low, value, high, None, zh, en, about.facilities_date, about.facilities_illustrative)


def _near(kinds: Sequence[str], site: Site, about: Surroundings) -> tuple[list[Facility], list[float]]:
    others = [one for one in about.ground.facilities if one.kind in kinds and one.id != site.facility_code]
    if not others:
        return [], []
    lons, lats = np.asarray([one.lon for one in others]), np.asarray([one.lat for one in others])
    return others, many_metres(site.lon, site.lat, lons, lats).tolist()


def _nearest(kinds: Sequence[str], site: Site, about: Surroundings) -> Reading | None:
    """Kilometres to the nearest of these kinds in a straight line; None when none is known anywhere."""
    _, metres = _near(kinds, site, about)
    if not metres:
        return None
    km = min(metres) / 1000
    return _facility_reading(km, km, km, about)


def _facilities_within(helpless: bool, site: Site, metres: float, about: Surroundings) -> Reading | None:
    """Schools and health facilities in the circle, or the pupils and beds in them; one whose size is not known makes it unknown."""
    if not about.ground.has_facilities:
        return None
    others, away = _near(_SENSITIVE, site, about)
    near = [one for one, distance in zip(others, away, strict=True) if distance <= metres]
    if not helpless:
        return _facility_reading(len(near), len(near), len(near), about)
    sizes = [facility_size(one.kind, one.properties) for one in near]
    if None in sizes:
        return None
    total = sum(size for size in sizes if size is not None)
    return _facility_reading(total, total, total, about)


def facility_size(kind: str, properties: Mapping[str, Any]) -> float | None:
    value = properties.get(_SIZES.get(kind, ""))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
