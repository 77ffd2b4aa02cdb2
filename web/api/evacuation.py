"""Questions of evacuation: what zones an incident offers, and where their people would go, how, and how long it takes."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError

from command.evacuation.adopt import kept
from command.evacuation.places import given_back, shelter_places, usable
from command.evacuation.reservation import own_places
from command.evacuation.reservation_store import kept_by_origin
from command.evacuation.rules import When, evacuation_rules
from command.evacuation.zones import EvacuationIn, candidates, count_people, read_zones
from gis.exposure.current import Exposure
from gis.roads.current import Roads
from incidents import store as incident_store
from incidents.incident import Incident
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import hour_in_beijing
from spine.db import Connection, snapshot
from spine.errors import forbidden, not_found
from spine.principal import Principal, Role
from spine.seal import sealed
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.current import exposure_now, roads_now
from web.house import House

router = APIRouter(prefix="/api/evacuation", tags=["evacuation"])

MOST_BYTES = 4 * 1024 * 1024
_MAY_ASK = OVERSEERS | {Role.DEPARTMENT}


@router.get("/zones", response_model=None)
async def get_zones(incident_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What there is to evacuate by: impact area, the assessment's strongest zone, drawn evacuation areas."""
    async with snapshot(house.realm.pool) as conn:
        incident = await _incident(house, conn, principal, incident_id)
        return {"incident_id": str(incident_id), "zones": await candidates(conn, incident)}


@router.post("", response_model=None)
async def post_evacuation(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """People of the zones → shelters with room → ways that keep out of the zones → how long. A question: nothing is kept of it; its `seal` goes with the plan that is adopted."""
    try:
        given = EvacuationIn.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error
    if not any(grant.role in _MAY_ASK for grant in principal.grants):
        raise forbidden("您的角色不能拟订疏散方案。", "Your role may not plan evacuations.", field="incident_id")
    rules, at = evacuation_rules(), house.realm.clock.now()
    async with house.realm.pool.connection() as conn:
        incident = await _incident(house, conn, principal, given.incident_id)
        zones = await read_zones(conn, incident, given.zones)
        roads, exposure = await roads_now(request, conn), await exposure_now(request, conn)
        places = [place for place in await shelter_places(conn, "") if place.id not in given.closed]
        own = await kept_by_origin(conn, given.incident_id)
    when: When = rules.when(int(hour_in_beijing(at))) if given.when == "now" else given.when

    def work() -> dict[str, Json]:
        from command.evacuation.plan import Asked, plan

        told, origins, hazard = count_people(zones, exposure, when)
        again = given_back(places, own_places(own, [origin.id for origin in origins]))
        near, inside = usable(again, hazard, rules.clear_of_hazard_m, rules.farthest_shelters)
        asked = Asked(at, when, told, tuple(origins), tuple(near), hazard, roads.networks, inside)
        return {**plan(asked, rules), **_basis(roads, exposure)}

    async with request.app.state.dispatching:
        shown = await asyncio.to_thread(work)
    async with house.realm.pool.connection() as conn:
        return dict(await sealed(conn, "evacuation", kept(shown), shown))


def _basis(roads: Roads, exposure: Exposure) -> dict[str, Json]:
    from gis.exposure.count import basis as exposure_basis
    from gis.roads.answer import basis

    return {"basis": basis(roads, "rescue"), "exposure": exposure_basis(exposure)}


async def _incident(house: House, conn: Connection, principal: Principal, incident_id: UUID) -> Incident:
    await house.book.check(conn, principal, f"incident:{incident_id}")
    found = await incident_store.find_incident(conn, incident_id)
    if found is None:
        raise not_found("事件", "incident", str(incident_id), field="incident_id")
    return found
