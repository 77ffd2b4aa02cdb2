"""What people change about an incident's assessment: adjustments, which hold for the live one, and what-ifs (pure)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused, stale_version

MOST_WHAT_IFS = 8
"""Open at once in one incident: each is computed anew whenever something changes."""

Subject = Literal["input", "facility", "model"]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`name`: of the input, id of the facility, or "model". `value`: what is set; of a facility, its names.

    A withdrawn one is no longer in force; its version goes on counting.
    """

    incident_id: UUID
    kind: Subject
    name: str
    value: Json
    what_if: UUID | None
    reason: str
    by: dict[str, Json]
    at: datetime
    withdrawn: bool
    version: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`inputs`: laid over those of the live assessment, by name. `excluded`: facilities out besides those that are out."""

    id: UUID
    incident_id: UUID
    title: str
    inputs: dict[str, Json]
    excluded: list[str]
    model: str | None
    reason: str
    state: str
    made_by: dict[str, Json]
    made_at: datetime
    changed_by: dict[str, Json]
    changed_at: datetime
    version: int

    @property
    def scenario(self) -> str:
        return str(self.id)


def adjustment_object(one: Adjustment) -> JsonObject:
    return {
        "id": one.key,
        "kind": one.kind,
        "name": one.name,
        "value": one.value,
        "what_if": None if one.what_if is None else str(one.what_if),
        "reason": one.reason,
        "by": one.by,
        "at": iso(one.at),
        "version": one.version,
    }


def what_if_object(one: WhatIf) -> JsonObject:
    return {
        "id": str(one.id),
        "title": one.title,
        "inputs": one.inputs,
        "excluded": list[Json](one.excluded),
        "model": one.model,
        "reason": one.reason,
        "by": one.made_by,
        "at": iso(one.made_at),
        "changed_by": one.changed_by,
        "changed_at": iso(one.changed_at),
        "version": one.version,
    }


def require_open_what_if(one: WhatIf) -> None:
    if one.state != "open":
        raise Refused(
            "what_if_gone",
            zh=f"推演“{one.title}”已{'撤销' if one.state == 'dropped' else '采用'}。",
            en=f"The what-if '{one.title}' was {one.state} already.",
            field="data.what_if_id",
            status=409,
        )


def require_expected(expect: int | None, version: int) -> None:
    """Raises Refused `stale_version`."""
    if expect is not None and expect != version:
        raise stale_version(expect, version, field="data.expect")
