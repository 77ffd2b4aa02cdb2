"""Rows of chosen recommendations. Written once, never changed; whoever writes has locked the incident."""

from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.dispatch.recommendation import Recommendation
from spine.command import Connection
from spine.errors import not_found

_ROW: LiteralString = (
    "id, incident_id, kind, course, head, changed, reason, inputs_hash, chosen, answer, orders, by, at"
)


async def insert_recommendation(conn: Connection, one: Recommendation) -> None:
    await conn.execute(
        """
        INSERT INTO command.recommendation (id, incident_id, kind, course, head, changed, reason, inputs_hash, chosen,
            answer, orders, by, at)
        VALUES (%(id)s, %(incident_id)s, %(kind)s, %(course)s, %(head)s, %(changed)s, %(reason)s, %(inputs_hash)s,
            %(chosen)s, %(answer)s, %(orders)s, %(by)s, %(at)s)
        """,
        {
            "id": one.id,
            "incident_id": one.incident_id,
            "kind": one.kind,
            "course": one.course,
            "head": Jsonb(dict(one.head)),
            "changed": Jsonb(list(one.changed)),
            "reason": one.reason,
            "inputs_hash": one.inputs_hash,
            "chosen": Jsonb(dict(one.chosen)),
            "answer": Jsonb(dict(one.answer)),
            "orders": Jsonb(list(one.orders)),
            "by": Jsonb(dict(one.by)),
            "at": one.at,
        },
    )


async def recommendations_of(conn: Connection, incident_id: UUID) -> list[Recommendation]:
    """All of an incident, oldest first, without what fills them (`chosen`, `answer` are empty)."""
    async with conn.cursor(row_factory=class_row(Recommendation)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, kind, course, head, changed, reason, inputs_hash, '{}'::jsonb AS chosen,
                '{}'::jsonb AS answer, orders, by, at
            FROM command.recommendation WHERE incident_id = %s ORDER BY at, id
            """,
            (incident_id,),
        )
        return await cur.fetchall()


async def recommendation(conn: Connection, recommendation_id: UUID) -> Recommendation:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Recommendation)) as cur:
        await cur.execute(f"SELECT {_ROW} FROM command.recommendation WHERE id = %s", (recommendation_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("调度方案", "recommendation", str(recommendation_id), field="recommendation_id")
    return row
