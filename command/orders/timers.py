"""Turns the clocks that an order has (`orders/clock.py`) into deadline rows and their after-images."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from command.orders.clock import SILENT, Clock, ClockKind, clocks_of
from command.orders.task import Task
from command.publish import Publication
from command.responses.response import LEVEL_WORDS, Response
from command.transitions import time_limits
from command.units.store import need_department
from incidents.incident import Incident
from spine.canonical import Json
from spine.clock import parse_iso
from spine.command import Transaction
from spine.deadlines import deadline_id, set_deadline, settle_deadline

_TITLES: dict[str, tuple[str, str]] = {
    "task_sign": ("签收", "Sign"),
    "task_due": ("办结", "Finish"),
    "task_extension": ("决定是否延期", "Decide on the request for more time"),
    "task_pause_ask": ("决定是否暂停计时", "Decide on the request for a pause"),
    "task_pause": ("暂停到期，续办或恢复计时", "The pause ends: renew it or go on"),
    "task_start": ("开始", "Begin"),
    "task_watch": ("时限检查", "Look at the clocks"),
}
_DESK = ("值班席", "Duty desk")


async def run_clocks(
    tx: Transaction,
    before: Task | None,
    after: Task,
    publication: Publication,
    *,
    lead: str | None,
    lead_before: str | None = None,
    is_open: bool = True,
) -> None:
    """Start, set anew and stop what differs between the order before and after the step.

    `before` None: every clock is started. `lead`, `lead_before`: who leads the order that this is a part of. `is_open`: whether
    its incident is; in a closed one clocks only stop.
    """
    had = {} if before is None else clocks_of(before)
    has = clocks_of(after)
    kinds: list[ClockKind] = [*has, *(kind for kind in had if kind not in has)]
    for kind in kinds:
        old, new = had.get(kind), has.get(kind)
        was = None if before is None or old is None else _desk(before, old, lead_before or lead)
        if new is None:
            row = await settle_deadline(tx, subject_id=after.id, kind=kind, void=kind in SILENT or _void(after))
            if row is not None:
                publication.deadline(row)
            continue
        now = _desk(after, new, lead)
        if (old != new or was != now) and is_open:
            if was is not None and was != now:
                publication.put([f"department:{was}"], "deadlines", str(deadline_id(kind, after.id)), None)
            await _start(tx, after, new, now, publication)


def _void(after: Task) -> bool:
    """Whether a clock that stops was neither kept nor missed."""
    return after.state in {"cancelled", "returned", "waiting"} or after.is_paused


def _desk(task: Task, clock: Clock, lead: str | None) -> str | None:
    """The department at whose desk a clock stands; None: the duty desk's."""
    if clock.owed_by == "department":
        return task.department
    return lead if clock.owed_by == "lead" else None


def _title(task: Task, clock: Clock) -> tuple[str, str]:
    if clock.kind == "task_step":
        limit = time_limits().steps[task.state]
        return limit.zh, limit.en
    if clock.kind == "task_sign" and task.state == "returned":
        return "转办退回任务", "Send on returned order"
    return _TITLES[clock.kind]


async def _start(tx: Transaction, task: Task, clock: Clock, desk: str | None, publication: Publication) -> None:
    title_zh, title_en = _title(task, clock)
    to_zh, to_en = _DESK
    if desk is not None and clock.kind not in SILENT:
        department = await need_department(tx.conn, desk)
        to_zh, to_en = department.zh, department.en
    row = await set_deadline(
        tx,
        kind=clock.kind,
        incident_id=task.incident_id,
        subject_kind="task",
        subject_id=task.id,
        department=desk,
        title_zh=f"{title_zh}：{task.title}",
        title_en=f"{title_en}: {task.title_en or task.title}",
        to_zh=to_zh,
        to_en=to_en,
        started_at=clock.started,
        due_at=clock.due,
        area=task.area_code,
        silent=clock.kind in SILENT,
    )
    publication.deadline(row)


async def start_decision(
    tx: Transaction, incident: Incident, response: Response, approver: tuple[str, str], publication: Publication
) -> None:
    """The clock for whoever is asked to decide on a proposed response. `approver`: the post's names."""
    level_zh, level_en = LEVEL_WORDS[response.suggested_level]
    await start_clock(
        tx,
        incident,
        "response_decision",
        ("response", response.id),
        (f"决定是否启动{level_zh}响应：{response.plan_zh}", f"Decide on a {level_en} response: {response.plan_en}"),
        approver,
        response.decide_by,
        publication,
    )


async def start_period(tx: Transaction, incident: Incident, response: Response, publication: Publication) -> None:
    """The clock of the expected period (预计期限): when it has passed the response is extended, adjusted or ended. Without one
    the clock before stops."""
    decided = response.decided or {}
    until = decided.get("expected_until")
    if until is None:
        await settle_clock(tx, response.id, "response_period", publication, void=True)
        return
    seat = cast(Mapping[str, Json], decided.get("post") or {"zh": "值班席", "en": "Duty desk"})
    level_zh, level_en = LEVEL_WORDS[response.level]
    await start_clock(
        tx,
        incident,
        "response_period",
        ("response", response.id),
        (
            f"{level_zh}响应预计期限：延长、调整或终止（{response.plan_zh}）",
            f"Expected period of {level_en}: extend, adjust or end ({response.plan_en})",
        ),
        (str(seat["zh"]), str(seat["en"])),
        parse_iso(str(until)),
        publication,
    )


async def start_clock(
    tx: Transaction,
    incident: Incident,
    kind: str,
    subject: tuple[str, UUID],
    title: tuple[str, str],
    to: tuple[str, str],
    due_at: datetime,
    publication: Publication,
) -> None:
    """A clock of the incident for a post. `subject`: kind and id of the thing; `to`: the post's names."""
    row = await set_deadline(
        tx,
        kind=kind,
        incident_id=incident.id,
        subject_kind=subject[0],
        subject_id=subject[1],
        department=None,
        title_zh=title[0],
        title_en=title[1],
        to_zh=to[0],
        to_en=to[1],
        due_at=due_at,
        area=incident.area_code,
    )
    publication.deadline(row)


async def settle_clock(
    tx: Transaction, subject_id: UUID, kind: str, publication: Publication, *, void: bool = False
) -> None:
    row = await settle_deadline(tx, subject_id=subject_id, kind=kind, void=void)
    if row is not None:
        publication.deadline(row)
