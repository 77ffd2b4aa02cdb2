"""Raw documents of other authorities: taken in whole or refused with the element named, and kept for inspection."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from incidents.feeds.detect import detect
from incidents.feeds.intake import feed_states
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.errors import forbidden
from spine.principal import Role
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.intake_spool import IntakeSpool, Kept

router = APIRouter(prefix="/api/feeds", tags=["feeds"])

MOST_BYTES = 8 * 1024 * 1024


def feed_of(named: str | None, raw: bytes) -> str:
    """The feed that reads this document: the one named, or by its content; what nobody can read is kept as `unknown`."""
    return (detect(raw) or "unknown") if named in (None, "auto") else named


@router.post("/{name}")
async def post_feed(name: str, request: Request, principal: SignedIn) -> JSONResponse:
    """Take in one document as it came. A feed's token may bring in its own feed; a duty officer any."""
    if not principal.has(Role.FEED, Role.DUTY_OFFICER, Role.ADMINISTRATOR):
        raise forbidden("您的角色不能送入外来信息。", "Your role may not bring in documents.", field="feed")
    raw = await read_body(request, MOST_BYTES)
    reader = feed_of(name, raw)
    if principal.has(Role.FEED) and principal.id != f"feed:{reader}":
        raise forbidden("这个令牌属于另一个来源。", "This token is another feed's.", field="feed")
    intake = cast(IntakeSpool, request.app.state.intake)
    taken = await intake.document(reader, raw)
    if isinstance(taken, Kept):
        return JSONResponse({"feed": reader, "spooled": True, "at": iso(taken.at)}, status_code=202)
    if taken.refused is not None:
        raise taken.refused
    return JSONResponse({"feed": reader, "new": taken.new, "updated": taken.updated, "unchanged": taken.unchanged})


@router.get("", response_model=None)
async def get_feeds(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every watched address and feed with the age of its last good answer: a dead feed never looks like "no alerts"."""
    if not principal.has(*OVERSEERS):
        raise forbidden("您无权查看来源状态。", "You may not see the feeds.", field="feed")
    async with house.realm.pool.connection() as conn:
        return {"feeds": await feed_states(conn)}
