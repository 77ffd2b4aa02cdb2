"""Layers of the map."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gis.catalogue import CityLayer
from gis.feature_read import layer_features_json
from gis.layers import layer_geojson, map_image
from spine.canonical import Json
from spine.errors import not_found
from web.api.catalogue import catalogue_json, seen_layer
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["map"])

_KEPT = {"Cache-Control": "private, max-age=300"}


@router.get("/layers", response_model=None)
async def get_layers(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The catalogue of what the asker may see: every layer with source, licence, date, whether it is illustrative, and the
    address of its tiles; of the city's own layers also attributes, version, extent, and whether the asker may change them."""
    return await catalogue_json(request, principal)


@router.get("/layers/{name}")
async def get_layer(name: str, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """One layer as GeoJSON (WGS 84), with source, date and `illustrative` beside the features."""
    seen = await seen_layer(request, principal, name)
    async with house.realm.pool.connection() as conn:
        if isinstance(seen, CityLayer):
            text = await layer_features_json(conn, seen)
            return Response(text, media_type="application/geo+json", headers={"Cache-Control": "private, no-cache"})
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
