"""What is asked for when a map is printed. Words are words: nothing in them is ever read as markup."""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from gis.sheets.papers import Orientation, PaperName
from gis.sheets.scale import LARGEST, SMALLEST

MOST_BYTES = 2 * 1024 * 1024
"""Of the wish: its legend carries its symbols."""

_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]")


def _plain(text: str) -> str:
    """In one line, without characters that cannot be printed or that turn the direction of the rest."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


Line = Annotated[str, Field(max_length=120), AfterValidator(_plain)]
Text = Annotated[str, Field(max_length=400), AfterValidator(_plain)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
IconName = Annotated[str, Field(max_length=120)]
Png = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=40_000)]
Latitude = Annotated[float, Field(ge=-80, le=80, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LegendEntry(_Asked):
    kind: Literal["fill", "line", "circle", "icon"]
    colour: Colour | None = None
    icon: IconName | None = None
    dash: bool = False
    text: Line


class LegendGroup(_Asked):
    title: Line
    entries: Annotated[list[LegendEntry], Field(max_length=200)]


class AsOf(_Asked):
    """Of which time what is shown is; null: not known. `replay`: units stand where they were then."""

    pictures: AwareDatetime | None = None
    positions: AwareDatetime | None = None
    replay: AwareDatetime | None = None


class SheetWish(_Asked):
    """`id`: made by the sender, also that of its picture, and taken once. `layers`: names of the layers that
    are visible (their sources are the catalogue's). `gaps`: what should be on the map and could not be had."""

    id: UUID
    locale: Literal["zh", "en"]
    paper: PaperName
    orientation: Orientation
    dpi: Literal[150, 200, 300]
    scale: Annotated[int, Field(ge=SMALLEST, le=LARGEST)]
    lon: Longitude
    lat: Latitude
    bearing: Annotated[float, Field(ge=-360, le=360, allow_inf_nan=False)] = 0.0
    title: Annotated[Line, Field(min_length=1)]
    note: Text = ""
    incident_id: UUID | None = None
    graticule: bool = True
    legend: Annotated[list[LegendGroup], Field(max_length=60)] = []
    icons: Annotated[dict[IconName, Png], Field(max_length=300)] = {}
    layers: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=300)] = []
    gaps: Annotated[list[Line], Field(max_length=40)] = []
    as_of: AsOf = AsOf()
