"""A drawing on the shared map and its versions: rows, their JSON objects, and what may be done with them (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from gis.drawn_shape import DrawnShape
from gis.symbols.catalogue import symbols
from incidents.drawing_commands import ChangeDrawing, Draw
from incidents.drawing_kinds import DrawingKind, drawing_kinds
from spine.authority import Scope, grant_reaches
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING, iso
from spine.errors import Refused, forbidden
from spine.principal import Principal, Role

Action = Literal["drawn", "changed", "deleted", "restored"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Belongs to an incident or, with `area_code`, to the board of the city or a county. `style`: what differs from the kind's.

    `length_m`: of a line, or around an area. `department`: whose it is when a department drew it.
    """

    id: UUID
    incident_id: UUID | None
    area_code: str | None
    kind: str
    on_board: bool
    name: str | None
    symbol: str | None
    style: dict[str, Json]
    geometry: dict[str, Json]
    length_m: float | None
    area_m2: float | None
    deleted: bool
    department: str | None
    drawn_by: dict[str, Json]
    drawn_at: datetime
    changed_by: dict[str, Json]
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class DrawingVersion:
    """One version as it was kept. `of_version`: the earlier one that this one restored."""

    drawing_id: UUID
    version: int
    action: str
    of_version: int | None
    name: str | None
    symbol: str | None
    style: dict[str, Json]
    geometry: dict[str, Json]
    length_m: float | None
    area_m2: float | None
    deleted: bool
    by: dict[str, Json]
    at: datetime


# --- deciding ----------------------------------------------------------------------------------------------------


def drawing_department(by: Principal, scope: Scope, kind: DrawingKind) -> str | None:
    """The department in whose name this person draws, None for the duty room and leaders. Raises Refused `forbidden`."""
    reaching = [grant for grant in by.grants if grant.role in kind.who and grant_reaches(grant, scope)]
    if any(grant.role is not Role.DEPARTMENT for grant in reaching):
        return None
    if not reaching:
        raise forbidden(
            f"您的角色不能标绘“{kind.zh}”。",
            f"Your role may not draw '{kind.en}'.",
            field="data.drawing_kind",
        )
    return reaching[0].department


def require_may_change(drawing: Drawing, by: Principal, scope: Scope) -> None:
    """The duty room and leaders change any drawing of theirs to see, a department what it drew itself. Raises Refused."""
    department = drawing_department(by, scope, drawing_kinds().need(drawing.kind))
    own = {grant.department for grant in by.grants if grant.role is Role.DEPARTMENT}
    if department is not None and (drawing.department is None or drawing.department not in own):
        author = drawing.drawn_by.get("name")
        raise forbidden(
            f"这是{author}标绘的，本单位只能修改自己的标绘。",
            f"{author} drew this; a department changes its own drawings only.",
            field="data.drawing_id",
        )


def require_version(drawing: Drawing, expect: int) -> None:
    """Raises Refused `stale_version`, saying who changed it meanwhile and when."""
    if expect == drawing.version:
        return
    who, when = drawing.changed_by.get("name"), drawing.changed_at.astimezone(BEIJING)
    raise Refused(
        "stale_version",
        zh=f"{who}已于 {when:%m-%d %H:%M} 更新这个标绘：您看到的是第 {expect} 版，现在是第 {drawing.version} 版，请核对后再改。",
        en=f"{who} changed this drawing at {when:%m-%d %H:%M}: you saw version {expect}, it is now {drawing.version}."
        " Check it and send again.",
        field="data.expect",
        status=409,
        expected=expect,
        actual=drawing.version,
        changed_by=drawing.changed_by,
        changed_at=iso(drawing.changed_at),
        deleted=drawing.deleted,
    )  # fmt: skip


def require_there(drawing: Drawing) -> None:
    if drawing.deleted:
        raise Refused(
            "drawing_deleted",
            zh=f"这个标绘已被{drawing.changed_by.get('name')}删除，可以先恢复。",
            en=f"{drawing.changed_by.get('name')} has deleted this drawing. Restore it first.",
            field="data.drawing_id",
            status=409,
            final=False,
        )


def check_words(kind: DrawingKind, name: str | None, symbol: str | None) -> None:
    """A symbol needs its code, a text its words, and nothing else has a symbol. Raises Refused naming the field."""
    if kind.shape == "text" and not name:
        raise Refused("text_missing", zh="文字标绘需要填写文字。", en="A text needs its words.", field="data.name")
    if kind.shape != "point" and symbol is not None:
        raise Refused(
            "symbol_not_here",
            zh=f"“{kind.zh}”不带符号。",
            en=f"'{kind.en}' has no symbol.",
            field="data.symbol",
        )
    if kind.shape == "point" and (symbol is None or symbols().find(symbol) is None):
        raise Refused(
            "unknown_symbol",
            zh="请选择符号。" if symbol is None else f"没有编码为 {symbol} 的符号。",
            en="Choose a symbol." if symbol is None else f"There is no symbol with the code {symbol}.",
            field="data.symbol",
        )


def new_drawing(
    drawing_id: UUID,
    data: Draw,
    kind: DrawingKind,
    shape: DrawnShape,
    by: Principal,
    at: datetime,
    department: str | None,
) -> Drawing:
    """Raises Refused for words or symbol that do not fit the kind."""
    check_words(kind, data.name, data.symbol)
    return Drawing(
        id=drawing_id,
        incident_id=data.incident_id,
        area_code=data.area_code,
        kind=kind.key,
        on_board=kind.board or data.incident_id is None,
        name=data.name,
        symbol=data.symbol,
        style=dict(data.style.model_dump(exclude_none=True)),
        geometry=dict(shape.json),
        length_m=shape.length_m,
        area_m2=shape.area_m2,
        deleted=False,
        department=department,
        drawn_by=dict(by.as_by()),
        drawn_at=at,
        changed_by=dict(by.as_by()),
        changed_at=at,
        version=1,
    )


def changed_drawing(
    drawing: Drawing, data: ChangeDrawing, shape: DrawnShape | None, by: Principal, at: datetime
) -> Drawing:
    """The next version. Raises Refused `nothing_to_change`, and for words or symbol that do not fit."""
    changed = drawing
    if shape is not None:
        changed = replace(changed, geometry=dict(shape.json), length_m=shape.length_m, area_m2=shape.area_m2)
    if data.name is not None:
        changed = replace(changed, name=data.name or None)
    if data.symbol is not None:
        changed = replace(changed, symbol=data.symbol)
    if data.style is not None:
        changed = replace(changed, style=dict(data.style.model_dump(exclude_none=True)))
    if changed == drawing:
        raise Refused(
            "nothing_to_change",
            zh="没有需要修改的内容。",
            en="Nothing to change was given.",
            field="data",
            final=False,
        )
    check_words(drawing_kinds().need(drawing.kind), changed.name, changed.symbol)
    return _next(changed, drawing, by, at)


def deleted_drawing(drawing: Drawing, by: Principal, at: datetime) -> Drawing:
    return _next(replace(drawing, deleted=True), drawing, by, at)


def restored_drawing(drawing: Drawing, earlier: DrawingVersion, by: Principal, at: datetime) -> Drawing:
    """A new version equal to an earlier one. Raises Refused `nothing_to_restore` when it is that already."""
    restored = replace(
        drawing,
        name=earlier.name,
        symbol=earlier.symbol,
        style=earlier.style,
        geometry=earlier.geometry,
        length_m=earlier.length_m,
        area_m2=earlier.area_m2,
        deleted=earlier.deleted,
    )
    if restored == drawing:
        raise Refused(
            "nothing_to_restore",
            zh=f"现在的内容与第 {earlier.version} 版相同。",
            en=f"It is equal to version {earlier.version} already.",
            field="data.version",
            status=409,
            final=False,
        )
    return _next(restored, drawing, by, at)


def _next(changed: Drawing, before: Drawing, by: Principal, at: datetime) -> Drawing:
    return replace(changed, version=before.version + 1, changed_by=dict(by.as_by()), changed_at=at)


def version_of(drawing: Drawing, action: Action, of_version: int | None = None) -> DrawingVersion:
    return DrawingVersion(
        drawing.id,
        drawing.version,
        action,
        of_version,
        drawing.name,
        drawing.symbol,
        drawing.style,
        drawing.geometry,
        drawing.length_m,
        drawing.area_m2,
        drawing.deleted,
        drawing.changed_by,
        drawing.changed_at,
    )


# --- showing -----------------------------------------------------------------------------------------------------


def drawing_object(drawing: Drawing) -> JsonObject:
    """The drawing as every screen has it; `style` is whole: the kind's with what differs laid over it."""
    kind = drawing_kinds().by_key.get(drawing.kind)
    look: Mapping[str, Json] = {} if kind is None else kind.style.model_dump()
    return {
        "id": str(drawing.id),
        "incident_id": None if drawing.incident_id is None else str(drawing.incident_id),
        "area_code": drawing.area_code,
        "kind": drawing.kind,
        "kind_zh": drawing.kind if kind is None else kind.zh,
        "kind_en": drawing.kind if kind is None else kind.en,
        "shape": "area" if kind is None else kind.shape,
        "name": drawing.name,
        "symbol": drawing.symbol,
        "style": {**look, **drawing.style},
        "geometry": drawing.geometry,
        "length_m": drawing.length_m,
        "area_m2": drawing.area_m2,
        "department": drawing.department,
        "drawn_by": drawing.drawn_by,
        "drawn_at": iso(drawing.drawn_at),
        "changed_by": drawing.changed_by,
        "changed_at": iso(drawing.changed_at),
        "version": drawing.version,
    }


def version_object(version: DrawingVersion) -> JsonObject:
    return {
        "version": version.version,
        "action": version.action,
        "of_version": version.of_version,
        "name": version.name,
        "symbol": version.symbol,
        "style": version.style,
        "geometry": version.geometry,
        "length_m": version.length_m,
        "area_m2": version.area_m2,
        "deleted": version.deleted,
        "by": version.by,
        "at": iso(version.at),
    }
