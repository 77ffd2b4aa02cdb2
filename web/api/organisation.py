"""The organisation: departments of all levels, and the address book (who holds what, and who is on duty)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from command.organisation.address_book import (
    found_object,
    history_of,
    may_keep,
    may_look,
    may_see_numbers,
    search_people,
)
from command.roster import store as roster_store
from command.units import store as unit_store
from spine.accounts import login_of
from spine.canonical import Json
from spine.db import snapshot
from spine.errors import forbidden
from spine.principal import CITY
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["organisation"])


@router.get("/organisation", response_model=None)
async def get_organisation(
    house: InHouse,
    principal: SignedIn,
    q: Annotated[str, Query(max_length=60)] = "",
    department: Annotated[str, Query(max_length=40)] = "",
    area: Annotated[str, Query(max_length=12, pattern="^[0-9]*$")] = "",
    level: Literal["", "city", "county", "township", "village"] = "",
) -> dict[str, Json]:
    """People by name, pinyin or its initials, title, department or village; `area` is the beginning of an area code.

    Telephone numbers are null with `numbers_hidden` for who may not see them. Raises Refused `forbidden`.
    """
    if not may_look(principal):
        raise forbidden("您无权查看通讯录。", "You may not see the address book.")
    at = house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        people = {person.id: person for person in await roster_store.people(conn)}
        found, more = await search_people(conn, people, q=q, department=department, area=area, level=level, at=at)
        posts = {
            duty.post: {"zh": duty.post_zh, "en": duty.post_en} for duty in await unit_store.duty_of_area(conn, "")
        }
    return {
        "people": [
            found_object(
                one,
                may_see_numbers(principal, one.area_code, one.person.department),
                may_keep(principal, one.area_code),
            )
            for one in found
        ],
        "more": more,
        "posts": posts,
    }


@router.get("/organisation/people/{person_id}", response_model=None)
async def get_person(
    person_id: Annotated[str, Path(max_length=64)], house: InHouse, principal: SignedIn
) -> dict[str, Json]:
    """Somebody's entry for those who keep it: his login, and who changed what when. Raises Refused `forbidden`, `not_found`."""
    async with snapshot(house.realm.pool) as conn:
        person = await roster_store.need_person(conn, person_id, "person_id")
        department = None if person.department is None else await unit_store.need_department(conn, person.department)
        area = person.area_code or (None if department is None else department.area_code) or CITY
        if not may_keep(principal, area):
            raise forbidden("您无权修改这条通讯录。", "You may not correct this entry of the address book.")
        login = None if person.account_id is None else await login_of(conn, person.account_id)
        changes: list[Json] = [*await history_of(conn, person_id)]
    return {"id": person.id, "account": login, "history": changes}
