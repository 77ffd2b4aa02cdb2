"""A delivery: one message on its way to one person by one channel. Pure; the states mean just what they say.

queued     a row says that it must be told
sent       the outside channel's server took it (mail); nobody claims that a person has it
delivered  the person's own screen has it
read       the person opened it
answered   the person acted on it (signed the order)
failed     it will not be tried again; `error` says why
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from spine.canonical import JsonObject
from spine.clock import iso, iso_or_none

State = Literal["queued", "sent", "delivered", "read", "answered", "failed"]
Channel = Literal["in_app", "smtp"]

_ORDER: dict[State, int] = {"failed": 0, "queued": 0, "sent": 1, "delivered": 2, "read": 3, "answered": 4}
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=10)
"""After a failed attempt wait this long, twice as long after each further one."""


@dataclass(frozen=True, slots=True)
class Delivery:
    id: UUID
    message_id: UUID
    channel: Channel
    account_id: UUID
    name: str
    address: str | None
    subject: str
    text: str
    state: State
    queued_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None
    attempts: int = 0
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    incident_id: UUID | None
    task_id: UUID | None
    kind: str
    subject: str
    text: str
    at: datetime


def advance(delivery: Delivery, to: State, at: datetime) -> Delivery | None:
    """The delivery in a later state, with the time of every step it implies; None when it is that far already.

    Reports come late and out of order, so a state never goes back: who has read it also has it.
    """
    if _ORDER[to] <= _ORDER[delivery.state] and delivery.state != "failed":
        return None
    moved = replace(delivery, state=to)
    if to == "sent":
        return replace(moved, sent_at=at, error=None, failed_at=None)
    if _ORDER[to] >= _ORDER["delivered"] and moved.delivered_at is None:
        moved = replace(moved, delivered_at=at)
    if _ORDER[to] >= _ORDER["read"] and moved.read_at is None:
        moved = replace(moved, read_at=at)
    if to == "answered":
        moved = replace(moved, answered_at=at)
    return moved


def attempt_failed(delivery: Delivery, error: str, retryable: bool, at: datetime) -> Delivery:
    """After an attempt that did not work: queued again with a growing pause, or failed for good."""
    attempts = delivery.attempts + 1
    if retryable and attempts < MOST_ATTEMPTS:
        pause = FIRST_PAUSE * 2 ** (attempts - 1)
        return replace(delivery, attempts=attempts, error=error, next_try_at=at + pause)
    return replace(delivery, attempts=attempts, state="failed", failed_at=at, error=error, next_try_at=None)


def delivery_object(delivery: Delivery) -> JsonObject:
    return {
        "id": str(delivery.id),
        "channel": delivery.channel,
        "to": delivery.name,
        "state": delivery.state,
        "queued_at": iso(delivery.queued_at),
        "sent_at": iso_or_none(delivery.sent_at),
        "delivered_at": iso_or_none(delivery.delivered_at),
        "read_at": iso_or_none(delivery.read_at),
        "answered_at": iso_or_none(delivery.answered_at),
        "failed_at": iso_or_none(delivery.failed_at),
        "error": delivery.error,
        "attempts": delivery.attempts,
    }


def message_object(message: Message, deliveries: list[Delivery]) -> JsonObject:
    return {
        "id": str(message.id),
        "incident_id": None if message.incident_id is None else str(message.incident_id),
        "task_id": None if message.task_id is None else str(message.task_id),
        "kind": message.kind,
        "subject": message.subject,
        "text": message.text,
        "at": iso(message.at),
        "deliveries": [delivery_object(d) for d in sorted(deliveries, key=lambda d: str(d.id))],
    }


def desk_object(message: Message, delivery: Delivery) -> JsonObject:
    """The delivery as it stands on the recipient's own desk, in his language."""
    return {
        **delivery_object(delivery),
        "message_id": str(message.id),
        "incident_id": None if message.incident_id is None else str(message.incident_id),
        "task_id": None if message.task_id is None else str(message.task_id),
        "kind": message.kind,
        "subject": delivery.subject,
        "text": delivery.text,
        "at": iso(message.at),
    }
