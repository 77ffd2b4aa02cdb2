"""Rows of fences and of what was last told about units and them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, cast
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from shapely import wkb
from shapely.geometry.base import BaseGeometry

from gis.fences import Fence, Fix, Standing
from spine.canonical import Json
from spine.db import Connection

_FENCE: LiteralString = """id, name, name_en, purpose, basis, incident_id, area_code, margin_m, drawn_at, drawn_by, lifted_at,
    lifted_by, reason, version"""


@dataclass(frozen=True, slots=True)
class FenceRow:
    """A fence without its area. `lifted_at` None: it stands."""

    id: UUID
    name: str
    name_en: str | None
    purpose: str
    basis: str
    incident_id: UUID | None
    area_code: str | None
    margin_m: float
    drawn_at: datetime
    drawn_by: dict[str, Json]
    lifted_at: datetime | None
    lifted_by: dict[str, Json] | None
    reason: str | None
    version: int


@dataclass(frozen=True, slots=True)
class StateRow:
    """What was last told of one unit and one fence."""

    inside: bool
    changed_at: datetime | None
    told_late: bool


async def add_fence(conn: Connection, row: FenceRow, area: BaseGeometry) -> None:
    await conn.execute(
        """
        INSERT INTO gis.fence (id, name, name_en, purpose, basis, incident_id, area_code, area, margin_m, drawn_at, drawn_by)
        VALUES (%(id)s, %(name)s, %(name_en)s, %(purpose)s, %(basis)s, %(incident_id)s, %(area_code)s,
                ST_SetSRID(%(area)s::geometry, 4326), %(margin_m)s, %(drawn_at)s, %(drawn_by)s)
        """,
        {
            "id": row.id, "name": row.name, "name_en": row.name_en, "purpose": row.purpose, "basis": row.basis,
            "incident_id": row.incident_id, "area_code": row.area_code, "area": area.wkb_hex, "margin_m": row.margin_m,
            "drawn_at": row.drawn_at, "drawn_by": Jsonb(row.drawn_by),
        },
    )  # fmt: skip


async def lock_fence(conn: Connection, fence_id: UUID) -> FenceRow | None:
    async with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        await cursor.execute(f"SELECT {_FENCE} FROM gis.fence WHERE id = %s FOR NO KEY UPDATE", (fence_id,))
        return await cursor.fetchone()


async def find_fence(conn: Connection, fence_id: UUID) -> FenceRow | None:
    async with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        await cursor.execute(f"SELECT {_FENCE} FROM gis.fence WHERE id = %s", (fence_id,))
        return await cursor.fetchone()


async def lock_fences_of(conn: Connection, incident_id: UUID, basis: str | None) -> list[FenceRow]:
    """The standing fences of an incident, of one basis or of all."""
    async with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        await cursor.execute(
            f"""
            SELECT {_FENCE} FROM gis.fence
            WHERE incident_id = %(incident)s AND lifted_at IS NULL AND (%(basis)s::text IS NULL OR basis = %(basis)s)
            ORDER BY id FOR NO KEY UPDATE
            """,
            {"incident": incident_id, "basis": basis},
        )
        return await cursor.fetchall()


async def lift(conn: Connection, fence_id: UUID, at: datetime, by: dict[str, Json], reason: str) -> None:
    await conn.execute(
        """
        UPDATE gis.fence SET lifted_at = %(at)s, lifted_by = %(by)s, reason = %(reason)s, version = version + 1
        WHERE id = %(id)s
        """,
        {"id": fence_id, "at": at, "by": Jsonb(by), "reason": reason},
    )


async def standing_fences(
    conn: Connection, *, area: str | None = None, incident_id: UUID | None = None
) -> list[FenceRow]:
    """Fences that stand: all, those of an area (by its code's beginning), or those of an incident."""
    async with conn.cursor(row_factory=class_row(FenceRow)) as cursor:
        await cursor.execute(
            f"""
            SELECT {_FENCE} FROM gis.fence
            WHERE lifted_at IS NULL AND (%(incident)s::uuid IS NULL OR incident_id = %(incident)s)
              AND (%(area)s::text IS NULL OR coalesce(area_code, '') LIKE %(area)s || '%%')
            ORDER BY drawn_at, id
            """,
            {"incident": incident_id, "area": area},
        )
        return await cursor.fetchall()


async def fence_areas(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, BaseGeometry]:
    rows = await (
        await conn.execute("SELECT id, ST_AsBinary(area) FROM gis.fence WHERE id = ANY (%s)", (list(ids),))
    ).fetchall()
    return {cast(UUID, key): wkb.loads(bytes(area)) for key, area in rows}


async def district_area(conn: Connection, code: str) -> tuple[str, str, BaseGeometry] | None:
    """(name, English name, area) of a district."""
    row = await (
        await conn.execute("SELECT short_zh, short_en, ST_AsBinary(area) FROM gis.place WHERE code = %s", (code,))
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), wkb.loads(bytes(row[2])))


# --- what was told ---------------------------------------------------------------------------------------------------------


async def hold_state(conn: Connection, fence_id: UUID, unit_id: UUID) -> StateRow:
    """Lock what was told of this unit and fence, so that two processes do not tell the same twice."""
    await conn.execute(
        """
        INSERT INTO gis.fence_state (fence_id, unit_id, inside, changed_at) VALUES (%s, %s, false, '-infinity')
        ON CONFLICT DO NOTHING
        """,
        (fence_id, unit_id),
    )
    async with conn.cursor(row_factory=class_row(StateRow)) as cursor:
        await cursor.execute(
            """
            SELECT inside, nullif(changed_at, '-infinity') AS changed_at, told_late FROM gis.fence_state
            WHERE fence_id = %s AND unit_id = %s FOR NO KEY UPDATE
            """,
            (fence_id, unit_id),
        )
        row = await cursor.fetchone()
    if row is None:
        raise AssertionError("a row that was just put in is there")
    return row


async def save_state(conn: Connection, fence_id: UUID, unit_id: UUID, state: StateRow) -> None:
    await conn.execute(
        """
        UPDATE gis.fence_state
        SET inside = %(inside)s, changed_at = coalesce(%(changed_at)s::timestamptz, '-infinity'), told_late = %(told_late)s
        WHERE fence_id = %(fence)s AND unit_id = %(unit)s
        """,
        {
            "fence": fence_id, "unit": unit_id, "inside": state.inside, "changed_at": state.changed_at,
            "told_late": state.told_late,
        },
    )  # fmt: skip


async def who_is_inside(conn: Connection) -> list[tuple[str, str, datetime]]:
    """(fence, unit, since) of the standing fences."""
    rows = await (
        await conn.execute(
            """
            SELECT s.fence_id::text, s.unit_id::text, s.changed_at FROM gis.fence_state AS s
            JOIN gis.fence AS f ON f.id = s.fence_id WHERE s.inside AND f.lifted_at IS NULL ORDER BY s.changed_at, s.unit_id
            """
        )
    ).fetchall()
    return [(str(fence), str(unit), at) for fence, unit, at in rows]


# --- for the engine --------------------------------------------------------------------------------------------------------


async def fences_print(conn: Connection) -> tuple[int, int]:
    """Changes whenever a fence is drawn or lifted: (how many there ever were, how many stand)."""
    row = await (
        await conn.execute("SELECT count(*), count(*) FILTER (WHERE lifted_at IS NULL) FROM gis.fence")
    ).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def engine_fences(conn: Connection) -> list[Fence]:
    rows = await (
        await conn.execute(
            """
            SELECT id::text, ST_AsBinary(area), margin_m, extract(epoch FROM drawn_at)::float8 FROM gis.fence
            WHERE lifted_at IS NULL ORDER BY id
            """
        )
    ).fetchall()
    return [Fence(str(key), wkb.loads(bytes(area)), float(margin), float(since)) for key, area, margin, since in rows]


async def engine_standings(conn: Connection) -> list[Standing]:
    rows = await (
        await conn.execute(
            """
            SELECT s.fence_id::text, s.unit_id::text, s.inside, extract(epoch FROM nullif(s.changed_at, '-infinity'))::float8,
                   s.told_late
            FROM gis.fence_state AS s JOIN gis.fence AS f ON f.id = s.fence_id WHERE f.lifted_at IS NULL
            """
        )
    ).fetchall()
    return [
        Standing(str(fence), str(unit), bool(inside), float("-inf") if at is None else float(at), bool(late))
        for fence, unit, inside, at, late in rows
    ]


async def newest_fixes(conn: Connection) -> list[Fix]:
    """The newest position of every unit, as the engine takes them."""
    rows = await (
        await conn.execute(
            "SELECT unit_id::text, extract(epoch FROM at)::float8, lon, lat, accuracy_m FROM gis.position"
        )
    ).fetchall()
    return [(str(unit), float(at), float(lon), float(lat), accuracy) for unit, at, lon, lat, accuracy in rows]
