"""Giving orders (下达): the one way by which new orders of any kind come into the tables, the pictures and the record."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from command import store
from command.orders.parts import begun, can_begin, check_plan, shares
from command.orders.steps import counted, told
from command.orders.task import Act, Task
from command.orders.timers import run_clocks
from command.publish import Publication
from incidents.summary import Held, involve
from spine.canonical import Json
from spine.command import NewFact, Transaction


async def issue_orders(tx: Transaction, held: Held, tasks: Sequence[Task], act: Act) -> tuple[Held, list[NewFact]]:
    """Save new orders with their shares and clocks. Returns the incident (everybody involved, its counters as they are now) and
    one fact for each order: `task.issued` for one that begins at once, `task.planned` for one that waits.

    `tasks`: from `new_task`, numbered by the caller, in any order; `after` and `parent_id` may name each other or orders of the
    incident. A joint order's shares are made here. One that waits for nothing any more begins at once.
    The caller has locked the incident, knows the departments, dispatches units, and publishes the incident's head.
    People are told of `task.issued` alone: a planned order is seen on the desk, and told when it begins.

    Raises Refused `not_found`, `after_cancelled`, `after_cycle`, `part_of_closed`, `part_after_whole`, `split_too_deep`.
    """
    held, publications = await new_orders(tx, held, tasks, act)
    return held, [fact for publication in publications for fact in publication.facts()]


async def new_orders(tx: Transaction, held: Held, tasks: Sequence[Task], act: Act) -> tuple[Held, list[Publication]]:
    """The same for a caller who lays more into what is published: one publication for each order, in the order given, each
    followed by its shares'."""
    known = {task.id: task for task in await store.tasks_of_incident(tx.conn, held.incident.id)}
    whole = [order for task in tasks for order in (task, *shares(task))]
    check_plan(whole, known)
    given = [_now_or_later(task, act, {**known, **{one.id: one for one in whole}}) for task in whole]
    for task in _parents_first(given):
        held = await involve(tx, held, department=task.department)
        await store.save_task(tx.conn, task)
    publications = [await _publication(tx, task) for task in given]
    return await counted(tx, held), publications


def _now_or_later(task: Task, act: Act, known: dict[UUID, Task]) -> Task:
    if task.state != "waiting" or not can_begin(task, act, [known[before] for before in task.after]):
        return task
    return replace(begun(task, act), version=task.version)


def _parents_first(tasks: Sequence[Task]) -> list[Task]:
    """A part's row needs its whole's."""
    new = {task.id: task for task in tasks}

    def depth(task: Task) -> int:
        whole = None if task.parent_id is None else new.get(task.parent_id)
        return 0 if whole is None else 1 + depth(whole)

    return sorted(tasks, key=depth)


async def _publication(tx: Transaction, task: Task) -> Publication:
    kind = "task.planned" if task.state == "waiting" else "task.issued"
    after: list[Json] = [str(before) for before in task.after]
    parent = None if task.parent_id is None else str(task.parent_id)
    publication = Publication(kind, told(task, due_minutes=task.due_minutes, parent_id=parent, after=after))
    lead = await store.lead_of(tx.conn, task)
    publication.task(task, lead)
    await run_clocks(tx, None, task, publication, lead=lead)
    return publication
