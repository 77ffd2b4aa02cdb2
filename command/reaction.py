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
    fact: Fact,
    follower: str,
    incident_id: UUID,
    kind: str,
    data: JsonObject,
    what: str,
) -> None:
    """Send `kind` to an incident because of `fact`; the same fact and `what` again change nothing. A refusal is logged: things have
    moved on since the fact, and what moved them has a fact of its own."""
    envelope = Envelope(reaction_id(follower, fact, f"{kind} {what}"), kind, f"incident:{incident_id}", fact.at, data)
    try:
        await carry_out(realm, registry, system(follower), envelope)
    except Refused as refusal:
        log.info("%s is not carried out in %s: %s", kind, incident_id, refusal.code)
