"""How field units' own words are carried out: status, arrival, calls for help, notes from the field."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from psycopg.errors import SerializationFailure

from command.commands import PointIn, SetUnitStatus, UnitArrive, UnitNeedHelp, UnitNote
from command.orders import actions as task_rules
from command.orders.steps import HeldTask, act_of, hold_task, save_step, save_unit
from command.orders.task import Step
from command.publish import Publication
from command.transitions import unit_transitions
from command.units import store as unit_store
from command.units import unit as rules
from command.units.unit import Place, Unit, UnitStep
from gis.crs import Origin, to_wgs84
from gis.geometry import check_point
from incidents.summary import Held, add_note
from spine.authority import Allow, Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.files import StoredFile, find_files
from spine.principal import CITY, Role

_HELP_WORDS = {"people": "人员", "vehicle": "车辆", "medical": "医疗", "equipment": "装备器材", "road": "道路不通"}


@dataclass(frozen=True, slots=True)
class _HeldUnit:
    """A unit with the order that it speaks of, if any, under the lock of that order's incident."""

    unit: Unit
    order: HeldTask | None

    @property
    def own_order(self) -> HeldTask | None:
        """The order, as long as it is still the unit's."""
        return self.order if self.order is not None and self.order.task.unit_id == self.unit.id else None


class _NamesUnit(Protocol):
    @property
    def unit_id(self) -> UUID: ...
    @property
    def task_id(self) -> UUID | None: ...


async def _load_unit(tx: Transaction, command: Command[SetUnitStatus]) -> _HeldUnit:
    return _HeldUnit(await unit_store.lock_unit(tx.conn, command.data.unit_id), None)


async def _load(tx: Transaction, command: Command[Any]) -> _HeldUnit:
    """The incident is locked before the unit, so the unit's order is read first and looked at again afterwards."""
    data: _NamesUnit = command.data
    task_id = data.task_id or await unit_store.task_of_unit(tx.conn, data.unit_id)
    order = None if task_id is None else await hold_task(tx, task_id)
    unit = await unit_store.lock_unit(tx.conn, data.unit_id)
    if data.task_id is None and unit.task_id != task_id:
        raise SerializationFailure("the unit got another order meanwhile")  # carried out again from the start
    if order is not None and order.task.unit_id != unit.id and str(unit.id) not in order.held.units:
        raise Refused(
            "not_your_order",
            zh=f"任务 {order.task.no} 没有指派给 {unit.call_sign}。",
            en=f"Order {order.task.no} was never given to {unit.call_sign}.",
            field="data.task_id",
            status=403,
        )
    return _HeldUnit(unit, order)


def _scope(held: _HeldUnit) -> Scope:
    unit = held.unit
    return Scope(unit.area_code or CITY, frozenset({unit.department}), frozenset({str(unit.id)}))


def _place(point: PointIn | None) -> Place | None:
    if point is None:
        return None
    lon, lat = check_point(point.lon, point.lat, "data.point")
    lon, lat = to_wgs84(lon, lat, Origin(point.origin))
    return Place(round(lon, 7), round(lat, 7), point.origin)


def _about(unit: Unit, **more: Json) -> JsonObject:
    return {"unit_id": str(unit.id), "call_sign": unit.call_sign, "status": unit.status, **more}


async def _status(tx: Transaction, command: Command[SetUnitStatus], held: _HeldUnit) -> Outcome:
    step = rules.set_status(held.unit, act_of(tx, command), command.data.status)
    publication = Publication(
        "unit.status_changed", _about(step.unit, asked=command.data.status, late=step.late, moved=step.moved)
    )
    return await _carry(tx, held, step, None, publication)


async def _arrive(tx: Transaction, command: Command[UnitArrive], held: _HeldUnit) -> Outcome:
    act, place = act_of(tx, command), _place(command.data.point)
    step = rules.arrive(held.unit, act, place)
    own = held.own_order
    order_step = None if own is None else task_rules.arrive(own.task, act)
    publication = Publication("unit.arrived", _about(step.unit, **_order_words(held), late=step.late, moved=step.moved))
    await _note(tx, command, held, "arrival", f"{held.unit.call_sign} 到达现场。", place, publication)
    return await _carry(tx, held, step, order_step, publication)


async def _need_help(tx: Transaction, command: Command[UnitNeedHelp], held: _HeldUnit) -> Outcome:
    data, act, place = command.data, act_of(tx, command), _place(command.data.point)
    step = rules.ask_for_help(held.unit, act, data.kinds, data.text, place)
    own = held.own_order
    order_step = None if own is None else task_rules.ask_for_help(own.task, act, data.kinds, data.text)
    kinds: list[Json] = list(data.kinds)
    publication = Publication(
        "unit.needs_help", _about(step.unit, **_order_words(held), kinds=kinds, text=data.text, late=step.late)
    )
    words = f"{held.unit.call_sign} 请求支援：{'、'.join(_HELP_WORDS[kind] for kind in data.kinds)}。{data.text or ''}"
    await _note(tx, command, held, "help", words, place, publication)
    return await _carry(tx, held, step, order_step, publication)


async def _field_note(tx: Transaction, command: Command[UnitNote], held: _HeldUnit) -> Outcome:
    data, act, place = command.data, act_of(tx, command), _place(command.data.point)
    if not data.text.strip() and not data.files:
        raise Refused(
            "empty_note",
            zh="请写几个字，或附上照片、录音。",
            en="Write something, or add a photo or a recording.",
            field="data.text",
        )
    if held.order is None:
        raise Refused(
            "no_order",
            zh=f"{held.unit.call_sign} 目前没有任务，情况无法归入事件；请先选择任务。",
            en=f"{held.unit.call_sign} has no order now, so there is no incident to file this under; choose an order.",
            field="data.task_id",
        )
    files = await find_files(tx.conn, list(data.files))
    moved = rules.seen(held.unit, act, place)
    publication = Publication("unit.noted", _about(moved, **_order_words(held), text=data.text, files=len(files)))
    await _note(tx, command, held, _kind_of(files), data.text, place, publication, files)
    step = UnitStep(moved, moved=moved is not held.unit, late=False)
    return await _carry(tx, held, step, None, publication)


def _order_words(held: _HeldUnit) -> dict[str, Json]:
    return {"task_id": None if held.order is None else str(held.order.task.id)}


def _kind_of(files: list[StoredFile]) -> str:
    """A note is a photo or a voice note when that is all that it brings besides words."""
    kinds = {file.media_type.partition("/")[0] for file in files}
    return {frozenset({"image"}): "photo", frozenset({"audio"}): "voice"}.get(frozenset(kinds), "note")


async def _note(
    tx: Transaction,
    command: Command[Any],
    held: _HeldUnit,
    kind: str,
    text: str,
    place: Place | None,
    publication: Publication,
    files: list[StoredFile] | None = None,
) -> None:
    """What the unit says goes under the incident of its order; without one it stands on the board only."""
    if held.order is None:
        return
    now = await add_note(
        tx,
        held.order.held,
        note_id=command.id,
        kind=kind,
        text=text,
        by=command.by,
        occurred_at=command.occurred_at,
        files=files or (),
        task_id=held.order.task.id,
        unit_id=held.unit.id,
        point=None if place is None else (place.lon, place.lat, place.origin),
    )
    publication.lay(f"incident:{held.order.task.incident_id}", now)


async def _carry(
    tx: Transaction, held: _HeldUnit, step: UnitStep, order_step: Step | None, publication: Publication
) -> Outcome:
    """Save the unit and its order, and tell the boards, the department, the unit and the incident."""
    incident: Held | None = None
    if order_step is not None and held.order is not None and order_step.moved:
        incident = await save_step(tx, held.order.held, held.order.task, order_step, publication)
    if step.moved:
        await save_unit(tx, step.unit, publication)
    publication.tell(f"unit:{held.unit.id}")
    result: JsonObject = {
        "unit_id": str(step.unit.id),
        "status": step.unit.status,
        "late": step.late,
        "moved": step.moved,
    }
    return Outcome(publication.facts(incident), result)


_FIELD = allow(Role.FIELD_UNIT)
HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(SetUnitStatus, Allow(unit_transitions().who), _load_unit, _scope, _status),
    Handling(UnitArrive, _FIELD, _load, _scope, _arrive),
    Handling(UnitNeedHelp, _FIELD, _load, _scope, _need_help),
    Handling(UnitNote, _FIELD, _load, _scope, _field_note),
)
