"""SQL of scores: how each live answer compared, and what that says of each model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from psycopg.rows import class_row

from incidents.assessments.score import Score
from spine.canonical import JsonObject
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class Record:
    """A model's record for one outcome. Of each incident every live answer counts (`answers`), or its first and last only."""

    model: str
    outcome: str
    incidents: int
    answers: int
    band_hits: int
    band_near: int
    inside: int
    log_score: float
    first_band_hits: int
    first_inside: int
    last_band_hits: int
    last_inside: int

    def to_json(self) -> JsonObject:
        return {
            "model": self.model,
            "outcome": self.outcome,
            "incidents": self.incidents,
            "n": self.answers,
            "hit_rate": self.band_hits / self.answers,
            "near_rate": self.band_near / self.answers,
            "coverage": self.inside / self.answers,
            "log_score": self.log_score,
            "first": {
                "hit_rate": self.first_band_hits / self.incidents,
                "coverage": self.first_inside / self.incidents,
            },
            "last": {"hit_rate": self.last_band_hits / self.incidents, "coverage": self.last_inside / self.incidents},
        }


async def save_scores(conn: Connection, incident_id: UUID, scores: Sequence[Score]) -> None:
    """In place of what was compared before: a later figure is the better one, and a withdrawn one compares nothing."""
    await conn.execute("DELETE FROM incidents.assessment_score WHERE incident_id = %s", (incident_id,))
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO incidents.assessment_score (
                assessment_id, outcome, incident_id, model, model_version, made_at, observed, p10, p50, p90, band,
                best_band, inside, log_score, scored_at
            ) VALUES (
                %(assessment_id)s, %(outcome)s, %(incident_id)s, %(model)s, %(model_version)s, %(made_at)s,
                %(observed)s, %(p10)s, %(p50)s, %(p90)s, %(band)s, %(best_band)s, %(inside)s, %(log_score)s,
                %(scored_at)s
            )
            """,
            [{**asdict(one), "incident_id": incident_id} for one in scores],
        )


async def records(conn: Connection) -> list[Record]:
    """By model and outcome."""
    async with conn.cursor(row_factory=class_row(Record)) as cur:
        await cur.execute(
            """
            WITH ranked AS (
                SELECT s.*, band = best_band AS hit, abs(band - best_band) <= 1 AS near,
                    row_number() OVER (PARTITION BY incident_id, model, outcome ORDER BY made_at) = 1 AS first,
                    row_number() OVER (PARTITION BY incident_id, model, outcome ORDER BY made_at DESC) = 1 AS last
                FROM incidents.assessment_score s
            )
            SELECT model, outcome, count(DISTINCT incident_id)::int AS incidents, count(*)::int AS answers,
                count(*) FILTER (WHERE hit)::int AS band_hits, count(*) FILTER (WHERE near)::int AS band_near,
                count(*) FILTER (WHERE inside)::int AS inside, avg(log_score) AS log_score,
                count(*) FILTER (WHERE hit AND first)::int AS first_band_hits,
                count(*) FILTER (WHERE inside AND first)::int AS first_inside,
                count(*) FILTER (WHERE hit AND last)::int AS last_band_hits,
                count(*) FILTER (WHERE inside AND last)::int AS last_inside
            FROM ranked GROUP BY model, outcome ORDER BY model, outcome
            """
        )
        return await cur.fetchall()
