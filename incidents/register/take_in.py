"""How a facility of the map becomes a site of the register: its kind, and what of its record is known by our names (pure)."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gis.facilities import FacilityRow
from incidents.register.rules import RegisterRules, SiteKind, Take
from incidents.register.site import Site
from spine.canonical import Json, encode
from spine.principal import Principal

_NAMESPACE = uuid.UUID("5b0e7a52-6d0c-4a43-9a3e-0f5b1f1f7a11")
"""So that a facility is the same site in every realm that is made from the same map."""


@dataclass(frozen=True, slots=True)
class FacilitySourceOf:
    """Whose the facility layer is, and of which day."""

    source: str
    source_en: str
    date: date | None


def site_id_of(code: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, code)


def kind_of(rules: RegisterRules, facility: FacilityRow) -> SiteKind | None:
    """The kind of site that a facility is; None: it is none of the register's."""
    for kind in rules.kinds:
        for source in kind.facilities:
            if source.kind == facility.kind and source.takes(facility.properties):
                return kind
    return None


def facility_kinds(rules: RegisterRules) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.kind for kind in rules.kinds for source in kind.facilities))


def print_of(facility: FacilityRow, source: FacilitySourceOf) -> str:
    """Digest of everything of the record that the register takes."""
    said: list[Json] = [
        facility.kind, facility.name_zh, facility.name_en, facility.area_code, facility.lon, facility.lat,
        dict(facility.properties), facility.mark, source.source, None if source.date is None else source.date.isoformat(),
    ]  # fmt: skip
    return hashlib.sha256(encode(said).encode()).hexdigest()


def known_of(rules: RegisterRules, kind: SiteKind, record: Mapping[str, Json]) -> dict[str, Json]:
    """What the record says, by our names; what it does not say, or says in words that are not ours, is not known."""
    found: dict[str, Json] = {}
    for name, take in kind.take.items():
        asked = rules.properties[name]
        value = record.get(take.from_)
        match asked.type:
            case "substances":
                taken: Json = _substances(rules, take, record)
            case "number":
                taken = _number(take, value, asked.low, asked.high)
            case "choice":
                taken = _choice(take, value, asked.choices or {}, record)
            case "text":
                taken = value if isinstance(value, str) and value else None
        if taken is not None:
            found[name] = taken
    return found


def _number(take: Take, value: Json, low: float | None, high: float | None) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    scaled = round(float(value) * take.times, 6)
    return scaled if (low is None or scaled >= low) and (high is None or scaled <= high) else None


def _choice(take: Take, value: Json, choices: Mapping[str, object], record: Mapping[str, Json]) -> str | None:
    if value is None:
        # A record that has the field, and has it empty, says "none" where that is an answer.
        return "none" if take.from_ in record and "none" in choices else None
    text = str(value)
    key = text if take.words is None else take.words.get(text, "")
    return key if key in choices else None


def _substances(rules: RegisterRules, take: Take, record: Mapping[str, Json]) -> Json:
    """By the words of the rules. The mass of a mixture is not shared out: whose it is, is then not known."""
    text = record.get(take.from_)
    if not isinstance(text, str):
        return None
    parts = [part.strip() for part in text.replace("，", "、").split("、") if part.strip()]
    named = [next((s for s in rules.major_hazard.substances if part in s.words), None) for part in parts]
    keys = [one.key for one in named if one is not None]
    if not keys:
        return None
    mass = record.get(take.mass or "")
    tonnes = float(mass) if isinstance(mass, int | float) and not isinstance(mass, bool) and len(parts) == 1 else None
    return [{"key": key, "mass_t": tonnes} for key in keys]


def site_from(
    rules: RegisterRules, kind: SiteKind, facility: FacilityRow, source: FacilitySourceOf, by: Principal, at: datetime
) -> Site:
    """The first version of a facility's site."""
    return Site(
        id=site_id_of(facility.code),
        facility_code=facility.code,
        facility_print=print_of(facility, source),
        kind=kind.key,
        name=facility.name_zh,
        name_en=facility.name_en or None,
        lon=round(facility.lon, 7),
        lat=round(facility.lat, 7),
        origin="WGS84",
        area_code=facility.area_code,
        owner=None,
        department=None,
        surveyed_on=source.date,
        properties=known_of(rules, kind, facility.properties),
        source=source.source,
        source_en=source.source_en,
        mark=facility.mark,
        retired=False,
        entered_by=by.as_by(),
        entered_at=at,
        changed_by=by.as_by(),
        changed_at=at,
        reason="自设施图层取入",
        recompute_at=None,
        version=1,
    )
