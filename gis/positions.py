"""Where units are: telemetry, not state. The newest position of each unit is kept; an older one never replaces it."""

from collections.abc import Sequence
from uuid import UUID

from gis import store
from gis.geometry import check_point
from gis.store import PositionRow as Position
from spine.db import Connection

__all__ = ["Position", "positions", "upsert_positions"]


async def upsert_positions(conn: Connection, batch: Sequence[Position]) -> list[Position]:
    """Keep the batch's newest position of each unit where it is newer than the one held; returns those kept.

    WGS 84; `at`: when the unit was there; late and repeated positions are no error, they are just not kept.
    Raises Refused, with the item's number in the field, for a point that can be none; then nothing is kept.
    """
    newest: dict[UUID, Position] = {}
    for index, position in enumerate(batch):
        check_point(position.lon, position.lat, f"positions[{index}]", china=False)
        held = newest.get(position.unit_id)
        if held is None or held.at < position.at:
            newest[position.unit_id] = position
    return await store.upsert_positions(conn, list(newest.values())) if newest else []


async def positions(conn: Connection, unit_ids: Sequence[UUID] | None = None) -> list[Position]:
    """The newest positions known, of all units or of these."""
    return await store.read_positions(conn, unit_ids)
