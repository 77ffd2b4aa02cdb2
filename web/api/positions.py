"""Positions of units: telemetry, newest wins; not a change of state, so not a command. Newest ones and tracks to read."""

from datetime import datetime, timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from gis.position_store import SLOT_S, newest, tracks
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.errors import Refused, forbidden
from spine.principal import Principal, Role
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.gateway.gateway import Gateway
from web.position_intake import check_sender, read_batch

router = APIRouter(tags=["positions"])

MOST_BYTES = 2 * 1024 * 1024
STALE_AFTER_S = 600
"""A position older than this is told as stale: ten minutes."""
MOST_TRACK_POINTS = 50_000
_LONGEST = timedelta(days=7)


@router.post("/api/positions", response_model=None)
async def post_positions(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """A unit reports its own positions; system parts report any. Older than what is known is not an error."""
    reported = read_batch(await read_body(request, MOST_BYTES))
    check_sender(principal, reported)
    accepted = await cast(Gateway, request.app.state.gateway).positions.take(reported, principal.id)
    return {"accepted": accepted, "received": len(reported)}


@router.get("/api/positions", response_model=None)
async def get_positions(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The newest position of each unit that the asker may see, with its age and accuracy; `stale` after ten minutes."""
    now = house.realm.clock.now()
    async with house.realm.pool.connection() as conn:
        rows = await newest(conn, _visible(principal, None))
    positions: list[Json] = []
    for row in rows:
        age_s = max(0, round((now - row.at).total_seconds()))
        positions.append(
            {
                "unit_id": row.unit_id,
                "lon": row.lon,
                "lat": row.lat,
                "accuracy_m": row.accuracy_m,
                "at": iso(row.at),
                "received_at": iso(row.received_at),
                "source": row.source,
                "age_s": age_s,
                "stale": age_s > STALE_AFTER_S,
            }
        )
    return {"at": iso(now), "stale_after_s": STALE_AFTER_S, "positions": positions}


@router.get("/api/tracks", response_model=None)
async def get_tracks(
    house: InHouse,
    principal: SignedIn,
    since: AwareDatetime,
    until: AwareDatetime,
    unit: Annotated[list[UUID] | None, Query(max_length=500)] = None,
    every_s: Annotated[int, Query(ge=SLOT_S, le=3600)] = SLOT_S,
) -> dict[str, Json]:
    """Where units were: {unit: [[seconds since 1970, lon, lat, accuracy in metres or null], …]}, a position in `every_s` seconds.
    `truncated` when there were more than are told; ask for a shorter time then, or fewer units."""
    _check_span(since, until)
    units = _visible(principal, None if unit is None else [str(one) for one in unit])
    async with house.realm.pool.connection() as conn:
        rows = await tracks(conn, since, until, units, max(1, every_s // SLOT_S), MOST_TRACK_POINTS + 1)
    told: dict[str, list[Json]] = {}
    for row in rows[:MOST_TRACK_POINTS]:
        fix: list[Json] = [round(row.at.timestamp(), 3), row.lon, row.lat, row.accuracy_m]
        told.setdefault(row.unit_id, []).append(fix)
    return {
        "since": iso(since),
        "until": iso(until),
        "every_s": every_s,
        "units": dict(told),
        "truncated": len(rows) > MOST_TRACK_POINTS,
    }


def _check_span(since: datetime, until: datetime) -> None:
    if until <= since:
        raise Refused(
            "time_order", zh="结束时间应晚于开始时间。", en="The end must be later than the beginning.", field="until"
        )
    if until - since > _LONGEST:
        raise Refused(
            "time_span",
            zh="一次最多查询 7 天的轨迹。",
            en="At most seven days of tracks can be asked for.",
            field="since",
        )


def _visible(principal: Principal, asked: list[str] | None) -> list[str] | None:
    """The units that may be told; None: all. Overseers and departments see all, a unit sees itself. Raises Refused."""
    if principal.has(*OVERSEERS, Role.DEPARTMENT):
        return asked
    mine = sorted(principal.units())
    if not mine or any(one not in mine for one in asked or ()):
        raise forbidden("您无权查看力量位置。", "You may not see positions.", field="unit")
    return asked or mine
