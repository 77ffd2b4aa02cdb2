"""SQL of assessments, adjustments and what-ifs. What is written is read back, so that facts show what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.assessments.assessment import Assessment
from incidents.assessments.changes import Adjustment, WhatIf
from spine.canonical import Json, JsonObject
from spine.db import Connection

Row = TypeVar("Row")

_ASSESSMENT = """
    id, incident_id, no, scenario, state, model, model_version, author, class_key, asked_hash, caused_by, at,
    supersedes, wanted, refusal, brief, differences
"""
_ADJUSTMENT = "incident_id, kind, name, value, what_if, reason, by, at, withdrawn, version"
_WHAT_IF = """
    id, incident_id, title, inputs, excluded, model, reason, state, made_by, made_at, changed_by, changed_at,
    version
"""


# --- assessments -------------------------------------------------------------------------------------------------


async def next_no(conn: Connection, incident_id: UUID) -> int:
    """Under the incident's lock."""
    row = await (
        await conn.execute(
            "SELECT coalesce(max(no), 0) + 1 FROM incidents.assessment WHERE incident_id = %s", (incident_id,)
        )
    ).fetchone()
    return 1 if row is None else int(row[0])


async def insert_assessment(conn: Connection, one: Assessment, answer: JsonObject | None) -> Assessment:
    values: dict[str, object] = asdict(one)
    for name in ("caused_by", "wanted", "refusal", "brief", "differences"):
        values[name] = None if values[name] is None else Jsonb(values[name])
    values["answer"] = None if answer is None else Jsonb(answer)
    async with conn.cursor(row_factory=class_row(Assessment)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.assessment (
                id, incident_id, no, scenario, state, model, model_version, author, class_key, asked_hash,
                caused_by, at, supersedes, wanted, refusal, brief, answer, differences
            ) VALUES (
                %(id)s, %(incident_id)s, %(no)s, %(scenario)s, %(state)s, %(model)s, %(model_version)s,
                %(author)s, %(class_key)s, %(asked_hash)s, %(caused_by)s, %(at)s, %(supersedes)s, %(wanted)s,
                %(refusal)s, %(brief)s, %(answer)s, %(differences)s
            ) RETURNING
            """
            + _ASSESSMENT,
            values,
        )
        return _one(await cur.fetchone())


async def find_assessment(conn: Connection, assessment_id: UUID) -> Assessment | None:
    async with conn.cursor(row_factory=class_row(Assessment)) as cur:
        await cur.execute("SELECT" + _ASSESSMENT + "FROM incidents.assessment WHERE id = %s", (assessment_id,))
        return await cur.fetchone()


async def answer_of(conn: Connection, assessment_id: UUID) -> JsonObject | None:
    """The whole answer, geometries too."""
    row = await (
        await conn.execute("SELECT answer FROM incidents.assessment WHERE id = %s", (assessment_id,))
    ).fetchone()
    return None if row is None else row[0]


async def versions_of(
    conn: Connection, incident_id: UUID, scenario: str | None = None, limit: int = 500
) -> list[Assessment]:
    """Every version of an incident, or of one scenario, the newest first."""
    async with conn.cursor(row_factory=class_row(Assessment)) as cur:
        await cur.execute(
            "SELECT"
            + _ASSESSMENT
            + "FROM incidents.assessment WHERE incident_id = %(incident)s "
            + "AND (%(scenario)s::text IS NULL OR scenario = %(scenario)s) ORDER BY no DESC LIMIT %(limit)s",
            {"incident": incident_id, "scenario": scenario, "limit": limit},
        )
        return await cur.fetchall()


async def newest(
    conn: Connection, incident_id: UUID, scenarios: Sequence[str]
) -> dict[str, tuple[Assessment | None, Assessment | None]]:
    """For each scenario that has one: its newest answer and its newest refusal."""
    async with conn.cursor(row_factory=class_row(Assessment)) as cur:
        await cur.execute(
            "SELECT DISTINCT ON (scenario, state)"
            + _ASSESSMENT
            + "FROM incidents.assessment WHERE incident_id = %(incident)s AND scenario = ANY(%(scenarios)s) "
            + "ORDER BY scenario, state, no DESC",
            {"incident": incident_id, "scenarios": list(scenarios)},
        )
        rows = await cur.fetchall()
    found: dict[str, tuple[Assessment | None, Assessment | None]] = {}
    for one in rows:
        answered, refused = found.get(one.scenario, (None, None))
        found[one.scenario] = (one, refused) if one.state == "answered" else (answered, one)
    return found


async def live_answers(conn: Connection, incident_id: UUID) -> list[Assessment]:
    """All live answers, the oldest first."""
    async with conn.cursor(row_factory=class_row(Assessment)) as cur:
        await cur.execute(
            "SELECT"
            + _ASSESSMENT
            + "FROM incidents.assessment WHERE incident_id = %s AND scenario = 'live' AND state = 'answered' ORDER BY no",
            (incident_id,),
        )
        return await cur.fetchall()


# --- adjustments -------------------------------------------------------------------------------------------------


async def adjustments_of(conn: Connection, incident_id: UUID) -> list[Adjustment]:
    """Those in force."""
    async with conn.cursor(row_factory=class_row(Adjustment)) as cur:
        await cur.execute(
            f"SELECT {_ADJUSTMENT} FROM incidents.assessment_adjustment WHERE incident_id = %s AND NOT withdrawn "
            "ORDER BY kind, name",
            (incident_id,),
        )
        return await cur.fetchall()


async def find_adjustment(conn: Connection, incident_id: UUID, kind: str, name: str) -> Adjustment | None:
    """Withdrawn or not. Under the incident's lock."""
    async with conn.cursor(row_factory=class_row(Adjustment)) as cur:
        await cur.execute(
            f"SELECT {_ADJUSTMENT} FROM incidents.assessment_adjustment "
            "WHERE incident_id = %s AND kind = %s AND name = %s",
            (incident_id, kind, name),
        )
        return await cur.fetchone()


async def save_adjustment(conn: Connection, one: Adjustment) -> Adjustment:
    async with conn.cursor(row_factory=class_row(Adjustment)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.assessment_adjustment (
                incident_id, kind, name, value, what_if, reason, by, at, withdrawn, version
            ) VALUES (
                %(incident_id)s, %(kind)s, %(name)s, %(value)s, %(what_if)s, %(reason)s, %(by)s, %(at)s,
                %(withdrawn)s, %(version)s
            )
            ON CONFLICT (incident_id, kind, name) DO UPDATE SET value = EXCLUDED.value, what_if = EXCLUDED.what_if,
                reason = EXCLUDED.reason, by = EXCLUDED.by, at = EXCLUDED.at, withdrawn = EXCLUDED.withdrawn,
                version = EXCLUDED.version
            RETURNING
            """
            + _ADJUSTMENT,
            {**asdict(one), "value": Jsonb(one.value), "by": Jsonb(one.by)},
        )
        return _one(await cur.fetchone())


# --- what-ifs ----------------------------------------------------------------------------------------------------


async def open_what_ifs(conn: Connection, incident_id: UUID) -> list[WhatIf]:
    async with conn.cursor(row_factory=class_row(WhatIf)) as cur:
        await cur.execute(
            "SELECT"
            + _WHAT_IF
            + "FROM incidents.what_if WHERE incident_id = %s AND state = 'open' ORDER BY made_at, id",
            (incident_id,),
        )
        return await cur.fetchall()


async def find_what_if(conn: Connection, what_if_id: UUID) -> WhatIf | None:
    async with conn.cursor(row_factory=class_row(WhatIf)) as cur:
        await cur.execute("SELECT" + _WHAT_IF + "FROM incidents.what_if WHERE id = %s", (what_if_id,))
        return await cur.fetchone()


async def save_what_if(conn: Connection, one: WhatIf) -> WhatIf:
    values: dict[str, object] = asdict(one)
    for name in ("inputs", "made_by", "changed_by"):
        values[name] = Jsonb(values[name])
    async with conn.cursor(row_factory=class_row(WhatIf)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.what_if (
                id, incident_id, title, inputs, excluded, model, reason, state, made_by, made_at, changed_by,
                changed_at, version
            ) VALUES (
                %(id)s, %(incident_id)s, %(title)s, %(inputs)s, %(excluded)s, %(model)s, %(reason)s, %(state)s,
                %(made_by)s, %(made_at)s, %(changed_by)s, %(changed_at)s, %(version)s
            )
            ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, inputs = EXCLUDED.inputs, excluded = EXCLUDED.excluded,
                model = EXCLUDED.model, reason = EXCLUDED.reason, state = EXCLUDED.state,
                changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at, version = EXCLUDED.version
            RETURNING
            """
            + _WHAT_IF,
            values,
        )
        return _one(await cur.fetchone())


# --- facilities --------------------------------------------------------------------------------------------------


async def facility_names(conn: Connection, ids: Sequence[str]) -> Mapping[str, dict[str, Json]]:
    """{id: {kind, name_zh, name_en}} of those that there are."""
    rows = await (
        await conn.execute("SELECT code, kind, name_zh, name_en FROM gis.facility WHERE code = ANY(%s)", (list(ids),))
    ).fetchall()
    return {str(code): {"kind": kind, "name_zh": zh, "name_en": en} for code, kind, zh, en in rows}


def _one(row: Row | None) -> Row:
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return row
