"""A shape that somebody drew: checked, rounded to a centimetre, measured on the ellipsoid; and the line at a distance around one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

import shapely as _shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gis.geodesic import area_km2, distance_m, length_m
from gis.geometry import check_valid, geometry_json, parse_geometry
from spine.canonical import Json, JsonObject
from spine.db import Connection
from spine.errors import Refused

Shape = Literal["area", "line", "point"]
KINDS: Mapping[Shape, frozenset[str]] = {
    "area": frozenset({"Polygon", "MultiPolygon"}),
    "line": frozenset({"LineString"}),
    "point": frozenset({"Point"}),
}
ANY_SHAPE = frozenset[str]().union(*KINDS.values())
MOST_VERTICES = 1000
"""In one drawing: each change is sent whole to every screen."""
LEAST_BUFFER_M, MOST_BUFFER_M = 1.0, 100_000.0
FARTHEST_M = 300_000.0
"""From the middle of a shape to its edge, for a buffer: up to there the plane around the middle bends distances by less than 0.1 %."""
_DIGITS = 7
shapely: Any = cast(Any, _shapely)  # most of its functions are typed in part only


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """`length_m`: of a line, or around an area; None for a point. `area_m2`: of an area, else None."""

    geometry: BaseGeometry
    json: JsonObject
    length_m: float | None
    area_m2: float | None


def drawn_shape(value: Json, field: str = "data.geometry", *, kinds: frozenset[str] = ANY_SHAPE) -> DrawnShape:
    """Check and measure what was drawn. Raises Refused: those of `parse_geometry`, `crosses_antimeridian`, `too_many_vertices`,
    `geometry_without_extent`; the field names the place."""
    parsed = parse_geometry(value, field, kinds=kinds)
    _few_enough(parsed, field)
    rounded = shapely.transform(shapely.force_2d(parsed), _to_a_centimetre)
    check_valid(rounded, field)
    return measured(cast(BaseGeometry, rounded), field)


def measured(geometry: BaseGeometry, field: str) -> DrawnShape:
    """The shape with length and area. Raises Refused when it crosses the 180th meridian or has no extent."""
    _stays_on_one_side(geometry, field)
    shown = geometry_json(geometry)
    if shown is None:
        raise AssertionError("a geometry has its GeoJSON")
    if geometry.geom_type == "Point":
        return DrawnShape(geometry, shown, None, None)
    length = length_m(geometry)
    area = area_km2(geometry) * 1e6 if geometry.geom_type in KINDS["area"] else None
    if length <= 0 or (area is not None and area <= 0):
        raise Refused(
            "geometry_without_extent",
            zh="图形没有长度或面积，请重新绘制。",
            en=f"{field} has no length or no area. Draw it again.",
            field=field,
        )
    return DrawnShape(geometry, shown, round(length, 2), None if area is None else round(area, 1))


def _few_enough(geometry: BaseGeometry, field: str) -> None:
    count = int(shapely.get_num_coordinates(geometry))
    if count > MOST_VERTICES:
        raise Refused(
            "too_many_vertices",
            zh=f"标绘最多 {MOST_VERTICES} 个顶点，收到 {count} 个，请先简化。",
            en=f"A drawing has at most {MOST_VERTICES} vertices; this one has {count}. Simplify it first.",
            field=f"{field}.coordinates",
            most=MOST_VERTICES,
        )


def _stays_on_one_side(geometry: BaseGeometry, field: str) -> None:
    for part in shapely.get_parts(geometry):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            lons = [float(xy[0]) for xy in ring.coords]
            for index, (one, other) in enumerate(pairwise(lons)):
                if abs(other - one) > 180:
                    raise Refused(
                        "crosses_antimeridian",
                        zh=f"第 {index + 1} 至 {index + 2} 个顶点跨越 180° 经线，请检查经度。",
                        en=f"Between vertices {index + 1} and {index + 2} the shape crosses the 180th meridian.",
                        field=f"{field}.coordinates",
                        vertex=index + 1,
                    )


async def km_outside(conn: Connection, shape: DrawnShape) -> float | None:
    """How far its farthest vertex lies outside the city, km; 0 inside. None while the city's area is not known."""
    row = await (
        await conn.execute(
            """
            WITH city AS (SELECT area FROM gis.place WHERE level = 'city' LIMIT 1),
                drawn AS (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%(shape)s), 4326) AS shape),
                farthest AS (
                    SELECT city.area, point.geom FROM city, drawn, ST_DumpPoints(drawn.shape) AS point
                    WHERE NOT ST_Covers(city.area, drawn.shape)
                    ORDER BY ST_Distance(city.area, point.geom) DESC LIMIT 1
                )
            SELECT (SELECT count(*) FROM city), (SELECT ST_Distance(area::geography, geom::geography) / 1000 FROM farthest)
            """,
            {"shape": shapely.to_geojson(shape.geometry)},
        )
    ).fetchone()
    if row is None or row[0] == 0:
        return None
    return 0.0 if row[1] is None else float(row[1])


def buffered(shape: DrawnShape, metres: float, field: str = "distance_m") -> DrawnShape:
    """The area within so many metres of a shape, on the ellipsoid.

    Worked in an azimuthal equidistant plane about the shape's middle (Snyder 1987, ch. 25, ellipsoidal as PROJ has it): there
    distances from the middle are exact, and across it true to 0.1 % within 300 km. Raises Refused `buffer_distance`, `too_far_apart`,
    `buffer_too_detailed`.
    """
    if not LEAST_BUFFER_M <= metres <= MOST_BUFFER_M:
        raise Refused(
            "buffer_distance",
            zh=f"缓冲距离应在 {LEAST_BUFFER_M:g} 米到 {MOST_BUFFER_M / 1000:g} 千米之间。",
            en=f"The distance must be between {LEAST_BUFFER_M:g} m and {MOST_BUFFER_M / 1000:g} km.",
            field=field,
        )
    middle = shape.geometry.envelope.centroid
    west, south, east, north = shape.geometry.bounds
    reach = max(distance_m(middle.x, middle.y, x, y) for x in (west, east) for y in (south, north))
    if reach + metres > FARTHEST_M or abs(middle.y) > 80:
        raise Refused(
            "too_far_apart",
            zh=f"图形过大，缓冲区只支持 {FARTHEST_M / 1000:g} 千米范围以内。",
            en=f"The shape is too large: a buffer reaches at most {FARTHEST_M / 1000:g} km from its middle.",
            field=field,
        )
    plane = f"+proj=aeqd +lat_0={middle.y!r} +lon_0={middle.x!r} +ellps=WGS84 +units=m"
    to_plane: Any = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    flat = shapely.transform(shape.geometry, _both_ways(to_plane, "FORWARD"))
    around = shapely.buffer(flat, metres, quad_segs=16)
    around = _drawable(around, metres, field)
    back = shapely.transform(around, _both_ways(to_plane, "INVERSE"))
    rounded = shapely.transform(back, _to_a_centimetre)
    check_valid(rounded, "geometry")
    return measured(cast(BaseGeometry, rounded), "geometry")


def _drawable(around: Any, metres: float, field: str) -> Any:
    """With as few vertices as a drawing may have, at most a twentieth of the distance off. Raises Refused `buffer_too_detailed`."""
    for part in (1000, 300, 100, 50, 20):
        if int(shapely.get_num_coordinates(around)) <= MOST_VERTICES:
            return around
        around = shapely.simplify(around, metres / part)
    if int(shapely.get_num_coordinates(around)) <= MOST_VERTICES:
        return around
    raise Refused(
        "buffer_too_detailed",
        zh="图形太细碎，这个距离的缓冲区顶点过多：请加大距离，或先简化图形。",
        en="The shape is too detailed for a buffer at this distance. Take a larger distance or simplify the shape.",
        field=field,
    )


def _to_a_centimetre(xy: Any) -> Any:
    return xy.round(_DIGITS)


def _both_ways(transformer: Any, direction: str) -> Any:
    def apply(xy: Any) -> Any:
        x, y = transformer.transform(xy[:, 0], xy[:, 1], direction=direction)
        if not (math.isfinite(float(x.sum())) and math.isfinite(float(y.sum()))):
            raise ValueError("a vertex has no place in the plane around the shape")
        xy = xy.copy()
        xy[:, 0], xy[:, 1] = x, y
        return xy

    return apply
