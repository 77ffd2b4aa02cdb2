"""The risk register: the list, one site with the sum of its score, its scenarios, and what is known of a place in the first minute."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request

from gis.geometry import check_point
from incidents.classification import catalogue
from incidents.register import computed_store, store
from incidents.register.rule_book import register_rules
from incidents.register.site import Site
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.db import Connection
from spine.errors import Refused, forbidden, not_found
from spine.principal import CITY, Principal, Role
from web.auth import InHouse, SignedIn

if TYPE_CHECKING:
    from incidents.register.ground_here import CurrentGround

router = APIRouter(prefix="/api/register", tags=["register"])


def areas_of(principal: Principal) -> tuple[str, ...]:
    """Whose sites somebody sees: all for a department and for who oversees the city, else those of his counties. Raises Refused `forbidden`."""
    if principal.has(Role.DEPARTMENT):
        return ("",)
    areas = tuple(sorted({grant.area for grant in principal.grants if grant.role in OVERSEERS}))
    if not areas:
        raise forbidden("您无权查看风险登记册。", "You may not see the risk register.")
    return ("",) if any(len(area) <= len(CITY) for area in areas) else areas


def _sees(areas: Sequence[str], site: Site) -> bool:
    return any((site.area_code or "").startswith(area) for area in areas)


@router.get("/rules", response_model=None)
async def get_rules(principal: SignedIn) -> dict[str, Json]:
    """Kinds, properties, indicators with weights and sources, levels, substances: for forms and for reading."""
    areas_of(principal)
    return cast(dict[str, Json], register_rules().model_dump(mode="json", by_alias=True, exclude={"scenarios"}))


@router.get("", response_model=None)
async def get_register(house: InHouse, principal: SignedIn, retired: bool = False) -> dict[str, Json]:
    """Every site that the asker may see, the highest worst case first; `changes`: the register's count, to know when to ask again."""
    from incidents.register.answers import list_json

    areas = areas_of(principal)
    at = house.realm.clock.now()
    async with house.realm.pool.connection() as conn:
        count = await store.read_count(conn, "" if areas == ("",) else areas[0])
        sites = await list_json(conn, register_rules(), areas, at, retired=retired)
        townships = await _townships(conn)
    return {"sites": sites, "townships": townships, "changes": 0 if count is None else count[0], "at": iso(at)}


async def _townships(conn: Connection) -> dict[str, Json]:
    """{code: {zh, en}} of counties and townships, for the filter."""
    rows = await (
        await conn.execute(
            "SELECT code, short_zh, short_en FROM gis.place WHERE level IN ('county', 'township') ORDER BY code"
        )
    ).fetchall()
    return {str(code): {"zh": str(zh), "en": str(en)} for code, zh, en in rows}


@router.get("/near", response_model=None)
async def get_near(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    lon: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    class_key: Annotated[str | None, Query(max_length=60)] = None,
    text: Annotated[str, Query(max_length=600)] = "",
) -> dict[str, Json]:
    """The first minute: sites within 500 m of a place, or named in a text, that fit the class of event, with scenarios computed beforehand."""
    from incidents.register.answers import near_json

    areas_of(principal)
    point = _point(lon, lat, text)
    if class_key is not None and catalogue().find(class_key) is None:
        raise Refused(
            "unknown_class",
            zh=f"没有“{class_key}”这类事件。",
            en=f"There is no class of event '{class_key}'.",
            field="class_key",
        )
    rules, at = register_rules(), house.realm.clock.now()
    async with house.realm.pool.connection() as conn:
        here = await _current(request).get(conn)
        sites = await near_json(conn, rules, point, text, class_key, here, at)
    return {"within_m": rules.near_m, "sites": sites}


def _point(lon: float | None, lat: float | None, text: str) -> tuple[float, float] | None:
    if lon is None and lat is None and text:
        return None
    if lon is None or lat is None:
        raise Refused(
            "point_missing",
            zh="请给出经纬度（lon、lat），或给出文字（text）。",
            en="Give lon and lat, or a text.",
            field="lon" if lon is None else "lat",
        )
    return check_point(lon, lat, "point")


@router.get("/{site_id}", response_model=None)
async def get_site(site_id: UUID, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """A site with the whole sum of its score, its scenarios without their maps, and its history."""
    from incidents.register.answers import site_json

    areas = areas_of(principal)
    async with house.realm.pool.connection() as conn:
        site = await _find(conn, areas, site_id)
        here = await _current(request).get(conn)
        return await site_json(conn, register_rules(), site, here, house.realm.clock.now())


@router.get("/{site_id}/scenarios/{key}", response_model=None)
async def get_scenario(site_id: UUID, key: str, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The answer of one scenario (docs/decisions/0021), with its footprints."""
    areas = areas_of(principal)
    async with house.realm.pool.connection() as conn:
        site = await _find(conn, areas, site_id)
        answer = await computed_store.scenario_answer(conn, site.id, key)
    if answer is None:
        raise not_found("情景", "scenario", key, field="key")
    return {"site_id": str(site.id), "key": key, "answer": answer}


async def _find(conn: Connection, areas: Sequence[str], site_id: UUID) -> Site:
    site = await store.find_site(conn, site_id)
    if site is None or not _sees(areas, site):
        raise not_found("风险点", "site", str(site_id), field="site_id")
    return site


def _current(request: Request) -> "CurrentGround":
    return cast("CurrentGround", request.app.state.register_ground)
