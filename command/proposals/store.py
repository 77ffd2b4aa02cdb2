"""Rows of proposals. Whoever changes one has locked its incident first."""

from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.proposals.proposal import Proposal
from spine.command import Connection
from spine.errors import not_found

_COLUMNS = """id, incident_id, response_id, plan_zh, plan_en, rule, kind, level, task, zh, en, reasons, if_ignored_zh, if_ignored_en,
    automatic, rests_on, state, made, asked, decide_by, decided, cleared_at, version, detail"""


async def proposals_of(conn: Connection, incident_id: UUID) -> list[Proposal]:
    """All of an incident's proposals, the oldest first."""
    async with conn.cursor(row_factory=class_row(Proposal)) as cur:
        await cur.execute(
            f"SELECT {_COLUMNS} FROM command.proposal WHERE incident_id = %s ORDER BY made ->> 'at', id", (incident_id,)
        )
        return await cur.fetchall()


async def find_proposal(conn: Connection, proposal_id: UUID) -> Proposal:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Proposal)) as cur:
        await cur.execute(f"SELECT {_COLUMNS} FROM command.proposal WHERE id = %s", (proposal_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("建议", "proposal", str(proposal_id), field="data.proposal_id")
    return row


async def save_proposal(conn: Connection, one: Proposal) -> None:
    """Insert, or update what a decision, or asking the next post, changes."""
    await conn.execute(
        """
        INSERT INTO command.proposal (id, incident_id, response_id, plan_zh, plan_en, rule, kind, level, task, zh, en, reasons,
            if_ignored_zh, if_ignored_en, automatic, rests_on, state, made, asked, decide_by, decided, cleared_at, version, detail)
        VALUES (%(id)s, %(incident_id)s, %(response_id)s, %(plan_zh)s, %(plan_en)s, %(rule)s, %(kind)s, %(level)s, %(task)s,
            %(zh)s, %(en)s, %(reasons)s, %(if_ignored_zh)s, %(if_ignored_en)s, %(automatic)s, %(rests_on)s, %(state)s,
            %(made)s, %(asked)s, %(decide_by)s, %(decided)s, %(cleared_at)s, %(version)s, %(detail)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, asked = EXCLUDED.asked, decide_by = EXCLUDED.decide_by,
            decided = EXCLUDED.decided, cleared_at = EXCLUDED.cleared_at, version = EXCLUDED.version
        """,
        {
            "id": one.id,
            "incident_id": one.incident_id,
            "response_id": one.response_id,
            "plan_zh": one.plan_zh,
            "plan_en": one.plan_en,
            "rule": one.rule,
            "kind": one.kind,
            "level": one.level,
            "task": one.task,
            "zh": one.zh,
            "en": one.en,
            "reasons": Jsonb(list(one.reasons)),
            "if_ignored_zh": one.if_ignored_zh,
            "if_ignored_en": one.if_ignored_en,
            "automatic": one.automatic,
            "rests_on": Jsonb(one.rests_on),
            "state": one.state,
            "made": Jsonb(one.made),
            "asked": Jsonb(list(one.asked)),
            "decide_by": one.decide_by,
            "decided": None if one.decided is None else Jsonb(one.decided),
            "cleared_at": one.cleared_at,
            "version": one.version,
            "detail": None if one.detail is None else Jsonb(one.detail),
        },
    )


async def on_the_spot(
    conn: Connection,
    *,
    kind: str,
    incident_id: UUID | None = None,
    unit_id: UUID | None = None,
    shelter_id: UUID | None = None,
) -> list[Proposal]:
    """The proposals of a kind that no plan made and whose reason was not gone yet: of an incident, a unit or a shelter, or all."""
    async with conn.cursor(row_factory=class_row(Proposal)) as cur:
        await cur.execute(
            f"""
            SELECT {_COLUMNS} FROM command.proposal
            WHERE kind = %(kind)s AND response_id IS NULL AND cleared_at IS NULL
                AND (%(incident)s::uuid IS NULL OR incident_id = %(incident)s)
                AND (%(unit)s::text IS NULL OR detail ->> 'unit_id' = %(unit)s)
                AND (%(shelter)s::text IS NULL OR detail ->> 'shelter_id' = %(shelter)s)
            ORDER BY made ->> 'at', id
            """,
            {
                "kind": kind,
                "incident": incident_id,
                "unit": None if unit_id is None else str(unit_id),
                "shelter": None if shelter_id is None else str(shelter_id),
            },
        )
        return await cur.fetchall()
