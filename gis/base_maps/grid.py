"""Grids of tiles: the usual one of web maps, and those that a map service has of its own (pure).

The usual grid is a square of Web Mercator (EPSG:3857), halved at every level, 256 pixels a tile. A service's own grid may count
from another corner, begin at another level, or lie in degrees (EPSG:4326, EPSG:4490), as most provincial services do.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from gis.exchange.coordinates import EARTH_M
from spine.canonical import Json

Units = Literal["metres", "degrees"]

TILE_PX = 256
MOST_ZOOM = 22
_LIKE = 0.01
"""How far resolutions may differ and still be the same level."""
_COARSER = 1.05
_FINEST = 2.2
"""A level finer than this many times what is needed would cost too many tiles for one."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a grid. `resolution`: units a pixel; `left`, `top`: its corner in units; columns and rows of tiles."""

    id: str
    resolution: float
    left: float
    top: float
    tile_width: int
    tile_height: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Grid:
    units: Units
    levels: tuple[Level, ...]

    def to_json(self) -> Json:
        rows: list[Json] = [
            [one.id, one.resolution, one.left, one.top, one.tile_width, one.tile_height, one.columns, one.rows]
            for one in self.levels
        ]
        return {"units": self.units, "levels": rows}


def grid_from(kept: Mapping[str, Any]) -> Grid:
    return Grid(cast(Units, kept["units"]), tuple(Level(*row) for row in kept["levels"]))


def resolution_at(z: int, units: Units) -> float:
    """Units a pixel at this zoom of the usual grid, at the equator."""
    whole = 2 * EARTH_M if units == "metres" else 360.0
    return whole / (TILE_PX * (1 << z))


def usual_level(z: int) -> Level:
    return Level(str(z), resolution_at(z, "metres"), -EARTH_M, EARTH_M, TILE_PX, TILE_PX, 1 << z, 1 << z)


def usual_grid(min_zoom: int, max_zoom: int) -> Grid:
    return Grid("metres", tuple(usual_level(z) for z in range(min_zoom, max_zoom + 1)))


def is_usual(level: Level, z: int) -> bool:
    """Whether this level's tiles are those of the usual grid at zoom z, whatever their pixels."""
    span = 2 * EARTH_M / (1 << z)
    across, down = level.resolution * level.tile_width, level.resolution * level.tile_height
    # A hundredth of a tile at the far corner, where a wrong width adds up, and a metre or so in corners written short.
    close = _LIKE * span
    return (
        abs(across - span) * (1 << z) < close
        and abs(down - span) * (1 << z) < close
        and abs(level.left + EARTH_M) < close
        and abs(level.top - EARTH_M) < close
    )


def usual_ids(grid: Grid) -> dict[int, Level] | None:
    """Zoom → level, when every level of the grid is one of the usual ones; None when it is a grid of its own."""
    if grid.units != "metres":
        return None
    found: dict[int, Level] = {}
    for level in grid.levels:
        z = round(math.log2(2 * EARTH_M / (level.resolution * level.tile_width)))
        if not 0 <= z <= MOST_ZOOM or not is_usual(level, z):
            return None
        found[z] = level
    return found


def level_for(grid: Grid, z: int) -> Level | None:
    """The level that a tile of zoom z is made from: the coarsest that is fine enough. None: the grid has nothing of the kind."""
    needed = resolution_at(z, grid.units)
    fitting = [one for one in grid.levels if needed / _FINEST <= one.resolution <= needed * _COARSER]
    return max(fitting, key=lambda one: one.resolution, default=None)


def zooms_of(grid: Grid) -> tuple[int, int] | None:
    """The least and the greatest zoom that the grid has tiles for."""
    zooms = [z for z in range(MOST_ZOOM + 1) if level_for(grid, z) is not None]
    return (zooms[0], zooms[-1]) if zooms else None
