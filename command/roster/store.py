"""Rows of the roster: people, shifts, swaps, leave, spot checks, calendar links, and how often it changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.roster.roster import Leave, Member, Shift
from command.roster.swap import Swap
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none
from spine.command import Connection
from spine.errors import not_found

_SHIFT: LiteralString = "id, post, seat, starts_at, ends_at, person_id, origin, note, version, updated_at"
_MEMBER: LiteralString = """id, name, pinyin, title_zh, title_en, department, area_code, place, phone, mobile, duties, account_id,
    left_at, version"""
_SWAP: LiteralString = """id, shift_id, in_return_id, from_person, to_person, post, begins_at, reason, state, asked, answered, decided,
    version"""
_LEAVE: LiteralString = "id, person_id, from_at, to_at, kind, reason, version"


# --- how often it changed -------------------------------------------------------------------------------------------------


async def lock_roster(conn: Connection) -> None:
    """One change of the roster at a time: what a change is judged by cannot change under it."""
    await conn.execute("SELECT changes FROM command.roster_head WHERE area = '' FOR NO KEY UPDATE")


async def count_change(conn: Connection, area: str, at: datetime) -> int:
    row = await (
        await conn.execute(
            """
            INSERT INTO command.roster_head AS h (area, changes, at) VALUES (%(area)s, 1, %(at)s)
            ON CONFLICT (area) DO UPDATE SET changes = h.changes + 1, at = EXCLUDED.at RETURNING changes
            """,
            {"area": area, "at": at},
        )
    ).fetchone()
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return int(row[0])


async def read_count(conn: Connection, area: str) -> JsonObject | None:
    """The object of the picture; None while nothing has been changed."""
    row = await (
        await conn.execute("SELECT changes, at FROM command.roster_head WHERE area = %s AND changes > 0", (area,))
    ).fetchone()
    return None if row is None else {"id": "roster", "changes": int(row[0]), "at": iso_or_none(row[1])}


# --- people ---------------------------------------------------------------------------------------------------------------


async def people(conn: Connection) -> list[Member]:
    """Everybody, those who serve no more too: their names stand in old shifts."""
    async with conn.cursor(row_factory=class_row(Member)) as cur:
        await cur.execute(f"SELECT {_MEMBER} FROM command.person ORDER BY id")
        return await cur.fetchall()


async def duty_people(conn: Connection) -> list[Member]:
    """Those who stand a duty post, or have stood one."""
    async with conn.cursor(row_factory=class_row(Member)) as cur:
        await cur.execute(
            f"""
            SELECT {_MEMBER} FROM command.person p
            WHERE cardinality(duties) > 0 OR EXISTS (SELECT 1 FROM command.shift s WHERE s.person_id = p.id) ORDER BY id
            """
        )
        return await cur.fetchall()


async def need_person(conn: Connection, person_id: str, field: str = "data.person_id") -> Member:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Member)) as cur:
        await cur.execute(f"SELECT {_MEMBER} FROM command.person WHERE id = %s", (person_id,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("人员", "person", person_id, field=field)
    return row


async def person_of_account(conn: Connection, account_id: UUID | None) -> Member | None:
    async with conn.cursor(row_factory=class_row(Member)) as cur:
        await cur.execute(f"SELECT {_MEMBER} FROM command.person WHERE account_id = %s", (account_id,))
        return await cur.fetchone()


async def save_person(conn: Connection, person: Member) -> None:
    await conn.execute(
        """
        INSERT INTO command.person (id, name, pinyin, title_zh, title_en, department, area_code, place, phone, mobile, duties,
            account_id, left_at, version)
        VALUES (%(id)s, %(name)s, %(pinyin)s, %(title_zh)s, %(title_en)s, %(department)s, %(area_code)s, %(place)s, %(phone)s,
            %(mobile)s, %(duties)s, %(account_id)s, %(left_at)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, pinyin = EXCLUDED.pinyin, title_zh = EXCLUDED.title_zh,
            title_en = EXCLUDED.title_en, department = EXCLUDED.department, area_code = EXCLUDED.area_code,
            place = EXCLUDED.place, phone = EXCLUDED.phone, mobile = EXCLUDED.mobile, duties = EXCLUDED.duties,
            account_id = EXCLUDED.account_id, left_at = EXCLUDED.left_at, version = EXCLUDED.version
        """,
        {
            "id": person.id,
            "name": person.name,
            "pinyin": person.pinyin,
            "title_zh": person.title_zh,
            "title_en": person.title_en,
            "department": person.department,
            "area_code": person.area_code,
            "place": person.place,
            "phone": person.phone,
            "mobile": person.mobile,
            "duties": list(person.duties),
            "account_id": person.account_id,
            "left_at": person.left_at,
            "version": person.version,
        },
    )


async def positions_of(conn: Connection, person_id: str) -> list[tuple[str, str, str]]:
    rows = await (
        await conn.execute(
            "SELECT department, title_zh, title_en FROM command.holding WHERE person_id = %s ORDER BY 1, 2",
            (person_id,),
        )
    ).fetchall()
    return [(str(department), str(zh), str(en)) for department, zh, en in rows]


async def put_positions(conn: Connection, person_id: str, positions: Iterable[tuple[str, str, str]]) -> None:
    """The positions (department, title_zh, title_en) that somebody holds besides his first one, in place of those before."""
    await conn.execute("DELETE FROM command.holding WHERE person_id = %s", (person_id,))
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.holding (person_id, department, title_zh, title_en) VALUES (%s, %s, %s, %s)
            ON CONFLICT DO NOTHING
            """,
            [(person_id, *position) for position in positions],
        )


# --- shifts ---------------------------------------------------------------------------------------------------------------


async def shifts_between(conn: Connection, since: datetime, until: datetime, area: str = "") -> list[Shift]:
    """Shifts that touch this time, of the posts of an area."""
    async with conn.cursor(row_factory=class_row(Shift)) as cur:
        await cur.execute(
            f"""
            SELECT {", ".join("s." + name.strip() for name in _SHIFT.split(","))}
            FROM command.shift s JOIN command.duty d ON d.post = s.post
            WHERE s.starts_at < %(until)s AND s.ends_at > %(since)s AND d.area_code LIKE %(area)s || '%%'
            ORDER BY s.starts_at, s.post, s.seat
            """,
            {"since": since, "until": until, "area": area},
        )
        return await cur.fetchall()


async def shifts_of_person(conn: Connection, person_id: str, since: datetime) -> list[Shift]:
    async with conn.cursor(row_factory=class_row(Shift)) as cur:
        await cur.execute(
            f"SELECT {_SHIFT} FROM command.shift WHERE person_id = %s AND ends_at > %s ORDER BY starts_at",
            (person_id, since),
        )
        return await cur.fetchall()


async def shifts_of_post(conn: Connection, post: str, since: datetime, until: datetime) -> list[Shift]:
    async with conn.cursor(row_factory=class_row(Shift)) as cur:
        await cur.execute(
            f"""
            SELECT {_SHIFT} FROM command.shift WHERE post = %s AND ends_at > %s AND starts_at < %s ORDER BY starts_at, seat
            """,
            (post, since, until),
        )
        return await cur.fetchall()


async def need_shift(conn: Connection, key: UUID, field: str = "data.shift_id") -> Shift:
    """Under the roster's lock. Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Shift)) as cur:
        await cur.execute(f"SELECT {_SHIFT} FROM command.shift WHERE id = %s FOR NO KEY UPDATE", (key,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("班次", "shift", str(key), field=field)
    return row


async def find_shift(conn: Connection, key: UUID) -> Shift | None:
    async with conn.cursor(row_factory=class_row(Shift)) as cur:
        await cur.execute(f"SELECT {_SHIFT} FROM command.shift WHERE id = %s", (key,))
        return await cur.fetchone()


async def save_shifts(conn: Connection, shifts: Iterable[Shift]) -> None:
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.shift (id, post, seat, starts_at, ends_at, person_id, origin, note, version, updated_at)
            VALUES (%(id)s, %(post)s, %(seat)s, %(starts_at)s, %(ends_at)s, %(person_id)s, %(origin)s, %(note)s, %(version)s,
                %(updated_at)s)
            ON CONFLICT (id) DO UPDATE SET seat = EXCLUDED.seat, starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at,
                person_id = EXCLUDED.person_id, origin = EXCLUDED.origin, note = EXCLUDED.note, version = EXCLUDED.version,
                updated_at = EXCLUDED.updated_at
            """,
            [
                {
                    "id": s.id,
                    "post": s.post,
                    "seat": s.seat,
                    "starts_at": s.starts_at,
                    "ends_at": s.ends_at,
                    "person_id": s.person_id,
                    "origin": s.origin,
                    "note": s.note,
                    "version": s.version,
                    "updated_at": s.updated_at,
                }
                for s in shifts
            ],
        )


async def seed_shifts(conn: Connection, shifts: Iterable[Shift]) -> None:
    """Shifts that are not there yet; one that somebody changed stays changed."""
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.shift (id, post, seat, starts_at, ends_at, person_id, origin, version, updated_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s) ON CONFLICT DO NOTHING
            """,
            [(s.id, s.post, s.seat, s.starts_at, s.ends_at, s.person_id, s.origin, s.updated_at) for s in shifts],
        )


async def remove_shifts(conn: Connection, ids: Sequence[UUID]) -> None:
    await conn.execute("DELETE FROM command.shift WHERE id = ANY(%s)", (list(ids),))


# --- swaps ----------------------------------------------------------------------------------------------------------------


async def need_swap(conn: Connection, key: UUID) -> Swap:
    """Under the roster's lock. Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Swap)) as cur:
        await cur.execute(f"SELECT {_SWAP} FROM command.shift_swap WHERE id = %s FOR NO KEY UPDATE", (key,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("换班申请", "swap", str(key), field="data.swap_id")
    return row


async def open_swaps_of(conn: Connection, shifts: Sequence[UUID]) -> list[Swap]:
    async with conn.cursor(row_factory=class_row(Swap)) as cur:
        await cur.execute(
            f"""
            SELECT {_SWAP} FROM command.shift_swap
            WHERE state IN ('asked', 'agreed') AND (shift_id = ANY(%(ids)s) OR in_return_id = ANY(%(ids)s)) ORDER BY id
            """,
            {"ids": list(shifts)},
        )
        return await cur.fetchall()


async def swaps_since(conn: Connection, since: datetime, area: str) -> list[Swap]:
    """Swaps whose shifts begin after this, and those still open, of an area's posts."""
    async with conn.cursor(row_factory=class_row(Swap)) as cur:
        await cur.execute(
            f"""
            SELECT {", ".join("w." + name.strip() for name in _SWAP.split(","))}
            FROM command.shift_swap w JOIN command.duty d ON d.post = w.post
            WHERE w.begins_at > %(since)s AND d.area_code LIKE %(area)s || '%%' ORDER BY w.begins_at, w.id
            """,
            {"since": since, "area": area},
        )
        return await cur.fetchall()


async def save_swap(conn: Connection, swap: Swap) -> None:
    await conn.execute(
        """
        INSERT INTO command.shift_swap (id, shift_id, in_return_id, from_person, to_person, post, begins_at, reason, state, asked,
            answered, decided, version)
        VALUES (%(id)s, %(shift)s, %(in_return)s, %(from)s, %(to)s, %(post)s, %(begins)s, %(reason)s, %(state)s, %(asked)s,
            %(answered)s, %(decided)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, answered = EXCLUDED.answered, decided = EXCLUDED.decided,
            version = EXCLUDED.version
        """,
        {
            "id": swap.id,
            "shift": swap.shift_id,
            "in_return": swap.in_return_id,
            "from": swap.from_person,
            "to": swap.to_person,
            "post": swap.post,
            "begins": swap.begins_at,
            "reason": swap.reason,
            "state": swap.state,
            "asked": Jsonb(swap.asked),
            "answered": _jsonb(swap.answered),
            "decided": _jsonb(swap.decided),
            "version": swap.version,
        },
    )


def _jsonb(value: Json) -> Jsonb | None:
    return None if value is None else Jsonb(value)


# --- leave ----------------------------------------------------------------------------------------------------------------


async def leaves_between(conn: Connection, since: datetime, until: datetime) -> list[Leave]:
    """Leave that stands and touches this time."""
    async with conn.cursor(row_factory=class_row(Leave)) as cur:
        await cur.execute(
            f"""
            SELECT {_LEAVE} FROM command.leave WHERE cancelled IS NULL AND from_at < %s AND to_at > %s
            ORDER BY from_at, id
            """,
            (until, since),
        )
        return await cur.fetchall()


async def need_leave(conn: Connection, key: UUID) -> Leave:
    """Leave that stands. Raises Refused `not_found`."""
    async with conn.cursor(row_factory=class_row(Leave)) as cur:
        await cur.execute(f"SELECT {_LEAVE} FROM command.leave WHERE id = %s AND cancelled IS NULL", (key,))
        row = await cur.fetchone()
    if row is None:
        raise not_found("请假", "leave", str(key), field="data.leave_id")
    return row


async def save_leave(conn: Connection, leave: Leave, entered: JsonObject) -> None:
    await conn.execute(
        """
        INSERT INTO command.leave (id, person_id, from_at, to_at, kind, reason, entered, version)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (leave.id, leave.person_id, leave.from_at, leave.to_at, leave.kind, leave.reason, Jsonb(entered), 1),
    )


async def cancel_leave(conn: Connection, leave: Leave, cancelled: JsonObject) -> None:
    await conn.execute(
        "UPDATE command.leave SET cancelled = %s, version = version + 1 WHERE id = %s", (Jsonb(cancelled), leave.id)
    )


# --- spot checks ----------------------------------------------------------------------------------------------------------


async def save_spot_check(
    conn: Connection,
    key: UUID,
    *,
    post: str,
    shift: UUID | None,
    expected: str | None,
    means: str,
    result: str,
    note: str,
    by: JsonObject,
    at: datetime,
) -> None:
    await conn.execute(
        """
        INSERT INTO command.spot_check (id, post, shift_id, expected, means, result, note, by, at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (key, post, shift, expected, means, result, note or None, Jsonb(by), at),
    )


async def spot_checks_between(conn: Connection, since: datetime, until: datetime, area: str) -> list[JsonObject]:
    rows = await (
        await conn.execute(
            """
            SELECT c.id, c.post, c.shift_id, c.expected, c.means, c.result, c.note, c.by, c.at
            FROM command.spot_check c JOIN command.duty d ON d.post = c.post
            WHERE c.at >= %(since)s AND c.at < %(until)s AND d.area_code LIKE %(area)s || '%%' ORDER BY c.at DESC LIMIT 500
            """,
            {"since": since, "until": until, "area": area},
        )
    ).fetchall()
    return [
        {
            "id": str(key),
            "post": post,
            "shift_id": None if shift is None else str(shift),
            "expected": expected,
            "means": means,
            "result": result,
            "note": note,
            "by": by,
            "at": iso_or_none(at),
        }
        for key, post, shift, expected, means, result, note, by, at in rows
    ]


# --- calendar links -------------------------------------------------------------------------------------------------------


async def save_calendar(
    conn: Connection, key: UUID, *, token_hash: bytes, account_id: UUID, subject: str, of: str, at: datetime
) -> None:
    await conn.execute(
        """
        INSERT INTO command.roster_calendar (id, token_hash, account_id, subject, key, created_at) VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (key, token_hash, account_id, subject, of, at),
    )


async def calendars_of(conn: Connection, account_id: UUID) -> list[JsonObject]:
    rows = await (
        await conn.execute(
            """
            SELECT id, subject, key, created_at FROM command.roster_calendar
            WHERE account_id = %s AND revoked_at IS NULL ORDER BY created_at, id
            """,
            (account_id,),
        )
    ).fetchall()
    return [
        {"id": str(key), "subject": subject, "key": of, "created_at": iso_or_none(at)} for key, subject, of, at in rows
    ]


async def owner_of_calendar(conn: Connection, key: UUID) -> UUID:
    """The account that made the link. Raises Refused `not_found`."""
    row = await (
        await conn.execute(
            "SELECT account_id FROM command.roster_calendar WHERE id = %s AND revoked_at IS NULL", (key,)
        )
    ).fetchone()
    if row is None:
        raise not_found("日历链接", "calendar link", str(key), field="data.calendar_id")
    return row[0]


async def revoke_calendar(conn: Connection, key: UUID, at: datetime) -> None:
    await conn.execute("UPDATE command.roster_calendar SET revoked_at = %s WHERE id = %s", (at, key))


async def calendar_of_token(conn: Connection, token_hash: bytes) -> tuple[str, str] | None:
    """(person or post, key) of a link that is good: not revoked, its maker's account not disabled."""
    row = await (
        await conn.execute(
            """
            SELECT c.subject, c.key FROM command.roster_calendar c JOIN spine.account a ON a.id = c.account_id
            WHERE c.token_hash = %s AND c.revoked_at IS NULL AND NOT a.disabled
            """,
            (token_hash,),
        )
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))
