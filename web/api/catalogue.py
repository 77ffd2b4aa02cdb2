"""The catalogue of layers over HTTP: who may see what, one feature, versions, roll-back, description, removal, export."""

import asyncio
import shutil
import tempfile
from pathlib import Path as FilePath
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from gis.catalogue import (
    STREAM,
    CityLayer,
    built_in_json,
    check_may_change,
    may_change,
    may_see,
    may_see_layer,
    no_such_layer,
)
from gis.catalogue_store import changes_of, read_city_layer, versions_of
from gis.describe import describe
from gis.exchange.build import describe_layer, remove_layer, roll_back
from gis.exchange.export import FORMS, export_built_in, export_city_layer, form_of
from gis.feature_read import feature_json
from gis.layers import LayerRow
from spine.canonical import Json
from spine.db import snapshot
from spine.principal import Principal, Role
from web.auth import InHouse, SignedIn
from web.house import House
from web.layer_watch import LayerWatch

router = APIRouter(prefix="/api/layers", tags=["map"])

Name = Annotated[str, Path(max_length=60)]
_EXPORTS = asyncio.Semaphore(2)
_SHORT = Annotated[str, Field(max_length=400)]


class LayerDescription(BaseModel):
    """What people say of a layer. What is absent stays as it is; "" clears department, date and label."""

    model_config = ConfigDict(strict=True, extra="forbid")

    title_zh: _SHORT | None = None
    title_en: _SHORT | None = None
    owner: _SHORT | None = None
    department: _SHORT | None = None
    readers: Annotated[list[_SHORT], Field(max_length=100)] | None = None
    source: _SHORT | None = None
    source_en: _SHORT | None = None
    licence: _SHORT | None = None
    date: _SHORT | None = None
    illustrative: bool | None = None
    sensitivity: _SHORT | None = None
    label: _SHORT | None = None


class RollBack(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    to: Annotated[int, Field(ge=1)] | None = None


def watch_of(request: Request) -> LayerWatch:
    return cast(LayerWatch, request.app.state.layers)


async def catalogue_json(request: Request, principal: Principal) -> dict[str, Json]:
    catalogue = await watch_of(request).catalogue()
    layers: list[Json] = []
    for row in catalogue.built_in.values():
        if may_see(principal, row.sensitivity):
            key = f"{row.name}-{catalogue.region[:12]}"
            layers.append({**built_in_json(row), "tiles": _tiles(row.name, key), "may_change": False})
    for layer in catalogue.city.values():
        if may_see_layer(principal, layer):
            served = await request.app.state.tiles.served(principal, layer.name)
            mine = may_change(principal, layer.description.department)
            layers.append({**layer.to_json(), "tiles": _tiles(layer.name, served.key), "may_change": mine})
    return {"layers": layers, "changes": catalogue.changes, "may_import": _may_import(principal)}


def _tiles(name: str, key: str) -> str:
    return f"/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt?v={key}"


def _may_import(principal: Principal) -> bool:
    return principal.has(Role.ADMINISTRATOR) or bool(principal.departments())


async def seen_layer(request: Request, principal: Principal, name: str) -> CityLayer | LayerRow:
    """Raises Refused `not_found`, also for what this person may not see."""
    catalogue = await watch_of(request).catalogue()
    layer = catalogue.city.get(name)
    if layer is not None and may_see_layer(principal, layer):
        return layer
    row = catalogue.built_in.get(name)
    if layer is None and row is not None and may_see(principal, row.sensitivity):
        return row
    raise no_such_layer(name)


async def _own_layer(house: House, principal: Principal, name: str) -> CityLayer:
    """From the database, not from memory. Raises Refused `not_found`, `forbidden`."""
    async with house.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, name)
    if layer is None or not may_see_layer(principal, layer):
        raise no_such_layer(name)
    check_may_change(principal, layer.description.department)
    return layer


async def tell_the_screens(request: Request, house: House) -> None:
    """This process at once, the others by a nudge."""
    house.realm.nudges.publish([STREAM])
    await watch_of(request).look()


@router.get("/{name}/versions", response_model=None)
async def get_versions(name: Name, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The versions that are kept, newest first, with what each import reported, and what was done to the layer."""
    seen = await seen_layer(request, principal, name)
    if not isinstance(seen, CityLayer):
        raise no_such_layer(name)
    async with house.realm.pool.connection() as conn:
        return {"versions": [*await versions_of(conn, name)], "changes": [*await changes_of(conn, name)]}


@router.get("/{name}/features/{fid}")
async def get_feature(name: Name, fid: int, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """One feature of a city's layer with all its attributes."""
    seen = await seen_layer(request, principal, name)
    if not isinstance(seen, CityLayer):
        raise no_such_layer(name)
    async with house.realm.pool.connection() as conn:
        text = await feature_json(conn, seen, fid)
    return Response(text, media_type="application/geo+json", headers={"Cache-Control": "private, no-cache"})


@router.post("/{name}/rollback", response_model=None)
async def post_rollback(
    name: Name, body: RollBack, request: Request, house: InHouse, principal: SignedIn
) -> dict[str, Json]:
    """Show the version before the one that is shown, or the one with number `to`."""
    await _own_layer(house, principal, name)
    number = await roll_back(house.realm, name, principal, body.to)
    await tell_the_screens(request, house)
    return {"layer": name, "number": number}


@router.patch("/{name}", response_model=None)
async def patch_layer(
    name: Name, body: LayerDescription, request: Request, house: InHouse, principal: SignedIn
) -> dict[str, Json]:
    """Change what is said of a layer and who may see it. Only an administrator gives it to another department."""
    layer = await _own_layer(house, principal, name)
    told = describe(name, layer.description, body.model_dump())
    check_may_change(principal, told.department)
    await describe_layer(house.realm, told, principal)
    await tell_the_screens(request, house)
    return {"layer": name}


@router.delete("/{name}", response_model=None)
async def delete_layer(name: Name, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The layer with all its versions."""
    await _own_layer(house, principal, name)
    await remove_layer(house.realm, name, principal)
    await tell_the_screens(request, house)
    return {"layer": name}


@router.get("/{name}/export")
async def get_export(
    name: Name,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    format: Annotated[str, Query(max_length=20)] = "gpkg",
    encoding: Annotated[str, Query(max_length=20)] = "UTF-8",
) -> FileResponse:
    """The layer as a file: gpkg, geojson, csv, or shp (zip). What the format cannot hold is named in `X-Fengsui-Notes`."""
    seen = await seen_layer(request, principal, name)
    form = form_of(format)
    ending, media_type = FORMS[form]
    place = FilePath(await asyncio.to_thread(tempfile.mkdtemp, prefix="export-", dir=_exports(house)))
    try:
        target = place / f"{name}{ending}"
        async with _EXPORTS, snapshot(house.realm.pool) as conn:
            if isinstance(seen, CityLayer):
                # Anew: what the process remembers may have been replaced since, and its table dropped.
                layer = await read_city_layer(conn, name)
                if layer is None or not may_see_layer(principal, layer):
                    raise no_such_layer(name)
                made = await export_city_layer(conn, layer, form, target, place, encoding)
            else:
                built_in = await export_built_in(conn, name, form, target, place, encoding)
                if built_in is None:
                    raise no_such_layer(name)
                made = built_in
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        raise
    zh = request.headers.get("accept-language", "zh").lower().startswith("zh")
    notes = " ".join(note[0] if zh else note[1] for note in made.notes)
    return FileResponse(
        made.path,
        media_type=media_type,
        filename=f"{name}{ending}",
        headers={"X-Fengsui-Notes": quote(notes), "Cache-Control": "no-store"},
        background=BackgroundTask(shutil.rmtree, place, ignore_errors=True),
    )


def _exports(house: House) -> FilePath:
    folder = house.realm.data_dir / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
