"""The arrays agree with the single points, and a thinned layer keeps its promise."""

import numpy as np
import pytest

from gis.crs import Origin, from_wgs84, to_wgs84
from gis.exchange.attributes import attributes_of, copy_text
from gis.exchange.coordinates import EARTH_M, to_mercator, undo_offset
from gis.exchange.findings import Findings
from gis.exchange.options import Options
from gis.exchange.thinning import ALL_FROM, CELLS, Thinning


@pytest.mark.parametrize("origin", [Origin.GCJ02, Origin.BD09, Origin.WGS84])
def test_offsets_of_arrays_are_those_of_points(origin: Origin) -> None:
    drawn = np.random.default_rng(1)
    lon, lat = drawn.uniform(60, 145, 300), drawn.uniform(-5, 60, 300)
    moved = undo_offset(lon, lat, origin)
    for index in range(len(lon)):
        expected = to_wgs84(float(lon[index]), float(lat[index]), origin)
        assert (moved[0][index], moved[1][index]) == pytest.approx(expected, abs=2e-8)


def test_there_and_back_within_a_metre() -> None:
    lon, lat = from_wgs84(99.1, 23.5, Origin.BD09)
    back = undo_offset(np.array([lon]), np.array([lat]), Origin.BD09)
    assert (float(back[0][0]), float(back[1][0])) == pytest.approx((99.1, 23.5), abs=1e-7)


def test_the_mercator_square_has_its_corners() -> None:
    corners = to_mercator(np.array([[180.0, 85.0511287798066], [-180.0, -90.0], [0.0, 0.0]]))
    assert corners == pytest.approx(np.array([[EARTH_M, EARTH_M], [-EARTH_M, -EARTH_M], [0.0, 0.0]]), abs=1e-6)


def test_every_feature_is_drawn_near_enough_and_few_far_out() -> None:
    drawn = np.random.default_rng(2)
    thinning = Thinning()
    places = to_mercator(np.column_stack((drawn.uniform(99, 100, 50_000), drawn.uniform(23, 24, 50_000))))
    parts = [thinning.zooms(part[:, 0], part[:, 1], np.zeros(len(part))) for part in np.array_split(places, 7)]
    first = np.concatenate(parts)
    assert thinning.drawn[ALL_FROM] == 50_000
    assert (np.diff(thinning.drawn) >= 0).all()
    for zoom in (5, 8, 10):
        shown = places[first <= zoom]
        cell = 2 * EARTH_M / (1 << zoom) / CELLS
        cells = {(int((x + EARTH_M) // cell), int((EARTH_M - y) // cell)) for x, y in shown}
        assert len(cells) == len(shown), "two features in one cell"
        everywhere = {(int((x + EARTH_M) // cell), int((EARTH_M - y) // cell)) for x, y in places}
        assert len(cells) > 0.9 * len(everywhere), "an occupied place looks empty"


def test_a_small_layer_is_drawn_whole() -> None:
    thinning = Thinning(3)
    assert thinning.zooms(np.zeros(3), np.zeros(3), np.zeros(3)).tolist() == [0, 0, 0]
    assert thinning.drawn.tolist() == [3] * (ALL_FROM + 1)


def test_what_is_large_is_always_drawn() -> None:
    first = Thinning().zooms(np.zeros(3), np.zeros(3), np.array([EARTH_M, EARTH_M / 1000, 0.0]))
    # The second is two pixels wide from zoom 2 on; the third takes the cell at zoom 0, where nothing small was.
    assert first[0] == 0
    assert sorted(first.tolist()[1:])[0] == 0


def test_names_become_columns_that_differ() -> None:
    findings = Findings()
    made = attributes_of(
        [
            ("Name", "text"),
            ("name", "text"),
            ("geom", "text"),
            ("面积(km²)", "number"),
            ("x" * 200, "text"),
            ("!!!", "text"),
        ],
        Options(),
        findings,
    )
    names = [one.name for one in made]
    assert names[:3] == ["Name", "name_2", "geom_2"]
    assert names[3] == "面积_km²"
    assert len(names[4]) == 60
    assert len({name.lower() for name in names}) == len(names)


def test_values_as_copy_text() -> None:
    assert copy_text("a\tb\\c\n\x00d", "text") == "a\\tb\\\\c\\nd"
    assert copy_text(float("nan"), "number") == "\\N"
    assert copy_text(3.0, "integer") == "3"
    assert copy_text("2026-03-01T10:00:00", "datetime") == "2026-03-01T10:00:00+08:00"
    assert copy_text("2026-03-01T10:00:00Z", "datetime") == "2026-03-01T10:00:00+00:00"
    assert copy_text("0000-00-00", "date") == "\\N"
    assert copy_text("2026/03/01", "date") == "2026-03-01"
