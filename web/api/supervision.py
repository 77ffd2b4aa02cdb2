"""The supervision board (电子监察): figures by department, the list behind each of them, and one incident's report."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response as HttpResponse

from command.orders.task import Priority
from command.supervision.cases import Cases, cases_of
from command.supervision.paper import lines_csv, report_events, report_head, report_orders
from command.supervision.rules import rules_object
from command.supervision.store import Seen, figures_of, lines_of, seen_by
from command.supervision.supervision import Filter, board_object
from command.transitions import Level
from spine.canonical import JsonObject, encode
from spine.db import Connection, beside, snapshot
from spine.errors import Refused, forbidden
from spine.principal import Principal
from web.auth import InHouse, SignedIn
from web.house import House
from web.supervision_boards import Boards

router = APIRouter(prefix="/api/supervision", tags=["supervision"])

Since = Annotated[datetime | None, Query(description="issued or happened at or after; with an offset")]
Until = Annotated[datetime | None, Query(description="… and before")]


def _seen(principal: Principal) -> Seen:
    """Raises Refused `forbidden` for field units, feeds and whoever has neither an area nor a department."""
    seen = seen_by(principal)
    if seen.is_nothing:
        raise forbidden("您的角色不查看电子监察。", "Your role does not see the supervision board.")
    return seen


def _asked(
    since: datetime | None,
    until: datetime | None,
    incident: UUID | None,
    level: Level | None,
    priority: Priority | None,
) -> Filter:
    """Raises Refused `invalid_field` for a time without an offset and for an end before the beginning."""
    for name, at in (("since", since), ("until", until)):
        if at is not None and at.tzinfo is None:
            raise Refused(
                "invalid_field",
                zh="时间须带时区，如 2026-03-01T08:00:00+08:00。",
                en="A time needs an offset, such as 2026-03-01T08:00:00+08:00.",
                field=name,
                status=422,
            )
    if since is not None and until is not None and until <= since:
        raise Refused(
            "invalid_field", zh="截止时间应晚于开始时间。", en="The end must be later than the beginning.", field="until", status=422
        )  # fmt: skip
    return Filter(since, until, incident, level, priority)


async def _board(conn: Connection, other: Connection | None, seen: Seen, asked: Filter, now: datetime) -> JsonObject:
    lines, instructions, incidents = await figures_of(conn, other, seen, asked, now)
    sees = "all" if seen.oversees else "own"
    return board_object(lines, asked, now, sees=sees, instructions=instructions, incidents=incidents)


async def _board_text(house: House, boards: Boards, seen: Seen, asked: Filter) -> bytes:
    """A board of many departments reads on two connections if nobody else does; the small ones would only wait for the second."""
    async with snapshot(house.realm.pool) as conn:
        if not seen.oversees or asked.incident is not None or boards.second.locked():
            board = await _board(conn, None, seen, asked, house.realm.clock.now())
        else:
            async with boards.second, beside(house.realm.pool, conn) as other:
                board = await _board(conn, other, seen, asked, house.realm.clock.now())
    return encode(board).encode()


@router.get("", response_model=None)
async def get_board(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    since: Since = None,
    until: Until = None,
    incident: UUID | None = None,
    level: Level | None = None,
    priority: Priority | None = None,
) -> HttpResponse:
    """Every department's line (those first that need attention), their total, instructions and incidents. `open`, `unsigned`
    and `supervised` are as of now whatever the period. A department sees its own line alone. May be up to a second
    old (`at`)."""
    seen, asked = _seen(principal), _asked(since, until, incident, level, priority)
    boards: Boards = request.app.state.supervision_boards

    async def reckon() -> bytes:
        return await _board_text(house, boards, seen, asked)

    return HttpResponse(await boards.get((seen, asked), reckon), media_type="application/json")


@router.get("/rules", response_model=None)
async def get_rules(_house: InHouse, principal: SignedIn) -> JsonObject:
    """What each figure is called, how it is reckoned, what is not measured and why, periods, edges, causes in words."""
    _seen(principal)
    return rules_object()


@router.get("/cases", response_model=None)
async def get_cases(
    house: InHouse,
    principal: SignedIn,
    metric: Annotated[str, Query(min_length=1, max_length=40)],
    department: Annotated[str | None, Query(max_length=40)] = None,
    since: Since = None,
    until: Until = None,
    incident: UUID | None = None,
    level: Level | None = None,
    priority: Priority | None = None,
    after: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JsonObject:
    """The cases behind one figure, the newest first, a page at a time: `cases`, and `next` to ask for as `after` (null: no more)."""
    seen, asked = _seen(principal), _asked(since, until, incident, level, priority)
    async with snapshot(house.realm.pool) as conn:
        return await cases_of(conn, seen, asked, house.realm.clock.now(), Cases(metric, department, after, limit))


@router.get("/report", response_model=None)
async def get_report(house: InHouse, principal: SignedIn, incident: UUID) -> JsonObject:
    """One incident's supervision report: its board, every order with how it stands, and everything the log holds, oldest first.
    `record`: the position of the incident's stream that it is true of."""
    seen, asked = _seen(principal), Filter(incident=incident)
    async with snapshot(house.realm.pool) as conn:
        now = house.realm.clock.now()
        head = await report_head(conn, seen, incident)
        return {
            **await _board(conn, None, seen, asked, now),
            **head,
            "orders": await report_orders(conn, seen, asked, now),
            "events": await report_events(conn, seen, asked, now),
        }


@router.get("/board.csv", response_model=None)
async def get_csv(
    house: InHouse,
    principal: SignedIn,
    since: Since = None,
    until: Until = None,
    incident: UUID | None = None,
    level: Level | None = None,
    priority: Priority | None = None,
    language: Annotated[str, Query(pattern="^(zh|en)$")] = "zh",
) -> HttpResponse:
    """The board as a table, one row a department, for the office's own sheet (UTF-8 with a mark, as Excel wants it)."""
    seen, asked = _seen(principal), _asked(since, until, incident, level, priority)
    async with snapshot(house.realm.pool) as conn:
        now = house.realm.clock.now()
        text = await lines_csv(conn, await lines_of(conn, seen, asked, now), asked, now, language, house.realm.row.kind)
    headers = {"Content-Disposition": 'attachment; filename="supervision.csv"'}
    return HttpResponse(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
