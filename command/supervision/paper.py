"""What goes out of supervision on paper or into a sheet: one incident's report, and the board as a table (CSV)."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from command.supervision.cases import case_object
from command.supervision.store import OPEN_ORDERS, Seen, event_clauses, parameters, task_clauses, where
from command.supervision.supervision import DESK, STANDINGS, Filter, Line, attention, line_object, total
from command.units import store as unit_store
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.db import Connection
from spine.errors import not_found
from spine.principal import CITY
from spine.record import head_seq

_MOST: LiteralString = "5000"


async def report_head(conn: Connection, seen: Seen, incident: UUID) -> JsonObject:
    """The incident as the report names it. Raises Refused `not_found` for one that the reader does not see."""
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            """
            SELECT i.id, i.no, i.title, i.class_key, i.status, i.place, i.area_code, i.occurred_at, i.opened_at, i.closed,
                i.response
            FROM incidents.incident i WHERE i.id = %(incident)s AND (coalesce(i.area_code, %(city)s) LIKE ANY(%(areas)s) OR EXISTS (
                SELECT 1 FROM incidents.involvement v WHERE v.incident_id = i.id AND v.department = ANY(%(departments)s)))
            """,
            {
                "incident": incident,
                "city": CITY,
                "areas": [f"{area}%" for area in seen.areas],
                "departments": list(seen.departments),
            },
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("事件", "incident", str(incident), field="incident")
    return {"incident": case_object(row), "record": await head_seq(conn, f"incident:{incident}")}


async def report_orders(conn: Connection, seen: Seen, asked: Filter, now: datetime) -> list[Json]:
    """Every order of the incident with who owes it now and how it stands (null: closed or cancelled)."""
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"""
            SELECT t.id AS task_id, t.no, t.title AS title_zh, coalesce(t.title_en, t.title) AS title_en, t.department, o.owner,
                CASE WHEN t.closed_at IS NULL THEN o.standing END AS standing, t.state, t.priority, t.parent_id, t.issued_at,
                t.sign_due, t.signed_at, t.due, t.submitted_at, t.closed_at, t.arrived_at, t.yellow_cards, t.red_cards, t.returned,
                t.pause, t.extension, t.urged, t.supervised
            FROM command.task t JOIN ({OPEN_ORDERS} WHERE t.incident_id = %(incident)s) o ON o.id = t.id
            {where(task_clauses(seen, asked))}
            ORDER BY t.no, t.id LIMIT {_MOST}
            """,
            parameters(seen, asked, now),
        )
        return [case_object(row) for row in await cur.fetchall()]


async def report_events(conn: Connection, seen: Seen, asked: Filter, now: datetime) -> list[Json]:
    """Everything the log holds of the incident, the oldest first."""
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"""
            SELECT e.at, e.kind, e.department, e.clock, e.level, e.cause, e.minutes, e.ended_at, e.reason, e.by, t.id AS task_id,
                t.no, t.title AS title_zh, coalesce(t.title_en, t.title) AS title_en
            FROM command.task_event e JOIN command.task t ON t.id = e.task_id {where(event_clauses(seen, asked))}
            ORDER BY e.at, e.id LIMIT {_MOST}
            """,
            parameters(seen, asked, now),
        )
        return [case_object(row) for row in await cur.fetchall()]


# --- the board as a table ------------------------------------------------------------------------------------------------

_STANDINGS = {
    "normal": ("正常", "normal"), "attention": ("关注", "attention"), "warning": ("预警", "due soon"),
    "overdue": ("超时", "overdue"), "severe": ("严重超时", "severely overdue"), "waiting": ("待启动", "waiting"),
    "paused": ("暂停", "paused"), "stopped": ("事件已结束", "incident closed"),
}  # fmt: skip
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("open.n", "在办", "Open"),
    *((f"open.{one}", f"在办·{_STANDINGS.get(one, (one, one))[0]}", f"Open: {_STANDINGS.get(one, (one, one))[1]}") for one in STANDINGS),
    ("unsigned", "待签收", "Not signed"), ("supervised", "督办中", "Supervised"), ("received", "接到", "Received"),
    ("closed", "办结", "Closed"), ("cancelled", "撤销", "Cancelled"),
    ("sign.n", "及时签收", "Signed in time"), ("sign.of", "签收应计", "Signing, of"), ("sign.share", "签收及时率", "Signed in time, share"),
    ("done.n", "按时办结", "Done in time"), ("done.of", "办结应计", "Done, of"), ("done.share", "按时办结率", "Done in time, share"),
    ("sign_time.median_s", "签收用时中位(秒)", "Time to sign, median (s)"), ("sign_time.p90_s", "签收用时90%(秒)", "Time to sign, 90 % (s)"),
    ("done_time.median_s", "办理用时中位(秒)", "Time to hand in, median (s)"), ("done_time.p90_s", "办理用时90%(秒)", "Time to hand in, 90 % (s)"),
    ("close_time.median_s", "办结用时中位(秒)", "Time to close, median (s)"), ("close_time.p90_s", "办结用时90%(秒)", "Time to close, 90 % (s)"),
    ("arrive_time.median_s", "到位用时中位(秒)", "Time to arrive, median (s)"), ("arrive_time.p90_s", "到位用时90%(秒)", "Time to arrive, 90 % (s)"),
    ("cards.yellow", "黄牌", "Yellow cards"), ("cards.red", "红牌", "Red cards"), ("cards.severe", "严重超时牌", "Severe"),
    ("overdue.step", "环节超时", "Steps overdue"), ("overdue.total", "总时限超时", "Totals overdue"),
    ("returns.n", "退回", "Returns"), ("returns.share", "退回率", "Returned, share"), ("send_backs", "退回补办", "Sent back"),
    ("pauses.n", "暂停次数", "Pauses"), ("pauses.seconds", "暂停时长(秒)", "Paused (s)"), ("pauses.refused", "暂停未批", "Pauses refused"),
    ("extensions.n", "延期次数", "Extensions"), ("extensions.minutes", "延期(分)", "Extended (min)"),
    ("extensions.refused", "延期未批", "Extensions refused"), ("urgings", "催办", "Urgings"),
    ("opinions.n", "会签按时", "Opinions in time"), ("opinions.of", "会签应计", "Opinions, of"), ("opinions.share", "会签按时率", "Opinions in time, share"),
    ("opinions.escalated", "会签超时上报", "Opinions escalated"),
)  # fmt: skip


def _cell(line: JsonObject, path: str) -> str:
    """A figure; `–` where there is nothing to measure."""
    value: Any = line
    for step in path.split("."):
        value = value[step]
    return "–" if value is None else str(value)


def _safe(name: str) -> str:
    """A spreadsheet would take a name that begins like this for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name


async def lines_csv(
    conn: Connection, lines: Mapping[str, Line], asked: Filter, now: datetime, language: str, kind: str
) -> str:
    """One row a department, the total first. The first line says of when it is, and in a drill that it is one."""
    words = {row.code: row for row in await unit_store.departments(conn)}
    zh = language == "zh"

    def name(code: str) -> str:
        row = words.get(code)
        if code == DESK:
            return "值班席" if zh else "Duty desk"
        return code if row is None else (row.zh if zh else row.en)

    out = io.StringIO()
    sheet = csv.writer(out)
    drill = "" if kind == "live" else ("【演练】" if zh else "[EXERCISE] ")
    when = now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    period = " – ".join(
        "" if at is None else at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") for at in (asked.since, asked.until)
    )
    title = "电子监察" if zh else "Supervision"
    sheet.writerow([f"{drill}{title}", when, period.strip(" –") or ("全部" if zh else "everything")])
    sheet.writerow(["部门" if zh else "Department", "代码" if zh else "Code", *(c[1 if zh else 2] for c in _COLUMNS)])
    everything: list[tuple[str, str, Line]] = [("合计" if zh else "Total", "", total(lines.values()))]
    everything += [
        (name(code), code, line) for code, line in sorted(lines.items(), key=lambda i: (*attention(i[1]), i[0]))
    ]
    for called, code, line in everything:
        shown = line_object(line)
        sheet.writerow([_safe(called), code, *(_cell(shown, path) for path, _, _ in _COLUMNS)])
    return out.getvalue()
