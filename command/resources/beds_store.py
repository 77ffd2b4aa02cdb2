"""Rows of hospitals and their beds."""

from typing import LiteralString

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from command.resources.beds import Beds, Hospital
from spine.command import Connection
from spine.errors import not_found

_HOSPITAL: LiteralString = """code, zh, en, level, area_code, department, ST_X(point) AS lon, ST_Y(point) AS lat, emergency,
    reported_at, reported_by, illustrative, version"""


async def hospitals_of(conn: Connection, area: str) -> list[Hospital]:
    """Those of an area, by its code."""
    return await _fetch(conn, "area_code LIKE %(area)s || '%%' ORDER BY area_code, code", {"area": area})


async def lock_hospital(conn: Connection, code: str) -> Hospital:
    """Raises Refused `not_found`."""
    found = await _fetch(conn, "code = %(code)s FOR NO KEY UPDATE", {"code": code})
    if not found:
        raise not_found("医院", "hospital", code, field="data.hospital")
    return found[0]


async def _fetch(conn: Connection, where: LiteralString, params: dict[str, object]) -> list[Hospital]:
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(f"SELECT {_HOSPITAL} FROM command.hospital WHERE {where}", params)
        rows = await cur.fetchall()
        await cur.execute(
            """
            SELECT hospital, ward, total, available, extra_24h, reported_at FROM command.hospital_beds
            WHERE hospital = ANY(%s) ORDER BY hospital, ward
            """,
            ([row["code"] for row in rows],),
        )
        wards: dict[str, dict[str, Beds]] = {}
        for ward in await cur.fetchall():
            beds = Beds(ward["total"], ward["available"], ward["extra_24h"], ward["reported_at"])
            wards.setdefault(ward["hospital"], {})[ward["ward"]] = beds
    return [Hospital(**row, wards=wards.get(row["code"], {})) for row in rows]


async def save_hospital(conn: Connection, hospital: Hospital) -> None:
    await conn.execute(
        """
        UPDATE command.hospital SET emergency = %(emergency)s, reported_at = %(reported_at)s,
            reported_by = %(reported_by)s, version = %(version)s WHERE code = %(code)s
        """,
        {
            "code": hospital.code,
            "emergency": hospital.emergency,
            "reported_at": hospital.reported_at,
            "reported_by": None if hospital.reported_by is None else Jsonb(hospital.reported_by),
            "version": hospital.version,
        },
    )
    for ward, beds in hospital.wards.items():
        await conn.execute(
            """
            INSERT INTO command.hospital_beds (hospital, ward, total, available, extra_24h, reported_at)
            VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (hospital, ward) DO UPDATE SET total = EXCLUDED.total, available = EXCLUDED.available,
                extra_24h = EXCLUDED.extra_24h, reported_at = EXCLUDED.reported_at
            """,
            (hospital.code, ward, beds.total, beds.available, beds.extra_24h, beds.reported_at),
        )
