"""Closing and opening roads: what may be asked for."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from spine.command import CommandData

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
MOST_EDGES = 400
MOST_CORNERS = 2000


class RoadPoint(BaseModel):
    """A point as it was given; `origin` says in which coordinates."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    lon: float
    lat: float
    origin: Literal["WGS84", "CGCS2000", "GCJ02", "BD09"] = "WGS84"


class CloseRoad(CommandData):
    """One of: a `point` on a road that cannot be passed, whole stretches between junctions (`edges`), or an `area`.

    `bars`: all (nobody passes) or public (rescue and emergency traffic may). `until` is what is expected; nothing opens by itself.
    """

    kind: ClassVar[str] = "road.close"
    point: RoadPoint | None = None
    edges: Annotated[list[int], Field(min_length=1, max_length=MOST_EDGES)] | None = None
    area: dict[str, JsonValue] | None = None
    bars: Literal["all", "public"]
    reason: Line
    until: AwareDatetime | None = None


class OpenRoad(CommandData):
    kind: ClassVar[str] = "road.open"
    closure_id: UUID
    reason: Line
