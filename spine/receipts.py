"""Receipts: what every command was answered, kept with what it did, so that the same id never does anything twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from spine.db import Connection
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Receipt:
    """`digest`: of the content, to tell a repetition from another command. One of `answer` and `refusal` is JSON text."""

    command_id: UUID
    by_id: str
    kind: str
    digest: bytes
    at: datetime
    answer: str | None
    refusal: str | None


def command_id_taken() -> Refused:
    """The same id with other content, or by somebody else."""
    return Refused(
        "command_id_taken",
        zh="这个指令编号已经用于另一条内容不同的指令。",
        en="This command id has already been used for another command.",
        field="id",
        status=409,
        final=False,
    )


async def earlier_receipts(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts of those commands that were answered before."""
    async with conn.cursor(row_factory=class_row(Receipt)) as cur:
        await cur.execute(
            """
            SELECT command_id, by_id, kind, digest, at, answer, refusal FROM spine.receipt
            WHERE command_id = ANY(%(ids)s)
            """,
            {"ids": list(ids)},
        )
        return {receipt.command_id: receipt for receipt in await cur.fetchall()}


async def keep_receipts(conn: Connection, receipts: Sequence[Receipt]) -> None:
    """Keep them, by id, so that two processes with the same commands never wait for each other in a circle.

    Raises UniqueViolation `receipt_pkey` when another transaction answered one of them meanwhile.
    """
    if not receipts:
        return
    ordered = sorted(receipts, key=lambda receipt: receipt.command_id)
    await conn.execute(
        """
        INSERT INTO spine.receipt (command_id, by_id, kind, digest, at, answer, refusal)
        SELECT command_id, by_id, kind, digest, at, answer, refusal
        FROM unnest(%(ids)b::uuid[], %(by)b::text[], %(kinds)b::text[], %(digests)b::bytea[], %(at)b::timestamptz[],
            %(answers)b::text[], %(refusals)b::text[]) AS r (command_id, by_id, kind, digest, at, answer, refusal)
        """,
        {
            "ids": [r.command_id for r in ordered],
            "by": [r.by_id for r in ordered],
            "kinds": [r.kind for r in ordered],
            "digests": [r.digest for r in ordered],
            "at": [r.at for r in ordered],
            "answers": [r.answer for r in ordered],
            "refusals": [r.refusal for r in ordered],
        },
    )
