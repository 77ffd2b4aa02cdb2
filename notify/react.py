"""The notify followers: an order or a notice in the record becomes messages; a signature in the record answers them."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from command.notice import NOTICES
from command.units.store import find_duty
from notify.render import Words, notice, order
from spine.accounts import (
    Recipient,
    recipient,
    recipients_of_department,
    recipients_of_post,
    recipients_of_unit,
)
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
_NOTICE = frozenset({"notice.given"})


def follower(registry: Registry, *, mail: bool) -> Follower:
    """Reads the incidents' streams: every order stands there exactly once. `mail`: whether a mail server is configured."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.kind in _ORDERS:
            await _tell(realm, registry, fact, mail)
        elif fact.kind in _NOTICE:
            await _give(realm, registry, fact, mail)
        else:
            await _answer(realm, registry, fact)

    return Follower(NAME, "incident:", _ORDERS | _SIGNED | _NOTICE, handle)


def notices_follower(registry: Registry, *, mail: bool) -> Follower:
    """Reads the notices that belong to no incident."""

    async def handle(realm: Realm, fact: Fact) -> None:
        await _give(realm, registry, fact, mail)

    return Follower(NAME, NOTICES, _NOTICE, handle)


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
        to: list[Json] = [
            _addressee(realm, one, order(task, one.locale), mail) for one in await _recipients(realm, fact, task)
        ]
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


def _addressee(realm: Realm, one: Recipient, words: Words, mail: bool) -> Json:
    return {
        "account_id": str(one.account_id),
        "name": one.name,
        "email": one.email if mail else None,
        "subject": realm.mark(words.subject, one.locale),
        "text": words.text,
    }


async def _told_by_notice(realm: Realm, kind: str, key: str) -> list[Recipient]:
    async with realm.pool.connection() as conn:
        match kind:
            case "department":
                return await recipients_of_department(conn, key)
            case "unit":
                return await recipients_of_unit(conn, key)
            case "account":
                return await recipient(conn, UUID(key))
            case _:
                post = await find_duty(conn, key)
                if post is None:
                    return []
                return await recipients_of_post(conn, post.account_id, post.holders, post.area_code)


async def _give(realm: Realm, registry: Registry, fact: Fact, mail: bool) -> None:
    data = cast(Mapping[str, Json], fact.content().get("data") or {})
    to = cast(Mapping[str, Json], data["to"])
    about = cast(Mapping[str, Json], data["about"])
    told = await _told_by_notice(realm, str(to["kind"]), str(to["id"]))
    words = notice(data, "zh")
    stream, _, incident = fact.stream.partition(":")
    envelope = Envelope(
        reaction_id(NAME, fact),
        "message.queue",
        fact.stream,
        fact.at,
        {
            "incident_id": incident if stream == "incident" else None,
            "task_id": str(about["id"]) if about["kind"] == "task" else None,
            "message_kind": "notice",
            "subject": realm.mark(words.subject),
            "text": words.text,
            "to": [_addressee(realm, one, notice(data, one.locale), mail) for one in told],
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
