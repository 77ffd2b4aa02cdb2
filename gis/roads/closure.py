"""A road or an area that is closed to traffic: what it is, what may be done with it, and how it stands in a picture."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from gis.geometry import geometry_json
from gis.roads.barriers import Bars, Closed
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none
from spine.errors import Refused

Kind: TypeAlias = Literal["point", "roads", "area"]
MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Closure:
    """`edge_ids` are of the road layer in the state `layer_version`; `shape` (degrees) is what stays true after a new layer."""

    id: UUID
    kind: Kind
    bars: Bars
    reason: str
    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    edge_ids: tuple[int, ...]
    layer_version: int
    length_m: float
    shape: BaseGeometry
    origin: str | None
    counties: tuple[str, ...]
    until: datetime | None
    closed_at: datetime
    closed_by: Mapping[str, Json]
    opened_at: datetime | None
    version: int

    def as_barrier(self) -> Closed:
        return Closed(self.id, self.kind, self.bars, self.shape, self.edge_ids, self.layer_version)


def require_standing(closure: Closure) -> None:
    if closure.opened_at is not None:
        raise Refused(
            "already_open",
            zh="这处封闭已经解除。",
            en="This closure has been lifted already.",
            field="data.closure_id",
            status=409,
        )


def opened(closure: Closure, at: datetime) -> Closure:
    """Raises Refused `already_open`."""
    require_standing(closure)
    return replace(closure, opened_at=at, version=closure.version + 1)


def closure_object(closure: Closure) -> JsonObject:
    """For pictures and answers. `point` is where its mark stands."""
    mark = (
        closure.shape.representative_point()
        if closure.kind != "roads"
        else closure.shape.interpolate(0.5, normalized=True)
    )
    return {
        "id": str(closure.id),
        "kind": closure.kind,
        "bars": closure.bars,
        "reason": closure.reason,
        "names_zh": list(closure.names_zh),
        "names_en": list(closure.names_en),
        "roads": len(closure.edge_ids),
        "length_m": round(closure.length_m),
        "geometry": geometry_json(closure.shape),
        "point": {"lon": round(mark.x, 6), "lat": round(mark.y, 6), "origin": "WGS84"},
        "counties": list(closure.counties),
        "until": iso_or_none(closure.until),
        "closed": {"at": iso(closure.closed_at), "by": dict(closure.closed_by)},
        "version": closure.version,
    }
