"""The organisation: departments of all levels, and the address book (who holds what, and who is on duty)."""

from typing import Annotated

from fastapi import APIRouter, Query

from command import roster_store, unit_store
from command.address_book import found_object, may_look, may_see_numbers, search_people
from spine.canonical import Json
from spine.db import snapshot
from spine.errors import forbidden
from spine.principal import Role
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["organisation"])


@router.get("/organisation", response_model=None)
async def get_organisation(
    house: InHouse,
    principal: SignedIn,
    q: Annotated[str, Query(max_length=60)] = "",
    department: Annotated[str, Query(max_length=40)] = "",
    area: Annotated[str, Query(max_length=12, pattern="^[0-9]*$")] = "",
) -> dict[str, Json]:
    """People by name, pinyin or its initials, title, department or village; `area` is the beginning of an area code.

    Telephone numbers are null with `numbers_hidden` for who may not see them. Raises Refused `forbidden`.
    """
    if not may_look(principal):
        raise forbidden("您无权查看通讯录。", "You may not see the address book.")
    at = house.realm.clock.now()
    keeper = principal.has(Role.DUTY_OFFICER, Role.ADMINISTRATOR)
    async with snapshot(house.realm.pool) as conn:
        people = {person.id: person for person in await roster_store.people(conn)}
        found, more = await search_people(conn, people, q=q, department=department, area=area, at=at)
        posts = {
            duty.post: {"zh": duty.post_zh, "en": duty.post_en} for duty in await unit_store.duty_of_area(conn, "")
        }
    return {
        "people": [
            found_object(one, may_see_numbers(principal, one.area_code, one.person.department), keeper) for one in found
        ],
        "more": more,
        "posts": posts,
    }
