"""Travel times from many places to many others at once."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gis.geometry import check_point
from spine.canonical import Json
from spine.errors import Refused
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.current import navigator, roads_now

if TYPE_CHECKING:
    from gis.roads.travel import Table

router = APIRouter(prefix="/api/roads", tags=["roads"])

MOST_BYTES = 512 * 1024
MOST_PAIRS = 100_000


class SpotIn(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=80)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class MatrixIn(BaseModel):
    """Up to 100,000 pairs of places, WGS 84."""

    model_config = ConfigDict(strict=True, extra="forbid")

    origins: Annotated[list[SpotIn], Field(min_length=1, max_length=500)]
    targets: Annotated[list[SpotIn], Field(min_length=1, max_length=5000)]
    who: Literal["rescue", "public"] = "rescue"


@router.post("/matrix", response_model=None)
async def post_matrix(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Seconds by road from every origin to every target (null: not known, see `reasons`), and straight metres."""
    try:
        asked = MatrixIn.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error
    pairs = len(asked.origins) * len(asked.targets)
    if pairs > MOST_PAIRS:
        raise Refused(
            "too_many_pairs",
            zh=f"一次最多 {MOST_PAIRS} 对地点，收到 {pairs} 对。",
            en=f"At most {MOST_PAIRS} pairs of places at once, not {pairs}.",
            field="targets",
            most=MOST_PAIRS,
        )
    for name, spots in (("origins", asked.origins), ("targets", asked.targets)):
        for index, spot in enumerate(spots):
            check_point(spot.lon, spot.lat, f"{name}.{index}")
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
    from gis.roads.answer import basis

    table, by = await navigator(request).matrix(roads, asked.origins, asked.targets, asked.who)
    return {**await asyncio.to_thread(_told, table), "basis": basis(roads, asked.who, by)}


def _told(table: "Table") -> dict[str, Json]:
    origins, targets = table.origins, table.targets
    known = np.isfinite(table.seconds)
    seconds: list[Json] = []
    for row, line in enumerate(np.where(known, table.seconds, 0.0).round().astype(np.int64).tolist()):
        seconds.append([value if known[row, column] else None for column, value in enumerate(line)])
    reasons: list[Json] = [
        {"origin": origins[row].id, "target": targets[column].id, "reason": table.reason(row, column)}
        for row, column in np.argwhere(~known).tolist()
    ]
    return {
        "origins": [spot.id for spot in origins],
        "targets": [spot.id for spot in targets],
        "seconds": seconds,
        "straight_m": table.straight_m.round().astype(np.int64).tolist(),
        "off_road_m": {
            "origins": [None if not np.isfinite(value) else round(float(value)) for value in table.off_origin],
            "targets": [None if not np.isfinite(value) else round(float(value)) for value in table.off_target],
        },
        "reasons": reasons,
    }
