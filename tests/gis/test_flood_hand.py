"""Height above nearest drainage on ground whose answer is known."""

import numpy as np
import pytest

from gis.hazards.hand import drainage, hand_m, nearest_drain, streams, way_down

CELL = (30.0, 30.0)


def valley(
    rows: int = 61, columns: int = 81, fall: float = 0.5, side: float = 2.0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A straight valley from north to south: bed in the middle column, sides rising by `side` metres a cell."""
    row, column = np.mgrid[0:rows, 0:columns].astype(float)
    return 500 - fall * row + side * np.abs(column - columns // 2)


def test_a_straight_valley() -> None:
    heights = valley()
    drained = drainage(heights, CELL)
    stream = streams(drained, 0.2)
    grid = stream.reshape(heights.shape)
    assert set(np.flatnonzero(grid.any(axis=0)).tolist()) == {40}
    above = hand_m(drained, nearest_drain(drained, stream), heights).reshape(heights.shape)
    # Beside the stream, a cell k columns away lies about 2 k metres above where its water enters it.
    assert above[45, 40] == 0
    assert above[45, 45] == pytest.approx(10, abs=5 * 0.5 + 1e-9)
    assert (np.diff(above[45, 40:60]) >= 0).all()


def test_every_cell_drains_and_none_twice() -> None:
    rng = np.random.default_rng(7)
    heights = np.round(valley() + rng.normal(0, 3, (61, 81)), 1)
    drained = drainage(heights, CELL)
    assert sorted(drained.order.tolist()) == list(range(61 * 81))
    out = drained.next < 0
    assert drained.cells[out].sum() == 61 * 81
    inner = np.flatnonzero(~out)
    assert (drained.bed_m[drained.next[inner]] <= drained.bed_m[inner]).all()
    # Neighbours only.
    rows, columns = inner // 81, inner % 81
    assert (np.abs(drained.next[inner] // 81 - rows) <= 1).all()
    assert (np.abs(drained.next[inner] % 81 - columns) <= 1).all()


def test_a_pit_is_left_over_its_lowest_pass() -> None:
    """A crater with a notch in its rim: its water goes through the notch."""
    row, column = np.mgrid[0:41, 0:41].astype(float)
    away = np.hypot(row - 20, column - 20)
    heights = 100 - np.abs(away - 8) * 3
    heights[28, 20] -= 6  # the notch, south
    way = way_down(drainage(heights, CELL), 20 * 41 + 20, 1e9)
    assert 28 * 41 + 20 in way.tolist()
    assert len(set(way.tolist())) == len(way)


def test_flat_ground_and_unknown_heights() -> None:
    flat = np.zeros((20, 30))
    drained = drainage(flat, CELL)
    assert drained.cells[drained.next < 0].sum() == 600
    heights = valley()
    heights[:, :10] = np.nan
    drained = drainage(heights, CELL)
    above = hand_m(drained, nearest_drain(drained, streams(drained, 0.2)), heights).reshape(heights.shape)
    assert np.isnan(above[:, :10]).all()
    assert np.isfinite(above[45, 30:50]).all()
    with pytest.raises(ValueError, match="3 × 3"):
        drainage(np.zeros((2, 5)), CELL)


def test_the_same_ground_gives_the_same_answer() -> None:
    rng = np.random.default_rng(3)
    heights = np.round(rng.normal(0, 5, (50, 60)), 1)
    first, second = drainage(heights, CELL), drainage(heights.copy(), CELL)
    assert (first.next == second.next).all()
    # Water cannot tell which datum a height counts from.
    higher = drainage(heights + 1000, CELL)
    assert (higher.cells == first.cells).mean() > 0.99


def test_the_way_down_ends_at_the_length_asked_for() -> None:
    drained = drainage(valley(), CELL)
    way = way_down(drained, 5 * 81 + 40, 600.0)
    assert len(way) == 21
    assert (np.diff(way // 81) == 1).all()
