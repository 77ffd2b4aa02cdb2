"""Rows of reservations. Whoever changes one has locked its shelter, and keeps the shelter's `reserved` their sum."""

from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row

from command.evacuation.reservation import Reservation, out_of
from spine.command import Connection

_ROW: LiteralString = """id, shelter_id, incident_id, plan_id, task_id, origin_id, from_zh, from_en, people, expected, made_at,
    brought_at"""


async def kept(
    conn: Connection,
    *,
    shelter_id: UUID | None = None,
    incident_id: UUID | None = None,
    task_id: UUID | None = None,
) -> list[Reservation]:
    """Those with somebody still expected, oldest first."""
    async with conn.cursor(row_factory=class_row(Reservation)) as cur:
        await cur.execute(
            f"""
            SELECT {_ROW} FROM command.shelter_reservation
            WHERE expected > 0 AND (%(shelter)s::uuid IS NULL OR shelter_id = %(shelter)s)
                AND (%(incident)s::uuid IS NULL OR incident_id = %(incident)s)
                AND (%(task)s::uuid IS NULL OR task_id = %(task)s)
            ORDER BY made_at, id
            """,
            {"shelter": shelter_id, "incident": incident_id, "task": task_id},
        )
        return await cur.fetchall()


async def kept_by_origin(conn: Connection, incident_id: UUID) -> dict[str, dict[str, int]]:
    """Of an incident: origin → shelter → people expected."""
    found: dict[str, dict[str, int]] = {}
    for one in await kept(conn, incident_id=incident_id):
        here = found.setdefault(one.origin_id, {})
        here[str(one.shelter_id)] = here.get(str(one.shelter_id), 0) + one.expected
    return found


async def save(conn: Connection, one: Reservation) -> None:
    """A new one, or what changes of one: who is still expected, and that its order is done."""
    await conn.execute(
        """
        INSERT INTO command.shelter_reservation (id, shelter_id, incident_id, plan_id, task_id, origin_id, from_zh, from_en,
            people, expected, made_at, brought_at)
        VALUES (%(id)s, %(shelter_id)s, %(incident_id)s, %(plan_id)s, %(task_id)s, %(origin_id)s, %(from_zh)s, %(from_en)s,
            %(people)s, %(expected)s, %(made_at)s, %(brought_at)s)
        ON CONFLICT (id) DO UPDATE SET expected = EXCLUDED.expected, brought_at = EXCLUDED.brought_at
        """,
        {
            "id": one.id,
            "shelter_id": one.shelter_id,
            "incident_id": one.incident_id,
            "plan_id": one.plan_id,
            "task_id": one.task_id,
            "origin_id": one.origin_id,
            "from_zh": one.from_zh,
            "from_en": one.from_en,
            "people": one.people,
            "expected": one.expected,
            "made_at": one.made_at,
            "brought_at": one.brought_at,
        },
    )


async def leaving(conn: Connection, shelter_id: UUID) -> int:
    """People who were ordered out of this shelter and have not been counted in elsewhere."""
    row = await (
        await conn.execute(
            "SELECT coalesce(sum(expected), 0) FROM command.shelter_reservation WHERE origin_id = %s AND expected > 0",
            (out_of(shelter_id),),
        )
    ).fetchone()
    return 0 if row is None else int(row[0])
