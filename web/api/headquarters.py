"""Questions about a headquarters: what may be delegated, and the telephone numbers of who sits in it (never in a fact)."""

from uuid import UUID

from fastapi import APIRouter

from command.headquarters.rules import headquarters_rules
from command.headquarters.store import find_headquarters
from command.organisation.address_book import may_see_numbers
from spine.canonical import Json
from spine.db import snapshot
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["headquarters"])


@router.get("/headquarters/rules", response_model=None)
async def get_rules(_principal: SignedIn) -> dict[str, Json]:
    """{matters: [{id, zh, en, levels, source}], never: [{id, zh, en, source}], act_minutes, call_minutes, transfer_minutes,
    delegation_hours_max}."""
    rules = headquarters_rules()
    matters: list[Json] = [
        {"id": key, "zh": one.zh, "en": one.en, "levels": one.levels, "source": one.source}
        for key, one in rules.matters.items()
    ]
    never: list[Json] = [
        {"id": key, "zh": one.zh, "en": one.en, "source": one.source} for key, one in rules.never.items()
    ]
    return {
        "matters": matters,
        "never": never,
        "act_minutes": rules.act_minutes,
        "call_minutes": rules.call_minutes,
        "transfer_minutes": rules.transfer_minutes,
        "delegation_hours_max": rules.delegation_hours_max,
    }


@router.get("/incidents/{incident_id}/headquarters/numbers", response_model=None)
async def get_numbers(incident_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """{numbers: {person_id: {phone, mobile}}} of who sits in the headquarters and leads its groups, as far as the asker may see them."""
    async with snapshot(house.realm.pool) as conn:
        await house.book.check(conn, principal, f"incident:{incident_id}")
        hq = await find_headquarters(conn, incident_id)
        people = [] if hq is None else [s.person for s in hq.seats] + [g.head for g in hq.groups]
        ids = sorted({person.person_id for person in people if person.person_id is not None})
        rows = await (
            await conn.execute(
                """
                SELECT p.id, p.phone, p.mobile, p.department, coalesce(p.area_code, d.area_code, '5309')
                FROM command.person p LEFT JOIN command.department d ON d.code = p.department WHERE p.id = ANY(%s)
                """,
                (ids,),
            )
        ).fetchall()
    numbers: dict[str, Json] = {
        person: {"phone": phone, "mobile": mobile}
        for person, phone, mobile, department, area in rows
        if may_see_numbers(principal, area, department)
    }
    return {"numbers": numbers}
