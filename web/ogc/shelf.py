"""Which collections there are for one person. What he may not see is not there: not in lists, not by its address, not by counts."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from fastapi import Request

from command.feature_collections import units_collection
from gis.catalogue import may_see, may_see_layer
from gis.features.collection import Collection, Column
from gis.features.layer_collections import built_in_collection, city_collection, read_built_in_columns
from gis.features.query import Extent, bound_statement, read_extent
from gis.layers import FEATURES
from incidents.feature_collections import incident_areas_collection, incidents_collection, warnings_collection
from spine.authority import OVERSEERS
from spine.db import Connection, snapshot
from spine.errors import Refused, not_found
from spine.principal import Principal, Role
from spine.reach import reach_of
from spine.realm import Realm
from web.auth import house_of
from web.layer_watch import Catalogue, LayerWatch

LIVING = ("incidents", "incident_areas", "warnings", "units")
"""Names that a city's layer cannot take; one that has such a name is `layer-<name>` here."""
_T = TypeVar("_T")
_FOLLOWERS = OVERSEERS | {Role.DEPARTMENT, Role.FIELD_UNIT}
_AT_ONCE = 3
"""Questions to the database at once: strangers who harvest must not take the connections that commands need."""
_MOST_HELD = 500


class Shelf:
    def __init__(self, realm: Realm, watch: LayerWatch) -> None:
        self._realm, self._watch = realm, watch
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._columns: dict[str, Sequence[Column]] = {}
        self._extents: dict[str, Extent] = {}
        realm.when_exchanged(self._forget)

    def _forget(self) -> None:
        self._columns.clear()
        self._extents.clear()

    @asynccontextmanager
    async def question(self) -> AsyncGenerator[Connection]:
        """A read-only transaction of one moment, bounded in time. Raises psycopg's errors, TimeoutError while it is away."""
        if self._realm.presence.away_since is not None:
            raise TimeoutError("the database is away")  # said at once, not after waiting for it
        async with self._room, snapshot(self._realm.pool) as conn:
            await bound_statement(conn)
            yield conn

    async def collections(self, principal: Principal) -> list[Collection]:
        """In the order of the layer panel, what lives first."""
        catalogue = await self._catalogue()
        found = self._living(principal)
        for name, row in catalogue.built_in.items():
            if name in FEATURES and name not in catalogue.city and may_see(principal, row.sensitivity):
                found.append(await self._built_in(catalogue, name))
        for layer in catalogue.city.values():
            if may_see_layer(principal, layer):
                found.append(city_collection(layer, _id_of(layer.name)))
        return found

    async def collection(self, principal: Principal, collection_id: str) -> Collection:
        """Raises Refused `not_found`, also for what this person may not see."""
        for living in self._living(principal):
            if living.id == collection_id:
                return living
        catalogue = await self._catalogue()
        name = collection_id.removeprefix("layer-")
        if _id_of(name) == collection_id:
            layer = catalogue.city.get(name)
            if layer is not None and may_see_layer(principal, layer):
                return city_collection(layer, collection_id)
            row = catalogue.built_in.get(name)
            if layer is None and row is not None and name in FEATURES and may_see(principal, row.sensitivity):
                return await self._built_in(catalogue, name)
        raise no_such_collection(collection_id)

    def gone(self) -> None:
        """A version was dropped since the catalogue was read."""
        self._watch.forget()

    def _living(self, principal: Principal) -> list[Collection]:
        if not principal.has(*_FOLLOWERS):
            return []
        reach = reach_of(principal)
        return [
            incidents_collection(reach),
            incident_areas_collection(reach),
            warnings_collection(reach),
            units_collection(reach),
        ]

    async def _catalogue(self) -> Catalogue:
        if self._realm.presence.away_since is not None:
            raise TimeoutError("the database is away")
        return await self._watch.catalogue()

    async def _built_in(self, catalogue: Catalogue, name: str) -> Collection:
        key = f"{name}-{catalogue.region}"
        columns = self._columns.get(key)
        if columns is None:
            async with self.question() as conn:
                columns = await read_built_in_columns(conn, name)
            _hold(self._columns, key, columns)
        return built_in_collection(catalogue.built_in[name], columns, catalogue.region)

    async def extents(self, collections: Sequence[Collection]) -> list[Extent]:
        """Of what cannot change it is computed once."""
        found: list[Extent] = []
        for collection in collections:
            held = None if collection.fixed is None else self._extents.get(collection.fixed)
            if held is None:
                async with self.question() as conn:
                    held = await read_extent(conn, collection)
                if collection.fixed is not None:
                    _hold(self._extents, collection.fixed, held)
            found.append(held)
        return found


def _hold(kept: dict[str, _T], key: str, value: _T) -> None:
    if len(kept) >= _MOST_HELD:
        kept.clear()
    kept[key] = value


def _id_of(layer: str) -> str:
    return f"layer-{layer}" if layer in LIVING else layer


def no_such_collection(collection_id: str) -> Refused:
    return not_found("数据集", "collection", collection_id[:80], field="collectionId")


def shelf_of(request: Request) -> Shelf:
    """The application's, made at the first question."""
    state = request.app.state
    if not hasattr(state, "ogc_shelf"):
        state.ogc_shelf = Shelf(house_of(request).realm, state.layers)
    shelf: Shelf = state.ogc_shelf
    return shelf
