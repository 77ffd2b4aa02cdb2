"""Rows of leaders' instructions. Plain SQL; whoever changes one has locked its incident first, where it has one."""

from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.instructions.instruction import Instruction, Orders
from command.instructions.rules import instruction_transitions
from command.transitions import task_transitions
from spine.command import Connection
from spine.errors import Refused, not_found

_COLUMNS: LiteralString = """id, no, incident_id, incident_title, area_code, leader_name, leader_post, leader_account, channel,
    urgency, text, files, state, given_at, captured_at, captured_by, feedback_due, orders_open, orders_closed, orders_total,
    urged, escalated, answers, sent_back, ended, version, updated_at"""
_GENERAL = "command.instruction of no incident"
_BEGUN = frozenset({"in_progress", "submitted", "closed"})


async def incident_of_instruction(conn: Connection, instruction_id: UUID) -> UUID | None:
    """Whose it is, so that the incident can be locked first. Raises Refused `not_found`."""
    row = await (
        await conn.execute("SELECT incident_id FROM command.instruction WHERE id = %s", (instruction_id,))
    ).fetchone()
    if row is None:
        raise not_found("批示", "instruction", str(instruction_id), field="data.instruction_id")
    return row[0]


async def lock_instruction(conn: Connection, instruction_id: UUID, incident_id: UUID | None) -> Instruction:
    """`incident_id`: the one that is locked. Raises Refused `instruction_moved` when it is no longer that one's."""
    async with conn.cursor(row_factory=class_row(Instruction)) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.instruction WHERE id = %s FOR NO KEY UPDATE", (instruction_id,)
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("批示", "instruction", str(instruction_id), field="data.instruction_id")
    if row.incident_id != incident_id:
        raise Refused(
            "instruction_moved",
            zh="这条批示刚被归入一个事件，请重新提交。",
            en="This instruction has just been put to an incident; send it again.",
            field="data.instruction_id",
            status=409,
            final=False,
        )
    return row


async def check_takes_orders(conn: Connection, instruction_id: UUID, incident_id: UUID) -> None:
    """Whether an order of this incident may carry the instruction out.

    Raises Refused `not_found`, `instruction_of_other_incident`, `instruction_takes_no_orders`.
    """
    if await incident_of_instruction(conn, instruction_id) != incident_id:
        raise Refused(
            "instruction_of_other_incident",
            zh="这条批示不属于本事件，请先把它归入本事件。",
            en="This instruction is not of this incident; put it to this incident first.",
            field="data.instruction_id",
        )
    instruction = await lock_instruction(conn, instruction_id, incident_id)
    if instruction.state not in instruction_transitions().actions["decompose"].moves:
        state = instruction_transitions().states[instruction.state]
        raise Refused(
            "instruction_takes_no_orders",
            zh=f"批示 {instruction.no} {state.zh}，不能再下达任务。",
            en=f"{instruction.no} is {state.en}; no more orders can be given for it.",
            field="data.instruction_id",
            status=409,
        )


async def instructions_of(conn: Connection, incident_id: UUID) -> list[Instruction]:
    async with conn.cursor(row_factory=class_row(Instruction)) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.instruction WHERE incident_id = %s ORDER BY given_at, no", (incident_id,)
        )
        return await cur.fetchall()


async def open_instructions(conn: Connection, area: str) -> list[Instruction]:
    """All of an area (GB/T 2260 prefix, "" the whole city) that are not closed, the oldest first."""
    async with conn.cursor(row_factory=class_row(Instruction)) as cur:
        await cur.execute(
            f"""
            SELECT {_COLUMNS} FROM command.instruction
            WHERE state NOT IN ('closed', 'cancelled') AND coalesce(area_code, '') LIKE %s || '%%'
            ORDER BY given_at, no
            """,
            (area,),
        )
        return await cur.fetchall()


async def next_number(conn: Connection, incident_no: str | None, incident_id: UUID | None, day: str) -> str:
    """{incident}-P01, or P<day>-01 for one of no incident. The incident is locked; the others wait for each other."""
    if incident_id is not None:
        row = await (
            await conn.execute("SELECT count(*) FROM command.instruction WHERE incident_id = %s", (incident_id,))
        ).fetchone()
        return f"{incident_no}-P{(0 if row is None else int(row[0])) + 1:02d}"
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_GENERAL,))
    row = await (
        await conn.execute(
            """
            SELECT coalesce(max(split_part(no, '-', 2)::integer), 0) FROM command.instruction WHERE no LIKE %s || '-%%'
            """,
            (f"P{day}",),
        )
    ).fetchone()
    return f"P{day}-{(0 if row is None else int(row[0])) + 1:02d}"


async def orders_of(conn: Connection, instruction_id: UUID) -> Orders:
    """The orders that carry it out, parts of other orders not counted twice."""
    rows = await (
        await conn.execute(
            """
            SELECT state, count(*) FROM command.task WHERE instruction_id = %s AND parent_id IS NULL GROUP BY state
            """,
            (instruction_id,),
        )
    ).fetchall()
    by_state = {str(state): int(number) for state, number in rows}
    return Orders(
        open=sum(n for state, n in by_state.items() if task_transitions().is_open(state)),
        closed=by_state.get("closed", 0),
        begun=sum(n for state, n in by_state.items() if state in _BEGUN),
        total=sum(by_state.values()),
    )


async def departments_owing(conn: Connection, instruction_id: UUID) -> list[str]:
    """The departments with an open order of it, returned ones apart: those are the duty desk's."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT department FROM command.task
            WHERE instruction_id = %s AND state NOT IN ('closed', 'cancelled', 'returned', 'submitted') ORDER BY department
            """,
            (instruction_id,),
        )
    ).fetchall()
    return [str(code) for (code,) in rows]


async def save_instruction(conn: Connection, instruction: Instruction) -> None:
    await conn.execute(
        """
        INSERT INTO command.instruction (id, no, incident_id, incident_title, area_code, leader_name, leader_post,
            leader_account, channel, urgency, text, files, state, given_at, captured_at, captured_by, feedback_due,
            orders_open, orders_closed, orders_total, urged, escalated, answers, sent_back, ended, version, updated_at)
        VALUES (%(id)s, %(no)s, %(incident_id)s, %(incident_title)s, %(area_code)s, %(leader_name)s, %(leader_post)s,
            %(leader_account)s, %(channel)s, %(urgency)s, %(text)s, %(files)s, %(state)s, %(given_at)s, %(captured_at)s,
            %(captured_by)s, %(feedback_due)s, %(orders_open)s, %(orders_closed)s, %(orders_total)s, %(urged)s,
            %(escalated)s, %(answers)s, %(sent_back)s, %(ended)s, %(version)s, %(updated_at)s)
        ON CONFLICT (id) DO UPDATE SET no = EXCLUDED.no, incident_id = EXCLUDED.incident_id,
            incident_title = EXCLUDED.incident_title, area_code = EXCLUDED.area_code, state = EXCLUDED.state,
            feedback_due = EXCLUDED.feedback_due, orders_open = EXCLUDED.orders_open,
            orders_closed = EXCLUDED.orders_closed, orders_total = EXCLUDED.orders_total, urged = EXCLUDED.urged,
            escalated = EXCLUDED.escalated, answers = EXCLUDED.answers, sent_back = EXCLUDED.sent_back,
            ended = EXCLUDED.ended, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
        """,
        {
            "id": instruction.id,
            "no": instruction.no,
            "incident_id": instruction.incident_id,
            "incident_title": instruction.incident_title,
            "area_code": instruction.area_code,
            "leader_name": instruction.leader_name,
            "leader_post": instruction.leader_post,
            "leader_account": instruction.leader_account,
            "channel": instruction.channel,
            "urgency": instruction.urgency,
            "text": instruction.text,
            "files": Jsonb(list(instruction.files)),
            "state": instruction.state,
            "given_at": instruction.given_at,
            "captured_at": instruction.captured_at,
            "captured_by": Jsonb(instruction.captured_by),
            "feedback_due": instruction.feedback_due,
            "orders_open": instruction.orders_open,
            "orders_closed": instruction.orders_closed,
            "orders_total": instruction.orders_total,
            "urged": Jsonb(list(instruction.urged)),
            "escalated": Jsonb(list(instruction.escalated)),
            "answers": Jsonb(list(instruction.answers)),
            "sent_back": None if instruction.sent_back is None else Jsonb(instruction.sent_back),
            "ended": None if instruction.ended is None else Jsonb(instruction.ended),
            "version": instruction.version,
            "updated_at": instruction.updated_at,
        },
    )
