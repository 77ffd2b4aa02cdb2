"""Points put on the road, as columns, and the memory of where they were put: units that stand still are asked about again."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_SLOTS = 1 << 16
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ divided by the golden ratio: spreads neighbouring keys


@dataclass(frozen=True, slots=True)
class Snaps:
    """Points put on the road: edge number (-1: no road near enough), share along it, metres away, and the foot in degrees."""

    edge: Ints
    share: Floats
    off_m: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.edge)


_COLUMNS = tuple(field.name for field in fields(Snaps))


class Remembered:
    """One slot for each hash of a position, the last asked stays: 3.5 MB, never more. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lons: Floats = np.full(_SLOTS, np.nan)  # equal to nothing
        self._lats: Floats = np.full(_SLOTS, np.nan)
        self._held = Snaps(np.full(_SLOTS, -1, dtype=np.int64), *(np.zeros(_SLOTS) for _ in _COLUMNS[1:]))

    def look_up(self, lons: Floats, lats: Floats, find: Callable[[Floats, Floats], Snaps]) -> Snaps:
        """What is remembered of each position, in degrees; what is not is found, all at once, and remembered."""
        slot = _slots(lons, lats)
        with self._lock:
            known = (self._lons[slot] == lons) & (self._lats[slot] == lats)
            told = Snaps(*(_column(self._held, name)[slot] for name in _COLUMNS))
        unknown = np.flatnonzero(~known)
        if not len(unknown):
            return told
        fresh = find(lons[unknown], lats[unknown])
        # Of two positions in one slot only the first is kept: all columns must be of the same one.
        kept, first = np.unique(slot[unknown], return_index=True)
        with self._lock:
            self._lons[kept], self._lats[kept] = lons[unknown[first]], lats[unknown[first]]
            for name in _COLUMNS:
                _column(self._held, name)[kept] = _column(fresh, name)[first]
        for name in _COLUMNS:
            _column(told, name)[unknown] = _column(fresh, name)
        return told


def _column(snaps: Snaps, name: str) -> Any:
    return getattr(snaps, name)


def _slots(lons: Floats, lats: Floats) -> Ints:
    mixed = np.ascontiguousarray(lons).view(np.uint64) * _MIX ^ np.ascontiguousarray(lats).view(np.uint64)
    slots: Ints = (mixed * _MIX >> np.uint64(48)).astype(np.int64)
    return slots
