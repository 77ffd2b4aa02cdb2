"""Carrying a decided step of an order into the tables and the pictures: the one place where an order changes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from command import store, unit_store
from command.publish import Publication
from command.response import summary
from command.task import Act, Step, Task
from command.timers import leave_desk, run_timers
from command.transitions import task_transitions
from command.unit import Unit, release
from incidents.summary import Held, hold, set_command_summary
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import Command, Transaction


@dataclass(frozen=True, slots=True)
class HeldTask:
    """An order under its incident's lock."""

    held: Held
    task: Task

    def scope(self) -> Scope:
        units = frozenset[str]() if self.task.unit_id is None else frozenset({str(self.task.unit_id)})
        return Scope(self.held.incident.area_code, frozenset({self.task.department}), units)


async def hold_task(tx: Transaction, task_id: UUID) -> HeldTask:
    """Lock the incident first, then the order. Raises Refused `not_found`."""
    held = await hold(tx, await store.incident_of_task(tx.conn, task_id), field="data.task_id")
    return HeldTask(held, await store.lock_task(tx.conn, task_id))


def act_of(tx: Transaction, command: Command[Any]) -> Act:
    return Act(command.by.as_by(), command.occurred_at, tx.at)


async def counted(tx: Transaction, held: Held) -> Held:
    """The incident with its head's task counters as they are now."""
    rows = await (
        await tx.conn.execute(
            "SELECT state, count(*) FROM command.task WHERE incident_id = %s GROUP BY state", (held.incident.id,)
        )
    ).fetchall()
    by_state = {str(state): int(number) for state, number in rows}
    rules = task_transitions()
    is_open = sum(number for state, number in by_state.items() if rules.is_open(state))
    return await set_command_summary(tx, held, tasks=(is_open, by_state.get("closed", 0), sum(by_state.values())))


async def responded(tx: Transaction, held: Held) -> Held:
    """The incident with its head's response as it is now."""
    responses = await store.responses_of(tx.conn, held.incident.id)
    return await set_command_summary(tx, held, response=summary(responses))


def told(task: Task, **more: Json) -> JsonObject:
    """What a fact about an order says in its `data`."""
    return {
        "task_id": str(task.id),
        "no": task.no,
        "title": task.title,
        "department": task.department,
        "unit_id": None if task.unit_id is None else str(task.unit_id),
        "state": task.state,
        **more,
    }


async def save_step(tx: Transaction, held: Held, before: Task, step: Step, publication: Publication) -> Held:
    """Save the changed order and put it, its clocks and its unit into every picture where they stand.

    Returns the incident with its counters as they are now.
    """
    task = step.task
    finished = before.is_open and not task.is_open
    shown_before = await _windows(tx, task) if finished else {}
    await store.save_task(tx.conn, task)
    if before.department != task.department:
        leave_desk(task, before.department, publication)
    if before.unit_id is not None and before.unit_id != task.unit_id:
        publication.put([f"unit:{before.unit_id}"], "tasks", str(task.id), None)
    publication.task(task)
    await run_timers(tx, task, step.timers, publication)
    if not finished:
        return held if before.state == task.state else await counted(tx, held)
    for stream, ids in (await _windows(tx, task)).items():
        for gone in shown_before[stream] - ids:
            publication.put([stream], "tasks", str(gone), None)
    return await counted(tx, held)


async def _windows(tx: Transaction, task: Task) -> dict[str, frozenset[UUID]]:
    """Which orders the desk and the unit of this order see: the finished ones of long ago drop out."""
    windows = {f"department:{task.department}": await store.desk_task_ids(tx.conn, task.department)}
    if task.unit_id is not None:
        windows[f"unit:{task.unit_id}"] = await store.unit_task_ids(tx.conn, task.unit_id)
    return windows


async def release_unit(
    tx: Transaction, task_id: UUID, unit_id: UUID | None, act: Act, publication: Publication
) -> None:
    """Free the unit that had the order, if any."""
    if unit_id is None:
        return
    unit = await unit_store.lock_unit(tx.conn, unit_id)
    freed = release(unit, act, task_id)
    if freed is not unit:
        await save_unit(tx, freed, publication)


async def save_unit(tx: Transaction, unit: Unit, publication: Publication) -> None:
    await unit_store.save_unit(tx.conn, unit)
    publication.unit(unit)
