"""SQL of what the register computed: scores with their history, and the newest answer of each scenario."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString, cast
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.register.computed import ScenarioIn, ScenarioRow, ScoreIn, ScoreRow
from spine.canonical import Json
from spine.db import Connection

_SCORE: LiteralString = "site_id, no, site_version, basis, low, high, level, confidence, at"
_SCENARIO: LiteralString = """
    site_id, key, scenario, no, zh, en, class_key, cases, hour, inputs, basis, model, model_version, site_version, exposure,
    exposure_date, state, refusal, at,
    CASE WHEN answer IS NULL THEN NULL ELSE jsonb_build_object('summary_zh', answer->'summary_zh', 'summary_en', answer->'summary_en',
        'primary', answer->'primary', 'outcome', answer#>ARRAY['outcomes', answer->>'primary'], 'zone', answer#>'{zones,-1}',
        'confidence', answer#>'{confidence,letter}') END AS summary
"""


async def newest_scores(conn: Connection, ids: Sequence[UUID] | None = None) -> dict[UUID, ScoreRow]:
    async with conn.cursor(row_factory=class_row(ScoreRow)) as cur:
        await cur.execute(
            "SELECT DISTINCT ON (site_id) "
            + _SCORE
            + """
            FROM incidents.register_score WHERE %(ids)s::uuid[] IS NULL OR site_id = ANY (%(ids)s)
            ORDER BY site_id, no DESC
            """,
            {"ids": None if ids is None else list(ids)},
        )
        return {row.site_id: row for row in await cur.fetchall()}


async def score_history(conn: Connection, site_id: UUID, most: int = 50) -> list[ScoreRow]:
    async with conn.cursor(row_factory=class_row(ScoreRow)) as cur:
        await cur.execute(
            "SELECT " + _SCORE + " FROM incidents.register_score WHERE site_id = %s ORDER BY no DESC LIMIT %s",
            (site_id, most),
        )
        return await cur.fetchall()


async def whole_score(conn: Connection, site_id: UUID, no: int | None = None) -> Mapping[str, Json] | None:
    """The sum as it was told: the newest, or that of one number."""
    row = await (
        await conn.execute(
            """
            SELECT score FROM incidents.register_score WHERE site_id = %(site)s AND (%(no)s::integer IS NULL OR no = %(no)s)
            ORDER BY no DESC LIMIT 1
            """,
            {"site": site_id, "no": no},
        )
    ).fetchone()
    return None if row is None else cast(Mapping[str, Json], row[0])


async def add_score(conn: Connection, score: ScoreIn, at: datetime) -> int:
    """Its number among the site's scores; the site's row is locked."""
    row = await (
        await conn.execute(
            """
            INSERT INTO incidents.register_score (site_id, no, site_version, basis, low, high, level, confidence, score, at)
            SELECT %(site)s, coalesce(max(no), 0) + 1, %(version)s, %(basis)s, %(low)s, %(high)s, %(level)s, %(confidence)s,
                   %(score)s, %(at)s
            FROM incidents.register_score WHERE site_id = %(site)s RETURNING no
            """,
            {
                "site": score.site_id, "version": score.site_version, "basis": score.basis, "low": score.low, "high": score.high,
                "level": score.level, "confidence": score.confidence, "score": Jsonb(score.score), "at": at,
            },
        )
    ).fetchone()  # fmt: skip
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return int(row[0])


async def scenarios_of(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, list[ScenarioRow]]:
    """Without their answers, by site, in the order of their keys."""
    found: dict[UUID, list[ScenarioRow]] = {}
    async with conn.cursor(row_factory=class_row(ScenarioRow)) as cur:
        await cur.execute(
            "SELECT " + _SCENARIO + " FROM incidents.register_scenario WHERE site_id = ANY (%s) ORDER BY site_id, key",
            (list(ids),),
        )
        for row in await cur.fetchall():
            found.setdefault(row.site_id, []).append(row)
    return found


async def scenario_bases(conn: Connection) -> dict[UUID, dict[str, str]]:
    """{site: {key: basis}} of everything that was computed or refused."""
    found: dict[UUID, dict[str, str]] = {}
    rows = await (await conn.execute("SELECT site_id, key, basis FROM incidents.register_scenario")).fetchall()
    for site_id, key, basis in rows:
        found.setdefault(UUID(str(site_id)), {})[str(key)] = str(basis)
    return found


async def scenario_answer(conn: Connection, site_id: UUID, key: str) -> Mapping[str, Json] | None:
    row = await (
        await conn.execute(
            "SELECT answer FROM incidents.register_scenario WHERE site_id = %s AND key = %s", (site_id, key)
        )
    ).fetchone()
    return None if row is None or row[0] is None else cast(Mapping[str, Json], row[0])


async def save_scenario(conn: Connection, site_id: UUID, site_version: int, one: ScenarioIn, at: datetime) -> None:
    """In place of the earlier answer of the same key; the site's row is locked."""
    await conn.execute(
        """
        INSERT INTO incidents.register_scenario AS r (site_id, key, scenario, no, zh, en, class_key, cases, hour, inputs, basis,
            model, model_version, site_version, exposure, exposure_date, state, refusal, answer, at)
        VALUES (%(site)s, %(key)s, %(scenario)s, 1, %(zh)s, %(en)s, %(class_key)s, %(cases)s, %(hour)s, %(inputs)s, %(basis)s,
            %(model)s, %(model_version)s, %(site_version)s, %(exposure)s, %(exposure_date)s, %(state)s, %(refusal)s, %(answer)s,
            %(at)s)
        ON CONFLICT (site_id, key) DO UPDATE SET scenario = EXCLUDED.scenario, no = r.no + 1, zh = EXCLUDED.zh, en = EXCLUDED.en,
            class_key = EXCLUDED.class_key, cases = EXCLUDED.cases, hour = EXCLUDED.hour, inputs = EXCLUDED.inputs,
            basis = EXCLUDED.basis, model = EXCLUDED.model, model_version = EXCLUDED.model_version,
            site_version = EXCLUDED.site_version, exposure = EXCLUDED.exposure, exposure_date = EXCLUDED.exposure_date,
            state = EXCLUDED.state, refusal = EXCLUDED.refusal, answer = EXCLUDED.answer, at = EXCLUDED.at
        """,
        {
            "site": site_id, "key": one.key, "scenario": one.scenario, "zh": one.zh, "en": one.en, "class_key": one.class_key,
            "cases": Jsonb(one.cases), "hour": one.hour, "inputs": Jsonb(one.inputs), "basis": one.basis, "model": one.model,
            "model_version": one.model_version, "site_version": site_version, "exposure": one.exposure,
            "exposure_date": one.exposure_date, "state": one.state,
            "refusal": None if one.refusal is None else Jsonb(one.refusal),
            "answer": None if one.answer is None else Jsonb(one.answer), "at": at,
        },
    )  # fmt: skip


async def drop_scenarios(conn: Connection, site_id: UUID, keys: Sequence[str]) -> int:
    """Answers of cases that the site or the rules no longer have."""
    done = await conn.execute(
        "DELETE FROM incidents.register_scenario WHERE site_id = %s AND key = ANY (%s)", (site_id, list(keys))
    )
    return done.rowcount
