"""SQL of the notify room."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from notify.delivery import Delivery, Message
from spine.db import Connection


async def insert_message(conn: Connection, message: Message) -> None:
    await conn.execute(
        """
        INSERT INTO notify.message (id, incident_id, task_id, kind, subject, text, at)
        VALUES (%(id)s, %(incident_id)s, %(task_id)s, %(kind)s, %(subject)s, %(text)s, %(at)s)
        """,
        {
            "id": message.id,
            "incident_id": message.incident_id,
            "task_id": message.task_id,
            "kind": message.kind,
            "subject": message.subject,
            "text": message.text,
            "at": message.at,
        },
    )


async def insert_deliveries(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO notify.delivery (id, message_id, channel, account_id, name, address, subject, text, state,
                queued_at, next_try_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    d.id,
                    d.message_id,
                    d.channel,
                    d.account_id,
                    d.name,
                    d.address,
                    d.subject,
                    d.text,
                    d.state,
                    d.queued_at,
                    d.next_try_at,
                )
                for d in deliveries
            ],
        )


async def save_delivery(conn: Connection, d: Delivery) -> None:
    await conn.execute(
        """
        UPDATE notify.delivery SET state = %(state)s, sent_at = %(sent_at)s, delivered_at = %(delivered_at)s,
            read_at = %(read_at)s, answered_at = %(answered_at)s, failed_at = %(failed_at)s, error = %(error)s,
            attempts = %(attempts)s, next_try_at = %(next_try_at)s
        WHERE id = %(id)s
        """,
        {
            "state": d.state,
            "sent_at": d.sent_at,
            "delivered_at": d.delivered_at,
            "read_at": d.read_at,
            "answered_at": d.answered_at,
            "failed_at": d.failed_at,
            "error": d.error,
            "attempts": d.attempts,
            "next_try_at": d.next_try_at,
            "id": d.id,
        },
    )


async def lock_messages_of_delivery(conn: Connection, delivery_id: UUID) -> Message | None:
    """The message of a delivery, its row locked: what is shown of a message changes under this lock."""
    async with conn.cursor(row_factory=class_row(Message)) as cur:
        await cur.execute(
            """
            SELECT m.id, m.incident_id, m.task_id, m.kind, m.subject, m.text, m.at
            FROM notify.message m JOIN notify.delivery d ON d.message_id = m.id WHERE d.id = %s
            FOR NO KEY UPDATE OF m
            """,
            (delivery_id,),
        )
        return await cur.fetchone()


async def lock_messages_of_task(conn: Connection, task_id: UUID) -> list[Message]:
    async with conn.cursor(row_factory=class_row(Message)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, task_id, kind, subject, text, at FROM notify.message WHERE task_id = %s
            ORDER BY id FOR NO KEY UPDATE
            """,
            (task_id,),
        )
        return await cur.fetchall()


_DELIVERY = """
    SELECT d.id, d.message_id, d.channel, d.account_id, d.name, d.address, d.subject, d.text, d.state, d.queued_at,
        d.sent_at, d.delivered_at, d.read_at, d.answered_at, d.failed_at, d.error, d.attempts, d.next_try_at
    FROM notify.delivery d
"""


async def deliveries_of(conn: Connection, message_ids: Sequence[UUID]) -> list[Delivery]:
    async with conn.cursor(row_factory=class_row(Delivery)) as cur:
        await cur.execute(_DELIVERY + " WHERE d.message_id = ANY(%s) ORDER BY d.id", (list(message_ids),))
        return await cur.fetchall()


async def deliveries_on_desk(conn: Connection, account_id: UUID) -> list[Delivery]:
    async with conn.cursor(row_factory=class_row(Delivery)) as cur:
        await cur.execute(_DELIVERY + " WHERE d.account_id = %s AND d.channel = 'in_app' ORDER BY d.id", (account_id,))
        return await cur.fetchall()


async def messages_of_incident(conn: Connection, incident_id: UUID) -> list[Message]:
    async with conn.cursor(row_factory=class_row(Message)) as cur:
        await cur.execute(
            """
            SELECT id, incident_id, task_id, kind, subject, text, at FROM notify.message WHERE incident_id = %s
            """,
            (incident_id,),
        )
        return await cur.fetchall()


async def messages(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Message]:
    async with conn.cursor(row_factory=class_row(Message)) as cur:
        await cur.execute(
            "SELECT id, incident_id, task_id, kind, subject, text, at FROM notify.message WHERE id = ANY(%s)",
            (list(ids),),
        )
        return {message.id: message for message in await cur.fetchall()}


async def claim_waiting(conn: Connection, at: datetime, until: datetime, limit: int) -> list[Delivery]:
    """Take deliveries whose time has come, so that no other worker takes them before `until`.

    A worker that dies between sending and recording lets its claim run out, and the message is sent again
    under the same Message-ID.
    """
    async with conn.cursor(row_factory=class_row(Delivery)) as cur:
        await cur.execute(
            """
            UPDATE notify.delivery AS d SET next_try_at = %(until)s
            FROM (
                SELECT id FROM notify.delivery
                WHERE state = 'queued' AND channel <> 'in_app' AND next_try_at <= %(at)s
                ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            ) AS due
            WHERE d.id = due.id
            RETURNING d.id, d.message_id, d.channel, d.account_id, d.name, d.address, d.subject, d.text, d.state,
                d.queued_at, d.sent_at, d.delivered_at, d.read_at, d.answered_at, d.failed_at, d.error, d.attempts,
                d.next_try_at
            """,
            {"at": at, "until": until, "limit": limit},
        )
        return await cur.fetchall()
