"""The requests follower: the time to answer has passed, so the next level is asked too. Silence climbs."""

from collections.abc import Mapping
from typing import cast

from command.reaction import answer_fact
from command.requests.steps import CLOCK
from spine.canonical import Json, JsonObject
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "requests"


def follower(registry: Registry) -> Follower:
    """Reads the city's board, on which every deadline stands once."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.stream != "board":
            return
        content = fact.content()
        data = cast(Mapping[str, Json], content["data"])
        if data["kind"] != CLOCK:
            return
        now = cast(Mapping[str, Mapping[str, Mapping[str, Json]]], content["now"])
        clock = now["deadlines"][str(data["deadline_id"])]
        asked: JsonObject = {"request_id": clock["subject_id"], "due": clock["due_at"]}
        await answer_fact(realm, registry, NAME, fact, "request.escalate", asked)

    return Follower(NAME, "board", frozenset({"deadline.passed"}), handle)
