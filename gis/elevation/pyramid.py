"""From one raster to every tile that it changes, from the finest to the coarsest, over what was known before.

The quadtree is walked depth first, so that a few tiles are held at a time. A tile that is wholly known goes out at once. One that is
not waits on disk until its parent is there: unknown pixels take their shade from it (see heights.py), and both sides of a seam agree.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gis.elevation.before import Before, Made
from gis.elevation.grid import LEAST_ZOOM, TILE_PX, Tile, tile_of, touches
from gis.elevation.heights import (
    Ground,
    Heights,
    enlarged,
    from_png,
    laid_over,
    nothing,
    pack_origins,
    quarter,
    run_out,
    to_png,
)
from gis.elevation.raster import Raster
from gis.elevation.sampling import sample, step_at

_HALF = TILE_PX // 2


class Pyramid:
    """`zoom`: of the finest tiles made from the raster. `version`: the origin of what it gives."""

    def __init__(self, raster: Raster, zoom: int, version: int, before: Before, spool: Path) -> None:
        self._raster, self._zoom, self._version = raster, zoom, version
        self._before, self._spool = before, spool
        self._step = step_at(raster, zoom)
        self._waiting: list[Tile] = []
        self._ready: list[Made] = []
        self.sampled = 0
        self.known = 0
        """Pixels of the finest zoom to which the raster gave a height."""
        self.lowest, self.highest = float("inf"), float("-inf")

    def tiles(self, hear: Callable[[int], None]) -> Iterator[Made]:
        """Every tile that changes; `hear` is told how many tiles of the raster have been read."""
        west, south, east, north = self._raster.extent
        first, last = tile_of(west, north, LEAST_ZOOM), tile_of(east, south, LEAST_ZOOM)
        for y in range(first.y, last.y + 1):
            for x in range(first.x, last.x + 1):
                for _ in self._walk(Tile(LEAST_ZOOM, x, y), hear):
                    yield from self._take()
        yield from self._take()
        yield from self._run_outs()

    def _take(self) -> list[Made]:
        ready, self._ready = self._ready, []
        return ready

    def _walk(self, root: Tile, hear: Callable[[int], None]) -> Iterator[None]:
        """Depth first without recursion of generators: pauses after each tile, so that finished ones go out."""
        results: dict[Tile, Ground | None] = {}
        stack: list[tuple[Tile, bool]] = [(root, False)]
        while stack:
            tile, opened = stack.pop()
            children = self._children(tile)
            if not opened and children:
                stack.append((tile, True))
                stack.extend((child, False) for child in reversed(children))
                continue
            parts = {child: results.pop(child) for child in children}
            results[tile] = self._tile(tile, parts)
            if tile.z == self._zoom:
                self.sampled += 1
                hear(self.sampled)
            yield

    def _children(self, tile: Tile) -> list[Tile]:
        near = [child for child in tile.children() if touches(child, self._raster.extent)]
        if tile.z < self._zoom:
            return near
        return [child for child in near if child in self._before.tiles]

    def _tile(self, tile: Tile, parts: dict[Tile, Ground | None]) -> Ground | None:
        """What the tile is now, None when the raster changes nothing of it."""
        changed = {child: part for child, part in parts.items() if part is not None}
        own = self._own(tile) if tile.z >= self._zoom else None
        if own is None and not changed:
            return None
        ground = own
        if ground is None or not ground.whole:
            under = self._before.under(tile)
            if under is not None:
                ground = under if ground is None else laid_over(ground, under)
        if ground is None:
            ground = nothing()
        for child, part in changed.items():
            small = quarter(part)
            rows = slice(_HALF * (child.y % 2), _HALF * (child.y % 2) + _HALF)
            columns = slice(_HALF * (child.x % 2), _HALF * (child.x % 2) + _HALF)
            ground.heights[rows, columns], ground.origins[rows, columns] = small.heights, small.origins
        self._done(tile, ground)
        return ground

    def _own(self, tile: Tile) -> Ground | None:
        heights = sample(self._raster, tile, self._step if tile.z == self._zoom else step_at(self._raster, tile.z))
        if heights is None:
            return None
        known = np.isfinite(heights)
        if tile.z == self._zoom:
            self.known += int(known.sum())
            self.lowest = min(self.lowest, float(np.nanmin(heights)))
            self.highest = max(self.highest, float(np.nanmax(heights)))
        return Ground(heights, np.where(known, self._version, 0).astype(np.int32))

    def _done(self, tile: Tile, ground: Ground) -> None:
        origin, plane = pack_origins(ground.origins)
        if ground.whole:
            self._ready.append(Made(tile, origin, plane, to_png(ground.heights)))
            return
        Before.write(self._spool, Made(tile, origin, plane, to_png(run_out(ground.heights))))
        self._waiting.append(tile)

    def _run_outs(self) -> Iterator[Made]:
        """The tiles with something unknown, the coarsest first: their shade where nothing is known is their parent's."""
        waiting = Before(self._spool)
        for tile in sorted(self._waiting):
            ground = waiting.get(tile)
            if ground is None:
                continue
            png = (self._spool / f"{tile.z}-{tile.x}-{tile.y}.png").read_bytes()
            if tile.parent() in waiting.tiles:
                png = to_png(self._shaded(tile, ground))
                (self._spool / f"{tile.z}-{tile.x}-{tile.y}.png").write_bytes(png)
            origin, plane = pack_origins(ground.origins)
            yield Made(tile, origin, plane, png)

    def _shaded(self, tile: Tile, ground: Ground) -> Heights:
        parent = tile.parent()
        whole = from_png((self._spool / f"{parent.z}-{parent.x}-{parent.y}.png").read_bytes())
        shade = enlarged(Ground(whole, np.ones_like(ground.origins)), tile.x % 2, tile.y % 2, 1)
        return np.where(ground.origins > 0, ground.heights, shade.heights).astype(np.float32)
