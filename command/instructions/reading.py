"""The reading of one line as the screens get it: see `docs/architecture.md`, `GET /api/instruction-reading`."""

from datetime import datetime
from uuid import UUID

from command.instructions.line import KnownLeader, SuggestedOrder, read_instruction
from command.organisation.book import organisation
from spine.canonical import Json, JsonObject
from spine.command import Connection


async def understand(conn: Connection, text: str, at: datetime) -> dict[str, Json]:
    """`at`: the realm's time."""
    reading = read_instruction(text, at, await known_leaders(conn))
    return {
        "text": reading.text,
        "said": reading.said,
        "leader": None if reading.leader is None else _leader(reading.leader),
        "candidates": [_leader(one) for one in reading.candidates],
        "channel": reading.channel,
        "urgency": reading.urgency,
        "orders": [_order(order) for order in reading.orders],
        "missing": list[Json](reading.missing),
    }


async def known_leaders(conn: Connection) -> list[KnownLeader]:
    """People of the city with their posts, with the account of that name where there is one; then accounts of leaders alone."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT a.id, a.name FROM spine.account a JOIN spine.account_grant g ON g.account_id = a.id
            WHERE g.role = 'leader' AND NOT a.disabled ORDER BY a.name, a.id
            """
        )
    ).fetchall()
    accounts: dict[str, UUID] = {str(name): account for account, name in rows}
    people = [KnownLeader(p.name, p.title_zh, p.title_en, accounts.get(p.name)) for p in organisation().people]
    named = {one.name for one in people}
    return [*people, *(KnownLeader(name, None, None, a) for name, a in accounts.items() if name not in named)]


def _leader(leader: KnownLeader) -> JsonObject:
    return {
        "name": leader.name,
        "post_zh": leader.post_zh,
        "post_en": leader.post_en,
        "account_id": None if leader.account_id is None else str(leader.account_id),
    }


def _order(order: SuggestedOrder) -> JsonObject:
    return {
        "department": order.department,
        "title": order.title,
        "text": order.text,
        "minutes": order.minutes,
        "support": list[Json](order.support),
    }
