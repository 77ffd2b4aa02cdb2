"""Positions of units: telemetry, newest wins; not a change of state, so not a command."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from gis.positions import Position, upsert_positions
from spine.canonical import Json
from spine.clock import iso
from spine.errors import forbidden
from spine.principal import Role
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body

router = APIRouter(tags=["positions"])

MOST_BYTES = 2 * 1024 * 1024


class PositionReport(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    unit_id: UUID
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] | None = None
    at: AwareDatetime


class PositionBatch(BaseModel):
    """Up to 5,000 positions, WGS 84."""

    model_config = ConfigDict(strict=True, extra="forbid")

    positions: Annotated[list[PositionReport], Field(min_length=1, max_length=5000)]


@router.post("/api/positions", response_model=None)
async def post_positions(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """A unit reports its own positions; system parts report any. Older than what is known is not an error."""
    try:
        batch = PositionBatch.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error
    mine = principal.units()
    if not principal.has(Role.SYSTEM) and any(str(p.unit_id) not in mine for p in batch.positions):
        raise forbidden("只能报告本单位的位置。", "You may report your own unit's position only.", field="unit_id")
    now = house.realm.clock.now()
    latest = now + timedelta(minutes=2)
    positions = [
        Position(p.unit_id, p.lon, p.lat, p.accuracy_m, min(p.at, latest), now, principal.id) for p in batch.positions
    ]
    async with house.realm.pool.connection() as conn:
        accepted = await upsert_positions(conn, positions)
    items: dict[str, Json] = {
        str(p.unit_id): {
            "id": str(p.unit_id),
            "lon": p.lon,
            "lat": p.lat,
            "accuracy_m": p.accuracy_m,
            "at": iso(p.at),
        }
        for p in accepted
    }
    if items:
        request.app.state.gateway.telemetry.publish("where:units", items)
    return {"accepted": len(items), "received": len(positions)}
