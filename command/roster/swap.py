"""Swapping shifts (换班): one asks, the other agrees, the watch commander approves. Pure.

asked → agreed → approved; asked → declined; agreed → rejected; asked or agreed → withdrawn; and lapsed when a shift of it begins,
or is changed otherwise, before it was approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from command.roster.roster import Member, Shift
from spine.canonical import JsonObject
from spine.clock import iso
from spine.errors import Refused

OPEN = frozenset({"asked", "agreed"})
_STATE_WORDS = {
    "asked": ("等对方同意", "waiting for the other one's answer"),
    "agreed": ("等值班长批准", "waiting for the watch commander"),
    "approved": ("已批准", "approved"),
    "declined": ("对方不同意", "declined"),
    "rejected": ("未获批准", "rejected"),
    "withdrawn": ("已撤回", "withdrawn"),
    "lapsed": ("已失效", "lapsed"),
}


@dataclass(frozen=True, slots=True)
class Swap:
    id: UUID
    shift_id: UUID
    in_return_id: UUID | None
    from_person: str
    to_person: str
    post: str
    begins_at: datetime
    reason: str
    state: str
    asked: JsonObject
    answered: JsonObject | None
    decided: JsonObject | None
    version: int


def ask(
    swap_id: UUID,
    asker: Member,
    shift: Shift,
    other: Member,
    in_return: Shift | None,
    reason: str,
    by: JsonObject,
    at: datetime,
) -> Swap:
    """Raises Refused `swap_with_self`, `not_your_shift`, `swap_not_theirs`, `shift_began`, `person_without_account`."""
    if asker.id == other.id:
        raise Refused(
            "swap_with_self",
            zh="不能和自己换班，请选择另一位同事。",
            en="You cannot swap with yourself; choose somebody else.",
            field="data.to_person",
        )
    if shift.person_id != asker.id:
        raise Refused(
            "not_your_shift",
            zh="这个班不是您的，不能由您提出换班。",
            en="This shift is not yours to swap.",
            field="data.shift_id",
            status=403,
            final=False,
        )
    if in_return is not None and in_return.person_id != other.id:
        raise Refused(
            "swap_not_theirs",
            zh=f"要换的班现在不是{other.name}的，请重新选择。",
            en=f"The shift you would take is not {other.name}'s; choose again.",
            field="data.in_return_id",
            status=409,
            final=False,
        )
    if other.account_id is None or other.left_at is not None:
        raise Refused(
            "person_without_account",
            zh=f"{other.name}没有账号，无法在此答复；请值班长直接改排班表。",
            en=f"{other.name} has no account to answer with; ask the watch commander to change the roster.",
            field="data.to_person",
            status=409,
            final=False,
        )
    _before(min(s.starts_at for s in (shift, in_return) if s is not None), at)
    return Swap(
        id=swap_id,
        shift_id=shift.id,
        in_return_id=None if in_return is None else in_return.id,
        from_person=asker.id,
        to_person=other.id,
        post=shift.post,
        begins_at=min(s.starts_at for s in (shift, in_return) if s is not None),
        reason=reason.strip(),
        state="asked",
        asked={"by": by, "at": iso(at)},
        answered=None,
        decided=None,
        version=1,
    )


def answer(swap: Swap, person: Member | None, agree: bool, reason: str, by: JsonObject, at: datetime) -> Swap:
    """Only whom it was asked of. Raises Refused `swap_state`, `swap_not_asked_of_you`, `shift_began`, `reason_required`."""
    _in(swap, "asked")
    if person is None or person.id != swap.to_person:
        raise Refused(
            "swap_not_asked_of_you",
            zh="这次换班不是向您提出的。",
            en="This swap was not asked of you.",
            field="data.swap_id",
            status=403,
            final=False,
        )
    _before(swap.begins_at, at)
    if not agree:
        _need_reason(reason)
    told: JsonObject = {"by": by, "at": iso(at), "reason": reason.strip() or None}
    return replace(swap, state="agreed" if agree else "declined", answered=told, version=swap.version + 1)


def decide(
    swap: Swap,
    approvers: Sequence[str],
    held: Sequence[str],
    person: Member | None,
    approve: bool,
    reason: str,
    by: JsonObject,
    at: datetime,
) -> Swap:
    """By who holds the post that approves (`approvers`: those posts, the nearest first; `held`: those of them that he holds or, where
    nobody does, may hold), and is neither of the two. Raises Refused `swap_state`, `swap_not_yours_to_approve`, `shift_began`, `reason_required`."""
    _in(swap, "agreed")
    if person is not None and person.id in (swap.from_person, swap.to_person):
        raise Refused(
            "swap_own",
            zh="换班双方不能自己批准，请另一位有权批准的人员办理。",
            en="Neither of the two may approve the swap; somebody else must.",
            field="data.swap_id",
            status=403,
            final=False,
        )
    post = next((one for one in approvers if one in held), None)
    if post is None:
        raise Refused(
            "swap_not_yours_to_approve",
            zh="换班由在岗的值班长批准；您现在不在该岗位。",
            en="The watch commander on duty approves swaps; you do not hold that post now.",
            field="data.swap_id",
            status=403,
            final=False,
        )
    _before(swap.begins_at, at)
    if not approve:
        _need_reason(reason)
    told: JsonObject = {"by": by, "at": iso(at), "reason": reason.strip() or None, "post": post}
    return replace(swap, state="approved" if approve else "rejected", decided=told, version=swap.version + 1)


def withdraw(swap: Swap, person: Member | None) -> Swap:
    """By who asked. Raises Refused `swap_state`, `not_your_shift`."""
    _in(swap, "asked", "agreed")
    if person is None or person.id != swap.from_person:
        raise Refused(
            "not_your_shift",
            zh="只有提出换班的人可以撤回。",
            en="Only whoever asked may withdraw.",
            field="data.swap_id",
            status=403,
            final=False,
        )
    return replace(swap, state="withdrawn", version=swap.version + 1)


def lapse(swap: Swap) -> Swap:
    """A shift of it was changed otherwise, or has begun."""
    _in(swap, "asked", "agreed")
    return replace(swap, state="lapsed", version=swap.version + 1)


def _in(swap: Swap, *states: str) -> None:
    if swap.state not in states:
        zh, en = _STATE_WORDS[swap.state]
        raise Refused(
            "swap_state",
            zh=f"这次换班{zh}，不能再这样办理。",
            en=f"This swap is {en}; that is not possible now.",
            field="data.swap_id",
            status=409,
            state=swap.state,
            version=swap.version,
        )


def _before(begins_at: datetime, at: datetime) -> None:
    if at >= begins_at:
        raise Refused(
            "shift_began",
            zh="班次已经开始，不能再换班；请办理交接班。",
            en="The shift has begun and can no longer be swapped; hand over instead.",
            field="data.shift_id",
            status=409,
        )


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="不同意必须写明理由。",
            en="Give a reason when you say no.",
            field="data.reason",
        )
