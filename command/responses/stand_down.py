"""Standing down (终止响应): what is still open, and what must be handed over before it may end. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from command.orders.task import Task
from command.planning.plan import Plan
from command.proposals.proposal import Proposal
from command.responses.response import Response
from command.transitions import task_transitions
from spine.canonical import Json, JsonObject
from spine.errors import Refused

ItemKind = Literal["condition", "order", "part", "proposal", "other_order"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something open. `must`: it needs a word before the response ends; the rest goes on as aftercare by itself."""

    id: str
    kind: ItemKind
    zh: str
    en: str
    must: bool
    subject_id: UUID | None = None
    department: str | None = None

    def to_json(self) -> JsonObject:
        subject = None if self.subject_id is None else str(self.subject_id)
        return {
            "id": self.id, "kind": self.kind, "zh": self.zh, "en": self.en, "must": self.must, "subject_id": subject,
            "department": self.department,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What somebody says of an item: why it may be left, or that it goes on as aftercare (善后)."""

    reason: str | None
    aftercare: bool


def open_items(
    response: Response,
    plan: Plan | None,
    tasks: Sequence[Task],
    others: Sequence[Response],
    proposals: Sequence[Proposal],
) -> list[Item]:
    """The plan's condition, open orders that save lives, open parts, proposals nobody answered; then the other open orders.

    An order that another active response needs as well is that one's to finish.
    """
    own = {str(_object(one)["task_id"]) for one in response.orders.values() if _object(one)["other"] is None}
    shared = {
        str(_object(one)["task_id"]) for other in others if other.state == "active" for one in other.orders.values()
    }
    items: list[Item] = []
    if plan is not None and plan.termination is not None:
        end = plan.termination
        items.append(Item("condition", "condition", end.condition_zh, end.condition_en, True))
    for task in tasks:
        if not task.is_open or not _belongs(task, own, tasks):
            continue
        if task.parent_id is not None:
            items.append(_order(task, "part", must=True))
        elif str(task.id) not in shared:
            items.append(
                _order(task, "order" if task.priority == "life" else "other_order", must=task.priority == "life")
            )
    items += [
        Item(
            f"proposal:{one.id}", "proposal", f"未答复的建议：{one.zh}", f"Unanswered proposal: {one.en}", True, one.id
        )
        for one in proposals
        if one.state == "open" and one.response_id == response.id and one.kind != "stand_down"
    ]
    return items


def _object(value: Json) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], value)


def _belongs(task: Task, own: set[str], tasks: Sequence[Task]) -> bool:
    """Whether it is an order of the response, or a part of one at whatever depth."""
    by_id = {one.id: one for one in tasks}
    held: Task | None = task
    while held is not None:
        if str(held.id) in own:
            return True
        held = None if held.parent_id is None else by_id.get(held.parent_id)
    return False


def _order(task: Task, kind: ItemKind, *, must: bool) -> Item:
    state = task_transitions().states[task.state]
    return Item(
        f"{kind}:{task.id}",
        kind,
        f"{task.no} {task.title}（{state.zh}）",
        f"{task.no} {task.title_en or task.title} ({state.en})",
        must,
        task.id,
        task.department,
    )


def hand_over(items: Sequence[Item], said: Mapping[str, HandedOver]) -> list[JsonObject]:
    """What is recorded with the end. Raises Refused `stand_down_open` naming what nobody has said anything of.

    The plan's condition is met, which is said in words; it cannot go on as aftercare.
    """
    left = [item for item in items if item.must and not _answered(item, said.get(item.id))]
    if left:
        listed_zh = "；".join(item.zh for item in left[:5])
        listed_en = "; ".join(item.en for item in left[:5])
        raise Refused(
            "stand_down_open",
            zh=f"还有 {len(left)} 项未了结，请逐项说明去向或转入善后：{listed_zh}。",
            en=f"{len(left)} things are still open; say of each why it may be left, or that it goes on as aftercare: {listed_en}.",
            field="data.handover",
            status=409,
            final=False,
            items=[item.to_json() for item in left],
        )
    recorded: list[JsonObject] = []
    for item in items:
        one = said.get(item.id)
        if one is None and not item.must:
            one = HandedOver(None, True)
        if one is not None:
            recorded.append({**item.to_json(), "reason": one.reason, "aftercare": one.aftercare})
    return recorded


def _answered(item: Item, one: HandedOver | None) -> bool:
    if one is None:
        return False
    written = one.reason is not None and one.reason.strip() != ""
    return written or (one.aftercare and item.kind != "condition")
