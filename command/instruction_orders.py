"""Issues the orders that an instruction is given out as: each in its own `task.issued`, so that each is told once."""

from collections.abc import Sequence

from command import store
from command.publish import Publication
from command.task import Task, start_timers
from command.task_steps import counted, told
from command.timers import run_timers
from incidents.summary import Held, involve
from spine.command import NewFact, Transaction


async def issue_orders(tx: Transaction, held: Held, tasks: Sequence[Task]) -> tuple[Held, list[NewFact]]:
    """Save new orders of one incident. Returns the incident with its counters, and the orders' own facts.

    The head stands in the caller's fact, which comes before these: it counts them all.
    """
    facts: list[NewFact] = []
    for task in tasks:
        held = await involve(tx, held, department=task.department)
        await store.save_task(tx.conn, task)
        order = Publication("task.issued", told(task, due_minutes=task.due_minutes))
        order.task(task)
        await run_timers(tx, task, start_timers(task), order)
        facts += order.facts()
    return await counted(tx, held), facts
