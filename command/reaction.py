"""How a follower answers a fact: with an ordinary command in its own name, once, whatever is refused."""

import logging
from uuid import UUID

from spine.canonical import JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.follow import reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

log = logging.getLogger("fengsui.reaction")


async def answer_fact(
    realm: Realm,
    registry: Registry,
    follower: str,
    fact: Fact,
    kind: str,
    data: JsonObject,
    what: str = "",
    *,
    incident_id: UUID | None = None,
) -> None:
    """Send `kind` because of `fact`, to its stream or to an incident's; the same fact, kind and `what` again change nothing.

    A refusal is logged and no more: somebody was faster, or it is over by now, and what moved things has a fact of its own.
    """
    stream = fact.stream if incident_id is None else f"incident:{incident_id}"
    envelope = Envelope(reaction_id(follower, fact, f"{kind} {what}"), kind, stream, fact.at, data)
    try:
        await carry_out(realm, registry, system(follower), envelope)
    except Refused as refusal:
        log.info("%s answers %s of %s: %s is not carried out: %s", follower, fact.kind, fact.stream, kind, refusal.code)
