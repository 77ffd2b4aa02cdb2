"""Who could come: units with their newest position, as candidates for the nearest."""

from dataclasses import dataclass

from command.units.store import units_of_area
from gis.positions import positions
from spine.canonical import JsonObject
from spine.clock import iso_or_none
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something with a place, WGS 84 (None: no position known), and how it is shown."""

    id: str
    lon: float | None
    lat: float | None
    shown: JsonObject


async def unit_candidates(conn: Connection, statuses: set[str]) -> list[Candidate]:
    """Units of these statuses (empty: any), each at the newer of what it reported and where it was last seen, or at home."""
    newest = {str(row.unit_id): row for row in await positions(conn)}
    found: list[Candidate] = []
    for unit in sorted(await units_of_area(conn, ""), key=lambda unit: unit.call_sign):
        if statuses and unit.status not in statuses:
            continue
        lon, lat, seen_at = unit.lon, unit.lat, unit.seen_at
        telemetry = newest.get(str(unit.id))
        if telemetry is not None and (seen_at is None or telemetry.at > seen_at):
            lon, lat, seen_at = telemetry.lon, telemetry.lat, telemetry.at
        shown: JsonObject = {
            "id": str(unit.id),
            "kind": unit.kind,
            "name_zh": unit.call_sign,
            "name_en": unit.name_en or unit.call_sign,
            "call_sign": unit.call_sign,
            "department": unit.department,
            "status": unit.status,
            "crew": unit.crew,
            "phone": unit.phone,
            "area_code": unit.area_code,
            "point": None if lon is None or lat is None else {"lon": lon, "lat": lat, "origin": "WGS84"},
            "seen_at": iso_or_none(seen_at),
        }
        found.append(Candidate(str(unit.id), lon, lat, shown))
    return found
