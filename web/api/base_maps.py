"""The city's own base maps: their tiles and the chooser for everybody, what they are made of for administrators."""

import hashlib
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from gis.base_maps.base_map import Kept, check_may_change, may_see, no_such_base_map
from gis.base_maps.store import read_base_map
from gis.catalogue_store import city_extent
from spine.canonical import Json
from spine.errors import Refused, forbidden
from spine.principal import Principal
from web.auth import InHouse, SignedIn
from web.base_maps.change import add_base_map, choose_default, put_in_order, remove_base_map
from web.base_maps.look import look_at
from web.base_maps.service import BaseMaps
from web.house import House
from web.layer_uploads import Uploads

router = APIRouter(tags=["map"])

Name = Annotated[str, Path(max_length=60)]
_Short = Annotated[str, Field(max_length=400)]
_KEPT = "private, max-age=86400"


class NewBaseMap(BaseModel):
    """What there is to say of a base map; which fields it takes depends on its kind (docs/base-maps.md)."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: _Short
    kind: _Short
    title_zh: _Short | None = None
    title_en: _Short | None = None
    attribution: _Short | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    tile_px: int | None = None
    origin: _Short | None = None
    bounds: Annotated[list[float], Field(max_length=8)] | _Short | None = None
    address: Annotated[str, Field(max_length=2000)] | None = None
    subdomains: Annotated[list[_Short], Field(max_length=40)] | _Short | None = None
    tms: bool | None = None
    capabilities: Annotated[str, Field(max_length=2000)] | None = None
    layer: _Short | None = None
    tile_matrix_set: _Short | None = None
    tile_host: _Short | None = None
    tianditu: _Short | None = None
    labels: bool | None = None
    key: str | None = Field(default=None, max_length=400, repr=False)
    upload: UUID | None = Field(default=None, strict=False)
    replace: bool = False


class Order(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    names: Annotated[list[_Short], Field(max_length=100)]


class Default(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: _Short | None


def base_maps_of(request: Request) -> BaseMaps:
    return cast(BaseMaps, request.app.state.base_maps)


@router.get("/basemaps/{name}/{z}/{x}/{y}")
async def get_base_tile(
    name: Name,
    z: int,
    x: int,
    y: int,
    request: Request,
    principal: SignedIn,
    sheet: Annotated[int, Query(ge=0, le=9)] = 0,
    v: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """One tile of a base map, as a picture or as a vector tile. 404 where it has none, 503 while it cannot be had.
    `sheet`: which of the pictures that lie upon each other; `v`: its revision, so that a changed map has other addresses."""
    _check_may_see(principal)
    maps = base_maps_of(request)
    if not maps.pace.may_ask(principal.id):
        raise Refused(
            "base_map_too_many",
            zh="底图瓦片请求过多，请稍候。",
            en="Too many tiles of the base map were asked for; wait a little.",
            status=429,
            final=False,
        )
    _, tile = await maps.tile(name, sheet, z, x, y)
    tag = f'"{hashlib.blake2b(tile.content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT, "Vary": "Cookie, Authorization"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    # Said also when it is not packed: otherwise pictures would be packed once more on the way.
    headers["Content-Encoding"] = "gzip" if tile.packed else "identity"
    return Response(tile.content, media_type=tile.media_type, headers=headers)


@router.get("/api/base-maps", response_model=None)
async def get_base_maps(request: Request, principal: SignedIn) -> dict[str, Json]:
    """What the chooser shows: titles, attributions, addresses of tiles on this server, and whether each can be had now."""
    _check_may_see(principal)
    return {**await base_maps_of(request).shown(), "may_change": _may_change(principal)}


@router.get("/api/base-maps/{name}", response_model=None)
async def get_base_map(name: Name, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What it is made of, for an administrator. A key is only said to be there."""
    check_may_change(principal)
    return {**(await _kept(house, name)).told()}


@router.post("/api/base-maps", status_code=201, response_model=None)
async def post_base_map(body: NewBaseMap, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Add one, or with `replace` put another in the place of the one so named. `upload`: of a PMTiles archive, see
    `PUT /api/layer-uploads/{id}`."""
    check_may_change(principal)
    told: dict[str, Any] = body.model_dump(exclude={"upload", "replace"}, exclude_none=True)
    uploads = Uploads(house.realm.data_dir)
    file = None
    if body.upload is not None:
        found = uploads.find(principal, body.upload)
        file = (found.path, found.name)
    maps = base_maps_of(request)
    made = await add_base_map(house.realm, maps.upstream, told, principal, file=file, replace=body.replace)
    if body.upload is not None:
        uploads.drop(principal, body.upload)
    await maps.look()
    return {**made.told()}


@router.post("/api/base-maps/{name}/check", response_model=None)
async def post_check(name: Name, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Fetch one tile now and say what came."""
    check_may_change(principal)
    maps = base_maps_of(request)
    await maps.look()
    one = await maps.map_named(name)
    async with house.realm.pool.connection() as conn:
        west, south, east, north = await city_extent(conn) or (73.0, 18.0, 135.0, 53.0)
    looked = await look_at(one, ((west + east) / 2, (south + north) / 2))
    maps.notice()
    return {**looked}


@router.post("/api/base-map-order", response_model=None)
async def post_order(body: Order, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The order in which the chooser lists them: all of their names."""
    check_may_change(principal)
    await put_in_order(house.realm, body.names, principal)
    return await _seen_anew(request)


@router.post("/api/base-map-default", response_model=None)
async def post_default(body: Default, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What is shown to everybody who has chosen nothing; null: our own map."""
    check_may_change(principal)
    await choose_default(house.realm, body.name, principal)
    return await _seen_anew(request)


@router.delete("/api/base-maps/{name}", response_model=None)
async def delete_base_map(name: Name, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """With its key, its file and the tiles that were kept."""
    check_may_change(principal)
    await remove_base_map(house.realm, name, principal)
    return await _seen_anew(request)


async def _seen_anew(request: Request) -> dict[str, Json]:
    return {"changes": (await base_maps_of(request).look()).changes}


async def _kept(house: House, name: str) -> Kept:
    async with house.realm.pool.connection() as conn:
        kept = await read_base_map(conn, name)
    if kept is None:
        raise no_such_base_map(name)
    return kept


def _check_may_see(principal: Principal) -> None:
    if not may_see(principal):
        raise forbidden("数据来源不能取底图。", "A feed has no use for base maps.")


def _may_change(principal: Principal) -> bool:
    try:
        check_may_change(principal)
    except Refused:
        return False
    return True
