"""Ratings made from the ground, and the valley below a dam, on ground whose answer is known."""

import numpy as np
import pytest

from gis.hazards.dam_break_valley import assumed, course, measured, terrain_of, under_water
from gis.hazards.flood_rating import STAGES_M, main_stem, rating
from gis.hazards.flood_runoff import triangular_depth_m
from gis.hazards.hand import Drainage, Floats, drainage, hand_m, nearest_drain, streams

CELL = (30.0, 30.0)
FALL, SIDE = 0.3, 2.0  # metres a cell: slope 0.01, sides 1 in 15


def valley(rows: int = 201, columns: int = 81) -> Floats:
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float64)
    return 900 - FALL * row + SIDE * np.abs(column - columns // 2)


def drained_valley() -> tuple[Drainage, Floats]:
    heights = valley()
    return drainage(heights, CELL), heights


def test_the_rating_of_a_v_shaped_valley_is_mannings() -> None:
    drained, heights = drained_valley()
    stream = streams(drained, 0.3)
    reach = main_stem(drained, stream, 120 * 81 + 47, 600.0, 2000.0)
    assert reach is not None
    assert reach.at == 120 * 81 + 40
    assert reach.slope == pytest.approx(0.01, rel=0.05)
    drain = nearest_drain(drained, stream)
    table = rating(drained, reach, drain, hand_m(drained, drain, heights))
    stage = table.stage_m(np.asarray([2000.0]), np.asarray([0.05]))
    analytic = triangular_depth_m(np.asarray([2000.0]), np.asarray([0.01]), np.asarray([0.05]), np.asarray([15.0]))
    # Slanting flow lines and cells of 30 m: within a fifth.
    assert stage[0] == pytest.approx(analytic[0], rel=0.2)
    assert (np.diff(table.conveyance) >= 0).all()
    assert len(table.conveyance) == len(STAGES_M)
    back = table.flow_m3_s(stage, np.asarray([0.05]))
    assert back[0] == pytest.approx(2000, rel=0.02)
    assert table.reaches(2000, 0.05)
    assert not table.reaches(1e9, 0.05)


def test_no_stream_near_is_said() -> None:
    drained, _ = drained_valley()
    assert main_stem(drained, streams(drained, 1e6), 120 * 81 + 47, 600.0, 2000.0) is None


def test_the_valley_below_a_dam_is_measured() -> None:
    drained, heights = drained_valley()
    way = course(drained, heights, 30 * 81 + 40, 4500.0)
    assert way is not None
    assert way.along_m[-1] == pytest.approx(4500, abs=30)
    found = measured(drained, way)
    assert len(found.along_m) == 5
    assert found.slope[:4] == pytest.approx([0.01] * 4, rel=0.05)
    assert found.side[1:4] == pytest.approx([15] * 3, rel=0.2)
    wet = under_water(way, np.full(5, 6.0)).reshape(heights.shape)
    # Nothing above the dam, the bed below it, no more than three or four cells to either side.
    assert not wet[:29].any()
    assert wet[60:150, 40].all()
    assert not wet[:, :34].any()
    assert (under_water(way, np.full(5, 8.0)) >= wet.ravel()).all()


def test_assumed_valleys() -> None:
    found = assumed(25_400.0, "mountain")
    assert len(found.along_m) == 25
    assert found.along_m[-1] == 25_000
    assert [terrain_of(slope) for slope in (0.02, 0.004, 0.0002)] == ["mountain", "hills", "plain"]
