"""Turns what a step says about an order's clocks into deadline rows and their after-images."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from command.publish import Publication
from command.response import LEVEL_WORDS, Response
from command.task import Task, Timer
from command.unit_store import need_department
from incidents.incident import Incident
from spine.canonical import Json
from spine.clock import parse_iso
from spine.command import Transaction
from spine.deadlines import deadline_id, set_deadline, settle_deadline

TASK_CLOCKS = ("task_sign", "task_due")
_TITLES = {
    "task_sign": ("签收", "Sign"),
    "task_due": ("办结", "Finish"),
}


async def run_timers(tx: Transaction, task: Task, timers: tuple[Timer, ...], publication: Publication) -> None:
    for timer in timers:
        if timer.op == "start":
            await _start(tx, task, timer, publication)
            continue
        row = await settle_deadline(tx, subject_id=task.id, kind=timer.kind, void=timer.op == "void")
        if row is not None:
            publication.deadline(row)


async def _start(tx: Transaction, task: Task, timer: Timer, publication: Publication) -> None:
    if timer.due is None:
        raise AssertionError("a clock that starts has a time at which it is due")
    title_zh, title_en = _TITLES[timer.kind]
    department = await need_department(tx.conn, task.department)
    to_zh, to_en, desk = department.zh, department.en, task.department
    if timer.to_duty_desk:
        title_zh, title_en, to_zh, to_en, desk = "转办退回任务", "Send on returned order", "值班席", "Duty desk", None
        publication.put([f"department:{task.department}"], "deadlines", _key(timer.kind, task), None)
    row = await set_deadline(
        tx,
        kind=timer.kind,
        incident_id=task.incident_id,
        subject_kind="task",
        subject_id=task.id,
        department=desk,
        title_zh=f"{title_zh}：{task.title}",
        title_en=f"{title_en}: {task.title_en or task.title}",
        to_zh=to_zh,
        to_en=to_en,
        due_at=timer.due,
        area=task.area_code,
    )
    publication.deadline(row)


def _key(kind: str, task: Task) -> str:
    return str(deadline_id(kind, task.id))


def leave_desk(task: Task, department: str, publication: Publication) -> None:
    """The order and its clocks go off the desk that had it, before they appear on another one."""
    stream = [f"department:{department}"]
    publication.put(stream, "tasks", str(task.id), None)
    for kind in TASK_CLOCKS:
        publication.put(stream, "deadlines", _key(kind, task), None)


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
