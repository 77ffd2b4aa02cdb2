"""SQL of drawings and their versions."""

from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.drawing import Drawing, DrawingVersion, drawing_object
from spine.canonical import Json
from spine.db import Connection

_DRAWING: LiteralString = """
    d.id, d.incident_id, d.area_code, d.kind, d.on_board, d.name, d.symbol, d.style, d.geometry, d.length_m, d.area_m2,
    d.deleted, d.department, d.drawn_by, d.drawn_at, d.changed_by, d.changed_at, d.version
"""
_VERSION: LiteralString = """
    drawing_id, version, action, of_version, name, symbol, style, geometry, length_m, area_m2, deleted, by, at
"""
MOST_LISTED = 200


async def save_drawing(conn: Connection, drawing: Drawing, version: DrawingVersion) -> Drawing:
    """The drawing as it is now, and its version into the history, which is only ever added to."""
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.drawing AS d (id, incident_id, area_code, kind, on_board, name, symbol, style, geometry,
                length_m, area_m2, deleted, department, drawn_by, drawn_at, changed_by, changed_at, version)
            VALUES (%(id)s, %(incident_id)s, %(area_code)s, %(kind)s, %(on_board)s, %(name)s, %(symbol)s, %(style)s,
                %(geometry)s, %(length_m)s, %(area_m2)s, %(deleted)s, %(department)s, %(drawn_by)s, %(drawn_at)s,
                %(changed_by)s, %(changed_at)s, %(version)s)
            ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, symbol = EXCLUDED.symbol, style = EXCLUDED.style,
                geometry = EXCLUDED.geometry, length_m = EXCLUDED.length_m, area_m2 = EXCLUDED.area_m2,
                deleted = EXCLUDED.deleted, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at,
                version = EXCLUDED.version
            RETURNING
            """
            + _DRAWING,
            {
                "id": drawing.id,
                "incident_id": drawing.incident_id,
                "area_code": drawing.area_code,
                "kind": drawing.kind,
                "on_board": drawing.on_board,
                "name": drawing.name,
                "symbol": drawing.symbol,
                "style": Jsonb(drawing.style),
                "geometry": Jsonb(drawing.geometry),
                "length_m": drawing.length_m,
                "area_m2": drawing.area_m2,
                "deleted": drawing.deleted,
                "department": drawing.department,
                "drawn_by": Jsonb(drawing.drawn_by),
                "drawn_at": drawing.drawn_at,
                "changed_by": Jsonb(drawing.changed_by),
                "changed_at": drawing.changed_at,
                "version": drawing.version,
            },
        )
        saved = await cur.fetchone()
    if saved is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    await conn.execute(
        """
        INSERT INTO incidents.drawing_version (drawing_id, version, action, of_version, name, symbol, style, geometry,
            length_m, area_m2, deleted, by, at)
        VALUES (%(drawing_id)s, %(version)s, %(action)s, %(of_version)s, %(name)s, %(symbol)s, %(style)s, %(geometry)s,
            %(length_m)s, %(area_m2)s, %(deleted)s, %(by)s, %(at)s)
        """,
        {
            "drawing_id": version.drawing_id,
            "version": version.version,
            "action": version.action,
            "of_version": version.of_version,
            "name": version.name,
            "symbol": version.symbol,
            "style": Jsonb(version.style),
            "geometry": Jsonb(version.geometry),
            "length_m": version.length_m,
            "area_m2": version.area_m2,
            "deleted": version.deleted,
            "by": Jsonb(version.by),
            "at": version.at,
        },
    )
    return saved


async def find_drawing(conn: Connection, drawing_id: UUID) -> Drawing | None:
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute("SELECT" + _DRAWING + "FROM incidents.drawing d WHERE d.id = %s", (drawing_id,))
        return await cur.fetchone()


async def lock_drawing(conn: Connection, drawing_id: UUID) -> Drawing | None:
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute(
            "SELECT" + _DRAWING + "FROM incidents.drawing d WHERE d.id = %s FOR NO KEY UPDATE", (drawing_id,)
        )
        return await cur.fetchone()


async def count_drawings(conn: Connection, *, incident_id: UUID | None = None, area_code: str | None = None) -> int:
    """Standing drawings of an incident (whose row is locked), or of a board (whose drawings are locked against one more)."""
    if area_code is not None:
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"drawings {area_code}",))
    row = await (
        await conn.execute(
            """
            SELECT count(*) FROM incidents.drawing
            WHERE NOT deleted AND (incident_id = %(incident)s::uuid OR area_code = %(area)s::text)
            """,
            {"incident": incident_id, "area": area_code},
        )
    ).fetchone()
    return int(row[0]) if row else 0


async def drawings_of_incident(conn: Connection, incident_id: UUID) -> list[Drawing]:
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute(
            "SELECT" + _DRAWING + "FROM incidents.drawing d WHERE d.incident_id = %s AND NOT d.deleted", (incident_id,)
        )
        return await cur.fetchall()


async def board_drawings_of_incident(conn: Connection, incident_id: UUID) -> dict[str, Json]:
    """What an open incident shows on its boards, as objects by id."""
    drawings = await drawings_of_incident(conn, incident_id)
    return {str(drawing.id): drawing_object(drawing) for drawing in drawings if drawing.on_board}


async def drawings_on_board(conn: Connection, area: str) -> list[Drawing]:
    """What stands on the board of an area (empty: all): its own drawings, and those of open incidents that go to the boards."""
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute(
            "SELECT"
            + _DRAWING
            + """
            FROM incidents.drawing d LEFT JOIN incidents.incident i ON i.id = d.incident_id
            WHERE NOT d.deleted AND d.on_board AND (d.area_code LIKE %(area)s || '%%'
                OR (i.status = 'open' AND i.area_code LIKE %(area)s || '%%'))
            """,
            {"area": area},
        )
        return await cur.fetchall()


async def deleted_drawings(
    conn: Connection, *, incident_id: UUID | None = None, area_code: str | None = None
) -> list[Drawing]:
    """What was deleted, the newest first: it can be restored."""
    async with conn.cursor(row_factory=class_row(Drawing)) as cur:
        await cur.execute(
            "SELECT"
            + _DRAWING
            + """
            FROM incidents.drawing d
            WHERE d.deleted AND (d.incident_id = %(incident)s::uuid OR d.area_code = %(area)s::text)
            ORDER BY d.changed_at DESC LIMIT %(most)s
            """,
            {"incident": incident_id, "area": area_code, "most": MOST_LISTED},
        )
        return await cur.fetchall()


async def find_version(conn: Connection, drawing_id: UUID, version: int) -> DrawingVersion | None:
    async with conn.cursor(row_factory=class_row(DrawingVersion)) as cur:
        await cur.execute(
            "SELECT" + _VERSION + "FROM incidents.drawing_version WHERE drawing_id = %s AND version = %s",
            (drawing_id, version),
        )
        return await cur.fetchone()


async def versions_of(conn: Connection, drawing_id: UUID) -> list[DrawingVersion]:
    """The newest first, at most MOST_LISTED."""
    async with conn.cursor(row_factory=class_row(DrawingVersion)) as cur:
        await cur.execute(
            "SELECT" + _VERSION + "FROM incidents.drawing_version WHERE drawing_id = %s ORDER BY version DESC LIMIT %s",
            (drawing_id, MOST_LISTED),
        )
        return await cur.fetchall()
