"""The national border where it is part of a city's outline: no boundary file is shipped, the city's own outline is cut."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import shapely
import yaml
from pydantic import BaseModel, ConfigDict, Field
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

_FILE = Path(__file__).with_name("national_border.yaml")
_vector: Any = shapely


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    zh: str
    en: str


class Stretch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: _Words
    start: tuple[float, float] = Field(alias="from")
    end: tuple[float, float] = Field(alias="to")
    mark: Literal["R", "K", "I"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    stretches: dict[str, Stretch]


@cache
def border_stretches() -> Mapping[str, Stretch]:
    """By the code of the city."""
    return _File.model_validate(yaml.safe_load(_FILE.read_text("utf-8"))).stretches


def national_border(city_code: str, outline: BaseGeometry | None) -> BaseGeometry | None:
    """The stretch of this outline (degrees) that is a national border; None where none is known."""
    stretch = border_stretches().get(city_code)
    ring = None if stretch is None else _outer_ring(outline)
    if stretch is None or ring is None:
        return None
    start, end = (float(ring.project(Point(*at))) for at in (stretch.start, stretch.end))
    along = np.asarray(_vector.get_coordinates(ring), dtype=np.float64)
    marks = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(along, axis=0).T))))
    if start < end:
        chosen = along[(marks > start) & (marks < end)]
    else:  # past the place where the ring begins
        chosen = np.concatenate((along[marks > start], along[1:][marks[1:] < end]))
    ends = [[point.x, point.y] for point in (ring.interpolate(start), ring.interpolate(end))]
    return LineString(np.concatenate(([ends[0]], chosen, [ends[1]])))


def _outer_ring(outline: BaseGeometry | None) -> LineString | None:
    """Clockwise, of the largest part."""
    if outline is None or outline.is_empty:
        return None
    parts: list[Any] = _vector.get_parts(outline).tolist()
    areas = [part for part in parts if isinstance(part, Polygon)]
    if not areas:
        return None
    ring = max(areas, key=lambda part: part.area).exterior
    corners = np.asarray(_vector.get_coordinates(ring), dtype=np.float64)
    return LineString(corners[::-1] if cast(Any, ring).is_ccw else corners)
