"""From which zoom on a feature is drawn, so that a tile of a million features holds no more than an eye can tell apart.

What is at least two pixels wide at a zoom is always drawn there. Of what is smaller, one in each cell of 8 × 8 pixels is drawn,
the first that came; the others appear when one zooms in, all of them from `ALL_FROM` on. How many are drawn at each zoom is
counted, so that the screen can say so. A layer of `MOST_WHOLE` features or fewer is drawn whole at every zoom.
"""

import numpy as np
from numpy.typing import NDArray

from gis.exchange.coordinates import EARTH_M, Floats

ALL_FROM = 15
TILE_PX = 512
SMALL_PX = 2.0
MOST_WHOLE = 4000
CELLS = 64
"""Cells along a tile's side."""
_MOST_SLOTS = 1 << 24


class Thinning:
    """Seen chunk by chunk. Cells are kept in tables of bits; where two share a slot, a feature appears one zoom later."""

    def __init__(self, total: int | None = None) -> None:
        """`total`: features to come, None when nobody knows."""
        self._whole = total is not None and total <= MOST_WHOLE
        self._taken = [np.zeros(min(_MOST_SLOTS, (CELLS << zoom) ** 2), dtype=bool) for zoom in range(ALL_FROM)]
        self.drawn = np.zeros(ALL_FROM + 1, dtype=np.int64)

    def zooms(self, x: Floats, y: Floats, span: Floats) -> NDArray[np.int16]:
        """Centres and larger sides of the features' boxes in Web Mercator metres → the first zoom of each."""
        if self._whole:
            self.drawn += len(x)
            return np.zeros(len(x), dtype=np.int16)
        first = np.full(len(x), ALL_FROM, dtype=np.int16)
        for zoom in range(ALL_FROM):
            tile = 2 * EARTH_M / (1 << zoom)
            waiting = first == ALL_FROM
            large = waiting & (span >= SMALL_PX * tile / TILE_PX)
            first[large] = zoom
            slots = self._slots(x, y, zoom, tile / CELLS)
            taken = self._taken[zoom]
            small = span < SMALL_PX * tile / TILE_PX
            taken[slots[small & (first < zoom)]] = True  # drawn already further out
            free = np.flatnonzero(waiting & ~large & ~taken[slots])
            _, chosen = np.unique(slots[free], return_index=True)
            first[free[chosen]] = zoom
            taken[slots[free[chosen]]] = True
        self.drawn += np.cumsum(np.bincount(first, minlength=ALL_FROM + 1))
        return first

    def _slots(self, x: Floats, y: Floats, zoom: int, cell: float) -> NDArray[np.int64]:
        side = CELLS << zoom
        column = np.clip(((x + EARTH_M) / cell).astype(np.int64), 0, side - 1)
        row = np.clip(((EARTH_M - y) / cell).astype(np.int64), 0, side - 1)
        key = row * side + column
        size = len(self._taken[zoom])
        if side * side <= size:
            return key
        return ((key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)).astype(np.int64) % size
