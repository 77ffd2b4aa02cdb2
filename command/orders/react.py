"""The orders follower: a time limit has passed or an order is closed, and what follows from it is asked for."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from command import store
from command.reaction import answer_fact
from spine.canonical import Json
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

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
                await answer_fact(
                    realm, registry, NAME, fact, kind, {"task_id": data["subject_id"]}, str(data["subject_id"])
                )
        elif fact.kind == "task.closed":
            for task_id in await _waiting_for(realm, UUID(str(data["task_id"]))):
                await answer_fact(realm, registry, NAME, fact, "task.begin", {"task_id": str(task_id)}, str(task_id))
        else:
            for task_id in await _waiting_in(realm, UUID(fact.stream.partition(":")[2])):
                await answer_fact(realm, registry, NAME, fact, "task.begin", {"task_id": str(task_id)}, str(task_id))

    return Follower(NAME, "incident:", KINDS, handle)


async def _waiting_for(realm: Realm, task_id: UUID) -> list[UUID]:
    async with realm.pool.connection() as conn:
        return [task.id for task in await store.waiting_for(conn, task_id)]


async def _waiting_in(realm: Realm, incident_id: UUID) -> list[UUID]:
    async with realm.pool.connection() as conn:
        return [task.id for task in await store.tasks_of_incident(conn, incident_id) if task.state == "waiting"]
