"""How fences are carried out: drawn, lifted, and crossed by units."""

from dataclasses import dataclass
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from command.commands import CrossFence, DrawFence, LiftFence
from command.fences.fence import crossed, fence_object, require_standing
from command.publish import Publication
from command.units import store as unit_store
from command.units.unit import Unit
from gis import fence_store, store
from gis.fence_store import FenceRow, StateRow
from gis.geometry import AREAS, parse_geometry
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.picture import boards
from spine.principal import CITY, Role


@dataclass(frozen=True, slots=True)
class _ToDraw:
    area: BaseGeometry
    name: str
    name_en: str | None
    area_code: str | None
    incident: Held | None
    replaced: list[FenceRow]


async def _to_draw(tx: Transaction, command: Command[DrawFence]) -> _ToDraw:
    data = command.data
    incident = None if data.incident_id is None else await hold(tx, data.incident_id)
    if incident is not None:
        require_open(incident.incident)
    name, name_en = data.name, data.name_en
    if data.district is not None:
        found = await fence_store.district_area(tx.conn, data.district)
        if found is None:
            raise not_found("区划", "district", data.district, field="data.district")
        name, name_en, area = name or found[0], name_en or found[1], found[2]
        code: str | None = data.district
    elif data.geometry is not None:
        area = parse_geometry(data.geometry, "data.geometry", kinds=AREAS)
        middle = area.representative_point()
        holding = await store.areas_holding(tx.conn, middle.x, middle.y)
        code = next((one.code for one in holding if one.level == "county"), None)
    else:
        raise Refused(
            "fence_without_area",
            zh="请画出范围，或选择一个区划。",
            en="Draw an area, or choose a district.",
            field="data.geometry",
        )
    if not name:
        raise Refused("missing", zh="请给围栏一个名称。", en="Give the fence a name.", field="data.name")
    replaced: list[FenceRow] = []
    if data.incident_id is not None and data.basis in ("incident_area", "impact_area"):
        replaced = await fence_store.lock_fences_of(tx.conn, data.incident_id, data.basis)
    return _ToDraw(area, name, name_en, code, incident, replaced)


async def _draw(tx: Transaction, command: Command[DrawFence], drawn: _ToDraw) -> Outcome:
    data = command.data
    basis = "district" if data.district is not None else data.basis
    row = FenceRow(
        command.id, drawn.name, drawn.name_en, data.purpose, basis, data.incident_id, drawn.area_code, data.margin_m, tx.at,
        dict(command.by.as_by()), None, None, None, 1,
    )  # fmt: skip
    await fence_store.add_fence(tx.conn, row, drawn.area)
    publication = Publication("fence.drawn", _about(row))
    for old in drawn.replaced:
        await fence_store.lift(tx.conn, old.id, tx.at, dict(command.by.as_by()), "重新画定")
        publication.put(_streams(old), "fences", str(old.id), None)
    publication.put(_streams(row), "fences", str(row.id), fence_object(row))
    return Outcome(publication.facts(), {"fence_id": str(row.id)})


def _about(fence: FenceRow) -> JsonObject:
    return {
        "fence_id": str(fence.id),
        "name": fence.name,
        "name_en": fence.name_en,
        "purpose": fence.purpose,
        "incident_id": None if fence.incident_id is None else str(fence.incident_id),
    }


def _streams(fence: FenceRow) -> list[str]:
    incident = [] if fence.incident_id is None else [f"incident:{fence.incident_id}"]
    return [*boards(fence.area_code), *incident]


# --- lifting ---------------------------------------------------------------------------------------------------------------


async def _to_lift(tx: Transaction, command: Command[LiftFence]) -> list[FenceRow]:
    data = command.data
    if data.fence_id is not None:
        fence = await fence_store.lock_fence(tx.conn, data.fence_id)
        if fence is None:
            raise not_found("围栏", "fence", str(data.fence_id), field="data.fence_id")
        require_standing(fence)
        return [fence]
    if data.incident_id is None:
        raise Refused("missing", zh="请指明围栏。", en="Say which fence.", field="data.fence_id")
    return await fence_store.lock_fences_of(tx.conn, data.incident_id, data.basis)


def _area_of(fences: list[FenceRow]) -> Scope:
    return Scope(fences[0].area_code or CITY) if fences else Scope(CITY)


async def _lift(tx: Transaction, command: Command[LiftFence], fences: list[FenceRow]) -> Outcome:
    if not fences:
        raise Refused(
            "no_fence", zh="没有需要解除的围栏。", en="There is no fence to lift.", field="data.incident_id", status=409
        )
    facts: list[NewFact] = []
    for fence in fences:
        await fence_store.lift(tx.conn, fence.id, tx.at, dict(command.by.as_by()), command.data.reason)
        publication = Publication(
            "fence.lifted", {**_about(fence), "reason": command.data.reason, "reason_en": command.data.reason_en}
        )
        publication.put(_streams(fence), "fences", str(fence.id), None)
        facts += publication.facts()
    lifted: list[Json] = [str(fence.id) for fence in fences]
    return Outcome(facts, {"lifted": lifted})


# --- crossing --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passage:
    fence: FenceRow
    unit: Unit | None
    state: StateRow


async def _passage(tx: Transaction, command: Command[CrossFence]) -> _Passage:
    data = command.data
    fence = await fence_store.find_fence(tx.conn, data.fence_id)
    if fence is None:
        raise not_found("围栏", "fence", str(data.fence_id), field="data.fence_id")
    require_standing(fence)
    units = await unit_store.units_by_ids(tx.conn, [data.unit_id])
    return _Passage(fence, units[0] if units else None, await fence_store.hold_state(tx.conn, fence.id, data.unit_id))


async def _cross(tx: Transaction, command: Command[CrossFence], passage: _Passage) -> Outcome:
    data, fence, unit = command.data, passage.fence, passage.unit
    told = crossed(passage.state, data.what, command.occurred_at, late=data.late)
    await fence_store.save_state(tx.conn, fence.id, data.unit_id, told.state)
    about: JsonObject = {
        **_about(fence), "unit_id": str(data.unit_id), "call_sign": None if unit is None else unit.call_sign,
        "late": data.late, "lon": data.lon, "lat": data.lat,
    }  # fmt: skip
    publication = Publication(told.kind, about)
    publication.tell(*_streams(fence), *_unit_streams(data.unit_id, unit))
    return Outcome(publication.facts(), {"told": told.kind})


def _unit_streams(unit_id: UUID, unit: Unit | None) -> list[str]:
    """A position may come from a device that is no unit of ours: then only the boards are told."""
    return [] if unit is None else [f"unit:{unit_id}", f"department:{unit.department}"]


_DRAW = allow(Role.DUTY_OFFICER, Role.LEADER, Role.SYSTEM)
HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(DrawFence, _DRAW, _to_draw, lambda drawn: Scope(drawn.area_code or CITY), _draw),
    Handling(LiftFence, _DRAW, _to_lift, _area_of, _lift),
    Handling(CrossFence, allow(Role.SYSTEM), _passage, lambda p: Scope(p.fence.area_code or CITY), _cross),
)
