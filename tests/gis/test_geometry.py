"""Geometry at the edge: what is refused, by which code, naming what; and what comes in goes out the same."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis.geometry import AREAS, MOST_VERTICES, check_point, geometry_json, parse_geometry
from spine.errors import Refused

SQUARE = [[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]
BOW_TIE = [[99.0, 23.5], [99.1, 23.6], [99.1, 23.5], [99.0, 23.6], [99.0, 23.5]]


def refused(value: Any, **options: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_geometry(value, "data.geometry", **options)
    assert caught.value.zh
    assert caught.value.en
    assert caught.value.field is not None
    return caught.value


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_polygon_comes_in_and_goes_out() -> None:
    square = parse_geometry(polygon(SQUARE))
    assert square.area == pytest.approx(0.01)
    assert geometry_json(square) == {"type": "Polygon", "coordinates": [SQUARE]}
    assert geometry_json(None) is None


def test_a_height_is_dropped() -> None:
    line = parse_geometry({"type": "LineString", "coordinates": [[99, 23, 1200], [99.1, 23.1, 1300]]})
    assert geometry_json(line) == {"type": "LineString", "coordinates": [[99.0, 23.0], [99.1, 23.1]]}


def test_bow_tie_names_the_place_of_the_crossing() -> None:
    refusal = refused(polygon(BOW_TIE))
    assert refusal.code == "geometry_crosses_itself"
    assert refusal.facts["at"] == [99.05, 23.55]
    assert "99.05, 23.55" in refusal.zh
    assert "自相交" in refusal.zh
    assert refusal.field == "data.geometry"


def test_hole_outside_its_shell() -> None:
    refusal = refused(polygon(SQUARE, [[98.0, 23.0], [98.1, 23.0], [98.1, 23.1], [98.0, 23.0]]))
    assert refusal.code == "geometry_crosses_itself"
    assert "内环" in refusal.zh


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        (None, "geometry_not_geojson", "data.geometry"),
        ("POLYGON", "geometry_not_geojson", "data.geometry"),
        ([1, 2], "geometry_not_geojson", "data.geometry"),
        ({"type": "Circle", "coordinates": [99, 23]}, "geometry_kind", "data.geometry.type"),
        ({"type": ["Point"], "coordinates": [99, 23]}, "geometry_kind", "data.geometry.type"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry_kind", "data.geometry.type"),
        ({"type": "Point"}, "geometry_not_geojson", "data.geometry.coordinates"),
        ({"type": "Point", "coordinates": []}, "geometry_not_geojson", "data.geometry.coordinates"),
        ({"type": "Point", "coordinates": ["99", "23"]}, "geometry_not_geojson", "data.geometry.coordinates"),
        ({"type": "Point", "coordinates": [True, 23]}, "geometry_not_geojson", "data.geometry.coordinates"),
        ({"type": "Point", "coordinates": [99, 23, 4, 5]}, "geometry_not_geojson", "data.geometry.coordinates"),
        ({"type": "Point", "coordinates": [math.nan, 23]}, "coordinates_not_finite", "data.geometry.coordinates.lon"),
        ({"type": "Point", "coordinates": [99, math.inf]}, "coordinates_not_finite", "data.geometry.coordinates.lat"),
        ({"type": "Point", "coordinates": [10**400, 23]}, "coordinates_not_finite", "data.geometry.coordinates.lon"),
        ({"type": "Point", "coordinates": [199, 23]}, "coordinates_impossible", "data.geometry.coordinates.lon"),
        ({"type": "Point", "coordinates": [99, -91]}, "coordinates_impossible", "data.geometry.coordinates.lat"),
        ({"type": "Point", "coordinates": [23.5, 99.1]}, "coordinates_swapped", "data.geometry.coordinates"),
        (polygon(), "geometry_empty", "data.geometry.coordinates"),
        (polygon([]), "geometry_empty", "data.geometry.coordinates[0]"),
        (polygon("ring"), "geometry_not_geojson", "data.geometry.coordinates[0]"),
        (polygon(SQUARE[:-1]), "ring_not_closed", "data.geometry.coordinates[0]"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), "geometry_too_few_points", "data.geometry.coordinates[0]"),
        ({"type": "LineString", "coordinates": [[99, 23]]}, "geometry_too_few_points", "data.geometry.coordinates"),
        (polygon([[99, 23]] * 4), "geometry_crosses_itself", "data.geometry"),
        (
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
            "geometry_crosses_itself",
            "data.geometry",
        ),
        (
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[99, 23], [99.1, 230.0]]]]},
            "coordinates_impossible",
            "data.geometry.coordinates[1][0][1].lat",
        ),
    ],
)
def test_refusals_name_the_field(value: Any, code: str, field: str) -> None:
    refusal = refused(value)
    assert (refusal.code, refusal.field) == (code, field)


def test_only_the_kinds_that_were_asked_for() -> None:
    assert refused({"type": "Point", "coordinates": [99, 23]}, kinds=AREAS).code == "geometry_kind"


def test_swapped_coordinates_come_with_a_suggestion() -> None:
    with pytest.raises(Refused) as caught:
        check_point(23.47, 98.93, "point")
    assert caught.value.code == "coordinates_swapped"
    assert caught.value.facts["suggestion"] == {"lon": 98.93, "lat": 23.47}
    assert "98.93" in caught.value.zh


def test_a_foreign_feed_may_speak_of_the_whole_world() -> None:
    assert check_point(40.0, 80.0, china=False) == (40.0, 80.0)
    with pytest.raises(Refused, match="coordinates_swapped"):
        check_point(40.0, 80.0)
    with pytest.raises(Refused, match="coordinates_swapped"):
        check_point(23.5, 99.1, china=False)
    assert check_point(-70.2, -33.4) == (-70.2, -33.4)


def test_too_many_vertices_are_refused_without_reading_on() -> None:
    turns = [2 * math.pi * i / MOST_VERTICES for i in range(MOST_VERTICES)]
    ring = [[99 + 0.1 * math.cos(t), 23.5 + 0.1 * math.sin(t)] for t in turns]
    assert refused(polygon([*ring, ring[0]])).code == "too_many_vertices"
    assert parse_geometry(polygon([*ring[:-1], ring[0]])).is_valid


def test_deep_nesting_is_refused() -> None:
    value: Any = 1
    for _ in range(500):
        value = [value]
    assert refused({"type": "Polygon", "coordinates": value}).code == "geometry_not_geojson"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


def taken(value: Any) -> BaseGeometry | Refused:
    try:
        return parse_geometry(value)
    except Refused as refusal:
        return refusal


@given(st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "MultiPoint", "MultiLineString"]), JSON)
def test_anything_is_either_geometry_or_refused(kind: str, coordinates: Any) -> None:
    answer = taken({"type": kind, "coordinates": coordinates})
    if isinstance(answer, Refused):
        assert answer.field is not None
        assert answer.field.startswith("geometry")
    else:
        assert answer.is_valid
        assert not answer.is_empty


@given(st.lists(st.tuples(st.floats(98.7, 100.5), st.floats(23.1, 25.0)), min_size=3, max_size=12))
def test_rings_are_valid_or_refused_with_a_place(points: list[tuple[float, float]]) -> None:
    answer = taken({"type": "Polygon", "coordinates": [[list(p) for p in (*points, points[0])]]})
    if isinstance(answer, Refused):
        assert answer.code in ("geometry_crosses_itself", "geometry_too_few_points")
    else:
        assert shape(json.loads(json.dumps(geometry_json(answer)))).equals(answer)
