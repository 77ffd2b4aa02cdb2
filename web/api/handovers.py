"""Handing a post over: the sheet as it is now, a handover with what changed since it was signed, and both on paper. The duty log."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from command.handover import store
from command.handover.duty_log import duty_log
from command.handover.handlers import handover_object, next_on_roster
from command.handover.handover import Handover, changes_between, digest_of
from command.handover.items import gather
from command.roster import store as roster_store
from command.roster.duty import Duty, may_hold
from command.roster.rules import roster_rules
from command.units import store as unit_store
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from spine.db import Connection, snapshot
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal
from web.api.roster import area_of
from web.auth import InHouse, SignedIn
from web.house import House
from web.rate import may_do
from web.sheets.duty_paper import Printed, compose_handover, compose_log
from web.sheets.printing import DUTY, Press

router = APIRouter(prefix="/api", tags=["handover"])

_MOST_A_MINUTE = 20


async def _post(conn: Connection, principal: Principal, post: str) -> Duty:
    """Raises Refused `not_found`, `forbidden`."""
    duty = await unit_store.find_duty(conn, post)
    if duty is None:
        raise not_found("岗位", "post", post, field="post")
    if not any(g.role in OVERSEERS and g.covers(duty.area_code) for g in principal.grants):
        raise forbidden("您无权查看这个岗位的交接班。", "You may not see this post's handovers.", field="post")
    return duty


def _checks() -> list[Json]:
    return [{"id": c.id, "group": c.group, "zh": c.zh, "en": c.en} for c in roster_rules().handover.checks]


@router.get("/handovers/sheet", response_model=None)
async def get_sheet(post: Annotated[str, Query(max_length=60)], house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What would be handed over now, its digest (which a signature names), the check list, and who comes next."""
    at = house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        duty = await _post(conn, principal, post)
        sheet = await gather(conn, duty.area_code, at)
        coming = await next_on_roster(conn, duty, at)
        person = None if coming is None else await roster_store.need_person(conn, str(coming.person_id))
        waiting = [one for one in await store.open_of_area(conn, duty.area_code) if one.post == post]
    return {
        **_post_object(duty, principal),
        "sheet": sheet,
        "digest": digest_of(sheet),
        "checks": _checks(),
        "to_person": None if person is None else person.name,
        "open": None if not waiting else str(waiting[0].id),
    }


def _post_object(duty: Duty, principal: Principal) -> dict[str, Json]:
    return {
        "post": duty.post,
        "post_zh": duty.post_zh,
        "post_en": duty.post_en,
        "holder": duty.person,
        "holder_since": None if duty.since is None else duty.since.isoformat(),
        "is_holder": duty.account_id is not None and duty.account_id == principal.account_id,
        "may_hold": may_hold(duty, principal),
        "until": None if duty.until is None else duty.until.isoformat(),
    }


def _whole(one: Handover, duty: Duty) -> JsonObject:
    return {
        **handover_object(one, duty),
        "sheet": one.sheet,
        "digest": one.digest,
        "checks": one.checks,
        "words": one.words,
        "signed_out": one.signed_out,
        "signed_in": one.signed_in,
        "ended": one.ended,
    }


@router.get("/handovers", response_model=None)
async def get_handovers(house: InHouse, principal: SignedIn, since: datetime, until: datetime) -> dict[str, Json]:
    """Handovers signed out in this time, without their sheets, the newest first."""
    area = area_of(principal)
    if since.tzinfo is None or until.tzinfo is None:
        raise Refused("timezone", zh="时间须带时区。", en="The time needs a zone.", field="since", final=False)
    async with snapshot(house.realm.pool) as conn:
        posts = {duty.post: duty for duty in await unit_store.duty_of_area(conn, area)}
        found = await store.handovers_between(conn, since, until, area)
    return {"handovers": [handover_object(one, posts[one.post]) for one in found]}


@router.get("/handovers/{handover_id}", response_model=None)
async def get_handover(handover_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """A handover; while it is open also the sheet as it is now (`now`, `now_digest`) and what changed since (`changes`)."""
    at = house.realm.clock.now()
    async with snapshot(house.realm.pool) as conn:
        one = await store.need_handover(conn, handover_id)
        duty = await _post(conn, principal, one.post)
        now = await gather(conn, duty.area_code, at) if one.state == "offered" else None
    said: dict[str, Json] = {"handover": _whole(one, duty), "checks": _checks(), **_post_object(duty, principal)}
    if now is not None:
        changes = cast(list[Json], changes_between(one.sheet, now))
        said |= {"now": now, "now_digest": digest_of(now), "changes": changes}
    return said


@router.get("/handovers/{handover_id}/sheet.pdf")
async def get_paper(
    handover_id: UUID,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    locale: Literal["zh", "en"] = Query("zh"),
) -> Response:
    """The handover on A4 with its signatures."""
    async with snapshot(house.realm.pool) as conn:
        one = await store.need_handover(conn, handover_id)
        duty = await _post(conn, principal, one.post)
    printed = await _printed(house, principal, locale)
    data = compose_handover(one, duty, roster_rules().handover.checks, printed)
    return await _pdf(request, data, printed, f"handover-{str(one.id)[:8]}")


# --- the duty log ---------------------------------------------------------------------------------------------------------


@router.get("/duty-log", response_model=None)
async def get_duty_log(house: InHouse, principal: SignedIn, since: str, until: str) -> dict[str, Json]:
    """Calls, warnings, incidents, reports, orders, instructions and duty of a time, from the record. Times ISO 8601 with a zone."""
    area = area_of(principal)
    begins, ends = _time(since, "since"), _time(until, "until")
    async with snapshot(house.realm.pool) as conn:
        lines = await duty_log(conn, area, begins, ends)
    return {"lines": [line.to_json() for line in lines]}


@router.get("/duty-log.pdf")
async def get_duty_log_paper(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    since: str,
    until: str,
    locale: Literal["zh", "en"] = Query("zh"),
) -> Response:
    area = area_of(principal)
    begins, ends = _time(since, "since"), _time(until, "until")
    printed = await _printed(house, principal, locale)
    async with snapshot(house.realm.pool) as conn:
        lines = await duty_log(conn, area, begins, ends)
        row = await (await conn.execute("SELECT short_zh, short_en FROM gis.place WHERE code = %s", (area,))).fetchone()
    place = str(row[0 if locale == "zh" else 1]) if row is not None else house.realm.row.title_zh if locale == "zh" else house.realm.row.title_en  # fmt: skip
    return await _pdf(request, compose_log(lines, begins, ends, place, printed), printed, "duty-log")


def _time(text: str, field: str) -> datetime:
    try:
        return parse_iso(text)
    except ValueError as error:
        raise Refused("not_a_time", zh=f"“{text[:40]}”不是带时区的时间。", en=f"'{text[:40]}' is no time with a zone.", field=field, final=False) from error  # fmt: skip


async def _printed(house: House, principal: Principal, locale: Literal["zh", "en"]) -> Printed:
    if not await may_do(house.realm, "duty-paper", principal.id, _MOST_A_MINUTE):
        raise Refused(
            "too_often",
            zh="一分钟内打印次数过多，请稍候再试。",
            en="Too many papers within a minute; try again in a moment.",
            status=429,
            final=False,
        )
    return Printed(principal.name, house.realm.clock.now(), house.realm.mark("", locale).strip() or None, locale)


async def _pdf(request: Request, data: dict[str, object], printed: Printed, name: str) -> Response:
    press = cast(Press, request.app.state.press)
    async with press.typeset(data, {}, None, None, int(printed.at.timestamp()), DUTY) as path:
        content = await asyncio.to_thread(path.read_bytes)
    shown = quote(f"{printed.mark or ''}{data['title']}.pdf".replace("/", "-"))
    headers = {
        "Content-Disposition": f"inline; filename=\"{name}.pdf\"; filename*=UTF-8''{shown}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)
