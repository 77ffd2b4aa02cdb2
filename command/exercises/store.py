"""Rows of the exercise that this realm is, and what its sealed copy takes over from the live realm."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.exercises.exercise import Exercise, InjectRow, Rating
from command.exercises.scenario import Scenario, exercise_id, inject_id
from command.resources.seed import TABLES as RESOURCE_TABLES
from command.resources.seed import put_everything_back
from spine.command import Connection
from spine.errors import not_found
from spine.realm_clock import exercise_only

REFERENCE_TABLES: tuple[LiteralString, ...] = (
    "command.department",
    "command.person",
    "command.holding",
    "command.duty",
    "command.shift",
    "command.unit",
    *RESOURCE_TABLES,
    "command.plan_version",
)
"""What the city is, in an order that foreign keys permit. No order, response, incident or fact is ever copied."""

_EXERCISE: LiteralString = "id, scenario, title_zh, title_en, starts_at, state, ended, version"
_INJECT: LiteralString = """id, exercise_id, no, due_at, state, delivered_at, delivered_by, reason, outcome, done,
    version"""


async def begin_exercise(conn: Connection, scenario: Scenario, starts_at: datetime) -> UUID:
    """Make the sealed copy this exercise: units back home and free, posts vacant, injects planned. Returns its id."""
    exercise = exercise_id(scenario.id, starts_at)
    await conn.execute(
        """
        UPDATE command.unit SET status = 'available', status_at = NULL, point = home, origin = 'WGS84',
            accuracy_m = NULL, seen_at = NULL, task_id = NULL, need_help = NULL, on_duty_since = NULL, rest_until = NULL,
            version = 1
        """
    )
    await put_everything_back(conn)
    await conn.execute("UPDATE command.duty SET account_id = NULL, person = NULL, since = NULL")
    await conn.execute(
        """
        UPDATE command.duty SET account_id = NULL, person = NULL, since = NULL, how = NULL, reason = NULL, until = NULL
        """
    )
    await conn.execute(
        """
        INSERT INTO command.exercise (id, scenario, title_zh, title_en, starts_at, state, version)
        VALUES (%(id)s, %(scenario)s, %(zh)s, %(en)s, %(starts_at)s, 'running', 1)
        """,
        {
            "id": exercise,
            "scenario": scenario.id,
            "zh": scenario.title_zh,
            "en": scenario.title_en,
            "starts_at": starts_at,
        },
    )
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.inject (id, exercise_id, no, due_at, state, version)
            VALUES (%s, %s, %s, %s, 'planned', 1)
            """,
            [
                (inject_id(exercise, i.number), exercise, i.number, scenario.due_at(i, starts_at))
                for i in scenario.injects
            ],
        )
    return exercise


async def find_exercise(conn: Connection) -> Exercise | None:
    async with conn.cursor(row_factory=class_row(Exercise)) as cur:
        await cur.execute(f"SELECT {_EXERCISE} FROM command.exercise")
        return await cur.fetchone()


async def lock_exercise(conn: Connection) -> Exercise:
    """Raises Refused `exercise_only` where there is none: the live realm."""
    async with conn.cursor(row_factory=class_row(Exercise)) as cur:
        await cur.execute(f"SELECT {_EXERCISE} FROM command.exercise FOR NO KEY UPDATE")
        row = await cur.fetchone()
    if row is None:
        raise exercise_only()
    return row


async def save_exercise(conn: Connection, exercise: Exercise) -> None:
    await conn.execute(
        "UPDATE command.exercise SET state = %(state)s, ended = %(ended)s, version = %(version)s WHERE id = %(id)s",
        {
            "id": exercise.id,
            "state": exercise.state,
            "ended": None if exercise.ended is None else Jsonb(exercise.ended),
            "version": exercise.version,
        },
    )


async def lock_inject(conn: Connection, inject: UUID) -> InjectRow:
    async with conn.cursor(row_factory=class_row(InjectRow)) as cur:
        await cur.execute(f"SELECT {_INJECT} FROM command.inject WHERE id = %s FOR NO KEY UPDATE", (inject,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("注入", "inject", str(inject), field="data.inject_id")
    return row


async def injects(conn: Connection) -> list[InjectRow]:
    async with conn.cursor(row_factory=class_row(InjectRow)) as cur:
        await cur.execute(f"SELECT {_INJECT} FROM command.inject ORDER BY due_at, no")
        return await cur.fetchall()


async def injects_to_do(conn: Connection, at: datetime) -> list[InjectRow]:
    """Injects whose time has come or that were delivered by hand, and that are not done with, in their order."""
    async with conn.cursor(row_factory=class_row(InjectRow)) as cur:
        await cur.execute(
            f"""
            SELECT {_INJECT} FROM command.inject
            WHERE NOT done AND (state = 'delivered' OR (state = 'planned' AND due_at <= %s)) ORDER BY due_at, no
            """,
            (at,),
        )
        return await cur.fetchall()


async def save_inject(conn: Connection, inject: InjectRow) -> None:
    await conn.execute(
        """
        UPDATE command.inject SET state = %(state)s, delivered_at = %(delivered_at)s, delivered_by = %(delivered_by)s,
            reason = %(reason)s, outcome = %(outcome)s, done = %(done)s, version = %(version)s
        WHERE id = %(id)s
        """,
        {
            "id": inject.id,
            "state": inject.state,
            "delivered_at": inject.delivered_at,
            "delivered_by": None if inject.delivered_by is None else Jsonb(inject.delivered_by),
            "reason": inject.reason,
            "outcome": None if inject.outcome is None else Jsonb(inject.outcome),
            "done": inject.done,
            "version": inject.version,
        },
    )


async def add_rating(conn: Connection, rating: Rating) -> None:
    await conn.execute(
        """
        INSERT INTO command.rating (id, exercise_id, inject_id, criterion, rating, text, by, at)
        VALUES (%(id)s, %(exercise)s, %(inject)s, %(criterion)s, %(rating)s, %(text)s, %(by)s, %(at)s)
        """,
        {
            "id": rating.id,
            "exercise": rating.exercise_id,
            "inject": rating.inject_id,
            "criterion": rating.criterion,
            "rating": rating.rating,
            "text": rating.text,
            "by": Jsonb(rating.by),
            "at": rating.at,
        },
    )


async def ratings(conn: Connection) -> list[Rating]:
    async with conn.cursor(row_factory=class_row(Rating)) as cur:
        await cur.execute(
            "SELECT id, exercise_id, inject_id, criterion, rating, text, by, at FROM command.rating ORDER BY at, id"
        )
        return await cur.fetchall()
