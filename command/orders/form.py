"""An order as somebody fills it in: checked, and made into a new task."""

from datetime import datetime
from math import ceil

from command import store
from command.commands import IssueTask
from command.instructions import store as instruction_store
from command.orders.task import Act, Task, new_task
from command.transitions import time_limits
from command.units import store as unit_store
from incidents.summary import Held
from spine.command import Command, Transaction
from spine.errors import Refused


async def ordered(tx: Transaction, command: Command[IssueTask], held: Held, act: Act) -> Task:
    """The new order. Raises Refused `not_found`, `due_required`, `due_before_start`, `sign_after_due`, `joint_without_support`,
    `unit_not_yet`, and of an instruction `instruction_of_other_incident`, `instruction_takes_no_orders`."""
    data = command.data
    for code in (data.department, *data.support):
        await unit_store.need_department(tx.conn, code)
    if data.instruction_id is not None:
        await instruction_store.check_takes_orders(tx.conn, data.instruction_id, held.incident.id)
    start_minutes = 0 if data.start_at is None else max(0, ceil((data.start_at - act.at).total_seconds() / 60))
    due_minutes = _due_minutes(data, act.at, start_minutes)
    sign_minutes = data.sign_minutes or min(time_limits().sign_minutes["none"], due_minutes)
    if sign_minutes > due_minutes:
        raise Refused(
            "sign_after_due",
            zh="签收时限不能晚于办结时限。",
            en="The time to sign cannot be longer than the time to finish.",
            field="data.sign_minutes",
        )
    if data.joint and not set(data.support) - {data.department}:
        raise Refused(
            "joint_without_support",
            zh="联合任务至少要有一个配合单位。",
            en="A joint order needs at least one supporting department.",
            field="data.support",
        )
    if data.unit_id is not None and (start_minutes or data.after):
        raise Refused(
            "unit_not_yet",
            zh="任务尚未开始，开始后再指派力量。",
            en="The order has not begun; assign a unit when it does.",
            field="data.unit_id",
        )
    return new_task(
        command.id,
        held.incident,
        act,
        number=await store.count_tasks(tx.conn, held.incident.id) + 1,
        department=data.department,
        title=data.title,
        text=data.text,
        sign_minutes=sign_minutes,
        due_minutes=due_minutes,
        support=data.support,
        deliverable=data.deliverable,
        unit_id=data.unit_id,
        parent_id=data.parent_id,
        joint=data.joint,
        instruction_id=data.instruction_id,
        after=data.after,
        start_minutes=start_minutes,
        evidence=data.evidence,
        priority=data.priority,
    )


def _due_minutes(data: IssueTask, at: datetime, start_minutes: int) -> int:
    """Minutes from its beginning within which it must be finished."""
    if data.due_minutes is not None and data.due_at is None:
        return data.due_minutes
    if data.due_at is None or data.due_minutes is not None:
        raise Refused(
            "due_required",
            zh="请写明办结时限：多少分钟，或到几点。",
            en="Say by when: in how many minutes, or at what time (one of the two).",
            field="data.due_minutes",
        )
    minutes = int((data.due_at - at).total_seconds() // 60) - start_minutes
    if minutes < 1:
        raise Refused(
            "due_before_start",
            zh="办结时间早于开始时间。",
            en="The order would be due before it begins.",
            field="data.due_at",
        )
    return minutes
