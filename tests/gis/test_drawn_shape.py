"""What may be drawn, and how it is measured: known lengths and areas on the ellipsoid, and every refusal with its field."""

import math
from pathlib import Path
from typing import Any, cast

import pytest
from shapely import get_coordinates

from gis.drawn_shape import KINDS, MOST_VERTICES, buffered, drawn_shape, km_outside
from gis.geodesic import distance_m
from gis.symbols.catalogue import SYMBOLS_FILE, SymbolTrouble, load_symbols, symbols
from spine.db import Connection
from spine.errors import Refused

SQUARE = [[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]


def area(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def line(*points: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def test_length_of_a_degree_of_the_meridian() -> None:
    """110 727 m between 23° and 24° N (WGS 84 meridian arc, series of Helmert)."""
    shape = drawn_shape(line([99.0, 23.0], [99.0, 24.0]))
    e2 = 0.00669437999014
    midway = math.radians(23.5)
    radius = 6378137.0 * (1 - e2) / (1 - e2 * math.sin(midway) ** 2) ** 1.5
    assert shape.length_m == pytest.approx(radius * math.radians(1), rel=1e-5)
    assert shape.area_m2 is None


def test_area_of_a_cell_of_degrees() -> None:
    """The zone between two parallels on the ellipsoid (closed formula), a tenth of a degree of it; edges are geodesics, not parallels."""
    e = math.sqrt(0.00669437999014)
    b2 = 6378137.0**2 * (1 - e * e)

    def q(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (1 - e * e * s * s) + math.atanh(e * s) / e

    exact = math.radians(0.1) * b2 / 2 * (q(23.6) - q(23.5))
    shape = drawn_shape(area(SQUARE))
    assert shape.area_m2 == pytest.approx(exact, rel=1e-4)
    assert shape.length_m is not None
    assert 42_000 < shape.length_m < 43_000


def test_heights_are_left_out_and_vertices_are_kept_to_a_centimetre() -> None:
    shape = drawn_shape(line([99.0, 23.0, 1200.5], [99.123456789, 23.1, 900.0]))
    assert shape.json["coordinates"] == [[99.0, 23.0], [99.1234568, 23.1]]


MANY = [[99.0 + i / 10_000, 23.5] for i in range(MOST_VERTICES + 1)]


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        (area([[99.0, 23.0], [99.2, 23.2], [99.2, 23.0], [99.0, 23.2], [99.0, 23.0]]), "geometry_crosses_itself", "g"),
        (line([99.0, 23.0], [float("nan"), 23.1]), "coordinates_not_finite", "g.coordinates[1].lon"),
        (line([99.0, 23.0], [99.0, float("inf")]), "coordinates_not_finite", "g.coordinates[1].lat"),
        (line(*MANY), "too_many_vertices", "g.coordinates"),
        (line(*(MANY * 25)), "too_many_vertices", "g.coordinates"),
        (area(SQUARE, [[98.0, 22.0], [98.1, 22.0], [98.1, 22.1], [98.0, 22.0]]), "geometry_crosses_itself", "g"),
        (line([170.0, 40.0], [-170.0, 40.0]), "crosses_antimeridian", "g.coordinates"),
        (line([23.5, 99.0], [23.6, 99.1]), "coordinates_swapped", "g.coordinates[0]"),
        (line([99.0, 23.0], [99.0, 23.0]), "geometry_crosses_itself", "g"),
        (area(SQUARE[:4]), "ring_not_closed", "g.coordinates[0]"),
        (line([99.0, 23.0]), "geometry_too_few_points", "g.coordinates"),
        ({"type": "Polygon", "coordinates": []}, "geometry_empty", "g.coordinates"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry_kind", "g.type"),
        ({"type": "LineString", "coordinates": "99,23"}, "geometry_not_geojson", "g.coordinates"),
        ("POINT(99 23)", "geometry_not_geojson", "g"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named(value: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        drawn_shape(value, "g")
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.zh
    assert refused.value.en


def test_only_the_shapes_of_the_kind() -> None:
    with pytest.raises(Refused) as refused:
        drawn_shape(line([99.0, 23.0], [99.1, 23.0]), "g", kinds=KINDS["area"])
    assert refused.value.field == "g.type"


@pytest.mark.parametrize("metres", [50.0, 3_000.0, 80_000.0])
def test_a_buffer_of_a_point_is_so_far_away_everywhere(metres: float) -> None:
    around = buffered(drawn_shape({"type": "Point", "coordinates": [99.08, 23.55]}), metres)
    for place in cast(Any, around.geometry).exterior.coords:
        assert distance_m(99.08, 23.55, float(place[0]), float(place[1])) == pytest.approx(metres, rel=1e-4, abs=0.02)


def test_a_buffer_of_a_long_line_is_true_at_its_ends() -> None:
    """200 km long: across the line at its far end the distance is still true to 0.1 %."""
    around = buffered(drawn_shape(line([98.6, 23.5], [100.6, 23.5])), 5_000)
    north = max(float(lat) for lon, lat in get_coordinates(around.geometry) if 100.55 < lon < 100.6)
    assert distance_m(100.58, 23.5, 100.58, north) == pytest.approx(5_000, rel=2e-3)


def test_a_buffer_stays_drawable_or_is_refused() -> None:
    river = line(*([98.6 + i / 500, 23.5 + math.sin(i / 40) / 20] for i in range(900)))
    around = buffered(drawn_shape(river), 500)
    assert drawn_shape(around.json).area_m2 == around.area_m2
    zigzag = line(*([98.6 + i / 500, 23.5 + (i % 2) / 5] for i in range(900)))
    with pytest.raises(Refused) as refused:
        buffered(drawn_shape(zigzag), 20)
    assert (refused.value.code, refused.value.field) == ("buffer_too_detailed", "distance_m")


@pytest.mark.parametrize("metres", [0.0, -5.0, 200_000.0])
def test_impossible_distances(metres: float) -> None:
    with pytest.raises(Refused) as refused:
        buffered(drawn_shape(area(SQUARE)), metres)
    assert (refused.value.code, refused.value.field) == ("buffer_distance", "distance_m")


def test_a_shape_too_large_for_a_buffer() -> None:
    with pytest.raises(Refused, match="too large"):
        buffered(drawn_shape(line([90.0, 23.0], [110.0, 30.0])), 5_000)


async def test_how_far_a_shape_lies_outside(conn: Connection) -> None:
    assert await km_outside(conn, drawn_shape(area(SQUARE))) == 0
    beijing = await km_outside(conn, drawn_shape(line([99.05, 23.55], [116.4, 39.9])))
    assert beijing is not None
    assert 2_000 < beijing < 2_500


# --- symbols -----------------------------------------------------------------------------------------------------


def test_the_sixty_point_symbols_of_the_standard() -> None:
    found = symbols()
    assert len(found.by_code) == 60
    assert {key: row.colour for key, row in found.classes.items()} == {
        "A": "#ff0000", "B": "#ffff00", "C": "#0000ff", "D": "#00ff00"}  # fmt: skip
    assert all(2 <= len(symbol.zh) <= 5 and symbol.en for symbol in found.by_code.values())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{code: A10100, zh: 甲, en: A, line: M1 1h2}", "twice"),
        ("{code: K10100, zh: 甲, en: A, line: M1 1h2}", "letter"),
        ("{code: A99900, zh: 甲, en: A}", "path data"),
        ("{code: A99900, zh: 甲, en: A, line: 'M1 1 url(x)'}", "path data"),
        ("{code: A99900, zh: 甲, line: M1 1h2}", "en"),
    ],
)
def test_a_slip_in_the_symbol_file_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "symbols.yaml"
    path.write_text(SYMBOLS_FILE.read_text("utf-8") + f"  - {row}\n", "utf-8")
    with pytest.raises(SymbolTrouble, match=said):
        load_symbols(path)


def test_a_symbol_is_added_in_one_place(tmp_path: Path) -> None:
    path = tmp_path / "symbols.yaml"
    path.write_text(
        SYMBOLS_FILE.read_text("utf-8") + "  - {code: D2-LOCAL1, zh: 民兵, en: Militia, line: M2 2l20 20}\n", "utf-8"
    )
    added = load_symbols(path).find("D2-LOCAL1")
    assert added is not None
    assert added.kind == "D"
