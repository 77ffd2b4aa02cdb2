"""A call: what somebody told the duty room, in his own words, with what was understood of it (pure)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from spine.canonical import Json, JsonObject
from spine.clock import iso


@dataclass(frozen=True, slots=True)
class Call:
    id: UUID
    no: str
    caller_name: str | None
    caller_phone: str | None
    source: str
    text: str
    place: str | None
    lon: float | None
    lat: float | None
    origin: str | None
    area_code: str | None
    class_key: str | None
    figures: dict[str, Json]
    occurred_at: datetime
    received_at: datetime
    by: dict[str, Json]
    missing: list[str]
    state: str
    incident_id: UUID | None
    version: int


def missing_fields(
    *, class_key: str | None, place: str | None, has_point: bool, figures: bool, caller: bool, trend: bool
) -> list[str]:
    """What a first report still lacks of what a call should bring: kind, place, consequences, who says so, trend."""
    lacking = {
        "class_key": class_key is None,
        "place": place is None and not has_point,
        "figures": not figures,
        "caller": not caller,
        "trend": not trend,
    }
    return [name for name, lacks in lacking.items() if lacks]


def call_object(call: Call) -> JsonObject:
    return {
        "id": str(call.id),
        "no": call.no,
        "caller_name": call.caller_name,
        "caller_phone": call.caller_phone,
        "source": call.source,
        "text": call.text,
        "place": call.place,
        "point": point_object(call.lon, call.lat, call.origin),
        "area_code": call.area_code,
        "class_key": call.class_key,
        "figures": call.figures,
        "occurred_at": iso(call.occurred_at),
        "received_at": iso(call.received_at),
        "by": call.by,
        "missing": call.missing,
        "state": call.state,
        "incident_id": None if call.incident_id is None else str(call.incident_id),
        "version": call.version,
    }


def point_object(lon: float | None, lat: float | None, origin: str | None) -> JsonObject | None:
    """WGS 84 with the origin of the coordinates before conversion; None when it is not known where."""
    if lon is None or lat is None:
        return None
    return {"lon": lon, "lat": lat, "origin": origin or "WGS84"}
