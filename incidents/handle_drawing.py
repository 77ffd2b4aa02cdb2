"""Carrying out what is asked for about drawings: draw, change, delete, restore an earlier version."""

from dataclasses import dataclass
from uuid import UUID

from gis.drawn_shape import DrawnShape, drawn_shape, km_outside
from incidents import drawing_store
from incidents.drawing import (
    Action,
    Drawing,
    changed_drawing,
    deleted_drawing,
    drawing_department,
    drawing_object,
    new_drawing,
    require_may_change,
    require_there,
    require_version,
    restored_drawing,
    version_of,
)
from incidents.drawing_commands import ChangeDrawing, DeleteDrawing, Draw, RestoreDrawing
from incidents.drawing_kinds import DrawingKind, drawing_kinds
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.picture import boards
from spine.principal import Role


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a drawing belongs: a locked incident, or the board of an area."""

    held: Held | None
    area_code: str

    def scope(self) -> Scope:
        return Scope(self.area_code) if self.held is None else self.held.scope()


@dataclass(frozen=True, slots=True)
class Found:
    """A locked drawing and where it belongs."""

    drawing: Drawing
    sheet: Sheet


async def _sheet(tx: Transaction, incident_id: UUID | None, area_code: str | None) -> Sheet:
    """Raises Refused `drawing_place` unless exactly one is given, `not_found` for no such incident."""
    if (incident_id is None) == (area_code is None):
        raise Refused(
            "drawing_place",
            zh="标绘须属于一个事件（incident_id）或一个区域的总览（area_code），二者择一。",
            en="A drawing belongs to an incident (incident_id) or to a board (area_code): give one of them.",
            field="data.incident_id",
        )
    if incident_id is None:
        return Sheet(None, area_code or "")
    held = await hold(tx, incident_id)
    return Sheet(held, held.incident.area_code)


async def _find(tx: Transaction, drawing_id: UUID) -> Found:
    """The incident's row is locked before the drawing's, as everywhere."""
    before = await drawing_store.find_drawing(tx.conn, drawing_id)
    if before is None:
        raise not_found("标绘", "drawing", str(drawing_id), field="data.drawing_id")
    sheet = await _sheet(tx, before.incident_id, before.area_code)
    drawing = await drawing_store.lock_drawing(tx.conn, drawing_id)
    if drawing is None:
        raise AssertionError("a drawing's row is never taken away")
    return Found(drawing, sheet)


def _changeable(found: Found) -> None:
    if found.sheet.held is not None:
        require_open(found.sheet.held.incident)


async def _saved(
    tx: Transaction, sheet: Sheet, drawing: Drawing, action: Action, of_version: int | None = None
) -> Outcome:
    saved = await drawing_store.save_drawing(tx.conn, drawing, version_of(drawing, action, of_version))
    return Outcome(
        drawing_facts(sheet, saved, f"drawing.{action}", of_version),
        {"drawing_id": str(saved.id), "version": saved.version},
    )


def drawing_facts(sheet: Sheet, drawing: Drawing, kind: str, of_version: int | None = None) -> list[NewFact]:
    """One fact for the incident, and one for each board on which the drawing stands."""
    shown = drawing_object(drawing)
    now: dict[str, dict[str, Json]] = {"drawings": {str(drawing.id): None if drawing.deleted else shown}}
    told: dict[str, Json] = {
        "drawing_id": str(drawing.id),
        "kind": drawing.kind,
        "kind_zh": shown["kind_zh"],
        "kind_en": shown["kind_en"],
        "name": drawing.name,
        "version": drawing.version,
        "length_m": drawing.length_m,
        "area_m2": drawing.area_m2,
    }
    if of_version is not None:
        told["of_version"] = of_version
    facts: list[NewFact] = []
    common: JsonObject = told
    if sheet.held is not None:
        key = str(sheet.held.incident.id)
        facts.append(NewFact(f"incident:{key}", kind, told, now=now))
        common = {"incident_id": key, **told}
    if drawing.on_board:
        facts += [NewFact(stream, kind, common, now=now) for stream in boards(sheet.area_code)]
    return facts


# --- drawing and changing ----------------------------------------------------------------------------------------


async def _shape(tx: Transaction, geometry: Json, kind: DrawingKind, meant: bool) -> DrawnShape:
    """Raises Refused for what cannot be drawn, and `outside_region` until the sender says that it is meant."""
    shape = drawn_shape(geometry, kinds=kind.geometry_kinds())
    km = None if meant else await km_outside(tx.conn, shape)
    if km is not None and km > drawing_kinds().ask_beyond_km:
        raise Refused(
            "outside_region",
            zh=f"图形超出本市范围约 {km:.0f} 千米，请核对；确实需要时请确认后再提交。",
            en=f"The shape reaches about {km:.0f} km beyond the city. Check it; confirm if it is meant.",
            field="data.geometry",
            km=round(km, 1),
            confirm="outside_region",
        )
    return shape


async def _hold_drawn(tx: Transaction, command: Command[Draw]) -> Sheet:
    return await _sheet(tx, command.data.incident_id, command.data.area_code)


async def _draw(tx: Transaction, command: Command[Draw], sheet: Sheet) -> Outcome:
    data, kinds = command.data, drawing_kinds()
    if sheet.held is not None:
        require_open(sheet.held.incident)
    kind = kinds.need(data.drawing_kind, "data.drawing_kind")
    department = drawing_department(command.by, sheet.scope(), kind)
    shape = await _shape(tx, data.geometry, kind, data.outside_region)
    drawing = new_drawing(command.id, data, kind, shape, command.by, tx.at, department)
    await _require_room(tx, drawing)
    return await _saved(tx, sheet, drawing, "drawn")


async def _require_room(tx: Transaction, drawing: Drawing) -> None:
    kinds = drawing_kinds()
    most = kinds.most_per_board if drawing.incident_id is None else kinds.most_per_incident
    standing = await drawing_store.count_drawings(tx.conn, incident_id=drawing.incident_id, area_code=drawing.area_code)
    if standing >= most:
        raise Refused(
            "too_many_drawings",
            zh=f"这里已有 {standing} 个标绘，最多 {most} 个，请先删除不用的。",
            en=f"There are {standing} drawings here and at most {most} are kept. Delete what is not needed.",
            field="data",
            status=409,
            final=False,
            most=most,
        )


async def _hold_changed(tx: Transaction, command: Command[ChangeDrawing]) -> Found:
    return await _find(tx, command.data.drawing_id)


async def _change(tx: Transaction, command: Command[ChangeDrawing], found: Found) -> Outcome:
    data, drawing = command.data, found.drawing
    _changeable(found)
    require_may_change(drawing, command.by, found.sheet.scope())
    require_version(drawing, data.expect)
    require_there(drawing)
    kind = drawing_kinds().need(drawing.kind)
    shape = None if data.geometry is None else await _shape(tx, data.geometry, kind, data.outside_region)
    changed = changed_drawing(drawing, data, shape, command.by, tx.at)
    return await _saved(tx, found.sheet, changed, "changed")


# --- deleting and restoring --------------------------------------------------------------------------------------


async def _hold_deleted(tx: Transaction, command: Command[DeleteDrawing]) -> Found:
    return await _find(tx, command.data.drawing_id)


async def _delete(tx: Transaction, command: Command[DeleteDrawing], found: Found) -> Outcome:
    _changeable(found)
    require_may_change(found.drawing, command.by, found.sheet.scope())
    require_version(found.drawing, command.data.expect)
    require_there(found.drawing)
    return await _saved(tx, found.sheet, deleted_drawing(found.drawing, command.by, tx.at), "deleted")


async def _hold_restored(tx: Transaction, command: Command[RestoreDrawing]) -> Found:
    return await _find(tx, command.data.drawing_id)


async def _restore(tx: Transaction, command: Command[RestoreDrawing], found: Found) -> Outcome:
    data, drawing = command.data, found.drawing
    _changeable(found)
    require_may_change(drawing, command.by, found.sheet.scope())
    require_version(drawing, data.expect)
    earlier = await drawing_store.find_version(tx.conn, drawing.id, data.version)
    if earlier is None:
        raise not_found("版本", "version", str(data.version), field="data.version")
    restored = restored_drawing(drawing, earlier, command.by, tx.at)
    if drawing.deleted and not restored.deleted:
        await _require_room(tx, restored)
    return await _saved(tx, found.sheet, restored, "restored", data.version)


_WHO = allow(Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT)


def _of_found(found: Found) -> Scope:
    return found.sheet.scope()


HANDLINGS = (
    Handling(Draw, _WHO, _hold_drawn, lambda sheet: sheet.scope(), _draw),
    Handling(ChangeDrawing, _WHO, _hold_changed, _of_found, _change),
    Handling(DeleteDrawing, _WHO, _hold_deleted, _of_found, _delete),
    Handling(RestoreDrawing, _WHO, _hold_restored, _of_found, _restore),
)
