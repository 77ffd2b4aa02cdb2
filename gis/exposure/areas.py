"""The areas that are asked about, as they come in: polygons or circles, checked before anything is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import shapely
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis.geodesic import area_km2
from gis.geodesic import circle as ring
from gis.geometry import AREAS, check_point, parse_geometry
from spine.canonical import Json
from spine.errors import Refused

MOST_AREAS = 40
MOST_CORNERS = 100_000
MOST_RADIUS_M = 200_000.0
_CIRCLE = 180
_vector: Any = shapely  # its stubs leave the types of arrays open


class Circle(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    radius_m: Annotated[float, Field(ge=10, le=MOST_RADIUS_M, allow_inf_nan=False)]


class AreaIn(BaseModel):
    """One of `geometry` (GeoJSON polygon, WGS 84) and `circle`."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=80)]
    geometry: dict[str, JsonValue] | None = None
    circle: Circle | None = None


class AreasIn(BaseModel):
    """`mode`: each area by itself, or bands, where what lies in several counts in the first only."""

    model_config = ConfigDict(strict=True, extra="forbid")

    areas: Annotated[list[AreaIn], Field(min_length=1, max_length=MOST_AREAS)]
    mode: Literal["each", "bands"] = "each"


@dataclass(frozen=True, slots=True)
class Area:
    id: str
    shape: BaseGeometry
    km2: float


def read_areas(asked: Sequence[AreaIn]) -> list[Area]:
    """Raises Refused naming the area's field: `one_of_these`, `id_taken`, `too_many_vertices`, `crosses_antimeridian`, and
    what `gis.geometry.parse_geometry` raises."""
    found: list[Area] = []
    corners = 0
    for index, one in enumerate(asked):
        field = f"areas.{index}"
        if any(area.id == one.id for area in found):
            raise Refused(
                "id_taken", zh=f"{field}.id 与前面的重复。", en=f"{field}.id is given twice.", field=f"{field}.id"
            )
        if (one.geometry is None) == (one.circle is None):
            raise Refused(
                "one_of_these",
                zh=f"{field} 应给出 geometry（多边形）或 circle（圆）中的一项。",
                en=f"{field} needs either geometry (a polygon) or circle.",
                field=field,
            )
        if one.circle is not None:
            shape: BaseGeometry = _circle(one.circle, f"{field}.circle")
        else:
            shape = _vector.force_2d(parse_geometry(cast(Json, one.geometry), f"{field}.geometry", kinds=AREAS))
            _check_span(shape, f"{field}.geometry")
        corners += int(_vector.get_num_coordinates(shape))
        if corners > MOST_CORNERS:
            raise Refused(
                "too_many_vertices",
                zh=f"全部区域合计最多 {MOST_CORNERS} 个顶点，请先简化。",
                en=f"All areas together may have {MOST_CORNERS} vertices; simplify them first.",
                field="areas",
                most=MOST_CORNERS,
            )
        found.append(Area(one.id, shape, area_km2(shape)))
    return found


def _circle(circle: Circle, field: str) -> Polygon:
    """A ring of points at that distance on the ellipsoid; its area is 0.02 % less than the circle's."""
    lon, lat = check_point(circle.lon, circle.lat, field)
    return ring(lon, lat, circle.radius_m, _CIRCLE)


def _check_span(shape: BaseGeometry, field: str) -> None:
    west, _, east, _ = shape.bounds
    if east - west > 180:
        raise Refused(
            "crosses_antimeridian",
            zh=f"{field} 横跨 180° 经线或超过半个地球，请在 180° 处分成两个多边形。",
            en=f"{field} spans the 180° meridian or more than half the globe; split it there into two polygons.",
            field=field,
        )
