"""What this process holds of exposure in memory, always that of the database: every question first asks what the true state is."""

import asyncio
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from gis.exposure import store
from gis.exposure.points import ExposurePoints
from gis.exposure.store import LayerRow, SetRow, State, TownshipRow
from gis.exposure.things import Things
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Exposure:
    """`points` is None while no exposure is loaded. `city`: the area that the data speaks for, None: not known."""

    state: State
    set: SetRow | None
    points: ExposurePoints | None
    things: Things
    townships: tuple[TownshipRow, ...]
    city: BaseGeometry | None
    layers: dict[str, LayerRow]


class CurrentExposure:
    """One per realm and process. A million points take about 90 MB."""

    def __init__(self) -> None:
        self._held: Exposure | None = None
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """The database was exchanged for another."""
        self._held = None

    async def get(self, conn: Connection) -> Exposure:
        state = await store.state(conn)
        held = self._held
        if held is not None and held.state == state:
            return held
        async with self._reading:
            # State first: what changes while the rest is read makes the next question read again.
            state = await store.state(conn)
            if self._held is None or self._held.state != state:
                self._held = await _read(conn, state, self._held)
            return self._held


async def _read(conn: Connection, state: State, before: Exposure | None) -> Exposure:
    townships = await store.read_townships(conn)
    chosen = await store.read_set(conn)
    # The state names which townships there are; the points are numbered by them.
    same_points = before is not None and before.state.points == state.points and before.state.ground == state.ground
    points = before.points if before is not None and same_points else None
    if chosen is not None and points is None:
        copied = await store.copy_points(conn)
        points = await asyncio.to_thread(store.points_from, copied, len(townships))
    rows, roads = await store.read_things(conn), await store.read_roads(conn)
    codes, areas = [row.code for row in townships], [row.shape for row in townships]
    things = await asyncio.to_thread(Things, codes, areas, rows, roads)
    city, layers = await store.read_city(conn), await store.read_layers(conn)
    return Exposure(state, chosen, points if chosen is not None else None, things, tuple(townships), city, layers)
