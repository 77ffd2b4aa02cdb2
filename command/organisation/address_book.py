"""The address book (通讯录): who there is, at all four levels, in which positions, on duty where. A question, nothing changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg.rows import class_row

from command.roster.roster import Member
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Connection
from spine.principal import CITY, Principal, Role

MOST = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A person as found. `positions`: every one he holds [(department, zh, en)]; `on_duty`: posts that his account holds now."""

    person: Member
    department_zh: str | None
    department_en: str | None
    area_code: str
    level: str
    positions: Sequence[Sequence[str]]
    on_duty: Sequence[str]
    shift_post: str | None
    shift_ends: datetime | None


_PEOPLE: LiteralString = """
    SELECT p.id, d.zh AS department_zh, d.en AS department_en, coalesce(p.area_code, d.area_code, '5309') AS area_code,
        coalesce((SELECT json_agg(json_build_array(h.department, h.title_zh, h.title_en) ORDER BY h.department, h.title_zh)
            FROM command.holding h WHERE h.person_id = p.id), '[]') AS positions,
        ARRAY(SELECT u.post FROM command.duty u WHERE u.account_id = p.account_id ORDER BY u.post) AS on_duty,
        s.post AS shift_post, s.ends_at AS shift_ends
    FROM command.person p LEFT JOIN command.department d ON d.code = p.department
    LEFT JOIN LATERAL (SELECT post, ends_at FROM command.shift
        WHERE person_id = p.id AND starts_at <= %(at)s AND ends_at > %(at)s ORDER BY starts_at LIMIT 1) s ON true
    WHERE p.left_at IS NULL AND (%(level)s = '' OR %(level)s = CASE WHEN p.place IS NOT NULL THEN 'village'
            WHEN length(coalesce(p.area_code, d.area_code, '5309')) = 4 THEN 'city'
            WHEN length(coalesce(p.area_code, d.area_code, '5309')) = 6 THEN 'county' ELSE 'township' END)
        AND (%(department)s = '' OR p.department = %(department)s
            OR EXISTS (SELECT 1 FROM command.holding h WHERE h.person_id = p.id AND h.department = %(department)s))
        AND coalesce(p.area_code, d.area_code, '5309') LIKE %(area)s || '%%'
        AND (%(q)s = '' OR p.name ILIKE %(like)s OR p.pinyin ILIKE %(like)s OR p.title_zh ILIKE %(like)s
            OR p.title_en ILIKE %(like)s OR d.zh ILIKE %(like)s OR d.en ILIKE %(like)s OR p.place ILIKE %(like)s
            OR EXISTS (SELECT 1 FROM command.holding h WHERE h.person_id = p.id AND (h.title_zh ILIKE %(like)s OR h.title_en ILIKE %(like)s)))
    ORDER BY length(coalesce(p.area_code, d.area_code, '5309')), coalesce(p.area_code, d.area_code, '5309'), d.sort NULLS LAST, p.id
    LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    department_zh: str | None
    department_en: str | None
    area_code: str
    positions: Sequence[Sequence[str]]
    on_duty: Sequence[str]
    shift_post: str | None
    shift_ends: datetime | None


async def search_people(
    conn: Connection, people: Mapping[str, Member], *, q: str, department: str, area: str, level: str = "", at: datetime
) -> tuple[list[Found], bool]:
    """People found by name, pinyin or its initials, title, department or village; True when there are more."""
    like = "%" + q.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    asked = {
        "q": q.strip(),
        "like": like,
        "department": department,
        "area": area,
        "level": level,
        "at": at,
        "most": MOST + 1,
    }
    async with conn.cursor(row_factory=class_row(_Row)) as cur:
        await cur.execute(_PEOPLE, asked)
        rows = await cur.fetchall()
    found = [
        Found(
            person=people[row.id],
            department_zh=row.department_zh,
            department_en=row.department_en,
            area_code=row.area_code,
            level=level_of(people[row.id], row.area_code),
            positions=row.positions,
            on_duty=row.on_duty,
            shift_post=row.shift_post,
            shift_ends=row.shift_ends,
        )
        for row in rows[:MOST]
    ]
    return found, len(rows) > MOST


def level_of(person: Member, area_code: str) -> str:
    if person.place is not None:
        return "village"
    return {4: "city", 6: "county"}.get(len(area_code), "township")


def may_see_numbers(principal: Principal, area_code: str, department: str | None) -> bool:
    """Telephone numbers are personal: for who oversees that area, and for colleagues of the same desk."""
    if department is not None and department in principal.departments():
        return True
    watch = OVERSEERS - {Role.AUDITOR, Role.EVALUATOR, Role.SUPERVISOR}
    return any(g.role in watch and area_code.startswith(g.area) for g in principal.grants)


def may_keep(principal: Principal, area_code: str) -> bool:
    """Whether correcting somebody of this area is worth offering; `person.put` asks again, of his duties too."""
    return any(
        grant.role in (Role.DUTY_OFFICER, Role.ADMINISTRATOR) and area_code.startswith(grant.area)
        for grant in principal.grants
    )


def reach_of(person: Member) -> str:
    """account: gets orders and notices here · phone: can only be called · none: nobody knows how."""
    if person.account_id is not None:
        return "account"
    return "phone" if person.phone or person.mobile else "none"


HISTORY_KINDS = ("person.entered", "person.corrected", "person.retired")


async def history_of(conn: Connection, person_id: str, most: int = 20) -> list[JsonObject]:
    """What the record says of somebody's entry, newest first: {kind, at, by, changed: [field]}. Numbers and reasons never stand in it."""
    rows = await (
        await conn.execute(
            """
            SELECT kind, body FROM spine.fact
            WHERE stream = %s AND kind = ANY(%s) AND body::jsonb->'data'->>'person_id' = %s ORDER BY seq DESC LIMIT %s
            """,
            ("roster", list(HISTORY_KINDS), person_id, most),
        )
    ).fetchall()
    found: list[JsonObject] = []
    for kind, body in rows:
        told = json.loads(body)
        data = told["data"]
        found.append(
            {
                "kind": str(kind),
                "at": told["at"],
                "by": told["by"],
                "changed": data.get("changed", []),
            }
        )
    return found


def may_look(principal: Principal) -> bool:
    """Field units and feeds do not need the address book."""
    return principal.has(*OVERSEERS, Role.DEPARTMENT)


def found_object(one: Found, numbers: bool, keeper: bool) -> JsonObject:
    person = one.person
    positions: list[Json] = [{"department": d, "title_zh": zh, "title_en": en} for d, zh, en in one.positions]
    return {
        "id": person.id,
        "name": person.name,
        "title_zh": person.title_zh,
        "title_en": person.title_en,
        "department": person.department,
        "department_zh": one.department_zh,
        "department_en": one.department_en,
        "area_code": one.area_code if one.area_code != CITY else None,
        "level": one.level,
        "place": person.place,
        "positions": positions,
        "phone": person.phone if numbers else None,
        "mobile": person.mobile if numbers else None,
        "numbers_hidden": not numbers,
        "duties": list(person.duties),
        "has_account": person.account_id is not None,
        "reach": reach_of(person),
        "on_duty": list(one.on_duty),
        "shift": None
        if one.shift_post is None or one.shift_ends is None
        else {"post": one.shift_post, "ends_at": iso(one.shift_ends)},
        "version": person.version if keeper else None,
    }
