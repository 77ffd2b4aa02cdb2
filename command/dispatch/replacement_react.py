"""Followers of units that cannot get through: a closed road or their own word proposes a replacement; what clears it takes it back.

They propose and withdraw, they move nobody.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from command import store
from command.dispatch.replace import ON_THE_WAY, CutOff, UnderWay, closure_words, cut_off, place_of, to_blame
from command.proposals import store as proposal_store
from command.proposals.proposal import Proposal, withdrawal
from command.reaction import answer_fact
from command.units import store as unit_store
from gis.positions import positions
from gis.roads.closure import Closure
from gis.roads.current import CurrentRoads, Roads
from gis.roads.handlers import STREAM
from incidents import store as incident_store
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.command import Connection, Registry
from spine.follow import Follower, SlowFollower
from spine.realm import Realm
from spine.record import Fact

ROADS, UNITS = "cut_off", "stuck_units"
_UNIT_STEPS = frozenset(
    {
        "unit.needs_help",
        "unit.arrived",
        "unit.status_changed",
        "task.assigned",
        "task.closed",
        "task.cancelled",
        "task.returned",
        "task.reissued",
    }
)
"""Facts on a unit's own stream after which it is perhaps not on the way to its order any more."""


def roads_follower(registry: Registry, roads: CurrentRoads) -> SlowFollower:
    """Whenever a road is closed or opened, all units under way are looked at; closures that come in a burst, once."""

    async def handle(realm: Realm, facts: Sequence[Fact]) -> None:
        async with realm.pool.connection() as conn:  # read-committed: the closure that was told must be seen
            now = await roads.get(conn)
            moving, incidents = await under_way(conn)
            standing = await proposal_store.on_the_spot(conn, kind="replace_unit")
        cut = await asyncio.to_thread(cut_off, moving, now.networks)
        for one in cut:
            await _propose(realm, registry, facts[-1], one, incidents[one.under_way.task_id], now.closures)
        await _take_back(realm, registry, facts[-1], standing, cut, now)

    return SlowFollower(ROADS, STREAM, frozenset({"road.closed", "road.opened"}), handle)


async def under_way(conn: Connection) -> tuple[list[UnderWay], dict[str, UUID]]:
    """Every unit on the way to an order in an open incident, at its newest position; and each order's incident. One without a known
    position, or whose order has no place, is left out: nothing is known of its way."""
    units = [unit for unit in await unit_store.units_under_way(conn) if unit.status in ON_THE_WAY]
    newest = {row.unit_id: row for row in await positions(conn, [unit.id for unit in units])} if units else {}
    tasks = {task.id: task for task in await store.tasks_by_ids(conn, [u.task_id for u in units if u.task_id])}
    known: dict[UUID, Incident | None] = {}
    found: list[UnderWay] = []
    incidents: dict[str, UUID] = {}
    for unit in units:
        task = None if unit.task_id is None else tasks.get(unit.task_id)
        if task is None:
            continue
        if task.incident_id not in known:
            known[task.incident_id] = await incident_store.find_incident(conn, task.incident_id)
        incident = known[task.incident_id]
        lon, lat, told = unit.lon, unit.lat, newest.get(unit.id)
        if told is not None and (unit.seen_at is None or told.at > unit.seen_at):
            lon, lat = told.lon, told.lat
        place = None if incident is None or incident.status != "open" else place_of(task, incident)
        if lon is not None and lat is not None and place is not None:
            found.append(UnderWay(str(unit.id), str(task.id), lon, lat, *place))
            incidents[str(task.id)] = task.incident_id
    return found, incidents


async def _propose(
    realm: Realm, registry: Registry, fact: Fact, one: CutOff, incident_id: UUID, closures: Sequence[Closure]
) -> None:
    data: JsonObject = {
        "task_id": one.under_way.task_id,
        "unit_id": one.under_way.unit_id,
        "cause": "closure",
        "closures": [closure_words(closure) for closure in to_blame(one, closures)],
    }
    task_id = one.under_way.task_id
    await answer_fact(realm, registry, ROADS, fact, "proposal.replace_unit", data, task_id, incident_id=incident_id)


async def _take_back(
    realm: Realm, registry: Registry, fact: Fact, standing: Sequence[Proposal], cut: Sequence[CutOff], now: Roads
) -> None:
    """The way is free again. Road data that went away frees nobody: nothing is known then."""
    if now.networks is None:
        return
    still = {(one.under_way.unit_id, one.under_way.task_id) for one in cut}
    for one in standing:
        about = one.detail or {}
        if about.get("cause") == "closure" and (about.get("unit_id"), about.get("task_id")) not in still:
            reason = ("道路已恢复，可以通行", "the road is open again")
            await _withdraw(realm, registry, fact, ROADS, one, reason)


def units_follower(registry: Registry) -> Follower:
    """Reads the units' own streams: what they say of the road, and whether they are still on the way."""

    async def handle(realm: Realm, fact: Fact) -> None:
        unit_id = UUID(fact.stream.partition(":")[2])
        data = cast(Mapping[str, Json], fact.content().get("data") or {})
        if fact.kind == "unit.needs_help":
            if "road" in cast(Sequence[str], data.get("kinds") or ()):
                await _reported(realm, registry, fact, unit_id, data)
            return
        async with realm.pool.connection() as conn:
            standing = await proposal_store.on_the_spot(conn, kind="replace_unit", unit_id=unit_id)
            units = await unit_store.units_by_ids(conn, [unit_id]) if standing else []
        for one in standing:
            unit, about = units[0], one.detail or {}
            if str(unit.task_id) != about.get("task_id") or unit.status not in ON_THE_WAY:
                reason = (
                    f"{unit.call_sign} 已到场或已不再承担该任务",
                    f"{unit.name_en or unit.call_sign} has arrived, or has this order no longer",
                )
                await _withdraw(realm, registry, fact, UNITS, one, reason)

    return Follower(UNITS, "unit:", _UNIT_STEPS, handle)


async def _reported(realm: Realm, registry: Registry, fact: Fact, unit_id: UUID, said: Mapping[str, Json]) -> None:
    task_id = said.get("task_id")
    if task_id is None:
        return
    async with realm.pool.connection() as conn:
        incident_id = await store.incident_of_task(conn, UUID(str(task_id)))
    data: JsonObject = {"task_id": task_id, "unit_id": str(unit_id), "cause": "report"}
    text = said.get("text")
    if isinstance(text, str) and text:
        data["said"] = text
    await answer_fact(
        realm, registry, UNITS, fact, "proposal.replace_unit", data, str(task_id), incident_id=incident_id
    )


async def _withdraw(
    realm: Realm, registry: Registry, fact: Fact, follower: str, one: Proposal, reason: tuple[str, str]
) -> None:
    await answer_fact(
        realm,
        registry,
        follower,
        fact,
        "proposal.withdraw",
        withdrawal(one, *reason),
        str(one.id),
        incident_id=one.incident_id,
    )
