"""What a handover sheet lists, each kind by a provider of its own. A kind without a provider is said to be unknown, never none."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from command.handover.handover import Item, Section, sheet_of
from command.instructions.rules import instruction_limits, instruction_transitions
from command.instructions.store import open_instructions
from command.organisation.stock_book import stock_book
from command.requests.rules import request_rules
from command.requests.store import recent_requests
from command.responses.response import LEVEL_WORDS
from command.transitions import task_transitions
from incidents import store as incident_store
from spine.canonical import JsonObject
from spine.clock import BEIJING
from spine.command import Connection

Items = Callable[[Connection, str, datetime], Awaitable[list[Item]]]
"""(connection, area prefix, now) → lines. To be registered in PROVIDERS by the room's subject that knows them."""


@dataclass(frozen=True, slots=True)
class Provider:
    key: str
    zh: str
    en: str
    items: Items | None


def _clock(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%m-%d %H:%M")


async def _incidents(conn: Connection, area: str, at: datetime) -> list[Item]:
    found = [one for one in await incident_store.open_incidents(conn) if one.area_code.startswith(area)]
    lines: list[Item] = []
    for one in sorted(found, key=lambda one: one.opened_at):
        grade = one.decided_grade or one.suggested_grade
        decided = one.decided_grade is not None
        level = None if one.response is None else one.response.get("level")
        grade_zh = "未定级" if grade is None else f"{grade}级（{'核定' if decided else '建议'}）"
        grade_en = "not graded" if grade is None else f"grade {grade} ({'decided' if decided else 'suggested'})"
        lines.append(
            Item(
                id=str(one.id),
                title_zh=f"{one.no} {one.title}",
                title_en=f"{one.no} {one.title}",
                note_zh=f"{one.place} · {grade_zh} · {'响应 ' + str(level) + ' 级' if level else '未启动响应'} · 在办任务 {one.tasks_open}/{one.tasks_total}",
                note_en=f"{one.place} · {grade_en} · {'response level ' + str(level) if level else 'no response'} · orders open {one.tasks_open}/{one.tasks_total}",
                due_at=None,
                mark=f"{one.title}|{grade}|{decided}|{level}",
                version=one.version,
                link=f"/?incident={one.id}",
            )
        )
    return lines


async def _reports(conn: Connection, area: str, at: datetime) -> list[Item]:
    """Reports whose clock runs, the overdue ones first."""
    rows = await (
        await conn.execute(
            """
            SELECT id, title_zh, title_en, to_zh, to_en, due_at, incident_id FROM spine.deadline
            WHERE settled_at IS NULL AND kind LIKE '%%report%%' AND area LIKE %(area)s || '%%' ORDER BY due_at, id
            """,
            {"area": area},
        )
    ).fetchall()
    return [
        Item(
            id=str(key),
            title_zh=title_zh,
            title_en=title_en,
            note_zh=f"报 {to_zh}，{'已超时，应于' if due <= at else '应于'} {_clock(due)}",
            note_en=f"to {to_en}, {'overdue since' if due <= at else 'due'} {_clock(due)}",
            due_at=due,
            mark=due.isoformat(),
            version=None,
            link=None if incident is None else f"/?incident={incident}",
        )
        for key, title_zh, title_en, to_zh, to_en, due, incident in rows
    ]


async def _responses(conn: Connection, area: str, at: datetime) -> list[Item]:
    rows = await (
        await conn.execute(
            """
            SELECT r.id, r.plan_zh, r.plan_en, r.state, coalesce(r.decided ->> 'level', r.suggested ->> 'level'), r.decide_by, r.version,
                i.no, i.title, i.id
            FROM command.response r JOIN incidents.incident i ON i.id = r.incident_id
            WHERE r.state IN ('proposed', 'active') AND i.status = 'open' AND i.area_code LIKE %(area)s || '%%'
            ORDER BY r.proposed_at, r.id
            """,
            {"area": area},
        )
    ).fetchall()
    lines: list[Item] = []
    for key, plan_zh, plan_en, state, level, decide_by, version, no, title, incident in rows:
        level_zh, level_en = LEVEL_WORDS.get(level, (str(level), str(level)))
        waits = state == "proposed"
        lines.append(
            Item(
                id=str(key),
                title_zh=f"{level_zh}响应{'（待决定）' if waits else ''}：{plan_zh}",
                title_en=f"{level_en} response{' (to be decided)' if waits else ''}: {plan_en}",
                note_zh=f"{no} {title}{'，应于 ' + _clock(decide_by) + ' 前决定' if waits else ''}",
                note_en=f"{no} {title}{', decision due ' + _clock(decide_by) if waits else ''}",
                due_at=decide_by if waits else None,
                mark=f"{state}|{level}",
                version=version,
                link=f"/?incident={incident}",
            )
        )
    return lines


async def _warnings(conn: Connection, area: str, at: datetime) -> list[Item]:
    """Warnings in force, and what is not answered yet."""
    states = {
        "new": ("未签收", "not answered"),
        "acknowledged": ("已签收", "answered"),
        "attached": ("已转事件", "attached to an incident"),
    }
    lines: list[Item] = []
    for one in await incident_store.alerts_on_board(conn, area):
        if one.state not in states or (one.expires_at is not None and one.expires_at <= at):
            continue
        zh, en = states[one.state]
        until_zh = "" if one.expires_at is None else f"，有效至 {_clock(one.expires_at)}"
        until_en = "" if one.expires_at is None else f", until {_clock(one.expires_at)}"
        lines.append(
            Item(
                id=str(one.id),
                title_zh=one.headline,
                title_en=one.headline,
                note_zh=f"{one.source} · {zh}{until_zh}",
                note_en=f"{one.source} · {en}{until_en}",
                due_at=None,
                mark=f"{one.state}|{one.colour}|{one.revision}",
                version=one.version,
                link="/",
            )
        )
    return lines


async def _tasks(conn: Connection, area: str, at: datetime, where: LiteralString) -> list[Item]:
    words = task_transitions().states
    rows = await (
        await conn.execute(
            f"""
            SELECT t.id, t.no, t.title, coalesce(t.title_en, t.title), d.zh, d.en, t.state, t.sign_due, t.due, t.need_help,
                t.version, t.incident_id
            FROM command.task t JOIN command.department d ON d.code = t.department
            WHERE coalesce(t.area_code, '5309') LIKE %(area)s || '%%' AND ({where}) ORDER BY t.due, t.id LIMIT 500
            """,
            {"area": area, "at": at},
        )
    ).fetchall()
    lines: list[Item] = []
    for key, no, title_zh, title_en, dep_zh, dep_en, state, sign_due, due, help_asked, version, incident in rows:
        until = sign_due if state == "issued" else due
        late = until <= at
        lines.append(
            Item(
                id=str(key),
                title_zh=f"{no} {title_zh}",
                title_en=f"{no} {title_en}",
                note_zh=f"{dep_zh} · {words[state].zh} · {'已超时' if late else '应于'} {_clock(until)}",
                note_en=f"{dep_en} · {words[state].en} · {'overdue since' if late else 'due'} {_clock(until)}",
                due_at=until,
                mark=f"{state}|{until.isoformat()}|{late}|{'' if help_asked is None else help_asked.get('at')}",
                version=version,
                link=f"/?incident={incident}",
            )
        )
    return lines


_OPEN: LiteralString = "t.state NOT IN ('closed', 'cancelled')"


async def _orders(conn: Connection, area: str, at: datetime) -> list[Item]:
    """Orders that want the watch: not signed, returned, handed in for review, or overdue."""
    return await _tasks(
        conn, area, at, f"{_OPEN} AND (t.state IN ('issued', 'returned', 'submitted') OR t.due <= %(at)s)"
    )


async def _instructions(conn: Connection, area: str, at: datetime) -> list[Item]:
    """Leaders' instructions that are not closed; those of no incident are the city's."""
    states, urgencies = instruction_transitions().states, instruction_limits().urgencies
    lines: list[Item] = []
    for one in await open_instructions(conn, ""):
        if not (one.area_code or "5309").startswith(area):
            continue
        state, urgency = states[one.state], urgencies[one.urgency]
        late = one.is_owed and one.feedback_due <= at
        owed_zh = f" · {'反馈已超时，应于' if late else '应反馈于'} {_clock(one.feedback_due)}" if one.is_owed else ""
        owed_en = f" · word back {'overdue since' if late else 'due'} {_clock(one.feedback_due)}" if one.is_owed else ""
        orders = f"{one.orders_open}/{one.orders_total}"
        lines.append(
            Item(
                id=str(one.id),
                title_zh=f"{one.no} {one.leader_name}：{one.text}",
                title_en=f"{one.no} {one.leader_name}: {one.text}",
                note_zh=f"{urgency.zh} · {state.zh} · 在办任务 {orders}{owed_zh}",
                note_en=f"{urgency.en} · {state.en} · orders open {orders}{owed_en}",
                due_at=one.feedback_due if one.is_owed else None,
                mark=f"{one.state}|{one.orders_open}|{one.feedback_due.isoformat()}|{late}",
                version=one.version,
                link="/" if one.incident_id is None else f"/?incident={one.incident_id}",
            )
        )
    return lines


async def _requests(conn: Connection, area: str, at: datetime) -> list[Item]:
    """Orders whose people have asked for help, and requests for resources that are not covered."""
    lines = await _tasks(conn, area, at, f"{_OPEN} AND t.need_help IS NOT NULL")
    words = request_rules().requests
    for one in await recent_requests(conn, area=area):
        if one.state not in ("asked", "answered", "declined"):
            continue
        state = words[one.state]
        item = stock_book().item(one.item)
        until = one.answer_due
        late = until is not None and until <= at
        due_zh = "" if until is None else f" · {'答复已超时，应于' if late else '应答复于'} {_clock(until)}"
        due_en = "" if until is None else f" · answer {'overdue since' if late else 'due'} {_clock(until)}"
        lines.append(
            Item(
                id=str(one.id),
                title_zh=f"{one.no} {item.zh} ×{one.quantity}",
                title_en=f"{one.no} {item.en} ×{one.quantity}",
                note_zh=f"{state.zh}{due_zh}",
                note_en=f"{state.en}{due_en}",
                due_at=until,
                mark=f"{one.state}|{until}|{late}",
                version=one.version,
                link=f"/resources?part=requests&request={one.id}",
            )
        )
    return lines


PROVIDERS: tuple[Provider, ...] = (
    Provider("incidents", "在办突发事件", "Open incidents", _incidents),
    Provider("reports", "应报信息", "Reports due", _reports),
    Provider("instructions", "未办结的领导批示", "Unfinished leaders' instructions", _instructions),
    Provider("responses", "应急响应", "Responses", _responses),
    Provider("warnings", "生效和未签收的预警", "Warnings in force or not answered", _warnings),
    Provider(
        "orders", "未签收、退回、待审、超时的任务", "Orders not signed, returned, to be reviewed, overdue", _orders
    ),
    Provider("requests", "待答复的支援请求", "Requests for help not answered", _requests),
)


async def gather(conn: Connection, area: str, at: datetime) -> JsonObject:
    """The sheet of an area as it is now."""
    sections: list[Section] = []
    for provider in PROVIDERS:
        items: Sequence[Item] | None = None if provider.items is None else await provider.items(conn, area, at)
        sections.append(Section(provider.key, provider.zh, provider.en, items))
    return sheet_of(sections, at)
