"""The notify follower: an order in the record becomes messages; a signature in the record answers them."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from notify.render import order
from spine.accounts import Recipient, recipients_of_department, recipients_of_unit
from spine.canonical import Json
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.follow import Follower, reaction_id
from spine.principal import system
from spine.realm import Realm
from spine.record import Fact

NAME = "notify"
_ORDERS = frozenset({"task.issued", "task.reissued", "task.assigned", "response.activated"})
_SIGNED = frozenset({"task.signed"})


def follower(registry: Registry, *, mail: bool) -> Follower:
    """Reads the incidents' streams: every order stands there exactly once. `mail`: whether a mail server is configured."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.kind in _ORDERS:
            await _tell(realm, registry, fact, mail)
        else:
            await _answer(realm, registry, fact)

    return Follower(NAME, "incident:", _ORDERS | _SIGNED, handle)


def _tasks(fact: Fact) -> list[Mapping[str, Json]]:
    now = cast(Mapping[str, Mapping[str, Json]], fact.content().get("now") or {})
    return [cast(Mapping[str, Json], task) for task in now.get("tasks", {}).values() if task is not None]


async def _recipients(realm: Realm, fact: Fact, task: Mapping[str, Json]) -> list[Recipient]:
    async with realm.pool.connection() as conn:
        if fact.kind == "task.assigned":
            return await recipients_of_unit(conn, str(task["unit_id"]))
        told = await recipients_of_department(conn, str(task["department"]))
        if task.get("unit_id"):
            told += [r for r in await recipients_of_unit(conn, str(task["unit_id"])) if r not in told]
        return told


async def _tell(realm: Realm, registry: Registry, fact: Fact, mail: bool) -> None:
    for task in _tasks(fact):
        if task.get("state") != "issued" and fact.kind != "task.assigned":
            continue
        to: list[Json] = []
        for recipient in await _recipients(realm, fact, task):
            words = order(task, recipient.locale)
            to.append(
                {
                    "account_id": str(recipient.account_id),
                    "name": recipient.name,
                    "email": recipient.email if mail else None,
                    "subject": realm.mark(words.subject, recipient.locale),
                    "text": words.text,
                }
            )
        words = order(task, "zh")
        envelope = Envelope(
            reaction_id(NAME, fact, str(task["id"])),
            "message.queue",
            fact.stream,
            fact.at,
            {
                "incident_id": str(task["incident_id"]),
                "task_id": str(task["id"]),
                "message_kind": "order",
                "subject": realm.mark(words.subject),
                "text": words.text,
                "to": to,
            },
        )
        await carry_out(realm, registry, system(NAME), envelope)


async def _answer(realm: Realm, registry: Registry, fact: Fact) -> None:
    kind, _, account = fact.by_id.partition(":")
    if kind != "account":
        return
    for task in _tasks(fact):
        envelope = Envelope(
            reaction_id(NAME, fact, str(task["id"])),
            "message.answer",
            fact.stream,
            fact.at,
            {"task_id": str(task["id"]), "account_id": str(UUID(account))},
        )
        await carry_out(realm, registry, system(NAME), envelope)
