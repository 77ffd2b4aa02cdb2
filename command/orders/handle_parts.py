"""How orders begin, are split, and are escalated."""

from datetime import timedelta
from uuid import uuid5

from command import store
from command.notice import Notice
from command.orders import notices as task_notices
from command.orders.actions import need_reason, next_state
from command.orders.cards import addressees, cause_of, owner
from command.orders.clock import cards_due, with_cards
from command.orders.commands import BeginTask, EscalateTask, PartData, SplitTask
from command.orders.handlers import carry, load_task, publication_of, step_handling
from command.orders.issue import new_orders
from command.orders.log import log_event
from command.orders.parts import begun, can_begin
from command.orders.steps import HeldTask, act_of, save_step, told
from command.orders.task import Act, Step, Task, new_task
from command.organisation.book import organisation
from command.publish import Publication
from command.transitions import time_limits
from command.units import store as unit_store
from incidents.incident import require_open
from incidents.summary import Held
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Principal, Role

# --- beginning -----------------------------------------------------------------------------------------------------------


def _area(held: HeldTask) -> Scope:
    return held.lead_scope()


async def _begin(tx: Transaction, command: Command[BeginTask], held: HeldTask) -> Outcome:
    """By itself when its time has come; what a follower asks for too early or twice changes nothing."""
    act, task = act_of(tx, command), held.task
    if command.by.has(Role.SYSTEM):
        before = await store.tasks_by_ids(tx.conn, list(task.after))
        if task.state != "waiting" or held.held.incident.status != "open" or not can_begin(task, act, before):
            return Outcome(())
    else:
        require_open(held.held.incident)
        next_state(task, "begin", act)
        need_reason("begin", command.data.reason)
    step = Step(begun(task, act), True, False)
    reason = command.data.reason or None
    publication = Publication("task.issued", told(step.task, due_minutes=task.due_minutes, begun=True, reason=reason))
    incident = held.held
    for part in await store.parts_of(tx.conn, task.id) if task.joint else ():
        if part.state == "waiting":
            incident = await save_step(tx, incident, part, Step(begun(part, act), True, False), publication)
    return await carry(tx, HeldTask(incident, task, held.lead), step, publication)


# --- splitting -----------------------------------------------------------------------------------------------------------


async def _split(tx: Transaction, command: Command[SplitTask], held: HeldTask) -> Outcome:
    require_open(held.held.incident)
    whole, act = held.task, act_of(tx, command)
    next_state(whole, "split", act)
    first = len(await store.parts_of(tx.conn, whole.id)) + 1
    parts: list[Task] = []
    for number, data in enumerate(command.data.parts, first):
        _may_order(command.by, whole, data.department or whole.department)
        await unit_store.need_department(tx.conn, data.department or whole.department)
        parts.append(_part(command, held.held, whole, data, number, act))
    incident, publications = await new_orders(tx, held.held, parts, act)
    head = Publication("task.split", told(whole, parts=list[Json]([str(part.id) for part in parts])))
    facts = [*head.facts(incident), *(fact for one in publications for fact in one.facts())]
    return Outcome(facts, {"task_id": str(whole.id), "parts": list[Json]([str(part.id) for part in parts])})


def _may_order(by: Principal, whole: Task, department: str) -> None:
    """A department gives parts to itself, to those who support the order, and to the desks below it."""
    if by.has(Role.DUTY_OFFICER, Role.LEADER):
        return
    below = organisation().departments.get(department)
    if department in {whole.department, *whole.support} or (below is not None and below.parent == whole.department):
        return
    raise Refused(
        "not_yours_to_order",
        zh="只能分解给本部门、本任务的配合单位或下级对口单位；其他单位请由值班席下达。",
        en="You may give parts to your own department, the supporting ones and desks below you; ask the duty desk for others.",
        field="data.parts",
        status=403,
    )


def _part(command: Command[SplitTask], held: Held, whole: Task, data: PartData, number: int, act: Act) -> Task:
    rest = int((whole.due - act.at) / timedelta(minutes=1))
    minutes = data.due_minutes or max(rest, time_limits().send_back_minutes if rest < 1 else 1)
    return new_task(
        uuid5(command.id, f"part:{number}"),
        held.incident,
        act,
        number=number,
        department=data.department or whole.department,
        title=data.title,
        text=data.text or data.title,
        sign_minutes=min(time_limits().sign_minutes["none"], minutes),
        due_minutes=minutes,
        parent_id=whole.id,
        response_id=whole.response_id,
        instruction_id=whole.instruction_id,
        evidence=data.evidence,
        priority=whole.priority,
        no=f"{whole.no}-{number}",
    )


# --- escalation ----------------------------------------------------------------------------------------------------------


async def _escalate(tx: Transaction, command: Command[EscalateTask], held: HeldTask) -> Outcome:
    """Every clock that has reached a level since: a card each, told to people. Nothing when somebody was faster."""
    cards = cards_due(held.task, tx.at)
    if held.held.incident.status != "open" or not cards:
        return Outcome(())
    task = with_cards(held.task, cards)
    step = Step(task, True, False)
    listed: list[Json] = []
    notices: list[Notice] = []
    for card in cards:
        code, zh, en = cause_of(task, card)
        to, against = addressees(task, card, held.lead), owner(task, card, held.lead)
        told_to = list[Json]([f"{kind}:{key}" for kind, key in to])
        words: JsonObject = {"cause": code, "zh": zh, "en": en, "against": against, "told": told_to}
        listed.append({"clock": card.clock.kind, "level": card.level, **words})
        notices += task_notices.carded(task, card, (zh, en), to)
        by = command.by.as_by()
        await log_event(
            tx,
            task,
            "card",
            by,
            department=against,
            clock=card.clock.kind,
            level=card.level,
            cause=code,
            ran_over=card.ran_over,
        )
    return await carry(tx, held, step, publication_of("task.escalated", step, notices, cards=listed))


HANDLINGS: tuple[AnyHandling, ...] = (
    step_handling(BeginTask, "begin", _begin, load_task, _area),
    step_handling(SplitTask, "split", _split, load_task, lambda held: held.scope()),
    step_handling(EscalateTask, "escalate", _escalate, load_task, _area),
)
