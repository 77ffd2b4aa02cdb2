"""What supervision counts of orders (电子监察): one short row per card, urging, return, extension and pause."""

from datetime import datetime
from typing import Literal

from psycopg.types.json import Jsonb

from command.orders.task import Task
from spine.canonical import JsonObject
from spine.command import Transaction

EventKind = Literal[
    "card",
    "urge",
    "return",
    "reissue",
    "send_back",
    "pause",
    "pause_refused",
    "extension",
    "extension_refused",
    "supervise",
    "release",
]


async def log_event(
    tx: Transaction,
    task: Task,
    kind: EventKind,
    by: JsonObject,
    *,
    department: str | None = None,
    clock: str | None = None,
    level: str | None = None,
    cause: str | None = None,
    minutes: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
    ran_over: bool = False,
) -> None:
    """`department`: whose it counts as, when not the order's own. The rest as in migrations 0021 and 0027."""
    await tx.conn.execute(
        """
        INSERT INTO command.task_event (task_id, incident_id, area_code, department, at, kind, clock, level, cause, minutes,
            reason, by, ran_over)
        VALUES (%(task_id)s, %(incident_id)s, %(area_code)s, %(department)s, %(at)s, %(kind)s, %(clock)s, %(level)s, %(cause)s,
            %(minutes)s, %(reason)s, %(by)s, %(ran_over)s)
        """,
        {
            "task_id": task.id,
            "incident_id": task.incident_id,
            "area_code": task.area_code,
            "department": department or task.department,
            "at": at or tx.at,
            "kind": kind,
            "clock": clock,
            "level": level,
            "cause": cause,
            "minutes": minutes,
            "reason": reason,
            "by": Jsonb(by),
            "ran_over": ran_over,
        },
    )


async def end_pause(tx: Transaction, task: Task) -> None:
    """The clocks run again: the pause that stands in the log has an end."""
    await tx.conn.execute(
        "UPDATE command.task_event SET ended_at = %s WHERE task_id = %s AND kind = 'pause' AND ended_at IS NULL",
        (tx.at, task.id),
    )
