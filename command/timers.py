"""Turns what a step says about an order's clocks into deadline rows and their after-images."""

from command.publish import Publication
from command.response import LEVEL_WORDS, Response
from command.task import Task, Timer
from command.unit_store import need_department
from incidents.incident import Incident
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
    """The clock for whoever decides on a proposed response. `approver`: the post's names."""
    level_zh, level_en = LEVEL_WORDS[response.suggested_level]
    row = await set_deadline(
        tx,
        kind="response_decision",
        incident_id=incident.id,
        subject_kind="response",
        subject_id=response.id,
        department=None,
        title_zh=f"决定是否启动{level_zh}响应：{response.plan_zh}",
        title_en=f"Decide on a {level_en} response: {response.plan_en}",
        to_zh=approver[0],
        to_en=approver[1],
        due_at=response.decide_by,
        area=incident.area_code,
    )
    publication.deadline(row)


async def settle_decision(tx: Transaction, response: Response, publication: Publication, *, void: bool = False) -> None:
    row = await settle_deadline(tx, subject_id=response.id, kind="response_decision", void=void)
    if row is not None:
        publication.deadline(row)
