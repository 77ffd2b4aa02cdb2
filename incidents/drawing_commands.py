"""What can be asked for about drawings on the shared map."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from incidents.commands import Line
from incidents.drawing_kinds import Colour, Dash
from spine.command import CommandData

BoardArea = Annotated[str, StringConstraints(pattern=r"^5309(\d{2})?$")]
SymbolCode = Annotated[str, StringConstraints(min_length=2, max_length=16)]


class StyleIn(BaseModel):
    """What differs from the look of the kind; a field that is left out keeps the kind's."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    colour: Colour | None = None
    width: Annotated[float, Field(ge=1, le=8, allow_inf_nan=False)] | None = None
    dash: Dash | None = None
    fill: Annotated[float, Field(ge=0, le=0.6, allow_inf_nan=False)] | None = None


class Draw(CommandData):
    """In an incident, or on the board of the city or a county: one of `incident_id` and `area_code`.

    `outside_region`: yes, it is meant to reach beyond the city.
    """

    kind: ClassVar[str] = "drawing.draw"
    incident_id: UUID | None = None
    area_code: BoardArea | None = None
    drawing_kind: Annotated[str, StringConstraints(min_length=2, max_length=40)]
    geometry: dict[str, JsonValue]
    name: Line | None = None
    symbol: SymbolCode | None = None
    style: StyleIn = StyleIn()
    outside_region: bool = False


class ChangeDrawing(CommandData):
    """What is left out stays. An empty name takes the name away."""

    kind: ClassVar[str] = "drawing.change"
    drawing_id: UUID
    expect: int
    geometry: dict[str, JsonValue] | None = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    symbol: SymbolCode | None = None
    style: StyleIn | None = None
    outside_region: bool = False


class DeleteDrawing(CommandData):
    kind: ClassVar[str] = "drawing.delete"
    drawing_id: UUID
    expect: int


class RestoreDrawing(CommandData):
    """Undo and redo: a new version equal to an earlier one. A deleted drawing comes back with it."""

    kind: ClassVar[str] = "drawing.restore"
    drawing_id: UUID
    expect: int
    version: Annotated[int, Field(ge=1)]
