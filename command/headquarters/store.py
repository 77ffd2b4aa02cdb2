"""Rows of headquarters. Plain SQL; whoever changes one has locked its incident first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from command.headquarters.headquarters import Acting, Delegation, Group, Headquarters, Person, Seat, Transfer
from command.headquarters.objects import acting_object, transfer_object
from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from spine.command import Connection

_HEAD: LiteralString = """incident_id, title, state, established, dissolved, acting_seat, acting, transfer, history, version,
    updated_at"""


@dataclass(frozen=True, slots=True)
class _Row:
    incident_id: UUID
    title: str
    state: str
    established: JsonObject
    dissolved: JsonObject | None
    acting_seat: UUID | None
    acting: JsonObject | None
    transfer: JsonObject | None
    history: Sequence[JsonObject]
    version: int
    updated_at: datetime


async def find_headquarters(conn: Connection, incident_id: UUID) -> Headquarters | None:
    found = await _read(conn, [incident_id])
    return found[0] if found else None


async def headquarters_of_department(conn: Connection, department: str) -> list[Headquarters]:
    """Every standing headquarters in a group of which this department is."""
    rows = await (
        await conn.execute(
            """
            SELECT DISTINCT g.incident_id FROM command.headquarters_group g
            JOIN command.headquarters h ON h.incident_id = g.incident_id AND h.state = 'standing'
            WHERE g.dissolved IS NULL AND (g.lead = %(code)s OR g.members @> ARRAY[%(code)s]::text[])
            """,
            {"code": department},
        )
    ).fetchall()
    return await _read(conn, [incident for (incident,) in rows])


async def _read(conn: Connection, ids: Sequence[UUID]) -> list[Headquarters]:
    if not ids:
        return []
    async with conn.cursor(row_factory=class_row(_Row)) as cur:
        await cur.execute(f"SELECT {_HEAD} FROM command.headquarters WHERE incident_id = ANY(%s)", (list(ids),))
        rows = await cur.fetchall()
    return [
        Headquarters(
            row.incident_id,
            row.title,
            cast(Any, row.state),
            row.established,
            await _seats(conn, row.incident_id),
            await _groups(conn, row.incident_id),
            await _delegations(conn, row.incident_id),
            row.acting_seat,
            _acting(row.acting),
            _transfer(row.transfer),
            tuple(row.history),
            row.dissolved,
            row.version,
            row.updated_at,
        )
        for row in rows
    ]


async def _seats(conn: Connection, incident_id: UUID) -> tuple[Seat, ...]:
    rows = await (
        await conn.execute(
            """
            SELECT id, role, sort, person, state, asked_by, asked_at, until, answered, call, place
            FROM command.headquarters_seat WHERE incident_id = %s ORDER BY role, sort, id
            """,
            (incident_id,),
        )
    ).fetchall()
    return tuple(Seat(row[0], row[1], row[2], _person(row[3]), *row[4:]) for row in rows)


async def _groups(conn: Connection, incident_id: UUID) -> tuple[Group, ...]:
    rows = await (
        await conn.execute(
            """
            SELECT id, zh, en, lead, members, duty_zh, duty_en, head, plans, edited, dissolved
            FROM command.headquarters_group WHERE incident_id = %s ORDER BY sort, id
            """,
            (incident_id,),
        )
    ).fetchall()
    return tuple(
        Group(r[0], r[1], r[2], r[3], tuple(r[4]), r[5], r[6], _person(r[7]), tuple(r[8]), r[9], r[10]) for r in rows
    )


async def _delegations(conn: Connection, incident_id: UUID) -> tuple[Delegation, ...]:
    rows = await (
        await conn.execute(
            """
            SELECT id, matter, up_to, giver, receiver, seat_id, reason, given_at, until, ended
            FROM command.delegation WHERE incident_id = %s ORDER BY given_at, id
            """,
            (incident_id,),
        )
    ).fetchall()
    return tuple(Delegation(r[0], r[1], r[2], _person(r[3]), _person(r[4]), *r[5:]) for r in rows)


def _person(stored: Mapping[str, Json]) -> Person:
    account = stored.get("account_id")

    def text(key: str) -> str | None:
        value = stored.get(key)
        return None if value is None else str(value)

    return Person(
        text("post"),
        None if account is None else UUID(str(account)),
        text("person_id"),
        text("name"),
        text("title_zh"),
        text("title_en"),
    )


def _acting(stored: Mapping[str, Any] | None) -> Acting | None:
    if stored is None:
        return None
    return Acting(
        stored["why"],
        parse_iso(stored["since"]),
        tuple(stored["asked"]),
        parse_iso(stored["until"]),
        bool(stored["exhausted"]),
    )


def _transfer(stored: Mapping[str, Any] | None) -> Transfer | None:
    if stored is None:
        return None
    return Transfer(
        UUID(stored["id"]),
        _person(stored["giver"]),
        _person(stored["to"]),
        stored["summary"],
        stored["reason"],
        stored["cause"],
        stored["stays"],
        stored["by"],
        parse_iso(stored["at"]),
        parse_iso(stored["until"]),
        stored["outcome"],
        stored["late"],
        stored["ended"],
    )


def _json(value: object) -> Jsonb | None:
    return None if value is None else Jsonb(value)


async def save_headquarters(conn: Connection, hq: Headquarters) -> None:
    await conn.execute(
        """
        INSERT INTO command.headquarters (incident_id, title, state, established, dissolved, acting_seat, acting, transfer,
            history, version, updated_at)
        VALUES (%(incident_id)s, %(title)s, %(state)s, %(established)s, %(dissolved)s, %(acting_seat)s, %(acting)s,
            %(transfer)s, %(history)s, %(version)s, %(updated_at)s)
        ON CONFLICT (incident_id) DO UPDATE SET title = EXCLUDED.title, state = EXCLUDED.state,
            established = EXCLUDED.established, dissolved = EXCLUDED.dissolved, acting_seat = EXCLUDED.acting_seat,
            acting = EXCLUDED.acting, transfer = EXCLUDED.transfer, history = EXCLUDED.history,
            version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
        """,
        {
            "incident_id": hq.incident_id,
            "title": hq.title,
            "state": hq.state,
            "established": Jsonb(hq.established),
            "dissolved": _json(hq.dissolved),
            "acting_seat": hq.acting_seat,
            "acting": _json(acting_object(hq.acting)),
            "transfer": _json(transfer_object(hq.transfer)),
            "history": Jsonb(list(hq.history)),
            "version": hq.version,
            "updated_at": hq.updated_at,
        },
    )
    await _save_seats(conn, hq)
    await _save_groups(conn, hq)
    await _save_delegations(conn, hq)


async def _save_seats(conn: Connection, hq: Headquarters) -> None:
    await conn.execute(
        "DELETE FROM command.headquarters_seat WHERE incident_id = %s AND NOT id = ANY(%s)",
        (hq.incident_id, [seat.id for seat in hq.seats]),
    )
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.headquarters_seat (id, incident_id, role, sort, person, state, asked_by, asked_at, until,
                answered, call, place)
            VALUES (%(id)s, %(incident)s, %(role)s, %(sort)s, %(person)s, %(state)s, %(asked_by)s, %(asked_at)s, %(until)s,
                %(answered)s, %(call)s, %(place)s)
            ON CONFLICT (id) DO UPDATE SET sort = EXCLUDED.sort, person = EXCLUDED.person, state = EXCLUDED.state,
                asked_by = EXCLUDED.asked_by, asked_at = EXCLUDED.asked_at, until = EXCLUDED.until,
                answered = EXCLUDED.answered, call = EXCLUDED.call, place = EXCLUDED.place
            """,
            [
                {
                    "id": seat.id,
                    "incident": hq.incident_id,
                    "role": seat.role,
                    "sort": seat.sort,
                    "person": Jsonb(seat.person.to_json()),
                    "state": seat.state,
                    "asked_by": _json(seat.asked_by),
                    "asked_at": seat.asked_at,
                    "until": seat.until,
                    "answered": _json(seat.answered),
                    "call": _json(seat.call),
                    "place": _json(seat.place),
                }
                for seat in hq.seats
            ],
        )


async def _save_groups(conn: Connection, hq: Headquarters) -> None:
    """A group is never taken away: a dissolved one says so."""
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.headquarters_group (incident_id, id, sort, zh, en, lead, members, duty_zh, duty_en, head,
                plans, edited, dissolved)
            VALUES (%(incident)s, %(id)s, %(sort)s, %(zh)s, %(en)s, %(lead)s, %(members)s, %(duty_zh)s, %(duty_en)s,
                %(head)s, %(plans)s, %(edited)s, %(dissolved)s)
            ON CONFLICT (incident_id, id) DO UPDATE SET sort = EXCLUDED.sort, zh = EXCLUDED.zh, en = EXCLUDED.en,
                lead = EXCLUDED.lead, members = EXCLUDED.members, duty_zh = EXCLUDED.duty_zh,
                duty_en = EXCLUDED.duty_en, head = EXCLUDED.head, plans = EXCLUDED.plans, edited = EXCLUDED.edited,
                dissolved = EXCLUDED.dissolved
            """,
            [
                {
                    "incident": hq.incident_id,
                    "id": group.id,
                    "sort": place,
                    "zh": group.zh,
                    "en": group.en,
                    "lead": group.lead,
                    "members": list(group.members),
                    "duty_zh": group.duty_zh,
                    "duty_en": group.duty_en,
                    "head": Jsonb(group.head.to_json()),
                    "plans": list(group.plans),
                    "edited": group.edited,
                    "dissolved": _json(group.dissolved),
                }
                for place, group in enumerate(hq.groups)
            ],
        )


async def _save_delegations(conn: Connection, hq: Headquarters) -> None:
    async with conn.cursor() as cur:
        await cur.executemany(
            """
            INSERT INTO command.delegation (id, incident_id, matter, up_to, giver, receiver, seat_id, reason, given_at, until,
                ended)
            VALUES (%(id)s, %(incident)s, %(matter)s, %(up_to)s, %(giver)s, %(receiver)s, %(seat)s, %(reason)s, %(given_at)s,
                %(until)s, %(ended)s)
            ON CONFLICT (id) DO UPDATE SET ended = EXCLUDED.ended
            """,
            [
                {
                    "id": one.id,
                    "incident": hq.incident_id,
                    "matter": one.matter,
                    "up_to": one.up_to,
                    "giver": Jsonb(one.giver.to_json()),
                    "receiver": Jsonb(one.to.to_json()),
                    "seat": one.seat_id,
                    "reason": one.reason,
                    "given_at": one.given_at,
                    "until": one.until,
                    "ended": _json(one.ended),
                }
                for one in hq.delegations
            ],
        )
