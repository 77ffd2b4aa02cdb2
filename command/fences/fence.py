"""A fence: who is told what about units and an area, decided against what was last told. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from gis.fence_store import FenceRow, StateRow
from spine.canonical import JsonObject
from spine.clock import iso
from spine.errors import Refused

What = Literal["enter", "leave", "inside"]
FACTS: dict[What, str] = {"enter": "fence.entered", "leave": "fence.left", "inside": "fence.inside"}


@dataclass(frozen=True, slots=True)
class Told:
    """The new state, and the fact's kind."""

    state: StateRow
    kind: str


def _known() -> Refused:
    return Refused(
        "already_told",
        zh="这次进出已经记录，或者有更新的位置已经记录。",
        en="This passage was told already, or a newer position has decided.",
        field="data.what",
        status=409,
    )


def crossed(state: StateRow, what: What, at: datetime, *, late: bool) -> Told:
    """A unit was seen inside, or beyond the margin outside, at this time. Raises Refused `already_told`: nothing is told twice,
    and what is older than the last change changes nothing."""
    newer = state.changed_at is None or at > state.changed_at
    if late:
        if what != "inside" or state.inside or state.told_late or not newer:
            raise _known()
        return Told(replace(state, told_late=True), FACTS["inside"])
    if (what == "leave") != state.inside or not newer:
        raise _known()
    return Told(StateRow(what != "leave", at, told_late=False), FACTS[what])


def require_standing(fence: FenceRow) -> None:
    if fence.lifted_at is not None:
        raise Refused(
            "fence_lifted",
            zh=f"围栏“{fence.name}”已经解除。",
            en=f"The fence '{fence.name}' has been lifted.",
            field="data.fence_id",
            status=409,
        )


def fence_object(fence: FenceRow) -> JsonObject:
    """The `fence` object. Its area is read at `/api/fences/{id}`: it may be long, and facts carry whole objects."""
    return {
        "id": str(fence.id),
        "name": fence.name,
        "name_en": fence.name_en,
        "purpose": fence.purpose,
        "basis": fence.basis,
        "incident_id": None if fence.incident_id is None else str(fence.incident_id),
        "area_code": fence.area_code,
        "margin_m": fence.margin_m,
        "drawn_at": iso(fence.drawn_at),
        "by": fence.drawn_by,
        "version": fence.version,
    }
