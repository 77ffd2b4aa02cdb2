"""Whom a card of an order goes to, and why it was given (`rules/escalation.yaml`). Pure."""

from command.notice import To
from command.orders.clock import Card
from command.orders.escalation import escalation
from command.orders.task import Task


def addressees(task: Task, card: Card, lead: str | None) -> list[tuple[To, str]]:
    """Who is told of this card. `task`: with the card on it; `lead`: who leads the order that this is a part of."""
    rules = escalation()
    named = list(rules.levels[card.rank].to)
    if card.level == "red" and task.red_cards >= rules.repeated_red:
        named += rules.levels[-1].to
    if task.supervised is not None:
        named += rules.supervised
    found = [one for name in named if (one := _addressee(task, card, lead, name)) is not None]
    return list(dict.fromkeys(found))


def _addressee(task: Task, card: Card, lead: str | None, name: str) -> tuple[To, str] | None:
    match name:
        case "department":
            if card.clock.owed_by == "desk":
                return "post", escalation().desk.removeprefix("post:")
            return "department", lead if card.clock.owed_by == "lead" and lead is not None else task.department
        case "unit":
            return None if task.unit_id is None or card.clock.owed_by != "department" else ("unit", str(task.unit_id))
        case "lead":
            return None if lead is None else ("department", lead)
        case _:
            return "post", name.removeprefix("post:")


def owner(task: Task, card: Card, lead: str | None) -> str:
    """The department that the card counts against; `desk` for the duty desk."""
    if card.clock.owed_by == "department":
        return task.department
    return (lead or "desk") if card.clock.owed_by == "lead" else "desk"


def cause_of(task: Task, card: Card) -> tuple[str, str, str]:
    """Why the card was given: a code, and in both languages. A step can be overdue although the total time is not (环节超时)."""
    clock = next(words for kind, words in escalation().causes.items() if kind == card.clock.kind)
    if card.level == "yellow":
        return f"{card.clock.kind}_soon", f"{clock.zh}时限即将到期", f"The time for {clock.en} is nearly over"
    in_total = card.clock.kind != "task_due" and task.due > card.at
    code = f"{card.clock.kind}_{'severe' if card.level == 'severe' else 'overdue'}"
    zh = f"{clock.zh}{'严重超时' if card.level == 'severe' else '超时'}" + ("（总时限未到）" if in_total else "")
    en = f"{clock.en[0].upper()}{clock.en[1:]} is {'severely ' if card.level == 'severe' else ''}overdue"
    return code, zh, en + (" (the total time is not)" if in_total else "")
