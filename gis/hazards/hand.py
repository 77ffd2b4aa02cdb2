"""Height above nearest drainage (HAND) on a box of heights, at run time: where water goes, and how high ground lies above it.

Flow directions: steepest descent to one of eight neighbours; pits are joined over their lowest passes by a minimum spanning tree
of basins, and the way from each pit to its pass is carved (Cordonnier, Bovy & Braun, Earth Surface Dynamics 7, 2019, 549–562).
HAND: Nobre et al., Journal of Hydrology 404 (2011) 13–29. Everything is arrays: a million cells take about a second.

A river that enters the box from outside has, within it, only the catchment inside: take the box larger than the place.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
_FORWARD = ((0, 1), (1, -1), (1, 0), (1, 1))
_NUDGE = 0.003
"""Of smoothed heights, added to tell flat ground which way it slopes: far below the step in which heights are kept."""


@dataclass(frozen=True, slots=True)
class Drainage:
    """Of a grid of rows × columns, all arrays flat (row by row). `next`: the cell that a cell's water goes to; −1: out of the box.

    `order`: cells from the outlets upwards (each after the one that it drains to); `levels`: where each step away from an
    outlet begins in it. `cells`: how many cells drain through each, itself included. `bed_m`: heights with the ways out of pits
    carved, never rising downstream along `next`. `known`: where there is a height.
    """

    shape: tuple[int, int]
    cell_m: tuple[float, float]
    next: Ints
    order: Ints
    levels: Ints
    cells: Ints
    bed_m: Floats
    known: Bools

    @property
    def cell_km2(self) -> float:
        return self.cell_m[0] * self.cell_m[1] / 1e6

    @property
    def area_km2(self) -> Floats:
        """What drains through each cell, within the box."""
        return self.cells.astype(np.float64) * self.cell_km2


def drainage(heights_m: Floats, cell_m: tuple[float, float]) -> Drainage:
    """From heights (rows from the north, metres; NaN: not known) and the size of a cell (across, down; metres).

    Water leaves over the rim of the box and into cells whose height is not known. Raises ValueError below 3 × 3 cells.
    """
    rows, columns = heights_m.shape
    if rows < 3 or columns < 3:
        raise ValueError("a box of heights needs at least 3 × 3 cells")
    known = np.isfinite(heights_m)
    lowest = float(heights_m[known].min()) if bool(known.any()) else 0.0
    filled = np.where(known, heights_m, lowest - 1.0)
    level = filled + _NUDGE * gaussian_filter(filled, 4.0)
    out = _outlets(known)
    following = _steepest(level, known, out, cell_m)
    following = _joined(level, following, out, (rows, columns))
    order, levels = _from_outlets(following)
    cells, bed = _gathered(following, order, levels, np.where(known, heights_m, lowest).ravel())
    return Drainage((rows, columns), cell_m, following, order, levels, cells, bed, known.ravel())


def _outlets(known: Bools) -> Bools:
    """Cells from which water may leave: the rim, and those beside what is not known."""
    rim = np.ones(known.shape, dtype=np.bool_)
    rim[1:-1, 1:-1] = False
    unknown = np.zeros((known.shape[0] + 2, known.shape[1] + 2), dtype=np.bool_)
    unknown[1:-1, 1:-1] = ~known
    for down, right in _AROUND:
        rim |= unknown[1 + down : 1 + down + known.shape[0], 1 + right : 1 + right + known.shape[1]]
    return rim | ~known


def _steepest(level: Floats, known: Bools, out: Bools, cell_m: tuple[float, float]) -> Ints:
    """The neighbour that lies lowest by slope; a cell itself where none is lower (a pit), and for outlets without a lower one."""
    rows, columns = level.shape
    best = np.zeros((rows, columns))
    target = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    index = target.copy()
    across, down_m = cell_m
    for down, right in _AROUND:
        here = (slice(max(0, -down), rows - max(0, down)), slice(max(0, -right), columns - max(0, right)))
        there = (slice(max(0, down), rows - max(0, -down)), slice(max(0, right), columns - max(0, -right)))
        slope = (level[here] - level[there]) / float(np.hypot(down * down_m, right * across))
        better = (slope > best[here]) & known[there] & known[here]
        best[here] = np.where(better, slope, best[here])
        target[here] = np.where(better, index[there], target[here])
    # An outlet on the rim keeps its way inwards where the ground falls that way, otherwise its water leaves.
    flat = target.ravel()
    return np.where(out.ravel() & (flat == index.ravel()), -1, flat)


def _ends(following: Ints) -> Ints:
    """For each cell the pit or outlet that its water reaches, by doubling the steps."""
    end = np.where(following < 0, np.arange(len(following)), following)
    while True:
        further = end[end]
        if bool((further == end).all()):
            return end
        end = further


def _joined(level: Floats, following: Ints, out: Bools, shape: tuple[int, int]) -> Ints:
    """Every pit led over its lowest pass towards the rim, the ways between carved."""
    index = np.arange(len(following), dtype=np.int64)
    end = _ends(following)
    pits = np.flatnonzero(following == index)
    if len(pits) == 0:
        return following
    # Basins by number: 0 is everything that leaves the box already (or may, at the rim), the pits follow.
    number = np.zeros(len(following), dtype=np.int64)
    number[pits] = np.arange(1, len(pits) + 1)
    basin = number[end].reshape(shape)
    low, high, height = _passes(level, basin, out)
    tree = _spanning(low, high, height, basin.ravel(), len(pits) + 1)
    return _carved(following, pits, tree, basin.ravel())


def _passes(level: Floats, basin: Ints, out: Bools) -> tuple[Ints, Ints, Floats]:
    """(cell, cell, height of the pass) between neighbours of different basins. The rim counts as beside basin 0: cell −1."""
    rows, columns = level.shape
    index = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    ones: list[Ints] = []
    others: list[Ints] = []
    for down, right in _FORWARD:
        here = (slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
        there = (slice(down, rows), slice(max(0, right), columns - max(0, -right)))
        apart = basin[here] != basin[there]
        ones.append(index[here][apart])
        others.append(index[there][apart])
    rim = np.flatnonzero(out.ravel() & (basin.ravel() > 0))
    one, other = np.concatenate((*ones, rim)), np.concatenate((*others, np.full(len(rim), -1, dtype=np.int64)))
    heights = level.ravel()
    height = np.where(other < 0, heights[one], np.maximum(heights[one], heights[other]))
    return one, other, height


def _spanning(one: Ints, other: Ints, height: Floats, basin: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """(basin, its cell at the pass, the cell beyond; −1: out of the box) of every basin but 0, in no order."""
    a, b = basin[one], np.where(other < 0, 0, basin[other])
    low, high = np.minimum(a, b), np.maximum(a, b)
    pairs = low * count + high
    by = np.argsort(pairs)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(pairs[by]) != 0)))
    lowest = np.repeat(np.minimum.reduceat(height[by], starts), np.diff(np.append(starts, len(by))))
    least = by[height[by] == lowest]
    kept = pairs[least]
    first = least[np.concatenate(([True], kept[1:] != kept[:-1]))]
    # A weight of zero would mean "no edge": heights are counted from just below the lowest pass.
    weight = height[first] - float(height.min()) + 1e-3
    graph = coo_array((weight, (low[first], high[first])), shape=(count, count)).tocsr()
    tree = cast(Any, minimum_spanning_tree(graph))
    order, before = cast(Any, breadth_first_order)(tree, 0, directed=False)
    reached = np.asarray(order, dtype=np.int64)[1:]
    parent = np.asarray(before, dtype=np.int64)[reached]
    keys = pairs[first]
    at = first[np.searchsorted(keys, np.minimum(reached, parent) * count + np.maximum(reached, parent))]
    mine_first = a[at] == reached
    return reached, np.where(mine_first, one[at], other[at]), np.where(mine_first, other[at], one[at])


def _carved(following: Ints, pits: Ints, tree: tuple[Ints, Ints, Ints], basin: Ints) -> Ints:
    """The way from each basin's pass down to its pit turned round, all basins at once."""
    reached, current, previous = tree
    turned = following.copy()
    pit = pits[reached - 1]
    while len(current):
        onward = following[current]
        turned[current] = previous
        going = current != pit
        previous, current, pit = current[going], onward[going], pit[going]
    return turned


def _from_outlets(following: Ints) -> tuple[Ints, Ints]:
    """Cells in order of their steps from an outlet, and where each step begins (with the end)."""
    count = len(following)
    source = np.where(following < 0, count, following)
    # Children by parent, as a sparse matrix that a breadth-first search can walk from the outside (number `count`).
    children = csr_array((np.ones(count, dtype=np.int8), (source, np.arange(count))), shape=(count + 1, count + 1))
    order, _ = cast(Any, breadth_first_order)(children, count, directed=True)
    order = np.asarray(order, dtype=np.int64)[1:]
    place = np.empty(count + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[count] = -1
    above = place[source[order]]
    starts = [0]
    while starts[-1] < len(order):
        # Parents come in order, so the step ends where a parent lies within the step itself.
        starts.append(int(np.searchsorted(above, starts[-1], side="left")))
    return order, np.asarray(starts, dtype=np.int64)


def _gathered(following: Ints, order: Ints, levels: Ints, heights: Floats) -> tuple[Ints, Floats]:
    """How many cells drain through each, and heights that never rise downstream."""
    cells = np.ones(len(following), dtype=np.int64)
    bed = heights.copy()
    for start, end in zip(levels[-2:0:-1].tolist(), levels[:1:-1].tolist(), strict=True):
        step = order[start:end]
        target = following[step]
        np.add.at(cells, target, cells[step])
        np.minimum.at(bed, target, bed[step])
    return cells, bed


def streams(drained: Drainage, from_km2: float) -> Bools:
    """Cells through which at least so much of the box drains, flat."""
    return (drained.area_km2 >= from_km2) & drained.known


def upstream(drained: Drainage, cell: int) -> Bools:
    """Every cell whose water passes through this one, itself included; flat."""
    found = np.zeros(len(drained.next), dtype=np.bool_)
    found[cell] = True
    for start, end in zip(drained.levels[1:-1].tolist(), drained.levels[2:].tolist(), strict=True):
        step = drained.order[start:end]
        found[step] |= found[drained.next[step]]
    return found


def nearest_drain(drained: Drainage, stream: Bools) -> Ints:
    """For each cell the first stream cell on its water's way; −1 where it leaves the box before meeting one."""
    count = len(drained.next)
    onward = np.where(stream, np.arange(count), drained.next)
    onward = np.append(np.where(onward < 0, count, onward), count)
    while True:
        further = onward[onward]
        if bool((further == onward).all()):
            break
        onward = further
    end = onward[:count]
    return np.where(end == count, -1, end)


def hand_m(drained: Drainage, drain: Ints, heights_m: Floats) -> Floats:
    """Metres above the drain of each cell, flat, never below 0; NaN where it has none or no height is known."""
    heights = heights_m.ravel()
    above = np.maximum(heights - drained.bed_m[drain], 0.0)
    return np.where((drain >= 0) & drained.known, above, np.nan)


def way_down(drained: Drainage, start: int, most_m: float) -> Ints:
    """Cells along the water's way from one cell, itself first, until it leaves the box or is `most_m` long."""
    columns = drained.shape[1]
    across, down = drained.cell_m
    found = [start]
    gone = 0.0
    following = drained.next
    while True:
        here = found[-1]
        there = int(following[here])
        if there < 0:
            break
        gone += float(
            np.hypot((there % columns - here % columns) * across, (there // columns - here // columns) * down)
        )
        if gone > most_m:
            break
        found.append(there)
    return np.asarray(found, dtype=np.int64)
