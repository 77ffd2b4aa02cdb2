"""What every command to a headquarters has in common: how it is loaded, who acts, and what is told once it is saved."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command.headquarters.headquarters import Actor, Headquarters, need_standing
from command.headquarters.people import actor_of
from command.headquarters.response import tell_transfer, told_who_commands
from command.headquarters.steps import (
    HeldHeadquarters,
    about,
    ask_to_act,
    facts_of,
    hold_headquarters,
    save,
)
from command.publish import Publication
from incidents.incident import require_open
from spine.authority import Allow
from spine.canonical import Json
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.principal import Role

D = TypeVar("D", bound=CommandData)


class _NamesIncident(Protocol):
    @property
    def incident_id(self) -> UUID: ...


async def load(tx: Transaction, command: Command[Any]) -> HeldHeadquarters:
    data: _NamesIncident = command.data
    return await hold_headquarters(tx, data.incident_id)


async def actor_in(tx: Transaction, command: Command[Any], hq: Headquarters) -> Actor:
    return await actor_of(tx.conn, command.by, hq, getattr(command.data, "word", None))


def need_open(held: HeldHeadquarters) -> Headquarters:
    require_open(held.held.incident)
    return need_standing(held.hq)


async def carry(
    tx: Transaction, held: HeldHeadquarters, after: Headquarters, publication: Publication, **result: Json
) -> Outcome:
    """Save it; whoever is asked now or must know who commands is told."""
    before = held.hq
    after = await save(tx, held.held, before, after, publication)
    publication.data = {**about(after), **publication.data}
    if before is not None:
        if after.acting is not None and after.acting != before.acting:
            ask_to_act(after, publication)
        was, now = before.commanding, after.commanding
        if now is not None and (was is None or (was.id, was.person) != (now.id, now.person)):
            told_who_commands(after, publication)
        tell_transfer(after, before, publication)
    now = after.commanding
    commanding = None if now is None else str(now.id)
    return Outcome(
        facts_of(after, publication), {"incident_id": str(after.incident_id), "commanding_seat": commanding, **result}
    )


def step(
    data: type[D],
    who: frozenset[Role],
    run: Callable[[Transaction, Command[D], HeldHeadquarters], Awaitable[Outcome]],
) -> AnyHandling:
    return Handling(data, Allow(who), load, HeldHeadquarters.scope, run)
