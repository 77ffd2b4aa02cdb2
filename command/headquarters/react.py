"""The headquarters follower: a clock passes, an incident is closed or reopened."""

from collections.abc import Mapping
from typing import cast

from command.headquarters.clocks import KINDS
from command.reaction import answer_fact
from spine.canonical import Json, JsonObject
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "headquarters"


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams. Each passed clock is met by one command, which decides anew whether it still matters."""

    async def handle(realm: Realm, fact: Fact) -> None:
        incident = fact.stream.partition(":")[2]
        data: JsonObject = {"incident_id": incident}
        if fact.kind == "incident.closed":
            data |= {"reason": "事件结束", "reason_en": "the incident is over"}
            await answer_fact(realm, registry, NAME, fact, "headquarters.dissolve", data)
            return
        if fact.kind == "incident.reopened":
            await answer_fact(realm, registry, NAME, fact, "headquarters.resume_clocks", data)
            return
        passed = cast(Mapping[str, Json], fact.content()["data"])
        if passed["kind"] in KINDS:
            data |= {"clock": passed["kind"], "subject_id": passed["subject_id"]}
            await answer_fact(realm, registry, NAME, fact, "headquarters.meet_silence", data)

    return Follower(NAME, "incident:", frozenset({"deadline.passed", "incident.closed", "incident.reopened"}), handle)
