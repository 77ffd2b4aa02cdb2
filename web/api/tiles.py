"""Vector tiles of every layer that the asker may see."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from gis.tiles import MEDIA_TYPE, check_tile
from web.auth import InHouse, SignedIn
from web.tiles import Tiles, unpacked

router = APIRouter(tags=["map"])

_FOR_EVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"


def tiles_of(request: Request) -> Tiles:
    return cast(Tiles, request.app.state.tiles)


@router.head("/tiles/{layer}/{z}/{x}/{y}.mvt", include_in_schema=False)
@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt")
async def get_tile(
    layer: Annotated[str, Path(max_length=60)],
    z: int,
    x: int,
    y: int,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    v: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """One tile, Mapbox Vector Tile 2. 204 where the layer has nothing. With `v` (see the catalogue's `tiles`) it may be kept
    for ever: another version has another address. Restricted layers are asked for again each time."""
    check_tile(z, x, y)
    tiles = tiles_of(request)
    served = await tiles.served(principal, layer)
    tag = f'"{served.key}-{z}-{x}-{y}"'
    keep = _FOR_EVER if v == served.key and not served.restricted else _ASK_AGAIN
    headers = {"ETag": tag, "Cache-Control": keep, "Vary": "Accept-Encoding, Cookie, Authorization"}
    held = request.headers.get("if-none-match", "")
    if tag in held or held.strip() == "*":
        return Response(status_code=304, headers=headers)
    tile = await tiles.tile(served, z, x, y)
    if not tile.content:
        return Response(status_code=204, headers=headers)
    content, encoding = tile.content, "gzip" if tile.packed else "identity"
    if tile.packed and "gzip" not in request.headers.get("accept-encoding", ""):
        content, encoding = unpacked(tile.content), "identity"
    return Response(content, media_type=MEDIA_TYPE, headers={**headers, "Content-Encoding": encoding})
