"""Rows of depots, lots and promises. Lots are locked in the order of their ids, so that two takers wait and never cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.orders.task import Act
from command.resources.stock import Hold, Lot, Portion, StockStep
from spine.command import Connection
from spine.errors import not_found

_LOT: LiteralString = """id, depot, item, lot_no, made_on, expires_on, received, adjusted, free, committed, out, used,
    discarded, received_at, counted_at, counted_by, illustrative, version"""


@dataclass(frozen=True, slots=True)
class Depot:
    code: str
    zh: str
    en: str
    department: str
    area_code: str
    lon: float
    lat: float
    phone: str | None
    illustrative: bool


async def depots(conn: Connection) -> list[Depot]:
    async with conn.cursor(row_factory=class_row(Depot)) as cur:
        await cur.execute(
            """
            SELECT code, zh, en, department, area_code, ST_X(point) AS lon, ST_Y(point) AS lat, phone, illustrative
            FROM command.depot ORDER BY code
            """
        )
        return await cur.fetchall()


async def need_depot(conn: Connection, code: str, field: str = "data.depot") -> Depot:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Depot)) as cur:
        await cur.execute(
            """
            SELECT code, zh, en, department, area_code, ST_X(point) AS lon, ST_Y(point) AS lat, phone, illustrative
            FROM command.depot WHERE code = %s
            """,
            (code,),
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("储备库", "depot", code, field=field)
    return row


async def lots_of(conn: Connection, *, item: str | None = None, depot: str | None = None) -> list[Lot]:
    """Lots that are not used up, by item and depot; all when neither is given."""
    async with conn.cursor(row_factory=class_row(Lot)) as cur:
        await cur.execute(
            f"""
            SELECT {_LOT} FROM command.stock_lot
            WHERE (%(item)s::text IS NULL OR item = %(item)s) AND (%(depot)s::text IS NULL OR depot = %(depot)s)
                AND free + committed + out > 0
            ORDER BY item, depot, expires_on NULLS LAST, lot_no
            """,
            {"item": item, "depot": depot},
        )
        return await cur.fetchall()


async def lock_lots(conn: Connection, depot: str, item: str) -> list[Lot]:
    """Every lot of an item in a depot. Whoever promises of it stands behind whoever promises now."""
    async with conn.cursor(row_factory=class_row(Lot)) as cur:
        await cur.execute(
            f"SELECT {_LOT} FROM command.stock_lot WHERE depot = %s AND item = %s ORDER BY id FOR NO KEY UPDATE",
            (depot, item),
        )
        return await cur.fetchall()


async def find_lot(conn: Connection, lot_id: UUID) -> Lot:
    """Raises Refused `not_found`. Lock it with all its neighbours (`lock_lots`) before changing it."""
    async with conn.cursor(row_factory=class_row(Lot)) as cur:
        await cur.execute(f"SELECT {_LOT} FROM command.stock_lot WHERE id = %s", (lot_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("批次", "lot", str(lot_id), field="data.lot_id")
    return row


async def offered_of(conn: Connection, depot: str, item: str, *, besides: UUID | None = None) -> int:
    """What is promised in offers that nobody has accepted or refused yet. Read it with the lots locked."""
    row = await (
        await conn.execute(
            """
            SELECT coalesce(sum(o.quantity), 0) FROM command.request_offer o
            JOIN command.request r ON r.id = o.request_id
            WHERE o.source = 'stock' AND o.source_id = %(depot)s AND o.state = 'offered' AND r.item = %(item)s
                AND (%(besides)s::uuid IS NULL OR o.id <> %(besides)s)
            """,
            {"depot": depot, "item": item, "besides": besides},
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def hold_of(conn: Connection, hold_id: UUID) -> Hold:
    """Raises Refused `not_found`. Its lots are locked by whoever changes it (`lock_lots`), which guards it too."""
    row = await (
        await conn.execute(
            """
            SELECT id, depot, item, offer_id, incident_id, task_id, purpose, opened_at, by, version
            FROM command.stock_hold WHERE id = %s
            """,
            (hold_id,),
        )
    ).fetchone()
    if row is None:
        raise not_found("占用记录", "stock promise", str(hold_id), field="data.hold_id")
    return Hold(*row, portions=await _portions(conn, hold_id))


async def _portions(conn: Connection, hold_id: UUID) -> tuple[Portion, ...]:
    async with conn.cursor(row_factory=class_row(Portion)) as cur:
        await cur.execute(
            """
            SELECT lot_id, committed, out, returned, used, discarded FROM command.stock_hold_lot
            WHERE hold_id = %s ORDER BY lot_id
            """,
            (hold_id,),
        )
        return tuple(await cur.fetchall())


async def allotments_of(conn: Connection, incident_id: UUID) -> list[Hold]:
    """Promises for an incident that answer no request (a department's own use), oldest first."""
    rows = await (
        await conn.execute(
            "SELECT id FROM command.stock_hold WHERE incident_id = %s AND offer_id IS NULL ORDER BY opened_at, id",
            (incident_id,),
        )
    ).fetchall()
    return [await hold_of(conn, hold_id) for (hold_id,) in rows]


async def open_holds(conn: Connection, depots_of: Sequence[str]) -> list[Hold]:
    """A department's own promises that are not settled yet."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT h.id FROM command.stock_hold h JOIN command.stock_hold_lot l ON l.hold_id = h.id
            WHERE h.depot = ANY(%s) AND h.offer_id IS NULL AND l.committed + l.out > 0 LIMIT 200
            """,
            (list(depots_of),),
        )
    ).fetchall()
    return [await hold_of(conn, hold_id) for (hold_id,) in rows]


async def save_step(conn: Connection, step: StockStep, act: Act) -> None:
    """Lots, the promise with its portions, and the lines in the book."""
    for lot in step.lots:
        await _save_lot(conn, lot)
    if step.hold is not None:
        await _save_hold(conn, step.hold)
    for move in step.moves:
        await conn.execute(
            """
            INSERT INTO command.stock_move (lot_id, kind, quantity, hold_id, reason, by, occurred_at, at)
            VALUES (%(lot)s, %(kind)s, %(quantity)s, %(hold)s, %(reason)s, %(by)s, %(occurred_at)s, %(at)s)
            """,
            {
                "lot": move.lot_id,
                "kind": move.kind,
                "quantity": move.quantity,
                "hold": None if step.hold is None else step.hold.id,
                "reason": move.reason,
                "by": Jsonb(act.by),
                "occurred_at": act.occurred_at,
                "at": act.at,
            },
        )


async def _save_lot(conn: Connection, lot: Lot) -> None:
    await conn.execute(
        """
        INSERT INTO command.stock_lot (id, depot, item, lot_no, made_on, expires_on, received, adjusted, free, committed,
            out, used, discarded, received_at, counted_at, counted_by, illustrative, version)
        VALUES (%(id)s, %(depot)s, %(item)s, %(lot_no)s, %(made_on)s, %(expires_on)s, %(received)s, %(adjusted)s,
            %(free)s, %(committed)s, %(out)s, %(used)s, %(discarded)s, %(received_at)s, %(counted_at)s, %(counted_by)s,
            %(illustrative)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET received = EXCLUDED.received, adjusted = EXCLUDED.adjusted,
            free = EXCLUDED.free, committed = EXCLUDED.committed, out = EXCLUDED.out, used = EXCLUDED.used,
            discarded = EXCLUDED.discarded, counted_at = EXCLUDED.counted_at, counted_by = EXCLUDED.counted_by,
            version = EXCLUDED.version
        """,
        {
            "id": lot.id,
            "depot": lot.depot,
            "item": lot.item,
            "lot_no": lot.lot_no,
            "made_on": lot.made_on,
            "expires_on": lot.expires_on,
            "received": lot.received,
            "adjusted": lot.adjusted,
            "free": lot.free,
            "committed": lot.committed,
            "out": lot.out,
            "used": lot.used,
            "discarded": lot.discarded,
            "received_at": lot.received_at,
            "counted_at": lot.counted_at,
            "counted_by": None if lot.counted_by is None else Jsonb(lot.counted_by),
            "illustrative": lot.illustrative,
            "version": lot.version,
        },
    )


async def _save_hold(conn: Connection, hold: Hold) -> None:
    await conn.execute(
        """
        INSERT INTO command.stock_hold (id, depot, item, offer_id, incident_id, task_id, purpose, opened_at, by, version)
        VALUES (%(id)s, %(depot)s, %(item)s, %(offer_id)s, %(incident_id)s, %(task_id)s, %(purpose)s, %(opened_at)s,
            %(by)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version
        """,
        {
            "id": hold.id,
            "depot": hold.depot,
            "item": hold.item,
            "offer_id": hold.offer_id,
            "incident_id": hold.incident_id,
            "task_id": hold.task_id,
            "purpose": hold.purpose,
            "opened_at": hold.opened_at,
            "by": Jsonb(hold.by),
            "version": hold.version,
        },
    )
    for portion in hold.portions:
        await conn.execute(
            """
            INSERT INTO command.stock_hold_lot (hold_id, lot_id, committed, out, returned, used, discarded)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (hold_id, lot_id) DO UPDATE SET committed = EXCLUDED.committed, out = EXCLUDED.out,
                returned = EXCLUDED.returned, used = EXCLUDED.used, discarded = EXCLUDED.discarded
            """,
            (
                hold.id,
                portion.lot_id,
                portion.committed,
                portion.out,
                portion.returned,
                portion.used,
                portion.discarded,
            ),
        )


async def issued_since(conn: Connection, since: datetime) -> dict[str, int]:
    """What went out of all depots since then, by item: the rate at which it is being used."""
    rows = await (
        await conn.execute(
            """
            SELECT l.item, sum(m.quantity) FROM command.stock_move m JOIN command.stock_lot l ON l.id = m.lot_id
            WHERE m.kind = 'issue' AND m.at >= %s GROUP BY l.item
            """,
            (since,),
        )
    ).fetchall()
    return {str(item): int(quantity) for item, quantity in rows}


async def moves_of(
    conn: Connection, lot_id: UUID, limit: int = 100
) -> list[tuple[str, int, str | None, dict[str, str], datetime]]:
    """The last lines of a lot in the book, newest first: kind, quantity, reason, by, when it was done."""
    rows = await (
        await conn.execute(
            "SELECT kind, quantity, reason, by, occurred_at FROM command.stock_move WHERE lot_id = %s ORDER BY id DESC LIMIT %s",
            (lot_id, limit),
        )
    ).fetchall()
    return [(str(kind), int(n), reason, by, at) for kind, n, reason, by, at in rows]
