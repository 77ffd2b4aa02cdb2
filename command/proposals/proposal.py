"""A proposal while a response runs (动态决策的建议): the machine or the desk proposes, a person accepts, changes or rejects. Pure.

It rests on a decision about the response's level: once another decision was taken, what contradicts it is overtaken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from command.orders.task import Act
from command.proposals.rules import Kind
from command.responses.asking import Asked, Seat, answered
from command.responses.response import LEVEL_WORDS, Response
from command.transitions import Level, at_least
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

STATES = ("open", "accepted", "rejected", "withdrawn", "overtaken")
STATE_WORDS = {
    "open": ("待决定", "open"),
    "accepted": ("已采纳", "accepted"),
    "rejected": ("未采纳", "rejected"),
    "withdrawn": ("已撤回", "withdrawn"),
    "overtaken": ("已被其他决定取代", "overtaken by another decision"),
}
ABOUT_LEVEL = frozenset({"raise", "lower", "stand_down"})
"""Of these only one can be carried out: whichever is decided first overtakes the others."""
BY_FORM = frozenset({"move_unit", "extend_zone"})
"""What a person does in the ordinary form; accepting names the command with which he did it."""
ON_THE_SPOT = frozenset({"replace_unit", "next_shelter"})
"""Accepted by doing it: choosing the replacement, redirecting the evacuation. No `proposal.accept` is sent for them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal as stored. `rests_on`: {decisions: number of decisions on the level when it was made}.

    `response_id` None: what happened on the spot made it (`ON_THE_SPOT`); `detail` then says what it is about.
    """

    id: UUID
    incident_id: UUID
    response_id: UUID | None
    plan_zh: str
    plan_en: str
    rule: str | None
    kind: Kind
    level: Level | None
    task: str | None
    zh: str
    en: str
    reasons: Sequence[JsonObject]
    if_ignored_zh: str
    if_ignored_en: str
    automatic: bool
    rests_on: JsonObject
    state: str
    made: JsonObject
    asked: Asked
    decide_by: datetime
    decided: JsonObject | None
    cleared_at: datetime | None
    version: int
    detail: JsonObject | None = None

    @property
    def because(self) -> tuple[str, str]:
        """Its first reason, without the full stop."""
        if not self.reasons:
            return self.zh, self.en
        zh = str(self.reasons[0].get("zh", ""))
        return zh.rstrip("。"), str(self.reasons[0].get("en") or zh).rstrip(".")


def check_kind(kind: Kind, level: Level | None, task: str | None, response: Response) -> None:
    """Raises Refused `invalid_proposal` for one that says nothing or contradicts the level in force."""
    if response.state != "active":
        raise _invalid("data.response_id", "该响应未启动或已终止，不能提出建议。", "This response is not active.")
    if kind in {"raise", "lower"}:
        if level is None:
            raise _invalid("data.level", "请写明建议调整到几级。", "Say to which level.")
        higher = at_least(level, response.level) and level != response.level
        if (kind == "raise") != higher or level == response.level:
            zh, en = LEVEL_WORDS[response.level]
            raise _invalid("data.level", f"现为{zh}响应，所写级别不符。", f"It is {en} now; that level does not fit.")
    if kind == "add_task" and task is None:
        raise _invalid("data.task", "请写明建议下达预案中的哪项任务。", "Say which of the plan's tasks.")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid_proposal", zh=zh, en=en, field=field)


def check_open(proposal: Proposal, response: Response | None) -> None:
    """Whether it can still be decided on. `response`: the one it is about, if any.

    Raises Refused `proposal_overtaken`, `proposal_transition`.
    """
    overtaken = response is not None and (
        proposal.state == "overtaken"
        or (
            proposal.state == "open"
            and (
                response.state != "active"
                or (proposal.kind in ABOUT_LEVEL and proposal.rests_on["decisions"] != response.decisions)
            )
        )
    )
    if overtaken and response is not None:
        raise _overtaken(proposal, response)
    if proposal.state != "open":
        zh, en = STATE_WORDS[proposal.state]
        raise Refused(
            "proposal_transition",
            zh=f"该建议{zh}，不能再作决定。",
            en=f"This proposal is {en}; it cannot be decided again.",
            field="data.proposal_id",
            status=409,
            state=proposal.state,
            version=proposal.version,
        )


def _overtaken(proposal: Proposal, response: Response) -> Refused:
    if response.state == "ended":
        zh, en = "该响应已经终止", "the response has ended"
    elif proposal.decided is not None and proposal.decided.get("reason"):
        zh, en = str(proposal.decided["reason"]), "another decision was taken first"
    else:
        level = LEVEL_WORDS[response.level]
        by = cast(JsonObject, (response.decided or {}).get("by") or {}).get("name", "")
        zh, en = f"{by}已将响应定为{level[0]}", f"{by} has set the response to {level[1]} first"
    return Refused(
        "proposal_overtaken",
        zh=f"这条建议已被取代：{zh}。请按现在的情况重新考虑。",
        en=f"This proposal was overtaken: {en}. Look at how things stand now.",
        field="data.proposal_id",
        status=409,
        final=False,
        response_version=response.version,
    )


def _decided(act: Act, seat: Seat | None, reason: str | None, **more: Json) -> JsonObject:
    post = None if seat is None else seat.to_json()
    return {"by": act.by, "at": iso(act.at), "post": post, "reason": reason, **more}


def accept(
    proposal: Proposal, act: Act, seat: Seat | None, reason: str | None, changed: JsonObject, done: JsonObject
) -> Proposal:
    """采纳. `changed`: what was decided otherwise than proposed; `done`: what was carried out. A change needs a word."""
    why = reason.strip() if reason and reason.strip() else None
    if changed and why is None:
        raise Refused(
            "reason_required",
            zh="改动建议后采纳，必须写明理由。",
            en="To accept it otherwise than proposed you must give a reason.",
            field="data.reason",
        )
    decided = _decided(act, seat, why, changed=changed, done=done)
    return _close(proposal, "accepted", decided, seat)


def reject(proposal: Proposal, act: Act, seat: Seat, reason: str) -> Proposal:
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="不采纳建议必须写明理由。",
            en="To reject it you must give a reason.",
            field="data.reason",
        )
    return _close(proposal, "rejected", _decided(act, seat, reason.strip()), seat)


def withdrawal(proposal: Proposal, reason: str, reason_en: str) -> JsonObject:
    """The data of `proposal.withdraw`: the machine's reason, in both languages."""
    return {"proposal_id": str(proposal.id), "reason": reason, "reason_en": reason_en}


def withdraw(proposal: Proposal, act: Act, reason: str, reason_en: str) -> Proposal:
    """The reason for it is gone: an open one is withdrawn, and it may be proposed again when the reason comes back."""
    if proposal.state == "open":
        closed = _close(proposal, "withdrawn", _decided(act, None, reason, reason_en=reason_en), None)
        return replace(closed, cleared_at=act.at)
    if proposal.cleared_at is not None:
        return proposal
    return replace(proposal, cleared_at=act.at, version=proposal.version + 1)


def overtake(proposal: Proposal, act: Act, reason: str) -> Proposal:
    """Another decision makes it moot. One to raise may come again at once, when it still is higher than what was decided;
    to give way or to end what people have just decided on is not proposed again before its reason was gone once."""
    closed = _close(proposal, "overtaken", _decided(act, None, reason), None)
    return replace(closed, cleared_at=act.at) if proposal.kind == "raise" else closed


def is_overtaken(proposal: Proposal, kind: str, task: str | None = None) -> bool:
    """Whether carrying out something of this kind makes it moot. `end` makes everything moot."""
    if proposal.state != "open":
        return False
    if kind == "end":
        return True
    if kind == "level":
        return proposal.kind in ABOUT_LEVEL
    return proposal.kind == "add_task" and proposal.task == task


def _close(proposal: Proposal, state: str, decided: JsonObject, seat: Seat | None) -> Proposal:
    asked = answered(proposal.asked, seat)
    return replace(proposal, state=state, decided=decided, asked=asked, version=proposal.version + 1)


def proposal_object(one: Proposal) -> JsonObject:
    return {
        "id": str(one.id),
        "incident_id": str(one.incident_id),
        "response_id": None if one.response_id is None else str(one.response_id),
        "plan_zh": one.plan_zh,
        "plan_en": one.plan_en,
        "rule": one.rule,
        "kind": one.kind,
        "level": one.level,
        "task": one.task,
        "zh": one.zh,
        "en": one.en,
        "reasons": list(one.reasons),
        "if_ignored_zh": one.if_ignored_zh,
        "if_ignored_en": one.if_ignored_en,
        "automatic": one.automatic,
        "state": one.state,
        "made": one.made,
        "asked": list(one.asked),
        "decide_by": iso(one.decide_by),
        "decided": one.decided,
        "detail": one.detail,
        "version": one.version,
    }
