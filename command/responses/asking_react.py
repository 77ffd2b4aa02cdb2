"""The asking follower: a post that was asked let its time pass, so the next one is asked (超时升级)."""

from collections.abc import Mapping
from typing import cast

from command.reaction import answer_fact
from spine.canonical import Json, JsonObject
from spine.command import Registry
from spine.follow import Follower
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
            await answer_fact(realm, registry, NAME, fact, command, data, str(clock["id"]))

    return Follower(NAME, "incident:", frozenset({"deadline.passed"}), handle)
