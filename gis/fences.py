"""Geofences: which units are inside which areas, decided for thousands of positions at once (pure, in memory).

A unit enters when a position lies inside the area, and leaves when one lies farther outside than the fence's margin: between
the two nothing changes, so that a unit at the line does not come and go with the receiver's noise. Positions are taken in
the order of their own times. One that is older than what was decided already never changes what is; if it shows a visit
that nobody knew of, that is told once for the unit's present stay outside (`inside`, late). A position that is known to
less than 200 m decides nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

What = Literal["enter", "leave", "inside"]
Fix: TypeAlias = tuple[str, float, float, float, float | None]
"""(unit, seconds since 1970, lon, lat, accuracy in metres or None)."""
VAGUE_M = 200.0
_METRES_PER_DEGREE = 111_195.0
_NEVER = -math.inf
_vector: Any = shapely  # its stubs leave the types of arrays open
Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fence:
    """`since`: seconds since 1970 at which it was drawn; what was before does not concern it."""

    id: str
    area: BaseGeometry
    margin_m: float
    since: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last told of a unit and a fence."""

    fence: str
    unit: str
    inside: bool
    changed_at: float
    told_late: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """A unit that entered or left, or was found inside. `late`: a visit that was heard of only after later positions."""

    fence: str
    unit: str
    what: What
    at: float
    lon: float
    lat: float
    late: bool = False


def widened(area: BaseGeometry, metres: float) -> BaseGeometry:
    """The area with a margin around it: a buffer in a plane stretched for the area's middle latitude (within one per cent)."""
    if metres <= 0:
        return area
    shrink = math.cos(math.radians(area.centroid.y))
    if shrink < 0.01:
        return area
    flat = scale(area, xfact=shrink, yfact=1.0, origin=(0, 0))
    return scale(flat.buffer(metres / _METRES_PER_DEGREE, quad_segs=4), xfact=1 / shrink, yfact=1.0, origin=(0, 0))


class FenceEngine:
    """Fences, units, and a table of who is inside what. Not safe for two threads at once."""

    def __init__(self) -> None:
        self._fences: list[Fence] = []
        self._of_fence: dict[str, int] = {}
        self._of_unit: dict[str, int] = {}
        self._units: list[str] = []
        self._inner: NDArray[Any] = np.empty(0, dtype=object)
        self._outer: NDArray[Any] = np.empty(0, dtype=object)
        self._since: Floats = np.empty(0)
        self._tree: STRtree | None = None
        self._inside = np.zeros((0, 0), dtype=np.bool_)
        self._told_late = np.zeros((0, 0), dtype=np.bool_)
        self._changed = np.zeros((0, 0))
        self._decided: Floats = np.zeros(0)

    # --- what it knows --------------------------------------------------------------------------------------------------

    def load(self, fences: Sequence[Fence], standings: Iterable[Standing]) -> None:
        """Take these fences and what was told of them, in place of all it had; the times up to which units were decided stay."""
        self._fences = list(fences)
        self._of_fence = {fence.id: number for number, fence in enumerate(self._fences)}
        self._inner = np.array([fence.area for fence in self._fences], dtype=object)
        self._outer = np.array([widened(fence.area, fence.margin_m) for fence in self._fences], dtype=object)
        self._since = np.array([fence.since for fence in self._fences], dtype=np.float64)
        _vector.prepare(self._inner)
        _vector.prepare(self._outer)
        self._tree = STRtree(list(self._outer)) if self._fences else None
        shape = (max(len(self._units), 64), len(self._fences))
        self._inside = np.zeros(shape, dtype=np.bool_)
        self._told_late = np.zeros(shape, dtype=np.bool_)
        self._changed = np.full(shape, _NEVER)
        self.adopt(standings)

    def adopt(self, standings: Iterable[Standing]) -> None:
        """Take what was told, by this process or another one."""
        for standing in standings:
            fence = self._of_fence.get(standing.fence)
            if fence is None:
                continue
            unit = self._unit(standing.unit)
            self._inside[unit, fence] = standing.inside
            self._changed[unit, fence] = standing.changed_at
            self._told_late[unit, fence] = standing.told_late

    def decided_until(self, times: Iterable[tuple[str, float]]) -> None:
        """Positions of these units were decided up to these times, before this process began."""
        for name, at in times:
            unit = self._unit(name)
            self._decided[unit] = max(self._decided[unit], at)

    def _unit(self, name: str) -> int:
        number = self._of_unit.get(name)
        if number is None:
            number = self._of_unit[name] = len(self._units)
            self._units.append(name)
            self._room_for(number + 1)
        return number

    def _room_for(self, units: int) -> None:
        rows = self._inside.shape[0]
        if units > rows:
            more = max(64, rows)
            columns = len(self._fences)
            self._inside = np.vstack([self._inside, np.zeros((more, columns), dtype=np.bool_)])
            self._told_late = np.vstack([self._told_late, np.zeros((more, columns), dtype=np.bool_)])
            self._changed = np.vstack([self._changed, np.full((more, columns), _NEVER)])
        if units > self._decided.shape[0]:
            self._decided = np.concatenate([self._decided, np.full(max(64, units), _NEVER)])

    # --- deciding -------------------------------------------------------------------------------------------------------

    def decide(self, fixes: Sequence[Fix], *, standing: bool = False) -> list[Crossing]:
        """What these positions mean, in the order of their times. `standing`: they are the newest ones known, looked at again
        because the fences are new; they decide though they are not newer than before, and are `inside`, not `enter`."""
        clear = [fix for fix in fixes if fix[4] is None or fix[4] <= VAGUE_M]
        if not clear:
            return []
        unit = np.fromiter((self._unit(fix[0]) for fix in clear), dtype=np.int64, count=len(clear))
        numbers = np.array([(fix[1], fix[2], fix[3]) for fix in clear], dtype=np.float64)
        order = np.lexsort((numbers[:, 0], unit))
        unit, at, lon, lat = unit[order], numbers[order, 0], numbers[order, 1], numbers[order, 2]
        crossings: list[Crossing] = []
        if self._tree is not None:
            point, fence, within = self._near(lon, lat)
            # The n-th position of each unit together: positions of one unit depend on each other, those of different ones do not.
            first = np.concatenate(([True], unit[1:] != unit[:-1]))
            start = np.maximum.accumulate(np.where(first, np.arange(len(unit)), 0))
            turn = np.arange(len(unit)) - start
            for number in range(int(turn.max()) + 1):
                chosen = turn == number
                pairs = chosen[point]
                crossings += self._turn(
                    np.flatnonzero(chosen),
                    unit,
                    at,
                    lon,
                    lat,
                    point[pairs],
                    fence[pairs],
                    within[pairs],
                    standing=standing,
                )
        np.maximum.at(self._decided, unit, at)
        crossings.sort(key=lambda crossing: crossing.at)
        return crossings

    def _near(self, lon: Floats, lat: Floats) -> tuple[Whole, Whole, NDArray[np.bool_]]:
        """(position, fence, whether inside) of all pairs that are inside a fence or within its margin."""
        tree = cast(Any, self._tree)
        point, fence = tree.query(_vector.points(lon, lat))
        near = _vector.intersects_xy(self._outer[fence], lon[point], lat[point])
        point, fence = point[near], fence[near]
        within = _vector.intersects_xy(self._inner[fence], lon[point], lat[point])
        return point.astype(np.int64), fence.astype(np.int64), within

    def _turn(
        self,
        chosen: Whole,
        unit: Whole,
        at: Floats,
        lon: Floats,
        lat: Floats,
        point: Whole,
        fence: Whole,
        within: NDArray[np.bool_],
        *,
        standing: bool,
    ) -> list[Crossing]:
        """One position of each unit against the table; `point`, `fence`, `within`: the pairs that are near."""
        who = unit[point]
        when = at[point]
        fresh = (when > self._decided[who]) | standing
        since = when >= self._since[fence]
        told: list[Crossing] = []
        # Inside where it was not before.
        outside = ~self._inside[who, fence]
        entering = within & outside & fresh & (since | standing)
        first = standing | np.isneginf(self._decided[who])
        late = within & outside & ~fresh & since & (when > self._changed[who, fence]) & ~self._told_late[who, fence]
        for pair in np.flatnonzero(entering):
            what: What = "inside" if first[pair] else "enter"
            told.append(self._tell(what, int(fence[pair]), int(who[pair]), int(point[pair]), at, lon, lat))
        self._inside[who[entering], fence[entering]] = True
        self._told_late[who[entering], fence[entering]] = False
        self._changed[who[entering], fence[entering]] = np.maximum(when[entering], self._since[fence[entering]])
        for pair in np.flatnonzero(late):
            told.append(
                self._tell("inside", int(fence[pair]), int(who[pair]), int(point[pair]), at, lon, lat, late=True)
            )
        self._told_late[who[late], fence[late]] = True
        # Beyond the margin where it was inside before.
        moved = chosen[(at[chosen] > self._decided[unit[chosen]]) | standing]
        held = self._inside[unit[moved]]
        if held.any():
            still = np.zeros_like(held)
            row = np.full(len(unit), -1, dtype=np.int64)
            row[moved] = np.arange(len(moved))
            listed = row[point] >= 0
            still[row[point[listed]], fence[listed]] = True
            for row_number, column in np.argwhere(held & ~still):
                position = int(moved[row_number])
                told.append(self._tell("leave", int(column), int(unit[position]), position, at, lon, lat))
                self._inside[unit[position], column] = False
                self._changed[unit[position], column] = at[position]
                self._told_late[unit[position], column] = False
        np.maximum.at(self._decided, unit[chosen], at[chosen])
        return told

    def _tell(
        self,
        what: What,
        fence: int,
        unit: int,
        position: int,
        at: Floats,
        lon: Floats,
        lat: Floats,
        *,
        late: bool = False,
    ) -> Crossing:
        return Crossing(
            self._fences[fence].id, self._units[unit], what, float(at[position]), float(lon[position]), float(lat[position]),
            late,
        )  # fmt: skip
