"""A recommendation that was chosen (调度方案、疏散方案): what was shown, what was chosen, why, and the orders that came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from spine.canonical import Json, JsonObject
from spine.clock import iso


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row; never changed. `chosen`: needs and picks, or flows; `answer`: the whole as the officer saw it; `orders`: {task_id, no, …}."""

    id: UUID
    incident_id: UUID
    kind: Literal["dispatch", "evacuation"]
    course: str
    head: Mapping[str, Json]
    changed: Sequence[Json]
    reason: str
    inputs_hash: str
    chosen: Mapping[str, Json]
    answer: Mapping[str, Json]
    orders: Sequence[Json]
    by: Mapping[str, Json]
    at: datetime


def head_object(one: Recommendation) -> JsonObject:
    """What the incident's picture carries; the whole is fetched."""
    return {
        "id": str(one.id),
        "incident_id": str(one.incident_id),
        "kind": one.kind,
        "course": one.course,
        "head": dict(one.head),
        "changed": len(one.changed),
        "reason": one.reason,
        "inputs_hash": one.inputs_hash,
        "orders": list(one.orders),
        "by": dict(one.by),
        "at": iso(one.at),
    }


def whole_object(one: Recommendation) -> JsonObject:
    return {**head_object(one), "changes": list(one.changed), "chosen": dict(one.chosen), "answer": dict(one.answer)}
