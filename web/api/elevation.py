"""Heights of the ground: tiles that a map shades, the height at a point, where they are from, going back, removing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gis.catalogue import check_may_change, may_change, may_see
from gis.elevation.build import no_elevation, remove, roll_back
from gis.elevation.grid import LEAST_ZOOM, Tile
from gis.elevation.point import height_at, height_json
from gis.elevation.store import Elevation, read_tile, versions
from gis.tiles import check_tile
from spine.canonical import Json
from spine.principal import Principal
from web.api.catalogue import RollBack, tell_the_screens, watch_of
from web.api.tiles import tiles_of
from web.auth import InHouse, SignedIn
from web.house import House

router = APIRouter(tags=["map"])

_FOR_EVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"


async def _seen(request: Request, principal: Principal) -> Elevation | None:
    """None while nothing is imported, and for those who may not see it: the answer must not tell that it exists."""
    elevation = (await watch_of(request).catalogue()).elevation
    return elevation if elevation is not None and may_see(principal, elevation.sensitivity) else None


async def height_here(request: Request, house: House, principal: Principal, lon: float, lat: float) -> dict[str, Json]:
    """`known`, `height_m` (null when not known), and of a known one source, licence, date. `loaded`: there are heights at all."""
    elevation = await _seen(request, principal)
    height = None
    if elevation is not None:
        async with house.realm.pool.connection() as conn:
            height = await height_at(conn, elevation, lon, lat)
    return {**height_json(height), "loaded": elevation is not None}


@router.get("/api/elevation", response_model=None)
async def get_height(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> dict[str, Json]:
    """The height of the ground at a WGS 84 point, in metres, bilinear between the grid's pixels; with its source and date."""
    return {"lon": lon, "lat": lat, **await height_here(request, house, principal, lon, lat)}


@router.get("/api/elevation/about", response_model=None)
async def get_about(request: Request, principal: SignedIn) -> dict[str, Json]:
    """Where the heights are from, and the address of their tiles; `elevation` is null while there are none."""
    elevation = await _seen(request, principal)
    told: Json = None
    if elevation is not None:
        told = {**elevation.to_json(), "tiles": f"/tiles/elevation/{{z}}/{{x}}/{{y}}.png?v={elevation.key}"}
    return {"elevation": told, "may_change": may_change(principal, None)}


@router.get("/api/elevation/versions", response_model=None)
async def get_versions(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Those that can be shown, newest first, with what each import reported. For those who may change them."""
    check_may_change(principal, None)
    async with house.realm.pool.connection() as conn:
        return {"versions": [*await versions(conn)]}


@router.post("/api/elevation/rollback", response_model=None)
async def post_rollback(body: RollBack, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Show the version before the one that is shown, or the one with number `to`."""
    check_may_change(principal, None)
    version = await roll_back(house.realm, principal, body.to)
    await tell_the_screens(request, house)
    return {"version": version}


@router.delete("/api/elevation", response_model=None)
async def delete_elevation(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """All heights with every version."""
    check_may_change(principal, None)
    await remove(house.realm, principal)
    await tell_the_screens(request, house)
    return {"elevation": None}


@router.get("/tiles/elevation/{z}/{x}/{y}.png")
async def get_tile(
    z: int,
    x: int,
    y: int,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    v: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """512 × 512 heights as a picture in Mapbox's encoding: −10,000 m + (red · 65,536 + green · 256 + blue) · 0.1 m. 404 where
    there are none: a map then enlarges the coarser tile. With `v` (see `about`) it may be kept for ever."""
    check_tile(z, x, y)
    elevation = await _seen(request, principal)
    if elevation is None:
        raise no_elevation()
    tag = f'"{elevation.key}-{z}-{x}-{y}"'
    keep = _FOR_EVER if v == elevation.key and elevation.sensitivity != "restricted" else _ASK_AGAIN
    headers = {"ETag": tag, "Cache-Control": keep, "Vary": "Cookie, Authorization"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    png = None
    if LEAST_ZOOM <= z <= elevation.zoom:
        if house.realm.presence.away_since is not None:
            raise TimeoutError("the database is away")  # said at once, not after waiting for it
        async with tiles_of(request).connections.one() as one:
            png = await read_tile(one.conn, elevation.lineage, Tile(z, x, y))
    if png is None:
        return Response(status_code=404, headers=headers)
    return Response(png, media_type="image/png", headers=headers)
