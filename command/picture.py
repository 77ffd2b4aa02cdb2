"""This room's part of the pictures: units and duty on the boards, responses and orders in an incident, desks and phones."""

from uuid import UUID

from command import store
from command.dispatch import store as dispatch_store
from command.dispatch.recommendation import head_object
from command.exercises import picture as exercise_picture
from command.fences.fence import fence_object
from command.handover.handlers import handover_object
from command.handover.store import open_of_area
from command.headquarters import picture as headquarters_picture
from command.instructions import picture as instruction_picture
from command.objects import department_object, duty_object, response_object, task_object, unit_object
from command.organisation.stock_book import stock_book
from command.planning import store as plan_store
from command.planning.version import PlanVersion, plan_head
from command.proposals import store as proposal_store
from command.proposals.proposal import proposal_object
from command.requests.request import Request, request_object
from command.requests.store import requests_of_desk, requests_of_incident
from command.resources.shelter import Shelter, shelter_object
from command.resources.shelter_store import shelters_of
from command.resources.stock import hold_object
from command.resources.stock_store import allotments_of
from command.roster.store import read_count
from command.units import store as unit_store
from command.units.unit import Unit
from gis.fence_store import FenceRow, standing_fences
from spine.canonical import Json
from spine.command import Connection
from spine.errors import Refused
from spine.fold import Picture
from spine.picture import PictureSource


def _units(units: list[Unit]) -> dict[str, Json]:
    return {str(unit.id): unit_object(unit) for unit in units}


def _fences(fences: list[FenceRow]) -> dict[str, Json]:
    return {str(fence.id): fence_object(fence) for fence in fences}


def _requests(requests: list[Request]) -> dict[str, Json]:
    return {str(request.id): request_object(request) for request in requests}


def _shelters(shelters: list[Shelter]) -> dict[str, Json]:
    return {str(shelter.id): shelter_object(shelter) for shelter in shelters}


def _spoken_for(department: str) -> list[str]:
    """The department itself, and the outside parties it speaks with."""
    return [department, *(p.code for p in stock_book().parties.values() if p.desk == department)]


async def _board(conn: Connection, key: str) -> Picture:
    posts = await unit_store.duty_of_area(conn, key)
    by_post = {duty.post: duty for duty in posts}
    return {
        "fences": _fences(await standing_fences(conn, area=key)),
        "units": _units(await unit_store.units_of_area(conn, key)),
        "duty": {duty.post: duty_object(duty) for duty in posts},
        "handovers": {str(one.id): handover_object(one, by_post[one.post]) for one in await open_of_area(conn, key)},
        "shelters": _shelters(await shelters_of(conn, area=key, in_use=True)),
    }


async def _incident(conn: Connection, key: str) -> Picture:
    incident_id = UUID(key)
    return {
        "fences": _fences(await standing_fences(conn, incident_id=incident_id)),
        "recommendations": {
            str(r.id): head_object(r) for r in await dispatch_store.recommendations_of(conn, incident_id)
        },
        "proposals": {str(p.id): proposal_object(p) for p in await proposal_store.proposals_of(conn, incident_id)},
        "responses": {str(r.id): response_object(r) for r in await store.responses_of(conn, incident_id)},
        "tasks": {str(t.id): task_object(t) for t in await store.tasks_of_incident(conn, incident_id)},
        "requests": _requests(await requests_of_incident(conn, incident_id)),
        "shelters": _shelters(await shelters_of(conn, incident_id=incident_id)),
        "allotments": {str(h.id): hold_object(h) for h in await allotments_of(conn, incident_id)},
    }


async def _department(conn: Connection, key: str) -> Picture:
    try:
        row = await unit_store.need_department(conn, key)
    except Refused:
        return {}
    ids = await store.desk_task_ids(conn, key)
    return {
        "department": {row.code: department_object(row)},
        "tasks": {str(t.id): task_object(t) for t in await store.tasks_by_ids(conn, list(ids))},
        "units": _units(await unit_store.units_of_department(conn, key)),
        "requests": _requests(await requests_of_desk(conn, key, _spoken_for(key))),
        "shelters": _shelters(await shelters_of(conn, department=key, in_use=True)),
    }


async def _unit(conn: Connection, key: str) -> Picture:
    unit_id = UUID(key)
    ids = await store.unit_task_ids(conn, unit_id)
    return {
        "unit": _units(await unit_store.units_by_ids(conn, [unit_id])),
        "tasks": {str(t.id): task_object(t) for t in await store.tasks_by_ids(conn, list(ids))},
    }


async def _plans(conn: Connection, _key: str) -> Picture:
    """One head a plan: which version is in force, which is the newest. Contents are asked for over HTTP, not folded."""
    by_plan: dict[str, list[PlanVersion]] = {}
    for line in await plan_store.all_lines(conn):
        by_plan.setdefault(line.plan_id, []).append(line)
    return {"plans": {plan_id: plan_head(lines) for plan_id, lines in by_plan.items()}}


async def _roster(conn: Connection, key: str) -> Picture:
    head = await read_count(conn, key)
    return {"roster": {} if head is None else {"roster": head}}


SOURCES = (
    PictureSource("roster", _roster),
    PictureSource("board", _board),
    PictureSource("incident", _incident),
    PictureSource("department", _department),
    PictureSource("unit", _unit),
    *headquarters_picture.SOURCES,
    *instruction_picture.SOURCES,
    PictureSource("plans", _plans),
    *exercise_picture.SOURCES,
)
