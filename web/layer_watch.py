"""The catalogue of layers as one serving process knows it: read when it changed, and every screen told at once.

Changes are made by other processes too (`fengsui import`). They nudge through Redis; without it this one looks once a poll.
"""

import asyncio
from dataclasses import dataclass

from gis.catalogue import STREAM, CityLayer
from gis.catalogue_store import changes_so_far, read_city_layers
from gis.elevation.store import Elevation, read_elevation
from gis.layers import LayerRow, layer_rows
from spine.canonical import Json
from spine.end_tasks import end_tasks
from spine.realm import Realm
from web.gateway.telemetry import Telemetry
from web.look_again import look_again


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`changes`: how many there had been; `region`: names what the built-in layers were made from."""

    changes: int
    region: str
    built_in: dict[str, LayerRow]
    city: dict[str, CityLayer]
    elevation: Elevation | None


class LayerWatch:
    def __init__(self, realm: Realm, telemetry: Telemetry, poll_s: float) -> None:
        self._realm, self._telemetry, self._poll_s = realm, telemetry, poll_s
        self._held: Catalogue | None = None
        self._task: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        realm.when_exchanged(self.forget)

    def start(self) -> None:
        self._task = asyncio.create_task(
            look_again(self._realm, STREAM, self._poll_s, self.look, "the catalogue of layers"), name="layer-watch"
        )

    async def close(self) -> None:
        await end_tasks((self._task,))

    def forget(self) -> None:
        self._held = None

    async def catalogue(self) -> Catalogue:
        """What was last read; never older than one poll while the database answers. Raises psycopg's errors."""
        held = self._held
        return held if held is not None else await self.look()

    async def look(self) -> Catalogue:
        """Read it if it changed, and tell the screens."""
        async with self._reading:
            held = self._held
            async with self._realm.pool.connection() as conn:
                changes = await changes_so_far(conn)
                row = await (await conn.execute("SELECT digest FROM gis.region")).fetchone()
                region = "" if row is None else str(row[0])
                if held is not None and (held.changes, held.region) == (changes, region):
                    return held
                built_in = {one.name: one for one in await layer_rows(conn)}
                city = {layer.name: layer for layer in await read_city_layers(conn)}
                elevation = await read_elevation(conn)
            self._held = Catalogue(changes, region, built_in, city, elevation)
        self._telemetry.publish(STREAM, self.said(self._held))
        return self._held

    @staticmethod
    def said(catalogue: Catalogue) -> dict[str, Json]:
        """What screens are told: that something changed, not what; each asks for the catalogue that it may see."""
        return {"catalogue": {"changes": catalogue.changes, "region": catalogue.region[:12]}}
