"""Rows of requests with everybody asked and every offer. Whoever changes one has locked its incident, then the request."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from command.requests.outlook import Need
from command.requests.request import Offer, Party, Request
from command.requests.rules import party_desk, request_rules
from spine.command import Connection
from spine.errors import not_found

_REQUEST: LiteralString = """id, no, incident_id, incident_title, task_id, department, area_code, item, quantity, priority,
    text, place, needed_by, state, made_at, answer_due, ended, outlook, version, updated_at"""
_OFFER: LiteralString = """id, request_id, party, source, source_id, state, quantity, committed, deployed, received, returned,
    used, lost, text, arrives_at, transport, task_id, offered_at, state_at, reason, version"""
_OPEN = "('asked', 'answered', 'covered', 'fulfilled', 'declined')"


async def incident_of_request(conn: Connection, request_id: UUID) -> UUID | None:
    """Whose it is, so that the incident can be locked first. Raises Refused `not_found`."""
    row = await (await conn.execute("SELECT incident_id FROM command.request WHERE id = %s", (request_id,))).fetchone()
    if row is None:
        raise not_found("资源请求", "request", str(request_id), field="data.request_id")
    return row[0]


async def request_of_offer(conn: Connection, offer_id: UUID) -> UUID:
    """Raises Refused `not_found`."""
    row = await (
        await conn.execute("SELECT request_id FROM command.request_offer WHERE id = %s", (offer_id,))
    ).fetchone()
    if row is None:
        raise not_found("支援意向", "offer", str(offer_id), field="data.offer_id")
    return row[0]


async def lock_request(conn: Connection, request_id: UUID) -> Request:
    found = await _fetch(conn, "id = %(id)s FOR NO KEY UPDATE", {"id": request_id})
    if not found:
        raise not_found("资源请求", "request", str(request_id), field="data.request_id")
    return found[0]


async def requests_of_incident(conn: Connection, incident_id: UUID) -> list[Request]:
    return await _fetch(conn, "incident_id = %(incident)s ORDER BY no", {"incident": incident_id})


async def requests_of_desk(conn: Connection, department: str, parties: Sequence[str]) -> list[Request]:
    """Open requests that a department made, and those that ask it or a party it speaks for."""
    return await _fetch(
        conn,
        f"""state IN {_OPEN} AND (department = %(department)s OR id IN
            (SELECT request_id FROM command.request_party WHERE party = ANY(%(parties)s))) ORDER BY no""",
        {"department": department, "parties": list(parties)},
    )


async def recent_requests(conn: Connection, *, area: str, limit: int = 300) -> list[Request]:
    """Every open request of an area and the last of those that ended."""
    return await _fetch(
        conn,
        f"coalesce(area_code, '5309') LIKE %(area)s || '%%' ORDER BY state IN {_OPEN} DESC, made_at DESC LIMIT %(limit)s",
        {"area": area, "limit": limit},
    )


async def _fetch(conn: Connection, where: LiteralString, params: dict[str, object]) -> list[Request]:
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(f"SELECT {_REQUEST} FROM command.request WHERE {where}", params)
        rows = await cur.fetchall()
    ids = [row["id"] for row in rows]
    parties: dict[UUID, list[Party]] = {}
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            """
            SELECT request_id, party, why, asked_at, answer, reason, answered_at FROM command.request_party
            WHERE request_id = ANY(%s) ORDER BY nr
            """,
            (ids,),
        )
        for row in await cur.fetchall():
            parties.setdefault(row.pop("request_id"), []).append(Party(**row))
    offers: dict[UUID, list[Offer]] = {}
    async with conn.cursor(row_factory=class_row(Offer)) as cur:
        await cur.execute(f"SELECT {_OFFER} FROM command.request_offer WHERE request_id = ANY(%s) ORDER BY nr", (ids,))
        for made in await cur.fetchall():
            offers.setdefault(made.request_id, []).append(made)
    return [
        Request(**row, parties=tuple(parties.get(row["id"], ())), offers=tuple(offers.get(row["id"], ())))
        for row in rows
    ]


async def count_requests(conn: Connection, incident_id: UUID | None, prefix: str) -> int:
    """How many there are under one number: the next is one more (two at once collide on the number and one tries again)."""
    row = await (
        await conn.execute(
            """
            SELECT count(*) FROM command.request
            WHERE CASE WHEN %(incident)s::uuid IS NULL THEN no LIKE %(prefix)s || '%%' ELSE incident_id = %(incident)s END
            """,
            {"incident": incident_id, "prefix": prefix},
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def open_needs(conn: Connection, item: str | None = None) -> dict[str, list[Need]]:
    """What open requests still lack, by item."""
    found = await _fetch(
        conn, f"state IN {_OPEN} AND (%(item)s::text IS NULL OR item = %(item)s) ORDER BY no", {"item": item}
    )
    needs: dict[str, list[Need]] = {}
    for request in found:
        if request.open_need:
            needs.setdefault(request.item, []).append(Need(request.open_need, request.needed_by, request.no))
    return needs


async def offered_by_item(conn: Connection) -> dict[tuple[str, str], int]:
    """What is offered out of depots and not accepted yet, by (depot, item)."""
    rows = await (
        await conn.execute(
            """
            SELECT o.source_id, r.item, sum(o.quantity) FROM command.request_offer o
            JOIN command.request r ON r.id = o.request_id
            WHERE o.source = 'stock' AND o.state = 'offered' GROUP BY o.source_id, r.item
            """
        )
    ).fetchall()
    return {(str(depot), str(item)): int(quantity) for depot, item, quantity in rows}


async def unit_promised_to(conn: Connection, unit_id: UUID) -> str | None:
    """The number of the request to which a unit is promised now."""
    row = await (
        await conn.execute(
            """
            SELECT r.no FROM command.request_offer o JOIN command.request r ON r.id = o.request_id
            WHERE o.source = 'unit' AND o.source_id = %s AND o.state IN ('offered', 'committed', 'deployed', 'received')
            """,
            (str(unit_id),),
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def requests_on_shelter(conn: Connection, shelter_id: UUID) -> list[Request]:
    """Open requests whose people were promised places in a shelter and have not all come."""
    return await _fetch(
        conn,
        f"""state IN {_OPEN} AND id IN (SELECT request_id FROM command.request_offer WHERE source = 'shelter'
            AND source_id = %(shelter)s AND state IN ('offered', 'committed', 'deployed')) ORDER BY no""",
        {"shelter": str(shelter_id)},
    )


async def save_request(conn: Connection, request: Request) -> None:
    await conn.execute(
        """
        INSERT INTO command.request (id, no, incident_id, incident_title, task_id, department, area_code, item, quantity,
            priority, text, place, needed_by, state, made_at, answer_due, ended, outlook, version, updated_at)
        VALUES (%(id)s, %(no)s, %(incident_id)s, %(incident_title)s, %(task_id)s, %(department)s, %(area_code)s, %(item)s,
            %(quantity)s, %(priority)s, %(text)s, %(place)s, %(needed_by)s, %(state)s, %(made_at)s, %(answer_due)s,
            %(ended)s, %(outlook)s, %(version)s, %(updated_at)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, answer_due = EXCLUDED.answer_due, ended = EXCLUDED.ended,
            outlook = EXCLUDED.outlook, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
        """,
        {
            "id": request.id,
            "no": request.no,
            "incident_id": request.incident_id,
            "incident_title": request.incident_title,
            "task_id": request.task_id,
            "department": request.department,
            "area_code": request.area_code,
            "item": request.item,
            "quantity": request.quantity,
            "priority": request.priority,
            "text": request.text,
            "place": request.place,
            "needed_by": request.needed_by,
            "state": request.state,
            "made_at": request.made_at,
            "answer_due": request.answer_due,
            "ended": None if request.ended is None else Jsonb(request.ended),
            "outlook": None if request.outlook is None else Jsonb(request.outlook),
            "version": request.version,
            "updated_at": request.updated_at,
        },
    )
    for number, party in enumerate(request.parties):
        await conn.execute(
            """
            INSERT INTO command.request_party (request_id, nr, party, why, asked_at, answer, reason, answered_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (request_id, party) DO UPDATE SET answer = EXCLUDED.answer, reason = EXCLUDED.reason,
                answered_at = EXCLUDED.answered_at
            """,
            (request.id, number, party.party, party.why, party.asked_at, party.answer, party.reason, party.answered_at),
        )
    for number, made in enumerate(request.offers):
        await _save_offer(conn, number, made)


async def _save_offer(conn: Connection, number: int, made: Offer) -> None:
    await conn.execute(
        """
        INSERT INTO command.request_offer (id, request_id, nr, party, source, source_id, state, quantity, committed, deployed,
            received, returned, used, lost, text, arrives_at, transport, task_id, offered_at, state_at, reason, version)
        VALUES (%(id)s, %(request_id)s, %(nr)s, %(party)s, %(source)s, %(source_id)s, %(state)s, %(quantity)s, %(committed)s,
            %(deployed)s, %(received)s, %(returned)s, %(used)s, %(lost)s, %(text)s, %(arrives_at)s, %(transport)s,
            %(task_id)s, %(offered_at)s, %(state_at)s, %(reason)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, committed = EXCLUDED.committed,
            deployed = EXCLUDED.deployed, received = EXCLUDED.received, returned = EXCLUDED.returned,
            used = EXCLUDED.used, lost = EXCLUDED.lost, arrives_at = EXCLUDED.arrives_at, transport = EXCLUDED.transport,
            task_id = EXCLUDED.task_id, state_at = EXCLUDED.state_at, reason = EXCLUDED.reason, version = EXCLUDED.version
        """,
        {
            "id": made.id,
            "request_id": made.request_id,
            "nr": number,
            "party": made.party,
            "source": made.source,
            "source_id": made.source_id,
            "state": made.state,
            "quantity": made.quantity,
            "committed": made.committed,
            "deployed": made.deployed,
            "received": made.received,
            "returned": made.returned,
            "used": made.used,
            "lost": made.lost,
            "text": made.text,
            "arrives_at": made.arrives_at,
            "transport": made.transport,
            "task_id": made.task_id,
            "offered_at": made.offered_at,
            "state_at": made.state_at,
            "reason": made.reason,
            "version": made.version,
        },
    )


def desks_of(request: Request) -> frozenset[str]:
    """The departments in whose picture the request stands: who asks, and who answers for everybody asked."""
    return frozenset({request.department, *(party_desk(party.party) for party in request.parties)})


def use_since(now: datetime) -> datetime:
    """From when on what goes out counts as the present rate of use."""
    return now - timedelta(hours=request_rules().use_hours)
