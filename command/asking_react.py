"""The asking follower: a post that was asked let its time pass, so the next one is asked (超时升级)."""

from collections.abc import Mapping
from typing import cast

from spine.canonical import Json, JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.follow import Follower, reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

NAME = "asking"
_COMMANDS = {
    "response_decision": ("response.ask_next", "response_id"),
    "proposal_decision": ("proposal.ask_next", "proposal_id"),
}


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams for passed deadlines of decisions."""

    async def handle(realm: Realm, fact: Fact) -> None:
        content = fact.content()
        kind = str(cast(Mapping[str, Json], content["data"])["kind"])
        if kind not in _COMMANDS:
            return
        command, name = _COMMANDS[kind]
        clocks = cast(Mapping[str, Mapping[str, Mapping[str, Json]]], content["now"])["deadlines"]
        for clock in clocks.values():
            data: JsonObject = {name: clock["subject_id"]}
            envelope = Envelope(reaction_id(NAME, fact, str(clock["id"])), command, fact.stream, fact.at, data)
            await carry_out(realm, registry, system(NAME), envelope)

    return Follower(NAME, "incident:", frozenset({"deadline.passed"}), handle)
