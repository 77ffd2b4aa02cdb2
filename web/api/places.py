"""Places by name, names of places, and what is at a point of the map."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from gis.gazetteer import describe, look_up
from gis.identify import MOST_WITHIN_M
from gis.point_text import MOST_CHARACTERS, Given
from gis.whereabouts import doubts_of_place
from spine.canonical import Json
from web.api.elevation import height_here
from web.auth import InHouse, SignedIn
from web.identified import identified

router = APIRouter(prefix="/api", tags=["map"])

Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


@router.get("/places", response_model=None)
async def get_places(
    house: InHouse,
    principal: SignedIn,
    q: Annotated[str, Query(min_length=1, max_length=MOST_CHARACTERS)],
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Json]:
    """Places by Chinese name, pinyin, initials, code or coordinates, best first; also out of a whole message. What is doubtful
    about coordinates is in `doubts`; what gave no point, and why, in `notices`."""
    near = (lon, lat) if lon is not None and lat is not None else None
    async with house.realm.pool.connection() as conn:
        return (await look_up(conn, q, near, limit)).to_json()


@router.get("/places/at", response_model=None)
async def get_place_at(house: InHouse, principal: SignedIn, lon: Lon, lat: Lat) -> dict[str, Json]:
    """What is at a point, in words of both languages, with the administrative chain; `doubts` when it is outside the city."""
    async with house.realm.pool.connection() as conn:
        described = await describe(conn, lon, lat)
        doubts: list[Json] = [doubt.to_json() for doubt in await doubts_of_place(conn, Given(lon, lat))]
    return {"place": None if described is None else described.to_json(), "doubts": doubts}


@router.get("/identify", response_model=None)
async def get_identify(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    lon: Lon,
    lat: Lat,
    within_m: Annotated[float, Query(ge=0, le=MOST_WITHIN_M, allow_inf_nan=False)] = 500.0,
) -> dict[str, Json]:
    """What is here: the address, the area's code, the height of the ground, the coordinates in every system, what stands around; and as
    far as the asker may see them the features of the city's layers, drawings and fences, with their distances."""
    height = await height_here(request, house, principal, lon, lat)
    async with house.realm.pool.connection() as conn:
        return {**await identified(conn, house.book, principal, lon, lat, within_m), "elevation": height}
