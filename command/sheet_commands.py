"""What is kept of a printed map."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from command.commands import Short
from incidents.commands import AreaCode
from spine.command import CommandData

LayerNames = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=300)]


class PrintSheet(CommandData):
    """A sheet left the house: of an incident, or of the board of `area_code`. Sent by `/api/map-sheets` for whoever prints;
    `sha256` is that of the PDF, so that a sheet that turns up can be told to be this one."""

    kind: ClassVar[str] = "sheet.print"
    incident_id: UUID | None = None
    area_code: AreaCode | None = None
    title: Short
    paper: Annotated[str, Field(pattern="^A[0-4]$")]
    orientation: Annotated[str, Field(pattern="^(portrait|landscape)$")]
    scale: Annotated[int, Field(ge=1)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    bearing: Annotated[float, Field(ge=-360, le=360)]
    layers: LayerNames
    restricted: LayerNames
    gaps: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
