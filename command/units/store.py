"""Rows of field units, departments and duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.roster.duty import Duty
from command.units.unit import Unit
from spine.command import Connection
from spine.errors import not_found

_UNIT: LiteralString = """id, code, call_sign, name, name_en, department, kind, capabilities, crew, status, status_at,
    ST_X(point) AS lon, ST_Y(point) AS lat, origin, accuracy_m, seen_at, task_id, need_help, phone, area_code, version,
    on_duty_since, rest_until"""
_DUTY: LiteralString = "post, post_zh, post_en, kind, area_code, holders, account_id, person, since, how, reason, until"


# --- units ---------------------------------------------------------------------------------------------------------------


async def lock_unit(conn: Connection, unit_id: UUID) -> Unit:
    async with conn.cursor(row_factory=class_row(Unit)) as cur:
        await cur.execute(f"SELECT {_UNIT} FROM command.unit WHERE id = %s FOR NO KEY UPDATE", (unit_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("现场力量", "field unit", str(unit_id), field="data.unit_id")
    return row


async def task_of_unit(conn: Connection, unit_id: UUID) -> UUID | None:
    """The order that the unit works on, read before anything is locked. Raises Refused `not_found` for no such unit."""
    row = await (await conn.execute("SELECT task_id FROM command.unit WHERE id = %s", (unit_id,))).fetchone()
    if row is None:
        raise not_found("现场力量", "field unit", str(unit_id), field="data.unit_id")
    return row[0]


async def units_of_area(conn: Connection, area: str) -> list[Unit]:
    async with conn.cursor(row_factory=class_row(Unit)) as cur:
        await cur.execute(
            f"SELECT {_UNIT} FROM command.unit WHERE coalesce(area_code, '') LIKE %s || '%%'",
            (area,),
        )
        return await cur.fetchall()


async def units_of_department(conn: Connection, department: str) -> list[Unit]:
    async with conn.cursor(row_factory=class_row(Unit)) as cur:
        await cur.execute(f"SELECT {_UNIT} FROM command.unit WHERE department = %s", (department,))
        return await cur.fetchall()


async def units_by_ids(conn: Connection, ids: Sequence[UUID]) -> list[Unit]:
    async with conn.cursor(row_factory=class_row(Unit)) as cur:
        await cur.execute(f"SELECT {_UNIT} FROM command.unit WHERE id = ANY(%s)", (list(ids),))
        return await cur.fetchall()


async def units_under_way(conn: Connection) -> list[Unit]:
    """Those with an order that have not arrived, by id."""
    async with conn.cursor(row_factory=class_row(Unit)) as cur:
        await cur.execute(
            f"SELECT {_UNIT} FROM command.unit WHERE task_id IS NOT NULL AND status IN ('dispatched', 'en_route') ORDER BY id"
        )
        return await cur.fetchall()


async def save_unit(conn: Connection, unit: Unit) -> None:
    """What commands change of a unit: its status, order, place and calls for help."""
    await conn.execute(
        """
        UPDATE command.unit SET status = %(status)s, status_at = %(status_at)s,
            point = ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), origin = %(origin)s, accuracy_m = %(accuracy_m)s,
            seen_at = %(seen_at)s, task_id = %(task_id)s, need_help = %(need_help)s, on_duty_since = %(on_duty_since)s,
            rest_until = %(rest_until)s, version = %(version)s
        WHERE id = %(id)s
        """,
        {
            "id": unit.id,
            "status": unit.status,
            "status_at": unit.status_at,
            "lon": unit.lon,
            "lat": unit.lat,
            "origin": unit.origin,
            "accuracy_m": unit.accuracy_m,
            "seen_at": unit.seen_at,
            "task_id": unit.task_id,
            "need_help": None if unit.need_help is None else Jsonb(unit.need_help),
            "on_duty_since": unit.on_duty_since,
            "rest_until": unit.rest_until,
            "version": unit.version,
        },
    )


async def put_unit(conn: Connection, unit: Unit) -> bool:
    """Add a unit to the list, or bring its names and means up to date; what it is doing stays. True when it is new."""
    row = await (
        await conn.execute(
            """
            INSERT INTO command.unit (id, code, call_sign, name, name_en, department, kind, capabilities, crew, status,
                home, point, origin, phone, area_code, version)
            VALUES (%(id)s, %(code)s, %(call_sign)s, %(name)s, %(name_en)s, %(department)s, %(kind)s, %(capabilities)s,
                %(crew)s, %(status)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326),
                ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(origin)s, %(phone)s,
                %(area_code)s, 1)
            ON CONFLICT (id) DO UPDATE SET code = EXCLUDED.code, call_sign = EXCLUDED.call_sign, name = EXCLUDED.name,
                name_en = EXCLUDED.name_en, department = EXCLUDED.department, kind = EXCLUDED.kind,
                capabilities = EXCLUDED.capabilities, crew = EXCLUDED.crew, phone = EXCLUDED.phone,
                area_code = EXCLUDED.area_code, home = EXCLUDED.home
            RETURNING (xmax = 0)
            """,
            {
                "id": unit.id,
                "code": unit.code,
                "call_sign": unit.call_sign,
                "name": unit.name,
                "name_en": unit.name_en,
                "department": unit.department,
                "kind": unit.kind,
                "capabilities": list(unit.capabilities),
                "crew": unit.crew,
                "status": unit.status,
                "lon": unit.lon,
                "lat": unit.lat,
                "origin": unit.origin,
                "phone": unit.phone,
                "area_code": unit.area_code,
            },
        )
    ).fetchone()
    return row is not None and bool(row[0])


# --- departments ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    code: str
    zh: str
    en: str
    role_zh: str
    role_en: str
    basis: str
    source: str
    area_code: str | None
    parent: str | None
    sort: int


async def departments(conn: Connection) -> list[DepartmentRow]:
    async with conn.cursor(row_factory=class_row(DepartmentRow)) as cur:
        await cur.execute(
            """
            SELECT code, zh, en, role_zh, role_en, basis, source, area_code, parent, sort FROM command.department
            ORDER BY sort, code
            """
        )
        return await cur.fetchall()


async def need_department(conn: Connection, code: str, field: str = "data.department") -> DepartmentRow:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(DepartmentRow)) as cur:
        await cur.execute(
            """
            SELECT code, zh, en, role_zh, role_en, basis, source, area_code, parent, sort FROM command.department
            WHERE code = %s
            """,
            (code,),
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("部门", "department", code, field=field)
    return row


async def put_department(conn: Connection, row: DepartmentRow) -> None:
    await conn.execute(
        """
        INSERT INTO command.department (code, zh, en, role_zh, role_en, basis, source, area_code, parent, sort)
        VALUES (%(code)s, %(zh)s, %(en)s, %(role_zh)s, %(role_en)s, %(basis)s, %(source)s, %(area_code)s, %(parent)s,
            %(sort)s)
        ON CONFLICT (code) DO UPDATE SET zh = EXCLUDED.zh, en = EXCLUDED.en, role_zh = EXCLUDED.role_zh,
            role_en = EXCLUDED.role_en, basis = EXCLUDED.basis, source = EXCLUDED.source,
            area_code = EXCLUDED.area_code, parent = EXCLUDED.parent, sort = EXCLUDED.sort
        """,
        {
            "code": row.code,
            "zh": row.zh,
            "en": row.en,
            "role_zh": row.role_zh,
            "role_en": row.role_en,
            "basis": row.basis,
            "source": row.source,
            "area_code": row.area_code,
            "parent": row.parent,
            "sort": row.sort,
        },
    )


# --- duty ----------------------------------------------------------------------------------------------------------------


async def lock_duty(conn: Connection, post: str) -> Duty:
    async with conn.cursor(row_factory=class_row(Duty)) as cur:
        await cur.execute(f"SELECT {_DUTY} FROM command.duty WHERE post = %s FOR NO KEY UPDATE", (post,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("岗位", "post", post, field="data.post")
    return row


async def find_duty(conn: Connection, post: str) -> Duty | None:
    async with conn.cursor(row_factory=class_row(Duty)) as cur:
        await cur.execute(f"SELECT {_DUTY} FROM command.duty WHERE post = %s", (post,))
        return await cur.fetchone()


async def duty_of_area(conn: Connection, area: str) -> list[Duty]:
    async with conn.cursor(row_factory=class_row(Duty)) as cur:
        await cur.execute(
            f"SELECT {_DUTY} FROM command.duty WHERE area_code LIKE %s || '%%' ORDER BY post",
            (area,),
        )
        return await cur.fetchall()


async def save_duty(conn: Connection, duty: Duty) -> None:
    await conn.execute(
        """
        UPDATE command.duty SET account_id = %(account_id)s, person = %(person)s, since = %(since)s, how = %(how)s,
            reason = %(reason)s, until = %(until)s
        WHERE post = %(post)s
        """,
        {
            "post": duty.post,
            "account_id": duty.account_id,
            "person": duty.person,
            "since": duty.since,
            "how": duty.how,
            "reason": duty.reason,
            "until": duty.until,
        },
    )


async def put_post(conn: Connection, duty: Duty) -> None:
    """Add a post, or bring its names up to date; who holds it stays."""
    await conn.execute(
        """
        INSERT INTO command.duty (post, post_zh, post_en, kind, area_code, holders)
        VALUES (%(post)s, %(post_zh)s, %(post_en)s, %(kind)s, %(area_code)s, %(holders)s)
        ON CONFLICT (post) DO UPDATE SET post_zh = EXCLUDED.post_zh, post_en = EXCLUDED.post_en, kind = EXCLUDED.kind,
            area_code = EXCLUDED.area_code, holders = EXCLUDED.holders
        """,
        {
            "post": duty.post,
            "post_zh": duty.post_zh,
            "post_en": duty.post_en,
            "kind": duty.kind,
            "area_code": duty.area_code,
            "holders": list(duty.holders),
        },
    )
