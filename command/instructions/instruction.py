"""A leader's instruction (批示) from the word that was said to the answer given back. Pure: deeds come in, the changed one comes out.

    captured → decomposed → in progress → orders done → answered back → closed

The middle is decided by the orders that carry it out (`state_by_orders`), never by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from command.instructions.rules import Channel, Urgency, instruction_limits, instruction_transitions
from command.orders.task import Act
from command.organisation.book import organisation
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

FEEDBACK = "instruction_feedback"
"""The clock to the next word back to the leader. It stays, passed, until he gets it."""
ESCALATION = "instruction_escalation"
"""The clock to the next post that hears of an overdue instruction."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction as stored. `incident_id` None: it is of no incident. `leader_account` None: he has no account here.

    `feedback_due`: when the next word back is due. `answers`: every word given back, the final one last.
    """

    id: UUID
    no: str
    incident_id: UUID | None
    incident_title: str | None
    area_code: str | None
    leader_name: str
    leader_post: str | None
    leader_account: UUID | None
    channel: Channel
    urgency: Urgency
    text: str
    files: Sequence[Json]
    state: str
    given_at: datetime
    captured_at: datetime
    captured_by: JsonObject
    feedback_due: datetime
    orders_open: int
    orders_closed: int
    orders_total: int
    urged: Sequence[Json]
    escalated: Sequence[Json]
    answers: Sequence[Json]
    sent_back: JsonObject | None
    ended: JsonObject | None
    version: int
    updated_at: datetime

    @property
    def is_open(self) -> bool:
        return instruction_transitions().states[self.state].open

    @property
    def is_owed(self) -> bool:
        """Whether word back to the leader is still owed."""
        return self.is_open and self.state != "answered"

    @property
    def leader(self) -> str:
        """Post and name as they are said together."""
        return f"{self.leader_post}{self.leader_name}" if self.leader_post else self.leader_name


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of an instruction: `begun` counts those that somebody works on or has worked on."""

    open: int = 0
    closed: int = 0
    begun: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The instruction after the deed. `moved` False: nothing changed. `feedback`, `escalation`: what its clocks do."""

    instruction: Instruction
    moved: bool = True
    feedback: datetime | str | None = None
    escalation: datetime | str | None = None


SETTLE, VOID = "settle", "void"


def capture(
    instruction_id: UUID,
    no: str,
    act: Act,
    *,
    incident: tuple[UUID, str, str | None] | None,
    area_code: str | None,
    leader: tuple[str, str | None, UUID | None],
    channel: Channel,
    urgency: Urgency,
    text: str,
    files: Sequence[Json] = (),
    feedback_minutes: int | None = None,
) -> Step:
    """登记. `incident`: (id, title, area); `leader`: (name, post, account). Raises Refused `text_required`, `leader_required`.

    The clock runs from when it was said, not from when somebody found time to write it down.
    """
    said, name = text.strip(), leader[0].strip()
    if not said:
        raise _needed("text", "批示内容", "what the instruction says")
    if not name:
        raise _needed("leader_name", "作批示的领导", "whose instruction it is")
    given_at = min(act.occurred_at, act.at)
    minutes = feedback_minutes or instruction_limits().urgencies[urgency].feedback_minutes
    due = given_at + timedelta(minutes=minutes)
    made = Instruction(
        id=instruction_id,
        no=no,
        incident_id=None if incident is None else incident[0],
        incident_title=None if incident is None else incident[1],
        area_code=area_code if incident is None else incident[2],
        leader_name=name,
        leader_post=(leader[1] or "").strip() or None,
        leader_account=leader[2],
        channel=channel,
        urgency=urgency,
        text=said,
        files=tuple(files),
        state="captured",
        given_at=given_at,
        captured_at=act.at,
        captured_by=act.by,
        feedback_due=due,
        orders_open=0,
        orders_closed=0,
        orders_total=0,
        urged=(),
        escalated=(),
        answers=(),
        sent_back=None,
        ended=None,
        version=1,
        updated_at=act.at,
    )
    return Step(made, feedback=due)


def _needed(field: str, zh: str, en: str) -> Refused:
    return Refused(f"{field}_required", zh=f"请写明{zh}。", en=f"Say {en}.", field=f"data.{field}")


# --- the orders that carry it out ----------------------------------------------------------------------------------------


def state_by_orders(orders: Orders) -> str:
    """Without a standing order it is as when it was captured: it must be given out, or answered with a reason."""
    if orders.open == 0:
        return "fulfilled" if orders.closed else "captured"
    return "in_progress" if orders.begun else "decomposed"


def decompose(instruction: Instruction, act: Act, orders: Orders) -> Step:
    """分解. `orders`: as they are with the new ones."""
    _check(instruction, "decompose")
    if instruction.incident_id is None:
        raise Refused(
            "instruction_without_incident",
            zh=f"批示 {instruction.no} 未归入事件，任务须在事件下达。请先归入事件，或直接反馈。",
            en=f"{instruction.no} is of no incident, and orders are given in one. Put it to an incident first, or answer it.",
            field="data.instruction_id",
            status=409,
        )
    return Step(_with_orders(instruction, act, orders, "decompose"))


def follow(instruction: Instruction, act: Act, orders: Orders) -> Step:
    """What its orders have become. Says nothing when it is already so, or no longer matters."""
    held = (instruction.orders_open, instruction.orders_closed, instruction.orders_total)
    may = instruction.state in instruction_transitions().actions["follow"].moves
    state = state_by_orders(orders) if may else instruction.state
    if (orders.open, orders.closed, orders.total) == held and state == instruction.state:
        return Step(instruction, moved=False)
    if not may:
        return Step(
            _stamped(
                replace(instruction, orders_open=orders.open, orders_closed=orders.closed, orders_total=orders.total),
                act,
            )
        )
    return Step(_with_orders(instruction, act, orders, "follow"))


def _with_orders(instruction: Instruction, act: Act, orders: Orders, action: str) -> Instruction:
    state = _next(instruction, action, state_by_orders(orders))
    return _stamped(
        replace(
            instruction, state=state, orders_open=orders.open, orders_closed=orders.closed, orders_total=orders.total
        ),
        act,
    )


def attach(instruction: Instruction, act: Act, no: str, incident: tuple[UUID, str, str | None]) -> Step:
    """归入事件: a general instruction becomes one of an incident, with a number of it."""
    _check(instruction, "attach")
    if instruction.incident_id is not None:
        raise Refused(
            "instruction_has_incident",
            zh=f"批示 {instruction.no} 已归入“{instruction.incident_title}”。",
            en=f"{instruction.no} is already of '{instruction.incident_title}'.",
            field="data.instruction_id",
            status=409,
        )
    changed = _stamped(
        replace(instruction, no=no, incident_id=incident[0], incident_title=incident[1], area_code=incident[2]), act
    )
    return Step(changed, feedback=instruction.feedback_due)


# --- its clock -----------------------------------------------------------------------------------------------------------


def urge(instruction: Instruction, act: Act, text: str | None) -> Step:
    """催办: recorded with how often; whoever owes something hears of it."""
    _check(instruction, "urge")
    said: JsonObject = {"text": (text or "").strip() or None, "by": act.by, "at": iso(act.at)}
    return Step(_stamped(replace(instruction, urged=(*instruction.urged, said)), act))


def escalate(instruction: Instruction, act: Act) -> Step:
    """超时上报: the next post in order hears of it; after the last the record says so and nothing more is due.

    An answer that came between the passing and this says: nothing to escalate any more.
    """
    if not instruction.is_owed or act.at < instruction.feedback_due:
        return Step(instruction, moved=False)
    chain = instruction_limits().escalation
    if len(instruction.escalated) >= len(chain):
        return Step(instruction, moved=False)
    reached = len(instruction.escalated)
    post = organisation().posts[chain[reached].post]
    told: JsonObject = {"post": post.id, "post_zh": post.zh, "post_en": post.en, "at": iso(act.at)}
    further = chain[reached + 1] if reached + 1 < len(chain) else None
    due = None if further is None else act.at + timedelta(minutes=further.minutes)
    changed = _stamped(replace(instruction, escalated=(*instruction.escalated, told)), act)
    return Step(changed, escalation=SETTLE if due is None else due)


def resume(instruction: Instruction, act: Act) -> Step:
    """The clock runs again after its incident was reopened; what was past gets its time anew."""
    if not instruction.is_owed:
        return Step(instruction, moved=False)
    due = instruction.feedback_due
    if due <= act.at:
        due = act.at + timedelta(minutes=instruction_limits().urgencies[instruction.urgency].next_minutes)
    return Step(_stamped(replace(instruction, feedback_due=due, escalated=()), act), feedback=due)


# --- the word back -------------------------------------------------------------------------------------------------------


def answer(
    instruction: Instruction,
    act: Act,
    *,
    text: str,
    channel: Channel,
    final: bool,
    reason: str | None,
    by_leader_himself: bool,
) -> Step:
    """反馈. On the way (`final` False) the clock runs on to the next word; the final one needs every order done.

    Raises Refused `text_required`, `orders_open`, `reason_required` (no order was carried out), `own_instruction`.
    """
    action = "answer" if final else "report"
    if final and instruction.orders_open and instruction.is_owed:
        # Says what is in the way, before the state does.
        raise Refused(
            "orders_open",
            zh=f"批示 {instruction.no} 还有 {instruction.orders_open} 项任务未办结，只能作阶段反馈。",
            en=f"{instruction.no} has {instruction.orders_open} open orders; only word on the way can be given.",
            field="data.final",
            status=409,
            open=instruction.orders_open,
        )
    _check(instruction, action)
    said, why = text.strip(), (reason or "").strip() or None
    if not said:
        raise _needed("text", "反馈内容", "what is answered")
    if by_leader_himself:
        raise Refused(
            "own_instruction",
            zh="不能由作批示的领导本人反馈，请由承办方反馈。",
            en="A leader cannot answer his own instruction; whoever carried it out does.",
            status=403,
            final=False,
        )
    if final and instruction.orders_closed == 0 and why is None:
        raise Refused(
            "reason_required",
            zh="该批示没有办结的任务，请写明未分解任务的理由。",
            en="No order was carried out for this instruction; say why none was needed.",
            field="data.reason",
        )
    entry: JsonObject = {
        "final": final,
        "text": said,
        "channel": channel,
        "to": instruction.leader,
        "reason": why,
        "by": act.by,
        "at": iso(act.at),
    }
    answers = (*instruction.answers, entry)
    if final:
        changed = _stamped(replace(instruction, state=_next(instruction, "answer", "answered"), answers=answers), act)
        return Step(changed, feedback=SETTLE, escalation=SETTLE)
    due = act.at + timedelta(minutes=instruction_limits().urgencies[instruction.urgency].next_minutes)
    changed = _stamped(replace(instruction, answers=answers, feedback_due=due, escalated=()), act)
    return Step(changed, feedback=due, escalation=SETTLE)


def send_back(instruction: Instruction, act: Act, reason: str, orders: Orders) -> Step:
    """退回续办: the leader wants more; word is owed to him again."""
    _check(instruction, "send_back")
    why = _reason("send_back", reason)
    due = act.at + timedelta(minutes=instruction_limits().urgencies[instruction.urgency].next_minutes)
    changed = replace(
        _with_orders(instruction, act, orders, "send_back"),
        sent_back={"reason": why, "by": act.by, "at": iso(act.at)},
        feedback_due=due,
        escalated=(),
    )
    return Step(changed, feedback=due)


def close(instruction: Instruction, act: Act, note: str | None) -> Step:
    """销号. Raises Refused `orders_open`, `not_answered`."""
    if instruction.is_open and instruction.orders_open:
        raise Refused(
            "orders_open",
            zh=f"批示 {instruction.no} 还有 {instruction.orders_open} 项任务未办结，不能销号。",
            en=f"{instruction.no} has {instruction.orders_open} open orders and cannot be closed.",
            field="data.instruction_id",
            status=409,
            open=instruction.orders_open,
        )
    if instruction.is_owed:
        raise Refused(
            "not_answered",
            zh=f"批示 {instruction.no} 还没有向{instruction.leader}反馈，不能销号。",
            en=f"{instruction.no} has not been answered back to {instruction.leader} and cannot be closed.",
            field="data.instruction_id",
            status=409,
        )
    return _end(instruction, act, "close", note, "closed")


def cancel(instruction: Instruction, act: Act, reason: str) -> Step:
    """作废 (written down twice, or wrongly). Its orders must be cancelled first: they are other people's work."""
    _check(instruction, "cancel")
    why = _reason("cancel", reason)
    if instruction.orders_open:
        raise Refused(
            "orders_open",
            zh=f"批示 {instruction.no} 还有 {instruction.orders_open} 项任务未办结，请先撤销任务。",
            en=f"{instruction.no} has {instruction.orders_open} open orders; cancel those first.",
            field="data.instruction_id",
            status=409,
            open=instruction.orders_open,
        )
    return _end(instruction, act, "cancel", why, "cancelled")


def _end(instruction: Instruction, act: Act, action: str, note: str | None, state: str) -> Step:
    ended: JsonObject = {"note": (note or "").strip() or None, "by": act.by, "at": iso(act.at)}
    changed = _stamped(replace(instruction, state=_next(instruction, action, state), ended=ended), act)
    return Step(changed, feedback=VOID, escalation=VOID)


# --- common --------------------------------------------------------------------------------------------------------------


def _reason(action: str, reason: str) -> str:
    if not reason.strip():
        rule = instruction_transitions().actions[action]
        raise Refused(
            "reason_required",
            zh=f"“{rule.zh}”必须写明理由。",
            en=f"To {rule.en} you must give a reason.",
            field="data.reason",
        )
    return reason.strip()


def _check(instruction: Instruction, action: str) -> tuple[str, ...]:
    """The states that the action may lead to from here. Raises Refused `instruction_transition`."""
    rules = instruction_transitions()
    rule, state = rules.actions[action], rules.states[instruction.state]
    if instruction.state in rule.moves:
        return rule.moves[instruction.state]
    raise Refused(
        "instruction_transition",
        zh=f"批示 {instruction.no} {state.zh}，不能再“{rule.zh}”。",
        en=f"{instruction.no} is {state.en}; '{rule.en}' is not possible now.",
        field="data.instruction_id",
        status=409,
        state=instruction.state,
        version=instruction.version,
    )


def _next(instruction: Instruction, action: str, wanted: str) -> str:
    if wanted not in _check(instruction, action):
        raise AssertionError(f"instruction_transitions.yaml: {action} must lead from {instruction.state} to {wanted}")
    return wanted


def _stamped(changed: Instruction, act: Act) -> Instruction:
    return replace(changed, version=changed.version + 1, updated_at=act.at)
