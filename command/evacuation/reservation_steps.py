"""Changing reservations together with their shelters: a shelter's `reserved` is always the sum of who is expected in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from command.evacuation import reservation_store
from command.evacuation.reservation import Reservation, total
from command.publish import Publication
from command.resources.publish import put_shelter
from command.resources.shelter import Shelter
from command.resources.shelter_store import lock_shelter, save_shelter
from spine.command import Transaction


async def lock_shelters(tx: Transaction, ids: Sequence[UUID], field: str = "data.shelter_id") -> dict[UUID, Shelter]:
    """Always in the same order, so that two who need the same ones never wait for each other. Raises Refused `not_found`."""
    return {key: await lock_shelter(tx.conn, key, field) for key in sorted(set(ids), key=str)}


async def save_all(
    tx: Transaction, locked: Mapping[UUID, Shelter], changed: Sequence[Reservation], publication: Publication
) -> dict[UUID, Shelter]:
    """Save new and changed reservations; every locked shelter is counted up again and, when its number changed, published.
    Returns the shelters as they are now."""
    for one in changed:
        await reservation_store.save(tx.conn, one)
    after: dict[UUID, Shelter] = {}
    for key, shelter in locked.items():
        reserved = total(await reservation_store.kept(tx.conn, shelter_id=key))
        after[key] = shelter
        if reserved != shelter.reserved:
            after[key] = replace(shelter, reserved=reserved, version=shelter.version + 1)
            await save_shelter(tx.conn, after[key])
            put_shelter(publication, shelter, after[key])
    return after
