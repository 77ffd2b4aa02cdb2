"""The worker that tells the outside world: claims rows, sends outside any transaction, records what came of it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid5

from notify import store
from notify.channels.base import OutsideChannel, SendFailure
from notify.delivery import Delivery
from spine.canonical import Json
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.logs import log_context
from spine.principal import system
from spine.realm import Realm

log = logging.getLogger("fengsui.deliver")

CLAIM = timedelta(minutes=2)
_BATCH = 20


async def deliver_waiting(realm: Realm, registry: Registry, channels: Mapping[str, OutsideChannel]) -> int:
    """Send what is waiting now. Returns how many deliveries were tried."""
    at = realm.clock.now()
    async with realm.pool.connection() as conn:
        claimed = await store.claim_waiting(conn, at, at + CLAIM, _BATCH)
    for delivery in claimed:
        attempt = uuid5(delivery.id, f"attempt:{delivery.attempts + 1}")
        with log_context(command=attempt, kind="delivery.settle", stream=f"desk:{delivery.account_id}"):
            await _deliver(realm, registry, channels, delivery, attempt)
    return len(claimed)


async def _deliver(
    realm: Realm, registry: Registry, channels: Mapping[str, OutsideChannel], delivery: Delivery, attempt: UUID
) -> None:
    result: dict[str, Json] = {"delivery_id": str(delivery.id), "sent": True}
    channel = channels.get(delivery.channel)
    try:
        if channel is None:
            raise SendFailure(f"未配置渠道 {delivery.channel} / channel not configured", retryable=False)
        if not realm.outbound.permits(delivery.address or ""):
            raise SendFailure("演练：不在外发名单 / exercise: not on the list", retryable=False)
        await channel.send(delivery)
    except SendFailure as failure:
        log.warning("delivery %s by %s: %s", delivery.id, delivery.channel, failure.sentence)
        result |= {"sent": False, "retryable": failure.retryable, "error": failure.sentence}
    envelope = Envelope(
        attempt,
        "delivery.settle",
        f"desk:{delivery.account_id}",
        delivery.queued_at,
        result,
    )
    try:
        await carry_out(realm, registry, system("deliver"), envelope)
    except Refused as refused:
        # Another worker took over an attempt whose claim ran out and has recorded it already.
        log.info("delivery %s was recorded by another worker: %s", delivery.id, refused.code)


async def run_delivery(
    realm: Realm, registry: Registry, channels: Mapping[str, OutsideChannel], *, poll_s: float = 1.0
) -> None:
    """For ever: send what waits, then wait for a nudge or the poll interval."""
    async with realm.nudges.listening() as ear:
        while True:
            try:
                while await deliver_waiting(realm, registry, channels):
                    pass
            except Exception as error:
                log.exception("what waits to be delivered could not be read or recorded, trying again: %s", error)
            await ear.wait(poll_s)
            await asyncio.sleep(0)
