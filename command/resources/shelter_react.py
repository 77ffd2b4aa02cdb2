"""Followers of shelters: one that has no room for whom it expects proposes the next; an order that ends lets its places go."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import numpy as np

from command.dispatch.hazard import hazard_of
from command.evacuation import reservation_store
from command.evacuation.next_shelter import Candidate, Crowd, fill
from command.evacuation.places import clear_of
from command.evacuation.reservation import crowd_of
from command.evacuation.rules import evacuation_rules
from command.proposals import store as proposal_store
from command.proposals.proposal import withdrawal
from command.reaction import answer_fact
from command.resources import shelter_store
from command.resources.publish import RESOURCES
from command.resources.shelter import Shelter
from gis.roads.current import CurrentRoads
from gis.roads.travel import Networks, Spot, travel_table
from incidents import store as incident_store
from spine.canonical import Json, JsonObject
from spine.command import Registry
from spine.db import snapshot
from spine.follow import Follower, SlowFollower
from spine.realm import Realm
from spine.record import Fact

ROOM, ENDED = "shelter_room", "evacuation_ended"
_CROWDING = frozenset(
    {
        "shelter.opened",
        "shelter.reported",
        "shelter.suspended",
        "shelter.restored",
        "evacuation.adopted",
        "evacuation.redirected",
        "evacuation.released",
    }
)
_ENDS = {"task.closed": "brought", "task.cancelled": "stood_down", "incident.closed": "stood_down"}


def room_follower(registry: Registry, roads: CurrentRoads) -> SlowFollower:
    """Reads what changes in shelters; those that the facts name are looked at as they are now."""

    async def handle(realm: Realm, facts: Sequence[Fact]) -> None:
        for shelter_id in dict.fromkeys(named for fact in facts for named in _named(fact)):
            await _look(realm, registry, roads, facts[-1], shelter_id)

    return SlowFollower(ROOM, RESOURCES, _CROWDING, handle, quiet_s=0.05)


def _named(fact: Fact) -> list[UUID]:
    data = cast(Mapping[str, Json], fact.content().get("data") or {})
    ids = [data["shelter_id"]] if "shelter_id" in data else cast(Sequence[Json], data.get("shelter_ids") or ())
    return [UUID(str(one)) for one in ids]


async def _look(realm: Realm, registry: Registry, roads: CurrentRoads, fact: Fact, shelter_id: UUID) -> None:
    async with snapshot(realm.pool) as conn:
        shelter = await shelter_store.find_shelter(conn, shelter_id)
        kept = await reservation_store.kept(conn, shelter_id=shelter_id)
        crowds = crowd_of(shelter, kept, await reservation_store.leaving(conn, shelter_id))
        standing = await proposal_store.on_the_spot(conn, kind="next_shelter", shelter_id=shelter_id)
    for one in standing:
        waiting, inside = crowds.get(one.incident_id, ([], 0))
        now = Crowd(waiting, inside).people
        if now == 0 or now > int(str((one.detail or {}).get("people", 0))):
            # Gone, or more than was proposed for: what is proposed must fit what is.
            reason = (
                ("安置点已有位置", "the shelter has room now")
                if now == 0
                else ("需要改派的人数有增加", "more people than that find no room")
            )
            data = withdrawal(one, *reason)
            await answer_fact(
                realm, registry, ROOM, fact, "proposal.withdraw", data, str(one.id), incident_id=one.incident_id
            )
    for incident_id, (waiting, inside) in crowds.items():
        crowd = Crowd(waiting, inside)
        moves = await _moves(realm, roads, shelter, incident_id, crowd.people)
        asked: JsonObject = {"incident_id": str(incident_id), "shelter_id": str(shelter_id), "moves": moves}
        await answer_fact(
            realm, registry, ROOM, fact, "proposal.next_shelter", asked, str(shelter_id), incident_id=incident_id
        )


async def _moves(realm: Realm, roads: CurrentRoads, full: Shelter, incident_id: UUID, people: int) -> list[Json]:
    """The nearest shelters with room, clear of the hazard."""
    rules = evacuation_rules()
    async with realm.pool.connection() as conn:
        networks = (await roads.get(conn)).networks
        near = await shelter_store.shelters_near(conn, full.lon, full.lat, rules.next_within_m, rules.farthest_shelters)
        incident = await incident_store.find_incident(conn, incident_id)
        hazard = None if incident is None else await hazard_of(conn, incident)
    with_room = [(one, away) for one, away in near if one.id != full.id and one.promisable > 0]
    if hazard is not None:
        with_room = [
            (one, away) for one, away in with_room if clear_of(one.lon, one.lat, hazard[0], rules.clear_of_hazard_m)
        ]
    candidates = await asyncio.to_thread(_candidates, full, with_room, networks)
    return [
        {
            "shelter_id": str(one.shelter_id),
            "people": part,
            "distance_m": round(one.distance_m),
            "minutes": None if one.minutes is None else round(one.minutes, 1),
        }
        for one, part in fill(people, candidates)
    ]


def _candidates(full: Shelter, others: Sequence[tuple[Shelter, float]], networks: Networks | None) -> list[Candidate]:
    """By minutes on the road for the public's traffic; without a known time, by straight distance behind all that have one."""
    rules = evacuation_rules()
    if not others:
        return []
    spots = [Spot(str(one.id), one.lon, one.lat) for one, _ in others]
    seconds = travel_table(networks, [Spot("full", full.lon, full.lat)], spots, "public").seconds[0]
    found: list[Candidate] = []
    for (one, away), took in zip(others, seconds, strict=True):
        minutes = float(took) / 60 if np.isfinite(took) else None
        order = (minutes if minutes is not None else 24 * 60 + away / 1000) + (
            0.0 if one.state == "open" else rules.not_open_minutes
        )
        found.append(Candidate(one.id, one.promisable, away, minutes, order))
    return found


def ended_follower(registry: Registry) -> Follower:
    """Reads the incidents' streams: an order that is done or called off keeps no places any more."""

    async def handle(realm: Realm, fact: Fact) -> None:
        incident_id = UUID(fact.stream.partition(":")[2])
        data = cast(Mapping[str, Json], fact.content().get("data") or {})
        asked: JsonObject = {"incident_id": str(incident_id), "how": _ENDS[fact.kind]}
        if fact.kind != "incident.closed":
            asked["task_id"] = str(data["task_id"])
        async with realm.pool.connection() as conn:
            task_id = None if fact.kind == "incident.closed" else UUID(str(data["task_id"]))
            if not await reservation_store.kept(conn, incident_id=incident_id, task_id=task_id):
                return
        await answer_fact(realm, registry, ENDED, fact, "evacuation.release", asked)

    return Follower(ENDED, "incident:", frozenset(_ENDS), handle)
