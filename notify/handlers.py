"""Carrying out what the notify room is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from notify import store
from notify.commands import AnswerMessages, MarkDelivery, QueueMessage, SettleDelivery
from notify.delivery import Delivery, Message, advance, attempt_failed, desk_object, message_object
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import not_found
from spine.principal import Role


@dataclass(frozen=True, slots=True)
class _Held:
    """A locked message with its deliveries, one of which is meant."""

    message: Message
    deliveries: list[Delivery]
    meant: Delivery


def _changed(
    kind: str, message: Message, deliveries: list[Delivery], changed: Sequence[Delivery], data: JsonObject
) -> list[NewFact]:
    """Facts for the incident's picture and for the desks of those concerned."""
    facts: list[NewFact] = []
    if message.incident_id is not None:
        now = {"messages": {str(message.id): message_object(message, deliveries)}}
        facts.append(NewFact(f"incident:{message.incident_id}", kind, data, now=now))
    for delivery in changed:
        if delivery.channel == "in_app":
            shown = {"deliveries": {str(delivery.id): desk_object(message, delivery)}}
            facts.append(NewFact(f"desk:{delivery.account_id}", kind, data, now=shown))
    return facts


async def _nothing(tx: Transaction, command: Command[QueueMessage]) -> None:
    return None


async def _queue(tx: Transaction, command: Command[QueueMessage], _state: None) -> Outcome:
    data = command.data
    message = Message(command.id, data.incident_id, data.task_id, data.message_kind, data.subject, data.text, tx.at)
    deliveries: list[Delivery] = []
    for to in data.to:
        common = (to.account_id, to.name)
        deliveries.append(
            Delivery(
                uuid5(command.id, f"in_app:{to.account_id}"),
                message.id,
                "in_app",
                *common,
                None,
                to.subject,
                to.text,
                "queued",
                tx.at,
            )
        )
        if to.email is not None:
            queued = Delivery(
                uuid5(command.id, f"smtp:{to.account_id}"),
                message.id,
                "smtp",
                *common,
                to.email,
                to.subject,
                to.text,
                "queued",
                tx.at,
                next_try_at=tx.at,
            )
            if not tx.realm.outbound.permits(to.email):
                why = "演练：地址不在外发名单上，未发送 / exercise: address not on the list, not sent"
                queued = attempt_failed(queued, why, False, tx.at)
            deliveries.append(queued)
    await store.insert_message(tx.conn, message)
    await store.insert_deliveries(tx.conn, deliveries)
    for delivery in deliveries:
        if delivery.state != "queued":
            await store.save_delivery(tx.conn, delivery)
    facts = _changed(
        "message.queued",
        message,
        deliveries,
        deliveries,
        {"message_id": str(message.id), "subject": message.subject, "to": [to.name for to in data.to]},
    )
    return Outcome(facts, {"message_id": str(message.id), "deliveries": len(deliveries)})


async def _load(tx: Transaction, delivery_id: UUID) -> _Held:
    message = await store.lock_messages_of_delivery(tx.conn, delivery_id)
    if message is None:
        raise not_found("送达记录", "delivery", str(delivery_id), field="data.delivery_id")
    deliveries = await store.deliveries_of(tx.conn, [message.id])
    return _Held(message, deliveries, next(d for d in deliveries if d.id == delivery_id))


async def _load_marked(tx: Transaction, command: Command[MarkDelivery]) -> _Held:
    return await _load(tx, command.data.delivery_id)


async def _load_settled(tx: Transaction, command: Command[SettleDelivery]) -> _Held:
    return await _load(tx, command.data.delivery_id)


async def _save(tx: Transaction, held: _Held, changed: Delivery | None) -> Outcome:
    if changed is None:
        return Outcome((), {"state": held.meant.state})
    await store.save_delivery(tx.conn, changed)
    deliveries = [changed if d.id == changed.id else d for d in held.deliveries]
    data: JsonObject = {
        "delivery_id": str(changed.id),
        "channel": changed.channel,
        "state": changed.state,
        "to": changed.name,
        "subject": held.message.subject,
    }
    return Outcome(_changed("delivery.changed", held.message, deliveries, [changed], data), {"state": changed.state})


async def _mark(tx: Transaction, command: Command[MarkDelivery], held: _Held) -> Outcome:
    return await _save(tx, held, advance(held.meant, command.data.state, tx.at))


async def _settle(tx: Transaction, command: Command[SettleDelivery], held: _Held) -> Outcome:
    data = command.data
    if held.meant.state != "queued":
        return Outcome((), {"state": held.meant.state})
    if data.sent:
        return await _save(tx, held, advance(held.meant, "sent", tx.at))
    return await _save(tx, held, attempt_failed(held.meant, data.error or "?", data.retryable, tx.at))


async def _load_answered(tx: Transaction, command: Command[AnswerMessages]) -> list[Message]:
    return await store.lock_messages_of_task(tx.conn, command.data.task_id)


async def _answer(tx: Transaction, command: Command[AnswerMessages], messages: list[Message]) -> Outcome:
    facts: list[NewFact] = []
    for message in messages:
        deliveries = await store.deliveries_of(tx.conn, [message.id])
        changed: list[Delivery] = []
        for delivery in deliveries:
            # Only he who signed has answered; a mail to a colleague stays what it is.
            if delivery.account_id == command.data.account_id and delivery.channel == "in_app":
                moved = advance(delivery, "answered", tx.at)
                if moved is not None:
                    await store.save_delivery(tx.conn, moved)
                    changed.append(moved)
        if changed:
            new = {d.id: d for d in changed}
            deliveries = [new.get(d.id, d) for d in deliveries]
            facts += _changed(
                "delivery.changed",
                message,
                deliveries,
                changed,
                {"state": "answered", "to": changed[0].name, "subject": message.subject},
            )
    return Outcome(facts)


def _anywhere(_state: object) -> Scope:
    return Scope()


def _recipients(held: _Held) -> Scope:
    return Scope(account=f"account:{held.meant.account_id}")


HANDLINGS = (
    Handling(QueueMessage, allow(Role.SYSTEM), _nothing, _anywhere, _queue),
    Handling(MarkDelivery, allow(*Role), _load_marked, _recipients, _mark),
    Handling(SettleDelivery, allow(Role.SYSTEM), _load_settled, _anywhere, _settle),
    Handling(AnswerMessages, allow(Role.SYSTEM), _load_answered, _anywhere, _answer),
)
