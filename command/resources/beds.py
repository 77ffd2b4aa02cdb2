"""Hospital beds by ward kind (医院床位), in the terms of EDXL-HAVE. Pure. What nobody reported is unknown, not zero."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from command.orders.task import Act
from command.resources.commands import WardBeds
from command.rulebook import STRICT, read_rules
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none
from spine.errors import Refused

Emergency = Literal["open", "limited", "diverting"]


@dataclass(frozen=True, slots=True)
class WardKind:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    edxl: str


@dataclass(frozen=True, slots=True)
class WardRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    stale_hours: int
    wards: dict[str, WardKind]


@cache
def ward_rules() -> WardRules:
    return read_rules(Path(__file__).parent.parent / "rules" / "wards.yaml", WardRules)


@dataclass(frozen=True, slots=True)
class Beds:
    """One ward kind's beds: in all (baseline), free now, and what can be added within 24 h. None is not known."""

    total: int | None
    available: int | None
    extra_24h: int | None
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hospital:
    code: str
    zh: str
    en: str
    level: str | None
    area_code: str
    department: str
    lon: float
    lat: float
    emergency: Emergency | None
    reported_at: datetime | None
    reported_by: JsonObject | None
    illustrative: bool
    version: int
    wards: Mapping[str, Beds]


def report(hospital: Hospital, act: Act, wards: Mapping[str, WardBeds], emergency: Emergency | None) -> Hospital:
    """The hospital with what was reported; wards that are not named keep what they had, a report older than theirs moves nothing.

    Raises Refused `unknown_ward`, `more_beds_than_there_are`.
    """
    known = ward_rules().wards
    said = min(act.occurred_at, act.at)
    changed = dict(hospital.wards)
    for ward, beds in wards.items():
        if ward not in known:
            raise Refused(
                "unknown_ward",
                zh=f"没有“{ward}”这类床位；可用：{'、'.join(k.zh for k in known.values())}。",
                en=f"There is no ward kind '{ward}'; there are {', '.join(known)}.",
                field=f"data.wards.{ward}",
            )
        before = hospital.wards.get(ward, Beds(None, None, None, None))
        total = before.total if beds.total is None else beds.total
        if beds.available is not None and total is not None and beds.available > total:
            word = known[ward]
            raise Refused(
                "more_beds_than_there_are",
                zh=f"{word.zh}空床 {beds.available} 张，多于核定 {total} 张，请核对。",
                en=f"{beds.available} free beds ({word.en}) are more than the {total} there are. Check the numbers.",
                field=f"data.wards.{ward}.available",
            )
        if before.reported_at is None or said >= before.reported_at:
            changed[ward] = Beds(total, beds.available, beds.extra_24h, said)
    newest = hospital.reported_at is None or said >= hospital.reported_at
    return replace(
        hospital,
        wards=changed,
        emergency=emergency if newest and emergency is not None else hospital.emergency,
        reported_at=said if newest else hospital.reported_at,
        reported_by=act.by if newest else hospital.reported_by,
        version=hospital.version + 1,
    )


def hospital_object(hospital: Hospital) -> JsonObject:
    wards: dict[str, Json] = {
        ward: {
            "total": beds.total,
            "available": beds.available,
            "extra_24h": beds.extra_24h,
            "reported_at": iso_or_none(beds.reported_at),
        }
        for ward, beds in hospital.wards.items()
    }
    return {
        "id": hospital.code,
        "name_zh": hospital.zh,
        "name_en": hospital.en,
        "level": hospital.level,
        "area_code": hospital.area_code,
        "department": hospital.department,
        "point": {"lon": hospital.lon, "lat": hospital.lat, "origin": "WGS84"},
        "emergency": hospital.emergency,
        "reported_at": iso_or_none(hospital.reported_at),
        "reported_by": hospital.reported_by,
        "wards": wards,
        "illustrative": hospital.illustrative,
        "version": hospital.version,
    }
