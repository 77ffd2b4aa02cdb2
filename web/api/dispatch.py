"""Questions of dispatch: what an incident needs, which units should go, and what was recommended before. Choosing is a command."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError

from command import store
from command.dispatch import store as dispatch_store
from command.dispatch.asked import RecommendIn, need_of
from command.dispatch.choose import kept
from command.dispatch.drafts import draft_needs
from command.dispatch.forces import forces
from command.dispatch.hazard import hazard_of
from command.dispatch.recommendation import whole_object
from command.dispatch.replace import need_of_order
from command.dispatch.rules import dispatch_rules
from command.dispatch.shape import Need
from command.units import store as unit_store
from command.units.inside import units_seen_by
from gis.roads.current import Roads
from incidents import store as incident_store
from incidents.incident import Incident
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none
from spine.db import Connection, snapshot
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal, Role
from spine.seal import sealed
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.current import roads_now
from web.house import House

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from command.dispatch.recommend import Asked

router = APIRouter(prefix="/api/dispatch", tags=["dispatch"])

MOST_BYTES = 512 * 1024
_SEES_UNITS = OVERSEERS | {Role.DEPARTMENT}


@router.get("/needs", response_model=None)
async def get_needs(incident_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Drafts of what an incident needs, each with where it is from; an officer edits them before he asks."""
    async with snapshot(house.realm.pool) as conn:
        incident = await _incident(house, conn, principal, incident_id)
        return dict(await draft_needs(conn, incident, dispatch_rules()))


@router.get("/recommendations/{recommendation_id}", response_model=None)
async def get_recommendation(recommendation_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """One that was chosen, whole: what was shown, what was chosen, and why. It never changes."""
    async with snapshot(house.realm.pool) as conn:
        one = await dispatch_store.recommendation(conn, recommendation_id)
        await house.book.check(conn, principal, f"incident:{one.incident_id}")
    return dict(whole_object(one))


@router.post("/recommend", response_model=None)
async def post_recommend(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Which units for which need, in two or three courses with reasons. A question: nothing is kept of it. Its `seal` goes with the choice."""
    try:
        given = RecommendIn.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error
    if not any(grant.role in _SEES_UNITS for grant in principal.grants):
        raise forbidden("您的角色不能查看全部力量。", "Your role may not see all units.", field="needs")
    from command.dispatch.recommend import recommend  # SciPy takes long to import: not before somebody asks

    # Read-committed: a closure made a moment ago must count.
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
        asked = await _asked(house, conn, principal, given, roads)
    async with request.app.state.dispatching:  # in a thread: HiGHS gives the interpreter back while it computes
        answer = await asyncio.to_thread(recommend, asked, dispatch_rules())
    shown: JsonObject = {**answer, "basis": _basis(roads)}
    async with house.realm.pool.connection() as conn:
        return dict(await sealed(conn, "dispatch", kept(shown), shown))


def _basis(roads: Roads) -> JsonObject:
    from gis.roads.answer import basis

    return basis(roads, "rescue")


async def _asked(house: House, conn: Connection, principal: Principal, given: RecommendIn, roads: Roads) -> "Asked":
    from command.dispatch.recommend import Asked

    rules, now = dispatch_rules(), house.realm.clock.now()
    incidents: dict[UUID, Incident] = {}
    needs: list[Need] = []
    for index, need in enumerate(given.needs):
        if need.incident_id not in incidents:
            incidents[need.incident_id] = await _incident(house, conn, principal, need.incident_id)
        needs.append(need_of(need, incidents[need.incident_id], f"needs.{index}"))
    excluded = set(given.exclude)
    if given.replace is not None:
        need, incident, stuck = await _replaced(house, conn, principal, given.replace)
        incidents[incident.id] = incident
        needs.append(need)
        excluded.add(stuck)
    ids = [need.id for need in needs]
    if len(ids) != len(set(ids)):
        raise Refused("id_taken", zh="需求编号重复。", en="Two needs have the same id.", field="needs")
    units = await forces(conn, await units_seen_by(conn, principal), now, rules, excluded)
    hazard = None if given.avoid_hazard == "none" else await _hazard(conn, list(incidents.values()))
    return Asked(now, tuple(needs), tuple(units), roads.networks, hazard, _roads_state(roads), given.courses)


def _roads_state(roads: Roads) -> JsonObject:
    origin = roads.origin
    return {
        "loaded": roads.networks is not None,
        "version": None if roads.networks is None else roads.networks.graph.version,
        "date": None if origin is None or origin.date is None else origin.date.isoformat(),
        "illustrative": None if origin is None else origin.illustrative,
        "closures": sorted(str(closure.id) for closure in roads.closures),
        "newest_closure_at": iso_or_none(max((closure.closed_at for closure in roads.closures), default=None)),
    }


async def _hazard(conn: Connection, incidents: list[Incident]) -> "BaseGeometry | None":
    from shapely import union_all

    found = [told[0] for incident in incidents if (told := await hazard_of(conn, incident)) is not None]
    return union_all(found) if found else None


async def _replaced(house: House, conn: Connection, principal: Principal, task_id: UUID) -> tuple[Need, Incident, UUID]:
    """Raises Refused `not_found`, `no_unit_to_replace`."""
    tasks = await store.tasks_by_ids(conn, [task_id])
    if not tasks:
        raise not_found("任务", "order", str(task_id), field="replace")
    (task,) = tasks
    incident = await _incident(house, conn, principal, task.incident_id)
    units = await unit_store.units_by_ids(conn, [] if task.unit_id is None else [task.unit_id])
    if not units or not task.is_open:
        raise Refused(
            "no_unit_to_replace",
            zh=f"任务 {task.no} 没有正在执行的力量，无需替换。",
            en=f"No unit works on order {task.no}; there is none to replace.",
            field="replace",
        )
    left = (task.due - house.realm.clock.now()).total_seconds() / 60
    return need_of_order(task, incident, units[0], left), incident, units[0].id


async def _incident(house: House, conn: Connection, principal: Principal, incident_id: UUID) -> Incident:
    await house.book.check(conn, principal, f"incident:{incident_id}")
    found = await incident_store.find_incident(conn, incident_id)
    if found is None:
        raise not_found("事件", "incident", str(incident_id), field="incident_id")
    return found
