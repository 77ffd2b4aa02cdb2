"""What there is to help with: stock, shelters, beds, requests, and what will run out. Lists that grow without end are fetched."""

from typing import Annotated

from fastapi import APIRouter, Query

from command.organisation.stock_book import stock_book
from command.requests.outlook import outlook_object
from command.requests.outlook_store import look_ahead
from command.requests.request import request_object
from command.requests.store import offered_by_item, recent_requests
from command.resources.beds import hospital_object
from command.resources.beds_store import hospitals_of
from command.resources.shelter import shelter_object
from command.resources.shelter_store import shelters_of
from command.resources.stock import available, first_expired_first, hold_object, lot_object
from command.resources.stock_store import depots, lots_of, need_depot, open_holds
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING, iso
from spine.errors import forbidden
from spine.principal import CITY, Principal, Role
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api/resources", tags=["resources"])
Area = Annotated[str, Query(pattern=r"^5309(\d{2})?$")]
Code = Annotated[str, Query(min_length=1, max_length=60)]


def _may_see(principal: Principal) -> None:
    """Desks that share the city's means see all of them; a field unit and a feed do not need to. Raises Refused `forbidden`."""
    if not principal.has(*OVERSEERS, Role.DEPARTMENT):
        raise forbidden("您无权查看资源情况。", "You may not see the resources.")


def _at(house: InHouse) -> JsonObject:
    return {"at": iso(house.realm.clock.now())}


@router.get("/stock", response_model=None)
async def get_stock(
    house: InHouse, principal: SignedIn, depot: Code | None = None, item: Code | None = None
) -> JsonObject:
    """Lots that are not used up, with `expiry` none/good/soon/expired; `offered`: what is promised and not accepted yet, by depot
    and item; `depots`; `outlook` by item; `holds`: departments' own promises that are not settled."""
    _may_see(principal)
    book, now = stock_book(), house.realm.clock.now()
    day = now.astimezone(BEIJING).date()
    async with house.realm.pool.connection() as conn:
        listed = await depots(conn)
        lots = await lots_of(conn, item=item, depot=depot)
        offered = await offered_by_item(conn)
        ahead = await look_ahead(conn, now, item)
        holds = await open_holds(conn, [one.code for one in listed if depot in (None, one.code)])
    return {
        **_at(house),
        "depots": [
            {
                "code": one.code, "name_zh": one.zh, "name_en": one.en, "department": one.department,
                "area_code": one.area_code, "point": {"lon": one.lon, "lat": one.lat, "origin": "WGS84"},
                "phone": one.phone, "illustrative": one.illustrative,
            }
            for one in listed
        ],
        "lots": [lot_object(lot, book.items[lot.item], day) for lot in lots if lot.item in book.items],
        "offered": [{"depot": code, "item": kind, "quantity": n} for (code, kind), n in sorted(offered.items())],
        "outlook": [outlook_object(seen) for seen in ahead.values()],
        "holds": [hold_object(hold) for hold in holds],
    }  # fmt: skip


@router.get("/preview", response_model=None)
async def get_preview(
    house: InHouse, principal: SignedIn, depot: Code, item: Code, quantity: Annotated[int, Query(ge=1, le=100_000_000)]
) -> JsonObject:
    """Before anything is promised: which lots would go (first expired first), what would be left, and whether it suffices.

    `takes` [{lot_no, quantity, expires_on, expiry}], `left` in the depot afterwards, `short` (0: it suffices), `expired`, `offered`,
    `outlook` of the item in the whole city with this quantity gone. Nothing is reserved by asking."""
    _may_see(principal)
    book, now = stock_book(), house.realm.clock.now()
    known, day = book.item(item, "item"), now.astimezone(BEIJING).date()
    async with house.realm.pool.connection() as conn:
        await need_depot(conn, depot, "depot")
        lots = await lots_of(conn, item=item, depot=depot)
        offered = (await offered_by_item(conn)).get((depot, item), 0)
        seen = (await look_ahead(conn, now, item)).get(item)
    free = max(0, available(lots, day) - offered)
    wanted, takes = min(quantity, free), list[Json]()
    for lot in first_expired_first([lot for lot in lots if not lot.expired(day)]):
        taken = min(wanted, lot.free)
        wanted -= taken
        if taken:
            shown = lot_object(lot, known, day)
            takes.append(
                {"lot_no": lot.lot_no, "quantity": taken, "expires_on": shown["expires_on"], "expiry": shown["expiry"]}
            )
    return {
        **_at(house),
        "item": item,
        "depot": depot,
        "quantity": quantity,
        "takes": takes,
        "left": free - min(quantity, free),
        "short": max(0, quantity - free),
        "expired": sum(lot.free for lot in lots if lot.expired(day)),
        "offered": offered,
        "outlook": None
        if seen is None
        else {**outlook_object(seen), "free_after": max(0, seen.free - min(quantity, free))},
    }


@router.get("/outlook", response_model=None)
async def get_outlook(house: InHouse, principal: SignedIn) -> JsonObject:
    """By item: what is free, asked for and short in the whole city, and when it runs out by asking or by use."""
    _may_see(principal)
    now = house.realm.clock.now()
    async with house.realm.pool.connection() as conn:
        ahead = await look_ahead(conn, now)
    return {**_at(house), "items": [outlook_object(seen) for seen in ahead.values()]}


@router.get("/shelters", response_model=None)
async def get_shelters(house: InHouse, principal: SignedIn, area: Area = CITY) -> JsonObject:
    """Every shelter of an area with its people and their age of data; `occupied` null: nobody has reported."""
    _may_see(principal)
    async with house.realm.pool.connection() as conn:
        found = await shelters_of(conn, area=area)
    return {**_at(house), "shelters": [shelter_object(shelter) for shelter in found]}


@router.get("/shelters.geojson", response_model=None)
async def get_shelter_layer(house: InHouse, principal: SignedIn, area: Area = CITY) -> JsonObject:
    """The same as GeoJSON (RFC 7946), for a map of one's own: `share` is occupied/capacity, null when not known."""
    _may_see(principal)
    async with house.realm.pool.connection() as conn:
        found = await shelters_of(conn, area=area)
    features: list[Json] = [
        {
            "type": "Feature",
            "id": str(s.id),
            "geometry": {"type": "Point", "coordinates": [s.lon, s.lat]},
            "properties": {
                **shelter_object(s),
                "share": None if s.occupied is None else round(s.occupied / s.capacity, 3),
            },
        }
        for s in found
    ]
    return {"type": "FeatureCollection", "features": features}


@router.get("/beds", response_model=None)
async def get_beds(house: InHouse, principal: SignedIn, area: Area = CITY) -> JsonObject:
    """Hospitals with their beds by ward kind; `available` null: nobody has reported."""
    _may_see(principal)
    async with house.realm.pool.connection() as conn:
        found = await hospitals_of(conn, area)
    return {**_at(house), "hospitals": [hospital_object(hospital) for hospital in found]}


@router.get("/requests", response_model=None)
async def get_requests(house: InHouse, principal: SignedIn, area: Area = CITY) -> JsonObject:
    """Every open request of an area and the last that ended, open ones first. For whoever oversees the area."""
    if not any(grant.role in OVERSEERS and grant.covers(area) for grant in principal.grants):
        raise forbidden("您无权查看该区域的全部请求。", "You may not see all requests of this area.")
    async with house.realm.pool.connection() as conn:
        found = await recent_requests(conn, area=area)
    return {**_at(house), "requests": [request_object(request) for request in found]}
