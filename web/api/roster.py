"""The duty roster: what stands, what a rotation would add, who could stand in, calendar files in and out."""

import asyncio
import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from command.roster import store
from command.roster.calendar_in import Reading, Row, read_calendar
from command.roster.calendar_out import AHEAD, BEFORE, calendar_of
from command.roster.commands import MOST_DAYS, ImportedShift
from command.roster.handle_calendar_in import imported, replaced_by
from command.roster.handle_leave import edits
from command.roster.handlers import day_of, turns
from command.roster.loading import require_post
from command.roster.roster import Leave, Member, Shift, roster_day, slots, stand_ins
from command.roster.rules import RosterRules, roster_rules
from command.roster.steps import Held, ground, judge, read_roster
from command.roster.swap import Swap
from spine.accounts import token_hash
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING, iso
from spine.db import Connection, snapshot
from spine.errors import Refused, forbidden, not_found
from spine.principal import CITY, Principal
from web.auth import InHouse, SignedIn
from web.body import read_body

router = APIRouter(prefix="/api/roster", tags=["roster"])

_MOST_FILE = 1024 * 1024


def area_of(principal: Principal) -> str:
    """Whose roster somebody sees: '' the city's, or his county's. Raises Refused `forbidden`."""
    areas = [grant.area for grant in principal.grants if grant.role in OVERSEERS]
    if not areas:
        raise forbidden("您无权查看值班表。", "You may not see the duty roster.")
    narrowest = min(areas, key=len)
    return "" if len(narrowest) <= len(CITY) else narrowest[:6]


def shift_object(shift: Shift) -> JsonObject:
    return {
        "id": str(shift.id),
        "post": shift.post,
        "seat": shift.seat,
        "starts_at": iso(shift.starts_at),
        "ends_at": iso(shift.ends_at),
        "person_id": shift.person_id,
        "origin": shift.origin,
        "note": shift.note,
        "version": shift.version,
    }


def swap_object(swap: Swap, at: datetime) -> JsonObject:
    """An open swap whose shift has begun is shown as lapsed: nobody can approve it any more."""
    lapsed = swap.state in ("asked", "agreed") and swap.begins_at <= at
    return {
        "id": str(swap.id),
        "shift_id": str(swap.shift_id),
        "in_return_id": None if swap.in_return_id is None else str(swap.in_return_id),
        "from_person": swap.from_person,
        "to_person": swap.to_person,
        "post": swap.post,
        "begins_at": iso(swap.begins_at),
        "reason": swap.reason,
        "state": "lapsed" if lapsed else swap.state,
        "asked": swap.asked,
        "answered": swap.answered,
        "decided": swap.decided,
        "version": swap.version,
    }


def _leave_object(leave: Leave, personal: bool) -> JsonObject:
    return {
        "id": str(leave.id),
        "person_id": leave.person_id,
        "from_at": iso(leave.from_at),
        "to_at": iso(leave.to_at),
        "kind": leave.kind if personal else None,
        "reason": leave.reason if personal else None,
    }


def _person(person: Member) -> JsonObject:
    return {
        "id": person.id,
        "name": person.name,
        "title_zh": person.title_zh,
        "title_en": person.title_en,
        "phone": person.phone,
        "duties": list(person.duties),
        "has_account": person.account_id is not None,
        "serves": person.left_at is None,
    }


def _rules(rules: RosterRules) -> JsonObject:
    return {
        "source": rules.source,
        "basis": rules.basis,
        "change_at": list(rules.change_at),
        "on_call": sorted(rules.on_call),
        "leave_kinds": {key: {"zh": one.zh, "en": one.en} for key, one in rules.leave_kinds.items()},
        "key_periods": [{"id": p.id, "zh": p.zh, "en": p.en, "from": p.from_, "to": p.to} for p in rules.key_periods],
        "conflicts": {str(kind): str(severity) for kind, severity in rules.conflicts.items()},
    }


@router.get("", response_model=None)
async def get_roster(
    house: InHouse,
    principal: SignedIn,
    first: Annotated[str | None, Query(max_length=10)] = None,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 7,
) -> dict[str, Json]:
    """Shifts of these days with what is wrong with them, seats that have no shift at all, leave, swaps, spot checks."""
    area, at, rules = area_of(principal), house.realm.clock.now(), roster_rules()
    begins = roster_day(rules, at) if first is None else day_of(first, "first")
    since = datetime.combine(begins, rules.changes_of("")[0], BEIJING)
    until = since + timedelta(days=days)
    async with snapshot(house.realm.pool) as conn:
        held = await read_roster(conn, principal.account_id)
        shifts = await store.shifts_between(conn, since, until, area)
        found = await judge(conn, held, shifts)
        leaves = await store.leaves_between(conn, since, until)
        swaps = await store.swaps_since(conn, min(at, since) - timedelta(days=7), area)
        checks = await store.spot_checks_between(conn, since, until, area)
        count = await store.read_count(conn, area)
    posts = [d for d in held.posts.values() if d.kind == "duty" and d.area_code.startswith(area)]
    return {
        "first": begins.isoformat(),
        "days": days,
        "area": area,
        "at": iso(at),
        "changes": 0 if count is None else count["changes"],
        "me": None if held.asker is None else held.asker.id,
        "posts": [
            {"id": d.post, "zh": d.post_zh, "en": d.post_en, "area_code": d.area_code, "holder": d.person,
             "holder_since": None if d.since is None else iso(d.since), "how": d.how}
            for d in posts
        ],
        "people": [_person(p) for p in held.people.values() if _of_area(held, p, area)],
        "shifts": [shift_object(s) for s in shifts],
        "conflicts": [one.to_json() for one in found],
        "gaps": _gaps(rules, [d.post for d in posts], begins, days, shifts),
        "leaves": [_leave_object(one, _personal(principal, held, one)) for one in leaves],
        "swaps": [swap_object(one, at) for one in swaps],
        "spot_checks": cast(list[Json], checks),
        "rules": _rules(rules),
    }  # fmt: skip


def _of_area(held: Held, person: Member, area: str) -> bool:
    return not area or any(held.posts[p].area_code.startswith(area) for p in person.duties if p in held.posts)


def _personal(principal: Principal, held: Held, leave: Leave) -> bool:
    return (held.asker is not None and held.asker.id == leave.person_id) or edits(principal, held, leave.person_id)


def _gaps(rules: RosterRules, posts: list[str], first: date, days: int, shifts: list[Shift]) -> list[Json]:
    """Seats that the rules want and no shift stands in: not planned yet is another thing than an empty seat."""
    gaps: list[Json] = []
    for slot in slots(rules, posts, first, days):
        if not any(
            s.post == slot.post and s.seat == slot.seat and s.meets(slot.starts_at, slot.ends_at) for s in shifts
        ):
            gaps.append(
                {
                    "post": slot.post,
                    "seat": slot.seat,
                    "starts_at": iso(slot.starts_at),
                    "ends_at": iso(slot.ends_at),
                }
            )
    return gaps


@router.get("/rotation", response_model=None)
async def get_rotation(
    house: InHouse,
    principal: SignedIn,
    posts: Annotated[list[str], Query(min_length=1, max_length=100)],
    first: Annotated[str, Query(max_length=10)],
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)],
) -> dict[str, Json]:
    """What `roster.rotate` would add, and what it would warn of. Changes nothing."""
    area_of(principal)
    at = house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        held = await read_roster(conn, principal.account_id)
        for post in posts:
            require_post(held, post, "posts")
        made = await turns(conn, held, posts, day_of(first, "first"), days, at)
        found = await judge(conn, held, made)
    return {"shifts": [shift_object(s) for s in made], "conflicts": [one.to_json() for one in found]}


@router.get("/shifts/{shift_id}/stand-ins", response_model=None)
async def get_stand_ins(shift_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Who could stand a shift instead, he who has stood least first. The machine only proposes."""
    area_of(principal)
    async with snapshot(house.realm.pool) as conn:
        held = await read_roster(conn, principal.account_id)
        shift = await store.find_shift(conn, shift_id)
        if shift is None:
            raise not_found("班次", "shift", str(shift_id), field="shift_id")
        judged_by, plan = await ground(conn, held, shift.starts_at, shift.ends_at)
    able = stand_ins(roster_rules(), list(held.people.values()), plan, judged_by.leaves, shift)
    return {"stand_ins": [_person(p) for p in able]}


# --- calendar files in ----------------------------------------------------------------------------------------------------


@router.post("/imports", response_model=None)
async def preview_import(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    post: Annotated[str | None, Query(max_length=60)] = None,
    names: Annotated[str, Query(max_length=20_000)] = "{}",
    replace: bool = False,
) -> dict[str, Json]:
    """What a calendar file (.ics) would put on the roster. Changes nothing: `roster.import` carries out what was seen here.

    `names`: JSON, name as read → person's id. Raises Refused `calendar_file` with the line of a file that cannot be read.
    """
    area_of(principal)
    content, at = await read_body(request, _MOST_FILE), house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        held = await read_roster(conn, principal.account_id)
        if post is not None:
            require_post(held, post, "post")
        reading = Reading(roster_rules(), list(held.people.values()), held.posts, at, _names(names), post)
        understood = await asyncio.to_thread(read_calendar, content, reading)
        good = [row for row in understood.rows if row.problem is None and row.starts_at is not None]
        conflicts = await _import_conflicts(conn, held, good, replace, at)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": [row.to_json() for row in understood.rows],
        "past": understood.past,
        "beyond": understood.beyond,
        "conflicts": conflicts,
    }


def _names(text: str) -> dict[str, str]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused(
            "names_form", zh="names 应为 JSON 对象。", en="names must be a JSON object.", field="names", final=False
        )
    return {str(key): str(value) for key, value in cast(dict[str, Json], given).items()}


async def _import_conflicts(conn: Connection, held: Held, rows: list[Row], replace: bool, at: datetime) -> list[Json]:
    if not rows:
        return []
    given = [
        ImportedShift(
            post=r.post or "", seat=r.seat, starts_at=r.starts_at, ends_at=r.ends_at, person_id=r.person_id or ""
        )
        for r in rows
        if r.starts_at is not None and r.ends_at is not None
    ]
    shifts = imported(UUID(int=0), given, at)
    gone = await replaced_by(conn, shifts, at) if replace else []
    found = await judge(conn, held, shifts, [one.id for one in gone])
    return [one.to_json() for one in found]


# --- calendars out --------------------------------------------------------------------------------------------------------


@router.get("/calendars", response_model=None)
async def get_calendars(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """One's own calendar links. Their secrets are known to nobody any more."""
    if principal.account_id is None:
        return {"calendars": []}
    async with house.realm.pool.connection() as conn:
        return {"calendars": cast(list[Json], await store.calendars_of(conn, principal.account_id))}


@router.get("/{token}.ics")
async def get_calendar(token: str, request: Request, house: InHouse) -> Response:
    """Shifts as a calendar, for whoever has the link. An unknown or revoked link and no link look the same."""
    at = house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        link = await store.calendar_of_token(conn, token_hash(token))
        if link is None:
            raise not_found("日历", "calendar", "—")
        subject, key = link
        held = await read_roster(conn, None)
        if subject == "person":
            shifts = await store.shifts_of_person(conn, key, at - BEFORE)
            shifts = [s for s in shifts if s.starts_at < at + AHEAD]
        else:
            shifts = await store.shifts_of_post(conn, key, at - BEFORE, at + AHEAD)
    title = held.name(key) if subject == "person" else held.post(key)[0]
    content = calendar_of(shifts, held.posts, held.people, f"{title} 值班", house.realm.mark(""))
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="duty.ics"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
