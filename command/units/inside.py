"""Which field units are inside an area, as far as somebody may see units at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from command.units.store import units_by_ids, units_of_area, units_of_department
from command.units.unit import Unit
from gis.positions import positions
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.command import Connection
from spine.principal import CITY, Principal


@dataclass(frozen=True, slots=True)
class UnitsInside:
    """`without_position`: units that may be inside and of which nobody knows where they are."""

    units: Sequence[Json]
    by_status: dict[str, Json]
    without_position: int
    considered: int


async def units_seen_by(conn: Connection, principal: Principal) -> dict[UUID, Unit]:
    """Those of the areas that somebody oversees, of his department, and his own."""
    seen: dict[UUID, Unit] = {}
    for grant in principal.grants:
        if grant.role in OVERSEERS:
            rows = await units_of_area(conn, "" if grant.area == CITY else grant.area)
        elif grant.department is not None:
            rows = await units_of_department(conn, grant.department)
        elif grant.unit is not None:
            rows = await units_by_ids(conn, [UUID(grant.unit)])
        else:
            rows = []
        seen |= {unit.id: unit for unit in rows}
    return seen


async def units_inside(conn: Connection, principal: Principal, area: BaseGeometry) -> UnitsInside:
    """By the newest position known: what a unit's device reported, else where it last said it was, else its home."""
    seen = await units_seen_by(conn, principal)
    told = {position.unit_id: position for position in await positions(conn, list(seen))} if seen else {}
    shapely.prepare(area)
    found: list[Json] = []
    by_status: dict[str, Json] = {}
    unknown = 0
    for unit in sorted(seen.values(), key=lambda one: (one.status, one.call_sign)):
        position = told.get(unit.id)
        if position is not None and (unit.seen_at is None or position.at >= unit.seen_at):
            lon, lat, at = position.lon, position.lat, position.at
        elif unit.lon is not None and unit.lat is not None:
            lon, lat, at = unit.lon, unit.lat, unit.seen_at
        else:
            unknown += 1
            continue
        if not bool(shapely.intersects_xy(area, lon, lat)):
            continue
        count = by_status.get(unit.status, 0)
        by_status[unit.status] = (count if isinstance(count, int) else 0) + 1
        found.append(
            {
                "id": str(unit.id),
                "call_sign": unit.call_sign,
                "kind": unit.kind,
                "department": unit.department,
                "status": unit.status,
                "crew": unit.crew,
                "phone": unit.phone,
                "lon": lon,
                "lat": lat,
                "at": None if at is None else iso(at),
            }
        )
    return UnitsInside(found, by_status, unknown, len(seen))
