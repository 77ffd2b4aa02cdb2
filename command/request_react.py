"""The requests follower: the time to answer has passed, so the next level is asked too. Silence climbs."""

import logging
from collections.abc import Mapping
from typing import cast

from command.request_steps import CLOCK
from spine.canonical import Json, JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.follow import Follower, reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

log = logging.getLogger("fengsui.requests")

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
        envelope = Envelope(reaction_id(NAME, fact), "request.escalate", fact.stream, fact.at, asked)
        try:
            await carry_out(realm, registry, system(NAME), envelope)
        except Refused as refusal:
            log.info("%s is not escalated: %s", clock["subject_id"], refusal.code)

    return Follower(NAME, "board", frozenset({"deadline.passed"}), handle)
