"""The orders follower: a time limit has passed or an order is closed, and what follows from it is asked for."""

import logging
from collections.abc import Mapping
from typing import cast
from uuid import UUID

from command import store
from spine.canonical import Json
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.follow import Follower, reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

log = logging.getLogger("fengsui.orders")

NAME = "orders"
_ANSWERS = {"task_start": "task.begin", "task_watch": "task.escalate", "task_pause": "task.go_on"}
"""Which command answers the passing of which clock."""
KINDS = frozenset({"deadline.passed", "task.closed", "task.clocks_resumed"})


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams; asks, and the commands decide whether there is still anything to do."""

    async def handle(realm: Realm, fact: Fact) -> None:
        data = cast(Mapping[str, Json], fact.content().get("data") or {})
        if fact.kind == "deadline.passed":
            kind = _ANSWERS.get(str(data["kind"]))
            if kind is not None:
                await _ask(realm, registry, fact, kind, UUID(str(data["subject_id"])))
        elif fact.kind == "task.closed":
            for task_id in await _waiting_for(realm, UUID(str(data["task_id"]))):
                await _ask(realm, registry, fact, "task.begin", task_id)
        else:
            for task_id in await _waiting_in(realm, UUID(fact.stream.partition(":")[2])):
                await _ask(realm, registry, fact, "task.begin", task_id)

    return Follower(NAME, "incident:", KINDS, handle)


async def _waiting_for(realm: Realm, task_id: UUID) -> list[UUID]:
    async with realm.pool.connection() as conn:
        return [task.id for task in await store.waiting_for(conn, task_id)]


async def _waiting_in(realm: Realm, incident_id: UUID) -> list[UUID]:
    async with realm.pool.connection() as conn:
        return [task.id for task in await store.tasks_of_incident(conn, incident_id) if task.state == "waiting"]


async def _ask(realm: Realm, registry: Registry, fact: Fact, kind: str, task_id: UUID) -> None:
    envelope = Envelope(
        reaction_id(NAME, fact, f"{kind}:{task_id}"), kind, fact.stream, fact.at, {"task_id": str(task_id)}
    )
    try:
        await carry_out(realm, registry, system(NAME), envelope)
    except Refused as refusal:
        log.info("%s of %s is not carried out: %s", kind, task_id, refusal.code)
