"""Layers of the map."""

from fastapi import APIRouter
from fastapi.responses import Response

from gis.layers import layer_geojson, layer_list, map_image
from spine.canonical import Json
from spine.errors import not_found
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["map"])

_KEPT = {"Cache-Control": "private, max-age=300"}


@router.get("/layers", response_model=None)
async def get_layers(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The catalogue: every layer with source, licence, date, and whether it is illustrative."""
    async with house.realm.pool.connection() as conn:
        return {"layers": await layer_list(conn)}


@router.get("/layers/{name}")
async def get_layer(name: str, house: InHouse, principal: SignedIn) -> Response:
    """One layer as GeoJSON (WGS 84), with source, date and `illustrative` beside the features."""
    async with house.realm.pool.connection() as conn:
        content = await layer_geojson(conn, name)
    if content is None:
        raise not_found("图层", "layer", name, field="name")
    return Response(content, media_type="application/geo+json", headers=_KEPT)


@router.get("/map-images/{name}")
async def get_map_image(name: str, house: InHouse, principal: SignedIn) -> Response:
    """An image that lies under the map, such as the hillshade."""
    async with house.realm.pool.connection() as conn:
        image = await map_image(conn, name)
    if image is None:
        raise not_found("底图", "map image", name, field="name")
    return Response(image, media_type="image/png", headers=_KEPT)
