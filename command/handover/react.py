"""The follower that answers a handover's passed deadline: a silence climbs."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from command.handover.clock import KIND, subject_of
from command.reaction import answer_fact
from spine.canonical import Json
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "handover"


def follower(registry: Registry) -> Follower:
    async def handle(realm: Realm, fact: Fact) -> None:
        # Every clock of the city stands on its board, a county's too: one stream is enough, and each fact is answered once.
        if fact.stream != "board":
            return
        data = cast(Mapping[str, Json], fact.content().get("data") or {})
        if data.get("kind") != KIND:
            return
        post = await _post_of(realm, UUID(str(data["deadline_id"])))
        if post is not None:
            await answer_fact(realm, registry, NAME, fact, "handover.escalate", {"post": post})

    return Follower(NAME, "board", frozenset({"deadline.passed"}), handle)


async def _post_of(realm: Realm, deadline: UUID) -> str | None:
    async with realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT subject_id FROM spine.deadline WHERE id = %s", (deadline,))).fetchone()
        posts = await (await conn.execute("SELECT post FROM command.duty")).fetchall()
    return None if row is None else next((str(post) for (post,) in posts if subject_of(str(post)) == row[0]), None)
