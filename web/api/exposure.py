"""Who and what is inside areas. A question, not a change: nothing is kept of it."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import ValidationError

from gis.exposure.current import Exposure
from spine.canonical import Json, JsonObject
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.current import exposure_now

router = APIRouter(prefix="/api/exposure", tags=["exposure"])

MOST_BYTES = 4 * 1024 * 1024


@router.get("", response_model=None)
async def get_exposure(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What is loaded: source, date, whether it is synthetic, how many people in all."""
    from gis.exposure.count import basis

    async with house.realm.pool.connection() as conn:
        exposure = await exposure_now(request, conn)
    return {"basis": basis(exposure)}


@router.post("", response_model=None)
async def post_exposure(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """People by day and night, buildings, facilities and road inside each area, in all and by township."""
    from gis.exposure.count import basis

    body = await read_body(request, MOST_BYTES)
    async with house.realm.pool.connection() as conn:
        exposure = await exposure_now(request, conn)
    areas, mode = await asyncio.to_thread(_answer, exposure, body)
    return {"areas": areas, "mode": mode, "basis": basis(exposure)}


def _answer(exposure: Exposure, body: bytes) -> tuple[list[JsonObject], Literal["each", "bands"]]:
    """In a thread: reading a large polygon takes as long as counting in it."""
    from gis.exposure.areas import AreasIn, read_areas
    from gis.exposure.count import count

    try:
        asked = AreasIn.model_validate_json(body)
    except ValidationError as error:
        raise refusal_of(error, "") from error
    return count(exposure, read_areas(asked.areas), asked.mode), asked.mode
