"""The units that dispatch chooses among, with their newest position, their order and their hours, read from the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from command import store
from command.dispatch.rest import rest_of
from command.dispatch.rules import DispatchRules
from command.dispatch.shape import Blocked, Force
from command.units.unit import Unit
from gis.positions import positions
from spine.db import Connection


async def forces(
    conn: Connection, units: Mapping[UUID, Unit], now: datetime, rules: DispatchRules, exclude: Collection[UUID] = ()
) -> list[Force]:
    """Each at the newer of what its device reported and where it last said it was, or at home. One of which no position is known
    at all is left out."""
    newest = {row.unit_id: row for row in await positions(conn, list(units))} if units else {}
    orders = {
        task.id: task.no for task in await store.tasks_by_ids(conn, [u.task_id for u in units.values() if u.task_id])
    }
    found: list[Force] = []
    for unit in sorted(units.values(), key=lambda one: one.call_sign):
        lon, lat, seen_at = unit.lon, unit.lat, unit.seen_at
        told = newest.get(unit.id)
        if told is not None and (seen_at is None or told.at > seen_at):
            lon, lat, seen_at = told.lon, told.lat, told.at
        if lon is None or lat is None:
            continue
        found.append(
            Force(
                id=str(unit.id),
                call_sign=unit.call_sign,
                name_en=unit.name_en or unit.call_sign,
                kind=unit.kind,
                department=unit.department,
                capabilities=frozenset(unit.capabilities),
                crew=unit.crew,
                area_code=unit.area_code,
                lon=lon,
                lat=lat,
                seen_at=seen_at,
                out=unit.status != "available",
                version=unit.version,
                rest=rest_of(unit, now, rules),
                blocked=blocked(unit, unit.id in exclude),
                task_id=None if unit.task_id is None else str(unit.task_id),
                task_no=None if unit.task_id is None else orders.get(unit.task_id),
            )
        )
    return found


def blocked(unit: Unit, excluded: bool = False) -> Blocked | None:
    """Why a unit cannot be sent now, None: it can. The same rule that `command.unit.dispatch` refuses by."""
    if unit.status == "out_of_service":
        return "out_of_service"
    if unit.task_id is not None:
        return "busy"
    return "excluded" if excluded else None
