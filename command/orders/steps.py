"""Carrying a decided step of an order into the tables and the pictures: the one place where an order changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from command import store
from command.objects import task_object
from command.orders.log import end_pause
from command.orders.task import Act, Step, Task
from command.orders.timers import run_clocks
from command.publish import Publication
from command.responses.response import summary
from command.transitions import task_transitions
from command.units import store as unit_store
from command.units.unit import Unit, release
from incidents.summary import Held, hold, set_command_summary
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import Command, Transaction


@dataclass(frozen=True, slots=True)
class HeldTask:
    """An order under its incident's lock."""

    held: Held
    task: Task
    lead: str | None = None
    """The department that leads the order which this one is a part of."""

    def scope(self) -> Scope:
        units = frozenset[str]() if self.task.unit_id is None else frozenset({str(self.task.unit_id)})
        return Scope(self.held.incident.area_code, frozenset({self.task.department}), units)

    def lead_scope(self) -> Scope:
        """Of what the giver of an order does with it: a department gives the parts of the order that it leads."""
        return Scope(self.held.incident.area_code, frozenset({self.lead} if self.lead else ()))


async def hold_task(tx: Transaction, task_id: UUID) -> HeldTask:
    """Lock the incident first, then the order. Raises Refused `not_found`."""
    held = await hold(tx, await store.incident_of_task(tx.conn, task_id), field="data.task_id")
    task = await store.lock_task(tx.conn, task_id)
    return HeldTask(held, task, await store.lead_of(tx.conn, task))


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


async def save_step(
    tx: Transaction, held: Held, before: Task, step: Step, publication: Publication, *, anew: bool = False
) -> Held:
    """Save the changed order and put it, its clocks and its unit into every picture where they stand.

    `anew`: its clocks were all stopped before (its incident was closed) and start again.
    Returns the incident with its counters as they are now.
    """
    task = step.task
    lead = await store.lead_of(tx.conn, task)
    reshuffled = before.is_open != task.is_open or before.department != task.department
    desks = sorted({before.department, task.department} | ({lead} if lead else set[str]()))
    shown_before = await _windows(tx, desks, task) if reshuffled else {}
    await store.save_task(tx.conn, task)
    if before.unit_id is not None and before.unit_id != task.unit_id:
        publication.put([f"unit:{before.unit_id}"], "tasks", str(task.id), None)
    publication.task(task, lead)
    if before.is_paused and not task.is_paused:
        await end_pause(tx, task)
    had = None if anew else before
    await run_clocks(tx, had, task, publication, lead=lead, is_open=held.incident.status == "open")
    if reshuffled:
        await _reshuffle(tx, shown_before, await _windows(tx, desks, task), publication)
    if before.department != task.department:
        await _move_parts(tx, before, task, publication)
    return held if before.state == task.state else await counted(tx, held)


async def _move_parts(tx: Transaction, before: Task, task: Task, publication: Publication) -> None:
    """The parts of an order that another department leads now: what the leader owes them goes to its desk."""
    for part in await store.parts_of(tx.conn, task.id):
        await run_clocks(tx, part, part, publication, lead=task.department, lead_before=before.department)


async def _windows(tx: Transaction, desks: Sequence[str], task: Task) -> dict[str, frozenset[UUID]]:
    """Which orders these desks and the unit of this order see: the finished ones of long ago drop out."""
    windows = {f"department:{code}": await store.desk_task_ids(tx.conn, code) for code in desks}
    if task.unit_id is not None:
        windows[f"unit:{task.unit_id}"] = await store.unit_task_ids(tx.conn, task.unit_id)
    return windows


async def _reshuffle(
    tx: Transaction,
    before: dict[str, frozenset[UUID]],
    after: dict[str, frozenset[UUID]],
    publication: Publication,
) -> None:
    """What dropped out of a desk's or a unit's picture, and what came into it with an order that it leads now."""
    for stream, ids in after.items():
        for gone in before[stream] - ids:
            publication.put([stream], "tasks", str(gone), None)
        for come in await store.tasks_by_ids(tx.conn, sorted(ids - before[stream])):
            publication.put([stream], "tasks", str(come.id), task_object(come))


async def release_unit(
    tx: Transaction,
    task_id: UUID,
    unit_id: UUID | None,
    act: Act,
    publication: Publication,
    freeing: Callable[[Unit, Act, UUID], Unit] = release,
) -> None:
    """Free the unit that had the order, if any. `freeing`: `unit.recall` turns it back."""
    if unit_id is None:
        return
    unit = await unit_store.lock_unit(tx.conn, unit_id)
    freed = freeing(unit, act, task_id)
    if freed is not unit:
        await save_unit(tx, freed, publication)


async def save_unit(tx: Transaction, unit: Unit, publication: Publication) -> None:
    await unit_store.save_unit(tx.conn, unit)
    publication.unit(unit)
