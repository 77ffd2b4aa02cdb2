"""Rows of responses and orders. Plain SQL with explicit columns; whoever changes a row has locked its incident first."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.orders.task import Task
from command.responses.response import Response
from spine.command import Connection
from spine.errors import not_found

_RESPONSE: LiteralString = """id, incident_id, plan_id, plan_zh, plan_en, state, suggested, decided, ended, proposed_tasks,
    approved_by, proposed_at, decide_by, version, plan_version, asked, history, orders"""
_TASK: LiteralString = """id, no, incident_id, incident_title, area_code, response_id, code, title, title_en, text, text_en,
    department, support, unit_id, clause, source, deliverable, ST_X(point) AS lon, ST_Y(point) AS lat, origin, place,
    state, state_at, issued_at, sign_minutes, due_minutes, sign_due, due, signed_at, submitted_at, closed_at,
    arrived_at, returned, progress, need_help, parent_id, joint, instruction_id, after, start_at, evidence, priority,
    due_from, step_from, step_due, pause, pause_ask, extension_ask, extension, urged, supervised, cards, yellow_cards,
    red_cards, version, updated_at"""


def _json(value: object) -> Jsonb | None:
    return None if value is None else Jsonb(value)


# --- responses -----------------------------------------------------------------------------------------------------------


async def responses_of(conn: Connection, incident_id: UUID) -> list[Response]:
    """All of an incident's responses, oldest first."""
    async with conn.cursor(row_factory=class_row(Response)) as cur:
        await cur.execute(
            f"SELECT {_RESPONSE} FROM command.response WHERE incident_id = %s ORDER BY proposed_at, id",
            (incident_id,),
        )
        return await cur.fetchall()


async def incident_of_response(conn: Connection, response_id: UUID) -> UUID:
    """Whose it is, so that the incident can be locked first. Raises Refused `not_found`."""
    row = await (
        await conn.execute("SELECT incident_id FROM command.response WHERE id = %s", (response_id,))
    ).fetchone()
    if row is None:
        raise not_found("应急响应", "response", str(response_id), field="data.response_id")
    return row[0]


async def find_response(conn: Connection, response_id: UUID) -> Response:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Response)) as cur:
        await cur.execute(f"SELECT {_RESPONSE} FROM command.response WHERE id = %s", (response_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("应急响应", "response", str(response_id), field="response_id")
    return row


async def lock_response(conn: Connection, response_id: UUID) -> Response:
    async with conn.cursor(row_factory=class_row(Response)) as cur:
        await cur.execute(
            f"SELECT {_RESPONSE} FROM command.response WHERE id = %s FOR NO KEY UPDATE",
            (response_id,),
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("应急响应", "response", str(response_id), field="data.response_id")
    return row


async def save_response(conn: Connection, response: Response) -> None:
    """Insert, or update what a decision, or asking the next post, changes."""
    await conn.execute(
        """
        INSERT INTO command.response (id, incident_id, plan_id, plan_zh, plan_en, state, suggested, decided, ended,
            proposed_tasks, approved_by, proposed_at, decide_by, version, plan_version, asked, history, orders)
        VALUES (%(id)s, %(incident_id)s, %(plan_id)s, %(plan_zh)s, %(plan_en)s, %(state)s, %(suggested)s, %(decided)s,
            %(ended)s, %(proposed_tasks)s, %(approved_by)s, %(proposed_at)s, %(decide_by)s, %(version)s,
            %(plan_version)s, %(asked)s, %(history)s, %(orders)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, decided = EXCLUDED.decided, ended = EXCLUDED.ended,
            decide_by = EXCLUDED.decide_by, version = EXCLUDED.version, asked = EXCLUDED.asked,
            history = EXCLUDED.history, orders = EXCLUDED.orders
        """,
        {
            "id": response.id,
            "incident_id": response.incident_id,
            "plan_id": response.plan_id,
            "plan_zh": response.plan_zh,
            "plan_en": response.plan_en,
            "state": response.state,
            "suggested": Jsonb(response.suggested),
            "decided": _json(response.decided),
            "ended": _json(response.ended),
            "proposed_tasks": Jsonb(list(response.proposed_tasks)),
            "approved_by": response.approved_by,
            "proposed_at": response.proposed_at,
            "decide_by": response.decide_by,
            "version": response.version,
            "plan_version": response.plan_version,
            "asked": Jsonb(list(response.asked)),
            "history": Jsonb(list(response.history)),
            "orders": Jsonb(dict(response.orders)),
        },
    )


# --- orders --------------------------------------------------------------------------------------------------------------


async def incident_of_task(conn: Connection, task_id: UUID, field: str = "data.task_id") -> UUID:
    """Whose it is, so that the incident can be locked first. Raises Refused `not_found`."""
    row = await (await conn.execute("SELECT incident_id FROM command.task WHERE id = %s", (task_id,))).fetchone()
    if row is None:
        raise not_found("任务", "order", str(task_id), field=field)
    return row[0]


async def lock_task(conn: Connection, task_id: UUID) -> Task:
    async with conn.cursor(row_factory=class_row(Task)) as cur:
        await cur.execute(f"SELECT {_TASK} FROM command.task WHERE id = %s FOR NO KEY UPDATE", (task_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("任务", "order", str(task_id), field="data.task_id")
    return row


async def lead_of(conn: Connection, task: Task) -> str | None:
    """The department that leads the order this one is a part of; None when it is no part."""
    if task.parent_id is None:
        return None
    row = await (await conn.execute("SELECT department FROM command.task WHERE id = %s", (task.parent_id,))).fetchone()
    return None if row is None else str(row[0])


async def parts_of(conn: Connection, task_id: UUID) -> list[Task]:
    """The orders that this one was split into, oldest first."""
    async with conn.cursor(row_factory=class_row(Task)) as cur:
        await cur.execute(f"SELECT {_TASK} FROM command.task WHERE parent_id = %s ORDER BY no", (task_id,))
        return await cur.fetchall()


async def waiting_for(conn: Connection, task_id: UUID) -> list[Task]:
    """The orders that wait for this one."""
    async with conn.cursor(row_factory=class_row(Task)) as cur:
        await cur.execute(
            f"SELECT {_TASK} FROM command.task WHERE state = 'waiting' AND after @> ARRAY[%s]::uuid[] ORDER BY no",
            (task_id,),
        )
        return await cur.fetchall()


async def tasks_of_incident(conn: Connection, incident_id: UUID) -> list[Task]:
    async with conn.cursor(row_factory=class_row(Task)) as cur:
        await cur.execute(
            f"SELECT {_TASK} FROM command.task WHERE incident_id = %s ORDER BY no",
            (incident_id,),
        )
        return await cur.fetchall()


async def tasks_by_ids(conn: Connection, ids: Sequence[UUID]) -> list[Task]:
    async with conn.cursor(row_factory=class_row(Task)) as cur:
        await cur.execute(f"SELECT {_TASK} FROM command.task WHERE id = ANY(%s) ORDER BY no", (list(ids),))
        return await cur.fetchall()


async def count_tasks(conn: Connection, incident_id: UUID) -> int:
    """How many orders the incident ever had: the next number is one more (the incident's row is locked)."""
    row = await (
        await conn.execute("SELECT count(*) FROM command.task WHERE incident_id = %s", (incident_id,))
    ).fetchone()
    return 0 if row is None else int(row[0])


async def save_task(conn: Connection, task: Task) -> None:
    await conn.execute(
        """
        INSERT INTO command.task (id, no, incident_id, incident_title, area_code, response_id, code, title, title_en,
            text, text_en, department, support, unit_id, clause, source, deliverable, point, origin, place, state,
            state_at, issued_at, sign_minutes, due_minutes, sign_due, due, signed_at, submitted_at, closed_at,
            arrived_at, returned, progress, need_help, parent_id, joint, instruction_id, after, start_at, evidence,
            priority, due_from, step_from, step_due, pause, pause_ask, extension_ask, extension, urged, supervised, cards,
            yellow_cards, red_cards, version, updated_at)
        VALUES (%(id)s, %(no)s, %(incident_id)s, %(incident_title)s, %(area_code)s, %(response_id)s, %(code)s,
            %(title)s, %(title_en)s, %(text)s, %(text_en)s, %(department)s, %(support)s, %(unit_id)s, %(clause)s,
            %(source)s, %(deliverable)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(origin)s, %(place)s,
            %(state)s, %(state_at)s, %(issued_at)s, %(sign_minutes)s, %(due_minutes)s, %(sign_due)s, %(due)s,
            %(signed_at)s, %(submitted_at)s, %(closed_at)s, %(arrived_at)s, %(returned)s, %(progress)s, %(need_help)s,
            %(parent_id)s, %(joint)s, %(instruction_id)s, %(after)s, %(start_at)s, %(evidence)s, %(priority)s,
            %(due_from)s, %(step_from)s, %(step_due)s, %(pause)s, %(pause_ask)s, %(extension_ask)s, %(extension)s, %(urged)s,
            %(supervised)s, %(cards)s, %(yellow_cards)s, %(red_cards)s, %(version)s, %(updated_at)s)
        ON CONFLICT (id) DO UPDATE SET department = EXCLUDED.department, unit_id = EXCLUDED.unit_id,
            state = EXCLUDED.state, state_at = EXCLUDED.state_at, issued_at = EXCLUDED.issued_at,
            sign_minutes = EXCLUDED.sign_minutes, sign_due = EXCLUDED.sign_due, due = EXCLUDED.due, signed_at = EXCLUDED.signed_at,
            submitted_at = EXCLUDED.submitted_at, closed_at = EXCLUDED.closed_at, arrived_at = EXCLUDED.arrived_at,
            returned = EXCLUDED.returned, progress = EXCLUDED.progress, need_help = EXCLUDED.need_help,
            joint = EXCLUDED.joint, after = EXCLUDED.after, start_at = EXCLUDED.start_at, due_from = EXCLUDED.due_from,
            step_from = EXCLUDED.step_from, step_due = EXCLUDED.step_due, pause = EXCLUDED.pause,
            pause_ask = EXCLUDED.pause_ask, extension_ask = EXCLUDED.extension_ask, extension = EXCLUDED.extension,
            urged = EXCLUDED.urged, supervised = EXCLUDED.supervised, cards = EXCLUDED.cards,
            yellow_cards = EXCLUDED.yellow_cards, red_cards = EXCLUDED.red_cards,
            version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
        """,
        {
            "id": task.id,
            "no": task.no,
            "incident_id": task.incident_id,
            "incident_title": task.incident_title,
            "area_code": task.area_code,
            "response_id": task.response_id,
            "code": task.code,
            "title": task.title,
            "title_en": task.title_en,
            "text": task.text,
            "text_en": task.text_en,
            "department": task.department,
            "support": list(task.support),
            "unit_id": task.unit_id,
            "clause": task.clause,
            "source": task.source,
            "deliverable": task.deliverable,
            "lon": task.lon,
            "lat": task.lat,
            "origin": task.origin,
            "place": task.place,
            "state": task.state,
            "state_at": task.state_at,
            "issued_at": task.issued_at,
            "sign_minutes": task.sign_minutes,
            "due_minutes": task.due_minutes,
            "sign_due": task.sign_due,
            "due": task.due,
            "signed_at": task.signed_at,
            "submitted_at": task.submitted_at,
            "closed_at": task.closed_at,
            "arrived_at": task.arrived_at,
            "returned": _json(task.returned),
            "progress": _json(task.progress),
            "need_help": _json(task.need_help),
            "parent_id": task.parent_id,
            "joint": task.joint,
            "instruction_id": task.instruction_id,
            "after": list(task.after),
            "start_at": task.start_at,
            "evidence": list(task.evidence),
            "priority": task.priority,
            "due_from": task.due_from,
            "step_from": task.step_from,
            "step_due": task.step_due,
            "pause": _json(task.pause),
            "pause_ask": _json(task.pause_ask),
            "extension_ask": _json(task.extension_ask),
            "extension": _json(task.extension),
            "urged": _json(task.urged),
            "supervised": _json(task.supervised),
            "cards": Jsonb(task.cards),
            "yellow_cards": task.yellow_cards,
            "red_cards": task.red_cards,
            "version": task.version,
            "updated_at": task.updated_at,
        },
    )


# --- what stands in a desk's picture -------------------------------------------------------------------------------------

RECENT = 20
"""How many finished orders a desk and a unit still see, newest first; older ones are in the incident's own picture."""


async def desk_task_ids(conn: Connection, department: str) -> frozenset[UUID]:
    """The orders in a department's picture: all open ones, the last RECENT finished ones, and the parts of all these that
    other departments have: who leads an order sees how far its parts are."""
    rows = await (
        await conn.execute(
            """
            WITH own AS (
                SELECT id FROM command.task WHERE department = %(department)s AND state NOT IN ('closed', 'cancelled')
                UNION ALL
                (SELECT id FROM command.task WHERE department = %(department)s AND state IN ('closed', 'cancelled')
                ORDER BY closed_at DESC, id LIMIT %(recent)s)
            )
            SELECT id FROM own
            UNION
            SELECT part.id FROM command.task part JOIN own ON part.parent_id = own.id
            """,
            {"department": department, "recent": RECENT},
        )
    ).fetchall()
    return frozenset(task_id for (task_id,) in rows)


async def unit_task_ids(conn: Connection, unit_id: UUID) -> frozenset[UUID]:
    """The orders in a unit's picture: all open ones and the last RECENT finished ones."""
    rows = await (
        await conn.execute(
            """
            SELECT id FROM command.task WHERE unit_id = %(unit)s AND state NOT IN ('closed', 'cancelled')
            UNION ALL
            (SELECT id FROM command.task WHERE unit_id = %(unit)s AND state IN ('closed', 'cancelled')
            ORDER BY closed_at DESC, id LIMIT %(recent)s)
            """,
            {"unit": unit_id, "recent": RECENT},
        )
    ).fetchall()
    return frozenset(task_id for (task_id,) in rows)
