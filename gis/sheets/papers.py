"""Sizes of paper (ISO 216, GB/T 148) and where on a sheet the map, its title and its legend stand. All in millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.sheets.scale import CSS_INCH

PaperName = Literal["A4", "A3", "A2", "A1", "A0"]
Orientation = Literal["portrait", "landscape"]

PAPERS: Mapping[PaperName, tuple[float, float]] = {
    "A4": (210, 297),
    "A3": (297, 420),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
}
"""Width and height, portrait."""
_LETTERS: Mapping[PaperName, float] = {"A4": 1.0, "A3": 1.2, "A2": 1.6, "A1": 2.2, "A0": 3.0}
"""By how much the words of a sheet are larger than on A4: a sheet on the wall is read from further off."""
RESOLUTIONS = (150, 200, 300)
MOST_PIXELS = 36_000_000
"""Of the picture: A0 at 150 dpi has 31 million, A3 at 300 dpi 13 million."""
_EDGE = 8.0
_LABELS = 5.0
"""Room around the map for the numbers of the graticule."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper with its parts. `letters`: factor for all sizes of type; `columns`: how the legend's box is divided."""

    width: float
    height: float
    title: Box
    map: Box
    side: Box
    letters: float
    columns: int

    @property
    def css_inch(self) -> float:
        """Style-sheet pixels to the inch of the map: names and symbols grow with the sheet as its own words do."""
        return CSS_INCH / self.letters

    def pixels(self, dpi: int) -> tuple[int, int]:
        """Width and height that a picture of the map must have."""
        return round(self.map.width / 25.4 * dpi), round(self.map.height / 25.4 * dpi)


def lay_out(paper: PaperName, orientation: Orientation) -> Sheet:
    """Landscape has the legend at the right of the map, portrait below it."""
    short, long = PAPERS[paper]
    letters = _LETTERS[paper]
    title_height, label = 15 * letters, _LABELS * letters
    if orientation == "landscape":
        side = 60 * letters
        top = _EDGE + title_height + label
        area = Box(_EDGE + label, top, long - 2 * _EDGE - 2 * label - side, short - top - _EDGE - label)
        beside = Box(long - _EDGE - side + 2, _EDGE + title_height, side - 2, short - 2 * _EDGE - title_height)
        return Sheet(long, short, Box(_EDGE, _EDGE, long - 2 * _EDGE, title_height), area, beside, letters, 1)
    foot = 74 * letters
    top = _EDGE + title_height + label
    area = Box(_EDGE + label, top, short - 2 * _EDGE - 2 * label, long - top - _EDGE - label - foot)
    below = Box(_EDGE, long - _EDGE - foot + 2, short - 2 * _EDGE, foot - 2)
    return Sheet(short, long, Box(_EDGE, _EDGE, short - 2 * _EDGE, title_height), area, below, letters, 3)
