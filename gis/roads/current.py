"""The road graph of this process, always that of the database: every question first asks which version is the true one.

Reading the version costs one small query; reading the road layer again, only when it changed, happens off the event loop. A closure
made by any process is therefore in force for all of them with the commit that made it, not when some hint arrives.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gis.roads import store
from gis.roads.closure import Closure
from gis.roads.store import LayerOrigin, LayerState
from spine.db import Connection

if TYPE_CHECKING:
    from gis.roads.travel import Networks


@dataclass(frozen=True, slots=True)
class Roads:
    """What holds at one moment. `networks` is None while no road is loaded."""

    networks: "Networks | None"
    origin: LayerOrigin | None
    closures: tuple[Closure, ...]
    state: LayerState


class CurrentRoads:
    """One per realm and process."""

    def __init__(self) -> None:
        self._held: Roads | None = None
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """The database was exchanged for another: version numbers mean nothing any more."""
        self._held = None

    async def get(self, conn: Connection) -> Roads:
        """In the caller's transaction; a read-committed one sees every closure committed before this call."""
        state = await store.layer_state(conn)
        held = self._held
        if held is not None and held.state == state:
            return held
        async with self._reading:
            state = await store.layer_state(conn)
            held = self._held
            if held is None or held.state != state:
                held = await self._read(conn, held)
                self._held = held
            return held

    async def _read(self, conn: Connection, before: Roads | None) -> Roads:
        from gis.roads.building import build, with_closures  # SciPy takes long to import: not before somebody asks

        # State first: what changes while the rest is read makes the next question read again.
        state = await store.layer_state(conn)
        closures = tuple(await store.standing_closures(conn))
        barriers = [closure.as_barrier() for closure in closures]
        if before is not None and before.state.version == state.version:
            networks = before.networks
            if networks is not None:
                networks = await asyncio.to_thread(with_closures, networks, barriers)
            return Roads(networks, before.origin, closures, state)
        origin = await store.layer_origin(conn)
        nodes, rows, turns = await store.road_layer(conn)
        networks = await asyncio.to_thread(build, state.version, nodes, rows, barriers, turns) if rows else None
        return Roads(networks, origin, closures, state)
