"""Layers of the map and places by name."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gis.catalogue import CityLayer
from gis.feature_read import layer_features_json
from gis.gazetteer import describe, find
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


@router.get("/places", response_model=None)
async def get_places(
    house: InHouse,
    principal: SignedIn,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Json]:
    """Places by Chinese name, pinyin, initials, code or coordinates, best first."""
    near = (lon, lat) if lon is not None and lat is not None else None
    async with house.realm.pool.connection() as conn:
        found = await find(conn, q, near, limit)
    return {"places": [place.to_json() for place in found]}


@router.get("/places/at", response_model=None)
async def get_place_at(
    house: InHouse,
    principal: SignedIn,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> dict[str, Json]:
    """What is at a point, in words of both languages, with the administrative chain."""
    async with house.realm.pool.connection() as conn:
        described = await describe(conn, lon, lat)
    return {"place": None if described is None else described.to_json()}
