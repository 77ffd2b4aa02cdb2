"""Vector tiles of every layer that the asker may see."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from web.auth import InHouse, SignedIn
from web.tile_answer import tile_answer
from web.tiles import Tiles

router = APIRouter(tags=["map"])


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
    for ever: another version has another address. Restricted layers are asked for again each time.

    Nearly every request is answered before it comes here (`web/tile_door.py`), by the same function."""
    asked = request.headers
    return await tile_answer(
        tiles_of(request),
        principal,
        (layer, z, x, y, v),
        known=asked.get("if-none-match", ""),
        encodings=asked.get("accept-encoding", ""),
    )
