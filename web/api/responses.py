"""What a decision on a response would do, before it is taken: the orders another level changes, and what is open at its end."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from command.commands import LevelName
from command.proposals.rules import proposal_rules
from command.responses.asking import Asked, Chain, seat_of
from command.responses.chains import decision_chain, end_chain, with_command
from command.responses.difference import difference_object
from command.responses.stand_down import open_items
from command.responses.standing import Standing, standing
from command.store import find_response
from command.transitions import higher
from incidents.store import find_incident
from spine.canonical import Json
from spine.command import Connection
from spine.db import snapshot
from spine.errors import Refused, not_found
from spine.principal import Principal
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["responses"])


async def _read(conn: Connection, house: InHouse, principal: Principal, response_id: UUID) -> Standing:
    response = await find_response(conn, response_id)
    await house.book.check(conn, principal, f"incident:{response.incident_id}")
    return await standing(conn, response)


def _may(chain: Chain, asked: Asked, principal: Principal) -> dict[str, Json]:
    """The post in which the asker would decide; or whose decision it is, in a sentence."""
    posts: list[Json] = [
        {"post": p.post, "zh": p.post_zh, "en": p.post_en, "person": p.person, "held": p.account_id is not None}
        for p in chain.posts
    ]
    try:
        seat = seat_of(chain, asked, principal)
    except Refused as refusal:
        return {"post": None, "posts": posts, "zh": refusal.zh, "en": refusal.en}
    return {"post": seat.to_json(), "posts": posts, "zh": None, "en": None}


@router.get("/responses/{response_id}/difference", response_model=None)
async def get_difference(
    response_id: UUID, house: InHouse, principal: SignedIn, level: Annotated[LevelName, Query()]
) -> dict[str, Json]:
    """{…, against, counts, lines: [{what: added|retimed|cancelled|kept|elsewhere, …}], may, expected_hours}: by the same function as the command."""
    async with snapshot(house.realm.pool) as conn:
        now = await _read(conn, house, principal, response_id)
        incident = await find_incident(conn, now.response.incident_id)
        if incident is None:
            raise not_found("事件", "incident", str(now.response.incident_id))
        chain, asked = await decision_chain(conn, now.plan, now.response, level)
        before = now.response.suggested_level if now.response.state == "proposed" else now.response.level
        at, highest = house.realm.clock.now(), higher(level, before)
        chain = await with_command(conn, chain, now.response.incident_id, at, "response_level", highest)
    change = difference_object(now.difference(incident, level, house.realm.clock.now()), now.plan)
    hours = proposal_rules().expected_hours[level]
    return {**change, "may": _may(chain, asked, principal), "expected_hours": hours}


@router.get("/responses/{response_id}/stand-down", response_model=None)
async def get_stand_down(response_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """{response_id, version, items: [{id, kind, zh, en, must, subject_id, department}], may}: what is still open."""
    async with snapshot(house.realm.pool) as conn:
        now = await _read(conn, house, principal, response_id)
        chain = await end_chain(conn, now.plan, now.response.level)
        chain = await with_command(conn, chain, now.response.incident_id, house.realm.clock.now(), None)
    items: list[Json] = [
        item.to_json() for item in open_items(now.response, now.plan, now.tasks, now.others, now.proposals)
    ]
    return {
        "response_id": str(response_id),
        "version": now.response.version,
        "items": items,
        "may": _may(chain, (), principal),
    }
