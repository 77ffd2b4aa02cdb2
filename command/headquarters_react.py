"""The headquarters follower: a clock passes, an incident is closed or reopened."""

import logging
from collections.abc import Mapping
from typing import cast

from command.headquarters_clocks import KINDS
from spine.canonical import Json, JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.follow import Follower, reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

log = logging.getLogger("fengsui.headquarters")

NAME = "headquarters"


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams. Each passed clock is met by one command, which decides anew whether it still matters."""

    async def handle(realm: Realm, fact: Fact) -> None:
        incident = fact.stream.partition(":")[2]
        data: JsonObject = {"incident_id": incident}
        if fact.kind == "incident.closed":
            await _send(realm, registry, fact, "headquarters.dissolve", {**data, "reason": "事件结束"})
            return
        if fact.kind == "incident.reopened":
            await _send(realm, registry, fact, "headquarters.resume_clocks", data)
            return
        passed = cast(Mapping[str, Json], fact.content()["data"])
        if passed["kind"] in KINDS:
            data |= {"clock": passed["kind"], "subject_id": passed["subject_id"]}
            await _send(realm, registry, fact, "headquarters.meet_silence", data)

    return Follower(NAME, "incident:", frozenset({"deadline.passed", "incident.closed", "incident.reopened"}), handle)


async def _send(realm: Realm, registry: Registry, fact: Fact, kind: str, data: JsonObject) -> None:
    envelope = Envelope(reaction_id(NAME, fact, kind), kind, fact.stream, fact.at, data)
    try:
        await carry_out(realm, registry, system(NAME), envelope)
    except Refused as refusal:
        # None stands, or somebody was faster: nothing is lost.
        log.info("%s is not carried out for %s: %s", kind, fact.stream, refusal.code)
